/* What runs already for a service: its InferenceService, pods, events, autoscaler and route. */
#include "decide/pass.h"
#include "kube/object_name.h"

#include <string.h>

static void observe_inference_service(aimp_pass *pass) {
    aimp_observation *seen = &pass->seen;
    seen->inference_service_name = aimp_inference_service_name(pass->arena, pass->name, pass->ns);
    if (!seen->inference_service_name) {
        const char *message = aimp_format(
            pass->arena, "the namespace name is %zu characters long; with more than 42 no InferenceService name fits",
            strlen(pass->ns));
        seen->inference_service_failure = pass->rules->runtime_errors_stay_theirs
                                              ? aimp_failure_make(AIMP_C_INVALID_SPEC, "NameTooLong", message)
                                              : aimp_failure_make(AIMP_C_UNKNOWN, "UnknownError", message);
        aimp_pass_note(pass, AIMP_R_NAME_TOO_LONG, AIM_SEVERITY_ERROR, pass->object)->message = message;
        return;
    }
    seen->inference_service = aimp_pass_get(pass, AIMP_INFERENCE_SERVICE, pass->ns, seen->inference_service_name);
    seen->collides = pass->rules->collisions_are_seen && aimp_pass_collides(pass, seen->inference_service.object);
    if (!seen->inference_service.object)
        seen->inference_service_failure = aimp_failure_of(seen->inference_service.error);
}

/* differences.md B-37: pods that are on their way out say nothing about the service. */
static void drop_terminating(aimp_pass *pass) {
    aimp_listing *pods = &pass->seen.pods;
    const aimp_object **kept = aimp_take_array(pass->arena, pods->count, sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; i < pods->count; i++) {
        if (!aimp_get(pods->items[i]->metadata, "deletionTimestamp")) kept[count++] = pods->items[i];
    }
    pods->items = kept;
    pods->count = count;
}

void aimp_pass_observe(aimp_pass *pass) {
    aimp_observation *seen = &pass->seen;
    observe_inference_service(pass);
    if (seen->inference_service.object) {
        const char *name = seen->inference_service_name;
        seen->looked_at_pods = seen->looked_at_hpa = true;
        seen->events = aimp_pass_list(pass, AIMP_EVENT, AIMP_BY_INVOLVED, pass->ns, name);
        seen->pods = aimp_pass_list(pass, AIMP_POD, AIMP_BY_INFERENCE_SERVICE, pass->ns, name);
        if (pass->rules->status_follows_the_seed) drop_terminating(pass);
        seen->pods_known = !seen->pods.error && pass->cluster->kinds[AIMP_POD].known;
        seen->hpa = aimp_pass_get(pass, AIMP_HPA, pass->ns, aimp_predictor_hpa_name(pass->arena, name));
    }
    seen->route_name = aimp_http_route_name(pass->arena, pass->name, pass->ns);
    if (pass->routing.enabled) {
        seen->looked_at_route = true;
        seen->route = aimp_pass_get(pass, AIMP_HTTP_ROUTE, pass->ns, seen->route_name);
    }
}
