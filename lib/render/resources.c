/* Compute resources of the inference container. Rules: spec/rendering.md section 2.5; seed "Resource Configuration". */
#include <string.h>

#include "kube/quantity.h"
#include "render/manifest.h"

#define CPUS_PER_GPU 4
#define REQUEST_GIB_PER_GPU 32
#define LIMIT_GIB_PER_GPU 48

static const aimp_node *defaults(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const aimp_node *gpu = aimp_at(pass->template_.object->status, "resolvedHardware", "gpu", NULL);
    int64_t n = 0;
    if (!aimp_integer_of(aimp_get(gpu, "requests"), &n) || n <= 0 || n > INT32_MAX) return aimp_map_from(a, NULL, 0);
    const char *resource = aimp_or_empty(aimp_get_text(gpu, "resourceName"));
    if (!*resource) resource = "amd.com/gpu";
    const char *count = aimp_format(a, "%lld", (long long)n);
    aimp_quantity quantity;
    if (aimp_quantity_parse(count, &quantity)) count = aimp_quantity_text(a, &quantity);
    const char *cpus = aimp_format(a, "%lld", (long long)(CPUS_PER_GPU * n));
    if (aimp_quantity_parse(cpus, &quantity)) cpus = aimp_quantity_text(a, &quantity);
    return aimp_map_of(a, "requests",
                       aimp_map_of(a, "cpu", aimp_string(a, cpus), "memory",
                                   aimp_string(a, aimp_gibibytes(a, REQUEST_GIB_PER_GPU * n)), resource,
                                   aimp_string(a, count), NULL),
                       "limits",
                       aimp_map_of(a, "memory", aimp_string(a, aimp_gibibytes(a, LIMIT_GIB_PER_GPU * n)), resource,
                                   aimp_string(a, count), NULL),
                       NULL);
}

static const aimp_node *with_amount(aimp_pass *pass, const aimp_node *resources, const char *side, const char *name,
                                    const aimp_node *amount) {
    const aimp_node *list = aimp_map_with(pass->arena, aimp_get(resources, side), name, amount);
    return aimp_map_with(pass->arena, resources, side, list);
}

/* Each named quantity of the overlay replaces or adds; nothing is removed. */
static const aimp_node *overlaid(aimp_pass *pass, const aimp_node *resources, const aimp_node *overlay) {
    static const char *const sides[] = {"requests", "limits"};
    for (size_t s = 0; s < 2; s++) {
        const aimp_node *own = aimp_get(overlay, sides[s]), *other = aimp_get(overlay, sides[1 - s]);
        for (size_t i = 0; i < aimp_count(own); i++) {
            const char *name = aimp_key(own, i);
            const aimp_node *amount = aimp_quantity_canonical(pass->arena, aimp_value(own, i));
            if (!amount) amount = aimp_value(own, i);
            resources = with_amount(pass, resources, sides[s], name, amount);
            bool mirrored = pass->rules->extended_resources_are_mirrored && aimp_resource_is_extended(name) &&
                            !aimp_get(other, name);
            if (mirrored) resources = with_amount(pass, resources, sides[1 - s], name, amount);
        }
    }
    return resources;
}

/* differences.md S-19: a request that differs from its limit is refused by Kubernetes. */
static void note_differences(aimp_pass *pass, const aimp_node *resources) {
    const aimp_node *requests = aimp_get(resources, "requests"), *limits = aimp_get(resources, "limits");
    for (size_t i = 0; i < aimp_count(requests); i++) {
        const char *name = aimp_key(requests, i);
        const aimp_node *limit = aimp_get(limits, name);
        if (!aimp_resource_is_extended(name) || !limit || aimp_node_equal(aimp_value(requests, i), limit)) continue;
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_RESOURCES_DIFFER, AIM_SEVERITY_WARNING, pass->object);
        f->pointer = "/spec/resources";
        f->actual =
            aimp_format(pass->arena, "request %s, limit %s", aimp_or_empty(aimp_text_of(aimp_value(requests, i))),
                        aimp_or_empty(aimp_text_of(limit)));
        f->wanted = "the same amount in requests and limits";
        f->message = aimp_format(pass->arena, "%s: %s; Kubernetes refuses a pod whose request and limit of it differ",
                                 name, f->actual);
    }
}

const aimp_node *aimp_render_resources(aimp_pass *pass) {
    const aimp_node *resources = defaults(pass);
    resources = overlaid(pass, resources, aimp_get(pass->template_.object->spec, "resources"));
    resources = overlaid(pass, resources, aimp_get(pass->spec, "resources"));
    note_differences(pass, resources);
    return aimp_none_if_empty(resources);
}
