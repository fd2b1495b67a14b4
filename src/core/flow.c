#include "flow.h"

#include "endpoint.h"
#include "uri.h"

typedef enum event {
    EVENT_SEND = 1, /* pulled, and there is time */
    EVENT_EXPIRE,   /* the deadline passed before anything could be sent */
    EVENT_RESUME,   /* the wait is over */
    EVENT_ADVANCE,  /* this call succeeded and another follows */
    EVENT_FINISH,   /* the last call succeeded */
    EVENT_REPEAT,   /* this call failed and is made again */
    EVENT_RENEW,    /* credentials were refused and can be renewed */
    EVENT_FAIL
} event;

static const struct transition {
    credenco_phase from;
    event event;
    credenco_phase to;
} transitions[] = {
    {CREDENCO_PHASE_READY, EVENT_SEND, CREDENCO_PHASE_SENT},
    {CREDENCO_PHASE_READY, EVENT_EXPIRE, CREDENCO_PHASE_FAILED},
    {CREDENCO_PHASE_SENT, EVENT_ADVANCE, CREDENCO_PHASE_READY},
    {CREDENCO_PHASE_SENT, EVENT_FINISH, CREDENCO_PHASE_DONE},
    {CREDENCO_PHASE_SENT, EVENT_REPEAT, CREDENCO_PHASE_WAITING},
    {CREDENCO_PHASE_SENT, EVENT_RENEW, CREDENCO_PHASE_READY},
    {CREDENCO_PHASE_SENT, EVENT_FAIL, CREDENCO_PHASE_FAILED},
    {CREDENCO_PHASE_WAITING, EVENT_RESUME, CREDENCO_PHASE_READY},
    {CREDENCO_PHASE_WAITING, EVENT_EXPIRE, CREDENCO_PHASE_FAILED},
};

static credenco_code enter(credenco_flow *flow, event what) {
    for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++) {
        if (transitions[i].from == flow->phase && transitions[i].event == what) {
            flow->phase = transitions[i].to;
            return CREDENCO_OK;
        }
    }
    return CREDENCO_MISUSE;
}

credenco_code credenco_context_init(credenco_context *context, credenco_span base_url,
                                    credenco_span wallet_base_url, credenco_retry_policy retry,
                                    bool renewable) {
    *context = (credenco_context){.retry = retry, .renewable = renewable};
    credenco_quota_init(&context->quota);
    credenco_buf_init(&context->base_url, CREDENCO_URI_MAX);
    credenco_buf_init(&context->wallet_base_url, CREDENCO_URI_MAX);
    credenco_code code = credenco_buf_append(&context->base_url, base_url);
    if (code == CREDENCO_OK) {
        code = credenco_buf_append(&context->wallet_base_url, wallet_base_url);
    }
    if (code != CREDENCO_OK) {
        credenco_context_free(context);
    }
    return code;
}

void credenco_context_free(credenco_context *context) {
    credenco_buf_free(&context->base_url);
    credenco_buf_free(&context->wallet_base_url);
}

void credenco_flow_init(credenco_flow *flow, credenco_context *context) {
    *flow = (credenco_flow){.context = context};
    credenco_buf_init(&flow->url, CREDENCO_URL_MAX);
    credenco_buf_init(&flow->offer_uri, CREDENCO_URI_MAX);
    credenco_buf_init(&flow->wallet_key, CREDENCO_WALLET_KEY_MAX);
}

void credenco_flow_free(credenco_flow *flow) {
    credenco_buf_free(&flow->url);
    credenco_buf_free(&flow->offer_uri);
    credenco_buf_free(&flow->wallet_key);
}

static void begin_step(credenco_flow *flow, credenco_step step) {
    flow->step = step;
    flow->attempts = 0;
    flow->doubt = CREDENCO_SENT_NO;
    flow->renewed = false;
    flow->renew = false;
    flow->failure = (credenco_failure){.retry_after_ms = -1};
    credenco_buf_clear(&flow->url);
}

static void start(credenco_flow *flow, credenco_step first, credenco_step last,
                  int64_t deadline_ms) {
    begin_step(flow, first);
    flow->last_step = last;
    flow->repeatable = true;
    flow->deadline_ms = deadline_ms;
    credenco_buf_clear(&flow->offer_uri);
    credenco_buf_clear(&flow->wallet_key);
}

/* A flow that could not be started stays idle. */
static credenco_code started(credenco_flow *flow, credenco_code code) {
    flow->phase = code == CREDENCO_OK ? CREDENCO_PHASE_READY : CREDENCO_PHASE_IDLE;
    return code;
}

credenco_code credenco_flow_start_call(credenco_flow *flow, credenco_step step, credenco_span url,
                                       int64_t deadline_ms, bool repeatable) {
    start(flow, step, step, deadline_ms);
    flow->repeatable = repeatable;
    return started(flow, credenco_buf_append(&flow->url, url));
}

static credenco_code offer_endpoint(credenco_flow *flow) {
    return credenco_endpoint_url(CREDENCO_STEP_CREATE_OFFER,
                                 credenco_buf_span(&flow->context->base_url), CREDENCO_SPAN(""),
                                 &flow->url);
}

credenco_code credenco_flow_start_offer(credenco_flow *flow, int64_t deadline_ms) {
    start(flow, CREDENCO_STEP_CREATE_OFFER, CREDENCO_STEP_CREATE_OFFER, deadline_ms);
    return started(flow, offer_endpoint(flow));
}

credenco_code credenco_flow_start_push(credenco_flow *flow, credenco_span wallet_key,
                                       credenco_span offer_uri, bool direct, int64_t deadline_ms) {
    start(flow, CREDENCO_STEP_PUSH_OFFER, CREDENCO_STEP_PUSH_OFFER, deadline_ms);
    return started(flow, credenco_push_url(credenco_buf_span(&flow->context->wallet_base_url),
                                           wallet_key, offer_uri, direct, &flow->url));
}

credenco_code credenco_flow_start_issue(credenco_flow *flow, credenco_span wallet_key,
                                        int64_t deadline_ms) {
    start(flow, CREDENCO_STEP_CREATE_OFFER, CREDENCO_STEP_PUSH_OFFER, deadline_ms);
    credenco_code code = credenco_buf_append(&flow->wallet_key, wallet_key);
    return started(flow, code == CREDENCO_OK ? offer_endpoint(flow) : code);
}

/* --- being pulled ------------------------------------------------------------ */

/* The failure that made the flow wait says more than "timeout" would. */
static credenco_code expire(credenco_flow *flow) {
    if (flow->failure.code == CREDENCO_OK) {
        flow->failure =
            (credenco_failure){.code = CREDENCO_TIMEOUT, .sent = flow->doubt, .retry_after_ms = -1};
    }
    return enter(flow, EVENT_EXPIRE);
}

static credenco_code leave_wait(credenco_flow *flow, int64_t now_ms) {
    if (flow->phase != CREDENCO_PHASE_WAITING || now_ms < flow->resume_at_ms) {
        return CREDENCO_OK;
    }
    return now_ms >= flow->deadline_ms ? expire(flow) : enter(flow, EVENT_RESUME);
}

static credenco_code send(credenco_flow *flow, int64_t now_ms) {
    if (now_ms >= flow->deadline_ms) {
        return expire(flow);
    }
    flow->attempts++;
    return enter(flow, EVENT_SEND);
}

static void request_action(credenco_flow *flow, credenco_action *action) {
    *action = (credenco_action){
        .kind = CREDENCO_ACTION_REQUEST,
        .step = flow->step,
        .url = credenco_buf_span(&flow->url),
        .authorized = credenco_endpoint_authorized(flow->step),
        .renew = flow->renew,
    };
    flow->renew = false;
}

credenco_code credenco_flow_next(credenco_flow *flow, int64_t now_ms, credenco_action *action) {
    credenco_code code = leave_wait(flow, now_ms);
    if (code == CREDENCO_OK && flow->phase == CREDENCO_PHASE_SENT) {
        code = CREDENCO_MISUSE;
    }
    if (code == CREDENCO_OK && flow->phase == CREDENCO_PHASE_READY) {
        code = send(flow, now_ms);
    }
    if (code != CREDENCO_OK) {
        return code;
    }
    *action = (credenco_action){.step = flow->step};
    switch (flow->phase) {
    case CREDENCO_PHASE_SENT:
        request_action(flow, action);
        break;
    case CREDENCO_PHASE_WAITING:
        action->kind = CREDENCO_ACTION_WAIT;
        action->wait_ms = flow->resume_at_ms - now_ms;
        break;
    case CREDENCO_PHASE_DONE:
        action->kind = CREDENCO_ACTION_DONE;
        break;
    case CREDENCO_PHASE_FAILED:
        action->kind = CREDENCO_ACTION_FAILED;
        break;
    case CREDENCO_PHASE_IDLE:
    case CREDENCO_PHASE_READY:
    case CREDENCO_PHASE_COUNT:
        return CREDENCO_MISUSE;
    }
    return CREDENCO_OK;
}

/* --- being fed --------------------------------------------------------------- */

static credenco_code fail(credenco_flow *flow, const credenco_failure *failure) {
    flow->failure = *failure;
    flow->failure.sent = flow->doubt;
    return enter(flow, EVENT_FAIL);
}

/* One more attempt is worth its wait when it can start before the deadline. */
static bool can_repeat(credenco_flow *flow, int64_t now_ms, const credenco_failure *failure,
                       double jitter) {
    const credenco_retry_policy *policy = &flow->context->retry;
    if (!credenco_retryable(failure) || flow->attempts >= policy->max_attempts) {
        return false;
    }
    if (failure->sent == CREDENCO_SENT_UNKNOWN && !flow->repeatable) {
        return false;
    }
    int64_t wait_ms =
        credenco_retry_wait_ms(policy, flow->attempts, failure->retry_after_ms, jitter);
    if (wait_ms >= flow->deadline_ms - now_ms || !credenco_quota_take(&flow->context->quota)) {
        return false;
    }
    flow->resume_at_ms = now_ms + wait_ms;
    return true;
}

static credenco_code on_failure(credenco_flow *flow, int64_t now_ms,
                                const credenco_failure *failure, double jitter) {
    if (failure->sent > flow->doubt) {
        flow->doubt = failure->sent;
    }
    if (!can_repeat(flow, now_ms, failure, jitter)) {
        return fail(flow, failure);
    }
    flow->failure = *failure;
    flow->failure.sent = flow->doubt;
    return enter(flow, EVENT_REPEAT);
}

/* The offer exists and cannot be pushed: nothing has reached the wallet. */
static credenco_code fail_before_push(credenco_flow *flow, credenco_code why) {
    credenco_failure failure = {.code = why, .retry_after_ms = -1};
    begin_step(flow, CREDENCO_STEP_OFFER_URI);
    credenco_code code = fail(flow, &failure);
    return why == CREDENCO_OUT_OF_MEMORY ? why : code;
}

/* From here on the push is repeated with this offer; a new one is never minted for it. */
static credenco_code advance_to_push(credenco_flow *flow) {
    begin_step(flow, CREDENCO_STEP_PUSH_OFFER);
    credenco_code code = credenco_push_url(credenco_buf_span(&flow->context->wallet_base_url),
                                           credenco_buf_span(&flow->wallet_key),
                                           credenco_buf_span(&flow->offer_uri), true, &flow->url);
    return code == CREDENCO_OK ? enter(flow, EVENT_ADVANCE) : fail_before_push(flow, code);
}

static credenco_code on_success(credenco_flow *flow, credenco_span request_uri) {
    credenco_quota_refund(&flow->context->quota);
    if (flow->step == CREDENCO_STEP_CREATE_OFFER) {
        credenco_code code = credenco_offer_uri(request_uri, &flow->offer_uri);
        if (code != CREDENCO_OK) {
            credenco_buf_clear(&flow->offer_uri); /* what was read of it cannot be pushed */
            return fail_before_push(flow, code);
        }
    }
    return flow->step == flow->last_step ? enter(flow, EVENT_FINISH) : advance_to_push(flow);
}

static bool can_renew(const credenco_flow *flow, int http_status) {
    return http_status == 401 && flow->context->renewable && !flow->renewed &&
           credenco_endpoint_authorized(flow->step);
}

credenco_code credenco_flow_answer(credenco_flow *flow, int64_t now_ms,
                                   const credenco_answer *answer, double jitter) {
    if (flow->phase != CREDENCO_PHASE_SENT) {
        return CREDENCO_MISUSE;
    }
    credenco_failure failure = {
        .code = credenco_status_code(answer->http_status),
        .sent = credenco_status_sent(answer->http_status),
        .http_status = answer->http_status,
        .retry_after_ms = answer->retry_after_ms,
    };
    if (failure.code == CREDENCO_OK && answer->usable) {
        return on_success(flow, answer->request_uri);
    }
    if (failure.code == CREDENCO_OK) {
        failure.code = CREDENCO_BAD_RESPONSE;
        failure.sent = CREDENCO_SENT_UNKNOWN;
    }
    if (can_renew(flow, answer->http_status)) {
        flow->renewed = true;
        flow->renew = true;
        return enter(flow, EVENT_RENEW);
    }
    return on_failure(flow, now_ms, &failure, jitter);
}

credenco_code credenco_flow_lost(credenco_flow *flow, int64_t now_ms, credenco_code why,
                                 credenco_sent sent, double jitter) {
    if (flow->phase != CREDENCO_PHASE_SENT) {
        return CREDENCO_MISUSE;
    }
    credenco_failure failure = {.code = why, .sent = sent, .retry_after_ms = -1};
    return on_failure(flow, now_ms, &failure, jitter);
}
