/* URIs (RFC 3986): parsing http(s) URLs, comparing origins, and the URI in a credential offer. */
#ifndef CREDENCO_CORE_URI_H
#define CREDENCO_CORE_URI_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "error.h"

enum {
    CREDENCO_URI_MAX = 8192,      /* bytes in a credential offer, and in its URI */
    CREDENCO_URL_MAX = 32768,     /* bytes in any URL: room for an offer's URI, encoded */
    CREDENCO_WALLET_KEY_MAX = 255 /* bytes in a wallet's external key */
};

/* The parts of an absolute http or https URL; the spans borrow from its text. */
typedef struct credenco_url {
    bool https;
    credenco_span host;   /* as written, an IPv6 address with its brackets */
    uint16_t port;        /* the scheme's own when none is written */
    credenco_span target; /* path and query, maybe empty */
} credenco_url;

/* The scheme's own port. */
static inline uint16_t credenco_url_scheme_port(bool https) {
    return https ? 443 : 80;
}

/* Parses `text`. CREDENCO_INVALID_OFFER_URI unless it is an absolute http(s) URL in RFC 3986's
 * characters, without user info and fragment. */
credenco_code credenco_url_parse(credenco_span text, credenco_url *url);

/* True for localhost, 127.0.0.0/8 written in four parts, and [::1]. */
bool credenco_url_is_loopback(const credenco_url *url);

/* True for https, and for http to a loopback host, which does not leave this machine. */
bool credenco_url_is_secure(const credenco_url *url);

/* True when both have the same scheme, host (letter case aside) and port. */
bool credenco_url_same_origin(const credenco_url *a, const credenco_url *b);

/* Appends to `out` the decoded credential_offer_uri of a credential offer (OpenID4VCI 1.0, 4.1.3),
 * for any scheme and wallet address. Decodes percent escapes once; '+' is a plus sign.
 *
 * CREDENCO_NO_OFFER_URI         no such parameter, or an empty one
 * CREDENCO_OFFER_BY_VALUE       the offer itself (credential_offer) instead of its URI
 * CREDENCO_AMBIGUOUS_OFFER_URI  given twice, or beside an offer by value; or an un-encoded
 *                               URI whose '&' or '#' may belong to the text around it
 * CREDENCO_INVALID_OFFER_URI    a broken escape, or a URL that credenco_url_parse refuses
 * CREDENCO_INSECURE_OFFER_URI   plain http to a host that is not loopback
 * CREDENCO_OUT_OF_MEMORY */
credenco_code credenco_offer_uri(credenco_span request_uri, credenco_buf *out);

/* True if the key is safe as one path segment: not empty, not "." or "..", at most
 * CREDENCO_WALLET_KEY_MAX bytes, without '/', '\' and control bytes. */
bool credenco_wallet_key_valid(credenco_span key);

#endif
