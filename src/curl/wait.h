/* Waits for a driver: for libcurl's own sockets and timer while it makes connections, and for the
 * connections themselves afterwards. It uses epoll, or curl_multi_poll on systems without epoll (or
 * with CREDENCO_NO_EPOLL). */
#ifndef CREDENCO_CURL_WAIT_H
#define CREDENCO_CURL_WAIT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#if defined(__linux__) && !defined(CREDENCO_NO_EPOLL)
#define CREDENCO_WAIT_EPOLL 1

/* The user of a descriptor; the index of the entry is the descriptor. */
typedef struct credenco_socket {
    uint8_t wanted; /* for libcurl's: CURL_POLL_IN, _OUT, both, or 0 */
    void *owner;    /* for ours: the connection, else NULL */
} credenco_socket;

typedef struct credenco_wait {
    CURLM *multi;
    int epoll_fd;
    int timer_fd;   /* -1 until there is an outside poller */
    bool polled;    /* an outside poller polls at any time */
    bool watched;   /* an outside poller polls until the next step */
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
    void **owners;              /* owners[i] is the owner of polled[i] */
    size_t count, capacity;
} credenco_wait;

#endif

/* Something may have happened on the connection; `ended`: the server has closed it. The function
 * may add and remove connections. */
typedef void (*credenco_on_ready)(void *context, void *owner, bool ended);

/* Borrows the multi handle for its life, and sets that one's callbacks: it must not move.
 * CREDENCO_CONNECT_FAILED without a free descriptor. */
credenco_code credenco_wait_init(credenco_wait *wait, CURLM *multi);

/* Call it after the multi handle is closed. Takes a zeroed wait, may run twice. */
void credenco_wait_free(credenco_wait *wait);

/* Sets the options that every easy handle of this multi handle needs. */
void credenco_wait_prepare(credenco_wait *wait, CURL *easy);

/* Watches a connection that libcurl has made. Its owner hears of each change once, and must then
 * read and write until no more bytes can be moved. May give CREDENCO_OUT_OF_MEMORY. */
credenco_code credenco_wait_add(credenco_wait *wait, int fd, void *owner);

/* Call it before you close the socket. Takes a socket that was not added, too. */
void credenco_wait_remove(credenco_wait *wait, int fd);

/* Says whether the owner has something left to write. */
void credenco_wait_want_write(credenco_wait *wait, int fd, bool wanted);

/* Calls libcurl if its timer has expired. */
void credenco_wait_timers(credenco_wait *wait);

/* Waits at most `wait_ms` and handles at most `most` events; true if there may be more. */
bool credenco_wait_sockets(credenco_wait *wait, int64_t wait_ms, int most,
                           credenco_on_ready on_ready, void *context);

/* Whether libcurl ran out of memory since the last call of this function. The connections that it
 * was making may then never be made, without a message. */
static inline bool credenco_wait_failed(credenco_wait *wait) {
    const bool failed = wait->failed;
    wait->failed = false;
    return failed;
}

/* The descriptor for an outside poller, or -1. `pollfd` is for polling at any time; `watch` for
 * polling until the next step, and it is then readable from `due_ms` on (of credenco_now_ms). */
int credenco_wait_pollfd(credenco_wait *wait);
int credenco_wait_watch(credenco_wait *wait, int64_t due_ms);

/* Makes the descriptor readable from `due_ms` on, -1 for never. Does nothing without an outside
 * poller. */
void credenco_wait_publish(credenco_wait *wait, int64_t due_ms);

/* The time of credenco_now_ms when libcurl wants to be called, or -1. */
int64_t credenco_wait_due_ms(const credenco_wait *wait);

#endif
