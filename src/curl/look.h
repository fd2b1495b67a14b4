/* How a connection comes about, step by step, for people who ask why it does not. Nothing is sent
 * over it. */
#ifndef CREDENCO_CURL_LOOK_H
#define CREDENCO_CURL_LOOK_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "connection.h"

typedef enum credenco_look_step {
    CREDENCO_LOOK_NAME = 0,   /* the host's name was not resolved */
    CREDENCO_LOOK_PROXY,      /* the proxy's name is not known, or it refused the tunnel */
    CREDENCO_LOOK_CONNECTION, /* nobody accepted the connection */
    CREDENCO_LOOK_TLS,        /* what came after it: the handshake, the certificate, the tunnel */
    CREDENCO_LOOK_CONNECTED
} credenco_look_step;

typedef struct credenco_look {
    credenco_connection
        *connection;         /* its `detail` has libcurl's words, where they hold no secret */
    credenco_look_step step; /* what failed, or CREDENCO_LOOK_CONNECTED */
    bool accepted;           /* somebody accepted a connection that was closed again */
    int os_error;            /* errno of a connection that was not accepted, or 0 */
    long tunnel_status;      /* of the proxy's answer to CONNECT, or 0 */
    const struct curl_certinfo *certificates; /* what the server showed, its own first; or NULL */
} credenco_look;

/* Connects to an origin, `origin_url` and the same taken apart, as a driver with these options
 * would, within `timeout_ms`; blocks until then. Without `verify` it takes any certificate, to show
 * what was refused, and shows none. `look` is zeroed; false when memory is short. It must not move.
 */
bool credenco_look_at(credenco_look *look, const credenco_connection_options *options,
                      const char *origin_url, const credenco_url *origin, bool verify,
                      int64_t timeout_ms);

/* Closes the connection; takes a zeroed look, may run twice. */
void credenco_look_free(credenco_look *look);

#endif
