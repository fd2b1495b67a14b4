#include "flow.h"

#include <stdlib.h>

#include "compat.h"
#include "core/flow.h"

#define CONTEXT_TYPE "credenco.context"
#define FLOW_TYPE "credenco.flow"

/* Milliseconds that a double and an int64_t both hold exactly. */
static const int64_t TIME_MAX = (int64_t)1 << 53;

/* Shared by a context and its flows, in whatever order the collector finds them. */
typedef struct shared_context {
    credenco_context context;
    size_t holders;
} shared_context;

typedef struct flow_box {
    shared_context *shared; /* NULL when closed */
    credenco_flow flow;
} flow_box;

static void release(shared_context **held) {
    shared_context *shared = *held;
    *held = NULL;
    if (shared != NULL && --shared->holders == 0) {
        credenco_context_free(&shared->context);
        free(shared);
    }
}

static int check(lua_State *L, credenco_code code) {
    if (code == CREDENCO_OK) {
        return 0;
    }
    if (code == CREDENCO_OUT_OF_MEMORY) {
        return luaL_error(L, "not enough memory");
    }
    return luaL_error(L, "flow: %s", credenco_code_name(code));
}

credenco_step credenco_check_step(lua_State *L, int arg) {
    credenco_step step = credenco_step_by_name(luaL_checkstring(L, arg));
    luaL_argcheck(L, step != CREDENCO_STEP_COUNT, arg, "no such step");
    return step;
}

int credenco_lua_context(lua_State *L) {
    credenco_span base_url = credenco_check_span(L, 1);
    credenco_span wallet_base_url = credenco_check_span(L, 2);
    bool renewable = lua_toboolean(L, 3) != 0;
    credenco_retry_policy retry = {
        .max_attempts = (uint32_t)credenco_check_integer(L, 4, 1, UINT32_MAX),
        .base_ms = (uint32_t)credenco_check_integer(L, 5, 0, UINT32_MAX),
        .cap_ms = (uint32_t)credenco_check_integer(L, 6, 0, UINT32_MAX),
    };
    shared_context **box = credenco_newuserdata(L, sizeof *box);
    *box = NULL;
    luaL_getmetatable(L, CONTEXT_TYPE);
    lua_setmetatable(L, -2);
    *box = calloc(1, sizeof **box);
    if (*box == NULL) {
        return check(L, CREDENCO_OUT_OF_MEMORY);
    }
    (*box)->holders = 1;
    check(L, credenco_context_init(&(*box)->context, base_url, wallet_base_url, retry, renewable));
    return 1;
}

static int context_finalize(lua_State *L) {
    release(luaL_checkudata(L, 1, CONTEXT_TYPE));
    return 0;
}

/* context:flow() -> a flow that is not started */
static int context_flow(lua_State *L) {
    shared_context **held = luaL_checkudata(L, 1, CONTEXT_TYPE);
    luaL_argcheck(L, *held != NULL, 1, "closed");
    flow_box *box = credenco_newuserdata(L, sizeof *box);
    *box = (flow_box){0};
    luaL_getmetatable(L, FLOW_TYPE);
    lua_setmetatable(L, -2);
    box->shared = *held;
    box->shared->holders++;
    credenco_flow_init(&box->flow, &box->shared->context);
    return 1;
}

static credenco_flow *check_flow(lua_State *L) {
    flow_box *box = luaL_checkudata(L, 1, FLOW_TYPE);
    luaL_argcheck(L, box->shared != NULL, 1, "closed");
    return &box->flow;
}

static int flow_finalize(lua_State *L) {
    flow_box *box = luaL_checkudata(L, 1, FLOW_TYPE);
    credenco_flow_free(&box->flow);
    release(&box->shared);
    return 0;
}

/* flow:start_call(step, url, deadline_ms, repeatable) */
static int flow_start_call(lua_State *L) {
    credenco_flow *flow = check_flow(L);
    credenco_step step = credenco_check_step(L, 2);
    credenco_span url = credenco_check_span(L, 3);
    int64_t deadline_ms = credenco_check_integer(L, 4, 0, TIME_MAX);
    bool repeatable = lua_toboolean(L, 5) != 0;
    return check(L, credenco_flow_start_call(flow, step, url, deadline_ms, repeatable));
}

/* flow:start_offer(deadline_ms) */
static int flow_start_offer(lua_State *L) {
    credenco_flow *flow = check_flow(L);
    return check(L, credenco_flow_start_offer(flow, credenco_check_integer(L, 2, 0, TIME_MAX)));
}

/* flow:start_push(wallet_key, offer_uri, direct, deadline_ms) */
static int flow_start_push(lua_State *L) {
    credenco_flow *flow = check_flow(L);
    credenco_span wallet_key = credenco_check_span(L, 2);
    credenco_span offer_uri = credenco_check_span(L, 3);
    bool direct = lua_toboolean(L, 4) != 0;
    int64_t deadline_ms = credenco_check_integer(L, 5, 0, TIME_MAX);
    return check(L, credenco_flow_start_push(flow, wallet_key, offer_uri, direct, deadline_ms));
}

/* flow:start_issue(wallet_key, deadline_ms) */
static int flow_start_issue(lua_State *L) {
    credenco_flow *flow = check_flow(L);
    credenco_span wallet_key = credenco_check_span(L, 2);
    int64_t deadline_ms = credenco_check_integer(L, 3, 0, TIME_MAX);
    return check(L, credenco_flow_start_issue(flow, wallet_key, deadline_ms));
}

/* flow:next(now_ms) -> "request", step, url, authorized, renew
 *                    | "wait", ms
 *                    | "done"
 *                    | "failed" */
static int flow_next(lua_State *L) {
    static const char *const kinds[CREDENCO_ACTION_COUNT] = {
        [CREDENCO_ACTION_REQUEST] = "request",
        [CREDENCO_ACTION_WAIT] = "wait",
        [CREDENCO_ACTION_DONE] = "done",
        [CREDENCO_ACTION_FAILED] = "failed",
    };
    credenco_flow *flow = check_flow(L);
    credenco_action action;
    check(L, credenco_flow_next(flow, credenco_check_integer(L, 2, 0, TIME_MAX), &action));
    lua_pushstring(L, kinds[action.kind]);
    if (action.kind == CREDENCO_ACTION_WAIT) {
        lua_pushnumber(L, (lua_Number)action.wait_ms);
        return 2;
    }
    if (action.kind != CREDENCO_ACTION_REQUEST) {
        return 1;
    }
    lua_pushstring(L, credenco_step_name(action.step));
    credenco_push_span(L, action.url);
    lua_pushboolean(L, action.authorized);
    lua_pushboolean(L, action.renew);
    return 5;
}

/* A server may ask for any time at all; past every deadline, one is like another. */
static int64_t check_retry_after(lua_State *L, int arg) {
    lua_Number ms = luaL_checknumber(L, arg);
    return ms < (lua_Number)TIME_MAX ? credenco_check_integer(L, arg, 0, TIME_MAX) : TIME_MAX;
}

/* flow:answer(now_ms, jitter, http_status, usable, request_uri | nil, retry_after_ms | nil) */
static int flow_answer(lua_State *L) {
    credenco_flow *flow = check_flow(L);
    int64_t now_ms = credenco_check_integer(L, 2, 0, TIME_MAX);
    double jitter = luaL_checknumber(L, 3);
    credenco_answer answer = {
        .http_status = (int)credenco_check_integer(L, 4, 0, 999),
        .usable = lua_toboolean(L, 5) != 0,
        .request_uri = lua_isnoneornil(L, 6) ? CREDENCO_SPAN("") : credenco_check_span(L, 6),
        .retry_after_ms = lua_isnoneornil(L, 7) ? -1 : check_retry_after(L, 7),
    };
    return check(L, credenco_flow_answer(flow, now_ms, &answer, jitter));
}

/* flow:lost(now_ms, jitter, code, sent) */
static int flow_lost(lua_State *L) {
    credenco_flow *flow = check_flow(L);
    int64_t now_ms = credenco_check_integer(L, 2, 0, TIME_MAX);
    double jitter = luaL_checknumber(L, 3);
    credenco_code why = credenco_code_by_name(luaL_checkstring(L, 4));
    luaL_argcheck(L, why != CREDENCO_CODE_COUNT, 4, "no such code");
    credenco_sent sent = credenco_sent_by_name(luaL_checkstring(L, 5));
    luaL_argcheck(L, sent != CREDENCO_SENT_COUNT, 5, "must be no, rejected or unknown");
    return check(L, credenco_flow_lost(flow, now_ms, why, sent, jitter));
}

/* flow:offer_uri() -> the offer that was taken from the answer */
static int flow_offer_uri(lua_State *L) {
    credenco_push_span(L, credenco_buf_span(&check_flow(L)->offer_uri));
    return 1;
}

/* flow:failure() -> { code, step, sent, http_status | nil, attempts, retryable } */
static int flow_failure(lua_State *L) {
    const credenco_flow *flow = check_flow(L);
    lua_createtable(L, 0, 6);
    lua_pushstring(L, credenco_code_name(flow->failure.code));
    lua_setfield(L, -2, "code");
    lua_pushstring(L, credenco_step_name(flow->step));
    lua_setfield(L, -2, "step");
    lua_pushstring(L, credenco_sent_name(flow->failure.sent));
    lua_setfield(L, -2, "sent");
    lua_pushinteger(L, (lua_Integer)flow->attempts);
    lua_setfield(L, -2, "attempts");
    lua_pushboolean(L, credenco_retryable(&flow->failure));
    lua_setfield(L, -2, "retryable");
    if (flow->failure.http_status != 0) {
        lua_pushinteger(L, flow->failure.http_status);
        lua_setfield(L, -2, "http_status");
    }
    return 1;
}

static const luaL_Reg context_methods[] = {
    {"flow", context_flow},
    {NULL, NULL},
};

static const luaL_Reg flow_methods[] = {
    {"start_call", flow_start_call},
    {"start_offer", flow_start_offer},
    {"start_push", flow_start_push},
    {"start_issue", flow_start_issue},
    {"next", flow_next},
    {"answer", flow_answer},
    {"lost", flow_lost},
    {"offer_uri", flow_offer_uri},
    {"failure", flow_failure},
    {NULL, NULL},
};

void credenco_lua_register_flow(lua_State *L) {
    credenco_newtype(L, CONTEXT_TYPE, context_methods, context_finalize);
    credenco_newtype(L, FLOW_TYPE, flow_methods, flow_finalize);
}
