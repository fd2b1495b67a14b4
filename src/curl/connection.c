#include "connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* older macOS: libcurl has set SO_NOSIGPIPE on the socket */
#endif

/* libcurl closes connections that it takes for idle after this time. We close ours ourselves. */
enum { LIBCURL_MAX_AGE_S = 86400 };

enum { PROXY_HEADER_MAX = 65536 }; /* of the response to CONNECT */

static bool set_text(CURL *easy, CURLoption option, const char *text) {
    return text == NULL || curl_easy_setopt(easy, option, text) == CURLE_OK;
}

/* The CA certificates of `ca_file` replace the system's, so libcurl must not use its directory. */
static bool set_trust(CURL *easy, const credenco_connection_options *options, bool loopback) {
    const bool verify = !(options->trust_loopback && loopback);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    if (options->ca_file == NULL) {
        return true;
    }
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    return set_text(easy, CURLOPT_CAINFO, options->ca_file);
}

/* A loopback host is this machine. No proxy leads there, and none may see the secrets that plain
 * http carries. To the others, which have TLS, libcurl makes a tunnel. */
static bool set_proxy(CURL *easy, const credenco_connection_options *options, bool loopback) {
    return set_text(easy, CURLOPT_PROXY, options->proxy) &&
           set_text(easy, CURLOPT_NOPROXY, loopback ? "*" : NULL);
}

static long tunnel_status(CURL *easy) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status;
}

static bool is_refused(const credenco_connection *connection) {
    return tunnel_status(connection->easy) / 100 != 2;
}

/* Gets each line of a proxy's response to CONNECT. Ends the attempt after the last line of a
 * refusal, and if there are too many: libcurl reads all that arrives in one call, byte by byte and
 * past every deadline. */
static size_t on_header_line(char *line, size_t size, size_t count, void *context) {
    credenco_connection *connection = context;
    const bool is_last = line[0] == '\r' || line[0] == '\n';
    connection->header_bytes += size * count;
    const bool ends =
        connection->header_bytes > PROXY_HEADER_MAX || (is_last && is_refused(connection));
    return ends ? 0 : size * count;
}

static bool prepare(credenco_connection *connection, const credenco_connection_options *options,
                    const char *origin_url, bool loopback, int64_t timeout_ms) {
    CURL *easy = connection->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, connection);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, connection->detail);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)LIBCURL_MAX_AGE_S);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Without this, closing a connection during a name lookup waits for the resolver's thread, past
     * every deadline. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header_line);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, connection);
    return set_trust(easy, options, loopback) && set_proxy(easy, options, loopback) &&
           set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
           set_text(easy, CURLOPT_URL, origin_url);
}

credenco_connection *credenco_connection_new(const credenco_connection_options *options,
                                             CURLSH *share, const char *origin_url, bool loopback,
                                             bool plain, int64_t timeout_ms) {
    credenco_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        return NULL;
    }
    connection->fd = -1;
    connection->plain = plain;
    connection->easy = curl_easy_init();
    if (connection->easy == NULL ||
        !prepare(connection, options, origin_url, loopback, timeout_ms) ||
        curl_easy_setopt(connection->easy, CURLOPT_SHARE, share) != CURLE_OK) {
        credenco_connection_free(connection);
        return NULL;
    }
    return connection;
}

void credenco_connection_free(credenco_connection *connection) {
    if (connection != NULL) {
        curl_easy_cleanup(connection->easy);
        free(connection);
    }
}

/* The first curl_easy_recv binds libcurl's connection to its handle again. Until then libcurl may
 * close it as unused. */
static bool bind_to_handle(credenco_connection *connection) {
    char byte;
    size_t moved;
    return curl_easy_recv(connection->easy, &byte, sizeof byte, &moved) == CURLE_AGAIN;
}

bool credenco_connection_made(credenco_connection *connection) {
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(connection->easy, CURLINFO_ACTIVESOCKET, &fd);
    connection->fd = (int)fd;
    return fd != CURL_SOCKET_BAD && bind_to_handle(connection);
}

/* --- failures ---------------------------------------------------------------- */

static credenco_code code_of(CURLcode result) {
    switch ((int)result) {
    case CURLE_OPERATION_TIMEDOUT:
        return CREDENCO_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_USE_SSL_FAILED:
        return CREDENCO_TLS_FAILED;
    case CURLE_OUT_OF_MEMORY:
        return CREDENCO_OUT_OF_MEMORY;
    default:
        return CREDENCO_CONNECT_FAILED;
    }
}

/* libcurl's message is kept only if it cannot hold a secret: a message about a proxy may quote its
 * user and password. */
static bool may_be_shown(const char *detail, CURLcode result) {
    switch ((int)result) {
    case CURLE_COULDNT_CONNECT:
        return strncmp(detail, "Failed to connect", strlen("Failed to connect")) == 0;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return true;
    default:
        return false;
    }
}

/* Without free descriptors libcurl may report any kind of failure. */
static bool lacks_descriptors(void) {
    const int fd = dup(STDERR_FILENO);
    if (fd >= 0) {
        close(fd);
    }
    return fd < 0 && (errno == EMFILE || errno == ENFILE);
}

static void describe_no_tunnel(credenco_connection *connection) {
    if (connection->header_bytes > PROXY_HEADER_MAX) {
        strcpy(connection->detail, "the proxy's response to CONNECT is too long");
        return;
    }
    snprintf(connection->detail, sizeof connection->detail, "CONNECT tunnel failed, response %ld",
             tunnel_status(connection->easy));
}

credenco_code credenco_connection_failure(credenco_connection *connection, CURLcode result) {
    if (lacks_descriptors()) {
        strcpy(connection->detail, "no free file descriptor: see ulimit -n");
        return CREDENCO_CONNECT_FAILED;
    }
    if (result == CURLE_WRITE_ERROR) {
        describe_no_tunnel(connection);
    } else if (result == CURLE_COULDNT_RESOLVE_PROXY) {
        strcpy(connection->detail, "the proxy's name is not known, or not valid");
    } else if (!may_be_shown(connection->detail, result)) {
        connection->detail[0] = '\0';
    }
    return code_of(result);
}

/* --- bytes ------------------------------------------------------------------- */

static credenco_io io_of_errno(void) {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? CREDENCO_IO_AGAIN
                                                                     : CREDENCO_IO_FAILED;
}

/* The meaning of a result of send or recv. */
static credenco_io io_of(ssize_t count, size_t *moved) {
    if (count < 0) {
        return io_of_errno();
    }
    *moved = (size_t)count;
    return CREDENCO_IO_MOVED;
}

static credenco_io send_plain(int fd, credenco_span bytes, size_t *moved) {
    return io_of(send(fd, bytes.data, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT), moved);
}

static credenco_io receive_plain(int fd, char *room, size_t size, size_t *moved) {
    const ssize_t received = recv(fd, room, size, MSG_DONTWAIT);
    return received == 0 ? CREDENCO_IO_ENDED : io_of(received, moved);
}

credenco_io credenco_connection_send(credenco_connection *connection, credenco_span bytes,
                                     size_t *moved) {
    *moved = 0;
    if (connection->plain) {
        return send_plain(connection->fd, bytes, moved);
    }
    const CURLcode result = curl_easy_send(connection->easy, bytes.data, bytes.len, moved);
    if (result == CURLE_AGAIN || (result == CURLE_OK && *moved == 0)) {
        return CREDENCO_IO_AGAIN;
    }
    return result == CURLE_OK ? CREDENCO_IO_MOVED : CREDENCO_IO_FAILED;
}

credenco_io credenco_connection_receive(credenco_connection *connection, char *room, size_t size,
                                        size_t *moved) {
    *moved = 0;
    if (connection->plain) {
        return receive_plain(connection->fd, room, size, moved);
    }
    const CURLcode result = curl_easy_recv(connection->easy, room, size, moved);
    if (result == CURLE_AGAIN) {
        return CREDENCO_IO_AGAIN;
    }
    if (result != CURLE_OK) {
        return CREDENCO_IO_FAILED;
    }
    return *moved > 0 ? CREDENCO_IO_MOVED : CREDENCO_IO_ENDED;
}

bool credenco_connection_quiet(credenco_connection *connection) {
    char byte;
    size_t moved;
    return !connection->ended &&
           credenco_connection_receive(connection, &byte, sizeof byte, &moved) == CREDENCO_IO_AGAIN;
}
