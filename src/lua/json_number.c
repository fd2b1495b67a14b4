#include "json_number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "core/chars.h"
#include "core/decimal.h"
#include "core/json.h"

/* Whether the number is whole, and surely exact as a double; then `whole` is its value. */
static bool is_exact_whole(credenco_span number, lua_Integer *whole) {
    const bool negative = number.data[0] == '-';
    uint64_t value;
    if (!credenco_decimal_read(span_after(number, negative), CREDENCO_MAX_INTEGER - 1, &value)) {
        return false;
    }
    *whole = negative ? -(lua_Integer)value : (lua_Integer)value;
    return true;
}

static void push_double(lua_State *L, credenco_span number, double value) {
    bool whole = !memchr(number.data, '.', number.len) &&
                 fabs(value) <= (double)CREDENCO_MAX_INTEGER && floor(value) == value;
    if (whole) {
        lua_pushinteger(L, (lua_Integer)value);
    } else {
        lua_pushnumber(L, value);
    }
}

static bool is_in_whole(char c) {
    return is_digit(c) || c == '-';
}

/* Whether the number is whole and `value`, which was read from it, may be another one's, too. */
static bool is_big_whole(credenco_span number, double value) {
    return fabs(value) >= (double)CREDENCO_MAX_INTEGER && span_all(number, is_in_whole);
}

/* Whether a double that was read from `number` holds all its digits: printed with as few as it
 * takes, it is the same number. The smallest doubles hold fewer digits than the others, and an
 * infinity has none. */
static bool holds(credenco_span number, double value) {
    if (credenco_json_surely_exact(number)) {
        return true;
    }
    for (int digits = 1; digits <= DBL_DIG + 2; digits++) {
        char text[64];
        const int len = snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (credenco_json_same_number(number, (credenco_span){text, (size_t)len})) {
            return true;
        }
    }
    return false;
}

/* Of the number whose text is on the stack's top. Lua 5.2 wants the decimal point of the locale. */
static double value_on_top(lua_State *L) {
    if (!lua_isnumber(L, -1)) {
        luaL_gsub(L, lua_tostring(L, -1), ".", localeconv()->decimal_point);
        lua_remove(L, -2);
    }
    return lua_tonumber(L, -1);
}

const char *credenco_push_json_number(lua_State *L, credenco_span number, bool rounds,
                                      bool keeps_digits) {
    lua_Integer whole;
    if (is_exact_whole(number, &whole)) {
        lua_pushinteger(L, whole);
        return NULL;
    }
    credenco_push_span(L, number);
    double value = value_on_top(L);
    if (keeps_digits && is_big_whole(number, value)) {
        return NULL;
    }
    lua_pop(L, 1);
    if (rounds ? !isfinite(value) : !holds(number, value)) {
        return rounds ? "this number is too large"
                      : "this number cannot be held exactly; give it as text";
    }
    push_double(L, number, value);
    return NULL;
}
