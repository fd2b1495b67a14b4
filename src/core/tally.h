/* Counts responses, by step, HTTP status and whether the call succeeded. */
#ifndef CREDENCO_CORE_TALLY_H
#define CREDENCO_CORE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

enum { CREDENCO_TALLY_BOUNDS_MAX = 15, CREDENCO_TALLY_STEP_MAX = 31 };

typedef struct credenco_tally_row {
    char step[CREDENCO_TALLY_STEP_MAX + 1];
    int http_status;
    bool ok;
    uint64_t sum_ms;
    uint64_t buckets[CREDENCO_TALLY_BOUNDS_MAX + 1]; /* how many took up to each bound, or more */
} credenco_tally_row;

typedef struct credenco_tally {
    int64_t bounds_ms[CREDENCO_TALLY_BOUNDS_MAX]; /* rising */
    size_t bound_count;
    credenco_tally_row *rows;
    size_t count;
    size_t capacity;
} credenco_tally;

/* Takes a zeroed tally and may run twice. To make one, zero it and set its bounds. */
void credenco_tally_free(credenco_tally *tally);

/* Counts a response. CREDENCO_TOO_LARGE for a step with too long a name, CREDENCO_OUT_OF_MEMORY;
 * then nothing is counted. */
credenco_code credenco_tally_add(credenco_tally *tally, credenco_span step, int http_status,
                                 bool ok, int64_t elapsed_ms);

#endif
