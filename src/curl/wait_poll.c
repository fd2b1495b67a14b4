/* Waiting with libcurl's own poll, for systems without epoll. It has no single descriptor to offer,
 * so other event loops step the driver by time. */
#include "wait.h"

#ifndef CREDENCO_WAIT_EPOLL

#include <limits.h>
#include <stdlib.h>

#include "now.h"

static void perform(credenco_wait *wait) {
    int running;
    if (curl_multi_perform(wait->multi, &running) != CURLM_OK) {
        wait->failed = true;
    }
}

credenco_code credenco_wait_init(credenco_wait *wait, CURLM *multi) {
    *wait = (credenco_wait){.multi = multi};
    return CREDENCO_OK;
}

void credenco_wait_free(credenco_wait *wait) {
    free(wait->polled);
    free(wait->owners);
    *wait = (credenco_wait){0};
}

void credenco_wait_prepare(credenco_wait *wait, CURL *easy) {
    (void)wait;
    (void)easy;
}

static bool grow(credenco_wait *wait) {
    const size_t capacity = wait->capacity > 0 ? wait->capacity * 2 : 64;
    struct curl_waitfd *polled = realloc(wait->polled, capacity * sizeof *polled);
    if (polled == NULL) {
        return false;
    }
    wait->polled = polled;
    void **owners = realloc(wait->owners, capacity * sizeof *owners);
    if (owners == NULL) {
        return false;
    }
    wait->owners = owners;
    wait->capacity = capacity;
    return true;
}

credenco_code credenco_wait_add(credenco_wait *wait, int fd, void *owner) {
    if (wait->count == wait->capacity && !grow(wait)) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    wait->polled[wait->count] = (struct curl_waitfd){.fd = fd, .events = CURL_WAIT_POLLIN};
    wait->owners[wait->count++] = owner;
    return CREDENCO_OK;
}

static size_t index_of(const credenco_wait *wait, int fd) {
    size_t i = 0;
    while (i < wait->count && wait->polled[i].fd != fd) {
        i++;
    }
    return i;
}

void credenco_wait_remove(credenco_wait *wait, int fd) {
    const size_t i = index_of(wait, fd);
    if (i < wait->count) {
        wait->count--;
        wait->polled[i] = wait->polled[wait->count];
        wait->owners[i] = wait->owners[wait->count];
    }
}

void credenco_wait_want_write(credenco_wait *wait, int fd, bool wanted) {
    const size_t i = index_of(wait, fd);
    if (i < wait->count) {
        wait->polled[i].events = CURL_WAIT_POLLIN | (wanted ? CURL_WAIT_POLLOUT : 0);
    }
}

void credenco_wait_timers(credenco_wait *wait) {
    perform(wait);
}

/* Goes backwards, since the last owner takes the place of a removed one: so each has one turn. */
bool credenco_wait_sockets(credenco_wait *wait, int64_t wait_ms, int most,
                           credenco_on_ready on_ready, void *context) {
    (void)most;
    const int timeout_ms = wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
    (void)curl_multi_poll(wait->multi, wait->polled, (unsigned)wait->count, timeout_ms, NULL);
    for (size_t i = wait->count; i-- > 0;) {
        if (i < wait->count && wait->polled[i].revents != 0) {
            wait->polled[i].revents = 0;
            on_ready(context, wait->owners[i], false);
        }
    }
    perform(wait);
    return false;
}

void credenco_wait_publish(credenco_wait *wait, int64_t due_ms) {
    (void)wait;
    (void)due_ms;
}

int credenco_wait_pollfd(credenco_wait *wait) {
    (void)wait;
    return -1;
}

int credenco_wait_watch(credenco_wait *wait, int64_t due_ms) {
    (void)wait;
    (void)due_ms;
    return -1;
}

int64_t credenco_wait_due_ms(const credenco_wait *wait) {
    long timeout_ms = -1;
    curl_multi_timeout(wait->multi, &timeout_ms);
    return timeout_ms < 0 ? -1 : credenco_now_ms() + timeout_ms;
}

#else
typedef int credenco_no_poll; /* C does not allow an empty file */
#endif
