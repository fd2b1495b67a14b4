/* core/http.h: how a response is read, whatever its framing; the tables are in http_framing_test.c,
 * limits in http_limits_test.c, requests in http_request_test.c. */
#include <stdio.h>

#include "http_feed.h"
#include "tap.h"

#define OK_ "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_ "Transfer-Encoding: chunked\r\n\r\n"

enum { READING = CREDENCO_HTTP_READING, FAILED = CREDENCO_HTTP_FAILED };

/* Bytes that cannot become a status line are refused before their line ends: it may never end. */
static void nonsense_is_refused_at_once(void) {
    static const struct {
        const char *bytes;
        int state;
    } rows[] = {
        {"", READING},
        {"H", READING},
        {"HTTP/1.", READING},
        {"HTTP/1.1 2", READING},
        {"h", FAILED},
        {"HTTP/2", FAILED},
        {"HTTPS", FAILED},
        {"<", FAILED},
        {"\x15\x03\x03", FAILED},
        {"SSH-", FAILED},
        {"\r", FAILED},
        {" HTTP/1.1 200", FAILED},
        {"HTTP/1.1 100 C\r\n\r\nX", FAILED},
    };
    credenco_http http;
    credenco_http_init(&http);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        tap_row = rows[i].bytes;
        for (size_t piece = 1; piece < 30; piece += 28) {
            http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
            http_feed_in_pieces(&http, span(rows[i].bytes), piece);
            CHECK(http.state == (credenco_http_state)rows[i].state);
            CHECK(http.state == CREDENCO_HTTP_READING || http.code == CREDENCO_BAD_RESPONSE);
        }
    }
    credenco_http_free(&http);
}

/* NUL cannot stand in the strings of a table. */
static void nul_is_refused_wherever_it_comes(void) {
    static const char response[] = "HTTP/1.1 200 OK\r\nA: b;c\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "1;e\r\nx\r\n0\r\nT: u\r\n\r\n";
    const size_t len = sizeof response - 1;
    const size_t of_the_body = (size_t)(strchr(response, 'x') - response);
    credenco_http http;
    credenco_http_init(&http);
    for (size_t at = 0; at < len; at++) {
        char bytes[sizeof response];
        memcpy(bytes, response, sizeof response);
        bytes[at] = '\0';
        http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
        http_feed_in_pieces(&http, (credenco_span){bytes, len}, len);
        CHECK((http.state == CREDENCO_HTTP_DONE) == (at == of_the_body));
    }
    credenco_http_free(&http);
}

/* --- the end of the connection ------------------------------------------------------ */

/* Cut anywhere, a response that says how long it is fails, and one byte more completes it. */
static void a_cut_response_is_none(void) {
    static const char *const responses[] = {
        OK_ "Content-Length: 5\r\n\r\nhello",
        CHUNKED "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
        "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 N\r\n\r\n",
    };
    credenco_http http;
    credenco_http_init(&http);
    for (size_t i = 0; i < COUNT_OF(responses); i++) {
        tap_row = responses[i];
        for (size_t len = 0; len < strlen(responses[i]); len++) {
            http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
            http_feed_in_pieces(&http, (credenco_span){responses[i], len}, (size_t)-1);
            CHECK(http.state == CREDENCO_HTTP_READING);
            CHECK(credenco_http_end(&http) == CREDENCO_HTTP_FAILED);
            CHECK(http.code == CREDENCO_CONNECT_FAILED && !credenco_http_reusable(&http));
        }
    }
    credenco_http_free(&http);
}

static void what_comes_later_is_surplus(void) {
    credenco_http http;
    credenco_http_init(&http);
    http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
    http_feed_piece(&http, span("HTTP/1.1 204 N\r\n\r\n"));
    CHECK(!http.surplus && credenco_http_reusable(&http));
    http_feed_piece(&http, span(""));
    CHECK(!http.surplus);
    http_feed_piece(&http, span("H"));
    CHECK(http.surplus && !credenco_http_reusable(&http));
    CHECK(http.state == CREDENCO_HTTP_DONE && credenco_http_end(&http) == CREDENCO_HTTP_DONE);
    credenco_http_free(&http);
}

/* --- fields ------------------------------------------------------------------------- */

static bool next_is(const credenco_http *http, size_t *cursor, const char *name,
                    const char *value) {
    credenco_span got_name, got_value;
    return credenco_http_next_field(http, cursor, &got_name, &got_value) &&
           span_is(got_name, name) && span_is(got_value, value);
}

static void fields_come_in_order(void) {
    credenco_http http;
    credenco_span name, value;
    size_t cursor = 0;
    credenco_http_init(&http);
    http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
    http_feed_in_pieces(&http,
                        span("HTTP/1.1 103 E\r\nLink: early\r\n\r\n"
                             "HTTP/1.1 200 OK\r\nX-B:  one \t\r\nx-a:\r\nX-B:caf\xc3\xa9\ttwo\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Late: t\r\n\r\n"),
                        4);
    CHECK(next_is(&http, &cursor, "x-b", "one"));
    CHECK(next_is(&http, &cursor, "x-a", ""));
    CHECK(next_is(&http, &cursor, "x-b", "caf\xc3\xa9\ttwo"));
    CHECK(next_is(&http, &cursor, "transfer-encoding", "chunked"));
    CHECK(!credenco_http_next_field(&http, &cursor, &name, &value));
    credenco_http_free(&http);
}

static void fields_are_kept_only_where_wanted(void) {
    credenco_http http;
    credenco_http_request request = {
        .method = span("GET"), .authority = span("a"), .max_body_bytes = 10};
    credenco_span name, value;
    size_t cursor = 0;
    credenco_http_init(&http);
    CHECK(credenco_http_begin(&http, &request) == CREDENCO_OK);
    http_feed_piece(&http, span(OK_ "A: b\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"));
    CHECK(http.state == CREDENCO_HTTP_DONE && buf_is(&http.retry_after, "5"));
    CHECK(!credenco_http_next_field(&http, &cursor, &name, &value));
    credenco_http_free(&http);
}

static void the_last_retry_after_counts(void) {
    credenco_http http;
    credenco_http_init(&http);
    http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
    http_feed_in_pieces(&http,
                        span("HTTP/1.1 103 E\r\nRetry-After: 1\r\n\r\n"
                             "HTTP/1.1 503 U\r\nretry-after: 2\r\nRETRY-AFTER: 3 \r\n"
                             "Transfer-Encoding: chunked\r\n\r\n0\r\nRetry-After: 4\r\n\r\n"),
                        1);
    CHECK(http.status == 503 && buf_is(&http.retry_after, "3"));
    http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
    http_feed_piece(&http, span("HTTP/1.1 103 E\r\nRetry-After: 1\r\n\r\nHTTP/1.1 204 N\r\n\r\n"));
    CHECK(http.status == 204 && buf_is(&http.retry_after, ""));
    credenco_http_free(&http);
}

/* Whatever its case and parameters; an interim response's says nothing. */
static void a_page_is_known_by_its_type(void) {
    static const struct {
        const char *head;
        bool html;
    } rows[] = {
        {"", false},
        {"Content-Type: text/html\r\n", true},
        {"content-TYPE:  Text/HTML ; charset=utf-8\r\n", true},
        {"Content-Type: application/xhtml+xml;q=1\r\n", true},
        {"Content-Type: application/json\r\nContent-Type: text/html\r\n", true},
        {"Content-Type: text/html\r\nContent-Type: application/json\r\n", true},
        {"Content-Type:\r\n", false},
        {"Content-Type: ;text/html\r\n", false},
        {"Content-Type: text/htm\r\n", false},
        {"Content-Type: text/html5\r\n", false},
        {"Content-Type: application/json; of=text/html\r\n", false},
        {"X-Content-Type: text/html\r\n", false},
    };
    credenco_http http;
    credenco_http_init(&http);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bytes[256];
        tap_row = rows[i].head;
        snprintf(bytes, sizeof bytes,
                 "HTTP/1.1 103 E\r\nContent-Type: text/html\r\n\r\n" OK_
                 "%sContent-Length: 0\r\n\r\n",
                 rows[i].head);
        http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
        http_feed_in_pieces(&http, span(bytes), 1);
        CHECK(http.state == CREDENCO_HTTP_DONE && http.html == rows[i].html);
    }
    credenco_http_free(&http);
}

/* --- one after the other -------------------------------------------------------------- */

static void an_exchange_forgets_the_one_before(void) {
    static const char *const before[] = {
        OK_ "Content-Length: 9\r\nA: b\r\n\r\nhello",
        OK_ "Connection: close\r\nRetry-After: 9\r\nContent-Length: 1\r\n\r\nxy",
        CHUNKED "5;a=b\r\nhe",
        CHUNKED "0\r\nA: b",
        "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 20",
        "HTTP/1.0 200 OK\r\n\r\nhello",
        "nonsense\r\n",
    };
    credenco_http http;
    credenco_http_init(&http);
    for (size_t i = 0; i < COUNT_OF(before); i++) {
        size_t cursor = 0;
        credenco_span name, value;
        tap_row = before[i];
        http_begin_with(&http, "HEAD", HTTP_FEED_MAX_BODY);
        http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
        http_feed_piece(&http, span(before[i]));
        http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
        CHECK(http.state == CREDENCO_HTTP_READING && http.status == 0 && !http.surplus);
        http_feed_piece(&http, span("HTTP/1.1 201 C\r\nTransfer-Encoding: chunked\r\n\r\n"));
        http_feed_piece(&http, span("2\r\nok\r\n0\r\n\r\n"));
        CHECK(http.status == 201 && buf_is(&http.body, "ok") && credenco_http_reusable(&http));
        CHECK(buf_is(&http.retry_after, ""));
        CHECK(next_is(&http, &cursor, "transfer-encoding", "chunked"));
        CHECK(!credenco_http_next_field(&http, &cursor, &name, &value));
    }
    credenco_http_free(&http);
}

static void free_may_run_twice(void) {
    credenco_http zeroed = {.state = CREDENCO_HTTP_READING};
    credenco_http_free(&zeroed);
    credenco_http_free(&zeroed);
    credenco_http http;
    credenco_http_init(&http);
    CHECK(credenco_http_feed(&http, span("HTTP/1.1 200 OK\r\n")) == CREDENCO_HTTP_FAILED);
    CHECK(credenco_http_end(&http) == CREDENCO_HTTP_FAILED && !credenco_http_reusable(&http));
    credenco_http_trim(&http);
    credenco_http_free(&http);
    credenco_http_free(&http);
}

TAP_MAIN({"what begins as no response is refused at once", nonsense_is_refused_at_once},
         {"NUL is refused wherever it comes but in a body", nul_is_refused_wherever_it_comes},
         {"a response that is cut is none, wherever it is cut", a_cut_response_is_none},
         {"what comes behind a response is surplus", what_comes_later_is_surplus},
         {"fields come in order, trailers and interim ones do not", fields_come_in_order},
         {"fields are kept only where they are wanted", fields_are_kept_only_where_wanted},
         {"a page is known by its type", a_page_is_known_by_its_type},
         {"the last Retry-After of the response counts", the_last_retry_after_counts},
         {"an exchange forgets the one before it", an_exchange_forgets_the_one_before},
         {"free takes a zeroed exchange and may run twice", free_may_run_twice})
