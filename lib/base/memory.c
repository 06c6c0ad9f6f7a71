/* Arenas, guards and the allocator behind them. Knows nothing of what is stored. */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/text.h"

#define ALIGNMENT sizeof(max_align_t)
#define MAX_BLOCK ((size_t)1 << 20)

struct aimp_block {
    aimp_block *next;
    size_t size; /* with this header */
};

#define HEADER ((sizeof(aimp_block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

static void *libc_alloc(size_t size, void *user) {
    (void)user;
    return malloc(size);
}

static void *libc_resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)old_size;
    (void)user;
    return realloc(block, new_size);
}

static void libc_release(void *block, size_t size, void *user) {
    (void)size;
    (void)user;
    free(block);
}

const aim_allocator aimp_libc_allocator = {sizeof(aim_allocator), 0, libc_alloc, libc_resize, libc_release, NULL};

bool aimp_size_multiply(size_t a, size_t b, size_t *out) {
    if (b != 0 && a > SIZE_MAX / b) return false;
    *out = a * b;
    return true;
}

bool aimp_size_add(size_t a, size_t b, size_t *out) {
    if (a > SIZE_MAX - b) return false;
    *out = a + b;
    return true;
}

void *aimp_alloc(const aim_allocator *allocator, size_t size) {
    return allocator->alloc(size ? size : 1, allocator->user);
}

void *aimp_resize(const aim_allocator *allocator, void *block, size_t old_size, size_t new_size) {
    if (!block) return aimp_alloc(allocator, new_size);
    return allocator->resize(block, old_size, new_size, allocator->user);
}

void aimp_release(const aim_allocator *allocator, void *block, size_t size) {
    if (block) allocator->release(block, size ? size : 1, allocator->user);
}

aim_code aimp_guard_run(aimp_guard *guard, void (*body)(void *arg), void *arg) {
    guard->code = AIM_OK;
    guard->message[0] = '\0';
    guard->cleanup = NULL;
    if (setjmp(guard->target) == 0) body(arg);
    return guard->code;
}

static _Noreturn void unwind(aimp_guard *guard, aim_code code) {
    if (guard->cleanup) guard->cleanup(guard->cleanup_arg);
    guard->cleanup = NULL;
    guard->code = code;
    longjmp(guard->target, 1);
}

_Noreturn void aimp_raise(aimp_guard *guard, aim_code code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(guard->message, sizeof guard->message, format, arguments);
    va_end(arguments);
    aimp_utf8_drop_broken(guard->message);
    unwind(guard, code);
}

static _Noreturn void out_of_memory(aimp_guard *guard) {
    guard->message[0] = '\0';
    unwind(guard, AIM_E_NO_MEMORY);
}

void aimp_check_cancel(aimp_guard *guard) {
    if (guard->cancel && aimp_cancel_seen(guard->cancel)) aimp_raise(guard, AIM_E_CANCELLED, "the call was cancelled");
}

void aimp_arena_init(aimp_arena *arena, const aim_allocator *allocator, aimp_guard *guard, size_t block_size) {
    *arena = (aimp_arena){.allocator = allocator, .guard = guard, .block_size = block_size ? block_size : 4096};
}

void aimp_arena_free(aimp_arena *arena) {
    aimp_block *block = arena->blocks;
    while (block) {
        aimp_block *next = block->next;
        aimp_release(arena->allocator, block, block->size);
        block = next;
    }
    arena->blocks = NULL;
    arena->next = arena->end = NULL;
    arena->held = 0;
}

aimp_mark aimp_arena_mark(const aimp_arena *arena) {
    return (aimp_mark){arena->blocks, arena->next};
}

void aimp_arena_rewind(aimp_arena *arena, aimp_mark mark) {
    while (arena->blocks != mark.block) {
        aimp_block *block = arena->blocks;
        arena->blocks = block->next;
        arena->held -= block->size;
        aimp_release(arena->allocator, block, block->size);
    }
    arena->next = mark.next;
    arena->end = mark.block ? (char *)mark.block + mark.block->size : NULL;
}

static void new_block(aimp_arena *arena, size_t size) {
    size_t wanted;
    aimp_check_cancel(arena->guard);
    if (!aimp_size_add(size, HEADER, &wanted)) out_of_memory(arena->guard);
    if (wanted < arena->block_size) wanted = arena->block_size;
    aimp_block *block = aimp_alloc(arena->allocator, wanted);
    if (!block) out_of_memory(arena->guard);
    block->next = arena->blocks;
    block->size = wanted;
    arena->blocks = block;
    arena->next = (char *)block + HEADER;
    arena->end = (char *)block + wanted;
    arena->held += wanted;
    if (arena->block_size < MAX_BLOCK) arena->block_size *= 2;
}

void *aimp_take(aimp_arena *arena, size_t size) {
    size_t rounded;
    if (!aimp_size_add(size, ALIGNMENT - 1, &rounded)) out_of_memory(arena->guard);
    rounded = rounded / ALIGNMENT * ALIGNMENT;
    if (rounded == 0) rounded = ALIGNMENT;
    if (!arena->next || (size_t)(arena->end - arena->next) < rounded) new_block(arena, rounded);
    void *piece = arena->next;
    arena->next += rounded;
    return piece;
}

void *aimp_take_zeroed(aimp_arena *arena, size_t size) {
    return memset(aimp_take(arena, size), 0, size);
}

void *aimp_take_array(aimp_arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (!aimp_size_multiply(count, size, &bytes)) out_of_memory(arena->guard);
    return aimp_take(arena, bytes);
}

void *aimp_take_more(aimp_arena *arena, void *old, size_t old_size, size_t new_size) {
    size_t held = (old_size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (old && (char *)old + held == arena->next && new_size > old_size && new_size < SIZE_MAX / 2) {
        size_t wanted = (new_size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if ((size_t)(arena->end - (char *)old) >= wanted) {
            arena->next = (char *)old + wanted;
            return old;
        }
    }
    void *piece = aimp_take(arena, new_size);
    if (old && old_size) memcpy(piece, old, old_size < new_size ? old_size : new_size);
    return piece;
}

char *aimp_copy(aimp_arena *arena, const char *text, size_t size) {
    size_t with_end;
    if (!aimp_size_add(size, 1, &with_end)) out_of_memory(arena->guard);
    char *copy = aimp_take(arena, with_end);
    if (size) memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *aimp_copy_string(aimp_arena *arena, const char *text) {
    return aimp_copy(arena, text, strlen(text));
}

char *aimp_format(aimp_arena *arena, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = aimp_take(arena, (size_t)(size < 0 ? 0 : size) + 1);
    text[0] = '\0';
    if (size > 0) vsnprintf(text, (size_t)size + 1, format, again);
    if (strstr(format, "%.")) aimp_utf8_drop_broken(text);
    va_end(again);
    return text;
}
