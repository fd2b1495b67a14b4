/* Allocations that fail on demand: linked with --wrap, so that every allocation of the
 * code under test comes past here. */
#ifndef CREDENCO_SPEC_FAILING_MALLOC_H
#define CREDENCO_SPEC_FAILING_MALLOC_H

#include <stdbool.h>
#include <stddef.h>

typedef enum failing_mode {
    FAIL_ONCE,   /* the n-th allocation only */
    FAIL_FOREVER /* the n-th and all that follow */
} failing_mode;

/* From now on the n-th allocation fails, counted from 1. */
void failing_malloc_arm(size_t n, failing_mode mode);

/* Ends that; true when an allocation has failed. */
bool failing_malloc_disarm(void);

/* For code that takes its allocator as functions. */
void *failing_malloc(size_t size);
void *failing_calloc(size_t count, size_t size);
void *failing_realloc(void *memory, size_t size);
char *failing_strdup(const char *text);

#endif
