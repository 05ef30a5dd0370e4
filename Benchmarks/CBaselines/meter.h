#pragma once
#include <stdint.h>

#include "CBaselines.h"

/* What the server notes of each poll; belongs to whoever holds the server's lock. Times in nanoseconds. */
struct meter {
    int64_t start, end, interval;
    unsigned first, count;
    /* Of each device: polls in the window, and when the last one came. */
    uint32_t *polls;
    int64_t *last;
    /* Of each poll in the window: how far its gap is from the interval, and how late it is on the grid. */
    uint32_t *gaps, *lates;
    uint32_t gap_count, late_count;
};

int meter_init(struct meter *meter, unsigned devices);
void meter_free(struct meter *meter);
/* Counts the polls that come in [start, end) for `count` devices from `first` on. */
void meter_begin(
    struct meter *meter, unsigned devices, unsigned first, unsigned count, int64_t start, int64_t end,
    int64_t interval);
void meter_poll(struct meter *meter, unsigned device, int64_t now);
plumbline_baseline_reading meter_reading(struct meter *meter);
