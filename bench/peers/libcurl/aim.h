/* Gives a request its address. Two implementations: aim_target.c, the faster one, and aim_url.c,
 * which sets the whole URL as most programs do. */
#ifndef BENCH_AIM_H
#define BENCH_AIM_H

#include <curl/curl.h>

/* The name under which the peer reports. */
extern const char aim_peer_suffix[];

/* Prepares for the server at `base_url`, which must outlive the easy handles. */
void aim_open(const char *base_url);

/* Lets the easy handle's next requests go to this path and query. */
void aim_at(CURL *easy, const char *target);

/* Runs after the easy handles are cleaned up. */
void aim_close(void);

#endif
