/* One request and its answer. */
#ifndef AIMP_CURL_EXCHANGE_H
#define AIMP_CURL_EXCHANGE_H

#include "curl/connection.h"

#define AIMP_MESSAGE_BYTES 512

typedef enum aimp_exchange_state {
    AIMP_EXCHANGE_WAITS, /* for credentials, or for the next poll */
    AIMP_EXCHANGE_RUNS,  /* libcurl has it */
    AIMP_EXCHANGE_ENDED  /* its end was reported, or it was given up; only its memory is left */
} aimp_exchange_state;

struct aimp_exchange {
    aimp_exchange *next;
    aim_curl *curl;
    aim_receiver receiver;
    aimp_exchange_state state;
    uint64_t id, method, timeout_ms, idle_ms;
    uint64_t started_ms, alive_ms; /* when it began, and when something came or went last */
    uint64_t generation;           /* of the credentials that it went with */
    curl_off_t moved;              /* bytes up and down when it was last looked at */
    bool is_stream, may_gzip;
    bool was_sent; /* its first byte may have gone out */
    bool is_new;   /* libcurl has not got it yet */
    aimp_secret url, accept, content_type, body;
    bool has_body, has_content_type;
    /* with libcurl */
    CURL *easy;
    struct curl_slist *headers, *connect_to;
    char error[CURL_ERROR_SIZE];
    /* the answer */
    aimp_secret head; /* lines of its headers, each with a NUL at its end */
    uint64_t http_status, header_bytes, body_bytes;
    bool head_given;
    aim_code stopped; /* why we ended it; AIM_OK: we did not */
    char why[AIMP_MESSAGE_BYTES];
};

/* A copy of a request; NULL when memory is out. */
aimp_exchange *aimp_exchange_new(aim_curl *curl, const aim_request *request, const aim_receiver *receiver);
/* Gives it to libcurl with the credentials of now. False: it cannot be sent; stopped and why say so. */
bool aimp_exchange_begin(aimp_exchange *exchange);
/* Takes it away from libcurl. */
void aimp_exchange_withdraw(aimp_exchange *exchange);
/* Tells the receiver how it ended; result is libcurl's. */
void aimp_exchange_finish(aimp_exchange *exchange, CURLcode result);
void aimp_exchange_free(aimp_exchange *exchange);
/* Stops it with a code and a sentence; the first one counts. */
void aimp_exchange_stop(aimp_exchange *exchange, aim_code code, const char *format, ...) AIMP_PRINTF(3, 4);

/* answer.c: libcurl's callbacks for what arrives; user is the exchange. */
size_t aimp_answer_header(char *bytes, size_t size, size_t count, void *user);
size_t aimp_answer_body(char *bytes, size_t size, size_t count, void *user);
/* outcome.c: what a result of libcurl means; a code, and a sentence in why unless there is one. */
aim_code aimp_outcome_code(aimp_exchange *exchange, CURLcode result);
int32_t aimp_outcome_phase(const aimp_exchange *exchange, CURLcode result);

#endif
