/* libcurl parses the origin once; path and query go out as they are. With CURLOPT_URL it parses the
 * URL for each request and prints it again, byte by byte, twice. */
#include "aim.h"
#include "fail.h"

const char aim_peer_suffix[] = "";

static CURLU *origin;

void aim_open(const char *base_url) {
    origin = fail_if_null(curl_url(), "curl_url");
    fail_unless(curl_url_set(origin, CURLUPART_URL, base_url, 0) == CURLUE_OK, base_url);
}

void aim_at(CURL *easy, const char *target) {
    curl_easy_setopt(easy, CURLOPT_CURLU, origin);
    curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, target);
}

void aim_close(void) {
    curl_url_cleanup(origin);
}
