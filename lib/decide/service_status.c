/* The status of a service: what the last pass recorded, with what this one knows better. Rules: spec/status.md
 * section 7. */
#include <string.h>

#include "decide/component.h"
#include "kube/path_template.h"

static int64_t integer_or(const aimp_node *map, const char *key, int64_t fallback) {
    int64_t value;
    return aimp_integer_of(aimp_get(map, key), &value) ? value : fallback;
}

static int64_t ready_pods(const aimp_pass *pass) {
    int64_t count = 0;
    for (size_t i = 0; i < pass->seen.pods.count; i++) {
        const aimp_node *ready = aimp_condition_of(aimp_get(pass->seen.pods.items[i]->status, "conditions"), "Ready");
        count += aimp_equal(aimp_get_text(ready, "status"), "True");
    }
    return count;
}

/* Go drops a zero. */
static const aimp_node *count_node(aimp_arena *a, int64_t count) {
    return count ? aimp_integer(a, count) : NULL;
}

static const aimp_node *runtime(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const aimp_object *hpa = pass->seen.hpa.object;
    int64_t wanted = integer_or(pass->spec, "minReplicas", integer_or(pass->spec, "replicas", 1));
    int64_t min = hpa ? integer_or(hpa->spec, "minReplicas", 0) : wanted,
            max = hpa ? integer_or(hpa->spec, "maxReplicas", 0) : wanted;
    int64_t current = hpa ? integer_or(hpa->status, "currentReplicas", 0) : wanted,
            desired = hpa ? integer_or(hpa->status, "desiredReplicas", 0) : wanted;
    if (!hpa && pass->rules->status_follows_the_seed && pass->seen.pods_known) current = ready_pods(pass); /* B-42 */
    const char *text = min == max ? aimp_format(a, "%lld", (long long)current)
                                  : aimp_format(a, "%lld/%lld (%lld-%lld)", (long long)current, (long long)desired,
                                                (long long)min, (long long)max);
    return aimp_map_of(a, "currentReplicas", count_node(a, current), "desiredReplicas", count_node(a, desired),
                       "minReplicas", count_node(a, min), "maxReplicas", count_node(a, max), "replicas",
                       aimp_string(a, text), NULL);
}

static const aimp_node *route_status(aimp_pass *pass) {
    const char *path = NULL;
    if (pass->rules->status_follows_the_seed) {
        const aimp_node *rule = aimp_item(aimp_at(pass->seen.route.object->spec, "rules", NULL), 0);
        path = aimp_text_at(aimp_item(aimp_get(rule, "matches"), 0), "path", "value", NULL);
    }
    return aimp_map_of(pass->arena, "path", path ? aimp_string(pass->arena, path) : NULL, NULL);
}

void aimp_compose_service_status(aimp_pass *pass, aimp_health *health) {
    aimp_arena *a = pass->arena;
    const aimp_node *status = aimp_status_base(pass, health);
    const aimp_object *cache = pass->cache.found.object;
    if (aimp_is_ready(pass->model.object))
        status = aimp_map_with(
            a, status, "resolvedModel",
            aimp_status_reference(pass, pass->model.object, pass->rules->resolved_model_has_namespace, true));
    if (aimp_is_ready(pass->template_.object))
        status = aimp_map_with(a, status, "resolvedTemplate",
                               aimp_status_reference(pass, pass->template_.object, true, true));
    if (aimp_is_ready(cache))
        status =
            aimp_map_with(a, status, "cache",
                          aimp_map_of(a, "templateCacheRef", aimp_status_reference(pass, cache, true, false), NULL));
    bool foreign_route = pass->rules->collisions_are_seen && aimp_pass_collides(pass, pass->seen.route.object);
    if (pass->seen.route.object && !foreign_route) status = aimp_map_with(a, status, "routing", route_status(pass));
    status = aimp_map_with(a, status, "runtime", runtime(pass));
    health->status = status;
}
