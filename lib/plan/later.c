/* What follows once the objects of a plan exist: artifacts from the cache controller, claims and jobs from the artifact
 * controller, the InferenceService from a later pass. An object whose name depends on a UID that nobody has given out
 * yet is announced without a name. Rules: spec/caching.md sections 4 and 6. */
#include <string.h>

#include "plan/object_plan.h"

static aimp_parent parent_of(const aimp_pass *pass, aimp_kind kind, const aimp_node *object, const char *uid) {
    return (aimp_parent){kind, aimp_or_empty(aimp_text_at(object, "metadata", "name", NULL)), uid,
                         aimp_at(object, "metadata", "labels", NULL), pass->config.merged};
}

/* Claims and jobs of one source; artifact: the existing or the announced one. */
static void follow_artifact(aimp_plan *plan, const aimp_cache_source *s, const aimp_node *artifact) {
    aimp_pass *pass = &plan->pass;
    const char *uid = s->artifact && *s->artifact->uid ? s->artifact->uid : NULL;
    aimp_parent parent = parent_of(pass, AIMP_ARTIFACT, artifact, aimp_or_empty(uid));
    bool has_claim = s->artifact && !aimp_is_empty(aimp_get_text(s->artifact->status, "persistentVolumeClaim"));
    if (!s->size_bytes) {
        aimp_actions_add(pass, &plan->later, aimp_with_parent(pass, aimp_render_size_job(pass, s, uid), &parent, true),
                         true);
        return; /* the size of the claim is only known afterwards */
    }
    if (!has_claim)
        aimp_actions_add(pass, &plan->later, aimp_with_parent(pass, aimp_render_claim(pass, s, uid), &parent, true),
                         true);
    aimp_actions_add(pass, &plan->later, aimp_with_parent(pass, aimp_render_download_job(pass, s, uid), &parent, true),
                     true);
}

static bool is_applied(const aimp_plan *plan, aimp_kind kind, const char *name) {
    for (size_t i = 0; i < plan->apply.count; i++) {
        const aimp_action *action = &plan->apply.items[i];
        if (action->kind == kind && (!name || aimp_equal(action->name, name))) return true;
    }
    return false;
}

static void follow_cache(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    aimp_cache *cache = &pass->cache;
    aimp_parent service = aimp_pass_parent(pass);
    const aimp_object *existing = cache->found.object;
    const aimp_node *cache_object =
        existing ? existing->root
                 : aimp_with_parent(pass, aimp_render_template_cache(pass), &service, cache->dedicated);
    aimp_parent parent = parent_of(pass, AIMP_TEMPLATE_CACHE, cache_object, existing ? existing->uid : "");
    if (!cache->name) aimp_actions_add(pass, &plan->later, cache_object, true);
    size_t missing = 0;
    for (size_t i = 0; i < cache->source_count; i++) {
        const aimp_cache_source *s = &cache->sources[i];
        const aimp_node *artifact = s->artifact ? s->artifact->root : NULL;
        if (!artifact) {
            artifact = aimp_with_parent(pass, aimp_render_artifact(pass, i, missing++), &parent, cache->dedicated);
            if (!s->artifact_name || !is_applied(plan, AIMP_ARTIFACT, s->artifact_name))
                aimp_actions_add(pass, &plan->later, artifact, cache->dedicated);
        }
        if (!aimp_is_ready(s->artifact)) follow_artifact(plan, s, artifact);
    }
}

void aimp_plan_cache_later(aimp_plan *plan) {
    follow_cache(plan);
}

static void add_unless_applied(aimp_plan *plan, aimp_kind kind, const aimp_node *object) {
    aimp_pass *pass = &plan->pass;
    aimp_parent artifact = aimp_pass_parent(pass);
    if (!is_applied(plan, kind, aimp_text_at(object, "metadata", "name", NULL)))
        aimp_actions_add(pass, &plan->later, aimp_with_parent(pass, object, &artifact, true), true);
}

void aimp_plan_artifact_later(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    const aimp_artifact_seen *seen = &pass->artifact;
    const aimp_cache_source *s = &pass->cache.sources[0];
    const char *uid = aimp_pass_lacks_uid(pass) ? NULL : pass->uid;
    if (!seen->size_bytes) {
        if (!seen->size_job.job.object) add_unless_applied(plan, AIMP_JOB, aimp_render_size_job(pass, s, uid));
        return;
    }
    if (!seen->claim.object) add_unless_applied(plan, AIMP_CLAIM, aimp_render_claim(pass, s, uid));
    if (!seen->is_ready && !seen->download_job.job.object)
        add_unless_applied(plan, AIMP_JOB, aimp_render_download_job(pass, s, uid));
}

void aimp_plan_later(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    aimp_parent service = aimp_pass_parent(pass);
    bool route_waits =
        pass->routing.enabled && pass->routing.gateway && aimp_pass_lacks_uid(pass) && !*pass->routing.path_template;
    const char *problem = NULL;
    if (route_waits)
        aimp_actions_add(pass, &plan->later,
                         aimp_with_parent(pass, aimp_render_http_route(pass, &problem), &service, true), true);
    if (!aimp_is_ready(pass->template_.object)) return;
    if (pass->cache.source_count && !aimp_is_ready(pass->cache.found.object)) follow_cache(plan);
    bool will_serve = !pass->seen.inference_service.object && pass->seen.inference_service_name &&
                      !is_applied(plan, AIMP_INFERENCE_SERVICE, NULL) && pass->cache.source_count && pass->model.object;
    if (!will_serve) return;
    aimp_actions_add(pass, &plan->later, aimp_with_parent(pass, aimp_render_inference_service(pass), &service, true),
                     true);
}
