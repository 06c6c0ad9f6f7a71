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

#endif
