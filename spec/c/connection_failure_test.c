/* Why a connection could not be made, in libcurl's words, which may quote the password of a proxy.
 */
#include "curl/connection.h"
#include "tap.h"

/* What is left of the message of such a failure; valid until the next call. */
static const char *shown(CURLcode result, const char *message) {
    static credenco_connection connection;
    strcpy(connection.detail, message);
    credenco_connection_failure(&connection, result);
    return connection.detail;
}

static void about_the_host(void) {
    static const char message[] = "Failed to connect to a.example";
    static const CURLcode results[] = {
        CURLE_COULDNT_CONNECT,    CURLE_COULDNT_RESOLVE_HOST, CURLE_SSL_CONNECT_ERROR,
        CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,      CURLE_PEER_FAILED_VERIFICATION,
        CURLE_RECV_ERROR,         CURLE_SEND_ERROR,
    };
    for (size_t i = 0; i < COUNT_OF(results); i++) {
        tap_row = curl_easy_strerror(results[i]);
        CHECK(strcmp(shown(results[i], message), message) == 0);
    }
}

static void about_anything_else(void) {
    static const CURLcode results[] = {
        CURLE_COULDNT_CONNECT,
        CURLE_COULDNT_RESOLVE_PROXY,
        CURLE_UNSUPPORTED_PROTOCOL,
        CURLE_URL_MALFORMAT,
        CURLE_PROXY,
        CURL_LAST, /* of a later libcurl */
    };
    for (size_t i = 0; i < COUNT_OF(results); i++) {
        tap_row = curl_easy_strerror(results[i]);
        CHECK(strstr(shown(results[i], "proxy 'http://user:hunter2@a'"), "hunter2") == NULL);
    }
}

TAP_MAIN({"libcurl's message is shown where it is about the host", about_the_host},
         {"no other message is shown, since it may quote a password", about_anything_else})
