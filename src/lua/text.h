/* Questions of Lua about text: its encoding and its bytes (core/text.h). */
#ifndef CREDENCO_LUA_TEXT_H
#define CREDENCO_LUA_TEXT_H

#include <lua.h>

/* utf8_flaw(text [, from]) -> the place of the first byte that is not UTF-8, or nil. The search
 * begins at the place `from`, by default 1; places count from 1. */
int credenco_lua_utf8_flaw(lua_State *L);

/* utf8_valid(text) -> boolean */
int credenco_lua_utf8_valid(lua_State *L);

/* plain_text(value) -> boolean, see credenco_plain_text; false for a value that is not text */
int credenco_lua_plain_text(lua_State *L);

/* has_control(text) -> whether it has a byte below 32, or 127 */
int credenco_lua_has_control(lua_State *L);

/* line_breaks(text) -> the number of its line feeds */
int credenco_lua_line_breaks(lua_State *L);

/* base64_encode(bytes [, for_urls]) -> text, see credenco_base64_encode */
int credenco_lua_base64_encode(lua_State *L);

/* base64_decode(text) -> bytes | nil, see credenco_base64_decode */
int credenco_lua_base64_decode(lua_State *L);

/* media_type_is_html(content_type) -> boolean, see credenco_media_type_is_html */
int credenco_lua_media_type_is_html(lua_State *L);

#endif
