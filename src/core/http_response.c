#include "http_response.h"

#include "chars.h"
#include "decimal.h"
#include "http_body.h"
#include "http_lines.h"
#include "text.h"

void credenco_http_fail(credenco_http *http, credenco_code code, const char *detail) {
    http->state = CREDENCO_HTTP_FAILED;
    http->code = code;
    http->detail = detail;
}

void credenco_http_append(credenco_http *http, credenco_buf *out, credenco_span bytes) {
    if (credenco_buf_append(out, bytes) != CREDENCO_OK) {
        credenco_http_fail(http, CREDENCO_OUT_OF_MEMORY, "");
    }
}

void credenco_http_malformed(credenco_http *http, const char *detail) {
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

/* --- the header section ---------------------------------------------------------- */

void credenco_http_no_status_line(credenco_http *http) {
    credenco_http_malformed(http, "the response does not begin with an HTTP/1.1 status line");
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

/* Two lengths are refused, also of one value, and so is a list: readers differ in which one
 * counts. */
static void on_length(credenco_http *http, credenco_span value) {
    if (http->has_length || !credenco_decimal_read(value, UINT64_MAX, &http->length)) {
        credenco_http_malformed(http, "the response's Content-Length is not one number");
    }
    http->has_length = true;
}

/* RFC 9112, 6.1: the request asks for no other coding, and chunked cannot be applied twice. */
static void on_transfer_encoding(credenco_http *http, credenco_span value) {
    if (http->chunked || http->http_1_0 ||
        !credenco_equal_ignoring_case(value, CREDENCO_SPAN("chunked"))) {
        credenco_http_malformed(http, "the response has a Transfer-Encoding other than chunked");
    }
    http->chunked = true;
}

/* Names in lower case, so that a search need not fold them. */
static void keep_field(credenco_http *http, credenco_span name, credenco_span value) {
    const size_t at = http->fields.len;
    credenco_http_append(http, &http->fields, name);
    credenco_http_append(http, &http->fields, CREDENCO_SPAN("\0"));
    credenco_http_append(http, &http->fields, value);
    credenco_http_append(http, &http->fields, CREDENCO_SPAN("\0"));
    for (size_t i = 0; http->state != CREDENCO_HTTP_FAILED && i < name.len; i++) {
        http->fields.data[at + i] = to_lower(http->fields.data[at + i]);
    }
}

/* A close stays a close, and a web page a web page, whatever a second field says. */
static void on_field(credenco_http *http, credenco_span name, credenco_span value) {
    if (credenco_equal_ignoring_case(name, CREDENCO_SPAN("content-length"))) {
        on_length(http, value);
    } else if (credenco_equal_ignoring_case(name, CREDENCO_SPAN("transfer-encoding"))) {
        on_transfer_encoding(http, value);
    } else if (credenco_equal_ignoring_case(name, CREDENCO_SPAN("connection"))) {
        http->close = http->close || credenco_http_list_has(value, CREDENCO_SPAN("close"));
    } else if (credenco_equal_ignoring_case(name, CREDENCO_SPAN("content-type"))) {
        http->html = http->html || credenco_media_type_is_html(value);
    } else if (credenco_equal_ignoring_case(name, CREDENCO_SPAN("retry-after"))) {
        credenco_buf_clear(&http->retry_after);
        credenco_http_append(http, &http->retry_after, value);
    }
    if (http->wants_fields) {
        keep_field(http, name, value);
    }
}

static void on_head_end(credenco_http *http) {
    if (http->chunked && http->has_length) {
        credenco_http_malformed(http,
                                "the response has both a Content-Length and a Transfer-Encoding");
    } else if (http->status >= 200) {
        credenco_http_body_begins(http);
    } else if (http->status == 101) {
        credenco_http_malformed(http, "the server switches to a protocol that nobody asked for");
    } else if (++http->interim_count > CREDENCO_HTTP_INTERIM_MAX) {
        credenco_http_fail(http, CREDENCO_TOO_LARGE, "the server sends too many interim responses");
    } else {
        http->status = 0;
        credenco_http_head_begins(http);
    }
}

static bool in_head(const credenco_http *http) {
    return http->part == CREDENCO_HTTP_PART_FIELD;
}

static void on_section_end(credenco_http *http) {
    if (in_head(http)) {
        on_head_end(http);
    } else {
        credenco_http_finish(http);
    }
}

/* The fields of a trailer section are ignored. */
static void on_field_line(credenco_http *http, credenco_span line) {
    credenco_span name, value;
    if (!credenco_http_field_line(line, &name, &value)) {
        credenco_http_malformed(http, "the response has a header line that is not \"name: value\"");
    } else if (in_head(http)) {
        on_field(http, name, value);
    }
}

/* A line of the header section, or of the trailer section. */
static void on_section_line(credenco_http *http, credenco_span line) {
    if (line.len == 0) {
        on_section_end(http);
        return;
    }
    http->section_bytes += line.len;
    if (http->section_bytes >
        (in_head(http) ? CREDENCO_HTTP_HEADER_SECTION_MAX : CREDENCO_HTTP_TRAILER_SECTION_MAX)) {
        credenco_http_fail(http, CREDENCO_TOO_LARGE,
                           "the response's header or trailer section is too long");
    } else {
        on_field_line(http, line);
    }
}

/* --- for http.c -------------------------------------------------------------------- */

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
        credenco_http_chunk_too_long(http);
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
        credenco_http_take_chunk_line(http, line);
        break;
    case CREDENCO_HTTP_PART_CHUNK_END:
        credenco_http_take_chunk_end(http);
        break;
    case CREDENCO_HTTP_PART_BODY:
    case CREDENCO_HTTP_PART_REST:
    case CREDENCO_HTTP_PART_CHUNK:
        break;
    }
}
