/* core/http.h: Retry-After, as seconds or as a date. */
#include <stdlib.h>

#include "bytes.h"
#include "core/http.h"
#include "tap.h"

/* 1994-11-06T08:49:37Z, the date of RFC 9110, 5.6.7. */
#define SUNDAY INT64_C(784111777)

static const struct retry_after_row {
    const char *value;
    int64_t now_s;
    int64_t ms;
} retry_afters[] = {
    {"0", 0, 0},
    {"1", 0, 1000},
    {"120", 0, 120000},
    {"0007", 0, 7000},
    {"2678399", 0, INT64_C(2678399000)},
    {"2678400", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"2678401", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"4294967296", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"9223372036854775807", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"9223372036854775808", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"18446744073709551616", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"18446744073709551617", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"10000000000000000000000", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"99999999999999999999999", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"00000000000000000000005", 0, 5000},
    {"", 0, -1},
    {"-1", 0, -1},
    {"+1", 0, -1},
    {"1.5", 0, -1},
    {"1e3", 0, -1},
    {"0x10", 0, -1},
    {"1 2", 0, -1},
    {"1,2", 0, -1},
    {"1s", 0, -1},
    {"soon", 0, -1},
    {"inf", 0, -1},
    {"nan", 0, -1},
    {"Sun, 06 Nov 1994 08:49:37 GMT", SUNDAY - 1, 1000},
    {"Sun, 06 Nov 1994 08:49:37 GMT", SUNDAY - 3600, 3600000},
    {"Sun, 06 Nov 1994 08:49:37 GMT", SUNDAY, -1},
    {"Sun, 06 Nov 1994 08:49:37 GMT", SUNDAY + 1, -1},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    {"Sunday, 06-Nov-94 08:49:37 GMT", SUNDAY - 5, 5000},
    {"Sun Nov  6 08:49:37 1994", SUNDAY - 5, 5000},
    {"Sun Nov 16 08:49:37 1994", SUNDAY + 10 * 86400 - 5, 5000},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0, -1},
    {"Tue, 29 Feb 2000 00:00:01 GMT", INT64_C(951782400), 1000},
    {"Thu, 29 Feb 2024 23:59:59 GMT", INT64_C(1709251198), 1000},
    {"Wed, 31 Dec 2025 23:59:59 GMT", INT64_C(1767225598), 1000},
    {"Thu, 01 Jan 2026 00:00:00 GMT", INT64_C(1767225599), 1000},
    {"Fri, 31 Dec 9999 23:59:59 GMT", 0, CREDENCO_RETRY_AFTER_MAX_MS},
    /* a second is inserted now and then */
    {"Sat, 31 Dec 2016 23:59:60 GMT", INT64_C(1483228799), 1000},
    /* two digits of a year that would be more than 50 years ahead are in the past */
    {"Monday, 01-Jan-29 00:00:00 GMT", INT64_C(1861919999), 1000},
    {"Sunday, 06-Nov-94 08:49:37 GMT", INT64_C(1790000000), -1},
    {"Sun, 06 Nov 1994 08:49:37", SUNDAY - 5, -1},
    {"Sun, 06 Nov 1994 08:49:37 UTC", SUNDAY - 5, -1},
    {"Sun, 06 Nov 1994 08:49:37 +0000", SUNDAY - 5, -1},
    {"Sun, 06 Nov 1994 08:49:37 GMT ", SUNDAY - 5, -1},
    {"Sun, 6 Nov 1994 08:49:37 GMT", SUNDAY - 5, -1},
    {"Sun, 06 nov 1994 08:49:37 GMT", SUNDAY - 5, -1},
    {"Sun, 06 Nov 1994 08:49 GMT", SUNDAY - 5, -1},
    {"Sun, 32 Nov 1994 08:49:37 GMT", SUNDAY - 5, -1},
    {"Sun, 00 Nov 1994 08:49:37 GMT", SUNDAY - 5, -1},
    {"Sun, 06 Foo 1994 08:49:37 GMT", SUNDAY - 5, -1},
    {"Sun, 06 Nov 1994 24:49:37 GMT", SUNDAY - 5, -1},
    {"Sun, 06 Nov 1994 08:60:37 GMT", SUNDAY - 5, -1},
    {"Sun, 06 Nov 1994 08:49:61 GMT", SUNDAY - 5, -1},
    {"Xyz, 06 Nov 1994 08:49:37 GMT", SUNDAY - 5, -1},
    {"Sunday, 06-Nov-94 08:49:37", SUNDAY - 5, -1},
    {"Sun, 06-Nov-94 08:49:37 GMT", SUNDAY - 5, -1},
    {"Sunday, 06-Nov-1994 08:49:37 GMT", SUNDAY - 5, -1},
    {"Sun Nov 6 08:49:37 1994", SUNDAY - 5, -1},
    {"Sun Nov  6 08:49:37 1994 GMT", SUNDAY - 5, -1},
    {"1994-11-06T08:49:37Z", SUNDAY - 5, -1},
    {"Sun, 06 Nov", SUNDAY - 5, -1},
    {"S", SUNDAY - 5, -1},
};

static void retry_after_is_seconds_or_a_date(void) {
    for (size_t i = 0; i < COUNT_OF(retry_afters); i++) {
        const struct retry_after_row *row = &retry_afters[i];
        const size_t len = strlen(row->value);
        char *exact = malloc(len > 0 ? len : 1);
        memcpy(exact, row->value, len);
        tap_row = row->value;
        CHECK(credenco_retry_after_ms((credenco_span){exact, len}, row->now_s) == row->ms);
        free(exact);
    }
}

/* Whatever the value and the clock, the result stays in its bounds. */
static void retry_after_stays_in_bounds(void) {
    static const int64_t clocks[] = {INT64_MIN, -1, 0, SUNDAY, INT64_C(1) << 40, INT64_MAX};
    for (size_t i = 0; i < COUNT_OF(retry_afters); i++) {
        for (size_t c = 0; c < COUNT_OF(clocks); c++) {
            tap_row = retry_afters[i].value;
            int64_t ms = credenco_retry_after_ms(span(retry_afters[i].value), clocks[c]);
            CHECK(ms >= -1 && ms <= CREDENCO_RETRY_AFTER_MAX_MS);
        }
    }
}

TAP_MAIN({"Retry-After is seconds or a date of three forms", retry_after_is_seconds_or_a_date},
         {"Retry-After stays in its bounds", retry_after_stays_in_bounds})
