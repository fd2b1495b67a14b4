/* The flow: one call of the API, or the two of a direct issuance, with their
 * retries, waits and deadline. It decides and never acts: it is pulled for the next
 * action and fed with what came of it.
 *
 *     credenco_flow_next    what to do now: send a request, wait, or stop
 *     credenco_flow_answer  the server answered the request
 *     credenco_flow_lost    it did not
 *
 * The flow knows no clock: every call brings the time, in milliseconds of any
 * monotonic clock, the deadline's own. */
#ifndef CREDENCO_CORE_FLOW_H
#define CREDENCO_CORE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "error.h"
#include "retry.h"

/* What the flows of one client share. Outlives them. */
typedef struct credenco_context {
    credenco_buf base_url;        /* no trailing slash */
    credenco_buf wallet_base_url; /* no trailing slash */
    credenco_retry_policy retry;
    credenco_quota quota;
    bool renewable; /* credentials can be renewed: a 401 is asked once more with new ones */
} credenco_context;

/* Copies the URLs. On failure nothing is held. */
credenco_code credenco_context_init(credenco_context *context, credenco_span base_url,
                                    credenco_span wallet_base_url, credenco_retry_policy retry,
                                    bool renewable);
void credenco_context_free(credenco_context *context); /* takes a zeroed one, may run twice */

typedef enum credenco_phase {
    CREDENCO_PHASE_IDLE = 0, /* not started */
    CREDENCO_PHASE_READY,    /* a request can go out */
    CREDENCO_PHASE_SENT,     /* it has, and nothing came back yet */
    CREDENCO_PHASE_WAITING,  /* for the next attempt */
    CREDENCO_PHASE_DONE,
    CREDENCO_PHASE_FAILED,
    CREDENCO_PHASE_COUNT
} credenco_phase;

typedef struct credenco_flow {
    credenco_context *context;
    credenco_phase phase;
    credenco_step step;      /* the call at hand, or the one that failed */
    credenco_step last_step; /* the call after whose success the flow is done */
    int64_t deadline_ms;
    int64_t resume_at_ms; /* while waiting */
    uint32_t attempts;    /* of the call at hand */
    credenco_sent doubt;  /* the worst of this call's attempts so far */
    bool renewed;         /* this call was already repeated with new credentials */
    bool renew;           /* the next request needs new ones */
    bool repeatable;      /* an attempt whose answer was lost may be made again */
    credenco_failure failure;
    credenco_buf url;
    credenco_buf offer_uri;
    credenco_buf wallet_key;
} credenco_flow;

typedef enum credenco_action_kind {
    CREDENCO_ACTION_REQUEST = 0,
    CREDENCO_ACTION_WAIT,
    CREDENCO_ACTION_DONE,
    CREDENCO_ACTION_FAILED,
    CREDENCO_ACTION_COUNT
} credenco_action_kind;

/* Borrowed from the flow until its next call. */
typedef struct credenco_action {
    credenco_action_kind kind;
    credenco_step step;
    credenco_span url; /* request: percent-encoded, absolute */
    bool authorized;   /* request: send the credentials along */
    bool renew;        /* request: the old credentials were refused, get new ones first */
    int64_t wait_ms;   /* wait */
} credenco_action;

/* A flow with nothing to do: start it. It can be started anew at any time and then
 * keeps its memory, so that one flow serves many calls. */
void credenco_flow_init(credenco_flow *flow, credenco_context *context);
void credenco_flow_free(credenco_flow *flow); /* takes a zeroed flow, may run twice */

/* One call to `url`, which is copied. Without `repeatable` it is made again only when
 * the last attempt cannot have had an effect. */
credenco_code credenco_flow_start_call(credenco_flow *flow, credenco_step step, credenco_span url,
                                       int64_t deadline_ms, bool repeatable);

/* create_offer alone. Once the flow is done its offer_uri is what came back. */
credenco_code credenco_flow_start_offer(credenco_flow *flow, int64_t deadline_ms);

/* push_offer alone, of an offer that was made before. Copied; the caller has checked both. */
credenco_code credenco_flow_start_push(credenco_flow *flow, credenco_span wallet_key,
                                       credenco_span offer_uri, bool direct, int64_t deadline_ms);

/* A direct issuance: create_offer, then push_offer of what came back into the wallet
 * of that key, which the caller has checked and which is copied. */
credenco_code credenco_flow_start_issue(credenco_flow *flow, credenco_span wallet_key,
                                        int64_t deadline_ms);

/* What to do now. CREDENCO_MISUSE before the start and while a request is out. */
credenco_code credenco_flow_next(credenco_flow *flow, int64_t now_ms, credenco_action *action);

/* What the server said. `request_uri` is the answer's member of that name, needed
 * from create_offer. */
typedef struct credenco_answer {
    int http_status;
    bool usable;            /* a 2xx body has the shape that the call promises */
    int64_t retry_after_ms; /* -1: not asked for */
    credenco_span request_uri;
} credenco_answer;

/* `jitter` in [0, 1) spreads the wait before a retry. The return value is
 * CREDENCO_OK whatever the server said; CREDENCO_MISUSE when no request is out;
 * CREDENCO_OUT_OF_MEMORY fails the flow too. */
credenco_code credenco_flow_answer(credenco_flow *flow, int64_t now_ms,
                                   const credenco_answer *answer, double jitter);

/* No answer: why, and whether the request can have arrived. */
credenco_code credenco_flow_lost(credenco_flow *flow, int64_t now_ms, credenco_code why,
                                 credenco_sent sent, double jitter);

#endif
