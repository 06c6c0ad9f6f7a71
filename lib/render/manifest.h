/* Manifests of one pass, one file per kind. What is applied exactly: spec/rendering.md. */
#ifndef AIMP_RENDER_MANIFEST_H
#define AIMP_RENDER_MANIFEST_H

#include "decide/pass.h"

/* Each answers the bare object; metadata.c adds what every applied object gets. NULL where it cannot be rendered. */
const aimp_node *aimp_render_image_model(aimp_pass *pass); /* model.c */
const aimp_node *aimp_render_derived_template(aimp_pass *pass, const aimp_object *base,
                                              const char *name); /* template.c */
const aimp_node *aimp_render_template_cache(aimp_pass *pass);    /* template_cache.c */
const aimp_node *aimp_render_inference_service(aimp_pass *pass); /* inference_service.c */
/* *problem: a path template that cannot be rendered, or a duration that the Gateway API refuses; NULL when all is well.
 */
const aimp_node *aimp_render_http_route(aimp_pass *pass, const char **problem);      /* http_route.c */
const aimp_node *aimp_render_artifact(aimp_pass *pass, size_t source, size_t index); /* artifact.c */
/* Objects of an artifact; uid NULL: it does not exist yet, and the object has no name. */
const aimp_node *aimp_render_claim(aimp_pass *pass, const aimp_cache_source *source,
                                   const char *uid); /* artifact_objects.c */
const aimp_node *aimp_render_download_job(aimp_pass *pass, const aimp_cache_source *source, const char *uid);
const aimp_node *aimp_render_size_job(aimp_pass *pass, const aimp_cache_source *source, const char *uid);
/* The RoleBinding of a namespace, for every artifact in it. */
const aimp_node *aimp_render_status_updater(aimp_pass *pass);

/* resources.c: rendering.md section 2.5 */
const aimp_node *aimp_render_resources(aimp_pass *pass);

/* The parent of an object, as far as it leaves traces in it. */
typedef struct aimp_parent {
    aimp_kind kind;
    const char *name, *uid; /* uid "" when unknown */
    const aimp_node *labels;
    const aimp_node *config; /* merged runtime configuration of the parent */
} aimp_parent;
aimp_parent aimp_pass_parent(const aimp_pass *pass);
/* metadata.c: propagated labels, controller labels, owner reference, in that order (names-and-labels.md section 8). */
const aimp_node *aimp_with_parent(aimp_pass *pass, const aimp_node *object, const aimp_parent *parent, bool owned);
/* A name as a label value. */
const char *aimp_label_of(const aimp_pass *pass, const char *name);

#endif
