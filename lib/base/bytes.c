/* Bytes that grow outside of arenas. */
#include "base/bytes.h"

#include <string.h>

enum { KEPT = 64 * 1024 };

bool aimp_bytes_add(aimp_bytes *bytes, const aim_allocator *allocator, const char *data, size_t size) {
    size_t wanted, capacity = bytes->capacity;
    if (!aimp_size_add(bytes->size, size, &wanted) || !aimp_size_add(wanted, 1, &wanted)) return false;
    if (wanted > capacity) {
        if (!aimp_size_add(capacity, capacity / 2 + 64, &capacity)) return false;
        if (capacity < wanted) capacity = wanted;
        char *grown = bytes->data ? aimp_resize(allocator, bytes->data, bytes->capacity, capacity)
                                  : aimp_alloc(allocator, capacity);
        if (!grown) return false;
        bytes->data = grown;
        bytes->capacity = capacity;
    }
    if (size) memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    bytes->data[bytes->size] = '\0';
    return true;
}

bool aimp_bytes_add_string(aimp_bytes *bytes, const aim_allocator *allocator, const char *text) {
    return aimp_bytes_add(bytes, allocator, text, strlen(text));
}

const char *aimp_bytes_text(const aimp_bytes *bytes) {
    return bytes->data ? bytes->data : "";
}

void aimp_bytes_clear(aimp_bytes *bytes, const aim_allocator *allocator) {
    if (bytes->capacity > KEPT) aimp_bytes_free(bytes, allocator);
    bytes->size = 0;
    if (bytes->data) bytes->data[0] = '\0';
}

void aimp_bytes_free(aimp_bytes *bytes, const aim_allocator *allocator) {
    if (bytes->data) aimp_release(allocator, bytes->data, bytes->capacity);
    *bytes = (aimp_bytes){0};
}
