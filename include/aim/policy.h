/**
 * @file
 * By which rules a question is answered, and the options that every question takes.
 */
#ifndef AIM_POLICY_H
#define AIM_POLICY_H

#include <aim/context.h>
#include <aim/error.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The documented behaviour: the seed document is right. The default. */
#define AIM_BEHAVIOUR_DOCUMENTED 0
/** The choices of AIM Engine 0.2, for operators that must agree with a running one. */
#define AIM_BEHAVIOUR_ENGINE_0_2 1

/** GPU tiers, orders of metric and precision, and a behaviour. Immutable. */
typedef struct aim_policy aim_policy;

/** The built-in policy of a behaviour; static, never given back. NULL for an unknown behaviour. @since 0.1 */
AIM_API const aim_policy *aim_policy_builtin(int32_t behaviour);
/** AIM_BEHAVIOUR_… of a policy. @since 0.1 */
AIM_API int32_t aim_policy_behaviour(const aim_policy *policy);
/** "documented" or "engine-0.2". @since 0.1 */
AIM_API const char *aim_policy_behaviour_name(const aim_policy *policy);
/** The behaviour of a name, -1 for an unknown one. @since 0.1 */
AIM_API int32_t aim_behaviour_named(const char *name);
/** A text that changes when the policy's content changes; every plan carries it. @since 0.1 */
AIM_API const char *aim_policy_identity(const aim_policy *policy);

/** Options of a question. All-zero (but struct_size) and NULL mean the defaults. @since 0.1 */
typedef struct aim_options {
    uint32_t struct_size;
    uint32_t flags;           /**< 0 */
    const aim_policy *policy; /**< NULL: aim_policy_builtin(AIM_BEHAVIOUR_DOCUMENTED) */
    const aim_cancel *cancel; /**< NULL: cannot be cancelled */
    const char *now;          /**< RFC 3339 time for lastTransitionTime of a status; NULL: none is written */
} aim_options;

/* What one profile is worth. */
/** Facts of a candidate's profile; NULL or "" where unknown. @since 0.1 */
typedef struct aim_profile {
    uint32_t struct_size;
    uint32_t flags;        /**< 0 */
    const char *type;      /**< optimized, preview, unoptimized */
    const char *gpu;       /**< MI300X */
    const char *metric;    /**< latency, throughput */
    const char *precision; /**< fp8 */
} aim_profile;

/**
 * One integer for a profile: the smaller, the better; equal keys are a tie. Keys are comparable within one policy.
 *
 * @see seed "Stage 5: Preference Scoring"; spec/template-selection.md 3.6
 * @since 0.1
 */
AIM_API aim_code aim_rank_key(const aim_policy *policy, const aim_profile *profile, uint64_t *key, aim_error **err);

#ifdef __cplusplus
}
#endif

#endif
