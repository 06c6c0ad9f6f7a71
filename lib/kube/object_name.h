/* The name of every object that AIM Engine derives from another. Rules: spec/names-and-labels.md section 5.
 * Every function answers arena memory, and NULL only where it says so. */
#ifndef AIMP_KUBE_OBJECT_NAME_H
#define AIMP_KUBE_OBJECT_NAME_H

#include "kube/image_reference.h"
#include "kube/name.h"

/* NULL when the namespace is longer than 42 characters: no name would leave room for "-predictor-<namespace>". */
const char *aimp_inference_service_name(aimp_arena *arena, const char *service, const char *ns);
const char *aimp_http_route_name(aimp_arena *arena, const char *service, const char *ns);
const char *aimp_predictor_name(aimp_arena *arena, const char *inference_service);     /* <isvc>-predictor */
const char *aimp_predictor_hpa_name(aimp_arena *arena, const char *inference_service); /* keda-hpa-<isvc>-predictor */
/* NULL when uri is no image reference; *problem as in aimp_image_reference_parse. */
const char *aimp_image_model_name(aimp_arena *arena, const char *uri, const char **problem);
/* custom: the value of spec.model.custom (baseImage, modelSources). */
const char *aimp_custom_model_name(aimp_arena *arena, const aimp_node *custom);
/* overrides: the value of spec.overrides or NULL. The base name itself when no part of it can be named. */
const char *aimp_derived_template_name(aimp_arena *arena, const char *base, const aimp_node *overrides);
const char *aimp_shared_cache_name(aimp_arena *arena, const char *template_name, const char *ns);
const char *aimp_dedicated_cache_name(aimp_arena *arena, const char *template_name, const char *service,
                                      const char *service_uid);
/* env: the merged list or NULL. cache_name: NULL for a Shared cache, its name for a Dedicated one. */
const char *aimp_artifact_name(aimp_arena *arena, const char *source_uri, const aimp_node *env,
                               const char *storage_class, const char *cache_name);
const char *aimp_artifact_claim_name(aimp_arena *arena, const char *artifact, const char *uid);
const char *aimp_download_job_name(aimp_arena *arena, const char *artifact, const char *uid);
const char *aimp_size_job_name(aimp_arena *arena, const char *artifact, const char *uid);
/* One entry of model metadata's recommendedDeployments: gpuModel, gpuCount, metric, precision. */
const char *aimp_recommended_template_name(aimp_arena *arena, const char *model, const char *image,
                                           const aimp_node *deployment);
/* custom_template: the entry of spec.customTemplates, NULL for the automatic one. */
const char *aimp_custom_template_name(aimp_arena *arena, const char *model, int64_t index,
                                      const aimp_node *custom_template);
const char *aimp_source_model_name(aimp_arena *arena, const char *registry, const char *repository, const char *tag);
/* The volume that mounts an artifact's claim. */
const char *aimp_cache_volume_name(aimp_arena *arena, const char *artifact);

#endif
