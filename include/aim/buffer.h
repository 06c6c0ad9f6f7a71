/**
 * @file
 * Bytes that libaim made, and where to send them.
 */
#ifndef AIM_BUFFER_H
#define AIM_BUFFER_H

#include <aim/error.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Owned, immutable bytes. */
typedef struct aim_buffer aim_buffer;

/** The bytes; a NUL that aim_buffer_size() does not count follows them. @since 0.1 */
AIM_API const char *aim_buffer_data(const aim_buffer *buffer);
/** Number of bytes. @since 0.1 */
AIM_API size_t aim_buffer_size(const aim_buffer *buffer);
/** Gives a buffer back. NULL is accepted. @since 0.1 */
AIM_API void aim_buffer_free(aim_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif
