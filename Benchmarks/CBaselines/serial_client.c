#define _GNU_SOURCE
#include <modbus.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "CBaselines.h"
#include "clock.h"
#include "pin.h"

struct plumbline_baseline_serial_client {
    pthread_t thread;
    unsigned processor, count, registers;
    int64_t gap;
    modbus_t *modbus;
    atomic_int stop;
    int failed;
};

static void *run(void *context) {
    plumbline_baseline_serial_client *client = context;
    plumbline_baseline_pin("c-libmodbus", client->processor);
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
    uint16_t registers[125];
    unsigned unit = 0;
    while (!atomic_load_explicit(&client->stop, memory_order_relaxed)) {
        unit = unit % client->count + 1;
        modbus_set_slave(client->modbus, (int)unit);
        if (modbus_read_registers(client->modbus, 0, (int)client->registers, registers) != (int)client->registers) {
            client->failed = -1;
            return NULL;
        }
        int64_t next = baseline_now() + client->gap;
        struct timespec until = {next / 1000000000, next % 1000000000};
        clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL);
    }
    return NULL;
}

plumbline_baseline_serial_client *plumbline_baseline_serial_client_start(
    const char *path, unsigned count, unsigned registers, int64_t gap, unsigned processor) {
    plumbline_baseline_serial_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        return NULL;
    }
    client->processor = processor;
    client->count = count;
    client->registers = registers;
    client->gap = gap;
    client->modbus = modbus_new_rtu(path, 115200, 'N', 8, 1);
    if (client->modbus == NULL || modbus_connect(client->modbus) != 0 ||
        pthread_create(&client->thread, NULL, run, client) != 0) {
        modbus_free(client->modbus);
        free(client);
        return NULL;
    }
    return client;
}

int plumbline_baseline_serial_client_stop(plumbline_baseline_serial_client *client) {
    atomic_store_explicit(&client->stop, 1, memory_order_relaxed);
    pthread_join(client->thread, NULL);
    int failed = client->failed;
    modbus_close(client->modbus);
    modbus_free(client->modbus);
    free(client);
    return failed;
}
