#include "clock.h"

#include <time.h>

#include "compat.h"

/* As a float: an integer of Lua 5.1 need not hold the milliseconds since 1970. */
static int push_ms(lua_State *L, clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    lua_pushnumber(L, (lua_Number)((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000));
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
