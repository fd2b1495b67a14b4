/* Ctrl-C, SIGTERM and SIGHUP for a program that a workflow's function may keep from looking. */
#ifndef CREDENCO_LUA_SIGNALS_H
#define CREDENCO_LUA_SIGNALS_H

#include <lua.h>

/* signals_listen(last_words, most): from now on SIGINT, SIGTERM and the first SIGHUP are counted,
 * except those that were ignored when the program began, as nohup does. One more than `most` ends
 * the program at once with exit code 130, after `last_words` on standard error; so does the first
 * after which nobody asks for 30 seconds. That happens in the signal's handler, whatever Lua is
 * doing. Called again it changes the two; the count goes on. SIGPIPE ends the program while `most`
 * is 0 and is ignored else, unless it was ignored when the program began. */
int credenco_lua_signals_listen(lua_State *L);

/* signals_ignored("sigint" | "sigterm" | "sighup") -> whether it is ignored */
int credenco_lua_signals_ignored(lua_State *L);

/* signals_count() -> how many came */
int credenco_lua_signals_count(lua_State *L);

/* signals_remove(path): a file that is not finished, and is removed when a signal ends the program.
 * There is room for 16 of them; more stay. */
int credenco_lua_signals_remove(lua_State *L);

/* signals_keep(path): it is finished, or gone */
int credenco_lua_signals_keep(lua_State *L);

#endif
