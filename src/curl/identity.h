/* The client certificate, for servers that require one (mutual TLS). Each connection reads the
 * files again, so that you can replace them while the program runs. */
#ifndef CREDENCO_CURL_IDENTITY_H
#define CREDENCO_CURL_IDENTITY_H

#include <curl/curl.h>
#include <stdbool.h>

#include "core/uri.h"

typedef struct credenco_identity {
    const char *cert_file;       /* PEM, with the chain; NULL: no certificate */
    const char *key_file;        /* PEM; NULL: the key is in cert_file, too */
    const char *passphrase_file; /* its first line decrypts the key; NULL: it is not encrypted */
    const char *origins;         /* URLs of the origins that get it, separated by spaces */
} credenco_identity;

/* Sets the certificate for a connection to `origin`, if that is one of `origins`. False when memory
 * is short. A file that cannot be used fails the handshake later. */
bool credenco_identity_apply(const credenco_identity *identity, const credenco_url *origin,
                             CURL *easy);

#endif
