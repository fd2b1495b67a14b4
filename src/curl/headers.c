#include "headers.h"

#include <stdlib.h>

#include "core/text.h"

/* Longest line; servers refuse far shorter ones. */
enum { LINE_MAX_BYTES = 1024 * 1024 };

credenco_headers *credenco_headers_new(void) {
    credenco_headers *headers = calloc(1, sizeof *headers);
    return credenco_headers_hold(headers);
}

static credenco_code append(credenco_headers *headers, const char *line) {
    struct curl_slist *longer = curl_slist_append(headers->lines, line);
    if (longer == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    headers->lines = longer;
    return CREDENCO_OK;
}

static credenco_code add_line(credenco_headers *headers, credenco_span name,
                              credenco_span separator, credenco_span value) {
    const credenco_span parts[] = {name, separator, value};
    credenco_buf line;
    credenco_buf_init(&line, LINE_MAX_BYTES);
    credenco_code code = CREDENCO_OK;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && code == CREDENCO_OK; i++) {
        code = credenco_buf_append(&line, parts[i]);
    }
    if (code == CREDENCO_OK) {
        code = append(headers, line.data);
    }
    credenco_buf_free(&line);
    return code == CREDENCO_TOO_LARGE ? CREDENCO_INVALID_ARGUMENT : code;
}

/* libcurl sends a header without a value only when it ends in a semicolon. */
credenco_code credenco_headers_add(credenco_headers *headers, credenco_span name,
                                   credenco_span value) {
    if (!credenco_token_valid(name) || !credenco_field_value_valid(value)) {
        return CREDENCO_INVALID_ARGUMENT;
    }
    credenco_span separator = value.len > 0 ? CREDENCO_SPAN(": ") : CREDENCO_SPAN(";");
    return add_line(headers, name, separator, value);
}

credenco_code credenco_headers_omit(credenco_headers *headers, credenco_span name) {
    return add_line(headers, name, CREDENCO_SPAN(":"), CREDENCO_SPAN(""));
}

credenco_headers *credenco_headers_hold(credenco_headers *headers) {
    if (headers != NULL) {
        headers->holders++;
    }
    return headers;
}

void credenco_headers_release(credenco_headers *headers) {
    if (headers != NULL && --headers->holders == 0) {
        curl_slist_free_all(headers->lines);
        free(headers);
    }
}
