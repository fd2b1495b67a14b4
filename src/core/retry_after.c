/* Retry-After: a number of seconds, or an HTTP date in one of its three forms (RFC 9110, 5.6.7). */
#include <string.h>

#include "chars.h"
#include "http.h"

typedef struct date {
    int year, month, day, hour, minute, second;
} date;

/* Days since 1970-01-01 in the Gregorian calendar, counted in eras of 400 years. */
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

/* Reads text against a form, character by character: 'd' a digit or, at the start of a number, a
 * blank; 'M' a letter of the month's name; 'x' a letter of a day's name; the rest as it stands. */
static bool matches(const char *text, const char *form) {
    for (; *form != '\0'; text++, form++) {
        const bool fits = *form == 'd'                   ? is_digit(*text) || *text == ' '
                          : *form == 'M' || *form == 'x' ? is_alnum(*text)
                                                         : *text == *form;
        if (!fits) {
            return false;
        }
    }
    return *text == '\0';
}

static int number(const char *text, int len) {
    int value = 0;
    for (int i = 0; i < len; i++) {
        value = value * 10 + (text[i] == ' ' ? 0 : text[i] - '0');
    }
    return value;
}

/* Where the parts of a date stand; `year_len` is 4, or 2 in RFC 850's form. */
typedef struct form {
    const char *text;
    int day, month, year, year_len, hour;
} form;

static bool read_form(const char *text, const form *f, date *d) {
    if (!matches(text, f->text)) {
        return false;
    }
    *d = (date){
        .year = number(text + f->year, f->year_len),
        .month = month_of(text + f->month),
        .day = number(text + f->day, 2),
        .hour = number(text + f->hour, 2),
        .minute = number(text + f->hour + 3, 2),
        .second = number(text + f->hour + 6, 2),
    };
    if (f->year_len == 2) { /* 70 to 99 lie in the twentieth century */
        d->year += d->year < 70 ? 2000 : 1900;
    }
    return d->month > 0 && d->day >= 1 && d->day <= 31 && d->hour < 24 && d->minute < 60 &&
           d->second <= 60;
}

static bool date_parse(credenco_span value, int64_t *unix_s) {
    static const form imf = {"xxx, dd MMM dddd dd:dd:dd GMT", 5, 8, 12, 4, 17};
    static const form rfc850 = {", dd-MMM-dd dd:dd:dd GMT", 2, 5, 9, 2, 12}; /* behind the day */
    static const form asctime = {"xxx MMM dd dd:dd:dd dddd", 8, 4, 20, 4, 11};
    date d;
    const char *comma = memchr(value.data, ',', value.len);
    if (!(read_form(value.data, &imf, &d) || read_form(value.data, &asctime, &d) ||
          (comma != NULL && read_form(comma, &rfc850, &d)))) {
        return false;
    }
    *unix_s = days_of(&d) * 86400 + d.hour * 3600 + d.minute * 60 + d.second;
    return true;
}

/* As many seconds as it says, or the most that is told apart. */
static int64_t seconds_of(credenco_span digits) {
    const int64_t most = CREDENCO_RETRY_AFTER_MAX_MS / 1000;
    int64_t seconds = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.data[i])) {
            return -1;
        }
        seconds = seconds * 10 + (digits.data[i] - '0');
        seconds = seconds < most ? seconds : most;
    }
    return digits.len > 0 ? seconds : -1;
}

int64_t credenco_retry_after_ms(credenco_span value, int64_t unix_now_s) {
    int64_t seconds = seconds_of(value);
    int64_t at_s;
    if (seconds < 0 && date_parse(value, &at_s)) {
        seconds = at_s - unix_now_s;
    }
    if (seconds < 0) {
        return -1;
    }
    const int64_t most = CREDENCO_RETRY_AFTER_MAX_MS / 1000;
    return (seconds < most ? seconds : most) * 1000;
}
