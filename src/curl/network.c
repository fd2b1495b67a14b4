#include "network.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool copy_text(const char **text, char **copy) {
    *copy = strdup(*text);
    *text = *copy;
    return *copy != NULL;
}

/* The caller's texts may go as soon as the network is made. */
static credenco_code copy_options(credenco_network *network,
                                  const credenco_network_options *options) {
    network->options = *options;
    credenco_connection_options *own = &network->options.connection;
    const char **texts[CREDENCO_OPTION_TEXTS] = {
        &own->ca_file,
        &own->proxy,
        &own->identity.cert_file,
        &own->identity.key_file,
        &own->identity.passphrase_file,
        &own->identity.origins,
    };
    for (size_t i = 0; i < CREDENCO_OPTION_TEXTS; i++) {
        if (*texts[i] != NULL && !copy_text(texts[i], &network->copies[i])) {
            return CREDENCO_OUT_OF_MEMORY;
        }
    }
    return CREDENCO_OK;
}

/* Since 8.20 libcurl waits for its resolver's threads when a multi handle is closed. */
static void do_not_wait_for_names(CURLM *multi) {
#if LIBCURL_VERSION_NUM >= 0x081400
    curl_multi_setopt(multi, CURLMOPT_QUICK_EXIT, 1L);
#else
    (void)multi;
#endif
}

/* The pool closes its connections before their multi handle goes. */
static void close_network(credenco_network *network) {
    credenco_pool_free(&network->pool);
    if (network->multi != NULL) {
        curl_multi_cleanup(network->multi);
    }
    network->multi = NULL;
    credenco_wait_free(&network->wait);
}

credenco_code credenco_network_open(credenco_network *network) {
    if (network->multi != NULL) {
        return CREDENCO_OK;
    }
    network->pid = getpid();
    network->multi = curl_multi_init();
    if (network->multi == NULL) {
        return CREDENCO_OUT_OF_MEMORY;
    }
    do_not_wait_for_names(network->multi);
    credenco_code code = credenco_wait_init(&network->wait, network->multi);
    if (code == CREDENCO_OK) {
        code = credenco_pool_init(&network->pool, network->multi, &network->wait,
                                  &network->options.connection, network->options.connection_cache);
    }
    if (code != CREDENCO_OK) {
        close_network(network);
    }
    return code;
}

credenco_code credenco_network_init(credenco_network *network,
                                    const credenco_network_options *options) {
    *network = (credenco_network){0};
    credenco_code code = copy_options(network, options);
    if (code == CREDENCO_OK) {
        code = credenco_network_open(network);
    }
    if (code != CREDENCO_OK) {
        credenco_network_free(network);
    }
    return code;
}

bool credenco_network_is_foreign(const credenco_network *network) {
    return network->multi != NULL && network->pid != getpid();
}

/* Handles that a child of fork must not free. The list keeps leak checkers quiet. */
static struct left_behind {
    CURLM *multi;
    CURLSH *share;
    struct left_behind *next;
} * left_behind;

static void leave_behind(CURLM *multi, CURLSH *share) {
    struct left_behind *left = malloc(sizeof *left);
    if (left != NULL) {
        *left = (struct left_behind){multi, share, left_behind};
        left_behind = left;
    }
}

void credenco_network_abandon(credenco_network *network) {
    leave_behind(network->multi, network->pool.share);
    credenco_pool_abandon(&network->pool);
    network->multi = NULL;
    credenco_wait_free(&network->wait);
}

void credenco_network_free(credenco_network *network) {
    if (credenco_network_is_foreign(network)) {
        credenco_network_abandon(network);
    }
    close_network(network);
    for (size_t i = 0; i < CREDENCO_OPTION_TEXTS; i++) {
        free(network->copies[i]);
    }
    *network = (credenco_network){0};
}
