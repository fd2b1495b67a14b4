/* Borrowed bytes. */
#ifndef CREDENCO_CORE_SPAN_H
#define CREDENCO_CORE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Valid as long as their owner. May hold NUL. */
typedef struct credenco_span {
    const char *data;
    size_t len;
} credenco_span;

#define CREDENCO_SPAN(literal) ((credenco_span){(literal), sizeof(literal) - 1})

/* The bytes behind the first `count`; none if there are no more. */
static inline credenco_span span_after(credenco_span text, size_t count) {
    const size_t passed = count < text.len ? count : text.len;
    return (credenco_span){text.data + passed, text.len - passed};
}

/* The position of the first `c`; the length of the text if it has none. */
static inline size_t span_find(credenco_span text, char c) {
    const char *found = text.len > 0 ? memchr(text.data, c, text.len) : NULL;
    return found != NULL ? (size_t)(found - text.data) : text.len;
}

/* True if both are the same, byte for byte. */
static inline bool span_equal(credenco_span a, credenco_span b) {
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* The number of bytes at the start of the text, each of which fits. */
static inline size_t span_fitting(credenco_span text, bool (*fits)(char c)) {
    size_t len = 0;
    while (len < text.len && fits(text.data[len])) {
        len++;
    }
    return len;
}

/* Whether every byte fits, as in an empty text. */
static inline bool span_all(credenco_span text, bool (*fits)(char c)) {
    return span_fitting(text, fits) == text.len;
}

#endif
