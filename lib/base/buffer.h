/* Buffers that are written by guarded code in their own arena. */
#ifndef AIMP_BASE_BUFFER_H
#define AIMP_BASE_BUFFER_H

#include <aim/buffer.h>

#include "base/context.h"

aimp_arena *aimp_buffer_arena(aim_buffer *buffer);
/* data: in the buffer's arena */
void aimp_buffer_set(aim_buffer *buffer, const char *data, size_t size);
/* Runs body(arg) with a new buffer in *slot; *out receives it when the body came through. */
aim_code aimp_buffer_make(aim_context *context, const aim_cancel *cancel, void (*body)(void *arg), void *arg,
                          aim_buffer **slot, aim_buffer **out, aim_error **err);

#endif
