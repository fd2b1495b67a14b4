/* libcurl's sockets in one epoll descriptor. Between two waits libcurl takes interest
 * in a socket and loses it again several times; the changes are collected and only
 * what is left of them is told to the kernel, which for a connection in steady use is
 * nothing at all. (Telling each change costs almost half as much again per request.) */
#include "wait.h"

#ifdef CREDENCO_WAIT_EPOLL

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 64 };

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- what the kernel is told ------------------------------------------------- */

static uint32_t epoll_events(uint8_t wanted) {
    return ((wanted & CURL_POLL_IN) ? (uint32_t)EPOLLIN : 0) |
           ((wanted & CURL_POLL_OUT) ? (uint32_t)EPOLLOUT : 0);
}

static bool apply(credenco_wait *wait, curl_socket_t fd) {
    credenco_socket *entry = &wait->sockets[fd];
    if (entry->wanted == entry->applied) {
        return true;
    }
    struct epoll_event event = {.events = epoll_events(entry->wanted), .data.fd = fd};
    int operation = EPOLL_CTL_MOD;
    if (entry->wanted == 0) {
        operation = EPOLL_CTL_DEL;
    } else if (entry->applied == 0) {
        operation = EPOLL_CTL_ADD;
    }
    entry->applied = entry->wanted;
    return epoll_ctl(wait->epoll_fd, operation, fd, &event) == 0 || operation == EPOLL_CTL_DEL;
}

/* --- what libcurl wants ------------------------------------------------------ */

static bool grow(credenco_wait *wait, size_t needed) {
    size_t count = wait->socket_count > 0 ? wait->socket_count : 64;
    while (count < needed) {
        count *= 2;
    }
    credenco_socket *sockets = realloc(wait->sockets, count * sizeof *sockets);
    if (sockets == NULL) {
        return false;
    }
    memset(sockets + wait->socket_count, 0, (count - wait->socket_count) * sizeof *sockets);
    wait->sockets = sockets;
    curl_socket_t *changes = realloc(wait->changes, count * sizeof *changes);
    if (changes == NULL) {
        return false;
    }
    wait->changes = changes;
    wait->socket_count = count;
    return true;
}

static bool has_entry(credenco_wait *wait, curl_socket_t fd) {
    return (size_t)fd < wait->socket_count || grow(wait, (size_t)fd + 1);
}

/* Only a connection can wait for apply_changes. What else libcurl polls, such as its
 * resolver's pair of sockets, is closed behind our back right after the callback, and
 * its number is the next connection's. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userp, void *socketp) {
    (void)easy;
    (void)socketp;
    credenco_wait *wait = userp;
    if (!has_entry(wait, fd)) {
        return -1;
    }
    credenco_socket *entry = &wait->sockets[fd];
    entry->wanted = what == CURL_POLL_REMOVE ? 0 : (uint8_t)what;
    if (!entry->connection) {
        return apply(wait, fd) ? 0 : -1;
    }
    if (!entry->changed) {
        entry->changed = true;
        wait->changes[wait->change_count++] = fd;
    }
    return 0;
}

/* The kernel forgets a closed descriptor by itself; so must we, before its number is
 * given to another connection. */
static void forget(credenco_socket *entry) {
    entry->wanted = 0;
    entry->applied = 0;
    entry->connection = false;
}

/* Without memory for an entry the socket is told of at once, or on_socket fails. */
static curl_socket_t on_open(void *userp, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    credenco_wait *wait = userp;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) {
        return CURL_SOCKET_BAD;
    }
    if (has_entry(wait, fd)) {
        forget(&wait->sockets[fd]);
        wait->sockets[fd].connection = true;
    }
    return fd;
}

static int on_close(void *userp, curl_socket_t fd) {
    credenco_wait *wait = userp;
    if ((size_t)fd < wait->socket_count) {
        forget(&wait->sockets[fd]);
    }
    return close(fd);
}

static int on_timer(CURLM *multi, long timeout_ms, void *userp) {
    (void)multi;
    credenco_wait *wait = userp;
    wait->due_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    return 0;
}

static credenco_code apply_changes(credenco_wait *wait) {
    bool applied = true;
    for (size_t i = 0; i < wait->change_count; i++) {
        wait->sockets[wait->changes[i]].changed = false;
        applied = apply(wait, wait->changes[i]) && applied;
    }
    wait->change_count = 0;
    return applied ? CREDENCO_OK : CREDENCO_OUT_OF_MEMORY;
}

static credenco_code act(credenco_wait *wait, curl_socket_t fd, int events) {
    int running;
    CURLMcode code = curl_multi_socket_action(wait->multi, fd, events, &running);
    return code == CURLM_OK ? CREDENCO_OK : CREDENCO_OUT_OF_MEMORY;
}

static int curl_events(uint32_t events) {
    return ((events & EPOLLIN) ? CURL_CSELECT_IN : 0) |
           ((events & EPOLLOUT) ? CURL_CSELECT_OUT : 0) |
           ((events & (EPOLLERR | EPOLLHUP)) ? CURL_CSELECT_ERR : 0);
}

/* An event may be older than the socket: acting on an earlier one closed it. */
static credenco_code dispatch(credenco_wait *wait, const struct epoll_event *event) {
    int fd = event->data.fd;
    if (fd == wait->timer_fd) {
        uint64_t expirations;
        (void)!read(fd, &expirations, sizeof expirations);
        return CREDENCO_OK;
    }
    return wait->sockets[fd].wanted != 0 ? act(wait, fd, curl_events(event->events)) : CREDENCO_OK;
}

/* --- the interface ----------------------------------------------------------- */

credenco_code credenco_wait_init(credenco_wait *wait, CURLM *multi) {
    *wait = (credenco_wait){.multi = multi, .timer_fd = -1, .due_ms = -1};
    wait->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (wait->epoll_fd < 0) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, wait);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, wait);
    return CREDENCO_OK;
}

void credenco_wait_free(credenco_wait *wait) {
    if (wait->multi == NULL) {
        return;
    }
    if (wait->timer_fd >= 0) {
        close(wait->timer_fd);
    }
    if (wait->epoll_fd >= 0) {
        close(wait->epoll_fd);
    }
    free(wait->sockets);
    free(wait->changes);
    *wait = (credenco_wait){0};
}

void credenco_wait_prepare(credenco_wait *wait, CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, wait);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, wait);
}

credenco_code credenco_wait_timers(credenco_wait *wait) {
    if (wait->due_ms < 0 || now_ms() < wait->due_ms) {
        return CREDENCO_OK;
    }
    wait->due_ms = -1;
    return act(wait, CURL_SOCKET_TIMEOUT, 0);
}

static int shorter_wait_ms(const credenco_wait *wait, int64_t wait_ms) {
    int64_t due_in_ms = credenco_wait_timeout_ms(wait);
    if (due_in_ms >= 0 && due_in_ms < wait_ms) {
        wait_ms = due_in_ms;
    }
    return wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

credenco_code credenco_wait_sockets(credenco_wait *wait, int64_t wait_ms, int most, bool *reached) {
    struct epoll_event events[EVENTS_AT_ONCE];
    most = most < EVENTS_AT_ONCE ? most : EVENTS_AT_ONCE;
    wait->watched = false;
    credenco_code code = apply_changes(wait);
    if (code != CREDENCO_OK) {
        return code;
    }
    int count = epoll_wait(wait->epoll_fd, events, most, shorter_wait_ms(wait, wait_ms));
    *reached = count == most;
    for (int i = 0; i < count && code == CREDENCO_OK; i++) {
        code = dispatch(wait, &events[i]);
    }
    return code == CREDENCO_OK ? credenco_wait_timers(wait) : code;
}

/* A time of zero would disarm the timer, so every time is one nanosecond later. */
static int arm(const credenco_wait *wait, int64_t at_ms) {
    struct itimerspec at = {0};
    if (at_ms >= 0) {
        at.it_value.tv_sec = (time_t)(at_ms / 1000);
        at.it_value.tv_nsec = (long)(at_ms % 1000) * 1000000 + 1;
    }
    return timerfd_settime(wait->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

credenco_code credenco_wait_publish(credenco_wait *wait, bool at_once) {
    if (!wait->polled && !wait->watched) {
        return CREDENCO_OK;
    }
    if (arm(wait, at_once ? 0 : wait->due_ms) != 0) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    return apply_changes(wait);
}

static bool has_timer(credenco_wait *wait) {
    if (wait->timer_fd >= 0) {
        return true;
    }
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (fd < 0 || epoll_ctl(wait->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    wait->timer_fd = fd;
    return true;
}

int credenco_wait_pollfd(credenco_wait *wait) {
    if (!wait->polled && has_timer(wait)) {
        wait->polled = true;
        (void)credenco_wait_publish(wait, true);
    }
    return wait->polled ? wait->epoll_fd : -1;
}

int credenco_wait_watch(credenco_wait *wait, bool at_once) {
    if (!has_timer(wait)) {
        return -1;
    }
    wait->watched = true;
    return credenco_wait_publish(wait, at_once) == CREDENCO_OK ? wait->epoll_fd : -1;
}

int64_t credenco_wait_timeout_ms(const credenco_wait *wait) {
    if (wait->due_ms < 0) {
        return -1;
    }
    int64_t left_ms = wait->due_ms - now_ms();
    return left_ms > 0 ? left_ms : 0;
}

#else
typedef int credenco_no_epoll; /* an empty file is no C */
#endif
