/* Owned bytes in an arena of their own. */
#include "base/buffer.h"

#include <string.h>

#include "base/error.h"

struct aim_buffer {
    aim_context *context;
    aimp_arena arena;
    const char *data;
    size_t size;
};

aimp_arena *aimp_buffer_arena(aim_buffer *buffer) {
    return &buffer->arena;
}

void aimp_buffer_set(aim_buffer *buffer, const char *data, size_t size) {
    buffer->data = data;
    buffer->size = size;
}

const char *aim_buffer_data(const aim_buffer *buffer) {
    return buffer && buffer->data ? buffer->data : "";
}
size_t aim_buffer_size(const aim_buffer *buffer) {
    return buffer ? buffer->size : 0;
}

void aim_buffer_free(aim_buffer *buffer) {
    if (!buffer) return;
    aim_context *context = buffer->context;
    aimp_arena_free(&buffer->arena);
    aimp_release(&context->allocator, buffer, sizeof *buffer);
    aim_context_free(context);
}

aim_code aimp_buffer_make(aim_context *context, const aim_cancel *cancel, void (*body)(void *arg), void *arg,
                          aim_buffer **slot, aim_buffer **out, aim_error **err) {
    *out = NULL;
    aim_buffer *buffer = aimp_alloc(&context->allocator, sizeof *buffer);
    if (!buffer) return aimp_fail(err, &context->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    memset(buffer, 0, sizeof *buffer);
    aimp_context_retain(context);
    buffer->context = context;
    aimp_guard guard = {.cancel = cancel};
    aimp_arena_init(&buffer->arena, &context->allocator, &guard, 4096);
    *slot = buffer;
    aim_code code = aimp_guard_run(&guard, body, arg);
    buffer->arena.guard = NULL;
    if (code) {
        aim_buffer_free(buffer);
        return aimp_fail_guard(err, &context->allocator, &guard);
    }
    *out = buffer;
    return AIM_OK;
}
