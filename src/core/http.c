#include "http.h"

#include <string.h>

#include "http_body.h"
#include "http_lines.h"
#include "http_response.h"
#include "http_write.h"

/* Sizes of memory that an exchange keeps for the next one. */
enum { KEPT_BYTES = 64 * 1024 };

void credenco_http_init(credenco_http *http) {
    *http = (credenco_http){.state = CREDENCO_HTTP_FAILED, .code = CREDENCO_MISUSE, .detail = ""};
    credenco_buf_init(&http->request, CREDENCO_HTTP_REQUEST_HEAD_MAX + CREDENCO_HTTP_BODY_MAX);
    credenco_buf_init(&http->retry_after, CREDENCO_HTTP_FIELD_MAX);
    credenco_buf_init(&http->line, CREDENCO_HTTP_FIELD_MAX + 2);
    /* A line of n bytes takes n + 1 here, and has at least two. */
    credenco_buf_init(&http->fields, 2 * CREDENCO_HTTP_HEADER_SECTION_MAX);
}

void credenco_http_free(credenco_http *http) {
    credenco_buf_free(&http->request);
    credenco_buf_free(&http->body);
    credenco_buf_free(&http->retry_after);
    credenco_buf_free(&http->line);
    credenco_buf_free(&http->fields);
}

void credenco_http_trim(credenco_http *http) {
    credenco_buf *bufs[] = {&http->request, &http->body, &http->line, &http->fields};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) {
        if (bufs[i]->capacity > KEPT_BYTES) {
            credenco_buf_free(bufs[i]);
        }
    }
}

/* --- the start ------------------------------------------------------------------- */

credenco_code credenco_http_begin(credenco_http *http, const credenco_http_request *request) {
    http->state = CREDENCO_HTTP_READING;
    http->code = CREDENCO_OK;
    http->detail = "";
    http->status = 0;
    http->framing = CREDENCO_HTTP_NO_BODY;
    http->persistent = http->surplus = false;
    http->wants_fields = request->wants_fields;
    http->head_request = span_equal(request->method, CREDENCO_SPAN("HEAD"));
    http->connect_request = span_equal(request->method, CREDENCO_SPAN("CONNECT"));
    http->extension_bytes = 0;
    http->interim_count = 0;
    credenco_buf_limit(&http->body, request->max_body_bytes);
    credenco_buf_clear(&http->line);
    credenco_http_head_begins(http);
    credenco_code code = credenco_http_write(&http->request, request);
    if (code != CREDENCO_OK) {
        credenco_http_fail(http, code, "");
    }
    return code;
}

/* --- bytes ----------------------------------------------------------------------- */

/* A complete line, its LF included. */
static void take_line(credenco_http *http, credenco_span line) {
    if (line.len < 2 || line.data[line.len - 2] != '\r') {
        credenco_http_malformed(http, "the response has a line that does not end in CR LF");
        return;
    }
    credenco_http_take_line(http, (credenco_span){line.data, line.len - 2});
}

/* Keeps the start of a line until its end arrives. */
static void join_line(credenco_http *http, credenco_span piece, bool ends) {
    credenco_http_append(http, &http->line, piece);
    if (ends && http->state == CREDENCO_HTTP_READING) {
        take_line(http, credenco_buf_span(&http->line));
        credenco_buf_clear(&http->line);
    }
}

/* Takes bytes up to the end of a line. */
static size_t feed_line(credenco_http *http, credenco_span bytes) {
    const size_t lf = span_find(bytes, '\n');
    const bool ends = lf < bytes.len;
    const credenco_span piece = {bytes.data, ends ? lf + 1 : bytes.len};
    if (http->part == CREDENCO_HTTP_PART_STATUS_LINE &&
        !credenco_http_continues_version(http->line.len, piece)) {
        credenco_http_no_status_line(http); /* at once: such a line may never end */
    } else if (http->line.len + piece.len > credenco_http_line_max(http) + 2) {
        credenco_http_line_too_long(http);
    } else if (ends && http->line.len == 0) {
        take_line(http, piece); /* without a copy */
    } else {
        join_line(http, piece, ends);
    }
    return piece.len;
}

/* Gives the number of bytes that it took, at least one. */
static size_t feed_some(credenco_http *http, credenco_span bytes) {
    switch ((credenco_http_part)http->part) {
    case CREDENCO_HTTP_PART_BODY:
    case CREDENCO_HTTP_PART_CHUNK:
    case CREDENCO_HTTP_PART_REST:
        return credenco_http_take_bytes(http, bytes);
    case CREDENCO_HTTP_PART_STATUS_LINE:
    case CREDENCO_HTTP_PART_FIELD:
    case CREDENCO_HTTP_PART_CHUNK_LINE:
    case CREDENCO_HTTP_PART_CHUNK_END:
    case CREDENCO_HTTP_PART_TRAILER:
        break;
    }
    return feed_line(http, bytes);
}

credenco_http_state credenco_http_feed(credenco_http *http, credenco_span bytes) {
    while (bytes.len > 0 && http->state == CREDENCO_HTTP_READING) {
        const size_t taken = feed_some(http, bytes);
        bytes = span_after(bytes, taken);
    }
    http->surplus = http->surplus || bytes.len > 0;
    return http->state;
}

credenco_http_state credenco_http_end(credenco_http *http) {
    if (http->state == CREDENCO_HTTP_READING && http->part == CREDENCO_HTTP_PART_REST) {
        credenco_http_finish(http);
    }
    return credenco_http_break(http);
}

credenco_http_state credenco_http_break(credenco_http *http) {
    if (http->state == CREDENCO_HTTP_READING) {
        const bool nothing = http->part == CREDENCO_HTTP_PART_STATUS_LINE && http->line.len == 0;
        credenco_http_fail(http, CREDENCO_CONNECT_FAILED,
                           nothing ? "the server closed the connection without a response"
                                   : "the connection ended before the response was complete");
    }
    return http->state;
}

bool credenco_http_reusable(const credenco_http *http) {
    return http->state == CREDENCO_HTTP_DONE && http->persistent && !http->surplus;
}

bool credenco_http_is_tunnel(const credenco_http *http) {
    return http->state == CREDENCO_HTTP_DONE && credenco_http_opens_tunnel(http) && !http->surplus;
}

bool credenco_http_next_field(const credenco_http *http, size_t *cursor, credenco_span *name,
                              credenco_span *value) {
    if (*cursor >= http->fields.len) {
        return false;
    }
    const char *at = http->fields.data + *cursor;
    *name = (credenco_span){at, strlen(at)};
    at += name->len + 1;
    *value = (credenco_span){at, strlen(at)};
    *cursor += name->len + value->len + 2;
    return true;
}
