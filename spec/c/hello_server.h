/* A server on a thread of the test: answers every request on any number of kept
 * connections with "hello". */
#ifndef CREDENCO_SPEC_HELLO_SERVER_H
#define CREDENCO_SPEC_HELLO_SERVER_H

#include <pthread.h>

typedef struct hello_server {
    int listener;
    int stop[2]; /* a pipe; closing its writing end stops the server */
    int port;
    pthread_t thread;
} hello_server;

/* Ends the test when the system refuses. */
void hello_server_start(hello_server *server);
void hello_server_stop(hello_server *server);

#endif
