/* core/json.h: what spec/base/json_reader_spec.lua cannot show, since Lua's texts end with a NUL,
 * and its reader compares no two long numbers. */
#include "core/json.h"

#include "bytes.h"
#include "tap.h"

static void a_cut_string_has_no_end(void) {
    static const char text[] = "\"a\\n\\u00e9\\ud83d\\ude00\"";
    const size_t whole = sizeof text - 1;
    for (size_t len = 1; len <= whole; len++) {
        credenco_json json = {.text = {text, len}, .at = 0};
        credenco_span raw;
        bool escaped;
        const char *problem = credenco_json_string(&json, &raw, &escaped);
        CHECK((problem == NULL) == (len == whole) && json.at <= len);
    }
}

static void numbers_are_the_same(void) {
    static const struct {
        const char *one, *other;
        bool same;
    } rows[] = {
        {"10", "1e1", true},
        {"0.5", "5,0e-1", true},
        {"1", "10", false},
        {"12345678901234567", "12345678901234567", true},
        {"123456789012345678", "123456789012345678", false}, /* more digits than a double has */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        tap_row = rows[i].one;
        CHECK(credenco_json_same_number(span(rows[i].one), span(rows[i].other)) == rows[i].same);
    }
}

TAP_MAIN({"a string that is cut off anywhere has no end", a_cut_string_has_no_end},
         {"numbers are the same by their digits and their size", numbers_are_the_same})
