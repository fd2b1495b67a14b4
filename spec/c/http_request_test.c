/* core/http.h: requests byte for byte, and what is refused before anything could be sent. */
#include "http_feed.h"
#include "tap.h"

/* --- requests ---------------------------------------------------------------------- */

static const struct request_row {
    const char *method, *target, *authority, *fields, *body; /* NULL: none */
    const char *bytes;
} requests[] = {
    {"GET", "/a?b=c", "issuer.example", NULL, NULL,
     "GET /a?b=c HTTP/1.1\r\nHost: issuer.example\r\n\r\n"},
    {"GET", "", "127.0.0.1:8080", NULL, NULL, "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"},
    {"GET", "?a=1", "[::1]:1", NULL, NULL, "GET /?a=1 HTTP/1.1\r\nHost: [::1]:1\r\n\r\n"},
    {"GET", "/%2F/../a//b?%00&=+", "a", NULL, NULL,
     "GET /%2F/../a//b?%00&=+ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"HEAD", "/", "a", NULL, NULL, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"DELETE", "/", "a", NULL, NULL, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"POST", "/", "a", NULL, NULL, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"},
    {"PUT", "/", "a", NULL, NULL, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"},
    {"PATCH", "/", "a", NULL, NULL, "PATCH / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"},
    {"POST", "/", "a", NULL, "", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"},
    {"GET", "/", "a", NULL, "", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"},
    {"POST", "/", "a", "X-Api-Key: k\r\nAccept: */*\r\n", "{\"a\":1}",
     "POST / HTTP/1.1\r\nHost: a\r\nX-Api-Key: k\r\nAccept: */*\r\nContent-Length: "
     "7\r\n\r\n{\"a\":1}"},
    {"DELETE", "/", "a", NULL, "0123456789",
     "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"},
    {"M-SEARCH", "*", "a", NULL, NULL, "M-SEARCH * HTTP/1.1\r\nHost: a\r\n\r\n"},
};

/* Adds "Name: value\r\n" lines as fields. */
static void add_lines(credenco_http_fields *fields, const char *lines) {
    while (*lines != '\0') {
        const char *colon = strchr(lines, ':'), *end = strstr(lines, "\r\n");
        credenco_span name = {lines, (size_t)(colon - lines)};
        credenco_span value = {colon + 2, (size_t)(end - colon - 2)};
        CHECK(credenco_http_fields_add(fields, name, value) == CREDENCO_OK);
        lines = end + 2;
    }
}

static credenco_span span_or_none(const char *text) {
    return text != NULL ? span(text) : (credenco_span){NULL, 0};
}

static void requests_are_written_byte_for_byte(void) {
    credenco_http http;
    credenco_http_init(&http);
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        const struct request_row *row = &requests[i];
        credenco_http_fields fields;
        credenco_http_fields_init(&fields);
        add_lines(&fields, row->fields != NULL ? row->fields : "");
        credenco_http_request request = {
            .method = span(row->method),
            .target = span(row->target),
            .authority = span(row->authority),
            .fields = row->fields != NULL ? &fields : NULL,
            .body = span_or_none(row->body),
        };
        tap_row = row->bytes;
        CHECK(credenco_http_begin(&http, &request) == CREDENCO_OK);
        CHECK(http.state == CREDENCO_HTTP_READING && buf_is(&http.request, row->bytes));
        credenco_http_fields_free(&fields);
    }
    credenco_http_free(&http);
}

static void bodies_may_hold_any_byte(void) {
    static const char head[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 256\r\n\r\n";
    char body[256];
    for (size_t i = 0; i < sizeof body; i++) {
        body[i] = (char)i;
    }
    credenco_http http;
    credenco_http_init(&http);
    credenco_http_request request = {
        .method = span("POST"), .authority = span("a"), .body = {body, sizeof body}};
    CHECK(credenco_http_begin(&http, &request) == CREDENCO_OK);
    CHECK(http.request.len == sizeof head - 1 + sizeof body);
    CHECK(memcmp(http.request.data, head, sizeof head - 1) == 0);
    CHECK(memcmp(http.request.data + sizeof head - 1, body, sizeof body) == 0);
    credenco_http_free(&http);
}

/* --- what is refused ------------------------------------------------------------------ */

static void check_refused(credenco_http *http, const credenco_http_request *request,
                          credenco_code code) {
    CHECK(credenco_http_begin(http, request) == code);
    CHECK(http->state == CREDENCO_HTTP_FAILED && http->code == code);
    CHECK(http->request.len == 0 && !credenco_http_reusable(http));
    CHECK(credenco_http_feed(http, span("HTTP/1.1 204 N\r\n\r\n")) == CREDENCO_HTTP_FAILED);
}

/* Every byte that could end a line or a word early, at the start, inside and at the end. */
static void no_byte_makes_another_request(void) {
    static const char *const places[] = {"?b", "a?b", "a?"};
    credenco_http http;
    credenco_http_init(&http);
    for (int byte = 0; byte < 256; byte++) {
        const bool visible = byte > 0x20 && byte != 0x7f;
        const bool word = byte < 128 && (strchr("!#$%&'*+-.^_`|~", byte) != NULL ||
                                         (byte >= '0' && byte <= '9') ||
                                         ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'));
        for (size_t i = 0; i < COUNT_OF(places); i++) {
            char text[4];
            const size_t len = strlen(places[i]);
            memcpy(text, places[i], len);
            text[strcspn(places[i], "?")] = (char)byte;
            credenco_http_request good = {
                .method = span("GET"), .target = span("/"), .authority = span("a")};
            credenco_http_request method = good, target = good, authority = good;
            method.method = target.target = authority.authority = (credenco_span){text, len};
            if (!visible) {
                check_refused(&http, &target, CREDENCO_INVALID_ARGUMENT);
                check_refused(&http, &authority, CREDENCO_INVALID_ARGUMENT);
            }
            if (!word || byte == 0) {
                check_refused(&http, &method, CREDENCO_INVALID_ARGUMENT);
            } else {
                CHECK(credenco_http_begin(&http, &method) == CREDENCO_OK);
            }
        }
    }
    credenco_http_free(&http);
}

static void incomplete_requests_are_refused(void) {
    credenco_http http;
    credenco_http_init(&http);
    credenco_http_request good = {.method = span("GET"), .authority = span("a")};
    credenco_http_request method = good, authority = good;
    method.method = authority.authority = span("");
    check_refused(&http, &method, CREDENCO_INVALID_ARGUMENT);
    check_refused(&http, &authority, CREDENCO_INVALID_ARGUMENT);
    credenco_http_free(&http);
}

static void requests_have_limits(void) {
    enum { HEAD_REST = sizeof "GET  HTTP/1.1\r\nHost: a\r\n\r\n" - 1 };
    char *big = calloc(1, CREDENCO_HTTP_BODY_MAX + 1);
    credenco_http http;
    credenco_http_init(&http);
    credenco_http_request request = {
        .method = span("POST"), .authority = span("a"), .body = {big, CREDENCO_HTTP_BODY_MAX}};
    CHECK(credenco_http_begin(&http, &request) == CREDENCO_OK);
    request.body.len++;
    check_refused(&http, &request, CREDENCO_TOO_LARGE);

    memset(big, '/', CREDENCO_HTTP_REQUEST_HEAD_MAX);
    request = (credenco_http_request){.method = span("GET"),
                                      .target = {big, CREDENCO_HTTP_REQUEST_HEAD_MAX - HEAD_REST},
                                      .authority = span("a")};
    CHECK(credenco_http_begin(&http, &request) == CREDENCO_OK);
    CHECK(http.request.len == CREDENCO_HTTP_REQUEST_HEAD_MAX);
    request.target.len++;
    check_refused(&http, &request, CREDENCO_INVALID_ARGUMENT);
    credenco_http_free(&http);
    free(big);
}

/* --- fields ---------------------------------------------------------------------------- */

static credenco_code add(credenco_http_fields *fields, credenco_span name, credenco_span value) {
    const size_t before = fields->lines.len;
    credenco_code code = credenco_http_fields_add(fields, name, value);
    CHECK(code == CREDENCO_OK || fields->lines.len == before);
    return code;
}

static void fields_of_the_exchange_are_refused(void) {
    static const char *const names[] = {
        "Host",
        "host",
        "HOST",
        "Content-Length",
        "content-lengtH",
        "Transfer-Encoding",
        "Connection",
        "Expect",
        "TE",
        "te",
        "Trailer",
        "Upgrade",
        "",
        "a b",
        "a:",
        "a\r",
        "a\n",
        "\xc3\xa9",
    };
    static const char *const allowed[] = {"X-Host", "Hos", "TEA", "Content-Type",
                                          "!#$%&'*+-.^_`|~"};
    credenco_http_fields fields;
    credenco_http_fields_init(&fields);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        tap_row = names[i];
        CHECK(add(&fields, span(names[i]), span("v")) == CREDENCO_INVALID_ARGUMENT);
    }
    for (size_t i = 0; i < COUNT_OF(allowed); i++) {
        tap_row = allowed[i];
        CHECK(add(&fields, span(allowed[i]), span("v")) == CREDENCO_OK);
    }
    credenco_http_fields_free(&fields);
}

static void values_hold_no_control_byte(void) {
    credenco_http_fields fields;
    credenco_http_fields_init(&fields);
    for (int byte = 0; byte < 256; byte++) {
        char value[] = {'a', (char)byte, 'b'};
        const bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
        CHECK(add(&fields, span("X-A"), (credenco_span){value, 3}) ==
              (allowed ? CREDENCO_OK : CREDENCO_INVALID_ARGUMENT));
    }
    CHECK(add(&fields, span("X-Empty"), span("")) == CREDENCO_OK);
    credenco_http_fields_free(&fields);
}

static void fields_have_a_limit(void) {
    char *value = malloc(CREDENCO_HTTP_REQUEST_HEAD_MAX);
    memset(value, 'v', CREDENCO_HTTP_REQUEST_HEAD_MAX);
    const size_t most = CREDENCO_HTTP_REQUEST_HEAD_MAX - strlen("A: \r\n");
    credenco_http_fields fields;
    credenco_http_fields_init(&fields);
    CHECK(add(&fields, span("A"), (credenco_span){value, most + 1}) == CREDENCO_INVALID_ARGUMENT);
    CHECK(add(&fields, span("A"), (credenco_span){value, most}) == CREDENCO_OK);
    CHECK(add(&fields, span("B"), span("")) == CREDENCO_INVALID_ARGUMENT);
    credenco_http_fields_free(&fields);
    credenco_http_fields_free(&fields);
    free(value);
}

TAP_MAIN({"requests are written byte for byte", requests_are_written_byte_for_byte},
         {"a body may hold any byte", bodies_may_hold_any_byte},
         {"no byte makes another request of it", no_byte_makes_another_request},
         {"incomplete requests are refused", incomplete_requests_are_refused},
         {"a request's head and body have limits", requests_have_limits},
         {"fields that the exchange writes, and names that are none, are refused",
          fields_of_the_exchange_are_refused},
         {"a value holds no control byte", values_hold_no_control_byte},
         {"fields have a limit together", fields_have_a_limit})
