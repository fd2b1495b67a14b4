/* The sockets of kept connections, and whether one has been closed by its server.
 *
 * libcurl looks before it uses a kept connection again, but until 8.0 takes one over TLS
 * for alive that has something to read. That something is the server's goodbye
 * (close_notify): the request then goes out into nothing, and nobody can tell it from one
 * whose answer was lost. What a server may say unasked in between (a ticket) is taken for
 * a goodbye as well; it costs a handshake. */
#ifndef CREDENCO_CURL_KEPT_H
#define CREDENCO_CURL_KEPT_H

#include <curl/curl.h>
#include <stdbool.h>

/* By the local port, since that is all a callback of libcurl's is told of its connection
 * before a request goes out. Zeroed, it knows of none. */
typedef struct credenco_kept {
    int *sockets; /* at each port the descriptor + 1, or 0; made when needed */
} credenco_kept;

/* Remembers the connection of a transfer that has ended, if that made one. Short of memory
 * it does not. */
void credenco_kept_note(credenco_kept *kept, CURL *easy);

/* Whether the kept connection at this port must not be used again. False for one that is
 * not known. */
bool credenco_kept_is_stale(const credenco_kept *kept, int local_port);

void credenco_kept_free(credenco_kept *kept); /* takes a zeroed one, may run twice */

#endif
