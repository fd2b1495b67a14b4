/* core/error.h: every value has a name, and every name its value. */
#include "core/error.h"
#include "tap.h"

static void codes_have_names(void) {
    for (int i = 0; i < CREDENCO_CODE_COUNT; i++) {
        tap_row = credenco_code_name((credenco_code)i);
        CHECK(tap_row != NULL && strcmp(tap_row, "?") != 0);
        CHECK((int)credenco_code_by_name(tap_row) == i);
    }
}

static void steps_have_names(void) {
    for (int i = 0; i < CREDENCO_STEP_COUNT; i++) {
        tap_row = credenco_step_name((credenco_step)i);
        CHECK(tap_row != NULL && strcmp(tap_row, "?") != 0);
        CHECK((int)credenco_step_by_name(tap_row) == i);
    }
}

static void certainties_have_names(void) {
    for (int i = 0; i < CREDENCO_SENT_COUNT; i++) {
        tap_row = credenco_sent_name((credenco_sent)i);
        CHECK(tap_row != NULL && strcmp(tap_row, "?") != 0);
        CHECK((int)credenco_sent_by_name(tap_row) == i);
    }
}

static void doubt_rises(void) {
    CHECK(CREDENCO_SENT_NO < CREDENCO_SENT_REJECTED);
    CHECK(CREDENCO_SENT_REJECTED < CREDENCO_SENT_UNKNOWN);
}

static void outside_the_enum(void) {
    CHECK(strcmp(credenco_code_name(CREDENCO_CODE_COUNT), "?") == 0);
    CHECK(strcmp(credenco_step_name(CREDENCO_STEP_COUNT), "?") == 0);
    CHECK(strcmp(credenco_sent_name(CREDENCO_SENT_COUNT), "?") == 0);
    CHECK(credenco_code_by_name("teapot") == CREDENCO_CODE_COUNT);
    CHECK(credenco_step_by_name("") == CREDENCO_STEP_COUNT);
    CHECK(credenco_sent_by_name("NO") == CREDENCO_SENT_COUNT);
}

/* Programs test these words: they never change. */
static void documented_words(void) {
    static const char *const words[] = {
        "invalid_claims",    "no_offer_uri",       "offer_by_value", "ambiguous_offer_uri",
        "invalid_offer_uri", "insecure_offer_uri", "connect_failed", "tls_failed",
        "timeout",           "unauthorized",       "forbidden",      "not_found",
        "rejected",          "rate_limited",       "server_error",   "bad_response",
        "too_large",         "issue_failed",       "closed",
    };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        tap_row = words[i];
        CHECK(credenco_code_by_name(words[i]) != CREDENCO_CODE_COUNT);
    }
}

TAP_MAIN({"every code has a name of its own", codes_have_names},
         {"every step has a name of its own", steps_have_names},
         {"every certainty has a name of its own", certainties_have_names},
         {"doubt rises from no over rejected to unknown", doubt_rises},
         {"a value or name outside the enum is none", outside_the_enum},
         {"the documented codes exist", documented_words})
