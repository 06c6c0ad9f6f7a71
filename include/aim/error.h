/**
 * @file
 * What went wrong, and where.
 *
 * "Nothing fits" and "several fit" are answers, not errors: see selection.h. An error says that input could not be
 * read, that a rule of the interface was broken, that memory ran out, or that a callback failed.
 *
 * Every function that takes an aim_error ** accepts NULL there. Otherwise it stores NULL on success and an owned error
 * on failure; what stood there before is overwritten, not freed.
 */
#ifndef AIM_ERROR_H
#define AIM_ERROR_H

#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Owned by whoever received it; aim_error_free(). Immutable. @since 0.1 */
typedef struct aim_error aim_error;

/**
 * The code that the failed call returned.
 *
 * @param error  may be NULL
 * @return the code; AIM_OK for NULL
 * @since 0.1
 */
AIM_API aim_code aim_error_code(const aim_error *error);

/**
 * What went wrong, for people.
 *
 * The wording may change with any version. Text from documents may stand in it as it is, control characters included.
 *
 * @param error  may be NULL
 * @return one sentence without a newline at its end, never NULL; lives as long as the error
 * @since 0.1
 */
AIM_API const char *aim_error_message(const aim_error *error);

/**
 * Which text is to blame.
 *
 * @param error  may be NULL
 * @return the name of the source as the caller gave it (see aim_source), or NULL; lives as long as the error
 * @since 0.1
 */
AIM_API const char *aim_error_source(const aim_error *error);

/**
 * Which value of the document is to blame.
 *
 * @param error  may be NULL
 * @return a JSON Pointer (RFC 6901), "" for the whole document, NULL when no document is to blame; lives as long as the
 *         error
 * @since 0.1
 */
AIM_API const char *aim_error_pointer(const aim_error *error);

/**
 * The line in the source.
 *
 * @param error  may be NULL
 * @return the line, from 1; 0 when there is none
 * @since 0.1
 */
AIM_API uint64_t aim_error_line(const aim_error *error);

/**
 * The column in the line.
 *
 * @param error  may be NULL
 * @return the column in Unicode code points, from 1; 0 when there is none
 * @since 0.1
 */
AIM_API uint64_t aim_error_column(const aim_error *error);

/**
 * Whether trying again makes sense.
 *
 * @param error  may be NULL
 * @return 1 when the same call may succeed later without a change of its input: memory that ran out, and class
 *         AIM_CLASS_TRANSPORT but for AIM_E_TRUST, AIM_E_CREDENTIALS and AIM_E_REFUSED; else 0
 * @since 0.1
 */
AIM_API int32_t aim_error_retryable(const aim_error *error);

/**
 * Gives an error back.
 *
 * @param error  NULL and the static out-of-memory error are accepted
 * @since 0.1
 */
AIM_API void aim_error_free(aim_error *error);

#ifdef __cplusplus
}
#endif

#endif
