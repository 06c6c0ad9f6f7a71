/* The components and the status of a template cache. Rules: spec/caching.md section 4.4, spec/status.md section 10;
 * where the documented behaviour differs, spec/differences.md S-18 and B-78. */
#include <string.h>

#include "decide/component.h"

aimp_component aimp_config_health(aimp_pass *pass) {
    const aimp_runtime_config *config = &pass->config;
    if (aimp_failed(&config->failure)) {
        aimp_component c = aimp_error_component("RuntimeConfig", config->failure, AIMP_UPSTREAM);
        if (pass->rules->status_follows_the_seed && config->failure.category == AIMP_C_MISSING_UPSTREAM)
            c.state = "Failed";
        return c;
    }
    return (aimp_component){.name = "RuntimeConfig",
                            .state = "Ready",
                            .reason = config->object ? "ConfigFound" : "DefaultConfigNotFound",
                            .message = config->object ? "the runtime configuration is found"
                                                      : "there is no default runtime configuration",
                            .dependency = AIMP_UPSTREAM};
}

/* --- ServiceTemplate --- */

static aimp_component template_health(aimp_pass *pass) {
    const aimp_object *t = pass->template_.object;
    aimp_component c = aimp_error_component("ServiceTemplate", pass->template_.ns.failure, AIMP_UPSTREAM);
    if (!t) {
        if (pass->rules->status_follows_the_seed && c.error.category == AIMP_C_MISSING_UPSTREAM) c.state = "Failed";
        if (c.error.category == AIMP_C_MISSING_UPSTREAM)
            c.message = aimp_format(pass->arena, "template %s does not exist in scope %s",
                                    aimp_or_empty(aimp_get_text(pass->spec, "templateName")),
                                    aimp_or_empty(aimp_get_text(pass->spec, "templateScope")));
        return c;
    }
    const aimp_node *ready = aimp_condition_of(aimp_get(t->status, "conditions"), "Ready");
    if (!ready) {
        c.state = *t->state ? t->state : NULL;
        c.reason = "ResourceFound";
        c.message = aimp_format(pass->arena, "template %s is %s", t->name, *t->state ? t->state : "without a status");
        return c;
    }
    const char *status = aimp_or_empty(aimp_get_text(ready, "status"));
    c.state = strcmp(status, "True") == 0 ? "Ready" : strcmp(status, "False") == 0 ? t->state : "Progressing";
    if (!*c.state) c.state = "Failed";
    c.reason = aimp_or_empty(aimp_get_text(ready, "reason"));
    c.message = aimp_or_empty(aimp_get_text(ready, "message"));
    return c;
}

/* --- Artifacts --- */

/* The reference keeps one artifact for each model id, the last one (S-18). */
static bool is_counted(const aimp_pass *pass, size_t index) {
    const aimp_cache *cache = &pass->cache;
    if (!cache->sources[index].artifact) return false;
    for (size_t i = index + 1; !pass->rules->sources_count_by_themselves && i < cache->source_count; i++) {
        if (cache->sources[i].artifact && strcmp(cache->sources[i].model_id, cache->sources[index].model_id) == 0)
            return false;
    }
    return true;
}

typedef struct tally {
    size_t missing;
    const aimp_object *worst; /* NULL: no artifact is there */
} tally;

static tally count_artifacts(const aimp_pass *pass) {
    tally t = {0, NULL};
    for (size_t i = 0; i < pass->cache.source_count; i++) {
        const aimp_object *artifact = pass->cache.sources[i].artifact;
        if (!artifact) t.missing++;
        if (!is_counted(pass, i)) continue;
        if (!t.worst || aimp_state_rank(artifact->state) < aimp_state_rank(t.worst->state)) t.worst = artifact;
    }
    return t;
}

static aimp_component artifacts(const char *state, const char *reason, const char *message) {
    return (aimp_component){
        .name = "Artifacts", .state = state, .reason = reason, .message = message, .dependency = AIMP_DOWNSTREAM};
}

/* What the worst artifact says of itself; by the reference nothing when it has no Ready condition (B-78). */
static void take_over(aimp_pass *pass, const aimp_object *artifact, aimp_component *c) {
    const aimp_node *ready = aimp_condition_of(aimp_get(artifact->status, "conditions"), "Ready");
    const char *why = aimp_or_empty(aimp_get_text(ready, "message"));
    c->reason = ready                                ? aimp_or_empty(aimp_get_text(ready, "reason"))
                : pass->rules->waiting_caches_say_so ? "CachesNotReady"
                                                     : NULL;
    c->message = aimp_format(pass->arena, "one or more caches are not ready: artifact %s%s%s", artifact->name,
                             *why ? ": " : " is ", *why ? why : artifact->state);
}

static aimp_component artifacts_health(aimp_pass *pass, const tally *t) {
    aimp_component c;
    if (t->missing) {
        bool ready = !t->worst || aimp_is_ready(t->worst);
        c = artifacts(
            ready ? "Progressing" : t->worst->state, "CreatingCaches",
            aimp_format(pass->arena, "%zu of %zu artifacts have to be created", t->missing, pass->cache.source_count));
    } else if (!t->worst) {
        bool nothing = pass->template_.object && aimp_is_ready(pass->template_.object);
        c = artifacts(nothing ? "Ready" : "Progressing", "NoCaches",
                      nothing ? "the template names no model sources: there is nothing to cache"
                              : "no model sources are known yet");
    } else {
        c = artifacts(t->worst->state, "AllCachesReady", "every artifact is ready");
        if (!aimp_is_ready(t->worst)) take_over(pass, t->worst, &c);
    }
    c.error = pass->cache.artifacts_failure;
    if (aimp_failed(&c.error) && pass->rules->cache_read_errors_count) c.reason = c.message = NULL; /* B-27 */
    return c;
}

static void assess(aimp_pass *pass, aimp_health *health) {
    tally t = count_artifacts(pass);
    health->count = 0;
    aimp_add_component(health, aimp_config_health(pass));
    aimp_add_component(health, template_health(pass));
    if (t.missing || t.worst || pass->rules->empty_caches_are_ready)
        aimp_add_component(health, artifacts_health(pass, &t));
}

/* The condition follows the artifacts also where an unreachable dependency would have kept it. */
static void decorate(aimp_pass *pass, aimp_health *health) {
    tally t = count_artifacts(pass);
    aimp_component c = artifacts_health(pass, &t);
    bool ready =
        strcmp(aimp_component_state(&c), "Ready") == 0 && (t.missing || t.worst || pass->rules->empty_caches_are_ready);
    if (aimp_failed(&c.error) && !c.reason) return;
    aimp_set_condition(health, "ArtifactsReady", ready ? "True" : "False", aimp_component_reason(&c),
                       aimp_component_message(&c));
}

/* --- status --- */

static const aimp_node *artifact_entry(aimp_arena *a, const aimp_cache_source *s) {
    const char *claim = aimp_get_text(s->artifact->status, "persistentVolumeClaim");
    return aimp_map_of(a, "uid", aimp_string(a, s->artifact->uid), "name", aimp_string(a, s->artifact->name), "model",
                       aimp_string(a, s->model_id), "status", aimp_string(a, s->artifact->state),
                       "persistentVolumeClaim", aimp_string_or_none(a, claim), NULL);
}

static void compose(aimp_pass *pass, aimp_health *health) {
    aimp_arena *a = pass->arena;
    tally t = count_artifacts(pass);
    health->status = aimp_status_base(pass, health);
    if (t.missing || !t.worst) return; /* what was reported stays */
    const aimp_node *map = aimp_map_from(a, NULL, 0);
    for (size_t i = 0; i < pass->cache.source_count; i++) {
        const aimp_cache_source *s = &pass->cache.sources[i];
        if (is_counted(pass, i)) map = aimp_map_with(a, map, s->artifact->name, artifact_entry(a, s));
    }
    health->status = aimp_map_with(a, health->status, "artifacts", map);
}

static const char *const components[] = {"RuntimeConfig", "ServiceTemplate", "Artifacts", NULL};

const aimp_health_rules aimp_template_cache_health = {components, components, false, assess, decorate, compose};
