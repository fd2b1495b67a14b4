/* The log of a client's events: lines of JSON in a Lua file. */
#ifndef CREDENCO_LUA_EVENT_LOG_H
#define CREDENCO_LUA_EVENT_LOG_H

#include <lua.h>

/* event_log(file, time_of, on_failure) -> write
 *
 * write(at_ms, type, ...) is a listener (base/listeners.lua): it writes the event's fields as one
 * object and a line feed, in the order of the arguments and without nil. time_of(at_ms) gives the
 * text of a time. Lines stay in the file's buffer until it is full, a second has passed, or a call
 * has failed. on_failure(reason) is called once, when the file cannot be written. */
int credenco_lua_event_log(lua_State *L);

#endif
