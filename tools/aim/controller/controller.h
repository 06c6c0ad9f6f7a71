/* aim controller: watch, plan, apply, report. The library decides; what is here carries it out, object by object, and
 * knows when to look again. One thread. */
#ifndef AIM_TOOL_CONTROLLER_H
#define AIM_TOOL_CONTROLLER_H

#include "../command.h"

enum { MOST_OUTCOMES = 64 };

/* What the work on one object waits for. */
typedef enum work_step {
    WORK_IDLE,
    WORK_NEED, /* what the plan needs: a container's log, the events about an object */
    WORK_ADD_FINALIZER,
    WORK_LOOK,   /* at the object that is to be deleted */
    WORK_ACTION, /* apply or delete */
    WORK_STATUS,
    WORK_REMOVE_FINALIZER
} work_step;

/* Actions of one pass that failed, up to the first apply among them. */
typedef struct refusals {
    aim_outcome outcomes[MOST_OUTCOMES];
    size_t count;
    struct refusal_text {
        char reason[64], message[512];
    } told[MOST_OUTCOMES];
} refusals;

/* One object that is kept true. */
typedef struct controlled {
    const char *kind; /* static */
    char *ns, *name;
    aim_interest *interest; /* what the last plan looked at; NULL before the first */
    char status[24];        /* that it came to */
    bool dirty;             /* something changed that the plan looked at, or there is no plan */
    bool touched;           /* it changed itself */
    bool is_settled;        /* the last pass ended, and nothing has changed since */
    bool is_gone;           /* from the cluster */
    bool held_back;         /* the last pass left deletions out */
    uint64_t due_ms;        /* when dirty or touched: not before */
    uint64_t again_ms;      /* at the latest, although nothing has changed */
    uint64_t failures;      /* in a row */
    unsigned overtaken;     /* passes in a row that ended because it had changed */
    /* the work under way */
    work_step step;
    aim_plan *working;
    uint64_t call;
    size_t action;
    size_t next_need; /* of the plan */
    bool has_looked, status_written;
    uint64_t statuses, statuses_since_ms; /* written, and since when they are counted */
    bool needs_events;                    /* which nobody tells: they are looked at again */
    uint64_t event_looks;                 /* in a row */
    struct refusals *refused;             /* what the server said no to; NULL: nothing */
    char own_version[64];                 /* that our last write of the object led to; "" */
    uint64_t own_since_ms;
    bool echo_is_silent; /* it leads to no other plan */
} controlled;

typedef struct controlled_table {
    controlled **items; /* by kind, namespace, name */
    size_t count, capacity;
} controlled_table;

/* objects.c */
/* The object, made when it is not there; NULL: no memory. kind must be static. */
controlled *controlled_get(controlled_table *table, const char *kind, const char *ns, const char *name);
void controlled_drop(controlled_table *table, controlled *object);
void controlled_free_all(controlled_table *table);

typedef struct controller_counts {
    uint64_t plans, applies, deletes, statuses, finalizers, logs, event_reads, conflicts, failures, dropped_deletes;
} controller_counts;

struct event_recorder;

typedef struct controller {
    const tool_options *options;
    aim_cluster *cluster;
    aim_fetch *fetch;
    const aim_policy *policy;
    aim_cancel *cancel;   /* set when we are to stop */
    const char *kinds[3]; /* that are controlled; NULL-terminated when fewer */
    controlled_table objects;
    struct event_recorder *events;
    controller_counts counts;
    uint64_t now_ms;
    size_t next_first; /* object of the next turn */
    bool never_knows;  /* what is unknown stays so: we may not read it */
    bool may_delete;   /* everything that deletions depend on is known */
    bool stopping;
    bool has_failed;    /* a dry run could not plan something */
    bool stale_changes; /* a change could not be noted for want of memory: everything is looked at again */
    uint64_t random;
} controller;

/* changes.c */
/* The kind as it is controlled; NULL: it is not. */
const char *controller_kind(const controller *c, const char *kind);
/* by itself: the object itself changed, which ends any waiting. */
void controlled_touch(const controller *c, controlled *object, bool by_itself);

/* reconcile.c */
/* Looks at the results of the object's call, and goes on; answers when there is something to do again. */
uint64_t reconcile(controller *c, controlled *object);
bool controlled_is_busy(const controlled *object);
/* Keeps of the working plan what it looked at and what it came to, and gives it back. */
void controlled_keep_interest(const controller *c, controlled *o);
/* Whether something changed that has not been planned yet. */
bool controlled_is_pending(const controlled *object);
/* When it is to be planned, UINT64_MAX: not before something changes. */
uint64_t controlled_due(const controlled *object);
/* Whether the object's newest version came from our own last write. */
bool controlled_is_echo(const controller *c, const controlled *object);

/* rival.c */
/* Whether somebody else writes what we would write here, or that cannot be told; says who or why. */
bool rival_is_here(controller *c, const aim_transport *transport);

#endif
