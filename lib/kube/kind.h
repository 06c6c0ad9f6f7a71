/* The kinds that libaim knows, by group, version and kind. */
#ifndef AIMP_KUBE_KIND_H
#define AIMP_KUBE_KIND_H

#include "kube/schema.h"

#define AIMP_AIM_GROUP "aim.eai.amd.com"
#define AIMP_AIM_API_VERSION AIMP_AIM_GROUP "/v1alpha1"

typedef enum aimp_kind {
    AIMP_KIND_NONE,
    AIMP_SERVICE,
    AIMP_MODEL,
    AIMP_CLUSTER_MODEL,
    AIMP_TEMPLATE,
    AIMP_CLUSTER_TEMPLATE,
    AIMP_TEMPLATE_CACHE,
    AIMP_ARTIFACT,
    AIMP_RUNTIME_CONFIG,
    AIMP_CLUSTER_RUNTIME_CONFIG,
    AIMP_CLUSTER_MODEL_SOURCE,
    AIMP_NODE,
    AIMP_POD,
    AIMP_EVENT,
    AIMP_CLAIM,
    AIMP_STORAGE_CLASS,
    AIMP_JOB,
    AIMP_HPA,
    AIMP_INFERENCE_SERVICE,
    AIMP_HTTP_ROUTE,
    AIMP_GATEWAY,
    AIMP_SECRET, /* its name only */
    AIMP_ROLE_BINDING,
    AIMP_NAMESPACE,
    AIMP_KIND_COUNT
} aimp_kind;

typedef struct aimp_kind_info {
    aimp_kind id;
    const char *kind, *group, *version, *plural;
    bool namespaced;
    const char *controller; /* of AIM kinds: names-and-labels.md section 8.2 */
    const aimp_schema *schema;
} aimp_kind_info;

const aimp_kind_info *aimp_kind_of(aimp_kind id);
/* By group and kind; AIMP_KIND_NONE when unknown. Of the AIM group only v1alpha1 is known, of the others any version.
 */
aimp_kind aimp_kind_find(const char *group, const char *version, const char *kind);
/* By the kind alone, whatever its group. */
aimp_kind aimp_kind_named(const char *name);
const char *aimp_kind_api_version(aimp_arena *arena, aimp_kind id);
bool aimp_kind_is_aim(aimp_kind id);

#endif
