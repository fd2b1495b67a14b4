#include <time.h>

#include "compat.h"
#include "core/uri.h"
#include "http.h"

#define EXCHANGE_TYPE "credenco.http.exchange"

/* --- request fields ------------------------------------------------------------------ */

static int fields_finalize(lua_State *L) {
    credenco_http_fields_free(luaL_checkudata(L, 1, CREDENCO_LUA_FIELDS));
    return 0;
}

int credenco_lua_fields(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    credenco_http_fields *fields = credenco_newobject(L, CREDENCO_LUA_FIELDS, sizeof *fields);
    credenco_http_fields_init(fields);
    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
        luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING, 1,
                      "names and values must be strings");
        const credenco_code code = credenco_http_fields_add(fields, credenco_check_span(L, -2),
                                                            credenco_check_span(L, -1));
        if (code != CREDENCO_OK) {
            return credenco_refuse(L, credenco_code_name(code));
        }
    }
    return 1;
}

/* --- exchanges ----------------------------------------------------------------------- */

static int exchange_finalize(lua_State *L) {
    credenco_http_free(luaL_checkudata(L, 1, EXCHANGE_TYPE));
    return 0;
}

int credenco_lua_exchange(lua_State *L) {
    credenco_http *http = credenco_newobject(L, EXCHANGE_TYPE, sizeof *http);
    credenco_http_init(http);
    return 1;
}

static credenco_http *check_exchange(lua_State *L) {
    return luaL_checkudata(L, 1, EXCHANGE_TYPE);
}

/* Takes the target from the request's `url`, or else its `target`. */
static credenco_code check_target(lua_State *L, credenco_span *target) {
    const credenco_span text = credenco_lua_push_text_field(L, 2, "url");
    if (text.data == NULL) {
        *target = credenco_lua_push_text_field(L, 2, "target");
        return CREDENCO_OK;
    }
    credenco_url url;
    const credenco_code code = credenco_url_parse(text, &url);
    if (code == CREDENCO_OK) {
        *target = url.target;
    }
    return code == CREDENCO_OK ? code : CREDENCO_INVALID_ARGUMENT;
}

/* The request borrows from the table at 2, and from the stack. */
static credenco_code check_request(lua_State *L, credenco_http_request *request) {
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 5);
    *request = (credenco_http_request){0};
    request->fields = lua_isnil(L, 3) ? NULL : credenco_lua_check_fields(L, 3);
    request->authority = lua_isnil(L, 4) ? credenco_lua_push_text_field(L, 2, "authority")
                                         : credenco_check_span(L, 4);
    request->method = credenco_lua_push_text_field(L, 2, "method");
    request->body = credenco_lua_push_text_field(L, 2, "body");
    lua_getfield(L, 2, "max_body_bytes");
    if (lua_isnil(L, -1)) {
        lua_pushvalue(L, 5);
    }
    request->max_body_bytes = (size_t)credenco_check_integer(L, -1, 0, INT32_MAX);
    request->wants_fields = credenco_lua_wants_fields(L, 2);
    return check_target(L, &request->target);
}

static int exchange_begin(lua_State *L) {
    credenco_http *http = check_exchange(L);
    credenco_http_request request;
    credenco_code code = check_request(L, &request);
    if (code == CREDENCO_OK) {
        code = credenco_http_begin(http, &request);
    }
    if (code != CREDENCO_OK) {
        return credenco_refuse(L, credenco_code_name(code));
    }
    credenco_push_span(L, credenco_buf_span(&http->request));
    return 1;
}

static int push_state(lua_State *L, const credenco_http *http) {
    switch (http->state) {
    case CREDENCO_HTTP_READING:
        lua_pushliteral(L, "reading");
        return 1;
    case CREDENCO_HTTP_DONE:
        lua_pushliteral(L, "done");
        return 1;
    case CREDENCO_HTTP_FAILED:
        break;
    }
    credenco_refuse(L, credenco_code_name(http->code));
    lua_pushstring(L, http->detail);
    return 3;
}

static int exchange_feed(lua_State *L) {
    credenco_http *http = check_exchange(L);
    credenco_http_feed(http, credenco_check_span(L, 2));
    return push_state(L, http);
}

static int exchange_ended(lua_State *L) {
    credenco_http *http = check_exchange(L);
    credenco_http_end(http);
    return push_state(L, http);
}

static int exchange_response(lua_State *L) {
    const credenco_http *http = check_exchange(L);
    luaL_argcheck(L, http->state == CREDENCO_HTTP_DONE, 1, "the response is not complete");
    credenco_lua_push_response(L, http, (int64_t)time(NULL));
    return 1;
}

static int exchange_reusable(lua_State *L) {
    lua_pushboolean(L, credenco_http_reusable(check_exchange(L)));
    return 1;
}

static int exchange_is_tunnel(lua_State *L) {
    lua_pushboolean(L, credenco_http_is_tunnel(check_exchange(L)));
    return 1;
}

static int exchange_trim(lua_State *L) {
    credenco_http_trim(check_exchange(L));
    return 0;
}

void credenco_lua_register_exchange(lua_State *L) {
    static const luaL_Reg exchange_methods[] = {
        {"begin", exchange_begin},       {"feed", exchange_feed},
        {"ended", exchange_ended},       {"response", exchange_response},
        {"reusable", exchange_reusable}, {"is_tunnel", exchange_is_tunnel},
        {"trim", exchange_trim},         {NULL, NULL},
    };
    credenco_newtype(L, CREDENCO_LUA_FIELDS, NULL, fields_finalize);
    credenco_newtype(L, EXCHANGE_TYPE, exchange_methods, exchange_finalize);
}
