/* core/tally.h: what is counted where. */
#include "core/tally.h"

#include "bytes.h"
#include "tap.h"

static credenco_tally new_tally(void) {
    return (credenco_tally){.bounds_ms = {5, 10}, .bound_count = 2};
}

static void counts_by_step_status_and_result(void) {
    static const struct {
        const char *step;
        int status;
        bool ok;
    } rows[] = {
        {"push_offer", 201, true}, {"push_offer", 201, false},    {"push_offer", 503, false},
        {"push", 201, true},       {"push_offer_too", 201, true},
    };
    credenco_tally tally = new_tally();
    for (size_t n = 0; n < 100; n++) {
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            CHECK(credenco_tally_add(&tally, span(rows[i].step), rows[i].status, rows[i].ok, 1) ==
                  CREDENCO_OK);
        }
    }
    CHECK(tally.count == COUNT_OF(rows));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK(strcmp(tally.rows[i].step, rows[i].step) == 0);
        CHECK(tally.rows[i].buckets[0] == 100 && tally.rows[i].sum_ms == 100);
    }
    credenco_tally_free(&tally);
    credenco_tally_free(&tally);
}

static void a_bucket_holds_its_bound(void) {
    static const int64_t times[] = {-1, 0, 5, 6, 10, 11, 1000};
    credenco_tally tally = new_tally();
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        CHECK(credenco_tally_add(&tally, span("s"), 200, true, times[i]) == CREDENCO_OK);
    }
    const credenco_tally_row *row = tally.rows;
    CHECK(row->buckets[0] == 3 && row->buckets[1] == 2 && row->buckets[2] == 2);
    CHECK(row->sum_ms == 1032);
    credenco_tally_free(&tally);
}

static void a_step_has_room_or_is_refused(void) {
    credenco_tally tally = new_tally();
    const credenco_span longest = CREDENCO_SPAN("1234567890123456789012345678901");
    const credenco_span longer = CREDENCO_SPAN("12345678901234567890123456789012");
    CHECK(longest.len == CREDENCO_TALLY_STEP_MAX);
    CHECK(credenco_tally_add(&tally, longest, 200, true, 1) == CREDENCO_OK);
    CHECK(credenco_tally_add(&tally, longest, 200, true, 1) == CREDENCO_OK);
    CHECK(credenco_tally_add(&tally, longer, 200, true, 1) == CREDENCO_TOO_LARGE);
    CHECK(tally.count == 1);
    credenco_tally_free(&tally);
}

TAP_MAIN({"counts by step, status and result", counts_by_step_status_and_result},
         {"a bucket holds its bound", a_bucket_holds_its_bound},
         {"a step has room or is refused", a_step_has_room_or_is_refused})
