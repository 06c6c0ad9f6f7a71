/* The built-in policies. Orders: seed, "Stage 5: Preference Scoring"; tiers of newer cards: spec/differences.md B-10.
 */
#include "cluster/policy.h"

#include "base/context.h"
#include "base/error.h"
#include "base/struct.h"
#include "base/text.h"

#include <string.h>

/* Four ranks in one key that every JSON reader holds exactly: 48 bits. */
#define RANK_BITS 12
#define UNKNOWN_RANK 0xfffu

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
    .sources_count_by_themselves = true,
    .shared_objects_in_use_stay = true,
    .waiting_caches_say_so = true,
    .bad_size_output_fails = true,
    .unread_sizes_are_waited_for = true,
    .empty_caches_are_ready = true,
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

#define TIER(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *const *const types[] = {TIER("optimized"), TIER("preview"), TIER("unoptimized"), NULL};
static const char *const *const reference_gpus[] = {TIER("MI325X"), TIER("MI300X"), TIER("MI250X"), TIER("MI210"),
                                                    NULL};
static const char *const *const all_gpus[] = {TIER("MI355X"), TIER("MI350X"),
                                              TIER("MI325X"), TIER("MI300X"),
                                              TIER("MI308X"), TIER("MI300A"),
                                              TIER("MI250X"), TIER("MI210"),
                                              TIER("MI100"),  TIER("R9700"),
                                              TIER("W7900"),  TIER("W7800"),
                                              TIER("V710"),   TIER("W6900X"),
                                              TIER("W6800"),  TIER("W6800X"),
                                              TIER("V620"),   TIER("RX9070"),
                                              TIER("RX7900"), TIER("RX6900"),
                                              TIER("RX6800"), NULL};
static const char *const *const metrics[] = {TIER("latency"), TIER("throughput"), NULL};
static const char *const *const precisions[] = {TIER("fp4"),  TIER("int4"), TIER("fp8"),  TIER("int8"),
                                                TIER("fp16"), TIER("bf16"), TIER("fp32"), NULL};

/* The number in an identity grows with every change of the content. */
static const aim_policy policies[] = {
    {.behaviour = AIM_BEHAVIOUR_DOCUMENTED,
     .name = "documented",
     .identity = "builtin/documented-1",
     .switches = &documented,
     .ranking =
         {{AIMP_D_TYPE, types}, {AIMP_D_GPU, all_gpus}, {AIMP_D_METRIC, metrics}, {AIMP_D_PRECISION, precisions}},
     .ranking_count = 4,
     .gpus = &aimp_gpus_known},
    {.behaviour = AIM_BEHAVIOUR_ENGINE_0_2,
     .name = "engine-0.2",
     .identity = "builtin/engine-0.2-1",
     .switches = &engine_0_2,
     .ranking =
         {{AIMP_D_TYPE, types}, {AIMP_D_GPU, reference_gpus}, {AIMP_D_METRIC, metrics}, {AIMP_D_PRECISION, precisions}},
     .ranking_count = 4,
     .gpus = &aimp_gpus_of_reference},
};
#define POLICY_COUNT (sizeof policies / sizeof *policies)

const aim_policy *aim_policy_builtin(int32_t behaviour) {
    for (size_t i = 0; i < POLICY_COUNT; i++) {
        if (policies[i].behaviour == behaviour) return &policies[i];
    }
    return NULL;
}

const char *aimp_behaviour_name(int32_t behaviour) {
    const aim_policy *builtin = aim_policy_builtin(behaviour);
    return builtin ? builtin->name : "";
}

int32_t aim_policy_behaviour(const aim_policy *policy) {
    return policy ? policy->behaviour : -1;
}
const char *aim_policy_behaviour_name(const aim_policy *policy) {
    return policy ? aimp_behaviour_name(policy->behaviour) : "";
}
const char *aim_policy_identity(const aim_policy *policy) {
    return policy ? policy->identity : "";
}
const aimp_switches *aimp_policy_switches(const aim_policy *policy) {
    return policy->switches;
}

int32_t aim_behaviour_named(const char *name) {
    for (size_t i = 0; i < POLICY_COUNT; i++) {
        if (aimp_equal(policies[i].name, name)) return policies[i].behaviour;
    }
    return -1;
}

const char *aimp_dimension_name(aimp_dimension dimension) {
    static const char *const names[AIMP_DIMENSION_COUNT] = {"type", "gpu", "metric", "precision"};
    return names[dimension];
}

const char *aimp_tie_break_name(aimp_tie_break tie_break) {
    static const char *const names[AIMP_TIE_BREAK_COUNT] = {"fewest-gpus", "name"};
    return names[tie_break];
}

/* --- counting --- */

const aim_policy *aimp_policy_retain(const aim_policy *policy) {
    if (!policy) return aim_policy_builtin(AIM_BEHAVIOUR_DOCUMENTED);
    aim_policy *counted = (aim_policy *)(uintptr_t)policy; /* only the count of it ever changes */
    if (policy->context) atomic_fetch_add_explicit(&counted->holders, 1, memory_order_relaxed);
    return policy;
}

void aimp_policy_release(const aim_policy *policy) {
    aim_policy *counted = (aim_policy *)(uintptr_t)policy;
    if (!policy || !policy->context) return;
    if (atomic_fetch_sub_explicit(&counted->holders, 1, memory_order_acq_rel) != 1) return;
    aim_context *context = policy->context;
    aimp_arena_free(&counted->arena);
    aimp_release(&context->allocator, counted, sizeof *counted);
    aim_context_free(context);
}

void aim_policy_free(aim_policy *policy) {
    aimp_policy_release(policy);
}

/* --- ranking --- */

static uint16_t rank_in(const char *const *const *tiers, const char *text) {
    for (uint16_t i = 0; tiers[i]; i++) {
        for (const char *const *name = tiers[i]; *name; name++) {
            if (aimp_equal_ignoring_case(*name, text)) return i;
        }
    }
    return UNKNOWN_RANK;
}

bool aimp_rank_is_known(uint16_t rank) {
    return rank != UNKNOWN_RANK;
}

aimp_rank aimp_policy_rank(const aim_policy *policy, const char *const values[AIMP_DIMENSION_COUNT]) {
    aimp_rank rank = {.key = 0};
    for (size_t i = 0; i < policy->ranking_count; i++) {
        const aimp_ranking *r = &policy->ranking[i];
        rank.of[r->dimension] = rank_in(r->tiers, values[r->dimension]);
        rank.key = rank.key << RANK_BITS | rank.of[r->dimension];
    }
    return rank;
}

typedef struct rank_job {
    const aim_policy *policy;
    const aim_profile *profile;
    aimp_arena arena;
    uint64_t key;
} rank_job;

/* As a selection reads a template: see aimp_candidate_gpu(). */
static void rank_profile(void *arg) {
    rank_job *job = arg;
    const char *gpu = aimp_or_empty(job->profile->gpu);
    const char *values[AIMP_DIMENSION_COUNT] = {
        [AIMP_D_TYPE] = aimp_or_empty(job->profile->type),
        [AIMP_D_GPU] = job->policy->switches->scoring_normalises_gpu ? aimp_gpu_key(&job->arena, gpu)
                                                                     : aimp_trim(&job->arena, gpu),
        [AIMP_D_METRIC] = aimp_or_empty(job->profile->metric),
        [AIMP_D_PRECISION] = aimp_or_empty(job->profile->precision),
    };
    job->key = aimp_policy_rank(job->policy, values).key;
}

aim_code aim_rank_key(const aim_policy *policy, const aim_profile *profile, uint64_t *key, aim_error **err) {
    const aim_allocator *allocator = &aimp_libc_allocator;
    if (err) *err = NULL;
    if (!profile || !key) return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "profile or key is NULL");
    if (!aimp_struct_ok(profile, sizeof *profile, 0))
        return aimp_fail(err, allocator, AIM_E_STRUCT, NULL, "aim_profile has a wrong struct_size or unknown flags");
    rank_job job = {.policy = policy ? policy : aim_policy_builtin(AIM_BEHAVIOUR_DOCUMENTED), .profile = profile};
    aimp_guard guard = {0};
    aimp_arena_init(&job.arena, allocator, &guard, 512);
    aim_code code = aimp_guard_run(&guard, rank_profile, &job);
    aimp_arena_free(&job.arena);
    if (code) return aimp_fail_guard(err, allocator, &guard);
    *key = job.key;
    return AIM_OK;
}
