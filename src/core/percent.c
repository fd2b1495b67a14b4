#include "percent.h"

/* RFC 3986, 2.3. */
static const char_set unreserved = {
    .low = DIGITS_IN_LOW | CHAR_IN_SET('-') | CHAR_IN_SET('.'),
    .high = LETTERS_IN_HIGH | CHAR_IN_SET('_') | CHAR_IN_SET('~'),
};

static bool is_unreserved(char c) {
    return is_in(c, unreserved);
}

static credenco_code append_escape(credenco_buf *out, unsigned char byte) {
    static const char digits[] = "0123456789ABCDEF";
    const char escape[PERCENT_ESCAPE_LEN] = {'%', digits[byte >> 4], digits[byte & 15]};
    return credenco_buf_append(out, (credenco_span){escape, sizeof escape});
}

/* Bytes that stay as they are go out in runs, not one by one. */
credenco_code credenco_percent_encode(credenco_span text, credenco_buf *out) {
    credenco_code code = CREDENCO_OK;
    while (text.len > 0 && code == CREDENCO_OK) {
        const size_t len = span_fitting(text, is_unreserved);
        code = credenco_buf_append(out, (credenco_span){text.data, len});
        if (code == CREDENCO_OK && len < text.len) {
            code = append_escape(out, (unsigned char)text.data[len]);
        }
        text = span_after(text, len + 1);
    }
    return code;
}

/* Appends the byte of the escape at the start of the text. */
static credenco_code append_value(credenco_buf *out, credenco_span text) {
    const int value = percent_value(text);
    return value < 0 ? CREDENCO_INVALID_ARGUMENT
                     : credenco_buf_append(out, (credenco_span){&(char){(char)value}, 1});
}

credenco_code credenco_percent_decode(credenco_span text, credenco_buf *out) {
    credenco_code code = CREDENCO_OK;
    while (text.len > 0 && code == CREDENCO_OK) {
        const size_t len = span_find(text, '%');
        code = credenco_buf_append(out, (credenco_span){text.data, len});
        if (code == CREDENCO_OK && len < text.len) {
            code = append_value(out, span_after(text, len));
        }
        text = span_after(text, len + PERCENT_ESCAPE_LEN);
    }
    return code;
}
