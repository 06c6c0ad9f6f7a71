/* What a plan says of its own object: the status and the finalizers, as the smallest patch under the version that the
 * plan was made with; and whether an action has anything left to do. */
#include <string.h>

#include "base/error.h"
#include "doc/writer.h"
#include "fetch/fetch.h"
#include "plan/answer.h"
#include "plan/diff.h"

/* --- patches (RFC 7386) --- */

/* What turns one value into the other; NULL when they are equal. */
static const aimp_node *merge_patch(aimp_arena *arena, const aimp_node *from, const aimp_node *to) {
    if (from && to && aimp_node_equal(from, to)) return NULL;
    if (!to) return aimp_null();
    if (!from || from->kind != AIMP_MAP || to->kind != AIMP_MAP) return to;
    aimp_member *members = aimp_take_array(arena, from->count + to->count, sizeof *members);
    size_t count = 0;
    for (size_t i = 0; i < to->count; i++) {
        const char *key = aimp_key(to, i);
        const aimp_node *value = merge_patch(arena, aimp_get(from, key), aimp_value(to, i));
        if (value) members[count++] = (aimp_member){key, value};
    }
    for (size_t i = 0; i < from->count; i++) {
        if (!aimp_get(to, aimp_key(from, i))) members[count++] = (aimp_member){aimp_key(from, i), aimp_null()};
    }
    return aimp_map_from(arena, members, count);
}

typedef struct writing {
    const aimp_plan *plan;
    aimp_arena arena;
    int32_t verb; /* of a finalizer; 0: the status */
    const char *body;
} writing;

static const aimp_node *guarded(aimp_arena *arena, const aimp_plan *plan, const aimp_node *finalizers) {
    const char *version = aimp_get_text(plan->pass.object->metadata, "resourceVersion");
    return aimp_map_of(arena, "resourceVersion", aimp_string_or_none(arena, version), "finalizers", finalizers, NULL);
}

static const aimp_node *finalizers_with(aimp_arena *arena, const aimp_plan *plan, const char *added,
                                        const char *removed) {
    const aimp_node *has = aimp_get(plan->pass.object->metadata, "finalizers");
    aimp_items items = aimp_items_new(arena);
    for (size_t i = 0; i < aimp_count(has); i++) {
        if (!aimp_equal(aimp_text_of(aimp_item(has, i)), removed)) aimp_items_add(&items, aimp_item(has, i));
    }
    if (added) aimp_items_add(&items, aimp_string(arena, added));
    return aimp_items_list(&items);
}

static void write_body(void *arg) {
    writing *w = arg;
    aimp_arena *arena = &w->arena;
    const aimp_plan *plan = w->plan;
    if (w->verb) {
        const bool adds = w->verb == AIM_ACTION_ADD_FINALIZER;
        const char *finalizer = adds ? plan->add_finalizer : plan->remove_finalizer;
        if (!finalizer) return;
        const aimp_node *all = finalizers_with(arena, plan, adds ? finalizer : NULL, adds ? NULL : finalizer);
        w->body = aimp_json_text(arena, aimp_map_of(arena, "metadata", guarded(arena, plan, all), NULL));
        return;
    }
    const aimp_node *status = aimp_get(aimp_plan_status_node(plan, arena), "status");
    const aimp_node *patch = merge_patch(arena, plan->pass.object->status, status);
    if (!patch || plan->deleting || plan->paused) return;
    w->body = aimp_json_text(arena, aimp_map_of(arena, "metadata", guarded(arena, plan, NULL), "status", patch, NULL));
}

static aim_code write(aim_fetch *f, const aim_plan *plan, int32_t verb, uint32_t flags, uint64_t *id, aim_error **err) {
    if (err) *err = NULL;
    if (id) *id = 0;
    if (!f || !plan || !id || (flags & ~AIM_CALL_DRY_RUN))
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL, or flags are unknown");
    aimp_guard guard = {0};
    writing w = {.plan = &plan->answer->plan, .verb = verb};
    aimp_arena_init(&w.arena, f->allocator, &guard, 4096);
    aim_code code = aimp_guard_run(&guard, write_body, &w);
    if (code) {
        aimp_fail_guard(err, f->allocator, &guard);
    } else if (w.body) {
        const aimp_object *object = w.plan->pass.object;
        const aimp_kind_info *info = aimp_kind_of(object->kind);
        const aim_ref ref = {.struct_size = sizeof ref, .kind = info->kind, .ns = object->ns, .name = object->name};
        const aim_call call = {.struct_size = sizeof call,
                               .flags = flags,
                               .verb = AIM_CALL_PATCH,
                               .object = &ref,
                               .subresource = verb ? NULL : "status",
                               .body = w.body,
                               .body_size = strlen(w.body),
                               .field_manager = w.plan->manager};
        code = aim_fetch_call(f, &call, id, err);
    }
    aimp_arena_free(&w.arena);
    return code;
}

aim_code aim_fetch_status(aim_fetch *f, const aim_plan *plan, uint32_t flags, uint64_t *id, aim_error **err) {
    return write(f, plan, 0, flags, id, err);
}

aim_code aim_fetch_finalizer(aim_fetch *f, const aim_plan *plan, int32_t verb, uint32_t flags, uint64_t *id,
                             aim_error **err) {
    if (verb == AIM_ACTION_ADD_FINALIZER || verb == AIM_ACTION_REMOVE_FINALIZER)
        return write(f, plan, verb, flags, id, err);
    if (id) *id = 0;
    return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "the verb is none of a finalizer");
}

/* --- actions --- */

typedef struct comparing {
    aimp_arena arena;
    const aimp_action *action;
    const aimp_object *found;
    bool shared;
    bool same;
} comparing;

/* Many apply an object that nobody owns, each with labels of its own: whoever came first has labelled it. Else they
 * would do so in turn until it is Ready, each waking the others. */
static bool is_shared(const aimp_action *action) {
    return !action->owned && (action->kind == AIMP_TEMPLATE_CACHE || action->kind == AIMP_ARTIFACT);
}

static const aimp_node *spec_alone(aimp_arena *arena, const aimp_node *object) {
    return aimp_map_of(arena, "spec", aimp_get(object, "spec"), NULL);
}

static void compare(void *arg) {
    comparing *c = arg;
    aimp_changes changes = {.last = &changes.first};
    const aimp_changed object = {"", c->action->kind, c->action->ns, c->action->name};
    const aimp_node *found = c->found->root, *wanted = c->action->object;
    if (c->shared) {
        found = spec_alone(&c->arena, found);
        wanted = spec_alone(&c->arena, wanted);
    }
    aimp_diff_objects(&c->arena, &changes, &object, found, wanted);
    c->same = changes.count == 0;
}

int32_t aim_fetch_action_is_done(const aim_fetch *f, const aim_plan *plan, size_t index) {
    if (!f || !plan) return 0;
    const aimp_plan *p = &plan->answer->plan;
    const bool deletes = index < p->remove.count;
    if (!deletes && index - p->remove.count >= p->apply.count) return 0;
    const aimp_action *action = deletes ? &p->remove.items[index] : &p->apply.items[index - p->remove.count];
    const aimp_slot *slot =
        action->name ? aimp_tables_find(&f->cluster->tables, action->kind, action->ns, action->name) : NULL;
    if (!f->cluster->kinds[action->kind].known) return 0;
    if (deletes) return !slot || !slot->base || strcmp(slot->base->uid, aimp_or_empty(action->uid)) != 0;
    if (!slot || !slot->base) return 0;
    aimp_guard guard = {0};
    comparing c = {.action = action, .found = slot->base, .shared = is_shared(action)};
    aimp_arena_init(&c.arena, f->allocator, &guard, 4096);
    const aim_code code = aimp_guard_run(&guard, compare, &c);
    aimp_arena_free(&c.arena);
    return !code && c.same;
}
