#pragma once
#include <glib-unix.h>
#include <linux/usbdevice_fs.h>
#include <signal.h>
#include <sys/prctl.h>
#include <umockdev.h>

/* prctl is variadic, so Swift cannot call it: asks the kernel to end this process with its parent. */
static inline void mock_end_with_parent(void *unused) {
    (void)unused;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}
