/* The core when memory runs out: the first allocation fails, the second, the n-th, until
 * one run needs no more than was granted. Every failure is a clean error. */
#include <stdlib.h>

#include "bytes.h"
#include "core/event.h"
#include "core/percent.h"
#include "core/uri.h"
#include "failing_malloc.h"
#include "tap.h"

#define REQUEST_URI "openid-credential-offer://?credential_offer_uri=https://w.example/o/1"

enum { MORE_THAN_ANY_RUN = 1000 };

typedef credenco_code (*attempt)(void);

/* Runs with the 1st, 2nd, ... allocation failing, until none did. */
static void fail_each_allocation(attempt run, failing_mode mode) {
    for (size_t n = 1; n < MORE_THAN_ANY_RUN; n++) {
        failing_malloc_arm(n, mode);
        credenco_code code = run();
        if (!failing_malloc_disarm()) {
            CHECK(n > 1 && code == CREDENCO_OK);
            return;
        }
        CHECK(code == CREDENCO_OUT_OF_MEMORY);
    }
    CHECK(!"this run never got the memory it needs");
}

static void fail_in_turn(attempt run) {
    fail_each_allocation(run, FAIL_ONCE);
    fail_each_allocation(run, FAIL_FOREVER);
}

static char long_text[3000];

static credenco_code append(void) {
    credenco_buf buf;
    credenco_buf_init(&buf, sizeof long_text);
    credenco_code code = CREDENCO_OK;
    for (size_t i = 0; i < sizeof long_text && code == CREDENCO_OK; i++) {
        code = credenco_buf_append(&buf, (credenco_span){long_text + i, 1});
        CHECK(buf.len == i + (code == CREDENCO_OK));
    }
    credenco_buf_free(&buf);
    return code;
}

static credenco_code encode(void) {
    credenco_buf out;
    credenco_buf_init(&out, 3 * sizeof long_text);
    credenco_code code =
        credenco_percent_encode((credenco_span){long_text, sizeof long_text}, &out);
    credenco_buf_free(&out);
    return code;
}

static credenco_code read_offer(void) {
    credenco_buf out;
    credenco_buf_init(&out, CREDENCO_URI_MAX);
    credenco_code code = credenco_offer_uri(span(REQUEST_URI), &out);
    credenco_buf_free(&out);
    return code;
}

/* What has no memory is left out, which is no error. */
static credenco_code write_event(void) {
    credenco_buf subject, line;
    credenco_buf_init(&subject, CREDENCO_EVENT_SUBJECT_MAX);
    credenco_buf_init(&line, CREDENCO_EVENT_LINE_MAX);
    const credenco_span text = {long_text, sizeof long_text};
    credenco_event_subject(&subject, span("step"), text, text);
    const credenco_event event = {.subject = credenco_buf_span(&subject)};
    const size_t members =
        strlen(",\"step\":\"step\",\"correlation_id\":\"\",\"traceparent\":\"\"");
    bool whole = subject.len == members + 2 * sizeof long_text;
    whole = credenco_event_line(&line, span("T"), &event) && whole;
    credenco_buf_free(&subject);
    credenco_buf_free(&line);
    return whole ? CREDENCO_OK : CREDENCO_OUT_OF_MEMORY;
}

static void buffers_fail_cleanly(void) {
    fail_in_turn(append);
}

static void coding_fails_cleanly(void) {
    fail_in_turn(encode);
    fail_in_turn(read_offer);
}

static void events_fail_cleanly(void) {
    memset(long_text, 'a', sizeof long_text);
    fail_in_turn(write_event);
}

TAP_MAIN({"a buffer without memory keeps what it has", buffers_fail_cleanly},
         {"percent coding without memory is an error", coding_fails_cleanly},
         {"an event without memory is left out of a log", events_fail_cleanly})
