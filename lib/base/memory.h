/* Memory of one answer: an arena that is freed as a whole, and a guard that a failed allocation unwinds to.
 *
 * Code inside a guard never sees NULL and never frees: when memory, a limit or the host's patience runs out, control
 * returns to aimp_guard_run(), whose caller frees the arena. So nothing inside a guard may own anything but arena
 * memory; what a third party allocates is wrapped in its own function that cannot unwind (see doc/yaml_reader.c). */
#ifndef AIMP_BASE_MEMORY_H
#define AIMP_BASE_MEMORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <aim/context.h>

#if defined(__GNUC__) || defined(__clang__)
#define AIMP_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define AIMP_PRINTF(text, first)
#endif

/* Where a failure inside the guarded code ends. message is empty for AIM_E_NO_MEMORY. */
typedef struct aimp_guard {
    jmp_buf target;
    aim_code code;
    const aim_cancel *cancel;
    /* Gives back what a third party allocated while the guarded code uses it; NULL when there is nothing. */
    void (*cleanup)(void *arg);
    void *cleanup_arg;
    char message[256];
} aimp_guard;

typedef struct aimp_block aimp_block;

typedef struct aimp_arena {
    const aim_allocator *allocator;
    aimp_guard *guard;
    aimp_block *blocks;
    char *next, *end;
    size_t block_size; /* of the next block */
    size_t held;       /* bytes of all blocks */
} aimp_arena;

/* Runs body(arg); AIM_OK, or the code with which something inside it was raised. */
aim_code aimp_guard_run(aimp_guard *guard, void (*body)(void *arg), void *arg);
/* Ends the guarded code with a code and a sentence. */
_Noreturn void aimp_raise(aimp_guard *guard, aim_code code, const char *format, ...) AIMP_PRINTF(3, 4);
/* Ends the guarded code when its cancel flag is set; cheap enough for every loop. */
void aimp_check_cancel(aimp_guard *guard);

void aimp_arena_init(aimp_arena *arena, const aim_allocator *allocator, aimp_guard *guard, size_t block_size);
void aimp_arena_free(aimp_arena *arena);
/* Everything taken after the mark can be given back at once, if nobody kept a pointer to it. */
typedef struct aimp_mark {
    aimp_block *block;
    char *next;
} aimp_mark;
aimp_mark aimp_arena_mark(const aimp_arena *arena);
void aimp_arena_rewind(aimp_arena *arena, aimp_mark mark);

/* All of these answer memory that is never NULL and lives as long as the arena. */
void *aimp_take(aimp_arena *arena, size_t size);
void *aimp_take_zeroed(aimp_arena *arena, size_t size);
void *aimp_take_array(aimp_arena *arena, size_t count, size_t size);
/* Grows the newest piece in place where it can; the old piece is otherwise left to the arena. */
void *aimp_take_more(aimp_arena *arena, void *old, size_t old_size, size_t new_size);
char *aimp_copy(aimp_arena *arena, const char *text, size_t size);
char *aimp_copy_string(aimp_arena *arena, const char *text);
char *aimp_format(aimp_arena *arena, const char *format, ...) AIMP_PRINTF(2, 3);

/* The one place where sizes are multiplied or added; false when the result does not fit. */
bool aimp_size_multiply(size_t a, size_t b, size_t *out);
bool aimp_size_add(size_t a, size_t b, size_t *out);

/* Memory outside arenas: these may answer NULL. */
void *aimp_alloc(const aim_allocator *allocator, size_t size);
void *aimp_resize(const aim_allocator *allocator, void *block, size_t old_size, size_t new_size);
void aimp_release(const aim_allocator *allocator, void *block, size_t size);
/* malloc, realloc and free as an allocator. */
extern const aim_allocator aimp_libc_allocator;

#endif
