/* Classes of ASCII bytes, independent of any locale. */
#ifndef CREDENCO_CORE_CHARS_H
#define CREDENCO_CORE_CHARS_H

#include <stdbool.h>
#include <stdint.h>

/* A set of ASCII characters, one bit each: 0 to 63, and 64 to 127. */
typedef struct char_set {
    uint64_t low, high;
} char_set;

#define CHAR_IN_SET(c) ((uint64_t)1 << ((c)&63))
#define DIGITS_IN_LOW ((uint64_t)0x3ff << '0')
#define LETTERS_IN_HIGH ((uint64_t)0x3ffffff << ('A' - 64) | (uint64_t)0x3ffffff << ('a' - 64))

static inline bool is_in(char c, char_set set) {
    unsigned char byte = (unsigned char)c;
    return byte < 64 ? (set.low >> byte & 1) != 0
                     : byte < 128 && (set.high >> (byte - 64) & 1) != 0;
}

static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static inline bool is_alnum(char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7f;
}

static inline char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The value of a hexadecimal digit, or -1. */
static inline int hex_value(char c) {
    if (is_digit(c)) {
        return c - '0';
    }
    c = to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool is_hex_digit(char c) {
    return hex_value(c) >= 0;
}

#endif
