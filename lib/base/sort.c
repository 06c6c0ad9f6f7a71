/* A merge sort over runs that insertion has put in order. */
#include "base/sort.h"

#include <string.h>

#define RUN ((size_t)8)

typedef struct sorting {
    char *items, *scratch; /* scratch: room for all items, or for one when there is only one run */
    size_t count, size;
    int (*compare)(const void *, const void *);
} sorting;

static bool is_sorted(const sorting *s) {
    for (size_t i = 1; i < s->count; i++) {
        if (s->compare(s->items + (i - 1) * s->size, s->items + i * s->size) > 0) return false;
    }
    return true;
}

static void insert_run(const sorting *s, size_t first, size_t last) {
    for (size_t i = first + 1; i < last; i++) {
        size_t at = i;
        while (at > first && s->compare(s->items + (at - 1) * s->size, s->items + i * s->size) > 0)
            at--;
        if (at == i) continue;
        memcpy(s->scratch, s->items + i * s->size, s->size);
        memmove(s->items + (at + 1) * s->size, s->items + at * s->size, (i - at) * s->size);
        memcpy(s->items + at * s->size, s->scratch, s->size);
    }
}

/* Two neighbouring runs of from, as one run of to. */
static void merge(const sorting *s, const char *from, char *to, size_t first, size_t middle, size_t last) {
    size_t left = first, right = middle;
    for (size_t at = first; at < last; at++) {
        const bool take_left =
            left < middle && (right == last || s->compare(from + left * s->size, from + right * s->size) <= 0);
        const size_t taken = take_left ? left++ : right++;
        memcpy(to + at * s->size, from + taken * s->size, s->size);
    }
}

void aimp_sort(aimp_arena *arena, void *items, size_t count, size_t size, int (*compare)(const void *, const void *)) {
    sorting s = {.items = items, .count = count, .size = size, .compare = compare};
    if (count < 2 || is_sorted(&s)) return;
    const aimp_mark mark = aimp_arena_mark(arena);
    s.scratch = aimp_take_array(arena, count > RUN ? count : 1, size);
    for (size_t first = 0; first < count; first += RUN)
        insert_run(&s, first, first + RUN < count ? first + RUN : count);
    char *from = s.items, *to = s.scratch;
    for (size_t run = RUN; run < count; run *= 2) {
        for (size_t first = 0; first < count; first += 2 * run) {
            const size_t middle = first + run < count ? first + run : count;
            merge(&s, from, to, first, middle, first + 2 * run < count ? first + 2 * run : count);
        }
        char *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != s.items) memcpy(s.items, from, count * size);
    aimp_arena_rewind(arena, mark);
}
