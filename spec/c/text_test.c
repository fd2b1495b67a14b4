/* core/text.h: what is UTF-8 and what is not, at every edge of RFC 3629's table. */
#include <stdlib.h>

#include "core/text.h"
#include "tap.h"

static const struct row {
    const char *name;
    credenco_span text;
    bool valid;
} rows[] = {
    {"empty", CREDENCO_SPAN(""), true},
    {"ASCII with NUL and DEL", CREDENCO_SPAN("a\0\x7f"), true},
    {"U+0080", CREDENCO_SPAN("\xc2\x80"), true},
    {"U+07FF", CREDENCO_SPAN("\xdf\xbf"), true},
    {"U+0800", CREDENCO_SPAN("\xe0\xa0\x80"), true},
    {"U+D7FF", CREDENCO_SPAN("\xed\x9f\xbf"), true},
    {"U+E000", CREDENCO_SPAN("\xee\x80\x80"), true},
    {"U+FFFF", CREDENCO_SPAN("\xef\xbf\xbf"), true},
    {"U+10000", CREDENCO_SPAN("\xf0\x90\x80\x80"), true},
    {"U+10FFFF", CREDENCO_SPAN("\xf4\x8f\xbf\xbf"), true},
    {"mixed lengths", CREDENCO_SPAN("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"), true},
    {"overlong NUL", CREDENCO_SPAN("\xc0\x80"), false},
    {"overlong U+007F", CREDENCO_SPAN("\xc1\xbf"), false},
    {"overlong U+07FF", CREDENCO_SPAN("\xe0\x9f\xbf"), false},
    {"overlong U+FFFF", CREDENCO_SPAN("\xf0\x8f\xbf\xbf"), false},
    {"first surrogate", CREDENCO_SPAN("\xed\xa0\x80"), false},
    {"last surrogate", CREDENCO_SPAN("\xed\xbf\xbf"), false},
    {"U+110000", CREDENCO_SPAN("\xf4\x90\x80\x80"), false},
    {"five bytes", CREDENCO_SPAN("\xf8\x88\x80\x80\x80"), false},
    {"FE", CREDENCO_SPAN("\xfe"), false},
    {"FF", CREDENCO_SPAN("\xff"), false},
    {"lone continuation", CREDENCO_SPAN("a\x80"), false},
    {"two-byte character cut", CREDENCO_SPAN("a\xc3"), false},
    {"three-byte character cut", CREDENCO_SPAN("\xe2\x82"), false},
    {"four-byte character cut", CREDENCO_SPAN("\xf0\x9f\x98"), false},
    {"third byte not a continuation", CREDENCO_SPAN("\xe2\x82z"), false},
    {"fourth byte not a continuation", CREDENCO_SPAN("\xf0\x9f\x98z"), false},
};

/* Each text in memory of exactly its size, so that a sanitizer sees a byte read too many. */
static void follows_the_table(void) {
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        credenco_span text = rows[i].text;
        char *exact = malloc(text.len > 0 ? text.len : 1);
        memcpy(exact, text.data, text.len);
        tap_row = rows[i].name;
        CHECK(credenco_utf8_valid((credenco_span){exact, text.len}) == rows[i].valid);
        free(exact);
    }
}

static void plain_text_is_printable_ascii_without_blanks_at_its_ends(void) {
    static const struct {
        credenco_span text;
        bool plain;
    } cases[] = {
        {CREDENCO_SPAN("a"), true},
        {CREDENCO_SPAN("!~"), true},
        {CREDENCO_SPAN("a b"), true},
        {CREDENCO_SPAN(""), false},
        {CREDENCO_SPAN(" "), false},
        {CREDENCO_SPAN(" a"), false},
        {CREDENCO_SPAN("a "), false},
        {CREDENCO_SPAN("a\tb"), false},
        {CREDENCO_SPAN("a\0b"), false},
        {CREDENCO_SPAN("a\x7f"
                       "b"),
         false},
        {CREDENCO_SPAN("caf\xc3\xa9"), false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK(credenco_plain_text(cases[i].text) == cases[i].plain);
    }
}

static void tokens_name_methods_and_headers(void) {
    for (int i = 0; i < 256; i++) {
        char byte = (char)i;
        bool kept =
            i != 0 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                             "!#$%&'*+-.^_`|~",
                             i) != NULL;
        CHECK(credenco_token_valid((credenco_span){&byte, 1}) == kept);
    }
    CHECK(!credenco_token_valid(CREDENCO_SPAN("")));
    CHECK(credenco_token_valid(CREDENCO_SPAN("x-api-key")));
    CHECK(!credenco_token_valid(CREDENCO_SPAN("x-api-key ")));
    CHECK(!credenco_token_valid(CREDENCO_SPAN("x\0y")));
}

static void field_values_hold_no_control_bytes(void) {
    for (int i = 0; i < 256; i++) {
        char bytes[] = {'a', (char)i, 'b'};
        bool kept = i == '\t' || (i >= 0x20 && i != 0x7f);
        CHECK(credenco_field_value_valid((credenco_span){bytes, sizeof bytes}) == kept);
    }
    CHECK(credenco_field_value_valid(CREDENCO_SPAN("")));
}

TAP_MAIN({"text is UTF-8 exactly when RFC 3629 says so", follows_the_table},
         {"plain text is printable ASCII without blanks at its ends",
          plain_text_is_printable_ascii_without_blanks_at_its_ends},
         {"a token is what RFC 9110 says", tokens_name_methods_and_headers},
         {"a header's value holds no control byte but a tab", field_values_hold_no_control_bytes})
