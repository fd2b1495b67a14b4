/* The time, which the core is given as an argument, and waiting. */
#ifndef CREDENCO_LUA_CLOCK_H
#define CREDENCO_LUA_CLOCK_H

#include <lua.h>
#include <stdint.h>

#include "core/buf.h"

enum { CREDENCO_TIME_OF_DAY_MAX = 64 };

/* Gives moments of the monotonic clock as times of day. It keeps the text of the last second, and
 * for a minute how far the clocks differ, since the other one may be set. Begins zeroed. */
typedef struct credenco_day_clock {
    int64_t ahead_ms;
    int64_t compare_at_ms; /* the clocks, again */
    int64_t second;        /* since 1970; its text is in `text` */
    size_t second_len;
    char text[CREDENCO_TIME_OF_DAY_MAX];
} credenco_day_clock;

/* The time of day in UTC as RFC 3339 has it, such as 2026-11-28T13:26:52.123Z. Valid until the next
 * call. */
credenco_span credenco_time_of_day(credenco_day_clock *clock, int64_t at_ms);

/* time_of_day(at_ms) -> text, see credenco_time_of_day */
int credenco_lua_time_of_day(lua_State *L);

/* now_ms() -> milliseconds of the monotonic clock */
int credenco_lua_now_ms(lua_State *L);

/* uptime_ms() -> the same, with the time for which the machine was suspended if the system counts
 * that */
int credenco_lua_uptime_ms(lua_State *L);

/* unix_ms() -> milliseconds since 1970; this clock may be set */
int credenco_lua_unix_ms(lua_State *L);

/* sleep_ms(ms): blocks the whole thread */
int credenco_lua_sleep_ms(lua_State *L);

#endif
