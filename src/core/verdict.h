/* What an answer means, status by endpoint: the one table that every layer follows. */
#ifndef CREDENCO_CORE_VERDICT_H
#define CREDENCO_CORE_VERDICT_H

#include <stdbool.h>

#include "error.h"

/* What one attempt came to, and whether another can help. */
typedef struct credenco_verdict {
    credenco_code code;
    credenco_sent sent;
    bool repeatable;
} credenco_verdict;

/* The meaning of an HTTP status in answer to that call: CREDENCO_OK for 2xx. Redirects
 * are not followed, so a 3xx is an answer nobody can use.
 *
 * Only a clear refusal, a 4xx, says that the server did not do it: any other failure may
 * come from a gateway that lost the server's own answer. A 503 is believed where nothing
 * but another offer is at stake. */
credenco_verdict credenco_verdict_of(credenco_step step, int http_status);

/* A 2xx whose body is not what that call promises. */
credenco_verdict credenco_verdict_unusable(void);

/* No answer. Trying again can help when there was no connection, it broke, or what came over it
 * is not HTTP. */
credenco_verdict credenco_verdict_lost(credenco_code why, credenco_sent sent);

#endif
