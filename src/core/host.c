#include "host.h"

#include <stdint.h>

#include "chars.h"
#include "text.h"

/* Takes a number from 0 to 255, without leading zeros, off the start of the text. */
static bool take_octet(credenco_span *text, uint8_t *octet) {
    unsigned value = 0;
    size_t len = 0;
    while (len < text->len && len < 3 && is_digit(text->data[len])) {
        value = value * 10 + (unsigned)(text->data[len++] - '0');
    }
    if (len == 0 || value > UINT8_MAX || (len > 1 && text->data[0] == '0')) {
        return false;
    }
    *octet = (uint8_t)value;
    *text = span_after(*text, len);
    return true;
}

static bool ipv4_parse(credenco_span text, uint8_t octets[4]) {
    for (int i = 0; i < 4; i++) {
        if (i > 0 && (text.len == 0 || text.data[0] != '.')) {
            return false;
        }
        text = i > 0 ? span_after(text, 1) : text;
        if (!take_octet(&text, &octets[i])) {
            return false;
        }
    }
    return text.len == 0;
}

static size_t group_len(credenco_span text) {
    const size_t digits = span_fitting(text, is_hex_digit);
    return digits < 4 ? digits : 4;
}

/* Takes the next group, and gives 1; or an IPv4 address that ends the text, and gives 2. */
static int take_groups(credenco_span *text) {
    uint8_t octets[4];
    if (ipv4_parse(*text, octets)) {
        *text = span_after(*text, text->len);
        return 2;
    }
    size_t len = group_len(*text);
    if (len == 0 || (len < text->len && text->data[len] != ':')) {
        return 0;
    }
    *text = span_after(*text, len);
    return 1;
}

static bool take_double_colon(credenco_span *text) {
    bool found = text->len > 1 && text->data[0] == ':' && text->data[1] == ':';
    *text = span_after(*text, found ? 2 : 0);
    return found;
}

/* Groups of up to four digits between colons. At most one "::" stands for groups of zeros, and an
 * IPv4 address may take the place of the last two groups (RFC 4291, 2.2). */
static bool ipv6_valid(credenco_span text) {
    int groups = 0;
    bool shortened = false;
    bool joined = true; /* the next group needs no colon: it is the first, or follows "::" */
    while (text.len > 0) {
        if (!shortened && take_double_colon(&text)) {
            shortened = joined = true;
            continue;
        }
        if (!joined && text.data[0] == ':') {
            text = span_after(text, 1);
        }
        int taken = take_groups(&text);
        if (taken == 0) {
            return false;
        }
        groups += taken;
        joined = false;
    }
    return shortened ? groups < 8 : groups == 8;
}

/* Labels of letters, digits, '-' and '_'. The last may be empty: a name may end in a dot. */
static bool name_valid(credenco_span host) {
    bool in_label = false;
    bool has_alnum = false;
    for (size_t i = 0; i < host.len; i++) {
        char c = host.data[i];
        if (c == '.' ? !in_label : !is_alnum(c) && c != '-' && c != '_') {
            return false;
        }
        in_label = c != '.';
        has_alnum = has_alnum || is_alnum(c);
    }
    return has_alnum;
}

bool credenco_host_valid(credenco_span host) {
    if (host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']') {
        return ipv6_valid((credenco_span){host.data + 1, host.len - 2});
    }
    return name_valid(host);
}

bool credenco_host_is_loopback(credenco_span host) {
    uint8_t octets[4];
    return credenco_equal_ignoring_case(host, CREDENCO_SPAN("localhost")) ||
           credenco_equal_ignoring_case(host, CREDENCO_SPAN("[::1]")) ||
           (ipv4_parse(host, octets) && octets[0] == 127);
}
