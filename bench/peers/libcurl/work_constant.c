/* No work: the first flow of each slot writes its bytes, and they are sent for good. */
#include "fail.h"
#include "work.h"

#include <curl/curl.h>

#include <stdio.h>
#include <string.h>

const char work_name[] = "libcurl-plain";

static char push_target[TARGET_MAX];
static char issue_body[BODY_MAX];

void work_init(const char *base_url) {
    const record *r = records_at(0);
    snprintf(issue_body, sizeof issue_body,
             "{\"template_id\":\"ebw_oid\",\"claims\":{\"id\":\"%s\",\"name\":\"CoolSoft B.V.\","
             "\"issuing_authority\":\"Credenco\",\"issuing_country\":\"NL\"},"
             "\"correlation_id\":\"%s\"}",
             r->company_id, r->correlation_id);
    char *offer = fail_if_null(curl_easy_escape(NULL, base_url, 0), "curl_easy_escape");
    snprintf(push_target, sizeof push_target,
             "/api/oidc/offer/%s?directIssue=true&credential_offer_uri=%s"
             "%%2Fapi%%2Foidc%%2Fcredential-offer%%2Fabc123",
             r->wallet_key, offer);
    curl_free(offer);
}

int work_issue_body(const record *r, char *body, size_t *body_len) {
    (void)r;
    if (*body_len > 0) return 0;
    *body_len = strlen(issue_body);
    memcpy(body, issue_body, *body_len);
    return 1;
}

int work_push_target(const record *r, const char *answer, size_t answer_len, char *target) {
    (void)r, (void)answer, (void)answer_len;
    if (target[0] != '\0') return 0;
    strcpy(target, push_target);
    return 1;
}
