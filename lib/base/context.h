/* What a context holds. */
#ifndef AIMP_BASE_CONTEXT_H
#define AIMP_BASE_CONTEXT_H

#include <stdatomic.h>

#include "base/memory.h"

struct aim_context {
    aim_allocator allocator;
    aim_limits limits; /* every member set */
    void (*log)(int32_t level, const char *text, void *user);
    void *log_user;
    atomic_uint holders;
};

void aimp_context_retain(aim_context *context);

/* True when a struct of the interface is acceptable: at least minimum bytes, and what lies beyond the size this version
 * knows is zero. */
bool aimp_struct_ok(const void *value, size_t minimum, size_t known);

#endif
