/* Components InferenceService, HTTPRoute and HPA: what others report about the objects of a service.
 * Rules: spec/status.md section 4. */
#include <string.h>

#include "decide/component.h"

const char *aimp_event_time(const aimp_object *event) {
    const char *last = aimp_get_text(event->root, "lastTimestamp");
    if (!aimp_is_empty(last)) return last;
    const char *series = aimp_text_at(event->root, "series", "lastObservedTime", NULL);
    return aimp_is_empty(series) ? aimp_or_empty(aimp_get_text(event->root, "eventTime")) : series;
}

const char *aimp_event_message(const aimp_object *event) {
    const char *message = aimp_get_text(event->root, "message");
    return message ? message : aimp_or_empty(aimp_get_text(event->root, "note"));
}

bool aimp_event_is_about(const aimp_object *event, const char *kind, const aimp_object *object) {
    const aimp_node *about = aimp_get(event->root, "involvedObject");
    if (!about) about = aimp_get(event->root, "regarding");
    const char *its_kind = aimp_get_text(about, "kind");
    if (its_kind && strcmp(its_kind, kind) != 0) return false;
    return strcmp(aimp_or_empty(aimp_get_text(about, "uid")), object->uid) == 0;
}

/* --- InferenceService --- */

static const char isvc[] = "InferenceService";

static aimp_component isvc_state(const char *state, const char *reason, const char *message) {
    return (aimp_component){
        .name = isvc, .state = state, .reason = reason, .message = message, .dependency = AIMP_DOWNSTREAM};
}

/* differences.md B-36: what happened before the object existed or turned Ready is over. */
static bool is_over(const aimp_pass *pass, const aimp_object *event) {
    const aimp_object *object = pass->seen.inference_service.object;
    const aimp_node *ready = aimp_condition_of(aimp_get(object->status, "conditions"), "Ready");
    const char *time = aimp_event_time(event),
               *created = aimp_or_empty(aimp_get_text(object->metadata, "creationTimestamp"));
    const char *turned = aimp_equal(aimp_get_text(ready, "status"), "True")
                             ? aimp_or_empty(aimp_get_text(ready, "lastTransitionTime"))
                             : "";
    return *time && (strcmp(time, created) < 0 || strcmp(time, turned) < 0);
}

static bool failure_event(aimp_pass *pass, aimp_component *out) {
    for (size_t i = 0; i < pass->seen.events.count; i++) {
        const aimp_object *event = pass->seen.events.items[i];
        if (!aimp_event_is_about(event, isvc, pass->seen.inference_service.object)) continue;
        if (pass->rules->status_follows_the_seed && is_over(pass, event)) continue;
        const char *reason = aimp_or_empty(aimp_get_text(event->root, "reason")), *message = aimp_event_message(event);
        if (strcmp(reason, "ServerlessModeRejected") == 0) {
            *out = isvc_state("Failed", "ServerlessModeRejected",
                              "Knative is not available: configure KServe for RawDeployment");
            return true;
        }
        bool transient =
            strstr(message, "the object has been modified") || strstr(message, "Operation cannot be fulfilled");
        if (strcmp(reason, "InternalError") == 0 && aimp_equal(aimp_get_text(event->root, "type"), "Warning") &&
            !transient) {
            *out = isvc_state("Failed", "InternalError", message);
            return true;
        }
    }
    return false;
}

aimp_component aimp_inference_service_health(aimp_pass *pass) {
    const aimp_observation *seen = &pass->seen;
    aimp_component failed;
    if (!seen->inference_service.object) {
        if (seen->inference_service.error == AIMP_READ_NOT_FOUND)
            return isvc_state("Progressing", "CreatingRuntime", "the InferenceService does not exist yet");
        bool nameless = !seen->inference_service_name && pass->rules->runtime_errors_stay_theirs; /* B-39 */
        failed = isvc_state("Failed", nameless ? "NameTooLong" : "FetchError", seen->inference_service_failure.message);
        failed.error = seen->inference_service_failure;
        return failed;
    }
    if (seen->collides)
        return isvc_state("Failed", "NameCollision", "an InferenceService of this name belongs to another owner");
    const aimp_node *ready = aimp_condition_of(aimp_get(seen->inference_service.object->status, "conditions"), "Ready");
    if (!aimp_equal(aimp_get_text(ready, "status"), "True"))
        aimp_pass_need_events(pass, pass->ns, seen->inference_service_name);
    if (failure_event(pass, &failed)) return failed;
    if (aimp_equal(aimp_get_text(ready, "status"), "True"))
        return isvc_state("Ready", "RuntimeReady", "the InferenceService is ready");
    return isvc_state("Progressing", "CreatingRuntime", "the InferenceService is not ready yet");
}

/* --- HTTPRoute --- */

static aimp_component route_state(const char *state, const char *reason, const char *message) {
    return (aimp_component){
        .name = "HTTPRoute", .state = state, .reason = reason, .message = message, .dependency = AIMP_DOWNSTREAM};
}

static aimp_component route_error(aimp_category category, const aimp_node *condition) {
    return (aimp_component){.name = "HTTPRoute",
                            .error = {category, aimp_or_empty(aimp_get_text(condition, "reason")),
                                      aimp_or_empty(aimp_get_text(condition, "message"))}};
}

/* What one condition decides; false when it decides nothing. */
static bool judge_condition(const aimp_node *condition, aimp_component *out) {
    const char *type = aimp_or_empty(aimp_get_text(condition, "type")),
               *status = aimp_or_empty(aimp_get_text(condition, "status"));
    if (strcmp(type, "Accepted") == 0) {
        bool accepted = strcmp(status, "True") == 0;
        *out = accepted ? (aimp_component){.name = "HTTPRoute",
                                           .state = "Ready",
                                           .reason = "HTTPRouteAccepted",
                                           .message = "the gateway accepted the route"}
                        : route_error(AIMP_C_INVALID_SPEC, condition);
        return true;
    }
    if (strcmp(type, "ResolvedRefs") == 0 && strcmp(status, "False") == 0) {
        *out = route_error(AIMP_C_MISSING_DOWNSTREAM, condition);
        return true;
    }
    return false;
}

static bool same_or_default(const aimp_node *a, const aimp_node *b, const char *key, const char *fallback) {
    const char *x = aimp_get_text(a, key), *y = aimp_get_text(b, key);
    return strcmp(aimp_is_empty(x) ? fallback : x, aimp_is_empty(y) ? fallback : y) == 0;
}

/* The parent that the gateway answers for is the one that the route names. */
static bool is_our_parent(const aimp_pass *pass, const aimp_node *ref) {
    const aimp_node *gateway = pass->routing.gateway;
    return !ref || (same_or_default(ref, gateway, "name", "") && same_or_default(ref, gateway, "namespace", pass->ns) &&
                    same_or_default(ref, gateway, "sectionName", ""));
}

/* A condition about an older route says nothing about this one. */
static const aimp_node *current_condition(const aimp_pass *pass, const aimp_node *conditions, const char *type) {
    const aimp_node *condition = aimp_condition_of(conditions, type);
    int64_t observed, generation;
    bool old = aimp_integer_of(aimp_get(condition, "observedGeneration"), &observed) &&
               aimp_integer_of(aimp_get(pass->seen.route.object->metadata, "generation"), &generation) &&
               observed < generation;
    return old ? NULL : condition;
}

/* differences.md B-41: every parent that the route names is Accepted and has its references resolved. */
static aimp_component judge_parents(aimp_pass *pass, const aimp_node *parents) {
    const aimp_component pending = {.name = "HTTPRoute",
                                    .state = "Progressing",
                                    .reason = "HTTPRoutePending",
                                    .message = "the gateway has not answered yet"};
    aimp_component good = pending;
    bool all_good = true;
    for (size_t i = 0; i < aimp_count(parents); i++) {
        const aimp_node *parent = aimp_item(parents, i), *conditions = aimp_get(parent, "conditions");
        if (!is_our_parent(pass, aimp_get(parent, "parentRef"))) continue;
        const aimp_node *accepted = current_condition(pass, conditions, "Accepted"),
                        *resolved = current_condition(pass, conditions, "ResolvedRefs");
        aimp_component own, refs;
        all_good = all_good && accepted && resolved;
        if (accepted && judge_condition(accepted, &own)) {
            if (resolved && judge_condition(resolved, &refs)) own = refs;
            if (!own.state) return own; /* refused */
            good = own;
        }
    }
    return all_good ? good : pending;
}

aimp_component aimp_route_health(aimp_pass *pass) {
    const aimp_observation *seen = &pass->seen;
    if (!pass->routing.gateway) {
        aimp_component failed =
            route_state("Failed", "GatewayNotConfigured", "routing is enabled but no gatewayRef is configured");
        failed.error = aimp_failure_make(AIMP_C_INVALID_SPEC, failed.reason, failed.message);
        return failed;
    }
    if (pass->routing.problem) {                                                   /* B-50 */
        bool duration = aimp_starts_with(pass->routing.problem, "requestTimeout"); /* B-52 */
        aimp_component failed =
            route_state("Failed", duration ? "DurationNotAccepted" : "PathTemplateInvalid", pass->routing.problem);
        failed.error = aimp_failure_make(AIMP_C_INVALID_SPEC, failed.reason, failed.message);
        return failed;
    }
    if (!seen->route.object) {
        if (seen->route.error == AIMP_READ_NOT_FOUND)
            return route_state("Progressing", "HTTPRouteCreating", "the HTTPRoute does not exist yet");
        aimp_component failed = route_state("Failed", "HTTPRouteFetchError", NULL);
        failed.error = aimp_failure_of(seen->route.error);
        failed.message = failed.error.message;
        return failed;
    }
    if (pass->rules->collisions_are_seen && aimp_pass_collides(pass, seen->route.object)) /* B-57 */
        return route_state("Failed", "NameCollision", "an HTTPRoute of this name belongs to another owner");
    const aimp_node *parents = aimp_get(seen->route.object->status, "parents");
    if (pass->rules->status_follows_the_seed) return judge_parents(pass, parents);
    for (size_t i = 0; i < aimp_count(parents); i++) {
        const aimp_node *conditions = aimp_get(aimp_item(parents, i), "conditions");
        for (size_t k = 0; k < aimp_count(conditions); k++) {
            aimp_component found;
            if (judge_condition(aimp_item(conditions, k), &found)) return found;
        }
    }
    return (aimp_component){.name = "HTTPRoute",
                            .state = "Progressing",
                            .reason = "HTTPRoutePending",
                            .message = "the gateway has not answered yet"};
}

/* --- HPA --- */

static aimp_component hpa_state(const char *state, const char *reason, const char *message) {
    return (aimp_component){
        .name = "HPA", .state = state, .reason = reason, .message = message, .dependency = AIMP_DOWNSTREAM};
}

aimp_component aimp_hpa_health(aimp_pass *pass) {
    const aimp_lookup *hpa = &pass->seen.hpa;
    if (!pass->seen.looked_at_hpa || hpa->error == AIMP_READ_NOT_FOUND)
        return hpa_state("Progressing", "HPANotFound", "the autoscaler does not exist yet");
    if (!hpa->object) {
        aimp_component failed = hpa_state("Failed", "HPAFetchError", NULL);
        failed.error = aimp_failure_of(hpa->error);
        failed.message = failed.error.message;
        return failed;
    }
    const aimp_node *conditions = aimp_get(hpa->object->status, "conditions");
    const aimp_node *active = aimp_condition_of(conditions, "ScalingActive"),
                    *able = aimp_condition_of(conditions, "AbleToScale");
    if (!aimp_equal(aimp_get_text(active, "status"), "True")) {
        const aimp_node *ready =
            aimp_condition_of(aimp_get(pass->seen.inference_service.object->status, "conditions"), "Ready");
        const char *message = aimp_or_empty(aimp_get_text(active, "message"));
        if (!aimp_equal(aimp_get_text(ready, "status"), "True"))
            return hpa_state("Progressing", "WaitingForMetrics", "the autoscaler waits for metrics");
        return hpa_state("Failed", "MetricsFailed",
                         aimp_format(pass->arena, "the autoscaler gets no metrics: %s", message));
    }
    if (able && !aimp_equal(aimp_get_text(able, "status"), "True"))
        return hpa_state("Progressing", "ScaleTargetNotReady", aimp_or_empty(aimp_get_text(able, "message")));
    return hpa_state("Ready", "HPAOperational", "the autoscaler works");
}
