/* core/flow.h: the flow pulled and fed by hand, with a clock made up by the test. */
#include "bytes.h"
#include "core/flow.h"
#include "core/uri.h"
#include "tap.h"

#define OFFER_URI "https://w.example/o/1"
#define REQUEST_URI "openid-credential-offer://?credential_offer_uri=" OFFER_URI
#define PUSH_URL                                                                                   \
    "https://wallet.example/api/oidc/offer/key?directIssue=true&credential_offer_uri="             \
    "https%3A%2F%2Fw.example%2Fo%2F1"

enum { BEGIN_MS = 1000, DEADLINE_MS = 31000, MAX_ATTEMPTS = 3 };

static const double half = 0.5;

static credenco_context context;
static credenco_flow flow;
static credenco_action action;

static void begin(bool renewable) {
    credenco_retry_policy retry = {MAX_ATTEMPTS, 100, 5000};
    CHECK(credenco_context_init(&context, span("https://issuer.example"),
                                span("https://wallet.example"), retry, renewable) == CREDENCO_OK);
    credenco_flow_init(&flow, &context);
}

static void begin_issue(bool renewable) {
    begin(renewable);
    CHECK(credenco_flow_start_issue(&flow, span("key"), DEADLINE_MS) == CREDENCO_OK);
}

static void begin_call(bool repeatable) {
    begin(false);
    CHECK(credenco_flow_start_call(&flow, CREDENCO_STEP_ISSUE_STATUS,
                                   span("https://issuer.example/api/v2/issue/1"), DEADLINE_MS,
                                   repeatable) == CREDENCO_OK);
}

static void begin_status(void) {
    begin_call(true);
}

static void end(void) {
    credenco_flow_free(&flow);
    credenco_context_free(&context);
}

static credenco_action_kind next_at(int64_t now_ms) {
    CHECK(credenco_flow_next(&flow, now_ms, &action) == CREDENCO_OK);
    return action.kind;
}

static credenco_answer answer_of(int http_status) {
    return (credenco_answer){.http_status = http_status, .retry_after_ms = -1};
}

static void answer_at(int64_t now_ms, int http_status) {
    credenco_answer answer = answer_of(http_status);
    CHECK(credenco_flow_answer(&flow, now_ms, &answer, half) == CREDENCO_OK);
}

static void succeed_at(int64_t now_ms, const char *request_uri) {
    credenco_answer answer = answer_of(201);
    answer.usable = true;
    answer.request_uri = span(request_uri);
    CHECK(credenco_flow_answer(&flow, now_ms, &answer, half) == CREDENCO_OK);
}

static void lose_at(int64_t now_ms, credenco_code why, credenco_sent sent) {
    CHECK(credenco_flow_lost(&flow, now_ms, why, sent, half) == CREDENCO_OK);
}

static bool requests(credenco_step step, const char *url) {
    return action.kind == CREDENCO_ACTION_REQUEST && action.step == step &&
           span_is(action.url, url);
}

static bool failed_with(credenco_step step, credenco_code code, credenco_sent sent) {
    return flow.phase == CREDENCO_PHASE_FAILED && flow.step == step && flow.failure.code == code &&
           flow.failure.sent == sent;
}

static void an_issue_is_two_calls(void) {
    begin_issue(false);
    next_at(BEGIN_MS);
    CHECK(requests(CREDENCO_STEP_CREATE_OFFER, "https://issuer.example/api/v2/credential/issue"));
    CHECK(action.authorized && !action.renew);
    succeed_at(BEGIN_MS, REQUEST_URI);
    next_at(BEGIN_MS);
    CHECK(requests(CREDENCO_STEP_PUSH_OFFER, PUSH_URL));
    CHECK(!action.authorized);
    succeed_at(BEGIN_MS, "");
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_DONE);
    CHECK(next_at(DEADLINE_MS) == CREDENCO_ACTION_DONE);
    CHECK(buf_is(&flow.offer_uri, OFFER_URI) && flow.attempts == 1);
    end();
}

static void an_offer_is_one_call(void) {
    begin(false);
    CHECK(credenco_flow_start_offer(&flow, DEADLINE_MS) == CREDENCO_OK);
    next_at(BEGIN_MS);
    CHECK(requests(CREDENCO_STEP_CREATE_OFFER, "https://issuer.example/api/v2/credential/issue"));
    succeed_at(BEGIN_MS, REQUEST_URI);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_DONE);
    CHECK(buf_is(&flow.offer_uri, OFFER_URI));
    end();
}

static void an_answer_without_an_offer_fails_its_call(void) {
    begin(false);
    CHECK(credenco_flow_start_offer(&flow, DEADLINE_MS) == CREDENCO_OK);
    next_at(BEGIN_MS);
    succeed_at(BEGIN_MS, "openid-credential-offer://?credential_offer=%7B%7D");
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED);
    CHECK(flow.step == CREDENCO_STEP_OFFER_URI && flow.failure.sent == CREDENCO_SENT_NO);
    CHECK(flow.offer_uri.len == 0);
    end();
}

static void an_offer_that_was_made_before_is_pushed(void) {
    static const struct {
        bool direct;
        const char *url;
    } cases[] = {
        {true, PUSH_URL},
        {false, "https://wallet.example/api/oidc/offer/key?credential_offer_uri="
                "https%3A%2F%2Fw.example%2Fo%2F1"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin(false);
        CHECK(credenco_flow_start_push(&flow, span("key"), span(OFFER_URI), cases[i].direct,
                                       DEADLINE_MS) == CREDENCO_OK);
        next_at(BEGIN_MS);
        CHECK(requests(CREDENCO_STEP_PUSH_OFFER, cases[i].url) && !action.authorized);
        lose_at(BEGIN_MS, CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
        CHECK(next_at(BEGIN_MS + 50) == CREDENCO_ACTION_REQUEST);
        CHECK(requests(CREDENCO_STEP_PUSH_OFFER, cases[i].url));
        succeed_at(BEGIN_MS + 50, "");
        CHECK(next_at(BEGIN_MS + 50) == CREDENCO_ACTION_DONE);
        end();
    }
}

static void a_lost_push_is_repeated_with_its_offer(void) {
    begin_issue(false);
    next_at(BEGIN_MS);
    succeed_at(BEGIN_MS, REQUEST_URI);
    next_at(BEGIN_MS);
    lose_at(BEGIN_MS, CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_WAIT && action.wait_ms == 50);
    CHECK(next_at(BEGIN_MS + 49) == CREDENCO_ACTION_WAIT && action.wait_ms == 1);
    next_at(BEGIN_MS + 50);
    CHECK(requests(CREDENCO_STEP_PUSH_OFFER, PUSH_URL));
    lose_at(BEGIN_MS + 50, CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
    CHECK(next_at(BEGIN_MS + 50) == CREDENCO_ACTION_WAIT && action.wait_ms == 100);
    next_at(BEGIN_MS + 150);
    CHECK(requests(CREDENCO_STEP_PUSH_OFFER, PUSH_URL));
    succeed_at(BEGIN_MS + 150, "");
    CHECK(next_at(BEGIN_MS + 150) == CREDENCO_ACTION_DONE);
    CHECK(flow.attempts == 3);
    end();
}

static void the_last_attempt_fails_the_flow(void) {
    begin_status();
    for (int i = 0; i < MAX_ATTEMPTS; i++) {
        CHECK(next_at(BEGIN_MS + i * 1000) == CREDENCO_ACTION_REQUEST);
        answer_at(BEGIN_MS + i * 1000, 503);
    }
    CHECK(next_at(BEGIN_MS + 9000) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_STEP_ISSUE_STATUS, CREDENCO_SERVER_ERROR, CREDENCO_SENT_REJECTED));
    CHECK(flow.attempts == MAX_ATTEMPTS && flow.failure.http_status == 503);
    end();
}

static void refusals_are_final(void) {
    static const int statuses[] = {302, 400, 401, 403, 404, 409, 412, 422, 500};
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        begin_status();
        next_at(BEGIN_MS);
        answer_at(BEGIN_MS, statuses[i]);
        CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED);
        CHECK(failed_with(CREDENCO_STEP_ISSUE_STATUS, credenco_status_code(statuses[i]),
                          CREDENCO_SENT_REJECTED));
        CHECK(flow.attempts == 1 && flow.failure.http_status == statuses[i]);
        end();
    }
}

static void unusable_successes_are_final(void) {
    begin_issue(false);
    next_at(BEGIN_MS);
    answer_at(BEGIN_MS, 200);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_STEP_CREATE_OFFER, CREDENCO_BAD_RESPONSE, CREDENCO_SENT_UNKNOWN));
    CHECK(flow.failure.http_status == 200 && flow.attempts == 1);
    end();
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
        CHECK(failed_with(CREDENCO_STEP_ISSUE_STATUS, CREDENCO_TLS_FAILED, rows[i].worst));
        end();
    }
}

static void a_refusal_after_a_loss_stays_in_doubt(void) {
    begin_status();
    next_at(BEGIN_MS);
    answer_at(BEGIN_MS, 504);
    next_at(BEGIN_MS + 5000);
    answer_at(BEGIN_MS + 5000, 422);
    CHECK(failed_with(CREDENCO_STEP_ISSUE_STATUS, CREDENCO_REJECTED, CREDENCO_SENT_UNKNOWN));
    CHECK(flow.attempts == 2);
    end();
}

static void a_delicate_call_is_not_repeated_in_doubt(void) {
    begin_call(false);
    next_at(BEGIN_MS);
    lose_at(BEGIN_MS, CREDENCO_CONNECT_FAILED, CREDENCO_SENT_NO);
    CHECK(next_at(BEGIN_MS + 5000) == CREDENCO_ACTION_REQUEST);
    answer_at(BEGIN_MS + 5000, 503);
    CHECK(next_at(BEGIN_MS + 10000) == CREDENCO_ACTION_REQUEST);
    end();
    begin_call(false);
    next_at(BEGIN_MS);
    lose_at(BEGIN_MS, CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN);
    CHECK(failed_with(CREDENCO_STEP_ISSUE_STATUS, CREDENCO_CONNECT_FAILED, CREDENCO_SENT_UNKNOWN));
    end();
    begin_call(false);
    next_at(BEGIN_MS);
    answer_at(BEGIN_MS, 504);
    CHECK(failed_with(CREDENCO_STEP_ISSUE_STATUS, CREDENCO_SERVER_ERROR, CREDENCO_SENT_UNKNOWN));
    end();
}

static void doubt_ends_with_its_call(void) {
    begin_issue(false);
    next_at(BEGIN_MS);
    lose_at(BEGIN_MS, CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN);
    next_at(BEGIN_MS + 5000);
    succeed_at(BEGIN_MS + 5000, REQUEST_URI);
    next_at(BEGIN_MS + 5000);
    answer_at(BEGIN_MS + 5000, 404);
    CHECK(failed_with(CREDENCO_STEP_PUSH_OFFER, CREDENCO_NOT_FOUND, CREDENCO_SENT_REJECTED));
    CHECK(flow.attempts == 1);
    end();
}

static void bad_offers_fail_before_the_push(void) {
    static const struct {
        const char *request_uri;
        credenco_code code;
    } rows[] = {
        {"openid-credential-offer://", CREDENCO_NO_OFFER_URI},
        {"x:?credential_offer=1", CREDENCO_OFFER_BY_VALUE},
        {"x:?credential_offer_uri=https://a/?b&c", CREDENCO_AMBIGUOUS_OFFER_URI},
        {"x:?credential_offer_uri=nonsense", CREDENCO_INVALID_OFFER_URI},
        {"x:?credential_offer_uri=http://a", CREDENCO_INSECURE_OFFER_URI},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        tap_row = rows[i].request_uri;
        begin_issue(false);
        next_at(BEGIN_MS);
        succeed_at(BEGIN_MS, rows[i].request_uri);
        CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED);
        CHECK(failed_with(CREDENCO_STEP_OFFER_URI, rows[i].code, CREDENCO_SENT_NO));
        CHECK(flow.offer_uri.len == 0);
        end();
    }
}

static void nothing_is_sent_after_the_deadline(void) {
    begin_status();
    CHECK(next_at(DEADLINE_MS) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_STEP_ISSUE_STATUS, CREDENCO_TIMEOUT, CREDENCO_SENT_NO));
    CHECK(flow.attempts == 0);
    end();
    begin_status();
    CHECK(next_at(DEADLINE_MS - 1) == CREDENCO_ACTION_REQUEST);
    end();
}

static void the_push_needs_time_too(void) {
    begin_issue(false);
    next_at(BEGIN_MS);
    succeed_at(DEADLINE_MS, REQUEST_URI);
    CHECK(next_at(DEADLINE_MS) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_STEP_PUSH_OFFER, CREDENCO_TIMEOUT, CREDENCO_SENT_NO));
    end();
}

static void a_wait_past_the_deadline_is_not_begun(void) {
    credenco_answer answer = answer_of(429);
    begin_status();
    next_at(BEGIN_MS);
    answer.retry_after_ms = DEADLINE_MS - BEGIN_MS;
    CHECK(credenco_flow_answer(&flow, BEGIN_MS, &answer, half) == CREDENCO_OK);
    CHECK(failed_with(CREDENCO_STEP_ISSUE_STATUS, CREDENCO_RATE_LIMITED, CREDENCO_SENT_REJECTED));
    CHECK(flow.failure.retry_after_ms == DEADLINE_MS - BEGIN_MS);
    end();
    begin_status();
    next_at(BEGIN_MS);
    answer.retry_after_ms = DEADLINE_MS - BEGIN_MS - 1;
    CHECK(credenco_flow_answer(&flow, BEGIN_MS, &answer, half) == CREDENCO_OK);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_WAIT && action.wait_ms == answer.retry_after_ms);
    CHECK(next_at(DEADLINE_MS - 1) == CREDENCO_ACTION_REQUEST);
    end();
}

static void an_overslept_wait_fails_with_its_reason(void) {
    begin_status();
    next_at(BEGIN_MS);
    answer_at(BEGIN_MS, 503);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_WAIT);
    CHECK(next_at(DEADLINE_MS + 1) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_STEP_ISSUE_STATUS, CREDENCO_SERVER_ERROR, CREDENCO_SENT_REJECTED));
    end();
}

static void extreme_times_do_not_overflow(void) {
    credenco_answer answer = answer_of(429);
    begin(false);
    CHECK(credenco_flow_start_call(&flow, CREDENCO_STEP_REQUEST, span("https://a"), INT64_MAX,
                                   true) == CREDENCO_OK);
    CHECK(next_at(0) == CREDENCO_ACTION_REQUEST);
    answer.retry_after_ms = INT64_MAX;
    CHECK(credenco_flow_answer(&flow, 0, &answer, half) == CREDENCO_OK);
    CHECK(next_at(0) == CREDENCO_ACTION_FAILED);
    end();
}

static void an_empty_quota_ends_retries(void) {
    begin_status();
    context.quota.tokens = CREDENCO_QUOTA_RETRY_COST - 1;
    next_at(BEGIN_MS);
    answer_at(BEGIN_MS, 503);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED && flow.attempts == 1);
    CHECK(context.quota.tokens == CREDENCO_QUOTA_RETRY_COST - 1);
    end();
}

static void retries_cost_and_successes_pay(void) {
    begin_status();
    next_at(BEGIN_MS);
    answer_at(BEGIN_MS, 503);
    CHECK(context.quota.tokens == CREDENCO_QUOTA_CAPACITY - CREDENCO_QUOTA_RETRY_COST);
    next_at(BEGIN_MS + 5000);
    succeed_at(BEGIN_MS + 5000, "");
    CHECK(context.quota.tokens ==
          CREDENCO_QUOTA_CAPACITY - CREDENCO_QUOTA_RETRY_COST + CREDENCO_QUOTA_SUCCESS_REFUND);
    end();
}

static void a_401_renews_once(void) {
    begin_issue(true);
    next_at(BEGIN_MS);
    answer_at(BEGIN_MS, 401);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_REQUEST && action.renew);
    answer_at(BEGIN_MS, 503);
    CHECK(next_at(BEGIN_MS + 5000) == CREDENCO_ACTION_REQUEST && !action.renew);
    answer_at(BEGIN_MS + 5000, 401);
    CHECK(next_at(BEGIN_MS + 5000) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_STEP_CREATE_OFFER, CREDENCO_UNAUTHORIZED, CREDENCO_SENT_REJECTED));
    CHECK(flow.attempts == 3);
    end();
}

static void the_push_never_renews(void) {
    begin_issue(true);
    next_at(BEGIN_MS);
    succeed_at(BEGIN_MS, REQUEST_URI);
    next_at(BEGIN_MS);
    answer_at(BEGIN_MS, 401);
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_FAILED);
    CHECK(failed_with(CREDENCO_STEP_PUSH_OFFER, CREDENCO_UNAUTHORIZED, CREDENCO_SENT_REJECTED));
    end();
}

static void calls_out_of_order_are_misuse(void) {
    credenco_answer answer = answer_of(200);
    begin(false);
    CHECK(credenco_flow_next(&flow, BEGIN_MS, &action) == CREDENCO_MISUSE);
    CHECK(credenco_flow_answer(&flow, BEGIN_MS, &answer, half) == CREDENCO_MISUSE);
    CHECK(credenco_flow_lost(&flow, BEGIN_MS, CREDENCO_TIMEOUT, CREDENCO_SENT_NO, half) ==
          CREDENCO_MISUSE);
    CHECK(credenco_flow_start_issue(&flow, span("key"), DEADLINE_MS) == CREDENCO_OK);
    CHECK(credenco_flow_answer(&flow, BEGIN_MS, &answer, half) == CREDENCO_MISUSE);
    next_at(BEGIN_MS);
    CHECK(credenco_flow_next(&flow, BEGIN_MS, &action) == CREDENCO_MISUSE);
    answer_at(BEGIN_MS, 503);
    CHECK(credenco_flow_answer(&flow, BEGIN_MS, &answer, half) == CREDENCO_MISUSE);
    end();
}

static void issue_into(const char *wallet_key, const char *request_uri, const char *push_url) {
    CHECK(credenco_flow_start_issue(&flow, span(wallet_key), DEADLINE_MS) == CREDENCO_OK);
    next_at(BEGIN_MS);
    CHECK(action.kind == CREDENCO_ACTION_REQUEST && flow.attempts == 1);
    succeed_at(BEGIN_MS, request_uri);
    next_at(BEGIN_MS);
    CHECK(requests(CREDENCO_STEP_PUSH_OFFER, push_url));
    succeed_at(BEGIN_MS, "");
    CHECK(next_at(BEGIN_MS) == CREDENCO_ACTION_DONE);
}

static void one_flow_serves_many_calls(void) {
    begin_issue(false);
    next_at(BEGIN_MS);
    answer_at(BEGIN_MS, 422);
    issue_into("key", REQUEST_URI, PUSH_URL);
    issue_into("other", "x:?credential_offer_uri=https://w.example/2",
               "https://wallet.example/api/oidc/offer/other?directIssue=true"
               "&credential_offer_uri=https%3A%2F%2Fw.example%2F2");
    CHECK(buf_is(&flow.offer_uri, "https://w.example/2"));
    end();
}

static void what_does_not_fit_is_not_started(void) {
    char key[CREDENCO_WALLET_KEY_MAX + 1];
    memset(key, 'k', sizeof key);
    begin(false);
    CHECK(credenco_flow_start_issue(&flow, (credenco_span){key, sizeof key}, DEADLINE_MS) ==
          CREDENCO_TOO_LARGE);
    CHECK(credenco_flow_next(&flow, BEGIN_MS, &action) == CREDENCO_MISUSE);
    CHECK(credenco_flow_start_issue(&flow, (credenco_span){key, sizeof key - 1}, DEADLINE_MS) ==
          CREDENCO_OK);
    end();
}

static void everything_can_be_freed_twice_and_zeroed(void) {
    credenco_flow zeroed_flow = {0};
    credenco_context zeroed_context = {0};
    credenco_flow_free(&zeroed_flow);
    credenco_context_free(&zeroed_context);
    begin_issue(false);
    end();
    end();
}

TAP_MAIN({"an issue is two calls, the push without credentials", an_issue_is_two_calls},
         {"an offer is one call, and the flow holds it", an_offer_is_one_call},
         {"an answer without an offer fails its call", an_answer_without_an_offer_fails_its_call},
         {"an offer that was made before is pushed", an_offer_that_was_made_before_is_pushed},
         {"a lost push is repeated with the same offer", a_lost_push_is_repeated_with_its_offer},
         {"the last attempt fails the flow", the_last_attempt_fails_the_flow},
         {"a refusal is final", refusals_are_final},
         {"a success nobody can use is final, its outcome unknown", unusable_successes_are_final},
         {"over several attempts the worst certainty counts", the_worst_attempt_counts},
         {"a refusal after a lost answer stays in doubt", a_refusal_after_a_loss_stays_in_doubt},
         {"a call that may not be repeated is not, once its answer is lost",
          a_delicate_call_is_not_repeated_in_doubt},
         {"doubt about the first call does not reach the second", doubt_ends_with_its_call},
         {"an offer that cannot be pushed fails before the push", bad_offers_fail_before_the_push},
         {"nothing is sent at the deadline or after it", nothing_is_sent_after_the_deadline},
         {"the push is not sent after the deadline", the_push_needs_time_too},
         {"a wait that would pass the deadline is not begun",
          a_wait_past_the_deadline_is_not_begun},
         {"a wait overslept fails with what made it wait", an_overslept_wait_fails_with_its_reason},
         {"extreme times do not overflow", extreme_times_do_not_overflow},
         {"without quota the first failure is the last", an_empty_quota_ends_retries},
         {"a retry costs quota and a success pays back", retries_cost_and_successes_pay},
         {"a 401 is asked once more with new credentials", a_401_renews_once},
         {"a 401 of the push renews nothing", the_push_never_renews},
         {"calls out of order are misuse", calls_out_of_order_are_misuse},
         {"one flow serves many calls", one_flow_serves_many_calls},
         {"a key that does not fit is not started", what_does_not_fit_is_not_started},
         {"everything can be freed twice, and zeroed", everything_can_be_freed_twice_and_zeroed})
