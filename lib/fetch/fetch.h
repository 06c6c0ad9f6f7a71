/* The state of a conversation with an API server: a reflector for each kind, the calls, and the exchanges under way. */
#ifndef AIMP_FETCH_FETCH_H
#define AIMP_FETCH_FETCH_H

#include <aim/fetch.h>

#include "base/bytes.h"
#include "cluster/cluster.h"
#include "fetch/answer.h"
#include "fetch/frame.h"
#include "fetch/retry.h"

/* One request that was handed out and whose end has not come. */
typedef struct aimp_exchange {
    struct aimp_exchange *next;
    aim_fetch *fetch;
    uint64_t id;
    uint64_t started_ms;
    struct aimp_reflector *reflector; /* exactly one of both is set */
    struct aimp_call *call;
    uint64_t http_status; /* 0: no head yet */
    uint64_t retry_after_ms;
    int64_t server_time; /* seconds since 1970 by its header Date; 0: it did not say */
    aimp_frame frame;    /* of a list or watch that succeeds */
    bool framed;
    aimp_bytes body; /* of everything else */
    bool cut;        /* the body was longer than what is kept */
    aim_code code;   /* why we gave it up */
    bool ended;      /* and what follows from it waits for somebody who knows the time */
    aim_end end;     /* its message is below */
    aimp_bytes message;
} aimp_exchange;

typedef enum aimp_phase {
    AIMP_TO_LIST, /* the next page, when it is time */
    AIMP_LISTING, /* a page is under way */
    AIMP_TO_WATCH,
    AIMP_WATCHING,
    AIMP_AT_REST /* nothing to ask, or not before time */
} aimp_phase;

/* One kind: its list, and then its watch. */
typedef struct aimp_reflector {
    aimp_kind kind;
    const char *ns;    /* NULL: all */
    const char *label; /* only objects that have it; NULL: all */
    char source[160];  /* what it is called in reports */
    aimp_phase phase;
    int32_t state; /* AIM_SYNC_… */
    aim_code code;
    aim_cluster *staged;     /* what the list under way has brought */
    aimp_bytes token;        /* of the next page; empty: the first */
    aimp_bytes version;      /* up to which the kind is known */
    aimp_bytes list_version; /* of the list under way */
    aimp_bytes message;
    bool from_version;     /* list at this version or newer, not at the newest */
    bool whole;            /* list without pages */
    uint64_t restarts;     /* of the list, because a page had expired */
    uint64_t failures;     /* in a row */
    uint64_t first_try_ms; /* of the requests that fail */
    uint64_t due_ms;       /* not before; UINT64_MAX: never */
    uint64_t staged_count, lists, events;
    uint64_t watch_events;  /* of the watch under way, bookmarks too */
    bool broken;            /* the watch cannot be read on: list again */
    bool expired;           /* the watch's version is gone */
    uint64_t wait_ms;       /* what an ERROR event asked for */
    bool staged_incomplete; /* the list under way holds objects that could not be read */
    bool incomplete;        /* what was read lacks some */
    bool in_doubt;          /* it was read once, and now it cannot be */
    uint64_t doubt_ms;      /* since when */
} aimp_reflector;

typedef struct aimp_call {
    struct aimp_call *next;
    uint64_t id;
    uint64_t verb;
    uint32_t flags;
    aimp_kind kind;
    aimp_effect effect;
    bool dropped, under_way, ended;
    uint64_t tries, first_try_ms, due_ms;
    int64_t server_time; /* of the answer */
    aimp_bytes target, body;
    char *ns, *name, *container; /* NULL where there is none */
    aimp_arena answer;           /* of the result's texts */
    aim_code code;
    uint64_t http_status;
    aimp_refusal refusal;
    bool refused;
    aimp_bytes received;
} aimp_call;

struct aim_fetch {
    aim_context *context;
    const aim_allocator *allocator;
    aim_cluster *cluster;
    aim_fetch_options options; /* with defaults filled in; its pointers are not used */
    bool has_listener;
    aim_listener listener;
    char *ns;
    aimp_reflector *reflectors;
    size_t reflector_count, reflector_capacity;
    aimp_call *calls, *last_call;
    aimp_exchange *exchanges;
    uint64_t last_id, last_call_id;
    uint64_t now_ms;
    uint64_t random;
    uint64_t tokens_ms; /* of the rate limit: a token is worth 1,000 / requests */
    uint64_t tokens_at_ms;
    uint64_t untrusted_id; /* the last request before an answer that said that we are nobody; 0: none did. Those under
                              way then had the same credentials, and say nothing new */
    uint64_t untrusted_ms; /* when that was */
    bool reached;          /* some answer came */
    uint64_t changes;      /* kinds that were read; for progress */
    aim_code fatal;        /* the server cannot be used, or memory is out */
    aimp_bytes fatal_message;
    aim_report *report;
    aimp_guard report_guard;
    aimp_bytes out_target, out_body; /* of the request that was handed out last */
    bool has_transport;
    aim_transport transport; /* of the last run */
};

/* reflector.c */
/* Fills what is specific to a request; false when nothing is due. *due_ms: when something will be. */
bool aimp_reflector_request(aim_fetch *fetch, aimp_reflector *reflector, aimp_exchange *exchange, aim_request *out,
                            uint64_t *due_ms);
bool aimp_reflector_is_done(const aimp_reflector *reflector);
void aimp_reflector_begin_answer(aim_fetch *fetch, aimp_exchange *exchange);
void aimp_reflector_end(aim_fetch *fetch, aimp_exchange *exchange, const aim_end *end);
void aimp_reflector_free(aim_fetch *fetch, aimp_reflector *reflector);

/* What it had asked for did not happen: it asks again. */
void aimp_reflector_rewind(aimp_reflector *reflector);

/* call.c */
bool aimp_call_request(aim_fetch *fetch, aimp_call *call, aim_request *out, uint64_t *due_ms);
void aimp_call_end(aim_fetch *fetch, aimp_exchange *exchange, const aim_end *end);
void aimp_call_free(aim_fetch *fetch, aimp_call *call);

/* run.c */
/* Cancels what the transport of the last run carries; what was asked for waits for the next one. */
void aimp_fetch_detach(aim_fetch *fetch);

/* fetch.c */
void aimp_fetch_exchange_free(aim_fetch *fetch, aimp_exchange *exchange);
/* Ends every run: the server cannot be used. */
void aimp_fetch_give_up(aim_fetch *fetch, aim_code code, const char *message);
/* A warning or an error for whoever looks at the report. */
void aimp_fetch_report(aim_fetch *fetch, aim_code code, int32_t severity, const char *source, const char *object,
                       const char *message);
/* The entries of a report about one object or event. */
void aimp_fetch_merge_report(aim_fetch *fetch, const aim_report *report, const char *source);
/* Counts an answer that says who we are, or that we are nobody (401): the second in a row is fatal. */
void aimp_fetch_note_identity(aim_fetch *fetch, const aimp_exchange *exchange, const char *message);

#endif
