#include "connection_options.h"

#include <lauxlib.h>

static const char *text_field(lua_State *L, int table, const char *name) {
    lua_getfield(L, table, name);
    const char *text = lua_isnil(L, -1) ? NULL : luaL_checkstring(L, -1);
    lua_pop(L, 1);
    return text;
}

static bool flag_field(lua_State *L, int table, const char *name) {
    lua_getfield(L, table, name);
    bool flag = lua_toboolean(L, -1) != 0;
    lua_pop(L, 1);
    return flag;
}

static credenco_identity identity_fields(lua_State *L, int table) {
    return (credenco_identity){
        .cert_file = text_field(L, table, "client_cert"),
        .key_file = text_field(L, table, "client_key"),
        .passphrase_file = text_field(L, table, "client_key_passphrase_file"),
        .origins = text_field(L, table, "client_cert_origins"),
    };
}

credenco_connection_options credenco_lua_connection_options(lua_State *L, int table) {
    return (credenco_connection_options){
        .ca_file = text_field(L, table, "ca_file"),
        .proxy = text_field(L, table, "proxy"),
        .identity = identity_fields(L, table),
        .trust_loopback = flag_field(L, table, "insecure_loopback"),
    };
}
