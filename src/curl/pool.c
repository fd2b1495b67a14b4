#include "pool.h"

#include <stdlib.h>
#include <unistd.h>

#include "now.h"

/* libcurl must not close connections to bound their number: it cannot tell which are in use. */
enum { LIBCURL_CONNECTIONS_MAX = 1 << 20 };

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
    for (const credenco_origin *origin = pool->origins.first; origin != NULL;
         origin = origin->next) {
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
    credenco_origin_leave(connection->origin);
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

void credenco_pool_free(credenco_pool *pool) {
    while (pool->connections != NULL) {
        credenco_pool_close(pool, pool->connections);
    }
    credenco_origins_free(&pool->origins);
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
    credenco_origins_free(&pool->origins);
    *pool = (credenco_pool){0};
}
