/* The origins a driver speaks to, each parsed by libcurl once. With CURLOPT_URL libcurl
 * parses the whole URL and prints it again, byte by byte, for every request: a third of
 * what a request costs. With CURLOPT_CURLU for the origin and CURLOPT_REQUEST_TARGET for
 * path and query it does neither, and its messages cannot show an offer's URI. */
#ifndef CREDENCO_CURL_ORIGIN_H
#define CREDENCO_CURL_ORIGIN_H

#include <curl/curl.h>
#include <stddef.h>

#include "core/buf.h"

/* An issuer, a wallet and a token server are three. */
enum { CREDENCO_ORIGINS_MAX = 16 };

typedef struct credenco_origin {
    char *text; /* scheme and authority, as written */
    CURLU *parsed;
} credenco_origin;

typedef struct credenco_origins {
    credenco_origin known[CREDENCO_ORIGINS_MAX];
    size_t count;
} credenco_origins;

/* The parsed form of `text`, a valid scheme and authority, owned by `origins`; NULL when
 * they are full or memory is short, and then CURLOPT_URL does as well. */
CURLU *credenco_origins_find(credenco_origins *origins, credenco_span text);

/* Runs after every easy handle that uses one is gone; takes zeroed ones, may run twice. */
void credenco_origins_free(credenco_origins *origins);

#endif
