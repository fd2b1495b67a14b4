/* Flows at a fixed concurrency: each slot owns one easy handle per call and repeats
 * "issue, push" with them. */
#ifndef BENCH_FLOWS_H
#define BENCH_FLOWS_H

#include <stddef.h>

/* Makes the slots for a server at `base_url`. */
void flows_open(const char *base_url, size_t concurrency);

/* Runs so many flows to their end. A request that fails ends the process. */
void flows_run(size_t count);

void flows_close(void);

#endif
