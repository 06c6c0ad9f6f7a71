/* The HTTPRoute of a service. Rules: spec/rendering.md section 5. */
#include <string.h>

#include "kube/duration.h"
#include "kube/object_name.h"
#include "kube/path_template.h"
#include "render/manifest.h"

/* clang-format off: a manifest in code is indented like the manifest */

static const char *path_of(aimp_pass *pass, const char **problem) {
    const char *path_template = pass->routing.path_template;
    if (!*path_template && aimp_pass_lacks_uid(pass)) return NULL;
    if (!*path_template) return aimp_path_default(pass->arena, pass->ns, pass->uid);
    aimp_path_options options = {.reference_quirks = !pass->rules->path_errors_are_errors};
    const char *wrong = NULL;
    const char *path = aimp_path_render(pass->arena, path_template, pass->object->root, &options, &wrong);
    if (path) return path;
    if (pass->rules->path_errors_are_errors) *problem = wrong;
    return aimp_path_default(pass->arena, pass->ns, pass->uid);
}

static const char *timeout_of(aimp_pass *pass, const char **problem) {
    const char *go = aimp_duration_text(pass->arena, pass->routing.timeout_ns);
    if (!pass->rules->gateway_durations) return go;
    const char *gateway = aimp_gateway_duration_text(pass->arena, pass->routing.timeout_ns);
    if (!gateway)
        *problem = aimp_format(
            pass->arena,
            "requestTimeout %s cannot be written as a Gateway API duration (whole milliseconds, at most 99999 hours)",
            go);
    return gateway ? gateway : go;
}

const aimp_node *aimp_render_http_route(aimp_pass *pass, const char **problem) {
    aimp_arena *a = pass->arena;
    const char *service = aimp_predictor_name(a, aimp_or_empty(pass->seen.inference_service_name));
    const char *path = path_of(pass, problem);
    const char *timeout = pass->routing.has_timeout ? timeout_of(pass, problem) : NULL;
    return aimp_map_of(
        a, "apiVersion", aimp_string(a, "gateway.networking.k8s.io/v1"), "kind", aimp_string(a, "HTTPRoute"),
        "metadata",
        aimp_map_of(a, "name", aimp_string(a, pass->seen.route_name), "namespace", aimp_string(a, pass->ns), "labels",
                    aimp_map_of(a, "app.kubernetes.io/component", aimp_string(a, "routing"),
                                "app.kubernetes.io/managed-by", aimp_string(a, "aim-engine"), AIMP_AIM_GROUP "/service",
                                aimp_string(a, aimp_label_of(pass, pass->name)), NULL),
                    "annotations", aimp_none_if_empty(pass->routing.annotations), NULL),
        "spec",
        aimp_map_of(
            a, "parentRefs",
            aimp_list_of(a, aimp_schema_emit(a, &aimp_parent_reference_schema, pass->routing.gateway), NULL), "rules",
            aimp_list_of(
                a,
                aimp_map_of(
                    a, "matches",
                    !path ? NULL
                          : aimp_list_of(a,
                                         aimp_map_of(a, "path",
                                                     aimp_map_of(a, "type", aimp_string(a, "PathPrefix"), "value",
                                                                 aimp_string(a, path), NULL),
                                                     NULL),
                                         NULL),
                    "filters",
                    aimp_list_of(a,
                                 aimp_map_of(a, "type", aimp_string(a, "URLRewrite"), "urlRewrite",
                                             aimp_map_of(a, "path",
                                                         aimp_map_of(a, "type", aimp_string(a, "ReplacePrefixMatch"),
                                                                     "replacePrefixMatch", aimp_string(a, "/"), NULL),
                                                         NULL),
                                             NULL),
                                 NULL),
                    "backendRefs",
                    aimp_list_of(a,
                                 aimp_map_of(a, "kind", aimp_string(a, "Service"), "name", aimp_string(a, service),
                                             "namespace", aimp_string(a, pass->ns), "port", aimp_integer(a, 80), NULL),
                                 NULL),
                    "timeouts", timeout ? aimp_map_of(a, "request", aimp_string(a, timeout), NULL) : NULL, NULL),
                NULL),
            NULL),
        NULL);
}
