#include "retry.h"

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
