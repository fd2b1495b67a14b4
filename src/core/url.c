/* Parsing http(s) URLs, comparing their origins, and wallet keys as a part of one. */
#include "chars.h"
#include "decimal.h"
#include "host.h"
#include "percent.h"
#include "text.h"
#include "uri.h"

/* RFC 3986, 2.2 and 2.3, without '#', '[' and ']', which are allowed in certain places only. */
static const char_set target_chars = {
    .low = DIGITS_IN_LOW | CHAR_IN_SET('-') | CHAR_IN_SET('.') | CHAR_IN_SET(':') |
           CHAR_IN_SET('/') | CHAR_IN_SET('?') | CHAR_IN_SET('!') | CHAR_IN_SET('$') |
           CHAR_IN_SET('&') | CHAR_IN_SET('\'') | CHAR_IN_SET('(') | CHAR_IN_SET(')') |
           CHAR_IN_SET('*') | CHAR_IN_SET('+') | CHAR_IN_SET(',') | CHAR_IN_SET(';') |
           CHAR_IN_SET('=') | CHAR_IN_SET('%'),
    .high = LETTERS_IN_HIGH | CHAR_IN_SET('_') | CHAR_IN_SET('~') | CHAR_IN_SET('@'),
};

/* Path and query in RFC 3986's characters, every escape complete. */
static bool target_valid(credenco_span target) {
    for (size_t i = 0; i < target.len; i++) {
        if (!is_in(target.data[i], target_chars)) {
            return false;
        }
        if (target.data[i] == '%' && percent_value(span_after(target, i)) < 0) {
            return false;
        }
    }
    return true;
}

/* Takes the prefix off the text, letters' case aside. */
static bool skip_prefix(credenco_span *text, credenco_span prefix) {
    if (text->len < prefix.len ||
        !credenco_equal_ignoring_case((credenco_span){text->data, prefix.len}, prefix)) {
        return false;
    }
    *text = span_after(*text, prefix.len);
    return true;
}

static bool skip_scheme(credenco_span *text, bool *https) {
    *https = skip_prefix(text, CREDENCO_SPAN("https://"));
    return *https || skip_prefix(text, CREDENCO_SPAN("http://"));
}

/* The authority ends at the path, the query or the end (RFC 3986, 3.2). */
static bool is_in_authority(char c) {
    return c != '/' && c != '?' && c != '#';
}

static credenco_span split_authority(credenco_span *text) {
    credenco_span authority = {text->data, span_fitting(*text, is_in_authority)};
    *text = span_after(*text, authority.len);
    return authority;
}

/* From 1 to 65535; zeros may lead (RFC 3986, 3.2.3). */
static bool port_parse(credenco_span digits, uint16_t *port) {
    uint64_t number;
    if (!credenco_decimal_read(digits, UINT16_MAX, &number)) {
        return false;
    }
    *port = (uint16_t)number;
    return number > 0;
}

/* The host ends behind an IPv6 address's bracket, else at the colon. */
static size_t host_len(credenco_span authority) {
    const bool bracketed = authority.len > 0 && authority.data[0] == '[';
    const size_t len = span_find(authority, bracketed ? ']' : ':');
    return bracketed && len < authority.len ? len + 1 : len;
}

/* User info is refused: neither host nor port may hold '@'. An empty port is the scheme's own. */
static bool authority_parse(credenco_span authority, credenco_url *url) {
    size_t len = host_len(authority);
    url->host = (credenco_span){authority.data, len};
    if (!credenco_host_valid(url->host)) {
        return false;
    }
    url->port = credenco_url_scheme_port(url->https);
    credenco_span port = span_after(authority, len);
    if (port.len == 0) {
        return true;
    }
    return port.data[0] == ':' && (port.len == 1 || port_parse(span_after(port, 1), &url->port));
}

credenco_code credenco_url_parse(credenco_span text, credenco_url *url) {
    if (text.len > CREDENCO_URL_MAX || !skip_scheme(&text, &url->https)) {
        return CREDENCO_INVALID_OFFER_URI;
    }
    if (!authority_parse(split_authority(&text), url) || !target_valid(text)) {
        return CREDENCO_INVALID_OFFER_URI;
    }
    url->target = text;
    return CREDENCO_OK;
}

bool credenco_url_is_loopback(const credenco_url *url) {
    return credenco_host_is_loopback(url->host);
}

bool credenco_url_is_secure(const credenco_url *url) {
    return url->https || credenco_url_is_loopback(url);
}

bool credenco_url_same_origin(const credenco_url *a, const credenco_url *b) {
    return a->https == b->https && a->port == b->port &&
           credenco_equal_ignoring_case(a->host, b->host);
}

/* Some servers take a backslash for a slash. */
static bool is_in_segment(char c) {
    return c != '/' && c != '\\' && !is_control(c);
}

bool credenco_wallet_key_valid(credenco_span key) {
    if (key.len == 0 || key.len > CREDENCO_WALLET_KEY_MAX) {
        return false;
    }
    if (key.data[0] == '.' && (key.len == 1 || (key.len == 2 && key.data[1] == '.'))) {
        return false;
    }
    return span_all(key, is_in_segment);
}
