#include "random.h"

#include <lauxlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h> /* getentropy, which other systems declare in unistd.h */
#endif

#include "compat.h"

/* `len` is at most 256, the limit of getentropy. */
static void fill_random(lua_State *L, void *bytes, size_t len) {
    if (getentropy(bytes, len) != 0) {
        luaL_error(L, "the system's random source gave nothing");
    }
}

int credenco_lua_random(lua_State *L) {
    uint32_t bits = 0;
    fill_random(L, &bits, sizeof bits);
    lua_pushnumber(L, (lua_Number)bits / 4294967296.0);
    return 1;
}

enum { UUID_BYTES = 16, UUID_TEXT = 36 };

/* Sets the version and the variant, and pushes the text of the UUID (RFC 9562, 4). */
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

int credenco_lua_uuid(lua_State *L) {
    uint8_t bytes[UUID_BYTES];
    fill_random(L, bytes, sizeof bytes);
    push_uuid(L, bytes, 4);
    return 1;
}

int credenco_lua_uuid_of(lua_State *L) {
    credenco_span given = credenco_check_span(L, 1);
    luaL_argcheck(L, given.len >= UUID_BYTES, 1, "at least 16 bytes expected");
    uint8_t bytes[UUID_BYTES];
    memcpy(bytes, given.data, sizeof bytes);
    push_uuid(L, bytes, 8);
    return 1;
}
