/* The AIMTemplateCache that a service makes. Rules: spec/caching.md section 3. */
#include "render/manifest.h"

/* clang-format off: a manifest in code is indented like the manifest */

const aimp_node *aimp_render_template_cache(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const aimp_cache *cache = &pass->cache;
    return aimp_map_of(
        a, "apiVersion", aimp_string(a, AIMP_AIM_API_VERSION), "kind", aimp_string(a, "AIMTemplateCache"), "metadata",
        aimp_map_of(a, "name", aimp_string_or_none(a, cache->name), "namespace", aimp_string(a, pass->ns), "labels",
                    aimp_map_of(a, AIMP_AIM_GROUP "/service", aimp_string(a, aimp_label_of(pass, pass->name)), NULL),
                    NULL),
        "spec",
        aimp_map_of(a, "templateName", aimp_string(a, cache->template_name), "templateScope",
                    aimp_string(a, cache->template_scope), "storageClassName",
                    aimp_string_or_none(a, cache->storage_class), "runtimeConfigName",
                    aimp_string_or_none(a, aimp_get_text(pass->spec, "runtimeConfigName")), "mode",
                    aimp_string(a, cache->dedicated ? "Dedicated" : "Shared"), "env",
                    aimp_schema_emit_list(a, &aimp_env_var_schema, cache->env), NULL),
        NULL);
}
