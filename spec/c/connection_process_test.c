/* The driver's connections in a process that forks, or runs out of descriptors. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "played_server.h"

/* --- fork ---------------------------------------------------------------------- */

/* In the child: what was under way is not its own, and its requests go over connections of its
 * own. Exits with the number of what failed. */
static void be_a_child(void) {
    tap_failed = 0;
    fails_with(CREDENCO_CLOSED, CREDENCO_SENT_UNKNOWN);
    const int fd = exchange(OTHER, "other");
    credenco_driver_free(&driver);
    close(fd);
    _exit(tap_failed ? 1 : 0);
}

static void check_child(void) {
    const pid_t child = fork();
    if (child == 0) {
        be_a_child();
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void fork_is_noticed(void) {
    begin();
    const int idle = exchange(HELLO, "hello");
    credenco_transfer *first = start();
    CHECK(read_request(idle) > 0);
    check_child();
    CHECK(first->state == CREDENCO_TRANSFER_ACTIVE);
    say(idle, OTHER);
    ends_with("other");
    start();
    CHECK(read_request(idle) > 0); /* its connection serves on */
    say(idle, HELLO);
    ends_with("hello");
    end(idle);
}

/* The child cannot know what the parent does with the request afterwards. */
static void fork_before_sending(void) {
    begin();
    start();
    check_child();
    const int fd = accept_next();
    CHECK(read_request(fd) > 0);
    say(fd, HELLO);
    ends_with("hello");
    end(fd);
}

/* --- exhaustion ---------------------------------------------------------------- */

static rlim_t leave_descriptors(int count) {
    struct rlimit limit;
    const int next = dup(listener);
    close(next);
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = (rlim_t)(next + count);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    return before;
}

static void give_descriptors_back(rlim_t before) {
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = before;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static void no_descriptor_for_a_connection(void) {
    begin();
    const rlim_t before = leave_descriptors(0);
    start();
    credenco_transfer *finished = finish();
    CHECK(finished->code == CREDENCO_CONNECT_FAILED && finished->sent == CREDENCO_SENT_NO);
    CHECK(strstr(finished->detail, "ulimit -n") != NULL);
    credenco_driver_release(&driver, finished);
    give_descriptors_back(before);
    end(exchange(HELLO, "hello"));
}

static void no_descriptor_for_a_driver(void) {
    for (int left = 0; left < 3; left++) {
        credenco_network_options options = {.connection_cache = CACHE};
        const rlim_t before = leave_descriptors(left);
        const credenco_code code = credenco_driver_init(&driver, &options);
        give_descriptors_back(before);
        CHECK(code == CREDENCO_OK || code == CREDENCO_CONNECT_FAILED ||
              code == CREDENCO_OUT_OF_MEMORY);
        credenco_driver_free(&driver);
    }
}

static const tap_case cases[] = {
    {"parent and child of a fork use connections of their own", fork_is_noticed},
    {"a child does not call a request unsent that its parent may send", fork_before_sending},
    {"without a free descriptor a request fails and says so", no_descriptor_for_a_connection},
    {"without a free descriptor no driver is made", no_descriptor_for_a_driver},
};

int main(void) {
    return run_played(cases, COUNT_OF(cases));
}
