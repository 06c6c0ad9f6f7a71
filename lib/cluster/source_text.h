/* The text of an aim_source in memory: the caller's own, or what its callback filled. */
#ifndef AIMP_CLUSTER_SOURCE_TEXT_H
#define AIMP_CLUSTER_SOURCE_TEXT_H

#include <aim/source.h>

#include "base/error.h"

typedef struct aimp_source_text {
    const char *name; /* for messages */
    const char *text;
    size_t size;
    char *owned; /* NULL: the caller's */
    size_t capacity;
} aimp_source_text;

/* AIM_OK for a source with text or callback and no flags but the allowed ones. */
aim_code aimp_source_check(const aim_source *source, uint32_t flags, const aim_allocator *allocator, aim_error **err);
/* Inside a guard: reads the callback to its end, whose code is raised unchanged. */
void aimp_source_read(aimp_source_text *out, const aim_source *source, const aim_allocator *allocator,
                      aimp_guard *guard);
/* To be called outside the guard, also after a failure. */
void aimp_source_release(aimp_source_text *text, const aim_allocator *allocator);

#endif
