/* How a driver waits: for libcurl's own sockets and timer while connections are made, and for the
 * connections themselves once they are ours. With epoll, or with curl_multi_poll on systems without
 * it (or with CREDENCO_NO_EPOLL). */
#ifndef CREDENCO_CURL_WAIT_H
#define CREDENCO_CURL_WAIT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#if defined(__linux__) && !defined(CREDENCO_NO_EPOLL)
#define CREDENCO_WAIT_EPOLL 1

/* Who a descriptor belongs to; its entry's index is the descriptor. */
typedef struct credenco_socket {
    uint8_t wanted; /* of libcurl's: CURL_POLL_IN, _OUT, both, or 0 */
    void *owner;    /* of ours: the connection, else NULL */
} credenco_socket;

typedef struct credenco_wait {
    CURLM *multi;
    int epoll_fd;
    int timer_fd;   /* -1 until somebody else polls */
    bool polled;    /* somebody polls at any time */
    bool watched;   /* somebody polls until the next step */
    int64_t due_ms; /* when libcurl wants to be called, or -1 */
    bool failed;    /* libcurl could not continue with: see credenco_wait_failed */
    credenco_socket *sockets;
    size_t socket_count;
} credenco_wait;

#else

typedef struct credenco_wait {
    CURLM *multi;
    bool failed;                /* libcurl could not continue with: see credenco_wait_failed */
    struct curl_waitfd *polled; /* ours */
    void **owners;              /* owners[i] is that of polled[i] */
    size_t count, capacity;
} credenco_wait;

#endif

/* Something may have happened on the connection: `ended` when its peer has closed it. Whoever is
 * called may add and remove connections. */
typedef void (*credenco_on_ready)(void *context, void *owner, bool ended);

/* Borrows the multi handle for its life, and sets that one's callbacks: it must not move.
 * CREDENCO_CONNECT_FAILED without a free descriptor. */
credenco_code credenco_wait_init(credenco_wait *wait, CURLM *multi);

/* Runs after the multi handle is gone; takes a zeroed one, may run twice. */
void credenco_wait_free(credenco_wait *wait);

/* What every easy handle of this multi handle needs. */
void credenco_wait_prepare(credenco_wait *wait, CURL *easy);

/* Watches a connection of ours, whose socket libcurl no longer asks about. Its owner hears of each
 * change once: it reads and writes until nothing more can be moved. CREDENCO_OUT_OF_MEMORY. */
credenco_code credenco_wait_add(credenco_wait *wait, int fd, void *owner);

/* Before the socket is closed; takes one that was not added. */
void credenco_wait_remove(credenco_wait *wait, int fd);

/* Whether the owner has something left to write. */
void credenco_wait_want_write(credenco_wait *wait, int fd, bool wanted);

/* Calls libcurl for what is due by time. */
void credenco_wait_timers(credenco_wait *wait);

/* Waits at most `wait_ms` and handles at most `most` events; true when there may be more. */
bool credenco_wait_sockets(credenco_wait *wait, int64_t wait_ms, int most,
                           credenco_on_ready on_ready, void *context);

/* Whether libcurl ran out of memory since this was asked last. What it is making then may never be
 * made, and it tells nobody. */
bool credenco_wait_failed(credenco_wait *wait);

/* The descriptor for an outside poller, or -1: to be polled at any time, or only until the
 * next step. It is readable at once when `due_ms`, a time of credenco_now_ms, has come. */
int credenco_wait_pollfd(credenco_wait *wait);
int credenco_wait_watch(credenco_wait *wait, int64_t due_ms);

/* Tells the outside poller by when to look, -1 for never. Does nothing where there is none. */
void credenco_wait_publish(credenco_wait *wait, int64_t due_ms);

/* When libcurl wants to be called, a time of credenco_now_ms, or -1. */
int64_t credenco_wait_due_ms(const credenco_wait *wait);

/* Milliseconds of a monotonic clock. */
int64_t credenco_now_ms(void);

#endif
