/* The exchange when memory runs out: the first allocation fails, the second, the n-th, until one
 * exchange needs no more than was granted. Every failure is a clean error. */
#include "failing_malloc.h"
#include "http_feed.h"
#include "tap.h"

enum { MORE_THAN_ANY_RUN = 1000, PIECE = 50 };

/* Long enough for every buffer to grow more than once. */
static char response[8192];

static void make_response(void) {
    char *at = response;
    at += sprintf(at, "HTTP/1.1 103 E\r\nLink: %0300d\r\n\r\nHTTP/1.1 503 U\r\n", 1);
    at += sprintf(at, "X-Long: %0600d\r\nRetry-After: %0700d\r\n", 2, 3);
    at += sprintf(at, "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 4; i++) {
        at += sprintf(at, "12c;e=%0300d\r\n%0300d\r\n", 4, 5);
    }
    sprintf(at, "0\r\nX-Late: %0300d\r\n\r\n", 6);
}

static credenco_code add_fields(credenco_http_fields *fields) {
    credenco_code code = CREDENCO_OK;
    for (int i = 0; i < 40 && code == CREDENCO_OK; i++) {
        const size_t before = fields->lines.len;
        code = credenco_http_fields_add(fields, span("X-Api-Key"), span("0123456789"));
        CHECK(code == CREDENCO_OK || fields->lines.len == before);
    }
    return code;
}

static void feed_without_malloc(credenco_http *http) {
    for (size_t at = 0; response[at] != '\0'; at += PIECE) {
        const size_t left = strlen(response + at);
        credenco_http_feed(http, (credenco_span){response + at, left < PIECE ? left : PIECE});
    }
}

static credenco_code exchange(credenco_http *http, credenco_http_fields *fields) {
    credenco_code code = add_fields(fields);
    if (code != CREDENCO_OK) {
        return code;
    }
    credenco_http_request request = {
        .method = span("POST"),
        .target = span("/"),
        .authority = span("issuer.example"),
        .fields = fields,
        .body = span(response),
        .max_body_bytes = sizeof response,
        .wants_fields = true,
    };
    code = credenco_http_begin(http, &request);
    if (code != CREDENCO_OK) {
        CHECK(http->state == CREDENCO_HTTP_FAILED && http->request.len == 0);
        return code;
    }
    feed_without_malloc(http);
    CHECK(http->state == (http->code == CREDENCO_OK ? CREDENCO_HTTP_DONE : CREDENCO_HTTP_FAILED));
    CHECK(http->code == CREDENCO_OK || !credenco_http_reusable(http));
    return http->code;
}

static void check_complete(const credenco_http *http) {
    size_t cursor = 0;
    credenco_span name, value;
    CHECK(http->status == 503 && http->body.len == 1200 && credenco_http_reusable(http));
    for (int i = 0; i < 3; i++) {
        CHECK(credenco_http_next_field(http, &cursor, &name, &value) && value.len > 0);
    }
    CHECK(!credenco_http_next_field(http, &cursor, &name, &value));
}

/* Runs with the 1st, 2nd, ... allocation failing, until none did; `fresh`: each time with new
 * objects, else with those of the run before. */
static void fail_in_turn(failing_mode mode, bool fresh) {
    credenco_http http = {.state = CREDENCO_HTTP_FAILED};
    credenco_http_fields fields = {.lines = {.data = NULL}};
    bool failed = true;
    credenco_http_init(&http);
    for (size_t n = 1; failed && n < MORE_THAN_ANY_RUN; n++) {
        credenco_http_fields_init(&fields);
        failing_malloc_arm(n, mode);
        credenco_code code = exchange(&http, &fields);
        failed = failing_malloc_disarm();
        CHECK(code == (failed ? CREDENCO_OUT_OF_MEMORY : CREDENCO_OK));
        credenco_http_fields_free(&fields);
        if (!failed) {
            check_complete(&http);
        } else if (fresh) {
            credenco_http_free(&http);
            credenco_http_init(&http);
        }
    }
    CHECK(!failed);
    credenco_http_free(&http);
}

static void exchanges_fail_cleanly(void) {
    make_response();
    fail_in_turn(FAIL_ONCE, true);
    fail_in_turn(FAIL_FOREVER, true);
}

static void exchanges_recover(void) {
    make_response();
    fail_in_turn(FAIL_ONCE, false);
    fail_in_turn(FAIL_FOREVER, false);
}

TAP_MAIN({"an exchange without memory is an error, wherever it lacks it", exchanges_fail_cleanly},
         {"an exchange that failed for want of memory serves again", exchanges_recover})
