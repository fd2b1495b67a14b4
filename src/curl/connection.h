/* One connection to an origin. libcurl makes it (names, addresses, TLS, a proxy's tunnel) and
 * carries its bytes. It lives as long as its easy handle is in the multi handle. */
#ifndef CREDENCO_CURL_CONNECTION_H
#define CREDENCO_CURL_CONNECTION_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/uri.h"
#include "identity.h"

/* The options of all connections of a driver. */
typedef struct credenco_connection_options {
    const char *ca_file; /* CA certificates instead of the system's, or NULL */
    const char *proxy;   /* NULL: the environment's; "": none. Never used for loopback hosts */
    credenco_identity identity;
    bool trust_loopback; /* take any certificate from a loopback host, and from no other */
} credenco_connection_options;

struct credenco_origin;
struct credenco_transfer;

typedef struct credenco_connection {
    CURL *easy;
    int fd;     /* -1 until connected */
    bool plain; /* without TLS: bytes bypass libcurl */
    bool ended; /* the server has closed it */
    bool idle;  /* in its origin's list */
    struct credenco_origin *origin;
    struct credenco_transfer *transfer; /* the transfer that it carries, or will carry */
    int64_t idle_since_ms;
    size_t header_bytes;                         /* of a proxy's response to CONNECT */
    struct credenco_connection *newer, *older;   /* idle ones of the same origin */
    struct credenco_connection *next, *previous; /* all of a pool's */
    char detail[CURL_ERROR_SIZE]; /* libcurl's message when the connection could not be made */
} credenco_connection;

typedef enum credenco_io {
    CREDENCO_IO_MOVED = 0, /* some bytes */
    CREDENCO_IO_AGAIN,     /* none now */
    CREDENCO_IO_ENDED,     /* the server has closed the connection */
    CREDENCO_IO_FAILED     /* it is broken */
} credenco_io;

/* A connection that is not open yet; NULL when memory is short. Borrows the options for this call,
 * and `share` for as long as the connection lives. */
credenco_connection *credenco_connection_new(const credenco_connection_options *options,
                                             CURLSH *share, const char *origin_url, bool loopback,
                                             bool plain, int64_t timeout_ms);
void credenco_connection_free(credenco_connection *connection); /* takes NULL */

/* Takes over the connection from libcurl. False if libcurl has lost it again, or if the server has
 * sent bytes before any request. */
bool credenco_connection_made(credenco_connection *connection);

/* Why libcurl could not make the connection: the code. Clears `detail` if it may hold a secret. */
credenco_code credenco_connection_failure(credenco_connection *connection, CURLcode result);

/* Moves bytes without waiting. `*moved` is 0 unless CREDENCO_IO_MOVED. After AGAIN over TLS, repeat
 * the send with the same bytes. */
credenco_io credenco_connection_send(credenco_connection *connection, credenco_span bytes,
                                     size_t *moved);
credenco_io credenco_connection_receive(credenco_connection *connection, char *room, size_t size,
                                        size_t *moved);

/* Whether an idle connection is open and nothing has arrived on it, apart from a TLS session
 * ticket. */
bool credenco_connection_quiet(credenco_connection *connection);

#endif
