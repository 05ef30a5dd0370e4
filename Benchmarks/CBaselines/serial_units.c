#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include "CBaselines.h"
#include "clock.h"
#include "pin.h"

/* A request of function 3: unit, function, address, count, CRC. */
enum { REQUEST = 8, REPLY = 256, PATH = 64 };

struct plumbline_baseline_units {
    pthread_t thread;
    unsigned processor, count;
    int device, line, stop;
    char path[PATH];
    _Atomic uint64_t answers;
    uint16_t tick;
};

static uint16_t crc(const uint8_t *bytes, size_t count) {
    uint16_t sum = 0xFFFF;
    for (size_t index = 0; index < count; index++) {
        sum ^= bytes[index];
        for (int bit = 0; bit < 8; bit++) {
            sum = (uint16_t)(sum & 1 ? sum >> 1 ^ 0xA001 : sum >> 1);
        }
    }
    return sum;
}

static void answer(plumbline_baseline_units *units, const uint8_t *request) {
    unsigned registers = (unsigned)request[4] << 8 | request[5];
    uint16_t sum = crc(request, REQUEST - 2);
    if (request[0] < 1 || request[0] > units->count || request[1] != 3 || registers < 1 || registers > 125 ||
        request[6] != (sum & 0xFF) || request[7] != sum >> 8) {
        return;
    }
    uint8_t reply[REPLY] = {request[0], 3, (uint8_t)(2 * registers)};
    size_t length = 3;
    for (unsigned index = 0; index < registers; index++) {
        uint16_t value = (uint16_t)(units->tick + index);
        reply[length++] = (uint8_t)(value >> 8);
        reply[length++] = (uint8_t)value;
    }
    units->tick++;
    sum = crc(reply, length);
    reply[length++] = (uint8_t)sum;
    reply[length++] = (uint8_t)(sum >> 8);
    if (write(units->device, reply, length) == (ssize_t)length) {
        atomic_fetch_add_explicit(&units->answers, 1, memory_order_relaxed);
    }
}

static void *run(void *context) {
    plumbline_baseline_units *units = context;
    plumbline_baseline_pin("c-units", units->processor);
    uint8_t bytes[REQUEST];
    size_t filled = 0;
    struct pollfd ends[2] = {{.fd = units->device, .events = POLLIN}, {.fd = units->stop, .events = POLLIN}};
    while (poll(ends, 2, -1) >= 0 || errno == EINTR) {
        if (ends[1].revents != 0) {
            break;
        }
        ssize_t count = read(units->device, bytes + filled, REQUEST - filled);
        if (count <= 0) {
            continue;
        }
        filled += (size_t)count;
        if (filled == REQUEST) {
            answer(units, bytes);
            filled = 0;
        }
    }
    return NULL;
}

/* Opens both ends raw; the line's own end stays open, so that clients may come and go. */
static int open_ends(plumbline_baseline_units *units) {
    units->device = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (units->device < 0 || grantpt(units->device) != 0 || unlockpt(units->device) != 0 ||
        ptsname_r(units->device, units->path, sizeof(units->path)) != 0) {
        return -1;
    }
    units->line = open(units->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios settings;
    if (units->line < 0 || tcgetattr(units->line, &settings) != 0) {
        return -1;
    }
    cfmakeraw(&settings);
    return tcsetattr(units->line, TCSANOW, &settings);
}

static void release(plumbline_baseline_units *units) {
    close(units->device);
    close(units->line);
    close(units->stop);
    free(units);
}

plumbline_baseline_units *plumbline_baseline_units_start(unsigned count, unsigned processor) {
    plumbline_baseline_units *units = calloc(1, sizeof(*units));
    if (units == NULL) {
        return NULL;
    }
    units->processor = processor;
    units->count = count;
    units->device = units->line = -1;
    units->stop = eventfd(0, EFD_CLOEXEC);
    if (open_ends(units) != 0 || pthread_create(&units->thread, NULL, run, units) != 0) {
        release(units);
        return NULL;
    }
    return units;
}

const char *plumbline_baseline_units_path(const plumbline_baseline_units *units) { return units->path; }

uint64_t plumbline_baseline_units_answers(const plumbline_baseline_units *units) {
    return atomic_load_explicit(&units->answers, memory_order_relaxed);
}

void plumbline_baseline_units_stop(plumbline_baseline_units *units) {
    uint64_t one = 1;
    if (write(units->stop, &one, sizeof(one)) == sizeof(one)) {
        pthread_join(units->thread, NULL);
    }
    release(units);
}
