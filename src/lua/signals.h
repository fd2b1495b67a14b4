/* Ctrl-C, SIGTERM and SIGHUP, also while a workflow's function keeps the program busy. */
#ifndef CREDENCO_LUA_SIGNALS_H
#define CREDENCO_LUA_SIGNALS_H

#include <lua.h>

/* signals_listen(last_words, most): counts SIGINT, SIGTERM and the first SIGHUP from now on, except
 * signals that were already ignored, as under nohup. After more than `most`, or 30 seconds after a
 * signal without a call of signals_count, the program writes `last_words` to standard error and
 * ends at once with exit code 130. The signal handler does that, whatever Lua is doing. Another
 * call changes the two arguments and keeps the count. While `most` is 0, SIGPIPE ends the program;
 * otherwise it is ignored. A SIGPIPE that was ignored when the program began stays ignored. */
int credenco_lua_signals_listen(lua_State *L);

/* signals_ignored("sigint" | "sigterm" | "sighup") -> whether the signal is ignored */
int credenco_lua_signals_ignored(lua_State *L);

/* signals_count() -> the number of signals so far */
int credenco_lua_signals_count(lua_State *L);

/* signals_remove(path): registers an unfinished file, which is removed when a signal ends the
 * program. There is room for 16; further files would stay. */
int credenco_lua_signals_remove(lua_State *L);

/* signals_keep(path): unregisters the file, which is finished or removed */
int credenco_lua_signals_keep(lua_State *L);

#endif
