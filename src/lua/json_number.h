/* JSON's numbers as Lua's. */
#ifndef CREDENCO_LUA_JSON_NUMBER_H
#define CREDENCO_LUA_JSON_NUMBER_H

#include <lua.h>
#include <stdbool.h>

#include "core/buf.h"

/* Pushes the value of `number`, a number of JSON, as an integer if it is a whole one. Returns NULL,
 * or the problem, and then pushes nothing. A value that a double does not hold exactly is a
 * problem, unless `rounds`; then only one that is too large is. With `keeps_digits` a whole number
 * beyond 2^53 is pushed as its text. */
const char *credenco_push_json_number(lua_State *L, credenco_span number, bool rounds,
                                      bool keeps_digits);

#endif
