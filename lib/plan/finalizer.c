/* The finalizer of an object: added before anything else, and removed once what goes along with the object is deleted.
 * Rules: spec/caching.md sections 4.6 and 5; differences.md B-29. */
#include "plan/object_plan.h"

static bool has_finalizer(const aimp_object *object, const char *finalizer) {
    const aimp_node *list = aimp_get(object->metadata, "finalizers");
    for (size_t i = 0; i < aimp_count(list); i++) {
        if (aimp_equal(aimp_text_of(aimp_item(list, i)), finalizer)) return true;
    }
    return false;
}

typedef enum place { PLACE_LIVES, PLACE_GOES, PLACE_UNREADABLE } place;

/* In a namespace that goes, everything goes; one that may not be read is taken for such. */
static place state_of_namespace(aimp_pass *pass) {
    aimp_lookup found = aimp_pass_get(pass, AIMP_NAMESPACE, NULL, pass->ns);
    if (found.object) return aimp_get(found.object->metadata, "deletionTimestamp") ? PLACE_GOES : PLACE_LIVES;
    if (found.error == AIMP_READ_FORBIDDEN) return PLACE_GOES;
    if (found.error != AIMP_READ_NOT_FOUND) return PLACE_UNREADABLE;
    return aimp_pass_knows(pass, AIMP_NAMESPACE) ? PLACE_GOES : PLACE_LIVES;
}

static void clean_up(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    const place where = state_of_namespace(pass);
    if (where == PLACE_UNREADABLE) {
        plan->health.retry = true;
        return;
    }
    if (where == PLACE_LIVES) {
        aimp_listing found = aimp_pass_list_labelled(pass, plan->kind->cleaned, pass->ns, plan->kind->cleaned_label,
                                                     aimp_label_of(pass, pass->name));
        if (found.error) {
            plan->health.retry = true;
            return;
        }
        for (size_t i = 0; i < found.count; i++) {
            const aimp_object *object = found.items[i];
            if (!aimp_is_ready(object) && !plan->kind->stays(plan, object)) aimp_plan_remove(plan, object);
        }
    }
    plan->remove_finalizer = plan->kind->finalizer;
}

void aimp_plan_finalizer(aimp_plan *plan) {
    if (!plan->kind->finalizer) return;
    const bool has = has_finalizer(plan->pass.object, plan->kind->finalizer);
    if (has && plan->deleting)
        clean_up(plan);
    else if (!has && !plan->deleting)
        plan->add_finalizer = plan->kind->finalizer;
}
