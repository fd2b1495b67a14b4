#include "endpoint.h"

#include <string.h>

#include "uri.h"

typedef struct endpoint {
    const char *method;
    const char *before_id; /* NULL: the caller brings the whole URL */
    const char *after_id;
    bool authorized;
} endpoint;

static const endpoint endpoints[CREDENCO_STEP_COUNT] = {
    [CREDENCO_STEP_TOKEN] = {"POST", NULL, NULL, false},
    [CREDENCO_STEP_CREATE_OFFER] = {"POST", "/api/v2/credential/issue", "", true},
    [CREDENCO_STEP_OFFER_URI] = {"", NULL, NULL, false},
    [CREDENCO_STEP_PUSH_OFFER] = {"POST", "/api/oidc/offer/", "", false},
    [CREDENCO_STEP_ISSUE_STATUS] = {"GET", "/api/v2/issue/", "", true},
    [CREDENCO_STEP_TRUST_ISSUER] = {"POST", "/api/wallets/", "/trusted-contacts", true},
    [CREDENCO_STEP_REQUEST] = {"GET", NULL, NULL, true},
};

static credenco_span span_of(const char *text) {
    return (credenco_span){text, strlen(text)};
}

const char *credenco_endpoint_method(credenco_step step) {
    return endpoints[step].method;
}

bool credenco_endpoint_authorized(credenco_step step) {
    return endpoints[step].authorized;
}

credenco_code credenco_endpoint_url(credenco_step step, credenco_span base_url, credenco_span id,
                                    credenco_buf *out) {
    const endpoint *e = &endpoints[step];
    if (e->before_id == NULL) {
        return CREDENCO_MISUSE;
    }
    credenco_code code = credenco_buf_append(out, base_url);
    if (code == CREDENCO_OK) {
        code = credenco_buf_append(out, span_of(e->before_id));
    }
    if (code == CREDENCO_OK) {
        code = credenco_uri_encode(id, out);
    }
    return code == CREDENCO_OK ? credenco_buf_append(out, span_of(e->after_id)) : code;
}

credenco_code credenco_push_url(credenco_span wallet_base_url, credenco_span wallet_key,
                                credenco_span offer_uri, bool direct, credenco_buf *out) {
    credenco_code code =
        credenco_endpoint_url(CREDENCO_STEP_PUSH_OFFER, wallet_base_url, wallet_key, out);
    if (code == CREDENCO_OK) {
        code = credenco_buf_append(out, direct ? CREDENCO_SPAN("?directIssue=true&")
                                               : CREDENCO_SPAN("?"));
    }
    if (code == CREDENCO_OK) {
        code = credenco_buf_append(out, CREDENCO_SPAN("credential_offer_uri="));
    }
    return code == CREDENCO_OK ? credenco_uri_encode(offer_uri, out) : code;
}
