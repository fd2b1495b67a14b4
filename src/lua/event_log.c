#include "event_log.h"

#include <errno.h>
#include <fcntl.h>
#include <lualib.h> /* LUA_FILEHANDLE in 5.1 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "compat.h"
#include "observer.h"

enum { WRITE_EVERY_MS = 1000, WRITE_BYTES = 65536 };

typedef struct event_log {
    credenco_observer observer;
    int descriptor; /* -1 if there is none */
    char *complaint;
    bool has_complained;
    credenco_day_clock clock;
    int64_t written_ms;
    credenco_buf lines;   /* that are not written yet */
    credenco_buf subject; /* of an event that comes through Lua */
} event_log;

static void complain(event_log *log) {
    const char *reason = strerror(errno);
    if (!log->has_complained) {
        log->has_complained = true;
        fprintf(stderr, "%s: %s\n", log->complaint, reason);
    }
}

static bool write_all(int descriptor, credenco_span bytes) {
    while (bytes.len > 0) {
        const ssize_t written = write(descriptor, bytes.data, bytes.len);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes.data += written;
            bytes.len -= (size_t)written;
        }
    }
    return true;
}

/* Lines that cannot be written are lost. */
static void write_out(event_log *log) {
    if (!write_all(log->descriptor, credenco_buf_span(&log->lines))) {
        complain(log);
    }
    credenco_buf_clear(&log->lines);
}

/* Without memory for its line, the event is not in the log. */
static void log_take(credenco_observer *observer, const credenco_event *event) {
    event_log *log = (event_log *)observer;
    const credenco_span time = credenco_time_of_day(&log->clock, event->at_ms);
    if (!credenco_event_line(&log->lines, time, event)) {
        return;
    }
    const bool is_due = event->at_ms - log->written_ms >= WRITE_EVERY_MS;
    if (is_due) {
        log->written_ms = event->at_ms;
    }
    if (is_due || event->type == CREDENCO_EVENT_FAILED || log->lines.len >= WRITE_BYTES) {
        write_out(log);
    }
}

static void log_finish(credenco_observer *observer) {
    event_log *log = (event_log *)observer;
    if (log->descriptor >= 0) {
        write_out(log);
        close(log->descriptor);
    }
    free(log->complaint);
    credenco_buf_free(&log->lines);
    credenco_buf_free(&log->subject);
}

/* --- through Lua --------------------------------------------------------------- */

static int64_t number_at(lua_State *L, int arg) {
    return lua_isnoneornil(L, arg) ? CREDENCO_EVENT_NONE : (int64_t)luaL_checknumber(L, arg);
}

static credenco_event_type type_at(lua_State *L, int arg) {
    const credenco_event_type type = credenco_event_type_by_name(credenco_check_span(L, arg));
    luaL_argcheck(L, type != CREDENCO_EVENT_COUNT, arg, "no such event");
    return type;
}

static int write_event(lua_State *L) {
    event_log *log = credenco_check_observer(L, lua_upvalueindex(1));
    credenco_event event = {
        .type = type_at(L, LISTENER_TYPE),
        .at_ms = (int64_t)luaL_checknumber(L, LISTENER_AT_MS),
        .http_status = number_at(L, LISTENER_HTTP_STATUS),
        .ok = lua_isnoneornil(L, LISTENER_OK) ? CREDENCO_EVENT_NONE : lua_toboolean(L, LISTENER_OK),
        .elapsed_ms = number_at(L, LISTENER_ELAPSED_MS),
        .wait_ms = number_at(L, LISTENER_WAIT_MS),
        .code = credenco_optional_span(L, LISTENER_CODE),
        .sent = credenco_optional_span(L, LISTENER_SENT),
    };
    credenco_buf_clear(&log->subject);
    credenco_event_subject(&log->subject, credenco_check_span(L, LISTENER_STEP),
                           credenco_optional_span(L, LISTENER_CORRELATION_ID),
                           credenco_optional_span(L, LISTENER_TRACEPARENT));
    event.subject = credenco_buf_span(&log->subject);
    log_take(&log->observer, &event);
    return 0;
}

/* --- opening -------------------------------------------------------------------- */

/* The stream of Lua's file; NULL if the file is closed. */
static FILE *stream_of(void *file) {
#if LUA_VERSION_NUM >= 502
    luaL_Stream *stream = file;
    return stream->closef != NULL ? stream->f : NULL;
#else
    return *(FILE **)file;
#endif
}

int credenco_lua_event_log(lua_State *L) {
    FILE *file = stream_of(luaL_checkudata(L, 1, LUA_FILEHANDLE));
    luaL_argcheck(L, file != NULL, 1, "closed");
    const char *complaint = luaL_checkstring(L, 2);
    event_log *log = credenco_new_observer(L, sizeof *log, log_take, log_finish);
    credenco_buf_init(&log->lines, WRITE_BYTES + CREDENCO_EVENT_LINE_MAX);
    credenco_buf_init(&log->subject, CREDENCO_EVENT_SUBJECT_MAX);
    log->written_ms = -WRITE_EVERY_MS;
    log->complaint = strdup(complaint);
    log->descriptor = log->complaint != NULL ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 0) : -1;
    if (log->descriptor < 0) {
        return credenco_refuse(L, strerror(errno));
    }
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, write_event, 1);
    lua_insert(L, -2);
    return 2;
}
