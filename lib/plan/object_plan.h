/* The plan of an object: actions in order, what follows later, the work on its finalizer, and the health. */
#ifndef AIMP_PLAN_OBJECT_PLAN_H
#define AIMP_PLAN_OBJECT_PLAN_H

#include "decide/component.h"
#include "render/manifest.h"

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

typedef struct aimp_plan aimp_plan;

/* What is planned for a kind. */
typedef struct aimp_plan_kind {
    aimp_kind kind;
    const char *noun; /* for people */
    /* Decides, and lists what is applied and deleted. */
    void (*list)(aimp_plan *plan);
    /* After the health is known: what follows later, and findings. */
    void (*follow)(aimp_plan *plan);
    const aimp_health_rules *health;
    const char *finalizer;      /* NULL: none */
    bool finalizer_comes_alone; /* the pass that adds it does nothing else */
    /* On deletion: the kind that goes along, found by a label; whether one of them stays all the same. */
    aimp_kind cleaned;
    const char *cleaned_label;
    bool (*stays)(aimp_plan *plan, const aimp_object *object);
    int64_t poll_seconds; /* between two looks while the object is Progressing; 0: no need to */
} aimp_plan_kind;

struct aimp_plan {
    const aimp_plan_kind *kind;
    const char *manager; /* field manager */
    aimp_pass pass;
    aimp_health health;
    aimp_actions apply, later, remove;
    bool paused, deleting;
    const char *add_finalizer, *remove_finalizer; /* before and after all actions; NULL: not */
};

/* object_plan.c: NULL: plans of that kind are not made */
const aimp_plan_kind *aimp_plan_kind_of(aimp_kind kind);
/* Runs the whole pass; pass must have begun. */
void aimp_plan_object(aimp_plan *plan);
/* Seconds until somebody should look again, though nothing has changed; -1: no need to. */
int64_t aimp_plan_requeue(const aimp_plan *plan);
void aimp_actions_add(aimp_pass *pass, aimp_actions *actions, const aimp_node *object, bool owned);
/* Adds an object to what is applied, unless it is somebody else's. */
void aimp_plan_apply(aimp_plan *plan, aimp_kind kind, const aimp_node *object, bool owned);
/* Adds an object to what is deleted, if the pass's object owns it by UID. */
void aimp_plan_remove_owned(aimp_plan *plan, const aimp_object *object);
void aimp_plan_remove(aimp_plan *plan, const aimp_object *object);
/* What an API server would refuse of an object. */
void aimp_note_issues(aimp_pass *pass, const aimp_object *object);

/* service_plan.c, cache_plan.c, artifact_plan.c */
extern const aimp_plan_kind aimp_service_plans, aimp_template_cache_plans, aimp_artifact_plans;
/* Of a service: what is applied and deleted; everything up to its cache. */
void aimp_plan_service(aimp_plan *plan);
void aimp_decide_service(aimp_pass *pass);

/* finalizer.c: whether the finalizer is added, or the deletion cleaned up and it removed */
void aimp_plan_finalizer(aimp_plan *plan);

/* later.c: what other controllers, or a later pass, will make */
void aimp_plan_later(aimp_plan *plan);
/* Of a template cache: its artifacts that are not made now, and their claims and jobs. */
void aimp_plan_cache_later(aimp_plan *plan);
/* Of an artifact: its claim and its download. */
void aimp_plan_artifact_later(aimp_plan *plan);

/* plan_json.c */
const aimp_node *aimp_plan_node(const aimp_plan *plan, aimp_arena *arena);
/* {namespace, name} of a service, {kind, namespace, name} of any other object. */
const aimp_node *aimp_plan_subject(const aimp_plan *plan, aimp_arena *arena);
/* The object with nothing but its name and the status that would be written. */
const aimp_node *aimp_plan_status_node(const aimp_plan *plan, aimp_arena *arena);
const char *aimp_stage_name(aimp_stage stage);
const char *aimp_verdict_name(int32_t verdict);
/* object_text.c: "ml-team/qwen-service"; of another kind than a service with the kind in front */
const char *aimp_plan_title(const aimp_plan *plan, aimp_arena *arena);
/* "64 GiB" */
const char *aimp_size_text(aimp_arena *arena, int64_t bytes);
void aimp_write_object_explanation(const aimp_plan *plan, aimp_text *out, bool wide, bool color);
void aimp_write_object_summary(const aimp_plan *plan, aimp_text *out);
/* explanation.c, plan_text.c */
void aimp_write_explanation(const aimp_plan *plan, aimp_text *out, bool wide, bool color);
/* The kinds that were not in the input, as a sentence, and as one line; nothing when all that mattered were. */
const char *aimp_unknown_kinds(const aimp_plan *plan, aimp_arena *arena);
void aimp_write_unknown(const aimp_plan *plan, aimp_text *out, bool color);
void aimp_write_plan_text(const aimp_plan *plan, aimp_text *out, bool color);
void aimp_write_status_text(const aimp_plan *plan, aimp_text *out, bool wide, bool color);
/* plan_markdown.c; part: AIM_PART_… */
void aimp_write_markdown(const aimp_plan *plan, int32_t part, aimp_text *out);
void aimp_write_manifests(const aimp_plan *plan, aimp_text *out);

#endif
