/* Percent coding (RFC 3986, 2.1). */
#ifndef CREDENCO_CORE_PERCENT_H
#define CREDENCO_CORE_PERCENT_H

#include "buf.h"
#include "chars.h"

enum { PERCENT_ESCAPE_LEN = 3 };

/* The byte that the escape at the start of the text stands for; -1 if there is no escape. */
static inline int percent_value(credenco_span text) {
    if (text.len < PERCENT_ESCAPE_LEN || text.data[0] != '%') {
        return -1;
    }
    const int high = hex_value(text.data[1]);
    const int low = hex_value(text.data[2]);
    return high >= 0 && low >= 0 ? high << 4 | low : -1;
}

/* Appends `text` with every byte escaped, in upper case, except A-Z a-z 0-9 - . _ ~ */
credenco_code credenco_percent_encode(credenco_span text, credenco_buf *out);

/* Appends `text` with its escapes replaced; '+' is a plus sign. CREDENCO_INVALID_ARGUMENT for a
 * broken escape. */
credenco_code credenco_percent_decode(credenco_span text, credenco_buf *out);

#endif
