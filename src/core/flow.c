#include "flow.h"

#include <stddef.h>

#include "verdict.h"

typedef enum event {
    EVENT_SEND = 1, /* pulled, and there is time */
    EVENT_EXPIRE,   /* the deadline passed before anything could be sent */
    EVENT_RESUME,   /* the wait is over */
    EVENT_FINISH,   /* the call succeeded */
    EVENT_REPEAT,   /* the attempt failed, and there will be another */
    EVENT_RENEW,    /* the credentials were refused and can be renewed */
    EVENT_FAIL
} event;

static const struct transition {
    credenco_phase from;
    event event;
    credenco_phase to;
} transitions[] = {
    {CREDENCO_PHASE_READY, EVENT_SEND, CREDENCO_PHASE_SENT},
    {CREDENCO_PHASE_READY, EVENT_EXPIRE, CREDENCO_PHASE_FAILED},
    {CREDENCO_PHASE_SENT, EVENT_FINISH, CREDENCO_PHASE_DONE},
    {CREDENCO_PHASE_SENT, EVENT_REPEAT, CREDENCO_PHASE_WAITING},
    {CREDENCO_PHASE_SENT, EVENT_RENEW, CREDENCO_PHASE_READY},
    {CREDENCO_PHASE_SENT, EVENT_FAIL, CREDENCO_PHASE_FAILED},
    {CREDENCO_PHASE_WAITING, EVENT_RESUME, CREDENCO_PHASE_READY},
};

/* An event without a row in this phase is a mistake of the caller's. */
static credenco_code enter(credenco_flow *flow, event what) {
    for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++) {
        if (transitions[i].from == flow->phase && transitions[i].event == what) {
            flow->phase = transitions[i].to;
            return CREDENCO_OK;
        }
    }
    return CREDENCO_MISUSE;
}

void credenco_context_init(credenco_context *context, credenco_retry_policy retry) {
    *context = (credenco_context){.retry = retry};
    credenco_quota_init(&context->quota);
}

void credenco_flow_init(credenco_flow *flow, credenco_context *context) {
    *flow = (credenco_flow){.context = context};
}

void credenco_flow_start(credenco_flow *flow, const credenco_call *call) {
    *flow = (credenco_flow){
        .context = flow->context,
        .call = *call,
        .phase = CREDENCO_PHASE_READY,
        .failure = {.retry_after_ms = -1},
    };
}

/* --- the next action ---------------------------------------------------------- */

/* After a failed attempt its failure says more than "timeout" would. */
static credenco_code expire(credenco_flow *flow) {
    if (flow->failure.code == CREDENCO_OK) {
        flow->failure =
            (credenco_failure){.code = CREDENCO_TIMEOUT, .repeatable = true, .retry_after_ms = -1};
    }
    return enter(flow, EVENT_EXPIRE);
}

/* Ends a wait that is over; any other phase stays as it is. */
static credenco_code leave_wait(credenco_flow *flow, int64_t now_ms) {
    if (flow->phase != CREDENCO_PHASE_WAITING || now_ms < flow->resume_at_ms) {
        return CREDENCO_OK;
    }
    return enter(flow, EVENT_RESUME);
}

static credenco_code send(credenco_flow *flow, int64_t now_ms) {
    if (now_ms >= flow->call.deadline_ms) {
        return expire(flow);
    }
    flow->attempts++;
    return enter(flow, EVENT_SEND);
}

static const credenco_action_kind action_kinds[CREDENCO_PHASE_COUNT] = {
    [CREDENCO_PHASE_SENT] = CREDENCO_ACTION_REQUEST,
    [CREDENCO_PHASE_WAITING] = CREDENCO_ACTION_WAIT,
    [CREDENCO_PHASE_DONE] = CREDENCO_ACTION_DONE,
    [CREDENCO_PHASE_FAILED] = CREDENCO_ACTION_FAILED,
};

/* The action of a phase. Only one request has the order to renew the credentials. */
static credenco_action take_action(credenco_flow *flow, int64_t now_ms) {
    credenco_action action = {.kind = action_kinds[flow->phase]};
    if (action.kind == CREDENCO_ACTION_REQUEST) {
        action.renew = flow->renew;
        flow->renew = false;
    } else if (action.kind == CREDENCO_ACTION_WAIT) {
        action.wait_ms = flow->resume_at_ms - now_ms;
    }
    return action;
}

credenco_code credenco_flow_next(credenco_flow *flow, int64_t now_ms, credenco_action *action) {
    if (flow->phase == CREDENCO_PHASE_IDLE || flow->phase == CREDENCO_PHASE_SENT) {
        return CREDENCO_MISUSE;
    }
    credenco_code code = leave_wait(flow, now_ms);
    if (code == CREDENCO_OK && flow->phase == CREDENCO_PHASE_READY) {
        code = send(flow, now_ms);
    }
    if (code == CREDENCO_OK) {
        *action = take_action(flow, now_ms);
    }
    return code;
}

/* --- the end of an attempt ----------------------------------------------------- */

/* Waits for another attempt only if that can start before the deadline. */
static bool can_repeat(const credenco_flow *flow, const credenco_failure *failure, int64_t wait_ms,
                       int64_t now_ms) {
    if (!failure->repeatable || flow->attempts >= flow->context->retry.max_attempts) {
        return false;
    }
    if (failure->sent == CREDENCO_SENT_UNKNOWN && !flow->call.repeatable) {
        return false;
    }
    return wait_ms < flow->call.deadline_ms - now_ms;
}

/* Of several attempts the worst `sent` counts: any of them may have arrived. */
static void keep_failure(credenco_flow *flow, const credenco_failure *failure) {
    flow->failure = *failure;
    if (flow->doubt > failure->sent) {
        flow->failure.sent = flow->doubt;
    }
}

static credenco_code on_failure(credenco_flow *flow, int64_t now_ms,
                                const credenco_failure *failure, double jitter) {
    int64_t wait_ms = credenco_retry_wait_ms(&flow->context->retry, flow->attempts,
                                             failure->retry_after_ms, jitter);
    keep_failure(flow, failure);
    flow->doubt = flow->failure.sent;
    if (!can_repeat(flow, failure, wait_ms, now_ms)) {
        return enter(flow, EVENT_FAIL);
    }
    if (!credenco_quota_take(&flow->context->quota)) {
        flow->failure.quota_spent = true;
        return enter(flow, EVENT_FAIL);
    }
    flow->resume_at_ms = now_ms + wait_ms;
    return enter(flow, EVENT_REPEAT);
}

static credenco_failure failure_of(credenco_verdict verdict, int http_status,
                                   int64_t retry_after_ms) {
    return (credenco_failure){
        .code = verdict.code,
        .sent = verdict.sent,
        .repeatable = verdict.repeatable,
        .http_status = http_status,
        .retry_after_ms = retry_after_ms,
    };
}

/* Keeps the failure, for a caller that has no other credentials. */
static credenco_code renew(credenco_flow *flow, const credenco_failure *failure) {
    flow->renewed = true;
    flow->renew = true;
    keep_failure(flow, failure);
    return enter(flow, EVENT_RENEW);
}

credenco_code credenco_flow_received(credenco_flow *flow, int64_t now_ms,
                                     const credenco_response *response, double jitter) {
    if (flow->phase != CREDENCO_PHASE_SENT) {
        return CREDENCO_MISUSE;
    }
    credenco_verdict verdict = credenco_verdict_of(flow->call.step, response->http_status);
    if (verdict.code == CREDENCO_OK && response->usable) {
        credenco_quota_refund(&flow->context->quota);
        return enter(flow, EVENT_FINISH);
    }
    if (verdict.code == CREDENCO_OK) {
        verdict = credenco_verdict_unusable();
    }
    credenco_failure failure = failure_of(verdict, response->http_status, response->retry_after_ms);
    if (response->http_status == 401 && flow->call.renewable && !flow->renewed) {
        return renew(flow, &failure);
    }
    return on_failure(flow, now_ms, &failure, jitter);
}

credenco_code credenco_flow_lost(credenco_flow *flow, int64_t now_ms, credenco_code why,
                                 credenco_sent sent, double jitter) {
    if (flow->phase != CREDENCO_PHASE_SENT) {
        return CREDENCO_MISUSE;
    }
    credenco_failure failure = failure_of(credenco_verdict_lost(why, sent), 0, -1);
    return on_failure(flow, now_ms, &failure, jitter);
}
