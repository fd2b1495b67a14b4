#include "bell.h"

#include <string.h>

#include "compat.h"
#include "curl/bell.h"

#define BELL_TYPE "credenco.bell"

static credenco_bell *check_bell(lua_State *L) {
    credenco_bell *bell = luaL_checkudata(L, 1, BELL_TYPE);
    luaL_argcheck(L, bell->open, 1, "closed");
    return bell;
}

static int done(lua_State *L, int problem) {
    if (problem != 0) {
        return credenco_refuse(L, strerror(problem));
    }
    lua_pushboolean(L, 1);
    return 1;
}

int credenco_lua_bell(lua_State *L) {
    int fd = (int)credenco_check_integer(L, 1, 0, INT32_MAX);
    credenco_bell *bell = credenco_newobject(L, BELL_TYPE, sizeof *bell);
    int problem = credenco_bell_init(bell, fd);
    return problem == 0 ? 1 : credenco_refuse(L, strerror(problem));
}

/* bell:path() -> the path of the socket, which names the connection later, too */
static int bell_path(lua_State *L) {
    lua_pushstring(L, check_bell(L)->path);
    return 1;
}

/* bell:accept() -> true | nil, reason */
static int bell_accept(lua_State *L) {
    return done(L, credenco_bell_accept(check_bell(L)));
}

/* bell:is_connected() -> whether the other end of the connection is still open */
static int bell_is_connected(lua_State *L) {
    lua_pushboolean(L, credenco_bell_is_connected(check_bell(L)));
    return 1;
}

/* bell:arm(): sends "!" when the descriptor is readable -> true | nil, reason */
static int bell_arm(lua_State *L) {
    return done(L, credenco_bell_arm(check_bell(L)));
}

/* bell:ring(): sends "?" -> true | nil, reason */
static int bell_ring(lua_State *L) {
    return done(L, credenco_bell_ring(check_bell(L)));
}

/* bell:close(): may run twice */
static int bell_close(lua_State *L) {
    credenco_bell_free(luaL_checkudata(L, 1, BELL_TYPE));
    return 0;
}

static const luaL_Reg methods[] = {
    {"path", bell_path}, {"accept", bell_accept}, {"arm", bell_arm},
    {"ring", bell_ring}, {"close", bell_close},   {"is_connected", bell_is_connected},
    {NULL, NULL},
};

void credenco_lua_register_bell(lua_State *L) {
    credenco_newtype(L, BELL_TYPE, methods, bell_close);
}
