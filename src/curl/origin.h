/* Origins: what is the same for all requests to one scheme, host and port. */
#ifndef CREDENCO_CURL_ORIGIN_H
#define CREDENCO_CURL_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/uri.h"

struct credenco_connection;

/* The largest number of origins kept without a connection. */
enum { CREDENCO_ORIGINS_MAX = 64 };

/* Scheme, host and port, in every form that a request needs. */
typedef struct credenco_origin {
    char *url; /* "https://host:port" */
    credenco_url parsed;
    credenco_span authority; /* for Host: without the scheme's own port (RFC 9110, 7.2) */
    bool loopback;
    size_t users;                                /* connections, and transfers that need one */
    struct credenco_connection *newest, *oldest; /* idle */
    struct credenco_origin *next;
} credenco_origin;

/* All zero without origins. */
typedef struct credenco_origins {
    credenco_origin *first; /* the last used comes first */
    size_t count;
} credenco_origins;

/* The origin of a URL, with one more user; NULL when memory is short. Forgets origins without a
 * user if there are too many. */
credenco_origin *credenco_origins_use(credenco_origins *origins, const credenco_url *url);

/* One user fewer. */
void credenco_origin_leave(credenco_origin *origin);

/* Releases all origins; may run twice. */
void credenco_origins_free(credenco_origins *origins);

#endif
