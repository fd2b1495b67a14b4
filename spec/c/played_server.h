/* A server that the test itself plays, and a driver that is its client: the server accepts, reads
 * and writes between two steps, so that each case knows what the driver has seen. */
#ifndef CREDENCO_SPEC_PLAYED_SERVER_H
#define CREDENCO_SPEC_PLAYED_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "curl/driver.h"
#include "tap.h"

enum { TIMEOUT_MS = 60000, SOON_MS = 50, BODY_MAX = 1000, CACHE = 4 };

static const char HELLO[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
static const char OTHER[] = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nother";

static int listener;
static char url[64];
static credenco_driver driver; /* libcurl keeps pointers into it: it must not move */

/* --- the server ---------------------------------------------------------------- */

static void listen_somewhere(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(listener, (struct sockaddr *)&address, len) == 0 && listen(listener, 16) == 0);
    CHECK(getsockname(listener, (struct sockaddr *)&address, &len) == 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
}

static void step(void) {
    credenco_driver_step(&driver, 5, CREDENCO_STEP_MOST);
}

static bool is_readable(int fd, int wait_ms) {
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    return poll(&polled, 1, wait_ms) == 1;
}

/* The connection that the driver makes next; -1 when it makes none. */
static int accept_next(void) {
    for (int i = 0; i < 100; i++) {
        step();
        if (is_readable(listener, 0)) {
            return accept(listener, NULL, NULL);
        }
    }
    return -1;
}

/* Reads what has come of a request, once something has; -1 when nothing comes. */
static ssize_t read_request(int fd) {
    static char request[1 << 16];
    for (int i = 0; i < 100 && !is_readable(fd, 0); i++) {
        step();
    }
    return is_readable(fd, 0) ? read(fd, request, sizeof request) : -1;
}

static void say(int fd, const char *text) {
    CHECK(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

/* --- the client ---------------------------------------------------------------- */

static void begin(void) {
    credenco_network_options options = {.connection_cache = CACHE, .connection = {.proxy = ""}};
    CHECK(credenco_driver_init(&driver, &options) == CREDENCO_OK);
}

static credenco_transfer *start_with(credenco_span body, int64_t timeout_ms) {
    const credenco_request request = {.method = CREDENCO_SPAN("POST"),
                                      .url = span(url),
                                      .body = body,
                                      .timeout_ms = timeout_ms,
                                      .connect_timeout_ms = TIMEOUT_MS,
                                      .max_body_bytes = BODY_MAX};
    credenco_transfer *transfer = NULL;
    CHECK(credenco_driver_start(&driver, &request, &transfer) == CREDENCO_OK);
    return transfer;
}

static credenco_transfer *start(void) {
    return start_with(CREDENCO_SPAN("{}"), TIMEOUT_MS);
}

static credenco_transfer *finish(void) {
    credenco_transfer *finished = NULL;
    for (int i = 0; i < 400 && finished == NULL; i++) {
        step();
        finished = credenco_driver_take(&driver);
    }
    CHECK(finished != NULL);
    return finished;
}

static void ends_with(const char *body) {
    credenco_transfer *finished = finish();
    if (finished != NULL) {
        CHECK(finished->code == CREDENCO_OK && buf_is(&finished->http.body, body));
        credenco_driver_release(&driver, finished);
    }
}

/* A detail of NULL may be any. */
static void fails_with_detail(credenco_code code, credenco_sent sent, const char *detail) {
    credenco_transfer *finished = finish();
    if (finished != NULL) {
        CHECK(finished->code == code && finished->sent == sent);
        CHECK(detail == NULL || strcmp(finished->detail, detail) == 0);
        credenco_driver_release(&driver, finished);
    }
}

static void fails_with(credenco_code code, credenco_sent sent) {
    fails_with_detail(code, sent, NULL);
}

/* One exchange, after which its connection is idle. */
static int exchange(const char *answer, const char *body) {
    start();
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    say(fd, answer);
    ends_with(body);
    return fd;
}

static void end(int fd) {
    credenco_driver_free(&driver);
    close(fd);
}

/* --- the program --------------------------------------------------------------- */

static int run_played(const tap_case *cases, size_t count) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    listen_somewhere();
    const int failed = tap_run(cases, count);
    close(listener);
    curl_global_cleanup();
    return failed;
}

#endif
