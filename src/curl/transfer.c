#include "transfer.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/uri.h"

/* Largest body that can be sent; a credential offer is a few kilobytes. */
enum { REQUEST_BODY_MAX = 64 * 1024 * 1024 };

/* Memory for an answer that a transfer keeps for its next one. */
enum { KEPT_BODY_BYTES = 64 * 1024 };

/* Longest Retry-After that is told apart from a longer one: a month. */
enum { RETRY_AFTER_MAX_S = 31 * 86400 };

/* --- easy handles ------------------------------------------------------------ */

static size_t on_body(char *bytes, size_t size, size_t count, void *userp) {
    credenco_transfer *transfer = userp;
    credenco_code code = credenco_buf_append(&transfer->body, (credenco_span){bytes, size * count});
    transfer->body_too_large = code == CREDENCO_TOO_LARGE;
    transfer->out_of_memory = code == CREDENCO_OUT_OF_MEMORY;
    return code == CREDENCO_OK ? size * count : 0;
}

/* A connection just made may have a ticket to read. */
static bool is_stale(const credenco_transfer *transfer, int local_port) {
    long made = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &made);
    return transfer->watchful && made == 0 && credenco_kept_is_stale(transfer->kept, local_port);
}

/* Called before a request goes out. libcurl itself repeats one whose connection was reused
 * and died unanswered. Whether a request may be repeated is not the transport's to decide;
 * what has not gone out yet may always begin again. */
static int on_request(void *userp, char *remote_ip, char *local_ip, int remote_port,
                      int local_port) {
    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    credenco_transfer *transfer = userp;
    if (transfer->requested) {
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->stale = is_stale(transfer, local_port);
    transfer->requested = !transfer->stale;
    return transfer->stale ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static bool set_text(CURL *easy, CURLoption option, const char *text) {
    return text == NULL || curl_easy_setopt(easy, option, text) == CURLE_OK;
}

/* Everything that is the same for every request, set once. */
static bool prepare_easy(credenco_transfer *transfer, const credenco_transfer_options *options) {
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A transfer that ends while its name is looked up would wait for the resolver's
     * thread, past every deadline; so the thread is left to end by itself. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     options->http2 ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
    return set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
           set_text(easy, CURLOPT_CAINFO, options->ca_file) &&
           set_text(easy, CURLOPT_PROXY, options->proxy);
}

void credenco_transfer_free(credenco_transfer *transfer) {
    if (transfer == NULL) {
        return;
    }
    curl_easy_cleanup(transfer->easy);
    credenco_headers_release(transfer->headers);
    credenco_buf_free(&transfer->request_body);
    credenco_buf_free(&transfer->body);
    free(transfer);
}

credenco_transfer *credenco_transfer_new(const credenco_transfer_options *options,
                                         const credenco_kept *kept) {
    credenco_transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL) {
        return NULL;
    }
    credenco_buf_init(&transfer->request_body, REQUEST_BODY_MAX);
    transfer->kept = kept;
    transfer->easy = curl_easy_init();
    if (transfer->easy == NULL || !prepare_easy(transfer, options)) {
        credenco_transfer_free(transfer);
        return NULL;
    }
    return transfer;
}

/* --- one request ------------------------------------------------------------- */

/* Comes after the body, whose setting alone would make it a POST. */
static credenco_code set_method(CURL *easy, const credenco_request *request) {
    if (!credenco_token_valid((credenco_span){request->method, strlen(request->method)})) {
        return CREDENCO_INVALID_ARGUMENT;
    }
    bool is_post = strcmp(request->method, "POST") == 0;
    bool is_get = strcmp(request->method, "GET") == 0;
    bool has_body = request->body.data != NULL || is_post;
    curl_easy_setopt(easy, CURLOPT_NOBODY, 0L);
    curl_easy_setopt(easy, has_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        is_get = true;
    }
    const char *other = is_post || (is_get && !has_body) ? NULL : request->method;
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, other) == CURLE_OK
               ? CREDENCO_OK
               : CREDENCO_OUT_OF_MEMORY;
}

static credenco_code set_body(credenco_transfer *transfer, credenco_span body) {
    credenco_buf_clear(&transfer->request_body);
    credenco_code code = credenco_buf_append(&transfer->request_body, body);
    if (code != CREDENCO_OK) {
        return code;
    }
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, transfer->request_body.data);
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    return CREDENCO_OK;
}

/* A loopback host is this machine: no proxy leads there, and none is shown the secrets
 * that plain http carries. */
static bool goes_direct(const credenco_transfer_options *options, const credenco_url *url) {
    bool no_proxy = options->proxy != NULL && options->proxy[0] == '\0';
    return no_proxy || credenco_url_is_loopback(url);
}

/* The origin as libcurl knows it already, or NULL: plain http through a proxy needs the
 * whole URL in the request, and a target must begin with a slash. */
static CURLU *known_origin(const credenco_transfer_options *options, credenco_origins *origins,
                           const char *text, const credenco_url *url) {
    bool absolute_form = !url->https && !goes_direct(options, url);
    if (absolute_form || url->target.len == 0 || url->target.data[0] != '/') {
        return NULL;
    }
    credenco_span origin = {text, (size_t)(url->target.data - text)};
    return credenco_origins_find(origins, origin);
}

/* The target's span ends where the text does, so it is NUL terminated. */
static credenco_code aim(CURL *easy, const credenco_transfer_options *options,
                         credenco_origins *origins, const char *text, const credenco_url *url) {
    CURLU *origin = known_origin(options, origins, text, url);
    const char *target = origin != NULL ? url->target.data : NULL;
    curl_easy_setopt(easy, CURLOPT_CURLU, origin);
    bool set = curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, target) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_NOPROXY, goes_direct(options, url) ? "*" : NULL) ==
                   CURLE_OK &&
               (origin != NULL || curl_easy_setopt(easy, CURLOPT_URL, text) == CURLE_OK);
    return set ? CREDENCO_OK : CREDENCO_OUT_OF_MEMORY;
}

/* Only a loopback host may be spoken to without TLS, or with a certificate that
 * nobody vouches for. */
static credenco_code set_url(credenco_transfer *transfer, const credenco_transfer_options *options,
                             credenco_origins *origins, const char *text) {
    CURL *easy = transfer->easy;
    credenco_url url;
    if (credenco_url_parse((credenco_span){text, strlen(text)}, &url) != CREDENCO_OK) {
        return CREDENCO_INVALID_ARGUMENT;
    }
    bool loopback = credenco_url_is_loopback(&url);
    if (!url.https && !loopback) {
        return CREDENCO_INVALID_ARGUMENT;
    }
    /* Over HTTP/2 a server may speak at any time, and libcurl listens. */
    transfer->watchful = url.https && !options->http2;
    if (options->trust_loopback) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, loopback ? 0L : 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, loopback ? 0L : 2L);
    }
    return aim(easy, options, origins, text, &url);
}

static void reset_outcome(credenco_transfer *transfer) {
    transfer->code = CREDENCO_OK;
    transfer->sent = CREDENCO_SENT_NO;
    transfer->http_status = 0;
    transfer->retry_after_ms = -1;
    transfer->detail[0] = '\0';
    transfer->requested = false;
    transfer->stale = false;
    transfer->body_too_large = false;
    transfer->out_of_memory = false;
}

credenco_code credenco_transfer_prepare(credenco_transfer *transfer,
                                        const credenco_transfer_options *options,
                                        credenco_origins *origins,
                                        const credenco_request *request) {
    reset_outcome(transfer);
    transfer->headers = credenco_headers_hold(request->headers);
    credenco_code code = set_url(transfer, options, origins, request->url);
    if (code == CREDENCO_OK) {
        code = set_body(transfer, request->body);
    }
    if (code == CREDENCO_OK) {
        code = set_method(transfer->easy, request);
    }
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER,
                     transfer->headers != NULL ? transfer->headers->lines : NULL);
    transfer->timeout_ms = request->timeout_ms;
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout_ms);
    credenco_buf_limit(&transfer->body, request->max_body_bytes);
    transfer->wants_headers = request->wants_headers;
    return code;
}

/* --- outcomes ---------------------------------------------------------------- */

/* What failed, and whether the server can have seen the request. A TLS failure and a
 * failure to connect come before the first byte of it. */
static credenco_code code_of(CURLcode result, const credenco_transfer *transfer) {
    if (transfer->body_too_large) {
        return CREDENCO_TOO_LARGE;
    }
    if (transfer->out_of_memory) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    if (transfer->stale) { /* there was no time left to begin again */
        return CREDENCO_TIMEOUT;
    }
    switch ((int)result) {
    case CURLE_OK:
        return CREDENCO_OK;
    case CURLE_OPERATION_TIMEDOUT:
        return CREDENCO_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_USE_SSL_FAILED:
        return CREDENCO_TLS_FAILED;
    case CURLE_OUT_OF_MEMORY:
        return CREDENCO_OUT_OF_MEMORY;
    default:
        return CREDENCO_CONNECT_FAILED;
    }
}

/* libcurl counts a proxy's CONNECT among the request's bytes; it comes before. */
static credenco_sent sent_of(const credenco_transfer *transfer) {
    long request_bytes = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    return transfer->requested && request_bytes > 0 ? CREDENCO_SENT_UNKNOWN : CREDENCO_SENT_NO;
}

/* libcurl's own words are kept only where they cannot hold a secret: about a proxy they
 * may quote its user and password. */
static void choose_detail(credenco_transfer *transfer, CURLcode result) {
    switch ((int)result) {
    case CURLE_COULDNT_CONNECT:
        if (strncmp(transfer->detail, "Failed to connect", 17) != 0) {
            transfer->detail[0] = '\0';
        }
        return;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return;
    case CURLE_ABORTED_BY_CALLBACK:
        strcpy(transfer->detail, "the server closed the connection without an answer");
        return;
    case CURLE_COULDNT_RESOLVE_PROXY:
        strcpy(transfer->detail, "the proxy's name is not known, or not valid");
        return;
    default:
        transfer->detail[0] = '\0';
    }
}

static int64_t retry_after_ms(CURL *easy) {
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds <= 0) {
        return -1;
    }
    return (int64_t)(seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) * 1000;
}

bool credenco_transfer_begins_again(credenco_transfer *transfer) {
    curl_off_t spent_us = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &spent_us);
    transfer->timeout_ms -= spent_us / 1000;
    if (!transfer->stale || transfer->timeout_ms <= 0) {
        return false;
    }
    transfer->stale = false;
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)transfer->timeout_ms);
    return true;
}

void credenco_transfer_conclude(credenco_transfer *transfer, CURLcode result) {
    long http_status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &http_status);
    transfer->http_status = (int)http_status;
    transfer->code = code_of(result, transfer);
    if (transfer->code != CREDENCO_OK) {
        transfer->sent = sent_of(transfer);
    }
    choose_detail(transfer, result);
    if (http_status >= 300) {
        transfer->retry_after_ms = retry_after_ms(transfer->easy);
    }
}

void credenco_transfer_reset(credenco_transfer *transfer) {
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
    credenco_headers_release(transfer->headers);
    transfer->headers = NULL;
    if (transfer->body.capacity > KEPT_BODY_BYTES) {
        credenco_buf_free(&transfer->body);
    }
}
