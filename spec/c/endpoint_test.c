/* core/endpoint.h: methods, URLs, and where credentials go. */
#include "bytes.h"
#include "core/endpoint.h"
#include "core/uri.h"
#include "tap.h"

static const char base[] = "https://wallet.credenco.com";

static void urls_are_the_documented_ones(void) {
    static const struct {
        credenco_step step;
        const char *id, *url;
    } rows[] = {
        {CREDENCO_STEP_CREATE_OFFER, "", "https://wallet.credenco.com/api/v2/credential/issue"},
        {CREDENCO_STEP_ISSUE_STATUS, "89cba89", "https://wallet.credenco.com/api/v2/issue/89cba89"},
        {CREDENCO_STEP_ISSUE_STATUS, "a/../b?c",
         "https://wallet.credenco.com/api/v2/issue/a%2F..%2Fb%3Fc"},
        {CREDENCO_STEP_TRUST_ISSUER, "key 1",
         "https://wallet.credenco.com/api/wallets/key%201/trusted-contacts"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        credenco_buf out;
        credenco_buf_init(&out, CREDENCO_URI_MAX);
        tap_row = rows[i].url;
        CHECK(credenco_endpoint_url(rows[i].step, span(base), span(rows[i].id), &out) ==
              CREDENCO_OK);
        CHECK(buf_is(&out, rows[i].url));
        credenco_buf_free(&out);
    }
}

static void some_steps_have_no_path(void) {
    static const credenco_step steps[] = {CREDENCO_STEP_TOKEN, CREDENCO_STEP_OFFER_URI,
                                          CREDENCO_STEP_REQUEST};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        credenco_buf out;
        credenco_buf_init(&out, CREDENCO_URI_MAX);
        CHECK(credenco_endpoint_url(steps[i], span(base), span("x"), &out) == CREDENCO_MISUSE);
        CHECK(out.len == 0);
        credenco_buf_free(&out);
    }
}

/* The example of the vendor's page, byte for byte. */
static void pushes_are_the_documented_ones(void) {
    credenco_span offer = span("https://wallet.credenco.com/api/oidc/credential-offer/abc123");
    credenco_buf out;
    credenco_buf_init(&out, CREDENCO_URI_MAX);
    CHECK(credenco_push_url(span(base), span("key"), offer, true, &out) == CREDENCO_OK);
    CHECK(buf_is(&out, "https://wallet.credenco.com/api/oidc/offer/key?directIssue=true"
                       "&credential_offer_uri=https%3A%2F%2Fwallet.credenco.com%2Fapi%2Foidc"
                       "%2Fcredential-offer%2Fabc123"));
    credenco_buf_clear(&out);
    CHECK(credenco_push_url(span(base), span("key"), offer, false, &out) == CREDENCO_OK);
    CHECK(buf_is(&out, "https://wallet.credenco.com/api/oidc/offer/key"
                       "?credential_offer_uri=https%3A%2F%2Fwallet.credenco.com%2Fapi%2Foidc"
                       "%2Fcredential-offer%2Fabc123"));
    credenco_buf_free(&out);
}

static void long_urls_are_refused(void) {
    for (size_t max = 0; max < 100; max++) {
        credenco_buf out;
        credenco_buf_init(&out, max);
        credenco_code code =
            credenco_push_url(span("https://a"), span("k/"), span("https://b"), true, &out);
        CHECK(code == (max < strlen("https://a/api/oidc/offer/k%2F?directIssue=true"
                                    "&credential_offer_uri=https%3A%2F%2Fb")
                           ? CREDENCO_TOO_LARGE
                           : CREDENCO_OK));
        credenco_buf_free(&out);
    }
}

static void credentials_stay_home(void) {
    for (int step = 0; step < CREDENCO_STEP_COUNT; step++) {
        bool wanted = step == CREDENCO_STEP_CREATE_OFFER || step == CREDENCO_STEP_ISSUE_STATUS ||
                      step == CREDENCO_STEP_TRUST_ISSUER || step == CREDENCO_STEP_REQUEST;
        tap_row = credenco_step_name((credenco_step)step);
        CHECK(credenco_endpoint_authorized((credenco_step)step) == wanted);
    }
}

static void methods_are_the_documented_ones(void) {
    CHECK(strcmp(credenco_endpoint_method(CREDENCO_STEP_TOKEN), "POST") == 0);
    CHECK(strcmp(credenco_endpoint_method(CREDENCO_STEP_CREATE_OFFER), "POST") == 0);
    CHECK(strcmp(credenco_endpoint_method(CREDENCO_STEP_PUSH_OFFER), "POST") == 0);
    CHECK(strcmp(credenco_endpoint_method(CREDENCO_STEP_ISSUE_STATUS), "GET") == 0);
    CHECK(strcmp(credenco_endpoint_method(CREDENCO_STEP_TRUST_ISSUER), "POST") == 0);
}

TAP_MAIN({"a call's URL is the documented one, its id encoded", urls_are_the_documented_ones},
         {"token and request bring their own URL", some_steps_have_no_path},
         {"the push goes out as the vendor's page writes it", pushes_are_the_documented_ones},
         {"a URL longer than its buffer is refused", long_urls_are_refused},
         {"credentials go with every call but the push and the token", credentials_stay_home},
         {"methods are the documented ones", methods_are_the_documented_ones})
