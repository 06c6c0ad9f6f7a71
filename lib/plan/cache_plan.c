/* The plan of a template cache: an artifact for each source that has none. Rules: spec/caching.md section 4;
 * differences.md B-29. */
#include <string.h>

#include "plan/object_plan.h"

static void list_artifacts(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    aimp_pass_resolve_config(pass);
    aimp_pass_fill_cache(pass);
    size_t missing = 0;
    for (size_t i = 0; i < pass->cache.source_count; i++) {
        if (pass->cache.sources[i].artifact) continue;
        aimp_plan_apply(plan, AIMP_ARTIFACT, aimp_render_artifact(pass, i, missing++), pass->cache.dedicated);
    }
}

/* Which artifact keeps the cache from being Ready, and what it says. */
static void note_artifacts(aimp_pass *pass) {
    for (size_t i = 0; i < pass->cache.source_count; i++) {
        const aimp_object *artifact = pass->cache.sources[i].artifact;
        if (!artifact || (strcmp(artifact->state, "Failed") != 0 && strcmp(artifact->state, "Degraded") != 0)) continue;
        const aimp_node *ready = aimp_condition_of(aimp_get(artifact->status, "conditions"), "Ready");
        const char *why = aimp_or_empty(aimp_get_text(ready, "message"));
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_CACHE_FAILED, AIM_SEVERITY_ERROR, artifact);
        f->pointer = "/status";
        f->actual = artifact->state;
        f->message = aimp_format(pass->arena, "artifact %s of model source %s is %s%s%s", artifact->name,
                                 pass->cache.sources[i].model_id, artifact->state, *why ? ": " : "", why);
        f->remedy.text = "see the plan of the artifact; its failed job goes by itself, and a new one follows";
    }
}

static void note_template(aimp_pass *pass) {
    const aimp_object *t = pass->template_.object;
    const char *name = aimp_or_empty(aimp_get_text(pass->spec, "templateName"));
    if (!t && pass->template_.ns.failure.category == AIMP_C_MISSING_UPSTREAM) {
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_TEMPLATE_NOT_FOUND, AIM_SEVERITY_ERROR, pass->object);
        f->pointer = "/spec/templateName";
        f->actual = name;
        f->message = aimp_format(pass->arena, "template %s does not exist in scope %s", name,
                                 aimp_or_empty(aimp_get_text(pass->spec, "templateScope")));
    }
    if (!t || pass->cache.source_count) return;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_NO_SOURCES, AIM_SEVERITY_WARNING, t);
    f->pointer = "/status/modelSources";
    f->message = aimp_format(pass->arena, "template %s names no model sources: there is nothing to cache", t->name);
}

static void follow(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    aimp_plan_cache_later(plan);
    note_template(pass);
    note_artifacts(pass);
    aimp_note_issues(pass, pass->object);
}

/* differences.md B-29: an artifact that another cache takes, or would take, stays. */
static bool is_in_use(aimp_plan *plan, const aimp_object *artifact) {
    aimp_pass *pass = &plan->pass;
    if (!pass->rules->shared_objects_in_use_stay || (*pass->uid && aimp_object_is_owned_by(artifact, pass->uid)))
        return false;
    if (aimp_object_has_owner(artifact)) return true; /* somebody else's */
    aimp_listing caches = aimp_pass_list(pass, AIMP_TEMPLATE_CACHE, AIMP_INDEX_COUNT, pass->ns, NULL);
    if (caches.error) return true;
    for (size_t i = 0; i < caches.count; i++) {
        const aimp_object *other = caches.items[i];
        if (other == pass->object || aimp_get(other->metadata, "deletionTimestamp")) continue;
        if (aimp_cache_wants(pass, other, artifact)) return true;
    }
    return false;
}

const aimp_plan_kind aimp_template_cache_plans = {.kind = AIMP_TEMPLATE_CACHE,
                                                  .noun = "template cache",
                                                  .list = list_artifacts,
                                                  .follow = follow,
                                                  .health = &aimp_template_cache_health,
                                                  .finalizer = AIMP_AIM_GROUP "/artifactcleanup",
                                                  .finalizer_comes_alone = true,
                                                  .cleaned = AIMP_ARTIFACT,
                                                  .cleaned_label = AIMP_AIM_GROUP "/template-cache.name",
                                                  .stays = is_in_use};
