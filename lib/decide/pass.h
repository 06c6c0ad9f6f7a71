/* One pass over one object: what was read, what was decided from it, and why. Every question about an object is such a
 * pass, run as far as the question needs. The stages of a service in order:
 *
 *   runtime configuration -> observation -> model -> template -> cache -> (lib/plan: plan, status)
 *
 * A template cache has the first, its template and its artifacts; an artifact the first and what works for it.
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
    const char *sizeless;           /* model id of the first source without a size; NULL: none */
    aimp_failure artifacts_failure; /* of the list of artifacts */
} aimp_cache;

/* --- artifact --- */

/* A job of an artifact and its pods. */
typedef struct aimp_job_seen {
    const char *name; /* NULL: the artifact has no UID to make it from */
    aimp_lookup job;
    bool looked_at, looked_at_pods;
    aimp_listing pods;
} aimp_job_seen;

typedef struct aimp_artifact_seen {
    aimp_lookup role_binding, claim;
    bool looked_at_claim;
    const char *claim_name; /* NULL: the artifact has no UID to make it from */
    aimp_job_seen size_job, download_job;
    bool is_ready;            /* as the status records it: the download is over */
    int64_t size_bytes;       /* 0: unknown */
    int64_t discovered_bytes; /* found out in this pass; 0: not */
    const char *size_problem; /* what is wrong with the output of the size job; NULL: nothing */
    int64_t headroom_percent;
} aimp_artifact_seen;

/* One look at the cluster: an object by its name, or all of a kind (name NULL) that have a key (key NULL: any). */
typedef struct aimp_read {
    struct aimp_read *next;
    aimp_kind kind;
    const char *verb, *ns, *name;
    aimp_index index;
    const char *label; /* whose value key is; NULL: key is of the index */
    const char *key;
} aimp_read;

/* What would decide something, and nobody has supplied: the log of a container, or (container is NULL) the events
 * about an object. */
typedef struct aimp_need {
    struct aimp_need *next;
    const char *ns, *name, *container; /* name: of the pod, or of the object */
} aimp_need;

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
    const aimp_object *object; /* what the pass is about: a service, a template cache, an artifact */
    const char *ns, *name, *uid;
    const aimp_node *spec, *status;
    const aimp_node *recorded_conditions;
    aimp_runtime_config config;
    aimp_routing routing;
    aimp_observation seen;
    aimp_resolution model;
    aimp_selection template_;
    aimp_cache cache; /* of a service; of a template cache its own content; of an artifact the one source that it is */
    aimp_artifact_seen artifact;
    aimp_findings findings;
    uint64_t unknown_kinds; /* bits by aimp_kind: kinds that nobody supplied and a decision wanted */
    aimp_read *reads, *last_read;
    aimp_need *needs, *last_need;
    aimp_cluster_gpus gpus; /* aimp_pass_gpus(), once it was asked */
    const char *gpus_text;  /* aimp_gpus_of_cluster(), once it was asked */
    aimp_held **held;       /* where held objects are listed, each with a reference */
} aimp_pass;

/* --- pass.c --- */
/* Keeps an object alive as long as what the list belongs to. */
void aimp_hold(aimp_arena *arena, aimp_held **held, const aimp_object *object);
/* Keeps an object alive as long as the answer. */
void aimp_pass_hold(aimp_pass *pass, const aimp_object *object);
void aimp_pass_begin(aimp_pass *pass, aimp_arena *arena, const aim_cluster *cluster, const aimp_object *object,
                     const aim_policy *policy, const char *now);
aimp_lookup aimp_pass_get(aimp_pass *pass, aimp_kind kind, const char *ns, const char *name);
/* Everything of a kind under a key; key NULL: all of the namespace. */
aimp_listing aimp_pass_list(aimp_pass *pass, aimp_kind kind, aimp_index index, const char *ns, const char *key);
/* Everything of a namespace that carries a label. */
aimp_listing aimp_pass_list_labelled(aimp_pass *pass, aimp_kind kind, const char *ns, const char *label,
                                     const char *value);
/* The log of a container; NULL, and a need of it, when nobody supplied it. */
const char *aimp_pass_log(aimp_pass *pass, const char *ns, const char *pod, const char *container);
/* Notes that the events about an object count, where they are read only when a plan asks for them. */
void aimp_pass_need_events(aimp_pass *pass, const char *ns, const char *name);
/* The object of that kind that owns an object, by name and UID; NULL when there is none. */
const aimp_object *aimp_pass_owner(aimp_pass *pass, const aimp_object *object, aimp_kind kind);
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
/* True when an object has an owner and it is not this pass's object (differences.md B-57). */
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
void aimp_pass_fill_cache(aimp_pass *pass);                              /* the same: of a template cache */
/* artifact_observation.c */
void aimp_pass_observe_artifact(aimp_pass *pass);
bool aimp_job_is_complete(const aimp_object *job);
const aimp_node *aimp_job_failure(const aimp_object *job); /* its condition; NULL: it has not failed */
#define AIMP_STATUS_UPDATER "aim-engine-artifact-status-updater"
void aimp_pass_check_capacity(aimp_pass *pass); /* gpu_capacity.c */

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

/* cache_planning.c: states from bad to good (resources.md section 1.1), and spec/caching.md section 7.1 */
int aimp_state_rank(const char *state);
int64_t aimp_pass_headroom(aimp_pass *pass);
/* Whether a template cache takes, or would take, an artifact for a source of its template (section 4.2). */
bool aimp_cache_wants(aimp_pass *pass, const aimp_object *cache, const aimp_object *artifact);

/* environment.c: rendering.md section 2.4 */
const aimp_node *aimp_env_merge(aimp_arena *arena, const aimp_node *defaults, const aimp_node *overrides);
/* The same, with AIM_ENGINE_ARGS merged as JSON. */
const aimp_node *aimp_env_merge_engine_args(aimp_arena *arena, const aimp_node *defaults, const aimp_node *overrides,
                                            bool keep_numbers);
const char *aimp_engine_args_merge(aimp_arena *arena, const char *lower, const char *higher, bool keep_numbers);

#endif
