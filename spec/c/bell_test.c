/* curl/bell.h: a byte for a descriptor that became readable, over a socket that nginx can wait for.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "curl/bell.h"
#include "curl/wait.h"
#include "tap.h"

#ifdef CREDENCO_WAIT_EPOLL

enum { SOON_MS = 50, TIMEOUT_MS = 60000 };

static credenco_bell bell;
static int watched[2]; /* a pipe; the bell watches its reading end */
static int heard;      /* what the event loop would wait for */

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void begin_listening(void) {
    CHECK(pipe(watched) == 0);
    CHECK(credenco_bell_init(&bell, watched[0]) == 0);
}

static void begin(void) {
    begin_listening();
    heard = connect_to(bell.path);
    CHECK(credenco_bell_accept(&bell) == 0);
}

static void close_pipe(void) {
    close(watched[0]);
    close(watched[1]);
}

static void end(void) {
    credenco_bell_free(&bell);
    close(heard);
    close_pipe();
}

/* The next byte, or 0 when none comes. */
static char hear(int timeout_ms) {
    char byte = 0;
    struct pollfd polled = {.fd = heard, .events = POLLIN};
    if (poll(&polled, 1, timeout_ms) == 1 && read(heard, &byte, 1) != 1) {
        byte = 0;
    }
    return byte;
}

static void knows_whether_it_is_heard(void) {
    begin_listening();
    CHECK(!credenco_bell_is_connected(&bell));
    heard = connect_to(bell.path);
    CHECK(credenco_bell_accept(&bell) == 0);
    CHECK(credenco_bell_is_connected(&bell));
    CHECK(credenco_bell_ring(&bell) == 0);
    CHECK(credenco_bell_is_connected(&bell));
    shutdown(heard, SHUT_RDWR);
    CHECK(!credenco_bell_is_connected(&bell));
    end();
}

static void make_readable(void) {
    CHECK(write(watched[1], "x", 1) == 1);
}

static void rings_once_it_is_armed(void) {
    begin();
    make_readable();
    CHECK(hear(SOON_MS) == 0);
    CHECK(credenco_bell_arm(&bell) == 0);
    CHECK(hear(TIMEOUT_MS) == CREDENCO_BELL_READY);
    end();
}

static void rings_when_something_comes_later(void) {
    begin();
    CHECK(credenco_bell_arm(&bell) == 0);
    CHECK(hear(SOON_MS) == 0);
    make_readable();
    CHECK(hear(TIMEOUT_MS) == CREDENCO_BELL_READY);
    end();
}

static void rings_once_each_time(void) {
    begin();
    make_readable();
    for (int i = 0; i < 3; i++) {
        CHECK(credenco_bell_arm(&bell) == 0);
        CHECK(hear(TIMEOUT_MS) == CREDENCO_BELL_READY);
        CHECK(hear(SOON_MS) == 0);
    }
    end();
}

static void can_be_rung(void) {
    begin();
    CHECK(credenco_bell_ring(&bell) == 0);
    CHECK(hear(TIMEOUT_MS) == CREDENCO_BELL_RUNG);
    CHECK(hear(SOON_MS) == 0);
    end();
}

static void survives_a_listener_that_left(void) {
    begin();
    close(heard);
    heard = -1;
    CHECK(credenco_bell_ring(&bell) != 0); /* and no SIGPIPE */
    CHECK(credenco_bell_arm(&bell) == 0);
    make_readable();
    usleep(SOON_MS * 1000);
    end();
}

static bool exists(const char *path) {
    struct stat stat_of;
    return stat(path, &stat_of) == 0;
}

static void folder_of(const char *path, char *folder) {
    strcpy(folder, path);
    *strrchr(folder, '/') = '\0';
}

static void only_its_user_can_enter(void) {
    begin_listening();
    char folder[CREDENCO_BELL_PATH_MAX];
    struct stat stat_of;
    folder_of(bell.path, folder);
    CHECK(stat(folder, &stat_of) == 0 && (stat_of.st_mode & 077) == 0);
    credenco_bell_free(&bell);
    close_pipe();
}

static void leaves_nothing_behind(void) {
    char path[CREDENCO_BELL_PATH_MAX], folder[CREDENCO_BELL_PATH_MAX];
    for (int connects = 0; connects <= 1; connects++) {
        begin_listening();
        strcpy(path, bell.path);
        folder_of(path, folder);
        heard = connects ? connect_to(path) : -1;
        CHECK(exists(path));
        CHECK(credenco_bell_accept(&bell) == (connects ? 0 : EAGAIN));
        CHECK(exists(path) == !connects);
        end();
        CHECK(!exists(path) && !exists(folder));
    }
}

static void refuses_another_process(void) {
    begin_listening();
    pid_t child = fork();
    if (child == 0) {
        _exit(connect_to(bell.path) < 0);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(credenco_bell_accept(&bell) == EACCES);
    credenco_bell_free(&bell);
    close_pipe();
}

static void says_why_it_cannot_listen(void) {
    char kept[CREDENCO_BELL_PATH_MAX] = "", too_long[CREDENCO_BELL_PATH_MAX];
    const char *before = getenv("TMPDIR");
    if (before != NULL) {
        strncpy(kept, before, sizeof kept - 1);
    }
    memset(too_long, 'x', sizeof too_long - 1);
    too_long[0] = '/';
    too_long[sizeof too_long - 1] = '\0';
    CHECK(pipe(watched) == 0);
    setenv("TMPDIR", "/no/such/folder", 1);
    CHECK(credenco_bell_init(&bell, watched[0]) == ENOENT && !bell.open);
    setenv("TMPDIR", too_long, 1);
    CHECK(credenco_bell_init(&bell, watched[0]) == ENAMETOOLONG && !bell.open);
    if (before != NULL) {
        setenv("TMPDIR", kept, 1);
    } else {
        unsetenv("TMPDIR");
    }
    CHECK(credenco_bell_init(&bell, -1) == EBADF && !bell.open);
    close_pipe();
}

static void freed_in_any_state(void) {
    credenco_bell zeroed = {0};
    credenco_bell_free(&zeroed);
    begin();
    close_pipe();
    CHECK(credenco_bell_arm(&bell) != 0); /* what it watches is gone */
    credenco_bell_free(&bell);
    credenco_bell_free(&bell);
    close(heard);
}

TAP_MAIN({"a bell that is armed rings for what is there already", rings_once_it_is_armed},
         {"a bell that is armed rings for what comes later", rings_when_something_comes_later},
         {"a bell rings once each time it was armed", rings_once_each_time},
         {"a bell can be rung by hand", can_be_rung},
         {"a bell knows whether its listener is there", knows_whether_it_is_heard},
         {"a bell does not mind that its listener has left", survives_a_listener_that_left},
         {"the path of a bell is for its own user", only_its_user_can_enter},
         {"a bell leaves nothing in the file system", leaves_nothing_behind},
         {"a bell refuses the connection of another process", refuses_another_process},
         {"a bell that cannot listen says why", says_why_it_cannot_listen},
         {"a bell can be freed in any state, twice and zeroed", freed_in_any_state}, )

#else

static void there_is_none(void) {
    credenco_bell bell;
    CHECK(credenco_bell_init(&bell, 0) == ENOSYS);
    credenco_bell_free(&bell);
}

TAP_MAIN({"without epoll there is no bell", there_is_none}, )

#endif
