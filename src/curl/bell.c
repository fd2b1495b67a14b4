/* The thread's epoll descriptor watches the loop's with EPOLLONESHOT: it fires once and then sleeps
 * until it is armed again. So the thread needs no lock, and sends a busy loop no second byte. */
#include "bell.h"

#include <errno.h>

#include "wait.h"

#ifdef CREDENCO_WAIT_EPOLL

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* --- the thread -------------------------------------------------------------- */

static int send_byte(int socket_fd, char byte) {
    ssize_t sent = send(socket_fd, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent == 1 ? 0 : errno;
}

static void *watch(void *argument) {
    const credenco_bell *bell = argument;
    for (;;) {
        struct epoll_event event;
        int count = epoll_wait(bell->watch_fd, &event, 1, -1);
        if (count < 0 && errno != EINTR) {
            return NULL;
        }
        if (count == 1 && event.data.fd == bell->stop_fd) {
            return NULL;
        }
        if (count == 1) {
            (void)send_byte(bell->socket_fd, CREDENCO_BELL_READY);
        }
    }
}

/* The thread blocks all signals: they belong to the other threads of the process. */
static int start_thread(credenco_bell *bell) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int problem = pthread_create(&bell->thread, NULL, watch, bell);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return problem;
}

/* --- the socket -------------------------------------------------------------- */

static int make_directory(credenco_bell *bell) {
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || *parent == '\0') {
        parent = "/tmp";
    }
    int len = snprintf(bell->path, sizeof bell->path, "%s/credenco-XXXXXX", parent);
    if (len < 0 || (size_t)len + sizeof "/bell" > sizeof bell->path) {
        bell->path[0] = '\0';
        return ENAMETOOLONG;
    }
    if (mkdtemp(bell->path) == NULL) {
        bell->path[0] = '\0';
        return errno;
    }
    memcpy(bell->path + len, "/bell", sizeof "/bell");
    return 0;
}

static void remove_directory(const credenco_bell *bell) {
    char directory[CREDENCO_BELL_PATH_MAX];
    size_t len = strlen(bell->path);
    if (len == 0) {
        return;
    }
    (void)unlink(bell->path);
    memcpy(directory, bell->path, len + 1);
    directory[len - strlen("/bell")] = '\0';
    (void)rmdir(directory);
}

static int listen_at_path(credenco_bell *bell) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    _Static_assert(sizeof bell->path <= sizeof address.sun_path, "a path that fits");
    memcpy(address.sun_path, bell->path, sizeof bell->path);
    bell->socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bell->socket_fd < 0 ||
        bind(bell->socket_fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(bell->socket_fd, 1) != 0) {
        return errno;
    }
    return 0;
}

static bool is_this_process(int socket_fd) {
    struct ucred peer;
    socklen_t len = sizeof peer;
    return getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid == getpid();
}

/* --- the interface ----------------------------------------------------------- */

static int watch_also(credenco_bell *bell, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(bell->watch_fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

static int prepare_watch(credenco_bell *bell) {
    bell->watch_fd = epoll_create1(EPOLL_CLOEXEC);
    bell->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (bell->watch_fd < 0 || bell->stop_fd < 0) {
        return errno;
    }
    int problem = watch_also(bell, bell->stop_fd, EPOLLIN);
    return problem != 0 ? problem : watch_also(bell, bell->fd, EPOLLONESHOT);
}

int credenco_bell_init(credenco_bell *bell, int fd) {
    *bell = (credenco_bell){.open = true, .fd = fd, .watch_fd = -1, .stop_fd = -1, .socket_fd = -1};
    int problem = prepare_watch(bell);
    if (problem == 0) {
        problem = make_directory(bell);
    }
    if (problem == 0) {
        problem = listen_at_path(bell);
    }
    if (problem != 0) {
        credenco_bell_free(bell);
    }
    return problem;
}

int credenco_bell_accept(credenco_bell *bell) {
    int connection = accept4(bell->socket_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0) {
        return errno;
    }
    if (!is_this_process(connection)) {
        close(connection);
        return EACCES;
    }
    close(bell->socket_fd);
    bell->socket_fd = connection;
    remove_directory(bell);
    int problem = start_thread(bell);
    bell->accepted = problem == 0;
    return problem;
}

bool credenco_bell_is_connected(const credenco_bell *bell) {
    struct pollfd look = {.fd = bell->socket_fd, .events = POLLRDHUP};
    return bell->accepted && poll(&look, 1, 0) == 0;
}

int credenco_bell_arm(credenco_bell *bell) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = bell->fd};
    return epoll_ctl(bell->watch_fd, EPOLL_CTL_MOD, bell->fd, &event) == 0 ? 0 : errno;
}

int credenco_bell_ring(credenco_bell *bell) {
    return send_byte(bell->socket_fd, CREDENCO_BELL_RUNG);
}

static void stop_thread(credenco_bell *bell) {
    const uint64_t stop = 1;
    (void)!write(bell->stop_fd, &stop, sizeof stop);
    pthread_join(bell->thread, NULL);
}

static void close_if_open(int fd) {
    if (fd >= 0) {
        close(fd);
    }
}

void credenco_bell_free(credenco_bell *bell) {
    if (!bell->open) {
        return;
    }
    if (bell->accepted) {
        stop_thread(bell);
    } else {
        remove_directory(bell);
    }
    close_if_open(bell->socket_fd);
    close_if_open(bell->stop_fd);
    close_if_open(bell->watch_fd);
    *bell = (credenco_bell){0};
}

#else

int credenco_bell_init(credenco_bell *bell, int fd) {
    (void)fd;
    *bell = (credenco_bell){0};
    return ENOSYS;
}

int credenco_bell_accept(credenco_bell *bell) {
    (void)bell;
    return ENOSYS;
}

bool credenco_bell_is_connected(const credenco_bell *bell) {
    (void)bell;
    return false;
}

int credenco_bell_arm(credenco_bell *bell) {
    (void)bell;
    return ENOSYS;
}

int credenco_bell_ring(credenco_bell *bell) {
    (void)bell;
    return ENOSYS;
}

void credenco_bell_free(credenco_bell *bell) {
    (void)bell;
}

#endif
