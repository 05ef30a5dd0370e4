#define _GNU_SOURCE
#include "pin.h"

#include <pthread.h>
#include <sched.h>

void plumbline_baseline_pin(unsigned processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}
