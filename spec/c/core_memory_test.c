/* The core when memory runs out: the first allocation fails, the second, the n-th, until
 * one run needs no more than was granted. Every failure is a clean error. */
#include <stdlib.h>

#include "bytes.h"
#include "core/flow.h"
#include "core/uri.h"
#include "failing_malloc.h"
#include "tap.h"

#define REQUEST_URI "openid-credential-offer://?credential_offer_uri=https://w.example/o/1"

enum { DEADLINE_MS = 30000, MORE_THAN_ANY_RUN = 1000 };

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
    credenco_code code = credenco_uri_encode((credenco_span){long_text, sizeof long_text}, &out);
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

static credenco_code pull(credenco_flow *flow, const char *request_uri) {
    credenco_action action;
    credenco_answer answer = {.http_status = 201, .usable = true, .retry_after_ms = -1};
    credenco_code code = credenco_flow_next(flow, 0, &action);
    answer.request_uri = span(request_uri);
    return code == CREDENCO_OK ? credenco_flow_answer(flow, 0, &answer, 0.5) : code;
}

static credenco_code push_with(credenco_flow *flow) {
    credenco_code code = credenco_flow_start_push(flow, span("key"), span("https://w.example/o/1"),
                                                  true, DEADLINE_MS);
    CHECK(code == CREDENCO_OK || flow->phase == CREDENCO_PHASE_IDLE);
    return code == CREDENCO_OK ? pull(flow, "") : code;
}

static credenco_code issue_with(credenco_flow *flow) {
    credenco_code code = credenco_flow_start_issue(flow, span("key"), DEADLINE_MS);
    if (code == CREDENCO_OK) {
        code = pull(flow, REQUEST_URI);
        CHECK(code == CREDENCO_OK || flow->phase == CREDENCO_PHASE_FAILED);
        CHECK(code == CREDENCO_OK || flow->failure.code == code);
    } else {
        CHECK(flow->phase == CREDENCO_PHASE_IDLE);
    }
    return code == CREDENCO_OK ? pull(flow, "") : code;
}

static credenco_code issue(void) {
    credenco_context context;
    credenco_retry_policy retry = {3, 100, 5000};
    credenco_code code = credenco_context_init(&context, span("https://issuer.example"),
                                               span("https://wallet.example"), retry, false);
    if (code != CREDENCO_OK) {
        CHECK(context.base_url.data == NULL && context.wallet_base_url.data == NULL);
        return code;
    }
    credenco_flow flow;
    credenco_flow_init(&flow, &context);
    code = issue_with(&flow);
    if (code == CREDENCO_OK) {
        code = push_with(&flow);
    }
    credenco_flow_free(&flow);
    credenco_context_free(&context);
    return code;
}

/* A flow that ran out of memory once is as good as new afterwards. */
static void a_flow_recovers(void) {
    credenco_context context;
    credenco_flow flow;
    credenco_retry_policy retry = {3, 100, 5000};
    CHECK(credenco_context_init(&context, span("https://i.example"), span("https://w.example"),
                                retry, false) == CREDENCO_OK);
    credenco_flow_init(&flow, &context);
    failing_malloc_arm(2, FAIL_ONCE);
    CHECK(issue_with(&flow) == CREDENCO_OUT_OF_MEMORY);
    CHECK(failing_malloc_disarm());
    CHECK(issue_with(&flow) == CREDENCO_OK && flow.phase == CREDENCO_PHASE_DONE);
    credenco_flow_free(&flow);
    credenco_context_free(&context);
}

static void buffers_fail_cleanly(void) {
    fail_in_turn(append);
}

static void coding_fails_cleanly(void) {
    fail_in_turn(encode);
    fail_in_turn(read_offer);
}

static void flows_fail_cleanly(void) {
    fail_in_turn(issue);
}

TAP_MAIN({"a buffer without memory keeps what it has", buffers_fail_cleanly},
         {"percent coding without memory is an error", coding_fails_cleanly},
         {"a flow without memory is an error, and holds nothing", flows_fail_cleanly},
         {"a flow recovers once there is memory again", a_flow_recovers})
