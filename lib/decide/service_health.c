/* The components of a service, in their order. Rules: spec/status.md section 4, model-resolution.md section 9,
 * template-selection.md section 7, caching.md section 10. */
#include <string.h>

#include "decide/component.h"

const char *aimp_component_state(const aimp_component *c) {
    if (c->state) return c->state;
    switch (c->error.category) {
    case AIMP_C_NONE: return "Ready";
    case AIMP_C_AUTH:
    case AIMP_C_EXHAUSTION:
    case AIMP_C_INVALID_SPEC: return "Failed";
    case AIMP_C_MISSING_UPSTREAM:
    case AIMP_C_INFRASTRUCTURE: return "Degraded";
    case AIMP_C_MISSING_DOWNSTREAM:
    case AIMP_C_UNKNOWN: break;
    }
    return "Progressing";
}

const char *aimp_component_reason(const aimp_component *c) {
    if (c->reason) return c->reason;
    return c->error.reason ? c->error.reason : "Ready";
}

const char *aimp_component_message(const aimp_component *c) {
    return aimp_or_empty(c->message ? c->message : c->error.message);
}

bool aimp_component_is_listed(const aimp_component *c, const char *const *names) {
    for (; *names; names++) {
        if (aimp_equal(c->name, *names)) return true;
    }
    return false;
}

aimp_component aimp_error_component(const char *name, aimp_failure failure, aimp_dependency dependency) {
    return (aimp_component){.name = name, .error = failure, .dependency = dependency};
}

void aimp_add_component(aimp_health *health, aimp_component c) {
    health->components[health->count++] = c;
}

static aimp_component component(const char *name, const char *state, const char *reason, const char *message,
                                aimp_dependency dependency) {
    return (aimp_component){
        .name = name, .state = state, .reason = reason, .message = message, .dependency = dependency};
}

static aimp_component failed(const aimp_pass *pass, const char *name, const aimp_failure *failure) {
    aimp_component c = component(name, "Failed", failure->reason, failure->message, AIMP_UPSTREAM);
    bool waits = pass->rules->status_follows_the_seed && failure->category == AIMP_C_MISSING_UPSTREAM; /* S-21 */
    if (waits)
        c.state = "Pending";
    else
        c.error = *failure;
    return c;
}

static bool is_recorded(const aimp_pass *pass, const char *field) {
    return pass->seen.inference_service.object && aimp_get(pass->status, field);
}

/* --- Model --- */

static aimp_component model_by_status(aimp_pass *pass, const aimp_object *model) {
    const char *kind = aimp_kind_of(model->kind)->kind, *status = model->state;
    bool bad = strcmp(status, "Failed") == 0 || strcmp(status, "Degraded") == 0;
    if (strcmp(status, "Ready") == 0)
        return component("Model", "Ready", "ModelResolved",
                         aimp_format(pass->arena, "%s %s is ready", kind, model->name), AIMP_UPSTREAM);
    bool usable = pass->rules->degraded_model_is_usable && strcmp(status, "Degraded") == 0 &&
                  aimp_is_ready(pass->template_.object);
    if (usable)
        return component("Model", "Ready", "ModelResolved",
                         aimp_format(pass->arena, "%s %s is degraded, the chosen template is ready", kind, model->name),
                         AIMP_UPSTREAM);
    const char *message = bad ? aimp_format(pass->arena, "%s %s is in state %s", kind, model->name, status)
                              : aimp_format(pass->arena, "%s %s is not ready yet%s%s%s", kind, model->name,
                                            *status ? " (" : "", status, *status ? ")" : "");
    return component("Model", bad ? "Failed" : "Progressing", "ModelNotReady", message, AIMP_UPSTREAM);
}

static aimp_component model_health(aimp_pass *pass) {
    const aimp_resolution *r = &pass->model;
    if (r->create) return component("Model", "Pending", "CreatingModel", r->message, AIMP_DOWNSTREAM);
    if (aimp_failed(&r->create_failure)) return failed(pass, "Model", &r->create_failure);
    if (aimp_failed(&r->ns.failure)) return failed(pass, "Model", &r->ns.failure);
    if (r->ns.object) return model_by_status(pass, r->ns.object);
    if (aimp_failed(&r->cluster.failure)) return failed(pass, "Model", &r->cluster.failure);
    if (r->cluster.object) return model_by_status(pass, r->cluster.object);
    if (is_recorded(pass, "resolvedModel"))
        return component("Model", "Ready", "ModelResolved", "the recorded model is kept", AIMP_UPSTREAM);
    return component("Model", "Pending", "ModelNotFound", "no model is resolved", AIMP_UPSTREAM);
}

/* --- Template --- */

static aimp_component template_by_status(aimp_pass *pass, const aimp_object *object) {
    static const struct {
        const char *status, *state, *text;
    } table[] = {{"Ready", "Ready", "is ready"},
                 {"NotAvailable", "NotAvailable", "is not available: the cluster has no matching GPU"},
                 {"Failed", "Failed", "has failed"},
                 {"Degraded", "Failed", "is degraded"}};
    const char *state = "Progressing", *text = "is not ready yet";
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].status, object->state) == 0) state = table[i].state, text = table[i].text;
    }
    const char *message = aimp_format(pass->arena, "%s %s %s", aimp_kind_of(object->kind)->kind, object->name, text);
    bool ready = strcmp(state, "Ready") == 0;
    return component("Template", state, ready ? "Resolved" : "TemplateNotReady", message, AIMP_UPSTREAM);
}

/* differences.md S-30, S-32: why each candidate lost, within what a condition may hold. */
static const char *evaluations(aimp_pass *pass) {
    const size_t most = 30000;
    const aimp_selection *s = &pass->template_;
    aimp_text text = aimp_text_new(pass->arena);
    if (!pass->rules->status_follows_the_seed) return NULL;
    for (size_t i = 0; i < s->candidate_count && text.size < most; i++) {
        const aimp_candidate *c = &s->candidates[i];
        if (c->verdict == AIM_VERDICT_CHOSEN || !c->findings.last) continue;
        aimp_text_add_format(&text, "%s%s: %s", text.size ? "; " : "", c->object->name,
                             aimp_or_empty(c->findings.last->message));
    }
    return text.size ? aimp_text_string(&text) : NULL;
}

static aimp_component unresolved_template(aimp_pass *pass, const char *state, const char *reason) {
    const char *message = aimp_or_empty(pass->template_.message);
    aimp_component c =
        component("Template", state, reason, *message ? message : "no template is resolved", AIMP_UPSTREAM);
    c.details = evaluations(pass);
    return c;
}

static aimp_component template_health(aimp_pass *pass) {
    const aimp_selection *s = &pass->template_;
    const bool surfaces = pass->rules->status_follows_the_seed;
    if (aimp_failed(&s->ns.failure)) return failed(pass, "Template", &s->ns.failure);
    if (s->ns.object) return template_by_status(pass, s->ns.object);
    if (s->cluster.object) return template_by_status(pass, s->cluster.object);
    if (surfaces && aimp_failed(&s->cluster.failure)) return failed(pass, "Template", &s->cluster.failure);
    if (aimp_failed(&s->selection_failure)) return failed(pass, "Template", &s->selection_failure);
    if (s->not_ready) return unresolved_template(pass, "Progressing", "TemplateNotReady");
    if (is_recorded(pass, "resolvedTemplate"))
        return component("Template", "Ready", "Resolved", "the recorded template is kept", AIMP_UPSTREAM);
    bool ambiguous = surfaces && s->outcome == AIM_TEMPLATE_AMBIGUOUS;
    return unresolved_template(pass, "Pending", ambiguous ? "TemplateSelectionAmbiguous" : "TemplateNotFound");
}

/* --- RuntimeConfig --- */

static bool runtime_config_health(aimp_pass *pass, aimp_component *out) {
    const aimp_runtime_config *config = &pass->config;
    if (aimp_failed(&config->failure)) {
        *out = (aimp_component){.name = "RuntimeConfig", .error = config->failure, .dependency = AIMP_UPSTREAM};
        if (pass->rules->status_follows_the_seed && config->failure.category == AIMP_C_MISSING_UPSTREAM)
            out->state = "Failed";
        return true;
    }
    *out = component("RuntimeConfig", "Ready", "RuntimeConfigResolved", "the runtime configuration is resolved",
                     AIMP_UPSTREAM);
    return config->merged != NULL;
}

/* --- Cache --- */

static bool mounts_a_claim(const aimp_pass *pass) {
    const aimp_object *isvc = pass->seen.inference_service.object;
    const aimp_node *volumes = isvc ? aimp_at(isvc->spec, "predictor", "volumes", NULL) : NULL;
    for (size_t i = 0; i < aimp_count(volumes); i++) {
        const aimp_node *volume = aimp_item(volumes, i);
        if (aimp_get(volume, "persistentVolumeClaim") && !aimp_equal(aimp_get_text(volume, "name"), "dshm"))
            return true;
    }
    return false;
}

static bool is_serving(const aimp_pass *pass) {
    const aimp_object *isvc = pass->seen.inference_service.object;
    const aimp_node *ready = isvc ? aimp_condition_of(aimp_get(isvc->status, "conditions"), "Ready") : NULL;
    return aimp_equal(aimp_get_text(ready, "status"), "True");
}

/* differences.md S-36: a source without a size from any origin. */
static bool size_problem(aimp_pass *pass, aimp_component *out) {
    const aimp_cache *cache = &pass->cache;
    if (!pass->rules->sizes_are_required || !cache->sizeless || aimp_is_ready(cache->found.object)) return false;
    const char *failed = NULL; /* the first source whose size could not be found out */
    for (size_t i = 0; i < cache->source_count && !failed; i++) {
        const aimp_object *artifact = cache->sources[i].artifact;
        if (!cache->sources[i].size_bytes && artifact && strcmp(artifact->state, "Failed") == 0)
            failed = cache->sources[i].model_id;
    }
    *out = component("Cache", failed ? "Failed" : "Progressing", "StorageSizeError",
                     aimp_format(pass->arena, "the size of model source %s %s", failed ? failed : cache->sizeless,
                                 failed ? "could not be found out" : "is not known yet"),
                     AIMP_DOWNSTREAM);
    return true;
}

static aimp_component existing_cache(aimp_pass *pass, const aimp_object *cache) {
    const char *status = cache->state, *name = cache->name;
    aimp_arena *a = pass->arena;
    if (strcmp(status, "Ready") == 0)
        return component("Cache", "Ready", "CacheReady", aimp_format(a, "cache %s is ready", name), AIMP_DOWNSTREAM);
    aimp_component size;
    bool has_size_problem = size_problem(pass, &size);
    if (has_size_problem && strcmp(size.state, "Failed") == 0) return size;
    if (strcmp(status, "Failed") == 0) {
        bool serves = pass->rules->failed_cache_degrades && is_serving(pass); /* S-23 */
        return component("Cache", serves ? "Degraded" : "Failed", "CacheFailed",
                         aimp_format(a, "cache %s has failed", name), AIMP_DOWNSTREAM);
    }
    if (has_size_problem) return size;
    if (strcmp(status, "Progressing") == 0)
        return component("Cache", "Progressing", "CacheNotReady", aimp_format(a, "cache %s is being filled", name),
                         AIMP_DOWNSTREAM);
    if (pass->rules->failed_cache_degrades && *status) /* B-28 */
        return component("Cache", strcmp(status, "Degraded") == 0 ? "Degraded" : "Progressing", "CacheNotReady",
                         aimp_format(a, "cache %s is %s", name, status), AIMP_DOWNSTREAM);
    return component("Cache", "Progressing", "CacheCreating",
                     aimp_format(a, "cache %s is %s", name, *status ? status : "without a status yet"),
                     AIMP_DOWNSTREAM);
}

static aimp_component cache_health(aimp_pass *pass) {
    const aimp_cache *cache = &pass->cache;
    if (cache->found.object) return existing_cache(pass, cache->found.object);
    if (pass->rules->cache_read_errors_count && aimp_failed(&cache->found.failure)) {
        aimp_component c =
            component("Cache", NULL, cache->found.failure.reason, cache->found.failure.message, AIMP_DOWNSTREAM);
        c.error = cache->found.failure;
        return c;
    }
    if (mounts_a_claim(pass))
        return component("Cache", "Degraded", cache->dedicated ? "CacheCreating" : "CacheLost",
                         "the cache of the running service is gone; it is made again", AIMP_DOWNSTREAM);
    aimp_component size;
    if (size_problem(pass, &size)) return size;
    return component("Cache", "Progressing", "CacheCreating", "the template cache does not exist yet", AIMP_DOWNSTREAM);
}

/* --- all --- */

static void assess(aimp_pass *pass, aimp_health *health) {
    const bool nameless = !pass->rules->status_follows_the_seed; /* B-33 */
    const aimp_observation *seen = &pass->seen;
    aimp_component config;
    health->count = 0;
    aimp_add_component(health, model_health(pass));
    aimp_add_component(health, template_health(pass));
    if (runtime_config_health(pass, &config)) aimp_add_component(health, config);
    aimp_add_component(health, aimp_inference_service_health(pass));
    bool pods_unknown = pass->rules->absent_kinds_are_unknown && !seen->pods.error && !seen->pods_known; /* B-77 */
    if (seen->looked_at_pods && !pods_unknown)
        aimp_add_component(health, aimp_pods_health(pass, "InferenceServicePods", &seen->pods));
    aimp_add_component(health, cache_health(pass));
    if (pass->routing.enabled)
        aimp_add_component(health, aimp_route_health(pass));
    else if (nameless)
        aimp_add_component(health, (aimp_component){0});
    if (aimp_pass_is_autoscaled(pass))
        aimp_add_component(health, aimp_hpa_health(pass));
    else if (nameless)
        aimp_add_component(health, (aimp_component){0});
}

static const char *const components[] = {
    "Model", "Template", "RuntimeConfig", "InferenceService", "InferenceServicePods", "Cache", "HTTPRoute",
    "HPA",   NULL};
static const char *const gates[] = {"Model", "Template", "RuntimeConfig", "InferenceService", "Cache", NULL};

const aimp_health_rules aimp_service_health = {components, gates, true, assess, NULL, aimp_compose_service_status};
