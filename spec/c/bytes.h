/* Spans and buffers, as the tests write them. */
#ifndef CREDENCO_SPEC_BYTES_H
#define CREDENCO_SPEC_BYTES_H

#include <stdbool.h>
#include <string.h>

#include "core/buf.h"

static inline credenco_span span(const char *text) {
    return (credenco_span){text, strlen(text)};
}

static inline bool span_is(credenco_span bytes, const char *text) {
    return bytes.len == strlen(text) && memcmp(bytes.data, text, bytes.len) == 0;
}

static inline bool buf_is(const credenco_buf *buf, const char *text) {
    return span_is(credenco_buf_span(buf), text);
}

#endif
