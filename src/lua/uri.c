#include "uri.h"

#include <lauxlib.h>

#include "compat.h"
#include "core/host.h"
#include "core/percent.h"
#include "core/uri.h"

/* The longest text that `encode` makes, and the length of an escaped byte. */
enum { ENCODED_MAX = 1 << 20, ESCAPED_LEN = 3 };

/* Pushes memory for at most `len` bytes, no more than `max`, as an empty buffer. Each call has its
 * own: LuaJIT may run a finalizer, which may call the same function, before it copies a result. */
static credenco_buf push_buf(lua_State *L, size_t len, size_t max) {
    const size_t size = (len < max ? len : max) + 1;
    credenco_buf buf;
    credenco_buf_over(&buf, credenco_newuserdata(L, size), size);
    return buf;
}

/* Pushes the buffer's text, or nil and the code's name. */
static int push_result(lua_State *L, credenco_code code, const credenco_buf *buf) {
    if (code != CREDENCO_OK) {
        return credenco_refuse(L, credenco_code_name(code));
    }
    credenco_push_span(L, credenco_buf_span(buf));
    return 1;
}

int credenco_lua_encode(lua_State *L) {
    credenco_span text = credenco_check_span(L, 1);
    credenco_buf buf = push_buf(L, ESCAPED_LEN * text.len, ENCODED_MAX);
    return push_result(L, credenco_percent_encode(text, &buf), &buf);
}

int credenco_lua_is_loopback(lua_State *L) {
    lua_pushboolean(L, credenco_host_is_loopback(credenco_check_span(L, 1)));
    return 1;
}

int credenco_lua_parse_url(lua_State *L) {
    credenco_url url;
    if (credenco_url_parse(credenco_check_span(L, 1), &url) != CREDENCO_OK) {
        lua_pushnil(L);
        return 1;
    }
    lua_createtable(L, 0, 6);
    credenco_set_text(L, "scheme", url.https ? "https" : "http");
    credenco_set_span(L, "host", url.host);
    credenco_set_integer(L, "port", url.port);
    credenco_set_span(L, "target", url.target);
    credenco_set_flag(L, "loopback", credenco_url_is_loopback(&url));
    credenco_set_flag(L, "secure", credenco_url_is_secure(&url));
    return 1;
}

int credenco_lua_same_origin(lua_State *L) {
    credenco_url a;
    credenco_url b;
    bool same = credenco_url_parse(credenco_check_span(L, 1), &a) == CREDENCO_OK &&
                credenco_url_parse(credenco_check_span(L, 2), &b) == CREDENCO_OK &&
                credenco_url_same_origin(&a, &b);
    lua_pushboolean(L, same);
    return 1;
}

int credenco_lua_wallet_key_valid(lua_State *L) {
    lua_pushboolean(L, credenco_wallet_key_valid(credenco_check_span(L, 1)));
    return 1;
}

int credenco_lua_offer_uri(lua_State *L) {
    credenco_span request_uri = credenco_check_span(L, 1);
    credenco_buf buf = push_buf(L, request_uri.len, CREDENCO_URL_MAX);
    return push_result(L, credenco_offer_uri(request_uri, &buf), &buf);
}

/* The number of parts up to the first nil, and the most bytes that they make. */
static int count_parts(lua_State *L, size_t *len) {
    int count = 0;
    *len = 0;
    while (!lua_isnoneornil(L, count + 1)) {
        credenco_span part = credenco_check_span(L, ++count);
        *len += count % 2 != 0 ? part.len : ESCAPED_LEN * part.len;
    }
    return count;
}

int credenco_lua_url(lua_State *L) {
    size_t len;
    int count = count_parts(L, &len);
    credenco_buf buf = push_buf(L, len, CREDENCO_URL_MAX);
    credenco_code code = CREDENCO_OK;
    for (int i = 1; i <= count && code == CREDENCO_OK; i++) {
        credenco_span part = credenco_check_span(L, i);
        code = i % 2 != 0 ? credenco_buf_append(&buf, part) : credenco_percent_encode(part, &buf);
    }
    return push_result(L, code, &buf);
}
