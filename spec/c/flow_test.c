/* core/flow.h: the flow pulled and fed by hand, with a clock made up by the test. */
#include "core/flow.h"
#include "core/verdict.h"
#include "tap.h"

enum { BEGIN_MS = 1000, DEADLINE_MS = 31000, MAX_ATTEMPTS = 3 };

static const double half = 0.5;

static credenco_context context;
static credenco_flow flow;
static credenco_action action;

static void begin(credenco_step step, bool repeatable, bool renewable) {
    credenco_call call = {step, DEADLINE_MS, repeatable, renewable};
    credenco_context_init(&context, (credenco_retry_policy){MAX_ATTEMPTS, 100, 5000});
    credenco_flow_init(&flow, &context);
    credenco_flow_start(&flow, &call);
}

static void begin_status(void) {
    begin(CREDENCO_STEP_ISSUE_STATUS, true, false);
}

static void begin_push(void) {
    begin(CREDENCO_STEP_PUSH_OFFER, true, false);
}

static credenco_action_kind next_at(int64_t now_ms) {
    CHECK(credenco_flow_next(&flow, now_ms, &action) == CREDENCO_OK);
    return action.kind;
}

static credenco_response response_of(int http_status) {
    return (credenco_response){.http_status = http_status, .retry_after_ms = -1};
}

static void receive_at(int64_t now_ms, int http_status) {
    credenco_response response = response_of(http_status);
    CHECK(credenco_flow_received(&flow, now_ms, &response, half) == CREDENCO_OK);
}

static void succeed_at(int64_t now_ms) {
    credenco_response response = response_of(201);
    response.usable = true;
    CHECK(credenco_flow_received(&flow, now_ms, &response, half) == CREDENCO_OK);
}

static void lose_at(int64_t now_ms, credenco_code why, credenco_sent sent) {
    CHECK(credenco_flow_lost(&flow, now_ms, why, sent, half) == CREDENCO_OK);
}

static bool failed_with(credenco_code code, credenco_sent sent) {
    return flow.phase == CREDENCO_PHASE_FAILED && flow.failure.code == code &&
           flow.failure.sent == sent;
}

static void a_call_is_one_request(void) {
    begin_status();
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_REQUEST && !action.renew);
    succeed_at(BEGIN_MS);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_DONE);
    CHECK(next_at(DEADLINE_MS) == CREDENCO_ACTION_DONE);
    CHECK(flow.attempts == 1);
}

static void a_lost_response_is_asked_for_again(void) {
    begin_push();
    next_at(BEGIN_MS);
    lose_at(BEGIN_MS, CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_WAIT && action.wait_ms == 50);
    CHECK(next_at(BEGIN_MS + 49) == CREDENCO_ACTION_WAIT && action.wait_ms == 1);
    CHECK(next_at(BEGIN_MS + 50) == CREDENCO_ACTION_REQUEST);
    lose_at(BEGIN_MS + 50, CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
    CHECK(next_at(BEGIN_MS + 50) == CREDENCO_ACTION_WAIT && action.wait_ms == 100);
    CHECK(next_at(BEGIN_MS + 150) == CREDENCO_ACTION_REQUEST);
    succeed_at(BEGIN_MS + 150);
    CHECK(next_at(BEGIN_MS + 150) == CREDENCO_ACTION_DONE);
    CHECK(flow.attempts == 3);
}

static void the_last_attempt_fails_the_flow(void) {
    begin_status();
    for (int i = 0; i < MAX_ATTEMPTS; i++) {
        CHECK(next_at(BEGIN_MS + i * 1000) == CREDENCO_ACTION_REQUEST);
        receive_at(BEGIN_MS + i * 1000, 503);
    }
    CHECK(next_at(BEGIN_MS + 9000) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_SERVER_ERROR, CREDENCO_SENT_REJECTED));
    CHECK(flow.attempts == MAX_ATTEMPTS && flow.failure.http_status == 503);
}

static void refusals_are_final(void) {
    static const int statuses[] = {302, 400, 401, 403, 404, 409, 412, 422, 500};
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        credenco_verdict verdict = credenco_verdict_of(CREDENCO_STEP_ISSUE_STATUS, statuses[i]);
        begin_status();
        next_at(BEGIN_MS);
        receive_at(BEGIN_MS, statuses[i]);
        CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED);
        CHECK(failed_with(verdict.code, verdict.sent));
        CHECK(flow.attempts == 1 && flow.failure.http_status == statuses[i]);
    }
}

static void unusable_successes_are_final(void) {
    begin_push();
    next_at(BEGIN_MS);
    receive_at(BEGIN_MS, 200);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_BAD_RESPONSE, CREDENCO_SENT_UNKNOWN));
    CHECK(flow.failure.http_status == 200 && flow.attempts == 1);
}

static void the_worst_attempt_counts(void) {
    static const credenco_sent no = CREDENCO_SENT_NO, unknown = CREDENCO_SENT_UNKNOWN;
    static const struct {
        const char *name;
        credenco_sent first, second, worst;
    } rows[] = {
        {"no, no", no, no, no},
        {"no, unknown", no, unknown, unknown},
        {"unknown, no", unknown, no, unknown},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        tap_row = rows[i].name;
        begin_status();
        next_at(BEGIN_MS);
        lose_at(BEGIN_MS, CREDENCO_CONNECT_FAILED, rows[i].first);
        next_at(BEGIN_MS + 5000);
        lose_at(BEGIN_MS, CREDENCO_TLS_FAILED, rows[i].second);
        CHECK(failed_with(CREDENCO_TLS_FAILED, rows[i].worst));
    }
}

static void a_refusal_after_a_loss_stays_in_doubt(void) {
    begin_status();
    next_at(BEGIN_MS);
    receive_at(BEGIN_MS, 504);
    next_at(BEGIN_MS + 5000);
    receive_at(BEGIN_MS + 5000, 422);
    CHECK(failed_with(CREDENCO_REJECTED, CREDENCO_SENT_UNKNOWN));
    CHECK(flow.attempts == 2);
}

static void a_delicate_call_is_not_repeated_in_doubt(void) {
    begin(CREDENCO_STEP_REQUEST, false, false);
    next_at(BEGIN_MS);
    lose_at(BEGIN_MS, CREDENCO_CONNECT_FAILED, CREDENCO_SENT_NO);
    CHECK(next_at(BEGIN_MS + 5000) == CREDENCO_ACTION_REQUEST);
    receive_at(BEGIN_MS + 5000, 503);
    CHECK(next_at(BEGIN_MS + 10000) == CREDENCO_ACTION_REQUEST);
    begin(CREDENCO_STEP_REQUEST, false, false);
    next_at(BEGIN_MS);
    lose_at(BEGIN_MS, CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN);
    CHECK(failed_with(CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN));
    begin(CREDENCO_STEP_REQUEST, false, false);
    next_at(BEGIN_MS);
    receive_at(BEGIN_MS, 504);
    CHECK(failed_with(CREDENCO_SERVER_ERROR, CREDENCO_SENT_UNKNOWN));
}

static void nothing_is_sent_after_the_deadline(void) {
    begin_status();
    CHECK(next_at(DEADLINE_MS) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_TIMEOUT, CREDENCO_SENT_NO));
    CHECK(flow.attempts == 0);
    begin_status();
    CHECK(next_at(DEADLINE_MS - 1) == CREDENCO_ACTION_REQUEST);
}

static void a_wait_past_the_deadline_is_not_begun(void) {
    credenco_response response = response_of(429);
    begin_status();
    next_at(BEGIN_MS);
    response.retry_after_ms = DEADLINE_MS - BEGIN_MS;
    CHECK(credenco_flow_received(&flow, BEGIN_MS, &response, half) == CREDENCO_OK);
    CHECK(failed_with(CREDENCO_RATE_LIMITED, CREDENCO_SENT_REJECTED));
    CHECK(flow.failure.retry_after_ms == DEADLINE_MS - BEGIN_MS);
    begin_status();
    next_at(BEGIN_MS);
    response.retry_after_ms = DEADLINE_MS - BEGIN_MS - 1;
    CHECK(credenco_flow_received(&flow, BEGIN_MS, &response, half) == CREDENCO_OK);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_WAIT && action.wait_ms == response.retry_after_ms);
    CHECK(next_at(DEADLINE_MS - 1) == CREDENCO_ACTION_REQUEST);
}

static void an_overslept_wait_fails_with_its_reason(void) {
    begin_status();
    next_at(BEGIN_MS);
    receive_at(BEGIN_MS, 503);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_WAIT);
    CHECK(next_at(DEADLINE_MS + 1) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_SERVER_ERROR, CREDENCO_SENT_REJECTED));
}

static void extreme_times_do_not_overflow(void) {
    credenco_response response = response_of(429);
    begin_status();
    flow.call.deadline_ms = INT64_MAX;
    CHECK(next_at(0) == CREDENCO_ACTION_REQUEST);
    response.retry_after_ms = INT64_MAX;
    CHECK(credenco_flow_received(&flow, 0, &response, half) == CREDENCO_OK);
    CHECK(next_at(0) == CREDENCO_ACTION_FAILED);
}

static void an_empty_quota_ends_retries(void) {
    begin_status();
    context.quota.tokens = CREDENCO_QUOTA_RETRY_COST - 1;
    next_at(BEGIN_MS);
    receive_at(BEGIN_MS, 503);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED && flow.attempts == 1);
    CHECK(flow.failure.quota_spent && flow.failure.repeatable);
    CHECK(context.quota.tokens == CREDENCO_QUOTA_RETRY_COST - 1);
}

static void retries_cost_and_successes_pay(void) {
    begin_status();
    next_at(BEGIN_MS);
    receive_at(BEGIN_MS, 503);
    CHECK(context.quota.tokens == CREDENCO_QUOTA_CAPACITY - CREDENCO_QUOTA_RETRY_COST);
    next_at(BEGIN_MS + 5000);
    succeed_at(BEGIN_MS + 5000);
    CHECK(context.quota.tokens ==
          CREDENCO_QUOTA_CAPACITY - CREDENCO_QUOTA_RETRY_COST + CREDENCO_QUOTA_SUCCESS_REFUND);
}

static void a_401_renews_once(void) {
    begin(CREDENCO_STEP_CREATE_OFFER, true, true);
    next_at(BEGIN_MS);
    receive_at(BEGIN_MS, 401);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_REQUEST && action.renew);
    CHECK(flow.failure.code == CREDENCO_UNAUTHORIZED && flow.failure.http_status == 401);
    receive_at(BEGIN_MS, 503);
    CHECK(next_at(BEGIN_MS + 5000) == CREDENCO_ACTION_REQUEST && !action.renew);
    receive_at(BEGIN_MS + 5000, 401);
    CHECK(next_at(BEGIN_MS + 5000) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_UNAUTHORIZED, CREDENCO_SENT_REJECTED));
    CHECK(flow.attempts == 3);
}

static void a_renewal_leaves_doubt(void) {
    begin(CREDENCO_STEP_CREATE_OFFER, true, true);
    next_at(BEGIN_MS);
    lose_at(BEGIN_MS, CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN);
    next_at(BEGIN_MS + 5000);
    receive_at(BEGIN_MS + 5000, 401);
    CHECK(flow.failure.code == CREDENCO_UNAUTHORIZED);
    CHECK(flow.failure.sent == CREDENCO_SENT_UNKNOWN);
}

static void fixed_credentials_are_not_renewed(void) {
    begin_push();
    next_at(BEGIN_MS);
    receive_at(BEGIN_MS, 401);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_UNAUTHORIZED, CREDENCO_SENT_REJECTED));
}

static void calls_out_of_order_are_misuse(void) {
    credenco_response response = response_of(200);
    credenco_flow_init(&flow, &context);
    CHECK(credenco_flow_next(&flow, BEGIN_MS, &action) == CREDENCO_MISUSE);
    CHECK(credenco_flow_received(&flow, BEGIN_MS, &response, half) == CREDENCO_MISUSE);
    CHECK(credenco_flow_lost(&flow, BEGIN_MS, CREDENCO_TIMEOUT, CREDENCO_SENT_NO, half) ==
          CREDENCO_MISUSE);
    begin_push();
    CHECK(credenco_flow_received(&flow, BEGIN_MS, &response, half) == CREDENCO_MISUSE);
    next_at(BEGIN_MS);
    CHECK(credenco_flow_next(&flow, BEGIN_MS, &action) == CREDENCO_MISUSE);
    receive_at(BEGIN_MS, 503);
    CHECK(credenco_flow_received(&flow, BEGIN_MS, &response, half) == CREDENCO_MISUSE);
}

static void one_flow_serves_many_calls(void) {
    credenco_call call = {CREDENCO_STEP_PUSH_OFFER, DEADLINE_MS, true, false};
    begin_push();
    next_at(BEGIN_MS);
    lose_at(BEGIN_MS, CREDENCO_TLS_FAILED, CREDENCO_SENT_UNKNOWN);
    credenco_flow_start(&flow, &call);
    next_at(BEGIN_MS);
    receive_at(BEGIN_MS, 404);
    CHECK(failed_with(CREDENCO_NOT_FOUND, CREDENCO_SENT_REJECTED) && flow.attempts == 1);
}

TAP_MAIN({"a call is one request", a_call_is_one_request},
         {"a lost response is asked for again", a_lost_response_is_asked_for_again},
         {"the last attempt fails the flow", the_last_attempt_fails_the_flow},
         {"a refusal is final", refusals_are_final},
         {"a success nobody can use is final, its outcome unknown", unusable_successes_are_final},
         {"over several attempts the worst certainty counts", the_worst_attempt_counts},
         {"a refusal after a lost response stays in doubt", a_refusal_after_a_loss_stays_in_doubt},
         {"a call that may not be repeated is not, once its response is lost",
          a_delicate_call_is_not_repeated_in_doubt},
         {"nothing is sent at the deadline or after it", nothing_is_sent_after_the_deadline},
         {"a wait that would pass the deadline is not begun",
          a_wait_past_the_deadline_is_not_begun},
         {"a wait overslept fails with what made it wait", an_overslept_wait_fails_with_its_reason},
         {"extreme times do not overflow", extreme_times_do_not_overflow},
         {"without quota the first failure is the last", an_empty_quota_ends_retries},
         {"a retry costs quota and a success pays back", retries_cost_and_successes_pay},
         {"a 401 is asked once more with new credentials", a_401_renews_once},
         {"a 401 after a lost response leaves that in doubt", a_renewal_leaves_doubt},
         {"credentials that stay as they are renew nothing", fixed_credentials_are_not_renewed},
         {"calls out of order are misuse", calls_out_of_order_are_misuse},
         {"one flow serves many calls, and forgets the last", one_flow_serves_many_calls})
