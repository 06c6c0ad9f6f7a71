/* Plans of template caches and artifacts of the namespace team, as trees. */
#ifndef AIM_TESTS_OBJECT_PLANS_H
#define AIM_TESTS_OBJECT_PLANS_H

#include "behaviour.h"

#define CACHE_UID "c-weights"
#define CACHE_FINALIZER "finalizers: [aim.eai.amd.com/artifactcleanup]"
/* more: behind the metadata that every cache here has */
#define WEIGHTS(more, spec, status)                                                                                    \
    HEAD("AIMTemplateCache", "weights")                                                                                \
    "namespace: team, uid: " CACHE_UID more "}\nspec: {templateName: qwen, templateScope: Cluster" spec "}\n" status
#define KEPT(spec) WEIGHTS(", " CACHE_FINALIZER, spec, "")
#define WITH_SOURCES(sources, conditions)                                                                              \
    CLUSTER_TEMPLATE("qwen", "", "status: {status: Ready, " BEST ", modelSources: [" sources "]" conditions "}\n")
#define SOURCE(name) "{modelId: org/" name ", sourceUri: \"hf://org/" name "\", size: 64Gi}"
#define ARTIFACT(name, more, spec, status)                                                                             \
    HEAD("AIMArtifact", name) "namespace: team, uid: a-" name more "}\nspec: {" spec "}\n" status
#define OF_SOURCE(name) "sourceUri: \"hf://org/" name "\", modelId: org/" name ", size: 64Gi"
#define STATE(state) "status: {status: " state "}\n"
#define NAMESPACE(more) "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: team" more "}\n"
#define LEAVING ", deletionTimestamp: \"2026-01-01T00:00:00Z\""
#define OWNED_BY_CACHE                                                                                                 \
    ", ownerReferences: [{apiVersion: aim.eai.amd.com/v1alpha1, kind: AIMTemplateCache, name: weights, "               \
    "uid: " CACHE_UID ", controller: true}]"

/* Names that follow from the UID a-weights. */
#define CLAIM_NAME "weights-cache-39c81d4d"
#define SIZE_JOB_NAME "weights-check-size-39c81d4d"
#define DOWNLOAD_JOB_NAME "weights-download-39c81d4d"
#define SIZELESS "sourceUri: \"hf://org/m\", modelId: org/m"
#define JOB(name, status)                                                                                              \
    "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: " name ", namespace: team}\nstatus: {" status "}\n"
#define COMPLETE "succeeded: 1, conditions: [{type: Complete, status: \"True\"}]"
#define JOB_POD(job, status)                                                                                           \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " job "-x1, namespace: team, uid: p-" job                        \
    ", labels: {job-name: " job "}}\nstatus: {" status "}\n"
#define CLAIM(status)                                                                                                  \
    "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: " CLAIM_NAME ", namespace: team}\n"            \
    "spec: {resources: {requests: {storage: 71Gi}}}\nstatus: {" status "}\n"
#define BINDING                                                                                                        \
    "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"                                               \
    "metadata: {name: aim-engine-artifact-status-updater, namespace: team}\n"

/* What the question needs beside documents; zero: nothing. */
typedef struct asking {
    const char *kind, *name;
    const aim_declaration *fault;
    const char *pod, *container, *log;
    bool incomplete; /* kinds that are not in the documents are unknown */
} asking;

aim_plan *object_plan(test_context *t, const char *documents, int32_t behaviour, const asking *how);
/* The same as a tree. */
const aimp_node *object_tree(test_context *t, const char *documents, int32_t behaviour, const asking *how);
const aimp_node *tree_of(test_context *t, const aim_plan *plan);
const aimp_node *cache_tree(test_context *t, const char *documents, int32_t behaviour);
const aimp_node *artifact_tree(test_context *t, const char *documents, int32_t behaviour);
/* The names in a list of the plan, with commas. */
const char *names_in(test_context *t, const aimp_node *plan, const char *list);

#endif
