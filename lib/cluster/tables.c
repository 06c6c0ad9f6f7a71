/* Open-addressing tables of slots and buckets, and sorted runs of slots. */
#include "cluster/tables.h"

#include <string.h>

void aimp_tables_init(aimp_tables *tables, const aim_allocator *allocator) {
    *tables = (aimp_tables){.allocator = allocator};
}

/* --- hash tables of entries that begin with their hash --- */

static uint64_t hash_of(const void *entry) {
    uint64_t hash;
    memcpy(&hash, entry, sizeof hash);
    return hash;
}

static bool table_reserve(aimp_hash_table *table, const aim_allocator *allocator) {
    if (table->capacity && (table->count + 1) * 4 <= table->capacity * 3) return true;
    size_t capacity = table->capacity ? table->capacity * 2 : 64, bytes;
    if (!aimp_size_multiply(capacity, sizeof *table->entries, &bytes)) return false;
    void **entries = aimp_alloc(allocator, bytes);
    if (!entries) return false;
    memset(entries, 0, bytes);
    for (size_t i = 0; i < table->capacity; i++) {
        if (!table->entries[i]) continue;
        size_t at = hash_of(table->entries[i]) & (capacity - 1);
        while (entries[at])
            at = (at + 1) & (capacity - 1);
        entries[at] = table->entries[i];
    }
    aimp_release(allocator, table->entries, table->capacity * sizeof *table->entries);
    table->entries = entries;
    table->capacity = capacity;
    return true;
}

static void table_insert(aimp_hash_table *table, void *entry) {
    size_t at = hash_of(entry) & (table->capacity - 1);
    while (table->entries[at])
        at = (at + 1) & (table->capacity - 1);
    table->entries[at] = entry;
    table->count++;
}

/* Closes the gap, so that no tombstones pile up. */
static void table_remove(aimp_hash_table *table, const void *entry) {
    size_t mask = table->capacity - 1, at = hash_of(entry) & mask;
    while (table->entries[at] != entry)
        at = (at + 1) & mask;
    size_t gap = at;
    for (size_t next = (at + 1) & mask; table->entries[next]; next = (next + 1) & mask) {
        size_t home = hash_of(table->entries[next]) & mask;
        if (((next - home) & mask) < ((next - gap) & mask)) continue;
        table->entries[gap] = table->entries[next];
        gap = next;
    }
    table->entries[gap] = NULL;
    table->count--;
}

/* --- sorted runs --- */

static int compare_ns(const char *a, const char *b) {
    return strcmp(aimp_or_empty(a), aimp_or_empty(b));
}

static int compare_slots(const aimp_slot *a, const aimp_slot *b) {
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    int order = compare_ns(a->ns, b->ns);
    return order ? order : strcmp(a->name, b->name);
}

static size_t position(const aimp_slots *slots, const aimp_slot *slot) {
    size_t low = 0, high = slots->count;
    if (high && compare_slots(slots->items[high - 1], slot) < 0) return high; /* documents mostly come in order */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_slots(slots->items[middle], slot) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool slots_reserve(aimp_slots *slots, const aim_allocator *allocator) {
    if (slots->count < slots->capacity) return true;
    size_t capacity = slots->capacity ? slots->capacity * 2 : 2, bytes;
    if (!aimp_size_multiply(capacity, sizeof *slots->items, &bytes)) return false;
    aimp_slot **items = aimp_resize(allocator, slots->items, slots->capacity * sizeof *slots->items, bytes);
    if (!items) return false;
    slots->items = items;
    slots->capacity = capacity;
    return true;
}

static void slots_insert(aimp_slots *slots, aimp_slot *slot) {
    size_t at = position(slots, slot);
    memmove(&slots->items[at + 1], &slots->items[at], (slots->count - at) * sizeof *slots->items);
    slots->items[at] = slot;
    slots->count++;
}

static void slots_remove(aimp_slots *slots, const aimp_slot *slot) {
    size_t at = position(slots, slot);
    memmove(&slots->items[at], &slots->items[at + 1], (slots->count - at - 1) * sizeof *slots->items);
    slots->count--;
}

static void slots_free(aimp_slots *slots, const aim_allocator *allocator) {
    aimp_release(allocator, slots->items, slots->capacity * sizeof *slots->items);
}

/* --- names --- */

static uint64_t hash_name(unsigned tag, const char *ns, const char *name) {
    uint64_t hash = aimp_hash(aimp_or_empty(ns), ns ? strlen(ns) : 0, tag);
    return aimp_hash(name, strlen(name), hash * 31 + (ns != NULL));
}

static bool same_ns(const char *a, const char *b) {
    return strcmp(aimp_or_empty(a), aimp_or_empty(b)) == 0;
}

aimp_slot *aimp_tables_find(const aimp_tables *tables, aimp_kind kind, const char *ns, const char *name) {
    if (!tables->slots.capacity) return NULL;
    uint64_t hash = hash_name((unsigned)kind, ns, name);
    size_t mask = tables->slots.capacity - 1;
    for (size_t at = hash & mask; tables->slots.entries[at]; at = (at + 1) & mask) {
        aimp_slot *slot = tables->slots.entries[at];
        if (slot->hash == hash && slot->kind == kind && same_ns(slot->ns, ns) && strcmp(slot->name, name) == 0)
            return slot;
    }
    return NULL;
}

static aimp_slot *new_slot(aimp_tables *tables, aimp_kind kind, const char *ns, const char *name) {
    size_t ns_size = ns ? strlen(ns) + 1 : 0, name_size = strlen(name) + 1;
    size_t size = sizeof(aimp_slot) + ns_size + name_size;
    if (!table_reserve(&tables->slots, tables->allocator)) return NULL;
    aimp_slot *slot = aimp_alloc(tables->allocator, size);
    if (!slot) return NULL;
    char *text = (char *)(slot + 1);
    *slot = (aimp_slot){.hash = hash_name((unsigned)kind, ns, name), .kind = kind, .size = size};
    slot->ns = ns ? memcpy(text, ns, ns_size) : NULL;
    slot->name = memcpy(text + ns_size, name, name_size);
    table_insert(&tables->slots, slot);
    tables->empty_slots++;
    return slot;
}

aimp_slot *aimp_tables_slot(aimp_tables *tables, aimp_kind kind, const char *ns, const char *name) {
    aimp_slot *slot = aimp_tables_find(tables, kind, ns, name);
    return slot ? slot : new_slot(tables, kind, ns, name);
}

/* --- keys --- */

typedef struct key {
    aimp_index index;
    const char *ns, *text;
} key;

enum { MAX_KEYS = 2 };

static size_t keys_of(const aimp_object *object, key out[MAX_KEYS]) {
    size_t count = 0;
    const char *text = NULL;
    aimp_index index = AIMP_INDEX_COUNT;
    switch (object->kind) {
    case AIMP_TEMPLATE:
    case AIMP_CLUSTER_TEMPLATE: index = AIMP_BY_MODEL_NAME, text = object->facts.template_facts.model; break;
    case AIMP_MODEL:
    case AIMP_CLUSTER_MODEL: index = AIMP_BY_IMAGE, text = aimp_get_text(object->spec, "image"); break;
    case AIMP_TEMPLATE_CACHE: index = AIMP_BY_TEMPLATE_NAME, text = aimp_get_text(object->spec, "templateName"); break;
    case AIMP_ARTIFACT: index = AIMP_BY_SOURCE, text = aimp_get_text(object->spec, "sourceUri"); break;
    case AIMP_POD:
        index = AIMP_BY_INFERENCE_SERVICE, text = aimp_object_label(object, "serving.kserve.io/inferenceservice");
        break;
    case AIMP_EVENT:
        index = AIMP_BY_INVOLVED, text = aimp_text_at(object->root, "involvedObject", "name", NULL);
        if (!text) text = aimp_text_at(object->root, "regarding", "name", NULL);
        break;
    case AIMP_NODE:
        if (object->facts.node.gpu_index) out[count++] = (key){AIMP_BY_GPU, NULL, object->facts.node.gpu_index};
        return count;
    default: break;
    }
    if (text) out[count++] = (key){index, object->ns, text};
    const char *node = object->kind == AIMP_POD ? aimp_get_text(object->spec, "nodeName") : NULL;
    if (!aimp_is_empty(node)) out[count++] = (key){AIMP_BY_NODE, NULL, node};
    return count;
}

/* The key as one text: namespace, a separator that neither part can hold first, text. */
static bool bucket_is(const aimp_bucket *bucket, const key *k) {
    size_t ns_size = k->ns ? strlen(k->ns) : 0;
    if (bucket->index != k->index || strncmp(bucket->key, aimp_or_empty(k->ns), ns_size) != 0) return false;
    return bucket->key[ns_size] == '\n' && strcmp(bucket->key + ns_size + 1, k->text) == 0;
}

static uint64_t hash_key(const key *k) {
    return hash_name(1000u + (unsigned)k->index, k->ns, k->text);
}

static aimp_bucket *find_bucket(const aimp_tables *tables, const key *k) {
    if (!tables->buckets.capacity) return NULL;
    uint64_t hash = hash_key(k);
    size_t mask = tables->buckets.capacity - 1;
    for (size_t at = hash & mask; tables->buckets.entries[at]; at = (at + 1) & mask) {
        aimp_bucket *bucket = tables->buckets.entries[at];
        if (bucket->hash == hash && bucket_is(bucket, k)) return bucket;
    }
    return NULL;
}

static bool gpus_reserve(aimp_tables *tables) {
    if (tables->gpu_count < tables->gpu_capacity) return true;
    size_t capacity = tables->gpu_capacity ? tables->gpu_capacity * 2 : 8;
    aimp_bucket **gpus =
        aimp_resize(tables->allocator, tables->gpus, tables->gpu_capacity * sizeof *gpus, capacity * sizeof *gpus);
    if (!gpus) return false;
    tables->gpus = gpus;
    tables->gpu_capacity = capacity;
    return true;
}

static void gpus_insert(aimp_tables *tables, aimp_bucket *bucket) {
    size_t at = tables->gpu_count++;
    for (; at > 0 && strcmp(tables->gpus[at - 1]->key, bucket->key) > 0; at--)
        tables->gpus[at] = tables->gpus[at - 1];
    tables->gpus[at] = bucket;
}

static void gpus_remove(aimp_tables *tables, const aimp_bucket *bucket) {
    size_t left = 0;
    for (size_t i = 0; i < tables->gpu_count; i++) {
        if (tables->gpus[i] != bucket) tables->gpus[left++] = tables->gpus[i];
    }
    tables->gpu_count = left;
}

static aimp_bucket *new_bucket(aimp_tables *tables, const key *k) {
    size_t ns_size = k->ns ? strlen(k->ns) : 0, text_size = strlen(k->text);
    size_t size = sizeof(aimp_bucket) + ns_size + 1 + text_size + 1;
    if (!table_reserve(&tables->buckets, tables->allocator)) return NULL;
    if (k->index == AIMP_BY_GPU && !gpus_reserve(tables)) return NULL;
    aimp_bucket *bucket = aimp_alloc(tables->allocator, size);
    if (!bucket) return NULL;
    char *text = (char *)(bucket + 1);
    if (ns_size) memcpy(text, k->ns, ns_size);
    text[ns_size] = '\n';
    memcpy(text + ns_size + 1, k->text, text_size + 1);
    *bucket = (aimp_bucket){.hash = hash_key(k), .size = size, .index = k->index, .key = text};
    table_insert(&tables->buckets, bucket);
    tables->empty_buckets++;
    if (k->index == AIMP_BY_GPU) gpus_insert(tables, bucket);
    return bucket;
}

bool aimp_tables_reserve(aimp_tables *tables, const aimp_object *object) {
    key keys[MAX_KEYS];
    size_t count = keys_of(object, keys);
    for (size_t i = 0; i < count; i++) {
        aimp_bucket *bucket = find_bucket(tables, &keys[i]);
        if (!bucket) bucket = new_bucket(tables, &keys[i]);
        if (!bucket || !slots_reserve(&bucket->slots, tables->allocator)) return false;
    }
    return slots_reserve(&tables->by_kind[object->kind], tables->allocator);
}

static void unlink_object(aimp_tables *tables, aimp_slot *slot, const aimp_object *object) {
    key keys[MAX_KEYS];
    size_t count = keys_of(object, keys);
    for (size_t i = 0; i < count; i++) {
        aimp_bucket *bucket = find_bucket(tables, &keys[i]);
        slots_remove(&bucket->slots, slot);
        if (!bucket->slots.count) tables->empty_buckets++;
    }
    slots_remove(&tables->by_kind[slot->kind], slot);
    tables->empty_slots++;
}

static void link_object(aimp_tables *tables, aimp_slot *slot, const aimp_object *object) {
    key keys[MAX_KEYS];
    size_t count = keys_of(object, keys);
    for (size_t i = 0; i < count; i++) {
        aimp_bucket *bucket = find_bucket(tables, &keys[i]);
        if (!bucket->slots.count) tables->empty_buckets--;
        slots_insert(&bucket->slots, slot);
    }
    slots_insert(&tables->by_kind[slot->kind], slot);
    tables->empty_slots--;
}

void aimp_tables_set(aimp_tables *tables, aimp_slot *slot, aimp_object *base, aimp_object *overlay,
                     aimp_object *effective) {
    aimp_object *old_base = slot->base, *old_overlay = slot->overlay, *old = slot->effective;
    if (old) unlink_object(tables, slot, old);
    slot->base = base;
    slot->overlay = overlay;
    slot->effective = effective;
    if (effective) link_object(tables, slot, effective);
    aimp_object_release(old_base);
    aimp_object_release(old_overlay);
    aimp_object_release(old);
}

static void free_bucket(aimp_tables *tables, aimp_bucket *bucket) {
    slots_free(&bucket->slots, tables->allocator);
    aimp_release(tables->allocator, bucket, bucket->size);
}

/* Entries move when one is removed: start again at the same place. */
void aimp_tables_sweep(aimp_tables *tables) {
    const size_t some = 64;
    if (tables->empty_buckets > some && tables->empty_buckets > tables->buckets.count / 2) {
        for (size_t i = 0; i < tables->buckets.capacity; i++) {
            aimp_bucket *bucket;
            while ((bucket = tables->buckets.entries[i]) != NULL && !bucket->slots.count) {
                table_remove(&tables->buckets, bucket);
                if (bucket->index == AIMP_BY_GPU) gpus_remove(tables, bucket);
                free_bucket(tables, bucket);
            }
        }
        tables->empty_buckets = 0;
        for (size_t i = 0; i < tables->buckets.capacity; i++) {
            const aimp_bucket *bucket = tables->buckets.entries[i];
            if (bucket && !bucket->slots.count) tables->empty_buckets++;
        }
    }
    if (tables->empty_slots > some && tables->empty_slots > tables->slots.count / 2) {
        for (size_t i = 0; i < tables->slots.capacity; i++) {
            aimp_slot *slot;
            while ((slot = tables->slots.entries[i]) != NULL && !slot->effective) {
                table_remove(&tables->slots, slot);
                aimp_release(tables->allocator, slot, slot->size);
            }
        }
        tables->empty_slots = 0;
        for (size_t i = 0; i < tables->slots.capacity; i++) {
            const aimp_slot *slot = tables->slots.entries[i];
            if (slot && !slot->effective) tables->empty_slots++;
        }
    }
}

bool aimp_tables_has_key(const aimp_object *object, aimp_index index, const char *ns, const char *text) {
    key keys[MAX_KEYS];
    size_t count = keys_of(object, keys);
    for (size_t i = 0; i < count; i++) {
        if (keys[i].index == index && same_ns(keys[i].ns, ns) && strcmp(keys[i].text, text) == 0) return true;
    }
    return false;
}

const aimp_slots *aimp_tables_lookup(const aimp_tables *tables, aimp_index index, const char *ns, const char *text) {
    key k = {index, ns, text};
    const aimp_bucket *bucket = find_bucket(tables, &k);
    return bucket && bucket->slots.count ? &bucket->slots : NULL;
}

void aimp_tables_free(aimp_tables *tables) {
    for (size_t i = 0; i < tables->slots.capacity; i++) {
        aimp_slot *slot = tables->slots.entries[i];
        if (!slot) continue;
        aimp_object_release(slot->base);
        aimp_object_release(slot->overlay);
        aimp_object_release(slot->effective);
        aimp_release(tables->allocator, slot, slot->size);
    }
    for (size_t i = 0; i < tables->buckets.capacity; i++) {
        if (tables->buckets.entries[i]) free_bucket(tables, tables->buckets.entries[i]);
    }
    for (size_t i = 0; i < AIMP_KIND_COUNT; i++)
        slots_free(&tables->by_kind[i], tables->allocator);
    aimp_release(tables->allocator, tables->slots.entries, tables->slots.capacity * sizeof(void *));
    aimp_release(tables->allocator, tables->gpus, tables->gpu_capacity * sizeof *tables->gpus);
    aimp_release(tables->allocator, tables->buckets.entries, tables->buckets.capacity * sizeof(void *));
    aimp_tables_init(tables, tables->allocator);
}

bool aimp_tables_copy(const aimp_tables *tables, aimp_tables *out) {
    aimp_tables_init(out, tables->allocator);
    for (size_t kind = 0; kind < AIMP_KIND_COUNT; kind++) {
        for (size_t i = 0; i < tables->by_kind[kind].count; i++) {
            const aimp_slot *from = tables->by_kind[kind].items[i];
            aimp_slot *to = aimp_tables_slot(out, from->kind, from->ns, from->name);
            if (!to || !aimp_tables_reserve(out, from->effective)) {
                aimp_tables_free(out);
                return false;
            }
            if (from->base) aimp_object_retain(from->base);
            if (from->overlay) aimp_object_retain(from->overlay);
            aimp_object_retain(from->effective);
            aimp_tables_set(out, to, from->base, from->overlay, from->effective);
        }
    }
    return true;
}
