/* What the status of every kind has: root, conditions, and what it was made from. Rules: spec/status.md sections 5
 * and 7.
 */
#include "decide/component.h"

/* The transition time stays while status and reason do. */
static const aimp_node *condition_node(aimp_pass *pass, const aimp_condition *c) {
    aimp_arena *a = pass->arena;
    bool same = c->recorded && aimp_equal(aimp_get_text(c->recorded, "status"), c->status) &&
                aimp_equal(aimp_get_text(c->recorded, "reason"), c->reason);
    const char *time = same ? aimp_get_text(c->recorded, "lastTransitionTime") : pass->now;
    const aimp_node *base = c->recorded ? c->recorded : aimp_map_from(a, NULL, 0);
    base = aimp_map_with(a, base, "type", aimp_string(a, c->type));
    base = aimp_map_with(a, base, "status", aimp_string(a, c->status));
    base = aimp_map_with(a, base, "reason", aimp_string(a, c->reason));
    base = aimp_map_with(a, base, "message", aimp_string(a, c->message));
    return aimp_map_with(a, base, "lastTransitionTime", time ? aimp_string(a, time) : NULL);
}

static const aimp_node *conditions_node(aimp_pass *pass, const aimp_health *health) {
    aimp_items items = aimp_items_new(pass->arena);
    for (size_t i = 0; i < health->condition_count; i++)
        aimp_items_add(&items, condition_node(pass, &health->conditions[i]));
    return aimp_items_list(&items);
}

const aimp_node *aimp_status_reference(aimp_pass *pass, const aimp_object *object, bool with_namespace,
                                       bool with_scope) {
    aimp_arena *a = pass->arena;
    return aimp_map_of(a, "name", aimp_string(a, object->name), "namespace",
                       with_namespace ? aimp_string_or_none(a, object->ns) : NULL, "scope",
                       with_scope ? aimp_string(a, object->ns ? "Namespace" : "Cluster") : NULL, "uid",
                       aimp_string_or_none(a, object->uid), NULL);
}

const aimp_node *aimp_status_base(aimp_pass *pass, const aimp_health *health) {
    aimp_arena *a = pass->arena;
    const aimp_node *status = pass->status ? pass->status : aimp_map_from(a, NULL, 0);
    status = aimp_map_with(a, status, "status", aimp_string(a, health->root));
    status = aimp_map_with(a, status, "conditions", conditions_node(pass, health));
    if (!pass->rules->status_follows_the_seed) return status;
    const aimp_object *config = pass->config.object; /* B-42 */
    const aimp_node *generation = aimp_get(pass->object->metadata, "generation");
    if (config)
        status = aimp_map_with(a, status, "resolvedRuntimeConfig", aimp_status_reference(pass, config, true, true));
    return generation ? aimp_map_with(a, status, "observedGeneration", generation) : status;
}
