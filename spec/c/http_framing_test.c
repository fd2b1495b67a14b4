/* core/http.h in tables: what ends a response, what is none, and whether the connection serves
 * again afterwards. */
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
    {"a tunnel carries no other request", "CONNECT", OK_ "Content-Length: 9\r\n\r\n", false, DONE,
     NONE, 200, false, ""},
    {"a refused tunnel", "CONNECT", "HTTP/1.1 407 P\r\nContent-Length: 1\r\n\r\nx", false, DONE,
     LENGTH, 407, true, "x"},
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

static const struct tunnel_row {
    const char *method, *bytes;
    bool is_tunnel;
} tunnels[] = {
    {"CONNECT", "HTTP/1.1 200 Connection established\r\n\r\n", true},
    {"CONNECT", "HTTP/1.0 200 Connection established\r\n\r\n", true},
    {"CONNECT", OK_ "Connection: close\r\nContent-Length: 9\r\n\r\n", true},
    {"CONNECT", "HTTP/1.1 103 E\r\n\r\nHTTP/1.1 204 N\r\n\r\n", true},
    {"CONNECT", OK_ "\r\nx", false},
    {"CONNECT", OK_, false},
    {"CONNECT", "HTTP/1.1 100 C\r\n\r\n", false},
    {"CONNECT", "HTTP/1.1 300 M\r\nContent-Length: 0\r\n\r\n", false},
    {"CONNECT", "HTTP/1.1 407 P\r\nContent-Length: 0\r\n\r\n", false},
    {"GET", OK_ "Content-Length: 0\r\n\r\n", false},
};

static void a_tunnel_begins_behind_a_2xx_to_connect(void) {
    credenco_http http;
    credenco_http_init(&http);
    for (size_t i = 0; i < COUNT_OF(tunnels); i++) {
        tap_row = tunnels[i].bytes;
        CHECK(http_begin_with(&http, tunnels[i].method, HTTP_FEED_MAX_BODY) == CREDENCO_OK);
        http_feed_piece(&http, span(tunnels[i].bytes));
        CHECK(credenco_http_is_tunnel(&http) == tunnels[i].is_tunnel);
    }
    credenco_http_free(&http);
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
    BAD("length of nothing, and no body", OK_ "Content-Length: \r\n\r\n"),
    BAD("chunk size 0x1", CHUNKED "0x1\r\nx\r\n0\r\n\r\n"),
    BAD("chunk size +1", CHUNKED "+1\r\nx\r\n0\r\n\r\n"),
    BAD("chunk size with a blank before it", CHUNKED " 1\r\nx\r\n0\r\n\r\n"),
    BAD("chunk size with a blank after it", CHUNKED "1 \r\nx\r\n0\r\n\r\n"),
    BAD("chunk size 2^64", CHUNKED "10000000000000000\r\nx"),
    BAD("chunk size without digits", CHUNKED ";a=b\r\nx\r\n0\r\n\r\n"),
    BAD("last chunk size without digits", CHUNKED ";a=b\r\n\r\n"),
    BAD("an empty chunk size", CHUNKED "\r\n\r\n"),
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
    BAD("status 099 of an interim response", "HTTP/1.1 099 OK\r\n\r\n"),
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

TAP_MAIN({"framing is one table", framing_is_one_table},
         {"a connection serves again or not", connections_serve_again_or_not},
         {"a tunnel begins behind a 2xx to CONNECT", a_tunnel_begins_behind_a_2xx_to_connect},
         {"what is no response is refused", malformed_responses_are_refused})
