#define _GNU_SOURCE
#include "CBaselines.h"

#include <modbus.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "pin.h"

struct plumbline_baseline_client {
    pthread_t thread;
    unsigned processor;
    modbus_t *modbus;
    atomic_int stop;
    int failed;
};

static void *run(void *context) {
    struct plumbline_baseline_client *client = context;
    plumbline_baseline_pin("c-libmodbus", client->processor);
    uint16_t registers[125];
    while (!atomic_load_explicit(&client->stop, memory_order_relaxed)) {
        if (modbus_read_registers(client->modbus, 0, 125, registers) != 125) {
            client->failed = 1;
            return NULL;
        }
    }
    return NULL;
}

plumbline_baseline_client *plumbline_baseline_client_start(uint16_t port, unsigned processor) {
    struct plumbline_baseline_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        return NULL;
    }
    client->processor = processor;
    client->modbus = modbus_new_tcp("127.0.0.1", port);
    if (client->modbus == NULL) {
        free(client);
        return NULL;
    }
    modbus_set_slave(client->modbus, 1);
    if (modbus_connect(client->modbus) != 0 || pthread_create(&client->thread, NULL, run, client) != 0) {
        modbus_close(client->modbus);
        modbus_free(client->modbus);
        free(client);
        return NULL;
    }
    return client;
}

int plumbline_baseline_client_stop(plumbline_baseline_client *client) {
    atomic_store_explicit(&client->stop, 1, memory_order_relaxed);
    pthread_join(client->thread, NULL);
    int failed = client->failed;
    modbus_close(client->modbus);
    modbus_free(client->modbus);
    free(client);
    return failed ? -1 : 0;
}
