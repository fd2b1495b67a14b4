/* Carries HTTP requests over a pool of connections, and never blocks longer than you allow. It
 * knows no Lua and has no callbacks: you start transfers, step the driver, and take finished
 * transfers.
 *
 *     credenco_driver_start(&driver, &request, &transfer);
 *     while ((finished = credenco_driver_take(&driver)) == NULL)
 *         credenco_driver_step(&driver, 1000, CREDENCO_STEP_MOST);
 *     ... read finished's outcome ...
 *     credenco_driver_release(&driver, finished);
 *
 * A driver belongs to one thread. A child of fork begins with connections of its own. There the
 * transfers in flight end with CREDENCO_CLOSED, since the parent continues them. */
#ifndef CREDENCO_CURL_DRIVER_H
#define CREDENCO_CURL_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "network.h"
#include "transfer.h"

typedef struct credenco_transfer_list {
    credenco_transfer *first;
    credenco_transfer *last;
} credenco_transfer_list;

typedef struct credenco_driver {
    credenco_network network;
    char *room;                    /* for bytes that arrive */
    credenco_transfer **transfers; /* all of them; transfers[i]->id is i + 1 */
    size_t transfer_count;
    size_t in_flight;    /* queued or active */
    size_t connecting;   /* connections that libcurl is making */
    int64_t next_due_ms; /* no transfer's deadline comes earlier; -1: no deadline */
    credenco_transfer_list idle, queued, finished;
    bool more; /* the last step reached its bound, so the next one has work at once */
} credenco_driver;

enum { CREDENCO_ROOM_BYTES = 64 * 1024 };

/* The largest bound of a step: transfers begun, and events handled. */
enum { CREDENCO_STEP_MOST = 64 };

/* Copies the options; the driver must not move. On failure it holds nothing:
 * CREDENCO_OUT_OF_MEMORY, or CREDENCO_CONNECT_FAILED without a free descriptor. */
credenco_code credenco_driver_init(credenco_driver *driver,
                                   const credenco_network_options *options);

/* Ends every transfer without an outcome; takes a zeroed driver, may run twice. */
void credenco_driver_free(credenco_driver *driver);

/* Starts a transfer. On failure nothing was sent: the codes are those of credenco_transfer_prepare,
 * and CREDENCO_CONNECT_FAILED without a free descriptor. */
credenco_code credenco_driver_start(credenco_driver *driver, const credenco_request *request,
                                    credenco_transfer **transfer);

/* Moves the bytes that can be moved. Waits at most `wait_ms` until some can, and not at all while a
 * finished transfer can be taken. Begins at most `most` transfers and handles at most `most`
 * events, so that a thousand starts at once do not hold up another event loop: from 1 to
 * CREDENCO_STEP_MOST. */
void credenco_driver_step(credenco_driver *driver, int64_t wait_ms, int most);

/* The next finished transfer, or NULL. */
credenco_transfer *credenco_driver_take(credenco_driver *driver);

/* Gives a transfer back, in any state. If it is in flight, it ends and its connection is closed. */
void credenco_driver_release(credenco_driver *driver, credenco_transfer *transfer);

/* For other event loops: a descriptor that is readable when a step has work, timers included; or -1
 * on a system without one. */
int credenco_driver_pollfd(credenco_driver *driver);

/* The same descriptor, valid until the next step. This is cheaper: credenco_driver_pollfd keeps it
 * up to date all the time. */
int credenco_driver_watch(credenco_driver *driver);

/* Milliseconds until a step is due even if the descriptor stays silent, or -1. */
int64_t credenco_driver_timeout_ms(const credenco_driver *driver);

#endif
