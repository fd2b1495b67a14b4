/* core/decimal.h: numbers up to the last digit that fits. */
#include "bytes.h"
#include "core/decimal.h"
#include "tap.h"

static void writes_whole_numbers(void) {
    static const struct {
        int64_t number;
        const char *written;
    } rows[] = {
        {0, "0"},
        {7, "7"},
        {-10, "-10"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[CREDENCO_DECIMAL_MAX];
        tap_row = rows[i].written;
        const size_t len = credenco_decimal_write(rows[i].number, out);
        CHECK(span_is((credenco_span){out, len}, rows[i].written));
    }
}

static void reads_digits_up_to_the_maximum(void) {
    static const struct {
        const char *text;
        uint64_t max;
        bool fits;
        uint64_t number;
    } rows[] = {
        {"0", 9, true, 0},
        {"007", 9, true, 7},
        {"9", 9, true, 9},
        {"10", 9, false, 0},
        {"65535", 65535, true, 65535},
        {"65536", 65535, false, 0},
        {"655350", 65535, false, 0},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"18446744073709551620", UINT64_MAX, false, 0},
        {"", UINT64_MAX, false, 0},
        {"-1", UINT64_MAX, false, 0},
        {"+1", UINT64_MAX, false, 0},
        {" 1", UINT64_MAX, false, 0},
        {"1 ", UINT64_MAX, false, 0},
        {"1/", UINT64_MAX, false, 0},
        {"1:", UINT64_MAX, false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t number;
        tap_row = rows[i].text;
        CHECK(credenco_decimal_read(span(rows[i].text), rows[i].max, &number) == rows[i].fits);
        CHECK(!rows[i].fits || number == rows[i].number);
    }
}

TAP_MAIN({"writes whole numbers", writes_whole_numbers},
         {"reads digits up to the maximum", reads_digits_up_to_the_maximum})
