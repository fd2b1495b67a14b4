/* The clock of a test of the driver: deadlines pass when the test says so. A program that includes
 * it wraps clock_gettime (CMakeLists.txt). */
#ifndef CREDENCO_SPEC_TEST_CLOCK_H
#define CREDENCO_SPEC_TEST_CLOCK_H

#include <stdint.h>
#include <time.h>

/* What the driver's clock is ahead of the real time, which libcurl and the kernel keep. */
static int64_t ahead_ms;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
    const int result = __real_clock_gettime(clock, now);
    now->tv_sec += (time_t)(ahead_ms / 1000);
    return result;
}

/* Deadlines pass, however long the machine took for all else. In whole seconds. */
static void let_pass(int64_t ms) {
    ahead_ms += ms;
}

#endif
