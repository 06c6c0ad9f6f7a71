/**
 * @file
 * What the cluster holds: documents in, questions answered from them.
 *
 * A cluster has many readers or one writer; the caller keeps them apart. Readers are the functions that take a
 * const aim_cluster *. Answers stay valid after the cluster changes.
 */
#ifndef AIM_CLUSTER_H
#define AIM_CLUSTER_H

#include <aim/buffer.h>
#include <aim/context.h>
#include <aim/error.h>
#include <aim/report.h>
#include <aim/source.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The objects of a Kubernetes cluster, as far as anybody supplied them. @since 0.1 */
typedef struct aim_cluster aim_cluster;

/**
 * Makes an empty cluster, in which every kind is unknown.
 *
 * @param context  whose memory and limits are used; kept alive by the cluster
 * @param out      receives an owned cluster, NULL on failure; aim_cluster_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is made
 * @retval AIM_E_ARGUMENT   context or out is NULL
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.1
 */
AIM_API aim_code aim_cluster_new(aim_context *context, aim_cluster **out, aim_error **err);

/**
 * A second cluster with the same content. The objects are shared, so this costs an entry for each of them, not a copy.
 * What happens to one cluster is not seen by the other: a "what if" is a clone with a change.
 *
 * @param cluster  read only; other threads may read it too
 * @param out      receives an owned cluster, NULL on failure; aim_cluster_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is made
 * @retval AIM_E_ARGUMENT   cluster or out is NULL
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.1
 */
AIM_API aim_code aim_cluster_clone(const aim_cluster *cluster, aim_cluster **out, aim_error **err);

/**
 * Gives a cluster back. Answers and clones that came from it stay whole.
 *
 * @param cluster  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_cluster_free(aim_cluster *cluster);

/**
 * Adds all documents of a text, or none: YAML streams, JSON values, kind: List, typed lists, watch events one a line
 * and case files, in any mix and order.
 *
 * Of the same object twice in one layer (with or without AIM_SOURCE_OVERLAY), equal ones count once, else the one with
 * the higher resourceVersion, else both places are named in an error. AIM documents get the defaults of their schema;
 * fields that their schema does not know are dropped with a warning. metadata.managedFields and status.images are not
 * kept. Kinds that libaim does not use are counted and not kept. Every problem of the text is reported, not only the
 * first.
 *
 * @param cluster  changed only on success
 * @param source   the text
 * @param report   receives an owned report, also on failure; may be NULL; aim_report_free()
 * @param err      receives an owned error on failure: the first problem of the text; may be NULL
 * @retval AIM_OK           all documents are added
 * @retval AIM_E_SYNTAX     neither JSON nor YAML
 * @retval AIM_E_TYPE       a field has the wrong JSON type
 * @retval AIM_E_DUPLICATE  a key occurs twice, or an object twice with different content
 * @retval AIM_E_DOCUMENT   a document that is no Kubernetes object
 * @retval AIM_E_LIMIT      a limit of the context was reached
 * @retval AIM_E_CALLBACK   the callback set *got to more than it was asked for
 * @retval AIM_E_CANCELLED  source->cancel was set
 * @retval AIM_E_ARGUMENT   cluster or source is NULL, or source has neither data nor a callback
 * @retval AIM_E_STRUCT     source has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @return any other code is what source->read answered
 * @see spec/resources.md; docs/limits.md
 * @since 0.1
 */
AIM_API aim_code aim_cluster_add(aim_cluster *cluster, const aim_source *source, aim_report **report, aim_error **err);

/**
 * Applies one watch event, {"type": "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK", "object": {…}}. It costs that
 * object, not the cluster. Events count in the order in which they come, whatever their resourceVersion.
 *
 * @param cluster  changed only on success
 * @param source   the event as JSON, without flags
 * @param report   receives an owned report, also on failure; may be NULL; aim_report_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is applied
 * @retval AIM_E_DOCUMENT   not exactly one event, or one of type ERROR, whose message the error carries: list again
 * @retval AIM_E_SYNTAX     not JSON
 * @retval AIM_E_TYPE       a field has the wrong JSON type
 * @retval AIM_E_DUPLICATE  a key occurs twice
 * @retval AIM_E_LIMIT      a limit of the context was reached
 * @retval AIM_E_CALLBACK   the callback set *got to more than it was asked for
 * @retval AIM_E_CANCELLED  source->cancel was set
 * @retval AIM_E_ARGUMENT   cluster or source is NULL, or source has neither data nor a callback
 * @retval AIM_E_STRUCT     source has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @return any other code is what source->read answered
 * @since 0.1
 */
AIM_API aim_code aim_cluster_apply_event(aim_cluster *cluster, const aim_source *source, aim_report **report,
                                         aim_error **err);

/** @name What happened to an object
 *  @since 0.2
 *  @{ */
#define AIM_EVENT_ADDED 1    /**< it was not there before */
#define AIM_EVENT_MODIFIED 2 /**< something that libaim keeps is different; a new resourceVersion alone is not */
#define AIM_EVENT_DELETED 3  /**< it is gone */
/** @} */

/** Is told which objects of a cluster changed. @since 0.2 */
typedef struct aim_listener {
    uint32_t struct_size; /**< sizeof(aim_listener) */
    uint32_t flags;       /**< 0 */
    /** Called once for each object that changed, after all of them have. object lives until it returns; it must not
     *  change the cluster. */
    void (*changed)(const aim_ref *object, int32_t change, void *user);
    void *user; /**< passed to changed */
} aim_listener;

/**
 * Replaces all objects of a kind by those that another cluster holds, or none: for a list that was read again. What was
 * staged piece by piece in a cluster of its own becomes visible at once.
 *
 * The kind is known afterwards; without a namespace it is as if it had been declared known (see aim_cluster_declare()).
 * What lies over the cluster (AIM_SOURCE_OVERLAY) stays.
 *
 * @param cluster   changed only on success
 * @param from      whose objects of that kind are taken over; they are shared, and it stays as it is. Of the same
 *                  context as cluster
 * @param scope     kind must be set; ns: only this namespace; group and version where they are set
 * @param listener  is told what changed: what is there now, then what is gone, each by namespace and name; may be NULL
 * @param err       receives an owned error on failure; may be NULL
 * @retval AIM_OK             it is replaced
 * @retval AIM_E_UNSUPPORTED  libaim does not use the kind, in that group and version
 * @retval AIM_E_ARGUMENT     cluster, from, scope or scope->kind is NULL, both clusters are the same, their contexts
 * differ, or listener has no callback
 * @retval AIM_E_STRUCT       scope or listener has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @since 0.2
 */
AIM_API aim_code aim_cluster_replace(aim_cluster *cluster, const aim_cluster *from, const aim_ref *scope,
                                     const aim_listener *listener, aim_error **err);

/**
 * Removes one object from both layers. Its kind stays known.
 *
 * @param cluster  changed only on success
 * @param ref      kind, ns (NULL or "": "default") and name are read; group and version where they are set
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK             it is removed
 * @retval AIM_E_NOT_FOUND    there is no such object
 * @retval AIM_E_UNSUPPORTED  libaim does not use the kind, in that group and version
 * @retval AIM_E_ARGUMENT     cluster, ref, ref->kind or ref->name is NULL
 * @retval AIM_E_STRUCT       ref has a wrong struct_size or unknown flags
 * @since 0.1
 */
AIM_API aim_code aim_cluster_remove(aim_cluster *cluster, const aim_ref *ref, aim_error **err);

/** @name What is known of a kind
 *  @since 0.1
 *  @{ */
#define AIM_STATE_KNOWN 1   /**< what is not in the cluster does not exist */
#define AIM_STATE_UNKNOWN 2 /**< nobody looked (the state of a kind before any object of it was seen) */
#define AIM_STATE_FAILED 3  /**< reads fail; see reason */
/** @} */

/** @name Which reads of a kind fail
 *  @since 0.1
 *  @{ */
#define AIM_VERB_ANY 0  /**< both */
#define AIM_VERB_GET 1  /**< reading one object */
#define AIM_VERB_LIST 2 /**< listing */
/** @} */

/** Says what is known about a kind beyond its objects. @since 0.1 */
typedef struct aim_declaration {
    uint32_t struct_size; /**< sizeof(aim_declaration) */
    uint32_t flags;       /**< 0 */
    int32_t state;        /**< AIM_STATE_… */
    int32_t verb;         /**< AIM_VERB_…, only for AIM_STATE_FAILED */
    const char *kind;     /**< a kind such as "Node"; NULL: every kind (not for AIM_STATE_FAILED) */
    /** Why reads fail: Timeout, Forbidden, Unauthorized, ServiceUnavailable, InternalError, TooManyRequests, Conflict,
     *  Invalid, or Plain (an error without a Kubernetes status). */
    const char *reason;
} aim_declaration;

/**
 * Declares a kind known, unknown or unreadable. A kind that nobody supplied or declared is unknown, not empty, and a
 * decision that depended on it says so. The last declaration of a kind counts; failed reads count verb by verb, and
 * leave it known when it was, until it is declared known or unknown again.
 *
 * @param cluster      changed only on success
 * @param declaration  what is known; copied
 * @param err          receives an owned error on failure; may be NULL
 * @retval AIM_OK             it is declared
 * @retval AIM_E_ARGUMENT     a required argument is NULL, or state or verb is unknown, or the reason of a failed read
 * @retval AIM_E_UNSUPPORTED  libaim does not use the kind
 * @retval AIM_E_STRUCT       declaration has a wrong struct_size or unknown flags
 * @see spec/differences.md B-77
 * @since 0.1
 */
AIM_API aim_code aim_cluster_declare(aim_cluster *cluster, const aim_declaration *declaration, aim_error **err);

/** The log of a container. @since 0.1 */
typedef struct aim_log {
    uint32_t struct_size;  /**< sizeof(aim_log) */
    uint32_t flags;        /**< 0 */
    const char *ns;        /**< namespace of the pod */
    const char *pod;       /**< name of the pod */
    const char *container; /**< name of the container */
    const char *text;      /**< the log, up to its first NUL */
    size_t size;           /**< bytes of text */
} aim_log;

/**
 * Supplies the log of a container that failed: the status of its service or artifact needs it. A later log of the same
 * container replaces an earlier one.
 *
 * @param cluster  changed only on success
 * @param log      copied
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is kept
 * @retval AIM_E_ARGUMENT   a pointer is NULL, or a name is empty, holds a "/" or is too long: 1,021 bytes for all three
 * @retval AIM_E_STRUCT     log has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @see spec/status.md; spec/caching.md
 * @since 0.1
 */
AIM_API aim_code aim_cluster_add_log(aim_cluster *cluster, const aim_log *log, aim_error **err);

/**
 * How many objects a filter matches.
 *
 * @param cluster  read only; other threads may read it too; may be NULL
 * @param filter   kind must be set; group, version, ns ("" matches nothing) and name may be; may be NULL
 * @return their number; 0 for NULL, for a filter with a wrong struct_size or without a kind, and for a kind that libaim
 *         does not use
 * @since 0.1
 */
AIM_API size_t aim_cluster_count(const aim_cluster *cluster, const aim_ref *filter);

/**
 * One of the objects that a filter matches, ordered by namespace, then name.
 *
 * @param cluster  read only; other threads may read it too
 * @param filter   kind must be set; group, version, ns ("" matches nothing) and name may be
 * @param index    from 0
 * @param out      filled; out->struct_size must be set. Its strings live until the next call that changes the cluster.
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK             out is filled
 * @retval AIM_E_NOT_FOUND    index is not below aim_cluster_count()
 * @retval AIM_E_UNSUPPORTED  libaim does not use the kind, in that group and version
 * @retval AIM_E_ARGUMENT     cluster, filter, filter->kind or out is NULL
 * @retval AIM_E_STRUCT       filter or out has a wrong struct_size, or filter has unknown flags
 * @since 0.1
 */
AIM_API aim_code aim_cluster_at(const aim_cluster *cluster, const aim_ref *filter, size_t index, aim_ref *out,
                                aim_error **err);

/**
 * In which version an object is known: whether what a write answered has come back by a watch, and whether what was
 * read by other means is newer.
 *
 * @param cluster  read only; other threads may read it too; may be NULL
 * @param ref      kind, ns (NULL or "": "default") and name are read; may be NULL
 * @return metadata.resourceVersion, which lives until the next call that changes the cluster; "" where the object has
 *         none, is not in the cluster, or is of a kind that libaim does not use, and for NULL
 * @since 0.2
 */
AIM_API const char *aim_cluster_resource_version(const aim_cluster *cluster, const aim_ref *ref);

/**
 * The name that is most like a given one: for "did you mean".
 *
 * @param cluster  read only; other threads may read it too; may be NULL
 * @param ref      kind and name must be set, ns may be; may be NULL
 * @return a name of that kind (and namespace), which lives until the next call that changes the cluster; NULL when none
 *         is near
 * @since 0.1
 */
AIM_API const char *aim_cluster_nearest(const aim_cluster *cluster, const aim_ref *ref);

/**
 * Everything that the cluster holds as one line of JSON: objects, declarations and logs. aim_cluster_add() reads it
 * back: a bug report that can be replayed.
 *
 * @param cluster  read only; other threads may read it too
 * @param flags    0
 * @param out      receives an owned buffer, NULL on failure; aim_buffer_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is written
 * @retval AIM_E_ARGUMENT   cluster or out is NULL, or flags are unknown
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @see docs/determinism.md "Case files"; schemas/case.schema.json
 * @since 0.1
 */
AIM_API aim_code aim_cluster_render_case(const aim_cluster *cluster, uint32_t flags, aim_buffer **out, aim_error **err);

/**
 * The same as aim_cluster_render_case(), handed to a sink as it is made.
 *
 * @param cluster  read only; other threads may read it too
 * @param flags    0
 * @param sink     receives the bytes
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           everything is written
 * @retval AIM_E_ARGUMENT   cluster or sink is NULL, the sink has no callback, or flags are unknown
 * @retval AIM_E_STRUCT     sink has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @retval AIM_E_CANCELLED  sink->cancel was set; the pieces that came before stay where they are
 * @return any other code is what the sink answered
 * @since 0.1
 */
AIM_API aim_code aim_cluster_write_case(const aim_cluster *cluster, uint32_t flags, const aim_sink *sink,
                                        aim_error **err);

#ifdef __cplusplus
}
#endif

#endif
