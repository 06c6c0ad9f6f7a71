/* The fields that libaim reads of kinds that are not its own. Unknown fields are kept: their schema is somebody else's.
 */
#include "kube/schema_tables.h"

#define STRING AIMP_T_STRING
#define BOOL AIMP_T_BOOL
#define INT32 AIMP_T_INT32
#define INT64 AIMP_T_INT64
#define QUANTITY AIMP_T_QUANTITY
#define OBJECT AIMP_T_OBJECT
#define REQUIRED AIMP_F_REQUIRED
#define LIST AIMP_F_LIST
#define MAP AIMP_F_MAP
#define POINTER AIMP_F_POINTER

static const aimp_field owner_fields[] = {
    {"apiVersion", STRING},
    {"kind", STRING},
    {"name", STRING},
    {"uid", STRING},
    {"controller", BOOL, POINTER},
    {"blockOwnerDeletion", BOOL, POINTER},
};
static const aimp_schema owner_schema = AIMP_OPEN_SCHEMA("ownerReference", owner_fields);

#define METADATA_FIELDS                                                                                                \
    {"name", STRING}, {"namespace", STRING}, {"uid", STRING}, {"resourceVersion", STRING}, {"generation", INT64},      \
        {"creationTimestamp", STRING}, {"deletionTimestamp", STRING}, {"labels", STRING, MAP},                         \
        {"annotations", STRING, MAP}, {"finalizers", STRING, LIST}, {                                                  \
        "ownerReferences", OBJECT, LIST, .object = &owner_schema                                                       \
    }
static const aimp_field metadata_fields[] = {METADATA_FIELDS};
const aimp_schema aimp_metadata_schema = AIMP_OPEN_SCHEMA("metadata", metadata_fields);

/* Of AIM documents, where a misspelt field is worth a word: all of ObjectMeta. */
static const aimp_field aim_metadata_fields[] = {
    METADATA_FIELDS,
    {"generateName", STRING},
    {"selfLink", STRING},
    {"deletionGracePeriodSeconds", INT64},
};
const aimp_schema aimp_aim_metadata_schema = AIMP_SCHEMA("metadata", aim_metadata_fields);

static const aimp_field condition_fields[] = {
    {"type", STRING},
    {"status", STRING},
    {"reason", STRING},
    {"message", STRING},
    {"lastTransitionTime", STRING},
    {"observedGeneration", INT64},
};
const aimp_schema aimp_condition_schema = AIMP_OPEN_SCHEMA("condition", condition_fields);

#define CONDITIONS                                                                                                     \
    { "conditions", OBJECT, LIST, .object = &aimp_condition_schema }
#define METADATA                                                                                                       \
    { "metadata", OBJECT, REQUIRED, .object = &aimp_metadata_schema }

static const aimp_field open_fields[] = {METADATA};
const aimp_schema aimp_open_schema = AIMP_OPEN_SCHEMA("object", open_fields);

/* --- core/v1 EnvVar: written again field by field, so closed --- */
static const aimp_field field_ref_fields[] = {{"apiVersion", STRING}, {"fieldPath", STRING, REQUIRED | POINTER}};
static const aimp_schema field_ref_schema = AIMP_SCHEMA("fieldRef", field_ref_fields);
static const aimp_field resource_ref_fields[] = {
    {"containerName", STRING}, {"resource", STRING, REQUIRED | POINTER}, {"divisor", QUANTITY, POINTER}};
static const aimp_schema resource_ref_schema = AIMP_SCHEMA("resourceFieldRef", resource_ref_fields);
static const aimp_field key_ref_fields[] = {
    {"name", STRING, .default_text = ""}, {"key", STRING, REQUIRED | POINTER}, {"optional", BOOL, POINTER}};
static const aimp_schema key_ref_schema = AIMP_SCHEMA("keyRef", key_ref_fields);
static const aimp_field file_ref_fields[] = {
    {"volumeName", STRING, REQUIRED | POINTER},
    {"path", STRING, REQUIRED | POINTER},
    {"key", STRING, REQUIRED | POINTER},
    {"optional", BOOL, POINTER, .default_text = "false"},
};
static const aimp_schema file_ref_schema = AIMP_SCHEMA("fileKeyRef", file_ref_fields);
static const aimp_field value_from_fields[] = {
    {"fieldRef", OBJECT, .object = &field_ref_schema},
    {"resourceFieldRef", OBJECT, .object = &resource_ref_schema},
    {"configMapKeyRef", OBJECT, .object = &key_ref_schema},
    {"secretKeyRef", OBJECT, .object = &key_ref_schema},
    {"fileKeyRef", OBJECT, .object = &file_ref_schema},
};
static const aimp_schema value_from_schema = AIMP_SCHEMA("valueFrom", value_from_fields);
static const aimp_field env_var_fields[] = {{"name", STRING, REQUIRED | POINTER, .min = 1},
                                            {"value", STRING},
                                            {"valueFrom", OBJECT, .object = &value_from_schema}};
const aimp_schema aimp_env_var_schema = AIMP_SCHEMA("envVar", env_var_fields);

/* --- node affinity of a template's status --- */
static const aimp_field expression_fields[] = {
    {"key", STRING, REQUIRED | POINTER}, {"operator", STRING, REQUIRED | POINTER}, {"values", STRING, LIST}};
static const aimp_schema expression_schema = AIMP_SCHEMA("nodeSelectorRequirement", expression_fields);
static const aimp_field term_fields[] = {{"matchExpressions", OBJECT, LIST, .object = &expression_schema},
                                         {"matchFields", OBJECT, LIST, .object = &expression_schema}};
static const aimp_schema term_schema = AIMP_SCHEMA("nodeSelectorTerm", term_fields);
static const aimp_field selector_fields[] = {
    {"nodeSelectorTerms", OBJECT, REQUIRED | LIST | POINTER, .object = &term_schema}};
static const aimp_schema selector_schema = AIMP_SCHEMA("nodeSelector", selector_fields);
static const aimp_field preferred_fields[] = {{"weight", INT32, REQUIRED | POINTER},
                                              {"preference", OBJECT, REQUIRED, .object = &term_schema}};
static const aimp_schema preferred_schema = AIMP_SCHEMA("preferredSchedulingTerm", preferred_fields);
static const aimp_field affinity_fields[] = {
    {"requiredDuringSchedulingIgnoredDuringExecution", OBJECT, .object = &selector_schema},
    {"preferredDuringSchedulingIgnoredDuringExecution", OBJECT, LIST, .object = &preferred_schema},
};
const aimp_schema aimp_node_affinity_schema = AIMP_SCHEMA("nodeAffinity", affinity_fields);

/* --- Node --- */
static const aimp_field node_spec_fields[] = {{"unschedulable", BOOL}};
static const aimp_schema node_spec_schema = AIMP_OPEN_SCHEMA("spec", node_spec_fields);
static const aimp_field node_status_fields[] = {
    {"allocatable", QUANTITY, MAP}, {"capacity", QUANTITY, MAP}, CONDITIONS};
static const aimp_schema node_status_schema = AIMP_OPEN_SCHEMA("status", node_status_fields);
static const aimp_field node_fields[] = {
    METADATA, {"spec", OBJECT, .object = &node_spec_schema}, {"status", OBJECT, .object = &node_status_schema}};
const aimp_schema aimp_node_schema = AIMP_OPEN_SCHEMA("Node", node_fields);

/* --- Pod --- */
static const aimp_field container_resources_fields[] = {{"requests", QUANTITY, MAP}, {"limits", QUANTITY, MAP}};
static const aimp_schema container_resources_schema = AIMP_OPEN_SCHEMA("resources", container_resources_fields);
static const aimp_field container_fields[] = {{"name", STRING},
                                              {"image", STRING},
                                              {"restartPolicy", STRING},
                                              {"resources", OBJECT, .object = &container_resources_schema}};
static const aimp_schema container_schema = AIMP_OPEN_SCHEMA("container", container_fields);
static const aimp_field pod_spec_fields[] = {
    {"nodeName", STRING},
    {"containers", OBJECT, LIST, .object = &container_schema},
    {"initContainers", OBJECT, LIST, .object = &container_schema},
    {"overhead", QUANTITY, MAP},
};
static const aimp_schema pod_spec_schema = AIMP_OPEN_SCHEMA("spec", pod_spec_fields);
static const aimp_field state_fields[] = {{"reason", STRING}, {"message", STRING}, {"exitCode", INT32}};
static const aimp_schema state_schema = AIMP_OPEN_SCHEMA("state", state_fields);
static const aimp_field states_fields[] = {{"waiting", OBJECT, .object = &state_schema},
                                           {"running", OBJECT, .object = &state_schema},
                                           {"terminated", OBJECT, .object = &state_schema}};
static const aimp_schema states_schema = AIMP_OPEN_SCHEMA("containerState", states_fields);
static const aimp_field container_status_fields[] = {{"name", STRING}, {"state", OBJECT, .object = &states_schema}};
static const aimp_schema container_status_schema = AIMP_OPEN_SCHEMA("containerStatus", container_status_fields);
static const aimp_field pod_status_fields[] = {
    {"phase", STRING},
    {"reason", STRING},
    {"message", STRING},
    CONDITIONS,
    {"containerStatuses", OBJECT, LIST, .object = &container_status_schema},
    {"initContainerStatuses", OBJECT, LIST, .object = &container_status_schema},
};
static const aimp_schema pod_status_schema = AIMP_OPEN_SCHEMA("status", pod_status_fields);
static const aimp_field pod_fields[] = {
    METADATA, {"spec", OBJECT, .object = &pod_spec_schema}, {"status", OBJECT, .object = &pod_status_schema}};
const aimp_schema aimp_pod_schema = AIMP_OPEN_SCHEMA("Pod", pod_fields);

/* --- Event, of both groups --- */
static const aimp_field reference_fields[] = {
    {"kind", STRING}, {"namespace", STRING}, {"name", STRING}, {"uid", STRING}};
static const aimp_schema reference_schema = AIMP_OPEN_SCHEMA("objectReference", reference_fields);
static const aimp_field series_fields[] = {{"lastObservedTime", STRING}};
static const aimp_schema series_schema = AIMP_OPEN_SCHEMA("series", series_fields);
static const aimp_field event_fields[] = {
    METADATA,
    {"involvedObject", OBJECT, .object = &reference_schema},
    {"regarding", OBJECT, .object = &reference_schema},
    {"type", STRING},
    {"reason", STRING},
    {"message", STRING},
    {"note", STRING},
    {"lastTimestamp", STRING},
    {"eventTime", STRING},
    {"series", OBJECT, .object = &series_schema},
};
const aimp_schema aimp_event_schema = AIMP_OPEN_SCHEMA("Event", event_fields);

/* --- kinds of which mostly the status is read --- */
static const aimp_field claim_spec_fields[] = {{"storageClassName", STRING}, {"accessModes", STRING, LIST}};
static const aimp_schema claim_spec_schema = AIMP_OPEN_SCHEMA("spec", claim_spec_fields);
static const aimp_field claim_status_fields[] = {{"phase", STRING}, CONDITIONS};
static const aimp_schema claim_status_schema = AIMP_OPEN_SCHEMA("status", claim_status_fields);
static const aimp_field claim_fields[] = {
    METADATA, {"spec", OBJECT, .object = &claim_spec_schema}, {"status", OBJECT, .object = &claim_status_schema}};
const aimp_schema aimp_claim_schema = AIMP_OPEN_SCHEMA("PersistentVolumeClaim", claim_fields);

static const aimp_field job_status_fields[] = {{"active", INT32}, {"succeeded", INT32}, {"failed", INT32}, CONDITIONS};
static const aimp_schema job_status_schema = AIMP_OPEN_SCHEMA("status", job_status_fields);
static const aimp_field job_fields[] = {METADATA, {"status", OBJECT, .object = &job_status_schema}};
const aimp_schema aimp_job_schema = AIMP_OPEN_SCHEMA("Job", job_fields);

static const aimp_field hpa_spec_fields[] = {{"minReplicas", INT32}, {"maxReplicas", INT32}};
static const aimp_schema hpa_spec_schema = AIMP_OPEN_SCHEMA("spec", hpa_spec_fields);
static const aimp_field hpa_status_fields[] = {{"currentReplicas", INT32}, {"desiredReplicas", INT32}, CONDITIONS};
static const aimp_schema hpa_status_schema = AIMP_OPEN_SCHEMA("status", hpa_status_fields);
static const aimp_field hpa_fields[] = {
    METADATA, {"spec", OBJECT, .object = &hpa_spec_schema}, {"status", OBJECT, .object = &hpa_status_schema}};
const aimp_schema aimp_hpa_schema = AIMP_OPEN_SCHEMA("HorizontalPodAutoscaler", hpa_fields);

static const aimp_field conditions_only_fields[] = {CONDITIONS};
static const aimp_schema conditions_only_schema = AIMP_OPEN_SCHEMA("status", conditions_only_fields);
static const aimp_field volume_fields[] = {{"name", STRING, REQUIRED}};
static const aimp_schema volume_schema = AIMP_OPEN_SCHEMA("volume", volume_fields);
static const aimp_field predictor_fields[] = {{"containers", OBJECT, LIST, .object = &container_schema},
                                              {"volumes", OBJECT, LIST, .object = &volume_schema}};
static const aimp_schema predictor_schema = AIMP_OPEN_SCHEMA("predictor", predictor_fields);
static const aimp_field inference_spec_fields[] = {{"predictor", OBJECT, .object = &predictor_schema}};
static const aimp_schema inference_spec_schema = AIMP_OPEN_SCHEMA("spec", inference_spec_fields);
static const aimp_field inference_fields[] = {METADATA,
                                              {"spec", OBJECT, .object = &inference_spec_schema},
                                              {"status", OBJECT, .object = &conditions_only_schema}};
const aimp_schema aimp_inference_service_schema = AIMP_OPEN_SCHEMA("InferenceService", inference_fields);

static const aimp_schema route_parent_schema = AIMP_OPEN_SCHEMA("parent", conditions_only_fields);
static const aimp_field route_status_fields[] = {{"parents", OBJECT, LIST, .object = &route_parent_schema}};
static const aimp_schema route_status_schema = AIMP_OPEN_SCHEMA("status", route_status_fields);
static const aimp_field route_fields[] = {METADATA, {"status", OBJECT, .object = &route_status_schema}};
const aimp_schema aimp_http_route_schema = AIMP_OPEN_SCHEMA("HTTPRoute", route_fields);
