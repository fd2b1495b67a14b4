/* core/http.h: every limit at its edge and one past it. Servers that never end are in
 * http_endless_test.c. */
#include "http_feed.h"
#include "tap.h"

#define OK_ "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_ "Transfer-Encoding: chunked\r\n\r\n"

/* --- responses of a size ------------------------------------------------------------- */

static void put(credenco_buf *out, const char *text) {
    CHECK(credenco_buf_append(out, span(text)) == CREDENCO_OK);
}

static void put_many(credenco_buf *out, char byte, size_t count) {
    char *bytes = malloc(count + 1);
    memset(bytes, byte, count);
    CHECK(credenco_buf_append(out, (credenco_span){bytes, count}) == CREDENCO_OK);
    free(bytes);
}

/* Field lines that hold `count` bytes together, in lines that are within their own limit. */
static void put_section(credenco_buf *out, size_t count) {
    enum { LINE = 1000 };
    while (count > 0) {
        size_t len = count >= 2 * LINE ? LINE : count;
        put(out, "f:");
        put_many(out, 'v', len - 2);
        put(out, "\r\n");
        count -= len;
    }
}

static void status_line(credenco_buf *out, size_t count) {
    put(out, "HTTP/1.1 200 ");
    put_many(out, 'r', count - strlen("HTTP/1.1 200 "));
    put(out, "\r\nContent-Length: 0\r\n\r\n");
}

static void field(credenco_buf *out, size_t count) {
    put(out, OK_ "Content-Length: 0\r\nf:");
    put_many(out, 'v', count - 2);
    put(out, "\r\n\r\n");
}

static void field_of_retry_after(credenco_buf *out, size_t count) {
    put(out, OK_ "Content-Length: 0\r\nRetry-After:");
    put_many(out, '9', count - strlen("Retry-After:"));
    put(out, "\r\n\r\n");
}

static void header_section(credenco_buf *out, size_t count) {
    put(out, OK_ "Content-Length: 0\r\n");
    put_section(out, count - strlen("Content-Length: 0"));
    put(out, "\r\n");
}

static void header_section_of_an_interim_response(credenco_buf *out, size_t count) {
    put(out, "HTTP/1.1 103 E\r\n");
    put_section(out, count);
    put(out, "\r\n" OK_ "Content-Length: 0\r\n\r\n");
}

static void trailer_section(credenco_buf *out, size_t count) {
    put(out, CHUNKED "0\r\n");
    put_section(out, count);
    put(out, "\r\n");
}

static void trailer(credenco_buf *out, size_t count) {
    put(out, CHUNKED "0\r\nf:");
    put_many(out, 'v', count - 2);
    put(out, "\r\n\r\n");
}

static void chunk_line(credenco_buf *out, size_t count) {
    put(out, CHUNKED "1;");
    put_many(out, 'e', count - 2);
    put(out, "\r\nx\r\n0\r\n\r\n");
}

static void chunk_size_of_zeros(credenco_buf *out, size_t count) {
    put(out, CHUNKED);
    put_many(out, '0', count - 1);
    put(out, "1\r\nx\r\n0\r\n\r\n");
}

static void last_chunk_line(credenco_buf *out, size_t count) {
    put(out, CHUNKED "0;");
    put_many(out, 'e', count - 2);
    put(out, "\r\n\r\n");
}

static void chunk_extensions(credenco_buf *out, size_t count) {
    enum { EACH = 1024 };
    put(out, CHUNKED);
    while (count > 0) {
        size_t len = count >= 2 * EACH ? EACH : count;
        put(out, "1;");
        put_many(out, 'e', len - 1);
        put(out, "\r\nx\r\n");
        count -= len;
    }
    put(out, "0\r\n\r\n");
}

static void zeros_of_all_chunks(credenco_buf *out, size_t count) {
    enum { EACH = 1024 };
    put(out, CHUNKED);
    while (count > 0) {
        size_t len = count < EACH ? count : EACH;
        put_many(out, '0', len);
        put(out, "1\r\nx\r\n");
        count -= len;
    }
    put(out, "0\r\n\r\n");
}

static void interim_responses(credenco_buf *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        put(out, "HTTP/1.1 102 Processing\r\nA: b\r\n\r\n");
    }
    put(out, OK_ "Content-Length: 0\r\n\r\n");
}

static void body_of_a_length(credenco_buf *out, size_t count) {
    char head[100];
    snprintf(head, sizeof head, OK_ "Content-Length: %zu\r\n\r\n", count);
    put(out, head);
    put_many(out, 'b', count);
}

static void body_in_chunks(credenco_buf *out, size_t count) {
    char line[100];
    snprintf(line, sizeof line, CHUNKED "1\r\nb\r\n%zx\r\n", count - 1);
    put(out, line);
    put_many(out, 'b', count - 1);
    put(out, "\r\n0\r\n\r\n");
}

static void body_to_the_end(credenco_buf *out, size_t count) {
    put(out, OK_ "\r\n");
    put_many(out, 'b', count);
}

static const struct limit_row {
    const char *name;
    void (*respond)(credenco_buf *out, size_t count);
    size_t limit;
} limits[] = {
    {"status line", status_line, CREDENCO_HTTP_STATUS_LINE_MAX},
    {"field", field, CREDENCO_HTTP_FIELD_MAX},
    {"field of Retry-After", field_of_retry_after, CREDENCO_HTTP_FIELD_MAX},
    {"header section", header_section, CREDENCO_HTTP_HEADER_SECTION_MAX},
    {"header section of an interim response", header_section_of_an_interim_response,
     CREDENCO_HTTP_HEADER_SECTION_MAX},
    {"trailer section", trailer_section, CREDENCO_HTTP_TRAILER_SECTION_MAX},
    {"trailer", trailer, CREDENCO_HTTP_FIELD_MAX},
    {"chunk line", chunk_line, CREDENCO_HTTP_CHUNK_LINE_MAX},
    {"chunk size of zeros", chunk_size_of_zeros, CREDENCO_HTTP_CHUNK_LINE_MAX},
    {"last chunk line", last_chunk_line, CREDENCO_HTTP_CHUNK_LINE_MAX},
    {"chunk extensions", chunk_extensions, CREDENCO_HTTP_CHUNK_EXTENSIONS_MAX},
    {"zeros before the sizes of chunks", zeros_of_all_chunks, CREDENCO_HTTP_CHUNK_EXTENSIONS_MAX},
    {"interim responses", interim_responses, CREDENCO_HTTP_INTERIM_MAX},
    {"body of a length", body_of_a_length, HTTP_FEED_MAX_BODY},
    {"body in chunks", body_in_chunks, HTTP_FEED_MAX_BODY},
    {"body to the end", body_to_the_end, HTTP_FEED_MAX_BODY},
};

static void check_size(credenco_http *http, const struct limit_row *row, size_t count,
                       size_t piece) {
    credenco_buf bytes;
    credenco_buf_init(&bytes, 1024 * 1024);
    row->respond(&bytes, count);
    http_begin_with(http, "GET", HTTP_FEED_MAX_BODY);
    http_feed_in_pieces(http, credenco_buf_span(&bytes), piece);
    credenco_http_end(http);
    if (count <= row->limit) {
        CHECK(http->state == CREDENCO_HTTP_DONE);
    } else {
        CHECK(http->state == CREDENCO_HTTP_FAILED && http->code == CREDENCO_TOO_LARGE);
        CHECK(http->detail != NULL && http->detail[0] != '\0');
    }
    credenco_buf_free(&bytes);
}

static void limits_are_where_they_say(void) {
    static const size_t pieces[] = {(size_t)-1, 1, 1000};
    credenco_http http;
    credenco_http_init(&http);
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        tap_row = limits[i].name;
        for (size_t p = 0; p < COUNT_OF(pieces); p++) {
            check_size(&http, &limits[i], limits[i].limit, pieces[p]);
            check_size(&http, &limits[i], limits[i].limit + 1, pieces[p]);
        }
    }
    credenco_http_free(&http);
}

/* A body that is too long by its length is refused before it arrives. */
static void announced_sizes_are_believed(void) {
    static const char *const responses[] = {
        OK_ "Content-Length: 1025\r\n\r\n",
        OK_ "Content-Length: 18446744073709551615\r\n\r\n",
        CHUNKED "401\r\n",
        CHUNKED "FFFFFFFFFFFFFFFF\r\n",
        CHUNKED "1\r\nx\r\n400\r\n",
        CHUNKED "1\r\nx\r\nFFFFFFFFFFFFFFFF\r\n",
    };
    credenco_http http;
    credenco_http_init(&http);
    for (size_t i = 0; i < COUNT_OF(responses); i++) {
        tap_row = responses[i];
        http_begin_with(&http, "GET", HTTP_FEED_MAX_BODY);
        http_feed_piece(&http, span(responses[i]));
        CHECK(http.state == CREDENCO_HTTP_FAILED && http.code == CREDENCO_TOO_LARGE);
    }
    credenco_http_free(&http);
}

static void a_body_may_have_no_room(void) {
    credenco_http http;
    credenco_http_init(&http);
    http_begin_with(&http, "GET", 0);
    http_feed_piece(&http, span(OK_ "Content-Length: 0\r\n\r\n"));
    CHECK(http.state == CREDENCO_HTTP_DONE);
    http_begin_with(&http, "GET", 0);
    http_feed_piece(&http, span(OK_ "Content-Length: 1\r\n\r\n"));
    CHECK(http.code == CREDENCO_TOO_LARGE);
    credenco_http_free(&http);
}

static void big_memory_is_not_kept(void) {
    enum { BIG = 4 * 1024 * 1024, ORDINARY = 512 * 1024 };
    credenco_http http;
    credenco_http_init(&http);
    credenco_buf bytes;
    credenco_buf_init(&bytes, 2 * BIG);
    body_of_a_length(&bytes, BIG);
    http_begin_with(&http, "GET", BIG);
    http_feed_in_pieces(&http, credenco_buf_span(&bytes), (size_t)-1);
    CHECK(http.state == CREDENCO_HTTP_DONE && http_footprint(&http) > BIG);
    credenco_http_trim(&http);
    CHECK(http_footprint(&http) < ORDINARY);
    credenco_buf_free(&bytes);
    credenco_http_free(&http);
}

TAP_MAIN({"each limit holds at its edge, and not one past it", limits_are_where_they_say},
         {"a size that is announced beyond the limit is refused at once",
          announced_sizes_are_believed},
         {"a body may have no room at all", a_body_may_have_no_room},
         {"the memory of a big response is not kept", big_memory_is_not_kept})
