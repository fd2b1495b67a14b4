/* Moves HTTP requests with one libcurl multi handle and never blocks longer than it
 * is told to. Knows no Lua and calls nobody back: transfers are started, the driver
 * is stepped, and what has finished is taken.
 *
 *     credenco_driver_start(&driver, &request, &transfer);
 *     while ((finished = credenco_driver_take(&driver)) == NULL)
 *         credenco_driver_step(&driver, 1000, CREDENCO_STEP_MOST);
 *     ... read finished's outcome ...
 *     credenco_driver_release(&driver, finished);
 *
 * A driver belongs to one thread, and to the process that made it. */
#ifndef CREDENCO_CURL_DRIVER_H
#define CREDENCO_CURL_DRIVER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "kept.h"
#include "origin.h"
#include "transfer.h"
#include "wait.h"

typedef struct credenco_driver_options {
    credenco_transfer_options transfer;
    long connection_cache; /* connections kept alive, at most */
} credenco_driver_options;

typedef struct credenco_transfer_list {
    credenco_transfer *first;
    credenco_transfer *last;
} credenco_transfer_list;

typedef struct credenco_driver {
    CURLM *multi;
    credenco_wait wait;
    credenco_driver_options options;
    char *ca_file, *proxy; /* what the options point to */
    credenco_origins origins;
    credenco_kept kept;
    credenco_transfer **transfers; /* all of them; transfers[i]->id is i + 1 */
    size_t transfer_count;
    size_t in_flight; /* queued or active */
    credenco_transfer_list idle, queued, finished;
    bool more; /* the last step reached its bound: another has something to do at once */
} credenco_driver;

/* Transfers begun, and sockets moved, in one step that is not bounded otherwise. */
enum { CREDENCO_STEP_MOST = 64 };

/* Copies the options. On failure the driver holds nothing. */
credenco_code credenco_driver_init(credenco_driver *driver, const credenco_driver_options *options);

/* Ends every transfer without an outcome; takes a zeroed driver, may run twice. */
void credenco_driver_free(credenco_driver *driver);

/* CREDENCO_INVALID_ARGUMENT for a URL that is not https, or http to loopback, and for a
 * method that is no token. */
credenco_code credenco_driver_start(credenco_driver *driver, const credenco_request *request,
                                    credenco_transfer **transfer);

/* Moves what can be moved; waits at most `wait_ms` for something to become movable,
 * and not at all while a finished transfer can be taken. Begins at most `most` transfers
 * and moves at most as many, so that a thousand starts at once do not hold up the event
 * loop of somebody else: from 1 to CREDENCO_STEP_MOST. */
credenco_code credenco_driver_step(credenco_driver *driver, int64_t wait_ms, int most);

/* The next finished transfer, or NULL. */
credenco_transfer *credenco_driver_take(credenco_driver *driver);

/* Gives a transfer back, in whatever state: one that is still under way is ended,
 * and its connection closed. */
void credenco_driver_release(credenco_driver *driver, credenco_transfer *transfer);

/* For other event loops: a descriptor that is readable when a step has something to
 * do, timers included, or -1 where the system has none. */
int credenco_driver_pollfd(credenco_driver *driver);

/* The same descriptor for who polls it only between now and the next step. It costs nothing
 * in between, where the other is kept up to date all the time. */
int credenco_driver_watch(credenco_driver *driver);

/* Milliseconds until a step is due even without the descriptor, or -1. */
int64_t credenco_driver_timeout_ms(const credenco_driver *driver);

#endif
