#include "text.h"

#include <lauxlib.h>
#include <string.h>

#include "compat.h"
#include "core/base64.h"
#include "core/chars.h"
#include "core/http.h"
#include "core/text.h"

int credenco_lua_utf8_flaw(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    lua_Integer from = luaL_optinteger(L, 2, 1);
    luaL_argcheck(L, from >= 1 && (size_t)from <= text.len + 1, 2, "a place in the text expected");
    size_t before = (size_t)from - 1;
    credenco_span rest = {text.data + before, text.len - before};
    size_t len = credenco_utf8_prefix(rest);
    if (len == rest.len) {
        lua_pushnil(L);
    } else {
        lua_pushinteger(L, (lua_Integer)(before + len + 1));
    }
    return 1;
}

int credenco_lua_utf8_valid(lua_State *L) {
    lua_pushboolean(L, credenco_utf8_valid(credenco_check_span(L, 1)));
    return 1;
}

int credenco_lua_base64_encode(lua_State *L) {
    credenco_span bytes = credenco_check_span(L, 1);
    bool for_urls = lua_toboolean(L, 2) != 0;
    char *out = credenco_newuserdata(L, CREDENCO_BASE64_MAX(bytes.len) + 1);
    lua_pushlstring(L, out, credenco_base64_encode(bytes, for_urls, out));
    return 1;
}

int credenco_lua_base64_decode(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    char *out = credenco_newuserdata(L, text.len + 1);
    size_t len;
    if (credenco_base64_decode(text, out, &len)) {
        lua_pushlstring(L, out, len);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

int credenco_lua_media_type_is_html(lua_State *L) {
    lua_pushboolean(L, credenco_media_type_is_html(credenco_check_span(L, 1)));
    return 1;
}

int credenco_lua_plain_text(lua_State *L) {
    lua_pushboolean(L, lua_type(L, 1) == LUA_TSTRING &&
                           credenco_plain_text(credenco_check_span(L, 1)));
    return 1;
}

static bool is_not_control(char c) {
    return !is_control(c);
}

int credenco_lua_has_control(lua_State *L) {
    lua_pushboolean(L, !span_all(credenco_check_span(L, 1), is_not_control));
    return 1;
}

/* Texts are whole chunks of a file, so memchr looks for the breaks. */
int credenco_lua_line_breaks(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    const char *end = text.data + text.len;
    lua_Integer count = 0;
    for (const char *at = text.data; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        count++;
    }
    lua_pushinteger(L, count);
    return 1;
}
