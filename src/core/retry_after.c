/* Retry-After: a number of seconds, or an HTTP date in one of its three forms (RFC 9110, 5.6.7). */
#include <string.h>

#include "chars.h"
#include "decimal.h"
#include "http.h"

typedef struct date {
    int year, month, day, hour, minute, second;
} date;

/* Days since 1970-01-01, counted in the Gregorian calendar's cycles of 400 years. */
static int64_t days_of(const date *d) {
    const int64_t year = d->month <= 2 ? d->year - 1 : d->year;
    const int64_t era = year / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t month_from_march = d->month > 2 ? d->month - 3 : d->month + 9;
    const int64_t day_of_year = (153 * month_from_march + 2) / 5 + d->day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int month_of(const char *name) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int month = 1; month <= 12; month++) {
        if (memcmp(names + (month - 1) * 3, name, 3) == 0) {
            return month;
        }
    }
    return 0;
}

/* The name of a day, or its first three letters. */
static bool is_day(credenco_span word) {
    static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        if ((word.len == 3 || word.len == strlen(days[i])) &&
            memcmp(days[i], word.data, word.len) == 0) {
            return true;
        }
    }
    return false;
}

/* A form's character stands for itself, except 'd', a digit, 'b', a digit or a space, and '.', any
 * byte. */
static bool fits(char form, char c) {
    switch (form) {
    case 'd':
        return is_digit(c);
    case 'b':
        return is_digit(c) || c == ' ';
    case '.':
        return true;
    default:
        return c == form;
    }
}

/* Whether the text has the form's length, and each byte fits. */
static bool matches(credenco_span text, const char *form) {
    if (text.len != strlen(form)) {
        return false;
    }
    size_t i = 0;
    while (i < text.len && fits(form[i], text.data[i])) {
        i++;
    }
    return i == text.len;
}

/* The value of digits; a space in front counts as 0. */
static int number(const char *text, int len) {
    int value = 0;
    for (int i = 0; i < len; i++) {
        value = value * 10 + (text[i] == ' ' ? 0 : text[i] - '0');
    }
    return value;
}

/* The positions of a date's parts; `year_len` is 4, or 2 in RFC 850's form. */
typedef struct form {
    const char *text;
    int day, month, year, year_len, hour;
} form;

/* A second of 60 is a leap second. */
static bool read_form(credenco_span text, const form *f, date *d) {
    if (!matches(text, f->text)) {
        return false;
    }
    const char *at = text.data;
    *d = (date){
        .year = number(at + f->year, f->year_len),
        .month = month_of(at + f->month),
        .day = number(at + f->day, 2),
        .hour = number(at + f->hour, 2),
        .minute = number(at + f->hour + 3, 2),
        .second = number(at + f->hour + 6, 2),
    };
    return d->month > 0 && d->day >= 1 && d->day <= 31 && d->hour < 24 && d->minute < 60 &&
           d->second <= 60;
}

/* RFC 850's form, behind the full name of a day. */
static bool read_rfc850(credenco_span text, int year_now, date *d) {
    static const form rest = {", dd-...-dd dd:dd:dd GMT", 2, 5, 9, 2, 12};
    const size_t rest_len = strlen(rest.text);
    if (text.len < rest_len) {
        return false;
    }
    const credenco_span day = {text.data, text.len - rest_len};
    if (day.len == 3 || !is_day(day) ||
        !read_form((credenco_span){text.data + day.len, rest_len}, &rest, d)) {
        return false;
    }
    d->year += year_now - year_now % 100;
    if (d->year > year_now + 50) { /* "more than 50 years in the future" is in the past */
        d->year -= 100;
    }
    return true;
}

/* RFC 850 years have two digits, so the year of now decides on the century. */
static bool date_parse(credenco_span value, int64_t unix_now_s, int64_t *unix_s) {
    enum { YEAR_S = 31556952 };
    static const form imf = {"..., dd ... dddd dd:dd:dd GMT", 5, 8, 12, 4, 17};
    static const form asctime = {"... ... bd dd:dd:dd dddd", 8, 4, 20, 4, 11};
    const int year_now = 1970 + (int)(unix_now_s / YEAR_S);
    date d;
    if (!(read_form(value, &imf, &d) || read_form(value, &asctime, &d)
              ? is_day((credenco_span){value.data, 3})
              : read_rfc850(value, year_now, &d))) {
        return false;
    }
    *unix_s = days_of(&d) * 86400 + d.hour * 3600 + d.minute * 60 + d.second;
    return true;
}

enum { MOST_S = CREDENCO_RETRY_AFTER_MAX_MS / 1000 };

/* The number of seconds, or the limit if there are more; -1 for other text. */
static int64_t seconds_of(credenco_span digits) {
    uint64_t seconds;
    if (digits.len == 0 || !span_all(digits, is_digit)) {
        return -1;
    }
    return credenco_decimal_read(digits, MOST_S, &seconds) ? (int64_t)seconds : MOST_S;
}

/* The seconds until a date, or the limit if there are more; -1 for a date in the past. */
static int64_t seconds_until(credenco_span value, int64_t unix_now_s) {
    const int64_t last_s = INT64_C(253402300799); /* of the year 9999 */
    const int64_t now_s = unix_now_s < 0 ? 0 : unix_now_s < last_s ? unix_now_s : last_s;
    int64_t at_s;
    if (!date_parse(value, now_s, &at_s) || at_s <= now_s) {
        return -1;
    }
    return at_s - now_s < MOST_S ? at_s - now_s : MOST_S;
}

int64_t credenco_retry_after_ms(credenco_span value, int64_t unix_now_s) {
    const int64_t given_s = seconds_of(value);
    const int64_t wait_s = given_s >= 0 ? given_s : seconds_until(value, unix_now_s);
    return wait_s >= 0 ? wait_s * 1000 : -1;
}
