/* The bell (curl/bell.h) as a Lua value. */
#ifndef CREDENCO_LUA_BELL_H
#define CREDENCO_LUA_BELL_H

#include <lua.h>

/* Registers the type of bells. */
void credenco_lua_register_bell(lua_State *L);

/* bell(fd) -> bell | nil, reason */
int credenco_lua_bell(lua_State *L);

#endif
