#include "kept.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { PORTS = 65536 };

static bool is_port(long port) {
    return port > 0 && port < PORTS;
}

void credenco_kept_note(credenco_kept *kept, CURL *easy) {
    long made = 0, port = 0;
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &made);
    if (made == 0) {
        return;
    }
    curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port);
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
    if (kept->sockets == NULL) {
        kept->sockets = calloc(PORTS, sizeof *kept->sockets);
    }
    if (kept->sockets != NULL && is_port(port)) {
        kept->sockets[port] = socket + 1; /* CURL_SOCKET_BAD is -1: not kept */
    }
}

static int port_of(int socket) {
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    if (getsockname(socket, (struct sockaddr *)&address, &length) != 0) {
        return 0;
    }
    switch (address.ss_family) {
    case AF_INET:
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    case AF_INET6:
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    default:
        return 0;
    }
}

/* Between two exchanges a server has nothing to say but that it goes. */
static bool has_something_to_read(int socket) {
    char byte;
    ssize_t count = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool credenco_kept_is_stale(const credenco_kept *kept, int local_port) {
    int socket = kept->sockets != NULL && is_port(local_port) ? kept->sockets[local_port] - 1 : -1;
    /* The descriptor may be somebody else's by now, if libcurl has closed its own. */
    return socket >= 0 && port_of(socket) == local_port && has_something_to_read(socket);
}

void credenco_kept_free(credenco_kept *kept) {
    free(kept->sockets);
    kept->sockets = NULL;
}
