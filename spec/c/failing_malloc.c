#include "failing_malloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

static size_t remaining = SIZE_MAX;
static failing_mode mode_now;
static bool has_failed;

void failing_malloc_arm(size_t n, failing_mode mode) {
    remaining = n;
    mode_now = mode;
    has_failed = false;
}

bool failing_malloc_disarm(void) {
    remaining = SIZE_MAX;
    return has_failed;
}

static bool fails(void) {
    if (remaining == SIZE_MAX) {
        return false;
    }
    if (remaining > 0) {
        remaining--;
    }
    bool failing = remaining == 0 && (mode_now == FAIL_FOREVER || !has_failed);
    has_failed = has_failed || failing;
    return failing;
}

void *failing_malloc(size_t size) {
    return fails() ? NULL : __real_malloc(size);
}

void *failing_calloc(size_t count, size_t size) {
    return fails() ? NULL : __real_calloc(count, size);
}

void *failing_realloc(void *memory, size_t size) {
    return fails() ? NULL : __real_realloc(memory, size);
}

char *failing_strdup(const char *text) {
    return fails() ? NULL : __real_strdup(text);
}

void *__wrap_malloc(size_t size) {
    return failing_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return failing_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    return failing_realloc(memory, size);
}

char *__wrap_strdup(const char *text) {
    return failing_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len) {
    return fails() ? NULL : __real_strndup(text, len);
}
