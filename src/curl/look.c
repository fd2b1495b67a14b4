#include "look.h"

#include <sys/socket.h>
#include <unistd.h>

static long number_of(CURL *easy, CURLINFO info) {
    long number = 0;
    curl_easy_getinfo(easy, info, &number);
    return number;
}

/* libcurl does not say whether a failed connection had been accepted, but its socket does before it
 * is closed. */
static int close_socket(void *look, curl_socket_t fd) {
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0) {
        ((credenco_look *)look)->accepted = true;
    }
    return close(fd);
}

/* The step in which the deadline passed. */
static credenco_look_step step_at_deadline(const credenco_look *look) {
    if (look->accepted) {
        return CREDENCO_LOOK_TLS;
    }
    curl_off_t resolved_us = 0;
    curl_easy_getinfo(look->connection->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
    return resolved_us > 0 ? CREDENCO_LOOK_CONNECTION : CREDENCO_LOOK_NAME;
}

static credenco_look_step step_of(const credenco_look *look, CURLcode result) {
    switch ((int)result) {
    case CURLE_OK:
        return CREDENCO_LOOK_CONNECTED;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
        return CREDENCO_LOOK_PROXY;
    case CURLE_COULDNT_RESOLVE_HOST:
        return CREDENCO_LOOK_NAME;
    case CURLE_COULDNT_CONNECT:
        return CREDENCO_LOOK_CONNECTION;
    case CURLE_OPERATION_TIMEDOUT:
        return step_at_deadline(look);
    default:
        break;
    }
    const bool refused = look->tunnel_status != 0 && look->tunnel_status / 100 != 2;
    return refused ? CREDENCO_LOOK_PROXY : CREDENCO_LOOK_TLS;
}

static bool show_or_trust(CURL *easy, const credenco_connection_options *options,
                          const credenco_url *origin, bool verify) {
    if (verify) {
        return credenco_identity_apply(&options->identity, origin, easy);
    }
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    return true;
}

/* Asks libcurl for the certificates, and for a look at each socket before it is closed. */
static void watch(credenco_look *look, CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, look);
}

static const struct curl_certinfo *certificates_of(CURL *easy) {
    struct curl_certinfo *certificates = NULL;
    curl_easy_getinfo(easy, CURLINFO_CERTINFO, &certificates);
    return certificates;
}

bool credenco_look_at(credenco_look *look, const credenco_connection_options *options,
                      const char *origin_url, const credenco_url *origin, bool verify,
                      int64_t timeout_ms) {
    look->connection = credenco_connection_new(options, NULL, origin_url,
                                               credenco_url_is_loopback(origin), true, timeout_ms);
    if (look->connection == NULL ||
        !show_or_trust(look->connection->easy, options, origin, verify)) {
        return false;
    }
    CURL *easy = look->connection->easy;
    watch(look, easy);
    const CURLcode result = curl_easy_perform(easy);
    look->os_error = (int)number_of(easy, CURLINFO_OS_ERRNO);
    look->tunnel_status = number_of(easy, CURLINFO_HTTP_CONNECTCODE);
    look->step = step_of(look, result);
    if (result == CURLE_OK) {
        look->certificates = certificates_of(easy);
        return true;
    }
    return credenco_connection_failure(look->connection, result) != CREDENCO_OUT_OF_MEMORY;
}

void credenco_look_free(credenco_look *look) {
    credenco_connection_free(look->connection);
    *look = (credenco_look){0};
}
