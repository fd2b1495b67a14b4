/* One HTTP request and what came of it, on an easy handle that serves one request after
 * another. */
#ifndef CREDENCO_CURL_TRANSFER_H
#define CREDENCO_CURL_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "headers.h"
#include "kept.h"
#include "origin.h"

/* The same for every request. */
typedef struct credenco_transfer_options {
    const char *ca_file; /* NULL: the system's certificates */
    const char *proxy;   /* NULL: what the environment says, but none to loopback; "": none */
    bool http2;          /* offer HTTP/2 over TLS */
    bool trust_loopback; /* take any certificate from a loopback host, and from no other */
} credenco_transfer_options;

/* Every pointer but the headers is borrowed for the call only. */
typedef struct credenco_request {
    const char *method;
    const char *url;
    credenco_headers *headers;  /* NULL: none; held as long as the transfer needs them */
    credenco_span body;         /* data NULL: none */
    int64_t timeout_ms;         /* of the whole transfer, more than 0 */
    int64_t connect_timeout_ms; /* more than 0 */
    size_t max_body_bytes;      /* of the answer */
    bool wants_headers;         /* the answer's head will be read from the easy handle */
} credenco_request;

typedef enum credenco_transfer_state {
    CREDENCO_TRANSFER_IDLE = 0, /* may serve the next request */
    CREDENCO_TRANSFER_QUEUED,   /* started, not yet given to libcurl */
    CREDENCO_TRANSFER_ACTIVE,
    CREDENCO_TRANSFER_FINISHED, /* can be taken */
    CREDENCO_TRANSFER_TAKEN
} credenco_transfer_state;

typedef struct credenco_transfer {
    /* The outcome, readable from take to release. */
    credenco_code code;     /* CREDENCO_OK when a whole answer arrived */
    credenco_sent sent;     /* when it did not */
    int http_status;        /* 0 before the head of an answer arrived */
    int64_t retry_after_ms; /* RFC 9110, 10.2.3; -1 when the answer does not say */
    credenco_buf body;
    char detail[CURL_ERROR_SIZE]; /* libcurl's words: host names, never a path or query */

    size_t id; /* unique among the transfers in use; small, from 1 */
    credenco_transfer_state state;
    CURL *easy;
    const credenco_kept *kept; /* the driver's */
    int64_t timeout_ms;        /* what is left of it */
    bool wants_headers;
    credenco_headers *headers;
    credenco_buf request_body;
    bool requested; /* the request went out, or tried to */
    bool watchful;  /* looks whether a kept connection is stale */
    bool stale;     /* it is, so the request did not go out */
    bool body_too_large;
    bool out_of_memory;
    struct credenco_transfer *next; /* in the list its state names */
} credenco_transfer;

/* A transfer that may serve; NULL when memory is short. The options, with the texts they
 * point to, are borrowed for the call only; what is kept, for as long as the transfer lives. */
credenco_transfer *credenco_transfer_new(const credenco_transfer_options *options,
                                         const credenco_kept *kept);
void credenco_transfer_free(credenco_transfer *transfer); /* takes NULL */

/* Makes the easy handle ready for a request. On failure the transfer may serve another.
 * CREDENCO_INVALID_ARGUMENT for a URL that is not https, or http to loopback. */
credenco_code credenco_transfer_prepare(credenco_transfer *transfer,
                                        const credenco_transfer_options *options,
                                        credenco_origins *origins, const credenco_request *request);

/* Whether a transfer that libcurl ended must begin again, its handle removed and added: it
 * was given a stale connection, and nothing of the request went out. */
bool credenco_transfer_begins_again(credenco_transfer *transfer);

/* Reads the outcome off the easy handle, which libcurl ended with `result`. */
void credenco_transfer_conclude(credenco_transfer *transfer, CURLcode result);

/* Lets go of what the last request needed. */
void credenco_transfer_reset(credenco_transfer *transfer);

#endif
