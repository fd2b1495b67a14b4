/* Numbers in JSON text. */
#include <stdlib.h>

#include "chars.h"
#include "json.h"

static size_t skip_digits(const credenco_json *json, size_t at) {
    while (is_digit(credenco_json_byte(json, at))) {
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
    if (credenco_json_byte(json, at) == '0') {
        return is_digit(credenco_json_byte(json, at + 1)) ? 0 : at + 1;
    }
    return some_digits(json, at);
}

/* Behind the exponent at `at`, or `at` without one; 0 when it has no digits. */
static size_t exponent_part(const credenco_json *json, size_t at) {
    char byte = credenco_json_byte(json, at);
    if (byte != 'e' && byte != 'E') {
        return at;
    }
    char sign = credenco_json_byte(json, at + 1);
    return some_digits(json, at + (sign == '+' || sign == '-' ? 2 : 1));
}

const char *credenco_json_number(credenco_json *json, credenco_span *number) {
    size_t after = whole_part(json, json->at + (credenco_json_byte(json, json->at) == '-' ? 1 : 0));
    if (after && credenco_json_byte(json, after) == '.') {
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
