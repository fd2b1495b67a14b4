#include "context.h"

#include <stdlib.h>

#include "compat.h"
#include "flow.h"

#define CONTEXT_TYPE "credenco.context"

void credenco_release_context(credenco_shared_context *shared) {
    if (shared == NULL || --shared->holders > 0) {
        return;
    }
    for (size_t i = 0; i < shared->observer_count; i++) {
        credenco_release_observer(shared->observers[i]);
    }
    free(shared);
}

credenco_shared_context *credenco_check_context(lua_State *L, int arg) {
    credenco_shared_context **box = luaL_checkudata(L, arg, CONTEXT_TYPE);
    luaL_argcheck(L, *box != NULL, arg, "closed");
    return *box;
}

void credenco_observe(const credenco_shared_context *shared, const credenco_event *event) {
    for (size_t i = 0; i < shared->observer_count; i++) {
        shared->observers[i]->take(shared->observers[i], event);
    }
}

/* Takes the observers of the list at `arg`, for which there is room. */
static void hold_observers(lua_State *L, int arg, size_t count, credenco_shared_context *shared) {
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, arg, (int)i + 1);
        credenco_observer *observer = credenco_check_observer(L, -1);
        lua_pop(L, 1);
        credenco_hold_observer(observer);
        shared->observers[shared->observer_count++] = observer;
    }
}

int credenco_lua_context(lua_State *L) {
    credenco_retry_policy retry = {
        .max_attempts = (uint32_t)credenco_check_integer(L, 1, 1, UINT32_MAX),
        .base_ms = (uint32_t)credenco_check_integer(L, 2, 0, UINT32_MAX),
        .cap_ms = (uint32_t)credenco_check_integer(L, 3, 0, UINT32_MAX),
    };
    const size_t observers = lua_istable(L, 4) ? lua_rawlen(L, 4) : 0;
    credenco_shared_context **box = credenco_newobject(L, CONTEXT_TYPE, sizeof *box);
    credenco_shared_context *shared =
        calloc(1, sizeof *shared + observers * sizeof *shared->observers);
    if (shared == NULL) {
        return luaL_error(L, "not enough memory");
    }
    *box = shared;
    shared->holders = 1;
    credenco_context_init(&shared->context, retry);
    hold_observers(L, 4, observers, shared);
    return 1;
}

static int context_finalize(lua_State *L) {
    credenco_shared_context **box = luaL_checkudata(L, 1, CONTEXT_TYPE);
    credenco_release_context(*box);
    *box = NULL;
    return 0;
}

static const luaL_Reg methods[] = {
    {"flow", credenco_lua_context_flow},
    {NULL, NULL},
};

void credenco_lua_register_context(lua_State *L) {
    credenco_newtype(L, CONTEXT_TYPE, methods, context_finalize);
}
