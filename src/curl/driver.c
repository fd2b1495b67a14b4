#include "driver.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/uri.h"

/* Largest body that can be sent; a credential offer is a few kilobytes. */
enum { REQUEST_BODY_MAX = 64 * 1024 * 1024 };

/* Memory for an answer that a transfer keeps for its next one. */
enum { KEPT_BODY_BYTES = 64 * 1024 };

/* --- lists ------------------------------------------------------------------- */

static void push(credenco_transfer_list *list, credenco_transfer *transfer) {
    transfer->next = NULL;
    if (list->last != NULL) {
        list->last->next = transfer;
    } else {
        list->first = transfer;
    }
    list->last = transfer;
}

static void unshift(credenco_transfer_list *list, credenco_transfer *transfer) {
    transfer->next = list->first;
    list->first = transfer;
    list->last = list->last != NULL ? list->last : transfer;
}

static credenco_transfer *shift(credenco_transfer_list *list) {
    credenco_transfer *transfer = list->first;
    if (transfer != NULL) {
        list->first = transfer->next;
        list->last = list->first != NULL ? list->last : NULL;
    }
    return transfer;
}

static void drop(credenco_transfer_list *list, const credenco_transfer *transfer) {
    credenco_transfer_list kept = {NULL, NULL};
    credenco_transfer *t;
    while ((t = shift(list)) != NULL) {
        if (t != transfer) {
            push(&kept, t);
        }
    }
    *list = kept;
}

/* --- easy handles ------------------------------------------------------------ */

static size_t on_body(char *bytes, size_t size, size_t count, void *userp) {
    credenco_transfer *transfer = userp;
    credenco_code code = credenco_buf_append(&transfer->body, (credenco_span){bytes, size * count});
    transfer->body_too_large = code == CREDENCO_TOO_LARGE;
    transfer->out_of_memory = code == CREDENCO_OUT_OF_MEMORY;
    return code == CREDENCO_OK ? size * count : 0;
}

/* libcurl itself repeats a request whose connection was reused and died unanswered.
 * Whether a request may be repeated is not the transport's to decide. */
static int on_request(void *userp, char *remote_ip, char *local_ip, int remote_port,
                      int local_port) {
    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    credenco_transfer *transfer = userp;
    bool first = !transfer->requested;
    transfer->requested = true;
    return first ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static bool set_text(CURL *easy, CURLoption option, const char *text) {
    return text == NULL || curl_easy_setopt(easy, option, text) == CURLE_OK;
}

/* Everything that is the same for every request of this driver, set once. */
static bool prepare_easy(credenco_driver *driver, credenco_transfer *transfer) {
    CURL *easy = transfer->easy;
    const credenco_driver_options *options = &driver->options;
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
    credenco_wait_prepare(&driver->wait, easy);
    return set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
           set_text(easy, CURLOPT_CAINFO, options->ca_file) &&
           set_text(easy, CURLOPT_PROXY, options->proxy);
}

static void free_transfer(credenco_transfer *transfer) {
    curl_easy_cleanup(transfer->easy);
    credenco_headers_release(transfer->headers);
    credenco_buf_free(&transfer->request_body);
    credenco_buf_free(&transfer->body);
    free(transfer);
}

static credenco_transfer *new_transfer(credenco_driver *driver) {
    credenco_transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL) {
        return NULL;
    }
    credenco_buf_init(&transfer->request_body, REQUEST_BODY_MAX);
    credenco_transfer **transfers =
        realloc(driver->transfers, (driver->transfer_count + 1) * sizeof(credenco_transfer *));
    if (transfers != NULL) {
        driver->transfers = transfers;
        transfer->easy = curl_easy_init();
    }
    if (transfer->easy == NULL || !prepare_easy(driver, transfer)) {
        free_transfer(transfer);
        return NULL;
    }
    driver->transfers[driver->transfer_count++] = transfer;
    transfer->id = driver->transfer_count;
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

/* A loopback host is this machine: no proxy of the environment leads there. */
static bool goes_direct(const credenco_driver *driver, const credenco_url *url) {
    const char *proxy = driver->options.proxy;
    return proxy != NULL ? proxy[0] == '\0' : credenco_url_is_loopback(url);
}

/* The origin as libcurl knows it already, or NULL: plain http through a proxy needs the
 * whole URL in the request, and a target must begin with a slash. */
static CURLU *known_origin(credenco_driver *driver, const char *text, const credenco_url *url) {
    bool absolute_form = !url->https && !goes_direct(driver, url);
    if (absolute_form || url->target.len == 0 || url->target.data[0] != '/') {
        return NULL;
    }
    credenco_span origin = {text, (size_t)(url->target.data - text)};
    return credenco_origins_find(&driver->origins, origin);
}

/* The target's span ends where the text does, so it is NUL terminated. */
static credenco_code aim(credenco_driver *driver, CURL *easy, const char *text,
                         const credenco_url *url) {
    CURLU *origin = known_origin(driver, text, url);
    const char *target = origin != NULL ? url->target.data : NULL;
    curl_easy_setopt(easy, CURLOPT_CURLU, origin);
    bool set = curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, target) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_NOPROXY, goes_direct(driver, url) ? "*" : NULL) ==
                   CURLE_OK &&
               (origin != NULL || curl_easy_setopt(easy, CURLOPT_URL, text) == CURLE_OK);
    return set ? CREDENCO_OK : CREDENCO_OUT_OF_MEMORY;
}

/* Only a loopback host may be spoken to without TLS, or with a certificate that
 * nobody vouches for. */
static credenco_code set_url(credenco_driver *driver, CURL *easy, const char *text) {
    credenco_url url;
    if (credenco_url_parse((credenco_span){text, strlen(text)}, &url) != CREDENCO_OK) {
        return CREDENCO_INVALID_ARGUMENT;
    }
    bool loopback = credenco_url_is_loopback(&url);
    if (!url.https && !loopback) {
        return CREDENCO_INVALID_ARGUMENT;
    }
    if (driver->options.trust_loopback) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, loopback ? 0L : 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, loopback ? 0L : 2L);
    }
    return aim(driver, easy, text, &url);
}

static credenco_code set_request(credenco_driver *driver, credenco_transfer *transfer,
                                 const credenco_request *request) {
    transfer->headers = credenco_headers_hold(request->headers);
    credenco_code code = set_url(driver, transfer->easy, request->url);
    if (code == CREDENCO_OK) {
        code = set_body(transfer, request->body);
    }
    if (code == CREDENCO_OK) {
        code = set_method(transfer->easy, request);
    }
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER,
                     transfer->headers != NULL ? transfer->headers->lines : NULL);
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout_ms);
    credenco_buf_limit(&transfer->body, request->max_body_bytes);
    transfer->wants_headers = request->wants_headers;
    return code;
}

static void reset_outcome(credenco_transfer *transfer) {
    transfer->code = CREDENCO_OK;
    transfer->sent = CREDENCO_SENT_NO;
    transfer->http_status = 0;
    transfer->retry_after_ms = -1;
    transfer->detail[0] = '\0';
    transfer->requested = false;
    transfer->body_too_large = false;
    transfer->out_of_memory = false;
}

static bool has_work(const credenco_driver *driver) {
    return driver->finished.first != NULL || driver->queued.first != NULL;
}

credenco_code credenco_driver_start(credenco_driver *driver, const credenco_request *request,
                                    credenco_transfer **out) {
    credenco_transfer *transfer = shift(&driver->idle);
    if (transfer == NULL) {
        transfer = new_transfer(driver);
    }
    if (transfer == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    transfer->state = CREDENCO_TRANSFER_TAKEN;
    reset_outcome(transfer);
    credenco_code code = set_request(driver, transfer, request);
    if (code != CREDENCO_OK) {
        credenco_driver_release(driver, transfer);
        return code;
    }
    transfer->state = CREDENCO_TRANSFER_QUEUED;
    push(&driver->queued, transfer);
    driver->in_flight++;
    *out = transfer;
    return credenco_wait_publish(&driver->wait, true);
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

static void read_outcome(credenco_transfer *transfer, CURLcode result) {
    long http_status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &http_status);
    transfer->http_status = (int)http_status;
    transfer->code = code_of(result, transfer);
    if (transfer->code != CREDENCO_OK) {
        transfer->sent = sent_of(transfer);
    }
    if (result == CURLE_ABORTED_BY_CALLBACK) {
        strcpy(transfer->detail, "the server closed the connection without an answer");
    }
    if (http_status >= 300) {
        curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
        transfer->retry_after_ms = retry_after_s > 0 ? (int64_t)retry_after_s * 1000 : -1;
    }
}

static void finish(credenco_driver *driver, credenco_transfer *transfer) {
    transfer->state = CREDENCO_TRANSFER_FINISHED;
    driver->in_flight--;
    push(&driver->finished, transfer);
}

static void harvest(credenco_driver *driver) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(driver->multi, &left)) != NULL) {
        credenco_transfer *transfer = NULL;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        read_outcome(transfer, result);
        curl_multi_remove_handle(driver->multi, transfer->easy);
        finish(driver, transfer);
    }
}

static void admit(credenco_driver *driver, int most) {
    for (int i = 0; i < most && driver->queued.first != NULL; i++) {
        credenco_transfer *transfer = shift(&driver->queued);
        if (curl_multi_add_handle(driver->multi, transfer->easy) == CURLM_OK) {
            transfer->state = CREDENCO_TRANSFER_ACTIVE;
        } else {
            transfer->code = CREDENCO_OUT_OF_MEMORY;
            finish(driver, transfer);
        }
    }
}

/* --- the interface ----------------------------------------------------------- */

static credenco_code copy_text(const char *text, char **copy) {
    *copy = text != NULL ? strdup(text) : NULL;
    return text != NULL && *copy == NULL ? CREDENCO_OUT_OF_MEMORY : CREDENCO_OK;
}

static credenco_code copy_options(credenco_driver *driver, const credenco_driver_options *options) {
    driver->options = *options;
    if (copy_text(options->ca_file, &driver->ca_file) != CREDENCO_OK ||
        copy_text(options->proxy, &driver->proxy) != CREDENCO_OK) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    driver->options.ca_file = driver->ca_file;
    driver->options.proxy = driver->proxy;
    return CREDENCO_OK;
}

credenco_code credenco_driver_init(credenco_driver *driver,
                                   const credenco_driver_options *options) {
    *driver = (credenco_driver){0};
    credenco_code code = copy_options(driver, options);
    if (code == CREDENCO_OK) {
        driver->multi = curl_multi_init();
        code = driver->multi != NULL ? CREDENCO_OK : CREDENCO_OUT_OF_MEMORY;
    }
    if (code == CREDENCO_OK) {
        /* Without it libcurl closes connections when fewer transfers run than before. */
        curl_multi_setopt(driver->multi, CURLMOPT_MAXCONNECTS, options->connection_cache);
        code = credenco_wait_init(&driver->wait, driver->multi);
    }
    if (code != CREDENCO_OK) {
        credenco_driver_free(driver);
    }
    return code;
}

void credenco_driver_free(credenco_driver *driver) {
    for (size_t i = 0; i < driver->transfer_count; i++) {
        if (driver->transfers[i]->state == CREDENCO_TRANSFER_ACTIVE) {
            curl_multi_remove_handle(driver->multi, driver->transfers[i]->easy);
        }
        free_transfer(driver->transfers[i]);
    }
    free(driver->transfers);
    credenco_origins_free(&driver->origins);
    if (driver->multi != NULL) {
        curl_multi_cleanup(driver->multi);
    }
    credenco_wait_free(&driver->wait);
    free(driver->ca_file);
    free(driver->proxy);
    *driver = (credenco_driver){0};
}

credenco_code credenco_driver_step(credenco_driver *driver, int64_t wait_ms, int most) {
    bool reached = false;
    admit(driver, most);
    credenco_code code = credenco_wait_timers(&driver->wait);
    harvest(driver);
    if (code == CREDENCO_OK) {
        code = credenco_wait_sockets(&driver->wait, has_work(driver) ? 0 : wait_ms, most, &reached);
    }
    harvest(driver);
    driver->more = reached || driver->queued.first != NULL;
    return code == CREDENCO_OK ? credenco_wait_publish(&driver->wait, has_work(driver)) : code;
}

credenco_transfer *credenco_driver_take(credenco_driver *driver) {
    credenco_transfer *transfer = shift(&driver->finished);
    if (transfer != NULL) {
        transfer->state = CREDENCO_TRANSFER_TAKEN;
    }
    return transfer;
}

void credenco_driver_release(credenco_driver *driver, credenco_transfer *transfer) {
    switch (transfer->state) {
    case CREDENCO_TRANSFER_IDLE:
        return;
    case CREDENCO_TRANSFER_QUEUED:
        drop(&driver->queued, transfer);
        driver->in_flight--;
        break;
    case CREDENCO_TRANSFER_ACTIVE:
        curl_multi_remove_handle(driver->multi, transfer->easy);
        driver->in_flight--;
        break;
    case CREDENCO_TRANSFER_FINISHED:
        drop(&driver->finished, transfer);
        break;
    case CREDENCO_TRANSFER_TAKEN:
        break;
    }
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
    credenco_headers_release(transfer->headers);
    transfer->headers = NULL;
    if (transfer->body.capacity > KEPT_BODY_BYTES) {
        credenco_buf_free(&transfer->body);
    }
    transfer->state = CREDENCO_TRANSFER_IDLE;
    unshift(&driver->idle, transfer); /* the one used last has the warmest memory */
}

int credenco_driver_pollfd(credenco_driver *driver) {
    return credenco_wait_pollfd(&driver->wait);
}

int64_t credenco_driver_timeout_ms(const credenco_driver *driver) {
    return has_work(driver) ? 0 : credenco_wait_timeout_ms(&driver->wait);
}
