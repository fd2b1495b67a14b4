/* Counts a client's requests without Lua. */
#ifndef CREDENCO_LUA_TALLY_H
#define CREDENCO_LUA_TALLY_H

#include <lua.h>

/* tally(bounds_ms, other) -> count, read, observer
 *
 * count(at_ms, type, step, ...) is a listener (base/listeners.lua): it counts the beginnings of
 * requests and their responses, and calls other(...) with all arguments for every other event.
 * bounds_ms is a list of at most 15 upper bounds, rising.
 *
 * The observer (observer.h) counts into the same numbers. read() -> a list of { step, http_status,
 * ok, sum_ms, buckets = { integer, ... } }, and the number of requests in flight */
int credenco_lua_tally(lua_State *L);

#endif
