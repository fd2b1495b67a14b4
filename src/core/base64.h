/* Base64 (RFC 4648, 4), and its form for URLs (5). */
#ifndef CREDENCO_CORE_BASE64_H
#define CREDENCO_CORE_BASE64_H

#include <stdbool.h>

#include "buf.h"

/* The most characters that so many bytes take. */
#define CREDENCO_BASE64_MAX(len) (((len) + 2) / 3 * 4)

/* Encodes bytes, with padding, or for URLs without. `out` has room for CREDENCO_BASE64_MAX; gives
 * how many characters were written. */
size_t credenco_base64_encode(credenco_span bytes, bool for_urls, char *out);

/* Decodes characters of either alphabet without padding. Bits behind the last byte do not count.
 * `out` has room for text.len bytes, of which `len` are written; false for any other character. */
bool credenco_base64_decode(credenco_span text, char *out, size_t *len);

#endif
