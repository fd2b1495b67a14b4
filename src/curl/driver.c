#include "driver.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "transfer_list.h"

enum { ROOM_BYTES = 64 * 1024 };

static bool has_work(const credenco_driver *driver) {
    return driver->finished.first != NULL || driver->queued.first != NULL;
}

/* --- the end of a transfer ----------------------------------------------------- */

static void let_connection_go(credenco_driver *driver, credenco_transfer *transfer, bool keep) {
    credenco_connection *connection = transfer->connection;
    transfer->connection = NULL;
    if (connection == NULL) {
        return;
    }
    if (connection->fd < 0) {
        driver->connecting--;
    }
    if (keep) {
        credenco_pool_keep(&driver->pool, connection);
    } else {
        credenco_pool_close(&driver->pool, connection);
    }
}

/* The transfer no longer wants anything of the network. */
static void leave(credenco_driver *driver, credenco_transfer *transfer, bool keep) {
    let_connection_go(driver, transfer, keep);
    credenco_pool_leave(transfer->origin);
    transfer->origin = NULL;
    driver->in_flight--;
}

static void finish(credenco_driver *driver, credenco_transfer *transfer, bool keep) {
    leave(driver, transfer, keep);
    transfer->state = CREDENCO_TRANSFER_FINISHED;
    push(&driver->finished, transfer);
}

static void fail(credenco_driver *driver, credenco_transfer *transfer, credenco_code code,
                 const char *detail) {
    credenco_transfer_fail(transfer, code, detail);
    finish(driver, transfer, false);
}

/* --- deadlines ----------------------------------------------------------------- */

/* How far a connection had come that was not made in time. */
static const char *waited_for(const credenco_transfer *transfer) {
    const credenco_connection *connection = transfer->connection;
    curl_off_t resolved_us = 0, connected_us = 0;
    if (connection == NULL || connection->fd >= 0) {
        return "";
    }
    curl_easy_getinfo(connection->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
    curl_easy_getinfo(connection->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
    if (resolved_us == 0) {
        return "the host's name was not resolved";
    }
    return connected_us == 0 ? "the host did not accept the connection"
                             : "the TLS handshake or the proxy did not finish";
}

static bool is_under_way(const credenco_transfer *transfer) {
    return transfer->state == CREDENCO_TRANSFER_QUEUED ||
           transfer->state == CREDENCO_TRANSFER_ACTIVE;
}

static void notice_deadline(credenco_driver *driver, int64_t deadline_ms) {
    if (driver->next_due_ms < 0 || deadline_ms < driver->next_due_ms) {
        driver->next_due_ms = deadline_ms;
    }
}

static void end_overdue(credenco_driver *driver, credenco_transfer *transfer) {
    if (transfer->state == CREDENCO_TRANSFER_QUEUED) {
        drop(&driver->queued, transfer);
    }
    fail(driver, transfer, CREDENCO_TIMEOUT, waited_for(transfer));
}

/* `next_due_ms` is not moved when a transfer ends, so that ending costs nothing; now and then it
 * comes too early, and this looks at all transfers for nothing. */
static void expire(credenco_driver *driver) {
    if (driver->next_due_ms < 0) {
        return;
    }
    const int64_t now_ms = credenco_now_ms();
    if (now_ms < driver->next_due_ms) {
        return;
    }
    driver->next_due_ms = -1;
    for (size_t i = 0; i < driver->transfer_count; i++) {
        credenco_transfer *transfer = driver->transfers[i];
        if (is_under_way(transfer) && transfer->deadline_ms <= now_ms) {
            end_overdue(driver, transfer);
        } else if (is_under_way(transfer)) {
            notice_deadline(driver, transfer->deadline_ms);
        }
    }
}

/* --- moving -------------------------------------------------------------------- */

static void begin_again(credenco_driver *driver, credenco_transfer *transfer) {
    let_connection_go(driver, transfer, false);
    transfer->send_failed = false;
    transfer->state = CREDENCO_TRANSFER_QUEUED;
    unshift(&driver->queued, transfer);
}

static void move(credenco_driver *driver, credenco_transfer *transfer) {
    switch (credenco_transfer_move(transfer, driver->room, ROOM_BYTES)) {
    case CREDENCO_PROGRESS_WAIT:
        credenco_wait_want_write(&driver->wait, transfer->connection->fd,
                                 transfer->sent_len < transfer->http.request.len);
        break;
    case CREDENCO_PROGRESS_END:
        credenco_transfer_conclude(transfer);
        finish(driver, transfer, credenco_transfer_leaves_reusable(transfer));
        break;
    case CREDENCO_PROGRESS_AGAIN:
        begin_again(driver, transfer);
        break;
    }
}

/* An idle connection has nothing to say: whatever it is, it ends the connection. */
static void on_ready(void *context, void *owner, bool ended) {
    credenco_driver *driver = context;
    credenco_connection *connection = owner;
    connection->ended = connection->ended || ended;
    if (connection->transfer != NULL) {
        move(driver, connection->transfer);
    } else if (!credenco_connection_quiet(connection)) {
        credenco_pool_close(&driver->pool, connection);
    }
}

/* --- connections --------------------------------------------------------------- */

static void on_connected(credenco_driver *driver, credenco_connection *connection) {
    credenco_transfer *transfer = connection->transfer;
    const bool made = credenco_connection_made(connection);
    if (connection->fd >= 0) {
        driver->connecting--;
    }
    if (!made) {
        fail(driver, transfer, CREDENCO_CONNECT_FAILED, "the connection was lost at once");
    } else if (credenco_wait_add(&driver->wait, connection->fd, connection) != CREDENCO_OK) {
        fail(driver, transfer, CREDENCO_OUT_OF_MEMORY, "");
    } else {
        move(driver, transfer);
    }
}

static void on_not_connected(credenco_driver *driver, credenco_connection *connection,
                             CURLcode result) {
    const credenco_code code = credenco_connection_failure(connection, result);
    credenco_transfer *transfer = connection->transfer;
    fail(driver, transfer, code,
         code == CREDENCO_TIMEOUT ? waited_for(transfer) : connection->detail);
}

/* A message of libcurl's is its handle's connection, made or not. */
static void harvest(credenco_driver *driver) {
    CURLMsg *message;
    int left;
    while (driver->connecting > 0 &&
           (message = curl_multi_info_read(driver->multi, &left)) != NULL) {
        credenco_connection *connection = NULL;
        const CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&connection);
        if (result == CURLE_OK) {
            on_connected(driver, connection);
        } else {
            on_not_connected(driver, connection, result);
        }
    }
}

/* libcurl does not say which of the connections it was making suffers from its lack of memory. */
static void give_up_connecting(credenco_driver *driver) {
    for (size_t i = 0; i < driver->transfer_count && driver->connecting > 0; i++) {
        credenco_transfer *transfer = driver->transfers[i];
        if (transfer->connection != NULL && transfer->connection->fd < 0) {
            fail(driver, transfer, CREDENCO_OUT_OF_MEMORY, "");
        }
    }
}

static int64_t connect_timeout_ms(const credenco_transfer *transfer) {
    const int64_t left_ms = transfer->deadline_ms - credenco_now_ms();
    const int64_t timeout_ms =
        left_ms < transfer->connect_timeout_ms ? left_ms : transfer->connect_timeout_ms;
    return timeout_ms > 0 ? timeout_ms : 1;
}

static void connect_for(credenco_driver *driver, credenco_transfer *transfer) {
    credenco_connection *connection =
        credenco_pool_connect(&driver->pool, transfer->origin, connect_timeout_ms(transfer));
    transfer->reused = false;
    if (connection == NULL) {
        fail(driver, transfer, CREDENCO_OUT_OF_MEMORY, "");
        return;
    }
    connection->transfer = transfer;
    transfer->connection = connection;
    driver->connecting++;
}

static void admit_one(credenco_driver *driver, credenco_transfer *transfer) {
    credenco_connection *connection = credenco_pool_take(&driver->pool, transfer->origin);
    transfer->state = CREDENCO_TRANSFER_ACTIVE;
    if (connection == NULL) {
        connect_for(driver, transfer);
        return;
    }
    connection->transfer = transfer;
    transfer->connection = connection;
    transfer->reused = true;
    move(driver, transfer);
}

static void admit(credenco_driver *driver, int most) {
    for (int i = 0; i < most && driver->queued.first != NULL; i++) {
        admit_one(driver, shift(&driver->queued));
    }
}

/* --- a driver ------------------------------------------------------------------ */

static credenco_code copy_text(const char *text, char **copy) {
    *copy = text != NULL ? strdup(text) : NULL;
    return text != NULL && *copy == NULL ? CREDENCO_OUT_OF_MEMORY : CREDENCO_OK;
}

static credenco_code copy_options(credenco_driver *driver, const credenco_driver_options *options) {
    driver->options = *options;
    if (copy_text(options->connection.ca_file, &driver->ca_file) != CREDENCO_OK ||
        copy_text(options->connection.proxy, &driver->proxy) != CREDENCO_OK) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    driver->options.connection.ca_file = driver->ca_file;
    driver->options.connection.proxy = driver->proxy;
    return CREDENCO_OK;
}

/* libcurl from 8.20 on waits for its resolver's threads when a multi handle is closed. */
static void do_not_wait_for_names(CURLM *multi) {
#if LIBCURL_VERSION_NUM >= 0x081400
    curl_multi_setopt(multi, CURLMOPT_QUICK_EXIT, 1L);
#else
    (void)multi;
#endif
}

static void close_network(credenco_driver *driver) {
    credenco_pool_free(&driver->pool);
    if (driver->multi != NULL) {
        curl_multi_cleanup(driver->multi);
    }
    driver->multi = NULL;
    credenco_wait_free(&driver->wait);
}

static credenco_code open_network(credenco_driver *driver) {
    driver->pid = getpid();
    driver->multi = curl_multi_init();
    if (driver->multi == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    do_not_wait_for_names(driver->multi);
    credenco_code code = credenco_wait_init(&driver->wait, driver->multi);
    if (code == CREDENCO_OK) {
        code = credenco_pool_init(&driver->pool, driver->multi, &driver->wait,
                                  &driver->options.connection, driver->options.connection_cache);
    }
    if (code != CREDENCO_OK) {
        close_network(driver);
    }
    return code;
}

credenco_code credenco_driver_init(credenco_driver *driver,
                                   const credenco_driver_options *options) {
    *driver = (credenco_driver){.next_due_ms = -1};
    credenco_code code = copy_options(driver, options);
    if (code == CREDENCO_OK) {
        driver->room = malloc(ROOM_BYTES);
        code = driver->room != NULL ? open_network(driver) : CREDENCO_OUT_OF_MEMORY;
    }
    if (code != CREDENCO_OK) {
        credenco_driver_free(driver);
    }
    return code;
}

/* --- fork ---------------------------------------------------------------------- */

static void abandon_transfer(credenco_driver *driver, credenco_transfer *transfer) {
    transfer->connection = NULL;
    transfer->origin = NULL;
    transfer->handed = true; /* by the parent, for all that is known here */
    credenco_transfer_fail(transfer, CREDENCO_CLOSED, "the process has forked");
    transfer->state = CREDENCO_TRANSFER_FINISHED;
    push(&driver->finished, transfer);
}

/* The connections are the parent's: a word on them would be part of its exchanges. */
static void abandon_network(credenco_driver *driver) {
    credenco_pool_abandon(&driver->pool);
    driver->multi = NULL;
    credenco_wait_free(&driver->wait);
    driver->queued = (credenco_transfer_list){NULL, NULL};
    driver->in_flight = driver->connecting = 0;
    driver->next_due_ms = -1;
    for (size_t i = 0; i < driver->transfer_count; i++) {
        if (is_under_way(driver->transfers[i])) {
            abandon_transfer(driver, driver->transfers[i]);
        }
    }
}

/* Begins anew in a child of fork; gives CREDENCO_OK where there is a network to use. */
static credenco_code own_network(credenco_driver *driver) {
    if (driver->pid != getpid()) {
        abandon_network(driver);
    }
    return driver->multi != NULL ? CREDENCO_OK : open_network(driver);
}

void credenco_driver_free(credenco_driver *driver) {
    if (driver->multi != NULL && driver->pid != getpid()) {
        abandon_network(driver);
    }
    for (size_t i = 0; i < driver->transfer_count; i++) {
        credenco_transfer_free(driver->transfers[i]);
    }
    free(driver->transfers);
    close_network(driver);
    free(driver->room);
    free(driver->ca_file);
    free(driver->proxy);
    *driver = (credenco_driver){0};
}

/* --- the interface ------------------------------------------------------------- */

/* A transfer that may serve, with an id of its own. */
static credenco_transfer *new_transfer(credenco_driver *driver) {
    credenco_transfer **transfers =
        realloc(driver->transfers, (driver->transfer_count + 1) * sizeof(credenco_transfer *));
    if (transfers == NULL) {
        return NULL;
    }
    driver->transfers = transfers;
    credenco_transfer *transfer = credenco_transfer_new();
    if (transfer != NULL) {
        driver->transfers[driver->transfer_count++] = transfer;
        transfer->id = driver->transfer_count;
    }
    return transfer;
}

static void queue(credenco_driver *driver, credenco_transfer *transfer) {
    transfer->state = CREDENCO_TRANSFER_QUEUED;
    push(&driver->queued, transfer);
    driver->in_flight++;
    notice_deadline(driver, transfer->deadline_ms);
    credenco_wait_publish(&driver->wait, 0);
}

credenco_code credenco_driver_start(credenco_driver *driver, const credenco_request *request,
                                    credenco_transfer **out) {
    credenco_code code = own_network(driver);
    if (code != CREDENCO_OK) {
        return code;
    }
    credenco_transfer *transfer = shift(&driver->idle);
    if (transfer == NULL) {
        transfer = new_transfer(driver);
    }
    if (transfer == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    transfer->state = CREDENCO_TRANSFER_TAKEN;
    code = credenco_transfer_prepare(transfer, &driver->pool, request);
    if (code != CREDENCO_OK) {
        credenco_driver_release(driver, transfer);
        return code;
    }
    queue(driver, transfer);
    *out = transfer;
    return CREDENCO_OK;
}

/* When a step is due, a time of credenco_now_ms: 0 for at once, -1 for never. */
static int64_t due_ms(const credenco_driver *driver) {
    const int64_t libcurl_ms = credenco_wait_due_ms(&driver->wait);
    if (has_work(driver)) {
        return 0;
    }
    const int64_t own_ms = driver->in_flight > 0 ? driver->next_due_ms : -1;
    if (own_ms < 0 || (libcurl_ms >= 0 && libcurl_ms < own_ms)) {
        return libcurl_ms;
    }
    return own_ms;
}

int64_t credenco_driver_timeout_ms(const credenco_driver *driver) {
    const int64_t due = driver->multi != NULL ? due_ms(driver) : -1;
    if (due <= 0) {
        return due;
    }
    const int64_t left_ms = due - credenco_now_ms();
    return left_ms > 0 ? left_ms : 0;
}

static int64_t shorter_wait_ms(const credenco_driver *driver, int64_t wait_ms) {
    const int64_t timeout_ms = wait_ms > 0 ? credenco_driver_timeout_ms(driver) : 0;
    return timeout_ms >= 0 && timeout_ms < wait_ms ? timeout_ms : wait_ms;
}

/* What libcurl has to say since it was called last. */
static void attend(credenco_driver *driver) {
    harvest(driver);
    if (credenco_wait_failed(&driver->wait)) {
        give_up_connecting(driver);
    }
}

void credenco_driver_step(credenco_driver *driver, int64_t wait_ms, int most) {
    if (own_network(driver) != CREDENCO_OK) {
        return;
    }
    admit(driver, most);
    credenco_wait_timers(&driver->wait);
    attend(driver);
    const bool reached = credenco_wait_sockets(&driver->wait, shorter_wait_ms(driver, wait_ms),
                                               most, on_ready, driver);
    attend(driver);
    expire(driver);
    driver->more = reached || driver->queued.first != NULL;
    credenco_wait_publish(&driver->wait, due_ms(driver));
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
        leave(driver, transfer, false);
        break;
    case CREDENCO_TRANSFER_ACTIVE:
        leave(driver, transfer, false);
        break;
    case CREDENCO_TRANSFER_FINISHED:
        drop(&driver->finished, transfer);
        break;
    case CREDENCO_TRANSFER_TAKEN:
        break;
    }
    credenco_http_trim(&transfer->http);
    transfer->state = CREDENCO_TRANSFER_IDLE;
    unshift(&driver->idle, transfer); /* the one used last has the warmest memory */
}

int credenco_driver_pollfd(credenco_driver *driver) {
    return own_network(driver) == CREDENCO_OK ? credenco_wait_pollfd(&driver->wait) : -1;
}

int credenco_driver_watch(credenco_driver *driver) {
    return own_network(driver) == CREDENCO_OK ? credenco_wait_watch(&driver->wait, due_ms(driver))
                                              : -1;
}
