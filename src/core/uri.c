/* Percent coding, and the URI in a credential offer. */
#include "uri.h"

#include <string.h>

#include "chars.h"

/* RFC 3986, 2.3. */
static const char_set unreserved = {
    .low = DIGITS_IN_LOW | CHAR_IN_SET('-') | CHAR_IN_SET('.'),
    .high = LETTERS_IN_HIGH | CHAR_IN_SET('_') | CHAR_IN_SET('~'),
};

/* Bytes that stay as they are go out in runs, not one by one. */
credenco_code credenco_uri_encode(credenco_span text, credenco_buf *out) {
    static const char digits[] = "0123456789ABCDEF";
    credenco_code code = CREDENCO_OK;
    size_t from = 0;
    for (size_t i = 0; i < text.len && code == CREDENCO_OK; i++) {
        if (is_in(text.data[i], unreserved)) {
            continue;
        }
        unsigned char byte = (unsigned char)text.data[i];
        char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        code = credenco_buf_append(out, (credenco_span){text.data + from, i - from});
        if (code == CREDENCO_OK) {
            code = credenco_buf_append(out, (credenco_span){escape, sizeof escape});
        }
        from = i + 1;
    }
    if (code != CREDENCO_OK) {
        return code;
    }
    return credenco_buf_append(out, (credenco_span){text.data + from, text.len - from});
}

bool credenco_wallet_key_valid(credenco_span key) {
    if (key.len == 0 || key.len > CREDENCO_WALLET_KEY_MAX) {
        return false;
    }
    if (key.data[0] == '.' && (key.len == 1 || (key.len == 2 && key.data[1] == '.'))) {
        return false;
    }
    for (size_t i = 0; i < key.len; i++) {
        if (is_control(key.data[i]) || key.data[i] == '/' || key.data[i] == '\\') {
            return false;
        }
    }
    return true;
}

/* The byte that the escape at the start of `text` stands for, or -1. */
static int unescaped(credenco_span text) {
    int high = text.len > 2 ? hex_value(text.data[1]) : -1;
    int low = high >= 0 ? hex_value(text.data[2]) : -1;
    return low >= 0 ? high << 4 | low : -1;
}

/* The position of the first `c`; the length of the text if it has none. */
static size_t find(credenco_span text, char c) {
    const char *found = text.len > 0 ? memchr(text.data, c, text.len) : NULL;
    return found != NULL ? (size_t)(found - text.data) : text.len;
}

static credenco_span skip(credenco_span text, size_t count) {
    size_t past = count < text.len ? count : text.len;
    return (credenco_span){text.data + past, text.len - past};
}

/* Decodes only escapes: form decoding would turn '+' into a space and break the URL. */
static credenco_code decode(credenco_span text, credenco_buf *out) {
    credenco_code code = CREDENCO_OK;
    while (text.len > 0 && code == CREDENCO_OK) {
        size_t len = find(text, '%');
        code = credenco_buf_append(out, (credenco_span){text.data, len});
        text = skip(text, len);
        if (text.len == 0 || code != CREDENCO_OK) {
            break;
        }
        int byte = unescaped(text);
        if (byte < 0) {
            return CREDENCO_INVALID_OFFER_URI;
        }
        code = credenco_buf_append(out, (credenco_span){&(char){(char)byte}, 1});
        text = skip(text, 3);
    }
    return code == CREDENCO_TOO_LARGE ? CREDENCO_INVALID_OFFER_URI : code;
}

typedef struct parameter {
    credenco_span name;
    credenco_span value;
} parameter;

/* The query, up to the fragment; empty when there is none. */
static credenco_span query_of(credenco_span uri) {
    uri.len = find(uri, '#');
    return skip(uri, find(uri, '?') + 1);
}

/* Takes the first parameter off the query. */
static parameter next_parameter(credenco_span *query) {
    credenco_span pair = {query->data, find(*query, '&')};
    size_t name_len = find(pair, '=');
    *query = skip(*query, pair.len + 1);
    return (parameter){{pair.data, name_len}, skip(pair, name_len + 1)};
}

/* A name with escapes is the same name (RFC 3986, 6.2.2.2). */
static bool is_named(credenco_span name, credenco_span wanted) {
    size_t at = 0;
    for (size_t i = 0; i < name.len; i++, at++) {
        char byte = name.data[i];
        int escaped = byte == '%' ? unescaped(skip(name, i)) : -1;
        if (escaped >= 0) {
            byte = (char)escaped;
            i += 2;
        }
        if (at >= wanted.len || byte != wanted.data[at]) {
            return false;
        }
    }
    return at == wanted.len;
}

typedef struct offer_query {
    bool has_fragment;       /* a '#': of the whole text, or of an un-encoded value */
    credenco_span reference; /* the raw value of credential_offer_uri */
    unsigned references;
    unsigned values;        /* how often credential_offer is given */
    bool reference_is_last; /* nothing follows that may belong to an un-encoded value */
    bool word_follows;      /* the next part has no '=': more likely the value's than a parameter */
} offer_query;

/* Looks at every parameter: one that comes later may make the offer ambiguous. */
static offer_query read_query(credenco_span uri) {
    offer_query found = {.has_fragment = find(uri, '#') < uri.len};
    credenco_span query = query_of(uri);
    while (query.len > 0) {
        size_t before = query.len;
        parameter p = next_parameter(&query);
        if (is_named(p.name, CREDENCO_SPAN("credential_offer"))) {
            found.values++;
        } else if (is_named(p.name, CREDENCO_SPAN("credential_offer_uri"))) {
            found.references++;
            found.reference = p.value;
            size_t pair_len = (size_t)(p.value.data + p.value.len - p.name.data);
            found.reference_is_last = pair_len == before;
        } else if (found.references > 0 && p.name.len > 0 && p.value.len == 0) {
            found.word_follows = true;
        }
    }
    return found;
}

/* A server that escapes "?" alone has sent a reference with a query that is not encoded. */
static bool contains_escaped_question(credenco_span text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '%' && unescaped(skip(text, i)) == '?') {
            return true;
        }
    }
    return false;
}

/* Whether a part of an un-encoded reference may look like a parameter or the fragment of the text
 * around it. */
static bool is_torn(const offer_query *query) {
    credenco_span reference = query->reference;
    bool unencoded = find(reference, '/') < reference.len;
    bool has_query =
        find(reference, '?') < reference.len || (unencoded && contains_escaped_question(reference));
    bool followed = has_query || (unencoded && query->word_follows);
    return (followed && !query->reference_is_last) || (unencoded && query->has_fragment);
}

/* There is one reference, and only one way to read it. */
static credenco_code check_query(const offer_query *query) {
    if (query->references > 1 || (query->references > 0 && query->values > 0)) {
        return CREDENCO_AMBIGUOUS_OFFER_URI;
    }
    if (query->values > 0) {
        return CREDENCO_OFFER_BY_VALUE;
    }
    if (query->reference.len == 0) {
        return CREDENCO_NO_OFFER_URI;
    }
    return is_torn(query) ? CREDENCO_AMBIGUOUS_OFFER_URI : CREDENCO_OK;
}

/* Checks the address that the wallet will fetch: https, or http from the same machine. */
static credenco_code check_offer_uri(credenco_span text) {
    credenco_url url;
    credenco_code code = credenco_url_parse(text, &url);
    if (code != CREDENCO_OK) {
        return code;
    }
    return url.https || credenco_url_is_loopback(&url) ? CREDENCO_OK : CREDENCO_INSECURE_OFFER_URI;
}

credenco_code credenco_offer_uri(credenco_span request_uri, credenco_buf *out) {
    if (request_uri.len > CREDENCO_URI_MAX) {
        return CREDENCO_INVALID_OFFER_URI;
    }
    offer_query query = read_query(request_uri);
    credenco_code code = check_query(&query);
    size_t start = out->len;
    if (code == CREDENCO_OK) {
        code = decode(query.reference, out);
    }
    if (code == CREDENCO_OK) {
        code = check_offer_uri((credenco_span){out->data + start, out->len - start});
    }
    return code;
}
