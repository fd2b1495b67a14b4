#include "headers.h"

#include <stdlib.h>

credenco_headers *credenco_headers_new(void) {
    credenco_headers *headers = calloc(1, sizeof *headers);
    return credenco_headers_hold(headers);
}

credenco_code credenco_headers_add(credenco_headers *headers, const char *line) {
    struct curl_slist *longer = curl_slist_append(headers->lines, line);
    if (longer == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    headers->lines = longer;
    return CREDENCO_OK;
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
