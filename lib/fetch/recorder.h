/* A transport that records or plays back: what both share. */
#ifndef AIMP_FETCH_RECORDER_H
#define AIMP_FETCH_RECORDER_H

#include <aim/transport.h>

#include "base/context.h"
#include "base/error.h"
#include "base/text.h"
#include "doc/node.h"

#define AIMP_EXCHANGE_KIND "Exchange"

/* One line of a record that is played back. */
typedef struct aimp_line {
    struct aimp_line *next; /* of the same exchange */
    size_t number;          /* in the record, from 1 */
    const char *what;       /* "response", "body" or "end" */
    const aimp_node *value;
} aimp_line;

/* One exchange of a record. */
typedef struct aimp_played {
    struct aimp_played *next;
    int64_t recorded_id;
    const char *method, *target, *body;
    const char *ns; /* whose services the request lists; NULL: something else */
    aimp_line *lines, *last_line;
    bool taken;
    size_t number; /* of the request's line */
    /* while it is played */
    uint64_t id; /* 0: it is not */
    aim_receiver receiver;
    aimp_line *at;
} aimp_played;

/* One exchange that is recorded. */
typedef struct aimp_recorded {
    struct aimp_recorded *next;
    uint64_t id;     /* of the exchange, which several fetches may count alike */
    uint64_t number; /* in the record */
    aim_receiver receiver;
    char carry[4]; /* the beginning of a character that a piece cut in two */
    size_t carry_size;
} aimp_recorded;

struct aim_recorder {
    aim_context *context;
    bool plays;
    aim_code failed; /* of the sink, or for want of memory */
    /* recording */
    aim_transport inner;
    aim_sink sink;
    aimp_recorded *recorded;
    uint64_t last_number;
    /* playing */
    aimp_arena arena;
    aimp_played *played, *last_played;
    uint64_t now_ms;
    bool woken;
};

/* replay.c */
aim_code aimp_replay_read(aim_recorder *recorder, const aim_source *source, aim_error **err);
void aimp_replay_transport(aim_recorder *recorder, aim_transport *out);

extern const char *const aimp_method_names[]; /* by AIM_METHOD_… */
extern const char *const aimp_phase_names[];  /* by AIM_END_… */

#endif
