/* The cluster: tables of objects, what is known of each kind, and the logs of failed containers. */
#ifndef AIMP_CLUSTER_CLUSTER_H
#define AIMP_CLUSTER_CLUSTER_H

#include <aim/cluster.h>

#include "cluster/report.h"
#include "cluster/tables.h"

/* Why a read failed. */
typedef enum aimp_read_error {
    AIMP_READ_OK,
    AIMP_READ_TIMEOUT,
    AIMP_READ_FORBIDDEN,
    AIMP_READ_UNAUTHORIZED,
    AIMP_READ_UNAVAILABLE,
    AIMP_READ_INTERNAL,
    AIMP_READ_TOO_MANY,
    AIMP_READ_CONFLICT,
    AIMP_READ_INVALID,
    AIMP_READ_PLAIN,
    AIMP_READ_NOT_FOUND /* an object that is not there; never declared */
} aimp_read_error;

typedef struct aimp_kind_state {
    bool known;
    bool declared;             /* as a whole: what is not there does not exist, in any namespace */
    bool partial;              /* only those of some namespaces or with some labels are known */
    bool by_object;            /* events: only those about single objects are known, which plans ask for */
    aimp_read_error get, list; /* of reads that fail */
} aimp_kind_state;

typedef struct aimp_log {
    struct aimp_log *next;
    size_t size;              /* of the whole piece */
    const char *where, *text; /* "<ns>/<pod>/<container>"; of a foreign document its source */
    uint32_t line, column;    /* of a foreign document */
    bool overlay;             /* a foreign document of the overlay */
} aimp_log;

enum { AIMP_LOG_BUCKETS = 256 };

struct aim_cluster {
    aim_context *context;
    aimp_tables tables;
    aimp_kind_state kinds[AIMP_KIND_COUNT];
    bool has_overlay;                 /* something was added with AIM_SOURCE_OVERLAY, even if it held no object */
    aimp_log *logs[AIMP_LOG_BUCKETS]; /* by the hash of where */
    aimp_log *foreign; /* documents of AIM in a version or group that is not read: what is said about each */
};

/* replacement.c: aim_cluster_replace() for the part of a kind that belongs, which has been checked. NULL: all of it. */
typedef bool aimp_belongs(const aimp_object *object, const void *arg);
aim_code aimp_cluster_replace_part(aim_cluster *cluster, const aim_cluster *from, const aim_ref *scope,
                                   aimp_belongs *belongs, const void *arg, const aim_listener *listener);
/* By kind, and by group and version where they are set. */
aimp_kind aimp_kind_of_ref(const aim_ref *ref);
const aimp_object *aimp_cluster_object(const aim_cluster *cluster, aimp_kind kind, const char *ns, const char *name);
/* pod_logs.c: one log for each container, the latest. NULL when nobody supplied it. */
const char *aimp_cluster_log(const aim_cluster *cluster, const char *ns, const char *pod, const char *container);
aimp_read_error aimp_read_error_named(const char *name); /* AIMP_READ_OK for an unknown name */
const char *aimp_read_error_name(aimp_read_error error);
aimp_log *aimp_log_new(const aim_allocator *allocator, const char *where, const char *text,
                       size_t size); /* NULL: memory */
void aimp_log_link(aim_cluster *cluster,
                   aimp_log *log); /* replaces an earlier one of the same container; cannot fail */
/* Copies of a chain, in front of *list; false when memory is out. */
bool aimp_logs_copy(const aimp_log *logs, const aim_allocator *allocator, aimp_log **list);
/* Forgets logs of pods that the cluster no longer has, where pods are known. */
void aimp_logs_sweep(aim_cluster *cluster);
void aimp_logs_free(const aim_allocator *allocator, aimp_log *logs);

/* What one watch event was about. */
enum { AIMP_EVENT_NAME = 254, AIMP_EVENT_VERSION = 64 };
typedef struct aimp_event_note {
    char type[16]; /* ADDED, … or what stood there, cut */
    aimp_kind kind;
    char ns[AIMP_EVENT_NAME], name[AIMP_EVENT_NAME], version[AIMP_EVENT_VERSION];
    int32_t change;       /* AIM_EVENT_…; 0: nothing that is kept */
    bool initial_is_over; /* the bookmark behind the events that a streaming list begins with */
    int64_t code;         /* of a Status in an ERROR event */
    char reason[64], message[256];
} aimp_event_note;
/* aim_cluster_apply_event, and what it was about; the note is filled as far as the event could be read. */
aim_code aimp_cluster_apply_event(aim_cluster *cluster, const aim_source *source, aimp_event_note *note,
                                  aim_report **report, aim_error **err);

/* How an object changed from one state to the other; either may be NULL. 0: not at all, for whoever decides. */
int32_t aimp_object_change(const aimp_object *before, const aimp_object *after);
/* Whether a filter or a name says which kind, and one that is kept. */
aim_code aimp_cluster_check_kind(const aim_cluster *cluster, const aim_ref *ref, aim_error **err);

/* case_file.c: what a case file says beyond its objects. */
bool aimp_is_case(const aimp_node *root);
/* One entry of "declarations"; false when it says nothing that is known. */
bool aimp_declaration_read(const aimp_node *declaration, aimp_kind_state kinds[AIMP_KIND_COUNT]);

#define AIMP_CASE_API_VERSION "libaim/v1"
#define AIMP_CASE_KIND "Case"

#endif
