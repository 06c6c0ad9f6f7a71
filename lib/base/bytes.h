/* Bytes that grow outside of arenas, for what lives longer than one call. */
#ifndef AIMP_BASE_BYTES_H
#define AIMP_BASE_BYTES_H

#include "base/memory.h"

typedef struct aimp_bytes {
    char *data; /* ends with NUL once anything was added; NULL before */
    size_t size, capacity;
} aimp_bytes;

/* False when memory is out; what was there stays. */
bool aimp_bytes_add(aimp_bytes *bytes, const aim_allocator *allocator, const char *data, size_t size);
bool aimp_bytes_add_string(aimp_bytes *bytes, const aim_allocator *allocator, const char *text);
/* "" before anything was added. */
const char *aimp_bytes_text(const aimp_bytes *bytes);
/* Empties it and keeps the memory, unless that is more than a page or two. */
void aimp_bytes_clear(aimp_bytes *bytes, const aim_allocator *allocator);
void aimp_bytes_free(aimp_bytes *bytes, const aim_allocator *allocator);

#endif
