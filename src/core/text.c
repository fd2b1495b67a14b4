#include "text.h"

#include <stdint.h>

#include "chars.h"

/* RFC 3629, 4: the lead byte decides how many bytes follow and how the first of
 * them is bounded; all others are 80..BF. */
typedef struct lead {
    uint8_t from, to;
    uint8_t following;
    uint8_t low, high;
} lead;

static const lead leads[] = {
    {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf}, {0xe1, 0xec, 2, 0x80, 0xbf},
    {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf}, {0xf0, 0xf0, 3, 0x90, 0xbf},
    {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* NULL for a byte that begins no character: 80 to C1, F5 to FF. */
static const lead *find_lead(uint8_t byte) {
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        if (byte >= leads[i].from && byte <= leads[i].to) {
            return &leads[i];
        }
    }
    return NULL;
}

/* The length of the non-ASCII character at the start of `bytes`, or 0. */
static size_t character_len(const uint8_t *bytes, size_t len) {
    const lead *l = find_lead(bytes[0]);
    if (l == NULL || len <= l->following || bytes[1] < l->low || bytes[1] > l->high) {
        return 0;
    }
    for (size_t i = 2; i <= l->following; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return 1u + l->following;
}

size_t credenco_utf8_prefix(credenco_span text) {
    const uint8_t *bytes = (const uint8_t *)text.data;
    for (size_t i = 0; i < text.len;) {
        if (bytes[i] < 0x80) {
            i++;
            continue;
        }
        size_t len = character_len(bytes + i, text.len - i);
        if (len == 0) {
            return i;
        }
        i += len;
    }
    return text.len;
}

bool credenco_utf8_valid(credenco_span text) {
    return credenco_utf8_prefix(text) == text.len;
}

static bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

bool credenco_plain_text(credenco_span text) {
    return text.len > 0 && span_all(text, is_printable) && text.data[0] != ' ' &&
           text.data[text.len - 1] != ' ';
}

/* RFC 9110, 5.6.2. */
static const char_set token_chars = {
    .low = DIGITS_IN_LOW | CHAR_IN_SET('!') | CHAR_IN_SET('#') | CHAR_IN_SET('$') |
           CHAR_IN_SET('%') | CHAR_IN_SET('&') | CHAR_IN_SET('\'') | CHAR_IN_SET('*') |
           CHAR_IN_SET('+') | CHAR_IN_SET('-') | CHAR_IN_SET('.'),
    .high = LETTERS_IN_HIGH | CHAR_IN_SET('^') | CHAR_IN_SET('_') | CHAR_IN_SET('`') |
            CHAR_IN_SET('|') | CHAR_IN_SET('~'),
};

static bool is_token_char(char c) {
    return is_in(c, token_chars);
}

bool credenco_token_valid(credenco_span text) {
    return text.len > 0 && span_all(text, is_token_char);
}

static bool is_value_char(char c) {
    return !is_control(c) || c == '\t';
}

bool credenco_field_value_valid(credenco_span text) {
    return span_all(text, is_value_char);
}
