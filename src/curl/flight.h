/* The way of a transfer from its start to its end: private to the driver. */
#ifndef CREDENCO_CURL_FLIGHT_H
#define CREDENCO_CURL_FLIGHT_H

#include "driver.h"

/* Gives as many queued transfers as that a connection, and moves them. */
void credenco_flight_admit(credenco_driver *driver, int most);

/* Something happened on a connection: a credenco_on_ready, whose context is the driver. */
void credenco_flight_on_ready(void *context, void *owner, bool ended);

/* Takes what libcurl says about the connections that it makes. */
void credenco_flight_attend(credenco_driver *driver);

/* Ends transfers whose deadline has passed. */
void credenco_flight_expire(credenco_driver *driver);

/* A deadline that may be the next. */
void credenco_flight_notice_deadline(credenco_driver *driver, int64_t deadline_ms);

/* Ends a transfer that is queued or active, without an outcome. */
void credenco_flight_cancel(credenco_driver *driver, credenco_transfer *transfer);

/* In a child of fork: ends what is under way, and begins anew. */
void credenco_flight_abandon(credenco_driver *driver);

#endif
