/* The plan of a service: decide, then list what is applied and deleted. Rules: spec/rendering.md section 1,
 * spec/caching.md section 5; differences.md B-29, B-53. */
#include "plan/object_plan.h"

#include <string.h>

#include "kube/object_name.h"

void aimp_decide_service(aimp_pass *pass) {
    aimp_pass_resolve_config(pass);
    aimp_pass_observe(pass);
    aimp_pass_resolve_model(pass);
    aimp_pass_resolve_template(pass);
    aimp_pass_plan_cache(pass);
}

static void plan_route(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    if (!pass->routing.enabled) return;
    if (!pass->routing.gateway) {
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_GATEWAY_MISSING, AIM_SEVERITY_ERROR, pass->object);
        f->pointer = "/spec/routing/gatewayRef";
        f->wanted = "a Gateway";
        f->message = "routing is enabled but neither the service nor its runtime configuration names a gateway";
        f->remedy.text = "set spec.routing.gatewayRef, or routing.gatewayRef in the runtime config";
        return;
    }
    const char *problem = NULL;
    const aimp_node *route = aimp_render_http_route(pass, &problem);
    bool path_needs_uid = aimp_pass_lacks_uid(pass) && !*pass->routing.path_template;
    if (!problem && !path_needs_uid) aimp_plan_apply(plan, AIMP_HTTP_ROUTE, route, true);
    if (!problem) return; /* a route whose default path is not final follows later */
    pass->routing.problem = problem;
    bool duration = aimp_starts_with(problem, "requestTimeout");
    aimp_finding *f = aimp_pass_note(pass, duration ? AIMP_R_DURATION_INVALID : AIMP_R_PATH_TEMPLATE_INVALID,
                                     AIM_SEVERITY_ERROR, pass->object);
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

static void plan_derived(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    const aimp_selection *s = &pass->template_;
    if (pass->rules->explicit_base_is_found) {
        if (s->derive_from)
            aimp_plan_apply(plan, AIMP_TEMPLATE, aimp_render_derived_template(pass, s->derive_from, s->derived_name),
                            !pass->rules->derived_is_unowned);
        return;
    }
    const aimp_object *base = s->ns.object;
    if (!base || !aimp_get(pass->spec, "overrides") || base->facts.template_facts.derived) return;
    const char *name = aimp_derived_template_name(pass->arena, base->name, aimp_get(pass->spec, "overrides"));
    aimp_plan_apply(plan, AIMP_TEMPLATE, aimp_render_derived_template(pass, base, name), true);
}

static void list_objects(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    if (pass->model.create) aimp_plan_apply(plan, AIMP_MODEL, aimp_render_image_model(pass), false);
    plan_route(plan);
    const aimp_object *chosen = pass->template_.object;
    if (pass->template_.derive_from || (chosen && *chosen->name && aimp_is_ready(chosen))) plan_derived(plan);
    if (!chosen || !*chosen->name || !aimp_is_ready(chosen)) return;
    if (pass->cache.create && pass->cache.name)
        aimp_plan_apply(plan, AIMP_TEMPLATE_CACHE, aimp_render_template_cache(pass), pass->cache.dedicated);
    if (may_serve(pass)) aimp_plan_apply(plan, AIMP_INFERENCE_SERVICE, aimp_render_inference_service(pass), true);
}

/* --- deletions (differences.md B-53): only what is owned by this very service, by UID --- */

/* Derived templates of this model that this service owns and no longer leads to. */
static void remove_derived(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    const aimp_object *model = pass->model.object;
    if (!model) return;
    aimp_listing templates = aimp_pass_list(pass, AIMP_TEMPLATE, AIMP_BY_MODEL_NAME, pass->ns, model->name);
    for (size_t i = 0; i < templates.count; i++) {
        const aimp_object *object = templates.items[i];
        bool wanted = object == pass->template_.object || aimp_equal(object->name, pass->template_.derived_name);
        if (object->facts.template_facts.derived && !wanted) aimp_plan_remove_owned(plan, object);
    }
}

static void remove_cache(aimp_plan *plan, const char *name) {
    aimp_pass *pass = &plan->pass;
    const aimp_object *cache = *name ? aimp_pass_get(pass, AIMP_TEMPLATE_CACHE, pass->ns, name).object : NULL;
    bool dedicated = cache && aimp_equal(aimp_get_text(cache->spec, "mode"), "Dedicated");
    if (dedicated && cache != pass->cache.found.object) aimp_plan_remove_owned(plan, cache);
}

/* The Dedicated cache that the status records, or of the chosen template, once another one is Ready: what runs is
 * mounted from it until then. */
static void remove_dedicated(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    const aimp_object *chosen = pass->template_.object;
    if (!chosen || !aimp_is_ready(pass->cache.found.object)) return;
    const char *recorded = aimp_or_empty(aimp_text_at(pass->status, "cache", "templateCacheRef", "name", NULL));
    const char *own = aimp_dedicated_cache_name(pass->arena, chosen->name, pass->name, pass->uid);
    remove_cache(plan, recorded);
    if (strcmp(own, recorded) != 0) remove_cache(plan, own);
}

static void list_deletions(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    if (!pass->rules->unwanted_objects_are_deleted) return;
    remove_derived(plan);
    if (!pass->routing.enabled) {
        aimp_pass_note_read(pass, AIMP_HTTP_ROUTE, pass->ns, pass->seen.route_name);
        aimp_plan_remove_owned(plan,
                               aimp_cluster_object(pass->cluster, AIMP_HTTP_ROUTE, pass->ns, pass->seen.route_name));
    }
    remove_dedicated(plan);
}

/* --- remarks --- */

static void note_uid(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    bool owned = false;
    for (size_t i = 0; i < plan->apply.count; i++)
        owned = owned || plan->apply.items[i].owned;
    for (size_t i = 0; i < plan->later.count; i++)
        owned = owned || plan->later.items[i].owned;
    if (!aimp_pass_lacks_uid(pass) || !owned) return;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_UID_UNKNOWN, AIM_SEVERITY_INFO, pass->object);
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
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_IGNORED_FIELD, AIM_SEVERITY_WARNING, pass->object);
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
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_HEADROOM_IGNORED, AIM_SEVERITY_WARNING, pass->object);
    f->pointer = "/spec/storage/pvcHeadroomPercent";
    f->message = "spec.storage.pvcHeadroomPercent has no effect on a Shared cache: set it in the runtime config";
}

/* differences.md B-29: a Shared cache that another service uses, or will use, stays. */
static bool is_in_use(aimp_plan *plan, const aimp_object *cache) {
    aimp_pass *pass = &plan->pass;
    const char *template_name = aimp_or_empty(aimp_get_text(cache->spec, "templateName"));
    if (!pass->rules->shared_objects_in_use_stay || aimp_object_is_owned_by(cache, pass->uid)) return false;
    if (aimp_object_has_owner(cache)) return true; /* somebody else's */
    aimp_listing services = aimp_pass_list(pass, AIMP_SERVICE, AIMP_INDEX_COUNT, pass->ns, NULL);
    if (services.error) return true;
    for (size_t i = 0; i < services.count; i++) {
        const aimp_object *other = services.items[i];
        if (other == pass->object || aimp_get(other->metadata, "deletionTimestamp")) continue;
        if (aimp_equal(aimp_text_at(other->status, "cache", "templateCacheRef", "name", NULL), cache->name) ||
            aimp_equal(aimp_text_at(other->status, "resolvedTemplate", "name", NULL), template_name) ||
            aimp_equal(aimp_text_at(other->spec, "template", "name", NULL), template_name))
            return true;
    }
    return false;
}

void aimp_plan_service(aimp_plan *plan) {
    aimp_decide_service(&plan->pass);
    list_objects(plan);
    list_deletions(plan);
}

static void follow(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    aimp_plan_later(plan);
    aimp_pass_check_capacity(pass);
    aimp_note_health(pass, &plan->health);
    note_uid(plan);
    note_ignored(pass);
    aimp_note_issues(pass, pass->object);
    if (pass->template_.object) aimp_note_issues(pass, pass->template_.object);
}

const aimp_plan_kind aimp_service_plans = {.kind = AIMP_SERVICE,
                                           .noun = "service",
                                           .list = aimp_plan_service,
                                           .follow = follow,
                                           .health = &aimp_service_health,
                                           .finalizer = AIMP_AIM_GROUP "/template-cache-cleanup",
                                           .cleaned = AIMP_TEMPLATE_CACHE,
                                           .cleaned_label = AIMP_AIM_GROUP "/service",
                                           .stays = is_in_use};
