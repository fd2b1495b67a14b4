#include "http_response.h"

#include "chars.h"
#include "http_lines.h"

void credenco_http_fail(credenco_http *http, credenco_code code, const char *detail) {
    http->state = CREDENCO_HTTP_FAILED;
    http->code = code;
    http->detail = detail;
}

static void malformed(credenco_http *http, const char *detail) {
    credenco_http_fail(http, CREDENCO_BAD_RESPONSE, detail);
}

void credenco_http_finish(credenco_http *http) {
    http->state = CREDENCO_HTTP_DONE;
}

void credenco_http_head_begins(credenco_http *http) {
    http->part = CREDENCO_HTTP_PART_STATUS_LINE;
    http->has_length = http->chunked = http->close = http->html = false;
    http->length = 0;
    http->section_bytes = 0;
    credenco_buf_clear(&http->retry_after);
    credenco_buf_clear(&http->fields);
}

/* --- the head -------------------------------------------------------------------- */

void credenco_http_no_status_line(credenco_http *http) {
    malformed(http, "the response does not begin with an HTTP/1.1 status line");
}

static void on_status_line(credenco_http *http, credenco_span line) {
    bool http_1_0;
    if (!credenco_http_status_line(line, &http_1_0, &http->status)) {
        http->status = 0;
        credenco_http_no_status_line(http);
        return;
    }
    http->http_1_0 = http_1_0;
    http->part = CREDENCO_HTTP_PART_FIELD;
}

static void on_length(credenco_http *http, credenco_span value) {
    if (http->has_length || !credenco_http_length(value, &http->length)) {
        malformed(http, "the response's Content-Length is not one number");
    }
    http->has_length = true;
}

/* RFC 9112, 6.1: no other coding was asked for, and none can be applied twice. */
static void on_transfer_encoding(credenco_http *http, credenco_span value) {
    if (http->chunked || http->http_1_0 ||
        !credenco_http_name_is(value, CREDENCO_SPAN("chunked"))) {
        malformed(http, "the response has a Transfer-Encoding other than chunked");
    }
    http->chunked = true;
}

static void append_or_fail(credenco_http *http, credenco_buf *out, credenco_span bytes) {
    if (credenco_buf_append(out, bytes) != CREDENCO_OK) {
        credenco_http_fail(http, CREDENCO_OUT_OF_MEMORY, "");
    }
}

static void keep_field(credenco_http *http, credenco_span name, credenco_span value) {
    const size_t at = http->fields.len;
    append_or_fail(http, &http->fields, name);
    append_or_fail(http, &http->fields, CREDENCO_SPAN("\0"));
    append_or_fail(http, &http->fields, value);
    append_or_fail(http, &http->fields, CREDENCO_SPAN("\0"));
    for (size_t i = 0; http->state != CREDENCO_HTTP_FAILED && i < name.len; i++) {
        http->fields.data[at + i] = to_lower(http->fields.data[at + i]);
    }
}

static void on_field(credenco_http *http, credenco_span name, credenco_span value) {
    if (credenco_http_name_is(name, CREDENCO_SPAN("content-length"))) {
        on_length(http, value);
    } else if (credenco_http_name_is(name, CREDENCO_SPAN("transfer-encoding"))) {
        on_transfer_encoding(http, value);
    } else if (credenco_http_name_is(name, CREDENCO_SPAN("connection"))) {
        http->close = http->close || credenco_http_list_has(value, CREDENCO_SPAN("close"));
    } else if (credenco_http_name_is(name, CREDENCO_SPAN("content-type"))) {
        http->html = http->html || credenco_media_type_is_html(value);
    } else if (credenco_http_name_is(name, CREDENCO_SPAN("retry-after"))) {
        credenco_buf_clear(&http->retry_after);
        append_or_fail(http, &http->retry_after, value);
    }
    if (http->wants_fields) {
        keep_field(http, name, value);
    }
}

bool credenco_http_opens_tunnel(const credenco_http *http) {
    return http->connect_request && http->status >= 200 && http->status < 300;
}

/* RFC 9112, 6.3, in its order; both at once are refused, as its 6.1 allows. */
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

static void begin_body(credenco_http *http) {
    http->framing = framing_of(http);
    http->persistent = !http->http_1_0 && !http->close &&
                       http->framing != CREDENCO_HTTP_UNTIL_CLOSE &&
                       !credenco_http_opens_tunnel(http);
    switch (http->framing) {
    case CREDENCO_HTTP_NO_BODY:
        credenco_http_finish(http);
        break;
    case CREDENCO_HTTP_LENGTH:
        http->part = CREDENCO_HTTP_PART_BODY;
        if (is_too_large(http, http->length)) {
            too_large(http);
        } else if (http->length == 0) {
            credenco_http_finish(http);
        }
        break;
    case CREDENCO_HTTP_CHUNKED:
        http->part = CREDENCO_HTTP_PART_CHUNK_LINE;
        break;
    case CREDENCO_HTTP_UNTIL_CLOSE:
        http->part = CREDENCO_HTTP_PART_REST;
        break;
    }
}

static void on_head_end(credenco_http *http) {
    if (http->chunked && http->has_length) {
        malformed(http, "the response has both a Content-Length and a Transfer-Encoding");
    } else if (http->status >= 200) {
        begin_body(http);
    } else if (http->status == 101) {
        malformed(http, "the server switches to a protocol that nobody asked for");
    } else if (++http->interim_count > CREDENCO_HTTP_INTERIM_MAX) {
        credenco_http_fail(http, CREDENCO_TOO_LARGE, "the server sends too many interim responses");
    } else {
        http->status = 0;
        credenco_http_head_begins(http);
    }
}

/* A line of the header section, or of the trailer section, whose fields are not used. */
static void on_section_line(credenco_http *http, credenco_span line) {
    const bool head = http->part == CREDENCO_HTTP_PART_FIELD;
    if (line.len == 0) {
        if (head) {
            on_head_end(http);
        } else {
            credenco_http_finish(http);
        }
        return;
    }
    http->section_bytes += line.len;
    if (http->section_bytes >
        (head ? CREDENCO_HTTP_HEADER_SECTION_MAX : CREDENCO_HTTP_TRAILER_SECTION_MAX)) {
        credenco_http_fail(http, CREDENCO_TOO_LARGE,
                           "the response's header or trailer section is too long");
        return;
    }
    credenco_span name, value;
    if (!credenco_http_field_line(line, &name, &value)) {
        malformed(http, "the response has a header line that is not \"name: value\"");
    } else if (head) {
        on_field(http, name, value);
    }
}

/* --- chunks ---------------------------------------------------------------------- */

static void on_chunk_line(credenco_http *http, credenco_span line) {
    size_t idle_len;
    if (!credenco_http_chunk_line(line, &http->length, &idle_len)) {
        malformed(http, "the response's body has a chunk without a valid size");
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

static void chunk_too_long(credenco_http *http) {
    malformed(http, "the response's body has a chunk that is longer than its size");
}

static void on_chunk_end(credenco_http *http, credenco_span line) {
    if (line.len > 0) {
        chunk_too_long(http);
    }
    http->part = CREDENCO_HTTP_PART_CHUNK_LINE;
}

/* --- what http.c feeds ------------------------------------------------------------ */

size_t credenco_http_line_max(const credenco_http *http) {
    switch ((credenco_http_part)http->part) {
    case CREDENCO_HTTP_PART_STATUS_LINE:
        return CREDENCO_HTTP_STATUS_LINE_MAX;
    case CREDENCO_HTTP_PART_CHUNK_LINE:
        return CREDENCO_HTTP_CHUNK_LINE_MAX;
    case CREDENCO_HTTP_PART_CHUNK_END:
        return 0;
    case CREDENCO_HTTP_PART_FIELD:
    case CREDENCO_HTTP_PART_TRAILER:
        return CREDENCO_HTTP_FIELD_MAX;
    case CREDENCO_HTTP_PART_BODY:
    case CREDENCO_HTTP_PART_REST:
    case CREDENCO_HTTP_PART_CHUNK:
        break;
    }
    return 0;
}

void credenco_http_line_too_long(credenco_http *http) {
    if (http->part == CREDENCO_HTTP_PART_CHUNK_END) {
        chunk_too_long(http);
    } else {
        credenco_http_fail(http, CREDENCO_TOO_LARGE, "the response has a line that is too long");
    }
}

void credenco_http_take_line(credenco_http *http, credenco_span line) {
    switch ((credenco_http_part)http->part) {
    case CREDENCO_HTTP_PART_STATUS_LINE:
        on_status_line(http, line);
        break;
    case CREDENCO_HTTP_PART_FIELD:
    case CREDENCO_HTTP_PART_TRAILER:
        on_section_line(http, line);
        break;
    case CREDENCO_HTTP_PART_CHUNK_LINE:
        on_chunk_line(http, line);
        break;
    case CREDENCO_HTTP_PART_CHUNK_END:
        on_chunk_end(http, line);
        break;
    case CREDENCO_HTTP_PART_BODY:
    case CREDENCO_HTTP_PART_REST:
    case CREDENCO_HTTP_PART_CHUNK:
        break;
    }
}

static void on_bytes_end(credenco_http *http) {
    if (http->part == CREDENCO_HTTP_PART_BODY) {
        credenco_http_finish(http);
    } else {
        http->part = CREDENCO_HTTP_PART_CHUNK_END;
    }
}

/* Takes bytes of the body, whose number is known. */
static size_t take_counted(credenco_http *http, credenco_span bytes) {
    const size_t len = bytes.len < http->length ? bytes.len : (size_t)http->length;
    append_or_fail(http, &http->body, (credenco_span){bytes.data, len});
    http->length -= len;
    if (http->length == 0 && http->state == CREDENCO_HTTP_READING) {
        on_bytes_end(http);
    }
    return len;
}

static size_t take_rest(credenco_http *http, credenco_span bytes) {
    if (is_too_large(http, bytes.len)) {
        too_large(http);
    } else {
        append_or_fail(http, &http->body, bytes);
    }
    return bytes.len;
}

size_t credenco_http_take_bytes(credenco_http *http, credenco_span bytes) {
    return http->part == CREDENCO_HTTP_PART_REST ? take_rest(http, bytes)
                                                 : take_counted(http, bytes);
}
