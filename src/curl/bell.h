/* For event loops that can wait only for sockets that they have connected themselves (nginx's
 * cosockets): a thread waits for a descriptor in their place, and sends a byte over a Unix socket
 * when the descriptor is readable.
 *
 *     credenco_bell_init(&bell, fd);  listens at bell.path
 *     ... the loop connects to it ...
 *     credenco_bell_accept(&bell);    takes the connection, and removes the path
 *     credenco_bell_arm(&bell);       one byte, CREDENCO_BELL_READY, when fd is readable
 *
 * The thread uses only its descriptors. Each function gives 0 or a value of errno; without epoll,
 * credenco_bell_init gives ENOSYS. */
#ifndef CREDENCO_CURL_BELL_H
#define CREDENCO_CURL_BELL_H

#include <pthread.h>
#include <stdbool.h>

enum {
    CREDENCO_BELL_READY = '!', /* sent once for each credenco_bell_arm */
    CREDENCO_BELL_RUNG = '?',  /* sent by credenco_bell_ring */
    CREDENCO_BELL_PATH_MAX = 108
};

typedef struct credenco_bell {
    bool open;
    int fd;        /* the watched descriptor, borrowed */
    int watch_fd;  /* the epoll descriptor that the thread waits for */
    int stop_fd;   /* ends the thread */
    int socket_fd; /* the listening socket, then the connection */
    bool accepted; /* the thread runs */
    pthread_t thread;
    char path[CREDENCO_BELL_PATH_MAX]; /* in a directory that only this user can enter */
} credenco_bell;

/* Does not watch yet. On failure the bell holds nothing. */
int credenco_bell_init(credenco_bell *bell, int fd);

/* EAGAIN if there is no connection yet, EACCES if it is from another process. */
int credenco_bell_accept(credenco_bell *bell);

/* Whether the other end of the connection is still open. */
bool credenco_bell_is_connected(const credenco_bell *bell);

/* Sends one CREDENCO_BELL_READY as soon as the descriptor is readable, now or later. */
int credenco_bell_arm(credenco_bell *bell);

/* Sends one CREDENCO_BELL_RUNG. */
int credenco_bell_ring(credenco_bell *bell);

/* Ends the thread; takes a zeroed bell, may run twice. The watched descriptor may be closed
 * already. */
void credenco_bell_free(credenco_bell *bell);

#endif
