/* How a multi handle waits for its sockets and timer: epoll, or curl_multi_poll on
 * systems without it (or with CREDENCO_NO_EPOLL). */
#ifndef CREDENCO_CURL_WAIT_H
#define CREDENCO_CURL_WAIT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

#if defined(__linux__) && !defined(CREDENCO_NO_EPOLL)
#define CREDENCO_WAIT_EPOLL 1

/* One socket of libcurl's; the index of its entry is its descriptor. */
typedef struct credenco_socket {
    uint8_t wanted;  /* CURL_POLL_IN, _OUT, both, or 0 */
    uint8_t applied; /* what epoll was told */
    bool changed;    /* listed in `changes` */
    bool connection; /* opened through us, so that we see it closed */
} credenco_socket;

typedef struct credenco_wait {
    CURLM *multi;
    int epoll_fd;
    int timer_fd;   /* -1 until somebody else polls */
    bool polled;    /* somebody polls at any time */
    bool watched;   /* somebody polls until the next step */
    int64_t due_ms; /* when libcurl wants to be called, or -1 */
    credenco_socket *sockets;
    size_t socket_count;
    curl_socket_t *changes; /* room for socket_count */
    size_t change_count;
} credenco_wait;

#else

typedef struct credenco_wait {
    CURLM *multi;
} credenco_wait;

#endif

credenco_code credenco_wait_init(credenco_wait *wait, CURLM *multi);

/* Runs after the multi handle is gone; takes a zeroed one, may run twice. */
void credenco_wait_free(credenco_wait *wait);

/* What every easy handle of this multi handle needs. */
void credenco_wait_prepare(credenco_wait *wait, CURL *easy);

/* Does what is due by time, then waits at most `wait_ms` for sockets and moves them:
 * at most `most`, and `*reached` says that there may be others. */
credenco_code credenco_wait_timers(credenco_wait *wait);
credenco_code credenco_wait_sockets(credenco_wait *wait, int64_t wait_ms, int most, bool *reached);

/* The descriptor for an outside poller, or -1: to be polled at any time, or only until the
 * next step, which costs nothing while nobody does. */
int credenco_wait_pollfd(credenco_wait *wait);
int credenco_wait_watch(credenco_wait *wait, bool at_once);

/* Lets the outside poller see what has changed; with `at_once` the descriptor is readable
 * until the next step. Does nothing where there is none. */
credenco_code credenco_wait_publish(credenco_wait *wait, bool at_once);

int64_t credenco_wait_timeout_ms(const credenco_wait *wait);

#endif
