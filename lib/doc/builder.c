/* Turns the events of a reader into trees, and is the only place where the limits and the rule of unique keys are kept.
 */
#include "doc/reader.h"

#include <stdio.h>
#include <string.h>

#include "base/sort.h"
#include "doc/pointer.h"

/* A value on its way into the container that is open. */
typedef struct entry {
    const char *key; /* NULL in a list */
    const aimp_node *value;
    aimp_spot key_spot;
    bool merged; /* came through "<<" */
} entry;

typedef struct frame {
    aimp_spot spot;
    size_t first;    /* entry of this container */
    const char *key; /* waiting for its value; NULL in a list and between members */
    aimp_spot key_spot;
    bool map, is_items;
    bool dropped;   /* nothing of it is kept */
    aimp_mark mark; /* of a dropped container */
} frame;

struct aimp_builder {
    const aim_limits *limits;
    aimp_arena *scratch;
    const aimp_document_sink *sink;
    aimp_arena *arena; /* of the object that is being built */
    aimp_arena *outer; /* of the document, while an item is being built */
    frame *frames;
    size_t depth, frame_capacity;
    entry *entries;
    size_t entry_count, entry_capacity;
    const char *kind; /* of the object that is being built, when it was seen */
    uint64_t values, copied_values, start;
    size_t object_depth; /* frames below the object's own */
    bool kept;           /* a dropped subtree holds an anchor */
    /* items that are complete */
    const aimp_node **items;
    aimp_arena **item_arenas;
    size_t item_count, item_capacity;
    bool has_items;
};

aimp_builder *aimp_builder_new(const aim_limits *limits, aimp_arena *scratch, const aimp_document_sink *sink) {
    aimp_builder *builder = aimp_take_zeroed(scratch, sizeof *builder);
    builder->limits = limits;
    builder->scratch = scratch;
    builder->sink = sink;
    return builder;
}

aimp_arena *aimp_builder_scratch(aimp_builder *builder) {
    return builder->scratch;
}

size_t aimp_builder_depth(const aimp_builder *builder) {
    return builder->depth;
}

void aimp_builder_keep(aimp_builder *builder) {
    builder->kept = true;
}

aimp_arena *aimp_builder_arena(aimp_builder *builder) {
    if (!builder->arena) builder->arena = builder->sink->arena(builder->sink->user);
    return builder->arena;
}

void aimp_builder_abandon(aimp_builder *builder) {
    builder->depth = builder->entry_count = builder->item_count = 0;
    builder->arena = builder->outer = NULL;
    builder->kind = NULL;
    builder->has_items = builder->kept = false;
    builder->values = builder->copied_values = builder->object_depth = 0;
}

static const char *pointer_text(aimp_builder *builder) {
    aimp_text text = aimp_text_new(builder->scratch);
    for (size_t i = 0; i < builder->depth; i++) {
        const frame *f = &builder->frames[i];
        if (!f->map) {
            size_t end = i + 1 < builder->depth ? builder->frames[i + 1].first : builder->entry_count;
            size_t index = f->is_items ? builder->item_count : end - f->first;
            aimp_text_add_format(&text, "/%zu", index);
            continue;
        }
        if (!f->key) break;
        aimp_pointer_add(&text, f->key);
    }
    return aimp_text_string(&text);
}

void aimp_builder_problem(aimp_builder *builder, aim_code code, aimp_spot spot, const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    aimp_utf8_drop_broken(message);
    builder->sink->problem(builder->sink->user, code, spot.line, spot.column, pointer_text(builder), message);
}

/* Counts one more value of the object and checks what it may cost. */
static bool count_values(aimp_builder *builder, uint64_t more, aimp_spot spot) {
    aimp_check_cancel(builder->scratch->guard);
    builder->values += more;
    if (builder->values > builder->limits->object_values) {
        aimp_builder_problem(builder, AIM_E_LIMIT, spot, "the object has more than %llu values",
                             (unsigned long long)builder->limits->object_values);
        return false;
    }
    if (spot.offset - builder->start > builder->limits->object_bytes) {
        aimp_builder_problem(builder, AIM_E_LIMIT, spot, "the object is longer than %llu bytes",
                             (unsigned long long)builder->limits->object_bytes);
        return false;
    }
    return true;
}

static void *grown(aimp_builder *builder, void *old, size_t *capacity, size_t size) {
    size_t next = *capacity ? *capacity * 2 : 64;
    void *more = aimp_take_more(builder->scratch, old, *capacity * size, next * size);
    *capacity = next;
    return more;
}

/* Frames around the object itself: a list and its items, or a watch event. */
static size_t object_base(const aimp_builder *builder) {
    if (builder->object_depth) return builder->object_depth;
    const char *key = builder->depth ? builder->frames[0].key : NULL;
    return key && strcmp(key, "object") == 0 ? 1 : 0;
}

/* The bulk of real dumps that no decision needs, and what nobody should keep. */
static bool is_dropped(const aimp_builder *builder) {
    static const char *const payload[] = {"data", "stringData", "binaryData"}; /* of Secrets and ConfigMaps */
    size_t depth = builder->depth - object_base(builder);
    const char *key = builder->frames[builder->depth - 1].key;
    for (size_t i = 0; depth == 1 && key && i < 3; i++) {
        if (strcmp(key, payload[i]) == 0) return true;
    }
    const char *outer = depth == 2 ? builder->frames[builder->depth - 2].key : NULL;
    if (!outer || !key) return false;
    if (strcmp(outer, "metadata") == 0) return strcmp(key, "managedFields") == 0;
    bool may_be_node = !builder->kind || strcmp(builder->kind, "Node") == 0;
    return may_be_node && strcmp(outer, "status") == 0 && strcmp(key, "images") == 0;
}

static bool add_value(aimp_builder *builder, const aimp_node *value) {
    frame *top = &builder->frames[builder->depth - 1];
    if (builder->entry_count == builder->entry_capacity)
        builder->entries = grown(builder, builder->entries, &builder->entry_capacity, sizeof(entry));
    builder->entries[builder->entry_count++] = (entry){top->key, value, top->key_spot, false};
    if (top->map && builder->depth - object_base(builder) == 1 && strcmp(top->key, "kind") == 0)
        builder->kind = aimp_text_of(value);
    top->key = NULL;
    return true;
}

static void begin_item(aimp_builder *builder, aimp_spot spot) {
    builder->outer = builder->arena;
    builder->arena = builder->sink->arena(builder->sink->user);
    builder->object_depth = builder->depth;
    builder->kind = NULL;
    builder->values = builder->copied_values = 0;
    builder->start = spot.offset;
}

static bool starts_item(const aimp_builder *builder) {
    return builder->depth == 2 && builder->frames[1].is_items;
}

bool aimp_builder_begin(aimp_builder *builder, bool map, aimp_spot spot) {
    if (builder->depth == 0) {
        if (!map) {
            aimp_builder_problem(builder, AIM_E_DOCUMENT, spot,
                                 "a document must be a map (an object), this one is a list");
            return false;
        }
        aimp_builder_arena(builder);
        builder->start = spot.offset;
    }
    if (starts_item(builder)) begin_item(builder, spot);
    if (builder->depth - builder->object_depth >= builder->limits->depth) {
        aimp_builder_problem(builder, AIM_E_LIMIT, spot, "the object is nested deeper than %llu levels",
                             (unsigned long long)builder->limits->depth);
        return false;
    }
    if (!count_values(builder, 1, spot)) return false;
    bool dropped = builder->depth && is_dropped(builder);
    bool is_items =
        !map && builder->depth == 1 && builder->frames[0].key && strcmp(builder->frames[0].key, "items") == 0;
    if (builder->depth == builder->frame_capacity)
        builder->frames = grown(builder, builder->frames, &builder->frame_capacity, sizeof(frame));
    builder->frames[builder->depth++] = (frame){.spot = spot,
                                                .first = builder->entry_count,
                                                .map = map,
                                                .is_items = is_items,
                                                .dropped = dropped,
                                                .mark = aimp_arena_mark(builder->arena)};
    if (is_items) builder->has_items = true;
    return true;
}

bool aimp_builder_key(aimp_builder *builder, const char *key, size_t size, aimp_spot spot) {
    if (memchr(key, '\0', size)) {
        aimp_builder_problem(builder, AIM_E_SYNTAX, spot, "a key holds a NUL character");
        return false;
    }
    frame *top = &builder->frames[builder->depth - 1];
    top->key = aimp_copy(builder->arena, key, size);
    top->key_spot = spot;
    return true;
}

static int compare_keys(const void *a, const void *b) {
    return strcmp(((const aimp_member *)a)->key, ((const aimp_member *)b)->key);
}

/* Where a key of the open map stands for the second time; merged members do not count. */
static bool report_duplicate(aimp_builder *builder, const entry *first, size_t count, const char *key) {
    const entry *earlier = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(first[i].key, key) != 0) continue;
        if (earlier) {
            aimp_builder_problem(builder, AIM_E_DUPLICATE, first[i].key_spot,
                                 "the key \"%.100s\" occurs twice (first on line %llu)", key,
                                 (unsigned long long)earlier->key_spot.line);
            return false;
        }
        earlier = &first[i];
    }
    return true;
}

/* By key; of one key those that are written out first, then in the order of the text. */
static int compare_entries(const void *a, const void *b) {
    const entry *x = *(entry *const *)a, *y = *(entry *const *)b;
    int order = strcmp(x->key, y->key);
    return order ? order : x->merged - y->merged;
}

/* Members that came through "<<" and are also written out, or came through an earlier "<<", give way. */
static size_t drop_overridden(aimp_builder *builder, entry *first, size_t count) {
    entry **order = aimp_take_array(builder->scratch, count, sizeof *order);
    bool *overridden = aimp_take_zeroed(builder->scratch, count);
    for (size_t i = 0; i < count; i++)
        order[i] = &first[i];
    aimp_sort(builder->scratch, order, count, sizeof *order, compare_entries);
    for (size_t i = 1; i < count; i++)
        overridden[order[i] - first] = order[i]->merged && strcmp(order[i - 1]->key, order[i]->key) == 0;
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (!overridden[i]) first[left++] = first[i];
    }
    return left;
}

static const aimp_node *finish_map(aimp_builder *builder, frame *top) {
    entry *first = builder->entries ? builder->entries + top->first : NULL;
    size_t count = builder->entry_count - top->first;
    bool merged = false, sorted = true;
    for (size_t i = 0; i < count; i++)
        merged = merged || first[i].merged;
    if (merged) count = drop_overridden(builder, first, count);
    aimp_member *members = aimp_take_array(builder->arena, count, sizeof *members);
    for (size_t i = 0; i < count; i++) {
        members[i] = (aimp_member){first[i].key, first[i].value};
        sorted = sorted && (i == 0 || strcmp(members[i - 1].key, members[i].key) < 0);
    }
    if (!sorted) {
        aimp_sort(builder->scratch, members, count, sizeof *members, compare_keys);
        for (size_t i = 1; i < count; i++) {
            if (strcmp(members[i - 1].key, members[i].key) == 0) {
                report_duplicate(builder, first, count, members[i].key);
                return NULL;
            }
        }
    }
    size_t kept = 0; /* skipped members were only there to be compared */
    for (size_t i = 0; i < count; i++) {
        if (members[i].value) members[kept++] = members[i];
    }
    count = kept;
    aimp_node *node = aimp_take_zeroed(builder->arena, sizeof *node);
    node->kind = AIMP_MAP;
    node->count = (uint32_t)count;
    node->as.members = members;
    return node;
}

static const aimp_node *finish_list(aimp_builder *builder, const frame *top) {
    size_t count = builder->entry_count - top->first;
    aimp_node *node = aimp_take_zeroed(builder->arena, sizeof *node);
    const aimp_node **items = aimp_take_array(builder->arena, count, sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = builder->entries[top->first + i].value;
    node->kind = AIMP_LIST;
    node->count = (uint32_t)count;
    node->as.items = items;
    return node;
}

static void finish_item(aimp_builder *builder, const aimp_node *node) {
    if (builder->item_count == builder->item_capacity) {
        size_t capacity = builder->item_capacity;
        builder->items = grown(builder, (void *)builder->items, &builder->item_capacity, sizeof *builder->items);
        builder->item_arenas = grown(builder, builder->item_arenas, &capacity, sizeof *builder->item_arenas);
    }
    builder->items[builder->item_count] = node;
    builder->item_arenas[builder->item_count++] = builder->arena;
    builder->arena = builder->outer;
    builder->object_depth = 0;
    builder->values = builder->copied_values = 0;
    builder->kind = NULL;
}

static void finish_document(aimp_builder *builder, const aimp_node *root) {
    aimp_document document = {
        root, builder->items, builder->item_arenas, builder->item_count, builder->has_items, builder->arena};
    builder->sink->document(builder->sink->user, &document);
    aimp_builder_abandon(builder);
}

bool aimp_builder_end(aimp_builder *builder, aimp_spot spot, const aimp_node **out) {
    if (!count_values(builder, 0, spot)) return false;
    frame *top = &builder->frames[builder->depth - 1];
    const aimp_node *node = top->map ? finish_map(builder, top) : finish_list(builder, top);
    if (!node) return false;
    ((aimp_node *)(uintptr_t)node)->line = (uint32_t)top->spot.line;
    ((aimp_node *)(uintptr_t)node)->column = (uint32_t)top->spot.column;
    builder->entry_count = top->first;
    builder->depth--;
    if (out) *out = node;
    if (builder->depth == 0) {
        finish_document(builder, node);
        return true;
    }
    if (builder->object_depth && builder->depth == builder->object_depth) {
        finish_item(builder, node);
        return true;
    }
    if (top->is_items) { /* its items were taken one by one */
        builder->start = spot.offset;
        if (out) *out = NULL;            /* and nothing that an alias could copy is left */
        return add_value(builder, NULL); /* so that its key is not taken twice */
    }
    if (top->dropped) {
        if (!builder->kept) aimp_arena_rewind(builder->arena, top->mark);
        builder->kept = false;
        return add_value(builder, NULL); /* so that its key is not taken twice */
    }
    return add_value(builder, node);
}

bool aimp_builder_scalar(aimp_builder *builder, aimp_node_kind kind, const char *text, size_t size, aimp_spot spot,
                         const aimp_node **out) {
    if (builder->depth == 0) {
        aimp_builder_problem(builder, AIM_E_DOCUMENT, spot,
                             "a document must be a map (an object), this one is a plain value");
        return false;
    }
    bool item = starts_item(builder); /* a plain value needs no memory of its own */
    if (item) builder->outer = builder->arena;
    if (!count_values(builder, 1, spot)) return false;
    if (kind == AIMP_STRING && memchr(text, '\0', size)) {
        aimp_builder_problem(builder, AIM_E_SYNTAX, spot, "a string holds a NUL character");
        return false;
    }
    aimp_node *node = aimp_take_zeroed(builder->arena, sizeof *node);
    node->kind = (uint8_t)kind;
    node->line = (uint32_t)spot.line;
    node->column = (uint32_t)spot.column;
    if (kind == AIMP_BOOL) node->truth = size == 4;
    if (kind == AIMP_STRING || kind == AIMP_NUMBER) {
        node->count = (uint32_t)size;
        node->as.text = aimp_copy(builder->arena, text, size);
    }
    if (out) *out = node;
    if (item) {
        finish_item(builder, node);
        return true;
    }
    return add_value(builder, node);
}

static uint64_t size_of_tree(const aimp_node *node) {
    uint64_t size = 1;
    for (size_t i = 0; i < aimp_count(node); i++)
        size += size_of_tree(node->kind == AIMP_LIST ? node->as.items[i] : node->as.members[i].value);
    return size;
}

static size_t depth_of_tree(const aimp_node *node) {
    size_t deepest = 0;
    for (size_t i = 0; i < aimp_count(node); i++) {
        size_t depth = depth_of_tree(node->kind == AIMP_LIST ? node->as.items[i] : node->as.members[i].value);
        if (depth > deepest) deepest = depth;
    }
    return node->kind == AIMP_LIST || node->kind == AIMP_MAP ? deepest + 1 : 0;
}

/* A few small aliases are always allowed; beyond that the copies may only be so many times what was written out. */
static bool count_copy(aimp_builder *builder, const aimp_node *node, aimp_spot spot) {
    const uint64_t always = 1000;
    uint64_t size = size_of_tree(node);
    uint64_t written = builder->values - builder->copied_values; /* at least the container that the copy goes into */
    builder->copied_values += size;
    if (builder->copied_values > always && builder->copied_values / builder->limits->alias_expansion > written) {
        aimp_builder_problem(builder, AIM_E_LIMIT, spot, "aliases make the object more than %llu times as large",
                             (unsigned long long)builder->limits->alias_expansion);
        return false;
    }
    if (builder->depth - builder->object_depth + depth_of_tree(node) > builder->limits->depth) {
        aimp_builder_problem(builder, AIM_E_LIMIT, spot, "the object is nested deeper than %llu levels",
                             (unsigned long long)builder->limits->depth);
        return false;
    }
    return count_values(builder, size, spot);
}

bool aimp_builder_repeat(aimp_builder *builder, const aimp_node *node, aimp_spot spot) {
    bool item = starts_item(builder);
    if (item) begin_item(builder, spot);
    if (!count_copy(builder, node, spot)) return false;
    const aimp_node *copy = aimp_node_copy(builder->arena, node);
    if (item) {
        finish_item(builder, copy);
        return true;
    }
    return add_value(builder, copy);
}

bool aimp_builder_merge(aimp_builder *builder, const aimp_node *map, aimp_spot spot) {
    if (!map || map->kind != AIMP_MAP) {
        aimp_builder_problem(builder, AIM_E_SYNTAX, spot, "\"<<\" needs a map or a list of maps");
        return false;
    }
    if (!count_copy(builder, map, spot)) return false;
    frame *top = &builder->frames[builder->depth - 1];
    for (size_t i = 0; i < map->count; i++) {
        top->key = aimp_copy_string(builder->arena, map->as.members[i].key);
        top->key_spot = spot;
        add_value(builder, aimp_node_copy(builder->arena, map->as.members[i].value));
        builder->entries[builder->entry_count - 1].merged = true;
    }
    return true;
}
