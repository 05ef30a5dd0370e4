#include "meter.h"

#include <stdlib.h>
#include <string.h>

/* Polls of one window that are kept one by one: 1,000 devices at 100 ms for 20 s. */
enum { SAMPLES = 200000 };

int meter_init(struct meter *meter, unsigned devices) {
    memset(meter, 0, sizeof(*meter));
    meter->polls = calloc(devices, sizeof(*meter->polls));
    meter->last = calloc(devices, sizeof(*meter->last));
    meter->gaps = calloc(SAMPLES, sizeof(*meter->gaps));
    meter->lates = calloc(SAMPLES, sizeof(*meter->lates));
    return meter->polls != NULL && meter->last != NULL && meter->gaps != NULL && meter->lates != NULL ? 0 : -1;
}

void meter_free(struct meter *meter) {
    free(meter->polls);
    free(meter->last);
    free(meter->gaps);
    free(meter->lates);
}

void meter_begin(
    struct meter *meter, unsigned devices, unsigned first, unsigned count, int64_t start, int64_t end,
    int64_t interval) {
    meter->start = start;
    meter->end = end;
    meter->interval = interval;
    meter->first = first;
    meter->count = count;
    meter->gap_count = meter->late_count = 0;
    memset(meter->polls, 0, devices * sizeof(*meter->polls));
}

static uint32_t clamped(int64_t nanoseconds) { return nanoseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)nanoseconds; }

void meter_poll(struct meter *meter, unsigned device, int64_t now) {
    int64_t last = meter->last[device];
    meter->last[device] = now;
    if (now < meter->start || now >= meter->end || device - meter->first >= meter->count) {
        return;
    }
    meter->polls[device]++;
    if (meter->late_count < SAMPLES) {
        meter->lates[meter->late_count++] = clamped(now % meter->interval);
    }
    if (last != 0 && meter->gap_count < SAMPLES) {
        meter->gaps[meter->gap_count++] = clamped(llabs(now - last - meter->interval));
    }
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The smallest value that so many thousandths of all do not exceed, in microseconds; the values are sorted. */
static double percentile(const uint32_t *values, uint32_t count, uint32_t thousandths) {
    if (count == 0) {
        return -1;
    }
    uint64_t rank = ((uint64_t)count * thousandths + 999) / 1000;
    return values[rank > 0 ? rank - 1 : 0] / 1e3;
}

plumbline_baseline_reading meter_reading(struct meter *meter) {
    plumbline_baseline_reading reading = {0};
    uint64_t each = (uint64_t)((meter->end - meter->start) / meter->interval);
    reading.scheduled = each * meter->count;
    for (unsigned device = meter->first; device < meter->first + meter->count; device++) {
        uint64_t polls = meter->polls[device];
        reading.polls += polls;
        reading.completed += polls < each ? polls : each;
    }
    qsort(meter->gaps, meter->gap_count, sizeof(*meter->gaps), ascending);
    qsort(meter->lates, meter->late_count, sizeof(*meter->lates), ascending);
    reading.gap_p50 = percentile(meter->gaps, meter->gap_count, 500);
    reading.gap_p99 = percentile(meter->gaps, meter->gap_count, 990);
    reading.late_p50 = percentile(meter->lates, meter->late_count, 500);
    reading.late_p99 = percentile(meter->lates, meter->late_count, 990);
    reading.late_max = percentile(meter->lates, meter->late_count, 1000);
    return reading;
}
