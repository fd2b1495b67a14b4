/* Makes a connection to find out in which step it fails. Sends nothing over it. */
#ifndef CREDENCO_CURL_LOOK_H
#define CREDENCO_CURL_LOOK_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "connection.h"

typedef enum credenco_look_step {
    CREDENCO_LOOK_NAME = 0,   /* the host's name was not resolved */
    CREDENCO_LOOK_PROXY,      /* the proxy's name is not known, or it refused the tunnel */
    CREDENCO_LOOK_CONNECTION, /* the host did not accept the connection */
    CREDENCO_LOOK_TLS,        /* the handshake, the certificate, or the tunnel */
    CREDENCO_LOOK_CONNECTED
} credenco_look_step;

typedef struct credenco_look {
    credenco_connection *connection; /* `detail` has libcurl's message if it holds no secret */
    credenco_look_step step;         /* the step that failed, or CREDENCO_LOOK_CONNECTED */
    bool accepted;                   /* the server accepted a connection, which was closed again */
    int os_error;                    /* errno of a connection that was not accepted, or 0 */
    long tunnel_status;              /* HTTP status of the proxy's response to CONNECT, or 0 */
    const struct curl_certinfo *certificates; /* the server's own first, then its chain; or NULL */
} credenco_look;

/* Connects to an origin within `timeout_ms`, as a driver with these options would. `origin` is the
 * parsed `origin_url`. Blocks until the connection is made or has failed. Without `verify` it
 * accepts any server certificate, so that you can see a refused one, and presents no client
 * certificate. `look` must be zeroed and must not move. False when memory is short. */
bool credenco_look_at(credenco_look *look, const credenco_connection_options *options,
                      const char *origin_url, const credenco_url *origin, bool verify,
                      int64_t timeout_ms);

/* Closes the connection; takes a zeroed look, may run twice. */
void credenco_look_free(credenco_look *look);

#endif
