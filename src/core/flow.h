/* The flow: one call of the API with its attempts, waits and deadline. It decides and never acts:
 * the caller asks for the next action, and reports the outcome of each request.
 *
 *     credenco_flow_next      the next action: send the request, wait, or stop
 *     credenco_flow_received  a response arrived
 *     credenco_flow_lost      no response arrived
 *
 * The flow reads no clock: the caller gives the time, in milliseconds of the deadline's monotonic
 * clock. It allocates nothing. */
#ifndef CREDENCO_CORE_FLOW_H
#define CREDENCO_CORE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "retry.h"

/* State that the flows of one client share. It must outlive them. */
typedef struct credenco_context {
    credenco_retry_policy retry;
    credenco_quota quota;
} credenco_context;

/* Copies the policy; the quota begins full. */
void credenco_context_init(credenco_context *context, credenco_retry_policy retry);

/* The settings of one call. */
typedef struct credenco_call {
    credenco_step step;
    int64_t deadline_ms;
    bool repeatable; /* it may be repeated after a lost response */
    bool renewable;  /* it may be repeated once after a 401, with new credentials */
} credenco_call;

typedef enum credenco_phase {
    CREDENCO_PHASE_IDLE = 0, /* not started */
    CREDENCO_PHASE_READY,    /* the request can be sent */
    CREDENCO_PHASE_SENT,     /* the request is in flight */
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
    bool quota_spent;       /* not repeated, because the client's quota is used up */
    int http_status;        /* 0 when no response arrived */
    int64_t retry_after_ms; /* the wait that the server asked for, or -1 */
} credenco_failure;

typedef struct credenco_flow {
    credenco_context *context;
    credenco_call call;
    credenco_phase phase;
    int64_t resume_at_ms; /* while waiting */
    uint32_t attempts;
    credenco_sent doubt; /* the worst of the attempts so far */
    bool renewed;        /* the call was already repeated with new credentials */
    bool renew;          /* the next request needs new credentials */
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

/* The flow has nothing to do until it is started. */
void credenco_flow_init(credenco_flow *flow, credenco_context *context);

/* Starts a call, and forgets the one before: one flow serves many calls. */
void credenco_flow_start(credenco_flow *flow, const credenco_call *call);

/* Gives the next action. CREDENCO_MISUSE before the start and while a request is in flight. */
credenco_code credenco_flow_next(credenco_flow *flow, int64_t now_ms, credenco_action *action);

typedef struct credenco_response {
    int http_status;
    bool usable;            /* of a 2xx: the body has the form that the call needs */
    int64_t retry_after_ms; /* the wait that the server asks for, or -1 */
} credenco_response;

/* A response arrived. `jitter` in [0, 1) spreads the wait before the next attempt. CREDENCO_MISUSE
 * when no request is in flight, else CREDENCO_OK, also for a failure. */
credenco_code credenco_flow_received(credenco_flow *flow, int64_t now_ms,
                                     const credenco_response *response, double jitter);

/* No response arrived: `why`, and whether the request may have reached the server. */
credenco_code credenco_flow_lost(credenco_flow *flow, int64_t now_ms, credenco_code why,
                                 credenco_sent sent, double jitter);

#endif
