/* The log of a client's events: lines of JSON in a file. */
#ifndef CREDENCO_LUA_EVENT_LOG_H
#define CREDENCO_LUA_EVENT_LOG_H

#include <lua.h>

/* event_log(file, complaint) -> write, observer | nil, reason
 *
 * Appends to what Lua's file has open, through a stream of its own, so that the file can be closed.
 * write(at_ms, type, ...) is a listener (base/listeners.lua): it writes the event's fields as one
 * object and a line feed, in the order of the arguments and without nil. Lines stay in the stream's
 * buffer until it is full, a second has passed, a call has failed or the program ends. If they
 * cannot be written, standard error gets `complaint` and the reason, once. */
int credenco_lua_event_log(lua_State *L);

#endif
