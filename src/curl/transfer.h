/* One request and its outcome: an exchange (core/http.h) over a connection. */
#ifndef CREDENCO_CURL_TRANSFER_H
#define CREDENCO_CURL_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "connection.h"
#include "core/error.h"
#include "core/http.h"
#include "pool.h"

/* Pointers are borrowed for the call only. */
typedef struct credenco_request {
    credenco_span method;
    credenco_span url;                  /* https, or http to a loopback host */
    const credenco_http_fields *fields; /* NULL: none */
    credenco_span body;                 /* data NULL: none */
    int64_t timeout_ms;                 /* of the whole transfer, more than 0 */
    int64_t connect_timeout_ms;         /* more than 0 */
    size_t max_body_bytes;              /* of the response */
    bool wants_fields;                  /* the response's header fields will be read */
} credenco_request;

typedef enum credenco_transfer_state {
    CREDENCO_TRANSFER_IDLE = 0, /* may serve the next request */
    CREDENCO_TRANSFER_QUEUED,   /* started, without a connection */
    CREDENCO_TRANSFER_ACTIVE,   /* has a connection, made or in the making */
    CREDENCO_TRANSFER_FINISHED, /* can be taken */
    CREDENCO_TRANSFER_TAKEN
} credenco_transfer_state;

typedef struct credenco_transfer {
    /* The outcome, readable from take to release. */
    credenco_code code;           /* CREDENCO_OK if a whole response arrived: see `http` */
    credenco_sent sent;           /* of a failure */
    char detail[CURL_ERROR_SIZE]; /* of a failure: may name a host, never a path or query */
    credenco_http http;

    size_t id; /* unique among the transfers in use; small, from 1 */
    credenco_transfer_state state;
    credenco_origin *origin;         /* from the start to the end */
    credenco_connection *connection; /* while active */
    int64_t deadline_ms;             /* a time of credenco_now_ms */
    int64_t connect_timeout_ms;
    size_t sent_len;                /* bytes of the request that the connection has taken */
    bool handed;                    /* the connection may have been given a byte of the request */
    bool reused;                    /* the connection has carried another request */
    bool send_failed;               /* the rest of the request cannot be sent */
    struct credenco_transfer *next; /* in the list of its state */
} credenco_transfer;

credenco_transfer *credenco_transfer_new(void);           /* NULL when memory is short */
void credenco_transfer_free(credenco_transfer *transfer); /* takes NULL */

/* Writes the request. The codes are those of credenco_http_begin, and CREDENCO_INVALID_ARGUMENT
 * unless the URL is https, or http to a loopback host. After a failure you may prepare another
 * request. */
credenco_code credenco_transfer_prepare(credenco_transfer *transfer, credenco_pool *pool,
                                        const credenco_request *request);

typedef enum credenco_progress {
    CREDENCO_PROGRESS_WAIT = 0, /* for the connection */
    CREDENCO_PROGRESS_END,      /* the exchange is over */
    CREDENCO_PROGRESS_AGAIN     /* the connection was closed before it took a byte: use another */
} credenco_progress;

/* Moves the bytes that its connection can move now; those that arrive go through `room`. */
credenco_progress credenco_transfer_move(credenco_transfer *transfer, char *room, size_t size);

/* Only reads what has arrived. True if the exchange is over. */
bool credenco_transfer_receive(credenco_transfer *transfer, char *room, size_t size);

/* Whether the connection may carry another request. */
bool credenco_transfer_leaves_reusable(const credenco_transfer *transfer);

/* Set the outcome: that of the exchange, or another failure. */
void credenco_transfer_conclude(credenco_transfer *transfer);
void credenco_transfer_fail(credenco_transfer *transfer, credenco_code code, const char *detail);

#endif
