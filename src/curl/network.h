/* What a driver has of the network: libcurl's multi handle, the waiting, the pool. It belongs to
 * the process that opened it. */
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

typedef struct credenco_network {
    CURLM *multi; /* NULL: not open */
    credenco_wait wait;
    credenco_pool pool;
    credenco_network_options options;
    char *ca_file, *proxy; /* what the options point to, as do these */
    char *cert_file, *key_file, *passphrase_file, *origins;
    pid_t pid;
} credenco_network;

/* Copies the options and opens the network, which must not move. On failure it holds nothing:
 * CREDENCO_OUT_OF_MEMORY, or CREDENCO_CONNECT_FAILED without a free descriptor. */
credenco_code credenco_network_init(credenco_network *network,
                                    const credenco_network_options *options);

/* Closes every connection, politely where they are this process's own; takes a zeroed network, may
 * run twice. */
void credenco_network_free(credenco_network *network);

/* Whether it was opened by another process: this one is a child of fork. */
bool credenco_network_is_foreign(const credenco_network *network);

/* Lets go of a foreign network. Its connections are the parent's: a word on them would be part of
 * its exchanges. */
void credenco_network_abandon(credenco_network *network);

/* Opens it again where it is not open. The codes are those of credenco_network_init. */
credenco_code credenco_network_open(credenco_network *network);

#endif
