#include "plain.h"

#include <math.h>
#include <stdbool.h>

#include "compat.h"
#include "core/json.h"
#include "core/text.h"

enum { SLOTS_A_LEVEL = 3 };

/* lua-cjson writes 14 digits. */
static const lua_Number NUMBER_MAX = 1e14;

static bool is_plain(lua_State *L, int depth);

static bool is_plain_text(lua_State *L, int index) {
    credenco_span text;
    text.data = lua_tolstring(L, index, &text.len);
    return credenco_utf8_valid(text);
}

static bool is_plain_number(lua_State *L, int index) {
    lua_Number number = lua_tonumber(L, index);
    return fabs(number) < NUMBER_MAX && floor(number) == number;
}

/* A list has the keys from 1 to its length and no others; an object has only text keys. */
static bool is_plain_key(lua_State *L, int index, size_t length) {
    if (length == 0) {
        return lua_type(L, index) == LUA_TSTRING && is_plain_text(L, index);
    }
    return lua_type(L, index) == LUA_TNUMBER && is_plain_number(L, index) &&
           lua_tonumber(L, index) >= 1 && lua_tonumber(L, index) <= (lua_Number)length;
}

static bool is_plain_table(lua_State *L, int depth) {
    if (depth == CREDENCO_JSON_DEPTH || lua_getmetatable(L, -1)) {
        return false;
    }
    size_t length = (size_t)lua_rawlen(L, -1);
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (!is_plain_key(L, -2, length) || !is_plain(L, depth + 1)) {
            return false;
        }
        count++;
    }
    return length == 0 || count == length;
}

/* Whether the value on top is plain. After false the stack may hold more values. */
static bool is_plain(lua_State *L, int depth) {
    switch (lua_type(L, -1)) {
    case LUA_TSTRING:
        return is_plain_text(L, -1);
    case LUA_TNUMBER:
        return is_plain_number(L, -1);
    case LUA_TBOOLEAN:
        return true;
    case LUA_TTABLE:
        return is_plain_table(L, depth);
    default:
        return false;
    }
}

int credenco_lua_json_plain(lua_State *L) {
    lua_settop(L, 1);
    luaL_checkstack(L, SLOTS_A_LEVEL * (CREDENCO_JSON_DEPTH + 1), "JSON");
    lua_pushboolean(L, is_plain(L, 0));
    return 1;
}
