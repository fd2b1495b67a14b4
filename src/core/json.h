/* The strings and numbers of JSON text (RFC 8259), for a reader that loses nothing. */
#ifndef CREDENCO_CORE_JSON_H
#define CREDENCO_CORE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/* The limits of JSON, for readers and writers in C and in Lua. */

/* 2^53: up to it every whole number has a double of its own (RFC 8259, 6). The next one, too, is
 * read as this double, so a number that somebody else has read is exact only below. */
#define CREDENCO_MAX_INTEGER INT64_C(9007199254740992)

/* Levels of arrays and objects: in what must lose nothing, and in what is read as others sent it.
 */
#define CREDENCO_JSON_DEPTH 64
#define CREDENCO_JSON_TOLERANT_DEPTH 100

/* A place in JSON text. */
typedef struct credenco_json {
    credenco_span text;
    size_t at;
} credenco_json;

/* A problem is a static string, or NULL when there is none; `at` is then where it shows. */

/* The byte at `at` behind white space, or 0 at the end of the text. */
char credenco_json_peek(credenco_json *json);

/* Reads the string whose quote is at `at`. Gives what is between its quotes as it is written;
 * `escaped` says whether it holds escapes, all of them well formed. */
const char *credenco_json_string(credenco_json *json, credenco_span *raw, bool *escaped);

/* Replaces the escapes of such a string. `out` has room for raw.len bytes; gives how many were
 * written. */
size_t credenco_json_unescape(credenco_span raw, char *out);

/* Reads the number at `at`, as it is written. */
const char *credenco_json_number(credenco_json *json, credenco_span *number);

/* Whether every double holds all digits of such a number. */
bool credenco_json_surely_exact(credenco_span number);

/* Whether two numbers have the same value, whatever either has for a decimal point; false for more
 * than the 17 digits that tell two doubles apart. */
bool credenco_json_same_number(credenco_span one, credenco_span other);

#endif
