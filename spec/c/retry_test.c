/* core/retry.h: how long is waited, how often is repeated. */
#include "core/retry.h"
#include "tap.h"

static const credenco_retry_policy policy = {3, 100, 5000};
static const double almost_one = 0.999999999;

static void waits_double_up_to_the_cap(void) {
    static const int64_t bounds[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000};
    for (uint32_t i = 0; i < COUNT_OF(bounds); i++) {
        CHECK(credenco_retry_wait_ms(&policy, i + 1, -1, 0.0) == 0);
        CHECK(credenco_retry_wait_ms(&policy, i + 1, -1, 0.5) == bounds[i] / 2);
        CHECK(credenco_retry_wait_ms(&policy, i + 1, -1, almost_one) == bounds[i] - 1);
    }
    CHECK(credenco_retry_wait_ms(&policy, UINT32_MAX, -1, almost_one) == 4999);
}

static void extreme_policies_stay_in_bounds(void) {
    static const credenco_retry_policy widest = {1, UINT32_MAX, UINT32_MAX};
    static const credenco_retry_policy capped = {1, 5000, 10};
    static const credenco_retry_policy nothing = {1, 0, 0};
    CHECK(credenco_retry_wait_ms(&widest, UINT32_MAX, -1, almost_one) <= UINT32_MAX);
    CHECK(credenco_retry_wait_ms(&capped, 1, -1, almost_one) == 9);
    CHECK(credenco_retry_wait_ms(&nothing, UINT32_MAX, -1, almost_one) == 0);
}

static void servers_decide_the_wait(void) {
    CHECK(credenco_retry_wait_ms(&policy, 1, 0, 0.5) == 0);
    CHECK(credenco_retry_wait_ms(&policy, 1, 7000, 0.5) == 7000);
    CHECK(credenco_retry_wait_ms(&policy, 9, INT64_MAX, 0.5) == INT64_MAX);
}

static void quotas_run_out(void) {
    credenco_quota quota;
    credenco_quota_init(&quota);
    for (int i = 0; i < CREDENCO_QUOTA_CAPACITY / CREDENCO_QUOTA_RETRY_COST; i++) {
        CHECK(credenco_quota_take(&quota));
    }
    CHECK(!credenco_quota_take(&quota) && quota.tokens == 0);
    for (int i = 0; i < CREDENCO_QUOTA_RETRY_COST; i++) {
        CHECK(!credenco_quota_take(&quota));
        credenco_quota_refund(&quota);
    }
    CHECK(credenco_quota_take(&quota));
}

static void quotas_are_not_overfilled(void) {
    credenco_quota quota;
    credenco_quota_init(&quota);
    credenco_quota_refund(&quota);
    CHECK(quota.tokens == CREDENCO_QUOTA_CAPACITY);
}

TAP_MAIN({"the wait doubles up to its cap, spread from 0", waits_double_up_to_the_cap},
         {"the wait stays in bounds for extreme policies", extreme_policies_stay_in_bounds},
         {"a wait the server asked for is taken as it is", servers_decide_the_wait},
         {"a hundred retries use the quota up, five successes pay for one", quotas_run_out},
         {"a success never overfills the quota", quotas_are_not_overfilled})
