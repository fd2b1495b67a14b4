/* One HTTP/1.1 exchange without I/O (RFC 9112, RFC 9110): it writes a request, is fed the bytes
 * of the connection, and says what they are.
 *
 *     credenco_http_begin(&http, &request)     http.request holds the bytes to send
 *     credenco_http_feed(&http, bytes)         as they arrive, in pieces of any size
 *     credenco_http_end(&http)                 the server has closed the connection
 *
 * until http.state is DONE or FAILED. It reads no clock, opens no socket, and its memory is
 * bounded by the limits below, whatever the server sends. */
#ifndef CREDENCO_CORE_HTTP_H
#define CREDENCO_CORE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "error.h"

/* Where RFC 9112 lets a recipient choose, a response is refused (CREDENCO_BAD_RESPONSE), since two
 * readers could disagree on where it ends:
 *     a line that ends in LF alone (2.2), an empty line before the status line (2.2), a field that
 *     goes on in the next line (5.2), more than one Content-Length, also of the same value (6.3),
 *     a Content-Length beside Transfer-Encoding (6.1), any coding but chunked, and that in
 *     HTTP/1.0 (6.1), blanks behind a chunk's size that no extension follows (7.1.1), and 101.
 * Passed over are the words of a chunk extension, what trailers say, and the Connection field of
 * HTTP/1.0 and of an interim response: the one keeps no connection, the other ends none.
 * spec/conformance/http/choices.js has the same list, from a comparison with another parser. */

/* What a server may send. Each limit is the largest size that is accepted, in bytes without the
 * line's end, or a count. One past it fails the exchange. */
enum {
    CREDENCO_HTTP_STATUS_LINE_MAX = 8192,
    CREDENCO_HTTP_FIELD_MAX = 65536,            /* one field line */
    CREDENCO_HTTP_HEADER_SECTION_MAX = 262144,  /* all field lines of one response head */
    CREDENCO_HTTP_TRAILER_SECTION_MAX = 65536,  /* all field lines behind a chunked body */
    CREDENCO_HTTP_CHUNK_LINE_MAX = 4096,        /* a chunk's size and its extensions */
    CREDENCO_HTTP_CHUNK_EXTENSIONS_MAX = 65536, /* the extensions of all chunks of one body */
    CREDENCO_HTTP_INTERIM_MAX = 16              /* 1xx responses before the final one */
};

/* What we send. */
enum { CREDENCO_HTTP_BODY_MAX = 64 * 1024 * 1024, CREDENCO_HTTP_REQUEST_HEAD_MAX = 1024 * 1024 };

/* --- header fields of requests --------------------------------------------------- */

/* Field lines that many requests share, as they go over the wire. A zeroed one must be
 * initialised; free takes a zeroed one and may run twice. */
typedef struct credenco_http_fields {
    credenco_buf lines; /* "name: value\r\n" ... */
} credenco_http_fields;

/* Begins without lines, and releases them: takes zeroed fields, may run twice. */
void credenco_http_fields_init(credenco_http_fields *fields);
void credenco_http_fields_free(credenco_http_fields *fields);

/* CREDENCO_INVALID_ARGUMENT for a name that is no token, a value with control bytes, lines longer
 * than a request's head may be, and the fields that the exchange writes itself (RFC 9112, 3.2,
 * 6.1 and 6.2; RFC 9110, 7.6.1): Host, Content-Length, Transfer-Encoding, Connection, Expect, TE,
 * Trailer, Upgrade. */
credenco_code credenco_http_fields_add(credenco_http_fields *fields, credenco_span name,
                                       credenco_span value);

/* --- an exchange ------------------------------------------------------------------- */

/* Every pointer is borrowed for the call to begin only. */
typedef struct credenco_http_request {
    credenco_span method;               /* a token */
    credenco_span target;               /* path and query; a path of "" means "/" */
    credenco_span authority;            /* host, and port where it is not the scheme's own */
    const credenco_http_fields *fields; /* NULL: none */
    credenco_span body;    /* data NULL: none; a POST, PUT or PATCH then has length 0 */
    size_t max_body_bytes; /* of the response */
    bool wants_fields;     /* keep the response's header fields for next_field */
} credenco_http_request;

typedef enum credenco_http_state {
    CREDENCO_HTTP_READING = 0, /* feed it */
    CREDENCO_HTTP_DONE,        /* the response is complete */
    CREDENCO_HTTP_FAILED       /* code and detail say why */
} credenco_http_state;

/* What ended the body of the response (RFC 9112, 6.3). */
typedef enum credenco_http_framing {
    CREDENCO_HTTP_NO_BODY = 0, /* HEAD, 204, 304, a 2xx in answer to CONNECT */
    CREDENCO_HTTP_LENGTH,
    CREDENCO_HTTP_CHUNKED,
    CREDENCO_HTTP_UNTIL_CLOSE
} credenco_http_framing;

typedef struct credenco_http {
    credenco_buf request; /* the bytes to send */

    credenco_http_state state;
    credenco_code code; /* of a failure: CREDENCO_BAD_RESPONSE, _TOO_LARGE, _OUT_OF_MEMORY, or
                           _CONNECT_FAILED when the connection ended within the response */
    const char *detail; /* of a failure: static words without anything that the server sent */

    int status; /* of the response whose head began last, 0 before; once DONE, the final one's */
    credenco_http_framing framing;
    bool persistent;   /* the framing lets the connection serve again */
    bool surplus;      /* bytes came behind the response: nobody asked for them */
    bool html;         /* its Content-Type is a web page's, see credenco_media_type_is_html */
    credenco_buf body; /* bounded by max_body_bytes */
    credenco_buf retry_after; /* the value of the last Retry-After field, "" for none */

    /* Private. */
    credenco_buf line;   /* the start of a line whose end has not arrived */
    credenco_buf fields; /* "name\0value\0"..., names in lower case, when they are wanted */
    int part;            /* what the next byte belongs to */
    bool wants_fields;
    bool head_request;    /* HEAD */
    bool connect_request; /* CONNECT */
    bool http_1_0;
    bool has_length, chunked;
    bool close;             /* Connection: close */
    uint64_t length;        /* of the body, or of the chunk, not read yet */
    size_t section_bytes;   /* of the header or trailer section so far */
    size_t extension_bytes; /* of all chunks so far */
    unsigned interim_count;
} credenco_http;

/* An exchange that has not begun; allocates nothing. */
void credenco_http_init(credenco_http *http);

/* Releases its memory; takes a zeroed one, may run twice. */
void credenco_http_free(credenco_http *http);

/* Starts an exchange; an earlier one is forgotten and its memory used again. On failure the
 * exchange is FAILED and there is nothing to send: CREDENCO_INVALID_ARGUMENT for a method that is
 * no token, and a target or an authority with control bytes or blanks; CREDENCO_TOO_LARGE for a
 * body above CREDENCO_HTTP_BODY_MAX; CREDENCO_OUT_OF_MEMORY. */
credenco_code credenco_http_begin(credenco_http *http, const credenco_http_request *request);

/* Takes bytes that have arrived. Those behind the response set `surplus`; so do those that are fed
 * once it is complete. */
credenco_http_state credenco_http_feed(credenco_http *http, credenco_span bytes);

/* The server has closed the connection, as it may: completes a response that is framed by that,
 * fails any other. */
credenco_http_state credenco_http_end(credenco_http *http);

/* The connection broke: fails a response that is not complete. */
credenco_http_state credenco_http_break(credenco_http *http);

/* Whether the connection may carry another request, as far as the response goes: it is complete,
 * persistent, and nothing came behind it. (That the whole request was sent, the caller knows.) */
bool credenco_http_reusable(const credenco_http *http);

/* The response's fields one after the other, in the order they came, where they were wanted:
 * `*cursor` starts at 0. False when there are no more. Borrowed until the next begin. */
bool credenco_http_next_field(const credenco_http *http, size_t *cursor, credenco_span *name,
                              credenco_span *value);

/* Releases memory that an ordinary next exchange will not need. */
void credenco_http_trim(credenco_http *http);

/* --- Content-Type ---------------------------------------------------------------- */

/* Whether a Content-Type (RFC 9110, 8.3) is text/html or application/xhtml+xml, whatever its case
 * and its parameters. */
bool credenco_media_type_is_html(credenco_span content_type);

/* --- Retry-After ----------------------------------------------------------------- */

#define CREDENCO_RETRY_AFTER_MAX_MS ((int64_t)31 * 86400 * 1000)

/* Milliseconds to wait (RFC 9110, 10.2.3): seconds, or an HTTP date (5.6.7) read against
 * `unix_now_s`. -1 for what is neither, and for a date that has passed; at most
 * CREDENCO_RETRY_AFTER_MAX_MS, however many digits it has. The value is NUL-terminated. */
int64_t credenco_retry_after_ms(credenco_span value, int64_t unix_now_s);

#endif
