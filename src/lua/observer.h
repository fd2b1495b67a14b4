/* Observers: C code that takes the events of requests as they happen, so that none goes through
 * Lua. The listener of the same metrics or log (lua/credenco/base/listeners.lua) takes the other
 * events. */
#ifndef CREDENCO_LUA_OBSERVER_H
#define CREDENCO_LUA_OBSERVER_H

#include <lua.h>
#include <stddef.h>

#include "core/event.h"

/* The arguments of a listener. */
enum {
    LISTENER_AT_MS = 1,
    LISTENER_TYPE,
    LISTENER_STEP,
    LISTENER_CORRELATION_ID,
    LISTENER_TRACEPARENT,
    LISTENER_HTTP_STATUS,
    LISTENER_OK,
    LISTENER_ELAPSED_MS,
    LISTENER_CODE,
    LISTENER_SENT,
    LISTENER_WAIT_MS
};

typedef struct credenco_observer credenco_observer;

/* Takes a request or its response. The event's texts are valid until it returns. */
typedef void credenco_observer_take(credenco_observer *observer, const credenco_event *event);

struct credenco_observer {
    credenco_observer_take *take;
    void (*finish)(credenco_observer *observer); /* releases what it holds, without itself */
    size_t holders;                              /* Lua values and contexts */
};

/* Registers the type of observers. */
void credenco_lua_register_observer(lua_State *L);

/* Pushes a new observer: the first member of a zeroed object of `size` bytes. Gives that object. An
 * error without memory. */
void *credenco_new_observer(lua_State *L, size_t size, credenco_observer_take *take,
                            void (*finish)(credenco_observer *observer));

/* The object of the observer at `arg`. */
void *credenco_check_observer(lua_State *L, int arg);

/* Counts one more holder. */
void credenco_hold_observer(credenco_observer *observer);

/* Frees the observer with its last holder. */
void credenco_release_observer(credenco_observer *observer);

#endif
