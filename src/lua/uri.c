#include "uri.h"

#include <lauxlib.h>

#include "compat.h"
#include "core/host.h"
#include "core/uri.h"

#define SCRATCH_TYPE "credenco.scratch"

/* The longest text that `encode` takes: each byte may become three. */
enum { SCRATCH_MAX = 1 << 20 };

static int scratch_finalize(lua_State *L) {
    credenco_buf_free(luaL_checkudata(L, 1, SCRATCH_TYPE));
    return 0;
}

/* A buffer that the collector frees, so that no error leaks it. */
static credenco_buf *push_scratch(lua_State *L) {
    credenco_buf *buf = credenco_newuserdata(L, sizeof *buf);
    credenco_buf_init(buf, SCRATCH_MAX);
    luaL_getmetatable(L, SCRATCH_TYPE);
    lua_setmetatable(L, -2);
    return buf;
}

/* Pushes the buffer's text, or nil and the code's name. */
static int push_result(lua_State *L, credenco_code code, const credenco_buf *buf) {
    if (code == CREDENCO_OUT_OF_MEMORY) {
        return luaL_error(L, "not enough memory");
    }
    if (code != CREDENCO_OK) {
        lua_pushnil(L);
        lua_pushstring(L, credenco_code_name(code));
        return 2;
    }
    credenco_push_span(L, credenco_buf_span(buf));
    return 1;
}

int credenco_lua_encode(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    credenco_buf *buf = push_scratch(L);
    return push_result(L, credenco_uri_encode(text, buf), buf);
}

int credenco_lua_is_loopback(lua_State *L) {
    lua_pushboolean(L, credenco_host_is_loopback(credenco_check_span(L, 1)));
    return 1;
}

int credenco_lua_parse_url(lua_State *L) {
    credenco_url url;
    if (credenco_url_parse(credenco_check_span(L, 1), &url) != CREDENCO_OK) {
        lua_pushnil(L);
        return 1;
    }
    lua_createtable(L, 0, 5);
    lua_pushstring(L, url.https ? "https" : "http");
    lua_setfield(L, -2, "scheme");
    credenco_push_span(L, url.host);
    lua_setfield(L, -2, "host");
    lua_pushinteger(L, url.port);
    lua_setfield(L, -2, "port");
    credenco_push_span(L, url.target);
    lua_setfield(L, -2, "target");
    lua_pushboolean(L, credenco_url_is_loopback(&url));
    lua_setfield(L, -2, "loopback");
    return 1;
}

int credenco_lua_same_origin(lua_State *L) {
    credenco_url a;
    credenco_url b;
    bool same = credenco_url_parse(credenco_check_span(L, 1), &a) == CREDENCO_OK &&
                credenco_url_parse(credenco_check_span(L, 2), &b) == CREDENCO_OK &&
                credenco_url_same_origin(&a, &b);
    lua_pushboolean(L, same);
    return 1;
}

int credenco_lua_wallet_key_valid(lua_State *L) {
    lua_pushboolean(L, credenco_wallet_key_valid(credenco_check_span(L, 1)));
    return 1;
}

/* --- functions with a buffer that all their calls share --------------------------------- */

/* No other call can be using it: none of these yields. */
static credenco_buf *own_buf(lua_State *L) {
    credenco_buf *buf = lua_touserdata(L, lua_upvalueindex(1));
    credenco_buf_clear(buf);
    return buf;
}

static int read_offer_uri(lua_State *L) {
    credenco_span request_uri = credenco_check_span(L, 1);
    credenco_buf *buf = own_buf(L);
    return push_result(L, credenco_offer_uri(request_uri, buf), buf);
}

static int build_url(lua_State *L) {
    credenco_buf *buf = own_buf(L);
    credenco_code code = CREDENCO_OK;
    int count = lua_gettop(L);
    for (int i = 1; i <= count && !lua_isnil(L, i) && code == CREDENCO_OK; i++) {
        credenco_span part = credenco_check_span(L, i);
        code = i % 2 != 0 ? credenco_buf_append(buf, part) : credenco_uri_encode(part, buf);
    }
    return push_result(L, code, buf);
}

/* Sets `name` in the table on top of the stack. */
static void set_with_buf(lua_State *L, const char *name, lua_CFunction function) {
    credenco_buf *buf = push_scratch(L);
    credenco_buf_init(buf, CREDENCO_URL_MAX);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

void credenco_lua_add_uri_builders(lua_State *L) {
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    credenco_newtype(L, SCRATCH_TYPE, no_methods, scratch_finalize);
    set_with_buf(L, "offer_uri", read_offer_uri);
    set_with_buf(L, "url", build_url);
}
