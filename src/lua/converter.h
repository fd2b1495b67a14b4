/* Converts text between encodings as a stream, with iconv(3). */
#ifndef CREDENCO_LUA_CONVERTER_H
#define CREDENCO_LUA_CONVERTER_H

#include <lua.h>

/* Registers the type of converters. */
void credenco_lua_register_converter(lua_State *L);

/* converter(to, from) -> an object, or nil if the system does not know one of the encodings */
int credenco_lua_converter(lua_State *L);

#endif
