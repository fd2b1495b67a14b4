#include "hello_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256 };

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

static void require(int condition, const char *what) {
    if (!condition) {
        perror(what);
        exit(99);
    }
}

/* Requests here arrive in one piece, so one read is one request. */
static int serve(int fd) {
    char request[4096];
    if (read(fd, request, sizeof request) <= 0) {
        return 0;
    }
    return send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) > 0;
}

static void accept_one(int listener, struct pollfd *polled, nfds_t *count) {
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0 && *count < CONNECTIONS_MAX) {
        polled[(*count)++] = (struct pollfd){.fd = fd, .events = POLLIN};
    } else if (fd >= 0) {
        close(fd);
    }
}

static void *run(void *userp) {
    hello_server *server = userp;
    struct pollfd polled[CONNECTIONS_MAX] = {{.fd = server->stop[0], .events = POLLIN},
                                             {.fd = server->listener, .events = POLLIN}};
    nfds_t count = 2;
    while (poll(polled, count, -1) > 0 && polled[0].revents == 0) {
        for (nfds_t i = 2; i < count; i++) {
            if (polled[i].revents != 0 && !serve(polled[i].fd)) {
                close(polled[i].fd);
                polled[i--] = polled[--count];
            }
        }
        if (polled[1].revents != 0) {
            accept_one(server->listener, polled, &count);
        }
    }
    while (count > 2) {
        close(polled[--count].fd);
    }
    return NULL;
}

void hello_server_start(hello_server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(bind(server->listener, (struct sockaddr *)&address, len) == 0, "bind");
    require(listen(server->listener, 16) == 0, "listen");
    require(getsockname(server->listener, (struct sockaddr *)&address, &len) == 0, "getsockname");
    server->port = ntohs(address.sin_port);
    require(pipe(server->stop) == 0, "pipe");
    require(pthread_create(&server->thread, NULL, run, server) == 0, "pthread_create");
}

void hello_server_stop(hello_server *server) {
    close(server->stop[1]);
    pthread_join(server->thread, NULL);
    close(server->stop[0]);
    close(server->listener);
}
