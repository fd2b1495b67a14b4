#ifndef CREDENCO_CORE_TEXT_H
#define CREDENCO_CORE_TEXT_H

#include <stdbool.h>

#include "chars.h"
#include "span.h"

/* True for well-formed UTF-8 (RFC 3629), which JSON text must be (RFC 8259, 8.1): no overlong
 * forms, no surrogates, nothing above U+10FFFF. */
bool credenco_utf8_valid(credenco_span text);

/* The number of bytes before the first that is not well-formed UTF-8. */
size_t credenco_utf8_prefix(credenco_span text);

/* True for printable ASCII of one byte or more, without whitespace at either end. Such text needs
 * no check of its encoding or control bytes, and no trimming. */
bool credenco_plain_text(credenco_span text);

/* Whether the text may be a method or a header's name (RFC 9110, 5.6.2), or a header's value (5.5):
 * nothing in it ends the line or the text early. */
bool credenco_token_valid(credenco_span text);
bool credenco_field_value_valid(credenco_span text);

/* Compares without regard to the case of ASCII letters. */
static inline bool credenco_equal_ignoring_case(credenco_span a, credenco_span b) {
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (to_lower(a.data[i]) != to_lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

#endif
