/* The log of a client's events: lines of JSON in a file. */
#ifndef CREDENCO_LUA_EVENT_LOG_H
#define CREDENCO_LUA_EVENT_LOG_H

#include <lua.h>

/* event_log(file, complaint) -> write, observer | nil, reason
 *
 * Appends to Lua's file, through a descriptor of its own, so that the file can be closed.
 * write(at_ms, type, ...) is a listener (base/listeners.lua): it writes the event's fields as one
 * object and a line feed, in the order of the arguments and without nil. Lines stay in memory until
 * they are 64 KiB, a second has passed, a call has failed or the Lua state is closed. If they
 * cannot be written, standard error gets `complaint` and the reason, once. */
int credenco_lua_event_log(lua_State *L);

#endif
