/* core/json_write.h: what becomes of each kind of text. */
#include "core/json_write.h"

#include <stdlib.h>

#include "bytes.h"
#include "tap.h"

/* Each in memory of exactly the size that is promised to do, so that a sanitizer sees a byte too
 * many. */
static void escapes_what_json_does_not_take_as_it_is(void) {
    static const struct {
        const char *name;
        credenco_span text;
        const char *written;
    } rows[] = {
        {"empty", CREDENCO_SPAN(""), "\"\""},
        {"plain", CREDENCO_SPAN("order-1 /~"), "\"order-1 /~\""},
        {"a quote and a backslash", CREDENCO_SPAN("a\"b\\c"), "\"a\\\"b\\\\c\""},
        {"NUL, US and DEL", CREDENCO_SPAN("\0\x1f\x7f"), "\"\\u0000\\u001f\\u007f\""},
        {"a line feed", CREDENCO_SPAN("a\nb"), "\"a\\u000ab\""},
        {"UTF-8", CREDENCO_SPAN("\xc3\xa9\xf0\x9f\x98\x80\""), "\"\xc3\xa9\xf0\x9f\x98\x80\\\"\""},
        {"no UTF-8", CREDENCO_SPAN("a\xc3"), "\"?\""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *out = malloc(CREDENCO_JSON_TEXT_MAX(rows[i].text.len));
        tap_row = rows[i].name;
        const size_t len = credenco_json_write_text(rows[i].text, out);
        CHECK(span_is((credenco_span){out, len}, rows[i].written));
        free(out);
    }
}

/* A byte is escaped wherever it is, and no other is. */
static void sees_every_byte_at_every_place(void) {
    enum { LEN = 19 };
    for (int byte = 0; byte < 128; byte++) {
        const bool plain = byte >= ' ' && byte != '"' && byte != '\\' && byte != 127;
        const size_t escaped = byte == '"' || byte == '\\' ? 2 : 6;
        for (size_t place = 0; place < LEN; place++) {
            char text[LEN], out[CREDENCO_JSON_TEXT_MAX(LEN)];
            memset(text, '!', LEN);
            text[place] = (char)byte;
            const size_t len = credenco_json_write_text((credenco_span){text, LEN}, out);
            CHECK(len == LEN + 2 + (plain ? 0 : escaped - 1));
            CHECK(memcmp(out + 1, text, place) == 0 && (plain || out[1 + place] == '\\'));
            CHECK(memcmp(out + len - (LEN - place), text + place + 1, LEN - place - 1) == 0);
        }
    }
}

TAP_MAIN({"escapes what JSON does not take as it is", escapes_what_json_does_not_take_as_it_is},
         {"sees every byte at every place", sees_every_byte_at_every_place})
