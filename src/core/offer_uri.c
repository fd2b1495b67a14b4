/* The URI in a credential offer. */
#include "percent.h"
#include "uri.h"

typedef struct parameter {
    credenco_span name;
    credenco_span value;
} parameter;

/* The query, up to the fragment; empty when there is none. */
static credenco_span query_of(credenco_span uri) {
    uri.len = span_find(uri, '#');
    return span_after(uri, span_find(uri, '?') + 1);
}

/* Takes the first parameter off the query. */
static parameter next_parameter(credenco_span *query) {
    credenco_span pair = {query->data, span_find(*query, '&')};
    size_t name_len = span_find(pair, '=');
    *query = span_after(*query, pair.len + 1);
    return (parameter){{pair.data, name_len}, span_after(pair, name_len + 1)};
}

/* A name with escapes is the same name (RFC 3986, 6.2.2.2). */
static bool is_named(credenco_span name, credenco_span wanted) {
    char room[sizeof "credential_offer_uri"];
    credenco_buf decoded;
    credenco_buf_over(&decoded, room, sizeof room);
    return credenco_percent_decode(name, &decoded) == CREDENCO_OK &&
           span_equal(credenco_buf_span(&decoded), wanted);
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
    offer_query found = {.has_fragment = span_find(uri, '#') < uri.len};
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
        if (percent_value(span_after(text, i)) == '?') {
            return true;
        }
    }
    return false;
}

/* Whether a part of an un-encoded reference may look like a parameter or the fragment of the text
 * around it. */
static bool is_torn(const offer_query *query) {
    credenco_span reference = query->reference;
    bool unencoded = span_find(reference, '/') < reference.len;
    bool has_query = span_find(reference, '?') < reference.len ||
                     (unencoded && contains_escaped_question(reference));
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
    return credenco_url_is_secure(&url) ? CREDENCO_OK : CREDENCO_INSECURE_OFFER_URI;
}

/* Form decoding would turn '+' into a space and break the URL. */
static credenco_code decode(credenco_span reference, credenco_buf *out) {
    const credenco_code code = credenco_percent_decode(reference, out);
    return code == CREDENCO_OUT_OF_MEMORY || code == CREDENCO_OK ? code
                                                                 : CREDENCO_INVALID_OFFER_URI;
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
