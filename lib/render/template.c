/* The template that is derived from a namespaced one for a service's overrides. Rules: spec/template-selection.md
 * section 5. */
#include <string.h>

#include "render/manifest.h"

/* clang-format off: a manifest in code is indented like the manifest */

static const aimp_node *set(aimp_pass *pass, const aimp_node *spec, const char *key, const aimp_node *value) {
    return value ? aimp_map_with(pass->arena, spec, key, value) : spec;
}

static const aimp_node *caching_of(aimp_pass *pass, const aimp_node *base_caching) {
    if (pass->cache.dedicated || pass->rules->derived_keeps_base_caching) return base_caching;
    return aimp_map_of(pass->arena, "enabled", aimp_bool(true), NULL);
}

const aimp_node *aimp_render_derived_template(aimp_pass *pass, const aimp_object *base, const char *name) {
    aimp_arena *a = pass->arena;
    const aimp_node *overrides = aimp_get(pass->spec, "overrides"), *spec = base->spec;
    const char *config = aimp_pass_text(pass, pass->spec, "runtimeConfigName");
    if (!*config) config = aimp_pass_text(pass, base->spec, "runtimeConfigName");
    if (aimp_is_empty(aimp_get_text(spec, "modelName")) && pass->model.object)
        spec = set(pass, spec, "modelName", aimp_string(a, pass->model.object->name));
    spec = set(pass, spec, "runtimeConfigName", aimp_string(a, *config ? config : "default"));
    spec = set(pass, spec, "metric", aimp_get(overrides, "metric"));
    spec = set(pass, spec, "precision", aimp_get(overrides, "precision"));
    spec = set(pass, spec, "hardware", aimp_get(overrides, "hardware"));
    spec = set(pass, spec, "imagePullSecrets", aimp_none_if_empty(aimp_get(pass->spec, "imagePullSecrets")));
    spec = set(pass, spec, "resources", aimp_get(pass->spec, "resources"));
    spec = aimp_map_with(a, spec, "caching", caching_of(pass, aimp_get(spec, "caching")));
    return aimp_map_of(a, "apiVersion", aimp_string(a, AIMP_AIM_API_VERSION), "kind",
                       aimp_string(a, "AIMServiceTemplate"), "metadata",
                       aimp_map_of(a, "name", aimp_string(a, name), "namespace", aimp_string(a, pass->ns), "labels",
                                   aimp_map_of(a, "app.kubernetes.io/managed-by", aimp_string(a, "aim-engine"),
                                               AIMP_AIM_GROUP "/origin", aimp_string(a, "derived"), NULL),
                                   NULL),
                       "spec", aimp_schema_emit(a, &aimp_template_spec_schema, spec), NULL);
}
