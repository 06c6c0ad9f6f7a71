/* Sorting: whatever the order was, and equals as they stood. */
#include "base/sort.h"
#include "harness.h"

typedef struct item {
    uint32_t key, place;
} item;

static int by_key(const void *left, const void *right) {
    const item *a = left, *b = right;
    return (a->key > b->key) - (a->key < b->key);
}

static void check_order(test_context *t, const item *items, size_t count, const char *what) {
    for (size_t i = 1; i < count; i++) {
        if (items[i - 1].key < items[i].key) continue;
        if (items[i - 1].key == items[i].key && items[i - 1].place < items[i].place) continue;
        FAIL("%s of %zu: item %zu is out of order", what, count, i);
        return;
    }
}

TEST(sort, every_length_comes_in_order_and_equals_stay_as_they_stood) {
    uint64_t random = test_seed(t);
    for (size_t count = 0; count < 200; count++) {
        for (uint32_t keys = 1; keys < 400; keys = keys * 3 + 1) {
            item *items = aimp_take_array(&t->arena, count, sizeof *items);
            for (size_t i = 0; i < count; i++)
                items[i] = (item){(uint32_t)(test_random(&random) % keys), (uint32_t)i};
            aimp_sort(&t->arena, items, count, sizeof *items, by_key);
            check_order(t, items, count, "random items");
        }
    }
}

TEST(sort, what_is_sorted_or_backward_comes_in_order) {
    for (size_t count = 1; count < 300; count += 7) {
        item *items = aimp_take_array(&t->arena, count, sizeof *items);
        for (uint32_t i = 0; i < count; i++)
            items[i] = (item){(uint32_t)count - i, i};
        aimp_sort(&t->arena, items, count, sizeof *items, by_key);
        check_order(t, items, count, "backward items");
        aimp_sort(&t->arena, items, count, sizeof *items, by_key);
        check_order(t, items, count, "sorted items");
    }
}

TEST(sort, the_arena_holds_nothing_more_afterwards) {
    enum { COUNT = 5000 };
    item *items = aimp_take_array(&t->arena, COUNT, sizeof *items);
    for (uint32_t i = 0; i < COUNT; i++)
        items[i] = (item){COUNT - i, i};
    size_t held = t->arena.held;
    aimp_sort(&t->arena, items, COUNT, sizeof *items, by_key);
    CHECK_INTEGER(t->arena.held, held);
    check_order(t, items, COUNT, "items");
}
