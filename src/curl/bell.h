/* For event loops that can wait only for sockets they have connected themselves (nginx's
 * cosockets): a thread waits for a descriptor in their place, and sends a byte over a Unix
 * socket once it is readable.
 *
 *     credenco_bell_init(&bell, fd);  listens at bell.path
 *     ... the loop connects to it ...
 *     credenco_bell_accept(&bell);    takes the connection; the path is gone again
 *     credenco_bell_arm(&bell);       one byte, CREDENCO_BELL_READY, once fd is readable
 *
 * The thread touches nothing but its descriptors. Each function gives 0 or a value of
 * errno; where the system has no epoll, credenco_bell_init gives ENOSYS. */
#ifndef CREDENCO_CURL_BELL_H
#define CREDENCO_CURL_BELL_H

#include <pthread.h>
#include <stdbool.h>

enum {
    CREDENCO_BELL_READY = '!', /* sent once for each time it was armed */
    CREDENCO_BELL_RUNG = '?',  /* sent by credenco_bell_ring */
    CREDENCO_BELL_PATH_MAX = 108
};

typedef struct credenco_bell {
    bool open;
    int fd;        /* what is watched; not ours */
    int watch_fd;  /* the epoll descriptor that the thread waits for */
    int stop_fd;   /* tells the thread to end */
    int socket_fd; /* listens, then is the connection */
    bool accepted; /* the thread runs */
    pthread_t thread;
    char path[CREDENCO_BELL_PATH_MAX]; /* in a folder that only this user can enter */
} credenco_bell;

/* Watches nothing yet. On failure the bell holds nothing. */
int credenco_bell_init(credenco_bell *bell, int fd);

/* EAGAIN when nobody has connected, EACCES when it was another process. */
int credenco_bell_accept(credenco_bell *bell);

/* Whether the other end of the connection is still there. */
bool credenco_bell_is_connected(const credenco_bell *bell);

/* Sends one CREDENCO_BELL_READY as soon as the descriptor is readable, now or later. */
int credenco_bell_arm(credenco_bell *bell);

/* Sends one CREDENCO_BELL_RUNG. */
int credenco_bell_ring(credenco_bell *bell);

/* Ends the thread; takes a zeroed bell, may run twice. The descriptor may be closed before. */
void credenco_bell_free(credenco_bell *bell);

#endif
