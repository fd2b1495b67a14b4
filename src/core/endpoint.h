/* The calls of the Credenco API: which method, which path, and whether the
 * credentials go along. The one place that knows. */
#ifndef CREDENCO_CORE_ENDPOINT_H
#define CREDENCO_CORE_ENDPOINT_H

#include <stdbool.h>

#include "buf.h"
#include "error.h"

const char *credenco_endpoint_method(credenco_step step);

/* False for the push, which anybody may call: the wallet protects itself with its
 * trusted contacts, so a key sent there could only leak. False for the token call,
 * which carries its own credentials. */
bool credenco_endpoint_authorized(credenco_step step);

/* Appends the URL of one of the API's calls. `base_url` has no trailing slash; `id`,
 * the correlation id or wallet key where the path has one, is percent-encoded.
 * CREDENCO_MISUSE for a step that has no path of its own (token, request). */
credenco_code credenco_endpoint_url(credenco_step step, credenco_span base_url, credenco_span id,
                                    credenco_buf *out);

/* Appends the URL that pushes an offer. Without `direct` the offer goes to the
 * wallet's inbox for the holder to accept. */
credenco_code credenco_push_url(credenco_span wallet_base_url, credenco_span wallet_key,
                                credenco_span offer_uri, bool direct, credenco_buf *out);

#endif
