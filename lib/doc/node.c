/* Building and reading trees. Sharing is free: nothing here changes a node that somebody else may hold. */
#include "doc/node.h"

#include <string.h>

#include "base/sort.h"

static aimp_node *new_node(aimp_arena *arena, aimp_node_kind kind, size_t count) {
    if (count > UINT32_MAX) aimp_raise(arena->guard, AIM_E_LIMIT, "a value has more than 2^32 parts");
    aimp_node *node = aimp_take_zeroed(arena, sizeof *node);
    node->kind = (uint8_t)kind;
    node->count = (uint32_t)count;
    return node;
}

const aimp_node *aimp_null(void) {
    static const aimp_node null = {.kind = AIMP_NULL};
    return &null;
}

const aimp_node *aimp_bool(bool truth) {
    static const aimp_node yes = {.kind = AIMP_BOOL, .truth = 1}, no = {.kind = AIMP_BOOL};
    return truth ? &yes : &no;
}

static const aimp_node *text_node(aimp_arena *arena, aimp_node_kind kind, const char *text) {
    size_t size = strlen(text);
    aimp_node *node = new_node(arena, kind, size);
    node->as.text = aimp_copy(arena, text, size);
    return node;
}

const aimp_node *aimp_string(aimp_arena *arena, const char *text) {
    return text_node(arena, AIMP_STRING, text);
}

const aimp_node *aimp_string_or_none(aimp_arena *arena, const char *text) {
    return text && *text ? aimp_string(arena, text) : NULL;
}

const aimp_node *aimp_integer(aimp_arena *arena, int64_t value) {
    return text_node(arena, AIMP_NUMBER, aimp_format(arena, "%lld", (long long)value));
}

const aimp_node *aimp_number(aimp_arena *arena, const char *text) {
    return text_node(arena, AIMP_NUMBER, text);
}

static int compare_members(const void *a, const void *b) {
    return strcmp(((const aimp_member *)a)->key, ((const aimp_member *)b)->key);
}

/* Sorts in place so that of equal keys the last one stays; answers how many are left. */
static size_t sort_members(aimp_arena *arena, aimp_member *members, size_t count) {
    aimp_sort(arena, members, count, sizeof *members, compare_members);
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        const bool again = left && strcmp(members[left - 1].key, members[i].key) == 0;
        members[again ? left - 1 : left++] = members[i];
    }
    return left;
}

const aimp_node *aimp_map_from(aimp_arena *arena, const aimp_member *members, size_t count) {
    aimp_member *own = aimp_take_array(arena, count, sizeof *own);
    if (count) memcpy(own, members, count * sizeof *own);
    aimp_node *node = new_node(arena, AIMP_MAP, 0);
    node->count = (uint32_t)sort_members(arena, own, count);
    node->as.members = own;
    return node;
}

const aimp_node *aimp_map_of(aimp_arena *arena, ...) {
    aimp_member members[48];
    size_t count = 0;
    va_list arguments;
    va_start(arguments, arena);
    for (;;) {
        const char *key = va_arg(arguments, const char *);
        if (!key) break;
        const aimp_node *value = va_arg(arguments, const aimp_node *);
        if (value && count < sizeof members / sizeof *members)
            members[count++] = (aimp_member){aimp_copy_string(arena, key), value};
    }
    va_end(arguments);
    return aimp_map_from(arena, members, count);
}

const aimp_node *aimp_list_from(aimp_arena *arena, const aimp_node *const *items, size_t count) {
    aimp_node *node = new_node(arena, AIMP_LIST, count);
    const aimp_node **own = aimp_take_array(arena, count, sizeof *own);
    if (count) memcpy(own, items, count * sizeof *own);
    node->as.items = own;
    return node;
}

const aimp_node *aimp_list_of(aimp_arena *arena, ...) {
    aimp_items items = aimp_items_new(arena);
    va_list arguments;
    va_start(arguments, arena);
    for (const aimp_node *item; (item = va_arg(arguments, const aimp_node *)) != NULL;)
        aimp_items_add(&items, item);
    va_end(arguments);
    return aimp_items_list(&items);
}

const aimp_node *aimp_map_with(aimp_arena *arena, const aimp_node *map, const char *key, const aimp_node *value) {
    size_t count = aimp_count(map), used = 0;
    aimp_member *members = aimp_take_array(arena, count + 1, sizeof *members);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(map->as.members[i].key, key) != 0) members[used++] = map->as.members[i];
    }
    if (value) members[used++] = (aimp_member){aimp_copy_string(arena, key), value};
    aimp_node *node = new_node(arena, AIMP_MAP, 0);
    node->count = (uint32_t)sort_members(arena, members, used);
    node->as.members = members;
    return node;
}

const aimp_node *aimp_none_if_empty(const aimp_node *node) {
    return aimp_count(node) ? node : NULL;
}

aimp_items aimp_items_new(aimp_arena *arena) {
    return (aimp_items){.arena = arena};
}

void aimp_items_add(aimp_items *list, const aimp_node *node) {
    if (!node) return;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 8;
        list->items = aimp_take_more(list->arena, (void *)list->items, list->capacity * sizeof *list->items,
                                     capacity * sizeof *list->items);
        list->capacity = capacity;
    }
    list->items[list->count++] = node;
}

const aimp_node *aimp_items_list(const aimp_items *list) {
    return aimp_list_from(list->arena, list->items, list->count);
}

const aimp_node *aimp_get(const aimp_node *map, const char *key) {
    if (!map || map->kind != AIMP_MAP) return NULL;
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(map->as.members[middle].key, key);
        if (order == 0) return map->as.members[middle].value;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const aimp_node *at(const aimp_node *map, va_list keys) {
    for (const char *key; map && (key = va_arg(keys, const char *)) != NULL;)
        map = aimp_get(map, key);
    return map;
}

const aimp_node *aimp_at(const aimp_node *map, ...) {
    va_list keys;
    va_start(keys, map);
    const aimp_node *found = at(map, keys);
    va_end(keys);
    return found;
}

const char *aimp_text_of(const aimp_node *node) {
    return node && node->kind == AIMP_STRING ? node->as.text : NULL;
}

const char *aimp_text_at(const aimp_node *map, ...) {
    va_list keys;
    va_start(keys, map);
    const aimp_node *found = at(map, keys);
    va_end(keys);
    return aimp_text_of(found);
}

const char *aimp_get_text(const aimp_node *map, const char *key) {
    return aimp_text_of(aimp_get(map, key));
}

bool aimp_is_true(const aimp_node *node) {
    return node && node->kind == AIMP_BOOL && node->truth;
}
bool aimp_is_null(const aimp_node *node) {
    return !node || node->kind == AIMP_NULL;
}

bool aimp_integer_of(const aimp_node *node, int64_t *out) {
    if (!node || node->kind != AIMP_NUMBER) return false;
    const char *p = node->as.text;
    bool negative = *p == '-';
    if (negative) p++;
    if (!*p) return false;
    int64_t value = 0; /* counts downwards: INT64_MIN has no positive twin */
    for (; *p; p++) {
        if (*p < '0' || *p > '9') return false;
        int digit = *p - '0';
        if (value < (INT64_MIN + digit) / 10) return false;
        value = value * 10 - digit;
    }
    if (!negative && value == INT64_MIN) return false;
    *out = negative ? value : -value;
    return true;
}

size_t aimp_count(const aimp_node *node) {
    return node && (node->kind == AIMP_LIST || node->kind == AIMP_MAP) ? node->count : 0;
}

const aimp_node *aimp_item(const aimp_node *list, size_t index) {
    return list && list->kind == AIMP_LIST && index < list->count ? list->as.items[index] : NULL;
}

const char *aimp_key(const aimp_node *map, size_t index) {
    return map && map->kind == AIMP_MAP && index < map->count ? map->as.members[index].key : NULL;
}

const aimp_node *aimp_value(const aimp_node *map, size_t index) {
    return map && map->kind == AIMP_MAP && index < map->count ? map->as.members[index].value : NULL;
}

bool aimp_node_equal(const aimp_node *a, const aimp_node *b) {
    if (a == b) return true;
    if (!a || !b || a->kind != b->kind || a->count != b->count || a->truth != b->truth) return false;
    switch ((aimp_node_kind)a->kind) {
    case AIMP_NULL:
    case AIMP_BOOL: return true;
    case AIMP_NUMBER:
    case AIMP_STRING: return memcmp(a->as.text, b->as.text, a->count) == 0;
    case AIMP_LIST:
        for (size_t i = 0; i < a->count; i++) {
            if (!aimp_node_equal(a->as.items[i], b->as.items[i])) return false;
        }
        return true;
    case AIMP_MAP:
        for (size_t i = 0; i < a->count; i++) {
            if (strcmp(a->as.members[i].key, b->as.members[i].key) != 0) return false;
            if (!aimp_node_equal(a->as.members[i].value, b->as.members[i].value)) return false;
        }
        return true;
    }
    return false;
}

const char *aimp_node_kind_name(const aimp_node *node) {
    static const char *const names[] = {"null", "a boolean", "a number", "a string", "a list", "a map"};
    return node ? names[node->kind] : "nothing";
}

const aimp_node *aimp_node_copy(aimp_arena *arena, const aimp_node *node) {
    aimp_node *copy = aimp_take(arena, sizeof *copy);
    *copy = *node;
    switch ((aimp_node_kind)node->kind) {
    case AIMP_NULL:
    case AIMP_BOOL: break;
    case AIMP_NUMBER:
    case AIMP_STRING: copy->as.text = aimp_copy(arena, node->as.text, node->count); break;
    case AIMP_LIST: {
        const aimp_node **items = aimp_take_array(arena, node->count, sizeof *items);
        for (size_t i = 0; i < node->count; i++)
            items[i] = aimp_node_copy(arena, node->as.items[i]);
        copy->as.items = items;
        break;
    }
    case AIMP_MAP: {
        aimp_member *members = aimp_take_array(arena, node->count, sizeof *members);
        for (size_t i = 0; i < node->count; i++) {
            members[i].key = aimp_copy_string(arena, node->as.members[i].key);
            members[i].value = aimp_node_copy(arena, node->as.members[i].value);
        }
        copy->as.members = members;
        break;
    }
    }
    return copy;
}
