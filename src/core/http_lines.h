/* The lines of an HTTP response, one at a time and without their CRLF (RFC 9112). Each reader gives
 * false for a line that the grammar does not allow or that http.h says is refused. */
#ifndef CREDENCO_CORE_HTTP_LINES_H
#define CREDENCO_CORE_HTTP_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"

/* Status line (4). The version is 1.0, or another 1.x, which is read as 1.1 (RFC 9110, 2.5). */
bool credenco_http_status_line(credenco_span line, bool *http_1_0, int *status);

/* True if `bytes`, which begin at `at` in their line, match "HTTP/1." or come after it. */
bool credenco_http_continues_version(size_t at, credenco_span bytes);

/* Field line (5): the spans borrow from the line, the value is trimmed. */
bool credenco_http_field_line(credenco_span line, credenco_span *name, credenco_span *value);

/* First line of a chunk (7.1): its size, and the number of bytes beside it: leading zeros and
 * extensions. */
bool credenco_http_chunk_line(credenco_span line, uint64_t *size, size_t *idle_len);

/* True if a comma-separated list (RFC 9110, 5.6.1) has the token, in any case. */
bool credenco_http_list_has(credenco_span list, credenco_span token);

#endif
