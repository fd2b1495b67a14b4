/* Makes one source serve Lua 5.1/LuaJIT to 5.4, with helpers for all bindings. */
#ifndef CREDENCO_LUA_COMPAT_H
#define CREDENCO_LUA_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"

/* LuaJIT 2.1 has both, plain Lua 5.1 neither. */
#ifndef luaL_newlib
#define luaL_setfuncs(L, functions, upvalues) luaL_register(L, NULL, functions)
#define luaL_newlib(L, functions) (lua_newtable(L), luaL_register(L, NULL, functions))
#endif

#if LUA_VERSION_NUM >= 504
#define credenco_newuserdata(L, size) lua_newuserdatauv(L, size, 0)
#else
#define credenco_newuserdata(L, size) lua_newuserdata(L, size)
#endif

#if LUA_VERSION_NUM < 502
#define lua_rawlen lua_objlen
#endif

#define CREDENCO_EXPORT __attribute__((visibility("default")))

/* The integer at `arg`; an error outside [min, max]. It refuses 2.5 on every engine, where
 * luaL_checkinteger takes it on LuaJIT. */
static inline int64_t credenco_check_integer(lua_State *L, int arg, int64_t min, int64_t max) {
    lua_Number number = luaL_checknumber(L, arg);
    luaL_argcheck(L, number >= (lua_Number)min && number <= (lua_Number)max, arg, "out of range");
    int64_t integer = (int64_t)number;
    luaL_argcheck(L, (lua_Number)integer == number, arg, "not an integer");
    return integer;
}

static inline credenco_span credenco_check_span(lua_State *L, int arg) {
    credenco_span span;
    span.data = luaL_checklstring(L, arg, &span.len);
    return span;
}

/* Without data if the argument is not a string. */
static inline credenco_span credenco_optional_span(lua_State *L, int arg) {
    credenco_span span;
    span.data = lua_tolstring(L, arg, &span.len);
    return span;
}

static inline void credenco_push_span(lua_State *L, credenco_span span) {
    lua_pushlstring(L, span.data, span.len);
}

/* Pushes nil and the reason, and returns their number. */
static inline int credenco_refuse(lua_State *L, const char *reason) {
    lua_pushnil(L);
    lua_pushstring(L, reason);
    return 2;
}

/* These set a field of the table on top of the stack. A NULL text leaves it unset. */
static inline void credenco_set_text(lua_State *L, const char *name, const char *text) {
    lua_pushstring(L, text); /* pushes nil for NULL */
    lua_setfield(L, -2, name);
}

static inline void credenco_set_span(lua_State *L, const char *name, credenco_span text) {
    credenco_push_span(L, text);
    lua_setfield(L, -2, name);
}

static inline void credenco_set_integer(lua_State *L, const char *name, int64_t integer) {
    lua_pushinteger(L, (lua_Integer)integer);
    lua_setfield(L, -2, name);
}

static inline void credenco_set_flag(lua_State *L, const char *name, bool flag) {
    lua_pushboolean(L, flag);
    lua_setfield(L, -2, name);
}

/* Registers a userdata type under `name`, with `finalize` as __gc and __close, and with its
 * methods; NULL for none. Leaves the stack as it was. */
static inline void credenco_newtype(lua_State *L, const char *name, const luaL_Reg *methods,
                                    lua_CFunction finalize) {
    luaL_newmetatable(L, name);
    if (methods != NULL) {
        lua_newtable(L);
        luaL_setfuncs(L, methods, 0);
        lua_setfield(L, -2, "__index");
    }
    lua_pushcfunction(L, finalize);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, finalize);
    lua_setfield(L, -2, "__close");
    lua_pushliteral(L, "credenco");
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

/* Pushes an object of a registered type, all of its bytes 0. */
static inline void *credenco_newobject(lua_State *L, const char *type, size_t size) {
    void *object = credenco_newuserdata(L, size);
    memset(object, 0, size);
    luaL_getmetatable(L, type);
    lua_setmetatable(L, -2);
    return object;
}

#endif
