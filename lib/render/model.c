/* The AIMModel that a service creates for an image or a custom description. Rules: spec/model-resolution.md section 8.
 */
#include "render/manifest.h"

/* clang-format off: a manifest in code is indented like the manifest */

const aimp_node *aimp_render_image_model(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const aimp_resolution *r = &pass->model;
    const aimp_node *custom = r->custom;
    const char *image = custom ? aimp_or_empty(aimp_get_text(custom, "baseImage")) : r->image_uri;
    const aimp_node *hardware = aimp_schema_emit(a, &aimp_hardware_schema, aimp_get(custom, "hardware"));
    return aimp_map_of(
        a, "apiVersion", aimp_string(a, AIMP_AIM_API_VERSION), "kind", aimp_string(a, "AIMModel"), "metadata",
        aimp_map_of(
            a, "name", aimp_string(a, r->create_name), "namespace", aimp_string(a, pass->ns), "labels",
            aimp_map_of(a, AIMP_AIM_GROUP "/origin", aimp_string(a, "auto-generated"), AIMP_AIM_GROUP "/custom-model",
                        custom ? aimp_string(a, "true") : NULL, AIMP_AIM_GROUP "/service",
                        custom ? aimp_string(a, pass->rules->legal_label_values_stay ? aimp_label_of(pass, pass->name)
                                                                                     : pass->name)
                               : NULL,
                        NULL),
            NULL),
        "spec",
        aimp_map_of(a, "image", aimp_string_or_none(a, image), "modelSources",
                    aimp_schema_emit_list(a, &aimp_model_source_schema, aimp_get(custom, "modelSources")), "custom",
                    hardware ? aimp_map_of(a, "hardware", hardware, NULL) : NULL, "env",
                    custom ? aimp_schema_emit_list(a, &aimp_env_var_schema, aimp_get(pass->spec, "env")) : NULL,
                    "runtimeConfigName", aimp_string_or_none(a, aimp_get_text(pass->spec, "runtimeConfigName")),
                    "imagePullSecrets",
                    aimp_schema_emit_list(a, &aimp_local_reference_schema, aimp_get(pass->spec, "imagePullSecrets")),
                    "serviceAccountName", aimp_string_or_none(a, aimp_get_text(pass->spec, "serviceAccountName")),
                    NULL),
        NULL);
}
