/* Functions for files that Lua's own io lacks: create a private file, recognise two names of one
 * file, check whether input has arrived, and keep the descriptors of the standard streams taken. */
#ifndef CREDENCO_LUA_FILES_H
#define CREDENCO_LUA_FILES_H

#include <lua.h>

/* create_private(path) -> true | nil, reason. The new file is empty and for its owner only (mode
 * 0600). Fails if there is a file or link of that name already. */
int credenco_lua_create_private(lua_State *L);

/* file_type(path) -> "file", "directory" or "other" | nil without such a file. Follows links. */
int credenco_lua_file_type(lua_State *L);

/* file_mode(path) -> its permissions, as for chmod | nil without such a file. */
int credenco_lua_file_mode(lua_State *L);

/* file_id(path) -> a text that is the same for all names of one file | nil without such a file.
 * Follows links. */
int credenco_lua_file_id(lua_State *L);

/* real_path(path) -> the path without links of the file, which need not exist | nil without its
 * directory. */
int credenco_lua_real_path(lua_State *L);

/* readable(descriptor) -> whether something has arrived on it, its end included */
int credenco_lua_readable(lua_State *L);

/* terminal_columns(fd) -> the width of the terminal in characters, 0 if it is unknown | nil if it
 * is not a terminal. */
int credenco_lua_terminal_columns(lua_State *L);

/* hold_standard_streams() opens /dev/null in place of each closed standard stream, so that no file
 * or socket gets its descriptor. Reading or writing the stream still fails (EBADF). */
int credenco_lua_hold_standard_streams(lua_State *L);

#endif
