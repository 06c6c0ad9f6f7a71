/**
 * @file
 * What the cluster holds: documents in, questions answered from them.
 *
 * A cluster has many readers or one writer; the caller keeps them apart. Answers stay valid after the cluster changes.
 */
#ifndef AIM_CLUSTER_H
#define AIM_CLUSTER_H

#include <aim/buffer.h>
#include <aim/context.h>
#include <aim/error.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct aim_cluster aim_cluster;
/** What became of one text: errors, warnings, and how many objects of which kind it held. */
typedef struct aim_report aim_report;

/** Makes an empty cluster. @since 0.1 */
AIM_API aim_code aim_cluster_new(aim_context *context, aim_cluster **out, aim_error **err);

/**
 * A second cluster with the same content; the objects are shared, so this is cheap. What happens to one is not seen by
 * the other: a "what if" is a clone with a change. @since 0.1
 */
AIM_API aim_code aim_cluster_clone(const aim_cluster *cluster, aim_cluster **out, aim_error **err);

/** Gives a cluster back. NULL is accepted. @since 0.1 */
AIM_API void aim_cluster_free(aim_cluster *cluster);

/* Flags of aim_source. */
/** The documents are what somebody wants to apply on top: they replace spec, labels and annotations of the same object
 *  and keep its status, UID and the rest of its metadata. */
#define AIM_SOURCE_OVERLAY 0x1u

/** A text with documents: YAML streams, JSON values, kind: List, watch events one a line, in any mix. @since 0.1 */
typedef struct aim_source {
    uint32_t struct_size;
    uint32_t flags;   /**< AIM_SOURCE_… */
    const char *name; /**< for messages, such as the file's name; NULL: "(text)" */
    const char *data; /**< the text; NULL: read through the callback */
    size_t size;      /**< bytes of data */
    /** Fills buffer with up to size bytes and sets *got, 0 at the end. Anything but AIM_OK ends the call with that
     * code. */
    aim_code (*read)(char *buffer, size_t size, size_t *got, void *user);
    void *user;
} aim_source;

/**
 * Adds all documents of a text, or none.
 *
 * Of the same object twice in one layer (with or without AIM_SOURCE_OVERLAY), equal ones count once, else the one with
 * the higher resourceVersion, else both places are named in an error. AIM documents get the defaults of their schema,
 * fields that their schema does not know are dropped with a warning. metadata.managedFields and status.images are not
 * kept. Every problem of the text is reported, not only the first.
 *
 * @param report  receives an owned report, also on failure; may be NULL; aim_report_free()
 * @retval AIM_E_SYNTAX, AIM_E_TYPE, AIM_E_DUPLICATE, AIM_E_DOCUMENT, AIM_E_LIMIT  the first problem of the text
 * @retval AIM_E_NO_MEMORY, AIM_E_ARGUMENT, AIM_E_STRUCT, and what the callback answered
 * @since 0.1
 */
AIM_API aim_code aim_cluster_add(aim_cluster *cluster, const aim_source *source, aim_report **report, aim_error **err);

/**
 * Applies one watch event, {"type": "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK", "object": {…}}; it costs that
 * object, not the cluster. @since 0.1
 */
AIM_API aim_code aim_cluster_apply_event(aim_cluster *cluster, const char *json, size_t size, aim_report **report,
                                         aim_error **err);

/** Removes one object from both layers: kind, ns (NULL: "default") and name are read. @retval AIM_E_NOT_FOUND @since
 * 0.1 */
AIM_API aim_code aim_cluster_remove(aim_cluster *cluster, const aim_ref *ref, aim_error **err);

/* States of aim_declaration. */
#define AIM_STATE_KNOWN 1   /**< what is not in the cluster does not exist */
#define AIM_STATE_UNKNOWN 2 /**< nobody looked (the state of a kind before any object of it was seen) */
#define AIM_STATE_FAILED 3  /**< reads fail; see reason */

/* Verbs of aim_declaration. */
#define AIM_VERB_ANY 0
#define AIM_VERB_GET 1
#define AIM_VERB_LIST 2

/** Says what is known about a kind beyond its objects. @since 0.1 */
typedef struct aim_declaration {
    uint32_t struct_size;
    uint32_t flags;   /**< 0 */
    int32_t state;    /**< AIM_STATE_… */
    int32_t verb;     /**< AIM_VERB_…: which reads fail; only for AIM_STATE_FAILED */
    const char *kind; /**< a kind such as "Node"; NULL: every kind (not for AIM_STATE_FAILED) */
    /** Why reads fail: Timeout, Forbidden, Unauthorized, ServiceUnavailable, InternalError, TooManyRequests, Conflict,
     *  Invalid, or Plain (an error without a Kubernetes status). */
    const char *reason;
} aim_declaration;

/** Declares a kind known, unknown or unreadable. A kind that nobody supplied or declared is unknown, not empty, and a
 *  decision that depended on it says so. @since 0.1 */
AIM_API aim_code aim_cluster_declare(aim_cluster *cluster, const aim_declaration *declaration, aim_error **err);

/** Supplies the log of a container that failed; its status needs it. @since 0.1 */
AIM_API aim_code aim_cluster_add_log(aim_cluster *cluster, const char *ns, const char *pod, const char *container,
                                     const char *text, size_t size, aim_error **err);

/** How many objects a filter matches: kind must be set; ns and name may be. @since 0.1 */
AIM_API size_t aim_cluster_count(const aim_cluster *cluster, const aim_ref *filter);

/**
 * The index-th object that a filter matches, ordered by namespace, then name.
 *
 * @param out  struct_size must be set; its strings live as long as the object stays in the cluster
 * @retval AIM_E_NOT_FOUND  index is not below aim_cluster_count()
 * @since 0.1
 */
AIM_API aim_code aim_cluster_at(const aim_cluster *cluster, const aim_ref *filter, size_t index, aim_ref *out,
                                aim_error **err);

/** The name of that kind (and, if set, namespace) which is most like the given one, or NULL: for "did you mean".
 *  @since 0.1 */
AIM_API const char *aim_cluster_nearest(const aim_cluster *cluster, const aim_ref *ref);

/** Everything that the cluster holds as one JSON text: objects, declarations and logs. aim_cluster_add() reads it back:
 *  a bug report that can be replayed. @since 0.1 */
AIM_API aim_code aim_cluster_write_case(const aim_cluster *cluster, aim_buffer **out, aim_error **err);

/* Severities, of report entries and findings. */
#define AIM_SEVERITY_ERROR 1
#define AIM_SEVERITY_WARNING 2
#define AIM_SEVERITY_INFO 3

/** One line of a report. Its strings live as long as the report. @since 0.1 */
typedef struct aim_report_entry {
    uint32_t struct_size;
    uint32_t flags;        /**< 0 */
    aim_code code;         /**< of an error; AIM_OK for a warning */
    int32_t severity;      /**< AIM_SEVERITY_… */
    uint64_t line, column; /**< from 1; 0 when there is none */
    const char *source;    /**< name of the source */
    const char *pointer;   /**< JSON Pointer into the document; may be "" */
    const char *object;    /**< "AIMService ml-team/qwen-service" when it is known, else NULL */
    const char *message;
    const char *excerpt; /**< the line of the text, cut to 160 bytes around the column; NULL when there is none */
} aim_report_entry;

/** Number of entries. @since 0.1 */
AIM_API size_t aim_report_count(const aim_report *report);
/** The entries, errors first, in the order of the text. @retval AIM_E_NOT_FOUND @since 0.1 */
AIM_API aim_code aim_report_at(const aim_report *report, size_t index, aim_report_entry *out);
/** How many problems were found beyond limits.report_entries. @since 0.1 */
AIM_API uint64_t aim_report_dropped(const aim_report *report);
/** How many kinds the text held. @since 0.1 */
AIM_API size_t aim_report_kind_count(const aim_report *report);
/** The index-th kind (as "Kind" or "Kind.group"), how many objects of it there were, and whether libaim uses it.
 *  NULL when index is out of range. @since 0.1 */
AIM_API const char *aim_report_kind_at(const aim_report *report, size_t index, uint64_t *objects, int32_t *used);
/** Gives a report back. NULL is accepted. @since 0.1 */
AIM_API void aim_report_free(aim_report *report);

#ifdef __cplusplus
}
#endif

#endif
