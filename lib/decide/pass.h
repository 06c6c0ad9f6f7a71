/* One pass over one service: what was read, what was decided from it, and why. Every question about a service is such a
 * pass, run as far as the question needs. The stages in order:
 *
 *   runtime configuration -> observation -> model -> template -> cache -> (lib/plan: plan, status)
 */
#ifndef AIMP_DECIDE_PASS_H
#define AIMP_DECIDE_PASS_H

#include <aim/cache.h>
#include <aim/model.h>
#include <aim/selection.h>

#include "cluster/cluster.h"
#include "cluster/policy.h"
#include "decide/finding.h"

/* --- errors of reads and of input: spec/status.md section 2 --- */
typedef enum aimp_category {
    AIMP_C_NONE,
    AIMP_C_INFRASTRUCTURE,
    AIMP_C_AUTH,
    AIMP_C_MISSING_DOWNSTREAM,
    AIMP_C_MISSING_UPSTREAM,
    AIMP_C_INVALID_SPEC,
    AIMP_C_EXHAUSTION,
    AIMP_C_UNKNOWN
} aimp_category;

typedef struct aimp_failure {
    aimp_category category;
    const char *reason, *message;
} aimp_failure;

/* What a read answered. */
typedef struct aimp_lookup {
    const aimp_object *object;
    aimp_read_error error; /* AIMP_READ_OK with an object, AIMP_READ_NOT_FOUND without */
} aimp_lookup;

typedef struct aimp_listing {
    const aimp_object **items; /* in the order kind, namespace, name */
    size_t count;
    aimp_read_error error;
} aimp_listing;

/* A place for a namespaced or a cluster-scoped object, as the reference keeps two of. */
typedef struct aimp_found {
    const aimp_object *object;
    aimp_failure failure;
} aimp_found;

/* --- runtime configuration --- */
typedef struct aimp_runtime_config {
    const char *name;
    const aimp_node *merged;   /* a spec; NULL: none */
    const aimp_object *object; /* the one of the namespace, else of the cluster; NULL: none */
    aimp_failure failure;
} aimp_runtime_config;

typedef struct aimp_routing {
    bool enabled;
    const aimp_node *gateway; /* NULL: none */
    const char *path_template;
    bool has_timeout;
    int64_t timeout_ns;
    const aimp_node *annotations;
    const char *problem; /* why no route can be rendered; NULL: none */
} aimp_routing;

/* --- what runs already --- */
typedef struct aimp_observation {
    const char *inference_service_name; /* NULL: the namespace is too long for one */
    aimp_lookup inference_service;
    aimp_failure inference_service_failure; /* of a read, or of the name */
    aimp_listing events, pods;
    bool looked_at_pods; /* the InferenceService exists */
    bool pods_known;     /* what the list does not hold does not exist */
    bool collides;       /* the InferenceService belongs to somebody else */
    aimp_lookup hpa;
    bool looked_at_hpa;
    const char *route_name;
    aimp_lookup route;
    bool looked_at_route;
} aimp_observation;

/* --- model --- */
typedef struct aimp_resolution {
    int32_t outcome; /* AIM_MODEL_… */
    aimp_found ns, cluster;
    const aimp_object *object;
    const char *image_uri;   /* image mode */
    const aimp_node *custom; /* custom mode */
    bool create;
    const char *create_name;
    aimp_failure create_failure; /* the image reference cannot be parsed */
    bool recorded;               /* it came from the status of the service */
    aimp_listing matches;        /* of an image or a custom model, when there are several */
    aimp_reason reason;
    const char *message;
} aimp_resolution;

/* --- GPUs of the cluster --- */

/* Nodes whose labels say the same. */
typedef struct aimp_cluster_gpu {
    const char *model, *key; /* as shown, and as compared */
    int64_t vram_bytes;      /* 0: unknown */
    const aimp_slots *nodes;
} aimp_cluster_gpu;

typedef struct aimp_cluster_gpus {
    aimp_cluster_gpu *items; /* in the order of their models */
    size_t count;
} aimp_cluster_gpus;

/* --- template --- */
typedef enum aimp_stage {
    AIMP_STAGE_AVAILABILITY,
    AIMP_STAGE_OPTIMIZATION,
    AIMP_STAGE_OVERRIDES,
    AIMP_STAGE_GPU,
    AIMP_STAGE_SCOPE,
    AIMP_STAGE_RANK,
    AIMP_STAGE_COUNT
} aimp_stage;

/* What one stage saw in one candidate. */
typedef struct aimp_judgement {
    bool judged, kept;
    const char *pointer, *actual, *wanted;
} aimp_judgement;

typedef struct aimp_candidate {
    const aimp_object *object;
    int32_t verdict;  /* AIM_VERDICT_… */
    aimp_stage stage; /* that decided it */
    aimp_reason reason;
    bool alive;
    size_t rank; /* from 1 among those that reached ranking; 0: did not */
    aimp_rank score;
    size_t ties_survived; /* tie-breaks, among candidates with the best score */
    aimp_judgement judgements[AIMP_STAGE_COUNT];
    aimp_findings findings;
} aimp_candidate;

/* How the template came about. */
typedef enum aimp_template_source {
    AIMP_BY_NONE,
    AIMP_BY_RECORD,
    AIMP_BY_NAME_GIVEN,
    AIMP_BY_DEFAULT,
    AIMP_BY_SELECTION
} aimp_template_source;

typedef struct aimp_selection {
    int32_t outcome; /* AIM_TEMPLATE_… */
    aimp_template_source source;
    aimp_found ns, cluster;
    const aimp_object *object;
    aimp_failure selection_failure;
    bool ran;       /* candidates were looked at */
    bool not_ready; /* candidates exist, none is Ready */
    aimp_candidate *candidates;
    size_t candidate_count, best_count;
    size_t remaining[AIMP_STAGE_COUNT];
    const aimp_object *derive_from; /* a derived template has to be planned from this base */
    const char *derived_name;
    aimp_reason reason;
    const char *message;
} aimp_selection;

/* --- cache --- */
typedef struct aimp_cache_source {
    const char *model_id, *uri, *artifact_name;
    const aimp_node *source, *env;
    const aimp_object *artifact; /* NULL: would be created */
    int64_t size_bytes;          /* 0: unknown */
    int64_t claim_gibibytes;     /* 0: unknown */
} aimp_cache_source;

typedef struct aimp_cache {
    bool dedicated;
    aimp_found found;
    bool create;
    const char *name; /* of the found one or of the one to create; NULL: neither */
    const char *template_name, *template_scope, *storage_class;
    const aimp_node *env;
    aimp_cache_source *sources;
    size_t source_count;
    const char *sizeless; /* model id of the first source without a size; NULL: none */
} aimp_cache;

/* One look at the cluster: an object by its name, or all of a kind (name NULL) that have a key (key NULL: any). */
typedef struct aimp_read {
    struct aimp_read *next;
    aimp_kind kind;
    const char *verb, *ns, *name;
    aimp_index index;
    const char *key;
} aimp_read;

/* An object that the pass points into; whoever keeps the pass keeps it alive. */
typedef struct aimp_held {
    struct aimp_held *next;
    aimp_object *object;
} aimp_held;

typedef struct aimp_pass {
    aimp_arena *arena;
    const aim_cluster *cluster;
    const aim_policy *policy;
    const aimp_switches *rules;
    const char *now;
    const aimp_object *service;
    const char *ns, *name, *uid;
    const aimp_node *spec, *status;
    const aimp_node *recorded_conditions;
    aimp_runtime_config config;
    aimp_routing routing;
    aimp_observation seen;
    aimp_resolution model;
    aimp_selection template_;
    aimp_cache cache;
    aimp_findings findings;
    uint64_t unknown_kinds; /* bits by aimp_kind: kinds that nobody supplied and a decision wanted */
    aimp_read *reads, *last_read;
    aimp_cluster_gpus gpus; /* aimp_pass_gpus(), once it was asked */
    const char *gpus_text;  /* aimp_gpus_of_cluster(), once it was asked */
    aimp_held **held;       /* where held objects are listed, each with a reference */
} aimp_pass;

/* --- pass.c --- */
/* Keeps an object alive as long as what the list belongs to. */
void aimp_hold(aimp_arena *arena, aimp_held **held, const aimp_object *object);
/* Keeps an object alive as long as the answer. */
void aimp_pass_hold(aimp_pass *pass, const aimp_object *object);
void aimp_pass_begin(aimp_pass *pass, aimp_arena *arena, const aim_cluster *cluster, const aimp_object *service,
                     const aim_policy *policy, const char *now);
aimp_lookup aimp_pass_get(aimp_pass *pass, aimp_kind kind, const char *ns, const char *name);
/* Everything of a kind under a key; key NULL: all of the namespace. */
aimp_listing aimp_pass_list(aimp_pass *pass, aimp_kind kind, aimp_index index, const char *ns, const char *key);
/* Writes down what was looked at past the two functions above; name NULL: all of the kind. */
void aimp_pass_note_read(aimp_pass *pass, aimp_kind kind, const char *ns, const char *name);
bool aimp_pass_knows(aimp_pass *pass, aimp_kind kind);
aimp_failure aimp_failure_of(aimp_read_error error);
aimp_failure aimp_upstream_failure(aimp_read_error error);
aimp_failure aimp_failure_make(aimp_category category, const char *reason, const char *message);
bool aimp_failed(const aimp_failure *failure);
/* Model names and the like as a user wrote them, without blanks around. */
const char *aimp_pass_text(aimp_pass *pass, const aimp_node *map, const char *key);
bool aimp_pass_is_autoscaled(const aimp_pass *pass);
/* The name most like one that is not there, for "did you mean"; NULL when none is near. */
const char *aimp_pass_nearest(aimp_pass *pass, aimp_kind kind, const char *name);
aimp_finding *aimp_pass_note(aimp_pass *pass, aimp_reason reason, int32_t severity, const aimp_object *about);
bool aimp_is_ready(const aimp_object *object);
/* True when an object has an owner and it is not this service (differences.md B-57). */
bool aimp_pass_collides(const aimp_pass *pass, const aimp_object *object);
/* Names and paths that are made from the service's UID are not final before it has one (differences.md B-76). */
/* Model and template are resolved: not when the InferenceService could not be read, where that counts (B-38, B-39). */
bool aimp_pass_may_resolve(const aimp_pass *pass);
bool aimp_pass_lacks_uid(const aimp_pass *pass);

/* --- the stages --- */
void aimp_pass_resolve_config(aimp_pass *pass);                          /* runtime_config.c */
void aimp_pass_observe(aimp_pass *pass);                                 /* observation.c */
void aimp_pass_resolve_model(aimp_pass *pass);                           /* model_resolution.c */
void aimp_pass_resolve_template(aimp_pass *pass);                        /* template_resolution.c */
void aimp_pass_select_template(aimp_pass *pass, const char *model_name); /* template_selection.c */
void aimp_pass_rank_candidates(aimp_pass *pass);                         /* template_ranking.c */
void aimp_pass_plan_cache(aimp_pass *pass);                              /* cache_planning.c */
void aimp_pass_check_capacity(aimp_pass *pass);                          /* gpu_capacity.c */

/* template_ranking.c: chosen, then outranked by rank, then rejected by stage; inside each namespaced first, then by
 * name */
void aimp_sort_candidates(aimp_pass *pass);
/* template_selection.c */
const char *aimp_candidate_type(const aimp_pass *pass, const aimp_object *template_object);
const char *aimp_candidate_gpu(const aimp_pass *pass, const aimp_object *template_object);
bool aimp_overrides_allow(aimp_pass *pass, const aimp_object *template_object, aimp_judgement *judgement);

/* cluster_gpus.c */
const aimp_cluster_gpus *aimp_pass_gpus(aimp_pass *pass);
/* A GPU name, and the one that a template needs ("" for any), as the rules compare them. */
const char *aimp_pass_gpu_key(const aimp_pass *pass, const char *text);
const char *aimp_template_gpu_key(const aimp_pass *pass, const aimp_template_facts *facts);
bool aimp_pass_has_gpu(aimp_pass *pass, const aimp_template_facts *facts);
/* Of the nodes with the template's GPU, or with any when it names none; unknown: some node does not say. */
int64_t aimp_pass_largest_vram(aimp_pass *pass, const aimp_template_facts *facts, bool *unknown);
/* "MI210 on 1 node, MI300X on 2 nodes" */
const char *aimp_gpus_of_cluster(aimp_pass *pass);

/* runtime_config.c: the merged configuration of any namespaced object */
aimp_runtime_config aimp_runtime_config_for(aimp_pass *pass, const char *ns, const char *name);
const aimp_node *aimp_merge_runtime_configs(aimp_arena *arena, const aimp_node *cluster, const aimp_node *ns,
                                            const aimp_switches *rules);
const aimp_node *aimp_migrate_runtime_config(aimp_arena *arena, const aimp_node *spec);

/* environment.c: rendering.md section 2.4 */
const aimp_node *aimp_env_merge(aimp_arena *arena, const aimp_node *defaults, const aimp_node *overrides);
/* The same, with AIM_ENGINE_ARGS merged as JSON. */
const aimp_node *aimp_env_merge_engine_args(aimp_arena *arena, const aimp_node *defaults, const aimp_node *overrides,
                                            bool keep_numbers);
const char *aimp_engine_args_merge(aimp_arena *arena, const char *lower, const char *higher, bool keep_numbers);

#endif
