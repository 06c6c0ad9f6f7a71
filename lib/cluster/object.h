/* One object of the cluster: its tree as an API server would have stored it, and the facts that decisions ask for.
 * Counted and immutable, so that clusters and their clones share it. */
#ifndef AIMP_CLUSTER_OBJECT_H
#define AIMP_CLUSTER_OBJECT_H

#include <stdatomic.h>

#include "base/context.h"
#include "kube/gpu.h"
#include "kube/kind.h"

/* Of AIMServiceTemplate and AIMClusterServiceTemplate: what the selection compares. Texts are "" where there is none.
 */
typedef struct aimp_template_facts {
    const char *model; /* spec.modelName */
    const char *status;
    bool has_profile;
    const char *profile_type; /* status.profile.metadata.type */
    const char *spec_type;
    const char *metric; /* of the profile, else of the spec */
    const char *precision;
    const char *gpu;        /* spec.hardware.gpu.model, else of the profile, as written */
    const char *gpu_filter; /* the same as the filters read it (an untrimmed model of the spec counts) */
    const char *gpu_model;  /* gpu_filter, normalised */
    const char *gpu_key;    /* the same, but unknown devices (AMD-ABCD) whole */
    int64_t gpu_count;
    int64_t min_vram_bytes; /* 0: none */
    bool derived;           /* label origin=derived */
} aimp_template_facts;

typedef struct aimp_node_facts {
    aimp_gpu_labels gpu;
    const char *gpu_index; /* nodes whose labels say the same about GPU and VRAM have the same text; NULL: no GPU */
    bool ready, schedulable;
} aimp_node_facts;

typedef struct aimp_object {
    atomic_uint holders;
    aim_context *context;
    aimp_arena arena;
    aimp_kind kind;
    const char *ns; /* NULL for cluster-scoped kinds */
    const char *name;
    const char *uid; /* "" when it has none */
    const aimp_node *root, *metadata, *spec, *status, *labels, *annotations;
    const char *state; /* status.status of AIM kinds; "" when there is no status */
    const aimp_issue *issues;
    const char *source;
    uint64_t line, column;
    union {
        aimp_template_facts template_facts;
        aimp_node_facts node;
    } facts;
} aimp_object;

/* An object without content; NULL when memory is out. Its arena raises on the guard. */
aimp_object *aimp_object_new(aim_context *context, aimp_guard *guard);
void aimp_object_retain(aimp_object *object);
void aimp_object_release(aimp_object *object);
/* Fills everything from an admitted root. */
void aimp_object_describe(aimp_object *object, aimp_kind kind, const aimp_node *root);
/* Fills an object with the overlay's spec, labels and annotations on the base's status and identity. */
void aimp_object_overlay(aimp_object *object, const aimp_object *base, const aimp_object *overlay);

const char *aimp_object_label(const aimp_object *object, const char *key);
/* True when an owner reference names the uid. */
bool aimp_object_is_owned_by(const aimp_object *object, const char *uid);
bool aimp_object_has_owner(const aimp_object *object);
/* "AIMService ml-team/qwen-service" */
const char *aimp_object_title(aimp_arena *arena, aimp_kind kind, const char *ns, const char *name);
/* The True condition of a type: its node, else NULL. */
const aimp_node *aimp_condition_of(const aimp_node *conditions, const char *type);

#endif
