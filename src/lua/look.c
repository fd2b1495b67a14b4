#include "look.h"

#include <string.h>

#include "compat.h"
#include "connection_options.h"
#include "curl/look.h"

#define LOOK_TYPE "credenco.look"

static const char *const step_names[] = {
    [CREDENCO_LOOK_NAME] = "name",
    [CREDENCO_LOOK_PROXY] = "proxy",
    [CREDENCO_LOOK_CONNECTION] = "connection",
    [CREDENCO_LOOK_TLS] = "tls",
    [CREDENCO_LOOK_CONNECTED] = NULL,
};

/* Each line is "Name:value". */
static void push_certificate(lua_State *L, const struct curl_slist *line) {
    lua_newtable(L);
    for (; line != NULL; line = line->next) {
        const char *colon = strchr(line->data, ':');
        if (colon != NULL) {
            lua_pushlstring(L, line->data, (size_t)(colon - line->data));
            lua_pushstring(L, colon + 1);
            lua_settable(L, -3);
        }
    }
}

static void push_certificates(lua_State *L, const struct curl_certinfo *certificates) {
    lua_newtable(L);
    for (int i = 0; certificates != NULL && i < certificates->num_of_certs; i++) {
        push_certificate(L, certificates->certinfo[i]);
        lua_rawseti(L, -2, i + 1);
    }
}

static void push_look(lua_State *L, const credenco_look *look) {
    const char *address = NULL;
    curl_easy_getinfo(look->connection->easy, CURLINFO_PRIMARY_IP, &address);
    lua_newtable(L);
    credenco_set_text(L, "failed", step_names[look->step]);
    credenco_set_text(L, "detail", look->connection->detail);
    credenco_set_text(L, "os_error", look->os_error != 0 ? strerror(look->os_error) : NULL);
    credenco_set_text(L, "address", address != NULL && address[0] != '\0' ? address : NULL);
    if (look->tunnel_status != 0) {
        credenco_set_integer(L, "tunnel_status", look->tunnel_status);
    }
    push_certificates(L, look->certificates);
    lua_setfield(L, -2, "certificates");
}

int credenco_lua_look(lua_State *L) {
    const credenco_span text = credenco_check_span(L, 1);
    credenco_url url;
    luaL_argcheck(L, credenco_url_parse(text, &url) == CREDENCO_OK, 1, "not a URL");
    luaL_checktype(L, 2, LUA_TTABLE);
    const credenco_connection_options options = credenco_lua_connection_options(L, 2);
    const bool verify = lua_toboolean(L, 3) != 0;
    const int64_t timeout_ms = credenco_check_integer(L, 4, 1, CREDENCO_LUA_WAIT_MAX_MS);
    credenco_look *look = credenco_newobject(L, LOOK_TYPE, sizeof *look);
    if (credenco_look_at(look, &options, text.data, &url, verify, timeout_ms)) {
        push_look(L, look);
        credenco_look_free(look);
        return 1;
    }
    credenco_look_free(look);
    return credenco_refuse(L, credenco_code_name(CREDENCO_OUT_OF_MEMORY));
}

int credenco_lua_date(lua_State *L) {
    const time_t seconds = curl_getdate(luaL_checkstring(L, 1), NULL);
    if (seconds == -1) {
        lua_pushnil(L);
    } else {
        lua_pushnumber(L, (lua_Number)seconds);
    }
    return 1;
}

static int look_free(lua_State *L) {
    credenco_look_free(luaL_checkudata(L, 1, LOOK_TYPE));
    return 0;
}

void credenco_lua_register_look(lua_State *L) {
    credenco_newtype(L, LOOK_TYPE, NULL, look_free);
}
