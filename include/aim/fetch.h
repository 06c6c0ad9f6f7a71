/**
 * @file
 * A live cluster: what to ask an API server, and what its answers mean. Without I/O: requests come out, bytes go in.
 *
 * A fetch lists the kinds that a question needs into an aim_cluster, watches them if it is asked to, and carries out
 * calls on single objects: server-side apply, status, delete, logs. aim_fetch_run() drives it with an aim_transport;
 * a host with an HTTP client of its own takes requests from aim_fetch_next() and hands over what comes back.
 *
 * One thread at a time uses a fetch and its cluster: while a function of this header runs, nobody else may read the
 * cluster. Between the calls everybody may.
 */
#ifndef AIM_FETCH_H
#define AIM_FETCH_H

#include <aim/cluster.h>
#include <aim/context.h>
#include <aim/error.h>
#include <aim/plan.h>
#include <aim/report.h>
#include <aim/transport.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The conversation with one API server. @since 0.2 */
typedef struct aim_fetch aim_fetch;

/** Flag of aim_fetch_options: after its list a kind is watched, for ever. @since 0.2 */
#define AIM_FETCH_WATCH 0x1u
/** Flag of aim_fetch_options: nothing is listed; only calls are made. @since 0.2 */
#define AIM_FETCH_CALLS_ONLY 0x2u
/** Flag of aim_fetch_options, for those who watch: what grows with the cluster and not with the services stays away. Of
 *  pods only those of InferenceServices and jobs are read, by their labels, so that nothing is said about GPUs that
 *  others use; Events are not read at all: a plan for which they count names the objects under "needs", and
 *  AIM_CALL_EVENTS reads them. @since 0.2 */
#define AIM_FETCH_SPARING 0x4u

/** What is asked for. All-zero (but struct_size) means: everything that plans read, in all namespaces, once. Copied.
 *  @since 0.2 */
typedef struct aim_fetch_options {
    uint32_t struct_size;         /**< sizeof(aim_fetch_options) */
    uint32_t flags;               /**< AIM_FETCH_… */
    uint64_t page_size;           /**< objects a page; 0: 500 */
    uint64_t lists;               /**< lists in flight at once; 0: 4 */
    uint64_t tries;               /**< of one request before it counts as failed; 0: 5. A watch is tried for ever */
    uint64_t budget_ms;           /**< time for all tries of one request together; 0: 60,000 */
    uint64_t idle_ms;             /**< silence after which an exchange has failed; 0: 20,000, for a watch 90,000 */
    uint64_t requests;            /**< most requests a second, watches not counted; 0: 20 */
    uint64_t burst;               /**< how many of them may come at once; 0: 40 */
    uint64_t seed;                /**< of the random part of waiting times */
    const char *ns;               /**< namespaced kinds are read in this namespace only; NULL: in all */
    const char *const *kinds;     /**< which kinds, such as "AIMService"; NULL: all that plans read */
    size_t kind_count;            /**< how many */
    const aim_listener *listener; /**< is told what changed in the cluster; may be NULL; copied */
} aim_fetch_options;

/**
 * Makes a fetch that has asked for nothing yet.
 *
 * @param cluster  receives what is read; outlives the fetch
 * @param options  may be NULL
 * @param out      receives an owned fetch, NULL on failure; aim_fetch_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK             it is made
 * @retval AIM_E_ARGUMENT     cluster or out is NULL, a namespace is no DNS label, or listener has no callback
 * @retval AIM_E_UNSUPPORTED  libaim does not use one of the kinds
 * @retval AIM_E_STRUCT       options or listener has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @since 0.2
 */
AIM_API aim_code aim_fetch_new(aim_cluster *cluster, const aim_fetch_options *options, aim_fetch **out,
                               aim_error **err);

/**
 * Gives a fetch back. The cluster keeps what was read. What the transport of the last aim_fetch_run() still carries is
 * cancelled; what a host took from aim_fetch_next() is the host's to cancel.
 *
 * @param fetch  NULL is accepted
 * @since 0.2
 */
AIM_API void aim_fetch_free(aim_fetch *fetch);

/** @name How much of a kind is known
 *  @since 0.2
 *  @{ */
#define AIM_SYNC_WAITING 0    /**< not asked yet */
#define AIM_SYNC_LISTING 1    /**< being read for the first time; the cluster does not have it yet */
#define AIM_SYNC_SYNCED 2     /**< the cluster has what the server has, or had a moment ago */
#define AIM_SYNC_STALE 3      /**< it was synced, and now nothing is heard */
#define AIM_SYNC_FORBIDDEN 4  /**< the server does not let us read it: it is unknown */
#define AIM_SYNC_NOT_SERVED 5 /**< the server does not have the kind: there is none of it */
#define AIM_SYNC_FAILED 6     /**< it could not be read: see message */
/** @} */

/** What is known of one kind. Its strings live until the next call that changes the fetch. @since 0.2 */
typedef struct aim_sync {
    uint32_t struct_size; /**< sizeof(aim_sync) */
    uint32_t flags;       /**< 0 */
    int32_t state;        /**< AIM_SYNC_… */
    aim_code code;        /**< why it failed; AIM_E_DOCUMENT with AIM_SYNC_SYNCED: all but objects that could not
                               be read, see aim_fetch_report(); AIM_OK otherwise */
    uint64_t objects;     /**< read so far by the list that is under way, else in the cluster */
    uint64_t lists;       /**< how many lists were completed */
    uint64_t events;      /**< how many watch events were applied */
    const char *kind;     /**< such as "AIMService" */
    const char *ns;       /**< the namespace that it was read in; NULL: all, or it has none */
    const char *resource_version; /**< up to which it is known; "" before that */
    const char *message;          /**< of a failure, else "" */
} aim_sync;

/**
 * How many kinds are read.
 *
 * @param fetch  may be NULL
 * @return their number; 0 for NULL
 * @since 0.2
 */
AIM_API size_t aim_fetch_sync_count(const aim_fetch *fetch);

/**
 * What is known of one kind.
 *
 * @param fetch  which
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_fetch_sync_count()
 * @retval AIM_E_ARGUMENT   fetch or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.2
 */
AIM_API aim_code aim_fetch_sync_at(const aim_fetch *fetch, size_t index, aim_sync *out);

/**
 * What the server said that somebody should see: warnings of its answers, and objects that could not be read. Those are
 * not in the cluster.
 *
 * @param fetch  may be NULL
 * @return a report that belongs to the fetch and grows with it; NULL for NULL
 * @since 0.2
 */
AIM_API const aim_report *aim_fetch_report(const aim_fetch *fetch);

/** @name What a call does
 *  @since 0.2
 *  @{ */
#define AIM_CALL_GET 1          /**< reads one object */
#define AIM_CALL_APPLY 2        /**< server-side apply; makes the object when it is not there */
#define AIM_CALL_APPLY_STATUS 3 /**< server-side apply of the status; the object must be there */
#define AIM_CALL_CREATE 4       /**< makes an object that must not be there */
#define AIM_CALL_UPDATE 5       /**< replaces an object whose resourceVersion the body holds */
#define AIM_CALL_PATCH 6        /**< a merge patch */
#define AIM_CALL_DELETE 7       /**< deletes, if uid and resource_version still hold */
#define AIM_CALL_LOG 8          /**< reads the log of a container, into the cluster */
#define AIM_CALL_EVENTS 9 /**< reads the Events about the object of that name, into the cluster; kind is "Event" */
/** @} */

/** Flag of aim_call: fields of other managers are taken over; else they are a conflict. Only AIM_CALL_APPLY and
 *  AIM_CALL_APPLY_STATUS. @since 0.2 */
#define AIM_CALL_FORCE 0x1u
/** Flag of aim_call: the server checks everything and changes nothing. @since 0.2 */
#define AIM_CALL_DRY_RUN 0x2u
/** Flag of aim_call: of AIM_CALL_GET, what comes back goes into the cluster, and what is not there leaves it.
 *  @since 0.2 */
#define AIM_CALL_KEEP 0x4u

/** A call on one object. Copied. @since 0.2 */
typedef struct aim_call {
    uint32_t struct_size;      /**< sizeof(aim_call) */
    uint32_t flags;            /**< AIM_CALL_… */
    uint64_t verb;             /**< AIM_CALL_… */
    uint64_t lines;            /**< of a log: at most so many from its end; 0: 100 */
    const aim_ref *object;     /**< kind, ns and name, which must be legal; group and version where the kind is none of
                                    libaim's. Of AIM_CALL_CREATE the name may be missing */
    const char *plural;        /**< of a kind that is none of libaim's, such as "leases"; NULL: libaim knows */
    const char *subresource;   /**< such as "status"; NULL: none. AIM_CALL_APPLY_STATUS and AIM_CALL_LOG know theirs */
    const char *body;          /**< JSON, for verbs that send something */
    size_t body_size;          /**< bytes of body, at most 3 MiB */
    const char *field_manager; /**< of writes: 1 to 128 printable characters; needed by apply */
    const char *uid;           /**< of a delete: only this object; NULL: whichever has the name */
    const char *resource_version; /**< of a delete: only in this state; NULL: in any */
    const char *container;        /**< of a log */
    size_t spare;                 /**< 0 */
} aim_call;

/**
 * Asks for a call. It is carried out while the fetch is driven; several may be under way at once, in no order: wait for
 * one before asking for what depends on it.
 *
 * What failed on the way is tried again where that is harmless: see docs/live.md "Retries".
 *
 * @param fetch  which
 * @param call   what to do; copied
 * @param id     receives the call's number, from 1
 * @param err    receives an owned error on failure; may be NULL
 * @retval AIM_OK             it is asked for
 * @retval AIM_E_ARGUMENT     a required argument is NULL or not legal: a name, the manager, the size of the body
 * @retval AIM_E_UNSUPPORTED  libaim does not know the kind, and plural is NULL
 * @retval AIM_E_STRUCT       call or call->object has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @since 0.2
 */
AIM_API aim_code aim_fetch_call(aim_fetch *fetch, const aim_call *call, uint64_t *id, aim_error **err);

/**
 * Asks for an action of a plan: apply with its field manager, or delete under its guards.
 *
 * @param fetch  which
 * @param plan   whose action; not needed afterwards
 * @param index  of the action, from 0
 * @param flags  0, AIM_CALL_FORCE and AIM_CALL_DRY_RUN
 * @param id     receives the call's number, from 1
 * @param err    receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is asked for
 * @retval AIM_E_NOT_FOUND  index is not below aim_plan_action_count()
 * @retval AIM_E_ARGUMENT   a required argument is NULL, or flags are unknown
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.2
 */
AIM_API aim_code aim_fetch_action(aim_fetch *fetch, const aim_plan *plan, size_t index, uint32_t flags, uint64_t *id,
                                  aim_error **err);

/**
 * Whether the cluster already holds what an action would make, field by field, or no longer holds what it would delete:
 * then nothing has to be sent. What others own, and what the server has filled in, does not count.
 *
 * @param fetch  whose cluster is asked; may be NULL
 * @param plan   whose action; may be NULL
 * @param index  of the action, from 0
 * @return 1 when nothing has to be sent; 0 otherwise, for NULL, and when memory is out
 * @since 0.2
 */
AIM_API int32_t aim_fetch_action_is_done(const aim_fetch *fetch, const aim_plan *plan, size_t index);

/**
 * Asks for the plan's status to be written, if it is another one than the object has recorded: a merge patch of what is
 * different, under the resourceVersion that the plan was made with. When the object has changed since, the server
 * refuses with Conflict: plan again.
 *
 * @param fetch  which
 * @param plan   of which object; not needed afterwards. After aim_plan_finish() the one that it made
 * @param flags  0 or AIM_CALL_DRY_RUN
 * @param id     receives the call's number, from 1; 0: the status is the same, and nothing was asked for
 * @param err    receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is asked for, or need not be
 * @retval AIM_E_ARGUMENT   a required argument is NULL, or flags are unknown
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.2
 */
AIM_API aim_code aim_fetch_status(aim_fetch *fetch, const aim_plan *plan, uint32_t flags, uint64_t *id,
                                  aim_error **err);

/**
 * Asks for what aim_plan_finalizer() says: the finalizer is added or removed, under the resourceVersion that the plan
 * was made with.
 *
 * @param fetch  which
 * @param plan   of which object; not needed afterwards
 * @param verb   AIM_ACTION_ADD_FINALIZER or AIM_ACTION_REMOVE_FINALIZER
 * @param flags  0 or AIM_CALL_DRY_RUN
 * @param id     receives the call's number, from 1; 0: the plan says nothing of the kind, and nothing was asked for
 * @param err    receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is asked for, or need not be
 * @retval AIM_E_ARGUMENT   a required argument is NULL, or verb or flags are unknown
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.2
 */
AIM_API aim_code aim_fetch_finalizer(aim_fetch *fetch, const aim_plan *plan, int32_t verb, uint32_t flags, uint64_t *id,
                                     aim_error **err);

/** What became of a call. Its strings live until the result is dropped. @since 0.2 */
typedef struct aim_result {
    uint32_t struct_size; /**< sizeof(aim_result) */
    uint32_t flags;       /**< 0 */
    int64_t server_time;  /**< seconds since 1970 by the server's clock when it answered; 0: it did not say */
    aim_code code;        /**< AIM_OK; AIM_E_REFUSED when the server said no; else why there is no answer */
    int32_t http_status;  /**< 0: no answer came */
    const char *reason;  /**< Kubernetes reason of a failure, such as "Conflict" or "NotFound"; "Timeout" or "Plain" for
                            one  without; NULL: it succeeded */
    const char *message; /**< for people, NULL without a failure. Untrusted text without control characters */
    const char *body;    /**< what came back, such as the object as it is now; "" when nothing did */
    size_t body_size;    /**< bytes of body */
    size_t conflicts;    /**< of fields: see aim_fetch_conflict_at() */
    size_t spare;        /**< 0 */
} aim_result;

/**
 * What became of a call.
 *
 * @param fetch  which
 * @param id     of the call
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK             out is filled
 * @retval AIM_E_UNSUPPORTED  the call is still under way
 * @retval AIM_E_NOT_FOUND    there is no such call, or its result was dropped
 * @retval AIM_E_ARGUMENT     fetch or out is NULL
 * @retval AIM_E_STRUCT       out->struct_size is wrong
 * @since 0.2
 */
AIM_API aim_code aim_fetch_result(const aim_fetch *fetch, uint64_t id, aim_result *out);

/** A field that belongs to somebody else. Its strings live until the result is dropped. @since 0.2 */
typedef struct aim_conflict {
    uint32_t struct_size; /**< sizeof(aim_conflict) */
    uint32_t flags;       /**< 0 */
    const char *manager;  /**< who owns it, such as "kubectl-edit"; "" when the server does not say */
    const char *field;    /**< the path as the server writes it, such as ".spec.rules" */
} aim_conflict;

/**
 * A conflict of a call that was refused for it.
 *
 * @param fetch  which
 * @param id     of the call
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  there is no such call, or index is not below the result's conflicts
 * @retval AIM_E_ARGUMENT   fetch or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.2
 */
AIM_API aim_code aim_fetch_conflict_at(const aim_fetch *fetch, uint64_t id, size_t index, aim_conflict *out);

/**
 * Forgets a call that has ended. One that is under way goes on, and its result is dropped when it comes.
 *
 * @param fetch  may be NULL
 * @param id     of the call; unknown ones are ignored
 * @since 0.2
 */
AIM_API void aim_fetch_drop(aim_fetch *fetch, uint64_t id);

/**
 * Whether everything that was asked for has been answered: every kind was listed or cannot be, and no call is under
 * way.
 *
 * @param fetch  may be NULL
 * @return 1 when it is, else 0; 1 for NULL
 * @since 0.2
 */
AIM_API int32_t aim_fetch_is_done(const aim_fetch *fetch);

/** Flag of aim_run_options: returns as soon as anything came, for a loop of the host's own. @since 0.2 */
#define AIM_RUN_STEP 0x1u

/** What aim_fetch_run() waits for, and what ends it. @since 0.2 */
typedef struct aim_run_options {
    uint32_t struct_size;     /**< sizeof(aim_run_options) */
    uint32_t flags;           /**< AIM_RUN_… */
    uint64_t limit_ms;        /**< at most so long; 0: as long as it takes */
    uint64_t call;            /**< until this call has ended; 0: until aim_fetch_is_done() */
    const aim_cancel *cancel; /**< stops it; wake the transport after setting it; may be NULL */
    /** Called about ten times a second, and whenever a kind was read. Anything but AIM_OK ends the run, which then
     *  returns that code. May be NULL. */
    aim_code (*progress)(const aim_fetch *fetch, void *user);
    void *user;   /**< passed to progress */
    size_t spare; /**< 0 */
} aim_run_options;

/**
 * Drives a fetch with a transport: sends its requests, hands it the answers, waits where it has to. Watches and calls
 * that are under way when it returns go on with the next run. With another transport, what the earlier one carries is
 * cancelled and begun again.
 *
 * @param fetch      which
 * @param transport  copied; outlives the fetch, or its next run with another one
 * @param options    may be NULL
 * @param err        receives an owned error on failure; may be NULL
 * @retval AIM_OK             what was waited for is there; kinds that could not be read and calls that were refused say
 *                            so themselves
 * @retval AIM_E_TIMEOUT      limit_ms is over
 * @retval AIM_E_CANCELLED    options->cancel was set
 * @retval AIM_E_CONNECT      the server cannot be reached, and nothing at all was read
 * @retval AIM_E_TRUST        the server is not the one that it should be
 * @retval AIM_E_CREDENTIALS  the server does not accept the credentials
 * @retval AIM_E_ARGUMENT     fetch or transport is NULL, or transport lacks a callback
 * @retval AIM_E_STRUCT       transport or options has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @return any other code is what a callback answered
 * @since 0.2
 */
AIM_API aim_code aim_fetch_run(aim_fetch *fetch, const aim_transport *transport, const aim_run_options *options,
                               aim_error **err);

/** @name For hosts with an HTTP client of their own
 *  In place of aim_fetch_run(): ask for requests until there is none, send them, hand over what comes back, and ask
 *  again then, or when the time to wait is over.
 *  @since 0.2
 *  @{ */

/**
 * The next request to send.
 *
 * @param fetch    which
 * @param now_ms   of a clock that never goes back, always the same one
 * @param out      filled; out->struct_size must be set. id is 0 when there is nothing to send now. Its strings live
 * until the next call of a function with this fetch
 * @param wait_ms  receives the time after which to ask again, even if nothing came; UINT64_MAX: not before something
 *                 comes. May be NULL
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           out is filled
 * @retval AIM_E_ARGUMENT   fetch or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.2
 */
AIM_API aim_code aim_fetch_next(aim_fetch *fetch, uint64_t now_ms, aim_request *out, uint64_t *wait_ms,
                                aim_error **err);

/**
 * What to hand the answers to. Its callbacks may be called with ids that the fetch does not know (any more).
 *
 * @param fetch  outlives every use of it
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK          out is filled
 * @retval AIM_E_ARGUMENT  an argument is NULL
 * @retval AIM_E_STRUCT    out->struct_size is wrong
 * @since 0.2
 */
AIM_API aim_code aim_fetch_receiver(aim_fetch *fetch, aim_receiver *out);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
