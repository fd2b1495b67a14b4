#include "http_lines.h"

#include <string.h>

#include "chars.h"
#include "http.h"
#include "text.h"

/* Optional whitespace (RFC 9110, 5.6.3). */
static bool is_whitespace(char c) {
    return c == ' ' || c == '\t';
}

static credenco_span trim(credenco_span text) {
    text = span_after(text, span_fitting(text, is_whitespace));
    while (text.len > 0 && is_whitespace(text.data[text.len - 1])) {
        text.len--;
    }
    return text;
}

bool credenco_http_continues_version(size_t at, credenco_span bytes) {
    static const char version[] = "HTTP/1.";
    for (size_t i = 0; i < bytes.len && at + i < sizeof version - 1; i++) {
        if (bytes.data[i] != version[at + i]) {
            return false;
        }
    }
    return true;
}

/* "HTTP/1.1 201 Created"; the reason and the space before it may be missing. */
bool credenco_http_status_line(credenco_span line, bool *http_1_0, int *status) {
    enum { VERSION_LEN = 8, STATUS_LEN = 3, STATUS_END = VERSION_LEN + 1 + STATUS_LEN };
    const char *data = line.data;
    if (line.len < STATUS_END || memcmp(data, "HTTP/1.", VERSION_LEN - 1) != 0 ||
        !is_digit(data[VERSION_LEN - 1]) || data[VERSION_LEN] != ' ' ||
        !span_all((credenco_span){data + VERSION_LEN + 1, STATUS_LEN}, is_digit)) {
        return false;
    }
    *http_1_0 = data[VERSION_LEN - 1] == '0';
    *status = (data[9] - '0') * 100 + (data[10] - '0') * 10 + (data[11] - '0');
    credenco_span reason = span_after(line, STATUS_END);
    return *status >= 100 && (reason.len == 0 || reason.data[0] == ' ') &&
           credenco_field_value_valid(reason);
}

bool credenco_http_field_line(credenco_span line, credenco_span *name, credenco_span *value) {
    *name = (credenco_span){line.data, span_find(line, ':')};
    if (name->len == line.len) {
        return false;
    }
    *value = trim(span_after(line, name->len + 1));
    return credenco_token_valid(*name) && credenco_field_value_valid(*value);
}

/* Zeros that another digit follows. */
static size_t leading_zeros(credenco_span digits) {
    size_t zeros = 0;
    while (zeros + 1 < digits.len && digits.data[zeros] == '0') {
        zeros++;
    }
    return zeros;
}

/* Whitespace behind the size belongs to an extension, or the line is refused. */
bool credenco_http_chunk_line(credenco_span line, uint64_t *size, size_t *idle_len) {
    size_t digits = 0;
    *size = 0;
    for (; digits < line.len && hex_value(line.data[digits]) >= 0; digits++) {
        if (*size > UINT64_MAX >> 4) {
            return false;
        }
        *size = *size << 4 | (uint64_t)hex_value(line.data[digits]);
    }
    credenco_span extensions = span_after(line, digits);
    *idle_len = leading_zeros((credenco_span){line.data, digits}) + extensions.len;
    bool none = extensions.len == 0;
    credenco_span trimmed = trim(extensions);
    return digits > 0 && (none || (trimmed.len > 0 && trimmed.data[0] == ';')) &&
           credenco_field_value_valid(extensions);
}

bool credenco_http_list_has(credenco_span list, credenco_span token) {
    while (list.len > 0) {
        const size_t len = span_find(list, ',');
        if (credenco_equal_ignoring_case(trim((credenco_span){list.data, len}), token)) {
            return true;
        }
        list = span_after(list, len + 1);
    }
    return false;
}

bool credenco_media_type_is_html(credenco_span content_type) {
    const credenco_span type =
        trim((credenco_span){content_type.data, span_find(content_type, ';')});
    return credenco_equal_ignoring_case(type, CREDENCO_SPAN("text/html")) ||
           credenco_equal_ignoring_case(type, CREDENCO_SPAN("application/xhtml+xml"));
}
