/* Success and failure in every layer: one table of codes, steps and certainties. */
#ifndef CREDENCO_CORE_ERROR_H
#define CREDENCO_CORE_ERROR_H

/* Why a call failed. The names (credenco_code_name) are stable: programs test them. */
typedef enum credenco_code {
    CREDENCO_OK = 0,
    CREDENCO_INVALID_ARGUMENT, /* no call can be made with this value */
    CREDENCO_INVALID_CLAIMS,
    CREDENCO_NO_OFFER_URI,
    CREDENCO_OFFER_BY_VALUE,
    CREDENCO_AMBIGUOUS_OFFER_URI,
    CREDENCO_INVALID_OFFER_URI,
    CREDENCO_INSECURE_OFFER_URI,
    CREDENCO_CONNECT_FAILED, /* no connection (`sent` is "no"), or it broke */
    CREDENCO_TLS_FAILED,
    CREDENCO_TIMEOUT,
    CREDENCO_UNAUTHORIZED,
    CREDENCO_FORBIDDEN,
    CREDENCO_NOT_FOUND,
    CREDENCO_REJECTED,
    CREDENCO_RATE_LIMITED,
    CREDENCO_SERVER_ERROR,
    CREDENCO_BAD_RESPONSE, /* a response arrived that this call cannot use */
    CREDENCO_TOO_LARGE,
    CREDENCO_ISSUE_FAILED,
    CREDENCO_CLOSED,
    CREDENCO_OUT_OF_MEMORY,
    CREDENCO_MISUSE, /* a function was called out of order */
    CREDENCO_CODE_COUNT
} credenco_code;

/* The call of an issuance to which a failure belongs. */
typedef enum credenco_step {
    CREDENCO_STEP_TOKEN = 0,
    CREDENCO_STEP_CREATE_OFFER,
    CREDENCO_STEP_OFFER_URI,
    CREDENCO_STEP_PUSH_OFFER,
    CREDENCO_STEP_ISSUE_STATUS,
    CREDENCO_STEP_TRUST_ISSUER,
    CREDENCO_STEP_REQUEST,
    CREDENCO_STEP_COUNT
} credenco_step;

/* Whether a failed request may have reached the server, in rising order of doubt: of several
 * attempts the greatest doubt counts. */
typedef enum credenco_sent {
    CREDENCO_SENT_NO = 0,   /* it cannot have reached the server */
    CREDENCO_SENT_REJECTED, /* the server refused it */
    CREDENCO_SENT_UNKNOWN,  /* it was sent, and the response was lost */
    CREDENCO_SENT_COUNT
} credenco_sent;

/* Static strings; "?" for a value outside the enum. */
const char *credenco_code_name(credenco_code code);
const char *credenco_step_name(credenco_step step);
const char *credenco_sent_name(credenco_sent sent);

/* The value of a NUL-terminated name; the enum's count for an unknown name. */
credenco_code credenco_code_by_name(const char *name);
credenco_step credenco_step_by_name(const char *name);
credenco_sent credenco_sent_by_name(const char *name);

#endif
