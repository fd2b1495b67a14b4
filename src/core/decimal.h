/* Whole numbers in decimal digits, without stdio, which the core does not use. */
#ifndef CREDENCO_CORE_DECIMAL_H
#define CREDENCO_CORE_DECIMAL_H

#include <stdint.h>

#include "span.h"

/* The most bytes that a number takes, without a NUL. */
enum { CREDENCO_DECIMAL_MAX = 20 };

/* Writes a number into `out`, which has room for CREDENCO_DECIMAL_MAX bytes. Gives the number of
 * bytes written. */
size_t credenco_decimal_write(int64_t number, char *out);

/* Reads digits: one or more, and nothing else. False for a number above `max`, which is at least
 * 9. */
bool credenco_decimal_read(credenco_span digits, uint64_t max, uint64_t *number);

#endif
