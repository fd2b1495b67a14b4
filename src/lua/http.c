#include "http.h"

#include "compat.h"

credenco_http_fields *credenco_lua_check_fields(lua_State *L, int arg) {
    return luaL_checkudata(L, arg, CREDENCO_LUA_FIELDS);
}

credenco_span credenco_lua_push_text_field(lua_State *L, int arg, const char *name) {
    lua_getfield(L, arg, name);
    luaL_argcheck(L, lua_isnil(L, -1) || lua_type(L, -1) == LUA_TSTRING, arg, name);
    return credenco_optional_span(L, -1);
}

bool credenco_lua_wants_fields(lua_State *L, int arg) {
    lua_getfield(L, arg, "with_headers");
    const bool wants = lua_isnil(L, -1) || lua_toboolean(L, -1) != 0;
    lua_pop(L, 1);
    return wants;
}

static int count_fields(const credenco_http *http) {
    int count = 0;
    credenco_span name, value;
    for (size_t cursor = 0; credenco_http_next_field(http, &cursor, &name, &value);) {
        count++;
    }
    return count;
}

static void push_headers(lua_State *L, const credenco_http *http) {
    lua_createtable(L, 0, count_fields(http));
    credenco_span name, value;
    for (size_t cursor = 0; credenco_http_next_field(http, &cursor, &name, &value);) {
        credenco_push_span(L, name);
        credenco_push_span(L, value);
        lua_rawset(L, -3);
    }
}

/* -1 without Retry-After, and for a wait of 0. */
static int64_t retry_after_ms(const credenco_http *http, int64_t unix_now_s) {
    return http->retry_after.len > 0
               ? credenco_retry_after_ms(credenco_buf_span(&http->retry_after), unix_now_s)
               : -1;
}

void credenco_lua_push_response(lua_State *L, const credenco_http *http, int64_t unix_now_s) {
    const int64_t wait_ms = retry_after_ms(http, unix_now_s);
    lua_createtable(L, 0, 2 + (wait_ms >= 0) + http->html + http->wants_fields);
    credenco_set_integer(L, "status", http->status);
    credenco_set_span(L, "body", credenco_buf_span(&http->body));
    if (wait_ms >= 0) {
        credenco_set_integer(L, "retry_after_ms", wait_ms);
    }
    if (http->html) {
        credenco_set_flag(L, "is_html", true);
    }
    if (http->wants_fields) {
        push_headers(L, http);
        lua_setfield(L, -2, "headers");
    }
}
