/* The AIMArtifact that the cache controller makes for a missing source. Rules: spec/caching.md section 4.3. */
#include "kube/quantity.h"
#include "render/manifest.h"

/* clang-format off: a manifest in code is indented like the manifest */

const aimp_node *aimp_render_artifact(aimp_pass *pass, size_t source, size_t index) {
    aimp_arena *a = pass->arena;
    const aimp_cache *cache = &pass->cache;
    const aimp_cache_source *s = &cache->sources[source];
    const aimp_object *existing = cache->found.object;
    const aimp_node *from = existing ? existing->spec : NULL;
    const char *template_name = existing ? aimp_or_empty(aimp_get_text(from, "templateName")) : cache->template_name;
    const char *scope = existing ? aimp_or_empty(aimp_get_text(from, "templateScope")) : cache->template_scope;
    const char *class = existing ? aimp_get_text(from, "storageClassName") : cache->storage_class;
    const char *config = aimp_get_text(existing ? from : pass->spec, "runtimeConfigName");
    const aimp_node *size = aimp_quantity_canonical(a, aimp_get(s->source, "size"));
    const bool inherit = pass->rules->artifacts_inherit;
    const char *raw = pass->rules->legal_label_values_stay ? aimp_label_of(pass, template_name) : template_name;
    return aimp_map_of(
        a, "apiVersion", aimp_string(a, AIMP_AIM_API_VERSION), "kind", aimp_string(a, "AIMArtifact"), "metadata",
        aimp_map_of(
            a, "name", aimp_string_or_none(a, s->artifact_name), "namespace", aimp_string(a, pass->ns), "labels",
            aimp_map_of(a, "template-created", aimp_string(a, "true"), AIMP_AIM_GROUP "/template",
                        inherit ? aimp_string(a, raw) : NULL, AIMP_AIM_GROUP "/template.name", aimp_string(a, raw),
                        AIMP_AIM_GROUP "/template.scope", aimp_string(a, scope), AIMP_AIM_GROUP "/template.index",
                        aimp_string(a, aimp_format(a, "%zu", inherit ? source : index)),
                        AIMP_AIM_GROUP "/template-cache.name",
                        cache->name ? aimp_string(a, aimp_label_of(pass, cache->name)) : NULL, NULL),
            NULL),
        "spec",
        aimp_map_of(a, "sourceUri", aimp_string(a, s->uri), "modelId", aimp_string_or_none(a, s->model_id),
                    "storageClassName", aimp_string_or_none(a, class), "size", size ? size : aimp_string(a, "0"), "env",
                    aimp_schema_emit_list(a, &aimp_env_var_schema, s->env), "imagePullSecrets",
                    inherit ? aimp_schema_emit_list(a, &aimp_local_reference_schema, aimp_get(from, "imagePullSecrets"))
                            : NULL,
                    "modelDownloadImage", inherit ? aimp_string_or_none(a, aimp_get_text(from, "downloadImage")) : NULL,
                    "runtimeConfigName", aimp_string_or_none(a, config), NULL),
        NULL);
}
