/* Policies and behaviours: every rule that may differ is a value here, and nothing else asks which mode it is in. */
#ifndef AIMP_CLUSTER_POLICY_H
#define AIMP_CLUSTER_POLICY_H

#include <stdbool.h>

#include <aim/policy.h>

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

struct aim_policy {
    int32_t behaviour;
    const char *behaviour_name;
    const char *identity;
    const aimp_switches *switches;
    const char *const *types, *const *gpus, *const *metrics, *const *precisions; /* best first */
};

const aimp_switches *aimp_policy_switches(const aim_policy *policy);

/* Ranks of one profile and the key made from them; a rank behind the last of its order means unknown. */
typedef struct aimp_rank {
    uint16_t type, gpu, metric, precision;
    uint64_t key;
} aimp_rank;
aimp_rank aimp_policy_rank(const aim_policy *policy, const char *type, const char *gpu, const char *metric,
                           const char *precision);
bool aimp_rank_is_known(uint16_t rank);

#endif
