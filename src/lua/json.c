#include "json.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "core/json.h"

enum { TEXT = 1, ARRAY_MARK = 2, DEPTH_MAX = 64, SLOTS_A_LEVEL = 4 };

/* Every whole number of so many digits has a double of its own. */
enum { SURE_DIGITS = 15 };

static const double WHOLE_MAX = 9007199254740992.0;

static const char *push_value(lua_State *L, credenco_json *json, int depth);

static void push_string(lua_State *L, credenco_span raw, bool escaped) {
    if (!escaped) {
        credenco_push_span(L, raw);
        return;
    }
    char *scratch = lua_newuserdata(L, raw.len);
    lua_pushlstring(L, scratch, credenco_json_unescape(raw, scratch));
    lua_remove(L, -2);
}

static const char *push_text(lua_State *L, credenco_json *json) {
    credenco_span raw;
    bool escaped;
    const char *problem = credenco_json_string(json, &raw, &escaped);
    if (!problem) {
        push_string(L, raw, escaped);
    }
    return problem;
}

/* Whether the number is whole and short; then `whole` is what it is. */
static bool is_short_whole(credenco_span number, lua_Integer *whole) {
    bool negative = number.data[0] == '-';
    size_t at = negative ? 1 : 0;
    if (number.len - at > SURE_DIGITS) {
        return false;
    }
    *whole = 0;
    for (; at < number.len; at++) {
        if (number.data[at] < '0' || number.data[at] > '9') {
            return false;
        }
        *whole = *whole * 10 + (number.data[at] - '0');
    }
    *whole = negative ? -*whole : *whole;
    return true;
}

static void push_double(lua_State *L, credenco_span number, double value) {
    bool whole =
        !memchr(number.data, '.', number.len) && fabs(value) <= WHOLE_MAX && floor(value) == value;
    if (whole) {
        lua_pushinteger(L, (lua_Integer)value);
    } else {
        lua_pushnumber(L, value);
    }
}

/* Whether a double that was read from `number` holds all its digits: printed with as few as it
 * takes, it is the same number. */
static bool holds(credenco_span number, double value) {
    if (!isfinite(value) || credenco_json_surely_exact(number)) {
        return isfinite(value);
    }
    for (int digits = DBL_DIG; digits <= DBL_DIG + 2; digits++) {
        char text[64];
        const int len = snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (credenco_json_same_number(number, (credenco_span){text, (size_t)len})) {
            return true;
        }
    }
    return false;
}

static const char *push_number(lua_State *L, credenco_json *json) {
    size_t start = json->at;
    credenco_span number;
    const char *problem = credenco_json_number(json, &number);
    lua_Integer whole;
    if (problem) {
        return problem;
    }
    if (is_short_whole(number, &whole)) {
        lua_pushinteger(L, whole);
        return NULL;
    }
    /* Lua reads a point whatever the locale has for one */
    credenco_push_span(L, number);
    double value = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (!holds(number, value)) {
        json->at = start;
        return "this number cannot be held exactly; give it as text";
    }
    push_double(L, number, value);
    return NULL;
}

static bool take_word(credenco_json *json, const char *word) {
    size_t len = strlen(word);
    if (json->text.len - json->at < len || memcmp(json->text.data + json->at, word, len) != 0) {
        return false;
    }
    json->at += len;
    return true;
}

static const char *push_word(lua_State *L, credenco_json *json) {
    if (take_word(json, "null")) {
        lua_pushlightuserdata(L, NULL);
    } else if (take_word(json, "true")) {
        lua_pushboolean(L, 1);
    } else if (take_word(json, "false")) {
        lua_pushboolean(L, 0);
    } else {
        return "not a JSON value";
    }
    return NULL;
}

/* Steps over what stands behind an item: a comma, and then another item follows, or the closing
 * bracket. */
static const char *step_over(credenco_json *json, char closing, bool *more) {
    char byte = credenco_json_peek(json);
    *more = byte == ',';
    if (byte != ',' && byte != closing) {
        return closing == ']' ? "\",\" or \"]\" expected" : "\",\" or \"}\" expected";
    }
    json->at++;
    return NULL;
}

/* Steps over an opening bracket, and over the closing one where nothing is between them. */
static bool opens_empty(credenco_json *json, char closing) {
    json->at++;
    if (credenco_json_peek(json) != closing) {
        return false;
    }
    json->at++;
    return true;
}

static const char *push_array(lua_State *L, credenco_json *json, int depth) {
    const char *problem = NULL;
    lua_newtable(L);
    lua_pushvalue(L, ARRAY_MARK);
    lua_setmetatable(L, -2);
    bool more = !opens_empty(json, ']');
    for (int count = 1; more; count++) {
        problem = push_value(L, json, depth);
        if (problem) {
            return problem;
        }
        lua_rawseti(L, -2, count);
        problem = step_over(json, ']', &more);
        if (problem) {
            return problem;
        }
    }
    return NULL;
}

/* Pushes a member's name that the object on top does not have yet. */
static const char *push_name(lua_State *L, credenco_json *json) {
    if (credenco_json_peek(json) != '"') {
        return "a member's name expected";
    }
    size_t start = json->at;
    const char *problem = push_text(L, json);
    if (problem) {
        return problem;
    }
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    if (!lua_isnil(L, -1)) {
        json->at = start;
        return "the same name twice in one object";
    }
    lua_pop(L, 1);
    if (credenco_json_peek(json) != ':') {
        return "\":\" expected";
    }
    json->at++;
    return NULL;
}

static const char *push_object(lua_State *L, credenco_json *json, int depth) {
    lua_newtable(L);
    bool more = !opens_empty(json, '}');
    while (more) {
        const char *problem = push_name(L, json);
        problem = problem ? problem : push_value(L, json, depth);
        if (problem) {
            return problem;
        }
        lua_rawset(L, -3);
        problem = step_over(json, '}', &more);
        if (problem) {
            return problem;
        }
    }
    return NULL;
}

/* Pushes the value at hand; after a problem the stack may hold more or less. */
static const char *push_value(lua_State *L, credenco_json *json, int depth) {
    char byte = credenco_json_peek(json);
    switch (byte) {
    case '"':
        return push_text(L, json);
    case '{':
    case '[':
        if (depth == DEPTH_MAX) {
            return "nested deeper than 64 levels";
        }
        return byte == '{' ? push_object(L, json, depth + 1) : push_array(L, json, depth + 1);
    case 't':
    case 'f':
    case 'n':
        return push_word(L, json);
    default:
        return push_number(L, json);
    }
}

int credenco_lua_json_read(lua_State *L) {
    credenco_json json = {.text = credenco_check_span(L, TEXT), .at = 0};
    luaL_checktype(L, ARRAY_MARK, LUA_TTABLE);
    lua_settop(L, ARRAY_MARK);
    luaL_checkstack(L, SLOTS_A_LEVEL * (DEPTH_MAX + 2), "JSON");
    const char *problem = push_value(L, &json, 0);
    if (!problem) {
        (void)credenco_json_peek(&json);
        problem = json.at < json.text.len ? "nothing may follow the value" : NULL;
    }
    if (!problem) {
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, problem);
    lua_pushinteger(L, (lua_Integer)json.at + 1);
    return 3;
}
