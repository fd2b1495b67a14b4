#include "transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "now.h"

credenco_transfer *credenco_transfer_new(void) {
    credenco_transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer != NULL) {
        credenco_http_init(&transfer->http);
    }
    return transfer;
}

void credenco_transfer_free(credenco_transfer *transfer) {
    if (transfer != NULL) {
        credenco_http_free(&transfer->http);
        free(transfer);
    }
}

/* Forgets an earlier request; the exchange and its buffers serve again. */
static void reset(credenco_transfer *transfer) {
    transfer->code = CREDENCO_OK;
    transfer->sent = CREDENCO_SENT_NO;
    transfer->detail[0] = '\0';
    transfer->origin = NULL;
    transfer->connection = NULL;
    transfer->sent_len = 0;
    transfer->handed = transfer->reused = transfer->send_failed = false;
}

static credenco_code begin(credenco_http *http, const credenco_origin *origin, credenco_span target,
                           const credenco_request *request) {
    const credenco_http_request http_request = {
        .method = request->method,
        .target = target,
        .authority = origin->authority,
        .fields = request->fields,
        .body = request->body,
        .max_body_bytes = request->max_body_bytes,
        .wants_fields = request->wants_fields,
    };
    return credenco_http_begin(http, &http_request);
}

credenco_code credenco_transfer_prepare(credenco_transfer *transfer, credenco_pool *pool,
                                        const credenco_request *request) {
    credenco_url url;
    reset(transfer);
    if (credenco_url_parse(request->url, &url) != CREDENCO_OK || !credenco_url_is_secure(&url)) {
        return CREDENCO_INVALID_ARGUMENT;
    }
    credenco_origin *origin = credenco_origins_use(&pool->origins, &url);
    if (origin == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    const credenco_code code = begin(&transfer->http, origin, url.target, request);
    if (code != CREDENCO_OK) {
        credenco_origin_leave(origin);
        return code;
    }
    transfer->origin = origin;
    transfer->deadline_ms = credenco_now_ms() + request->timeout_ms;
    transfer->connect_timeout_ms = request->connect_timeout_ms;
    return CREDENCO_OK;
}

/* --- bytes ------------------------------------------------------------------- */

/* TLS may take a byte and still report AGAIN, so a TLS connection counts as handed a byte. */
static void send_rest(credenco_transfer *transfer) {
    const credenco_span request = credenco_buf_span(&transfer->http.request);
    credenco_connection *connection = transfer->connection;
    while (transfer->sent_len < request.len && !transfer->send_failed) {
        const credenco_span rest = {request.data + transfer->sent_len,
                                    request.len - transfer->sent_len};
        size_t moved;
        transfer->handed = transfer->handed || !connection->plain;
        const credenco_io io = credenco_connection_send(connection, rest, &moved);
        if (io == CREDENCO_IO_AGAIN) {
            return;
        }
        transfer->send_failed = io != CREDENCO_IO_MOVED;
        transfer->handed = transfer->handed || moved > 0;
        transfer->sent_len += moved;
    }
}

/* Also runs after sending has failed: a server may respond before it has the whole request. */
bool credenco_transfer_receive(credenco_transfer *transfer, char *room, size_t size) {
    credenco_connection *connection = transfer->connection;
    while (transfer->http.state == CREDENCO_HTTP_READING) {
        size_t moved;
        switch (credenco_connection_receive(connection, room, size, &moved)) {
        case CREDENCO_IO_MOVED:
            credenco_http_feed(&transfer->http, (credenco_span){room, moved});
            break;
        case CREDENCO_IO_AGAIN:
            return false;
        case CREDENCO_IO_ENDED:
            connection->ended = true;
            credenco_http_end(&transfer->http);
            break;
        case CREDENCO_IO_FAILED:
            connection->ended = true;
            credenco_http_break(&transfer->http);
            break;
        }
    }
    return true;
}

credenco_progress credenco_transfer_move(credenco_transfer *transfer, char *room, size_t size) {
    send_rest(transfer);
    if (transfer->send_failed && !transfer->handed && transfer->reused) {
        return CREDENCO_PROGRESS_AGAIN;
    }
    return credenco_transfer_receive(transfer, room, size) ? CREDENCO_PROGRESS_END
                                                           : CREDENCO_PROGRESS_WAIT;
}

bool credenco_transfer_leaves_reusable(const credenco_transfer *transfer) {
    return credenco_http_reusable(&transfer->http) && !transfer->connection->ended &&
           transfer->sent_len == transfer->http.request.len;
}

/* --- outcomes ---------------------------------------------------------------- */

void credenco_transfer_fail(credenco_transfer *transfer, credenco_code code, const char *detail) {
    transfer->code = code;
    transfer->sent = transfer->handed ? CREDENCO_SENT_UNKNOWN : CREDENCO_SENT_NO;
    snprintf(transfer->detail, sizeof transfer->detail, "%s", detail);
}

void credenco_transfer_conclude(credenco_transfer *transfer) {
    if (transfer->http.state == CREDENCO_HTTP_FAILED) {
        credenco_transfer_fail(transfer, transfer->http.code, transfer->http.detail);
    }
}
