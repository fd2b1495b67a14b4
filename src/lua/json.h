/* Reads JSON into Lua values, by default without any loss. */
#ifndef CREDENCO_LUA_JSON_H
#define CREDENCO_LUA_JSON_H

#include <lua.h>

/* json_read(text, array [, mode]) -> value, or nil, the problem and the place of the byte that
 * shows it. The text is UTF-8 already. Arrays get the metatable `array`, null is the light userdata
 * that lua-cjson has for it. The problem repeats nothing of the text. The modes:
 *   "exact"     a number that no double holds, a name that an object has twice and more than
 *               CREDENCO_JSON_DEPTH levels are problems; the default
 *   "rounding"  rounds numbers and reads CREDENCO_JSON_TOLERANT_DEPTH levels
 *   "tolerant"  takes the last member of a name, too
 *   "digits"    reads an integer that no double holds exactly as the text of its digits, too */
int credenco_lua_json_read(lua_State *L);

#endif
