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
    aimp_read_error get, list; /* of reads that fail */
} aimp_kind_state;

typedef struct aimp_log {
    struct aimp_log *next;
    size_t size;              /* of the whole piece */
    const char *where, *text; /* "<ns>/<pod>/<container>" */
} aimp_log;

struct aim_cluster {
    aim_context *context;
    aimp_tables tables;
    aimp_kind_state kinds[AIMP_KIND_COUNT];
    aimp_log *logs;
};

const aimp_object *aimp_cluster_object(const aim_cluster *cluster, aimp_kind kind, const char *ns, const char *name);
/* NULL when nobody supplied it. */
const char *aimp_cluster_log(const aim_cluster *cluster, const char *ns, const char *pod, const char *container);
aimp_read_error aimp_read_error_named(const char *name); /* AIMP_READ_OK for an unknown name */
const char *aimp_read_error_name(aimp_read_error error);
/* Declarations and logs of a case file. False when the map is none. */
bool aimp_cluster_is_case(const aimp_node *root);

#define AIMP_CASE_API_VERSION "libaim/v1"
#define AIMP_CASE_KIND "Case"

#endif
