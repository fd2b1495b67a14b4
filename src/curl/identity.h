/* The client certificate, for servers that want one (mutual TLS). The files are read again for each
 * connection, so that they can be replaced while the program runs. */
#ifndef CREDENCO_CURL_IDENTITY_H
#define CREDENCO_CURL_IDENTITY_H

#include <curl/curl.h>
#include <stdbool.h>

#include "core/uri.h"

typedef struct credenco_identity {
    const char *cert_file;       /* PEM, with the chain; NULL: there is none */
    const char *key_file;        /* PEM; NULL: the key is in cert_file as well */
    const char *passphrase_file; /* its first line unlocks the key; NULL: the key is not locked */
    const char *origins;         /* URLs of the origins that get it, separated by spaces */
} credenco_identity;

/* Has libcurl show the certificate on a connection to `origin`, where that is one that gets it.
 * False when memory is short. A file that cannot be used fails the handshake later. */
bool credenco_identity_apply(const credenco_identity *identity, const credenco_url *origin,
                             CURL *easy);

#endif
