#pragma once
#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* The clock of the engine's grid, in nanoseconds. */
static inline int64_t baseline_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_BOOTTIME, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Processor seconds that a thread has used so far; negative where it has ended. */
static inline double baseline_thread_seconds(pthread_t thread) {
    clockid_t clock;
    struct timespec time;
    if (pthread_getcpuclockid(thread, &clock) != 0 || clock_gettime(clock, &time) != 0) {
        return -1;
    }
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
