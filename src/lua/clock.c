#include "clock.h"

#include <time.h>

#include "compat.h"
#include "now.h"

enum { COMPARE_EVERY_MS = 60000 };

static void compare_clocks(credenco_day_clock *clock, int64_t at_ms) {
    clock->ahead_ms = credenco_clock_ms(CLOCK_REALTIME) - credenco_now_ms();
    clock->compare_at_ms = at_ms + COMPARE_EVERY_MS;
}

static void renew_second(credenco_day_clock *clock, int64_t second) {
    const time_t moment = (time_t)second;
    struct tm parts = {0};
    gmtime_r(&moment, &parts);
    /* without the room for .123Z */
    clock->second_len = strftime(clock->text, sizeof clock->text - 5, "%Y-%m-%dT%H:%M:%S", &parts);
    clock->second = second;
}

static void write_fraction(char *out, int ms) {
    out[0] = '.';
    out[1] = (char)('0' + ms / 100);
    out[2] = (char)('0' + ms / 10 % 10);
    out[3] = (char)('0' + ms % 10);
    out[4] = 'Z';
}

credenco_span credenco_time_of_day(credenco_day_clock *clock, int64_t at_ms) {
    if (at_ms >= clock->compare_at_ms) {
        compare_clocks(clock, at_ms);
    }
    const int64_t wall_ms = at_ms + clock->ahead_ms;
    if (wall_ms / 1000 != clock->second) {
        renew_second(clock, wall_ms / 1000);
    }
    write_fraction(clock->text + clock->second_len, (int)(wall_ms % 1000));
    return (credenco_span){clock->text, clock->second_len + 5};
}

int credenco_lua_time_of_day(lua_State *L) {
    credenco_day_clock clock = {0};
    credenco_push_span(L, credenco_time_of_day(&clock, (int64_t)luaL_checknumber(L, 1)));
    return 1;
}

/* As a float: an integer of Lua 5.1 need not hold the milliseconds since 1970. */
static int push_ms(lua_State *L, clockid_t clock) {
    lua_pushnumber(L, (lua_Number)credenco_clock_ms(clock));
    return 1;
}

int credenco_lua_now_ms(lua_State *L) {
    return push_ms(L, CLOCK_MONOTONIC);
}

#ifndef CLOCK_BOOTTIME
#define CLOCK_BOOTTIME CLOCK_MONOTONIC
#endif

int credenco_lua_uptime_ms(lua_State *L) {
    return push_ms(L, CLOCK_BOOTTIME);
}

int credenco_lua_unix_ms(lua_State *L) {
    return push_ms(L, CLOCK_REALTIME);
}

int credenco_lua_sleep_ms(lua_State *L) {
    int64_t ms = credenco_check_integer(L, 1, 0, INT32_MAX);
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&left, NULL);
    return 0;
}
