/* Policies and behaviours: every rule that may differ is a value here, and nothing else asks which mode it is in. */
#ifndef AIMP_CLUSTER_POLICY_H
#define AIMP_CLUSTER_POLICY_H

#include <stdatomic.h>
#include <stdbool.h>

#include <aim/policy.h>

#include "base/context.h"
#include "kube/gpu.h"

/* One switch for each row of spec/differences.md (or each group of rows that cannot be told apart) that this engine
 * decides; true is the documented rule. */
typedef struct aimp_switches {
    /* models */
    bool image_search_skips_custom_models; /* S-02 */
    bool several_models_are_invalid_spec;  /* S-04 */
    bool resolved_model_has_namespace;     /* B-03 */
    bool custom_match_compares_hardware;   /* B-61 */
    bool degraded_model_is_usable;         /* B-67 */
    /* templates */
    bool explicit_base_is_found;        /* S-05, B-05 */
    bool recorded_template_must_fit;    /* B-04 */
    bool default_template_counts;       /* B-02 */
    bool derived_templates_are_private; /* B-08 */
    bool spec_type_fills_in;            /* B-65 */
    bool scoring_normalises_gpu;        /* B-11 */
    bool min_vram_filters;              /* B-16, B-20 */
    bool unknown_devices_compare_whole; /* B-17 */
    bool derived_keeps_base_caching;    /* B-08 */
    bool derived_is_unowned;            /* B-07 */
    bool explicit_lookup_errors_count;  /* template-selection.md section 7 */
    /* caches */
    bool cache_follows_current_template; /* S-16, B-25, B-73 */
    bool cache_scope_is_compared;        /* B-26 */
    bool cache_read_errors_count;        /* B-27 */
    bool sizes_are_required;             /* S-36, B-22 */
    bool failed_cache_degrades;          /* S-23, B-28 */
    bool artifacts_inherit;              /* B-30, B-31, S-33 */
    bool service_headroom_counts;        /* B-21 */
    bool sources_count_by_themselves;    /* S-18, B-31 */
    bool shared_objects_in_use_stay;     /* B-29 */
    bool waiting_caches_say_so;          /* B-78 (2) */
    bool bad_size_output_fails;          /* B-78 (4) */
    bool unread_sizes_are_waited_for;    /* B-78 (5) */
    bool empty_caches_are_ready;         /* B-78 (8) */
    /* runtime configuration */
    bool presence_decides; /* B-68, B-69, B-70 */
    /* rendering */
    bool extended_resources_are_mirrored; /* S-19 */
    bool secrets_are_merged;              /* S-20, B-46 */
    bool env_names_are_unique;            /* B-44 */
    bool json_numbers_keep_their_text;    /* B-45 */
    bool volumes_follow_the_cache;        /* B-24 */
    bool image_is_kept;                   /* B-54 */
    bool service_annotations_count;       /* B-49 */
    bool path_errors_are_errors;          /* B-50, B-51 */
    bool gateway_durations;               /* B-52 */
    bool unwanted_objects_are_deleted;    /* B-53 */
    bool collisions_are_seen;             /* B-57 */
    bool legal_label_values_stay;         /* B-59 */
    bool owners_need_a_uid;               /* B-76 */
    /* status */
    bool runtime_errors_stay_theirs; /* B-38, B-39 */
    bool apply_errors_are_sorted;    /* B-40, B-48 */
    /* rows that cannot be had one by one (S-15, S-21, S-22, S-28, B-01, B-32 to B-37, B-41) */
    bool status_follows_the_seed;
    /* input */
    bool absent_kinds_are_unknown; /* B-77 */
} aimp_switches;

/* In what candidates are compared. */
typedef enum aimp_dimension {
    AIMP_D_TYPE,
    AIMP_D_GPU,
    AIMP_D_METRIC,
    AIMP_D_PRECISION,
    AIMP_DIMENSION_COUNT
} aimp_dimension;

/* One dimension and its order: tiers, the best first; the names of one tier are worth the same. */
typedef struct aimp_ranking {
    aimp_dimension dimension;
    const char *const *const *tiers; /* NULL-terminated lists of names, NULL-terminated */
} aimp_ranking;

/* How candidates with the same score are told apart, where a policy asks for it. */
typedef enum aimp_tie_break { AIMP_TIE_FEWEST_GPUS, AIMP_TIE_NAME, AIMP_TIE_BREAK_COUNT } aimp_tie_break;

struct aim_policy {
    int32_t behaviour;
    const char *name, *identity;
    const aimp_switches *switches;
    aimp_ranking ranking[AIMP_DIMENSION_COUNT]; /* what counts first comes first */
    size_t ranking_count;
    aimp_tie_break tie_breaks[AIMP_TIE_BREAK_COUNT]; /* asked one after the other */
    size_t tie_break_count;
    const aimp_gpu_table *gpus;
    /* of a policy that was made from a document; built-in ones have no context and are not counted */
    aim_context *context;
    aimp_arena arena;
    atomic_uint holders;
};

const aimp_switches *aimp_policy_switches(const aim_policy *policy);
const char *aimp_behaviour_name(int32_t behaviour);
const char *aimp_dimension_name(aimp_dimension dimension);
const char *aimp_tie_break_name(aimp_tie_break tie_break);
/* An answer keeps its policy. NULL: the default one. */
const aim_policy *aimp_policy_retain(const aim_policy *policy);
void aimp_policy_release(const aim_policy *policy);

/* Ranks of one profile, by dimension, and the key made from them; a rank behind the last of its order means unknown. */
typedef struct aimp_rank {
    uint16_t of[AIMP_DIMENSION_COUNT];
    uint64_t key;
} aimp_rank;
/* values: by dimension, "" where unknown */
aimp_rank aimp_policy_rank(const aim_policy *policy, const char *const values[AIMP_DIMENSION_COUNT]);
bool aimp_rank_is_known(uint16_t rank);

#endif
