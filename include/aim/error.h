/**
 * @file
 * What went wrong, and where.
 *
 * "Nothing fits" and "several fit" are answers, not errors: see selection.h. An error says that input could not be
 * read, that a rule of the interface was broken, that memory ran out, or that a callback failed.
 */
#ifndef AIM_ERROR_H
#define AIM_ERROR_H

#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Owned by whoever received it; aim_error_free(). Immutable. */
typedef struct aim_error aim_error;

/** The code that the failed call returned. @since 0.1 */
AIM_API aim_code aim_error_code(const aim_error *error);
/** One sentence without a newline at its end; never NULL. @since 0.1 */
AIM_API const char *aim_error_message(const aim_error *error);
/** Name of the source (a file, as the caller named it) or NULL. @since 0.1 */
AIM_API const char *aim_error_source(const aim_error *error);
/** JSON Pointer into the document (RFC 6901) or NULL. @since 0.1 */
AIM_API const char *aim_error_pointer(const aim_error *error);
/** Line in the source, from 1; 0 when there is none. @since 0.1 */
AIM_API uint64_t aim_error_line(const aim_error *error);
/** Column in Unicode code points, from 1; 0 when there is none. @since 0.1 */
AIM_API uint64_t aim_error_column(const aim_error *error);
/** 1 when the same call may succeed later without a change of its input, else 0. @since 0.1 */
AIM_API int32_t aim_error_retryable(const aim_error *error);
/** Gives an error back. NULL and the static out-of-memory error are accepted. @since 0.1 */
AIM_API void aim_error_free(aim_error *error);

#ifdef __cplusplus
}
#endif

#endif
