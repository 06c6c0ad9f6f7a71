/* The fields of the AIM kinds. Source of every row: spec/resources.md. */
#include <string.h>

#include "kube/kind.h"
#include "kube/name.h"
#include "kube/quantity.h"
#include "kube/schema_tables.h"

#define STRING AIMP_T_STRING
#define BOOL AIMP_T_BOOL
#define INT32 AIMP_T_INT32
#define INT64 AIMP_T_INT64
#define QUANTITY AIMP_T_QUANTITY
#define OBJECT AIMP_T_OBJECT
#define ANY AIMP_T_ANY
#define REQUIRED AIMP_F_REQUIRED
#define LIST AIMP_F_LIST
#define MAP AIMP_F_MAP
#define POINTER AIMP_F_POINTER
#define IMMUTABLE AIMP_F_IMMUTABLE
#define KEYED AIMP_F_KEYED

/* --- enumerations: section 1.2 --- */
static const char *const metrics[] = {"latency", "throughput", NULL};
static const char *const precisions[] = {"auto", "fp4", "fp8", "fp16", "fp32", "bf16", "int4", "int8", NULL};
static const char *const profile_types[] = {"optimized", "preview", "unoptimized", NULL};
static const char *const caching_modes[] = {"Dedicated", "Shared", "Auto", "Always", "Never", NULL};
static const char *const cache_modes[] = {"Dedicated", "Shared", NULL};
static const char *const template_scopes[] = {"Namespace", "Cluster", "Unknown", NULL};
static const char *const service_states[] = {"Pending", "Starting", "Running", "Degraded", "Failed", NULL};
static const char *const object_states[] = {"Pending", "Progressing",  "Ready", "Degraded",
                                            "Failed",  "NotAvailable", NULL};
static const char *const metric_types[] = {"PodMetric", NULL};
static const char *const metric_backends[] = {"opentelemetry", NULL};
static const char *const target_types[] = {"Value", "AverageValue", "Utilization", NULL};

/* --- patterns: section 1.5 --- */
static size_t run_of(const char *text, const char *more) {
    size_t size = 0;
    while (text[size] && (aimp_is_lower_alnum(aimp_to_lower(text[size])) || strchr(more, text[size])))
        size++;
    return size;
}

static bool is_model_id(const char *text) {
    size_t left = run_of(text, "_-");
    if (!left || text[left] != '/') return false;
    size_t right = run_of(text + left + 1, "._-");
    return right && !text[left + 1 + right];
}

static bool is_source_uri(const char *text) {
    size_t scheme = aimp_starts_with(text, "hf://") || aimp_starts_with(text, "s3://") ? 5 : 0;
    return scheme && text[scheme] && !strpbrk(text + scheme, " \t\r\n");
}

static const char model_id_text[] = "an organisation and a name joined by one / (letters, digits, _ . -)";
static const char source_uri_text[] = "hf://… or s3://… without white space";

/* --- sections 1.4 to 1.9 --- */
static const char *hardware_rule(const aimp_node *hardware) {
    return aimp_get(hardware, "gpu") || aimp_get(hardware, "cpu") ? NULL : "at least one of gpu and cpu must be given";
}

static const char *gpu_rule(const aimp_node *gpu) {
    const char *model = aimp_get_text(gpu, "model");
    return !aimp_is_empty(model) && aimp_get(gpu, "minVram") ? "model and minVram exclude each other" : NULL;
}

static const aimp_field gpu_fields[] = {
    {"requests", INT32, .ranged = true},
    {"model", STRING, .max = 64},
    {"minVram", QUANTITY, POINTER},
    {"resourceName", STRING, .default_text = "amd.com/gpu"},
};
static const aimp_schema gpu_schema = {"gpu", gpu_fields, AIMP_COUNT_OF(gpu_fields), false, gpu_rule};

static const aimp_field cpu_fields[] = {{"requests", QUANTITY, REQUIRED}, {"limits", QUANTITY, POINTER}};
static const aimp_schema cpu_schema = AIMP_SCHEMA("cpu", cpu_fields);

static const aimp_field hardware_fields[] = {{"gpu", OBJECT, .object = &gpu_schema},
                                             {"cpu", OBJECT, .object = &cpu_schema}};
const aimp_schema aimp_hardware_schema = {"hardware", hardware_fields, AIMP_COUNT_OF(hardware_fields), false,
                                          hardware_rule};

#define HARDWARE(flags_)                                                                                               \
    { "hardware", OBJECT, (flags_), .object = &aimp_hardware_schema }
#define ENV(name_)                                                                                                     \
    { (name_), OBJECT, LIST | KEYED, .object = &aimp_env_var_schema }
#define SECRETS                                                                                                        \
    { "imagePullSecrets", OBJECT, LIST, .object = &aimp_local_reference_schema }
#define SOURCES(flags_, min_, max_)                                                                                    \
    { "modelSources", OBJECT, LIST | (flags_), .object = &aimp_model_source_schema, .min = (min_), .max = (max_) }
#define CONDITIONS                                                                                                     \
    { "conditions", OBJECT, LIST, .object = &aimp_condition_schema }

static const aimp_field model_source_fields[] = {
    {"modelId", STRING, REQUIRED, .legal = is_model_id, .legal_text = model_id_text},
    {"sourceUri", STRING, REQUIRED, .legal = is_source_uri, .legal_text = source_uri_text},
    {"size", QUANTITY, POINTER},
    ENV("env"),
};
const aimp_schema aimp_model_source_schema = AIMP_SCHEMA("modelSource", model_source_fields);

static const aimp_field local_reference_fields[] = {{"name", STRING, .default_text = ""}};
const aimp_schema aimp_local_reference_schema = AIMP_SCHEMA("localObjectReference", local_reference_fields);

static const aimp_field claim_fields[] = {{"name", STRING, REQUIRED}, {"request", STRING}};
static const aimp_schema claim_schema = AIMP_SCHEMA("resourceClaim", claim_fields);

static const aimp_field resources_fields[] = {
    {"limits", QUANTITY, MAP},
    {"requests", QUANTITY, MAP},
    {"claims", OBJECT, LIST, .object = &claim_schema},
};
const aimp_schema aimp_resources_schema = AIMP_SCHEMA("resources", resources_fields);

static const aimp_field parent_reference_fields[] = {
    {"group", STRING, POINTER, .default_text = "gateway.networking.k8s.io"},
    {"kind", STRING, POINTER, .default_text = "Gateway"},
    {"namespace", STRING, POINTER, .legal = aimp_is_dns_label, .legal_text = "a DNS label of at most 63 characters"},
    {"name", STRING, REQUIRED, .min = 1, .max = 253},
    {"sectionName", STRING, POINTER, .min = 1, .max = 253},
    {"port", INT32, POINTER, .ranged = true, .min = 1},
};
const aimp_schema aimp_parent_reference_schema = AIMP_SCHEMA("gatewayRef", parent_reference_fields);

static const aimp_field resolved_reference_fields[] = {
    {"name", STRING}, {"namespace", STRING}, {"scope", STRING}, {"kind", STRING}, {"uid", STRING}};
static const aimp_schema resolved_reference_schema = AIMP_SCHEMA("reference", resolved_reference_fields);

#define REFERENCE(name_)                                                                                               \
    { (name_), OBJECT, .object = &resolved_reference_schema }

/* --- section 7, shared with the service --- */
static const aimp_field storage_fields[] = {
    {"defaultStorageClassName", STRING, POINTER},
    {"pvcHeadroomPercent", INT32, POINTER, .default_text = "10", .ranged = true},
};
static const aimp_schema storage_schema = AIMP_SCHEMA("storage", storage_fields);

static const aimp_field routing_fields[] = {
    {"enabled", BOOL, POINTER},        {"gatewayRef", OBJECT, .object = &aimp_parent_reference_schema},
    {"pathTemplate", STRING, POINTER}, {"requestTimeout", AIMP_T_DURATION, POINTER},
    {"annotations", STRING, MAP},
};
static const aimp_schema routing_schema = AIMP_SCHEMA("routing", routing_fields);

static const aimp_field auto_discovery_fields[] = {{"autoDiscovery", BOOL, POINTER}};
static const aimp_schema auto_discovery_schema = AIMP_SCHEMA("model", auto_discovery_fields);

static const aimp_field propagation_fields[] = {{"enabled", BOOL, .default_text = "false"}, {"match", STRING, LIST}};
static const aimp_schema propagation_schema = AIMP_SCHEMA("labelPropagation", propagation_fields);

static const aimp_field runtime_config_spec_fields[] = {
    {"storage", OBJECT, .object = &storage_schema},
    {"routing", OBJECT, .object = &routing_schema},
    ENV("env"),
    {"model", OBJECT, .object = &auto_discovery_schema},
    {"labelPropagation", OBJECT, .object = &propagation_schema},
    {"defaultStorageClassName", STRING},
    {"pvcHeadroomPercent", INT32, POINTER, .ranged = true},
};
const aimp_schema aimp_runtime_config_spec_schema = AIMP_SCHEMA("spec", runtime_config_spec_fields);

#define KIND_FIELDS(spec_, status_)                                                                                    \
    {"apiVersion", STRING, REQUIRED}, {"kind", STRING, REQUIRED},                                                      \
        {"metadata", OBJECT, REQUIRED, .object = &aimp_aim_metadata_schema}, {"spec", OBJECT, .object = (spec_)}, {    \
        "status", OBJECT, .object = (status_)                                                                          \
    }

static const aimp_field config_status_fields[] = {{"observedGeneration", INT64}, CONDITIONS};
static const aimp_schema config_status_schema = AIMP_SCHEMA("status", config_status_fields);
static const aimp_field runtime_config_fields[] = {
    KIND_FIELDS(&aimp_runtime_config_spec_schema, &config_status_schema)};
const aimp_schema aimp_runtime_config_schema = AIMP_SCHEMA("AIMRuntimeConfig", runtime_config_fields);

/* --- section 2: AIMService --- */
static const aimp_field custom_model_fields[] = {
    {"baseImage", STRING, REQUIRED},
    SOURCES(REQUIRED, 1, 1),
    HARDWARE(REQUIRED),
};
static const aimp_schema custom_model_schema = AIMP_SCHEMA("custom", custom_model_fields);

static const char *model_rule(const aimp_node *model) {
    int modes =
        (aimp_get(model, "name") != NULL) + (aimp_get(model, "image") != NULL) + (aimp_get(model, "custom") != NULL);
    return modes == 1 ? NULL : "exactly one of name, image and custom must be given";
}

static const aimp_field service_model_fields[] = {
    {"name", STRING, POINTER}, {"image", STRING, POINTER}, {"custom", OBJECT, .object = &custom_model_schema}};
static const aimp_schema service_model_schema = {"model", service_model_fields, AIMP_COUNT_OF(service_model_fields),
                                                 false, model_rule};

static const aimp_field service_template_fields[] = {{"name", STRING}, {"allowUnoptimized", BOOL}};
static const aimp_schema service_template_schema = AIMP_SCHEMA("template", service_template_fields);

static const aimp_field caching_fields[] = {{"mode", STRING, .values = caching_modes, .default_text = "Shared"}};
static const aimp_schema caching_schema = AIMP_SCHEMA("caching", caching_fields);

static const aimp_field metric_source_fields[] = {
    {"backend", STRING, POINTER, .values = metric_backends, .default_text = "opentelemetry"},
    {"serverAddress", STRING},
    {"metricNames", STRING, LIST},
    {"query", STRING},
    {"operationOverTime", STRING},
};
static const aimp_schema metric_source_schema = AIMP_SCHEMA("metric", metric_source_fields);
static const aimp_field metric_target_fields[] = {
    {"type", STRING, REQUIRED, .values = target_types},
    {"value", STRING},
    {"averageValue", STRING},
    {"averageUtilization", INT32, POINTER},
};
static const aimp_schema metric_target_schema = AIMP_SCHEMA("target", metric_target_fields);
static const aimp_field pod_metric_fields[] = {
    {"metric", OBJECT, REQUIRED, .object = &metric_source_schema},
    {"target", OBJECT, REQUIRED, .object = &metric_target_schema},
};
static const aimp_schema pod_metric_schema = AIMP_SCHEMA("podmetric", pod_metric_fields);
static const aimp_field scaling_metric_fields[] = {{"type", STRING, REQUIRED, .values = metric_types},
                                                   {"podmetric", OBJECT, .object = &pod_metric_schema}};
static const aimp_schema scaling_metric_schema = AIMP_SCHEMA("metric", scaling_metric_fields);
static const aimp_field scaling_fields[] = {{"metrics", OBJECT, LIST, .object = &scaling_metric_schema}};
static const aimp_schema scaling_schema = AIMP_SCHEMA("autoScaling", scaling_fields);

static const aimp_field overrides_fields[] = {
    {"metric", STRING, IMMUTABLE, .values = metrics},
    {"precision", STRING, IMMUTABLE, .values = precisions},
    HARDWARE(IMMUTABLE),
};
static const aimp_schema overrides_schema = AIMP_SCHEMA("overrides", overrides_fields);

static const aimp_field service_spec_fields[] = {
    {"model", OBJECT, REQUIRED | IMMUTABLE, .object = &service_model_schema},
    {"template", OBJECT, IMMUTABLE, .object = &service_template_schema},
    {"caching", OBJECT, IMMUTABLE, .object = &caching_schema},
    {"cacheModel", BOOL, POINTER},
    {"replicas", INT32, POINTER, .default_text = "1"},
    {"minReplicas", INT32, POINTER, .min = 1, .ranged = true},
    {"maxReplicas", INT32, POINTER, .min = 1, .ranged = true},
    {"autoScaling", OBJECT, .object = &scaling_schema},
    {"runtimeConfigName", STRING},
    {"storage", OBJECT, .object = &storage_schema},
    {"routing", OBJECT, .object = &routing_schema},
    ENV("env"),
    {"resources", OBJECT, .object = &aimp_resources_schema},
    {"overrides", OBJECT, .object = &overrides_schema},
    SECRETS,
    {"serviceAccountName", STRING},
};
static const aimp_schema service_spec_schema = AIMP_SCHEMA("spec", service_spec_fields);

static const aimp_field service_routing_status_fields[] = {{"path", STRING}};
static const aimp_schema service_routing_status_schema = AIMP_SCHEMA("routing", service_routing_status_fields);
static const aimp_field service_cache_status_fields[] = {REFERENCE("templateCacheRef"), {"retryAttempts", INT32}};
static const aimp_schema service_cache_status_schema = AIMP_SCHEMA("cache", service_cache_status_fields);
static const aimp_field service_runtime_fields[] = {
    {"currentReplicas", INT32, POINTER},
    {"desiredReplicas", INT32, POINTER},
    {"minReplicas", INT32, POINTER},
    {"maxReplicas", INT32, POINTER},
    {"replicas", STRING},
};
static const aimp_schema service_runtime_schema = AIMP_SCHEMA("runtime", service_runtime_fields);
static const aimp_field service_status_fields[] = {
    {"observedGeneration", INT64},
    CONDITIONS,
    {"status", STRING, .values = service_states, .default_text = "Pending"},
    REFERENCE("resolvedRuntimeConfig"),
    REFERENCE("resolvedModel"),
    REFERENCE("resolvedTemplate"),
    {"routing", OBJECT, .object = &service_routing_status_schema},
    {"cache", OBJECT, .object = &service_cache_status_schema},
    {"runtime", OBJECT, .object = &service_runtime_schema},
};
static const aimp_schema service_status_schema = AIMP_SCHEMA("status", service_status_fields);
static const aimp_field service_fields[] = {KIND_FIELDS(&service_spec_schema, &service_status_schema)};
const aimp_schema aimp_service_schema = AIMP_SCHEMA("AIMService", service_fields);

/* --- section 3: models --- */
static const aimp_field discovery_fields[] = {{"extractMetadata", BOOL, POINTER, .default_text = "true"},
                                              {"createServiceTemplates", BOOL, POINTER, .default_text = "true"}};
static const aimp_schema discovery_schema = AIMP_SCHEMA("discovery", discovery_fields);
static const aimp_field model_custom_fields[] = {HARDWARE(0), {"type", STRING, .values = profile_types}};
static const aimp_schema model_custom_schema = AIMP_SCHEMA("custom", model_custom_fields);
static const aimp_field custom_profile_fields[] = {{"metric", STRING, .values = metrics},
                                                   {"precision", STRING, .values = precisions}};
static const aimp_schema custom_profile_schema = AIMP_SCHEMA("profile", custom_profile_fields);
static const aimp_field custom_template_fields[] = {
    {"name", STRING, .max = 63},
    {"type", STRING, .values = profile_types, .default_text = "unoptimized"},
    {"env", OBJECT, LIST | KEYED, .object = &aimp_env_var_schema, .max = 64},
    HARDWARE(0),
    {"profile", OBJECT, .object = &custom_profile_schema},
};
static const aimp_schema custom_template_schema = AIMP_SCHEMA("customTemplate", custom_template_fields);

static const aimp_field deployment_fields[] = {
    {"gpuModel", STRING}, {"gpuCount", INT32},   {"precision", STRING},
    {"metric", STRING},   {"profileId", STRING}, {"description", STRING},
};
static const aimp_schema deployment_schema = AIMP_SCHEMA("recommendedDeployment", deployment_fields);
static const aimp_field model_metadata_fields[] = {
    {"canonicalName", STRING},  {"source", STRING},
    {"tags", STRING, LIST},     {"versions", STRING, LIST},
    {"variants", STRING, LIST}, {"hfTokenRequired", BOOL},
    {"title", STRING},          {"descriptionFull", STRING},
    {"releaseNotes", STRING},   {"recommendedDeployments", OBJECT, LIST, .object = &deployment_schema},
};
static const aimp_schema model_metadata_schema = AIMP_SCHEMA("model", model_metadata_fields);
static const aimp_field image_metadata_fields[] = {
    {"model", OBJECT, .object = &model_metadata_schema}, {"oci", STRING, MAP}, {"originalLabels", STRING, MAP}};
static const aimp_schema image_metadata_schema = AIMP_SCHEMA("imageMetadata", image_metadata_fields);

static const char *model_spec_rule(const aimp_node *spec) {
    const aimp_node *templates = aimp_get(spec, "customTemplates");
    if (!aimp_count(aimp_get(spec, "modelSources")) || !aimp_count(templates)) return NULL;
    if (aimp_at(spec, "custom", "hardware", NULL)) return NULL;
    for (size_t i = 0; i < aimp_count(templates); i++) {
        if (!aimp_get(aimp_item(templates, i), "hardware"))
            return "every custom template needs hardware when custom.hardware is absent";
    }
    return NULL;
}

static const aimp_field model_spec_fields[] = {
    {"image", STRING, REQUIRED, .min = 1},
    {"discovery", OBJECT, .object = &discovery_schema},
    {"defaultServiceTemplate", STRING},
    {"custom", OBJECT, .object = &model_custom_schema},
    {"customTemplates", OBJECT, LIST, .object = &custom_template_schema, .max = 16},
    SOURCES(0, 0, 1),
    {"runtimeConfigName", STRING},
    SECRETS,
    ENV("env"),
    {"serviceAccountName", STRING},
    {"resources", OBJECT, .object = &aimp_resources_schema},
    {"imageMetadata", OBJECT, .object = &image_metadata_schema},
};
static const aimp_schema model_spec_schema = {"spec", model_spec_fields, AIMP_COUNT_OF(model_spec_fields), false,
                                              model_spec_rule};
static const aimp_field model_status_fields[] = {
    {"observedGeneration", INT64},
    {"status", STRING, .values = object_states, .default_text = "Pending"},
    CONDITIONS,
    REFERENCE("resolvedRuntimeConfig"),
    {"imageMetadata", OBJECT, .object = &image_metadata_schema},
    {"sourceType", STRING},
};
static const aimp_schema model_status_schema = AIMP_SCHEMA("status", model_status_fields);
static const aimp_field model_fields[] = {KIND_FIELDS(&model_spec_schema, &model_status_schema)};
const aimp_schema aimp_model_schema = AIMP_SCHEMA("AIMModel", model_fields);

/* --- section 4: templates --- */
static const aimp_field template_caching_fields[] = {{"enabled", BOOL, .default_text = "false"}, ENV("env")};
static const aimp_schema template_caching_schema = AIMP_SCHEMA("caching", template_caching_fields);

#define TEMPLATE_SPEC_FIELDS                                                                                           \
    {"modelName", STRING, REQUIRED | IMMUTABLE, .min = 1}, {"metric", STRING, IMMUTABLE, .values = metrics},           \
        {"precision", STRING, IMMUTABLE, .values = precisions}, HARDWARE(IMMUTABLE), {"runtimeConfigName", STRING},    \
        SECRETS, {"serviceAccountName", STRING}, {"resources", OBJECT, .object = &aimp_resources_schema},              \
        SOURCES(0, 0, 0), {"profileId", STRING}, {"type", STRING, .values = profile_types}, ENV("env")

static const aimp_field template_spec_fields[] = {TEMPLATE_SPEC_FIELDS,
                                                  {"caching", OBJECT, .object = &template_caching_schema}};
const aimp_schema aimp_template_spec_schema = AIMP_SCHEMA("spec", template_spec_fields);
static const aimp_field cluster_template_spec_fields[] = {TEMPLATE_SPEC_FIELDS};
static const aimp_schema cluster_template_spec_schema = AIMP_SCHEMA("spec", cluster_template_spec_fields);

/* The field knows types and flags that the enumerations above do not: they are carried, not refused. */
static const aimp_field profile_metadata_fields[] = {{"engine", STRING}, {"gpu", STRING},       {"gpuCount", INT32},
                                                     {"metric", STRING}, {"precision", STRING}, {"type", STRING}};
static const aimp_schema profile_metadata_schema = AIMP_OPEN_SCHEMA("metadata", profile_metadata_fields);
static const aimp_field profile_fields[] = {{"engine_args", ANY},
                                            {"env_vars", STRING, MAP},
                                            {"metadata", OBJECT, .object = &profile_metadata_schema},
                                            {"originalDiscoveryOutput", ANY}};
static const aimp_schema profile_schema = AIMP_SCHEMA("profile", profile_fields);
static const aimp_field discovery_state_fields[] = {
    {"attempts", INT32}, {"lastAttemptTime", STRING}, {"lastFailureReason", STRING}, {"specHash", STRING}};
static const aimp_schema discovery_state_schema = AIMP_SCHEMA("discovery", discovery_state_fields);
static const aimp_field template_status_fields[] = {
    {"observedGeneration", INT64},
    {"status", STRING, .values = object_states, .default_text = "Pending"},
    CONDITIONS,
    REFERENCE("resolvedRuntimeConfig"),
    REFERENCE("resolvedCache"),
    REFERENCE("resolvedModel"),
    {"resolvedHardware", OBJECT, .object = &aimp_hardware_schema},
    {"resolvedNodeAffinity", OBJECT, .object = &aimp_node_affinity_schema},
    {"hardwareSummary", STRING},
    SOURCES(0, 0, 0),
    {"profile", OBJECT, .object = &profile_schema},
    REFERENCE("discoveryJob"),
    {"discovery", OBJECT, .object = &discovery_state_schema},
};
static const aimp_schema template_status_schema = AIMP_SCHEMA("status", template_status_fields);
static const aimp_field template_fields[] = {KIND_FIELDS(&aimp_template_spec_schema, &template_status_schema)};
const aimp_schema aimp_template_schema = AIMP_SCHEMA("AIMServiceTemplate", template_fields);
static const aimp_field cluster_template_fields[] = {
    KIND_FIELDS(&cluster_template_spec_schema, &template_status_schema)};
const aimp_schema aimp_cluster_template_schema = AIMP_SCHEMA("AIMClusterServiceTemplate", cluster_template_fields);

/* --- section 5: AIMTemplateCache --- */
static const aimp_field cache_spec_fields[] = {
    {"templateName", STRING, REQUIRED, .min = 1},
    {"templateScope", STRING, REQUIRED, .values = template_scopes},
    ENV("env"),
    SECRETS,
    {"storageClassName", STRING},
    {"downloadImage", STRING},
    SOURCES(0, 0, 0),
    {"runtimeConfigName", STRING},
    {"mode", STRING, .values = cache_modes, .default_text = "Shared"},
};
static const aimp_schema cache_spec_schema = AIMP_SCHEMA("spec", cache_spec_fields);
static const aimp_field cache_artifact_fields[] = {
    {"uid", STRING},       {"name", STRING}, {"model", STRING}, {"status", STRING}, {"persistentVolumeClaim", STRING},
    {"mountPoint", STRING}};
static const aimp_schema cache_artifact_schema = AIMP_SCHEMA("artifact", cache_artifact_fields);
static const aimp_field cache_status_fields[] = {
    {"observedGeneration", INT64},
    REFERENCE("resolvedRuntimeConfig"),
    {"resolvedTemplateKind", STRING},
    {"status", STRING, .values = object_states, .default_text = "Pending"},
    CONDITIONS,
    {"artifacts", OBJECT, MAP, .object = &cache_artifact_schema},
};
static const aimp_schema cache_status_schema = AIMP_SCHEMA("status", cache_status_fields);
static const aimp_field cache_fields[] = {KIND_FIELDS(&cache_spec_schema, &cache_status_schema)};
const aimp_schema aimp_template_cache_schema = AIMP_SCHEMA("AIMTemplateCache", cache_fields);

/* --- section 6: AIMArtifact --- */
static const aimp_field artifact_spec_fields[] = {
    {"sourceUri", STRING, REQUIRED | IMMUTABLE, .min = 1, .legal = is_source_uri, .legal_text = source_uri_text},
    {"modelId", STRING, .legal = is_model_id, .legal_text = model_id_text},
    {"storageClassName", STRING},
    {"size", QUANTITY, POINTER},
    ENV("env"),
    {"modelDownloadImage", STRING, .default_text = "ghcr.io/silogen/aim-artifact-downloader:0.2.0"},
    SECRETS,
    {"runtimeConfigName", STRING},
};
static const aimp_schema artifact_spec_schema = AIMP_SCHEMA("spec", artifact_spec_fields);
static const aimp_field progress_fields[] = {
    {"totalBytes", INT64}, {"downloadedBytes", INT64}, {"percentage", INT32}, {"displayPercentage", STRING}};
static const aimp_schema progress_schema = AIMP_SCHEMA("progress", progress_fields);
static const aimp_field download_fields[] = {{"protocol", STRING},
                                             {"attempt", INT32},
                                             {"totalAttempts", INT32},
                                             {"protocolSequence", STRING},
                                             {"message", STRING}};
static const aimp_schema download_schema = AIMP_SCHEMA("download", download_fields);
static const aimp_field artifact_status_fields[] = {
    {"observedGeneration", INT64},
    {"status", STRING, .values = object_states, .default_text = "Pending"},
    CONDITIONS,
    {"progress", OBJECT, .object = &progress_schema},
    {"download", OBJECT, .object = &download_schema},
    {"displaySize", STRING},
    {"lastUsed", STRING},
    {"persistentVolumeClaim", STRING},
    {"mode", STRING, .values = cache_modes},
    {"discoveredSizeBytes", INT64, POINTER},
    {"allocatedSize", QUANTITY, POINTER},
    {"headroomPercent", INT32, POINTER},
    REFERENCE("resolvedRuntimeConfig"),
};
static const aimp_schema artifact_status_schema = AIMP_SCHEMA("status", artifact_status_fields);
static const aimp_field artifact_fields[] = {KIND_FIELDS(&artifact_spec_schema, &artifact_status_schema)};
const aimp_schema aimp_artifact_schema = AIMP_SCHEMA("AIMArtifact", artifact_fields);
