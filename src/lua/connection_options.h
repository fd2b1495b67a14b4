/* What every connection is made with, out of a table of Lua. */
#ifndef CREDENCO_LUA_CONNECTION_OPTIONS_H
#define CREDENCO_LUA_CONNECTION_OPTIONS_H

#include <lua.h>

#include "curl/connection.h"

/* The members ca_file, proxy, insecure_loopback, client_cert, client_key,
 * client_key_passphrase_file and client_cert_origins of the table at `table`, each of which may be
 * missing; the table keeps the texts alive. */
credenco_connection_options credenco_lua_connection_options(lua_State *L, int table);

#endif
