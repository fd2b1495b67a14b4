/* The flow and its context as Lua values. */
#ifndef CREDENCO_LUA_FLOW_H
#define CREDENCO_LUA_FLOW_H

#include <lua.h>

#include "core/error.h"

void credenco_lua_register_flow(lua_State *L);

/* context(base_url, wallet_base_url, renewable, max_attempts, base_ms, cap_ms) -> context */
int credenco_lua_context(lua_State *L);

/* The step whose name stands at `arg`, or an argument error. */
credenco_step credenco_check_step(lua_State *L, int arg);

#endif
