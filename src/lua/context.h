/* A context as a Lua value: the state that the flows of one client share (core/flow.h), and the
 * observers of their requests (observer.h). */
#ifndef CREDENCO_LUA_CONTEXT_H
#define CREDENCO_LUA_CONTEXT_H

#include <lua.h>

#include "core/flow.h"
#include "observer.h"

/* Held by a context and its flows, which the collector may free in any order. */
typedef struct credenco_shared_context {
    credenco_context context;
    size_t holders;
    size_t observer_count;
    credenco_observer *observers[];
} credenco_shared_context;

/* Registers the type of contexts. */
void credenco_lua_register_context(lua_State *L);

/* context(max_attempts, base_ms, cap_ms, observers | false | nil) -> context
 *
 * Its flows give each request that begins, and its response, to the observers of the list. */
int credenco_lua_context(lua_State *L);

/* The shared part of the context at `arg`. A caller that keeps it adds itself to its holders. */
credenco_shared_context *credenco_check_context(lua_State *L, int arg);

/* Takes NULL, too. Frees it with its last holder. */
void credenco_release_context(credenco_shared_context *shared);

/* Gives the event to all observers of the context. */
void credenco_observe(const credenco_shared_context *shared, const credenco_event *event);

#endif
