/* Reads JSON into Lua values without losing anything. */
#ifndef CREDENCO_LUA_JSON_H
#define CREDENCO_LUA_JSON_H

#include <lua.h>

/* json_read(text, array) -> value, or nil, what is wrong and the place of the byte that shows it.
 * The text is UTF-8 already. Arrays get the metatable `array`, null is the light userdata that
 * lua-cjson has for it. A number that no double holds, a member's name that is there twice and more
 * than 64 levels are problems. What is wrong repeats nothing of the text. */
int credenco_lua_json_read(lua_State *L);

#endif
