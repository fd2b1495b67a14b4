/* A transfer from its start to its end. Private to the driver. */
#ifndef CREDENCO_CURL_FLIGHT_H
#define CREDENCO_CURL_FLIGHT_H

#include "driver.h"

/* Gives at most `most` queued transfers a connection, and moves their bytes. */
void credenco_flight_admit(credenco_driver *driver, int most);

/* Handles an event on a connection: a credenco_on_ready whose context is the driver. */
void credenco_flight_on_ready(void *context, void *owner, bool ended);

/* Handles libcurl's messages about the connections that it makes. */
void credenco_flight_attend(credenco_driver *driver);

/* Ends transfers whose deadline has passed. */
void credenco_flight_expire(credenco_driver *driver);

/* Takes note of a deadline. */
void credenco_flight_notice_deadline(credenco_driver *driver, int64_t deadline_ms);

/* Ends a transfer that is queued or active, without an outcome. */
void credenco_flight_cancel(credenco_driver *driver, credenco_transfer *transfer);

/* In a child of fork: ends the transfers in flight, and starts without connections. */
void credenco_flight_abandon(credenco_driver *driver);

#endif
