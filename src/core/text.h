#ifndef CREDENCO_CORE_TEXT_H
#define CREDENCO_CORE_TEXT_H

#include <stdbool.h>

#include "buf.h"

/* True for well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing
 * above U+10FFFF. JSON text has to be (RFC 8259, 8.1). */
bool credenco_utf8_valid(credenco_span text);

/* How many bytes at the beginning are well-formed: all where the whole text is. */
size_t credenco_utf8_prefix(credenco_span text);

/* True for what nearly all text is: printable ASCII, a byte or more, no blank at either
 * end. Such text needs no look at its encoding, its control bytes or its trimming. */
bool credenco_plain_text(credenco_span text);

/* What can stand in a request as a method or a header's name (RFC 9110, 5.6.2), and as a
 * header's value (5.5): nothing that ends the line or the text early. */
bool credenco_token_valid(credenco_span text);
bool credenco_field_value_valid(credenco_span text);

#endif
