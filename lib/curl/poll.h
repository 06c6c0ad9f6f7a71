/* The five functions of the transport; user is the connection. */
#ifndef AIMP_CURL_POLL_H
#define AIMP_CURL_POLL_H

#include "curl/connection.h"

aim_code aimp_transport_start(const aim_request *request, const aim_receiver *receiver, void *user);
void aimp_transport_cancel(uint64_t id, void *user);
aim_code aimp_transport_poll(uint64_t wait_ms, void *user);
void aimp_transport_wake(void *user);
uint64_t aimp_transport_now(void *user);

/* Gives all exchanges up without a word. */
void aimp_transport_drop_all(aim_curl *curl);

#endif
