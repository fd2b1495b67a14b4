/* Reads JSON into Lua values, by default without any loss. */
#ifndef CREDENCO_LUA_JSON_H
#define CREDENCO_LUA_JSON_H

#include <lua.h>

/* json_read(text, array [, mode]) -> value | nil, problem, the position of its byte. The text must
 * be UTF-8. Arrays get the metatable `array`; null becomes the light userdata of lua-cjson. The
 * problem repeats nothing of the text. The modes: "exact"     refuses a number that no double
 * holds, a name that an object has twice, and more than CREDENCO_JSON_DEPTH levels; the default
 *   "rounding"  rounds numbers, and reads CREDENCO_JSON_TOLERANT_DEPTH levels
 *   "tolerant"  also takes the last of several members with one name */
int credenco_lua_json_read(lua_State *L);

#endif
