/* credenco.curl: the libcurl driver for Lua. It never calls back into Lua: a script starts
 * transfers, steps the driver and takes finished transfers. */
#include "curl/driver.h"

#include <time.h>

#include "bell.h"
#include "compat.h"
#include "connection_options.h"
#include "http.h"
#include "look.h"
#include "now.h"

#define DRIVER_TYPE "credenco.driver"

typedef struct driver_box {
    bool open;
    credenco_driver driver;
} driver_box;

static credenco_driver *check_driver(lua_State *L) {
    driver_box *box = luaL_checkudata(L, 1, DRIVER_TYPE);
    luaL_argcheck(L, box->open, 1, "closed");
    return &box->driver;
}

/* --- driver ------------------------------------------------------------------ */

/* driver { connection_cache=, and those of connection_options.h } -> driver
 *   | nil, "connect_failed" (without a free descriptor) | nil, "out_of_memory" */
static int curl_driver(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_getfield(L, 1, "connection_cache");
    credenco_network_options options = {
        .connection_cache = (size_t)credenco_check_integer(L, -1, 1, 1000000),
        .connection = credenco_lua_connection_options(L, 1),
    };
    driver_box *box = credenco_newobject(L, DRIVER_TYPE, sizeof *box);
    credenco_code code = credenco_driver_init(&box->driver, &options);
    box->open = code == CREDENCO_OK;
    return code == CREDENCO_OK ? 1 : credenco_refuse(L, credenco_code_name(code));
}

/* driver:close(): ends all transfers; may run twice */
static int driver_close(lua_State *L) {
    driver_box *box = luaL_checkudata(L, 1, DRIVER_TYPE);
    box->open = false;
    credenco_driver_free(&box->driver);
    return 0;
}

/* --- requests ---------------------------------------------------------------- */

static lua_Number number_field(lua_State *L, int table, const char *name) {
    lua_getfield(L, table, name);
    luaL_argcheck(L, lua_type(L, -1) == LUA_TNUMBER, table, name);
    const lua_Number number = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return number;
}

/* The time that is left, at most a day; below 1 the deadline has passed. */
static int64_t bounded_ms(lua_Number ms) {
    return ms < CREDENCO_LUA_WAIT_MAX_MS ? (int64_t)ms : CREDENCO_LUA_WAIT_MAX_MS;
}

/* The request borrows from the stack, and has the fields at 3. */
static credenco_request check_request(lua_State *L) {
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 3);
    const lua_Number max_body_bytes = number_field(L, 2, "max_body_bytes");
    luaL_argcheck(L, max_body_bytes >= 0 && max_body_bytes <= INT32_MAX, 2, "max_body_bytes");
    const lua_Number left_ms = number_field(L, 2, "deadline_ms") - (lua_Number)credenco_now_ms();
    return (credenco_request){
        .method = credenco_lua_push_text_field(L, 2, "method"),
        .url = credenco_lua_push_text_field(L, 2, "url"),
        .fields = credenco_lua_check_fields(L, 3),
        .body = credenco_lua_push_text_field(L, 2, "body"),
        .timeout_ms = bounded_ms(left_ms),
        .connect_timeout_ms = bounded_ms(number_field(L, 2, "connect_timeout_ms")),
        .max_body_bytes = (size_t)max_body_bytes,
        .wants_fields = credenco_lua_wants_fields(L, 2),
    };
}

/* driver:start(request, fields) -> id | nil, code
 * `request` has method, url, body or nil, deadline_ms (a time of core.now_ms), connect_timeout_ms,
 * max_body_bytes, and with_headers = false if you do not need the response's header fields. */
static int driver_start(lua_State *L) {
    credenco_driver *driver = check_driver(L);
    const credenco_request request = check_request(L);
    if (request.timeout_ms < 1) {
        return credenco_refuse(L, credenco_code_name(CREDENCO_TIMEOUT));
    }
    credenco_transfer *transfer;
    credenco_code code = credenco_driver_start(driver, &request, &transfer);
    if (code != CREDENCO_OK) {
        return credenco_refuse(L, credenco_code_name(code));
    }
    lua_pushinteger(L, (lua_Integer)transfer->id);
    return 1;
}

/* driver:cancel(id): ends a transfer that was not taken, and closes its connection */
static int driver_cancel(lua_State *L) {
    credenco_driver *driver = check_driver(L);
    size_t id = (size_t)credenco_check_integer(L, 2, 1, INT32_MAX);
    luaL_argcheck(L, id <= driver->transfer_count, 2, "no such transfer");
    credenco_driver_release(driver, driver->transfers[id - 1]);
    return 0;
}

/* driver:step(wait_ms, most | nil) -> number of transfers in flight, and whether the step reached
 * its bound: `most` transfers begun or events handled */
static int driver_step(lua_State *L) {
    credenco_driver *driver = check_driver(L);
    int64_t wait_ms = credenco_check_integer(L, 2, 0, CREDENCO_LUA_WAIT_MAX_MS);
    int64_t most = lua_isnoneornil(L, 3) ? CREDENCO_STEP_MOST
                                         : credenco_check_integer(L, 3, 1, CREDENCO_STEP_MOST);
    credenco_driver_step(driver, wait_ms, (int)most);
    lua_pushinteger(L, (lua_Integer)driver->in_flight);
    lua_pushboolean(L, driver->more);
    return 2;
}

/* --- outcomes ---------------------------------------------------------------- */

static int push_failure(lua_State *L, const credenco_transfer *transfer) {
    credenco_refuse(L, credenco_code_name(transfer->code));
    lua_pushstring(L, credenco_sent_name(transfer->sent));
    lua_pushstring(L, transfer->detail);
    return 5;
}

/* driver:take() -> id, response | id, nil, code, sent, detail | nil
 * The response is a table (credenco_lua_push_response). If an allocation fails, you can take the
 * transfer again. */
static int driver_take(lua_State *L) {
    credenco_driver *driver = check_driver(L);
    credenco_transfer *transfer = driver->finished.first;
    if (transfer == NULL) {
        lua_pushnil(L);
        return 1;
    }
    int count = 2;
    lua_pushinteger(L, (lua_Integer)transfer->id);
    if (transfer->code == CREDENCO_OK) {
        credenco_lua_push_response(L, &transfer->http, (int64_t)time(NULL));
    } else {
        count = push_failure(L, transfer);
    }
    credenco_driver_release(driver, credenco_driver_take(driver));
    return count;
}

/* --- other event loops ------------------------------------------------------- */

static int push_descriptor(lua_State *L, int fd) {
    if (fd < 0) {
        lua_pushnil(L);
    } else {
        lua_pushinteger(L, fd);
    }
    return 1;
}

/* driver:pollfd() -> descriptor | nil */
static int driver_pollfd(lua_State *L) {
    return push_descriptor(L, credenco_driver_pollfd(check_driver(L)));
}

/* driver:watch() -> the same descriptor, valid until the next step | nil */
static int driver_watch(lua_State *L) {
    return push_descriptor(L, credenco_driver_watch(check_driver(L)));
}

/* driver:timeout() -> milliseconds until a step is due | nil */
static int driver_timeout(lua_State *L) {
    int64_t timeout_ms = credenco_driver_timeout_ms(check_driver(L));
    if (timeout_ms < 0) {
        lua_pushnil(L);
    } else {
        lua_pushnumber(L, (lua_Number)timeout_ms);
    }
    return 1;
}

static const luaL_Reg driver_methods[] = {
    {"start", driver_start},     {"cancel", driver_cancel}, {"step", driver_step},
    {"take", driver_take},       {"pollfd", driver_pollfd}, {"watch", driver_watch},
    {"timeout", driver_timeout}, {"close", driver_close},   {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"driver", curl_driver},
    {"bell", credenco_lua_bell},
    {"look", credenco_lua_look},
    {"date", credenco_lua_date},
    {NULL, NULL},
};

CREDENCO_EXPORT int luaopen_credenco_curl(lua_State *L);

int luaopen_credenco_curl(lua_State *L) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return luaL_error(L, "libcurl could not be initialised");
    }
    if ((curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_SSL) == 0) {
        return luaL_error(L, "%s was built without TLS: credenco needs one with it",
                          curl_version());
    }
    credenco_newtype(L, DRIVER_TYPE, driver_methods, driver_close);
    credenco_lua_register_bell(L);
    credenco_lua_register_look(L);
    luaL_newlib(L, functions);
    credenco_set_text(L, "version", curl_version());
    return 1;
}
