/* Whether lua-cjson can write a Lua value without further checks. */
#ifndef CREDENCO_LUA_PLAIN_H
#define CREDENCO_LUA_PLAIN_H

#include <lua.h>

/* json_plain(value) -> true if lua-cjson alone writes the value exactly: UTF-8 text, booleans,
 * whole numbers of at most 14 digits, and objects and lists of those without a metatable, at most
 * CREDENCO_JSON_DEPTH levels. A value that gives false may still be exact. */
int credenco_lua_json_plain(lua_State *L);

#endif
