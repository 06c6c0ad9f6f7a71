#include "interposed.h"

#include <errno.h>
#include <stdlib.h>

/* glibc's own names of what is replaced here */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

size_t interposed_calls, interposed_refused;

static size_t refuse_at;
static bool refuse_for_good, counting;

void interposed_begin(size_t fail_at, bool for_good) {
    interposed_calls = interposed_refused = 0;
    refuse_at = fail_at;
    refuse_for_good = for_good;
    counting = true;
}

void interposed_end(void) {
    counting = false;
}

static bool refuses(void) {
    if (!counting) return false;
    interposed_calls++;
    bool refused = refuse_at && (refuse_for_good ? interposed_calls >= refuse_at : interposed_calls == refuse_at);
    if (refused) {
        interposed_refused++;
        errno = ENOMEM;
    }
    return refused;
}

void *malloc(size_t size) {
    return refuses() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return refuses() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    return refuses() ? NULL : __libc_realloc(block, size);
}

void free(void *block) {
    __libc_free(block);
}
