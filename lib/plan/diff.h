/* What applying a plan would change of the cluster, change by change. */
#ifndef AIMP_PLAN_DIFF_H
#define AIMP_PLAN_DIFF_H

#include <aim/diff.h>

#include "doc/node.h"
#include "plan/object_plan.h"

/* Which object changes; title is "HTTPRoute apps/chat". */
typedef struct aimp_changed {
    const char *title;
    aimp_kind kind;
    const char *ns, *name; /* ns NULL: cluster scope */
} aimp_changed;

typedef struct aimp_change {
    int32_t operation; /* AIM_CHANGE_… */
    aimp_changed object;
    const char *pointer, *effect;
    const aimp_node *before, *after;
    aim_change shown;
    struct aimp_change *next;
} aimp_change;

typedef struct aimp_changes {
    const char *title;        /* of the object of the plan */
    const aimp_node *subject; /* the same as data */
    bool is_service;
    const char *blocked; /* why the plan is not all of it: "Failed: …"; NULL: nothing is in the way */
    aimp_change *first, **last;
    size_t count;
} aimp_changes;

/* diff_fields.c: every field of wanted that found lacks or has otherwise. */
void aimp_diff_objects(aimp_arena *arena, aimp_changes *changes, const aimp_changed *object, const aimp_node *found,
                       const aimp_node *wanted);
void aimp_changes_add(aimp_arena *arena, aimp_changes *changes, aimp_change change);
/* diff_effects.c: what a change does; NULL when nothing beyond the field. pointer "" is the whole object. */
const char *aimp_effect_of(aimp_kind kind, int32_t operation, const char *pointer);
/* diff_render.c */
void aimp_write_diff(const aimp_changes *changes, int32_t format, bool color, aimp_text *out);

#endif
