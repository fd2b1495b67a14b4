/* Feeds responses from standard input to the exchange and says what they are: for comparisons with
 * other parsers, and for vectors that are JSON. Each response is
 *
 *     METHOD MAX_BODY ENDS LEN '\n' and LEN bytes; ENDS is 1 when the connection ends behind them
 *
 * and its line of output, the body behind it, is
 *
 *     STATE CODE STATUS REUSABLE BODY_LEN '\n' BODY '\n'
 *
 * Fed whole and byte by byte it has to come out the same; else STATE is "differs". */
#include <stdio.h>

#include "http_feed.h"

static const char *const states[] = {"reading", "done", "failed"};

static void respond(credenco_http *http, const char *method, size_t max_body, bool ends,
                    credenco_span bytes, size_t piece) {
    http_begin_with(http, method, max_body);
    http_feed_in_pieces(http, bytes, piece);
    if (ends) {
        credenco_http_end(http);
    }
}

static bool is_same(const credenco_http *a, const credenco_http *b) {
    if (a->state != b->state || a->code != b->code) {
        return false;
    }
    return a->state != CREDENCO_HTTP_DONE ||
           (a->status == b->status && credenco_http_reusable(a) == credenco_http_reusable(b) &&
            a->body.len == b->body.len &&
            memcmp(credenco_buf_span(&a->body).data, credenco_buf_span(&b->body).data,
                   a->body.len) == 0);
}

static void say(const credenco_http *http, const char *state) {
    const credenco_span body =
        http->state == CREDENCO_HTTP_DONE ? credenco_buf_span(&http->body) : CREDENCO_SPAN("");
    printf("%s %s %d %d %zu\n", state, credenco_code_name(http->code), http->status,
           credenco_http_reusable(http), body.len);
    fwrite(body.data, 1, body.len, stdout);
    putchar('\n');
}

int main(void) {
    char method[32];
    size_t max_body, len;
    int ends;
    credenco_http whole, bytewise;
    credenco_http_init(&whole);
    credenco_http_init(&bytewise);
    while (scanf("%31s %zu %d %zu", method, &max_body, &ends, &len) == 4 && getchar() == '\n') {
        char *bytes = malloc(len + 1);
        if (fread(bytes, 1, len, stdin) != len) {
            return 1;
        }
        const credenco_span span = {bytes, len};
        respond(&whole, method, max_body, ends, span, (size_t)-1);
        respond(&bytewise, method, max_body, ends, span, 1);
        say(&whole, is_same(&whole, &bytewise) ? states[whole.state] : "differs");
        free(bytes);
    }
    credenco_http_free(&whole);
    credenco_http_free(&bytewise);
    return 0;
}
