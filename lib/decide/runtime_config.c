/* Which runtime configuration counts, and how the one of the namespace is laid over the one of the cluster.
 * Rules: spec/runtime-config.md. */
#include <string.h>

#include "decide/pass.h"
#include "kube/duration.h"

const aimp_node *aimp_migrate_runtime_config(aimp_arena *arena, const aimp_node *spec) {
    const aimp_node *storage = aimp_get(spec, "storage");
    const char *class = aimp_get_text(spec, "defaultStorageClassName");
    const aimp_node *headroom = aimp_get(spec, "pvcHeadroomPercent");
    const aimp_node *moved = storage;
    if (!aimp_is_empty(class) && !aimp_get(storage, "defaultStorageClassName"))
        moved = aimp_map_with(arena, moved, "defaultStorageClassName", aimp_string(arena, class));
    if (headroom && !aimp_get(storage, "pvcHeadroomPercent"))
        moved = aimp_map_with(arena, moved, "pvcHeadroomPercent", headroom);
    return moved == storage ? spec : aimp_map_with(arena, spec, "storage", moved);
}

static bool is_zero_value(const char *key, const aimp_node *node) {
    int64_t integer;
    if (node->kind == AIMP_STRING) {
        bool duration = strcmp(key, "requestTimeout") == 0;
        return duration ? aimp_duration_parse(node->as.text, &integer) && integer == 0 : node->count == 0;
    }
    if (node->kind == AIMP_BOOL) return !node->truth;
    if (node->kind == AIMP_NUMBER) return aimp_integer_of(node, &integer) && integer == 0;
    return node->kind == AIMP_LIST && node->count == 0;
}

static const aimp_node *merge_maps(aimp_arena *arena, const aimp_node *cluster, const aimp_node *ns,
                                   const aimp_switches *rules);

/* Both are set. */
static const aimp_node *merge_field(aimp_arena *arena, const char *key, const aimp_node *cluster, const aimp_node *ns,
                                    const aimp_switches *rules) {
    if (strcmp(key, "env") == 0)
        return aimp_env_merge_engine_args(arena, cluster, ns, rules->json_numbers_keep_their_text);
    if (strcmp(key, "annotations") == 0) {
        const aimp_node *both = cluster;
        for (size_t i = 0; i < aimp_count(ns); i++)
            both = aimp_map_with(arena, both, aimp_key(ns, i), aimp_value(ns, i));
        return both;
    }
    if (strcmp(key, "gatewayRef") == 0 && rules->presence_decides) return ns;
    if (ns->kind == AIMP_MAP && cluster->kind == AIMP_MAP) return merge_maps(arena, cluster, ns, rules);
    if (strcmp(key, "match") == 0 || !rules->presence_decides) return is_zero_value(key, ns) ? cluster : ns;
    return ns;
}

static const aimp_node *merge_maps(aimp_arena *arena, const aimp_node *cluster, const aimp_node *ns,
                                   const aimp_switches *rules) {
    const aimp_node *both = cluster;
    for (size_t i = 0; i < aimp_count(ns); i++) {
        const char *key = aimp_key(ns, i);
        const aimp_node *base = aimp_get(cluster, key), *own = aimp_value(ns, i);
        both = aimp_map_with(arena, both, key, base ? merge_field(arena, key, base, own, rules) : own);
    }
    return both;
}

const aimp_node *aimp_merge_runtime_configs(aimp_arena *arena, const aimp_node *cluster, const aimp_node *ns,
                                            const aimp_switches *rules) {
    if (!cluster || !ns) return aimp_migrate_runtime_config(arena, cluster ? cluster : ns);
    return merge_maps(arena, aimp_migrate_runtime_config(arena, cluster), aimp_migrate_runtime_config(arena, ns),
                      rules);
}

aimp_runtime_config aimp_runtime_config_for(aimp_pass *pass, const char *ns, const char *name) {
    aimp_runtime_config config = {.name = aimp_is_empty(name) ? "default" : name};
    aimp_lookup own =
        ns ? aimp_pass_get(pass, AIMP_RUNTIME_CONFIG, ns, config.name) : (aimp_lookup){NULL, AIMP_READ_NOT_FOUND};
    if (!own.object && own.error != AIMP_READ_NOT_FOUND) {
        config.failure = aimp_failure_of(own.error);
        return config;
    }
    aimp_lookup shared = aimp_pass_get(pass, AIMP_CLUSTER_RUNTIME_CONFIG, NULL, config.name);
    if (!shared.object && shared.error != AIMP_READ_NOT_FOUND) {
        config.failure = aimp_failure_of(shared.error);
        return config;
    }
    if (!own.object && !shared.object) {
        if (strcmp(config.name, "default") != 0)
            config.failure = aimp_failure_make(AIMP_C_MISSING_UPSTREAM, "ReferenceNotFound",
                                               aimp_format(pass->arena, "RuntimeConfig %s not found", config.name));
        return config;
    }
    const aimp_node *empty = aimp_map_from(pass->arena, NULL, 0);
    const aimp_node *cluster_spec = shared.object ? (shared.object->spec ? shared.object->spec : empty) : NULL;
    const aimp_node *own_spec = own.object ? (own.object->spec ? own.object->spec : empty) : NULL;
    config.object = own.object ? own.object : shared.object;
    config.merged = aimp_merge_runtime_configs(pass->arena, cluster_spec, own_spec, pass->rules);
    return config;
}

/* The service's value as a whole, else the configuration's: spec/rendering.md section 5.1. */
static const aimp_node *routing_field(const aimp_pass *pass, const char *field) {
    const aimp_node *own = aimp_at(pass->spec, "routing", field, NULL);
    return own ? own : aimp_at(pass->config.merged, "routing", field, NULL);
}

static void resolve_routing(aimp_pass *pass) {
    aimp_routing *r = &pass->routing;
    r->enabled = aimp_is_true(routing_field(pass, "enabled"));
    r->gateway = routing_field(pass, "gatewayRef");
    r->path_template = aimp_or_empty(aimp_text_of(routing_field(pass, "pathTemplate")));
    const char *timeout = aimp_text_of(routing_field(pass, "requestTimeout"));
    r->has_timeout = timeout && aimp_duration_parse(timeout, &r->timeout_ns);
    r->annotations = aimp_at(pass->config.merged, "routing", "annotations", NULL);
    const aimp_node *own = aimp_at(pass->spec, "routing", "annotations", NULL);
    for (size_t i = 0; pass->rules->service_annotations_count && i < aimp_count(own); i++)
        r->annotations = aimp_map_with(pass->arena, r->annotations, aimp_key(own, i), aimp_value(own, i));
}

void aimp_pass_resolve_config(aimp_pass *pass) {
    pass->config = aimp_runtime_config_for(pass, pass->ns, aimp_get_text(pass->spec, "runtimeConfigName"));
    resolve_routing(pass);
    if (pass->config.failure.category != AIMP_C_MISSING_UPSTREAM) return;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_RUNTIME_CONFIG_MISSING, AIM_SEVERITY_ERROR, pass->object);
    f->pointer = "/spec/runtimeConfigName";
    f->actual = pass->config.name;
    f->message = aimp_format(
        pass->arena, "runtime config \"%s\" exists neither in namespace %s nor cluster-wide; nothing is applied",
        pass->config.name, pass->ns);
    f->remedy = aimp_remedy_set(
        pass->arena, pass->object, "/spec/runtimeConfigName", aimp_string(pass->arena, "default"),
        aimp_format(pass->arena, "create AIMRuntimeConfig %s in %s, or use \"default\"", pass->config.name, pass->ns));
}
