/* The records every peer issues: the same values in C, Go, JavaScript and Lua (bench/records.lua).
 */
#ifndef BENCH_RECORDS_H
#define BENCH_RECORDS_H

#include <stddef.h>

/* So many different records are made before the clock starts; flow i takes record i % RECORDS. */
enum { RECORDS = 1000 };

typedef struct record {
    char correlation_id[16]; /* "bench-000042" */
    char wallet_key[40];     /* a UUID whose last group counts */
    char company_id[12];     /* "90000042" */
} record;

/* Fills the table; call once. */
void records_make(void);

/* The record of flow `index`; valid for the life of the process. */
const record *records_at(size_t index);

#endif
