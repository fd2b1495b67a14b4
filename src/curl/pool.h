/* The connections of a driver, by origin. */
#ifndef CREDENCO_CURL_POOL_H
#define CREDENCO_CURL_POOL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connection.h"
#include "origin.h"
#include "wait.h"

typedef struct credenco_pool {
    CURLM *multi;
    CURLSH *share; /* TLS sessions, so that later handshakes are short */
    credenco_wait *wait;
    credenco_connection_options options;
    size_t idle_max; /* idle connections kept, of all origins */
    size_t idle_count;
    credenco_origins origins;
    credenco_connection *connections;
} credenco_pool;

/* Borrows its arguments for as long as the pool lives. On failure the pool holds nothing. */
credenco_code credenco_pool_init(credenco_pool *pool, CURLM *multi, credenco_wait *wait,
                                 const credenco_connection_options *options, size_t idle_max);

/* Closes every connection; takes a zeroed pool, may run twice. */
void credenco_pool_free(credenco_pool *pool);

/* An idle connection to the origin on which nothing has arrived, or NULL. */
credenco_connection *credenco_pool_take(credenco_pool *pool, credenco_origin *origin);

/* Begins to make a connection; a message from libcurl reports the outcome. NULL when memory is
 * short. */
credenco_connection *credenco_pool_connect(credenco_pool *pool, credenco_origin *origin,
                                           int64_t timeout_ms);

/* Keeps a connection for another request. If too many are idle, closes the one that was idle
 * longest. */
void credenco_pool_keep(credenco_pool *pool, credenco_connection *connection);

/* Closes a connection, idle or in use, and frees it. */
void credenco_pool_close(credenco_pool *pool, credenco_connection *connection);

/* In a child of fork: closes the descriptors without sending a byte, since the parent still uses
 * the connections. Does not free libcurl's memory. */
void credenco_pool_abandon(credenco_pool *pool);

#endif
