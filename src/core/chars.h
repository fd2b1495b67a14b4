/* Classes of ASCII bytes, independent of any locale. */
#ifndef CREDENCO_CORE_CHARS_H
#define CREDENCO_CORE_CHARS_H

#include <stdbool.h>
#include <string.h>

static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static inline bool is_alnum(char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool is_one_of(char c, const char *set) {
    return c != '\0' && strchr(set, c) != NULL;
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

#endif
