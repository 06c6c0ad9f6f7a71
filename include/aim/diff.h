/**
 * @file
 * A plan against what the cluster holds: what would change, and what the change does.
 */
#ifndef AIM_DIFF_H
#define AIM_DIFF_H

#include <aim/buffer.h>
#include <aim/cluster.h>
#include <aim/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The changes that a plan makes. Immutable; stays valid after plan and cluster are gone. @since 0.1 */
typedef struct aim_diff aim_diff;

/** @name Operations of a change
 *  @since 0.1
 *  @{ */
#define AIM_CHANGE_CREATE 1  /**< the object does not exist */
#define AIM_CHANGE_DELETE 2  /**< the object goes away */
#define AIM_CHANGE_ADD 3     /**< a field that the object lacks */
#define AIM_CHANGE_REPLACE 4 /**< a field with another value */
#define AIM_CHANGE_REMOVE 5  /**< a field, or an entry of a list, that the plan no longer has */
/** @} */

/** One change. Its strings live as long as the diff. @since 0.1 */
typedef struct aim_change {
    uint32_t struct_size; /**< sizeof(aim_change) */
    uint32_t flags;       /**< 0 */
    int32_t operation;    /**< AIM_CHANGE_… */
    int32_t spare;        /**< 0 */
    const char *object;   /**< "InferenceService team/chat-e201fbda" */
    const char *kind;     /**< of that object */
    const char *ns;       /**< of that object; NULL for cluster scope */
    const char *name;     /**< of that object */
    const char *pointer;  /**< JSON Pointer to the field (RFC 6901); "" for the object as a whole */
    const char *before;   /**< JSON; NULL when there was nothing */
    const char *after;    /**< JSON; NULL when there will be nothing */
    const char *effect;   /**< what it does, such as "restarts the pods"; NULL: nothing beyond the field */
} aim_change;

/**
 * Compares the objects of a plan with those that the cluster holds, field by field. Fields that the plan does not set
 * are other people's, or defaults of the server: they are left out, as server-side apply leaves them alone. Fields that
 * only the engine writes (scaling, account, pull secrets, resources, timeouts, its own labels) count as removed when
 * the plan no longer sets them, and so do entries of a list, except sidecars and what they mount. Documents added with
 * AIM_SOURCE_OVERLAY are not what the cluster holds.
 *
 * @param plan     a plan that was made from the cluster; read only
 * @param cluster  read only; other threads may read it too
 * @param options  may be NULL; only cancel is read, policy and time are those of the plan
 * @param out      receives an owned diff, NULL on failure; aim_diff_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           there is an answer, also when nothing changes
 * @retval AIM_E_CANCELLED  options->cancel was set
 * @retval AIM_E_ARGUMENT   a required argument is NULL
 * @retval AIM_E_STRUCT     options has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @see docs/plan-json.md "Status, lint and diff"
 * @since 0.1
 */
AIM_API aim_code aim_diff_new(const aim_plan *plan, const aim_cluster *cluster, const aim_options *options,
                              aim_diff **out, aim_error **err);

/**
 * How many changes there are.
 *
 * @param diff  may be NULL
 * @return their number; 0 for NULL and when applying the plan would change nothing
 * @since 0.1
 */
AIM_API size_t aim_diff_count(const aim_diff *diff);

/**
 * A change, in the order of the plan's actions, then of the fields.
 *
 * @param diff   which
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_diff_count()
 * @retval AIM_E_ARGUMENT   diff or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_diff_at(const aim_diff *diff, size_t index, aim_change *out);

/**
 * All changes in one text.
 *
 * @param diff    which
 * @param format  AIM_FORMAT_TEXT, _JSON or _MARKDOWN
 * @param flags   0 or AIM_RENDER_COLOR
 * @param out     receives an owned buffer, NULL on failure; aim_buffer_free()
 * @param err     receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is rendered
 * @retval AIM_E_ARGUMENT   diff or out is NULL, or format or flags are unknown
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @see schemas/diff.schema.json
 * @since 0.1
 */
AIM_API aim_code aim_diff_render(const aim_diff *diff, int32_t format, uint32_t flags, aim_buffer **out,
                                 aim_error **err);

/**
 * The same as aim_diff_render(), handed to a sink as it is made.
 *
 * @param diff    which
 * @param format  AIM_FORMAT_TEXT, _JSON or _MARKDOWN
 * @param flags   0 or AIM_RENDER_COLOR
 * @param sink    receives the bytes
 * @param err     receives an owned error on failure; may be NULL
 * @retval AIM_OK           everything is written
 * @retval AIM_E_ARGUMENT   diff or sink is NULL, the sink has no callback, or format or flags are unknown
 * @retval AIM_E_STRUCT     sink has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @retval AIM_E_CANCELLED  sink->cancel was set; the pieces that came before stay where they are
 * @return any other code is what the sink answered
 * @since 0.1
 */
AIM_API aim_code aim_diff_write(const aim_diff *diff, int32_t format, uint32_t flags, const aim_sink *sink,
                                aim_error **err);

/**
 * Gives a diff back.
 *
 * @param diff  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_diff_free(aim_diff *diff);

#ifdef __cplusplus
}
#endif

#endif
