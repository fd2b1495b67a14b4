#include "pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "now.h"

/* libcurl must not close connections to bound their number: it cannot tell which are in use. */
enum { LIBCURL_CONNECTIONS_MAX = 1 << 20 };

/* --- origins ------------------------------------------------------------------- */

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
    const bool own_port = url->port != (url->https ? 443 : 80);
    snprintf(text, size, own_port ? "%s%.*s:%u" : "%s%.*s", scheme, (int)url->host.len,
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
static void forget_unused_origins(credenco_pool *pool) {
    for (credenco_origin **at = &pool->origins; *at != NULL;) {
        credenco_origin *origin = *at;
        if (origin->users > 0) {
            at = &origin->next;
            continue;
        }
        *at = origin->next;
        pool->origin_count--;
        free_origin(origin);
    }
}

/* The next request mostly goes to the same origin. */
static void move_to_front(credenco_pool *pool, credenco_origin **at) {
    credenco_origin *origin = *at;
    *at = origin->next;
    origin->next = pool->origins;
    pool->origins = origin;
}

/* Adds an origin in front; NULL when memory is short. */
static credenco_origin *add_origin(credenco_pool *pool, const credenco_url *url) {
    if (pool->origin_count >= CREDENCO_ORIGINS_MAX) {
        forget_unused_origins(pool);
    }
    credenco_origin *origin = new_origin(url);
    if (origin != NULL) {
        origin->next = pool->origins;
        pool->origins = origin;
        pool->origin_count++;
    }
    return origin;
}

credenco_origin *credenco_pool_origin(credenco_pool *pool, const credenco_url *url) {
    credenco_origin **at = &pool->origins;
    while (*at != NULL && !credenco_url_same_origin(&(*at)->parsed, url)) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        move_to_front(pool, at);
    } else if (add_origin(pool, url) == NULL) {
        return NULL;
    }
    pool->origins->users++;
    return pool->origins;
}

void credenco_pool_leave(credenco_origin *origin) {
    origin->users--;
}

/* --- idle connections ---------------------------------------------------------- */

static void unlink_idle(credenco_pool *pool, credenco_connection *connection) {
    credenco_origin *origin = connection->origin;
    *(connection->newer != NULL ? &connection->newer->older : &origin->newest) = connection->older;
    *(connection->older != NULL ? &connection->older->newer : &origin->oldest) = connection->newer;
    connection->newer = connection->older = NULL;
    connection->idle = false;
    pool->idle_count--;
}

static void link_idle(credenco_pool *pool, credenco_connection *connection) {
    credenco_origin *origin = connection->origin;
    connection->older = origin->newest;
    *(origin->newest != NULL ? &origin->newest->newer : &origin->oldest) = connection;
    origin->newest = connection;
    connection->idle = true;
    pool->idle_count++;
}

/* The connection used last is the least likely to have been closed by the server. */
credenco_connection *credenco_pool_take(credenco_pool *pool, credenco_origin *origin) {
    while (origin->newest != NULL) {
        credenco_connection *connection = origin->newest;
        if (credenco_connection_quiet(connection)) {
            unlink_idle(pool, connection);
            return connection;
        }
        credenco_pool_close(pool, connection);
    }
    return NULL;
}

static credenco_connection *oldest_idle(const credenco_pool *pool) {
    credenco_connection *oldest = NULL;
    for (const credenco_origin *origin = pool->origins; origin != NULL; origin = origin->next) {
        credenco_connection *candidate = origin->oldest;
        if (candidate != NULL &&
            (oldest == NULL || candidate->idle_since_ms < oldest->idle_since_ms)) {
            oldest = candidate;
        }
    }
    return oldest;
}

void credenco_pool_keep(credenco_pool *pool, credenco_connection *connection) {
    connection->transfer = NULL;
    connection->idle_since_ms = credenco_now_ms();
    link_idle(pool, connection);
    if (pool->idle_count > pool->idle_max) {
        credenco_pool_close(pool, oldest_idle(pool));
    }
}

/* --- all connections ----------------------------------------------------------- */

static void link_connection(credenco_pool *pool, credenco_connection *connection) {
    connection->next = pool->connections;
    if (connection->next != NULL) {
        connection->next->previous = connection;
    }
    pool->connections = connection;
}

static void unlink_connection(credenco_pool *pool, credenco_connection *connection) {
    *(connection->previous != NULL ? &connection->previous->next : &pool->connections) =
        connection->next;
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
}

credenco_connection *credenco_pool_connect(credenco_pool *pool, credenco_origin *origin,
                                           int64_t timeout_ms) {
    credenco_connection *connection =
        credenco_connection_new(&pool->options, pool->share, origin->url, origin->loopback,
                                !origin->parsed.https, timeout_ms);
    if (connection == NULL) {
        return NULL;
    }
    credenco_wait_prepare(pool->wait, connection->easy);
    if (!credenco_identity_apply(&pool->options.identity, &origin->parsed, connection->easy) ||
        curl_multi_add_handle(pool->multi, connection->easy) != CURLM_OK) {
        credenco_connection_free(connection);
        return NULL;
    }
    connection->origin = origin;
    origin->users++;
    link_connection(pool, connection);
    return connection;
}

void credenco_pool_close(credenco_pool *pool, credenco_connection *connection) {
    if (connection->idle) {
        unlink_idle(pool, connection);
    }
    if (connection->fd >= 0) {
        credenco_wait_remove(pool->wait, connection->fd);
    }
    unlink_connection(pool, connection);
    credenco_pool_leave(connection->origin);
    curl_multi_remove_handle(pool->multi, connection->easy);
    credenco_connection_free(connection);
}

/* --- the pool ------------------------------------------------------------------ */

credenco_code credenco_pool_init(credenco_pool *pool, CURLM *multi, credenco_wait *wait,
                                 const credenco_connection_options *options, size_t idle_max) {
    *pool =
        (credenco_pool){.multi = multi, .wait = wait, .options = *options, .idle_max = idle_max};
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)LIBCURL_CONNECTIONS_MAX);
    pool->share = curl_share_init();
    if (pool->share == NULL ||
        curl_share_setopt(pool->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK) {
        credenco_pool_free(pool);
        return CREDENCO_OUT_OF_MEMORY;
    }
    return CREDENCO_OK;
}

static void free_origins(credenco_pool *pool) {
    while (pool->origins != NULL) {
        credenco_origin *origin = pool->origins;
        pool->origins = origin->next;
        free_origin(origin);
    }
}

void credenco_pool_free(credenco_pool *pool) {
    while (pool->connections != NULL) {
        credenco_pool_close(pool, pool->connections);
    }
    free_origins(pool);
    curl_share_cleanup(pool->share);
    *pool = (credenco_pool){0};
}

void credenco_pool_abandon(credenco_pool *pool) {
    while (pool->connections != NULL) {
        credenco_connection *connection = pool->connections;
        pool->connections = connection->next;
        if (connection->fd >= 0) {
            close(connection->fd);
        }
        free(connection);
    }
    free_origins(pool);
    *pool = (credenco_pool){0};
}
