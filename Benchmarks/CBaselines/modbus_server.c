#define _GNU_SOURCE
#include "CBaselines.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pin.h"

enum { EVENTS = 256, HEADER = 7, REQUEST = 12, REPLY = 260, MAX_REGISTERS = 125 };

struct plumbline_baseline_server {
    pthread_t thread;
    unsigned processor;
    int listener, epoll, stop;
    uint16_t port;
    _Atomic uint64_t answers;
    uint16_t tick;
};

/* Bytes of one connection that wait for the rest of their request. */
struct connection {
    int socket;
    size_t filled;
    uint8_t bytes[4096];
};

static void answer(struct plumbline_baseline_server *server, const uint8_t *request, uint8_t *reply, size_t *length) {
    unsigned count = (unsigned)request[10] << 8 | request[11];
    memcpy(reply, request, 4);
    reply[4] = 0;
    reply[5] = (uint8_t)(3 + 2 * count);
    reply[6] = request[6];
    reply[7] = request[7];
    reply[8] = (uint8_t)(2 * count);
    server->tick++;
    for (unsigned index = 0; index < count; index++) {
        uint16_t value = (uint16_t)(server->tick + index);
        reply[9 + 2 * index] = (uint8_t)(value >> 8);
        reply[10 + 2 * index] = (uint8_t)value;
    }
    *length = 9 + 2 * (size_t)count;
}

/* Answers all whole requests; -1 where the connection is to be closed. */
static int serve(struct plumbline_baseline_server *server, struct connection *connection) {
    ssize_t count = recv(
        connection->socket, connection->bytes + connection->filled, sizeof(connection->bytes) - connection->filled,
        MSG_DONTWAIT);
    if (count <= 0) {
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    }
    connection->filled += (size_t)count;
    size_t used = 0;
    while (connection->filled - used >= REQUEST) {
        const uint8_t *request = connection->bytes + used;
        unsigned registers = (unsigned)request[10] << 8 | request[11];
        if (request[5] != 6 || (request[7] != 3 && request[7] != 4) || registers < 1 || registers > MAX_REGISTERS) {
            return -1;
        }
        uint8_t reply[REPLY];
        size_t length;
        answer(server, request, reply, &length);
        if (send(connection->socket, reply, length, MSG_NOSIGNAL) != (ssize_t)length) {
            return -1;
        }
        atomic_fetch_add_explicit(&server->answers, 1, memory_order_relaxed);
        used += REQUEST;
    }
    memmove(connection->bytes, connection->bytes + used, connection->filled - used);
    connection->filled -= used;
    return 0;
}

static void accept_one(struct plumbline_baseline_server *server) {
    int number = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (number < 0) {
        return;
    }
    int yes = 1;
    setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    struct connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL) {
        close(number);
        return;
    }
    connection->socket = number;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(server->epoll, EPOLL_CTL_ADD, number, &event);
}

static void *run(void *context) {
    struct plumbline_baseline_server *server = context;
    plumbline_baseline_pin(server->processor);
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(server->epoll, events, EVENTS, -1);
        for (int index = 0; index < count; index++) {
            if (events[index].data.ptr == &server->stop) {
                return NULL;
            }
            if (events[index].data.ptr == server) {
                accept_one(server);
                continue;
            }
            struct connection *connection = events[index].data.ptr;
            if (serve(server, connection) != 0) {
                close(connection->socket);
                free(connection);
            }
        }
    }
}

plumbline_baseline_server *plumbline_baseline_server_start(unsigned processor) {
    struct plumbline_baseline_server *server = calloc(1, sizeof(*server));
    if (server == NULL) {
        return NULL;
    }
    server->processor = processor;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->stop = eventfd(0, EFD_CLOEXEC);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    struct epoll_event listening = {.events = EPOLLIN, .data.ptr = server};
    struct epoll_event stopping = {.events = EPOLLIN, .data.ptr = &server->stop};
    if (bind(server->listener, (struct sockaddr *)&address, length) != 0 || listen(server->listener, 4096) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) != 0 ||
        epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->listener, &listening) != 0 ||
        epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->stop, &stopping) != 0 ||
        pthread_create(&server->thread, NULL, run, server) != 0) {
        close(server->listener);
        close(server->epoll);
        close(server->stop);
        free(server);
        return NULL;
    }
    server->port = ntohs(address.sin_port);
    return server;
}

uint16_t plumbline_baseline_server_port(const plumbline_baseline_server *server) { return server->port; }

uint64_t plumbline_baseline_server_answers(const plumbline_baseline_server *server) {
    return atomic_load_explicit(&server->answers, memory_order_relaxed);
}

void plumbline_baseline_server_stop(plumbline_baseline_server *server) {
    uint64_t one = 1;
    if (write(server->stop, &one, sizeof(one)) == sizeof(one)) {
        pthread_join(server->thread, NULL);
    }
    close(server->listener);
    close(server->epoll);
    close(server->stop);
    free(server);
}
