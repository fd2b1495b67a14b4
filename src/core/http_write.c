/* Writes header fields that many requests share, and requests as bytes. */
#include "http_write.h"

#include "chars.h"
#include "decimal.h"
#include "text.h"

/* --- fields ------------------------------------------------------------------------ */

/* Fields that frame a message or concern the connection: only the exchange writes them. */
static const credenco_span ours[] = {
    CREDENCO_SPAN("host"),    CREDENCO_SPAN("content-length"), CREDENCO_SPAN("transfer-encoding"),
    CREDENCO_SPAN("te"),      CREDENCO_SPAN("connection"),     CREDENCO_SPAN("expect"),
    CREDENCO_SPAN("trailer"), CREDENCO_SPAN("upgrade"),
};

static bool is_ours(credenco_span name) {
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (credenco_equal_ignoring_case(name, ours[i])) {
            return true;
        }
    }
    return false;
}

void credenco_http_fields_init(credenco_http_fields *fields) {
    credenco_buf_init(&fields->lines, CREDENCO_HTTP_REQUEST_HEAD_MAX);
}

void credenco_http_fields_free(credenco_http_fields *fields) {
    credenco_buf_free(&fields->lines);
}

/* Appends the spans in turn, and stops at the first failure. */
static credenco_code append_all(credenco_buf *out, const credenco_span *parts, size_t count) {
    credenco_code code = CREDENCO_OK;
    for (size_t i = 0; i < count && code == CREDENCO_OK; i++) {
        code = credenco_buf_append(out, parts[i]);
    }
    return code;
}

credenco_code credenco_http_fields_add(credenco_http_fields *fields, credenco_span name,
                                       credenco_span value) {
    if (!credenco_token_valid(name) || !credenco_field_value_valid(value) || is_ours(name)) {
        return CREDENCO_INVALID_ARGUMENT;
    }
    const credenco_span parts[] = {name, CREDENCO_SPAN(": "), value, CREDENCO_SPAN("\r\n")};
    credenco_buf *lines = &fields->lines;
    const size_t len = lines->len;
    credenco_code code = append_all(lines, parts, sizeof parts / sizeof *parts);
    if (code != CREDENCO_OK) {
        lines->len = len; /* a whole line or nothing */
    }
    return code == CREDENCO_TOO_LARGE ? CREDENCO_INVALID_ARGUMENT : code;
}

/* --- a request --------------------------------------------------------------------- */

/* Control bytes and whitespace in a target or an authority would make a different request. */
static bool is_visible(char c) {
    return c != ' ' && !is_control(c);
}

/* A POST, PUT or PATCH without a body says so with a length of 0 (RFC 9110, 8.6). */
static bool has_content(const credenco_http_request *request) {
    return request->body.data != NULL || span_equal(request->method, CREDENCO_SPAN("POST")) ||
           span_equal(request->method, CREDENCO_SPAN("PUT")) ||
           span_equal(request->method, CREDENCO_SPAN("PATCH"));
}

static credenco_code append_length(credenco_buf *out, size_t length) {
    char digits[CREDENCO_DECIMAL_MAX];
    const credenco_span parts[] = {
        CREDENCO_SPAN("Content-Length: "),
        {digits, credenco_decimal_write((int64_t)length, digits)},
        CREDENCO_SPAN("\r\n"),
    };
    return append_all(out, parts, sizeof parts / sizeof *parts);
}

/* A target that begins with its query lacks the "/" (RFC 9112, 3.2.1). */
static bool has_path(credenco_span target) {
    return target.len > 0 && target.data[0] != '?';
}

static credenco_code write_head(credenco_buf *out, const credenco_http_request *request) {
    const credenco_span fields =
        request->fields != NULL ? credenco_buf_span(&request->fields->lines) : CREDENCO_SPAN("");
    const credenco_span parts[] = {
        request->method,
        CREDENCO_SPAN(" "),
        has_path(request->target) ? CREDENCO_SPAN("") : CREDENCO_SPAN("/"),
        request->target,
        CREDENCO_SPAN(" HTTP/1.1\r\nHost: "),
        request->authority,
        CREDENCO_SPAN("\r\n"),
        fields,
    };
    credenco_code code = append_all(out, parts, sizeof parts / sizeof *parts);
    if (code == CREDENCO_OK && has_content(request)) {
        code = append_length(out, request->body.len);
    }
    return code == CREDENCO_OK ? credenco_buf_append(out, CREDENCO_SPAN("\r\n")) : code;
}

credenco_code credenco_http_write(credenco_buf *out, const credenco_http_request *request) {
    credenco_buf_clear(out);
    if (!credenco_token_valid(request->method) || !span_all(request->target, is_visible) ||
        !span_all(request->authority, is_visible) || request->authority.len == 0) {
        return CREDENCO_INVALID_ARGUMENT;
    }
    if (request->body.len > CREDENCO_HTTP_BODY_MAX) {
        return CREDENCO_TOO_LARGE;
    }
    credenco_code code = write_head(out, request);
    if (code == CREDENCO_OK && out->len > CREDENCO_HTTP_REQUEST_HEAD_MAX) {
        code = CREDENCO_INVALID_ARGUMENT;
    }
    if (code == CREDENCO_OK && request->body.len > 0) {
        code = credenco_buf_append(out, request->body);
    }
    if (code != CREDENCO_OK) {
        credenco_buf_clear(out);
    }
    return code;
}
