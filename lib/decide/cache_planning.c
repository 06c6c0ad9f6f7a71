/* Which template cache a service uses, which one it would make, and what that means in artifacts, claims and bytes; and
 * the same of a template cache that is there. Rules: spec/caching.md; seed "Caching". */
#include <string.h>

#include "decide/pass.h"
#include "kube/object_name.h"
#include "kube/quantity.h"

static bool wants_dedicated(const aimp_pass *pass) {
    const char *mode = aimp_or_empty(aimp_text_at(pass->spec, "caching", "mode", NULL));
    return strcmp(mode, "Dedicated") == 0 || strcmp(mode, "Never") == 0;
}

static bool is_usable(const aimp_pass *pass, const aimp_object *cache) {
    bool dedicated = aimp_equal(aimp_get_text(cache->spec, "mode"), "Dedicated");
    if (!pass->cache.dedicated) return !dedicated && aimp_equal(aimp_get_text(cache->spec, "mode"), "Shared");
    return dedicated && aimp_object_is_owned_by(cache, pass->uid);
}

/* spec/resources.md section 1.1 */
int aimp_state_rank(const char *state) {
    static const char *const order[] = {"Failed",   "NotAvailable", "Degraded", "Pending",
                                        "Starting", "Progressing",  "Ready",    "Running"};
    for (int i = 0; i < 8; i++) {
        if (strcmp(order[i], state) == 0) return i;
    }
    return 0;
}

static bool scope_fits(const aimp_pass *pass, const aimp_object *cache) {
    if (!pass->rules->cache_scope_is_compared || !pass->template_.object) return true;
    const char *scope = aimp_or_empty(aimp_get_text(cache->spec, "templateScope"));
    return strcmp(scope, "Unknown") == 0 || strcmp(scope, pass->template_.object->ns ? "Namespace" : "Cluster") == 0;
}

static bool find_recorded(aimp_pass *pass, const char *template_name) {
    const aimp_node *record = aimp_at(pass->status, "cache", "templateCacheRef", NULL);
    const char *name = aimp_or_empty(aimp_get_text(record, "name"));
    if (!record) return false;
    const char *ns = aimp_get_text(record, "namespace");
    aimp_lookup found = aimp_pass_get(pass, AIMP_TEMPLATE_CACHE, aimp_is_empty(ns) ? pass->ns : ns, name);
    if (!found.object && found.error != AIMP_READ_NOT_FOUND) {
        pass->cache.found.failure = aimp_failure_of(found.error);
        return true;
    }
    if (!found.object || !aimp_is_ready(found.object) || !is_usable(pass, found.object)) return false;
    if (pass->rules->cache_follows_current_template &&
        !aimp_equal(aimp_get_text(found.object->spec, "templateName"), template_name))
        return false;
    if (!scope_fits(pass, found.object)) return false;
    pass->cache.found.object = found.object;
    return true;
}

static void find_dedicated(aimp_pass *pass, const char *template_name) {
    const char *name = aimp_dedicated_cache_name(pass->arena, template_name, pass->name, pass->uid);
    aimp_lookup found = aimp_pass_get(pass, AIMP_TEMPLATE_CACHE, pass->ns, name);
    if (!found.object && found.error != AIMP_READ_NOT_FOUND) pass->cache.found.failure = aimp_failure_of(found.error);
    if (found.object && is_usable(pass, found.object)) pass->cache.found.object = found.object;
}

static void find_shared(aimp_pass *pass, const char *template_name) {
    aimp_listing caches = aimp_pass_list(pass, AIMP_TEMPLATE_CACHE, AIMP_BY_TEMPLATE_NAME, pass->ns, template_name);
    if (caches.error) pass->cache.found.failure = aimp_failure_of(caches.error);
    const aimp_object *best = NULL;
    for (size_t i = 0; i < caches.count; i++) {
        const aimp_object *cache = caches.items[i];
        if (!is_usable(pass, cache)) continue;
        if (!scope_fits(pass, cache)) {
            aimp_finding *f = aimp_pass_note(pass, AIMP_R_CACHE_SCOPE, AIM_SEVERITY_WARNING, cache);
            f->pointer = "/spec/templateScope";
            f->message = aimp_format(
                pass->arena, "cache %s belongs to the template of the same name in the other scope", cache->name);
            continue;
        }
        if (!best || aimp_state_rank(cache->state) > aimp_state_rank(best->state)) best = cache;
    }
    pass->cache.found.object = best;
}

/* Section 2; the reference looks with the template that the last pass recorded. */
static void find_cache(aimp_pass *pass) {
    const char *recorded = aimp_or_empty(aimp_text_at(pass->status, "resolvedTemplate", "name", NULL));
    const char *current = pass->template_.object ? pass->template_.object->name : recorded;
    const char *template_name = pass->rules->cache_follows_current_template ? current : recorded;
    if (find_recorded(pass, template_name) || !*template_name) return;
    if (pass->cache.dedicated)
        find_dedicated(pass, template_name);
    else
        find_shared(pass, template_name);
}

static const char *storage_class(aimp_pass *pass) {
    const aimp_node *own = aimp_at(pass->spec, "storage", "defaultStorageClassName", NULL);
    return aimp_or_empty(own ? aimp_text_of(own)
                             : aimp_text_at(pass->config.merged, "storage", "defaultStorageClassName", NULL));
}

/* A Shared cache of the computed name that was not usable (B-26) is not written over. */
static bool is_taken(aimp_pass *pass, const char *template_name) {
    const char *name = aimp_shared_cache_name(pass->arena, template_name, pass->ns);
    const aimp_object *existing = aimp_pass_get(pass, AIMP_TEMPLATE_CACHE, pass->ns, name).object;
    return !pass->cache.dedicated && existing && !scope_fits(pass, existing);
}

static void note_storage_class(aimp_pass *pass) {
    const char *class = pass->cache.storage_class;
    if (!pass->cache.create || !*class || !pass->cluster->kinds[AIMP_STORAGE_CLASS].known) return;
    if (aimp_pass_get(pass, AIMP_STORAGE_CLASS, NULL, class).object) return;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_STORAGE_CLASS_MISSING, AIM_SEVERITY_WARNING, pass->object);
    f->pointer = "/spec/storage/defaultStorageClassName";
    f->actual = class;
    f->message = aimp_format(pass->arena, "storage class \"%s\" of the new cache does not exist", class);
}

/* Section 3 */
static void plan_creation(aimp_pass *pass) {
    aimp_cache *cache = &pass->cache;
    const aimp_object *t = pass->template_.object;
    cache->create = !cache->found.object && aimp_count(aimp_get(t->status, "modelSources")) > 0;
    if (pass->rules->cache_read_errors_count && aimp_failed(&cache->found.failure)) cache->create = false;
    cache->template_name = t->name;
    cache->template_scope = pass->template_.cluster.object ? "Cluster" : "Namespace";
    cache->storage_class = storage_class(pass);
    note_storage_class(pass);
    if (cache->create && pass->rules->cache_scope_is_compared && is_taken(pass, t->name)) cache->create = false;
    const aimp_node *env = aimp_get(t->spec, "env");
    if (t->ns) env = aimp_env_merge(pass->arena, env, aimp_at(t->spec, "caching", "env", NULL));
    cache->env = aimp_env_merge(pass->arena, env, aimp_get(pass->spec, "env"));
    bool nameless = cache->dedicated && aimp_pass_lacks_uid(pass);
    if (cache->create && !nameless)
        cache->name = cache->dedicated ? aimp_dedicated_cache_name(pass->arena, t->name, pass->name, pass->uid)
                                       : aimp_shared_cache_name(pass->arena, t->name, pass->ns);
}

/* Section 4.2: what a cache asks of an artifact beside its source; cache NULL: it does not exist yet. */
static bool artifact_fits(const aimp_object *artifact, const aimp_object *cache, bool dedicated, const char *class) {
    if (dedicated ? !cache || !*cache->uid || !aimp_object_is_owned_by(artifact, cache->uid)
                  : aimp_object_has_owner(artifact))
        return false;
    return !*class || strcmp(class, aimp_or_empty(aimp_get_text(artifact->spec, "storageClassName"))) == 0;
}

/* The artifact that the cache controller would take for a source. */
static const aimp_object *matching_artifact(aimp_pass *pass, const char *uri, const char *class) {
    aimp_listing artifacts = aimp_pass_list(pass, AIMP_ARTIFACT, AIMP_BY_SOURCE, pass->ns, uri);
    const aimp_object *best = NULL;
    if (artifacts.error) pass->cache.artifacts_failure = aimp_failure_of(artifacts.error);
    for (size_t i = 0; i < artifacts.count; i++) {
        const aimp_object *a = artifacts.items[i];
        if (!*a->state || !artifact_fits(a, pass->cache.found.object, pass->cache.dedicated, class)) continue;
        if (!best || aimp_state_rank(a->state) > aimp_state_rank(best->state)) best = a;
    }
    return best;
}

static int64_t size_of(const aimp_cache_source *s) {
    aimp_quantity quantity;
    int64_t discovered;
    if (aimp_quantity_of(aimp_get(s->source, "size"), &quantity) && aimp_quantity_value(&quantity) > 0)
        return aimp_quantity_value(&quantity);
    if (!s->artifact) return 0;
    if (aimp_quantity_of(aimp_get(s->artifact->spec, "size"), &quantity) && aimp_quantity_value(&quantity) > 0)
        return aimp_quantity_value(&quantity);
    return aimp_integer_of(aimp_get(s->artifact->status, "discoveredSizeBytes"), &discovered) && discovered > 0
               ? discovered
               : 0;
}

/* The service that a Dedicated cache or its artifact belongs to, or the service itself (differences.md B-21). */
static const aimp_object *service_of(aimp_pass *pass) {
    const aimp_object *object = pass->object;
    if (object->kind == AIMP_ARTIFACT) object = aimp_pass_owner(pass, object, AIMP_TEMPLATE_CACHE);
    if (object && object->kind == AIMP_TEMPLATE_CACHE) object = aimp_pass_owner(pass, object, AIMP_SERVICE);
    return object;
}

int64_t aimp_pass_headroom(aimp_pass *pass) {
    int64_t percent = 10;
    const aimp_node *merged = pass->config.merged, *own = NULL;
    if (pass->rules->service_headroom_counts && pass->cache.dedicated) {
        const aimp_object *service = service_of(pass);
        own = service ? aimp_at(service->spec, "storage", "pvcHeadroomPercent", NULL) : NULL;
    }
    if (!aimp_integer_of(aimp_at(merged, "storage", "pvcHeadroomPercent", NULL), &percent))
        aimp_integer_of(aimp_get(merged, "pvcHeadroomPercent"), &percent);
    if (own) aimp_integer_of(own, &percent);
    return percent;
}

static void describe_source(aimp_pass *pass, const aimp_node *source, const aimp_node *cache_env, const char *class,
                            int64_t percent, aimp_cache_source *s) {
    aimp_cache *cache = &pass->cache;
    s->source = source;
    s->model_id = aimp_or_empty(aimp_get_text(source, "modelId"));
    s->uri = aimp_or_empty(aimp_get_text(source, "sourceUri"));
    s->env = aimp_env_merge(pass->arena, cache_env, aimp_get(source, "env"));
    s->artifact = matching_artifact(pass, s->uri, class);
    bool nameless = cache->dedicated && !cache->name;
    s->artifact_name = s->artifact ? s->artifact->name
                       : nameless  ? NULL
                                   : aimp_artifact_name(pass->arena, s->uri,
                                                        aimp_schema_emit_list(pass->arena, &aimp_env_var_schema, s->env),
                                                        class, cache->dedicated ? cache->name : NULL);
    s->size_bytes = size_of(s);
    if (s->size_bytes) s->claim_gibibytes = aimp_claim_gibibytes(s->size_bytes, percent);
    if (!s->size_bytes && !cache->sizeless) cache->sizeless = *s->model_id ? s->model_id : s->uri;
}

static void note_size(aimp_pass *pass, const char *model_id) {
    if (!pass->rules->sizes_are_required) return;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_STORAGE_SIZE, AIM_SEVERITY_INFO, pass->template_.object);
    f->pointer = "/status/modelSources";
    f->message = aimp_format(
        pass->arena, "the size of model source %s is not known yet; a job finds it out before anything is downloaded",
        model_id);
}

static void describe_sources(aimp_pass *pass) {
    aimp_cache *cache = &pass->cache;
    const aimp_node *sources = aimp_get(pass->template_.object->status, "modelSources");
    const aimp_object *existing = cache->found.object;
    const aimp_node *env = existing ? aimp_get(existing->spec, "env") : cache->env;
    const char *class =
        existing ? aimp_or_empty(aimp_get_text(existing->spec, "storageClassName")) : cache->storage_class;
    int64_t percent = aimp_pass_headroom(pass);
    cache->sources = aimp_take_zeroed(pass->arena, aimp_count(sources) * sizeof *cache->sources + 1);
    for (size_t i = 0; i < aimp_count(sources); i++)
        describe_source(pass, aimp_item(sources, i), env, class, percent, &cache->sources[cache->source_count++]);
    if (cache->sizeless && !aimp_is_ready(existing)) note_size(pass, cache->sizeless);
}

void aimp_pass_plan_cache(aimp_pass *pass) {
    aimp_cache *cache = &pass->cache;
    *cache = (aimp_cache){.dedicated = wants_dedicated(pass)};
    find_cache(pass);
    if (cache->found.object) cache->name = cache->found.object->name;
    if (!aimp_is_ready(pass->template_.object)) return;
    plan_creation(pass);
    if (!cache->create && !cache->found.object) {
        if (aimp_count(aimp_get(pass->template_.object->status, "modelSources"))) return;
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_NO_SOURCES, AIM_SEVERITY_WARNING, pass->template_.object);
        f->pointer = "/status/modelSources";
        f->message = aimp_format(
            pass->arena, "template %s names no model sources: no cache is made, and without a cache nothing is served",
            pass->template_.object->name);
        return;
    }
    describe_sources(pass);
}

/* --- a template cache that is there: section 4 --- */

/* The template of a cache, by its scope (section 4.1); NULL, and *failure says why, when there is none. */
static const aimp_object *template_of(aimp_pass *pass, const aimp_object *cache, aimp_failure *failure) {
    const char *name = aimp_or_empty(aimp_get_text(cache->spec, "templateName")),
               *scope = aimp_or_empty(aimp_get_text(cache->spec, "templateScope"));
    aimp_lookup found = {NULL, AIMP_READ_NOT_FOUND};
    if (strcmp(scope, "Cluster") != 0) found = aimp_pass_get(pass, AIMP_TEMPLATE, cache->ns, name);
    bool goes_on = !found.object && found.error == AIMP_READ_NOT_FOUND && strcmp(scope, "Namespace") != 0;
    if (goes_on) found = aimp_pass_get(pass, AIMP_CLUSTER_TEMPLATE, NULL, name);
    *failure = found.object ? (aimp_failure){0} : aimp_upstream_failure(found.error);
    return found.object;
}

bool aimp_cache_wants(aimp_pass *pass, const aimp_object *cache, const aimp_object *artifact) {
    const char *mode = aimp_or_empty(aimp_get_text(cache->spec, "mode")),
               *class = aimp_or_empty(aimp_get_text(cache->spec, "storageClassName"));
    if (aimp_get(aimp_get(cache->status, "artifacts"), artifact->name)) return true;
    if (!artifact_fits(artifact, cache, strcmp(mode, "Dedicated") == 0, class)) return false;
    aimp_failure failure;
    const aimp_object *template_object = template_of(pass, cache, &failure);
    if (!template_object) return failure.category != AIMP_C_MISSING_UPSTREAM; /* who cannot be asked may want it */
    const aimp_node *sources = aimp_get(template_object->status, "modelSources");
    for (size_t i = 0; i < aimp_count(sources); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(sources, i), "sourceUri"), aimp_get_text(artifact->spec, "sourceUri")))
            return true;
    }
    return false;
}

void aimp_pass_fill_cache(aimp_pass *pass) {
    const aimp_object *cache = pass->object;
    pass->cache = (aimp_cache){.dedicated = aimp_equal(aimp_get_text(cache->spec, "mode"), "Dedicated"),
                               .found.object = cache,
                               .name = cache->name};
    aimp_selection *t = &pass->template_;
    t->object = template_of(pass, cache, &t->ns.failure);
    if (!t->object) return;
    if (t->object->ns)
        t->ns.object = t->object;
    else
        t->cluster.object = t->object;
    describe_sources(pass);
}
