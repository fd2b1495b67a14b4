/* Unpacks gzip as a stream, with zlib. */
#ifndef CREDENCO_LUA_INFLATER_H
#define CREDENCO_LUA_INFLATER_H

#include <lua.h>

/* Registers the type of inflaters. */
void credenco_lua_register_inflater(lua_State *L);

/* inflater() -> an object that unpacks gzip */
int credenco_lua_inflater(lua_State *L);

#endif
