#pragma once
/* What both libc and this module include belongs to libc's module: Swift asks for the import of the one that
   defines a member. */
#if __has_feature(modules)
#pragma clang module import SwiftGlibc
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <pty.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

/* Waits like epoll_wait, with a time-out in nanoseconds; a negative one waits for ever. */
static inline int plumbline_epoll_wait(int epoll, struct epoll_event *events, int capacity, int64_t nanoseconds) {
    if (nanoseconds < 0) {
        return epoll_wait(epoll, events, capacity, -1);
    }
    struct timespec span = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return epoll_pwait2(epoll, events, capacity, &span, NULL);
}

/* renameat2(2), which the C library declares for GNU sources alone, with RENAME_NOREPLACE of linux/fs.h. */
static inline int plumbline_rename_keeping(const char *from, const char *to) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1);
}

/* prctl is variadic, which Swift cannot call: how late the kernel may wake this thread, in nanoseconds. */
static inline int plumbline_set_timer_slack(unsigned long nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
}

/* ioctl is variadic: how many bytes wait to be read; negative where the descriptor cannot say. */
static inline int plumbline_readable_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}

/* ioctl again: the driver raises RTS while it sends, and lowers it with the last bit (Documentation/driver-api/serial/
   serial-rs485.rst of the kernel). */
static inline int plumbline_enable_rs485(int descriptor) {
    struct serial_rs485 settings;
    if (ioctl(descriptor, TIOCGRS485, &settings) != 0) {
        return -1;
    }
    settings.flags |= SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
    settings.flags &= ~SER_RS485_RTS_AFTER_SEND;
    return ioctl(descriptor, TIOCSRS485, &settings);
}

/* The GNU extensions pthread_setname_np and pthread_setaffinity_np are hidden from Swift; these do the same for
   the calling thread. */
static inline int plumbline_name_thread(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}

static inline int plumbline_pin_thread(unsigned processor) {
    unsigned long set[16] = {0};
    const unsigned width = 8 * sizeof(set[0]);
    if (processor >= 16 * width) {
        return -1;
    }
    set[processor / width] = 1UL << (processor % width);
    return (int)syscall(SYS_sched_setaffinity, 0, sizeof(set), set);
}

/* posix_openpt(3) and its like, which stdlib.h shows only to sources that ask for X/Open: openpty(3) cannot
 * close its ends on exec, and a child that inherits one keeps a pulled line alive. */
int posix_openpt(int flags);
int grantpt(int descriptor);
int unlockpt(int descriptor);
int ptsname_r(int descriptor, char *name, size_t length);
