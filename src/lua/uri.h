/* URIs (core/uri.h) for Lua. */
#ifndef CREDENCO_LUA_URI_H
#define CREDENCO_LUA_URI_H

#include <lua.h>

/* encode(text) -> percent-encoded text, of at most 1 MiB | nil, code */
int credenco_lua_encode(lua_State *L);

/* is_loopback(host) -> boolean; an IPv6 address is in brackets, as in a URL */
int credenco_lua_is_loopback(lua_State *L);

/* parse_url(text) -> { scheme, host, port, target, loopback, secure } | nil for what
 * credenco_url_parse refuses; see credenco_url_is_secure */
int credenco_lua_parse_url(lua_State *L);

/* same_origin(a, b) -> boolean; false unless both are http(s) URLs */
int credenco_lua_same_origin(lua_State *L);

/* wallet_key_valid(key) -> boolean, see credenco_wallet_key_valid */
int credenco_lua_wallet_key_valid(lua_State *L);

/* offer_uri(request_uri) -> credential_offer_uri | nil, code (see credenco_offer_uri) */
int credenco_lua_offer_uri(lua_State *L);

/* url(text, value, text, value, ...) -> every text as it is, every value percent-encoded, up to the
 * first nil; at most CREDENCO_URL_MAX bytes | nil, code */
int credenco_lua_url(lua_State *L);

#endif
