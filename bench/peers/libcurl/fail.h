/* A benchmark has nobody to return an error to: it says what failed and exits. */
#ifndef BENCH_FAIL_H
#define BENCH_FAIL_H

#include <stdio.h>
#include <stdlib.h>

static inline void fail_unless(int ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "libcurl peer: failed: %s\n", what);
    exit(1);
}

#define fail_if_null(pointer, what) fail_if_null_((pointer), (what))

static inline void *fail_if_null_(const void *pointer, const char *what) {
    fail_unless(pointer != NULL, what);
    return (void *)(size_t)pointer;
}

#endif
