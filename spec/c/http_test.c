/* core/http.h: what ends a response, what is refused, and what the connection may do afterwards.
 * Limits are in http_limits_test.c, requests in http_request_test.c. */
#include "http_feed.h"
#include "tap.h"

#define OK_ "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_ "Transfer-Encoding: chunked\r\n\r\n"

enum {
    READING = CREDENCO_HTTP_READING,
    DONE = CREDENCO_HTTP_DONE,
    FAILED = CREDENCO_HTTP_FAILED,
    NONE = CREDENCO_HTTP_NO_BODY,
    LENGTH = CREDENCO_HTTP_LENGTH,
    IN_CHUNKS = CREDENCO_HTTP_CHUNKED,
    TO_THE_END = CREDENCO_HTTP_UNTIL_CLOSE
};

typedef struct response_row {
    const char *name;
    const char *method;
    const char *bytes;
    bool ends; /* the connection, behind the bytes */
    int state;
    int framing; /* where it is DONE */
    int status;
    bool reusable;
    const char *body;
} response_row;

static const size_t pieces[] = {(size_t)-1, 1, 2, 3, 5, 7};

static void check_response(const credenco_http *http, const response_row *row) {
    CHECK(http->state == (credenco_http_state)row->state);
    CHECK(credenco_http_reusable(http) == row->reusable);
    if (row->state == FAILED) {
        CHECK(http->code == (row->ends ? CREDENCO_CONNECT_FAILED : CREDENCO_BAD_RESPONSE));
        CHECK(http->detail != NULL && http->detail[0] != '\0');
    }
    if (row->state == DONE) {
        CHECK(http->status == row->status);
        CHECK(http->framing == (credenco_http_framing)row->framing);
        CHECK(buf_is(&http->body, row->body));
    }
}

static void check_rows(const response_row *rows, size_t count) {
    credenco_http http;
    credenco_http_init(&http);
    for (size_t i = 0; i < count; i++) {
        tap_row = rows[i].name;
        for (size_t p = 0; p < COUNT_OF(pieces); p++) {
            CHECK(http_begin_with(&http, rows[i].method, HTTP_FEED_MAX_BODY) == CREDENCO_OK);
            http_feed_in_pieces(&http, span(rows[i].bytes), pieces[p]);
            if (rows[i].ends) {
                credenco_http_end(&http);
            }
            check_response(&http, &rows[i]);
        }
    }
    credenco_http_free(&http);
}

/* --- what ends a response (RFC 9112, 6.3) ------------------------------------------ */

static const response_row framings[] = {
    {"HEAD", "HEAD", OK_ "\r\n", false, DONE, NONE, 200, true, ""},
    {"HEAD with a length", "HEAD", OK_ "Content-Length: 9\r\n\r\n", false, DONE, NONE, 200, true,
     ""},
    {"HEAD with a length beyond the limit", "HEAD", OK_ "Content-Length: 9999999999\r\n\r\n", false,
     DONE, NONE, 200, true, ""},
    {"HEAD, chunked", "HEAD", CHUNKED, false, DONE, NONE, 200, true, ""},
    {"HEAD and an error", "HEAD", "HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\n", false, DONE, NONE,
     404, true, ""},
    {"a method in lower case is another method", "head", OK_ "Content-Length: 1\r\n\r\nx", false,
     DONE, LENGTH, 200, true, "x"},
    {"204", "POST", "HTTP/1.1 204 No Content\r\n\r\n", false, DONE, NONE, 204, true, ""},
    {"204 with a length", "POST", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", false,
     DONE, NONE, 204, true, ""},
    {"204, chunked", "POST", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", false,
     DONE, NONE, 204, true, ""},
    {"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", false, DONE, NONE, 304,
     true, ""},
    {"205 has the body that it announces", "POST", "HTTP/1.1 205 R\r\nContent-Length: 1\r\n\r\nx",
     false, DONE, LENGTH, 205, true, "x"},
    {"a length", "POST", OK_ "Content-Length: 5\r\n\r\nhello", false, DONE, LENGTH, 200, true,
     "hello"},
    {"a length of 0", "POST", OK_ "Content-Length: 0\r\n\r\n", false, DONE, LENGTH, 200, true, ""},
    {"a length with leading zeros", "POST", OK_ "Content-Length: 0005\r\n\r\nhello", false, DONE,
     LENGTH, 200, true, "hello"},
    {"a length that is not reached yet", "POST", OK_ "Content-Length: 5\r\n\r\nhell", false,
     READING, 0, 0, false, ""},
    {"chunks", "POST", CHUNKED "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", false, DONE, IN_CHUNKS, 200,
     true, "hello!"},
    {"no chunk but the last", "POST", CHUNKED "0\r\n\r\n", false, DONE, IN_CHUNKS, 200, true, ""},
    {"the last chunk with many zeros", "POST", CHUNKED "0000\r\n\r\n", false, DONE, IN_CHUNKS, 200,
     true, ""},
    {"the last chunk without the line behind it", "POST", CHUNKED "0\r\n", false, READING, 0, 0,
     false, ""},
    {"chunks and trailers", "POST", CHUNKED "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 7\r\n\r\n",
     false, DONE, IN_CHUNKS, 200, true, "x"},
    {"chunks to HTTP/1.1 with close", "POST",
     OK_ "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", false, DONE,
     IN_CHUNKS, 200, false, "x"},
    {"the end of the connection", "POST", OK_ "\r\nhello", true, DONE, TO_THE_END, 200, false,
     "hello"},
    {"the end of the connection, no byte before it", "POST", OK_ "\r\n", true, DONE, TO_THE_END,
     200, false, ""},
    {"the end of the connection has not come", "POST", OK_ "\r\nhello", false, READING, 0, 0, false,
     ""},
    {"HTTP/1.0 with a length", "POST", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", false, DONE,
     LENGTH, 200, false, "x"},
    {"HTTP/1.0 with a length and keep-alive", "POST",
     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", false, DONE, LENGTH,
     200, false, "x"},
    {"HTTP/1.0 to the end", "POST", "HTTP/1.0 200 OK\r\n\r\nx", true, DONE, TO_THE_END, 200, false,
     "x"},
    {"HTTP/1.0, chunked", "POST", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     false, FAILED, 0, 0, false, NULL},
    {"a later HTTP/1", "POST", "HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n", false, DONE, LENGTH,
     200, true, ""},
    {"100, then the response", "POST",
     "HTTP/1.1 100 Continue\r\n\r\n" OK_ "Content-Length: 0\r\n\r\n", false, DONE, LENGTH, 200,
     true, ""},
    {"102 with a length that counts for nothing", "POST",
     "HTTP/1.1 102 P\r\nContent-Length: 5\r\n\r\n" OK_ "Content-Length: 1\r\n\r\nx", false, DONE,
     LENGTH, 200, true, "x"},
    {"100 whose close is not the response's", "POST",
     "HTTP/1.1 100 C\r\nConnection: close\r\n\r\n" OK_ "Content-Length: 0\r\n\r\n", false, DONE,
     LENGTH, 200, true, ""},
    {"199, then the response", "POST", "HTTP/1.1 199 X\r\n\r\nHTTP/1.1 204 N\r\n\r\n", false, DONE,
     NONE, 204, true, ""},
    {"100 alone", "POST", "HTTP/1.1 100 Continue\r\n\r\n", false, READING, 0, 0, false, ""},
    {"101", "POST", "HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", false, FAILED,
     0, 0, false, NULL},
    {"a length and chunks", "POST",
     OK_ "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, FAILED, 0, 0,
     false, NULL},
    {"chunks and a length", "POST",
     OK_ "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", false, FAILED, 0, 0,
     false, NULL},
    {"both, to HEAD", "HEAD", OK_ "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", false,
     FAILED, 0, 0, false, NULL},
    {"two lengths", "POST", OK_ "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", false,
     FAILED, 0, 0, false, NULL},
    {"the same length twice", "POST", OK_ "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
     false, FAILED, 0, 0, false, NULL},
    {"the same length twice in one field", "POST", OK_ "Content-Length: 5, 5\r\n\r\nhello", false,
     FAILED, 0, 0, false, NULL},
    {"two lengths, to HEAD", "HEAD", OK_ "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", false,
     FAILED, 0, 0, false, NULL},
    {"chunked in two fields", "POST",
     OK_ "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, FAILED,
     0, 0, false, NULL},
    {"no coding", "POST", OK_ "Transfer-Encoding:\r\n\r\n", false, FAILED, 0, 0, false, NULL},
    {"identity", "POST", OK_ "Transfer-Encoding: identity\r\n\r\n", false, FAILED, 0, 0, false,
     NULL},
    {"chunked with a parameter", "POST", OK_ "Transfer-Encoding: chunked;q=1\r\n\r\n", false,
     FAILED, 0, 0, false, NULL},
};

static void framing_is_one_table(void) {
    check_rows(framings, COUNT_OF(framings));
}

/* --- the connection afterwards ------------------------------------------------------ */

static const response_row connections[] = {
    {"close", "GET", OK_ "Connection: close\r\nContent-Length: 0\r\n\r\n", false, DONE, LENGTH, 200,
     false, ""},
    {"CLOSE in a list", "GET", OK_ "Connection: x ,\tCLOSE , y\r\nContent-Length: 0\r\n\r\n", false,
     DONE, LENGTH, 200, false, ""},
    {"close in a second field", "GET",
     OK_ "Connection: keep-alive\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false, DONE,
     LENGTH, 200, false, ""},
    {"a first field is not undone", "GET",
     OK_ "Connection: close\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", false, DONE,
     LENGTH, 200, false, ""},
    {"keep-alive", "GET", OK_ "Connection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", false, DONE,
     LENGTH, 200, true, ""},
    {"closed, another word", "GET", OK_ "Connection: closed, enclose\r\nContent-Length: 0\r\n\r\n",
     false, DONE, LENGTH, 200, true, ""},
    {"an empty list", "GET", OK_ "Connection: ,, ,\r\nContent-Length: 0\r\n\r\n", false, DONE,
     LENGTH, 200, true, ""},
    {"a field in the trailers", "GET", CHUNKED "0\r\nConnection: close\r\n\r\n", false, DONE,
     IN_CHUNKS, 200, true, ""},
    {"surplus behind a length", "GET", OK_ "Content-Length: 1\r\n\r\nxy", false, DONE, LENGTH, 200,
     false, "x"},
    {"surplus behind chunks", "GET", CHUNKED "0\r\n\r\n\r\n", false, DONE, IN_CHUNKS, 200, false,
     ""},
    {"surplus behind no body", "HEAD", OK_ "Content-Length: 1\r\n\r\nx", false, DONE, NONE, 200,
     false, ""},
    {"surplus behind 304", "GET", "HTTP/1.1 304 N\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", false, DONE,
     NONE, 304, false, ""},
};

static void connections_serve_again_or_not(void) {
    check_rows(connections, COUNT_OF(connections));
}

/* --- what is no response ------------------------------------------------------------ */

#define BAD(name, bytes)                                                                           \
    { name, "GET", bytes, false, FAILED, 0, 0, false, NULL }
#define LENGTH_OF(value) OK_ "Content-Length: " value "\r\n\r\nhello"
#define STARTS(line) line "\r\nContent-Length: 1\r\n\r\nx"
#define FIELD(line) OK_ line "\r\nContent-Length: 1\r\n\r\nx"

static const response_row malformed[] = {
    BAD("length -0", LENGTH_OF("-0")),
    BAD("length 5.0", LENGTH_OF("5.0")),
    BAD("length 1e1", LENGTH_OF("1e1")),
    BAD("length 5;", LENGTH_OF("5;")),
    BAD("length ,5", LENGTH_OF(",5")),
    BAD("length '5'", LENGTH_OF("\"5\"")),
    BAD("length in other digits", LENGTH_OF("\xd9\xa5")),
    BAD("length 2^64", LENGTH_OF("18446744073709551616")),
    BAD("chunk size 0x1", CHUNKED "0x1\r\nx\r\n0\r\n\r\n"),
    BAD("chunk size +1", CHUNKED "+1\r\nx\r\n0\r\n\r\n"),
    BAD("chunk size with a blank before it", CHUNKED " 1\r\nx\r\n0\r\n\r\n"),
    BAD("chunk size with a blank after it", CHUNKED "1 \r\nx\r\n0\r\n\r\n"),
    BAD("chunk size 2^64", CHUNKED "10000000000000000\r\nx"),
    BAD("chunk size without digits", CHUNKED ";a=b\r\nx\r\n0\r\n\r\n"),
    BAD("two chunk sizes", CHUNKED "1 1\r\nx\r\n0\r\n\r\n"),
    BAD("a control byte in an extension", CHUNKED "1;a=\x01\r\nx\r\n0\r\n\r\n"),
    BAD("a chunk that is longer by one", CHUNKED "1\r\nxx\r\n0\r\n\r\n"),
    BAD("a chunk with an LF behind it", CHUNKED "1\r\nx\n0\r\n\r\n"),
    BAD("a chunk with two CR behind it", CHUNKED "1\r\nx\r\r\n0\r\n\r\n"),
    BAD("a trailer without a colon", CHUNKED "0\r\nNonsense\r\n\r\n"),
    BAD("a folded trailer", CHUNKED "0\r\nA: b\r\n c\r\n\r\n"),
    BAD("an LF ends the first line", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"),
    BAD("an LF ends a field", OK_ "Content-Length: 0\n\r\n"),
    BAD("an LF ends the head", OK_ "Content-Length: 0\r\n\n"),
    BAD("an LF ends a chunk's size", CHUNKED "0\n\r\n"),
    BAD("an LF ends the trailers", CHUNKED "0\r\n\n"),
    BAD("a CR in the first line", "HTTP/1.1 200 O\rK\r\n\r\n"),
    BAD("a CR too many", OK_ "Content-Length: 0\r\r\n\r\n"),
    BAD("a field that goes on in the next line", OK_ "A: b\r\n c\r\nContent-Length: 0\r\n\r\n"),
    BAD("a field that goes on behind a tab", OK_ "A: b\r\n\tc\r\nContent-Length: 0\r\n\r\n"),
    BAD("a blank line that is not empty", OK_ "Content-Length: 0\r\n \r\n"),
    BAD("an empty line before the response", "\r\n" OK_ "Content-Length: 0\r\n\r\n"),
    BAD("a byte-order mark", "\xef\xbb\xbf" OK_ "Content-Length: 0\r\n\r\n"),
    BAD("a blank in a name", FIELD("A b: c")),
    BAD("a tab before the colon", FIELD("Transfer-Encoding\t: chunked")),
    BAD("a blank before the name", FIELD(" A: b")),
    BAD("a byte beyond ASCII in a name", FIELD("\xc3\xa9: b")),
    BAD("a parenthesis in a name", FIELD("A(b): c")),
    BAD("an escape in a value", FIELD("A: \x1b[31m")),
    BAD("a DEL in a value", FIELD("A: \x7f")),
    BAD("a control byte in the reason", STARTS("HTTP/1.1 200 O\x01K")),
    BAD("no blank behind the version", STARTS("HTTP/1.1200 OK")),
    BAD("two blanks behind the version", STARTS("HTTP/1.1  200 OK")),
    BAD("a tab behind the version", STARTS("HTTP/1.1\t200 OK")),
    BAD("a tab behind the status", STARTS("HTTP/1.1 200\tOK")),
    BAD("a blank before the version", STARTS(" HTTP/1.1 200 OK")),
    BAD("status 099", STARTS("HTTP/1.1 099 OK")),
    BAD("status 000", STARTS("HTTP/1.1 000 OK")),
    BAD("status -20", STARTS("HTTP/1.1 -20 OK")),
    BAD("HTTP/1.10", STARTS("HTTP/1.10 200 OK")),
    BAD("HTTP/1.", STARTS("HTTP/1. 200 OK")),
    BAD("HTTP/11", STARTS("HTTP/11 200 OK")),
    BAD("HTTP/0.9", STARTS("HTTP/0.9 200 OK")),
    BAD("a request", STARTS("GET / HTTP/1.1")),
    BAD("an empty line", "\r\n\r\n"),
};

static void malformed_responses_are_refused(void) {
    check_rows(malformed, COUNT_OF(malformed));
}

/* What cannot become a status line is refused before a line of it is there: it may never end. */
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

TAP_MAIN({"framing is one table", framing_is_one_table},
         {"a connection serves again or not", connections_serve_again_or_not},
         {"what is no response is refused", malformed_responses_are_refused},
         {"what begins as no response is refused at once", nonsense_is_refused_at_once},
         {"NUL is refused wherever it comes but in a body", nul_is_refused_wherever_it_comes},
         {"a response that is cut is none, wherever it is cut", a_cut_response_is_none},
         {"what comes behind a response is surplus", what_comes_later_is_surplus},
         {"fields come in order, trailers and interim ones do not", fields_come_in_order},
         {"fields are kept only where they are wanted", fields_are_kept_only_where_wanted},
         {"the last Retry-After of the response counts", the_last_retry_after_counts},
         {"an exchange forgets the one before it", an_exchange_forgets_the_one_before},
         {"free takes a zeroed exchange and may run twice", free_may_run_twice})
