/* credenco.recode: turns files into UTF-8, with iconv(3) and zlib, as streams. */
#include <errno.h>
#include <iconv.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "compat.h"

#define CONVERTER_TYPE "credenco.converter"
#define INFLATER_TYPE "credenco.inflater"

/* More than the bytes of a character in any encoding, with the shift sequences before it. */
enum { TAIL_MAX = 32 };
enum { OUT_BYTES = 65536 };

/* ---------------------------------------------------------------------------- encodings */

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

/* converter(to, from) -> an object, or nil if the system does not know one of the encodings */
static int recode_converter(lua_State *L) {
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

/* ---------------------------------------------------------------------------- gzip */

typedef struct inflater {
    z_stream stream;
    bool open;
    bool between; /* a member has ended, and another may follow */
    unsigned char *input;
} inflater;

static int inflater_finalize(lua_State *L) {
    inflater *self = luaL_checkudata(L, 1, INFLATER_TYPE);
    if (self->open) {
        inflateEnd(&self->stream);
    }
    self->open = false;
    free(self->input);
    self->input = NULL;
    return 0;
}

enum { GZIP_WINDOW = 15 + 16 };

/* inflater() -> an object that unpacks gzip */
static int recode_inflater(lua_State *L) {
    inflater *self = credenco_newobject(L, INFLATER_TYPE, sizeof *self);
    self->open = inflateInit2(&self->stream, GZIP_WINDOW) == Z_OK;
    return self->open ? 1 : luaL_error(L, "not enough memory");
}

/* inflater:give(bytes): the next packed bytes, once the ones before are unpacked */
static int inflater_give(lua_State *L) {
    inflater *self = luaL_checkudata(L, 1, INFLATER_TYPE);
    credenco_span bytes = credenco_check_span(L, 2);
    luaL_argcheck(L, self->open && self->stream.avail_in == 0, 1, "not all was taken");
    unsigned char *input = realloc(self->input, bytes.len + 1);
    if (!input) {
        return luaL_error(L, "not enough memory");
    }
    memcpy(input, bytes.data, bytes.len);
    self->input = input;
    self->stream.next_in = input;
    self->stream.avail_in = (uInt)bytes.len;
    return 0;
}

/* Skips zeros behind a member, which fill up a tape's block. Other bytes begin another member. */
static void begin_member(inflater *self) {
    while (self->stream.avail_in > 0 && *self->stream.next_in == 0) {
        self->stream.next_in++;
        self->stream.avail_in--;
    }
    if (self->stream.avail_in > 0) {
        inflateReset(&self->stream);
        self->between = false;
    }
}

/* Unpacks what fits, up to the end of a member. */
static int inflate_some(inflater *self) {
    if (self->between) {
        begin_member(self);
    }
    if (self->between) {
        return Z_BUF_ERROR;
    }
    int code = inflate(&self->stream, Z_NO_FLUSH);
    self->between = code == Z_STREAM_END;
    return self->between ? Z_OK : code;
}

/* inflater:take() -> some unpacked text | "" if it needs more bytes | nil if they are damaged */
static int inflater_take(lua_State *L) {
    inflater *self = luaL_checkudata(L, 1, INFLATER_TYPE);
    luaL_argcheck(L, self->open, 1, "closed");
    unsigned char *out = lua_newuserdata(L, OUT_BYTES);
    self->stream.next_out = out;
    self->stream.avail_out = OUT_BYTES;
    int code = Z_OK;
    while (code == Z_OK && self->stream.avail_out > 0) {
        code = inflate_some(self);
    }
    if (code != Z_OK && code != Z_BUF_ERROR) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushlstring(L, (const char *)out, OUT_BYTES - self->stream.avail_out);
    return 1;
}

/* inflater:is_whole() -> whether the bytes ended with a whole member */
static int inflater_is_whole(lua_State *L) {
    inflater *self = luaL_checkudata(L, 1, INFLATER_TYPE);
    lua_pushboolean(L, self->between);
    return 1;
}

static const luaL_Reg converter_methods[] = {
    {"feed", converter_feed}, {"finish", converter_finish}, {NULL, NULL}};

static const luaL_Reg inflater_methods[] = {{"give", inflater_give},
                                            {"take", inflater_take},
                                            {"is_whole", inflater_is_whole},
                                            {NULL, NULL}};

static const luaL_Reg functions[] = {
    {"converter", recode_converter}, {"inflater", recode_inflater}, {NULL, NULL}};

CREDENCO_EXPORT int luaopen_credenco_recode(lua_State *L);

int luaopen_credenco_recode(lua_State *L) {
    credenco_newtype(L, CONVERTER_TYPE, converter_methods, converter_finalize);
    credenco_newtype(L, INFLATER_TYPE, inflater_methods, inflater_finalize);
    luaL_newlib(L, functions);
    return 1;
}
