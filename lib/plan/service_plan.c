/* One reconcile of a service as a function: decide, then list what is applied and deleted, in order, as far as the
 * state engine allows. Rules: spec/rendering.md section 1, spec/status.md section 1; differences.md B-35, B-53, B-57.
 */
#include "plan/service_plan.h"

#include <string.h>

#include "base/sort.h"
#include "kube/object_name.h"

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

void aimp_decide_service(aimp_pass *pass) {
    aimp_pass_resolve_config(pass);
    aimp_pass_observe(pass);
    aimp_pass_resolve_model(pass);
    aimp_pass_resolve_template(pass);
    aimp_pass_plan_cache(pass);
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

static void apply(aimp_service_plan *plan, aimp_kind kind, const aimp_node *object, bool owned) {
    aimp_parent parent = aimp_service_parent(&plan->pass);
    if (owned && collides(&plan->pass, kind, aimp_or_empty(aimp_text_at(object, "metadata", "name", NULL)))) return;
    aimp_actions_add(&plan->pass, &plan->apply, aimp_with_parent(&plan->pass, object, &parent, owned), owned);
}

static void plan_route(aimp_service_plan *plan) {
    aimp_pass *pass = &plan->pass;
    if (!pass->routing.enabled) return;
    if (!pass->routing.gateway) {
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_GATEWAY_MISSING, AIM_SEVERITY_ERROR, pass->service);
        f->pointer = "/spec/routing/gatewayRef";
        f->wanted = "a Gateway";
        f->message = "routing is enabled but neither the service nor its runtime configuration names a gateway";
        f->remedy.text = "set spec.routing.gatewayRef, or routing.gatewayRef in the runtime config";
        return;
    }
    const char *problem = NULL;
    const aimp_node *route = aimp_render_http_route(pass, &problem);
    bool path_needs_uid = aimp_pass_lacks_uid(pass) && !*pass->routing.path_template;
    if (!problem && !path_needs_uid) apply(plan, AIMP_HTTP_ROUTE, route, true);
    if (!problem) return; /* a route whose default path is not final follows later */
    pass->routing.problem = problem;
    bool duration = aimp_starts_with(problem, "requestTimeout");
    aimp_finding *f = aimp_pass_note(pass, duration ? AIMP_R_DURATION_INVALID : AIMP_R_PATH_TEMPLATE_INVALID,
                                     AIM_SEVERITY_ERROR, pass->service);
    f->pointer = duration ? "/spec/routing/requestTimeout" : "/spec/routing/pathTemplate";
    f->actual = duration ? NULL : pass->routing.path_template;
    f->message = aimp_format(pass->arena, "no route is applied: %s", problem);
}

/* Section 2.1: an existing InferenceService is always rendered again; a new one needs a Ready model and a Ready cache.
 */
static bool may_serve(const aimp_pass *pass) {
    if (!pass->seen.inference_service_name) return false;
    if (pass->seen.inference_service.object) return true;
    const aimp_object *model = pass->model.object;
    bool usable = aimp_is_ready(model) ||
                  (pass->rules->degraded_model_is_usable && model && strcmp(model->state, "Degraded") == 0);
    return usable && aimp_is_ready(pass->cache.found.object);
}

static void plan_derived(aimp_service_plan *plan) {
    aimp_pass *pass = &plan->pass;
    const aimp_selection *s = &pass->template_;
    if (pass->rules->explicit_base_is_found) {
        if (s->derive_from)
            apply(plan, AIMP_TEMPLATE, aimp_render_derived_template(pass, s->derive_from, s->derived_name),
                  !pass->rules->derived_is_unowned);
        return;
    }
    const aimp_object *base = s->ns.object;
    if (!base || !aimp_get(pass->spec, "overrides") || base->facts.template_facts.derived) return;
    const char *name = aimp_derived_template_name(pass->arena, base->name, aimp_get(pass->spec, "overrides"));
    apply(plan, AIMP_TEMPLATE, aimp_render_derived_template(pass, base, name), true);
}

static void list_objects(aimp_service_plan *plan) {
    aimp_pass *pass = &plan->pass;
    if (pass->model.create) apply(plan, AIMP_MODEL, aimp_render_image_model(pass), false);
    plan_route(plan);
    const aimp_object *chosen = pass->template_.object;
    if (pass->template_.derive_from || (chosen && *chosen->name && aimp_is_ready(chosen))) plan_derived(plan);
    if (!chosen || !*chosen->name || !aimp_is_ready(chosen)) return;
    if (pass->cache.create && pass->cache.name)
        apply(plan, AIMP_TEMPLATE_CACHE, aimp_render_template_cache(pass), pass->cache.dedicated);
    if (may_serve(pass)) apply(plan, AIMP_INFERENCE_SERVICE, aimp_render_inference_service(pass), true);
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

/* differences.md B-35: only what a service is made from gates it; its route only gates itself. */
static bool gates_everything(const aimp_component *c) {
    static const char *const names[] = {"Model", "Template", "RuntimeConfig", "InferenceService", "Cache"};
    if (!aimp_failed(&c->error)) return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (aimp_equal(c->name, names[i]))
            return c->error.category != AIMP_C_EXHAUSTION && c->error.category != AIMP_C_MISSING_DOWNSTREAM;
    }
    return false;
}

static void gate(aimp_service_plan *plan) {
    bool open = plan->health.may_apply;
    if (plan->pass.rules->status_follows_the_seed) {
        open = true;
        for (size_t i = 0; i < plan->health.count; i++)
            open = open && !gates_everything(&plan->health.components[i]);
    }
    if (!open) plan->apply.count = 0;
    if (!open) plan->remove.count = 0;
}

/* --- deletions (differences.md B-53): only what is owned by this very service, by UID --- */

static void remove_object(aimp_service_plan *plan, const aimp_object *object) {
    if (!object || !*plan->pass.uid || !aimp_object_is_owned_by(object, plan->pass.uid)) return;
    aimp_pass_hold(&plan->pass, object);
    aimp_actions_add(&plan->pass, &plan->remove, object->root, true);
    plan->remove.items[plan->remove.count - 1].uid = object->uid;
}

/* Derived templates of this model that this service owns and no longer leads to. */
static void remove_derived(aimp_service_plan *plan) {
    aimp_pass *pass = &plan->pass;
    const aimp_object *model = pass->model.object;
    if (!model) return;
    aimp_listing templates = aimp_pass_list(pass, AIMP_TEMPLATE, AIMP_BY_MODEL_NAME, pass->ns, model->name);
    for (size_t i = 0; i < templates.count; i++) {
        const aimp_object *object = templates.items[i];
        bool wanted = object == pass->template_.object || aimp_equal(object->name, pass->template_.derived_name);
        if (object->facts.template_facts.derived && !wanted) remove_object(plan, object);
    }
}

static void remove_cache(aimp_service_plan *plan, const char *name) {
    aimp_pass *pass = &plan->pass;
    const aimp_object *cache = *name ? aimp_pass_get(pass, AIMP_TEMPLATE_CACHE, pass->ns, name).object : NULL;
    bool dedicated = cache && aimp_equal(aimp_get_text(cache->spec, "mode"), "Dedicated");
    if (dedicated && cache != pass->cache.found.object) remove_object(plan, cache);
}

/* The Dedicated cache that the status records, or of the chosen template, once another one is Ready: what runs is
 * mounted from it until then. */
static void remove_dedicated(aimp_service_plan *plan) {
    aimp_pass *pass = &plan->pass;
    const aimp_object *chosen = pass->template_.object;
    if (!chosen || !aimp_is_ready(pass->cache.found.object)) return;
    const char *recorded = aimp_or_empty(aimp_text_at(pass->status, "cache", "templateCacheRef", "name", NULL));
    const char *own = aimp_dedicated_cache_name(pass->arena, chosen->name, pass->name, pass->uid);
    remove_cache(plan, recorded);
    if (strcmp(own, recorded) != 0) remove_cache(plan, own);
}

static void list_deletions(aimp_service_plan *plan) {
    aimp_pass *pass = &plan->pass;
    if (!pass->rules->unwanted_objects_are_deleted) return;
    remove_derived(plan);
    if (!pass->routing.enabled) {
        aimp_pass_note_read(pass, AIMP_HTTP_ROUTE, pass->ns, pass->seen.route_name);
        remove_object(plan, aimp_cluster_object(pass->cluster, AIMP_HTTP_ROUTE, pass->ns, pass->seen.route_name));
    }
    remove_dedicated(plan);
}

/* --- remarks --- */

static void note_uid(aimp_service_plan *plan) {
    aimp_pass *pass = &plan->pass;
    bool owned = false;
    for (size_t i = 0; i < plan->apply.count; i++)
        owned = owned || plan->apply.items[i].owned;
    for (size_t i = 0; i < plan->later.count; i++)
        owned = owned || plan->later.items[i].owned;
    if (!aimp_pass_lacks_uid(pass) || !owned) return;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_UID_UNKNOWN, AIM_SEVERITY_INFO, pass->service);
    f->pointer = "/metadata/uid";
    f->message = pass->cache.dedicated ? "the service has no UID yet: owner references are left out, and its Dedicated "
                                         "cache follows once it can be named"
                                       : "the service has no UID yet: owner references are left out";
}

static void note_ignored(aimp_pass *pass) {
    static const struct {
        const char *path[3];
        const char *pointer, *why;
    } ignored[] = {
        {{"cacheModel", NULL, NULL},
         "/spec/cacheModel",
         "spec.cacheModel is deprecated and has no effect: use spec.caching.mode"},
    };
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
        if (!aimp_at(pass->spec, ignored[i].path[0], ignored[i].path[1], NULL)) continue;
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_IGNORED_FIELD, AIM_SEVERITY_WARNING, pass->service);
        f->pointer = ignored[i].pointer;
        f->message = ignored[i].why;
    }
    if (aimp_get(aimp_get(pass->config.merged, "model"), "autoDiscovery")) { /* B-72 */
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_IGNORED_FIELD, AIM_SEVERITY_INFO, pass->config.object);
        f->pointer = "/spec/model/autoDiscovery";
        f->message = "model.autoDiscovery of the runtime configuration has no effect";
    }
    bool shared_headroom = !pass->cache.dedicated && pass->rules->service_headroom_counts;
    int64_t percent = 10;
    aimp_integer_of(aimp_at(pass->spec, "storage", "pvcHeadroomPercent", NULL), &percent);
    if (!shared_headroom || percent == 10) return;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_HEADROOM_IGNORED, AIM_SEVERITY_WARNING, pass->service);
    f->pointer = "/spec/storage/pvcHeadroomPercent";
    f->message = "spec.storage.pvcHeadroomPercent has no effect on a Shared cache: set it in the runtime config";
}

static void note_issues(aimp_pass *pass, const aimp_object *object) {
    for (const aimp_issue *i = object ? object->issues : NULL; i; i = i->next) {
        if (i->kind != AIMP_ISSUE_VALUE) continue;
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_VALUE_NOT_ALLOWED, AIM_SEVERITY_WARNING, object);
        f->pointer = aimp_copy_string(pass->arena, i->pointer);
        f->actual = i->actual ? aimp_copy_string(pass->arena, i->actual) : NULL;
        f->wanted = i->wanted ? aimp_copy_string(pass->arena, i->wanted) : NULL;
        f->message = aimp_format(pass->arena, "%s %s", *i->pointer ? i->pointer : "/", i->message);
    }
}

static bool is_left_alone(aimp_service_plan *plan) {
    aimp_pass *pass = &plan->pass;
    plan->paused =
        aimp_equal(aimp_get_text(pass->service->annotations, AIMP_AIM_GROUP "/reconciliation-paused"), "true");
    plan->deleting = aimp_get_text(pass->service->metadata, "deletionTimestamp") != NULL;
    if (!plan->paused && !plan->deleting) return false;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_PAUSED, AIM_SEVERITY_WARNING, pass->service);
    f->pointer =
        plan->paused ? "/metadata/annotations/aim.eai.amd.com~1reconciliation-paused" : "/metadata/deletionTimestamp";
    f->message = plan->paused ? "reconciliation is paused by an annotation: nothing is decided"
                              : "the service is being deleted: nothing is applied";
    pass->model.outcome = AIM_MODEL_NONE;
    pass->template_.outcome = AIM_TEMPLATE_NONE;
    plan->health.status = pass->status;
    plan->health.root = aimp_or_empty(pass->service->state);
    return true;
}

void aimp_plan_service(aimp_service_plan *plan) {
    aimp_pass *pass = &plan->pass;
    if (is_left_alone(plan)) return;
    aimp_decide_service(pass);
    list_objects(plan);
    list_deletions(plan);
    aimp_sort(pass->arena, plan->apply.items, plan->apply.count, sizeof *plan->apply.items, by_order);
    aimp_assess_components(pass, &plan->health);
    aimp_run_state_engine(pass, &plan->health);
    aimp_compose_status(pass, &plan->health);
    gate(plan);
    aimp_plan_later(plan);
    aimp_pass_check_capacity(pass);
    aimp_note_health(pass, &plan->health);
    note_uid(plan);
    note_ignored(pass);
    note_issues(pass, pass->service);
    if (pass->template_.object) note_issues(pass, pass->template_.object);
}
