/* Randomness, which the core is given as an argument, and UUIDs (RFC 9562). */
#ifndef CREDENCO_LUA_RANDOM_H
#define CREDENCO_LUA_RANDOM_H

#include <lua.h>

/* random() -> a number in [0, 1) from the system's random source */
int credenco_lua_random(lua_State *L);

/* uuid() -> a UUID version 4 (5.4) from the system's random source */
int credenco_lua_uuid(lua_State *L);

/* uuid_of(bytes) -> a UUID version 8 (5.8) that begins as these bytes do: 16 or more */
int credenco_lua_uuid_of(lua_State *L);

#endif
