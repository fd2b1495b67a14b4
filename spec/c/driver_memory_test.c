/* curl/driver.h when memory runs out: its own allocations fail in turn, then those of
 * libcurl too. Every run ends with an answer or a clean error, and holds nothing. */
#include <stdlib.h>

#include "bytes.h"
#include "curl/driver.h"
#include "failing_malloc.h"
#include "hello_server.h"
#include "tap.h"

enum { TIMEOUT_MS = 60000, MORE_THAN_ANY_RUN = 3000 };

static hello_server server;
static char hello_url[64];

static credenco_code start(credenco_driver *driver, credenco_transfer **transfer) {
    credenco_http_fields fields;
    credenco_http_fields_init(&fields);
    const credenco_request request = {.method = CREDENCO_SPAN("PUT"),
                                      .url = span(hello_url),
                                      .fields = &fields,
                                      .body = CREDENCO_SPAN("{}"),
                                      .timeout_ms = TIMEOUT_MS,
                                      .connect_timeout_ms = TIMEOUT_MS,
                                      .max_body_bytes = 100};
    credenco_code code = credenco_http_fields_add(&fields, span("x-api-key"), span("k"));
    if (code == CREDENCO_OK) {
        code = credenco_driver_start(driver, &request, transfer);
    }
    credenco_http_fields_free(&fields);
    return code;
}

static credenco_code finish(credenco_driver *driver) {
    credenco_transfer *finished;
    while ((finished = credenco_driver_take(driver)) == NULL) {
        credenco_driver_step(driver, TIMEOUT_MS, CREDENCO_STEP_MOST);
    }
    credenco_code code = finished->code;
    CHECK(code != CREDENCO_OK || buf_is(&finished->http.body, "hello"));
    credenco_driver_release(driver, finished);
    return code;
}

static credenco_code one_call(void) {
    credenco_driver driver;
    credenco_network_options options = {
        .connection_cache = 8,
        .connection = {.proxy = "", .ca_file = "/none", .identity = {.cert_file = "/none"}}};
    credenco_transfer *transfer;
    credenco_code code = credenco_driver_init(&driver, &options);
    if (code != CREDENCO_OK) {
        CHECK(driver.network.multi == NULL && driver.network.copies[0] == NULL);
        return code;
    }
    code = start(&driver, &transfer);
    if (code == CREDENCO_OK) {
        code = finish(&driver);
    }
    credenco_driver_free(&driver);
    return code;
}

/* The runs until one needs no more than it was granted; each counts its failures. */
static void fail_each_allocation(failing_mode mode) {
    for (size_t n = 1; n < MORE_THAN_ANY_RUN; n++) {
        failing_malloc_arm(n, mode);
        credenco_code code = one_call();
        if (!failing_malloc_disarm()) {
            CHECK(n > 3 && code == CREDENCO_OK);
            return;
        }
        CHECK(code != CREDENCO_MISUSE && code != CREDENCO_INVALID_ARGUMENT);
    }
    CHECK(!"this run never got the memory it needs");
}

static void single_failures(void) {
    fail_each_allocation(FAIL_ONCE);
}

static void lasting_failures(void) {
    fail_each_allocation(FAIL_FOREVER);
}

/* Our own allocations come through --wrap; libcurl's are left alone. */
static void own_failures(void) {
    int refused = 0;
    for (size_t n = 1; n < MORE_THAN_ANY_RUN; n++) {
        failing_malloc_arm(n, FAIL_ONCE);
        credenco_code code = one_call();
        if (!failing_malloc_disarm()) {
            CHECK(code == CREDENCO_OK);
            break;
        }
        CHECK(code == CREDENCO_OUT_OF_MEMORY || code == CREDENCO_OK);
        refused += code == CREDENCO_OUT_OF_MEMORY;
    }
    CHECK(refused > 3);
}

static int run(const tap_case *cases, size_t count) {
    hello_server_start(&server);
    snprintf(hello_url, sizeof hello_url, "http://127.0.0.1:%d/", server.port);
    int failed = tap_run(cases, count);
    hello_server_stop(&server);
    curl_global_cleanup();
    return failed;
}

/* With an argument libcurl's allocations fail too. */
int main(int argc, char **argv) {
    static const tap_case own[] = {
        {"each allocation of the driver failing is out_of_memory, or can be done without",
         own_failures}};
    static const tap_case all[] = {
        {"one failed allocation anywhere is a clean error", single_failures},
        {"no allocation from the n-th on is a clean error", lasting_failures}};
    (void)argv;
    if (argc == 1) {
        return run(own, COUNT_OF(own));
    }
    curl_global_init_mem(CURL_GLOBAL_DEFAULT, failing_malloc, free, failing_realloc, failing_strdup,
                         failing_calloc);
    return run(all, COUNT_OF(all));
}
