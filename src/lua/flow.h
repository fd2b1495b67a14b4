/* The flow as a Lua value. */
#ifndef CREDENCO_LUA_FLOW_H
#define CREDENCO_LUA_FLOW_H

#include <lua.h>

/* Registers the type of flows. */
void credenco_lua_register_flow(lua_State *L);

/* context:flow() -> a flow that has not started */
int credenco_lua_context_flow(lua_State *L);

#endif
