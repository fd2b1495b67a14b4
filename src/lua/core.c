/* credenco.core: the pure core for Lua, the three things it must be given from outside, as
 * arguments (the time, randomness, identifiers), and what Lua's io lacks (files.h). */
#include <lauxlib.h>
#include <lua.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h> /* getentropy, which others declare in unistd.h */
#endif

#include "compat.h"
#include "core/base64.h"
#include "core/chars.h"
#include "core/host.h"
#include "core/http.h"
#include "core/json.h"
#include "core/text.h"
#include "core/uri.h"
#include "event_log.h"
#include "files.h"
#include "flow.h"
#include "http.h"
#include "json.h"
#include "plain.h"
#include "signals.h"
#include "tally.h"

#define SCRATCH_TYPE "credenco.scratch"

/* Longest text that is percent-encoded here: every byte may become three. */
enum { SCRATCH_MAX = 1 << 20 };

static int scratch_finalize(lua_State *L) {
    credenco_buf_free(luaL_checkudata(L, 1, SCRATCH_TYPE));
    return 0;
}

/* A buffer that the collector owns, so that no error leaks it. */
static credenco_buf *push_scratch(lua_State *L) {
    credenco_buf *buf = credenco_newuserdata(L, sizeof *buf);
    credenco_buf_init(buf, SCRATCH_MAX);
    luaL_getmetatable(L, SCRATCH_TYPE);
    lua_setmetatable(L, -2);
    return buf;
}

/* The buffer's text, or nil and the name of what went wrong. */
static int push_result(lua_State *L, credenco_code code, const credenco_buf *buf) {
    if (code == CREDENCO_OUT_OF_MEMORY) {
        return luaL_error(L, "not enough memory");
    }
    if (code != CREDENCO_OK) {
        lua_pushnil(L);
        lua_pushstring(L, credenco_code_name(code));
        return 2;
    }
    credenco_push_span(L, credenco_buf_span(buf));
    return 1;
}

/* --- with a buffer of their own, which every call of them uses again -------------------- */

static credenco_buf *own_buf(lua_State *L) {
    credenco_buf *buf = lua_touserdata(L, lua_upvalueindex(1));
    credenco_buf_clear(buf);
    return buf;
}

/* offer_uri(request_uri) -> credential_offer_uri | nil, code */
static int core_offer_uri(lua_State *L) {
    credenco_span request_uri = credenco_check_span(L, 1);
    credenco_buf *buf = own_buf(L);
    return push_result(L, credenco_offer_uri(request_uri, buf), buf);
}

/* url(text, value, text, value, ...) -> every text as it is, every value percent-encoded, up to
 * the first nil | nil, code */
static int core_url(lua_State *L) {
    credenco_buf *buf = own_buf(L);
    credenco_code code = CREDENCO_OK;
    int count = lua_gettop(L);
    for (int i = 1; i <= count && !lua_isnil(L, i) && code == CREDENCO_OK; i++) {
        credenco_span part = credenco_check_span(L, i);
        code = i % 2 != 0 ? credenco_buf_append(buf, part) : credenco_uri_encode(part, buf);
    }
    return push_result(L, code, buf);
}

/* Leaves the module's table as it is but for `name`. */
static void set_with_buf(lua_State *L, const char *name, lua_CFunction function) {
    credenco_buf *buf = push_scratch(L);
    credenco_buf_init(buf, CREDENCO_URL_MAX);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

/* --- others ----------------------------------------------------------------------------- */

/* encode(text) -> percent-encoded text */
static int core_encode(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    credenco_buf *buf = push_scratch(L);
    return push_result(L, credenco_uri_encode(text, buf), buf);
}

/* base64_encode(bytes [, for_urls]) -> text */
static int core_base64_encode(lua_State *L) {
    credenco_span bytes = credenco_check_span(L, 1);
    bool for_urls = lua_toboolean(L, 2) != 0;
    char *out = credenco_newuserdata(L, CREDENCO_BASE64_MAX(bytes.len) + 1);
    lua_pushlstring(L, out, credenco_base64_encode(bytes, for_urls, out));
    return 1;
}

/* base64_decode(text) -> bytes | nil; the text without padding, in either alphabet */
static int core_base64_decode(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    char *out = credenco_newuserdata(L, text.len + 1);
    size_t len;
    if (credenco_base64_decode(text, out, &len)) {
        lua_pushlstring(L, out, len);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

/* is_loopback(host) -> boolean; the host as a URL has it: an IPv6 address is in brackets */
static int core_is_loopback(lua_State *L) {
    lua_pushboolean(L, credenco_host_is_loopback(credenco_check_span(L, 1)));
    return 1;
}

/* parse_url(text) -> { scheme, host, port, target, loopback } | nil */
static int core_parse_url(lua_State *L) {
    credenco_url url;
    if (credenco_url_parse(credenco_check_span(L, 1), &url) != CREDENCO_OK) {
        lua_pushnil(L);
        return 1;
    }
    lua_createtable(L, 0, 5);
    lua_pushstring(L, url.https ? "https" : "http");
    lua_setfield(L, -2, "scheme");
    credenco_push_span(L, url.host);
    lua_setfield(L, -2, "host");
    lua_pushinteger(L, url.port);
    lua_setfield(L, -2, "port");
    credenco_push_span(L, url.target);
    lua_setfield(L, -2, "target");
    lua_pushboolean(L, credenco_url_is_loopback(&url));
    lua_setfield(L, -2, "loopback");
    return 1;
}

/* same_origin(a, b) -> boolean; false when one of them is no http(s) URL */
static int core_same_origin(lua_State *L) {
    credenco_url a;
    credenco_url b;
    bool same = credenco_url_parse(credenco_check_span(L, 1), &a) == CREDENCO_OK &&
                credenco_url_parse(credenco_check_span(L, 2), &b) == CREDENCO_OK &&
                credenco_url_same_origin(&a, &b);
    lua_pushboolean(L, same);
    return 1;
}

/* wallet_key_valid(key) -> boolean */
static int core_wallet_key_valid(lua_State *L) {
    lua_pushboolean(L, credenco_wallet_key_valid(credenco_check_span(L, 1)));
    return 1;
}

/* utf8_flaw(text [, from]) -> the place of the first byte that is not UTF-8, or nil */
static int core_utf8_flaw(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    lua_Integer from = luaL_optinteger(L, 2, 1);
    luaL_argcheck(L, from >= 1 && (size_t)from <= text.len + 1, 2, "a place in the text expected");
    size_t before = (size_t)from - 1;
    credenco_span rest = {text.data + before, text.len - before};
    size_t len = credenco_utf8_prefix(rest);
    if (len == rest.len) {
        lua_pushnil(L);
    } else {
        lua_pushinteger(L, (lua_Integer)(before + len + 1));
    }
    return 1;
}

/* utf8_valid(text) -> boolean */
static int core_utf8_valid(lua_State *L) {
    lua_pushboolean(L, credenco_utf8_valid(credenco_check_span(L, 1)));
    return 1;
}

/* media_type_is_html(content_type) -> boolean */
static int core_media_type_is_html(lua_State *L) {
    lua_pushboolean(L, credenco_media_type_is_html(credenco_check_span(L, 1)));
    return 1;
}

/* plain_text(value) -> whether it is text of printable ASCII without a blank at its ends */
static int core_plain_text(lua_State *L) {
    lua_pushboolean(L, lua_type(L, 1) == LUA_TSTRING &&
                           credenco_plain_text(credenco_check_span(L, 1)));
    return 1;
}

/* has_control(text) -> whether a byte of it is below 32, or 127 */
static int core_has_control(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    size_t i = 0;
    while (i < text.len && !is_control(text.data[i])) {
        i++;
    }
    lua_pushboolean(L, i < text.len);
    return 1;
}

/* line_breaks(text) -> how many line feeds it has */
static int core_line_breaks(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    const char *end = text.data + text.len;
    lua_Integer count = 0;
    for (const char *at = text.data; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        count++;
    }
    lua_pushinteger(L, count);
    return 1;
}

static int push_ms(lua_State *L, clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    lua_pushnumber(L, (lua_Number)((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000));
    return 1;
}

/* now_ms() -> milliseconds of the monotonic clock */
static int core_now_ms(lua_State *L) {
    return push_ms(L, CLOCK_MONOTONIC);
}

/* unix_ms() -> milliseconds since 1970, which may jump */
static int core_unix_ms(lua_State *L) {
    return push_ms(L, CLOCK_REALTIME);
}

/* sleep_ms(ms): the whole thread sleeps; for scripts that have nothing else to do */
static int core_sleep_ms(lua_State *L) {
    int64_t ms = credenco_check_integer(L, 1, 0, INT32_MAX);
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&left, NULL);
    return 0;
}

/* readable(descriptor) -> whether something has arrived on it, its end included */
static int core_readable(lua_State *L) {
    const int64_t descriptor = credenco_check_integer(L, 1, 0, INT32_MAX);
    struct pollfd look = {.fd = (int)descriptor, .events = POLLIN};
    lua_pushboolean(L, poll(&look, 1, 0) != 0);
    return 1;
}

static void fill_random(lua_State *L, void *bytes, size_t len) {
    if (getentropy(bytes, len) != 0) {
        luaL_error(L, "the system's random source gave nothing");
    }
}

/* random() -> a number in [0, 1) from the system's random source */
static int core_random(lua_State *L) {
    uint32_t bits = 0;
    fill_random(L, &bits, sizeof bits);
    lua_pushnumber(L, (lua_Number)bits / 4294967296.0);
    return 1;
}

enum { UUID_BYTES = 16, UUID_TEXT = 36 };

/* Pushes the text of a UUID (RFC 9562, 4) of this version. */
static void push_uuid(lua_State *L, uint8_t bytes[UUID_BYTES], unsigned version) {
    static const char digits[] = "0123456789abcdef";
    char text[UUID_TEXT];
    size_t at = 0;
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | version << 4);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text[at++] = '-';
        }
        text[at++] = digits[bytes[i] >> 4];
        text[at++] = digits[bytes[i] & 15];
    }
    lua_pushlstring(L, text, sizeof text);
}

/* uuid() -> a UUID version 4 (RFC 9562, 5.4) from the system's random source */
static int core_uuid(lua_State *L) {
    uint8_t bytes[UUID_BYTES];
    fill_random(L, bytes, sizeof bytes);
    push_uuid(L, bytes, 4);
    return 1;
}

/* uuid_of(bytes) -> a UUID version 8 (RFC 9562, 5.8) that begins as these bytes do: 16 or more */
static int core_uuid_of(lua_State *L) {
    credenco_span given = credenco_check_span(L, 1);
    luaL_argcheck(L, given.len >= UUID_BYTES, 1, "at least 16 bytes expected");
    uint8_t bytes[UUID_BYTES];
    memcpy(bytes, given.data, sizeof bytes);
    push_uuid(L, bytes, 8);
    return 1;
}

/* sized(fields) -> an empty table with room for so many: one that grows is made anew each
 * time its size doubles. */
static int core_sized(lua_State *L) {
    lua_createtable(L, 0, (int)credenco_check_integer(L, 1, 0, 65536));
    return 1;
}

#if LUA_VERSION_NUM != 502 /* which cannot say */
/* is_yieldable() -> boolean; nginx leaves coroutine.isyieldable out of LuaJIT's library */
static int core_is_yieldable(lua_State *L) {
    lua_pushboolean(L, lua_isyieldable(L));
    return 1;
}
#endif

static const luaL_Reg functions[] = {
#if LUA_VERSION_NUM != 502
    {"is_yieldable", core_is_yieldable},
#endif
    {"encode", core_encode},
    {"base64_encode", core_base64_encode},
    {"base64_decode", core_base64_decode},
    {"is_loopback", core_is_loopback},
    {"parse_url", core_parse_url},
    {"same_origin", core_same_origin},
    {"wallet_key_valid", core_wallet_key_valid},
    {"utf8_flaw", core_utf8_flaw},
    {"utf8_valid", core_utf8_valid},
    {"plain_text", core_plain_text},
    {"media_type_is_html", core_media_type_is_html},
    {"line_breaks", core_line_breaks},
    {"has_control", core_has_control},
    {"json_plain", credenco_lua_json_plain},
    {"json_read", credenco_lua_json_read},
    {"signals_listen", credenco_lua_signals_listen},
    {"signals_ignored", credenco_lua_signals_ignored},
    {"signals_count", credenco_lua_signals_count},
    {"signals_remove", credenco_lua_signals_remove},
    {"signals_keep", credenco_lua_signals_keep},
    {"now_ms", core_now_ms},
    {"unix_ms", core_unix_ms},
    {"sleep_ms", core_sleep_ms},
    {"readable", core_readable},
    {"random", core_random},
    {"uuid", core_uuid},
    {"uuid_of", core_uuid_of},
    {"sized", core_sized},
    {"create_private", credenco_lua_create_private},
    {"file_type", credenco_lua_file_type},
    {"file_mode", credenco_lua_file_mode},
    {"file_id", credenco_lua_file_id},
    {"real_path", credenco_lua_real_path},
    {"terminal_columns", credenco_lua_terminal_columns},
    {"hold_standard_streams", credenco_lua_hold_standard_streams},
    {"context", credenco_lua_context},
    {"fields", credenco_lua_fields},
    {"exchange", credenco_lua_exchange},
    {"event_log", credenco_lua_event_log},
    {"tally", credenco_lua_tally},
    {NULL, NULL},
};

static void set_integer(lua_State *L, const char *name, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

CREDENCO_EXPORT int luaopen_credenco_core(lua_State *L);

int luaopen_credenco_core(lua_State *L) {
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    credenco_newtype(L, SCRATCH_TYPE, no_methods, scratch_finalize);
    credenco_lua_register_flow(L);
    credenco_lua_register_exchange(L);
    luaL_newlib(L, functions);
    set_with_buf(L, "offer_uri", core_offer_uri);
    set_with_buf(L, "url", core_url);
    set_integer(L, "MAX_INTEGER", (lua_Integer)CREDENCO_MAX_INTEGER);
    set_integer(L, "URL_MAX", CREDENCO_URL_MAX);
    set_integer(L, "JSON_DEPTH", CREDENCO_JSON_DEPTH);
    set_integer(L, "JSON_TOLERANT_DEPTH", CREDENCO_JSON_TOLERANT_DEPTH);
    lua_pushliteral(L, CREDENCO_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}
