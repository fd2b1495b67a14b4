/* How long to wait before the next attempt, and how many attempts a client may repeat. Pure
 * decisions: the jitter is an argument. */
#ifndef CREDENCO_CORE_RETRY_H
#define CREDENCO_CORE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

typedef struct credenco_retry_policy {
    uint32_t max_attempts; /* all attempts of one call, the first included; at least 1 */
    uint32_t base_ms;      /* upper bound of the first wait; doubles with every attempt */
    uint32_t cap_ms;       /* upper bound of every wait */
} credenco_retry_policy;

/* A client-wide allowance that stops retry storms: a repeat costs, a success pays back. When it is
 * used up, a call fails at its first failure. */
typedef struct credenco_quota {
    uint32_t tokens;
    uint32_t capacity;
} credenco_quota;

enum {
    CREDENCO_QUOTA_CAPACITY = 500,
    CREDENCO_QUOTA_RETRY_COST = 5,
    CREDENCO_QUOTA_SUCCESS_REFUND = 1
};

/* Full jitter: a wait between 0 and base * 2^(attempt - 1), capped; or the wait that the server
 * asked for. `attempt` counts from 1, `jitter` is in [0, 1). */
int64_t credenco_retry_wait_ms(const credenco_retry_policy *policy, uint32_t attempt,
                               int64_t retry_after_ms, double jitter);

/* A full quota. */
void credenco_quota_init(credenco_quota *quota);

/* Takes the price of one repeat; takes nothing and gives false if too little is left. */
bool credenco_quota_take(credenco_quota *quota);

/* Pays back for one success, up to the capacity. */
void credenco_quota_refund(credenco_quota *quota);

#endif
