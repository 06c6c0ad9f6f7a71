/* The actions of a plan beside the objects that they meet. */
#include "plan/diff.h"

#include <string.h>

#include "base/buffer.h"
#include "doc/writer.h"
#include "plan/answer.h"

struct aim_diff {
    aim_context *context;
    aimp_arena arena;
    aimp_changes changes;
    aimp_change **listed;
};

void aimp_changes_add(aimp_arena *arena, aimp_changes *changes, aimp_change change) {
    aimp_change *added = aimp_take(arena, sizeof *added);
    *added = change;
    *changes->last = added;
    changes->last = &added->next;
    changes->count++;
}

typedef struct comparing {
    aim_diff *diff;
    const aimp_plan *plan;
    const aim_cluster *cluster;
} comparing;

/* What the cluster holds; what somebody wants to apply on top does not count. */
static const aimp_node *found_object(const comparing *c, const aimp_action *action) {
    const aimp_slot *slot =
        action->name ? aimp_tables_find(&c->cluster->tables, action->kind, action->ns, action->name) : NULL;
    return slot && slot->base ? slot->base->root : NULL;
}

static const char *copied(aimp_arena *arena, const char *text) {
    return text ? aimp_copy_string(arena, text) : NULL;
}

/* Copied: the diff outlives plan and cluster. */
static aimp_changed changed_by(const comparing *c, const aimp_action *action) {
    aimp_arena *arena = &c->diff->arena;
    return (aimp_changed){aimp_object_title(arena, action->kind, action->ns, action->name), action->kind,
                          copied(arena, action->ns), copied(arena, action->name)};
}

static void compare_deletion(comparing *c, const aimp_action *action) {
    aimp_arena *arena = &c->diff->arena;
    if (!found_object(c, action)) return;
    aimp_changes_add(arena, &c->diff->changes,
                     (aimp_change){.operation = AIM_CHANGE_DELETE,
                                   .object = changed_by(c, action),
                                   .pointer = "",
                                   .effect = aimp_effect_of(action->kind, AIM_CHANGE_DELETE, "")});
}

static void compare_application(comparing *c, const aimp_action *action) {
    aimp_arena *arena = &c->diff->arena;
    const aimp_changed object = changed_by(c, action);
    const aimp_node *found = found_object(c, action);
    if (found) {
        aimp_diff_objects(arena, &c->diff->changes, &object, found, action->object);
        return;
    }
    const char *effect = aimp_effect_of(action->kind, AIM_CHANGE_CREATE, "");
    if (!c->cluster->kinds[action->kind].known)
        effect = aimp_format(arena, "%s; the input holds no %s at all, so it may exist already", effect,
                             aimp_kind_of(action->kind)->kind);
    aimp_changes_add(arena, &c->diff->changes,
                     (aimp_change){.operation = AIM_CHANGE_CREATE,
                                   .object = object,
                                   .pointer = "",
                                   .after = aimp_node_copy(arena, action->object),
                                   .effect = effect});
}

static const char *json_of(aimp_arena *arena, const aimp_node *node) {
    return node ? aimp_json_text(arena, node) : NULL;
}

static void publish(aim_diff *diff) {
    diff->listed = aimp_take_array(&diff->arena, diff->changes.count, sizeof *diff->listed);
    size_t count = 0;
    for (aimp_change *c = diff->changes.first; c; c = c->next) {
        diff->listed[count++] = c;
        c->shown = (aim_change){.struct_size = sizeof c->shown,
                                .operation = c->operation,
                                .object = c->object.title,
                                .kind = aimp_kind_of(c->object.kind)->kind,
                                .ns = c->object.ns,
                                .name = c->object.name,
                                .pointer = c->pointer,
                                .before = json_of(&diff->arena, c->before),
                                .after = json_of(&diff->arena, c->after),
                                .effect = c->effect};
    }
}

static void compare(void *arg) {
    comparing *c = arg;
    aimp_changes *changes = &c->diff->changes;
    changes->last = &changes->first;
    changes->subject = aimp_node_copy(&c->diff->arena, aimp_plan_subject(c->plan, &c->diff->arena));
    changes->is_service = c->plan->kind->kind == AIMP_SERVICE;
    changes->title = aimp_plan_title(c->plan, &c->diff->arena);
    const aimp_health *health = &c->plan->health;
    if (c->plan->paused) changes->blocked = "reconciliation is paused";
    if (c->plan->deleting)
        changes->blocked = aimp_format(&c->diff->arena, "the %s is being deleted", c->plan->kind->noun);
    for (size_t i = 0; !health->may_apply && i < health->condition_count; i++) {
        if (strcmp(health->conditions[i].type, "Ready") == 0)
            changes->blocked =
                aimp_format(&c->diff->arena, "%s: %s", aimp_or_empty(health->root), health->conditions[i].message);
    }
    for (size_t i = 0; i < c->plan->remove.count; i++)
        compare_deletion(c, &c->plan->remove.items[i]);
    for (size_t i = 0; i < c->plan->apply.count; i++)
        compare_application(c, &c->plan->apply.items[i]);
    publish(c->diff);
}

aim_code aim_diff_new(const aim_plan *plan, const aim_cluster *cluster, const aim_options *options, aim_diff **out,
                      aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!plan || !cluster || !out)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "plan, cluster or out is NULL");
    aim_context *context = cluster->context;
    aim_code code = aimp_options_check(options, &context->allocator, err);
    if (code) return code;
    aim_diff *diff = aimp_alloc(&context->allocator, sizeof *diff);
    if (!diff) return aimp_fail(err, &context->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    memset(diff, 0, sizeof *diff);
    aimp_context_retain(context);
    diff->context = context;
    aimp_guard guard = {.cancel = options ? options->cancel : NULL};
    aimp_arena_init(&diff->arena, &context->allocator, &guard, 8192);
    comparing c = {diff, &plan->answer->plan, cluster};
    code = aimp_guard_run(&guard, compare, &c);
    diff->arena.guard = NULL;
    if (code) {
        aim_diff_free(diff);
        return aimp_fail_guard(err, &context->allocator, &guard);
    }
    *out = diff;
    return AIM_OK;
}

void aim_diff_free(aim_diff *diff) {
    if (!diff) return;
    aim_context *context = diff->context;
    aimp_arena_free(&diff->arena);
    aimp_release(&context->allocator, diff, sizeof *diff);
    aim_context_free(context);
}

size_t aim_diff_count(const aim_diff *diff) {
    return diff ? diff->changes.count : 0;
}

aim_code aim_diff_at(const aim_diff *diff, size_t index, aim_change *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !diff) return code ? code : AIM_E_ARGUMENT;
    if (index >= diff->changes.count) return AIM_E_NOT_FOUND;
    aimp_struct_fill(out, &diff->listed[index]->shown, sizeof *out);
    return AIM_OK;
}

typedef struct rendering {
    const aim_diff *diff;
    int32_t format;
    bool color;
} rendering;

static void write_rendering(aimp_text *out, void *arg) {
    const rendering *r = arg;
    aimp_write_diff(&r->diff->changes, r->format, r->color, out);
}

static aim_code write_diff(const aim_diff *diff, int32_t format, uint32_t flags, const aim_sink *sink, aim_buffer **out,
                           aim_error **err) {
    aim_code code = aimp_check_output(diff ? diff->context : NULL, sink, out, err);
    if (code) return code;
    bool known = format == AIM_FORMAT_TEXT || format == AIM_FORMAT_JSON || format == AIM_FORMAT_MARKDOWN;
    if (!known || (flags & ~AIM_RENDER_COLOR))
        return aimp_fail(err, &diff->context->allocator, AIM_E_ARGUMENT, NULL, "unknown format or flags");
    rendering r = {diff, format, (flags & AIM_RENDER_COLOR) != 0};
    return aimp_write_out(diff->context, write_rendering, &r, sink, out, err);
}

aim_code aim_diff_render(const aim_diff *diff, int32_t format, uint32_t flags, aim_buffer **out, aim_error **err) {
    return write_diff(diff, format, flags, NULL, out, err);
}

aim_code aim_diff_write(const aim_diff *diff, int32_t format, uint32_t flags, const aim_sink *sink, aim_error **err) {
    return write_diff(diff, format, flags, sink, NULL, err);
}
