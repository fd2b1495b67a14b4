/* A process that stood still beyond a deadline, stopped or on a machine that was: what has arrived
 * by then counts, and nothing more is sent. */
#include "curl/flight.h"
#include "played_server.h"
#include "test_clock.h"

/* --- what has arrived ------------------------------------------------------------ */

enum { CALLS = 3 };

/* The server's end of a transfer that waits for its response. */
static int asked(void) {
    start();
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    return fd;
}

static void late_step(int most) {
    let_pass(TIMEOUT_MS);
    credenco_driver_step(&driver, 0, most);
}

static void responses_that_one_step_does_not_reach(void) {
    int fds[CALLS];
    begin();
    for (int i = 0; i < CALLS; i++) {
        fds[i] = asked();
    }
    for (int i = 0; i < CALLS; i++) {
        say(fds[i], HELLO);
    }
    late_step(1);
    for (int i = 0; i < CALLS; i++) {
        ends_with("hello");
        close(fds[i]);
    }
    credenco_driver_free(&driver);
}

static void part_of_a_response(void) {
    begin();
    const int silent = asked(), fd = asked();
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
    late_step(1);
    fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
    fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
    close(silent);
    end(fd);
}

/* --- what is no longer sent --------------------------------------------------------- */

static void is_asked_nothing(int fd) {
    char byte;
    CHECK(is_readable(fd, TIMEOUT_MS) && recv(fd, &byte, 1, 0) <= 0);
}

static void nothing_goes_out_on_an_idle_connection(void) {
    begin();
    const int fd = exchange(HELLO, "hello");
    start();
    late_step(CREDENCO_STEP_MOST);
    fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_NO);
    CHECK(!is_readable(fd, 0));
    end(fd);
}

static void nothing_goes_out_on_a_new_connection(void) {
    begin();
    start();
    credenco_flight_admit(&driver, 1);
    credenco_wait_timers(&driver.network.wait); /* begins to connect */
    CHECK(is_readable(listener, TIMEOUT_MS));
    late_step(CREDENCO_STEP_MOST);
    fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_NO);
    const int fd = accept(listener, NULL, NULL);
    is_asked_nothing(fd);
    end(fd);
}

static void the_rest_of_a_long_request_stays(void) {
    static char body[8 << 20];
    begin();
    memset(body, 'x', sizeof body);
    start_with((credenco_span){body, sizeof body}, TIMEOUT_MS);
    const int fd = accept_next();
    CHECK(is_readable(fd, TIMEOUT_MS));
    size_t taken = 0;
    static char room[1 << 16];
    ssize_t count;
    while ((count = recv(fd, room, sizeof room, MSG_DONTWAIT)) > 0) {
        taken += (size_t)count;
    }
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
    const size_t sent = driver.transfers[0]->sent_len;
    let_pass(TIMEOUT_MS);
    credenco_flight_expire(&driver);
    CHECK(taken > 0 && sent < sizeof body && driver.transfers[0]->sent_len == sent);
    fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
    end(fd);
}

static const tap_case cases[] = {
    {"responses that one step does not reach are read", responses_that_one_step_does_not_reach},
    {"part of a response is none", part_of_a_response},
    {"nothing goes out on an idle connection", nothing_goes_out_on_an_idle_connection},
    {"nothing goes out on a new connection", nothing_goes_out_on_a_new_connection},
    {"the rest of a long request stays here", the_rest_of_a_long_request_stays},
};

int main(void) {
    return run_played(cases, sizeof cases / sizeof cases[0]);
}
