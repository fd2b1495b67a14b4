#include "signals.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"

enum { EXIT_INTERRUPTED = 130, PATIENCE_S = 30, WORDS_MAX = 4096, UNFINISHED_MAX = 16 };

/* The first ones have the names above; the alarm is our own. */
static const char *const names[] = {"sigint", "sigterm", "sighup", NULL};
static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};

/* State for the handler. It changes only while the signals are blocked. */
static volatile sig_atomic_t count;
static volatile sig_atomic_t most;
static volatile sig_atomic_t hung_up;
static char words[WORDS_MAX];
static size_t words_len;
static char unfinished[UNFINISHED_MAX][PATH_MAX];

/* Writes only if it can do so at once: a full pipe would block the program for ever. */
static void say_last_words(void) {
    struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&standard_error, 1, 0) == 1 && (standard_error.revents & POLLOUT)) {
        ssize_t written = write(STDERR_FILENO, words, words_len);
        (void)written;
    }
}

/* Calls only functions that POSIX allows in a signal handler. */
static void end_program(void) {
    for (size_t i = 0; i < UNFINISHED_MAX; i++) {
        if (unfinished[i][0] != '\0') {
            (void)unlink(unfinished[i]);
        }
    }
    say_last_words();
    _exit(EXIT_INTERRUPTED);
}

/* A shell and the kernel each report the same closed terminal, so only the first SIGHUP counts. */
static bool is_repeated_hangup(int number) {
    const bool repeated = number == SIGHUP && hung_up;
    hung_up = hung_up || number == SIGHUP;
    return repeated;
}

static void on_signal(int number) {
    if (is_repeated_hangup(number)) {
        return;
    }
    if (number == SIGALRM || count >= most) {
        end_program();
    }
    count = count + 1;
    alarm(PATIENCE_S);
}

static sigset_t watched_set(void) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        sigaddset(&set, watched[i]);
    }
    return set;
}

static bool is_ignored(int number) {
    struct sigaction current;
    return sigaction(number, NULL, &current) == 0 && current.sa_handler == SIG_IGN;
}

/* Installs the handler, so that none of these signals interrupts it. */
static void handle(void (*handler)(int)) {
    struct sigaction action = {
        .sa_handler = handler, .sa_mask = watched_set(), .sa_flags = SA_RESTART};
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        if (watched[i] == SIGALRM || !is_ignored(watched[i])) {
            sigaction(watched[i], &action, NULL);
        }
    }
}

/* SIGPIPE ends the program, as usual, if the reader of its output has gone. If the first signal is
 * spared, requests are in flight: they have to end, even if their report is lost. */
static void handle_broken_pipes(bool spares_first) {
    static int left_alone = -1; /* whether the program was started with SIGPIPE ignored */
    if (left_alone < 0) {
        left_alone = is_ignored(SIGPIPE);
    }
    if (!left_alone) {
        signal(SIGPIPE, spares_first ? SIG_IGN : SIG_DFL);
    }
}

int credenco_lua_signals_listen(lua_State *L) {
    credenco_span last_words = credenco_check_span(L, 1);
    int64_t limit = credenco_check_integer(L, 2, 0, 1000);
    sigset_t set = watched_set();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    words_len = last_words.len < WORDS_MAX ? last_words.len : WORDS_MAX;
    memcpy(words, last_words.data, words_len);
    most = (sig_atomic_t)limit;
    handle(on_signal);
    handle_broken_pipes(limit > 0);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    return 0;
}

int credenco_lua_signals_ignored(lua_State *L) {
    lua_pushboolean(L, is_ignored(watched[luaL_checkoption(L, 1, NULL, names)]));
    return 1;
}

int credenco_lua_signals_count(lua_State *L) {
    if (count > 0) {
        alarm(PATIENCE_S);
    }
    lua_pushinteger(L, count);
    return 1;
}

/* Replaces the first entry equal to `held` by `path`. */
static void replace_unfinished(const char *held, const char *path) {
    sigset_t set = watched_set();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    for (size_t i = 0; i < UNFINISHED_MAX; i++) {
        if (strcmp(unfinished[i], held) == 0) {
            memcpy(unfinished[i], path, strlen(path) + 1);
            break;
        }
    }
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int credenco_lua_signals_remove(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    if (strlen(path) < PATH_MAX) {
        replace_unfinished("", path);
    }
    return 0;
}

int credenco_lua_signals_keep(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    if (*path != '\0') {
        replace_unfinished(path, "");
    }
    return 0;
}
