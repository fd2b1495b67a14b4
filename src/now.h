/* The system's clocks, for the bindings and the driver. The core is given the time instead. */
#ifndef CREDENCO_NOW_H
#define CREDENCO_NOW_H

#include <stdint.h>
#include <time.h>

static inline int64_t credenco_clock_ms(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Milliseconds of the monotonic clock. */
static inline int64_t credenco_now_ms(void) {
    return credenco_clock_ms(CLOCK_MONOTONIC);
}

#endif
