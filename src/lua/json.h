/* Reads JSON into Lua values, without losing anything unless it is told to. */
#ifndef CREDENCO_LUA_JSON_H
#define CREDENCO_LUA_JSON_H

#include <lua.h>

/* json_read(text, array [, tolerant]) -> value, or nil, what is wrong and the place of the byte
 * that shows it. The text is UTF-8 already. Arrays get the metatable `array`, null is the light
 * userdata that lua-cjson has for it. A number that no double holds, a member's name that is there
 * twice and more than 64 levels are problems. What is wrong repeats nothing of the text. A tolerant
 * reader rounds numbers, takes the last member of a name, and reads 100 levels. */
int credenco_lua_json_read(lua_State *L);

#endif
