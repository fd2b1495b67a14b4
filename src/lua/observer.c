#include "observer.h"

#include <stdlib.h>

#include "compat.h"

#define OBSERVER_TYPE "credenco.observer"

void credenco_hold_observer(credenco_observer *observer) {
    observer->holders++;
}

void credenco_release_observer(credenco_observer *observer) {
    if (--observer->holders == 0) {
        observer->finish(observer);
        free(observer);
    }
}

static int observer_finalize(lua_State *L) {
    credenco_observer **box = luaL_checkudata(L, 1, OBSERVER_TYPE);
    if (*box != NULL) {
        credenco_release_observer(*box);
        *box = NULL;
    }
    return 0;
}

void *credenco_new_observer(lua_State *L, size_t size, credenco_observer_take *take,
                            void (*finish)(credenco_observer *observer)) {
    credenco_observer **box = credenco_newobject(L, OBSERVER_TYPE, sizeof *box);
    *box = calloc(1, size);
    if (*box == NULL) {
        luaL_error(L, "not enough memory");
        return NULL;
    }
    **box = (credenco_observer){.take = take, .finish = finish, .holders = 1};
    return *box;
}

void *credenco_check_observer(lua_State *L, int arg) {
    credenco_observer **box = luaL_checkudata(L, arg, OBSERVER_TYPE);
    luaL_argcheck(L, *box != NULL, arg, "closed");
    return *box;
}

void credenco_lua_register_observer(lua_State *L) {
    credenco_newtype(L, OBSERVER_TYPE, NULL, observer_finalize);
}
