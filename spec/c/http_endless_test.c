/* core/http.h: servers that go on for ever. Each is stopped by a limit, and the memory of the
 * exchange does not grow beyond them. */
#include "http_feed.h"
#include "tap.h"

#define OK_ "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_ "Transfer-Encoding: chunked\r\n\r\n"

enum {
    ENDLESS_BYTES = 4 * 1024 * 1024, /* more than any limit */
    /* Twice the limits that hold bytes: a buffer doubles when it grows. */
    MOST_MEMORY = 2 * (2 * CREDENCO_HTTP_HEADER_SECTION_MAX + 2 * CREDENCO_HTTP_FIELD_MAX)
};

static const struct endless_row {
    const char *name;
    const char *begin;
    const char *again; /* without end */
} endless[] = {
    {"first line", "HTTP/1.1 200 ", "reason "},
    {"first line of nothing", "", " "},
    {"empty lines", "", "\r\n"},
    {"field", OK_ "A: ", "value"},
    {"name", OK_, "name"},
    {"fields", OK_, "A: b\r\n"},
    {"fields without values", OK_, "A:\r\n"},
    {"long fields", OK_,
     "A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n"},
    {"Retry-After", OK_, "Retry-After: 1\r\n"},
    {"interim responses", "", "HTTP/1.1 102 P\r\n\r\n"},
    {"interim responses with fields", "", "HTTP/1.1 103 E\r\nLink: a\r\nLink: b\r\n\r\n"},
    {"extension", CHUNKED "1;", "extension"},
    {"extensions", CHUNKED, "1;a=b\r\nx\r\n"},
    {"extensions of small chunks", CHUNKED,
     "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n"},
    {"zeros of a chunk's size", CHUNKED, "0"},
    {"small chunks", CHUNKED, "1\r\nx\r\n"},
    {"trailers", CHUNKED "0\r\n", "A: b\r\n"},
    {"trailer", CHUNKED "0\r\nA: ", "value"},
    {"body to the end", OK_ "\r\n", "body"},
    {"nonsense", "", "nonsense\r\n"},
    {"NUL", "HTTP/1.1 200 OK\r\nA: ", "\x01"},
};

/* Feeds about 16 KiB of repetitions at a time, as a socket gives them. */
static void feed_endlessly(credenco_http *http, const struct endless_row *row, size_t times) {
    credenco_buf bytes;
    credenco_buf_init(&bytes, 32 * 1024);
    for (size_t i = 0; i < times; i++) {
        CHECK(credenco_buf_append(&bytes, span(row->again)) == CREDENCO_OK);
    }
    http_feed_piece(http, span(row->begin));
    for (size_t fed = 0; fed < ENDLESS_BYTES && http->state == CREDENCO_HTTP_READING;
         fed += bytes.len) {
        credenco_http_feed(http, credenco_buf_span(&bytes));
        CHECK(http_footprint(http) <= MOST_MEMORY);
    }
    credenco_buf_free(&bytes);
}

static void no_server_goes_on_for_ever(void) {
    for (size_t i = 0; i < COUNT_OF(endless); i++) {
        credenco_http http;
        credenco_http_init(&http);
        tap_row = endless[i].name;
        size_t many = 16 * 1024 / strlen(endless[i].again);
        size_t times[] = {1, many};
        for (size_t t = 0; t < COUNT_OF(times); t++) {
            http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
            feed_endlessly(&http, &endless[i], times[t]);
            CHECK(http.state == CREDENCO_HTTP_FAILED);
            CHECK(http.code == CREDENCO_TOO_LARGE || http.code == CREDENCO_BAD_RESPONSE);
        }
        credenco_http_free(&http);
    }
}

/* After the failure nothing is taken in any more. */
static void a_failed_exchange_takes_nothing(void) {
    credenco_http http;
    credenco_http_init(&http);
    http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
    http_feed_piece(&http, span("nonsense\r\n"));
    const size_t before = http_footprint(&http);
    for (int i = 0; i < 1000; i++) {
        http_feed_piece(&http, span(OK_ "Content-Length: 5\r\n\r\nhello"));
    }
    CHECK(http.state == CREDENCO_HTTP_FAILED && http.code == CREDENCO_BAD_RESPONSE);
    CHECK(http_footprint(&http) == before);
    credenco_http_free(&http);
}

TAP_MAIN({"no server goes on for ever, and memory stays bounded", no_server_goes_on_for_ever},
         {"an exchange that failed takes nothing in", a_failed_exchange_takes_nothing})
