/* The whole work of a flow: JSON with jansson, the offer URI with libcurl's URL interface. */
#include "fail.h"
#include "work.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

const char work_name[] = "libcurl-json";

static CURLU *parsed; /* reused: setting a URL replaces every part of the previous one */

void work_init(const char *base_url) {
    (void)base_url;
    parsed = fail_if_null(curl_url(), "curl_url");
}

int work_issue_body(const record *r, char *body, size_t *body_len) {
    json_t *json = fail_if_null(
        json_pack("{s:s, s:{s:s, s:s, s:s, s:s}, s:s}", "template_id", "ebw_oid", "claims", "id",
                  r->company_id, "name", "CoolSoft B.V.", "issuing_authority", "Credenco",
                  "issuing_country", "NL", "correlation_id", r->correlation_id),
        "json_pack");
    *body_len = json_dumpb(json, body, BODY_MAX, JSON_COMPACT);
    fail_unless(*body_len > 0 && *body_len <= BODY_MAX, "json_dumpb");
    json_decref(json);
    return 1;
}

/* The value of `name` in a query string, not decoded; its length goes to `*len`. */
static const char *query_value(const char *query, const char *name, size_t *len) {
    size_t name_len = strlen(name);
    while (query != NULL) {
        const char *end = strchr(query, '&');
        if (strncmp(query, name, name_len) == 0 && query[name_len] == '=') {
            const char *value = query + name_len + 1;
            *len = end != NULL ? (size_t)(end - value) : strlen(value);
            return value;
        }
        query = end != NULL ? end + 1 : NULL;
    }
    return NULL;
}

/* The decoded nested offer URL of a request_uri; free it with curl_free. */
static char *offer_uri(const char *request_uri, int *len) {
    char *query = NULL;
    size_t raw_len = 0;
    const unsigned int flags = CURLU_NON_SUPPORT_SCHEME | CURLU_NO_AUTHORITY;
    fail_unless(curl_url_set(parsed, CURLUPART_URL, request_uri, flags) == CURLUE_OK,
                "request_uri");
    fail_unless(curl_url_get(parsed, CURLUPART_QUERY, &query, 0) == CURLUE_OK, "its query");
    const char *raw = fail_if_null(query_value(query, "credential_offer_uri", &raw_len), "offer");
    char *offer = fail_if_null(curl_easy_unescape(NULL, raw, (int)raw_len, len), "unescape");
    curl_free(query);
    return offer;
}

int work_push_target(const record *r, const char *answer, size_t answer_len, char *target) {
    json_t *json = fail_if_null(json_loadb(answer, answer_len, 0, NULL), "json_loadb");
    const char *request_uri =
        fail_if_null(json_string_value(json_object_get(json, "request_uri")), "request_uri");
    int offer_len = 0;
    char *offer = offer_uri(request_uri, &offer_len);
    char *encoded = fail_if_null(curl_easy_escape(NULL, offer, offer_len), "curl_easy_escape");
    int len =
        snprintf(target, TARGET_MAX, "/api/oidc/offer/%s?directIssue=true&credential_offer_uri=%s",
                 r->wallet_key, encoded);
    fail_unless(len > 0 && len < TARGET_MAX, "the push's length");
    curl_free(encoded);
    curl_free(offer);
    json_decref(json);
    return 1;
}
