#include "event.h"

#include <string.h>

#include "decimal.h"
#include "json_write.h"

/* More than all names, numbers and punctuation of a line take. */
enum { MEMBERS_MAX_BYTES = 256, NAME_MAX_BYTES = 32 };

static const credenco_span type_names[CREDENCO_EVENT_COUNT] = {
    [CREDENCO_EVENT_REQUEST] = CREDENCO_SPAN("request"),
    [CREDENCO_EVENT_RESPONSE] = CREDENCO_SPAN("response"),
    [CREDENCO_EVENT_LOST] = CREDENCO_SPAN("lost"),
    [CREDENCO_EVENT_ABANDONED] = CREDENCO_SPAN("abandoned"),
    [CREDENCO_EVENT_WAIT] = CREDENCO_SPAN("wait"),
    [CREDENCO_EVENT_FAILED] = CREDENCO_SPAN("failed"),
};

credenco_event_type credenco_event_type_by_name(credenco_span name) {
    int type = 0;
    while (type < CREDENCO_EVENT_COUNT && !span_equal(type_names[type], name)) {
        type++;
    }
    return (credenco_event_type)type;
}

static inline char *put(char *at, credenco_span bytes) {
    memcpy(at, bytes.data, bytes.len);
    return at + bytes.len;
}

/* `word` is our own text, which needs no escape. */
static inline char *put_word(char *at, credenco_span name, credenco_span word) {
    if (word.data == NULL) {
        return at;
    }
    at = put(at, name);
    *at++ = '"';
    at = put(at, word);
    *at++ = '"';
    return at;
}

static inline char *put_number(char *at, credenco_span name, int64_t number) {
    if (number == CREDENCO_EVENT_NONE) {
        return at;
    }
    at = put(at, name);
    return at + credenco_decimal_write(number, at);
}

static inline char *put_flag(char *at, credenco_span name, int64_t flag) {
    if (flag == CREDENCO_EVENT_NONE) {
        return at;
    }
    at = put(at, name);
    return put(at, flag != 0 ? CREDENCO_SPAN("true") : CREDENCO_SPAN("false"));
}

static void add_text(credenco_buf *subject, credenco_span name, credenco_span text) {
    if (text.data == NULL) {
        return;
    }
    char *start = credenco_buf_room(subject, NAME_MAX_BYTES + CREDENCO_JSON_TEXT_MAX(text.len));
    if (start == NULL) {
        return;
    }
    char *at = put(start, name);
    at += credenco_json_write_text(text, at);
    subject->len += (size_t)(at - start);
}

void credenco_event_subject(credenco_buf *subject, credenco_span step, credenco_span correlation_id,
                            credenco_span traceparent) {
    char *start = credenco_buf_room(subject, NAME_MAX_BYTES + step.len);
    if (start != NULL) {
        subject->len = (size_t)(put_word(start, CREDENCO_SPAN(",\"step\":"), step) - start);
    }
    add_text(subject, CREDENCO_SPAN(",\"correlation_id\":"), correlation_id);
    add_text(subject, CREDENCO_SPAN(",\"traceparent\":"), traceparent);
}

bool credenco_event_line(credenco_buf *line, credenco_span time, const credenco_event *event) {
    char *start = credenco_buf_room(line, MEMBERS_MAX_BYTES + time.len + event->subject.len +
                                              event->code.len + event->sent.len);
    if (start == NULL) {
        return false;
    }
    char *at = put_word(start, CREDENCO_SPAN("{\"time\":"), time);
    at = put_word(at, CREDENCO_SPAN(",\"event\":"), type_names[event->type]);
    at = put(at, event->subject);
    at = put_number(at, CREDENCO_SPAN(",\"http_status\":"), event->http_status);
    at = put_flag(at, CREDENCO_SPAN(",\"ok\":"), event->ok);
    at = put_number(at, CREDENCO_SPAN(",\"elapsed_ms\":"), event->elapsed_ms);
    at = put_word(at, CREDENCO_SPAN(",\"code\":"), event->code);
    at = put_word(at, CREDENCO_SPAN(",\"sent\":"), event->sent);
    at = put_number(at, CREDENCO_SPAN(",\"wait_ms\":"), event->wait_ms);
    at = put(at, CREDENCO_SPAN("}\n"));
    line->len += (size_t)(at - start);
    return true;
}
