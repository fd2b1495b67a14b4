#include "flows.h"
#include "aim.h"
#include "fail.h"
#include "loop.h"
#include "work.h"

#include <string.h>

typedef struct slot {
    CURL *issue;
    CURL *push;
    const record *record;
    size_t answer_len;
    size_t body_len;
    char body[BODY_MAX];
    char target[TARGET_MAX];
    char answer[ANSWER_MAX];
} slot;

static slot *slots;
static size_t slot_count;
static struct curl_slist *issue_headers;
static struct curl_slist *push_headers;
static size_t started, finished_count, wanted;

static size_t keep_answer(char *bytes, size_t size, size_t count, void *context) {
    slot *s = context;
    size_t len = size * count;
    if (len > sizeof s->answer - s->answer_len) return 0;
    memcpy(s->answer + s->answer_len, bytes, len);
    s->answer_len += len;
    return len;
}

static CURL *new_post(slot *s, struct curl_slist *headers) {
    CURL *easy = loop_new_easy();
    curl_easy_setopt(easy, CURLOPT_PRIVATE, s);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, s);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 0L);
    return easy;
}

static void slot_open(slot *s) {
    s->issue = new_post(s, issue_headers);
    s->push = new_post(s, push_headers);
    aim_at(s->issue, "/api/v2/credential/issue");
}

static void start_flow(slot *s) {
    s->record = records_at(started++);
    if (work_issue_body(s->record, s->body, &s->body_len)) {
        curl_easy_setopt(s->issue, CURLOPT_POSTFIELDS, s->body);
        curl_easy_setopt(s->issue, CURLOPT_POSTFIELDSIZE, (long)s->body_len);
    }
    s->answer_len = 0;
    loop_start(s->issue);
}

static void start_push(slot *s) {
    if (work_push_target(s->record, s->answer, s->answer_len, s->target))
        aim_at(s->push, s->target);
    s->answer_len = 0;
    loop_start(s->push);
}

static void end_flow(slot *s) {
    finished_count++;
    if (started < wanted) start_flow(s);
}

static void on_finished(CURL *easy, CURLcode result) {
    slot *s = NULL;
    long status = 0;
    fail_unless(result == CURLE_OK, curl_easy_strerror(result));
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &s);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (easy == s->issue) {
        fail_unless(status == 200, "the issue call answers 200");
        start_push(s);
    } else {
        fail_unless(status == 201, "the push answers 201");
        end_flow(s);
    }
}

void flows_open(const char *base_url, size_t concurrency) {
    records_make();
    work_init(base_url);
    aim_open(base_url);
    loop_open((long)concurrency);
    issue_headers = curl_slist_append(NULL, "content-type: application/json");
    issue_headers = curl_slist_append(issue_headers, "accept: application/json");
    issue_headers = curl_slist_append(issue_headers, "user-agent: credenco/peers");
    issue_headers = curl_slist_append(issue_headers, "x-api-key: bench");
    /* libcurl's form content type goes: the push has no body */
    push_headers = curl_slist_append(NULL, "content-type:");
    push_headers = curl_slist_append(push_headers, "accept: application/json");
    push_headers = curl_slist_append(push_headers, "user-agent: credenco/peers");
    slot_count = concurrency;
    slots = fail_if_null(calloc(concurrency, sizeof *slots), "calloc");
    for (size_t i = 0; i < concurrency; i++)
        slot_open(&slots[i]);
}

void flows_run(size_t count) {
    started = finished_count = 0;
    wanted = count;
    for (size_t i = 0; i < slot_count && started < wanted; i++)
        start_flow(&slots[i]);
    while (finished_count < wanted)
        loop_turn(on_finished);
}

void flows_close(void) {
    for (size_t i = 0; i < slot_count; i++) {
        curl_easy_cleanup(slots[i].issue);
        curl_easy_cleanup(slots[i].push);
    }
    curl_slist_free_all(issue_headers);
    curl_slist_free_all(push_headers);
    free(slots);
    aim_close();
    loop_close();
}
