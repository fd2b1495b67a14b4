/* Whitespace and strings in JSON text. */
#include "json.h"

#include <stdint.h>
#include <string.h>

#include "chars.h"

char credenco_json_peek(credenco_json *json) {
    char byte = credenco_json_byte(json, json->at);
    while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
        byte = credenco_json_byte(json, ++json->at);
    }
    return byte;
}

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

/* Skips the \uXXXX at `at`, and with half of a pair the other half. */
static const char *skip_unicode(credenco_json *json) {
    const credenco_span text = span_after(json->text, json->at);
    const int32_t unit = code_unit(text);
    if (unit < 0) {
        return "a broken \\u escape";
    }
    const bool is_pair = is_high(unit) && is_low(code_unit(span_after(text, UNICODE_ESCAPE)));
    if (!is_pair && (is_high(unit) || is_low(unit))) {
        return "half of a surrogate pair";
    }
    json->at += is_pair ? PAIR : UNICODE_ESCAPE;
    return NULL;
}

/* Skips the escape at `at`. */
static const char *skip_escape(credenco_json *json) {
    static const char letters[] = {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'};
    const char letter = credenco_json_byte(json, json->at + 1);
    if (letter == 'u') {
        return skip_unicode(json);
    }
    if (memchr(letters, letter, sizeof letters) == NULL) {
        return "an unknown escape";
    }
    json->at += 2;
    return NULL;
}

const char *credenco_json_string(credenco_json *json, credenco_span *raw, bool *escaped) {
    const char *problem = NULL;
    const size_t start = ++json->at;
    *escaped = false;
    while (json->at < json->text.len && problem == NULL) {
        const char byte = json->text.data[json->at];
        if (byte == '"') {
            *raw = (credenco_span){json->text.data + start, json->at++ - start};
            return NULL;
        }
        if (byte == '\\') {
            *escaped = true;
            problem = skip_escape(json);
        } else if ((unsigned char)byte < ' ') {
            problem = "a control character in a string";
        } else {
            json->at++;
        }
    }
    return problem ? problem : "the string has no end";
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
