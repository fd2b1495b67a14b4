#include "tally.h"

#include "compat.h"
#include "core/tally.h"
#include "observer.h"

typedef struct tally_box {
    credenco_observer observer;
    credenco_tally tally;
    int64_t in_flight;
} tally_box;

static void tally_finish(credenco_observer *observer) {
    credenco_tally_free(&((tally_box *)observer)->tally);
}

/* Without memory for a row of its own, a response is not counted. */
static void tally_take(credenco_observer *observer, const credenco_event *event) {
    tally_box *box = (tally_box *)observer;
    if (event->type == CREDENCO_EVENT_REQUEST) {
        box->in_flight++;
        return;
    }
    box->in_flight--;
    (void)credenco_tally_add(&box->tally, event->step, (int)event->http_status, event->ok == 1,
                             event->elapsed_ms);
}

/* --- through Lua --------------------------------------------------------------- */

/* The closure keeps its box alive. */
static tally_box *own_box(lua_State *L) {
    return credenco_check_observer(L, lua_upvalueindex(1));
}

/* False if it cannot be counted here: then the listener in Lua counts it. */
static bool add_response(lua_State *L, tally_box *box) {
    const credenco_span step = credenco_check_span(L, LISTENER_STEP);
    const int status = (int)luaL_checknumber(L, LISTENER_HTTP_STATUS);
    const int64_t elapsed_ms = (int64_t)luaL_checknumber(L, LISTENER_ELAPSED_MS);
    const bool ok = lua_toboolean(L, LISTENER_OK) != 0;
    if (credenco_tally_add(&box->tally, step, status, ok, elapsed_ms) != CREDENCO_OK) {
        return false;
    }
    box->in_flight--;
    return true;
}

static int tally_count(lua_State *L) {
    tally_box *box = own_box(L);
    const credenco_event_type type =
        credenco_event_type_by_name(credenco_check_span(L, LISTENER_TYPE));
    if (type == CREDENCO_EVENT_REQUEST) {
        box->in_flight++;
        return 0;
    }
    if (type == CREDENCO_EVENT_RESPONSE && add_response(L, box)) {
        return 0;
    }
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 0);
    return 0;
}

static void push_row(lua_State *L, const credenco_tally_row *row, size_t buckets) {
    lua_createtable(L, 0, 5);
    credenco_set_text(L, "step", row->step);
    credenco_set_integer(L, "http_status", row->http_status);
    credenco_set_flag(L, "ok", row->ok);
    lua_pushnumber(L, (lua_Number)row->sum_ms);
    lua_setfield(L, -2, "sum_ms");
    lua_createtable(L, (int)buckets, 0);
    for (size_t i = 0; i < buckets; i++) {
        lua_pushnumber(L, (lua_Number)row->buckets[i]);
        lua_rawseti(L, -2, (int)i + 1);
    }
    lua_setfield(L, -2, "buckets");
}

static int tally_read(lua_State *L) {
    const tally_box *box = own_box(L);
    lua_createtable(L, (int)box->tally.count, 0);
    for (size_t i = 0; i < box->tally.count; i++) {
        push_row(L, &box->tally.rows[i], box->tally.bound_count + 1);
        lua_rawseti(L, -2, (int)i + 1);
    }
    lua_pushnumber(L, (lua_Number)box->in_flight);
    return 2;
}

static void read_bounds(lua_State *L, int arg, credenco_tally *tally) {
    const size_t count = lua_rawlen(L, arg);
    luaL_argcheck(L, count <= CREDENCO_TALLY_BOUNDS_MAX, arg, "too many bounds");
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, arg, (int)i + 1);
        tally->bounds_ms[i] = (int64_t)luaL_checknumber(L, -1);
        lua_pop(L, 1);
    }
    tally->bound_count = count;
}

int credenco_lua_tally(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    tally_box *box = credenco_new_observer(L, sizeof *box, tally_take, tally_finish);
    read_bounds(L, 1, &box->tally);
    const int at = lua_gettop(L);
    lua_pushvalue(L, at);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, tally_count, 2);
    lua_pushvalue(L, at);
    lua_pushcclosure(L, tally_read, 1);
    lua_pushvalue(L, at);
    return 3;
}
