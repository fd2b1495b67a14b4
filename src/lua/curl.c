/* credenco.curl: the libcurl driver for Lua. Nothing here calls back into Lua: a
 * script starts transfers, steps the driver and takes what has finished. */
#include "curl/driver.h"

#include <string.h>

#include "bell.h"
#include "compat.h"

#define DRIVER_TYPE "credenco.driver"
#define HEADERS_TYPE "credenco.curl.headers"

/* Longer than any deadline in use, and safe in a C long of 32 bits. */
enum { WAIT_MAX_MS = 86400000 };

typedef struct driver_box {
    bool open;
    credenco_driver driver;
} driver_box;

static credenco_driver *check_driver(lua_State *L) {
    driver_box *box = luaL_checkudata(L, 1, DRIVER_TYPE);
    luaL_argcheck(L, box->open, 1, "closed");
    return &box->driver;
}

static int raise(lua_State *L, credenco_code code) {
    return luaL_error(
        L, "%s", code == CREDENCO_OUT_OF_MEMORY ? "not enough memory" : credenco_code_name(code));
}

/* --- driver ------------------------------------------------------------------ */

static const char *text_field(lua_State *L, int table, const char *name) {
    lua_getfield(L, table, name);
    const char *text = lua_isnil(L, -1) ? NULL : luaL_checkstring(L, -1);
    lua_pop(L, 1); /* the table keeps the string alive */
    return text;
}

static bool flag_field(lua_State *L, int table, const char *name) {
    lua_getfield(L, table, name);
    bool flag = lua_toboolean(L, -1) != 0;
    lua_pop(L, 1);
    return flag;
}

/* driver { connection_cache=, ca_file=, proxy=, http2=, trust_loopback= } */
static int curl_driver(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_getfield(L, 1, "connection_cache");
    credenco_driver_options options = {
        .connection_cache = (long)credenco_check_integer(L, -1, 1, 1000000),
        .transfer =
            {
                .ca_file = text_field(L, 1, "ca_file"),
                .proxy = text_field(L, 1, "proxy"),
                .http2 = flag_field(L, 1, "http2"),
                .trust_loopback = flag_field(L, 1, "trust_loopback"),
            },
    };
    driver_box *box = credenco_newuserdata(L, sizeof *box);
    *box = (driver_box){0};
    luaL_getmetatable(L, DRIVER_TYPE);
    lua_setmetatable(L, -2);
    credenco_code code = credenco_driver_init(&box->driver, &options);
    box->open = code == CREDENCO_OK;
    return code == CREDENCO_OK ? 1 : raise(L, code);
}

/* driver:close(): ends every transfer; may run twice */
static int driver_close(lua_State *L) {
    driver_box *box = luaL_checkudata(L, 1, DRIVER_TYPE);
    box->open = false;
    credenco_driver_free(&box->driver);
    return 0;
}

/* --- requests ---------------------------------------------------------------- */

static int headers_finalize(lua_State *L) {
    credenco_headers **box = luaL_checkudata(L, 1, HEADERS_TYPE);
    credenco_headers_release(*box);
    *box = NULL;
    return 0;
}

static credenco_headers *push_headers(lua_State *L) {
    credenco_headers **box = credenco_newuserdata(L, sizeof(credenco_headers *));
    *box = NULL;
    luaL_getmetatable(L, HEADERS_TYPE);
    lua_setmetatable(L, -2);
    *box = credenco_headers_new();
    if (*box == NULL) {
        raise(L, CREDENCO_OUT_OF_MEMORY);
    }
    return *box;
}

static bool is_named(credenco_span name, const char *wanted) {
    return name.len == strlen(wanted) && memcmp(name.data, wanted, name.len) == 0;
}

/* Adds the table at 1; what libcurl would send by itself for a POST is left out. */
static credenco_code add_headers(lua_State *L, credenco_headers *headers) {
    bool has_type = false;
    credenco_code code = credenco_headers_omit(headers, CREDENCO_SPAN("Expect"));
    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
        luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING, 1, "header names must be strings");
        credenco_span name = credenco_check_span(L, -2);
        if (code == CREDENCO_OK) {
            code = credenco_headers_add(headers, name, credenco_check_span(L, -1));
        }
        has_type = has_type || is_named(name, "content-type");
    }
    if (code != CREDENCO_OK || has_type) {
        return code;
    }
    return credenco_headers_omit(headers, CREDENCO_SPAN("Content-Type"));
}

static int refuse(lua_State *L, credenco_code code) {
    if (code == CREDENCO_OUT_OF_MEMORY) {
        return raise(L, code);
    }
    lua_pushnil(L);
    lua_pushstring(L, credenco_code_name(code));
    return 2;
}

/* headers(name -> value, names in lower case) -> lines, for any number of requests
 * | nil, code */
static int curl_headers(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    credenco_code code = add_headers(L, push_headers(L));
    return code == CREDENCO_OK ? 1 : refuse(L, code);
}

static credenco_headers *check_headers(lua_State *L, int arg) {
    credenco_headers **box = luaL_checkudata(L, arg, HEADERS_TYPE);
    return *box;
}

/* A text with a NUL would be cut short in C: it is no text at all. */
static const char *check_whole_text(lua_State *L, int arg) {
    credenco_span text = credenco_check_span(L, arg);
    return strlen(text.data) == text.len ? text.data : "";
}

/* At least 1; what is longer than a day is a day. */
static int64_t check_timeout_ms(lua_State *L, int arg) {
    lua_Number timeout_ms = luaL_checknumber(L, arg);
    luaL_argcheck(L, timeout_ms >= 1, arg, "out of range");
    return timeout_ms < WAIT_MAX_MS ? (int64_t)timeout_ms : WAIT_MAX_MS;
}

/* driver:start(method, url, headers, body | nil, timeout_ms, connect_timeout_ms,
 *              max_body_bytes, wants_headers) -> id | nil, code */
static int driver_start(lua_State *L) {
    credenco_driver *driver = check_driver(L);
    credenco_request request = {
        .method = check_whole_text(L, 2),
        .url = check_whole_text(L, 3),
        .headers = check_headers(L, 4),
        .body = lua_isnil(L, 5) ? (credenco_span){NULL, 0} : credenco_check_span(L, 5),
        .timeout_ms = check_timeout_ms(L, 6),
        .connect_timeout_ms = check_timeout_ms(L, 7),
        .max_body_bytes = (size_t)credenco_check_integer(L, 8, 0, INT32_MAX),
        .wants_headers = lua_toboolean(L, 9) != 0,
    };
    credenco_transfer *transfer;
    credenco_code code = credenco_driver_start(driver, &request, &transfer);
    if (code != CREDENCO_OK) {
        return refuse(L, code);
    }
    lua_pushinteger(L, (lua_Integer)transfer->id);
    return 1;
}

/* driver:cancel(id): ends a transfer that is not taken; its connection is closed */
static int driver_cancel(lua_State *L) {
    credenco_driver *driver = check_driver(L);
    size_t id = (size_t)credenco_check_integer(L, 2, 1, INT32_MAX);
    luaL_argcheck(L, id <= driver->transfer_count, 2, "no such transfer");
    credenco_driver_release(driver, driver->transfers[id - 1]);
    return 0;
}

/* driver:step(wait_ms, most | nil) -> number of transfers in flight, whether the step
 * reached its bound of `most` transfers begun or moved */
static int driver_step(lua_State *L) {
    credenco_driver *driver = check_driver(L);
    int64_t wait_ms = credenco_check_integer(L, 2, 0, WAIT_MAX_MS);
    int64_t most = lua_isnoneornil(L, 3) ? CREDENCO_STEP_MOST
                                         : credenco_check_integer(L, 3, 1, CREDENCO_STEP_MOST);
    credenco_code code = credenco_driver_step(driver, wait_ms, (int)most);
    if (code != CREDENCO_OK) {
        return raise(L, code);
    }
    lua_pushinteger(L, (lua_Integer)driver->in_flight);
    lua_pushboolean(L, driver->more);
    return 2;
}

/* --- outcomes ---------------------------------------------------------------- */

static void push_lower(lua_State *L, const char *text) {
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (; *text != '\0'; text++) {
        luaL_addchar(&buffer, *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text);
    }
    luaL_pushresult(&buffer);
}

/* name -> value, names in lower case, of the last answer's head; of a repeated field
 * the last value. */
static void push_answer_headers(lua_State *L, CURL *easy) {
    lua_newtable(L);
    struct curl_header *header = NULL;
    while ((header = curl_easy_nextheader(easy, CURLH_HEADER, -1, header)) != NULL) {
        push_lower(L, header->name);
        lua_pushstring(L, header->value);
        lua_rawset(L, -3);
    }
}

static int push_failure(lua_State *L, const credenco_transfer *transfer) {
    lua_pushnil(L);
    lua_pushstring(L, credenco_code_name(transfer->code));
    lua_pushstring(L, credenco_sent_name(transfer->sent));
    lua_pushstring(L, transfer->detail);
    return 5;
}

static int push_answer(lua_State *L, const credenco_transfer *transfer) {
    lua_pushinteger(L, transfer->http_status);
    credenco_push_span(L, credenco_buf_span(&transfer->body));
    if (transfer->retry_after_ms >= 0) {
        lua_pushnumber(L, (lua_Number)transfer->retry_after_ms);
    } else {
        lua_pushnil(L);
    }
    if (transfer->wants_headers) {
        push_answer_headers(L, transfer->easy);
    } else {
        lua_pushnil(L);
    }
    return 5;
}

/* driver:take() -> id, http_status, body, retry_after_ms | nil, headers | nil
 *                            | id, nil, code, sent, detail
 *                            | nil
 * A failing allocation leaves the transfer finished, to be taken again. */
static int driver_take(lua_State *L) {
    credenco_driver *driver = check_driver(L);
    credenco_transfer *transfer = driver->finished.first;
    if (transfer == NULL) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)transfer->id);
    int count =
        transfer->code == CREDENCO_OK ? push_answer(L, transfer) : push_failure(L, transfer);
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

/* driver:watch() -> the same descriptor, good until the next step | nil */
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
    {"headers", curl_headers},
    {"bell", credenco_lua_bell},
    {NULL, NULL},
};

CREDENCO_EXPORT int luaopen_credenco_curl(lua_State *L);

int luaopen_credenco_curl(lua_State *L) {
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return luaL_error(L, "libcurl could not be initialised");
    }
    credenco_newtype(L, DRIVER_TYPE, driver_methods, driver_close);
    credenco_newtype(L, HEADERS_TYPE, no_methods, headers_finalize);
    credenco_lua_register_bell(L);
    luaL_newlib(L, functions);
    lua_pushstring(L, curl_version());
    lua_setfield(L, -2, "version");
    return 1;
}
