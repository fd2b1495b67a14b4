/* A byte buffer that cannot exist without a maximum. */
#ifndef CREDENCO_CORE_BUF_H
#define CREDENCO_CORE_BUF_H

#include "error.h"
#include "span.h"

/* Owned bytes, always followed by a NUL that len does not count. */
typedef struct credenco_buf {
    char *data; /* NULL until the first append */
    size_t len;
    size_t capacity;
    size_t max; /* largest len */
} credenco_buf;

/* An empty buffer, for at most `max` bytes. Allocates nothing. */
void credenco_buf_init(credenco_buf *buf, size_t max);

/* An empty buffer over `size` bytes, at least one, that belong to the caller. It holds one byte
 * less, allocates nothing, and must not be freed. */
void credenco_buf_over(credenco_buf *buf, char *room, size_t size);

/* Releases the bytes; takes a zeroed buffer and may run twice. */
void credenco_buf_free(credenco_buf *buf);

/* Empties the buffer and keeps its memory for the next use. */
void credenco_buf_clear(credenco_buf *buf);

/* Empties the buffer and gives it another maximum; memory beyond it is released. */
void credenco_buf_limit(credenco_buf *buf, size_t max);

/* Appends all of `bytes` or nothing: CREDENCO_OK, CREDENCO_TOO_LARGE past max,
 * CREDENCO_OUT_OF_MEMORY. `bytes` must not point into `buf`. */
credenco_code credenco_buf_append(credenco_buf *buf, credenco_span bytes);

/* Room for `len` more bytes and a NUL; NULL past max or without memory. The caller writes there and
 * adds the number of bytes, without the NUL, to the buffer's `len`. */
char *credenco_buf_room(credenco_buf *buf, size_t len);

/* All its bytes; valid until the buffer changes. */
credenco_span credenco_buf_span(const credenco_buf *buf);

#endif
