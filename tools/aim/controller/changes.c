/* Noting changes while the fetch runs, and spreading them when it has returned. */
#include "changes.h"

#include <stdlib.h>
#include <string.h>

enum { AFTER_FAILURE_MS = 1000 };

void changes_note(const aim_ref *object, int32_t change, void *user) {
    changes *all = user;
    (void)change;
    if (all->count == all->capacity) {
        const size_t capacity = all->capacity ? all->capacity * 2 : 256;
        struct change *items = realloc(all->items, capacity * sizeof *items);
        if (!items) {
            all->lost = true;
            return;
        }
        all->items = items;
        all->capacity = capacity;
    }
    struct change *c = &all->items[all->count];
    *c = (struct change){strdup(object->kind), object->ns ? strdup(object->ns) : NULL, strdup(object->name)};
    if (c->kind && c->name && (c->ns || !object->ns)) {
        all->count++;
        return;
    }
    free(c->kind);
    free(c->ns);
    free(c->name);
    all->lost = true;
}

void changes_forget(changes *all) {
    for (size_t i = 0; i < all->count; i++) {
        free(all->items[i].kind);
        free(all->items[i].ns);
        free(all->items[i].name);
    }
    all->count = 0;
    all->lost = false;
}

const char *controller_kind(const controller *c, const char *kind) {
    for (size_t i = 0; i < 3 && c->kinds[i]; i++) {
        if (strcmp(c->kinds[i], kind) == 0) return c->kinds[i];
    }
    return NULL;
}

/* by itself: the object itself changed, which ends any waiting. */
void controlled_touch(const controller *c, controlled *o, bool by_itself) {
    const bool was_pending = controlled_is_pending(o);
    if (by_itself)
        o->touched = true;
    else
        o->dirty = true;
    o->is_settled = false;
    const uint64_t due_ms = c->now_ms + (by_itself || !o->failures ? 0 : AFTER_FAILURE_MS);
    if (o->due_ms > due_ms || !was_pending) o->due_ms = due_ms;
}

/* Who looked at what changed looks again: which those are is the library's answer. */
static void spread_change(controller *c, const struct change *change) {
    const aim_ref ref = {.struct_size = sizeof ref, .kind = change->kind, .ns = change->ns, .name = change->name};
    const char *kind = controller_kind(c, change->kind);
    const controlled *itself = NULL;
    if (kind && change->ns) {
        controlled *o = controlled_get(&c->objects, kind, change->ns, change->name);
        if (!o)
            c->stale_changes = true;
        else if (!controlled_is_echo(c, o))
            controlled_touch(c, o, true);
        itself = o;
    }
    for (size_t i = 0; i < c->objects.count; i++) {
        controlled *o = c->objects.items[i];
        const bool is_due = o->dirty && o->due_ms <= c->now_ms;
        if (!is_due && o != itself &&
            (aim_interest_covers(o->interest, c->cluster, &ref) || aim_plan_depends_on(o->working, c->cluster, &ref)))
            controlled_touch(c, o, false);
    }
}

void changes_spread(controller *c, changes *all) {
    for (size_t i = 0; i < all->count; i++)
        spread_change(c, &all->items[i]);
    const bool everything = all->lost || c->stale_changes;
    c->stale_changes = false;
    for (size_t i = 0; everything && i < c->objects.count; i++)
        controlled_touch(c, c->objects.items[i], true);
    for (size_t k = 0; everything && k < 3 && c->kinds[k]; k++) {
        const aim_ref filter = {.struct_size = sizeof filter, .kind = c->kinds[k]};
        for (size_t i = 0; i < aim_cluster_count(c->cluster, &filter); i++) {
            aim_ref found = {.struct_size = sizeof found};
            if (aim_cluster_at(c->cluster, &filter, i, &found, NULL)) break;
            controlled *o = controlled_get(&c->objects, c->kinds[k], found.ns ? found.ns : "", found.name);
            if (o)
                controlled_touch(c, o, true);
            else
                c->stale_changes = true;
        }
    }
    changes_forget(all);
}
