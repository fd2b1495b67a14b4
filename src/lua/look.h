/* Examines how a connection is made (curl/look.h), for Lua. */
#ifndef CREDENCO_LUA_LOOK_H
#define CREDENCO_LUA_LOOK_H

#include <lua.h>

/* Registers the type of a look's memory, which the collector frees after an error. */
void credenco_lua_register_look(lua_State *L);

/* look(origin_url, options, verify, timeout_ms) ->
 *   { failed = nil | "name" | "proxy" | "connection" | "tls", detail, os_error | nil,
 *     tunnel_status | nil, address | nil, certificates } | nil, "out_of_memory"
 * `options` are those of a driver. Blocks until the connection is made or has failed.
 * `certificates` are the server's own and then its chain, as libcurl describes them: { ["Subject"]
 * = ..., ["Expire date"] = ..., ... }. */
int credenco_lua_look(lua_State *L);

/* date(text) -> seconds since 1970 | nil, for the dates of certificates and HTTP headers */
int credenco_lua_date(lua_State *L);

#endif
