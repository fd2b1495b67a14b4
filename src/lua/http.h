/* The HTTP exchange (core/http.h) as Lua values. */
#ifndef CREDENCO_LUA_HTTP_H
#define CREDENCO_LUA_HTTP_H

#include <lua.h>
#include <stdint.h>

#include "core/http.h"

/* --- in both shared objects: http.c -------------------------------------------------- */

#define CREDENCO_LUA_FIELDS "credenco.http.fields"

/* The prepared request fields at `arg` (from core.fields), or an argument error. */
credenco_http_fields *credenco_lua_check_fields(lua_State *L, int arg);

/* Pushes a text field of the request at `arg`: without data if it is nil, or an argument error. The
 * span borrows from the stack. */
credenco_span credenco_lua_push_text_field(lua_State *L, int arg, const char *name);

/* Whether the request at `arg` wants the response's header fields: unless with_headers is false. */
bool credenco_lua_wants_fields(lua_State *L, int arg);

/* Pushes the response of an exchange that is DONE:
 *
 *     { status =, body =, retry_after_ms =, is_html =, headers = }
 *
 * `retry_after_ms` is nil unless the server asked for a wait. `is_html` is true if the Content-Type
 * is a web page's, else nil. `headers` is nil unless the exchange kept the fields; names are in
 * lower case, and the last of repeated fields counts. May raise Lua's memory error, which leaves
 * the exchange as it was. */
void credenco_lua_push_response(lua_State *L, const credenco_http *http, int64_t unix_now_s);

/* --- in credenco.core alone: exchange.c ---------------------------------------------- */

/* Registers the types of fields and exchanges. */
void credenco_lua_register_exchange(lua_State *L);

/* fields { name = value } -> prepared request fields, for any number of requests | nil, code */
int credenco_lua_fields(lua_State *L);

/* exchange() -> an exchange that has not begun:
 *
 *     x:begin(request [, fields [, authority [, max_body_bytes]]]) -> bytes to send | nil, code
 *     x:feed(bytes)                  -> "reading" | "done" | nil, code, detail
 *     x:ended()                      -> the same: the server has closed the connection
 *     x:response()                   -> the response, once it is done
 *     x:reusable()                   -> whether the connection may carry another request
 *     x:trim()                       releases memory that an ordinary exchange does not need
 *
 * The request is a table: method, url or target, body, with_headers; and authority and
 * max_body_bytes, unless they are arguments. */
int credenco_lua_exchange(lua_State *L);

#endif
