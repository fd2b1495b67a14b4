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

static const tap_case cases[] = {
    {"a request begins again where its connection was closed before", begins_again},
    {"a request does not begin again on a connection of its own", begins_again_once},
    {"a request whose deadline passes before its turn is not sent", deadline_before_its_turn},
};

int main(void) {
    return run_played(cases, COUNT_OF(cases));
}
