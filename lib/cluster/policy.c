/* The built-in policies. Orders: seed, "Stage 5: Preference Scoring"; tiers of newer cards: spec/differences.md B-10.
 */
#include "cluster/policy.h"

#include "base/context.h"
#include "base/error.h"
#include "base/text.h"

#include <string.h>

#define UNKNOWN_RANK 0x7fffu

static const aimp_switches documented = {
    .image_search_skips_custom_models = true,
    .several_models_are_invalid_spec = true,
    .resolved_model_has_namespace = true,
    .custom_match_compares_hardware = true,
    .degraded_model_is_usable = true,
    .explicit_base_is_found = true,
    .recorded_template_must_fit = true,
    .default_template_counts = true,
    .derived_templates_are_private = true,
    .spec_type_fills_in = true,
    .scoring_normalises_gpu = true,
    .min_vram_filters = true,
    .unknown_devices_compare_whole = true,
    .derived_keeps_base_caching = true,
    .derived_is_unowned = true,
    .explicit_lookup_errors_count = true,
    .cache_follows_current_template = true,
    .cache_scope_is_compared = true,
    .cache_read_errors_count = true,
    .sizes_are_required = true,
    .failed_cache_degrades = true,
    .artifacts_inherit = true,
    .service_headroom_counts = true,
    .presence_decides = true,
    .extended_resources_are_mirrored = true,
    .secrets_are_merged = true,
    .env_names_are_unique = true,
    .json_numbers_keep_their_text = true,
    .volumes_follow_the_cache = true,
    .image_is_kept = true,
    .service_annotations_count = true,
    .path_errors_are_errors = true,
    .gateway_durations = true,
    .unwanted_objects_are_deleted = true,
    .collisions_are_seen = true,
    .legal_label_values_stay = true,
    .owners_need_a_uid = true,
    .runtime_errors_stay_theirs = true,
    .apply_errors_are_sorted = true,
    .status_follows_the_seed = true,
    .absent_kinds_are_unknown = true,
};

static const aimp_switches engine_0_2 = {.status_follows_the_seed = false};

static const char *const types[] = {"OPTIMIZED", "PREVIEW", "UNOPTIMIZED", NULL};
static const char *const seed_gpus[] = {"MI325X", "MI300X", "MI250X", "MI210", NULL};
static const char *const all_gpus[] = {"MI355X", "MI350X", "MI325X", "MI300X", "MI308X", "MI300A", "MI250X", "MI210",
                                       "MI100",  "R9700",  "W7900",  "W7800",  "V710",   "W6900X", "W6800",  "W6800X",
                                       "V620",   "RX9070", "RX7900", "RX6900", "RX6800", NULL};
static const char *const metrics[] = {"LATENCY", "THROUGHPUT", NULL};
static const char *const precisions[] = {"FP4", "INT4", "FP8", "INT8", "FP16", "BF16", "FP32", NULL};

static const aim_policy policies[] = {
    {AIM_BEHAVIOUR_DOCUMENTED, "documented", "builtin/documented-1", &documented, types, all_gpus, metrics, precisions},
    {AIM_BEHAVIOUR_ENGINE_0_2, "engine-0.2", "builtin/engine-0.2-1", &engine_0_2, types, seed_gpus, metrics,
     precisions},
};

const aim_policy *aim_policy_builtin(int32_t behaviour) {
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        if (policies[i].behaviour == behaviour) return &policies[i];
    }
    return NULL;
}

int32_t aim_policy_behaviour(const aim_policy *policy) {
    return policy ? policy->behaviour : -1;
}
const char *aim_policy_behaviour_name(const aim_policy *policy) {
    return policy ? policy->behaviour_name : "";
}
const char *aim_policy_identity(const aim_policy *policy) {
    return policy ? policy->identity : "";
}
const aimp_switches *aimp_policy_switches(const aim_policy *policy) {
    return policy->switches;
}

int32_t aim_behaviour_named(const char *name) {
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        if (aimp_equal(policies[i].behaviour_name, name)) return policies[i].behaviour;
    }
    return -1;
}

static uint16_t rank_in(const char *const *order, const char *text) {
    for (uint16_t i = 0; order[i]; i++) {
        if (aimp_equal_ignoring_case(order[i], text)) return i;
    }
    return UNKNOWN_RANK;
}

bool aimp_rank_is_known(uint16_t rank) {
    return rank != UNKNOWN_RANK;
}

aimp_rank aimp_policy_rank(const aim_policy *policy, const char *type, const char *gpu, const char *metric,
                           const char *precision) {
    aimp_rank rank = {.type = rank_in(policy->types, type),
                      .gpu = rank_in(policy->gpus, gpu),
                      .metric = rank_in(policy->metrics, metric),
                      .precision = rank_in(policy->precisions, precision)};
    rank.key = (uint64_t)rank.type << 48 | (uint64_t)rank.gpu << 32 | (uint64_t)rank.metric << 16 | rank.precision;
    return rank;
}

aim_code aim_rank_key(const aim_policy *policy, const aim_profile *profile, uint64_t *key, aim_error **err) {
    const aim_allocator *allocator = &aimp_libc_allocator;
    if (err) *err = NULL;
    if (!profile || !key) return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "profile or key is NULL");
    if (!aimp_struct_ok(profile, sizeof *profile, sizeof *profile) || profile->flags)
        return aimp_fail(err, allocator, AIM_E_STRUCT, NULL, "aim_profile has a wrong struct_size or unknown flags");
    if (!policy) policy = aim_policy_builtin(AIM_BEHAVIOUR_DOCUMENTED);
    *key = aimp_policy_rank(policy, aimp_or_empty(profile->type), aimp_or_empty(profile->gpu),
                            aimp_or_empty(profile->metric), aimp_or_empty(profile->precision))
               .key;
    return AIM_OK;
}
