/* Test cases whose results come out as TAP: a table of sentences and functions. A check
 * that does not hold fails its case and lets it go on. */
#ifndef CREDENCO_SPEC_TAP_H
#define CREDENCO_SPEC_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct tap_case {
    const char *name;
    void (*run)(void);
} tap_case;

static bool tap_failed;
static const char *tap_row = ""; /* which row of a table is being checked */

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            tap_failed = true;                                                                     \
            printf("# %s:%d: %s %s\n", __FILE__, __LINE__, #condition, tap_row);                   \
        }                                                                                          \
    } while (0)

static int tap_run(const tap_case *cases, size_t count) {
    int failures = 0;
    setvbuf(stdout, NULL, _IOLBF, 0); /* for what a case says before it crashes */
    printf("1..%zu\n", count);
    for (size_t i = 0; i < count; i++) {
        tap_failed = false;
        tap_row = "";
        cases[i].run();
        failures += tap_failed;
        printf("%s %zu - %s\n", tap_failed ? "not ok" : "ok", i + 1, cases[i].name);
    }
    return failures > 0;
}

#define TAP_MAIN(...)                                                                              \
    int main(void) {                                                                               \
        static const tap_case cases[] = {__VA_ARGS__};                                             \
        return tap_run(cases, sizeof cases / sizeof *cases);                                       \
    }

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
