/* The parts of a response, private to the exchange: http.c feeds the bytes, this file decides what
 * they mean. */
#ifndef CREDENCO_CORE_HTTP_RESPONSE_H
#define CREDENCO_CORE_HTTP_RESPONSE_H

#include "http.h"

/* The part that the next byte belongs to. */
typedef enum credenco_http_part {
    CREDENCO_HTTP_PART_STATUS_LINE = 0,
    CREDENCO_HTTP_PART_FIELD,
    CREDENCO_HTTP_PART_BODY,       /* `length` bytes of it are left */
    CREDENCO_HTTP_PART_REST,       /* a body that ends with the connection */
    CREDENCO_HTTP_PART_CHUNK_LINE, /* size and extensions */
    CREDENCO_HTTP_PART_CHUNK,      /* `length` bytes of it are left */
    CREDENCO_HTTP_PART_CHUNK_END,  /* the CRLF behind a chunk */
    CREDENCO_HTTP_PART_TRAILER
} credenco_http_part;

/* A response begins: the first one, or the one after an interim response. */
void credenco_http_head_begins(credenco_http *http);

/* A line of the current part, without its CRLF; the longest accepted line; the failure for a longer
 * one. */
void credenco_http_take_line(credenco_http *http, credenco_span line);
size_t credenco_http_line_max(const credenco_http *http);
void credenco_http_line_too_long(credenco_http *http);

/* The first bytes do not begin a status line. */
void credenco_http_no_status_line(credenco_http *http);

/* Appends to a buffer of the exchange. Without memory the exchange fails. */
void credenco_http_append(credenco_http *http, credenco_buf *out, credenco_span bytes);

/* Ends the exchange: as complete, or as failed with static words. A malformed response is a
 * CREDENCO_BAD_RESPONSE. */
void credenco_http_finish(credenco_http *http);
void credenco_http_fail(credenco_http *http, credenco_code code, const char *detail);
void credenco_http_malformed(credenco_http *http, const char *detail);

#endif
