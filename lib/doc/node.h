/* The one immutable tree of a document, whether it came as YAML or JSON or was built as a manifest.
 *
 * Map members are sorted by key in byte order, so that a tree has one order whatever order its text had. Numbers keep
 * their JSON text. Trees may share parts; nobody changes a node once its maker has returned it. */
#ifndef AIMP_DOC_NODE_H
#define AIMP_DOC_NODE_H

#include "base/memory.h"

typedef enum aimp_node_kind {
    AIMP_NULL,
    AIMP_BOOL,
    AIMP_NUMBER, /* text: JSON spelling */
    AIMP_STRING,
    AIMP_LIST,
    AIMP_MAP
} aimp_node_kind;

typedef struct aimp_node aimp_node;

typedef struct aimp_member {
    const char *key;
    const aimp_node *value;
} aimp_member;

struct aimp_node {
    uint8_t kind;
    uint8_t truth; /* of a bool */
    uint16_t spare;
    uint32_t count;        /* bytes of text, items, members */
    uint32_t line, column; /* where it began in its source, from 1; 0 for built nodes */
    union {
        const char *text;
        const aimp_node **items;
        const aimp_member *members;
    } as;
};

/* Building. Every function copies what it is given into the arena, except nodes, which it shares. */
const aimp_node *aimp_null(void);
const aimp_node *aimp_bool(bool truth);
const aimp_node *aimp_string(aimp_arena *arena, const char *text);
const aimp_node *aimp_string_or_none(aimp_arena *arena, const char *text); /* NULL for NULL and "" */
const aimp_node *aimp_integer(aimp_arena *arena, int64_t value);
const aimp_node *aimp_number(aimp_arena *arena, const char *text);
/* A map from key, value, key, value, …, NULL. A member whose value is NULL is left out; a later key replaces an
 * earlier. */
const aimp_node *aimp_map_of(aimp_arena *arena, ...);
/* A list of nodes, …, NULL. */
const aimp_node *aimp_list_of(aimp_arena *arena, ...);
const aimp_node *aimp_list_from(aimp_arena *arena, const aimp_node *const *items, size_t count);
/* Sorts the members; a later member with the same key replaces an earlier one. */
const aimp_node *aimp_map_from(aimp_arena *arena, const aimp_member *members, size_t count);
/* The map with one member set (value NULL: removed); map may be NULL. */
const aimp_node *aimp_map_with(aimp_arena *arena, const aimp_node *map, const char *key, const aimp_node *value);
/* NULL when the map or list is NULL or empty, else itself. */
const aimp_node *aimp_none_if_empty(const aimp_node *node);

/* A list that grows. */
typedef struct aimp_items {
    aimp_arena *arena;
    const aimp_node **items;
    size_t count, capacity;
} aimp_items;
aimp_items aimp_items_new(aimp_arena *arena);
void aimp_items_add(aimp_items *list, const aimp_node *node); /* NULL is left out */
const aimp_node *aimp_items_list(const aimp_items *list);

/* Reading. Every function accepts NULL and the wrong kind and then answers NULL, false or 0. */
const aimp_node *aimp_get(const aimp_node *map, const char *key);
/* The value at key, key, …, NULL. */
const aimp_node *aimp_at(const aimp_node *map, ...);
const char *aimp_text_of(const aimp_node *node); /* of a string */
const char *aimp_text_at(const aimp_node *map, ...);
const char *aimp_get_text(const aimp_node *map, const char *key);
bool aimp_is_true(const aimp_node *node);
bool aimp_is_null(const aimp_node *node); /* absent or null */
bool aimp_integer_of(const aimp_node *node, int64_t *out);
size_t aimp_count(const aimp_node *node); /* items or members */
const aimp_node *aimp_item(const aimp_node *list, size_t index);
const char *aimp_key(const aimp_node *map, size_t index);
const aimp_node *aimp_value(const aimp_node *map, size_t index);
bool aimp_node_equal(const aimp_node *a, const aimp_node *b);
const char *aimp_node_kind_name(const aimp_node *node); /* "a string", "a list", … */
/* A deep copy into another arena. */
const aimp_node *aimp_node_copy(aimp_arena *arena, const aimp_node *node);

#endif
