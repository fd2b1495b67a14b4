#include "inflater.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "compat.h"

#define INFLATER_TYPE "credenco.inflater"

enum { OUT_BYTES = 65536 };

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

int credenco_lua_inflater(lua_State *L) {
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
    int code;
    do {
        code = inflate_some(self);
    } while (code == Z_OK);
    if (code != Z_BUF_ERROR) {
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

void credenco_lua_register_inflater(lua_State *L) {
    static const luaL_Reg methods[] = {
        {"give", inflater_give},
        {"take", inflater_take},
        {"is_whole", inflater_is_whole},
        {NULL, NULL},
    };
    credenco_newtype(L, INFLATER_TYPE, methods, inflater_finalize);
}
