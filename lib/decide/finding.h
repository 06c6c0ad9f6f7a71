/* Reasons and findings. */
#ifndef AIMP_DECIDE_FINDING_H
#define AIMP_DECIDE_FINDING_H

#include <aim/finding.h>

#include "cluster/object.h"

/* In the order of their families; the numbers are in finding.c and never change. */
typedef enum aimp_reason {
    AIMP_R_NONE,
    /* model */
    AIMP_R_MODEL_NOT_FOUND,
    AIMP_R_MULTIPLE_MODELS,
    AIMP_R_INVALID_IMAGE,
    AIMP_R_MODEL_CREATED,
    AIMP_R_MODEL_NOT_READY,
    AIMP_R_MODEL_READ_FAILED,
    AIMP_R_CUSTOM_MODEL_CONFLICT,
    AIMP_R_MODEL_DEGRADED,
    /* availability */
    AIMP_R_TEMPLATE_PENDING,
    AIMP_R_TEMPLATE_PROGRESSING,
    AIMP_R_TEMPLATE_NOT_AVAILABLE,
    AIMP_R_TEMPLATE_DEGRADED,
    AIMP_R_TEMPLATE_FAILED,
    AIMP_R_TEMPLATE_NOT_READY,
    /* optimization */
    AIMP_R_UNOPTIMIZED,
    /* overrides */
    AIMP_R_OVERRIDES_NOT_MATCHED,
    AIMP_R_DERIVED_FOR_ANOTHER,
    AIMP_R_OVERRIDES_NOT_APPLIED,
    /* gpu */
    AIMP_R_GPU_NOT_IN_CLUSTER,
    AIMP_R_VRAM_NOT_AVAILABLE,
    AIMP_R_VRAM_UNKNOWN,
    AIMP_R_GPU_UNKNOWN,
    /* scope */
    AIMP_R_NAMESPACED_PREFERRED,
    AIMP_R_OTHER_SCOPE,
    AIMP_R_OTHER_MODEL,
    /* rank */
    AIMP_R_LOWER_RANK,
    AIMP_R_AMBIGUOUS,
    AIMP_R_BEST_MATCH,
    AIMP_R_UNRANKED,
    AIMP_R_LOST_TIE_BREAK,
    /* template */
    AIMP_R_TEMPLATE_NOT_FOUND,
    AIMP_R_TEMPLATE_READ_FAILED,
    AIMP_R_RECORDED_TEMPLATE_KEPT,
    AIMP_R_RECORDED_TEMPLATE_UNFIT,
    AIMP_R_DEFAULT_TEMPLATE_MISSING,
    AIMP_R_DERIVED_PLANNED,
    /* cache */
    AIMP_R_STORAGE_SIZE,
    AIMP_R_CACHE_FAILED,
    AIMP_R_CACHE_SCOPE,
    AIMP_R_NO_SOURCES,
    AIMP_R_HEADROOM_IGNORED,
    AIMP_R_STORAGE_CLASS_MISSING,
    /* render */
    AIMP_R_NAME_TOO_LONG,
    AIMP_R_PATH_TEMPLATE_INVALID,
    AIMP_R_GATEWAY_MISSING,
    AIMP_R_NAME_COLLISION,
    AIMP_R_RESOURCES_DIFFER,
    AIMP_R_DURATION_INVALID,
    AIMP_R_RUNTIME_CONFIG_MISSING,
    AIMP_R_UID_UNKNOWN,
    AIMP_R_IGNORED_FIELD,
    AIMP_R_PAUSED,
    /* input */
    AIMP_R_VALUE_NOT_ALLOWED,
    /* capacity */
    AIMP_R_NO_FREE_GPU,
    /* runtime */
    AIMP_R_IMAGE_PULL,
    AIMP_R_POD_BLOCKED,
    AIMP_R_POD_FAILED,
    AIMP_R_RUNTIME_FAILED,
    AIMP_R_ROUTE_REFUSED,
    AIMP_R_SCALING_FAILED,
    /* documents */
    AIMP_R_UNKNOWN_FIELD,
    AIMP_R_IMMUTABLE_CHANGED,
    AIMP_R_LABEL_NOT_ALLOWED,
    AIMP_R_NAME_NOT_ALLOWED,
    AIMP_R_NAME_SHORTENED,
    AIMP_R_SECRET_MISSING,
    AIMP_R_GATEWAY_NOT_FOUND,
    AIMP_R_OTHER_VERSION,
    AIMP_R_CACHE_REWRITTEN,
    AIMP_R_UNREADABLE,
    /* nodes */
    AIMP_R_NODE_NOT_SCHEDULABLE,
    AIMP_R_DEVICE_UNKNOWN,
    AIMP_R_FAMILY_ONLY,
    AIMP_R_LABELS_CONTRADICT,
    AIMP_R_VRAM_UNIT,
    AIMP_R_PARTITIONED,
    AIMP_R_NODE_WITHOUT_LABELS,
    AIMP_R_COUNT
} aimp_reason;

typedef struct aimp_remedy {
    const char *text;
    const aimp_node *patch; /* list of {object: {kind, namespace, name}, patch: […]}; NULL: only the text */
    bool recreate;
} aimp_remedy;

typedef struct aimp_finding {
    struct aimp_finding *next;
    aimp_reason reason;
    int32_t severity;
    aimp_kind kind; /* whose field: */
    const char *ns, *name;
    const char *pointer, *actual, *wanted, *message;
    const char *source; /* where the field stands; NULL: not known */
    uint32_t line, column;
    aimp_remedy remedy;
    aim_finding shown; /* the public form, made when the pass ends */
} aimp_finding;

typedef struct aimp_findings {
    aimp_finding *first, *last;
    size_t count;
} aimp_findings;

const char *aimp_reason_text(aimp_reason reason);
aimp_reason aimp_reason_of(const char *name);

/* Adds a finding about an object (may be NULL) to a list. The members that are not arguments are the caller's to set.
 */
aimp_finding *aimp_findings_add(aimp_arena *arena, aimp_findings *findings, aimp_reason reason, int32_t severity,
                                const aimp_object *about);
/* A remedy that sets one field of an object. */
/* The place of a field in the object's source: of the pointer, or of the nearest field above it. */
void aimp_finding_place(aimp_arena *arena, aimp_finding *finding, const aimp_object *object, const char *pointer);
/* A remedy that removes one field of an object. */
aimp_remedy aimp_remedy_remove(aimp_arena *arena, const aimp_object *object, const char *pointer, const char *text);
aimp_remedy aimp_remedy_set(aimp_arena *arena, const aimp_object *object, const char *pointer, const aimp_node *value,
                            const char *text);
/* {kind, namespace, name} */
const aimp_node *aimp_reference_node(aimp_arena *arena, aimp_kind kind, const char *ns, const char *name);
const aimp_node *aimp_finding_node(aimp_arena *arena, const aimp_finding *finding);
const aimp_node *aimp_findings_node(aimp_arena *arena, const aimp_findings *findings);
void aimp_findings_publish(aimp_arena *arena, const aimp_findings *findings);

#endif
