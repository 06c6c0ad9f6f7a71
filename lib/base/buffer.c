/* Owned bytes in an arena of their own, and sinks. */
#include "base/buffer.h"

#include <string.h>

#include "base/error.h"
#include "base/struct.h"

struct aim_buffer {
    aim_context *context;
    aimp_arena arena;
    const char *data;
    size_t size;
};

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

aim_code aimp_check_output(const aim_context *context, const aim_sink *sink, aim_buffer **out, aim_error **err) {
    const aim_allocator *allocator = context ? &context->allocator : &aimp_libc_allocator;
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!context || (!out && !sink)) return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    if (sink && !aimp_struct_ok(sink, sizeof *sink, 0))
        return aimp_fail(err, allocator, AIM_E_STRUCT, NULL, "aim_sink has a wrong struct_size or unknown flags");
    if (sink && !sink->write) return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "aim_sink has no write callback");
    return AIM_OK;
}

typedef struct job {
    aimp_writing *writing;
    void *arg;
    aimp_text text;
} job;

static void run(void *arg) {
    job *j = arg;
    j->writing(&j->text, j->arg);
    aimp_text_flush(&j->text);
}

static aim_code write_to_sink(aim_context *context, job *j, const aim_sink *sink, aim_error **err) {
    aimp_guard guard = {.cancel = sink->cancel};
    aimp_arena arena;
    aimp_arena_init(&arena, &context->allocator, &guard, 4096);
    j->text = aimp_text_for_sink(&arena, sink);
    aim_code code = aimp_guard_run(&guard, run, j);
    aimp_arena_free(&arena);
    return code ? aimp_fail_guard(err, &context->allocator, &guard) : AIM_OK;
}

static aim_code write_to_buffer(aim_context *context, job *j, aim_buffer **out, aim_error **err) {
    aim_buffer *buffer = aimp_alloc(&context->allocator, sizeof *buffer);
    if (!buffer) return aimp_fail(err, &context->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    memset(buffer, 0, sizeof *buffer);
    aimp_context_retain(context);
    buffer->context = context;
    aimp_guard guard = {0};
    aimp_arena_init(&buffer->arena, &context->allocator, &guard, 4096);
    j->text = aimp_text_new(&buffer->arena);
    aim_code code = aimp_guard_run(&guard, run, j);
    buffer->arena.guard = NULL;
    if (code) {
        aim_buffer_free(buffer);
        return aimp_fail_guard(err, &context->allocator, &guard);
    }
    buffer->data = aimp_text_string(&j->text);
    buffer->size = j->text.size;
    *out = buffer;
    return AIM_OK;
}

aim_code aimp_write_out(aim_context *context, aimp_writing *writing, void *arg, const aim_sink *sink, aim_buffer **out,
                        aim_error **err) {
    job j = {.writing = writing, .arg = arg};
    return sink ? write_to_sink(context, &j, sink, err) : write_to_buffer(context, &j, out, err);
}
