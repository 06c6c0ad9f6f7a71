/**
 * @file
 * Which candidate serves, and why every other one lost.
 */
#ifndef AIM_SELECTION_H
#define AIM_SELECTION_H

#include <aim/cluster.h>
#include <aim/finding.h>
#include <aim/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Outcomes of a template selection. */
#define AIM_TEMPLATE_FOUND 1
#define AIM_TEMPLATE_NONE 2      /**< no candidate, or none is left after the filters, or there is no model yet */
#define AIM_TEMPLATE_NOT_READY 3 /**< candidates exist, none is Ready; or a derived template has to be made first */
#define AIM_TEMPLATE_AMBIGUOUS 4 /**< the best ones are equally good: nothing is chosen */
#define AIM_TEMPLATE_ERROR 5     /**< named but missing, or unreadable */

/* Verdicts over a candidate. */
#define AIM_VERDICT_CHOSEN 1
#define AIM_VERDICT_OUTRANKED 2 /**< it could serve; a better one was chosen */
#define AIM_VERDICT_REJECTED 3

/** The choice for one service and every candidate's story. */
typedef struct aim_selection aim_selection;

/** One candidate; its strings live as long as the selection. @since 0.1 */
typedef struct aim_candidate {
    uint32_t struct_size;
    uint32_t flags;  /**< 0 */
    uint64_t score;  /**< see aim_rank_key() */
    int32_t verdict; /**< AIM_VERDICT_… */
    int32_t rank;    /**< from 1 among those that reached ranking; 0: did not reach it */
    const char *kind;
    const char *ns; /**< NULL for cluster scope */
    const char *name;
    const char *stage;       /**< availability, optimization, overrides, gpu, scope or rank: where it was decided */
    const char *reason_name; /**< such as BestMatch, LowerPreferenceRank, RequiredGPUNotInCluster */
    size_t finding_count;
} aim_candidate;

/**
 * Chooses a template for one service and records why every other candidate lost.
 *
 * Finding nothing is a result, not a failure: see aim_selection_outcome().
 *
 * @param cluster  read only; other threads may read it too
 * @param service  namespace and name of an AIMService
 * @param options  may be NULL
 * @param out      receives an owned selection, NULL on failure; aim_selection_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_E_NOT_FOUND  the service is not in the cluster
 * @see seed "Auto-Selection"; spec/template-selection.md
 * @since 0.1
 */
AIM_API aim_code aim_selection_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                                   aim_selection **out, aim_error **err);
/** AIM_TEMPLATE_…; 0 for NULL. @since 0.1 */
AIM_API int32_t aim_selection_outcome(const aim_selection *selection);
/** A reason name such as TemplateNotFound; "" when there is nothing to say. @since 0.1 */
AIM_API const char *aim_selection_reason(const aim_selection *selection);
/** One sentence; "" when there is nothing to say. @since 0.1 */
AIM_API const char *aim_selection_message(const aim_selection *selection);
/** The chosen template, also when it was named or recorded and no candidates were compared (then without a score).
 *  out->struct_size must be set. @retval AIM_E_NOT_FOUND  nothing is chosen @since 0.1 */
AIM_API aim_code aim_selection_chosen(const aim_selection *selection, aim_candidate *out);
/** Number of candidates. @since 0.1 */
AIM_API size_t aim_selection_count(const aim_selection *selection);
/** A candidate: the chosen one first, then the outranked by rank, then the rejected by stage; inside each, namespaced
 *  before cluster, then by name. @retval AIM_E_NOT_FOUND @since 0.1 */
AIM_API aim_code aim_selection_at(const aim_selection *selection, size_t index, aim_candidate *out);
/** A finding of a candidate, in the order of evaluation. @retval AIM_E_NOT_FOUND @since 0.1 */
AIM_API aim_code aim_selection_finding(const aim_selection *selection, size_t candidate, size_t index,
                                       aim_finding *out);
/** Gives a selection back; not one that belongs to a plan. NULL is accepted. @since 0.1 */
AIM_API void aim_selection_free(aim_selection *selection);

#ifdef __cplusplus
}
#endif

#endif
