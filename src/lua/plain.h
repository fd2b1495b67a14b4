/* Whether a Lua value is one that needs no closer look before it is written as JSON. */
#ifndef CREDENCO_LUA_PLAIN_H
#define CREDENCO_LUA_PLAIN_H

#include <lua.h>

/* json_plain(value) -> true when lua-cjson alone writes the value exactly: UTF-8 text,
 * booleans, whole numbers of at most 14 digits, and objects and lists of those without a
 * metatable, at most 64 levels of them. False says nothing: it may be exact all the same. */
int credenco_lua_json_plain(lua_State *L);

#endif
