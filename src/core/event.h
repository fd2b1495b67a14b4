/* An event of a call, as listeners get it (lua/credenco/base/listeners.lua), and its line in a
 * log. */
#ifndef CREDENCO_CORE_EVENT_H
#define CREDENCO_CORE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

typedef enum credenco_event_type {
    CREDENCO_EVENT_REQUEST = 0,
    CREDENCO_EVENT_RESPONSE,
    CREDENCO_EVENT_LOST,
    CREDENCO_EVENT_ABANDONED,
    CREDENCO_EVENT_WAIT,
    CREDENCO_EVENT_FAILED,
    CREDENCO_EVENT_COUNT
} credenco_event_type;

/* In place of a number that the event does not have. */
enum { CREDENCO_EVENT_NONE = -1 };

typedef struct credenco_event {
    credenco_event_type type;
    int64_t at_ms; /* on the monotonic clock */
    credenco_span step;
    credenco_span subject; /* from credenco_event_subject */
    int64_t http_status;   /* this and the next three: or CREDENCO_EVENT_NONE */
    int64_t ok;            /* 0 or 1 */
    int64_t elapsed_ms;
    int64_t wait_ms;
    credenco_span code; /* this and the next: without data if there is none */
    credenco_span sent;
} credenco_event;

/* The type of a name; CREDENCO_EVENT_COUNT for an unknown name. */
credenco_event_type credenco_event_type_by_name(credenco_span name);

enum { CREDENCO_EVENT_SUBJECT_MAX = 1 << 20, CREDENCO_EVENT_LINE_MAX = (1 << 20) + 4096 };

/* Writes the part of a line that is the same for all events of a request into the empty `subject`,
 * whose maximum is CREDENCO_EVENT_SUBJECT_MAX: the members step, correlation_id and traceparent. It
 * leaves out a text without data, and one that there is no room for: a log must not fail a call. */
void credenco_event_subject(credenco_buf *subject, credenco_span step, credenco_span correlation_id,
                            credenco_span traceparent);

/* Appends the event to `line` as a JSON object and a line feed. `time` is its time of day. False
 * without room; then the line is as it was. */
bool credenco_event_line(credenco_buf *line, credenco_span time, const credenco_event *event);

#endif
