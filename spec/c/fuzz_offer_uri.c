/* A libFuzzer target (clang -fsanitize=fuzzer): any bytes as a request_uri. Whatever
 * comes out of the core keeps what uri.h promises. */
#include <stdint.h>
#include <stdlib.h>

#include "bytes.h"
#include "core/percent.h"
#include "core/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static bool is_documented(credenco_code code) {
    return code == CREDENCO_OK || code == CREDENCO_NO_OFFER_URI ||
           code == CREDENCO_OFFER_BY_VALUE || code == CREDENCO_AMBIGUOUS_OFFER_URI ||
           code == CREDENCO_INVALID_OFFER_URI || code == CREDENCO_INSECURE_OFFER_URI;
}

static void require_safe(credenco_span uri) {
    credenco_url url;
    require(uri.len > 0 && uri.len <= CREDENCO_URI_MAX);
    require(credenco_url_parse(uri, &url) == CREDENCO_OK);
    require(url.https || credenco_url_is_loopback(&url));
    require(credenco_url_same_origin(&url, &url));
    for (size_t i = 0; i < uri.len; i++) {
        require(uri.data[i] > ' ' && uri.data[i] < 0x7f && uri.data[i] != '#');
    }
}

/* Encoded as the push encodes it, the URI is read back unchanged. */
static void require_round_trip(credenco_span uri) {
    credenco_buf offer, again;
    credenco_buf_init(&offer, 4 * CREDENCO_URI_MAX);
    credenco_buf_init(&again, CREDENCO_URI_MAX);
    require(credenco_buf_append(&offer, span("x:?credential_offer_uri=")) == CREDENCO_OK);
    require(credenco_percent_encode(uri, &offer) == CREDENCO_OK);
    if (offer.len <= CREDENCO_URI_MAX) {
        require(credenco_offer_uri(credenco_buf_span(&offer), &again) == CREDENCO_OK);
        require(again.len == uri.len && memcmp(again.data, uri.data, uri.len) == 0);
    }
    credenco_buf_free(&offer);
    credenco_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    credenco_buf out;
    credenco_buf_init(&out, CREDENCO_URI_MAX);
    credenco_code code = credenco_offer_uri((credenco_span){(const char *)data, size}, &out);
    require(is_documented(code));
    if (code == CREDENCO_OK) {
        require_safe(credenco_buf_span(&out));
        require_round_trip(credenco_buf_span(&out));
    }
    credenco_buf_free(&out);
    return 0;
}
