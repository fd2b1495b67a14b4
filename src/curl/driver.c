#include "driver.h"

#include <stdlib.h>
#include <string.h>

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

static bool has_work(const credenco_driver *driver) {
    return driver->finished.first != NULL || driver->queued.first != NULL;
}

/* A transfer that may serve, with an id of its own. */
static credenco_transfer *new_transfer(credenco_driver *driver) {
    credenco_transfer **transfers =
        realloc(driver->transfers, (driver->transfer_count + 1) * sizeof(credenco_transfer *));
    if (transfers == NULL) {
        return NULL;
    }
    driver->transfers = transfers;
    credenco_transfer *transfer = credenco_transfer_new(&driver->options.transfer, &driver->kept);
    if (transfer == NULL) {
        return NULL;
    }
    credenco_wait_prepare(&driver->wait, transfer->easy);
    driver->transfers[driver->transfer_count++] = transfer;
    transfer->id = driver->transfer_count;
    return transfer;
}

static credenco_code queue(credenco_driver *driver, credenco_transfer *transfer) {
    transfer->state = CREDENCO_TRANSFER_QUEUED;
    push(&driver->queued, transfer);
    driver->in_flight++;
    return credenco_wait_publish(&driver->wait, true);
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
    credenco_code code =
        credenco_transfer_prepare(transfer, &driver->options.transfer, &driver->origins, request);
    if (code == CREDENCO_OK) {
        code = queue(driver, transfer);
    }
    if (code != CREDENCO_OK) {
        credenco_driver_release(driver, transfer);
        return code;
    }
    *out = transfer;
    return CREDENCO_OK;
}

static void finish(credenco_driver *driver, credenco_transfer *transfer) {
    transfer->state = CREDENCO_TRANSFER_FINISHED;
    driver->in_flight--;
    push(&driver->finished, transfer);
}

/* Before those that have not waited yet. The stale connection goes with the handle, so there
 * is one less to come upon. */
static void begin_again(credenco_driver *driver, credenco_transfer *transfer) {
    curl_multi_remove_handle(driver->multi, transfer->easy);
    transfer->state = CREDENCO_TRANSFER_QUEUED;
    unshift(&driver->queued, transfer);
}

static void conclude(credenco_driver *driver, credenco_transfer *transfer, CURLcode result) {
    credenco_transfer_conclude(transfer, result);
    if (transfer->watchful) {
        credenco_kept_note(&driver->kept, transfer->easy);
    }
    curl_multi_remove_handle(driver->multi, transfer->easy);
    finish(driver, transfer);
}

static void harvest(credenco_driver *driver) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(driver->multi, &left)) != NULL) {
        credenco_transfer *transfer = NULL;
        CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        if (credenco_transfer_begins_again(transfer)) {
            begin_again(driver, transfer);
        } else {
            conclude(driver, transfer, result);
        }
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
    if (copy_text(options->transfer.ca_file, &driver->ca_file) != CREDENCO_OK ||
        copy_text(options->transfer.proxy, &driver->proxy) != CREDENCO_OK) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    driver->options.transfer.ca_file = driver->ca_file;
    driver->options.transfer.proxy = driver->proxy;
    return CREDENCO_OK;
}

/* libcurl takes some 20 KB for each transfer and gives them back with its answer. When many
 * end together that is more than glibc keeps, by default 128 KB: what is above goes back to
 * the kernel and is faulted in again, page for page, with the next requests. Having seen a
 * large block freed, glibc keeps twice its size (mallopt(3), M_MMAP_THRESHOLD), unless the
 * process has its own wish. Nothing of the block is touched. */
static void let_allocator_keep_freed_memory(void) {
    enum { BLOCK_BYTES = 4 << 20 };
    void *volatile block = malloc(BLOCK_BYTES);
    free(block);
}

credenco_code credenco_driver_init(credenco_driver *driver,
                                   const credenco_driver_options *options) {
    *driver = (credenco_driver){0};
    let_allocator_keep_freed_memory();
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
        credenco_transfer_free(driver->transfers[i]);
    }
    free(driver->transfers);
    credenco_origins_free(&driver->origins);
    credenco_kept_free(&driver->kept);
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
    credenco_transfer_reset(transfer);
    transfer->state = CREDENCO_TRANSFER_IDLE;
    unshift(&driver->idle, transfer); /* the one used last has the warmest memory */
}

int credenco_driver_pollfd(credenco_driver *driver) {
    return credenco_wait_pollfd(&driver->wait);
}

int credenco_driver_watch(credenco_driver *driver) {
    return credenco_wait_watch(&driver->wait, has_work(driver));
}

int64_t credenco_driver_timeout_ms(const credenco_driver *driver) {
    return has_work(driver) ? 0 : credenco_wait_timeout_ms(&driver->wait);
}
