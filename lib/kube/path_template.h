/* The path of an HTTPRoute from a template with {expressions} over a service. Rules: spec/rendering.md
 * section 5.4, 5.5. */
#ifndef AIMP_KUBE_PATH_TEMPLATE_H
#define AIMP_KUBE_PATH_TEMPLATE_H

#include "doc/node.h"

typedef struct aimp_path_options {
    bool reference_quirks; /* bracket keys elsewhere are errors, spec.runtimeConfigName and inlined fields are
                              unreachable */
} aimp_path_options;

/* Renders and normalises. NULL on any error, and then *problem is a sentence that names the expression. object: the
 * whole AIMService as a tree (metadata, spec, status). */
const char *aimp_path_render(aimp_arena *arena, const char *path_template, const aimp_node *object,
                             const aimp_path_options *options, const char **problem);
/* Section 5.5 alone; NULL on error. */
const char *aimp_path_normalise(aimp_arena *arena, const char *path, const char **problem);
/* "/<namespace>/<uid>" normalised, "/" when that fails. */
const char *aimp_path_default(aimp_arena *arena, const char *ns, const char *uid);

#endif
