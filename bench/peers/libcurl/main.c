/* PEER BASE_URL FLOWS WARMUP CONCURRENCY: prints one line of JSON, see bench/README.md. */
#include "aim.h"
#include "fail.h"
#include "flows.h"
#include "work.h"

#include <curl/curl.h>
#include <sys/resource.h>
#include <time.h>

typedef struct reading {
    double wall_s;
    double user_s;
    double sys_s;
} reading;

static double seconds(struct timeval t) {
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static reading read_clocks(void) {
    struct timespec now;
    struct rusage usage;
    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &usage);
    return (reading){(double)now.tv_sec + (double)now.tv_nsec / 1e9, seconds(usage.ru_utime),
                     seconds(usage.ru_stime)};
}

int main(int argc, char **argv) {
    fail_unless(argc == 5, "usage: PEER BASE_URL FLOWS WARMUP CONCURRENCY");
    size_t flows = strtoul(argv[2], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    flows_open(argv[1], strtoul(argv[4], NULL, 10));
    flows_run(strtoul(argv[3], NULL, 10));
    reading before = read_clocks();
    flows_run(flows);
    reading after = read_clocks();
    printf("{\"peer\":\"%s%s\",\"flows\":%zu,\"wall_s\":%.6f,\"user_s\":%.6f,\"sys_s\":%.6f}\n",
           work_name, aim_peer_suffix, flows, after.wall_s - before.wall_s,
           after.user_s - before.user_s, after.sys_s - before.sys_s);
    flows_close();
    curl_global_cleanup();
    return 0;
}
