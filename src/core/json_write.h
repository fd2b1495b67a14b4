/* Writes JSON text (RFC 8259). */
#ifndef CREDENCO_CORE_JSON_WRITE_H
#define CREDENCO_CORE_JSON_WRITE_H

#include <stdint.h>

#include "buf.h"

/* The most bytes that a text of `len` bytes takes as a JSON string, and a whole number. */
#define CREDENCO_JSON_TEXT_MAX(len) (6 * (len) + 2)
enum { CREDENCO_JSON_WHOLE_MAX = 20 };

/* Writes a text as a JSON string, quotes included; "?" where it is not UTF-8. `out` has room for
 * CREDENCO_JSON_TEXT_MAX and is no part of the text; gives how many bytes were written. */
size_t credenco_json_write_text(credenco_span text, char *out);

/* The same for a whole number. */
size_t credenco_json_write_whole(int64_t number, char *out);

#endif
