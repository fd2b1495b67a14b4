/* A request as the bytes that go over the wire. */
#ifndef CREDENCO_CORE_HTTP_WRITE_H
#define CREDENCO_CORE_HTTP_WRITE_H

#include "http.h"

/* Replaces the bytes in `out`, and empties it on failure. Gives a code of credenco_http_begin. */
credenco_code credenco_http_write(credenco_buf *out, const credenco_http_request *request);

#endif
