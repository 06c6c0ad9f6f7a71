/* The objects that are kept true, in the order kind, namespace, name. */
#include <stdlib.h>
#include <string.h>

#include "controller.h"

static int compare(const controlled *o, const char *kind, const char *ns, const char *name) {
    int order = strcmp(o->kind, kind);
    if (!order) order = strcmp(o->ns, ns);
    return order ? order : strcmp(o->name, name);
}

/* Where it stands, or would have to. */
static size_t place_of(const controlled_table *table, const char *kind, const char *ns, const char *name) {
    size_t low = 0, high = table->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare(table->items[middle], kind, ns, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void free_object(controlled *o) {
    aim_interest_free(o->interest);
    aim_plan_free(o->working);
    free(o->refused);
    free(o->ns);
    free(o->name);
    free(o);
}

static controlled *make(const char *kind, const char *ns, const char *name) {
    controlled *o = calloc(1, sizeof *o);
    if (!o) return NULL;
    o->kind = kind;
    o->again_ms = UINT64_MAX;
    o->ns = strdup(ns);
    o->name = strdup(name);
    if (o->ns && o->name) return o;
    free_object(o);
    return NULL;
}

controlled *controlled_get(controlled_table *table, const char *kind, const char *ns, const char *name) {
    const size_t at = place_of(table, kind, ns, name);
    if (at < table->count && compare(table->items[at], kind, ns, name) == 0) return table->items[at];
    if (table->count == table->capacity) {
        const size_t capacity = table->capacity ? table->capacity * 2 : 64;
        controlled **items = realloc(table->items, capacity * sizeof *items);
        if (!items) return NULL;
        table->items = items;
        table->capacity = capacity;
    }
    controlled *o = make(kind, ns, name);
    if (!o) return NULL;
    memmove(table->items + at + 1, table->items + at, (table->count - at) * sizeof *table->items);
    table->items[at] = o;
    table->count++;
    return o;
}

void controlled_drop(controlled_table *table, controlled *o) {
    const size_t at = place_of(table, o->kind, o->ns, o->name);
    if (at == table->count || table->items[at] != o) return;
    table->count--;
    memmove(table->items + at, table->items + at + 1, (table->count - at) * sizeof *table->items);
    free_object(o);
}

void controlled_free_all(controlled_table *table) {
    for (size_t i = 0; i < table->count; i++)
        free_object(table->items[i]);
    free(table->items);
    *table = (controlled_table){0};
}
