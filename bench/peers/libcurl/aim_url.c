/* The whole URL for each request, as most programs set it. */
#include "aim.h"
#include "fail.h"

enum { URL_MAX = 4096 };

const char aim_peer_suffix[] = "-url";

static const char *base;

void aim_open(const char *base_url) {
    base = base_url;
}

void aim_at(CURL *easy, const char *target) {
    char url[URL_MAX];
    int len = snprintf(url, sizeof url, "%s%s", base, target);
    fail_unless(len > 0 && len < URL_MAX, "the URL's length");
    curl_easy_setopt(easy, CURLOPT_URL, url);
}

void aim_close(void) {
}
