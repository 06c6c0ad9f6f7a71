/* Findings about documents, and the rules that make them. A rule is a function over one object or over all of them. */
#ifndef AIMP_LINT_LINT_H
#define AIMP_LINT_LINT_H

#include <aim/lint.h>

#include "plan/object_plan.h"

typedef struct aimp_linting {
    aimp_arena *arena;
    const aim_cluster *cluster;
    const aim_policy *policy;
    aimp_findings findings;
    aimp_held **held;
    bool overlays_only;
    size_t nearest_left; /* how many names may still be looked for: each look goes through all names */
} aimp_linting;

/* A finding about an object with its place: pointer is the field. */
aimp_finding *aimp_lint_note(aimp_linting *l, aimp_reason reason, int32_t severity, const aimp_object *about,
                             const char *pointer, const char *message);
/* The document of a name that is looked at; NULL when it is not. */
const aimp_object *aimp_linted(const aimp_linting *l, const aimp_slot *slot);

void aimp_lint_documents(aimp_linting *l);  /* lint_documents.c: one document at a time */
void aimp_lint_references(aimp_linting *l); /* lint_references.c: what is named and absent */
void aimp_lint_services(aimp_linting *l);   /* lint_services.c: services beside each other */
void aimp_lint_nodes(aimp_linting *l);      /* lint_nodes.c: GPU labels */

/* lint_render.c */
void aimp_write_lint(const aimp_findings *findings, int32_t format, bool color, aimp_text *out);

#endif
