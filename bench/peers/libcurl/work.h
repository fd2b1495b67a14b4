/* The work of a flow besides moving bytes. Two implementations are linked against the same loop:
 * work_json.c builds and parses every body and URL, work_constant.c sends the same bytes each time.
 */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include "records.h"

#include <stddef.h>

enum { BODY_MAX = 1024, ANSWER_MAX = 4096, TARGET_MAX = 2048 };

/* The name under which the peer reports. */
extern const char work_name[];

/* Prepares for a server at `base_url`. */
void work_init(const char *base_url);

/* Writes the body of the first call into `body` (BODY_MAX bytes) and its length.
 * Returns 1 when it wrote, 0 when the bytes of the slot's previous flow still hold. */
int work_issue_body(const record *r, char *body, size_t *body_len);

/* Reads the answer of the first call and writes the push's path and query into `target`
 * (TARGET_MAX bytes, NUL ended).
 * Returns 1 when it wrote, 0 when the target of the slot's previous flow still holds. */
int work_push_target(const record *r, const char *answer, size_t answer_len, char *target);

#endif
