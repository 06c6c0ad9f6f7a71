/**
 * @file
 * The context: whose memory is used, and how much a document may ask for.
 */
#ifndef AIM_CONTEXT_H
#define AIM_CONTEXT_H

#include <aim/error.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A host's memory functions. They may be called from any thread that uses the context and must be thread-safe.
 * All three or none must be set. @since 0.1
 */
typedef struct aim_allocator {
    uint32_t struct_size;
    uint32_t flags; /**< 0 */
    /** New memory of size bytes (never 0), aligned for any type; NULL when there is none. */
    void *(*alloc)(size_t size, void *user);
    /** Changes the size of a block; NULL when there is none, and then the old block is untouched. */
    void *(*resize)(void *block, size_t old_size, size_t new_size, void *user);
    /** Gives a block back; size is what it was allocated or last resized with. */
    void (*release)(void *block, size_t size, void *user);
    void *user;
} aim_allocator;

/** Bounds on what one document may make libaim do; 0 takes the default. @since 0.1 */
typedef struct aim_limits {
    uint32_t struct_size;
    uint32_t flags;           /**< 0 */
    uint64_t object_bytes;    /**< text of one object; default 16 MiB */
    uint64_t object_values;   /**< values in one object, aliases expanded; default 1,000,000 */
    uint64_t depth;           /**< nesting of one object; default 64, at most 512 */
    uint64_t alias_expansion; /**< how many times its own size an object may grow through YAML aliases; default 10 */
    uint64_t report_entries;  /**< errors and warnings kept for one call; default 1,000 */
} aim_limits;

/* Levels of a log line. */
#define AIM_LOG_DEBUG 1
#define AIM_LOG_INFO 2
#define AIM_LOG_WARNING 3

/** What a context is made of. @since 0.1 */
typedef struct aim_context_options {
    uint32_t struct_size;
    uint32_t flags;                 /**< 0 */
    const aim_allocator *allocator; /**< NULL: malloc, realloc and free; copied */
    const aim_limits *limits;       /**< NULL: the defaults; copied */
    /** Called with one line of text without a newline; NULL: nobody listens. Never called with a lock held. */
    void (*log)(int32_t level, const char *text, void *user);
    void *log_user;
} aim_context_options;

/** Immutable; share it between threads and clusters freely. It is counted: clusters keep what they need of it alive. */
typedef struct aim_context aim_context;

/**
 * Makes a context.
 *
 * @param options  may be NULL: the defaults
 * @param out      receives an owned context, NULL on failure; aim_context_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_E_STRUCT, AIM_E_ARGUMENT, AIM_E_NO_MEMORY
 * @since 0.1
 */
AIM_API aim_code aim_context_new(const aim_context_options *options, aim_context **out, aim_error **err);

/** Gives a context back; clusters that were made with it stay usable. NULL is accepted. @since 0.1 */
AIM_API void aim_context_free(aim_context *context);

/**
 * A flag that another thread may set to stop a call. A call that was given it returns AIM_E_CANCELLED within 100 ms;
 * nothing is half done. It may be used for any number of calls at once.
 */
typedef struct aim_cancel aim_cancel;

/** Makes a cancel flag. @since 0.1 */
AIM_API aim_code aim_cancel_new(aim_context *context, aim_cancel **out, aim_error **err);
/** Stops the calls that use the flag; safe from any thread and from a signal handler. NULL is accepted. @since 0.1 */
AIM_API void aim_cancel_set(aim_cancel *cancel);
/** 1 when the flag is set, else 0. @since 0.1 */
AIM_API int32_t aim_cancel_is_set(const aim_cancel *cancel);
/** Gives a flag back; no call may be using it. NULL is accepted. @since 0.1 */
AIM_API void aim_cancel_free(aim_cancel *cancel);

#ifdef __cplusplus
}
#endif

#endif
