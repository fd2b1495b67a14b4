/* Strings and numbers in JSON text (RFC 8259), for a reader that loses nothing. */
#ifndef CREDENCO_CORE_JSON_H
#define CREDENCO_CORE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/* The limits of JSON readers and writers, in C and in Lua. */

/* 2^53: up to here every whole number has a double of its own (RFC 8259, 6). 2^53 + 1 is read as
 * the same double, so a number from another reader is surely exact only below this limit. */
#define CREDENCO_MAX_INTEGER INT64_C(9007199254740992)

/* Levels of arrays and objects: in an exact document, and in one that a server sent. */
#define CREDENCO_JSON_DEPTH 64
#define CREDENCO_JSON_TOLERANT_DEPTH 100

/* A place in JSON text. */
typedef struct credenco_json {
    credenco_span text;
    size_t at;
} credenco_json;

/* The byte at a place; NUL past the end, since no token begins with one. */
static inline char credenco_json_byte(const credenco_json *json, size_t at) {
    return at < json->text.len ? json->text.data[at] : '\0';
}

/* The functions below return a problem, a static string, with its place in `at`; or NULL. */

/* Skips whitespace, and gives the byte behind it, or 0 at the end of the text. */
char credenco_json_peek(credenco_json *json);

/* Reads the string whose quotation mark is at `at`. `raw` is the text between the quotation marks;
 * `escaped` says whether it has escapes, which are well formed. */
const char *credenco_json_string(credenco_json *json, credenco_span *raw, bool *escaped);

/* Writes such a string with its escapes replaced. `out` has room for raw.len bytes. Gives the
 * number of bytes written. */
size_t credenco_json_unescape(credenco_span raw, char *out);

/* Reads the number at `at` as text. */
const char *credenco_json_number(credenco_json *json, credenco_span *number);

/* Whether a double surely holds all digits of such a number. */
bool credenco_json_surely_exact(credenco_span number);

/* Whether two numbers have the same value, with any decimal point; false for more than the 17
 * digits that tell two doubles apart. */
bool credenco_json_same_number(credenco_span one, credenco_span other);

#endif
