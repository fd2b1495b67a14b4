/* A libcurl multi handle driven by its sockets through epoll: curl_multi_socket_action, with the
 * changes of interest collected and applied once before each wait. */
#ifndef BENCH_LOOP_H
#define BENCH_LOOP_H

#include <curl/curl.h>

/* Opens the multi handle, which keeps up to `connections` connections alive. */
void loop_open(long connections);

/* A new easy handle with every option that all requests share. */
CURL *loop_new_easy(void);

/* Starts the transfer of an easy handle; its bytes move in the next loop_turn. */
void loop_start(CURL *easy);

/* Waits for events and moves bytes. Then calls `finished` for each transfer that ended, detached
 * from the multi handle, so that `finished` may start it again. */
void loop_turn(void (*finished)(CURL *easy, CURLcode result));

/* Closes the multi handle; every easy handle must have been cleaned up before. */
void loop_close(void);

#endif
