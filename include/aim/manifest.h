/**
 * @file
 * One manifest on its own.
 */
#ifndef AIM_MANIFEST_H
#define AIM_MANIFEST_H

#include <aim/buffer.h>
#include <aim/cluster.h>
#include <aim/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Renders one object that a service leads to, whether its turn has come or not: AIMModel, AIMServiceTemplate (derived),
 * AIMTemplateCache, InferenceService, HTTPRoute, and AIMArtifact, PersistentVolumeClaim or Job of the first model
 * source that needs one.
 *
 * @param service  namespace and name of an AIMService
 * @param kind     the kind to render
 * @param options  may be NULL
 * @param format   AIM_FORMAT_JSON or AIM_FORMAT_YAML
 * @param out      receives an owned buffer, NULL on failure; aim_buffer_free()
 * @retval AIM_E_NOT_FOUND    the service is not in the cluster, or it does not lead to such an object
 * @retval AIM_E_UNSUPPORTED  no object of that kind is ever rendered
 * @see spec/rendering.md
 * @since 0.1
 */
AIM_API aim_code aim_manifest_render(const aim_cluster *cluster, const aim_ref *service, const char *kind,
                                     const aim_options *options, int32_t format, aim_buffer **out, aim_error **err);

#ifdef __cplusplus
}
#endif

#endif
