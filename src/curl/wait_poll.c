/* Waiting with libcurl's own poll, for systems without epoll. There is no single
 * descriptor to offer, so other event loops step the driver by time. */
#include "wait.h"

#ifndef CREDENCO_WAIT_EPOLL

#include <limits.h>

static credenco_code perform(credenco_wait *wait) {
    int running;
    CURLMcode code = curl_multi_perform(wait->multi, &running);
    return code == CURLM_OK ? CREDENCO_OK : CREDENCO_OUT_OF_MEMORY;
}

credenco_code credenco_wait_init(credenco_wait *wait, CURLM *multi) {
    wait->multi = multi;
    return CREDENCO_OK;
}

void credenco_wait_free(credenco_wait *wait) {
    wait->multi = NULL;
}

void credenco_wait_prepare(credenco_wait *wait, CURL *easy) {
    (void)wait;
    (void)easy;
}

credenco_code credenco_wait_timers(credenco_wait *wait) {
    return perform(wait);
}

/* libcurl moves all that can be moved. */
credenco_code credenco_wait_sockets(credenco_wait *wait, int64_t wait_ms, int most, bool *reached) {
    (void)most;
    *reached = false;
    int timeout_ms = wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
    if (curl_multi_poll(wait->multi, NULL, 0, timeout_ms, NULL) != CURLM_OK) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    return perform(wait);
}

credenco_code credenco_wait_publish(credenco_wait *wait, bool at_once) {
    (void)wait;
    (void)at_once;
    return CREDENCO_OK;
}

int credenco_wait_pollfd(credenco_wait *wait) {
    (void)wait;
    return -1;
}

int credenco_wait_watch(credenco_wait *wait, bool at_once) {
    (void)wait;
    (void)at_once;
    return -1;
}

int64_t credenco_wait_timeout_ms(const credenco_wait *wait) {
    long timeout_ms = -1;
    curl_multi_timeout(wait->multi, &timeout_ms);
    return timeout_ms;
}

#else
typedef int credenco_no_poll; /* an empty file is no C */
#endif
