/* The body of a response (RFC 9112, 6 and 7): how it is framed, its chunks and its bytes. Private
 * to the exchange, below http_response.h. */
#ifndef CREDENCO_CORE_HTTP_BODY_H
#define CREDENCO_CORE_HTTP_BODY_H

#include "http.h"

/* The header section of a final response is complete: decides what frames the body, and whether the
 * connection may serve again. Ends a response without a body. */
void credenco_http_body_begins(credenco_http *http);

/* Whether the response at hand makes the connection the tunnel that CONNECT asked for, whatever it
 * says about the connection and a body (RFC 9110, 9.3.6). */
bool credenco_http_opens_tunnel(const credenco_http *http);

/* The line with a chunk's size has arrived, or the one that ends a chunk: credenco_http_line_max
 * leaves no room in it. */
void credenco_http_take_chunk_line(credenco_http *http, credenco_span line);
void credenco_http_take_chunk_end(credenco_http *http);

/* Fails the exchange: there is more behind a chunk than its CRLF. */
void credenco_http_chunk_too_long(credenco_http *http);

/* Takes bytes of the body, and gives the number of them that belong to the current part. */
size_t credenco_http_take_bytes(credenco_http *http, credenco_span bytes);

#endif
