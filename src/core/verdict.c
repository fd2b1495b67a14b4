#include "verdict.h"

#include <stddef.h>

#define STEP(name) (1u << CREDENCO_STEP_##name)

enum {
    ANY = ~0u >> 1,
    /* A change of a wallet cannot be undone, so doubt about it counts. */
    WALLET = STEP(PUSH_OFFER) | STEP(TRUST_ISSUER),
};

/* The first row that fits counts. */
static const struct row {
    unsigned steps;
    int first, last;
    credenco_verdict verdict;
} rows[] = {
    {ANY, 200, 299, {CREDENCO_OK, CREDENCO_SENT_REJECTED, false}},
    {ANY, 401, 401, {CREDENCO_UNAUTHORIZED, CREDENCO_SENT_REJECTED, false}},
    {ANY, 403, 403, {CREDENCO_FORBIDDEN, CREDENCO_SENT_REJECTED, false}},
    {ANY, 404, 404, {CREDENCO_NOT_FOUND, CREDENCO_SENT_REJECTED, false}},
    {ANY, 408, 408, {CREDENCO_TIMEOUT, CREDENCO_SENT_UNKNOWN, true}},
    {WALLET, 425, 425, {CREDENCO_REJECTED, CREDENCO_SENT_UNKNOWN, false}},
    {ANY, 429, 429, {CREDENCO_RATE_LIMITED, CREDENCO_SENT_REJECTED, true}},
    {ANY, 400, 499, {CREDENCO_REJECTED, CREDENCO_SENT_REJECTED, false}},
    {WALLET, 503, 503, {CREDENCO_SERVER_ERROR, CREDENCO_SENT_UNKNOWN, true}},
    {ANY, 503, 503, {CREDENCO_SERVER_ERROR, CREDENCO_SENT_REJECTED, true}},
    {ANY, 502, 502, {CREDENCO_SERVER_ERROR, CREDENCO_SENT_UNKNOWN, true}},
    {ANY, 504, 504, {CREDENCO_SERVER_ERROR, CREDENCO_SENT_UNKNOWN, true}},
    {ANY, 500, 999, {CREDENCO_SERVER_ERROR, CREDENCO_SENT_UNKNOWN, false}},
};

credenco_verdict credenco_verdict_unusable(void) {
    return (credenco_verdict){CREDENCO_BAD_RESPONSE, CREDENCO_SENT_UNKNOWN, false};
}

credenco_verdict credenco_verdict_of(credenco_step step, int http_status) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        if ((row->steps & 1u << step) != 0 && http_status >= row->first &&
            http_status <= row->last) {
            return row->verdict;
        }
    }
    return credenco_verdict_unusable();
}

credenco_verdict credenco_verdict_lost(credenco_code why, credenco_sent sent) {
    bool repeatable = why == CREDENCO_CONNECT_FAILED || why == CREDENCO_TIMEOUT ||
                      why == CREDENCO_BAD_RESPONSE; /* not HTTP */
    return (credenco_verdict){why, sent, repeatable};
}
