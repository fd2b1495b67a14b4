#include "records.h"

#include <stdio.h>

static record table[RECORDS];

void records_make(void) {
    for (unsigned i = 0; i < RECORDS; i++) {
        record *r = &table[i];
        snprintf(r->correlation_id, sizeof r->correlation_id, "bench-%06u", i % RECORDS);
        snprintf(r->wallet_key, sizeof r->wallet_key, "5f0c7a9e-1b7d-4c33-9f5e-%012u", i % RECORDS);
        snprintf(r->company_id, sizeof r->company_id, "9%07u", i % RECORDS);
    }
}

const record *records_at(size_t index) {
    return &table[index % RECORDS];
}
