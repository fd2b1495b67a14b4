#include "base64.h"

#include "chars.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet_for_urls[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static uint32_t byte_at(credenco_span bytes, size_t at) {
    return at < bytes.len ? (unsigned char)bytes.data[at] : 0;
}

size_t credenco_base64_encode(credenco_span bytes, bool for_urls, char *out) {
    const char *characters = for_urls ? alphabet_for_urls : alphabet;
    char *end = out;
    for (size_t at = 0; at < bytes.len; at += 3) {
        const uint32_t bits =
            byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2);
        const size_t whole = bytes.len - at < 3 ? bytes.len - at + 1 : 4;
        for (size_t i = 0; i < whole; i++) {
            *end++ = characters[bits >> (18 - 6 * i) & 63];
        }
        for (size_t i = whole; i < 4 && !for_urls; i++) {
            *end++ = '=';
        }
    }
    return (size_t)(end - out);
}

/* The six bits that a character stands for, or -1. */
static int bits_of(char c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (is_digit(c)) {
        return c - '0' + 52;
    }
    if (c == '+' || c == '-') {
        return 62;
    }
    return c == '/' || c == '_' ? 63 : -1;
}

bool credenco_base64_decode(credenco_span text, char *out, size_t *len) {
    uint32_t held = 0;
    unsigned count = 0;
    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const int bits = bits_of(text.data[i]);
        if (bits < 0) {
            return false;
        }
        held = held << 6 | (uint32_t)bits;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[(*len)++] = (char)(held >> count & 0xFF);
        }
    }
    return true;
}
