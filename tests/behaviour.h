/* Small clusters around the service team/chat, and what is asked of their plans in both behaviours. */
#ifndef AIM_TESTS_BEHAVIOUR_H
#define AIM_TESTS_BEHAVIOUR_H

#include "doc/reader.h"
#include "doc/writer.h"
#include "harness.h"

#define UID "11111111-2222-3333-4444-555555555555"
#define HEAD(kind, name) "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: " kind "\nmetadata: {name: " name ", "
#define SERVICE(more, spec) HEAD("AIMService", "chat") "namespace: team, uid: " UID more "}\nspec: {" spec "}\n"
#define CLUSTER_MODEL(name, image, more)                                                                               \
    HEAD("AIMClusterModel", name) "uid: m-" name "}\nspec: {image: \"" image "\"" more "}\nstatus: {status: Ready}\n"
#define MODEL CLUSTER_MODEL("qwen", "registry.example.com/qwen:1", "")
#define PROFILE(gpu, count, metric, precision, type)                                                                   \
    "profile: {metadata: {gpu: " gpu ", gpuCount: " count ", metric: " metric ", precision: " precision                \
    ", type: " type "}}"
#define SOURCES "modelSources: [{modelId: org/m, sourceUri: \"hf://org/m\", size: 64Gi}]"
#define HARDWARE "resolvedHardware: {gpu: {requests: 1, model: MI300X}}"
#define STATUS(profile) "status: {status: Ready, " profile ", " SOURCES ", " HARDWARE "}\n"
#define BEST PROFILE("MI300X", "1", "latency", "fp8", "optimized")
#define CLUSTER_TEMPLATE(name, spec, status)                                                                           \
    HEAD("AIMClusterServiceTemplate", name) "uid: t-" name "}\nspec: {modelName: qwen" spec "}\n" status
#define TEMPLATE(name, spec, status)                                                                                   \
    HEAD("AIMServiceTemplate", name) "namespace: team, uid: t-" name "}\nspec: {modelName: qwen" spec "}\n" status
#define NODE(name, id)                                                                                                 \
    "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {amd.com/gpu.device-id: \"" id "\"}}\n"
#define MI300X NODE("n1", "74a1")
#define CACHE(name, spec, status)                                                                                      \
    HEAD("AIMTemplateCache", name)                                                                                     \
    "namespace: team, uid: c-" name "}\nspec: {" spec "}\nstatus: {status: " status "}"                                \
    "\n"
#define ISVC_NAME "chat-e201fbda"
#define OWNER                                                                                                          \
    "ownerReferences: [{apiVersion: aim.eai.amd.com/v1alpha1, kind: AIMService, name: chat, uid: " UID                 \
    ", controller: true}]"
#define ISVC(volumes, status)                                                                                          \
    "---\napiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: " ISVC_NAME                  \
    ", namespace: team, uid: i1, " OWNER "}\n"                                                                         \
    "spec: {predictor: {containers: [{name: kserve-container, image: kept, volumeMounts: []}], volumes: [" volumes     \
    "]}}\nstatus: {" status "}\n"
#define ISVC_READY "conditions: [{type: Ready, status: \"True\"}]"
#define POD(status)                                                                                                    \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p1, namespace: team, uid: p1, labels: "                          \
    "{serving.kserve.io/inferenceservice: " ISVC_NAME "}}\nstatus: {" status "}\n"
#define POD_READY "phase: Running, conditions: [{type: Ready, status: \"True\"}]"
#define RUNNING MODEL CLUSTER_TEMPLATE("qwen", "", STATUS(BEST)) MI300X
#define RECORDED "resolvedTemplate: {name: qwen, scope: Cluster}"
#define SERVICE_WITH_STATUS(spec, status) SERVICE("", spec) "status: {" status "}\n"
#define QWEN "model: {name: qwen}"
#define SHARED_CACHE(status) CACHE("other", "templateName: qwen, templateScope: Cluster, mode: Shared", status)
#define ROUTING "routing: {enabled: true, gatewayRef: {name: gw}}"

#define SERVING RUNNING SHARED_CACHE("Ready")

enum { DOCUMENTED = AIM_BEHAVIOUR_DOCUMENTED, ENGINE = AIM_BEHAVIOUR_ENGINE_0_2 };

/* The plan of team/chat as a tree. */
const aimp_node *plan_of(test_context *t, const char *documents, int32_t behaviour);
/* The same, of a cluster in which a read fails. */
const aimp_node *plan_with(test_context *t, const char *documents, int32_t behaviour, const aim_declaration *fault);
/* "a/b/0/c" of a tree as text: a string as it is, anything else as JSON, "" when it is not there. */
const char *at(test_context *t, const aimp_node *node, const char *path);
/* A condition as "Status/Reason". */
const char *condition(test_context *t, const aimp_node *plan, const char *type);
/* The applied object of a kind, NULL when there is none. */
const aimp_node *applied(const aimp_node *plan, const char *kind);
/* A field of the applied InferenceService, below spec/predictor. */
const char *predictor(test_context *t, const char *documents, int32_t behaviour, const char *path);
bool has_finding(const aimp_node *plan, const char *reason);
const char *candidate_reason(const aimp_node *plan, const char *name);
/* The same path, or condition, in both behaviours. */
void both(test_context *t, int line, const char *documents, const char *path, const char *documented,
          const char *engine);
void both_conditions(test_context *t, int line, const char *documents, const char *type, const char *documented,
                     const char *engine);
#define BOTH(documents, path, documented, engine) both(t, __LINE__, documents, path, documented, engine)
#define BOTH_CONDITIONS(documents, type, documented, engine)                                                           \
    both_conditions(t, __LINE__, documents, type, documented, engine)

#endif
