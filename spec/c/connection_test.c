/* The driver's connections: when one serves again, and what ends one. */
#include "played_server.h"
#include "test_clock.h"

static bool is_closed(int fd) {
    char byte;
    for (int i = 0; i < 20 && !is_readable(fd, 0); i++) {
        step();
    }
    return is_readable(fd, 0) && read(fd, &byte, 1) <= 0;
}

static void serves_again(void) {
    begin();
    const int fd = exchange(HELLO, "hello");
    start();
    CHECK(read_request(fd) > 0);
    say(fd, OTHER);
    ends_with("other");
    end(fd);
}

/* Whatever comes on an idle connection was not asked for, so the next request gets another. */
static void idle_word_ends_it(const char *word, bool before_next_step) {
    begin();
    const int fd = exchange(HELLO, "hello");
    say(fd, word);
    if (!before_next_step) {
        CHECK(is_closed(fd));
        CHECK(driver.network.pool.connections == NULL);
    }
    start();
    const int second = accept_next();
    CHECK(second >= 0 && read_request(second) > 0);
    say(second, OTHER);
    ends_with("other");
    close(fd);
    end(second);
}

static void stray_answers(void) {
    static const char *const words[] = {HELLO, OTHER, "x", "\r\n",
                                        "HTTP/1.1 408 Request Timeout\r\n"
                                        "Connection: close\r\nContent-Length: 0\r\n\r\n"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        tap_row = words[i];
        idle_word_ends_it(words[i], true);
        idle_word_ends_it(words[i], false);
    }
}

static void surplus_ends_it(void) {
    begin();
    start();
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 201 Created\r\n\r\n");
    ends_with("hello");
    CHECK(is_closed(fd));
    end(fd);
}

static void idle_end_is_noticed(void) {
    begin();
    const int fd = exchange(HELLO, "hello");
    close(fd);
    for (int i = 0; i < 20 && driver.network.pool.connections != NULL; i++) {
        step();
    }
    CHECK(driver.network.pool.connections == NULL && driver.network.pool.idle_count == 0);
    end(exchange(OTHER, "other"));
}

/* The end has come with the answer: nothing else will tell of it. */
static void last_answer_ends_it(void) {
    begin();
    start();
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    say(fd, HELLO);
    close(fd);
    ends_with("hello");
    for (int i = 0; i < 20 && driver.network.pool.connections != NULL; i++) {
        step();
    }
    CHECK(driver.network.pool.connections == NULL);
    credenco_driver_free(&driver);
}

/* It spoke before it was asked: no byte of the request has gone out. */
static void speaking_first(void) {
    begin();
    start();
    step();
    const int fd = accept_next();
    if (fd >= 0) {
        say(fd, HELLO);
    }
    credenco_transfer *finished = finish();
    /* Where the request had gone out already, the answer counts as the answer to it. */
    CHECK(finished->code == CREDENCO_OK || finished->sent == CREDENCO_SENT_NO);
    credenco_driver_release(&driver, finished);
    end(fd);
}

static void early_answer(void) {
    static char large[8 << 20];
    memset(large, ' ', sizeof large);
    begin();
    start_with((credenco_span){large, sizeof large}, TIMEOUT_MS);
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    say(fd, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge");
    credenco_transfer *finished = finish();
    CHECK(finished->code == CREDENCO_OK && finished->http.status == 413);
    CHECK(finished->sent_len < finished->http.request.len);
    CHECK(driver.network.pool.connections == NULL);
    credenco_driver_release(&driver, finished);
    end(fd);
}

/* The kernel resets a connection that is closed with bytes unread, but the answer is here. */
static void answer_before_a_reset(void) {
    static char large[8 << 20];
    memset(large, ' ', sizeof large);
    begin();
    start_with((credenco_span){large, sizeof large}, TIMEOUT_MS);
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    say(fd, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge");
    close(fd);
    credenco_transfer *finished = finish();
    if (finished != NULL) {
        CHECK(finished->code == CREDENCO_OK && finished->http.status == 413);
        credenco_driver_release(&driver, finished);
    }
    credenco_driver_free(&driver);
}

static void cut_answers(void) {
    static const char *const parts[] = {"", "HTTP/1.1 201 Created\r\n",
                                        "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n",
                                        "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        "5\r\nhello\r\n"};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        tap_row = parts[i];
        begin();
        start();
        const int fd = accept_next();
        CHECK(read_request(fd) > 0);
        say(fd, parts[i]);
        close(fd);
        fails_with(CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN);
        credenco_driver_free(&driver);
    }
}

/* A reset is no end: what it cut off may have been the half of the answer. */
static void reset_is_no_end(void) {
    begin();
    start();
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    say(fd, "HTTP/1.1 200 OK\r\n\r\nhal");
    for (int i = 0; i < 5; i++) {
        step();
    }
    const struct linger at_once = {.l_onoff = 1};
    CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
    close(fd);
    fails_with(CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN);
    credenco_driver_free(&driver);
}

/* The kernel resets a connection that is closed with bytes unread. The server may have read those
 * before them, so the request does not begin again on another connection. */
static void reset_while_sending(void) {
    static char large[8 << 20];
    memset(large, ' ', sizeof large);
    begin();
    const int fd = exchange(HELLO, "hello");
    start_with((credenco_span){large, sizeof large}, TIMEOUT_MS);
    CHECK(read_request(fd) > 0);
    close(fd);
    fails_with(CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN);
    CHECK(!is_readable(listener, 0));
    end(exchange(OTHER, "other")); /* the next request does not suffer */
}

static void memory_is_given_back(void) {
    static char large[1 << 20];
    memset(large, ' ', sizeof large);
    begin();
    credenco_transfer *transfer = start_with((credenco_span){large, sizeof large}, TIMEOUT_MS);
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    let_pass(TIMEOUT_MS);
    fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
    CHECK(transfer->http.request.capacity < sizeof large);
    end(fd);
}

static void silence_is_unknown(void) {
    begin();
    start();
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    let_pass(TIMEOUT_MS);
    fails_with_detail(CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN, "");
    CHECK(driver.in_flight == 0 && is_closed(fd));
    end(fd);
}

/* Of a server that accepts the connection, and shakes no hands. */
static int begin_tls(int64_t timeout_ms, int64_t connect_timeout_ms) {
    char https_url[sizeof url + 1];
    snprintf(https_url, sizeof https_url, "https%s", url + strlen("http"));
    const credenco_request request = {.method = CREDENCO_SPAN("GET"),
                                      .url = span(https_url),
                                      .timeout_ms = timeout_ms,
                                      .connect_timeout_ms = connect_timeout_ms};
    credenco_transfer *transfer = NULL;
    begin();
    CHECK(credenco_driver_start(&driver, &request, &transfer) == CREDENCO_OK);
    return accept_next();
}

static void silence_before_tls(int64_t timeout_ms, int64_t connect_timeout_ms) {
    const int fd = begin_tls(timeout_ms, connect_timeout_ms);
    let_pass(timeout_ms < connect_timeout_ms ? timeout_ms : 0); /* libcurl looks at its own clock */
    fails_with_detail(CREDENCO_TIMEOUT, CREDENCO_SENT_NO,
                      "the host or the proxy did not complete the connection or its TLS handshake");
    end(fd);
}

static void either_time_is_up(void) {
    silence_before_tls(TIMEOUT_MS / 2, TIMEOUT_MS);
    silence_before_tls(TIMEOUT_MS, SOON_MS);
}

/* Whether another event loop would take the next step by then. */
static bool is_due_within(int64_t ms) {
    const int64_t timeout_ms = credenco_driver_timeout_ms(&driver);
    return timeout_ms >= 0 && timeout_ms <= ms;
}

static void next_step_is_due(void) {
    begin();
    start_with(CREDENCO_SPAN("{}"), TIMEOUT_MS / 2);
    int fd = accept_next();
    CHECK(read_request(fd) > 0 && is_due_within(TIMEOUT_MS / 2));
    end(fd);
    fd = begin_tls(TIMEOUT_MS, TIMEOUT_MS / 2);
    CHECK(is_due_within(TIMEOUT_MS / 2));
    end(fd);
    begin();
    fd = exchange(HELLO, "hello");
    CHECK(credenco_driver_timeout_ms(&driver) < 0); /* nothing is in flight */
    start();
    CHECK(read_request(fd) > 0);
    say(fd, HELLO);
    for (int i = 0; i < 100 && driver.in_flight > 0; i++) {
        step();
    }
    CHECK(is_due_within(0)); /* to be taken */
    end(fd);
}

/* Another event loop sleeps on the descriptor until there is something to do. The kernel wakes it,
 * by the real time: on a slow machine perhaps before the connection is there. */
static void deadline_wakes_a_poller(void) {
    ahead_ms = 0;
    begin();
    struct pollfd polled = {.fd = credenco_driver_pollfd(&driver), .events = POLLIN};
    start_with(CREDENCO_SPAN("{}"), SOON_MS);
    const int fd = accept_next();
    while (polled.fd >= 0 && driver.in_flight > 0 && !tap_failed) {
        CHECK(poll(&polled, 1, TIMEOUT_MS / 2) == 1);
        credenco_driver_step(&driver, 0, CREDENCO_STEP_MOST);
    }
    credenco_transfer *finished = finish();
    if (finished != NULL) {
        CHECK(finished->code == CREDENCO_TIMEOUT);
        CHECK(finished->sent ==
              (finished->sent_len > 0 ? CREDENCO_SENT_UNKNOWN : CREDENCO_SENT_NO));
        credenco_driver_release(&driver, finished);
    }
    end(fd);
}

/* The first deadline that passes is not the last one that counts, nor is the first request's. */
static void each_has_its_deadline(void) {
    static const int64_t timeouts_ms[] = {3 * TIMEOUT_MS, TIMEOUT_MS, 2 * TIMEOUT_MS};
    int fds[COUNT_OF(timeouts_ms)];
    begin();
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        start_with(CREDENCO_SPAN("{}"), timeouts_ms[i]);
        fds[i] = accept_next();
        CHECK(read_request(fds[i]) > 0);
    }
    for (int left = COUNT_OF(fds) - 1; left >= 0; left--) {
        let_pass(TIMEOUT_MS);
        fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
        CHECK(driver.in_flight == (size_t)left);
    }
    credenco_driver_free(&driver);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        close(fds[i]);
    }
}

static void cache_is_bounded(void) {
    int fds[2 * CACHE];
    begin();
    for (int i = 0; i < 2 * CACHE; i++) {
        start();
        fds[i] = accept_next();
    }
    for (int i = 0; i < 2 * CACHE; i++) {
        CHECK(read_request(fds[i]) > 0);
        say(fds[i], HELLO);
        ends_with("hello");
        CHECK(driver.network.pool.idle_count == (size_t)(i < CACHE ? i + 1 : CACHE));
    }
    CHECK(is_closed(fds[0])); /* idle for longest */
    credenco_driver_free(&driver);
    for (int i = 0; i < 2 * CACHE; i++) {
        close(fds[i]);
    }
}

/* The next connection may get the descriptor of one that libcurl has closed by itself. */
static void closed_one_is_forgotten(void) {
#ifdef CREDENCO_WAIT_EPOLL
    begin();
    CHECK(credenco_network_open(&driver.network) == CREDENCO_OK);
    credenco_wait *wait = &driver.network.wait;
    CURL *easy = curl_easy_init();
    curl_socket_t fd = CURL_SOCKET_BAD;
    credenco_wait_prepare(wait, easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    CHECK(curl_easy_perform(easy) == CURLE_OK);
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
    CHECK(fd >= 0 && credenco_wait_add(wait, fd, easy) == CREDENCO_OK);
    curl_easy_cleanup(easy);
    CHECK(fd >= 0 && wait->sockets[fd].owner == NULL);
    end(accept_next());
#endif
}

static const tap_case cases[] = {
    {"a connection serves one request after another", serves_again},
    {"what comes on an idle connection ends it, and answers nobody", stray_answers},
    {"what comes behind an answer ends the connection", surplus_ends_it},
    {"an idle connection that the server closes is closed", idle_end_is_noticed},
    {"a connection that the server closes behind its answer is closed", last_answer_ends_it},
    {"a server that speaks first is not asked", speaking_first},
    {"an answer counts that comes before the whole request was sent", early_answer},
    {"an answer counts that comes before a reset", answer_before_a_reset},
    {"an answer that is cut off anywhere is no answer", cut_answers},
    {"a connection that is reset ends no answer", reset_is_no_end},
    {"a request that is cut off while it is sent is unknown, and not sent again",
     reset_while_sending},
    {"an idle transfer keeps no large buffer", memory_is_given_back},
    {"no answer within the deadline is unknown, and closes the connection", silence_is_unknown},
    {"a connection that is not there in time is named as the reason", either_time_is_up},
    {"the next step is due at the earlier of the deadline and libcurl's time", next_step_is_due},
    {"who sleeps on the driver's descriptor wakes at the deadline", deadline_wakes_a_poller},
    {"each of several requests has its own deadline", each_has_its_deadline},
    {"no more connections stay idle than the cache holds", cache_is_bounded},
    {"a descriptor that libcurl has closed is nobody's", closed_one_is_forgotten},
};

int main(void) {
    return run_played(cases, COUNT_OF(cases));
}
