/* One reconcile of an object as a function, whatever its kind: decide, then list what is applied and deleted, in order,
 * as far as the state engine allows. Rules: spec/rendering.md section 1, spec/status.md section 1; differences.md B-35,
 * B-57. */
#include "plan/object_plan.h"

#include <string.h>

#include "base/sort.h"

const aimp_plan_kind *aimp_plan_kind_of(aimp_kind kind) {
    static const aimp_plan_kind *const kinds[] = {&aimp_service_plans, &aimp_template_cache_plans,
                                                  &aimp_artifact_plans};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i]->kind == kind) return kinds[i];
    }
    return NULL;
}

/* --- actions --- */

void aimp_actions_add(aimp_pass *pass, aimp_actions *actions, const aimp_node *object, bool owned) {
    const char *api_version = aimp_or_empty(aimp_get_text(object, "apiVersion")),
               *kind = aimp_or_empty(aimp_get_text(object, "kind"));
    const char *slash = strchr(api_version, '/');
    aimp_action action = {.owned = owned,
                          .object = object,
                          .ns = aimp_text_at(object, "metadata", "namespace", NULL),
                          .name = aimp_text_at(object, "metadata", "name", NULL)};
    action.kind = aimp_kind_named(kind);
    action.sort_key = aimp_format(pass->arena, "%s%s, Kind=%s", slash ? "" : "/", api_version, kind);
    if (actions->count == actions->capacity) {
        size_t capacity = actions->capacity ? actions->capacity * 2 : 8;
        actions->items =
            aimp_take_more(pass->arena, actions->items, actions->capacity * sizeof action, capacity * sizeof action);
        actions->capacity = capacity;
    }
    actions->items[actions->count++] = action;
}

/* differences.md B-57: an object of that name that is somebody else's is left alone. */
static bool collides(aimp_pass *pass, aimp_kind kind, const char *name) {
    if (!pass->rules->collisions_are_seen) return false;
    const aimp_object *existing = aimp_pass_get(pass, kind, pass->ns, name).object;
    if (!aimp_pass_collides(pass, existing)) return false;
    aimp_pass_hold(pass, existing);
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_NAME_COLLISION, AIM_SEVERITY_ERROR, existing);
    f->pointer = "/metadata/ownerReferences";
    f->message = aimp_format(pass->arena, "%s %s exists and belongs to another owner; nothing is applied to it",
                             aimp_kind_of(kind)->kind, name);
    return true;
}

void aimp_plan_apply(aimp_plan *plan, aimp_kind kind, const aimp_node *object, bool owned) {
    aimp_parent parent = aimp_pass_parent(&plan->pass);
    if (owned && collides(&plan->pass, kind, aimp_or_empty(aimp_text_at(object, "metadata", "name", NULL)))) return;
    aimp_actions_add(&plan->pass, &plan->apply, aimp_with_parent(&plan->pass, object, &parent, owned), owned);
}

void aimp_plan_remove(aimp_plan *plan, const aimp_object *object) {
    const char *uid = plan->pass.uid;
    aimp_pass_hold(&plan->pass, object);
    aimp_actions_add(&plan->pass, &plan->remove, object->root, *uid && aimp_object_is_owned_by(object, uid));
    aimp_action *action = &plan->remove.items[plan->remove.count - 1];
    action->uid = object->uid;
    action->ns = object->ns;
}

void aimp_plan_remove_owned(aimp_plan *plan, const aimp_object *object) {
    if (object && *plan->pass.uid && aimp_object_is_owned_by(object, plan->pass.uid)) aimp_plan_remove(plan, object);
}

/* Section 1.2: owned first, then by kind, namespace and name. */
static int by_order(const void *left, const void *right) {
    const aimp_action *a = left, *b = right;
    if (a->owned != b->owned) return a->owned ? -1 : 1;
    int order = strcmp(a->sort_key, b->sort_key);
    if (!order) order = strcmp(aimp_or_empty(a->ns), aimp_or_empty(b->ns));
    return order ? order : strcmp(aimp_or_empty(a->name), aimp_or_empty(b->name));
}

/* --- what may be applied --- */

/* differences.md B-35: only what an object is made from gates it; a route only gates itself. */
static bool gates_everything(const aimp_health *health, const aimp_component *c) {
    if (!aimp_failed(&c->error) || !aimp_component_is_listed(c, health->rules->gates)) return false;
    return c->error.category != AIMP_C_EXHAUSTION && c->error.category != AIMP_C_MISSING_DOWNSTREAM;
}

static void gate(aimp_plan *plan) {
    bool open = plan->health.may_apply;
    if (plan->pass.rules->status_follows_the_seed) {
        open = true;
        for (size_t i = 0; i < plan->health.count; i++)
            open = open && !gates_everything(&plan->health, &plan->health.components[i]);
    }
    if (!open) plan->apply.count = 0;
    if (!open) plan->remove.count = 0;
}

void aimp_note_issues(aimp_pass *pass, const aimp_object *object) {
    for (const aimp_issue *i = object ? object->issues : NULL; i; i = i->next) {
        if (i->kind != AIMP_ISSUE_VALUE) continue;
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_VALUE_NOT_ALLOWED, AIM_SEVERITY_WARNING, object);
        f->pointer = aimp_copy_string(pass->arena, i->pointer);
        f->actual = i->actual ? aimp_copy_string(pass->arena, i->actual) : NULL;
        f->wanted = i->wanted ? aimp_copy_string(pass->arena, i->wanted) : NULL;
        f->message = aimp_format(pass->arena, "%s %s", *i->pointer ? i->pointer : "/", i->message);
    }
}

/* --- the pass --- */

static bool is_left_alone(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    if (!plan->paused && !plan->deleting) return false;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_PAUSED, AIM_SEVERITY_WARNING, pass->object);
    f->pointer =
        plan->paused ? "/metadata/annotations/aim.eai.amd.com~1reconciliation-paused" : "/metadata/deletionTimestamp";
    f->message = plan->paused
                     ? "reconciliation is paused by an annotation: nothing is decided"
                     : aimp_format(pass->arena, "the %s is being deleted: nothing is applied", plan->kind->noun);
    pass->model.outcome = AIM_MODEL_NONE;
    pass->template_.outcome = AIM_TEMPLATE_NONE;
    return true;
}

/* The status stays as it was recorded. */
static void keep_status(aimp_plan *plan) {
    plan->health.status = plan->pass.status;
    plan->health.root = aimp_or_empty(plan->pass.object->state);
}

static bool waits_for_finalizer(const aimp_plan *plan) {
    return plan->add_finalizer && plan->kind->finalizer_comes_alone;
}

/* What this pass would do is for the one after it. */
static void put_off(aimp_plan *plan) {
    aimp_actions all = plan->apply;
    for (size_t i = 0; i < plan->later.count; i++)
        aimp_actions_add(&plan->pass, &all, plan->later.items[i].object, plan->later.items[i].owned);
    plan->later = all;
    plan->apply = plan->remove = (aimp_actions){0};
    keep_status(plan);
}

int64_t aimp_plan_requeue(const aimp_plan *plan) {
    if (waits_for_finalizer(plan)) return 0;
    if (plan->paused || plan->deleting || plan->health.retry || !plan->kind->poll_seconds) return -1;
    return aimp_equal(plan->health.root, "Progressing") ? plan->kind->poll_seconds : -1;
}

static void begin(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    plan->kind = aimp_plan_kind_of(pass->object->kind);
    plan->health.rules = plan->kind->health;
    plan->manager = aimp_format(pass->arena, "aim-%s-controller", aimp_kind_of(pass->object->kind)->controller);
    plan->paused =
        aimp_equal(aimp_get_text(pass->object->annotations, AIMP_AIM_GROUP "/reconciliation-paused"), "true");
    plan->deleting = aimp_get_text(pass->object->metadata, "deletionTimestamp") != NULL;
}

void aimp_plan_object(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    begin(plan);
    aimp_plan_finalizer(plan);
    if (is_left_alone(plan)) {
        keep_status(plan);
        return;
    }
    plan->kind->list(plan);
    aimp_sort(pass->arena, plan->apply.items, plan->apply.count, sizeof *plan->apply.items, by_order);
    plan->health.rules->assess(pass, &plan->health);
    aimp_run_state_engine(pass, &plan->health);
    plan->health.rules->compose(pass, &plan->health);
    gate(plan);
    plan->kind->follow(plan);
    if (waits_for_finalizer(plan)) put_off(plan);
}
