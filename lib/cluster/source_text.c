/* Reading a source; knows nothing of what its text means. */
#include "cluster/source_text.h"

#include "base/struct.h"

#define READ_CHUNK ((size_t)1 << 16)

aim_code aimp_source_check(const aim_source *source, uint32_t flags, const aim_allocator *allocator, aim_error **err) {
    if (!aimp_struct_ok(source, sizeof *source, flags))
        return aimp_fail(err, allocator, AIM_E_STRUCT, NULL, "aim_source has a wrong struct_size or unknown flags");
    if (!source->data && !source->read)
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "aim_source has neither data nor a read callback");
    return AIM_OK;
}

static void make_room(aimp_source_text *out, const aim_allocator *allocator, aimp_guard *guard) {
    size_t more;
    if (out->capacity - out->size >= READ_CHUNK) return;
    if (!aimp_size_multiply(out->capacity ? out->capacity : READ_CHUNK, 2, &more))
        aimp_raise(guard, AIM_E_LIMIT, "the text is too long");
    char *text = aimp_resize(allocator, out->owned, out->capacity, more);
    if (!text) aimp_raise(guard, AIM_E_NO_MEMORY, "%s", "");
    out->owned = text;
    out->capacity = more;
}

void aimp_source_read(aimp_source_text *out, const aim_source *source, const aim_allocator *allocator,
                      aimp_guard *guard) {
    if (source->data) {
        out->text = source->data;
        out->size = source->size;
        return;
    }
    for (size_t got = 1; got; out->size += got) {
        aimp_check_cancel(guard);
        make_room(out, allocator, guard);
        got = 0;
        aim_code code = source->read(out->owned + out->size, READ_CHUNK, &got, source->user);
        if (code == AIM_E_CANCELLED) aimp_raise(guard, code, "reading %.160s was cancelled", out->name);
        if (code) aimp_raise(guard, code, "reading %.160s failed", out->name);
        if (got > READ_CHUNK)
            aimp_raise(guard, AIM_E_CALLBACK, "the callback says that it read %zu bytes into a buffer of %zu", got,
                       READ_CHUNK);
    }
    out->text = out->owned;
}

void aimp_source_release(aimp_source_text *text, const aim_allocator *allocator) {
    aimp_release(allocator, text->owned, text->capacity);
}
