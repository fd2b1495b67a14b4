/* A driver's network: libcurl's multi handle, the wait, and the pool. It belongs to the process
 * that opened it. */
#ifndef CREDENCO_CURL_NETWORK_H
#define CREDENCO_CURL_NETWORK_H

#include <curl/curl.h>
#include <sys/types.h>

#include "connection.h"
#include "core/error.h"
#include "pool.h"
#include "wait.h"

typedef struct credenco_network_options {
    credenco_connection_options connection;
    size_t connection_cache; /* idle connections kept, at most */
} credenco_network_options;

enum { CREDENCO_OPTION_TEXTS = 6 };

typedef struct credenco_network {
    CURLM *multi; /* NULL: not open */
    credenco_wait wait;
    credenco_pool pool;
    credenco_network_options options;
    char *copies[CREDENCO_OPTION_TEXTS]; /* of the options' texts */
    pid_t pid;
} credenco_network;

/* Copies the options and opens the network, which must not move. On failure it holds nothing:
 * CREDENCO_OUT_OF_MEMORY, or CREDENCO_CONNECT_FAILED without a free descriptor. */
credenco_code credenco_network_init(credenco_network *network,
                                    const credenco_network_options *options);

/* Closes every connection, with close_notify if they are this process's own; takes a zeroed
 * network, may run twice. */
void credenco_network_free(credenco_network *network);

/* Whether another process opened it: this one is a child of fork. */
bool credenco_network_is_foreign(const credenco_network *network);

/* Leaves a foreign network without sending a byte: its connections are the parent's. */
void credenco_network_abandon(credenco_network *network);

/* Opens it again if it is not open. The codes are those of credenco_network_init. */
credenco_code credenco_network_open(credenco_network *network);

#endif
