/* An exchange fed by hand: whole or in pieces, each piece in memory of exactly its size, so that a
 * sanitizer sees a byte read too many. */
#ifndef CREDENCO_SPEC_HTTP_FEED_H
#define CREDENCO_SPEC_HTTP_FEED_H

#include <stdlib.h>

#include "bytes.h"
#include "core/http.h"

enum { HTTP_FEED_MAX_BODY = 1024 };

static inline credenco_code http_begin_with(credenco_http *http, const char *method,
                                            size_t max_body_bytes) {
    credenco_http_request request = {
        .method = span(method),
        .target = span("/"),
        .authority = span("issuer.example"),
        .max_body_bytes = max_body_bytes,
        .wants_fields = true,
    };
    return credenco_http_begin(http, &request);
}

static inline void http_feed_piece(credenco_http *http, credenco_span piece) {
    char *exact = malloc(piece.len > 0 ? piece.len : 1);
    memcpy(exact, piece.data, piece.len);
    credenco_http_feed(http, (credenco_span){exact, piece.len});
    free(exact);
}

/* Feeds `bytes` in pieces of `piece` bytes, the last one shorter. */
static inline void http_feed_in_pieces(credenco_http *http, credenco_span bytes, size_t piece) {
    for (size_t at = 0; at < bytes.len; at += piece) {
        size_t len = bytes.len - at < piece ? bytes.len - at : piece;
        http_feed_piece(http, (credenco_span){bytes.data + at, len});
    }
}

/* All memory that an exchange holds. */
static inline size_t http_footprint(const credenco_http *http) {
    return http->request.capacity + http->body.capacity + http->retry_after.capacity +
           http->line.capacity + http->fields.capacity;
}

#endif
