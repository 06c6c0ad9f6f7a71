/* What the health of the parts means for somebody who asks why: findings with the place to look at. */
#include <string.h>

#include "decide/component.h"

static bool is_pull_reason(const char *reason) {
    return strcmp(reason, "ImagePullAuthFailure") == 0 || strcmp(reason, "ImageNotFound") == 0 ||
           strcmp(reason, "ImagePullBackOff") == 0;
}

static aimp_finding *note(aimp_pass *pass, aimp_reason reason, int32_t severity, const aimp_object *about,
                          const aimp_component *c) {
    aimp_finding *f = aimp_pass_note(pass, reason, severity, about);
    f->pointer = "/status";
    f->actual = aimp_component_reason(c);
    f->message = aimp_component_message(c);
    return f;
}

static void note_pods(aimp_pass *pass, const aimp_component *c) {
    static const char *const harmless[] = {"NoPods", "PodsStarting", "PodsProgressing", "PodsPending", "Pulling"};
    const char *reason = aimp_component_reason(c);
    const aimp_object *about = pass->seen.inference_service.object;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        if (strcmp(reason, harmless[i]) == 0) return;
    }
    if (is_pull_reason(reason)) {
        note(pass, AIMP_R_IMAGE_PULL, AIM_SEVERITY_WARNING, about, c)->remedy.text =
            strcmp(reason, "ImageNotFound") == 0 ? "check the image of the model"
                                                 : "check imagePullSecrets of the service, its template and its model";
        return;
    }
    bool failed = strcmp(aimp_component_state(c), "Failed") == 0 || c->error.category != AIMP_C_NONE;
    note(pass, failed ? AIMP_R_POD_FAILED : AIMP_R_POD_BLOCKED, failed ? AIM_SEVERITY_ERROR : AIM_SEVERITY_WARNING,
         about, c);
}

/* The artifact that failed says why. */
static void note_cache(aimp_pass *pass, const aimp_component *c) {
    const aimp_object *cache = pass->cache.found.object;
    if (!cache || strcmp(aimp_component_reason(c), "CacheFailed") != 0) return;
    aimp_finding *f = note(pass, AIMP_R_CACHE_FAILED, AIM_SEVERITY_ERROR, cache, c);
    f->remedy.text = "see the artifact; delete the cache to start again";
    for (size_t i = 0; i < pass->cache.source_count; i++) {
        const aimp_object *artifact = pass->cache.sources[i].artifact;
        if (!artifact || strcmp(artifact->state, "Failed") != 0) continue;
        const aimp_node *ready = aimp_condition_of(aimp_get(artifact->status, "conditions"), "Ready");
        const char *why = aimp_or_empty(aimp_get_text(ready, "message"));
        f->message = aimp_format(pass->arena, "%s: artifact %s %s%s", f->message, artifact->name,
                                 *why ? "says: " : "failed", why);
        return;
    }
}

static bool is_failed(const aimp_component *c) {
    return strcmp(aimp_component_state(c), "Failed") == 0;
}

void aimp_note_health(aimp_pass *pass, const aimp_health *health) {
    const aimp_observation *seen = &pass->seen;
    for (size_t i = 0; i < health->count; i++) {
        const aimp_component *c = &health->components[i];
        if (!c->name || strcmp(aimp_component_state(c), "Ready") == 0) continue;
        if (strcmp(c->name, "InferenceServicePods") == 0)
            note_pods(pass, c);
        else if (strcmp(c->name, "Cache") == 0)
            note_cache(pass, c);
        else if (strcmp(c->name, "InferenceService") == 0 && is_failed(c) && seen->inference_service.object)
            note(pass, AIMP_R_RUNTIME_FAILED, AIM_SEVERITY_ERROR, seen->inference_service.object, c);
        else if (strcmp(c->name, "HTTPRoute") == 0 && is_failed(c) && seen->route.object && !pass->routing.problem)
            note(pass, AIMP_R_ROUTE_REFUSED, AIM_SEVERITY_ERROR, seen->route.object, c);
        else if (strcmp(c->name, "HPA") == 0 && is_failed(c) && seen->hpa.object)
            note(pass, AIMP_R_SCALING_FAILED, AIM_SEVERITY_ERROR, seen->hpa.object, c);
    }
    if (pass->model.object && strcmp(pass->model.object->state, "Degraded") == 0 &&
        pass->rules->degraded_model_is_usable && aimp_is_ready(pass->template_.object))
        aimp_pass_note(pass, AIMP_R_MODEL_DEGRADED, AIM_SEVERITY_INFO, pass->model.object)->message = aimp_format(
            pass->arena, "model %s is degraded; the chosen template is ready, so it is used", pass->model.object->name);
}
