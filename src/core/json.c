#include "json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chars.h"

/* NUL past the end: no token begins with one. */
static char byte_at(const credenco_json *json, size_t at) {
    return at < json->text.len ? json->text.data[at] : '\0';
}

char credenco_json_peek(credenco_json *json) {
    char byte = byte_at(json, json->at);
    while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
        byte = byte_at(json, ++json->at);
    }
    return byte;
}

/* ---------------------------------------------------------------------------- strings */

enum { UNICODE_ESCAPE = 6, PAIR = 12 };

/* The code unit of the \uXXXX at the start of `text`, or -1. */
static int32_t code_unit(credenco_span text) {
    if (text.len < UNICODE_ESCAPE || text.data[0] != '\\' || text.data[1] != 'u') {
        return -1;
    }
    int32_t unit = 0;
    for (size_t i = 2; i < UNICODE_ESCAPE; i++) {
        int digit = hex_value(text.data[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

/* The halves of a pair that stands for a character beyond U+FFFF (RFC 8259, 7). */
static bool is_high(int32_t unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}
static bool is_low(int32_t unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

/* The length of the escape at the start of `text`; 0 and a problem if there is none. */
static size_t escape_len(credenco_span text, const char **problem) {
    if (text.len < 2 || (text.data[1] != 'u' && !strchr("\"\\/bfnrt", text.data[1]))) {
        *problem = "an unknown escape";
        return 0;
    }
    if (text.data[1] != 'u') {
        return 2;
    }
    int32_t unit = code_unit(text);
    if (unit < 0) {
        *problem = "a broken \\u escape";
        return 0;
    }
    if (!is_high(unit) && !is_low(unit)) {
        return UNICODE_ESCAPE;
    }
    if (is_high(unit) && is_low(code_unit(span_after(text, UNICODE_ESCAPE)))) {
        return PAIR;
    }
    *problem = "half of a surrogate pair";
    return 0;
}

const char *credenco_json_string(credenco_json *json, credenco_span *raw, bool *escaped) {
    const char *problem = NULL;
    size_t start = ++json->at;
    *escaped = false;
    while (json->at < json->text.len) {
        unsigned char byte = (unsigned char)json->text.data[json->at];
        if (byte == '"') {
            *raw = (credenco_span){json->text.data + start, json->at - start};
            json->at++;
            return NULL;
        }
        if (byte < ' ') {
            return "a control character in a string";
        }
        size_t len = 1;
        if (byte == '\\') {
            *escaped = true;
            len = escape_len(span_after(json->text, json->at), &problem);
        }
        if (problem) {
            return problem;
        }
        json->at += len;
    }
    return "the string has no end";
}

/* Writes a code point in UTF-8, and gives its length. */
static size_t write_utf8(int32_t code, char *out) {
    unsigned char *bytes = (unsigned char *)out;
    if (code < 0x80) {
        bytes[0] = (unsigned char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len - 1; i > 0; i--) {
        bytes[i] = (unsigned char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    bytes[0] = (unsigned char)(first[len] | code);
    return len;
}

/* The byte that a letter behind a backslash stands for. */
static char simple_escape(char letter) {
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

/* Writes the character of the escape at the start of `text`, and gives the length of the escape. */
static size_t unescape_one(credenco_span text, char *out, size_t *written) {
    if (text.data[1] != 'u') {
        *out = simple_escape(text.data[1]);
        *written = 1;
        return 2;
    }
    int32_t unit = code_unit(text);
    if (!is_high(unit)) {
        *written = write_utf8(unit, out);
        return UNICODE_ESCAPE;
    }
    int32_t low = code_unit(span_after(text, UNICODE_ESCAPE));
    *written = write_utf8(0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00), out);
    return PAIR;
}

size_t credenco_json_unescape(credenco_span raw, char *out) {
    size_t len = 0;
    for (size_t at = 0; at < raw.len;) {
        if (raw.data[at] != '\\') {
            out[len++] = raw.data[at++];
            continue;
        }
        size_t written = 0;
        at += unescape_one(span_after(raw, at), out + len, &written);
        len += written;
    }
    return len;
}

/* ---------------------------------------------------------------------------- numbers */

static size_t skip_digits(const credenco_json *json, size_t at) {
    while (is_digit(byte_at(json, at))) {
        at++;
    }
    return at;
}

/* The position behind the digits at `at`, or 0 if there are none. */
static size_t some_digits(const credenco_json *json, size_t at) {
    size_t after = skip_digits(json, at);
    return after > at ? after : 0;
}

/* Behind the integer at `at`, or 0: no zero may lead another digit (RFC 8259, 6). */
static size_t whole_part(const credenco_json *json, size_t at) {
    if (byte_at(json, at) == '0') {
        return is_digit(byte_at(json, at + 1)) ? 0 : at + 1;
    }
    return some_digits(json, at);
}

/* Behind the exponent at `at`, or `at` where there is none; 0 when it has no digits. */
static size_t exponent_part(const credenco_json *json, size_t at) {
    char byte = byte_at(json, at);
    if (byte != 'e' && byte != 'E') {
        return at;
    }
    char sign = byte_at(json, at + 1);
    return some_digits(json, at + (sign == '+' || sign == '-' ? 2 : 1));
}

const char *credenco_json_number(credenco_json *json, credenco_span *number) {
    size_t after = whole_part(json, json->at + (byte_at(json, json->at) == '-' ? 1 : 0));
    if (after && byte_at(json, after) == '.') {
        after = some_digits(json, after + 1);
    }
    after = after ? exponent_part(json, after) : 0;
    if (!after) {
        return "not a JSON value";
    }
    *number = (credenco_span){json->text.data + json->at, after - json->at};
    json->at = after;
    return NULL;
}

/* A double keeps so many digits (DBL_DIG), except at the ends of its range. */
enum { SURE_DIGITS = 15, SURE_EXPONENT = 290 };
enum { DOUBLE_DIGITS = 17, EXPONENT_MAX = 100000 };

/* A number as 0.DIGITS times a power of ten, without leading or trailing zeros. */
typedef struct decimal {
    char digits[DOUBLE_DIGITS];
    size_t count; /* above DOUBLE_DIGITS: more digits than a double has */
    long exponent;
} decimal;

/* Keeps a digit at its place. Zeros count only once another digit follows them. */
static void add_digit(decimal *number, size_t place, char digit) {
    if (digit == '0') {
        return;
    }
    for (size_t i = number->count; i < place && i < DOUBLE_DIGITS; i++) {
        number->digits[i] = '0';
    }
    if (place < DOUBLE_DIGITS) {
        number->digits[place] = digit;
    }
    number->count = place + 1;
}

/* The exponent in `text`, which begins behind the e. A value far outside a double's range may be
 * cut to another such value. */
static long exponent_of(credenco_span text) {
    bool negative = text.len > 0 && text.data[0] == '-';
    long exponent = 0;
    for (size_t i = 0; i < text.len && exponent < EXPONENT_MAX; i++) {
        exponent = is_digit(text.data[i]) ? exponent * 10 + (text.data[i] - '0') : exponent;
    }
    return negative ? -exponent : exponent;
}

/* The decimal point depends on the locale: any byte between the digits is one. */
static decimal decimal_of(credenco_span text) {
    decimal number = {.count = 0};
    size_t leading = 0;
    size_t all = 0;
    size_t whole = 0;
    bool fraction = false;
    size_t at = text.len > 0 && text.data[0] == '-' ? 1 : 0;
    for (; at < text.len && text.data[at] != 'e' && text.data[at] != 'E'; at++) {
        if (!is_digit(text.data[at])) {
            fraction = true;
            continue;
        }
        all++;
        whole += fraction ? 0 : 1;
        leading += text.data[at] == '0' && leading + 1 == all ? 1 : 0;
        add_digit(&number, all - 1 - leading, text.data[at]);
    }
    number.exponent = (long)whole - (long)leading;
    if (at < text.len) {
        number.exponent += exponent_of(span_after(text, at + 1));
    }
    return number;
}

bool credenco_json_surely_exact(credenco_span number) {
    const decimal written = decimal_of(number);
    return written.count <= SURE_DIGITS && labs(written.exponent) < SURE_EXPONENT;
}

bool credenco_json_same_number(credenco_span one, credenco_span other) {
    const decimal a = decimal_of(one);
    const decimal b = decimal_of(other);
    return a.count == b.count && a.count <= DOUBLE_DIGITS &&
           memcmp(a.digits, b.digits, a.count) == 0 && (a.count == 0 || a.exponent == b.exponent);
}
