#include "flow.h"

#include <string.h>

#include "compat.h"
#include "context.h"
#include "now.h"

#define FLOW_TYPE "credenco.flow"

/* The largest number of milliseconds that a double and an int64_t both hold exactly. */
static const int64_t TIME_MAX = (int64_t)1 << 53;

enum { NOT_BEGUN = -1 };

typedef struct flow_box {
    credenco_shared_context *shared; /* NULL when closed */
    credenco_flow flow;
    int64_t began_ms;     /* of an observed request in flight; else NOT_BEGUN */
    credenco_buf subject; /* of its events */
} flow_box;

int credenco_lua_context_flow(lua_State *L) {
    credenco_shared_context *shared = credenco_check_context(L, 1);
    flow_box *box = credenco_newobject(L, FLOW_TYPE, sizeof *box);
    box->shared = shared;
    box->shared->holders++;
    box->began_ms = NOT_BEGUN;
    credenco_buf_init(&box->subject, CREDENCO_EVENT_SUBJECT_MAX);
    credenco_flow_init(&box->flow, &box->shared->context);
    return 1;
}

static flow_box *check_box(lua_State *L) {
    flow_box *box = luaL_checkudata(L, 1, FLOW_TYPE);
    luaL_argcheck(L, box->shared != NULL, 1, "closed");
    return box;
}

static credenco_flow *check_flow(lua_State *L) {
    return &check_box(L)->flow;
}

static int flow_finalize(lua_State *L) {
    flow_box *box = luaL_checkudata(L, 1, FLOW_TYPE);
    credenco_release_context(box->shared);
    box->shared = NULL;
    credenco_buf_free(&box->subject);
    return 0;
}

/* --- events for observers -------------------------------------------------------- */

static credenco_span step_of(const flow_box *box) {
    const char *name = credenco_step_name(box->flow.call.step);
    return (credenco_span){name, strlen(name)};
}

/* An event of the request, without the fields that only a response has. */
static credenco_event event_of(const flow_box *box, credenco_event_type type, int64_t at_ms) {
    return (credenco_event){
        .type = type,
        .at_ms = at_ms,
        .step = step_of(box),
        .subject = credenco_buf_span(&box->subject),
        .http_status = CREDENCO_EVENT_NONE,
        .ok = CREDENCO_EVENT_NONE,
        .elapsed_ms = CREDENCO_EVENT_NONE,
        .wait_ms = CREDENCO_EVENT_NONE,
    };
}

/* flow:begun(correlation_id | nil, traceparent | nil) -> now_ms
 *
 * The request of the last action begins. Its response is observed, too, unless it is lost. */
static int flow_begun(lua_State *L) {
    flow_box *box = check_box(L);
    credenco_buf_clear(&box->subject);
    credenco_event_subject(&box->subject, step_of(box), credenco_optional_span(L, 2),
                           credenco_optional_span(L, 3));
    box->began_ms = credenco_now_ms();
    const credenco_event event = event_of(box, CREDENCO_EVENT_REQUEST, box->began_ms);
    credenco_observe(box->shared, &event);
    lua_pushnumber(L, (lua_Number)box->began_ms);
    return 1;
}

static void observe_response(flow_box *box, int64_t now_ms, const credenco_response *response) {
    if (box->began_ms == NOT_BEGUN) {
        return;
    }
    credenco_event event = event_of(box, CREDENCO_EVENT_RESPONSE, now_ms);
    event.http_status = response->http_status;
    event.ok = response->usable;
    event.elapsed_ms = now_ms - box->began_ms;
    credenco_observe(box->shared, &event);
    box->began_ms = NOT_BEGUN;
}

/* --- the flow -------------------------------------------------------------------- */

static const char *const action_kinds[CREDENCO_ACTION_COUNT] = {
    [CREDENCO_ACTION_REQUEST] = "request",
    [CREDENCO_ACTION_WAIT] = "wait",
    [CREDENCO_ACTION_DONE] = "done",
    [CREDENCO_ACTION_FAILED] = "failed",
};

/* Pushes the next action. `code` is the result of the call before it. */
static int push_next(lua_State *L, credenco_flow *flow, credenco_code code, int64_t now_ms) {
    credenco_action action;
    if (code == CREDENCO_OK) {
        code = credenco_flow_next(flow, now_ms, &action);
    }
    if (code != CREDENCO_OK) {
        return luaL_error(L, "flow: %s", credenco_code_name(code));
    }
    lua_pushstring(L, action_kinds[action.kind]);
    if (action.kind == CREDENCO_ACTION_WAIT) {
        lua_pushnumber(L, (lua_Number)action.wait_ms);
        return 2;
    }
    if (action.kind == CREDENCO_ACTION_REQUEST) {
        lua_pushboolean(L, action.renew);
        return 2;
    }
    return 1;
}

/* The methods below return the next action:
 *   "request", renew | "wait", ms | "done" | "failed" */

/* flow:start(now_ms, step, deadline_ms, repeatable, renewable) -> action */
static int flow_start(lua_State *L) {
    flow_box *box = check_box(L);
    int64_t now_ms = credenco_check_integer(L, 2, 0, TIME_MAX);
    credenco_call call = {
        .step = credenco_step_by_name(luaL_checkstring(L, 3)),
        .deadline_ms = credenco_check_integer(L, 4, 0, TIME_MAX),
        .repeatable = lua_toboolean(L, 5) != 0,
        .renewable = lua_toboolean(L, 6) != 0,
    };
    luaL_argcheck(L, call.step != CREDENCO_STEP_COUNT, 3, "no such step");
    box->began_ms = NOT_BEGUN;
    credenco_flow_start(&box->flow, &call);
    return push_next(L, &box->flow, CREDENCO_OK, now_ms);
}

/* flow:next(now_ms) -> action, after a wait */
static int flow_next(lua_State *L) {
    credenco_flow *flow = check_flow(L);
    return push_next(L, flow, CREDENCO_OK, credenco_check_integer(L, 2, 0, TIME_MAX));
}

/* Bounds the wait that a server asks for; all waits past the deadline are alike. */
static int64_t check_retry_after(lua_State *L, int arg) {
    lua_Number ms = luaL_checknumber(L, arg);
    return ms < (lua_Number)TIME_MAX ? credenco_check_integer(L, arg, 0, TIME_MAX) : TIME_MAX;
}

/* flow:received(now_ms, jitter, http_status, usable, retry_after_ms | nil) -> action */
static int flow_received(lua_State *L) {
    flow_box *box = check_box(L);
    credenco_flow *flow = &box->flow;
    int64_t now_ms = credenco_check_integer(L, 2, 0, TIME_MAX);
    double jitter = luaL_checknumber(L, 3);
    credenco_response response = {
        .http_status = (int)credenco_check_integer(L, 4, 0, 999),
        .usable = lua_toboolean(L, 5) != 0,
        .retry_after_ms = lua_isnoneornil(L, 6) ? -1 : check_retry_after(L, 6),
    };
    observe_response(box, now_ms, &response);
    return push_next(L, flow, credenco_flow_received(flow, now_ms, &response, jitter), now_ms);
}

/* flow:lost(now_ms, jitter, code, sent) -> action */
static int flow_lost(lua_State *L) {
    flow_box *box = check_box(L);
    credenco_flow *flow = &box->flow;
    int64_t now_ms = credenco_check_integer(L, 2, 0, TIME_MAX);
    double jitter = luaL_checknumber(L, 3);
    credenco_code why = credenco_code_by_name(luaL_checkstring(L, 4));
    luaL_argcheck(L, why != CREDENCO_CODE_COUNT, 4, "no such code");
    credenco_sent sent = credenco_sent_by_name(luaL_checkstring(L, 5));
    luaL_argcheck(L, sent != CREDENCO_SENT_COUNT, 5, "must be no, rejected or unknown");
    box->began_ms = NOT_BEGUN;
    return push_next(L, flow, credenco_flow_lost(flow, now_ms, why, sent, jitter), now_ms);
}

/* flow:failure() -> { code, step, sent, http_status | nil, attempts, retryable, quota_spent } */
static int flow_failure(lua_State *L) {
    const credenco_flow *flow = check_flow(L);
    lua_createtable(L, 0, 7);
    credenco_set_text(L, "code", credenco_code_name(flow->failure.code));
    credenco_set_text(L, "step", credenco_step_name(flow->call.step));
    credenco_set_text(L, "sent", credenco_sent_name(flow->failure.sent));
    credenco_set_integer(L, "attempts", flow->attempts);
    credenco_set_flag(L, "retryable", flow->failure.repeatable);
    credenco_set_flag(L, "quota_spent", flow->failure.quota_spent);
    if (flow->failure.http_status != 0) {
        credenco_set_integer(L, "http_status", flow->failure.http_status);
    }
    return 1;
}

static const luaL_Reg flow_methods[] = {
    {"start", flow_start}, {"next", flow_next},
    {"begun", flow_begun}, {"received", flow_received},
    {"lost", flow_lost},   {"failure", flow_failure},
    {NULL, NULL},
};

void credenco_lua_register_flow(lua_State *L) {
    credenco_newtype(L, FLOW_TYPE, flow_methods, flow_finalize);
}
