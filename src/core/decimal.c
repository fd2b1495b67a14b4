#include "decimal.h"

#include "chars.h"

size_t credenco_decimal_write(int64_t number, char *out) {
    char digits[CREDENCO_DECIMAL_MAX];
    char *at = digits + sizeof digits;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0) {
        *--at = '-';
    }
    const size_t len = (size_t)(digits + sizeof digits - at);
    memcpy(out, at, len);
    return len;
}

/* Looks before it multiplies: a number that wraps would be another one. */
bool credenco_decimal_read(credenco_span digits, uint64_t max, uint64_t *number) {
    *number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        const uint64_t digit = (uint64_t)(digits.data[i] - '0');
        if (!is_digit(digits.data[i]) || *number > (max - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return digits.len > 0;
}
