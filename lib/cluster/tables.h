/* The tables of a cluster: every object by kind, namespace and name, and by the keys that decisions look up.
 *
 * A put either happens or leaves the tables as they were; taking something out never needs memory, and putting back
 * what was taken out does not either. That is what makes an all-or-nothing add possible. */
#ifndef AIMP_CLUSTER_TABLES_H
#define AIMP_CLUSTER_TABLES_H

#include "cluster/object.h"

/* Keys that objects are indexed by. */
typedef enum aimp_index {
    AIMP_BY_MODEL_NAME,        /* templates: ns (NULL: cluster templates), spec.modelName */
    AIMP_BY_IMAGE,             /* models: ns (NULL: cluster models), spec.image */
    AIMP_BY_TEMPLATE_NAME,     /* template caches: ns, spec.templateName */
    AIMP_BY_SOURCE,            /* artifacts: ns, spec.sourceUri */
    AIMP_BY_INFERENCE_SERVICE, /* pods: ns, label serving.kserve.io/inferenceservice */
    AIMP_BY_NODE,              /* pods: spec.nodeName */
    AIMP_BY_INVOLVED,          /* events: ns, name of the involved object */
    AIMP_BY_GPU,               /* nodes: what their labels say about GPU and VRAM */
    AIMP_INDEX_COUNT
} aimp_index;

/* What is known of one name: one document from each layer, and what they make together. */
typedef struct aimp_slot {
    uint64_t hash;
    aimp_kind kind;
    const char *ns, *name; /* own copies behind the struct */
    size_t size;
    aimp_object *base, *overlay, *effective; /* each counted */
} aimp_slot;

/* Objects in the order kind, namespace, name. */
typedef struct aimp_slots {
    aimp_slot **items;
    size_t count, capacity;
} aimp_slots;

typedef struct aimp_hash_table {
    void **entries; /* each begins with its uint64_t hash */
    size_t count, capacity;
} aimp_hash_table;

typedef struct aimp_bucket {
    uint64_t hash;
    size_t size;
    aimp_index index;
    const char *key; /* own copy behind the struct */
    aimp_slots slots;
} aimp_bucket;

typedef struct aimp_tables {
    const aim_allocator *allocator;
    aimp_hash_table slots;   /* aimp_slot */
    aimp_hash_table buckets; /* aimp_bucket */
    aimp_slots by_kind[AIMP_KIND_COUNT];
    size_t empty_slots, empty_buckets;
    aimp_bucket **gpus; /* the buckets of AIMP_BY_GPU, so that the GPUs of a cluster can be told without its nodes */
    size_t gpu_count, gpu_capacity;
} aimp_tables;

void aimp_tables_init(aimp_tables *tables, const aim_allocator *allocator);
void aimp_tables_free(aimp_tables *tables);
/* False when memory is out; out is then empty. */
bool aimp_tables_copy(const aimp_tables *tables, aimp_tables *out);
/* The slot of a name, made when it is not there; NULL when memory is out. */
aimp_slot *aimp_tables_slot(aimp_tables *tables, aimp_kind kind, const char *ns, const char *name);
aimp_slot *aimp_tables_find(const aimp_tables *tables, aimp_kind kind, const char *ns, const char *name);
/* Makes room for the object under all its keys; false when memory is out. Changes nothing that a reader can see. */
bool aimp_tables_reserve(aimp_tables *tables, const aimp_object *object);
/* Sets what a slot holds; room must have been reserved for effective. Takes over the references, gives back the old
 * ones. */
void aimp_tables_set(aimp_tables *tables, aimp_slot *slot, aimp_object *base, aimp_object *overlay,
                     aimp_object *effective);
/* Forgets names and keys that nothing uses, when there are many. */
void aimp_tables_sweep(aimp_tables *tables);
/* Whether an object stands under a key. */
bool aimp_tables_has_key(const aimp_object *object, aimp_index index, const char *ns, const char *text);
/* The objects under a key, in order; NULL when there is none. ns NULL where the index has no namespace. */
const aimp_slots *aimp_tables_lookup(const aimp_tables *tables, aimp_index index, const char *ns, const char *key);

#endif
