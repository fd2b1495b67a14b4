#include "retry.h"

#include <stddef.h>

credenco_code credenco_status_code(int http_status) {
    static const struct {
        int http_status;
        credenco_code code;
    } named[] = {
        {401, CREDENCO_UNAUTHORIZED},
        {403, CREDENCO_FORBIDDEN},
        {404, CREDENCO_NOT_FOUND},
        {429, CREDENCO_RATE_LIMITED},
    };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (named[i].http_status == http_status) {
            return named[i].code;
        }
    }
    if (http_status >= 200 && http_status < 300) {
        return CREDENCO_OK;
    }
    if (http_status >= 400 && http_status < 500) {
        return CREDENCO_REJECTED;
    }
    return http_status >= 500 ? CREDENCO_SERVER_ERROR : CREDENCO_BAD_RESPONSE;
}

credenco_sent credenco_status_sent(int http_status) {
    return http_status == 502 || http_status == 504 ? CREDENCO_SENT_UNKNOWN
                                                    : CREDENCO_SENT_REJECTED;
}

static bool retryable_status(int http_status) {
    return http_status == 429 || http_status == 502 || http_status == 503 || http_status == 504;
}

bool credenco_retryable(const credenco_failure *failure) {
    if (failure->http_status != 0) {
        return retryable_status(failure->http_status);
    }
    return failure->code == CREDENCO_CONNECT_FAILED || failure->code == CREDENCO_TIMEOUT ||
           failure->code == CREDENCO_BAD_RESPONSE; /* what came is no HTTP response */
}

int64_t credenco_retry_wait_ms(const credenco_retry_policy *policy, uint32_t attempt,
                               int64_t retry_after_ms, double jitter) {
    if (retry_after_ms >= 0) {
        return retry_after_ms;
    }
    int64_t bound = policy->base_ms;
    for (uint32_t i = 1; i < attempt && bound < policy->cap_ms; i++) {
        bound *= 2;
    }
    if (bound > policy->cap_ms) {
        bound = policy->cap_ms;
    }
    return (int64_t)((double)bound * jitter);
}

void credenco_quota_init(credenco_quota *quota) {
    quota->capacity = CREDENCO_QUOTA_CAPACITY;
    quota->tokens = CREDENCO_QUOTA_CAPACITY;
}

bool credenco_quota_take(credenco_quota *quota) {
    if (quota->tokens < CREDENCO_QUOTA_RETRY_COST) {
        return false;
    }
    quota->tokens -= CREDENCO_QUOTA_RETRY_COST;
    return true;
}

void credenco_quota_refund(credenco_quota *quota) {
    if (quota->tokens < quota->capacity) {
        quota->tokens += CREDENCO_QUOTA_SUCCESS_REFUND;
    }
}
