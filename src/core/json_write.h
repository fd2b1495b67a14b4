/* Writes strings as JSON text (RFC 8259). */
#ifndef CREDENCO_CORE_JSON_WRITE_H
#define CREDENCO_CORE_JSON_WRITE_H

#include "span.h"

/* The largest size of a text of `len` bytes as a JSON string. */
#define CREDENCO_JSON_TEXT_MAX(len) (6 * (len) + 2)

/* Writes a text as a JSON string with its quotation marks, and "?" for bytes that are not UTF-8.
 * `out` has room for CREDENCO_JSON_TEXT_MAX bytes and does not overlap the text. Gives the number
 * of bytes written. */
size_t credenco_json_write_text(credenco_span text, char *out);

#endif
