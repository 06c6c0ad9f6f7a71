/* An API server that answers from a script, for what a fetch asks: no network, a clock of its own. */
#ifndef AIM_TESTS_SCRIPTED_SERVER_H
#define AIM_TESTS_SCRIPTED_SERVER_H

#include "cluster_help.h"

enum { MAX_OPEN = 32 };

/* The answer to one request. */
typedef struct scripted {
    const char *request; /* "GET /api/v1/nodes?limit=500", exactly; NULL ends a script */
    uint64_t status;     /* 0: no head comes */
    const char *body;    /* NULL: none */
    int32_t phase;       /* AIM_END_… */
    aim_code code;
    uint64_t after_ms;       /* the clock goes on by so much before the end */
    const char *retry_after; /* header */
    const char *warning;     /* header */
    const char *date;        /* header */
    size_t cut;              /* only so many bytes of the body; 0: all */
} scripted;

typedef struct scripted_server {
    test_context *t;
    const scripted *script;
    size_t next;  /* of the script, which is asked for in its order */
    size_t chunk; /* bytes of a piece; 0: all at once */
    uint64_t now_ms;
    uint64_t polls;
    aimp_text asked; /* "METHOD TARGET [BODY]\n" of every request */
    struct {
        uint64_t id;
        const scripted *answer;
        aim_receiver receiver;
    } open[MAX_OPEN];
    size_t open_count, cancelled;
    bool extra; /* something was asked that is not in the script */
    bool quiet; /* nothing is written down, and no memory is taken */
} scripted_server;

/* In place: the server must not move while its transport is used. */
void scripted_server_init(scripted_server *server, test_context *t, const scripted *script);
aim_transport scripted_transport(scripted_server *server);
/* A fetch of these kinds, run until it is done; NULL-terminated. aim_fetch_free(). */
aim_fetch *scripted_fetch(scripted_server *server, aim_cluster *cluster, const char *const *kinds, uint32_t flags);
aim_code scripted_run(scripted_server *server, aim_fetch *fetch, uint64_t limit_ms, aim_error **err);
/* "Node synced 2 objects at 7" for each kind, a line each. */
const char *sync_text(test_context *t, const aim_fetch *fetch);

#endif
