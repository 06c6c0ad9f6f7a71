/* Replacing a kind as a whole: what a list said, once all of it was read. Either every object of the list is in the
 * tables afterwards, or the tables are as they were. */
#include <string.h>

#include "base/error.h"
#include "base/struct.h"
#include "cluster/cluster.h"

/* What one slot held before, so that it can be taken back; the references are counted. */
typedef struct step {
    aimp_slot *slot;
    aimp_object *base, *overlay, *effective;
} step;

typedef struct replacement {
    aim_cluster *cluster;
    const aim_cluster *from;
    aimp_kind kind;
    const char *ns; /* NULL: all */
    aimp_belongs *belongs;
    const void *arg; /* of belongs */
    aimp_guard *guard;
    aimp_arena scratch;
    step *steps;
    size_t count;
} replacement;

static bool in_scope(const replacement *r, const aimp_slot *slot, const aimp_object *object) {
    if (r->belongs && !(object && r->belongs(object, r->arg))) return false;
    return !r->ns || aimp_equal(slot->ns, r->ns);
}

static void retain(aimp_object *object) {
    if (object) aimp_object_retain(object);
}

/* What both layers make together: a new object where there are two, which the caller gives back. */
static aimp_object *combined(replacement *r, aimp_object *base, aimp_object *overlay) {
    if (!base || !overlay) {
        aimp_object *only = overlay ? overlay : base;
        retain(only);
        return only;
    }
    aimp_object *both = aimp_object_new(r->cluster->context, r->guard);
    if (!both) aimp_raise(r->guard, AIM_E_NO_MEMORY, "%s", "");
    r->guard->cleanup = (void (*)(void *))aimp_object_release;
    r->guard->cleanup_arg = both;
    aimp_object_overlay(both, base, overlay);
    r->guard->cleanup = NULL;
    both->arena.guard = NULL;
    return both;
}

static void set_base(replacement *r, aimp_slot *slot, aimp_object *base) {
    if (slot->base == base) return;
    aimp_object *overlay = slot->overlay, *effective = combined(r, base, overlay);
    if (effective && !aimp_tables_reserve(&r->cluster->tables, effective)) {
        aimp_object_release(effective);
        aimp_raise(r->guard, AIM_E_NO_MEMORY, "%s", "");
    }
    step *s = &r->steps[r->count++]; /* from here on nothing can fail */
    *s = (step){slot, slot->base, slot->overlay, slot->effective};
    retain(s->base);
    retain(s->overlay);
    retain(s->effective);
    retain(base);
    retain(overlay);
    aimp_tables_set(&r->cluster->tables, slot, base, overlay, effective);
}

static void replace(void *arg) {
    replacement *r = arg;
    const aimp_slots *had = &r->cluster->tables.by_kind[r->kind], *has = &r->from->tables.by_kind[r->kind];
    /* a slot that is emptied leaves the list that is walked: take the walk's own copy */
    const size_t count = had->count;
    aimp_slot **slots = aimp_take_array(&r->scratch, count, sizeof *slots);
    if (count) memcpy(slots, had->items, count * sizeof *slots);
    size_t most;
    if (!aimp_size_add(count, has->count, &most)) aimp_raise(r->guard, AIM_E_NO_MEMORY, "%s", "");
    r->steps = aimp_take_array(&r->scratch, most, sizeof *r->steps);
    for (size_t i = 0; i < has->count; i++) {
        const aimp_slot *staged = has->items[i];
        if (!in_scope(r, staged, staged->effective)) continue;
        aimp_slot *slot = aimp_tables_slot(&r->cluster->tables, r->kind, staged->ns, staged->name);
        if (!slot) aimp_raise(r->guard, AIM_E_NO_MEMORY, "%s", "");
        set_base(r, slot, staged->effective);
    }
    for (size_t i = 0; i < count; i++) {
        const aimp_slot *staged = aimp_tables_find(&r->from->tables, r->kind, slots[i]->ns, slots[i]->name);
        if (in_scope(r, slots[i], slots[i]->base) && slots[i]->base && !(staged && staged->effective))
            set_base(r, slots[i], NULL);
    }
}

static int32_t change_of(const step *s) {
    return aimp_object_change(s->effective, s->slot->effective);
}

static void tell(const replacement *r, const aim_listener *listener) {
    const aimp_kind_info *info = aimp_kind_of(r->kind);
    for (size_t i = 0; listener && i < r->count; i++) {
        const aimp_slot *slot = r->steps[i].slot;
        int32_t change = change_of(&r->steps[i]);
        const aimp_object *object = slot->effective ? slot->effective : r->steps[i].effective;
        if (!change) continue;
        aim_ref ref = {.struct_size = sizeof ref,
                       .group = info->group,
                       .version = info->version,
                       .kind = info->kind,
                       .ns = slot->ns,
                       .name = slot->name,
                       .uid = *object->uid ? object->uid : NULL};
        listener->changed(&ref, change, listener->user);
    }
}

static aim_code check(const aim_cluster *cluster, const aim_cluster *from, const aim_ref *scope,
                      const aim_listener *listener, aim_error **err) {
    if (!cluster || !from || !scope || cluster == from)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL,
                         "cluster, from or scope is NULL, or both clusters are the same");
    const aim_allocator *allocator = &cluster->context->allocator;
    if (cluster->context != from->context)
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "the clusters are of different contexts");
    if (!aimp_struct_ok(scope, sizeof *scope, 0) || (listener && !aimp_struct_ok(listener, sizeof *listener, 0)))
        return aimp_fail(err, allocator, AIM_E_STRUCT, NULL,
                         "aim_ref or aim_listener has a wrong struct_size or unknown flags");
    if (listener && !listener->changed)
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "aim_listener has no callback");
    return aimp_cluster_check_kind(cluster, scope, err);
}

aim_code aimp_cluster_replace_part(aim_cluster *cluster, const aim_cluster *from, const aim_ref *scope,
                                   aimp_belongs *belongs, const void *arg, const aim_listener *listener) {
    aimp_guard guard = {0};
    replacement r = {.cluster = cluster,
                     .from = from,
                     .kind = aimp_kind_of_ref(scope),
                     .belongs = belongs,
                     .arg = arg,
                     .guard = &guard};
    r.ns = aimp_kind_of(r.kind)->namespaced ? scope->ns : NULL;
    aimp_arena_init(&r.scratch, &cluster->context->allocator, &guard, 8192);
    const aim_code code = aimp_guard_run(&guard, replace, &r);
    for (size_t i = r.count; code && i-- > 0;) {
        step *s = &r.steps[i];
        aimp_tables_set(&cluster->tables, s->slot, s->base, s->overlay, s->effective);
        s->base = s->overlay = s->effective = NULL;
    }
    if (!code) {
        aimp_kind_state *state = &cluster->kinds[r.kind];
        const bool part = r.ns || belongs;
        *state = (aimp_kind_state){.known = true,
                                   .declared = state->declared || !part,
                                   .partial = part && !state->declared,
                                   .by_object = state->by_object};
        tell(&r, listener);
    }
    for (size_t i = 0; i < r.count; i++) {
        aimp_object_release(r.steps[i].base);
        aimp_object_release(r.steps[i].overlay);
        aimp_object_release(r.steps[i].effective);
    }
    aimp_tables_sweep(&cluster->tables);
    aimp_arena_free(&r.scratch);
    return code;
}

aim_code aim_cluster_replace(aim_cluster *cluster, const aim_cluster *from, const aim_ref *scope,
                             const aim_listener *listener, aim_error **err) {
    if (err) *err = NULL;
    aim_code code = check(cluster, from, scope, listener, err);
    if (code) return code;
    code = aimp_cluster_replace_part(cluster, from, scope, NULL, NULL, listener);
    if (!code) return AIM_OK;
    return aimp_fail(err, &cluster->context->allocator, code, NULL, "%s",
                     code == AIM_E_NO_MEMORY ? "out of memory" : "the objects cannot be taken over");
}
