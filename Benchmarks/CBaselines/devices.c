#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CBaselines.h"
#include "clock.h"
#include "meter.h"
#include "pin.h"

/* Ports below those that the kernel gives to clients: a dial of a port that nothing listens on could otherwise
   meet itself. */
enum { FIRST_PORT = 15000, LAST_PORT = 32000 };
enum { EVENTS = 256, REQUEST = 12, REPLY = 260, MAX_REGISTERS = 125, MOST_DIALS = 16384 };

/* What an event belongs to. */
struct connection {
    int socket;
    unsigned device;
    int is_listener;
    size_t filled;
    uint8_t bytes[4 * REQUEST];
    struct connection *next;
};

struct dial {
    int64_t time;
    unsigned device;
};

struct plumbline_baseline_devices {
    pthread_t thread;
    pthread_mutex_t lock;
    unsigned processor, count;
    int epoll, stop;
    uint16_t *ports;
    struct connection *listeners;
    /* Of each device: its open connections, and how it behaves. */
    struct connection **connections;
    enum plumbline_baseline_behaviour *behaviour;
    struct meter meter;
    struct dial *dials;
    unsigned dial_count;
    _Atomic uint64_t answers;
    uint32_t tick;
};

static size_t answer(plumbline_baseline_devices *devices, const uint8_t *request, uint8_t *reply) {
    unsigned count = (unsigned)request[10] << 8 | request[11];
    memcpy(reply, request, 8);
    reply[4] = 0;
    reply[5] = (uint8_t)(3 + 2 * count);
    reply[8] = (uint8_t)(2 * count);
    devices->tick++;
    uint8_t *out = reply + 9;
    for (unsigned index = 0; index < count; index += 2) {
        /* As a meter shows: some four digits before the point and two behind. */
        float value = (float)((devices->tick * 7 + index * 12347) % 1000000) * 0.01F;
        uint32_t bits;
        memcpy(&bits, &value, sizeof(bits));
        out[0] = (uint8_t)(bits >> 8);
        out[1] = (uint8_t)bits;
        if (index + 1 < count) {
            out[2] = (uint8_t)(bits >> 24);
            out[3] = (uint8_t)(bits >> 16);
        }
        out += 4;
    }
    return 9 + 2 * (size_t)count;
}

/* Answers all whole requests; -1 where the connection is to be closed. */
static int serve(plumbline_baseline_devices *devices, struct connection *connection) {
    ssize_t count = recv(
        connection->socket, connection->bytes + connection->filled, sizeof(connection->bytes) - connection->filled,
        MSG_DONTWAIT);
    if (count <= 0) {
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    }
    int64_t now = baseline_now();
    connection->filled += (size_t)count;
    size_t used = 0;
    while (connection->filled - used >= REQUEST) {
        const uint8_t *request = connection->bytes + used;
        unsigned registers = (unsigned)request[10] << 8 | request[11];
        if (request[5] != 6 || (request[7] != 3 && request[7] != 4) || registers < 1 || registers > MAX_REGISTERS) {
            return -1;
        }
        used += REQUEST;
        meter_poll(&devices->meter, connection->device, now);
        if (devices->behaviour[connection->device] != PLUMBLINE_BASELINE_ANSWER) {
            continue;
        }
        uint8_t reply[REPLY];
        size_t length = answer(devices, request, reply);
        if (send(connection->socket, reply, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length) {
            return -1;
        }
        atomic_fetch_add_explicit(&devices->answers, 1, memory_order_relaxed);
    }
    connection->filled -= used;
    if (connection->filled > 0) {
        memmove(connection->bytes, connection->bytes + used, connection->filled);
    }
    return 0;
}

/* Closing alone would not end the watch while a child process, not yet another program, shares the socket. */
static void close_watched(plumbline_baseline_devices *devices, int number) {
    epoll_ctl(devices->epoll, EPOLL_CTL_DEL, number, NULL);
    close(number);
}

static void drop(plumbline_baseline_devices *devices, struct connection *connection) {
    struct connection **place = &devices->connections[connection->device];
    while (*place != NULL && *place != connection) {
        place = &(*place)->next;
    }
    if (*place == connection) {
        *place = connection->next;
    }
    close_watched(devices, connection->socket);
    free(connection);
}

static void accept_one(plumbline_baseline_devices *devices, unsigned device) {
    int number = accept4(devices->listeners[device].socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (number < 0) {
        return;
    }
    if (devices->dial_count < MOST_DIALS) {
        devices->dials[devices->dial_count++] = (struct dial){baseline_now(), device};
    }
    int yes = 1;
    setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    struct connection *connection =
        devices->behaviour[device] == PLUMBLINE_BASELINE_REJECT ? NULL : calloc(1, sizeof(*connection));
    if (connection == NULL) {
        close(number);
        return;
    }
    connection->socket = number;
    connection->device = device;
    connection->next = devices->connections[device];
    devices->connections[device] = connection;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(devices->epoll, EPOLL_CTL_ADD, number, &event);
}

static void *run(void *context) {
    plumbline_baseline_devices *devices = context;
    plumbline_baseline_pin("c-devices", devices->processor);
    struct epoll_event events[EVENTS];
    for (;;) {
        /* Events are fetched under the lock, so that none outlives a connection that a caller closes. */
        epoll_wait(devices->epoll, events, 1, -1);
        pthread_mutex_lock(&devices->lock);
        int count = epoll_wait(devices->epoll, events, EVENTS, 0);
        for (int index = 0; index < count; index++) {
            struct connection *connection = events[index].data.ptr;
            if (connection == NULL) {
                pthread_mutex_unlock(&devices->lock);
                return NULL;
            }
            if (connection->is_listener) {
                accept_one(devices, connection->device);
            } else if (serve(devices, connection) != 0) {
                drop(devices, connection);
            }
        }
        pthread_mutex_unlock(&devices->lock);
    }
}

/* Listens on `port`; a negative errno where it cannot. */
static int listen_on(uint16_t port) {
    int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (number < 0) {
        return -errno;
    }
    int yes = 1;
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    if (bind(number, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(number, 64) != 0) {
        int code = errno;
        close(number);
        return -code;
    }
    return number;
}

static int watch(plumbline_baseline_devices *devices, unsigned device, int number) {
    struct connection *listener = &devices->listeners[device];
    listener->socket = number;
    listener->device = device;
    listener->is_listener = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = listener};
    return epoll_ctl(devices->epoll, EPOLL_CTL_ADD, number, &event);
}

static int listen_all(plumbline_baseline_devices *devices) {
    unsigned port = FIRST_PORT;
    for (unsigned device = 0; device < devices->count; device++) {
        int number = -EADDRINUSE;
        for (; number == -EADDRINUSE && port < LAST_PORT; port++) {
            number = listen_on((uint16_t)port);
        }
        if (number < 0 || watch(devices, device, number) != 0) {
            return -1;
        }
        devices->ports[device] = (uint16_t)(port - 1);
    }
    return 0;
}

static void release(plumbline_baseline_devices *devices) {
    for (unsigned device = 0; device < devices->count; device++) {
        while (devices->connections[device] != NULL) {
            drop(devices, devices->connections[device]);
        }
        if (devices->listeners[device].socket >= 0) {
            close(devices->listeners[device].socket);
        }
    }
    close(devices->epoll);
    close(devices->stop);
    pthread_mutex_destroy(&devices->lock);
    meter_free(&devices->meter);
    free(devices->ports);
    free(devices->listeners);
    free(devices->connections);
    free(devices->behaviour);
    free(devices->dials);
    free(devices);
}

plumbline_baseline_devices *plumbline_baseline_devices_start(unsigned count, unsigned processor) {
    plumbline_baseline_devices *devices = calloc(1, sizeof(*devices));
    if (devices == NULL) {
        return NULL;
    }
    devices->processor = processor;
    devices->count = count;
    devices->ports = calloc(count, sizeof(*devices->ports));
    devices->listeners = calloc(count, sizeof(*devices->listeners));
    devices->connections = calloc(count, sizeof(*devices->connections));
    devices->behaviour = calloc(count, sizeof(*devices->behaviour));
    devices->dials = calloc(MOST_DIALS, sizeof(*devices->dials));
    if (devices->ports == NULL || devices->listeners == NULL || devices->connections == NULL ||
        devices->behaviour == NULL || devices->dials == NULL || meter_init(&devices->meter, count) != 0) {
        abort();
    }
    for (unsigned device = 0; device < count; device++) {
        devices->listeners[device].socket = -1;
    }
    pthread_mutex_init(&devices->lock, NULL);
    devices->epoll = epoll_create1(EPOLL_CLOEXEC);
    devices->stop = eventfd(0, EFD_CLOEXEC);
    struct epoll_event stopping = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(devices->epoll, EPOLL_CTL_ADD, devices->stop, &stopping) != 0 || listen_all(devices) != 0 ||
        pthread_create(&devices->thread, NULL, run, devices) != 0) {
        release(devices);
        return NULL;
    }
    return devices;
}

uint16_t plumbline_baseline_devices_port(const plumbline_baseline_devices *devices, unsigned index) {
    return devices->ports[index];
}

uint64_t plumbline_baseline_devices_answers(const plumbline_baseline_devices *devices) {
    return atomic_load_explicit(&devices->answers, memory_order_relaxed);
}

unsigned plumbline_baseline_devices_polled_since(plumbline_baseline_devices *devices, int64_t time) {
    unsigned polled = 0;
    pthread_mutex_lock(&devices->lock);
    for (unsigned device = 0; device < devices->count; device++) {
        polled += devices->meter.last[device] >= time && devices->meter.last[device] != 0;
    }
    pthread_mutex_unlock(&devices->lock);
    return polled;
}

double plumbline_baseline_devices_seconds(const plumbline_baseline_devices *devices) {
    return baseline_thread_seconds(devices->thread);
}

static int behave(plumbline_baseline_devices *devices, unsigned device, enum plumbline_baseline_behaviour wanted) {
    devices->behaviour[device] = wanted;
    struct connection *listener = &devices->listeners[device];
    if (wanted == PLUMBLINE_BASELINE_GONE || wanted == PLUMBLINE_BASELINE_REJECT) {
        while (devices->connections[device] != NULL) {
            drop(devices, devices->connections[device]);
        }
    }
    if (wanted == PLUMBLINE_BASELINE_GONE && listener->socket >= 0) {
        close_watched(devices, listener->socket);
        listener->socket = -1;
    }
    if (wanted != PLUMBLINE_BASELINE_GONE && listener->socket < 0) {
        int number = listen_on(devices->ports[device]);
        return number < 0 ? -1 : watch(devices, device, number);
    }
    return 0;
}

int plumbline_baseline_devices_behave(
    plumbline_baseline_devices *devices, unsigned first, unsigned count,
    enum plumbline_baseline_behaviour behaviour) {
    int failed = 0;
    pthread_mutex_lock(&devices->lock);
    for (unsigned device = first; device < first + count && device < devices->count; device++) {
        failed |= behave(devices, device, behaviour);
    }
    pthread_mutex_unlock(&devices->lock);
    return failed;
}

void plumbline_baseline_devices_measure(
    plumbline_baseline_devices *devices, unsigned first, unsigned count, int64_t start, int64_t end,
    int64_t interval) {
    pthread_mutex_lock(&devices->lock);
    meter_begin(&devices->meter, devices->count, first, count, start, end, interval);
    pthread_mutex_unlock(&devices->lock);
}

plumbline_baseline_reading plumbline_baseline_devices_reading(plumbline_baseline_devices *devices) {
    pthread_mutex_lock(&devices->lock);
    plumbline_baseline_reading reading = meter_reading(&devices->meter);
    pthread_mutex_unlock(&devices->lock);
    return reading;
}

void plumbline_baseline_devices_forget_dials(plumbline_baseline_devices *devices) {
    pthread_mutex_lock(&devices->lock);
    devices->dial_count = 0;
    pthread_mutex_unlock(&devices->lock);
}

/* Most dials within any second; dials are in order of time. */
static uint64_t most_in_a_second(const struct dial *dials, unsigned count) {
    uint64_t most = 0;
    for (unsigned first = 0, last = 0; last < count; last++) {
        while (dials[last].time - dials[first].time >= 1000000000) {
            first++;
        }
        most = last - first + 1 > most ? last - first + 1 : most;
    }
    return most;
}

plumbline_baseline_dials plumbline_baseline_devices_dials(plumbline_baseline_devices *devices) {
    plumbline_baseline_dials result = {.shortest_gap = -1};
    pthread_mutex_lock(&devices->lock);
    result.dials = devices->dial_count;
    result.most_in_a_second = most_in_a_second(devices->dials, devices->dial_count);
    for (unsigned device = 0; device < devices->count; device++) {
        int64_t before = -1;
        for (unsigned index = 0; index < devices->dial_count; index++) {
            if (devices->dials[index].device != device) {
                continue;
            }
            int64_t gap = devices->dials[index].time - before;
            if (before >= 0 && (result.shortest_gap < 0 || gap < result.shortest_gap)) {
                result.shortest_gap = gap;
            }
            before = devices->dials[index].time;
        }
    }
    pthread_mutex_unlock(&devices->lock);
    return result;
}

void plumbline_baseline_devices_stop(plumbline_baseline_devices *devices) {
    uint64_t one = 1;
    if (write(devices->stop, &one, sizeof(one)) == sizeof(one)) {
        pthread_join(devices->thread, NULL);
    }
    release(devices);
}
