/* The driver's connections, with a server that the test itself plays: it accepts, reads and writes
 * between two steps, so that each case knows what the driver has seen. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

static bool is_closed(int fd) {
    char byte;
    for (int i = 0; i < 20 && !is_readable(fd, 0); i++) {
        step();
    }
    return is_readable(fd, 0) && read(fd, &byte, 1) <= 0;
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
    CHECK(finished->code == CREDENCO_OK && buf_is(&finished->http.body, body));
    credenco_driver_release(&driver, finished);
}

static void fails_with(credenco_code code, credenco_sent sent) {
    credenco_transfer *finished = finish();
    if (finished != NULL) {
        CHECK(finished->code == code && finished->sent == sent);
        credenco_driver_release(&driver, finished);
    }
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

/* --- cases --------------------------------------------------------------------- */

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

static void silence_is_unknown(void) {
    begin();
    start_with(CREDENCO_SPAN("{}"), SOON_MS);
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
    CHECK(driver.in_flight == 0 && is_closed(fd));
    end(fd);
}

/* The first deadline that passes is not the last one that counts. */
static void each_has_its_deadline(void) {
    begin();
    start_with(CREDENCO_SPAN("{}"), SOON_MS);
    const int first = accept_next();
    start_with(CREDENCO_SPAN("{}"), 2 * SOON_MS);
    const int second = accept_next();
    for (int i = 0; i < 2; i++) {
        fails_with(CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
    }
    close(first);
    end(second);
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

/* --- fork ---------------------------------------------------------------------- */

/* In the child: what was under way is not its own, and its requests go over connections of its
 * own. Exits with the number of what failed. */
static void be_a_child(void) {
    tap_failed = 0;
    fails_with(CREDENCO_CLOSED, CREDENCO_SENT_UNKNOWN);
    const int fd = exchange(OTHER, "other");
    credenco_driver_free(&driver);
    close(fd);
    _exit(tap_failed ? 1 : 0);
}

static void fork_is_noticed(void) {
    begin();
    const int idle = exchange(HELLO, "hello");
    credenco_transfer *first = start();
    CHECK(read_request(idle) > 0);
    const pid_t child = fork();
    if (child == 0) {
        be_a_child();
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(first->state == CREDENCO_TRANSFER_ACTIVE);
    say(idle, OTHER);
    ends_with("other");
    start();
    CHECK(read_request(idle) > 0); /* its connection serves on */
    say(idle, HELLO);
    ends_with("hello");
    end(idle);
}

/* --- exhaustion ---------------------------------------------------------------- */

static rlim_t leave_descriptors(int count) {
    struct rlimit limit;
    const int next = dup(listener);
    close(next);
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = (rlim_t)(next + count);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    return before;
}

static void give_descriptors_back(rlim_t before) {
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = before;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static void no_descriptor_for_a_connection(void) {
    begin();
    const rlim_t before = leave_descriptors(0);
    start();
    credenco_transfer *finished = finish();
    CHECK(finished->code == CREDENCO_CONNECT_FAILED && finished->sent == CREDENCO_SENT_NO);
    CHECK(strstr(finished->detail, "ulimit -n") != NULL);
    credenco_driver_release(&driver, finished);
    give_descriptors_back(before);
    end(exchange(HELLO, "hello"));
}

static void no_descriptor_for_a_driver(void) {
    for (int left = 0; left < 3; left++) {
        credenco_network_options options = {.connection_cache = CACHE};
        const rlim_t before = leave_descriptors(left);
        const credenco_code code = credenco_driver_init(&driver, &options);
        give_descriptors_back(before);
        CHECK(code == CREDENCO_OK || code == CREDENCO_CONNECT_FAILED ||
              code == CREDENCO_OUT_OF_MEMORY);
        credenco_driver_free(&driver);
    }
}

static const tap_case cases[] = {
    {"a connection serves one request after another", serves_again},
    {"what comes on an idle connection ends it, and answers nobody", stray_answers},
    {"what comes behind an answer ends the connection", surplus_ends_it},
    {"an idle connection that the server closes is closed", idle_end_is_noticed},
    {"a server that speaks first is not asked", speaking_first},
    {"an answer counts that comes before the whole request was sent", early_answer},
    {"an answer that is cut off anywhere is no answer", cut_answers},
    {"a connection that is reset ends no answer", reset_is_no_end},
    {"no answer within the deadline is unknown, and closes the connection", silence_is_unknown},
    {"each of several requests has its own deadline", each_has_its_deadline},
    {"no more connections stay idle than the cache holds", cache_is_bounded},
    {"parent and child of a fork use connections of their own", fork_is_noticed},
    {"without a free descriptor a request fails and says so", no_descriptor_for_a_connection},
    {"without a free descriptor no driver is made", no_descriptor_for_a_driver},
};

int main(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    listen_somewhere();
    int failed = tap_run(cases, COUNT_OF(cases));
    close(listener);
    curl_global_cleanup();
    return failed;
}
