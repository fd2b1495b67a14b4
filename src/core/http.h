/* One HTTP/1.1 exchange without I/O (RFC 9112, RFC 9110): it writes a request and reads the
 * response from the bytes that the connection brings.
 *
 *     credenco_http_begin(&http, &request)     http.request holds the bytes to send
 *     credenco_http_feed(&http, bytes)         as they arrive, in pieces of any size
 *     credenco_http_end(&http)                 the server has closed the connection
 *
 * until http.state is DONE or FAILED. It reads no clock and opens no socket. The limits below bound
 * its memory, whatever the server sends. */
#ifndef CREDENCO_CORE_HTTP_H
#define CREDENCO_CORE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "error.h"

/* Where RFC 9112 leaves a choice to the recipient, the exchange refuses the response
 * (CREDENCO_BAD_RESPONSE), since two readers could disagree on where it ends:
 *
 *     a line that ends in LF alone (2.2)
 *     an empty line before the status line (2.2)
 *     a field that continues in the next line (5.2)
 *     more than one Content-Length, even of the same value (6.3)
 *     a Content-Length beside Transfer-Encoding (6.1)
 *     any coding but chunked, and chunked in HTTP/1.0 (6.1)
 *     whitespace behind a chunk's size when no extension follows (7.1.1)
 *     the status 101
 *
 * The exchange ignores chunk extensions, the fields of trailers, and the Connection field of
 * HTTP/1.0 (that connection closes anyway) and of an interim response (that one stays open).
 * spec/conformance/http/choices.js has the same list, from a comparison with another parser. */

/* Limits of a response: the largest accepted size, in bytes without the line's end, or a count. The
 * exchange fails past a limit. */
enum {
    CREDENCO_HTTP_STATUS_LINE_MAX = 8192,
    CREDENCO_HTTP_FIELD_MAX = 65536,            /* one field line */
    CREDENCO_HTTP_HEADER_SECTION_MAX = 262144,  /* all field lines of one header section */
    CREDENCO_HTTP_TRAILER_SECTION_MAX = 65536,  /* all field lines behind a chunked body */
    CREDENCO_HTTP_CHUNK_LINE_MAX = 4096,        /* a chunk's size and its extensions */
    CREDENCO_HTTP_CHUNK_EXTENSIONS_MAX = 65536, /* of all chunks of one body: the extensions, and
                                                   the zeros before the sizes */
    CREDENCO_HTTP_INTERIM_MAX = 16              /* 1xx responses before the final one */
};

/* Limits of a request. */
enum { CREDENCO_HTTP_BODY_MAX = 64 * 1024 * 1024, CREDENCO_HTTP_REQUEST_HEAD_MAX = 1024 * 1024 };

/* --- header fields of requests --------------------------------------------------- */

/* Field lines that many requests share, in their form on the wire. */
typedef struct credenco_http_fields {
    credenco_buf lines; /* "name: value\r\n" ... */
} credenco_http_fields;

/* Begins without lines. */
void credenco_http_fields_init(credenco_http_fields *fields);

/* Releases the lines; takes zeroed fields, may run twice. */
void credenco_http_fields_free(credenco_http_fields *fields);

/* CREDENCO_INVALID_ARGUMENT for a name that is not a token, a value with control bytes, lines
 * longer than the limit of a header section, and fields that only the exchange may write (RFC
 * 9112, 3.2, 6.1 and 6.2; RFC 9110, 7.6.1): Host, Content-Length, Transfer-Encoding, Connection,
 * Expect, TE, Trailer, Upgrade. */
credenco_code credenco_http_fields_add(credenco_http_fields *fields, credenco_span name,
                                       credenco_span value);

/* --- an exchange ------------------------------------------------------------------- */

/* Pointers are borrowed until credenco_http_begin returns. */
typedef struct credenco_http_request {
    credenco_span method;               /* a token */
    credenco_span target;               /* path and query; a path of "" means "/" */
    credenco_span authority;            /* host, and a port other than the scheme's own */
    const credenco_http_fields *fields; /* NULL: none */
    credenco_span body;    /* data NULL: none; a POST, PUT or PATCH then has length 0 */
    size_t max_body_bytes; /* of the response */
    bool wants_fields;     /* keep the response's header fields for next_field */
} credenco_http_request;

typedef enum credenco_http_state {
    CREDENCO_HTTP_READING = 0, /* feed it */
    CREDENCO_HTTP_DONE,        /* the response is complete */
    CREDENCO_HTTP_FAILED       /* see code and detail */
} credenco_http_state;

/* How the end of the response's body is found (RFC 9112, 6.3). */
typedef enum credenco_http_framing {
    CREDENCO_HTTP_NO_BODY = 0, /* HEAD, 204, 304, a 2xx for CONNECT */
    CREDENCO_HTTP_LENGTH,
    CREDENCO_HTTP_CHUNKED,
    CREDENCO_HTTP_UNTIL_CLOSE
} credenco_http_framing;

typedef struct credenco_http {
    credenco_buf request; /* the bytes to send */

    credenco_http_state state;
    credenco_code code; /* of a failure: CREDENCO_BAD_RESPONSE, _TOO_LARGE, _OUT_OF_MEMORY, or
                           _CONNECT_FAILED when the connection ended within the response */
    const char *detail; /* of a failure: a static text, with nothing that the server sent */

    int status; /* of the latest response, which may be interim until DONE; 0 before any */
    credenco_http_framing framing;
    bool persistent;   /* the framing lets the connection carry another request */
    bool surplus;      /* bytes arrived behind the response, to no request */
    bool html;         /* its Content-Type is a web page's, see credenco_media_type_is_html */
    credenco_buf body; /* bounded by max_body_bytes */
    credenco_buf retry_after; /* the value of the last Retry-After field, "" for none */

    /* Private. */
    credenco_buf line;   /* the start of a line whose end has not arrived */
    credenco_buf fields; /* "name\0value\0"..., names in lower case, if wanted */
    int part;            /* the part of the response that the next byte belongs to */
    bool wants_fields;
    bool head_request;    /* HEAD */
    bool connect_request; /* CONNECT */
    bool http_1_0;
    bool has_length, chunked;
    bool close;             /* Connection: close */
    uint64_t length;        /* of the body, or of the chunk, not read yet */
    size_t section_bytes;   /* of the header or trailer section so far */
    size_t extension_bytes; /* and zeros, of all chunks so far */
    unsigned interim_count;
} credenco_http;

/* An exchange that has not begun; allocates nothing. */
void credenco_http_init(credenco_http *http);

/* Releases its memory; takes a zeroed one, may run twice. */
void credenco_http_free(credenco_http *http);

/* Starts an exchange, and uses the memory of the one before again. On failure the exchange is
 * FAILED and there is nothing to send: CREDENCO_INVALID_ARGUMENT for a method that is not a token,
 * and a target or an authority with control bytes or whitespace; CREDENCO_TOO_LARGE for a body
 * above CREDENCO_HTTP_BODY_MAX; CREDENCO_OUT_OF_MEMORY. */
credenco_code credenco_http_begin(credenco_http *http, const credenco_http_request *request);

/* Takes bytes that have arrived. Bytes behind the response set `surplus`, also in a later call. */
credenco_http_state credenco_http_feed(credenco_http *http, credenco_span bytes);

/* The server has closed the connection properly: this completes a response that ends with the
 * connection, and fails any other. */
credenco_http_state credenco_http_end(credenco_http *http);

/* The connection broke: fails a response that is not complete. */
credenco_http_state credenco_http_break(credenco_http *http);

/* Whether the response leaves the connection fit for another request: it is complete and
 * persistent, and nothing came behind it. The caller checks that the whole request was sent. */
bool credenco_http_reusable(const credenco_http *http);

/* Whether the connection is now the tunnel that a CONNECT asked for, and nothing has come out of
 * that. It carries no other request. */
bool credenco_http_is_tunnel(const credenco_http *http);

/* Gives the next of the response's fields, in their order, if they were wanted. `*cursor` starts at
 * 0. False when there are no more. Borrowed until the next begin. */
bool credenco_http_next_field(const credenco_http *http, size_t *cursor, credenco_span *name,
                              credenco_span *value);

/* Releases memory that an ordinary exchange does not need. */
void credenco_http_trim(credenco_http *http);

/* --- Content-Type ---------------------------------------------------------------- */

/* Whether a Content-Type (RFC 9110, 8.3) is text/html or application/xhtml+xml, in any case and
 * with any parameters. */
bool credenco_media_type_is_html(credenco_span content_type);

/* --- Retry-After ----------------------------------------------------------------- */

#define CREDENCO_RETRY_AFTER_MAX_MS ((int64_t)31 * 86400 * 1000)

/* Milliseconds to wait (RFC 9110, 10.2.3), from a number of seconds or an HTTP date (5.6.7), which
 * is compared with `unix_now_s`. -1 for other text and for a date in the past; at most
 * CREDENCO_RETRY_AFTER_MAX_MS. The value is NUL-terminated. */
int64_t credenco_retry_after_ms(credenco_span value, int64_t unix_now_s);

#endif
