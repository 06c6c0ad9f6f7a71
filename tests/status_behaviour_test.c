/* Where the documented rule and the reference part: one test for each row about the status, asked in both behaviours.
 * The name of a test begins with the row of the list of differences. */
#include "behaviour.h"

/* --- status --- */

#define PULL(message)                                                                                                  \
    "phase: Pending, containerStatuses: [{name: c, state: {waiting: {reason: ErrImagePull, message: \"" message "\"}}" \
    "}]"

TEST(behaviour, S28_B35_an_image_that_cannot_be_pulled_keeps_the_service_starting_and_blocks_nothing) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "") POD(PULL("401 Unauthorized"));
    BOTH(documents, "status/status", "Starting", "Failed");
    BOTH_CONDITIONS(documents, "InferenceServicePodsReady", "False/ImagePullAuthFailure", "False/ImagePullAuthFailure");
    CHECK(applied(plan_of(t, documents, DOCUMENTED), "InferenceService") != NULL);
    CHECK(applied(plan_of(t, documents, ENGINE), "InferenceService") == NULL);
}

TEST(behaviour, S22_a_pod_that_cannot_be_scheduled_is_starting) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "")
        POD("phase: Pending") "---\napiVersion: v1\nkind: Event\nmetadata: {name: e, namespace: team}\ninvolvedObject: "
                              "{kind: Pod, name: p1, namespace: team, uid: p1}\nreason: FailedScheduling\nmessage: no "
                              "GPU\ntype: Warning\nlastTimestamp: \"2026-01-01T00:00:00Z\"\n";
    BOTH(documents, "status/status", "Starting", "Pending");
    BOTH_CONDITIONS(documents, "InferenceServicePodsReady", "False/FailedScheduling", "False/FailedScheduling");
}

TEST(behaviour, B37_a_crash_loop_is_seen) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "") POD(
        "phase: Running, containerStatuses: [{name: c, state: {waiting: {reason: CrashLoopBackOff, message: again}}}]");
    BOTH_CONDITIONS(documents, "InferenceServicePodsReady", "False/CrashLoopBackOff", "False/PodsStarting");
}

TEST(behaviour, B32_a_template_without_its_gpu_leaves_the_service_pending) {
    const char *documents = SERVICE("", QWEN ", template: {name: qwen}")
        MODEL CLUSTER_TEMPLATE("qwen", "", "status: {status: NotAvailable}\n");
    BOTH(documents, "status/status", "Pending", "NotAvailable");
}

TEST(behaviour, B34_conditions_of_parts_that_are_gone_do_not_count_and_foreign_ones_stay) {
    const char *documents =
        SERVICE_WITH_STATUS(QWEN, RECORDED ", conditions: [{type: HTTPRouteReady, status: \"False\", reason: Old}, "
                                           "{type: TheirsReady, status: \"False\", reason: Theirs}]")
            SERVING ISVC("", ISVC_READY) POD(POD_READY);
    BOTH(documents, "status/status", "Running", "Starting");
    BOTH_CONDITIONS(documents, "HTTPRouteReady", "", "False/Old");
    BOTH_CONDITIONS(documents, "TheirsReady", "False/Theirs", "False/Theirs");
}

TEST(behaviour, B36_an_error_event_from_before_the_service_turned_ready_is_over) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED)
        SERVING ISVC("", "conditions: [{type: Ready, status: \"True\", lastTransitionTime: \"2026-01-02T00:00:00Z\"}]")
            POD(POD_READY) "---\napiVersion: v1\nkind: Event\nmetadata: {name: e, namespace: team}\ninvolvedObject: "
                           "{kind: InferenceService, name: " ISVC_NAME
                           ", namespace: team, uid: i1}\nreason: InternalError\nmessage: boom\ntype: "
                           "Warning\nlastTimestamp: \"2026-01-01T00:00:00Z\"\n";
    BOTH(documents, "status/status", "Running", "Failed");
}

TEST(behaviour, B41_a_route_needs_acceptance_and_resolved_references_of_its_own_gateway) {
    const char *documents = SERVICE("", QWEN ", " ROUTING) MODEL
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " ISVC_NAME
        ", namespace: team, uid: r1, " OWNER "}\n"
        "status: {parents: [{parentRef: {name: gw}, conditions: [{type: Accepted, status: \"True\", reason: Accepted}, "
        "{type: ResolvedRefs, status: \"False\", reason: BackendNotFound}]}]}\n";
    BOTH_CONDITIONS(documents, "HTTPRouteReady", "False/BackendNotFound", "True/HTTPRouteAccepted");
}

TEST(behaviour, B42_replicas_are_those_that_run) {
    const char *documents =
        SERVICE_WITH_STATUS(QWEN ", replicas: 3", RECORDED) SERVING ISVC("", ISVC_READY) POD(POD_READY);
    BOTH(documents, "status/runtime/currentReplicas", "1", "3");
}

TEST(behaviour, B77_a_kind_that_nobody_supplied_is_unknown_and_rejects_nothing) {
    const char *documents = SERVICE("", QWEN) MODEL CLUSTER_TEMPLATE("qwen", "", STATUS(BEST));
    aim_cluster *cluster = test_cluster(t, documents);
    aim_ref ref = {.struct_size = sizeof ref, .ns = "team", .name = "chat"};
    for (int32_t behaviour = DOCUMENTED; behaviour <= ENGINE; behaviour++) {
        aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(behaviour)};
        aim_selection *selection = NULL;
        CHECK_INTEGER(aim_selection_new(cluster, &ref, &options, &selection, NULL), AIM_OK);
        CHECK_INTEGER(aim_selection_outcome(selection),
                      behaviour == DOCUMENTED ? AIM_TEMPLATE_FOUND : AIM_TEMPLATE_NONE);
        aim_selection_free(selection);
    }
    aim_cluster_free(cluster);
}

TEST(behaviour, B04_a_recorded_model_that_the_spec_no_longer_names_is_given_up) {
    const char *documents = SERVICE_WITH_STATUS("model: {name: other}", "resolvedModel: {name: qwen, scope: Cluster}")
        MODEL CLUSTER_MODEL("other", "o", "");
    BOTH(documents, "model/name", "other", "qwen");
}

TEST(behaviour, B26_a_cache_of_the_other_scope_with_the_same_name_is_not_written_over) {
    const char *documents = SERVICE("", QWEN)
        RUNNING CACHE("qwen-e201fbda", "templateName: qwen, templateScope: Namespace, mode: Shared", "Ready");
    CHECK(applied(plan_of(t, documents, DOCUMENTED), "AIMTemplateCache") == NULL);
    CHECK(applied(plan_of(t, documents, ENGINE), "AIMTemplateCache") != NULL);
}

TEST(behaviour, B57_an_inference_service_of_somebody_else_does_not_count_as_ours) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING POD(
        POD_READY) "---\napiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: " ISVC_NAME
                   ", namespace: team, uid: i1, ownerReferences: [{kind: X, name: x, uid: other}]}\nspec: {predictor: "
                   "{}}\nstatus: {" ISVC_READY "}\n";
    BOTH(documents, "status/status", "Failed", "Running");
    BOTH_CONDITIONS(documents, "InferenceServiceReady", "False/NameCollision", "True/RuntimeReady");
}

TEST(behaviour, B77_pods_that_nobody_supplied_are_unknown_not_absent) {
    aim_cluster *cluster = test_cluster(t, SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", ISVC_READY));
    aim_ref ref = {.struct_size = sizeof ref, .ns = "team", .name = "chat"};
    aim_plan *plan = NULL;
    CHECK_INTEGER(aim_plan_new(cluster, &ref, NULL, &plan, NULL), AIM_OK);
    CHECK_TEXT(aim_plan_status(plan), "Running");
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

TEST(behaviour, B53_a_derived_template_that_is_no_longer_wanted_is_deleted_by_its_owner) {
    const char *documents = SERVICE("", QWEN) MODEL TEMPLATE("base", "", STATUS(BEST))
        HEAD("AIMServiceTemplate",
             "base-ovr-fp16-1234") "namespace: team, uid: d1, labels: {aim.eai.amd.com/origin: derived}, " OWNER
                                   "}\nspec: {modelName: qwen, precision: fp16}\n" STATUS(BEST) MI300X;
    CHECK_TEXT(at(t, plan_of(t, documents, DOCUMENTED), "delete/0/uid"), "d1");
}

#define ROUTE(owner, status)                                                                                           \
    "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " ISVC_NAME                      \
    ", namespace: team, uid: r, generation: 2, " owner "}\nspec: {rules: [{matches: [{path: {value: /x}}]}]}\n"        \
    "status: {parents: [" status "]}\n"
#define GOOD "conditions: [{type: Accepted, status: \"True\"}, {type: ResolvedRefs, status: \"True\"}]"

TEST(behaviour, B57_a_route_of_somebody_else_is_not_ours) {
    const char *documents = SERVICE("", QWEN ", " ROUTING) RUNNING ROUTE(
        "ownerReferences: [{apiVersion: v1, kind: X, name: x, uid: other}]", "{parentRef: {name: gw}, " GOOD "}");
    BOTH_CONDITIONS(documents, "HTTPRouteReady", "False/NameCollision", "True/HTTPRouteAccepted");
    BOTH(documents, "status/routing", "", "{}");
}

TEST(behaviour, B41_each_parent_counts_by_its_whole_reference_and_for_this_generation) {
    static const struct {
        const char *parents, *documented, *engine;
    } cases[] = {
        {"{parentRef: {name: gw, namespace: team}, " GOOD "}", "True/HTTPRouteAccepted", "True/HTTPRouteAccepted"},
        {"{parentRef: {name: gw, namespace: elsewhere}, " GOOD "}", "False/HTTPRoutePending", "True/HTTPRouteAccepted"},
        {"{parentRef: {name: gw}, conditions: [{type: Accepted, status: \"True\", observedGeneration: 1}]}",
         "False/HTTPRoutePending", "True/HTTPRouteAccepted"},
        {"{parentRef: {name: gw}, conditions: [{type: Accepted, status: \"True\"}]}", "False/HTTPRoutePending",
         "True/HTTPRouteAccepted"},
        {"{parentRef: {name: gw}, " GOOD "}, {parentRef: {name: gw}, conditions: [{type: Accepted, status: \"False\", "
         "reason: NotAllowedByListeners}]}",
         "False/NotAllowedByListeners", "True/HTTPRouteAccepted"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *documents =
            aimp_format(&t->arena, "%s" ROUTE(OWNER, "%s"), SERVICE("", QWEN ", " ROUTING) RUNNING, cases[i].parents);
        BOTH_CONDITIONS(documents, "HTTPRouteReady", cases[i].documented, cases[i].engine);
    }
}

TEST(behaviour, B28_each_state_of_a_cache_is_said) {
    static const struct {
        const char *state, *documented, *engine;
    } cases[] = {{"Degraded", "False/CacheNotReady", "False/CacheCreating"},
                 {"NotAvailable", "False/CacheNotReady", "False/CacheCreating"},
                 {"Pending", "False/CacheNotReady", "False/CacheCreating"},
                 {"Progressing", "False/CacheNotReady", "False/CacheNotReady"}};
    for (size_t i = 0; i < 4; i++) {
        const char *documents = aimp_format(&t->arena, "%s" SHARED_CACHE("%s"),
                                            SERVICE_WITH_STATUS(QWEN, RECORDED) RUNNING, cases[i].state);
        BOTH_CONDITIONS(documents, "CacheReady", cases[i].documented, cases[i].engine);
    }
}

TEST(behaviour, B37_a_status_code_inside_of_a_digest_is_no_status) {
    const char *documents =
        SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "") POD(PULL("cannot pull sha256:ab401cd"));
    const char *code = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "") POD(PULL("server said 401 to us"));
    BOTH_CONDITIONS(documents, "InferenceServicePodsReady", "False/ImagePullBackOff", "False/ImagePullAuthFailure");
    BOTH_CONDITIONS(code, "InferenceServicePodsReady", "False/ImagePullAuthFailure", "False/ImagePullAuthFailure");
}

TEST(behaviour, B37_a_terminating_pod_says_nothing) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "") POD(
        POD_READY) "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p0, namespace: team, uid: p0, deletionTimestamp: "
                   "\"2026-01-01T00:00:00Z\", labels: {serving.kserve.io/inferenceservice: " ISVC_NAME
                   "}}\nstatus: {phase: Failed}\n";
    BOTH_CONDITIONS(documents, "InferenceServicePodsReady", "True/PodsReady", "False/PodFailed");
}

TEST(behaviour, B37_a_crash_loop_beside_a_ready_pod_is_said) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "")
        POD(POD_READY) "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p2, namespace: team, uid: p2, labels: "
                       "{serving.kserve.io/inferenceservice: " ISVC_NAME
                       "}}\nstatus: {phase: Running, containerStatuses: [{name: c, state: {waiting: {reason: "
                       "CrashLoopBackOff, message: back-off}}}]}\n";
    BOTH_CONDITIONS(documents, "InferenceServicePodsReady", "True/PodsReady", "True/PodsReady");
    CHECK(strstr(at(t, plan_of(t, documents, DOCUMENTED), "status/conditions"), "not all: Container c: back-off") !=
          NULL);
}

TEST(behaviour, B42_the_runtime_configuration_that_counts_is_named) {
    const char *documents = SERVICE("", QWEN) RUNNING
        "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMRuntimeConfig\nmetadata: {name: default, namespace: team, "
        "uid: rc}\nspec: {}\n";
    BOTH(documents, "status/resolvedRuntimeConfig/uid", "rc", "");
}

TEST(behaviour, B52_a_timeout_that_cannot_be_written_has_its_own_reason) {
    const char *documents =
        SERVICE("", QWEN ", routing: {enabled: true, gatewayRef: {name: gw}, requestTimeout: 1500us}") RUNNING;
    CHECK_TEXT(condition(t, plan_of(t, documents, DOCUMENTED), "HTTPRouteReady"), "False/DurationNotAccepted");
}

/* The status after the first apply failed, as "Status of the service: condition". */
static const char *after_failure(test_context *t, int32_t behaviour, const char *reason, const char *type) {
    aim_cluster *cluster = test_cluster(t, SERVICE_WITH_STATUS(QWEN ", " ROUTING, RECORDED) SERVING ISVC("", ISVC_READY)
                                               POD(POD_READY) ROUTE(OWNER, "{parentRef: {name: gw}, " GOOD "}"));
    aim_ref ref = {.struct_size = sizeof ref, .ns = "team", .name = "chat"};
    aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(behaviour)};
    aim_outcome outcome = {.struct_size = sizeof outcome,
                           .reason = reason,
                           .message = "conflict with \"kubectl-edit\": .spec.predictor.minReplicas"};
    aim_plan *plan, *finished;
    aim_buffer *buffer;
    CHECK_INTEGER(aim_plan_new(cluster, &ref, &options, &plan, NULL), AIM_OK);
    CHECK_TEXT(aim_plan_status(plan), "Running");
    CHECK_INTEGER(aim_plan_finish(plan, &outcome, 1, NULL, &finished, NULL), AIM_OK);
    CHECK_INTEGER(aim_plan_render(finished, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, NULL), AIM_OK);
    const aimp_node *node = aimp_read_small_json(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    const char *shown = aimp_format(&t->arena, "%s: %s", aim_plan_status(finished), condition(t, node, type));
    aim_buffer_free(buffer);
    aim_plan_free(finished);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
    return shown;
}

TEST(behaviour, B40_B48_a_refused_apply_is_sorted_and_the_status_follows) {
    static const struct {
        const char *reason, *type, *documented, *engine;
    } cases[] = {
        {"Conflict", "ConfigValid", "Failed: False/ApplyConflict", "Running: "},
        {"Conflict", "Ready", "Failed: False/ApplyConflict", "Running: True/AllComponentsReady"},
        {"Conflict", "DependenciesReachable", "Failed: ", "Running: False/InfrastructureError"},
        {"Invalid", "ConfigValid", "Failed: False/InvalidSpec", "Running: "},
        {"Forbidden", "AuthValid", "Failed: False/AuthError", "Running: "},
        {"Timeout", "DependenciesReachable", "Degraded: False/InfrastructureError",
         "Running: False/InfrastructureError"},
        {"Timeout", "Ready", "Degraded: False/InfrastructureError", "Running: True/AllComponentsReady"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_TEXT(after_failure(t, DOCUMENTED, cases[i].reason, cases[i].type), cases[i].documented);
        CHECK_TEXT(after_failure(t, ENGINE, cases[i].reason, cases[i].type), cases[i].engine);
    }
}

TEST(behaviour, S30_that_there_are_no_templates_reaches_the_message_of_Ready) {
    const char *documents = SERVICE("", QWEN) MODEL MI300X;
    static const char message[] = "Component Template is not ready: no templates found for model qwen";
    BOTH_CONDITIONS(documents, "TemplateReady", "False/TemplateNotFound", "False/TemplateNotFound");
    CHECK(strstr(at(t, plan_of(t, documents, DOCUMENTED), "status/conditions"), message) != NULL);
    CHECK(strstr(at(t, plan_of(t, documents, ENGINE), "status/conditions"), message) == NULL);
}

TEST(behaviour, S32_the_condition_says_why_each_candidate_was_rejected) {
    const char *documents = SERVICE("", QWEN)
        MODEL CLUSTER_TEMPLATE("qwen", "", STATUS(PROFILE("MI300X", "1", "latency", "fp8", "preview"))) MI300X;
    const char *documented = at(t, plan_of(t, documents, DOCUMENTED), "status/conditions"),
               *engine = at(t, plan_of(t, documents, ENGINE), "status/conditions");
    CHECK(strstr(documented, "profile type preview") != NULL);
    CHECK(strstr(engine, "profile type preview") == NULL);
}

TEST(behaviour, B33_what_is_switched_off_writes_no_condition) {
    const char *documents = SERVICE("", QWEN ", minReplicas: 1, maxReplicas: 3") RUNNING;
    BOTH(documents, "status/conditions/4/type", "HPAReady", "Ready"); /* the nameless one of the route */
}
