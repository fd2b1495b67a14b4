/* The meaning of a response, by endpoint and status: the one table that every layer follows. */
#ifndef CREDENCO_CORE_VERDICT_H
#define CREDENCO_CORE_VERDICT_H

#include <stdbool.h>

#include "error.h"

/* The outcome of one attempt, and whether another may succeed. */
typedef struct credenco_verdict {
    credenco_code code;
    credenco_sent sent;
    bool repeatable;
} credenco_verdict;

/* The meaning of an HTTP status for that call: CREDENCO_OK for 2xx, CREDENCO_BAD_RESPONSE for 3xx,
 * since redirects are not followed.
 *
 * Only a clear refusal, a 4xx, says that the server did not act. Any other failure may come from a
 * gateway that lost the server's own response. A 503 counts as a refusal if only another offer is
 * at stake. */
credenco_verdict credenco_verdict_of(credenco_step step, int http_status);

/* For a 2xx whose body the call cannot use. */
credenco_verdict credenco_verdict_unusable(void);

/* For a request without a response. Another attempt may succeed if there was no connection, if it
 * broke or timed out, or if the bytes on it were not HTTP. */
credenco_verdict credenco_verdict_lost(credenco_code why, credenco_sent sent);

#endif
