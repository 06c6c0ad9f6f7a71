/**
 * @file
 * Where a text comes from: a buffer, or a callback that is asked for more.
 */
#ifndef AIM_SOURCE_H
#define AIM_SOURCE_H

#include <aim/context.h>
#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Flag of aim_source, for aim_cluster_add(): the documents are what somebody wants to apply on top. They replace spec,
 *  labels and annotations of the same object and keep its status, UID and the rest of its metadata. @since 0.1 */
#define AIM_SOURCE_OVERLAY 0x1u

/** A text. Copied as far as it is needed: it may go as soon as the call returns. @since 0.1 */
typedef struct aim_source {
    uint32_t struct_size; /**< sizeof(aim_source) */
    uint32_t flags;       /**< AIM_SOURCE_… */
    const char *name;     /**< for messages, such as the file's name; NULL: "(text)" */
    const char *data;     /**< the text; NULL: read through the callback */
    size_t size;          /**< bytes of data */
    /**
     * Fills buffer with up to size bytes and sets *got, 0 at the end. Called on the thread that made the call, with no
     * lock held. Anything but AIM_OK ends the call, which then returns that code unchanged; more than size bytes are
     * AIM_E_CALLBACK.
     */
    aim_code (*read)(char *buffer, size_t size, size_t *got, void *user);
    void *user;               /**< passed to read */
    const aim_cancel *cancel; /**< stops the call; NULL: it cannot be cancelled */
} aim_source;

#ifdef __cplusplus
}
#endif

#endif
