/**
 * @file
 * How requests reach an API server: what a host implements, or takes ready-made from libaim-curl.
 *
 * libaim does no I/O. An aim_fetch says which requests to send and eats what comes back; a transport carries both. A
 * transport is five functions that all run on the thread that drives the fetch, except wake. It knows the server's
 * address and credentials, adds what belongs to the connection (Host, Authorization, User-Agent), and never follows a
 * redirect, retries or interprets a body: those are the fetch's.
 */
#ifndef AIM_TRANSPORT_H
#define AIM_TRANSPORT_H

#include <aim/buffer.h>
#include <aim/context.h>
#include <aim/source.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @name Methods of a request
 *  @since 0.2
 *  @{ */
#define AIM_METHOD_GET 1    /**< GET: lists, watches, objects, logs */
#define AIM_METHOD_POST 2   /**< POST: what is made */
#define AIM_METHOD_PUT 3    /**< PUT: what is replaced */
#define AIM_METHOD_PATCH 4  /**< PATCH: server-side apply and merge patches */
#define AIM_METHOD_DELETE 5 /**< DELETE, with a body of preconditions */
/** @} */

/** Flag of aim_request: a watch. Its body comes piece by piece for as long as the server likes. @since 0.2 */
#define AIM_REQUEST_STREAM 0x1u
/** Flag of aim_request: the transport may ask for gzip, and then hands over what it unpacked. Without this flag it must
 *  not: a compressed watch cannot be read as it arrives. @since 0.2 */
#define AIM_REQUEST_GZIP 0x2u

/** One HTTP request. Its strings live until start returns. @since 0.2 */
typedef struct aim_request {
    uint32_t struct_size; /**< sizeof(aim_request) */
    uint32_t flags;       /**< AIM_REQUEST_… */
    uint64_t id;          /**< of this exchange, from 1; 0: there is no request */
    uint64_t timeout_ms;  /**< after which the exchange as a whole has failed; 0: never */
    uint64_t idle_ms;     /**< of silence after which it has failed, also before the first byte; 0: never */
    uint64_t method;      /**< AIM_METHOD_… */
    /** Path and query as they go on the wire, percent-encoded, from "/". A server behind a path has its own put in
     * front. */
    const char *target;
    const char *accept;       /**< header Accept */
    const char *content_type; /**< header Content-Type; NULL without a body */
    const char *body;         /**< NULL: none */
    size_t body_size;         /**< bytes of body */
    size_t spare;             /**< 0 */
} aim_request;

/** The head of an answer. Its strings live until the call returns. @since 0.2 */
typedef struct aim_response {
    uint32_t struct_size;        /**< sizeof(aim_response) */
    uint32_t flags;              /**< 0 */
    uint64_t http_status;        /**< 100 to 599; informational answers are not handed over */
    const char *content_type;    /**< header Content-Type; NULL: none */
    const char *retry_after;     /**< header Retry-After; NULL: none */
    const char *date;            /**< header Date; NULL: none */
    const char *const *warnings; /**< headers Warning, each as it came; NULL when warning_count is 0 */
    size_t warning_count;        /**< at most 100 are looked at */
    size_t spare;                /**< 0 */
} aim_response;

/** @name How far an exchange came
 *  What decides whether it may be tried again.
 *  @since 0.2
 *  @{ */
#define AIM_END_COMPLETE 0 /**< the answer is all there, whatever it says */
#define AIM_END_UNSENT 1   /**< the server saw nothing: no address, no connection, no trust, no credentials */
#define AIM_END_LOST 2     /**< the request may have been carried out; its answer did not come, or not whole */
/** @} */

/** The end of an exchange. Its string lives until the call returns. @since 0.2 */
typedef struct aim_end {
    uint32_t struct_size; /**< sizeof(aim_end) */
    uint32_t flags;       /**< 0 */
    int32_t phase;        /**< AIM_END_… */
    aim_code code; /**< AIM_OK, or why: AIM_E_CONNECT, AIM_E_TRUST, AIM_E_CREDENTIALS, AIM_E_TIMEOUT, AIM_E_CUT … */
    const char *message; /**< for people and without secrets; NULL with AIM_OK */
} aim_end;

/**
 * Where a transport puts what arrives. For every request that was started: response at most once, data any number of
 * times, end exactly once and last, unless it was cancelled. They are called from poll and from start, on the same
 * thread. @since 0.2
 */
typedef struct aim_receiver {
    uint32_t struct_size; /**< sizeof(aim_receiver) */
    uint32_t flags;       /**< 0 */
    /** The head of the answer. Anything but AIM_OK stops the exchange; end is then called with that code. */
    aim_code (*response)(uint64_t id, const aim_response *response, void *user);
    /** A piece of the body, of any size. Anything but AIM_OK stops the exchange; end is then called with that code. */
    aim_code (*data)(uint64_t id, const char *bytes, size_t size, void *user);
    /** The end. */
    void (*end)(uint64_t id, const aim_end *end, void *user);
    void *user; /**< passed to all three */
} aim_receiver;

/** What a host implements. Copied by whoever takes it; user must outlive its use. @since 0.2 */
typedef struct aim_transport {
    uint32_t struct_size; /**< sizeof(aim_transport) */
    uint32_t flags;       /**< 0 */
    /**
     * Begins an exchange and returns without waiting for the network. The receiver is copied. AIM_OK: the end comes
     * through the receiver, whatever happens; anything else: nothing was begun, and the caller's call returns that
     * code.
     */
    aim_code (*start)(const aim_request *request, const aim_receiver *receiver, void *user);
    /** Gives an exchange up: its receiver is not called any more. Unknown ids are ignored. */
    void (*cancel)(uint64_t id, void *user);
    /**
     * Moves all exchanges on, waiting up to wait_ms for something to happen (UINT64_MAX: for as long as it takes).
     * Returns early after it called a receiver, and when it was woken. Anything but AIM_OK ends the call that drives.
     */
    aim_code (*poll)(uint64_t wait_ms, void *user);
    /** Makes a poll that waits, or the next one, return at once. From any thread and from signal handlers. */
    void (*wake)(void *user);
    /** Milliseconds of a clock that never goes back. */
    uint64_t (*now_ms)(void *user);
    void *user; /**< passed to all five */
} aim_transport;

/** A transport that writes down what another one carries, or plays it back. @since 0.2 */
typedef struct aim_recorder aim_recorder;

/**
 * Records: requests go to another transport, and each request, head, piece and end is also written to a sink, a line of
 * JSON each. Requests hold no credentials (the transport adds those), so the record holds none either; what the
 * cluster's objects hold, literal values of environment variables for one, is in it.
 *
 * @param context    whose memory is used
 * @param transport  carries the requests; copied
 * @param sink       receives the lines; copied; its cancel flag is not looked at
 * @param out        receives an owned recorder, NULL on failure; aim_recorder_free()
 * @param err        receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is made, and the first line is written
 * @retval AIM_E_ARGUMENT   an argument is NULL, or transport or sink lack a callback
 * @retval AIM_E_STRUCT     transport or sink has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @return any other code is what the sink answered
 * @see docs/live.md "Records"
 * @since 0.2
 */
AIM_API aim_code aim_recorder_new(aim_context *context, const aim_transport *transport, const aim_sink *sink,
                                  aim_recorder **out, aim_error **err);

/**
 * Plays a record back: a request gets the answer that the same method, target and body got, the first time the first
 * such answer, then the next. One that is not in the record ends with AIM_END_UNSENT and AIM_E_NOT_FOUND. No time
 * passes but what the caller waits for.
 *
 * @param context  whose memory is used
 * @param source   a record, whole; copied
 * @param out      receives an owned recorder, NULL on failure; aim_recorder_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is read
 * @retval AIM_E_SYNTAX     a line is no JSON
 * @retval AIM_E_DOCUMENT   no record, or a line of a kind that does not belong there
 * @retval AIM_E_ARGUMENT   an argument is NULL
 * @retval AIM_E_STRUCT     source has a wrong struct_size or unknown flags
 * @retval AIM_E_CANCELLED  source->cancel was set
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @return any other code is what source->read answered
 * @since 0.2
 */
AIM_API aim_code aim_recorder_replay(aim_context *context, const aim_source *source, aim_recorder **out,
                                     aim_error **err);

/**
 * The transport that records or plays back.
 *
 * @param recorder  outlives every use of it
 * @param out       filled; out->struct_size must be set
 * @retval AIM_OK          out is filled
 * @retval AIM_E_ARGUMENT  an argument is NULL
 * @retval AIM_E_STRUCT    out->struct_size is wrong
 * @since 0.2
 */
AIM_API aim_code aim_recorder_transport(aim_recorder *recorder, aim_transport *out);

/**
 * Which namespace a record is about: the one whose services were listed.
 *
 * @param recorder  that plays a record back; may be NULL
 * @return a name; NULL when all namespaces were listed, or no services; lives as long as the recorder
 * @since 0.2
 */
AIM_API const char *aim_recorder_namespace(const aim_recorder *recorder);

/**
 * Gives a recorder back. What it was in the middle of is cancelled.
 *
 * @param recorder  NULL is accepted
 * @since 0.2
 */
AIM_API void aim_recorder_free(aim_recorder *recorder);

#ifdef __cplusplus
}
#endif

#endif
