/* Header lines of a request, shared by all requests that send the same ones. */
#ifndef CREDENCO_CURL_HEADERS_H
#define CREDENCO_CURL_HEADERS_H

#include <curl/curl.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/error.h"

typedef struct credenco_headers {
    struct curl_slist *lines; /* "name: value" */
    size_t holders;
} credenco_headers;

/* No lines, held once; NULL when memory is short. */
credenco_headers *credenco_headers_new(void);

/* Adds a line, or sees to it that libcurl sends none of that name; before the first
 * request only. CREDENCO_INVALID_ARGUMENT for what would be read as something else: a
 * name that is no token, control bytes in a value. */
credenco_code credenco_headers_add(credenco_headers *headers, credenco_span name,
                                   credenco_span value);
credenco_code credenco_headers_omit(credenco_headers *headers, credenco_span name);

/* Both take NULL. */
credenco_headers *credenco_headers_hold(credenco_headers *headers);
void credenco_headers_release(credenco_headers *headers);

#endif
