#include "origin.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_written(const credenco_origin *origin, credenco_span text) {
    return strncmp(origin->text, text.data, text.len) == 0 && origin->text[text.len] == '\0';
}

static void release(credenco_origin *origin) {
    free(origin->text);
    curl_url_cleanup(origin->parsed);
    *origin = (credenco_origin){0};
}

static CURLU *add(credenco_origins *origins, credenco_span text) {
    credenco_origin origin = {strndup(text.data, text.len), curl_url()};
    if (origin.text == NULL || origin.parsed == NULL ||
        curl_url_set(origin.parsed, CURLUPART_URL, origin.text, 0) != CURLUE_OK) {
        release(&origin);
        return NULL;
    }
    origins->known[origins->count++] = origin;
    return origin.parsed;
}

CURLU *credenco_origins_find(credenco_origins *origins, credenco_span text) {
    for (size_t i = 0; i < origins->count; i++) {
        if (is_written(&origins->known[i], text)) {
            return origins->known[i].parsed;
        }
    }
    return origins->count < CREDENCO_ORIGINS_MAX ? add(origins, text) : NULL;
}

void credenco_origins_free(credenco_origins *origins) {
    for (size_t i = 0; i < origins->count; i++) {
        release(&origins->known[i]);
    }
    origins->count = 0;
}
