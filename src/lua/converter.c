#include "converter.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <string.h>

#include "compat.h"

#define CONVERTER_TYPE "credenco.converter"

/* More than the bytes of a character in any encoding, with the shift sequences before it. */
enum { TAIL_MAX = 32 };

typedef struct converter {
    iconv_t descriptor;
    bool open;
    char tail[TAIL_MAX]; /* the start of a character that the next bytes complete */
    size_t tail_len;
} converter;

static int converter_finalize(lua_State *L) {
    converter *self = luaL_checkudata(L, 1, CONVERTER_TYPE);
    if (self->open) {
        iconv_close(self->descriptor);
    }
    self->open = false;
    return 0;
}

int credenco_lua_converter(lua_State *L) {
    const char *to = luaL_checkstring(L, 1);
    const char *from = luaL_checkstring(L, 2);
    converter *self = credenco_newobject(L, CONVERTER_TYPE, sizeof *self);
    self->descriptor = iconv_open(to, from);
    self->open = self->descriptor != (iconv_t)-1; /* NOLINT: iconv reports failure so */
    if (!self->open) {
        lua_pushnil(L);
    }
    return 1;
}

/* Converts as many bytes as possible, and says why it stopped: 0, EILSEQ or EINVAL. */
static int convert(converter *self, char **in, size_t *in_len, luaL_Buffer *result) {
    while (*in_len > 0) {
        char out[4096];
        char *end = out;
        size_t room = sizeof out;
        errno = 0;
        size_t irreversible = iconv(self->descriptor, in, in_len, &end, &room);
        int why = irreversible == (size_t)-1 ? errno : 0;
        luaL_addlstring(result, out, sizeof out - room);
        if (why != 0 && why != E2BIG) {
            return why;
        }
    }
    return 0;
}

/* converter:feed(bytes) -> text | nil, the text before the first byte that is not valid in the
 * encoding, that byte's value. An incomplete character at the end is kept for the next call. */
static int converter_feed(lua_State *L) {
    converter *self = luaL_checkudata(L, 1, CONVERTER_TYPE);
    credenco_span bytes = credenco_check_span(L, 2);
    luaL_argcheck(L, self->open, 1, "closed");
    size_t len = self->tail_len + bytes.len;
    char *all = lua_newuserdata(L, len + 1);
    memcpy(all, self->tail, self->tail_len);
    memcpy(all + self->tail_len, bytes.data, bytes.len);
    luaL_Buffer result;
    luaL_buffinit(L, &result);
    int why = convert(self, &all, &len, &result);
    luaL_pushresult(&result);
    if (why == EILSEQ || len > TAIL_MAX) {
        lua_pushnil(L);
        lua_insert(L, -2);
        lua_pushinteger(L, (unsigned char)*all);
        return 3;
    }
    memcpy(self->tail, all, len);
    self->tail_len = len;
    return 1;
}

/* converter:finish() -> the text that was held back in case an accent follows it, as in
 * windows-1258; or nil when the bytes ended within a character */
static int converter_finish(lua_State *L) {
    converter *self = luaL_checkudata(L, 1, CONVERTER_TYPE);
    luaL_argcheck(L, self->open, 1, "closed");
    char out[TAIL_MAX];
    char *end = out;
    size_t room = sizeof out;
    if (self->tail_len > 0 || iconv(self->descriptor, NULL, NULL, &end, &room) == (size_t)-1) {
        lua_pushnil(L);
    } else {
        lua_pushlstring(L, out, sizeof out - room);
    }
    return 1;
}

void credenco_lua_register_converter(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"feed", converter_feed},
        {"finish", converter_finish},
        {NULL, NULL},
    };
    credenco_newtype(L, CONVERTER_TYPE, methods, converter_finalize);
}
