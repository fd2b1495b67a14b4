/* A libFuzzer target: any bytes as the answer to a request. Whole, byte by byte or split anywhere,
 * they are the same response or the same failure, and memory stays within the limits. The first
 * byte of the input chooses the request: see request_of. */
#include <stdint.h>
#include <stdlib.h>

#include "http_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    SMALL_BODY = 16,
    BIG_BODY = 65536,
    /* a buffer doubles when it grows */
    MOST_MEMORY =
        2 * (2 * CREDENCO_HTTP_HEADER_SECTION_MAX + 2 * CREDENCO_HTTP_FIELD_MAX + BIG_BODY)
};

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static bool is_documented(const credenco_http *http) {
    return http->code == CREDENCO_BAD_RESPONSE || http->code == CREDENCO_TOO_LARGE ||
           http->code == CREDENCO_CONNECT_FAILED;
}

static void require_fields(const credenco_http *http) {
    size_t cursor = 0;
    credenco_span name, value;
    while (credenco_http_next_field(http, &cursor, &name, &value)) {
        require(name.len > 0);
        for (size_t i = 0; i < name.len; i++) {
            require(name.data[i] > ' ' && name.data[i] < 0x7f);
            require(name.data[i] < 'A' || name.data[i] > 'Z');
        }
        for (size_t i = 0; i < value.len; i++) {
            require(value.data[i] == '\t' || (unsigned char)value.data[i] >= ' ');
        }
    }
    require(cursor == http->fields.len);
}

static void require_promises(const credenco_http *http) {
    require(http_footprint(http) <= MOST_MEMORY);
    int64_t wait_ms = credenco_retry_after_ms(credenco_buf_span(&http->retry_after), 1000000000);
    require(wait_ms >= -1 && wait_ms <= CREDENCO_RETRY_AFTER_MAX_MS);
    if (http->state == CREDENCO_HTTP_FAILED) {
        require(is_documented(http) && http->detail != NULL && !credenco_http_reusable(http));
    }
    if (http->state == CREDENCO_HTTP_DONE) {
        require(http->status >= 200 && http->status <= 999 && http->body.len <= http->body.max);
        require(http->framing != CREDENCO_HTTP_NO_BODY || http->body.len == 0);
        require(http->framing != CREDENCO_HTTP_UNTIL_CLOSE || !http->persistent);
        require_fields(http);
    }
}

static void require_same(const credenco_http *a, const credenco_http *b) {
    require(a->state == b->state && a->code == b->code);
    if (a->state == CREDENCO_HTTP_DONE) {
        require(a->status == b->status && a->framing == b->framing && a->surplus == b->surplus);
        require(a->persistent == b->persistent && a->body.len == b->body.len);
        require(memcmp(credenco_buf_span(&a->body).data, credenco_buf_span(&b->body).data,
                       a->body.len) == 0);
        require(a->fields.len == b->fields.len);
    }
}

/* Lengths of pieces that follow from the input, so that a run can be repeated. */
static size_t next_len(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return 1 + (*state >> 16) % ((*state >> 28) == 0 ? 4000 : 12);
}

static void feed_split(credenco_http *http, credenco_span bytes) {
    uint32_t state = (uint32_t)bytes.len;
    while (bytes.len > 0) {
        size_t len = next_len(&state);
        len = len < bytes.len ? len : bytes.len;
        http_feed_piece(http, (credenco_span){bytes.data, len});
        bytes = (credenco_span){bytes.data + len, bytes.len - len};
    }
}

static void begin(credenco_http *http, unsigned choice) {
    require(http_begin_with(http, choice & 1 ? "HEAD" : "POST",
                            choice & 2 ? SMALL_BODY : BIG_BODY) == CREDENCO_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static credenco_http whole, bytewise, split; /* used again, as a connection's are */
    if (size == 0) {
        return 0;
    }
    if (whole.detail == NULL) {
        credenco_http_init(&whole);
        credenco_http_init(&bytewise);
        credenco_http_init(&split);
    }
    const credenco_span bytes = {(const char *)data + 1, size - 1};
    credenco_http *all[] = {&whole, &bytewise, &split};
    for (size_t i = 0; i < 3; i++) {
        begin(all[i], data[0]);
    }
    http_feed_in_pieces(&whole, bytes, (size_t)-1);
    for (size_t i = 0; i < bytes.len; i++) {
        credenco_http_feed(&bytewise, (credenco_span){bytes.data + i, 1});
    }
    feed_split(&split, bytes);
    for (int ended = 0; ended < 2; ended++) {
        require_promises(&whole);
        require_same(&whole, &bytewise);
        require_same(&whole, &split);
        for (size_t i = 0; i < 3; i++) {
            credenco_http_end(all[i]);
        }
        require(ended == 0 || whole.state != CREDENCO_HTTP_READING);
    }
    return 0;
}
