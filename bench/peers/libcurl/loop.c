#define _GNU_SOURCE
#include "loop.h"
#include "fail.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { FD_MAX = 4096, EVENTS_MAX = 256 };

/* The events of a descriptor that libcurl wants, and those for which epoll is set. */
typedef struct interest {
    uint32_t wanted;
    uint32_t registered;
    int dirty; /* listed in `changed` */
} interest;

static CURLM *multi;
static int epoll_fd;
static interest interests[FD_MAX];
static int changed[FD_MAX];
static int changed_count;
static int64_t due_ms; /* when libcurl's timer fires; -1 when it is off */

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint32_t events_of(int what) {
    uint32_t events = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= EPOLLOUT;
    return events;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *socket_context) {
    (void)easy, (void)context, (void)socket_context;
    fail_unless(fd >= 0 && fd < FD_MAX, "a descriptor below the limit");
    interest *i = &interests[fd];
    i->wanted = events_of(what);
    if (!i->dirty) changed[changed_count++] = fd;
    i->dirty = 1;
    return 0;
}

static int on_timer(CURLM *handle, long timeout_ms, void *context) {
    (void)handle, (void)context;
    due_ms = timeout_ms < 0 ? -1 : timeout_ms == 0 ? 0 : now_ms() + timeout_ms;
    return 0;
}

/* A closed descriptor leaves epoll by itself; forget it, or its next owner would be taken for it.
 */
static int on_close(void *context, curl_socket_t fd) {
    (void)context;
    interests[fd].wanted = 0;
    interests[fd].registered = 0;
    return close(fd);
}

static void apply(int fd) {
    interest *i = &interests[fd];
    i->dirty = 0;
    if (i->wanted == i->registered) return;
    int operation = i->registered == 0 ? EPOLL_CTL_ADD
                    : i->wanted == 0   ? EPOLL_CTL_DEL
                                       : EPOLL_CTL_MOD;
    struct epoll_event event = {.events = i->wanted, .data.fd = fd};
    fail_unless(epoll_ctl(epoll_fd, operation, fd, &event) == 0, "epoll_ctl");
    i->registered = i->wanted;
}

static void apply_changes(void) {
    for (int i = 0; i < changed_count; i++)
        apply(changed[i]);
    changed_count = 0;
}

void loop_open(long connections) {
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    multi = fail_if_null(curl_multi_init(), "curl_multi_init");
    due_ms = -1;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections);
}

CURL *loop_new_easy(void) {
    CURL *easy = fail_if_null(curl_easy_init(), "curl_easy_init");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*"); /* or the environment is searched per request */
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    if (getenv("BENCH_CA_FILE") != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, getenv("BENCH_CA_FILE"));
    return easy;
}

void loop_start(CURL *easy) {
    fail_unless(curl_multi_add_handle(multi, easy) == CURLM_OK, "curl_multi_add_handle");
}

static int wait_ms(void) {
    if (due_ms < 0) return -1;
    if (due_ms == 0) return 0;
    int64_t left = due_ms - now_ms();
    return left > 0 ? (int)left : 0;
}

static void act(curl_socket_t fd, int flags) {
    int running;
    fail_unless(curl_multi_socket_action(multi, fd, flags, &running) == CURLM_OK, "socket_action");
}

static void fire_timer(void) {
    due_ms = -1;
    act(CURL_SOCKET_TIMEOUT, 0);
}

static void act_on(const struct epoll_event *event) {
    int flags = 0;
    if (event->events & EPOLLIN) flags |= CURL_CSELECT_IN;
    if (event->events & EPOLLOUT) flags |= CURL_CSELECT_OUT;
    if (event->events & (EPOLLERR | EPOLLHUP)) flags |= CURL_CSELECT_ERR;
    act(event->data.fd, flags);
}

static void wait_and_act(void) {
    struct epoll_event events[EVENTS_MAX];
    apply_changes();
    int count = epoll_wait(epoll_fd, events, EVENTS_MAX, wait_ms());
    for (int i = 0; i < count; i++)
        act_on(&events[i]);
}

static void report(void (*finished)(CURL *easy, CURLcode result)) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        fail_unless(curl_multi_remove_handle(multi, easy) == CURLM_OK, "curl_multi_remove_handle");
        finished(easy, result);
    }
}

void loop_turn(void (*finished)(CURL *easy, CURLcode result)) {
    if (due_ms >= 0 && wait_ms() == 0)
        fire_timer();
    else
        wait_and_act();
    report(finished);
}

void loop_close(void) {
    curl_multi_cleanup(multi);
    close(epoll_fd);
}
