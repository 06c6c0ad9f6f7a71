/* The plan of a service: actions in order, what follows later, and the health. */
#ifndef AIMP_PLAN_SERVICE_PLAN_H
#define AIMP_PLAN_SERVICE_PLAN_H

#include "decide/component.h"
#include "render/manifest.h"

#define AIMP_SERVICE_MANAGER "aim-service-controller"

typedef struct aimp_action {
    aimp_kind kind;
    const char *ns, *name;
    bool owned;
    const aimp_node *object; /* to apply */
    const char *uid;         /* to delete */
    const char *sort_key;    /* "group/version, Kind=Kind" */
} aimp_action;

typedef struct aimp_actions {
    aimp_action *items;
    size_t count, capacity;
} aimp_actions;

typedef struct aimp_service_plan {
    aimp_pass pass;
    aimp_health health;
    aimp_actions apply, later, remove;
    bool paused, deleting;
} aimp_service_plan;

/* Runs the whole pass; pass must have begun. */
void aimp_plan_service(aimp_service_plan *plan);
/* Model, template and cache only: what a narrower question needs. */
void aimp_decide_service(aimp_pass *pass);
void aimp_actions_add(aimp_pass *pass, aimp_actions *actions, const aimp_node *object, bool owned);

/* later.c: what other controllers, or a later pass, will make */
void aimp_plan_later(aimp_service_plan *plan);

/* plan_json.c */
const aimp_node *aimp_plan_node(const aimp_service_plan *plan, aimp_arena *arena);
/* The service with nothing but its name and the status that would be written. */
const aimp_node *aimp_plan_status_node(const aimp_service_plan *plan, aimp_arena *arena);
const char *aimp_stage_name(aimp_stage stage);
const char *aimp_verdict_name(int32_t verdict);
/* explanation.c, plan_text.c */
void aimp_write_explanation(const aimp_service_plan *plan, aimp_text *out, bool wide, bool color);
/* The kinds that were not in the input, as one line; nothing when all that mattered were. */
void aimp_write_unknown(const aimp_service_plan *plan, aimp_text *out, bool color);
void aimp_write_plan_text(const aimp_service_plan *plan, aimp_text *out, bool color);
void aimp_write_status_text(const aimp_service_plan *plan, aimp_text *out, bool wide, bool color);
/* plan_markdown.c; part: AIM_PART_… */
void aimp_write_markdown(const aimp_service_plan *plan, int32_t part, aimp_text *out);
void aimp_write_manifests(const aimp_service_plan *plan, aimp_text *out);

#endif
