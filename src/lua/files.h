/* What Lua's own io cannot do with files: make a private one, tell two names of one file, look
 * whether something has arrived, and keep the places of the standard streams. */
#ifndef CREDENCO_LUA_FILES_H
#define CREDENCO_LUA_FILES_H

#include <lua.h>

/* create_private(path) -> true | nil, reason. The new file is empty and for its owner only
 * (mode 0600); any file or link that is already there is a reason. */
int credenco_lua_create_private(lua_State *L);

/* file_type(path) -> "file", "folder" or "other" | nil when there is nothing. Follows links. */
int credenco_lua_file_type(lua_State *L);

/* file_mode(path) -> its permissions, as chmod takes them | nil when there is nothing. */
int credenco_lua_file_mode(lua_State *L);

/* file_id(path) -> a text that is the same for all names of one file | nil when there is
 * nothing. Follows links. */
int credenco_lua_file_id(lua_State *L);

/* real_path(path) -> where the file is, or would be created, without links | nil when its
 * folder is not there. */
int credenco_lua_real_path(lua_State *L);

/* readable(descriptor) -> whether something has arrived on it, its end included */
int credenco_lua_readable(lua_State *L);

/* terminal_columns(fd) -> how many characters fit into a line, 0 where that is not known | nil when
 * it is no terminal. */
int credenco_lua_terminal_columns(lua_State *L);

/* hold_standard_streams() puts something in the place of each standard stream that is closed,
 * so that no file or socket is opened there. Reading and writing it still fails (EBADF). */
int credenco_lua_hold_standard_streams(lua_State *L);

#endif
