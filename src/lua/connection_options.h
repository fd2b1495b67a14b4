/* Reads the options of connections from a Lua table. */
#ifndef CREDENCO_LUA_CONNECTION_OPTIONS_H
#define CREDENCO_LUA_CONNECTION_OPTIONS_H

#include <lua.h>

#include "curl/connection.h"

/* The longest wait. Longer than any sensible deadline, and small enough for a C long of 32 bits. */
enum { CREDENCO_LUA_WAIT_MAX_MS = 86400000 };

/* The table at index `table` may have ca_file, proxy, insecure_loopback, client_cert, client_key,
 * client_key_passphrase_file and client_cert_origins. It keeps the texts alive. */
credenco_connection_options credenco_lua_connection_options(lua_State *L, int table);

#endif
