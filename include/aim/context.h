/**
 * @file
 * The context: whose memory is used, and how much a document may ask for; and the flag that stops a call.
 */
#ifndef AIM_CONTEXT_H
#define AIM_CONTEXT_H

#include <aim/error.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A host's memory functions. They are called from every thread that uses the context, so they must be thread-safe. They
 * must not call libaim. All three must be set. @since 0.1
 */
typedef struct aim_allocator {
    uint32_t struct_size; /**< sizeof(aim_allocator) */
    uint32_t flags;       /**< 0 */
    /** New memory of size bytes (never 0), aligned for any type; NULL when there is none. */
    void *(*alloc)(size_t size, void *user);
    /** Changes the size of a block; NULL when there is none, and then the old block is untouched. */
    void *(*resize)(void *block, size_t old_size, size_t new_size, void *user);
    /** Gives a block back (never NULL); size is what it was allocated or last resized with. */
    void (*release)(void *block, size_t size, void *user);
    void *user; /**< passed to all three; must outlive everything that was made with the context */
} aim_allocator;

/** Bounds on what one object of a text may cost; 0 takes the default. The text as a whole has no limit. @since 0.1 */
typedef struct aim_limits {
    uint32_t struct_size;     /**< sizeof(aim_limits) */
    uint32_t flags;           /**< 0 */
    uint64_t object_bytes;    /**< text of one object; default 16 MiB */
    uint64_t object_values;   /**< values in one object, aliases expanded; default 1,000,000 */
    uint64_t depth;           /**< nesting of one object; default 64, at most 512 */
    uint64_t alias_expansion; /**< how many times its own size an object may grow through YAML aliases; default 10 */
    uint64_t report_entries;  /**< errors and warnings kept for one call; default 1,000 */
} aim_limits;

/** @name Levels of a log line
 *  @since 0.1
 *  @{ */
#define AIM_LOG_DEBUG 1   /**< for whoever debugs libaim */
#define AIM_LOG_INFO 2    /**< something was done */
#define AIM_LOG_WARNING 3 /**< something was refused */
/** @} */

/** What a context is made of. @since 0.1 */
typedef struct aim_context_options {
    uint32_t struct_size;           /**< sizeof(aim_context_options) */
    uint32_t flags;                 /**< 0 */
    const aim_allocator *allocator; /**< NULL: malloc, realloc and free; copied */
    const aim_limits *limits;       /**< NULL: the defaults; copied */
    /**
     * Called with one line of text without control characters, on the thread that made the call (so from several at
     * once when they share the context), with no lock held; NULL: nobody listens. The text is gone when the callback
     * returns.
     */
    void (*log)(int32_t level, const char *text, void *user);
    void *log_user; /**< passed to log */
} aim_context_options;

/** Immutable; share it between threads and clusters freely. What is made with it keeps it alive. @since 0.1 */
typedef struct aim_context aim_context;

/**
 * Makes a context.
 *
 * @param options  may be NULL: the defaults; copied
 * @param out      receives an owned context, NULL on failure; aim_context_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is made
 * @retval AIM_E_ARGUMENT   out is NULL, an allocator lacks a function, or limits.depth is more than 512
 * @retval AIM_E_STRUCT     a struct has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.1
 */
AIM_API aim_code aim_context_new(const aim_context_options *options, aim_context **out, aim_error **err);

/**
 * Gives a context back; what was made with it stays usable.
 *
 * @param context  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_context_free(aim_context *context);

/**
 * A flag that another thread may set to stop a call. A call that was given it returns AIM_E_CANCELLED within 100 ms;
 * nothing is half done. It may be used for any number of calls at once, and stays set. @since 0.1
 */
typedef struct aim_cancel aim_cancel;

/**
 * Makes a cancel flag that is not set.
 *
 * @param context  whose memory is used
 * @param out      receives an owned flag, NULL on failure; aim_cancel_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is made
 * @retval AIM_E_ARGUMENT   context or out is NULL
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.1
 */
AIM_API aim_code aim_cancel_new(aim_context *context, aim_cancel **out, aim_error **err);

/**
 * Stops the calls that use the flag. Safe from any thread and from a signal handler.
 *
 * @param cancel  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_cancel_set(aim_cancel *cancel);

/**
 * Whether the flag is set. Safe from any thread.
 *
 * @param cancel  may be NULL
 * @return 1 when it is set, else 0
 * @since 0.1
 */
AIM_API int32_t aim_cancel_is_set(const aim_cancel *cancel);

/**
 * Gives a flag back; no call may be using it.
 *
 * @param cancel  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_cancel_free(aim_cancel *cancel);

#ifdef __cplusplus
}
#endif

#endif
