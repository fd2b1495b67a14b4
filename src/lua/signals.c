#include "signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"

enum { EXIT_INTERRUPTED = 130, PATIENCE_S = 30, WORDS_MAX = 4096 };

static const int watched[] = {SIGINT, SIGTERM, SIGALRM};

/* What the handler reads. The words are only changed while no signal comes. */
static volatile sig_atomic_t count;
static volatile sig_atomic_t most;
static char words[WORDS_MAX];
static size_t words_len;

static void on_signal(int number) {
    if (number == SIGALRM || count >= most) {
        ssize_t written = write(STDERR_FILENO, words, words_len);
        (void)written;
        _exit(EXIT_INTERRUPTED);
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

/* A handler runs to its end before another one's begins. */
static void handle(void (*handler)(int)) {
    struct sigaction action = {
        .sa_handler = handler, .sa_mask = watched_set(), .sa_flags = SA_RESTART};
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        sigaction(watched[i], &action, NULL);
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
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    return 0;
}

int credenco_lua_signals_count(lua_State *L) {
    if (count > 0) {
        alarm(PATIENCE_S);
    }
    lua_pushinteger(L, count);
    return 1;
}

int credenco_lua_signals_forget(lua_State *L) {
    (void)L;
    alarm(0);
    handle(SIG_DFL);
    count = 0;
    return 0;
}
