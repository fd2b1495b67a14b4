/* Taking http(s) URLs apart and comparing where they lead. */
#include "chars.h"
#include "uri.h"

/* RFC 3986, 2.2 and 2.3 without '#', '[' and ']', which have their own places. */
static const char_set target_chars = {
    .low = DIGITS_IN_LOW | CHAR_IN_SET('-') | CHAR_IN_SET('.') | CHAR_IN_SET(':') |
           CHAR_IN_SET('/') | CHAR_IN_SET('?') | CHAR_IN_SET('!') | CHAR_IN_SET('$') |
           CHAR_IN_SET('&') | CHAR_IN_SET('\'') | CHAR_IN_SET('(') | CHAR_IN_SET(')') |
           CHAR_IN_SET('*') | CHAR_IN_SET('+') | CHAR_IN_SET(',') | CHAR_IN_SET(';') |
           CHAR_IN_SET('=') | CHAR_IN_SET('%'),
    .high = LETTERS_IN_HIGH | CHAR_IN_SET('_') | CHAR_IN_SET('~') | CHAR_IN_SET('@'),
};

static bool is_escape(credenco_span text) {
    return text.len >= 3 && hex_value(text.data[1]) >= 0 && hex_value(text.data[2]) >= 0;
}

static bool target_valid(credenco_span target) {
    for (size_t i = 0; i < target.len; i++) {
        if (!is_in(target.data[i], target_chars)) {
            return false;
        }
        if (target.data[i] == '%' && !is_escape((credenco_span){target.data + i, target.len - i})) {
            return false;
        }
    }
    return true;
}

static bool equal_ignoring_case(credenco_span a, credenco_span b) {
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (to_lower(a.data[i]) != to_lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

static credenco_span after(credenco_span text, size_t offset) {
    return (credenco_span){text.data + offset, text.len - offset};
}

static bool skip_prefix(credenco_span *text, credenco_span prefix) {
    if (text->len < prefix.len ||
        !equal_ignoring_case((credenco_span){text->data, prefix.len}, prefix)) {
        return false;
    }
    *text = after(*text, prefix.len);
    return true;
}

static bool skip_scheme(credenco_span *text, bool *https) {
    *https = skip_prefix(text, CREDENCO_SPAN("https://"));
    return *https || skip_prefix(text, CREDENCO_SPAN("http://"));
}

/* The authority ends at the path, the query or the end (RFC 3986, 3.2). */
static credenco_span split_authority(credenco_span *text) {
    size_t len = 0;
    while (len < text->len && !is_one_of(text->data[len], "/?#")) {
        len++;
    }
    credenco_span authority = {text->data, len};
    *text = after(*text, len);
    return authority;
}

static bool name_valid(credenco_span host) {
    bool has_alnum = false;
    for (size_t i = 0; i < host.len; i++) {
        if (!is_alnum(host.data[i]) && !is_one_of(host.data[i], "-._")) {
            return false;
        }
        has_alnum = has_alnum || is_alnum(host.data[i]);
    }
    return has_alnum;
}

static bool ipv6_valid(credenco_span host) {
    if (host.len < 4) {
        return false;
    }
    for (size_t i = 1; i < host.len - 1; i++) {
        if (hex_value(host.data[i]) < 0 && !is_one_of(host.data[i], ":.")) {
            return false;
        }
    }
    return true;
}

static bool port_parse(credenco_span digits, uint16_t *port) {
    unsigned long value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.data[i])) {
            return false;
        }
        value = value * 10 + (unsigned long)(digits.data[i] - '0');
        if (value > UINT16_MAX) {
            return false;
        }
    }
    *port = (uint16_t)value;
    return value > 0;
}

/* Where the host ends: behind an IPv6 address's bracket, else at the colon. */
static size_t host_len(credenco_span authority) {
    char end = authority.len > 0 && authority.data[0] == '[' ? ']' : ':';
    size_t len = 0;
    while (len < authority.len && authority.data[len] != end) {
        len++;
    }
    return end == ']' && len < authority.len ? len + 1 : len;
}

static bool authority_parse(credenco_span authority, credenco_url *url) {
    size_t len = host_len(authority);
    url->host = (credenco_span){authority.data, len};
    bool bracketed = len > 0 && authority.data[0] == '[' && authority.data[len - 1] == ']';
    if (bracketed ? !ipv6_valid(url->host) : !name_valid(url->host)) {
        return false;
    }
    url->port = url->https ? 443 : 80;
    if (len == authority.len) {
        return true;
    }
    return authority.data[len] == ':' && port_parse(after(authority, len + 1), &url->port);
}

credenco_code credenco_url_parse(credenco_span text, credenco_url *url) {
    if (text.len > CREDENCO_URI_MAX || !skip_scheme(&text, &url->https)) {
        return CREDENCO_INVALID_OFFER_URI;
    }
    if (!authority_parse(split_authority(&text), url) || !target_valid(text)) {
        return CREDENCO_INVALID_OFFER_URI;
    }
    url->target = text;
    return CREDENCO_OK;
}

/* 127.a.b.c with a, b and c from 0 to 255: a name such as 127.0.0.1.example is none. */
static bool is_loopback_ipv4(credenco_span host) {
    unsigned parts[4] = {0};
    size_t part = 0;
    size_t digits = 0;
    for (size_t i = 0; i < host.len; i++) {
        if (host.data[i] == '.' && digits > 0 && part < 3) {
            part++;
            digits = 0;
        } else if (is_digit(host.data[i]) && digits < 3) {
            parts[part] = parts[part] * 10 + (unsigned)(host.data[i] - '0');
            digits++;
        } else {
            return false;
        }
    }
    return part == 3 && digits > 0 && parts[0] == 127 && parts[1] <= 255 && parts[2] <= 255 &&
           parts[3] <= 255;
}

bool credenco_url_is_loopback(const credenco_url *url) {
    return equal_ignoring_case(url->host, CREDENCO_SPAN("localhost")) ||
           equal_ignoring_case(url->host, CREDENCO_SPAN("[::1]")) || is_loopback_ipv4(url->host);
}

bool credenco_url_same_origin(const credenco_url *a, const credenco_url *b) {
    return a->https == b->https && a->port == b->port && equal_ignoring_case(a->host, b->host);
}
