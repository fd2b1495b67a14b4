#include "driver.h"

#include <stdlib.h>

#include "flight.h"
#include "now.h"
#include "transfer_list.h"

/* Whether a step has something to do at once. */
static bool has_work(const credenco_driver *driver) {
    return driver->finished.first != NULL || driver->queued.first != NULL;
}

credenco_code credenco_driver_init(credenco_driver *driver,
                                   const credenco_network_options *options) {
    *driver = (credenco_driver){.next_due_ms = -1};
    driver->room = malloc(CREDENCO_ROOM_BYTES);
    credenco_code code = driver->room != NULL ? credenco_network_init(&driver->network, options)
                                              : CREDENCO_OUT_OF_MEMORY;
    if (code != CREDENCO_OK) {
        credenco_driver_free(driver);
    }
    return code;
}

void credenco_driver_free(credenco_driver *driver) {
    for (size_t i = 0; i < driver->transfer_count; i++) {
        credenco_transfer_free(driver->transfers[i]);
    }
    free(driver->transfers);
    credenco_network_free(&driver->network);
    free(driver->room);
    *driver = (credenco_driver){0};
}

/* Makes sure that this process has a network of its own. */
static credenco_code own_network(credenco_driver *driver) {
    if (credenco_network_is_foreign(&driver->network)) {
        credenco_flight_abandon(driver);
    }
    return credenco_network_open(&driver->network);
}

/* --- transfers ----------------------------------------------------------------- */

/* A transfer with an id of its own; NULL when memory is short. */
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

static credenco_transfer *idle_or_new_transfer(credenco_driver *driver) {
    credenco_transfer *transfer = shift(&driver->idle);
    return transfer != NULL ? transfer : new_transfer(driver);
}

/* Tells an outside poller, which may sleep already, that a step is due. */
static void queue(credenco_driver *driver, credenco_transfer *transfer) {
    transfer->state = CREDENCO_TRANSFER_QUEUED;
    push(&driver->queued, transfer);
    driver->in_flight++;
    credenco_flight_notice_deadline(driver, transfer->deadline_ms);
    credenco_wait_publish(&driver->network.wait, 0);
}

credenco_code credenco_driver_start(credenco_driver *driver, const credenco_request *request,
                                    credenco_transfer **out) {
    credenco_code code = own_network(driver);
    if (code != CREDENCO_OK) {
        return code;
    }
    credenco_transfer *transfer = idle_or_new_transfer(driver);
    if (transfer == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    transfer->state = CREDENCO_TRANSFER_TAKEN;
    code = credenco_transfer_prepare(transfer, &driver->network.pool, request);
    if (code != CREDENCO_OK) {
        credenco_driver_release(driver, transfer);
        return code;
    }
    queue(driver, transfer);
    *out = transfer;
    return CREDENCO_OK;
}

/* The time of credenco_now_ms when the next step is due: 0 for at once, -1 for never. */
static int64_t due_ms(const credenco_driver *driver) {
    const int64_t libcurl_ms = credenco_wait_due_ms(&driver->network.wait);
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
    const int64_t due = driver->network.multi != NULL ? due_ms(driver) : -1;
    if (due <= 0) {
        return due;
    }
    const int64_t left_ms = due - credenco_now_ms();
    return left_ms > 0 ? left_ms : 0;
}

/* Does not wait when nothing is in flight. */
static int64_t shorter_wait_ms(const credenco_driver *driver, int64_t wait_ms) {
    if (driver->in_flight == 0) {
        return 0;
    }
    const int64_t timeout_ms = wait_ms > 0 ? credenco_driver_timeout_ms(driver) : 0;
    return timeout_ms >= 0 && timeout_ms < wait_ms ? timeout_ms : wait_ms;
}

/* Begins first, so that a new request goes out in this step. Timers and sockets both make
 * connections ready, so they are attended to after each. */
void credenco_driver_step(credenco_driver *driver, int64_t wait_ms, int most) {
    if (own_network(driver) != CREDENCO_OK) {
        return;
    }
    credenco_flight_admit(driver, most);
    credenco_wait_timers(&driver->network.wait);
    credenco_flight_attend(driver);
    const bool reached =
        credenco_wait_sockets(&driver->network.wait, shorter_wait_ms(driver, wait_ms), most,
                              credenco_flight_on_ready, driver);
    credenco_flight_attend(driver);
    credenco_flight_expire(driver);
    driver->more = reached || driver->queued.first != NULL;
    credenco_wait_publish(&driver->network.wait, due_ms(driver));
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
    case CREDENCO_TRANSFER_ACTIVE:
        credenco_flight_cancel(driver, transfer);
        break;
    case CREDENCO_TRANSFER_FINISHED:
        drop(&driver->finished, transfer);
        break;
    case CREDENCO_TRANSFER_TAKEN:
        break;
    }
    credenco_http_trim(&transfer->http);
    transfer->state = CREDENCO_TRANSFER_IDLE;
    unshift(&driver->idle, transfer); /* its memory is the most likely to be in the cache */
}

int credenco_driver_pollfd(credenco_driver *driver) {
    return own_network(driver) == CREDENCO_OK ? credenco_wait_pollfd(&driver->network.wait) : -1;
}

int credenco_driver_watch(credenco_driver *driver) {
    return own_network(driver) == CREDENCO_OK
               ? credenco_wait_watch(&driver->network.wait, due_ms(driver))
               : -1;
}
