/* core/event.h: an event as a line of a log. */
#include "core/event.h"

#include "bytes.h"
#include "tap.h"

static credenco_event event_of(credenco_event_type type) {
    return (credenco_event){
        .type = type,
        .subject = CREDENCO_SPAN(",\"step\":\"s\""),
        .http_status = CREDENCO_EVENT_NONE,
        .ok = CREDENCO_EVENT_NONE,
        .elapsed_ms = CREDENCO_EVENT_NONE,
        .wait_ms = CREDENCO_EVENT_NONE,
    };
}

static void a_line_has_what_its_event_has(void) {
    credenco_event everything = event_of(CREDENCO_EVENT_ABANDONED);
    everything.http_status = 201;
    everything.ok = 0;
    everything.elapsed_ms = 0;
    everything.wait_ms = INT64_MAX;
    everything.code = CREDENCO_SPAN("timeout");
    everything.sent = CREDENCO_SPAN("unknown");
    const struct {
        credenco_event event;
        const char *line;
    } rows[] = {
        {event_of(CREDENCO_EVENT_REQUEST),
         "{\"time\":\"T\",\"event\":\"request\",\"step\":\"s\"}\n"},
        {everything, "{\"time\":\"T\",\"event\":\"abandoned\",\"step\":\"s\",\"http_status\":201,"
                     "\"ok\":false,\"elapsed_ms\":0,\"code\":\"timeout\",\"sent\":\"unknown\","
                     "\"wait_ms\":9223372036854775807}\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        credenco_buf line;
        credenco_buf_init(&line, CREDENCO_EVENT_LINE_MAX);
        CHECK(credenco_event_line(&line, CREDENCO_SPAN("T"), &rows[i].event));
        CHECK(buf_is(&line, rows[i].line));
        credenco_buf_free(&line);
    }
}

static void a_line_without_room_is_left_out(void) {
    const credenco_event event = event_of(CREDENCO_EVENT_WAIT);
    credenco_buf line;
    credenco_buf_init(&line, 100);
    CHECK(!credenco_event_line(&line, CREDENCO_SPAN("T"), &event));
    CHECK(line.len == 0);
    credenco_buf_free(&line);
}

/* As long a subject as there is still fits into a line. */
static void a_subject_leaves_out_what_it_has_no_room_for(void) {
    static char text[CREDENCO_EVENT_SUBJECT_MAX / 6];
    static const credenco_span none;
    memset(text, '\1', sizeof text);
    const struct {
        const char *name;
        size_t text_len;
        size_t subject_len;
    } rows[] = {
        {"the longest", sizeof text - 10, 30 + 6 * (sizeof text - 10)},
        {"one that is too long", sizeof text, 10},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        credenco_buf subject, line;
        credenco_event event = event_of(CREDENCO_EVENT_LOST);
        tap_row = rows[i].name;
        credenco_buf_init(&subject, CREDENCO_EVENT_SUBJECT_MAX);
        credenco_buf_init(&line, CREDENCO_EVENT_LINE_MAX);
        credenco_event_subject(&subject, CREDENCO_SPAN(""), (credenco_span){text, rows[i].text_len},
                               none);
        CHECK(subject.len == rows[i].subject_len);
        event.subject = credenco_buf_span(&subject);
        CHECK(credenco_event_line(&line, CREDENCO_SPAN("T"), &event));
        credenco_buf_free(&line);
        credenco_buf_free(&subject);
    }
}

static void every_type_has_its_name(void) {
    static const char *const names[] = {"request", "response", "lost", "abandoned",
                                        "wait",    "failed",   "?",    ""};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const size_t type = i < CREDENCO_EVENT_COUNT ? i : CREDENCO_EVENT_COUNT;
        CHECK((size_t)credenco_event_type_by_name(span(names[i])) == type);
    }
}

TAP_MAIN({"a line has what its event has", a_line_has_what_its_event_has},
         {"a line without room is left out", a_line_without_room_is_left_out},
         {"a subject leaves out what it has no room for",
          a_subject_leaves_out_what_it_has_no_room_for},
         {"every type has its name", every_type_has_its_name})
