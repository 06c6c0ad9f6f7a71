/**
 * @file
 * By which rules a question is answered: orders, tiers, GPU facts and tie-breaks as data.
 */
#ifndef AIM_POLICY_H
#define AIM_POLICY_H

#include <aim/buffer.h>
#include <aim/context.h>
#include <aim/error.h>
#include <aim/report.h>
#include <aim/source.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @name Behaviours
 *  @see spec/differences.md
 *  @since 0.1
 *  @{ */
#define AIM_BEHAVIOUR_DOCUMENTED 0 /**< the seed document is right; the default */
#define AIM_BEHAVIOUR_ENGINE_0_2 1 /**< the choices of AIM Engine 0.2, to agree with a running one */
/** @} */

/** Orders of preference, GPU tiers, device ids, VRAM, tie-breaks and a behaviour. Immutable; share it between threads
 *  and clusters freely. Answers keep the policy that they were made with. @since 0.1 */
typedef struct aim_policy aim_policy;

/**
 * The built-in policy of a behaviour.
 *
 * @param behaviour  AIM_BEHAVIOUR_…
 * @return a static policy that is never given back; NULL for an unknown behaviour
 * @see seed "Stage 5: Preference Scoring"; spec/template-selection.md 3.6, 4
 * @since 0.1
 */
AIM_API const aim_policy *aim_policy_builtin(int32_t behaviour);

/**
 * Makes a policy from a document of kind Policy (JSON or YAML). What the document leaves out is as in the built-in
 * policy of its behaviour, so that adding a GPU takes a few lines. An unknown field, name or value refuses the whole
 * document; every problem is reported, not only the first.
 *
 * @param context  whose memory and limits are used
 * @param source   the text, without flags
 * @param report   receives an owned report, also on failure; may be NULL; aim_report_free()
 * @param out      receives an owned policy, NULL on failure; aim_policy_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is made
 * @retval AIM_E_POLICY     an unknown field or name, a value that is not allowed, something named twice
 * @retval AIM_E_DOCUMENT   the text is not one document of kind Policy
 * @retval AIM_E_SYNTAX     neither JSON nor YAML
 * @retval AIM_E_TYPE       a field has the wrong JSON type
 * @retval AIM_E_DUPLICATE  a key occurs twice
 * @retval AIM_E_LIMIT      a limit of the context was reached
 * @retval AIM_E_CANCELLED  source->cancel was set
 * @retval AIM_E_CALLBACK   the callback set *got to more than it was asked for
 * @retval AIM_E_ARGUMENT   a required argument is NULL, or source has neither data nor a callback
 * @retval AIM_E_STRUCT     source has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @return any other code is what source->read answered
 * @see docs/policies.md; schemas/policy.schema.json
 * @since 0.1
 */
AIM_API aim_code aim_policy_new(aim_context *context, const aim_source *source, aim_report **report, aim_policy **out,
                                aim_error **err);

/**
 * The whole policy as a document that aim_policy_new() reads back, with nothing left to defaults.
 *
 * @param context  whose memory is used
 * @param policy   NULL: the default one
 * @param format   AIM_FORMAT_JSON or AIM_FORMAT_YAML
 * @param flags    0
 * @param out      receives an owned buffer, NULL on failure; aim_buffer_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is written
 * @retval AIM_E_ARGUMENT   context or out is NULL, or format or flags are unknown
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.1
 */
AIM_API aim_code aim_policy_render(aim_context *context, const aim_policy *policy, int32_t format, uint32_t flags,
                                   aim_buffer **out, aim_error **err);

/**
 * Gives a policy back that aim_policy_new() made. Answers that were made with it stay whole.
 *
 * @param policy  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_policy_free(aim_policy *policy);

/**
 * The behaviour of a policy.
 *
 * @param policy  may be NULL
 * @return AIM_BEHAVIOUR_…; -1 for NULL
 * @since 0.1
 */
AIM_API int32_t aim_policy_behaviour(const aim_policy *policy);

/**
 * The name of a policy's behaviour.
 *
 * @param policy  may be NULL
 * @return "documented" or "engine-0.2", static; "" for NULL
 * @since 0.1
 */
AIM_API const char *aim_policy_behaviour_name(const aim_policy *policy);

/**
 * The behaviour of a name.
 *
 * @param name  such as "engine-0.2"; may be NULL
 * @return AIM_BEHAVIOUR_…; -1 for an unknown name
 * @since 0.1
 */
AIM_API int32_t aim_behaviour_named(const char *name);

/**
 * A text that changes when the content of a policy changes; every plan carries it.
 *
 * @param policy  may be NULL
 * @return "builtin/documented-1", or the document's name and the hash of its whole content, such as
 *         "lab@5e1f0c2d9a44"; lives as long as the policy; "" for NULL
 * @since 0.1
 */
AIM_API const char *aim_policy_identity(const aim_policy *policy);

/** Facts of a candidate's profile; NULL or "" where unknown. @since 0.1 */
typedef struct aim_profile {
    uint32_t struct_size;  /**< sizeof(aim_profile) */
    uint32_t flags;        /**< 0 */
    const char *type;      /**< optimized, preview, unoptimized */
    const char *gpu;       /**< MI300X */
    const char *metric;    /**< latency, throughput */
    const char *precision; /**< fp8 */
} aim_profile;

/**
 * What one profile is worth, as one integer below 2^53: the smaller, the better; equal keys are a tie. Keys are
 * comparable within one policy. A GPU name counts as it counts in a selection by that policy.
 *
 * @param policy   NULL: the default one
 * @param profile  what is known of the candidate
 * @param key      receives the key
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK          key is set
 * @retval AIM_E_ARGUMENT  profile or key is NULL
 * @retval AIM_E_STRUCT    profile has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY malloc refused: there is no context whose memory could be used
 * @see seed "Stage 5: Preference Scoring"; spec/template-selection.md 3.6
 * @since 0.1
 */
AIM_API aim_code aim_rank_key(const aim_policy *policy, const aim_profile *profile, uint64_t *key, aim_error **err);

#ifdef __cplusplus
}
#endif

#endif
