/* The lists of a driver's transfers: first in, first out. */
#ifndef CREDENCO_CURL_TRANSFER_LIST_H
#define CREDENCO_CURL_TRANSFER_LIST_H

#include "driver.h"

static inline void push(credenco_transfer_list *list, credenco_transfer *transfer) {
    transfer->next = NULL;
    if (list->last != NULL) {
        list->last->next = transfer;
    } else {
        list->first = transfer;
    }
    list->last = transfer;
}

static inline void unshift(credenco_transfer_list *list, credenco_transfer *transfer) {
    transfer->next = list->first;
    list->first = transfer;
    list->last = list->last != NULL ? list->last : transfer;
}

static inline credenco_transfer *shift(credenco_transfer_list *list) {
    credenco_transfer *transfer = list->first;
    if (transfer != NULL) {
        list->first = transfer->next;
        list->last = list->first != NULL ? list->last : NULL;
    }
    return transfer;
}

static inline void drop(credenco_transfer_list *list, const credenco_transfer *transfer) {
    credenco_transfer_list kept = {NULL, NULL};
    credenco_transfer *t;
    while ((t = shift(list)) != NULL) {
        if (t != transfer) {
            push(&kept, t);
        }
    }
    *list = kept;
}

#endif
