/* What the controller's parts are tested with: an API server that answers when the test says so, a clock that the test
 * moves, and members of JSON as text. */
#ifndef AIM_TESTS_CONTROLLER_HELP_H
#define AIM_TESTS_CONTROLLER_HELP_H

#include "harness.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { MAX_HELD = 64 };

/* Keeps requests until they are answered; no time passes but what the test lets pass. */
typedef struct held_server {
    test_context *t;
    uint64_t now_ms;
    struct held_request {
        uint64_t id;
        const char *line; /* "POST /apis/…" */
        const char *body; /* "" for none */
        aim_receiver receiver;
        uint64_t status; /* 0: not answered yet */
        const char *answer;
    } held[MAX_HELD];
    size_t count, asked; /* held now, and ever asked */
    aim_cluster *cluster;
    aim_fetch *fetch; /* of calls only */
} held_server;

/* In place: it must not move. held_server_free(). */
void held_server_init(held_server *s, test_context *t);
void held_server_free(held_server *s);
/* Sends what the fetch has to send, and hands over answers. */
void held_server_run(held_server *s);
/* "METHOD TARGET" and the body of the request that waits longest; "" when none does. */
const char *held_line(const held_server *s);
const char *held_body(const held_server *s);
/* Forgets it: no answer ever comes. */
void held_lose(held_server *s);
/* Answers it. */
void held_reply(held_server *s, uint64_t status, const char *body);

/* A Status as a server sends it. */
#define STATUS(reason)                                                                                                 \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"as "                              \
    "scripted\",\"reason\":\"" reason "\"}"

/* Where clock_gettime stands, for the objects of the test program: the wall clock at a fixed time, the other one moved
 * on. */
void clock_fix(int64_t seconds, long nanoseconds);
void clock_move(int64_t seconds);
void clock_reset(void);

/* The member "spec.holderIdentity" of a JSON text: its text without quotes, "missing", or "no JSON". */
const char *member_text(test_context *t, const char *json, const char *path);
/* "…" made of one piece many times. */
char *repeated(test_context *t, const char *piece, size_t times);

#endif
