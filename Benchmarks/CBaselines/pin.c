#define _GNU_SOURCE
#include "pin.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "CBaselines.h"

void plumbline_baseline_pin(const char *name, unsigned processor) {
    pthread_setname_np(pthread_self(), name);
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

int plumbline_baseline_pin_process(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int number = 0; number < CPU_SETSIZE; number++) {
        if (processor < 0 || processor == number) {
            CPU_SET((size_t)number, &set);
        }
    }
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL) {
        return -1;
    }
    int failed = 0;
    for (struct dirent *entry = readdir(tasks); entry != NULL; entry = readdir(tasks)) {
        int task = atoi(entry->d_name);
        if (task > 0 && sched_setaffinity(task, sizeof(set), &set) != 0) {
            failed = -1;
        }
    }
    closedir(tasks);
    return failed;
}
