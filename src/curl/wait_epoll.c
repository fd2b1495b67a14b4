/* Waiting with one epoll descriptor. A connection is registered once, edge-triggered, for as long
 * as it lives, so that a request costs no further epoll_ctl. */
#include "wait.h"

#ifdef CREDENCO_WAIT_EPOLL

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "now.h"

enum { EVENTS_AT_ONCE = 64 };

/* --- the table of descriptors ---------------------------------------------------- */

static credenco_socket *entry_of(credenco_wait *wait, int fd) {
    return (size_t)fd < wait->socket_count ? &wait->sockets[fd] : NULL;
}

static credenco_socket *make_entry(credenco_wait *wait, int fd) {
    size_t count = wait->socket_count > 0 ? wait->socket_count : 64;
    while (count <= (size_t)fd) {
        count *= 2;
    }
    if (count > wait->socket_count) {
        credenco_socket *sockets = realloc(wait->sockets, count * sizeof *sockets);
        if (sockets == NULL) {
            return NULL;
        }
        memset(sockets + wait->socket_count, 0, (count - wait->socket_count) * sizeof *sockets);
        wait->sockets = sockets;
        wait->socket_count = count;
    }
    return &wait->sockets[fd];
}

static bool control(credenco_wait *wait, int operation, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(wait->epoll_fd, operation, fd, &event) == 0;
}

/* --- libcurl's sockets ----------------------------------------------------------- */

static uint32_t epoll_events(int wanted) {
    return ((wanted & CURL_POLL_IN) ? (uint32_t)EPOLLIN : 0) |
           ((wanted & CURL_POLL_OUT) ? (uint32_t)EPOLLOUT : 0);
}

static void unwatch(credenco_wait *wait, credenco_socket *entry, int fd) {
    if (entry->wanted != 0) {
        entry->wanted = 0;
        (void)control(wait, EPOLL_CTL_DEL, fd, 0);
    }
}

static void watch(credenco_wait *wait, credenco_socket *entry, int fd, int what) {
    int operation = entry->wanted == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    entry->wanted = (uint8_t)what;
    wait->failed = !control(wait, operation, fd, epoll_events(what)) || wait->failed;
}

/* Reports no failure, since libcurl would give up the whole multi handle. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userp, void *socketp) {
    (void)easy;
    (void)socketp;
    credenco_wait *wait = userp;
    credenco_socket *entry = make_entry(wait, fd);
    if (entry == NULL) {
        wait->failed = true;
    } else if (what == CURL_POLL_REMOVE) {
        unwatch(wait, entry, fd);
    } else {
        watch(wait, entry, fd, what);
    }
    return 0;
}

static curl_socket_t on_open(void *userp, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)userp;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* The kernel forgets a closed descriptor. So must we, before another connection gets its number. */
static int on_close(void *userp, curl_socket_t fd) {
    credenco_socket *entry = entry_of(userp, fd);
    if (entry != NULL) {
        *entry = (credenco_socket){0};
    }
    return close(fd);
}

static int on_timer(CURLM *multi, long timeout_ms, void *userp) {
    (void)multi;
    credenco_wait *wait = userp;
    wait->due_ms = timeout_ms < 0 ? -1 : credenco_now_ms() + timeout_ms;
    return 0;
}

static void call_libcurl(credenco_wait *wait, curl_socket_t fd, int events) {
    int running;
    if (curl_multi_socket_action(wait->multi, fd, events, &running) != CURLM_OK) {
        wait->failed = true;
    }
}

static int curl_events(uint32_t events) {
    return ((events & EPOLLIN) ? CURL_CSELECT_IN : 0) |
           ((events & EPOLLOUT) ? CURL_CSELECT_OUT : 0) |
           ((events & (EPOLLERR | EPOLLHUP)) ? CURL_CSELECT_ERR : 0);
}

/* --- the interface ----------------------------------------------------------- */

credenco_code credenco_wait_init(credenco_wait *wait, CURLM *multi) {
    *wait = (credenco_wait){.multi = multi, .timer_fd = -1, .due_ms = -1};
    wait->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (wait->epoll_fd < 0) {
        return CREDENCO_CONNECT_FAILED;
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
    *wait = (credenco_wait){0};
}

void credenco_wait_prepare(credenco_wait *wait, CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, wait);
}

credenco_code credenco_wait_add(credenco_wait *wait, int fd, void *owner) {
    credenco_socket *entry = make_entry(wait, fd);
    const uint32_t events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    if (entry == NULL || !control(wait, EPOLL_CTL_ADD, fd, events)) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    entry->owner = owner;
    return CREDENCO_OK;
}

void credenco_wait_remove(credenco_wait *wait, int fd) {
    credenco_socket *entry = entry_of(wait, fd);
    if (entry != NULL && entry->owner != NULL) {
        entry->owner = NULL;
        (void)control(wait, EPOLL_CTL_DEL, fd, 0);
    }
}

/* Does nothing: both directions are always registered. */
void credenco_wait_want_write(credenco_wait *wait, int fd, bool wanted) {
    (void)wait;
    (void)fd;
    (void)wanted;
}

void credenco_wait_timers(credenco_wait *wait) {
    if (wait->due_ms >= 0 && credenco_now_ms() >= wait->due_ms) {
        wait->due_ms = -1;
        call_libcurl(wait, CURL_SOCKET_TIMEOUT, 0);
    }
}

/* An earlier event may have closed the event's descriptor. libcurl ignores a socket that it does
 * not know. */
static void dispatch(credenco_wait *wait, const struct epoll_event *event,
                     credenco_on_ready on_ready, void *context) {
    const int fd = event->data.fd;
    if (fd == wait->timer_fd) {
        uint64_t expirations;
        (void)!read(fd, &expirations, sizeof expirations);
        return;
    }
    const credenco_socket *entry = entry_of(wait, fd);
    if (entry != NULL && entry->owner != NULL) {
        on_ready(context, entry->owner, (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
    } else {
        call_libcurl(wait, fd, curl_events(event->events));
    }
}

static int shorter_wait_ms(const credenco_wait *wait, int64_t wait_ms) {
    if (wait_ms > 0 && wait->due_ms >= 0) {
        const int64_t due_in_ms = wait->due_ms - credenco_now_ms();
        wait_ms = due_in_ms < wait_ms ? due_in_ms : wait_ms;
    }
    if (wait_ms < 0) {
        return 0;
    }
    return wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

bool credenco_wait_sockets(credenco_wait *wait, int64_t wait_ms, int most,
                           credenco_on_ready on_ready, void *context) {
    struct epoll_event events[EVENTS_AT_ONCE];
    most = most < EVENTS_AT_ONCE ? most : EVENTS_AT_ONCE;
    wait->watched = false;
    const int count = epoll_wait(wait->epoll_fd, events, most, shorter_wait_ms(wait, wait_ms));
    for (int i = 0; i < count; i++) {
        dispatch(wait, &events[i], on_ready, context);
    }
    credenco_wait_timers(wait);
    return count == most;
}

/* --- outside pollers --------------------------------------------------------- */

/* Adds one nanosecond, since a time of zero disarms the timer. */
static int arm(const credenco_wait *wait, int64_t at_ms) {
    struct itimerspec at = {0};
    if (at_ms >= 0) {
        at.it_value.tv_sec = (time_t)(at_ms / 1000);
        at.it_value.tv_nsec = (long)(at_ms % 1000) * 1000000 + 1;
    }
    return timerfd_settime(wait->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

void credenco_wait_publish(credenco_wait *wait, int64_t due_ms) {
    if (wait->polled || wait->watched) {
        (void)arm(wait, due_ms);
    }
}

static void make_timer(credenco_wait *wait) {
    const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd >= 0 && !control(wait, EPOLL_CTL_ADD, fd, EPOLLIN)) {
        close(fd);
        return;
    }
    wait->timer_fd = fd;
}

/* Makes the timer first if there is none. False without a free descriptor. */
static bool ensure_timer(credenco_wait *wait) {
    if (wait->timer_fd < 0) {
        make_timer(wait);
    }
    return wait->timer_fd >= 0;
}

int credenco_wait_pollfd(credenco_wait *wait) {
    if (!wait->polled && ensure_timer(wait)) {
        wait->polled = true;
        credenco_wait_publish(wait, 0);
    }
    return wait->polled ? wait->epoll_fd : -1;
}

int credenco_wait_watch(credenco_wait *wait, int64_t due_ms) {
    if (!ensure_timer(wait)) {
        return -1;
    }
    wait->watched = true;
    return arm(wait, due_ms) == 0 ? wait->epoll_fd : -1;
}

int64_t credenco_wait_due_ms(const credenco_wait *wait) {
    return wait->due_ms;
}

#else
typedef int credenco_no_epoll; /* C does not allow an empty file */
#endif
