#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CBaselines.h"
#include "clock.h"
#include "pin.h"

enum { EVENTS = 256, REQUEST = 12, HEADER = 9, REPLY = 260 };

struct link {
    int socket;
    int is_waiting;
    uint16_t transaction;
    size_t filled;
    uint8_t bytes[REPLY];
};

struct plumbline_baseline_poller {
    pthread_t thread;
    unsigned processor, count, registers;
    int64_t interval;
    int epoll, failed;
    atomic_int stop;
    struct link *links;
    /* What was read last of each link, so that no compiler leaves the decoding out. */
    double *numbers;
};

/* Numbers out of the floats of a reply, low word first. */
static void decode(const uint8_t *data, unsigned registers, double *numbers) {
    for (unsigned index = 0; index + 1 < registers; index += 2) {
        const uint8_t *in = data + 2 * index;
        uint32_t bits = (uint32_t)in[2] << 24 | (uint32_t)in[3] << 16 | (uint32_t)in[0] << 8 | in[1];
        float value;
        memcpy(&value, &bits, sizeof(value));
        numbers[index / 2] = value;
    }
}

static int ask(plumbline_baseline_poller *poller, struct link *link) {
    link->transaction++;
    uint8_t request[REQUEST] = {
        (uint8_t)(link->transaction >> 8), (uint8_t)link->transaction, 0, 0, 0, 6, 1, 3, 0, 0,
        (uint8_t)(poller->registers >> 8), (uint8_t)poller->registers};
    link->is_waiting = 1;
    return send(link->socket, request, sizeof(request), MSG_NOSIGNAL | MSG_DONTWAIT) == REQUEST ? 0 : -1;
}

/* Takes in what came; -1 where it is no answer to what was asked. */
static int take(plumbline_baseline_poller *poller, struct link *link) {
    ssize_t count = recv(link->socket, link->bytes + link->filled, REPLY - link->filled, MSG_DONTWAIT);
    if (count <= 0) {
        return count < 0 && errno == EAGAIN ? 0 : -1;
    }
    link->filled += (size_t)count;
    size_t whole = HEADER + 2 * (size_t)poller->registers;
    if (link->filled < whole) {
        return 0;
    }
    const uint8_t *bytes = link->bytes;
    if (link->filled != whole || !link->is_waiting || (bytes[0] << 8 | bytes[1]) != link->transaction ||
        bytes[6] != 1 || bytes[7] != 3 || bytes[8] != 2 * poller->registers) {
        return -1;
    }
    decode(bytes + HEADER, poller->registers, poller->numbers + (link - poller->links) * 64);
    link->filled = 0;
    link->is_waiting = 0;
    return poller->interval == 0 ? ask(poller, link) : 0;
}

static int ask_all(plumbline_baseline_poller *poller) {
    for (unsigned index = 0; index < poller->count; index++) {
        /* What has not answered yet is left out, not asked twice. */
        if (!poller->links[index].is_waiting && ask(poller, &poller->links[index]) != 0) {
            return -1;
        }
    }
    return 0;
}

static int run_to_end(plumbline_baseline_poller *poller) {
    struct epoll_event events[EVENTS];
    int64_t due = baseline_now();
    while (!atomic_load_explicit(&poller->stop, memory_order_relaxed)) {
        int64_t now = baseline_now();
        if (now >= due) {
            if (ask_all(poller) != 0) {
                return -1;
            }
            due = poller->interval == 0 ? INT64_MAX : now - now % poller->interval + poller->interval;
        }
        /* Looks at `stop` now and then, whatever the interval. */
        int64_t left = due - baseline_now();
        left = left < 0 ? 0 : left > 100000000 ? 100000000 : left;
        struct timespec span = {0, left};
        int count = epoll_pwait2(poller->epoll, events, EVENTS, &span, NULL);
        for (int index = 0; index < count; index++) {
            if (take(poller, events[index].data.ptr) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

static void *run(void *context) {
    plumbline_baseline_poller *poller = context;
    plumbline_baseline_pin("c-poller", poller->processor);
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
    poller->failed = run_to_end(poller);
    return NULL;
}

static int connect_to(uint16_t port) {
    int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    int yes = 1;
    if (number >= 0 && (setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) != 0 ||
                        connect(number, (struct sockaddr *)&address, sizeof(address)) != 0)) {
        close(number);
        return -1;
    }
    return number;
}

static void release(plumbline_baseline_poller *poller) {
    for (unsigned index = 0; poller->links != NULL && index < poller->count; index++) {
        if (poller->links[index].socket >= 0) {
            close(poller->links[index].socket);
        }
    }
    close(poller->epoll);
    free(poller->links);
    free(poller->numbers);
    free(poller);
}

plumbline_baseline_poller *plumbline_baseline_poller_start(
    const uint16_t *ports, unsigned count, unsigned registers, int64_t interval, unsigned processor) {
    plumbline_baseline_poller *poller = calloc(1, sizeof(*poller));
    if (poller == NULL) {
        return NULL;
    }
    poller->processor = processor;
    poller->count = count;
    poller->registers = registers;
    poller->interval = interval;
    poller->epoll = epoll_create1(EPOLL_CLOEXEC);
    poller->links = calloc(count, sizeof(*poller->links));
    poller->numbers = calloc(count, 64 * sizeof(*poller->numbers));
    int failed = poller->epoll < 0 || poller->links == NULL || poller->numbers == NULL;
    for (unsigned index = 0; poller->links != NULL && index < count; index++) {
        poller->links[index].socket = failed ? -1 : connect_to(ports[index]);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &poller->links[index]};
        failed = failed || poller->links[index].socket < 0 ||
                 epoll_ctl(poller->epoll, EPOLL_CTL_ADD, poller->links[index].socket, &event) != 0;
    }
    if (failed || pthread_create(&poller->thread, NULL, run, poller) != 0) {
        release(poller);
        return NULL;
    }
    return poller;
}

double plumbline_baseline_poller_seconds(const plumbline_baseline_poller *poller) {
    return baseline_thread_seconds(poller->thread);
}

int plumbline_baseline_poller_stop(plumbline_baseline_poller *poller) {
    atomic_store_explicit(&poller->stop, 1, memory_order_relaxed);
    pthread_join(poller->thread, NULL);
    int failed = poller->failed;
    release(poller);
    return failed;
}
