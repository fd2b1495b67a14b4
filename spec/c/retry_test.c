/* core/retry.h: what a status means, what is tried again, how long is waited. */
#include "core/retry.h"
#include "tap.h"

static void statuses_have_a_meaning(void) {
    static const struct {
        int http_status;
        credenco_code code;
        credenco_sent sent;
    } rows[] = {
        {200, CREDENCO_OK, CREDENCO_SENT_REJECTED},
        {201, CREDENCO_OK, CREDENCO_SENT_REJECTED},
        {204, CREDENCO_OK, CREDENCO_SENT_REJECTED},
        {299, CREDENCO_OK, CREDENCO_SENT_REJECTED},
        {0, CREDENCO_BAD_RESPONSE, CREDENCO_SENT_REJECTED},
        {101, CREDENCO_BAD_RESPONSE, CREDENCO_SENT_REJECTED},
        {199, CREDENCO_BAD_RESPONSE, CREDENCO_SENT_REJECTED},
        {300, CREDENCO_BAD_RESPONSE, CREDENCO_SENT_REJECTED},
        {302, CREDENCO_BAD_RESPONSE, CREDENCO_SENT_REJECTED},
        {399, CREDENCO_BAD_RESPONSE, CREDENCO_SENT_REJECTED},
        {400, CREDENCO_REJECTED, CREDENCO_SENT_REJECTED},
        {401, CREDENCO_UNAUTHORIZED, CREDENCO_SENT_REJECTED},
        {402, CREDENCO_REJECTED, CREDENCO_SENT_REJECTED},
        {403, CREDENCO_FORBIDDEN, CREDENCO_SENT_REJECTED},
        {404, CREDENCO_NOT_FOUND, CREDENCO_SENT_REJECTED},
        {409, CREDENCO_REJECTED, CREDENCO_SENT_REJECTED},
        {412, CREDENCO_REJECTED, CREDENCO_SENT_REJECTED},
        {422, CREDENCO_REJECTED, CREDENCO_SENT_REJECTED},
        {429, CREDENCO_RATE_LIMITED, CREDENCO_SENT_REJECTED},
        {499, CREDENCO_REJECTED, CREDENCO_SENT_REJECTED},
        {500, CREDENCO_SERVER_ERROR, CREDENCO_SENT_REJECTED},
        {502, CREDENCO_SERVER_ERROR, CREDENCO_SENT_UNKNOWN},
        {503, CREDENCO_SERVER_ERROR, CREDENCO_SENT_REJECTED},
        {504, CREDENCO_SERVER_ERROR, CREDENCO_SENT_UNKNOWN},
        {599, CREDENCO_SERVER_ERROR, CREDENCO_SENT_REJECTED},
        {999, CREDENCO_SERVER_ERROR, CREDENCO_SENT_REJECTED},
    };
    static char row[16];
    tap_row = row;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        snprintf(row, sizeof row, "%d", rows[i].http_status);
        CHECK(credenco_status_code(rows[i].http_status) == rows[i].code);
        CHECK(credenco_status_sent(rows[i].http_status) == rows[i].sent);
    }
}

static void four_statuses_are_retried(void) {
    for (int status = 1; status < 600; status++) {
        credenco_failure failure = {credenco_status_code(status), credenco_status_sent(status),
                                    status, -1};
        bool wanted = status == 429 || status == 502 || status == 503 || status == 504;
        CHECK(credenco_retryable(&failure) == wanted);
    }
}

static void lost_requests_are_retried(void) {
    for (int code = CREDENCO_INVALID_ARGUMENT; code < CREDENCO_CODE_COUNT; code++) {
        bool wanted = code == CREDENCO_CONNECT_FAILED || code == CREDENCO_TIMEOUT ||
                      code == CREDENCO_BAD_RESPONSE;
        for (int sent = CREDENCO_SENT_NO; sent <= CREDENCO_SENT_UNKNOWN; sent++) {
            credenco_failure failure = {(credenco_code)code, (credenco_sent)sent, 0, -1};
            tap_row = credenco_code_name(failure.code);
            CHECK(credenco_retryable(&failure) == wanted);
        }
    }
}

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

TAP_MAIN({"every status has its code and its certainty", statuses_have_a_meaning},
         {"429, 502, 503 and 504 are tried again, and no other status", four_statuses_are_retried},
         {"a lost connection or answer is tried again, and nothing else",
          lost_requests_are_retried},
         {"the wait doubles up to its cap, spread from 0", waits_double_up_to_the_cap},
         {"the wait stays in bounds for extreme policies", extreme_policies_stay_in_bounds},
         {"a wait the server asked for is taken as it is", servers_decide_the_wait},
         {"a hundred retries use the quota up, five successes pay for one", quotas_run_out},
         {"a success never overfills the quota", quotas_are_not_overfilled})
