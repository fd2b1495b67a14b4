/* The log of a client's events: lines of JSON in a file of Lua's. */
#ifndef CREDENCO_LUA_EVENT_LOG_H
#define CREDENCO_LUA_EVENT_LOG_H

#include <lua.h>

/* event_log(file, time_of, on_failure) -> write
 *
 * write(at_ms, type, ...) is a listener (base/listeners.lua): it writes the event's fields, in
 * the order of the arguments and without those that are nil, as one object and a line feed.
 * time_of(at_ms) gives the text of a time. Lines are in the file's own buffer until that is full,
 * a second has passed or a call has failed. on_failure(reason) is called when the file takes no
 * more, once. */
int credenco_lua_event_log(lua_State *L);

#endif
