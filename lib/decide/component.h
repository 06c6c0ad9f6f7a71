/* The health of the parts of an object, and the state engine that makes conditions and a status of them.
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

typedef struct aimp_health aimp_health;

/* How health is told for a kind of object. */
typedef struct aimp_health_rules {
    const char *const *components; /* every name that a component of the kind can have, NULL-terminated */
    const char *const *gates;      /* those whose errors stop every apply by the documented rule (B-35) */
    bool serves;                   /* Progressing is called Starting, and Ready Running */
    void (*assess)(aimp_pass *pass, aimp_health *health);
    /* Conditions beside those of components; may be NULL. Written before Ready is. */
    void (*decorate)(aimp_pass *pass, aimp_health *health);
    /* The whole status, from the conditions and the root; a second time when an apply has failed. */
    void (*compose)(aimp_pass *pass, aimp_health *health);
} aimp_health_rules;

struct aimp_health {
    const aimp_health_rules *rules;
    aimp_component components[AIMP_MAX_COMPONENTS];
    size_t count;
    bool infrastructure, auth, invalid, missing; /* over all errors that count */
    bool may_apply, retry;                       /* the state engine's decision */
    aimp_condition *conditions;
    size_t condition_count, condition_capacity;
    const char *root;        /* status.status of the object */
    const aimp_node *status; /* the whole status */
};

/* service_health.c, cache_health.c, artifact_health.c */
extern const aimp_health_rules aimp_service_health, aimp_template_cache_health, aimp_artifact_health;
const char *aimp_component_state(const aimp_component *component);
const char *aimp_component_reason(const aimp_component *component);
const char *aimp_component_message(const aimp_component *component);
bool aimp_component_is_listed(const aimp_component *component, const char *const *names);
/* The component of an error, with the state that follows from it. */
aimp_component aimp_error_component(const char *name, aimp_failure failure, aimp_dependency dependency);
/* The runtime configuration as every kind but services tells it (runtime-config.md section 5). */
aimp_component aimp_config_health(aimp_pass *pass);
void aimp_add_component(aimp_health *health, aimp_component component);
/* pod_health.c, runtime_health.c: parts of it */
aimp_component aimp_pods_health(aimp_pass *pass, const char *name, const aimp_listing *pods);
bool aimp_any_pod_is(const aimp_listing *pods, const char *phase);
aimp_component aimp_inference_service_health(aimp_pass *pass);
aimp_component aimp_route_health(aimp_pass *pass);
aimp_component aimp_hpa_health(aimp_pass *pass);
/* When an event was seen last: lastTimestamp, series.lastObservedTime or eventTime; "" when it says nothing. */
const char *aimp_event_time(const aimp_object *event);
const char *aimp_event_message(const aimp_object *event);
bool aimp_event_is_about(const aimp_object *event, const char *kind, const aimp_object *object);

/* state_engine.c: conditions, root status, whether anything may be applied */
void aimp_run_state_engine(aimp_pass *pass, aimp_health *health);
void aimp_set_condition(aimp_health *health, const char *type, const char *status, const char *reason,
                        const char *message);
/* What became of applying: a failure shows after the state was computed (section 1, step 8). reason: Kubernetes' own,
 * such as Conflict. */
void aimp_record_apply_failure(aimp_pass *pass, aimp_health *health, const char *reason, const char *message);
/* health_findings.c: what the health of the parts means, for people */
void aimp_note_health(aimp_pass *pass, const aimp_health *health);
/* object_status.c: the recorded status with the new root and conditions, and what every kind has by the documented rule
 * (B-42) */
const aimp_node *aimp_status_base(aimp_pass *pass, const aimp_health *health);
/* Of an object, for a status. */
const aimp_node *aimp_status_reference(aimp_pass *pass, const aimp_object *object, bool with_namespace,
                                       bool with_scope);
/* service_status.c */
void aimp_compose_service_status(aimp_pass *pass, aimp_health *health);

#endif
