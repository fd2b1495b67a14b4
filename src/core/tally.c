#include "tally.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 8 };

void credenco_tally_free(credenco_tally *tally) {
    free(tally->rows);
    tally->rows = NULL;
    tally->count = tally->capacity = 0;
}

/* There are only a few rows, and most responses belong to the first. */
static credenco_tally_row *found(const credenco_tally *tally, credenco_span step, int http_status,
                                 bool ok) {
    for (credenco_tally_row *row = tally->rows; row < tally->rows + tally->count; row++) {
        if (row->http_status == http_status && row->ok == ok &&
            memcmp(row->step, step.data, step.len) == 0 && row->step[step.len] == '\0') {
            return row;
        }
    }
    return NULL;
}

/* A row of its own for the first response of its kind; NULL without memory. */
static credenco_tally_row *added(credenco_tally *tally, credenco_span step, int http_status,
                                 bool ok) {
    if (tally->count == tally->capacity) {
        const size_t capacity = tally->capacity > 0 ? 2 * tally->capacity : FIRST_CAPACITY;
        credenco_tally_row *rows = realloc(tally->rows, capacity * sizeof *rows);
        if (rows == NULL) {
            return NULL;
        }
        tally->rows = rows;
        tally->capacity = capacity;
    }
    credenco_tally_row *row = &tally->rows[tally->count++];
    *row = (credenco_tally_row){.http_status = http_status, .ok = ok};
    memcpy(row->step, step.data, step.len);
    return row;
}

credenco_code credenco_tally_add(credenco_tally *tally, credenco_span step, int http_status,
                                 bool ok, int64_t elapsed_ms) {
    if (step.len > CREDENCO_TALLY_STEP_MAX) {
        return CREDENCO_TOO_LARGE;
    }
    credenco_tally_row *row = found(tally, step, http_status, ok);
    row = row ? row : added(tally, step, http_status, ok);
    if (row == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    size_t bucket = 0;
    while (bucket < tally->bound_count && elapsed_ms > tally->bounds_ms[bucket]) {
        bucket++;
    }
    row->buckets[bucket]++;
    row->sum_ms += elapsed_ms > 0 ? (uint64_t)elapsed_ms : 0;
    return CREDENCO_OK;
}
