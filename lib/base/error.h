/* Making errors. */
#ifndef AIMP_BASE_ERROR_H
#define AIMP_BASE_ERROR_H

#include "base/memory.h"

typedef struct aimp_place {
    const char *source;  /* NULL: none */
    const char *pointer; /* NULL: none */
    uint64_t line, column;
} aimp_place;

/* Fills *err (which may be NULL) with an owned error, the static one when memory is out, and answers code. */
aim_code aimp_fail(aim_error **err, const aim_allocator *allocator, aim_code code, const aimp_place *place,
                   const char *format, ...) AIMP_PRINTF(5, 6);
/* The same from what a guard caught. */
aim_code aimp_fail_guard(aim_error **err, const aim_allocator *allocator, const aimp_guard *guard);

#endif
