/**
 * @file
 * One manifest on its own.
 */
#ifndef AIM_MANIFEST_H
#define AIM_MANIFEST_H

#include <aim/buffer.h>
#include <aim/cluster.h>
#include <aim/options.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Renders one object that a service leads to, whether its turn has come or not: AIMModel, AIMServiceTemplate (derived),
 * AIMTemplateCache, InferenceService, HTTPRoute, and AIMArtifact, PersistentVolumeClaim or Job of the first model
 * source that needs one.
 *
 * @param cluster  read only; other threads may read it too
 * @param service  namespace (NULL: "default") and name of an AIMService
 * @param kind     the kind to render
 * @param options  may be NULL
 * @param format   AIM_FORMAT_JSON or AIM_FORMAT_YAML
 * @param flags    0
 * @param out      receives an owned buffer, NULL on failure; aim_buffer_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK             it is rendered
 * @retval AIM_E_NOT_FOUND    the service is not in the cluster, or it does not lead to such an object
 * @retval AIM_E_UNSUPPORTED  no object of that kind is ever rendered, or service->kind is set and not AIMService
 * @retval AIM_E_CANCELLED    options->cancel was set
 * @retval AIM_E_ARGUMENT     a required argument is NULL, the service has no name, options->now is no time, or format
 * or flags are unknown
 * @retval AIM_E_STRUCT       service or options has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY    the allocator refused
 * @see spec/rendering.md
 * @since 0.1
 */
AIM_API aim_code aim_manifest_render(const aim_cluster *cluster, const aim_ref *service, const char *kind,
                                     const aim_options *options, int32_t format, uint32_t flags, aim_buffer **out,
                                     aim_error **err);

#ifdef __cplusplus
}
#endif

#endif
