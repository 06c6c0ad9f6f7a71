/**
 * @file
 * Which candidate serves, and why every other one lost.
 */
#ifndef AIM_SELECTION_H
#define AIM_SELECTION_H

#include <aim/cluster.h>
#include <aim/finding.h>
#include <aim/options.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @name Outcomes of a template selection
 *  @since 0.1
 *  @{ */
#define AIM_TEMPLATE_FOUND 1     /**< one is chosen */
#define AIM_TEMPLATE_NONE 2      /**< no candidate, or none is left after the filters, or there is no model yet */
#define AIM_TEMPLATE_NOT_READY 3 /**< candidates exist, none is Ready; or a derived template has to be made first */
#define AIM_TEMPLATE_AMBIGUOUS 4 /**< the best ones are equally good: nothing is chosen */
#define AIM_TEMPLATE_ERROR 5     /**< named but missing, or unreadable */
/** @} */

/** @name Verdicts over a candidate
 *  @since 0.1
 *  @{ */
#define AIM_VERDICT_CHOSEN 1    /**< it serves */
#define AIM_VERDICT_OUTRANKED 2 /**< it could serve; a better one was chosen */
#define AIM_VERDICT_REJECTED 3  /**< it cannot serve, or is tied with others */
/** @} */

/** The choice for one service and every candidate's story. Immutable. @since 0.1 */
typedef struct aim_selection aim_selection;

/** One candidate; its strings live as long as the selection. @since 0.1 */
typedef struct aim_candidate {
    uint32_t struct_size;    /**< sizeof(aim_candidate) */
    uint32_t flags;          /**< 0 */
    uint64_t score;          /**< see aim_rank_key(); 0 when it did not reach ranking */
    int32_t verdict;         /**< AIM_VERDICT_… */
    int32_t rank;            /**< from 1 among those that reached ranking; 0: did not reach it */
    const char *kind;        /**< AIMServiceTemplate or AIMClusterServiceTemplate */
    const char *ns;          /**< NULL for cluster scope */
    const char *name;        /**< metadata.name */
    const char *stage;       /**< availability, optimization, overrides, gpu, scope or rank: where it was decided */
    const char *reason_name; /**< such as BestMatch, LowerPreferenceRank, RequiredGPUNotInCluster */
    size_t finding_count;    /**< for aim_selection_finding() */
} aim_candidate;

/**
 * Chooses a template for one service and records why every other candidate lost.
 *
 * Finding nothing is a result, not a failure: see aim_selection_outcome().
 *
 * @param cluster  read only; other threads may read it too
 * @param service  namespace (NULL: "default") and name of an AIMService
 * @param options  may be NULL
 * @param out      receives an owned selection, NULL on failure; aim_selection_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK             there is an answer
 * @retval AIM_E_NOT_FOUND    the service is not in the cluster
 * @retval AIM_E_UNSUPPORTED  service->kind is set, and not AIMService
 * @retval AIM_E_CANCELLED    options->cancel was set
 * @retval AIM_E_ARGUMENT     a required argument is NULL, the service has no name, or options->now is no time
 * @retval AIM_E_STRUCT       service or options has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @see seed "Auto-Selection"; spec/template-selection.md
 * @since 0.1
 */
AIM_API aim_code aim_selection_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                                   aim_selection **out, aim_error **err);

/**
 * How the selection ended.
 *
 * @param selection  may be NULL
 * @return AIM_TEMPLATE_…; 0 for NULL
 * @since 0.1
 */
AIM_API int32_t aim_selection_outcome(const aim_selection *selection);

/**
 * Why it ended so.
 *
 * @param selection  may be NULL
 * @return a reason name such as TemplateNotFound, static; "" when there is nothing to say
 * @since 0.1
 */
AIM_API const char *aim_selection_reason(const aim_selection *selection);

/**
 * Why it ended so, for people.
 *
 * @param selection  may be NULL
 * @return one sentence, which lives as long as the selection; "" when there is nothing to say
 * @since 0.1
 */
AIM_API const char *aim_selection_message(const aim_selection *selection);

/**
 * The chosen template, also when it was named or recorded and no candidates were compared (then without a score).
 *
 * @param selection  which
 * @param out        filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  nothing is chosen
 * @retval AIM_E_ARGUMENT   selection or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_selection_chosen(const aim_selection *selection, aim_candidate *out);

/**
 * How many candidates were compared.
 *
 * @param selection  may be NULL
 * @return their number; 0 for NULL
 * @since 0.1
 */
AIM_API size_t aim_selection_count(const aim_selection *selection);

/**
 * A candidate: the chosen one first, then the outranked by rank, then the rejected by stage; inside each, namespaced
 * before cluster, then by name.
 *
 * @param selection  which
 * @param index      from 0
 * @param out        filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_selection_count()
 * @retval AIM_E_ARGUMENT   selection or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_selection_at(const aim_selection *selection, size_t index, aim_candidate *out);

/**
 * A finding of a candidate, in the order of evaluation.
 *
 * @param selection  which
 * @param candidate  index of the candidate, from 0
 * @param index      from 0
 * @param out        filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  an index is out of range
 * @retval AIM_E_ARGUMENT   selection or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_selection_finding(const aim_selection *selection, size_t candidate, size_t index,
                                       aim_finding *out);

/**
 * Gives a selection back; not one that belongs to a plan.
 *
 * @param selection  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_selection_free(aim_selection *selection);

#ifdef __cplusplus
}
#endif

#endif
