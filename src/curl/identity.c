#include "identity.h"

#include <stdio.h>
#include <string.h>

enum { PASSPHRASE_SIZE = 1024 };

static bool is_for(const credenco_identity *identity, const credenco_url *origin) {
    const char *rest = identity->origins != NULL ? identity->origins : "";
    while (*rest != '\0') {
        const credenco_span text = {rest, strcspn(rest, " ")};
        credenco_url url;
        if (credenco_url_parse(text, &url) == CREDENCO_OK &&
            credenco_url_same_origin(&url, origin)) {
            return true;
        }
        rest += text.len;
        rest += strspn(rest, " ");
    }
    return false;
}

/* `volatile` keeps the compiler from leaving this out. */
static void wipe(char *text, size_t size) {
    volatile char *at = text;
    while (size-- > 0) {
        *at++ = '\0';
    }
}

/* The first line of a file; "" without a file. */
static void read_line(const char *path, char *line, int size) {
    line[0] = '\0';
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    if (file == NULL) {
        return;
    }
    setvbuf(file, NULL, _IONBF, 0); /* leaves no copy of a secret in a buffer */
    if (fgets(line, size, file) == NULL) {
        line[0] = '\0';
    }
    line[strcspn(line, "\r\n")] = '\0';
    fclose(file);
}

/* Sets "" without a file, since OpenSSL asks for a missing passphrase on the terminal. */
static bool set_passphrase(const credenco_identity *identity, CURL *easy) {
    char line[PASSPHRASE_SIZE];
    read_line(identity->passphrase_file, line, sizeof line);
    const bool is_set = curl_easy_setopt(easy, CURLOPT_KEYPASSWD, line) == CURLE_OK;
    wipe(line, sizeof line);
    return is_set;
}

bool credenco_identity_apply(const credenco_identity *identity, const credenco_url *origin,
                             CURL *easy) {
    if (identity->cert_file == NULL || !is_for(identity, origin)) {
        return true;
    }
    /* A resumed session would keep the certificate of its first handshake. */
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    const char *key_file = identity->key_file != NULL ? identity->key_file : identity->cert_file;
    return curl_easy_setopt(easy, CURLOPT_SSLCERT, identity->cert_file) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLKEY, key_file) == CURLE_OK &&
           set_passphrase(identity, easy);
}
