/**
 * @file
 * The whole answer for one service: what would be applied, deleted and reported, and why.
 */
#ifndef AIM_PLAN_H
#define AIM_PLAN_H

#include <aim/buffer.h>
#include <aim/cache.h>
#include <aim/cluster.h>
#include <aim/finding.h>
#include <aim/model.h>
#include <aim/policy.h>
#include <aim/selection.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Immutable; owns everything that it answers; stays valid after the cluster changes. */
typedef struct aim_plan aim_plan;

/* Verbs of an action. */
#define AIM_ACTION_APPLY 1  /**< server-side apply, with the field manager and never with force */
#define AIM_ACTION_DELETE 2 /**< delete, with the UID as precondition */

/** One thing to do, in the order in which it has to be done. Strings live as long as the plan. @since 0.1 */
typedef struct aim_action {
    uint32_t struct_size;
    uint32_t flags; /**< 0 */
    int32_t verb;   /**< AIM_ACTION_… */
    int32_t owned; /**< 1: the object carries (or, without a known UID, will carry) an owner reference to the service */
    const char *api_version, *kind;
    const char *ns, *name;
    const char *uid;           /**< of an object to delete */
    const char *field_manager; /**< of an object to apply */
} aim_action;

/**
 * Plans one service: resolves its model, chooses its template, plans its caches, renders its manifests and computes its
 * status.
 *
 * @param cluster  read only; other threads may read it too
 * @param service  kind AIMService (or NULL), namespace and name
 * @param options  may be NULL
 * @param out      receives an owned plan, NULL on failure; aim_plan_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_E_NOT_FOUND    the service is not in the cluster
 * @retval AIM_E_UNSUPPORTED  plans of that kind are not made yet
 * @see spec/rendering.md section 1, spec/status.md
 * @since 0.1
 */
AIM_API aim_code aim_plan_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                              aim_plan **out, aim_error **err);

/** The part about the model; belongs to the plan. @since 0.1 */
AIM_API const aim_resolution *aim_plan_resolution(const aim_plan *plan);
/** The part about the template; belongs to the plan. @since 0.1 */
AIM_API const aim_selection *aim_plan_selection(const aim_plan *plan);
/** The part about the cache; belongs to the plan. @since 0.1 */
AIM_API const aim_cache_plan *aim_plan_cache(const aim_plan *plan);
/** status.status that the service would report: Pending, Starting, Running, Degraded or Failed. @since 0.1 */
AIM_API const char *aim_plan_status(const aim_plan *plan);

/** Number of actions. @since 0.1 */
AIM_API size_t aim_plan_action_count(const aim_plan *plan);
/** An action; out->struct_size must be set. @retval AIM_E_NOT_FOUND @since 0.1 */
AIM_API aim_code aim_plan_action_at(const aim_plan *plan, size_t index, aim_action *out);
/** The object of an apply action, exactly as it would be sent. format: AIM_FORMAT_JSON or AIM_FORMAT_YAML.
 *  @retval AIM_E_NOT_FOUND @since 0.1 */
AIM_API aim_code aim_plan_action_render(const aim_plan *plan, size_t index, int32_t format, aim_buffer **out,
                                        aim_error **err);

/** Number of findings about the service as a whole. @since 0.1 */
AIM_API size_t aim_plan_finding_count(const aim_plan *plan);
/** A finding. @retval AIM_E_NOT_FOUND @since 0.1 */
AIM_API aim_code aim_plan_finding_at(const aim_plan *plan, size_t index, aim_finding *out);

/* Parts of a plan for aim_plan_render(). */
#define AIM_PART_EXPLANATION 1 /**< text: why; JSON and YAML: the same as AIM_PART_PLAN */
#define AIM_PART_PLAN 2        /**< text: what; JSON: the whole answer on one line; YAML: a stream of the manifests */
#define AIM_PART_STATUS 3      /**< text: component by component; JSON, YAML: the status object */

/**
 * The plan as text, JSON or YAML. The same cluster, options and version give the same bytes.
 *
 * @param part    AIM_PART_…
 * @param format  AIM_FORMAT_…
 * @param flags   AIM_RENDER_COLOR
 * @since 0.1
 */
AIM_API aim_code aim_plan_render(const aim_plan *plan, int32_t part, int32_t format, uint32_t flags, aim_buffer **out,
                                 aim_error **err);

/** What became of one action. @since 0.1 */
typedef struct aim_outcome {
    uint32_t struct_size;
    uint32_t flags;      /**< 0 */
    uint64_t action;     /**< index of the action */
    const char *reason;  /**< Kubernetes reason of the failure, such as Conflict or Invalid; NULL: it succeeded */
    const char *message; /**< for people; may be NULL */
} aim_outcome;

/**
 * The plan after its actions were tried: actions that failed, and those that were not tried because of that, are gone
 * from the list, and the status says so.
 *
 * @param outcomes  of the actions that were tried; those without one count as succeeded up to the first failure of
 * their list (owned or not), and as not tried behind it
 * @since 0.1
 */
AIM_API aim_code aim_plan_finish(const aim_plan *plan, const aim_outcome *outcomes, size_t count, aim_plan **out,
                                 aim_error **err);

/** Gives a plan back. NULL is accepted. @since 0.1 */
AIM_API void aim_plan_free(aim_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
