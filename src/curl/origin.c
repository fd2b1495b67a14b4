#include "origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Host and authority borrow from the text of the URL, which is the origin's own. */
static credenco_origin *new_origin(const credenco_url *url) {
    enum { PORT_MAX_LEN = 6 };
    const char *scheme = url->https ? "https://" : "http://";
    const size_t size = strlen(scheme) + url->host.len + PORT_MAX_LEN + 1;
    credenco_origin *origin = calloc(1, sizeof *origin);
    char *text = malloc(size);
    if (origin == NULL || text == NULL) {
        free(origin);
        free(text);
        return NULL;
    }
    const bool names_port = url->port != credenco_url_scheme_port(url->https);
    snprintf(text, size, names_port ? "%s%.*s:%u" : "%s%.*s", scheme, (int)url->host.len,
             url->host.data, (unsigned)url->port);
    origin->url = text;
    origin->authority = (credenco_span){text + strlen(scheme), strlen(text) - strlen(scheme)};
    origin->parsed = *url;
    origin->parsed.host.data = origin->authority.data;
    origin->parsed.target = CREDENCO_SPAN("");
    origin->loopback = credenco_url_is_loopback(url);
    return origin;
}

static void free_origin(credenco_origin *origin) {
    free(origin->url);
    free(origin);
}

/* A program may ask many hosts once each: their origins make room for others. */
static void forget_unused_origins(credenco_origins *origins) {
    for (credenco_origin **at = &origins->first; *at != NULL;) {
        credenco_origin *origin = *at;
        if (origin->users > 0) {
            at = &origin->next;
            continue;
        }
        *at = origin->next;
        origins->count--;
        free_origin(origin);
    }
}

/* The next request mostly goes to the same origin. */
static void move_to_front(credenco_origins *origins, credenco_origin **at) {
    credenco_origin *origin = *at;
    *at = origin->next;
    origin->next = origins->first;
    origins->first = origin;
}

/* Adds an origin in front; NULL when memory is short. */
static credenco_origin *add_origin(credenco_origins *origins, const credenco_url *url) {
    if (origins->count >= CREDENCO_ORIGINS_MAX) {
        forget_unused_origins(origins);
    }
    credenco_origin *origin = new_origin(url);
    if (origin != NULL) {
        origin->next = origins->first;
        origins->first = origin;
        origins->count++;
    }
    return origin;
}

credenco_origin *credenco_origins_use(credenco_origins *origins, const credenco_url *url) {
    credenco_origin **at = &origins->first;
    while (*at != NULL && !credenco_url_same_origin(&(*at)->parsed, url)) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        move_to_front(origins, at);
    } else if (add_origin(origins, url) == NULL) {
        return NULL;
    }
    origins->first->users++;
    return origins->first;
}

void credenco_origin_leave(credenco_origin *origin) {
    origin->users--;
}

void credenco_origins_free(credenco_origins *origins) {
    while (origins->first != NULL) {
        credenco_origin *origin = origins->first;
        origins->first = origin->next;
        free_origin(origin);
    }
    origins->count = 0;
}
