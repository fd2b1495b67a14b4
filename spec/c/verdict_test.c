/* core/verdict.h: what a status means, by endpoint. */
#include "core/verdict.h"
#include "tap.h"

#define NO CREDENCO_SENT_NO
#define REJECTED CREDENCO_SENT_REJECTED
#define UNKNOWN CREDENCO_SENT_UNKNOWN

static bool is(credenco_verdict got, credenco_code code, credenco_sent sent, bool repeatable) {
    return got.code == code && got.sent == sent && got.repeatable == repeatable;
}

static bool changes_a_wallet(int step) {
    return step == CREDENCO_STEP_PUSH_OFFER || step == CREDENCO_STEP_TRUST_ISSUER;
}

static void statuses_have_a_meaning(void) {
    static const struct {
        int http_status;
        credenco_code code;
        credenco_sent sent, sent_to_wallet;
        bool repeatable;
    } rows[] = {
        {0, CREDENCO_BAD_RESPONSE, UNKNOWN, UNKNOWN, false},
        {101, CREDENCO_BAD_RESPONSE, UNKNOWN, UNKNOWN, false},
        {199, CREDENCO_BAD_RESPONSE, UNKNOWN, UNKNOWN, false},
        {300, CREDENCO_BAD_RESPONSE, UNKNOWN, UNKNOWN, false},
        {302, CREDENCO_BAD_RESPONSE, UNKNOWN, UNKNOWN, false},
        {399, CREDENCO_BAD_RESPONSE, UNKNOWN, UNKNOWN, false},
        {400, CREDENCO_REJECTED, REJECTED, REJECTED, false},
        {401, CREDENCO_UNAUTHORIZED, REJECTED, REJECTED, false},
        {402, CREDENCO_REJECTED, REJECTED, REJECTED, false},
        {403, CREDENCO_FORBIDDEN, REJECTED, REJECTED, false},
        {404, CREDENCO_NOT_FOUND, REJECTED, REJECTED, false},
        {408, CREDENCO_TIMEOUT, UNKNOWN, UNKNOWN, true},
        {409, CREDENCO_REJECTED, REJECTED, REJECTED, false},
        {412, CREDENCO_REJECTED, REJECTED, REJECTED, false},
        {422, CREDENCO_REJECTED, REJECTED, REJECTED, false},
        {425, CREDENCO_REJECTED, REJECTED, UNKNOWN, false},
        {429, CREDENCO_RATE_LIMITED, REJECTED, REJECTED, true},
        {499, CREDENCO_REJECTED, REJECTED, REJECTED, false},
        {500, CREDENCO_SERVER_ERROR, UNKNOWN, UNKNOWN, false},
        {502, CREDENCO_SERVER_ERROR, UNKNOWN, UNKNOWN, true},
        {503, CREDENCO_SERVER_ERROR, REJECTED, UNKNOWN, true},
        {504, CREDENCO_SERVER_ERROR, UNKNOWN, UNKNOWN, true},
        {520, CREDENCO_SERVER_ERROR, UNKNOWN, UNKNOWN, false},
        {599, CREDENCO_SERVER_ERROR, UNKNOWN, UNKNOWN, false},
        {999, CREDENCO_SERVER_ERROR, UNKNOWN, UNKNOWN, false},
    };
    static char row[32];
    tap_row = row;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int step = 0; step < CREDENCO_STEP_COUNT; step++) {
            credenco_sent sent = changes_a_wallet(step) ? rows[i].sent_to_wallet : rows[i].sent;
            snprintf(row, sizeof row, "%d, step %d", rows[i].http_status, step);
            CHECK(is(credenco_verdict_of((credenco_step)step, rows[i].http_status), rows[i].code,
                     sent, rows[i].repeatable));
        }
    }
}

static void every_2xx_is_fine(void) {
    for (int status = 200; status < 300; status++) {
        for (int step = 0; step < CREDENCO_STEP_COUNT; step++) {
            CHECK(credenco_verdict_of((credenco_step)step, status).code == CREDENCO_OK);
        }
    }
}

/* 4xx but 408 and 425. */
static void only_a_clear_no_is_a_no_to_a_push(void) {
    for (int status = 0; status < 1000; status++) {
        credenco_verdict verdict = credenco_verdict_of(CREDENCO_STEP_PUSH_OFFER, status);
        bool clear = status >= 400 && status < 500 && status != 408 && status != 425;
        if (verdict.code != CREDENCO_OK) {
            CHECK(verdict.sent == (clear ? REJECTED : UNKNOWN));
        }
    }
}

static void lost_requests_are_repeated(void) {
    for (int code = CREDENCO_INVALID_ARGUMENT; code < CREDENCO_CODE_COUNT; code++) {
        bool wanted = code == CREDENCO_CONNECT_FAILED || code == CREDENCO_TIMEOUT ||
                      code == CREDENCO_BAD_RESPONSE;
        for (int sent = NO; sent <= UNKNOWN; sent++) {
            tap_row = credenco_code_name((credenco_code)code);
            CHECK(is(credenco_verdict_lost((credenco_code)code, (credenco_sent)sent),
                     (credenco_code)code, (credenco_sent)sent, wanted));
        }
    }
}

TAP_MAIN({"a status means the same at every call, but for calls that change a wallet",
          statuses_have_a_meaning},
         {"every 2xx is a success", every_2xx_is_fine},
         {"only a clear refusal says that an offer was not delivered",
          only_a_clear_no_is_a_no_to_a_push},
         {"a request is made again when there was no connection, it broke, or spoke no HTTP",
          lost_requests_are_repeated})
