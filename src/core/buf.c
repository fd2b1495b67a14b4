#include "buf.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void credenco_buf_init(credenco_buf *buf, size_t max) {
    *buf = (credenco_buf){.max = max};
}

void credenco_buf_over(credenco_buf *buf, char *room, size_t size) {
    *buf = (credenco_buf){.data = room, .capacity = size, .max = size - 1};
}

void credenco_buf_free(credenco_buf *buf) {
    free(buf->data);
    *buf = (credenco_buf){.max = buf->max};
}

void credenco_buf_clear(credenco_buf *buf) {
    buf->len = 0;
    if (buf->data != NULL) {
        buf->data[0] = '\0';
    }
}

void credenco_buf_limit(credenco_buf *buf, size_t max) {
    buf->max = max;
    if (buf->capacity > max) {
        credenco_buf_free(buf);
    }
    credenco_buf_clear(buf);
}

/* Doubles the capacity, up to max and the closing NUL. */
static size_t grown_capacity(const credenco_buf *buf, size_t needed) {
    size_t capacity = buf->capacity > 0 ? buf->capacity : FIRST_CAPACITY;
    while (capacity < needed) {
        capacity = capacity > (size_t)-1 / 2 ? needed : capacity * 2;
    }
    return capacity > buf->max + 1 && needed <= buf->max + 1 ? buf->max + 1 : capacity;
}

static credenco_code reserve(credenco_buf *buf, size_t needed) {
    if (needed <= buf->capacity) {
        return CREDENCO_OK;
    }
    size_t capacity = grown_capacity(buf, needed);
    char *data = realloc(buf->data, capacity);
    if (data == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    buf->data = data;
    buf->capacity = capacity;
    return CREDENCO_OK;
}

credenco_code credenco_buf_append(credenco_buf *buf, credenco_span bytes) {
    if (bytes.len > buf->max - buf->len) {
        return CREDENCO_TOO_LARGE;
    }
    credenco_code code = reserve(buf, buf->len + bytes.len + 1);
    if (code != CREDENCO_OK) {
        return code;
    }
    if (bytes.len > 0) {
        memcpy(buf->data + buf->len, bytes.data, bytes.len);
    }
    buf->len += bytes.len;
    buf->data[buf->len] = '\0';
    return CREDENCO_OK;
}

char *credenco_buf_room(credenco_buf *buf, size_t len) {
    if (len > buf->max - buf->len || reserve(buf, buf->len + len + 1) != CREDENCO_OK) {
        return NULL;
    }
    return buf->data + buf->len;
}

credenco_span credenco_buf_span(const credenco_buf *buf) {
    return (credenco_span){buf->data != NULL ? buf->data : "", buf->len};
}
