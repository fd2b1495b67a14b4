/* The time, which the core is given as an argument, and waiting. */
#ifndef CREDENCO_LUA_CLOCK_H
#define CREDENCO_LUA_CLOCK_H

#include <lua.h>

/* now_ms() -> milliseconds of the monotonic clock */
int credenco_lua_now_ms(lua_State *L);

/* uptime_ms() -> the same, with the time for which the machine was suspended, where the system can
 * tell */
int credenco_lua_uptime_ms(lua_State *L);

/* unix_ms() -> milliseconds since 1970; this clock may be set */
int credenco_lua_unix_ms(lua_State *L);

/* sleep_ms(ms): blocks the whole thread */
int credenco_lua_sleep_ms(lua_State *L);

#endif
