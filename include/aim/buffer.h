/**
 * @file
 * Bytes that libaim made, and where they can be sent instead.
 *
 * A function that renders answers an owned buffer. Where answers may be long it has a twin that writes: that one hands
 * the same bytes to a sink, piece by piece, and needs no memory for all of them.
 */
#ifndef AIM_BUFFER_H
#define AIM_BUFFER_H

#include <aim/context.h>
#include <aim/error.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Owned, immutable bytes. Any thread may read them, and any one thread may give them back. @since 0.1 */
typedef struct aim_buffer aim_buffer;

/**
 * The bytes.
 *
 * @param buffer  may be NULL
 * @return the bytes, followed by a NUL that aim_buffer_size() does not count; "" for NULL. They live as long as the
 *         buffer.
 * @since 0.1
 */
AIM_API const char *aim_buffer_data(const aim_buffer *buffer);

/**
 * How many bytes there are.
 *
 * @param buffer  may be NULL
 * @return the number of bytes; 0 for NULL
 * @since 0.1
 */
AIM_API size_t aim_buffer_size(const aim_buffer *buffer);

/**
 * Gives a buffer back.
 *
 * @param buffer  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_buffer_free(aim_buffer *buffer);

/** Receives bytes as they are made. @since 0.1 */
typedef struct aim_sink {
    uint32_t struct_size; /**< sizeof(aim_sink) */
    uint32_t flags;       /**< 0 */
    /**
     * Called with one piece after the other, on the thread that made the call, with no lock held. Anything but AIM_OK
     * ends the call, which then returns that code unchanged; the pieces that came before stay where they are.
     */
    aim_code (*write)(const char *data, size_t size, void *user);
    void *user;               /**< passed to write */
    const aim_cancel *cancel; /**< stops the call; NULL: it cannot be cancelled but by write */
} aim_sink;

#ifdef __cplusplus
}
#endif

#endif
