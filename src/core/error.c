#include "error.h"

#include <stddef.h>
#include <string.h>

static const char *const code_names[CREDENCO_CODE_COUNT] = {
    [CREDENCO_OK] = "ok",
    [CREDENCO_INVALID_ARGUMENT] = "invalid_argument",
    [CREDENCO_INVALID_CLAIMS] = "invalid_claims",
    [CREDENCO_NO_OFFER_URI] = "no_offer_uri",
    [CREDENCO_OFFER_BY_VALUE] = "offer_by_value",
    [CREDENCO_AMBIGUOUS_OFFER_URI] = "ambiguous_offer_uri",
    [CREDENCO_INVALID_OFFER_URI] = "invalid_offer_uri",
    [CREDENCO_INSECURE_OFFER_URI] = "insecure_offer_uri",
    [CREDENCO_CONNECT_FAILED] = "connect_failed",
    [CREDENCO_TLS_FAILED] = "tls_failed",
    [CREDENCO_TIMEOUT] = "timeout",
    [CREDENCO_UNAUTHORIZED] = "unauthorized",
    [CREDENCO_FORBIDDEN] = "forbidden",
    [CREDENCO_NOT_FOUND] = "not_found",
    [CREDENCO_REJECTED] = "rejected",
    [CREDENCO_RATE_LIMITED] = "rate_limited",
    [CREDENCO_SERVER_ERROR] = "server_error",
    [CREDENCO_BAD_RESPONSE] = "bad_response",
    [CREDENCO_TOO_LARGE] = "too_large",
    [CREDENCO_ISSUE_FAILED] = "issue_failed",
    [CREDENCO_CLOSED] = "closed",
    [CREDENCO_OUT_OF_MEMORY] = "out_of_memory",
    [CREDENCO_MISUSE] = "misuse",
};

static const char *const step_names[CREDENCO_STEP_COUNT] = {
    [CREDENCO_STEP_TOKEN] = "token",
    [CREDENCO_STEP_CREATE_OFFER] = "create_offer",
    [CREDENCO_STEP_OFFER_URI] = "offer_uri",
    [CREDENCO_STEP_PUSH_OFFER] = "push_offer",
    [CREDENCO_STEP_ISSUE_STATUS] = "issue_status",
    [CREDENCO_STEP_TRUST_ISSUER] = "trust_issuer",
    [CREDENCO_STEP_REQUEST] = "request",
};

static const char *const sent_names[CREDENCO_SENT_COUNT] = {
    [CREDENCO_SENT_NO] = "no",
    [CREDENCO_SENT_REJECTED] = "rejected",
    [CREDENCO_SENT_UNKNOWN] = "unknown",
};

static const char *name_at(const char *const *names, int count, int index) {
    return index >= 0 && index < count ? names[index] : "?";
}

static int index_of(const char *const *names, int count, const char *name) {
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return count;
}

const char *credenco_code_name(credenco_code code) {
    return name_at(code_names, CREDENCO_CODE_COUNT, (int)code);
}

const char *credenco_step_name(credenco_step step) {
    return name_at(step_names, CREDENCO_STEP_COUNT, (int)step);
}

const char *credenco_sent_name(credenco_sent sent) {
    return name_at(sent_names, CREDENCO_SENT_COUNT, (int)sent);
}

credenco_code credenco_code_by_name(const char *name) {
    return (credenco_code)index_of(code_names, CREDENCO_CODE_COUNT, name);
}

credenco_step credenco_step_by_name(const char *name) {
    return (credenco_step)index_of(step_names, CREDENCO_STEP_COUNT, name);
}

credenco_sent credenco_sent_by_name(const char *name) {
    return (credenco_sent)index_of(sent_names, CREDENCO_SENT_COUNT, name);
}
