/* Small clusters, what is added to them, and what is asked of them as text. */
#ifndef AIM_TESTS_CLUSTER_HELP_H
#define AIM_TESTS_CLUSTER_HELP_H

#include "harness.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define AIM_DOCUMENT "apiVersion: aim.eai.amd.com/v1alpha1\n"
#define SERVICE(spec)                                                                                                  \
    AIM_DOCUMENT "kind: AIMService\nmetadata: {name: qwen, namespace: ml-team}\nspec:\n"                               \
                 "  model: {image: \"ghcr.io/a/b:1\"}\n" spec
#define NODE(name, label)                                                                                              \
    "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" name "\",\"labels\":{\"a\":\"" label "\"}}}"  \
    "\n"
#define JSON_NODE(name) "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" name "\"}}"
#define VERSIONED_NODE(name, version, label)                                                                           \
    "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version      \
    "\",\"labels\":{\"a\":\"" label "\"}}}\n"

#define BASE_SERVICE                                                                                                   \
    AIM_DOCUMENT                                                                                                       \
    "kind: AIMService\n"                                                                                               \
    "metadata: {name: qwen, namespace: ml-team, uid: u-1, resourceVersion: \"7\", labels: {a: base, b: base}, "        \
    "annotations: {c: base}, finalizers: [f]}\n"                                                                       \
    "spec: {model: {image: \"ghcr.io/a/b:1\"}, replicas: 2, serviceAccountName: base}\n"                               \
    "status: {status: Running}\n"
#define OVERLAY_SERVICE                                                                                                \
    AIM_DOCUMENT "kind: AIMService\n"                                                                                  \
                 "metadata: {name: qwen, namespace: ml-team, uid: u-2, labels: {a: top}}\n"                            \
                 "spec: {model: {image: \"ghcr.io/a/b:2\"}}\n"                                                         \
                 "status: {status: Failed}\n"

#define POD(ns, name)                                                                                                  \
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"namespace\":\"" ns "\",\"name\":\"" name                  \
    "\",\"uid\":\"u-" ns name "\"}}\n"
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"

aim_cluster *new_cluster(test_context *t);
aim_code add_layer(aim_cluster *cluster, const char *name, const char *text, uint32_t flags, aim_report **report,
                   aim_error **err);
aim_code add(aim_cluster *cluster, const char *text);
void must_add_layer(test_context *t, aim_cluster *cluster, const char *text, uint32_t flags);
void must_add(test_context *t, aim_cluster *cluster, const char *text);
const char *case_of(test_context *t, const aim_cluster *cluster);
const char *field(test_context *t, const aim_cluster *cluster, const char *kind, const char *ns, const char *name,
                  const char *path);
aim_ref ref_of(const char *kind, const char *ns, const char *name);
size_t count_of(const aim_cluster *cluster, const char *kind);
const char *report_text(test_context *t, const aim_report *report);
const char *report_of(test_context *t, const char *text);
/* One watch event, or what a test takes for one. */
aim_code apply_watch_event(aim_cluster *cluster, const char *text, aim_report **report, aim_error **err);
aim_code add_container_log(aim_cluster *cluster, const char *ns, const char *pod, const char *container,
                           const char *text, size_t size, aim_error **err);
/* "Kind.group" of a report, and its counts; NULL when index is out of range. */
const char *kind_of_report(test_context *t, const aim_report *report, size_t index, uint64_t *objects, int32_t *used);
/* Declares what is known of a kind, or that reads of it fail. */
aim_code declare(aim_cluster *cluster, int32_t state, int32_t verb, const char *kind, const char *reason);

#endif
