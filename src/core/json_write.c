#include "json_write.h"

#include <string.h>

#include "chars.h"
#include "text.h"

/* Whether a JSON string may have this byte without an escape, in any text. */
static bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* The same for eight bytes at once, which most texts consist of. */
static bool are_plain(const char *bytes) {
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    const uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
    const uint64_t odd = word                                 /* above 127 */
                         | (word + ones)                      /* 127 */
                         | ((word - ones * ' ') & ~word)      /* below a space */
                         | ((quote - ones) & ~quote)          /* zero where it is one */
                         | ((backslash - ones) & ~backslash); /* likewise */
    return (odd & tops) == 0;
}

/* Writes one byte of a string, and gives the number of bytes in `out`. */
static size_t escape(char byte, char *out) {
    static const char digits[] = "0123456789abcdef";
    if (byte == '"' || byte == '\\') {
        out[0] = '\\';
        out[1] = byte;
        return 2;
    }
    if (!is_control(byte)) {
        out[0] = byte;
        return 1;
    }
    memcpy(out, "\\u00", 4);
    out[4] = digits[(unsigned char)byte >> 4];
    out[5] = digits[byte & 15];
    return 6;
}

size_t credenco_json_write_text(credenco_span text, char *out) {
    size_t plain = 0;
    while (plain + sizeof(uint64_t) <= text.len && are_plain(text.data + plain)) {
        plain += sizeof(uint64_t);
    }
    while (plain < text.len && is_plain(text.data[plain])) {
        plain++;
    }
    if (plain < text.len && !credenco_utf8_valid(text)) {
        text = CREDENCO_SPAN("?");
        plain = text.len;
    }
    char *at = out;
    *at++ = '"';
    memcpy(at, text.data, plain);
    at += plain;
    for (size_t i = plain; i < text.len; i++) {
        at += escape(text.data[i], at);
    }
    *at++ = '"';
    return (size_t)(at - out);
}
