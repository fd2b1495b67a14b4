/* Requests of which no byte goes out: they may begin again, or fail as not sent. */
#include <errno.h>

#include "played_server.h"

/* So many of the driver's next sends fail, as on a connection that was reset a moment ago. */
static int failing_sends;

__attribute__((visibility("default"))) ssize_t send(int fd, const void *bytes, size_t len,
                                                    int flags) {
    if (failing_sends > 0 && (flags & MSG_DONTWAIT) != 0) {
        failing_sends--;
        errno = EPIPE;
        return -1;
    }
    return sendto(fd, bytes, len, flags, NULL, 0);
}

static void begins_again(void) {
    begin();
    const int first = exchange(HELLO, "hello");
    failing_sends = 1;
    const credenco_transfer *transfer = start();
    const int second = accept_next();
    CHECK(second >= 0 && read_request(second) == (ssize_t)transfer->http.request.len);
    say(second, OTHER);
    ends_with("other");
    close(first);
    end(second);
}

/* The next connection would fare no better. */
static void begins_again_once(void) {
    begin();
    const int first = exchange(HELLO, "hello");
    failing_sends = 2;
    start();
    const int second = accept_next();
    close(second);
    fails_with(CREDENCO_CONNECT_FAILED, CREDENCO_SENT_NO);
    CHECK(second >= 0 && failing_sends == 0 && !is_readable(listener, 0));
    end(first);
}

/* A step may begin fewer requests than there are. */
static void deadline_before_its_turn(void) {
    begin();
    start();
    start_with(CREDENCO_SPAN("{}"), 1);
    usleep(2000);
    credenco_driver_step(&driver, 0, 1);
    fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_NO);
    CHECK(driver.in_flight == 1);
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    say(fd, HELLO);
    ends_with("hello");
    CHECK(driver.in_flight == 0 && !is_readable(listener, 0));
    end(fd);
}

/* --- proxies that refuse a tunnel ------------------------------------------------ */

static const char REFUSED[] = "CONNECT tunnel failed, response 407";

static void begin_behind_a_proxy(const char *proxy) {
    const credenco_network_options options = {.connection_cache = CACHE,
                                              .connection = {.proxy = proxy}};
    CHECK(credenco_driver_init(&driver, &options) == CREDENCO_OK);
}

/* libcurl would read the body for as long as bytes arrive, past every deadline. */
static void refused_with(const char *head, const char *detail) {
    static char body[1 << 16];
    char proxy[sizeof url];
    memset(body, 'x', sizeof body - 1);
    strcpy(proxy, url);
    begin_behind_a_proxy(proxy);
    strcpy(url, "https://wallet.example/");
    start();
    strcpy(url, proxy);
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    say(fd, head);
    say(fd, body);
    fails_with_detail(CREDENCO_CONNECT_FAILED, CREDENCO_SENT_NO, detail);
    end(fd);
}

static void refused_in_chunks(void) {
    refused_with("HTTP/1.1 407 No\r\nTransfer-Encoding: chunked\r\n\r\n1000000\r\n", REFUSED);
}

static void refused_at_length(void) {
    refused_with("HTTP/1.1 407 No\r\nContent-Length: 99999999999\r\n\r\n", REFUSED);
}

static void header_fields_without_end(void) {
    static char head[1 << 17] = "HTTP/1.1 200 OK\r\n";
    for (size_t len = strlen(head); len + 100 < sizeof head; len += 99) {
        snprintf(head + len, 100, "A: %094d\r\n", 0);
    }
    refused_with(head, "the proxy's response to CONNECT is too long");
}

static const tap_case cases[] = {
    {"a request begins again where its connection was closed before", begins_again},
    {"a request does not begin again on a connection of its own", begins_again_once},
    {"a request whose deadline passes before its turn is not sent", deadline_before_its_turn},
    {"the chunks of a proxy's refusal are not read", refused_in_chunks},
    {"the long body of a proxy's refusal is not read", refused_at_length},
    {"header fields without end make no tunnel", header_fields_without_end},
};

int main(void) {
    return run_played(cases, COUNT_OF(cases));
}
