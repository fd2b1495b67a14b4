/* The flow: one call of the API with its repeats, waits and deadline. It decides and never
 * acts: it is pulled for the next action and fed with what came of it.
 *
 *     credenco_flow_next    what to do now: send the request, wait, or stop
 *     credenco_flow_answer  the server answered the request
 *     credenco_flow_lost    it did not
 *
 * The flow knows no clock: every call brings the time, in milliseconds of any
 * monotonic clock, the deadline's own. It allocates nothing. */
#ifndef CREDENCO_CORE_FLOW_H
#define CREDENCO_CORE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "retry.h"

/* What the flows of one client share. Outlives them. */
typedef struct credenco_context {
    credenco_retry_policy retry;
    credenco_quota quota;
} credenco_context;

/* Copies the policy; the quota begins full. */
void credenco_context_init(credenco_context *context, credenco_retry_policy retry);

/* One call, as it is started. */
typedef struct credenco_call {
    credenco_step step;
    int64_t deadline_ms;
    bool repeatable; /* an attempt whose answer was lost may be made again */
    bool renewable;  /* a 401 is asked once more with new credentials */
} credenco_call;

typedef enum credenco_phase {
    CREDENCO_PHASE_IDLE = 0, /* not started */
    CREDENCO_PHASE_READY,    /* a request can go out */
    CREDENCO_PHASE_SENT,     /* it has, and nothing came back yet */
    CREDENCO_PHASE_WAITING,  /* for the next attempt */
    CREDENCO_PHASE_DONE,
    CREDENCO_PHASE_FAILED,
    CREDENCO_PHASE_COUNT
} credenco_phase;

/* The last failed attempt; `sent` is the worst of all attempts. */
typedef struct credenco_failure {
    credenco_code code;
    credenco_sent sent;
    bool repeatable;        /* the same call may succeed later */
    bool quota_spent;       /* it was not repeated because the client's quota is used up */
    int http_status;        /* 0 when no answer arrived */
    int64_t retry_after_ms; /* what the server asked for, or -1 */
} credenco_failure;

typedef struct credenco_flow {
    credenco_context *context;
    credenco_call call;
    credenco_phase phase;
    int64_t resume_at_ms; /* while waiting */
    uint32_t attempts;
    credenco_sent doubt; /* the worst of the attempts so far */
    bool renewed;        /* the call was already repeated with new credentials */
    bool renew;          /* the next request needs new ones */
    credenco_failure failure;
} credenco_flow;

typedef enum credenco_action_kind {
    CREDENCO_ACTION_REQUEST = 0,
    CREDENCO_ACTION_WAIT,
    CREDENCO_ACTION_DONE,
    CREDENCO_ACTION_FAILED,
    CREDENCO_ACTION_COUNT
} credenco_action_kind;

typedef struct credenco_action {
    credenco_action_kind kind;
    bool renew;      /* request: the old credentials were refused, get new ones first */
    int64_t wait_ms; /* wait */
} credenco_action;

/* A flow with nothing to do: start it. */
void credenco_flow_init(credenco_flow *flow, credenco_context *context);

/* Starts the flow, whatever it did before: one flow serves many calls. */
void credenco_flow_start(credenco_flow *flow, const credenco_call *call);

/* What to do now. CREDENCO_MISUSE before the start and while a request is out. */
credenco_code credenco_flow_next(credenco_flow *flow, int64_t now_ms, credenco_action *action);

/* What the server said. */
typedef struct credenco_answer {
    int http_status;
    bool usable;            /* a 2xx body has the shape that the call promises */
    int64_t retry_after_ms; /* -1: not asked for */
} credenco_answer;

/* `jitter` in [0, 1) spreads the wait before a retry. The return value is
 * CREDENCO_OK whatever the server said; CREDENCO_MISUSE when no request is out. */
credenco_code credenco_flow_answer(credenco_flow *flow, int64_t now_ms,
                                   const credenco_answer *answer, double jitter);

/* No answer: why, and whether the request can have arrived. */
credenco_code credenco_flow_lost(credenco_flow *flow, int64_t now_ms, credenco_code why,
                                 credenco_sent sent, double jitter);

#endif
