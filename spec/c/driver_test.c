/* curl/driver.h on its own: starting, stepping, taking, releasing. What it makes of
 * servers that misbehave is the transport's contract (spec/transport). */
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

#include "bytes.h"
#include "curl/driver.h"
#include "hello_server.h"
#include "now.h"
#include "tap.h"
#include "test_clock.h"

enum { TIMEOUT_MS = 60000, SOON_MS = 50, SILENCE_MS = 30000, BODY_MAX = 5, MANY = 100 };

static hello_server server;
static char hello_url[64];
static char named_url[64];

static credenco_driver driver; /* libcurl keeps pointers into it: it must not move */

typedef int (*resolver)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* A name server that keeps silent: what asks it waits here until the test lets it go,
 * or long enough to show that the test was held up. */
static int silence[2];
static atomic_bool was_silent, gave_up;

static void wait_for_silence_to_end(void) {
    struct pollfd polled = {.fd = silence[0], .events = POLLIN};
    was_silent = true;
    poll(&polled, 1, SILENCE_MS);
    gave_up = true;
}

/* libcurl's resolver thread ends up here: names without asking the network. One takes a
 * moment, so that the driver comes to wait for it; one takes for ever. */
__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **found) {
    static resolver real;
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    }
    bool silent = name != NULL && strcmp(name, "silent.example") == 0;
    bool slow = name != NULL && strcmp(name, "wallet.example") == 0;
    if (silent) {
        wait_for_silence_to_end();
    }
    usleep(slow ? 20000 : 0);
    return real(slow || silent ? "127.0.0.1" : name, service, hints, found);
}

static void begin(void) {
    credenco_network_options options = {.connection_cache = 8, .connection = {.proxy = ""}};
    CHECK(credenco_driver_init(&driver, &options) == CREDENCO_OK);
}

static credenco_transfer *start(const char *url) {
    credenco_request request = {.method = CREDENCO_SPAN("POST"),
                                .url = span(url),
                                .timeout_ms = TIMEOUT_MS,
                                .connect_timeout_ms = TIMEOUT_MS,
                                .max_body_bytes = BODY_MAX};
    credenco_transfer *transfer = NULL;
    CHECK(credenco_driver_start(&driver, &request, &transfer) == CREDENCO_OK);
    return transfer;
}

/* The next one that is finished; NULL where none was started. */
static credenco_transfer *finish_one(void) {
    credenco_transfer *finished = NULL;
    while ((finished = credenco_driver_take(&driver)) == NULL && driver.in_flight > 0) {
        credenco_driver_step(&driver, TIMEOUT_MS, CREDENCO_STEP_MOST);
    }
    return finished;
}

static void give_back(credenco_transfer *transfer) {
    if (transfer != NULL) {
        credenco_driver_release(&driver, transfer);
    }
}

static bool is_hello(const credenco_transfer *transfer) {
    return transfer != NULL && transfer->code == CREDENCO_OK && transfer->http.status == 200 &&
           buf_is(&transfer->http.body, "hello");
}

static void one_transfer(void) {
    begin();
    CHECK(credenco_driver_take(&driver) == NULL);
    credenco_transfer *started = start(hello_url);
    credenco_transfer *finished = finish_one();
    CHECK(finished == started && is_hello(finished));
    give_back(finished);
    CHECK(driver.in_flight == 0 && credenco_driver_take(&driver) == NULL);
    credenco_driver_free(&driver);
}

static void many_at_once(void) {
    begin();
    bool seen[MANY + 1] = {false};
    for (int i = 0; i < MANY; i++) {
        start(hello_url);
    }
    CHECK(driver.in_flight == MANY);
    for (int i = 0; i < MANY; i++) {
        credenco_transfer *finished = finish_one();
        CHECK(is_hello(finished));
        size_t id = finished != NULL ? finished->id : 0;
        CHECK(id > 0 && id <= MANY && !seen[id]);
        seen[id] = true;
        give_back(finished);
    }
    CHECK(driver.in_flight == 0);
    credenco_driver_free(&driver);
}

static void unused_origins_are_forgotten(void) {
    char url[64];
    begin();
    for (int i = 0; i < 2 * CREDENCO_ORIGINS_MAX; i++) {
        snprintf(url, sizeof url, "http://127.0.0.%d:1/", i + 1); /* nobody listens there */
        start(url);
        give_back(finish_one());
    }
    CHECK(driver.network.pool.origins.count <= CREDENCO_ORIGINS_MAX);
    start(hello_url);
    credenco_transfer *finished = finish_one();
    CHECK(is_hello(finished));
    give_back(finished);
    credenco_driver_free(&driver);
}

static void refused_requests_leave_no_origin(void) {
    char url[64];
    begin();
    for (int i = 0; i < 2 * CREDENCO_ORIGINS_MAX; i++) {
        snprintf(url, sizeof url, "http://127.0.0.%d:1/", i + 1);
        const credenco_request request = {.method = CREDENCO_SPAN("no token"),
                                          .url = span(url),
                                          .timeout_ms = TIMEOUT_MS,
                                          .connect_timeout_ms = TIMEOUT_MS};
        credenco_transfer *transfer;
        CHECK(credenco_driver_start(&driver, &request, &transfer) == CREDENCO_INVALID_ARGUMENT);
    }
    CHECK(driver.network.pool.origins.count <= CREDENCO_ORIGINS_MAX);
    CHECK(driver.transfer_count == 1);
    credenco_driver_free(&driver);
}

static bool names(const char *url, const char *host) {
    credenco_transfer *transfer = start(url);
    const bool found = transfer != NULL && strstr(transfer->http.request.data, host) != NULL;
    give_back(transfer);
    return found;
}

static void own_port_is_not_named(void) {
    begin();
    CHECK(names("https://a.example/", "\r\nHost: a.example\r\n"));
    CHECK(names("https://a.example:443/", "\r\nHost: a.example\r\n"));
    CHECK(names("http://127.0.0.1:80/", "\r\nHost: 127.0.0.1\r\n"));
    CHECK(names("https://a.example:80/", "\r\nHost: a.example:80\r\n"));
    CHECK(names("http://127.0.0.1:443/", "\r\nHost: 127.0.0.1:443\r\n"));
    credenco_driver_free(&driver);
}

static void transfers_are_used_again(void) {
    begin();
    for (int i = 0; i < MANY; i++) {
        start(hello_url);
        credenco_transfer *finished = finish_one();
        CHECK(is_hello(finished) && finished->id == 1);
        give_back(finished);
    }
    CHECK(driver.transfer_count == 1);
    credenco_driver_free(&driver);
}

static void a_name_is_resolved(void) {
    begin();
    for (int i = 0; i < 3; i++) {
        start(named_url);
        credenco_transfer *finished = finish_one();
        /* Connected: it is the TLS handshake that this server does not understand. */
        CHECK(finished != NULL && finished->code == CREDENCO_TLS_FAILED);
        CHECK(finished != NULL && finished->sent == CREDENCO_SENT_NO);
        give_back(finished);
        start(hello_url);
        finished = finish_one();
        CHECK(is_hello(finished));
        give_back(finished);
    }
    credenco_driver_free(&driver);
}

/* The resolver cannot be interrupted; the deadline does not wait for it. */
static void a_silent_name_server(void) {
    CHECK(pipe(silence) == 0);
    begin();
    start("https://silent.example/");
    for (int i = 0; i < TIMEOUT_MS && !was_silent; i++) {
        credenco_driver_step(&driver, 1, CREDENCO_STEP_MOST);
    }
    let_pass(TIMEOUT_MS);
    credenco_transfer *finished = finish_one();
    CHECK(finished != NULL && finished->code == CREDENCO_TIMEOUT);
    CHECK(finished != NULL && finished->sent == CREDENCO_SENT_NO);
    CHECK(finished != NULL && strcmp(finished->detail, "the host's name was not resolved") == 0);
    give_back(finished);
    credenco_transfer *dropped = start("https://silent.example/");
    credenco_driver_step(&driver, 0, CREDENCO_STEP_MOST);
    credenco_driver_step(&driver, 0, CREDENCO_STEP_MOST);
    give_back(dropped);
    credenco_driver_free(&driver);
    CHECK(was_silent && !gave_up);
    close(silence[1]);
    usleep(100000); /* its thread ends, so that nothing is left for a leak check to find */
    close(silence[0]);
}

static void released_in_any_state(void) {
    begin();
    credenco_transfer *queued = start(hello_url);
    credenco_driver_release(&driver, queued);
    CHECK(queued->state == CREDENCO_TRANSFER_IDLE && driver.in_flight == 0);
    credenco_transfer *active = start(hello_url);
    credenco_driver_step(&driver, 0, CREDENCO_STEP_MOST);
    credenco_driver_release(&driver, active);
    CHECK(driver.in_flight == 0);
    credenco_transfer *finished = start(hello_url);
    while (finished->state != CREDENCO_TRANSFER_FINISHED) {
        credenco_driver_step(&driver, TIMEOUT_MS, CREDENCO_STEP_MOST);
    }
    credenco_driver_release(&driver, finished);
    CHECK(credenco_driver_take(&driver) == NULL);
    credenco_driver_release(&driver, finished);
    start(hello_url);
    CHECK(is_hello(finish_one()));
    credenco_driver_free(&driver);
}

static void freed_in_any_state(void) {
    credenco_driver zeroed = {0};
    credenco_driver_free(&zeroed);
    begin();
    start(hello_url);
    CHECK(is_hello(finish_one()));
    for (int i = 0; i < MANY; i++) {
        start(hello_url);
    }
    credenco_driver_step(&driver, 0, CREDENCO_STEP_MOST);
    credenco_driver_free(&driver);
    credenco_driver_free(&driver);
}

static void odd_urls_are_refused(void) {
    static const char *const urls[] = {"http://wallet.example/", "file:///etc/passwd",
                                       "ftp://127.0.0.1/", "127.0.0.1", ""};
    begin();
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        credenco_request request = {.method = CREDENCO_SPAN("GET"),
                                    .url = span(urls[i]),
                                    .timeout_ms = TIMEOUT_MS,
                                    .connect_timeout_ms = TIMEOUT_MS};
        credenco_transfer *transfer;
        tap_row = urls[i];
        CHECK(credenco_driver_start(&driver, &request, &transfer) == CREDENCO_INVALID_ARGUMENT);
        CHECK(driver.in_flight == 0);
    }
    credenco_driver_free(&driver);
}

/* Another event loop waits on the descriptor and steps with no wait of its own. */
static void driven_through(int (*descriptor)(credenco_driver *)) {
    begin();
    int finished = 0;
    for (int i = 0; descriptor(&driver) >= 0 && i < MANY; i++) {
        start(hello_url);
    }
    while (descriptor(&driver) >= 0 && finished < MANY) {
        struct pollfd polled = {.fd = descriptor(&driver), .events = POLLIN};
        CHECK(poll(&polled, 1, TIMEOUT_MS) == 1);
        credenco_driver_step(&driver, 0, CREDENCO_STEP_MOST);
        credenco_transfer *transfer;
        while ((transfer = credenco_driver_take(&driver)) != NULL) {
            CHECK(is_hello(transfer));
            credenco_driver_release(&driver, transfer);
            finished++;
        }
        if (tap_failed) {
            break;
        }
    }
    credenco_driver_free(&driver);
}

static void driven_from_outside(void) {
    driven_through(credenco_driver_pollfd);
}

static void watched_between_steps(void) {
    driven_through(credenco_driver_watch);
}

/* An outside poller learns of a transfer that is started meanwhile. */
static void watched_while_idle(void) {
    begin();
    struct pollfd polled = {.fd = credenco_driver_watch(&driver), .events = POLLIN};
    if (polled.fd >= 0) {
        CHECK(poll(&polled, 1, SOON_MS) == 0);
        start(hello_url);
        CHECK(poll(&polled, 1, TIMEOUT_MS) == 1);
        credenco_driver_step(&driver, 0, CREDENCO_STEP_MOST);
    }
    credenco_driver_free(&driver);
}

static void nothing_to_wait_for(void) {
    begin();
    const int64_t began_ms = credenco_now_ms();
    credenco_driver_step(&driver, TIMEOUT_MS, CREDENCO_STEP_MOST);
    CHECK(credenco_now_ms() - began_ms < TIMEOUT_MS / 2);
    credenco_driver_free(&driver);
}

static const tap_case cases[] = {
    {"a transfer is started, stepped, taken and released", one_transfer},
    {"many transfers at once all finish, each once", many_at_once},
    {"origins that nobody uses are forgotten", unused_origins_are_forgotten},
    {"a request that is refused leaves nothing behind", refused_requests_leave_no_origin},
    {"a request names its host without the scheme's own port", own_port_is_not_named},
    {"a released transfer serves the next request", transfers_are_used_again},
    {"a host that has to be resolved is reached, before and after others", a_name_is_resolved},
    {"the deadline does not wait for a silent name server", a_silent_name_server},
    {"a step does not wait while nothing is in flight", nothing_to_wait_for},
    {"a transfer can be released in any state", released_in_any_state},
    {"a driver can be freed in any state, twice and zeroed", freed_in_any_state},
    {"a URL that is neither https nor loopback is refused", odd_urls_are_refused},
    {"another event loop can drive it through one descriptor", driven_from_outside},
    {"another event loop can watch it between two steps", watched_between_steps},
    {"who watches it while it is idle is told of a start", watched_while_idle},
};

int main(void) {
    hello_server_start(&server);
    snprintf(hello_url, sizeof hello_url, "http://127.0.0.1:%d/", server.port);
    snprintf(named_url, sizeof named_url, "https://wallet.example:%d/", server.port);
    int failed = tap_run(cases, COUNT_OF(cases));
    hello_server_stop(&server);
    curl_global_cleanup();
    return failed;
}
