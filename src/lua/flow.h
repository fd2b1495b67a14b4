/* The flow and its context as Lua values. */
#ifndef CREDENCO_LUA_FLOW_H
#define CREDENCO_LUA_FLOW_H

#include <lua.h>

/* Registers the types of flows and contexts. */
void credenco_lua_register_flow(lua_State *L);

/* context(max_attempts, base_ms, cap_ms) -> context */
int credenco_lua_context(lua_State *L);

#endif
