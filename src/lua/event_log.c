#include "event_log.h"

#include <errno.h>
#include <lualib.h> /* LUA_FILEHANDLE in 5.1 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "core/json_write.h"

#define LOG_TYPE "credenco.event_log"

enum { FLUSH_EVERY_MS = 1000, TIME_MAX_BYTES = 64, LINE_MAX_BYTES = 1 << 20 };

enum { FILE_AT = 1, LOG, TIME_OF, ON_FAILURE, UPVALUES = ON_FAILURE };

typedef struct event_log {
    credenco_buf line;
    double at_ms; /* its text is in `time` */
    char time[TIME_MAX_BYTES];
    size_t time_len;
    double flushed_ms;
    bool has_failed;
} event_log;

/* The arguments of `write`. From TYPE on, each is a member of the line. */
enum { AT_MS = 1, TYPE, STEP, CORRELATION_ID, TRACEPARENT, HTTP_STATUS, OK, ELAPSED_MS, CODE };

typedef enum kind {
    WORD, /* our own text, which needs no escape */
    TEXT,
    WHOLE,
    FLAG,
} kind;

static const struct member {
    credenco_span name;
    kind kind;
} members[] = {
    {CREDENCO_SPAN(",\"event\":"), WORD},          {CREDENCO_SPAN(",\"step\":"), WORD},
    {CREDENCO_SPAN(",\"correlation_id\":"), TEXT}, {CREDENCO_SPAN(",\"traceparent\":"), TEXT},
    {CREDENCO_SPAN(",\"http_status\":"), WHOLE},   {CREDENCO_SPAN(",\"ok\":"), FLAG},
    {CREDENCO_SPAN(",\"elapsed_ms\":"), WHOLE},    {CREDENCO_SPAN(",\"code\":"), WORD},
    {CREDENCO_SPAN(",\"sent\":"), WORD},           {CREDENCO_SPAN(",\"wait_ms\":"), WHOLE},
};
enum { NAME_MAX_BYTES = 32, LAST = TYPE + sizeof members / sizeof *members - 1 };

static int log_finalize(lua_State *L) {
    event_log *log = luaL_checkudata(L, 1, LOG_TYPE);
    credenco_buf_free(&log->line);
    return 0;
}

/* The stream of Lua's file; NULL if the file is closed. */
static FILE *stream_of(void *file) {
#if LUA_VERSION_NUM >= 502
    luaL_Stream *stream = file;
    return stream->closef != NULL ? stream->f : NULL;
#else
    return *(FILE **)file;
#endif
}

/* Keeps the text of the time: many events come in the same millisecond. */
static void renew_time(lua_State *L, event_log *log, double at_ms) {
    size_t len;
    lua_pushvalue(L, lua_upvalueindex(TIME_OF));
    lua_pushnumber(L, at_ms);
    lua_call(L, 1, 1);
    const char *text = luaL_checklstring(L, -1, &len);
    log->time_len = len < TIME_MAX_BYTES ? len : TIME_MAX_BYTES;
    memcpy(log->time, text, log->time_len);
    log->at_ms = at_ms;
    lua_pop(L, 1);
}

static char *put(char *at, credenco_span bytes) {
    memcpy(at, bytes.data, bytes.len);
    return at + bytes.len;
}

static char *put_word(char *at, credenco_span word) {
    *at++ = '"';
    at = put(at, word);
    *at++ = '"';
    return at;
}

static void add_text(lua_State *L, credenco_buf *line, int arg, const struct member *member) {
    credenco_span text;
    text.data = lua_tolstring(L, arg, &text.len);
    if (text.data == NULL) {
        return;
    }
    char *start = credenco_buf_room(line, NAME_MAX_BYTES + CREDENCO_JSON_TEXT_MAX(text.len));
    if (start == NULL) {
        return;
    }
    char *at = put(start, member->name);
    at = member->kind == WORD ? put_word(at, text) : at + credenco_json_write_text(text, at);
    line->len += (size_t)(at - start);
}

static void add_number(lua_State *L, credenco_buf *line, int arg, const struct member *member) {
    if (lua_isnil(L, arg)) {
        return;
    }
    char *start = credenco_buf_room(line, NAME_MAX_BYTES + CREDENCO_JSON_WHOLE_MAX);
    if (start == NULL) {
        return;
    }
    char *at = put(start, member->name);
    if (member->kind == FLAG) {
        at = put(at, lua_toboolean(L, arg) ? CREDENCO_SPAN("true") : CREDENCO_SPAN("false"));
    } else {
        at += credenco_json_write_whole((int64_t)lua_tonumber(L, arg), at);
    }
    line->len += (size_t)(at - start);
}

/* Adds the member of an argument, unless that is nil or there is no room: a log must not fail a
 * call. */
static void add_member(lua_State *L, credenco_buf *line, int arg) {
    const struct member *member = &members[arg - TYPE];
    if (member->kind == WORD || member->kind == TEXT) {
        add_text(L, line, arg, member);
    } else {
        add_number(L, line, arg, member);
    }
}

static bool begin_line(event_log *log) {
    credenco_buf_clear(&log->line);
    char *start = credenco_buf_room(&log->line, NAME_MAX_BYTES + TIME_MAX_BYTES);
    if (start == NULL) {
        return false;
    }
    char *at = put(start, CREDENCO_SPAN("{\"time\":"));
    at = put_word(at, (credenco_span){log->time, log->time_len});
    log->line.len += (size_t)(at - start);
    return true;
}

static bool end_line(credenco_buf *line) {
    return credenco_buf_append(line, CREDENCO_SPAN("}\n")) == CREDENCO_OK;
}

static void report(lua_State *L, event_log *log) {
    const char *reason = strerror(errno);
    if (!log->has_failed) {
        log->has_failed = true;
        lua_pushvalue(L, lua_upvalueindex(ON_FAILURE));
        lua_pushstring(L, reason);
        lua_call(L, 1, 0);
    }
}

/* Writes the line; `at_once` flushes it, with the lines before it, to the operating system. */
static void write_out(lua_State *L, event_log *log, bool at_once) {
    FILE *stream = stream_of(lua_touserdata(L, lua_upvalueindex(FILE_AT)));
    const credenco_span line = credenco_buf_span(&log->line);
    if (stream == NULL) {
        return;
    }
    bool taken = fwrite(line.data, 1, line.len, stream) == line.len;
    if (at_once) {
        log->flushed_ms = log->at_ms;
        taken = fflush(stream) == 0 && taken;
    }
    if (!taken) {
        report(L, log);
    }
}

static int write_event(lua_State *L) {
    event_log *log = lua_touserdata(L, lua_upvalueindex(LOG));
    const double at_ms = lua_tonumber(L, AT_MS);
    const int given = lua_gettop(L);
    const int last = given < LAST ? given : LAST;
    if (at_ms != log->at_ms) {
        renew_time(L, log, at_ms);
    }
    if (!begin_line(log)) {
        return 0;
    }
    for (int arg = TYPE; arg <= last; arg++) {
        add_member(L, &log->line, arg);
    }
    if (!end_line(&log->line)) {
        return 0;
    }
    const bool failed = last >= CODE && strcmp(luaL_checkstring(L, TYPE), "failed") == 0;
    write_out(L, log, failed || at_ms - log->flushed_ms >= FLUSH_EVERY_MS);
    return 0;
}

int credenco_lua_event_log(lua_State *L) {
    static const luaL_Reg no_methods[] = {{NULL, NULL}};
    luaL_checkudata(L, 1, LUA_FILEHANDLE);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    lua_settop(L, 3);
    event_log *log = credenco_newuserdata(L, sizeof *log);
    *log = (event_log){.at_ms = -1, .flushed_ms = -FLUSH_EVERY_MS};
    credenco_buf_init(&log->line, LINE_MAX_BYTES);
    credenco_newtype(L, LOG_TYPE, no_methods, log_finalize);
    luaL_getmetatable(L, LOG_TYPE);
    lua_setmetatable(L, -2);
    lua_insert(L, LOG);
    lua_pushcclosure(L, write_event, UPVALUES);
    return 1;
}
