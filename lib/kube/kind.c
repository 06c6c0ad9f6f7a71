/* The table of kinds; their fields are in the schema_*.c files. */
#include "kube/kind.h"

#include "kube/schema_tables.h"

#include <string.h>

#define AIM(id, name, plural, namespaced, controller, schema)                                                          \
    { id, name, AIMP_AIM_GROUP, "v1alpha1", plural, namespaced, controller, schema }

static const aimp_kind_info kinds[AIMP_KIND_COUNT] = {
    {AIMP_KIND_NONE, "", "", "", "", false, NULL, NULL},
    AIM(AIMP_SERVICE, "AIMService", "aimservices", true, "service", &aimp_service_schema),
    AIM(AIMP_MODEL, "AIMModel", "aimmodels", true, "model", &aimp_model_schema),
    AIM(AIMP_CLUSTER_MODEL, "AIMClusterModel", "aimclustermodels", false, "cluster-model", &aimp_model_schema),
    AIM(AIMP_TEMPLATE, "AIMServiceTemplate", "aimservicetemplates", true, "service-template", &aimp_template_schema),
    AIM(AIMP_CLUSTER_TEMPLATE, "AIMClusterServiceTemplate", "aimclusterservicetemplates", false,
        "cluster-service-template", &aimp_cluster_template_schema),
    AIM(AIMP_TEMPLATE_CACHE, "AIMTemplateCache", "aimtemplatecaches", true, "template-cache",
        &aimp_template_cache_schema),
    AIM(AIMP_ARTIFACT, "AIMArtifact", "aimartifacts", true, "artifact", &aimp_artifact_schema),
    AIM(AIMP_RUNTIME_CONFIG, "AIMRuntimeConfig", "aimruntimeconfigs", true, NULL, &aimp_runtime_config_schema),
    AIM(AIMP_CLUSTER_RUNTIME_CONFIG, "AIMClusterRuntimeConfig", "aimclusterruntimeconfigs", false, NULL,
        &aimp_runtime_config_schema),
    AIM(AIMP_CLUSTER_MODEL_SOURCE, "AIMClusterModelSource", "aimclustermodelsources", false, "cluster-model-source",
        &aimp_open_schema),
    {AIMP_NODE, "Node", "", "v1", "nodes", false, NULL, &aimp_node_schema},
    {AIMP_POD, "Pod", "", "v1", "pods", true, NULL, &aimp_pod_schema},
    {AIMP_EVENT, "Event", "", "v1", "events", true, NULL, &aimp_event_schema},
    {AIMP_CLAIM, "PersistentVolumeClaim", "", "v1", "persistentvolumeclaims", true, NULL, &aimp_claim_schema},
    {AIMP_STORAGE_CLASS, "StorageClass", "storage.k8s.io", "v1", "storageclasses", false, NULL, &aimp_open_schema},
    {AIMP_JOB, "Job", "batch", "v1", "jobs", true, NULL, &aimp_job_schema},
    {AIMP_HPA, "HorizontalPodAutoscaler", "autoscaling", "v2", "horizontalpodautoscalers", true, NULL,
     &aimp_hpa_schema},
    {AIMP_INFERENCE_SERVICE, "InferenceService", "serving.kserve.io", "v1beta1", "inferenceservices", true, NULL,
     &aimp_inference_service_schema},
    {AIMP_HTTP_ROUTE, "HTTPRoute", "gateway.networking.k8s.io", "v1", "httproutes", true, NULL,
     &aimp_http_route_schema},
    {AIMP_GATEWAY, "Gateway", "gateway.networking.k8s.io", "v1", "gateways", true, NULL, &aimp_open_schema},
    {AIMP_SECRET, "Secret", "", "v1", "secrets", true, NULL, &aimp_open_schema},
    {AIMP_ROLE_BINDING, "RoleBinding", "rbac.authorization.k8s.io", "v1", "rolebindings", true, NULL,
     &aimp_open_schema},
    {AIMP_NAMESPACE, "Namespace", "", "v1", "namespaces", false, NULL, &aimp_open_schema},
};

const aimp_kind_info *aimp_kind_of(aimp_kind id) {
    return &kinds[id < AIMP_KIND_COUNT ? id : AIMP_KIND_NONE];
}

bool aimp_kind_is_aim(aimp_kind id) {
    return id >= AIMP_SERVICE && id <= AIMP_CLUSTER_MODEL_SOURCE;
}

aimp_kind aimp_kind_find(const char *group, const char *version, const char *kind) {
    if (strcmp(kind, "Event") == 0 && strcmp(group, "events.k8s.io") == 0) return AIMP_EVENT;
    for (int i = AIMP_KIND_NONE + 1; i < AIMP_KIND_COUNT; i++) {
        if (strcmp(kinds[i].kind, kind) != 0 || strcmp(kinds[i].group, group) != 0) continue;
        bool other_version = aimp_kind_is_aim(kinds[i].id) && version && strcmp(version, kinds[i].version) != 0;
        return other_version ? AIMP_KIND_NONE : kinds[i].id;
    }
    return AIMP_KIND_NONE;
}

aimp_kind aimp_kind_named(const char *name) {
    for (int i = AIMP_KIND_NONE + 1; i < AIMP_KIND_COUNT; i++) {
        if (strcmp(kinds[i].kind, name) == 0) return kinds[i].id;
    }
    return AIMP_KIND_NONE;
}

const char *aimp_kind_api_version(aimp_arena *arena, aimp_kind id) {
    const aimp_kind_info *info = aimp_kind_of(id);
    return *info->group ? aimp_format(arena, "%s/%s", info->group, info->version) : info->version;
}
