/* The host of a URL: a name, an IPv4 address, or an IPv6 address in brackets
 * (RFC 3986, 3.2.2). */
#ifndef CREDENCO_CORE_HOST_H
#define CREDENCO_CORE_HOST_H

#include <stdbool.h>

#include "buf.h"

/* True for a host in RFC 3986's characters: not empty, an address in brackets well-formed. */
bool credenco_host_valid(credenco_span host);

/* True for localhost, 127.0.0.0/8 written in four parts, and [::1]. */
bool credenco_host_is_loopback(credenco_span host);

#endif
