/* The schema of each kind, for the table of kinds. */
#ifndef AIMP_KUBE_SCHEMA_TABLES_H
#define AIMP_KUBE_SCHEMA_TABLES_H

#include "kube/schema.h"

/* schema_aim.c */
extern const aimp_schema aimp_service_schema;
extern const aimp_schema aimp_model_schema;
extern const aimp_schema aimp_template_schema;
extern const aimp_schema aimp_cluster_template_schema;
extern const aimp_schema aimp_template_cache_schema;
extern const aimp_schema aimp_artifact_schema;
extern const aimp_schema aimp_runtime_config_schema;
/* schema_kube.c */
extern const aimp_schema aimp_open_schema;
extern const aimp_schema aimp_metadata_schema, aimp_aim_metadata_schema;
extern const aimp_schema aimp_condition_schema;
extern const aimp_schema aimp_node_schema;
extern const aimp_schema aimp_pod_schema;
extern const aimp_schema aimp_event_schema;
extern const aimp_schema aimp_claim_schema;
extern const aimp_schema aimp_job_schema;
extern const aimp_schema aimp_hpa_schema;
extern const aimp_schema aimp_inference_service_schema;
extern const aimp_schema aimp_http_route_schema;

#define AIMP_COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define AIMP_SCHEMA(name_, fields_)                                                                                    \
    { .name = (name_), .fields = (fields_), .count = AIMP_COUNT_OF(fields_) }
#define AIMP_OPEN_SCHEMA(name_, fields_)                                                                               \
    { .name = (name_), .fields = (fields_), .count = AIMP_COUNT_OF(fields_), .open = true }

#endif
