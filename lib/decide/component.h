/* The health of the parts of a service, and the state engine that makes conditions and a status of them.
 * Rules: spec/status.md. */
#ifndef AIMP_DECIDE_COMPONENT_H
#define AIMP_DECIDE_COMPONENT_H

#include "decide/pass.h"

typedef enum aimp_dependency { AIMP_UNSPECIFIED, AIMP_UPSTREAM, AIMP_DOWNSTREAM } aimp_dependency;

typedef struct aimp_component {
    const char *name; /* NULL: the nameless component that the reference writes for what is switched off */
    const char *state, *reason, *message; /* NULL: from the error */
    const char *details;                  /* for the condition only, behind the message; NULL: none */
    aimp_failure error;
    aimp_dependency dependency;
} aimp_component;

enum { AIMP_MAX_COMPONENTS = 8 };

typedef struct aimp_condition {
    const char *type, *status, *reason, *message;
    const aimp_node *recorded; /* as it was stored; NULL: new */
} aimp_condition;

typedef struct aimp_health {
    aimp_component components[AIMP_MAX_COMPONENTS];
    size_t count;
    bool infrastructure, auth, invalid, missing; /* over all errors that count */
    bool may_apply, retry;                       /* the state engine's decision */
    aimp_condition *conditions;
    size_t condition_count, condition_capacity;
    const char *root;        /* status.status of the service */
    const aimp_node *status; /* the whole status */
} aimp_health;

/* service_health.c */
void aimp_assess_components(aimp_pass *pass, aimp_health *health);
const char *aimp_component_state(const aimp_component *component);
const char *aimp_component_reason(const aimp_component *component);
const char *aimp_component_message(const aimp_component *component);
/* pod_health.c, runtime_health.c: parts of it */
aimp_component aimp_pods_health(aimp_pass *pass);
aimp_component aimp_inference_service_health(aimp_pass *pass);
aimp_component aimp_route_health(aimp_pass *pass);
aimp_component aimp_hpa_health(aimp_pass *pass);
/* When an event was seen last: lastTimestamp, series.lastObservedTime or eventTime; "" when it says nothing. */
const char *aimp_event_time(const aimp_object *event);
const char *aimp_event_message(const aimp_object *event);
bool aimp_event_is_about(const aimp_object *event, const char *kind, const aimp_object *object);

/* state_engine.c: conditions, root status, whether anything may be applied */
void aimp_run_state_engine(aimp_pass *pass, aimp_health *health);
/* What became of applying: a failure shows after the state was computed (section 1, step 8). reason: Kubernetes' own,
 * such as Conflict. */
void aimp_record_apply_failure(aimp_pass *pass, aimp_health *health, const char *reason, const char *message);
/* health_findings.c: what the health of the parts means, for people */
void aimp_note_health(aimp_pass *pass, const aimp_health *health);
/* service_status.c: the status object */
void aimp_compose_status(aimp_pass *pass, aimp_health *health);

#endif
