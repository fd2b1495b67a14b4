#include "http_body.h"

#include "http_lines.h"
#include "http_response.h"

bool credenco_http_opens_tunnel(const credenco_http *http) {
    return http->connect_request && http->status >= 200 && http->status < 300;
}

/* RFC 9112, 6.3, in its order. Both fields at once are refused, as 6.1 allows. */
static credenco_http_framing framing_of(const credenco_http *http) {
    if (http->head_request || http->status == 204 || http->status == 304 ||
        credenco_http_opens_tunnel(http)) {
        return CREDENCO_HTTP_NO_BODY;
    }
    if (http->chunked) {
        return CREDENCO_HTTP_CHUNKED;
    }
    return http->has_length ? CREDENCO_HTTP_LENGTH : CREDENCO_HTTP_UNTIL_CLOSE;
}

static bool is_too_large(const credenco_http *http, uint64_t more) {
    return more > http->body.max - http->body.len;
}

static void too_large(credenco_http *http) {
    credenco_http_fail(http, CREDENCO_TOO_LARGE,
                       "the response's body is longer than max_body_bytes");
}

/* Whether the connection may carry another request behind this response. */
static bool is_persistent(const credenco_http *http) {
    return !http->http_1_0 && !http->close && http->framing != CREDENCO_HTTP_UNTIL_CLOSE &&
           !credenco_http_opens_tunnel(http);
}

static void counted_body_begins(credenco_http *http) {
    http->part = CREDENCO_HTTP_PART_BODY;
    if (is_too_large(http, http->length)) {
        too_large(http);
    } else if (http->length == 0) {
        credenco_http_finish(http);
    }
}

void credenco_http_body_begins(credenco_http *http) {
    http->framing = framing_of(http);
    http->persistent = is_persistent(http);
    switch (http->framing) {
    case CREDENCO_HTTP_NO_BODY:
        credenco_http_finish(http);
        break;
    case CREDENCO_HTTP_LENGTH:
        counted_body_begins(http);
        break;
    case CREDENCO_HTTP_CHUNKED:
        http->part = CREDENCO_HTTP_PART_CHUNK_LINE;
        break;
    case CREDENCO_HTTP_UNTIL_CLOSE:
        http->part = CREDENCO_HTTP_PART_REST;
        break;
    }
}

void credenco_http_take_chunk_line(credenco_http *http, credenco_span line) {
    size_t idle_len;
    if (!credenco_http_chunk_line(line, &http->length, &idle_len)) {
        credenco_http_malformed(http, "the response's body has a chunk without a valid size");
        return;
    }
    http->extension_bytes += idle_len;
    if (http->extension_bytes > CREDENCO_HTTP_CHUNK_EXTENSIONS_MAX) {
        credenco_http_fail(http, CREDENCO_TOO_LARGE,
                           "the response's chunk sizes have too many zeros and extensions");
    } else if (is_too_large(http, http->length)) {
        too_large(http);
    } else if (http->length == 0) {
        http->part = CREDENCO_HTTP_PART_TRAILER;
        http->section_bytes = 0;
    } else {
        http->part = CREDENCO_HTTP_PART_CHUNK;
    }
}

void credenco_http_chunk_too_long(credenco_http *http) {
    credenco_http_malformed(http, "the response's body has a chunk that is longer than its size");
}

void credenco_http_take_chunk_end(credenco_http *http) {
    http->part = CREDENCO_HTTP_PART_CHUNK_LINE;
}

/* The bytes that were announced are here: of the body, or of one chunk. */
static void on_bytes_end(credenco_http *http) {
    if (http->part == CREDENCO_HTTP_PART_BODY) {
        credenco_http_finish(http);
    } else {
        http->part = CREDENCO_HTTP_PART_CHUNK_END;
    }
}

/* Takes bytes of a body or chunk of known length. */
static size_t take_counted(credenco_http *http, credenco_span bytes) {
    const size_t len = bytes.len < http->length ? bytes.len : (size_t)http->length;
    credenco_http_append(http, &http->body, (credenco_span){bytes.data, len});
    http->length -= len;
    if (http->length == 0 && http->state == CREDENCO_HTTP_READING) {
        on_bytes_end(http);
    }
    return len;
}

/* A body that the connection's end ends may grow up to its maximum. */
static size_t take_rest(credenco_http *http, credenco_span bytes) {
    if (is_too_large(http, bytes.len)) {
        too_large(http);
    } else {
        credenco_http_append(http, &http->body, bytes);
    }
    return bytes.len;
}

size_t credenco_http_take_bytes(credenco_http *http, credenco_span bytes) {
    return http->part == CREDENCO_HTTP_PART_REST ? take_rest(http, bytes)
                                                 : take_counted(http, bytes);
}
