#include "flight.h"

#include <stdlib.h>

#include "now.h"
#include "transfer_list.h"

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
        credenco_pool_keep(&driver->network.pool, connection);
    } else {
        credenco_pool_close(&driver->network.pool, connection);
    }
}

/* Releases the transfer's connection and origin. */
static void leave(credenco_driver *driver, credenco_transfer *transfer, bool keep) {
    let_connection_go(driver, transfer, keep);
    credenco_origin_leave(transfer->origin);
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

void credenco_flight_cancel(credenco_driver *driver, credenco_transfer *transfer) {
    if (transfer->state == CREDENCO_TRANSFER_QUEUED) {
        drop(&driver->queued, transfer);
    }
    leave(driver, transfer, false);
}

/* --- deadlines ----------------------------------------------------------------- */

/* The step in which a connection was not made in time. libcurl tells when the host accepted it only
 * once the TLS handshake is over. */
static const char *waited_for(const credenco_transfer *transfer) {
    const credenco_connection *connection = transfer->connection;
    curl_off_t resolved_us = 0;
    if (connection == NULL || connection->fd >= 0) {
        return "";
    }
    curl_easy_getinfo(connection->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
    return resolved_us == 0
               ? "the host's name was not resolved"
               : "the host or the proxy did not complete the connection or its TLS handshake";
}

static bool is_in_flight(const credenco_transfer *transfer) {
    return transfer->state == CREDENCO_TRANSFER_QUEUED ||
           transfer->state == CREDENCO_TRANSFER_ACTIVE;
}

void credenco_flight_notice_deadline(credenco_driver *driver, int64_t deadline_ms) {
    if (driver->next_due_ms < 0 || deadline_ms < driver->next_due_ms) {
        driver->next_due_ms = deadline_ms;
    }
}

/* No request is begun from then on, since nobody would wait for its response. */
static bool is_overdue(const credenco_transfer *transfer, int64_t now_ms) {
    return transfer->deadline_ms <= now_ms;
}

static void time_out(credenco_driver *driver, credenco_transfer *transfer) {
    fail(driver, transfer, CREDENCO_TIMEOUT, waited_for(transfer));
}

static void conclude(credenco_driver *driver, credenco_transfer *transfer) {
    credenco_transfer_conclude(transfer);
    finish(driver, transfer, credenco_transfer_leaves_reusable(transfer));
}

/* The process may have stood still, and a step may not reach every connection, so a response may
 * have arrived before the deadline was noticed. */
static bool has_response(credenco_driver *driver, credenco_transfer *transfer) {
    const credenco_connection *connection = transfer->connection;
    return connection != NULL && connection->fd >= 0 &&
           credenco_transfer_receive(transfer, driver->room, CREDENCO_ROOM_BYTES);
}

static void end_overdue(credenco_driver *driver, credenco_transfer *transfer) {
    if (transfer->state == CREDENCO_TRANSFER_QUEUED) {
        drop(&driver->queued, transfer);
    }
    if (has_response(driver, transfer)) {
        conclude(driver, transfer);
    } else {
        time_out(driver, transfer);
    }
}

static void check_deadlines(credenco_driver *driver, int64_t now_ms) {
    driver->next_due_ms = -1;
    for (size_t i = 0; i < driver->transfer_count; i++) {
        credenco_transfer *transfer = driver->transfers[i];
        if (!is_in_flight(transfer)) {
            continue;
        }
        if (is_overdue(transfer, now_ms)) {
            end_overdue(driver, transfer);
        } else {
            credenco_flight_notice_deadline(driver, transfer->deadline_ms);
        }
    }
}

/* The end of a transfer leaves `next_due_ms` as it is, so that it costs nothing. Sometimes this
 * function therefore checks all transfers too early. */
void credenco_flight_expire(credenco_driver *driver) {
    if (driver->next_due_ms < 0) {
        return;
    }
    const int64_t now_ms = credenco_now_ms();
    if (now_ms >= driver->next_due_ms) {
        check_deadlines(driver, now_ms);
    }
}

/* --- moving -------------------------------------------------------------------- */

static void begin_again(credenco_driver *driver, credenco_transfer *transfer) {
    let_connection_go(driver, transfer, false);
    transfer->send_failed = false;
    transfer->state = CREDENCO_TRANSFER_QUEUED;
    push(&driver->queued, transfer);
}

static void move(credenco_driver *driver, credenco_transfer *transfer) {
    switch (credenco_transfer_move(transfer, driver->room, CREDENCO_ROOM_BYTES)) {
    case CREDENCO_PROGRESS_WAIT:
        credenco_wait_want_write(&driver->network.wait, transfer->connection->fd,
                                 transfer->sent_len < transfer->http.request.len);
        break;
    case CREDENCO_PROGRESS_END:
        conclude(driver, transfer);
        break;
    case CREDENCO_PROGRESS_AGAIN:
        begin_again(driver, transfer);
        break;
    }
}

/* An idle connection must be silent: any event on it ends it. */
void credenco_flight_on_ready(void *context, void *owner, bool ended) {
    credenco_driver *driver = context;
    credenco_connection *connection = owner;
    connection->ended = connection->ended || ended;
    if (connection->transfer != NULL) {
        move(driver, connection->transfer);
    } else if (!credenco_connection_quiet(connection)) {
        credenco_pool_close(&driver->network.pool, connection);
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
    } else if (credenco_wait_add(&driver->network.wait, connection->fd, connection) !=
               CREDENCO_OK) {
        fail(driver, transfer, CREDENCO_OUT_OF_MEMORY, "");
    } else if (is_overdue(transfer, credenco_now_ms())) {
        time_out(driver, transfer);
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

/* Each message of libcurl's says that a connection is made, or has failed. */
static void harvest(credenco_driver *driver) {
    CURLMsg *message;
    int left;
    while (driver->connecting > 0 &&
           (message = curl_multi_info_read(driver->network.multi, &left)) != NULL) {
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

/* libcurl does not say for which connection memory was short, so all that it was making fail. */
static void give_up_connecting(credenco_driver *driver) {
    for (size_t i = 0; i < driver->transfer_count && driver->connecting > 0; i++) {
        credenco_transfer *transfer = driver->transfers[i];
        if (transfer->connection != NULL && transfer->connection->fd < 0) {
            fail(driver, transfer, CREDENCO_OUT_OF_MEMORY, "");
        }
    }
}

void credenco_flight_attend(credenco_driver *driver) {
    harvest(driver);
    if (credenco_wait_failed(&driver->network.wait)) {
        give_up_connecting(driver);
    }
}

static void join(credenco_transfer *transfer, credenco_connection *connection, bool reused) {
    connection->transfer = transfer;
    transfer->connection = connection;
    transfer->reused = reused;
}

static void connect_for(credenco_driver *driver, credenco_transfer *transfer) {
    credenco_connection *connection = credenco_pool_connect(&driver->network.pool, transfer->origin,
                                                            transfer->connect_timeout_ms);
    if (connection == NULL) {
        fail(driver, transfer, CREDENCO_OUT_OF_MEMORY, "");
        return;
    }
    join(transfer, connection, false);
    driver->connecting++;
}

static void admit_one(credenco_driver *driver, credenco_transfer *transfer) {
    transfer->state = CREDENCO_TRANSFER_ACTIVE;
    if (is_overdue(transfer, credenco_now_ms())) {
        time_out(driver, transfer);
        return;
    }
    credenco_connection *connection = credenco_pool_take(&driver->network.pool, transfer->origin);
    if (connection == NULL) {
        connect_for(driver, transfer);
        return;
    }
    join(transfer, connection, true);
    move(driver, transfer);
}

void credenco_flight_admit(credenco_driver *driver, int most) {
    for (int i = 0; i < most && driver->queued.first != NULL; i++) {
        admit_one(driver, shift(&driver->queued));
    }
}

static void abandon_transfer(credenco_driver *driver, credenco_transfer *transfer) {
    transfer->connection = NULL;
    transfer->origin = NULL;
    transfer->handed = true; /* the parent may have sent bytes */
    credenco_transfer_fail(transfer, CREDENCO_CLOSED, "the process has forked");
    transfer->state = CREDENCO_TRANSFER_FINISHED;
    push(&driver->finished, transfer);
}

void credenco_flight_abandon(credenco_driver *driver) {
    credenco_network_abandon(&driver->network);
    driver->queued = (credenco_transfer_list){NULL, NULL};
    driver->in_flight = driver->connecting = 0;
    driver->next_due_ms = -1;
    for (size_t i = 0; i < driver->transfer_count; i++) {
        if (is_in_flight(driver->transfers[i])) {
            abandon_transfer(driver, driver->transfers[i]);
        }
    }
}
