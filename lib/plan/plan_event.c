/* What changed about an object, condition by condition: said once, when it changes. */
#include <string.h>

#include "plan/answer.h"

static bool has_changed(const aimp_condition *c) {
    return !aimp_equal(aimp_or_empty(aimp_get_text(c->recorded, "status")), c->status) ||
           !aimp_equal(aimp_or_empty(aimp_get_text(c->recorded, "reason")), aimp_or_empty(c->reason));
}

static bool is_trouble(const char *state) {
    return strcmp(state, "Failed") == 0 || strcmp(state, "Degraded") == 0 || strcmp(state, "NotAvailable") == 0;
}

/* "CacheReady" is told of the component Cache; Ready of the object as a whole; the others are told when they are bad.
 */
static bool is_warning(const aimp_health *health, const aimp_condition *c) {
    if (strcmp(c->status, "False") != 0) return false;
    if (strcmp(c->type, "Ready") == 0) return is_trouble(aimp_or_empty(health->root));
    for (size_t i = 0; i < health->count; i++) {
        const aimp_component *part = &health->components[i];
        const size_t size = part->name ? strlen(part->name) : 0;
        if (size && strncmp(c->type, part->name, size) == 0 && strcmp(c->type + size, "Ready") == 0)
            return is_trouble(aimp_component_state(part));
    }
    return !aimp_ends_with(c->type, "Ready") && strcmp(c->type, "DownloadComplete") != 0;
}

size_t aim_plan_event_count(const aim_plan *plan) {
    const aimp_health *health = plan ? &plan->answer->plan.health : NULL;
    size_t count = 0;
    for (size_t i = 0; health && i < health->condition_count; i++)
        count += has_changed(&health->conditions[i]);
    return count;
}

aim_code aim_plan_event_at(const aim_plan *plan, size_t index, aim_plan_event *out) {
    if (!plan || !out) return AIM_E_ARGUMENT;
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code) return code;
    const aimp_health *health = &plan->answer->plan.health;
    for (size_t i = 0; i < health->condition_count; i++) {
        const aimp_condition *c = &health->conditions[i];
        if (!has_changed(c) || index-- > 0) continue;
        const aim_plan_event event = {.warning = is_warning(health, c),
                                      .reason = aimp_or_empty(c->reason),
                                      .message = aimp_or_empty(c->message),
                                      .condition = c->type};
        aimp_struct_fill(out, &event, sizeof event);
        return AIM_OK;
    }
    return AIM_E_NOT_FOUND;
}

/* --- needs --- */

size_t aim_plan_need_count(const aim_plan *plan) {
    size_t count = 0;
    for (const aimp_need *n = plan ? plan->answer->plan.pass.needs : NULL; n; n = n->next)
        count++;
    return count;
}

aim_code aim_plan_need_at(const aim_plan *plan, size_t index, aim_need *out) {
    if (!plan || !out) return AIM_E_ARGUMENT;
    const aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code) return code;
    const aimp_need *n = plan->answer->plan.pass.needs;
    while (n && index-- > 0)
        n = n->next;
    if (!n) return AIM_E_NOT_FOUND;
    const aim_need need = {
        .what = n->container ? AIM_NEED_LOG : AIM_NEED_EVENTS, .ns = n->ns, .name = n->name, .container = n->container};
    aimp_struct_fill(out, &need, sizeof need);
    return AIM_OK;
}
