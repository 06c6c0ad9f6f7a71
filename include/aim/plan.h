/**
 * @file
 * The whole answer for one object: what would be applied, deleted and reported, and why.
 */
#ifndef AIM_PLAN_H
#define AIM_PLAN_H

#include <aim/buffer.h>
#include <aim/cache.h>
#include <aim/cluster.h>
#include <aim/finding.h>
#include <aim/model.h>
#include <aim/options.h>
#include <aim/selection.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Immutable; owns everything that it answers; stays valid after the cluster changes. What has no accessor here (what
 *  comes later, what was read, which kinds are unknown) is in its JSON form. @since 0.1 */
typedef struct aim_plan aim_plan;

/**
 * Plans one object: what its controller would do in one pass.
 *
 * Of an AIMService: resolves its model, chooses its template, plans its caches, renders its manifests and computes its
 * status. Since 0.2 also of an AIMTemplateCache, which makes an artifact for each source of its template, and of an
 * AIMArtifact, which finds out its size, makes a claim and downloads.
 *
 * @param cluster  read only; other threads may read it too
 * @param object   kind AIMService (or NULL), AIMTemplateCache or AIMArtifact, namespace (NULL: "default") and name
 * @param options  may be NULL
 * @param out      receives an owned plan, NULL on failure; aim_plan_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK             there is a plan, whatever it says
 * @retval AIM_E_NOT_FOUND    the object is not in the cluster
 * @retval AIM_E_UNSUPPORTED  plans of that kind are not made
 * @retval AIM_E_CANCELLED    options->cancel was set
 * @retval AIM_E_ARGUMENT     a required argument is NULL, the object has no name, or options->now is no time
 * @retval AIM_E_STRUCT       object or options has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @see spec/rendering.md section 1; spec/status.md; spec/caching.md sections 4 to 6
 * @since 0.1
 */
AIM_API aim_code aim_plan_new(const aim_cluster *cluster, const aim_ref *object, const aim_options *options,
                              aim_plan **out, aim_error **err);

/**
 * The part about the model.
 *
 * @param plan  may be NULL
 * @return a resolution that belongs to the plan; NULL for NULL and for a plan of another kind than AIMService
 * @since 0.1
 */
AIM_API const aim_resolution *aim_plan_resolution(const aim_plan *plan);

/**
 * The part about the template.
 *
 * @param plan  may be NULL
 * @return a selection that belongs to the plan; NULL for NULL and for a plan of another kind than AIMService
 * @since 0.1
 */
AIM_API const aim_selection *aim_plan_selection(const aim_plan *plan);

/**
 * The part about the cache.
 *
 * @param plan  may be NULL
 * @return a cache plan that belongs to the plan; NULL for NULL and for a plan of another kind than AIMService
 * @since 0.1
 */
AIM_API const aim_cache_plan *aim_plan_cache(const aim_plan *plan);

/**
 * What the object would report as status.status.
 *
 * @param plan  may be NULL
 * @return of a service Pending, Starting, Running, Degraded or Failed, by engine-0.2 also NotAvailable; of a template
 * cache or an artifact Pending, Progressing, Ready, Degraded, Failed or NotAvailable; what the object has recorded when
 * it is left alone; "" for NULL. Lives as long as the plan.
 * @see spec/status.md
 * @since 0.1
 */
AIM_API const char *aim_plan_status(const aim_plan *plan);

/** @name Verbs of an action
 *  @since 0.1
 *  @{ */
#define AIM_ACTION_APPLY 1  /**< server-side apply, with the field manager and never with force */
#define AIM_ACTION_DELETE 2 /**< delete, with the UID as precondition */
/** @} */

/** @name Verbs of aim_plan_finalizer()
 *  @since 0.2
 *  @{ */
#define AIM_ACTION_ADD_FINALIZER 3    /**< before every action; when it fails, nothing else is done */
#define AIM_ACTION_REMOVE_FINALIZER 4 /**< after every action, and only when the finished plan still says so */
/** @} */

/** One thing to do, in the order in which it has to be done. Strings live as long as the plan. @since 0.1 */
typedef struct aim_action {
    uint32_t struct_size; /**< sizeof(aim_action) */
    uint32_t flags;       /**< 0 */
    int32_t verb;         /**< AIM_ACTION_… */
    int32_t owned; /**< 1: it carries (or, without a known UID, will carry) an owner reference to the plan's object */
    const char *api_version;   /**< such as "serving.kserve.io/v1beta1" */
    const char *kind;          /**< such as "InferenceService" */
    const char *ns;            /**< namespace; NULL for cluster scope */
    const char *name;          /**< metadata.name */
    const char *uid;           /**< of an object to delete, else NULL */
    const char *field_manager; /**< of an object to apply, else NULL */
} aim_action;

/**
 * How many actions the plan has.
 *
 * @param plan  may be NULL
 * @return their number; 0 for NULL
 * @since 0.1
 */
AIM_API size_t aim_plan_action_count(const aim_plan *plan);

/**
 * An action.
 *
 * @param plan   which
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_plan_action_count()
 * @retval AIM_E_ARGUMENT   plan or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_plan_action_at(const aim_plan *plan, size_t index, aim_action *out);

/**
 * The object of an apply action, exactly as it would be sent.
 *
 * @param plan    which
 * @param index   of the action, from 0
 * @param format  AIM_FORMAT_JSON or AIM_FORMAT_YAML
 * @param flags   0
 * @param out     receives an owned buffer, NULL on failure; aim_buffer_free()
 * @param err     receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is rendered
 * @retval AIM_E_NOT_FOUND  there is no such action, or it deletes
 * @retval AIM_E_ARGUMENT   plan or out is NULL, or format or flags are unknown
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.1
 */
AIM_API aim_code aim_plan_action_render(const aim_plan *plan, size_t index, int32_t format, uint32_t flags,
                                        aim_buffer **out, aim_error **err);

/**
 * How many findings there are about the object as a whole.
 *
 * @param plan  may be NULL
 * @return their number; 0 for NULL
 * @since 0.1
 */
AIM_API size_t aim_plan_finding_count(const aim_plan *plan);

/**
 * A finding about the object as a whole, in the order in which it was made.
 *
 * @param plan   which
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_plan_finding_count()
 * @retval AIM_E_ARGUMENT   plan or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_plan_finding_at(const aim_plan *plan, size_t index, aim_finding *out);

/** @name Parts of a plan
 *  For aim_plan_render() and aim_plan_write().
 *  @since 0.1
 *  @{ */
#define AIM_PART_EXPLANATION 1 /**< text: why; JSON and YAML: the same as AIM_PART_PLAN */
#define AIM_PART_PLAN 2        /**< text: what; JSON: the whole answer on one line; YAML: a stream of the manifests */
#define AIM_PART_STATUS 3      /**< text: component by component; JSON, YAML: the object with its name and status */
/** @} */

/**
 * The plan as text, JSON, YAML or Markdown. The same cluster, options and version give the same bytes.
 *
 * @param plan    which; other threads may read it too
 * @param part    AIM_PART_…
 * @param format  AIM_FORMAT_TEXT, _WIDE, _JSON, _YAML or _MARKDOWN
 * @param flags   0 or AIM_RENDER_COLOR
 * @param out     receives an owned buffer, NULL on failure; aim_buffer_free()
 * @param err     receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is rendered
 * @retval AIM_E_ARGUMENT   plan or out is NULL, or part, format or flags are unknown
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @see docs/plan-json.md; schemas/plan.schema.json, schemas/status.schema.json
 * @since 0.1
 */
AIM_API aim_code aim_plan_render(const aim_plan *plan, int32_t part, int32_t format, uint32_t flags, aim_buffer **out,
                                 aim_error **err);

/**
 * The same as aim_plan_render(), handed to a sink as it is made.
 *
 * @param plan    which; other threads may read it too
 * @param part    AIM_PART_…
 * @param format  AIM_FORMAT_TEXT, _WIDE, _JSON, _YAML or _MARKDOWN
 * @param flags   0 or AIM_RENDER_COLOR
 * @param sink    receives the bytes
 * @param err     receives an owned error on failure; may be NULL
 * @retval AIM_OK           everything is written
 * @retval AIM_E_ARGUMENT   plan or sink is NULL, the sink has no callback, or part, format or flags are unknown
 * @retval AIM_E_STRUCT     sink has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @retval AIM_E_CANCELLED  sink->cancel was set; the pieces that came before stay where they are
 * @return any other code is what the sink answered
 * @since 0.1
 */
AIM_API aim_code aim_plan_write(const aim_plan *plan, int32_t part, int32_t format, uint32_t flags,
                                const aim_sink *sink, aim_error **err);

/**
 * Whether a change of an object may change the plan: for an operator's map from watch events to the objects to plan
 * again. It costs what the plan looked at, not the cluster.
 *
 * A plan looked at an object when it asked for its name, or for all objects with what the object has or had: the model
 * of a template, the source of an artifact, the service of a pod. 1 may be one too often, 0 is certain. Logs that are
 * supplied and kinds that are declared are not objects: plan again after those.
 *
 * @param plan     may be NULL
 * @param cluster  after the change, read only; NULL: what the object has now is not known, so that every object counts
 * of a kind that the plan listed in its namespace
 * @param object   what was made, changed or deleted: kind, ns (NULL or "": "default") and name; may be NULL
 * @return 1 when the plan may be another one now, 0 when it is the same; 0 for NULL and for kinds that libaim does not
 * use
 * @see docs/embedding.md "Watch events"
 * @since 0.2
 */
AIM_API int32_t aim_plan_depends_on(const aim_plan *plan, const aim_cluster *cluster, const aim_ref *object);

/** What a plan looked at, without the plan. @since 0.2 */
typedef struct aim_interest aim_interest;

/**
 * What a plan looked at, for whoever keeps that of many: it takes a few kilobytes, where the plan with all its
 * candidates may take megabytes, and holds on to no object. The plan may be freed.
 *
 * @param plan  which; other threads may read it too
 * @param out   receives an owned interest, NULL on failure; aim_interest_free()
 * @param err   receives an owned error on failure; may be NULL
 * @retval AIM_OK           out is filled
 * @retval AIM_E_ARGUMENT   plan or out is NULL
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.2
 */
AIM_API aim_code aim_plan_interest(const aim_plan *plan, aim_interest **out, aim_error **err);

/**
 * What aim_plan_depends_on() answers for the plan that the interest is of; where two names have one hash, 1.
 *
 * @param interest  may be NULL
 * @param cluster   as in aim_plan_depends_on()
 * @param object    as in aim_plan_depends_on()
 * @return 1 when the plan may be another one now, 0 when it is the same, and for NULL
 * @since 0.2
 */
AIM_API int32_t aim_interest_covers(const aim_interest *interest, const aim_cluster *cluster, const aim_ref *object);

/**
 * Gives an interest back.
 *
 * @param interest  NULL is accepted
 * @since 0.2
 */
AIM_API void aim_interest_free(aim_interest *interest);

/** @name What a plan needs
 *  @since 0.2
 *  @{ */
#define AIM_NEED_LOG 1    /**< the log of a container, such as AIM_CALL_LOG reads */
#define AIM_NEED_EVENTS 2 /**< the Events about an object, such as AIM_CALL_EVENTS reads */
/** @} */

/** Something that would decide something, and that nobody has supplied. Strings live as long as the plan. @since 0.2 */
typedef struct aim_need {
    uint32_t struct_size;  /**< sizeof(aim_need) */
    uint32_t flags;        /**< 0 */
    int32_t what;          /**< AIM_NEED_… */
    int32_t spare;         /**< 0 */
    const char *ns;        /**< namespace */
    const char *name;      /**< of the pod, or of the object */
    const char *container; /**< of a log; NULL else */
} aim_need;

/**
 * How many things a plan needs.
 *
 * @param plan  may be NULL
 * @return their number; 0 for NULL
 * @since 0.2
 */
AIM_API size_t aim_plan_need_count(const aim_plan *plan);

/**
 * One of the things that a plan needs, in the order of the member "needs" of its JSON.
 *
 * @param plan   which
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_plan_need_count()
 * @retval AIM_E_ARGUMENT   plan or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.2
 */
AIM_API aim_code aim_plan_need_at(const aim_plan *plan, size_t index, aim_need *out);

/**
 * The finalizer that the object gets before the actions of the plan, or loses after them. An object has at most one of
 * the engine: AIMService aim.eai.amd.com/template-cache-cleanup, AIMTemplateCache aim.eai.amd.com/artifactcleanup.
 *
 * The removal counts when aim_plan_finish() has said what became of the deletions: it is gone from a plan in which one
 * failed with anything but NotFound or Forbidden, or was not tried.
 *
 * @param plan  may be NULL
 * @param verb  AIM_ACTION_ADD_FINALIZER or AIM_ACTION_REMOVE_FINALIZER
 * @return the finalizer, which lives as long as the plan; NULL when there is nothing to do, for NULL and for other
 * verbs
 * @see spec/caching.md sections 4.6 and 5
 * @since 0.2
 */
AIM_API const char *aim_plan_finalizer(const aim_plan *plan, int32_t verb);

/**
 * When to plan the object again although nothing has changed.
 *
 * @param plan  may be NULL
 * @return seconds, 0 for at once; -1 when changes say it all, and for NULL. A plan that is to be retried
 * (aim_plan_is_retried()) has none
 * @see spec/caching.md section 6
 * @since 0.2
 */
AIM_API int64_t aim_plan_requeue_after(const aim_plan *plan);

/**
 * Whether the pass met an error that may go away by itself, so that it is to be tried again with growing pauses.
 *
 * @param plan  may be NULL
 * @return 1 or 0; 0 for NULL
 * @see spec/status.md section 5.4
 * @since 0.2
 */
AIM_API int32_t aim_plan_is_retried(const aim_plan *plan);

/** Something about the object that changed with this plan: what a controller says in a Kubernetes Event. Strings live
 * as long as the plan. @since 0.2 */
typedef struct aim_plan_event {
    uint32_t struct_size; /**< sizeof(aim_plan_event) */
    uint32_t flags;       /**< 0 */
    int32_t warning;      /**< 1: type Warning; 0: type Normal */
    int32_t spare;        /**< 0 */
    const char *reason;   /**< such as "CacheReady" */
    const char *message;  /**< one sentence; "" when there is nothing to say beyond the reason */
    const char
        *condition; /**< whose status or reason is another one than the object has recorded, such as "CacheReady" */
} aim_plan_event;

/**
 * How many conditions of the object changed their status or reason.
 *
 * @param plan  may be NULL; after aim_plan_finish() the one that it made
 * @return their number; 0 for NULL
 * @see spec/status.md section 8
 * @since 0.2
 */
AIM_API size_t aim_plan_event_count(const aim_plan *plan);

/**
 * One of them, in the order of the conditions.
 *
 * @param plan   which
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_plan_event_count()
 * @retval AIM_E_ARGUMENT   plan or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.2
 */
AIM_API aim_code aim_plan_event_at(const aim_plan *plan, size_t index, aim_plan_event *out);

/** What became of one action. @since 0.1 */
typedef struct aim_outcome {
    uint32_t struct_size; /**< sizeof(aim_outcome) */
    uint32_t flags;       /**< 0 */
    uint64_t action;      /**< index of the action */
    /** Kubernetes reason of the failure, such as Conflict or Invalid; Timeout, or Plain, for a failure without a
     * Kubernetes status; NULL: it succeeded */
    const char *reason;
    const char *message; /**< for people; may be NULL, and must be NULL without a reason */
} aim_outcome;

/**
 * The plan after its actions were tried: actions that failed, and those that were not tried because of that, are gone
 * from the list, and the status says so.
 *
 * @param plan      stays as it is, and may be freed before the new one
 * @param outcomes  of the actions that were tried, each once. Up to the first failure those without an outcome count as
 *                  succeeded, behind it as not tried. Copied; may be NULL when count is 0
 * @param count     how many outcomes there are
 * @param options   may be NULL. now is the time when the actions had been tried, NULL the one of the plan; policy must
 * be NULL or the one that the plan was made with
 * @param out       receives an owned plan, NULL on failure; aim_plan_free()
 * @param err       receives an owned error on failure; may be NULL
 * @retval AIM_OK           there is a plan
 * @retval AIM_E_ARGUMENT   a required argument is NULL; an outcome names an action that the plan does not have or that
 *                          another one names, has an empty reason, or a message without one; options->policy is another
 *                          policy, options->now is no time
 * @retval AIM_E_STRUCT     an outcome or options has a wrong struct_size or unknown flags, or the outcomes' sizes
 * differ
 * @retval AIM_E_CANCELLED  options->cancel was set
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @see spec/rendering.md section 1.2; spec/status.md section 1
 * @since 0.1
 */
AIM_API aim_code aim_plan_finish(const aim_plan *plan, const aim_outcome *outcomes, size_t count,
                                 const aim_options *options, aim_plan **out, aim_error **err);

/**
 * Gives a plan back.
 *
 * @param plan  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_plan_free(aim_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
