/* Where the documented rule and the reference part: one test for each row about caches, configuration and rendering,
 * asked in both behaviours. The name of a test begins with the row of the list of differences. */
#include "behaviour.h"

/* --- caches --- */

TEST(behaviour, S16_B73_a_new_service_uses_the_shared_cache_that_is_there) {
    const char *documents = SERVICE("", QWEN) RUNNING SHARED_CACHE("Ready");
    BOTH(documents, "cache/name", "other", "qwen-e201fbda");
    BOTH(documents, "cache/reused", "true", "false");
    CHECK(applied(plan_of(t, documents, DOCUMENTED), "AIMTemplateCache") == NULL);
    CHECK(applied(plan_of(t, documents, ENGINE), "AIMTemplateCache") != NULL);
}

TEST(behaviour, B26_a_cache_of_the_other_scope_is_not_used) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED)
        RUNNING CACHE("other", "templateName: qwen, templateScope: Namespace, mode: Shared", "Ready");
    BOTH(documents, "cache/reused", "false", "true");
    CHECK(has_finding(plan_of(t, documents, DOCUMENTED), "CacheOfOtherScope"));
}

TEST(behaviour, S23_a_failed_cache_degrades_a_service_that_runs) {
    const char *documents =
        SERVICE_WITH_STATUS(QWEN, RECORDED) RUNNING SHARED_CACHE("Failed") ISVC("", ISVC_READY) POD(POD_READY);
    BOTH(documents, "status/status", "Degraded", "Failed");
    BOTH_CONDITIONS(documents, "CacheReady", "False/CacheFailed", "False/CacheFailed");
}

TEST(behaviour, S36_B22_a_source_without_a_size_is_a_storage_size_error_until_it_is_known) {
    const char *documents = SERVICE("", QWEN) MODEL CLUSTER_TEMPLATE(
        "qwen", "", "status: {status: Ready, " BEST ", modelSources: [{modelId: org/m, sourceUri: \"hf://org/m\"}]}\n")
        MI300X;
    BOTH_CONDITIONS(documents, "CacheReady", "False/StorageSizeError", "False/CacheCreating");
    BOTH(documents, "status/status", "Starting", "Starting");
    CHECK(applied(plan_of(t, documents, DOCUMENTED), "AIMTemplateCache") != NULL);
}

TEST(behaviour, B21_the_headroom_of_the_service_counts_for_its_dedicated_cache) {
    const char *documents =
        SERVICE("", QWEN ", caching: {mode: Dedicated}, storage: {pvcHeadroomPercent: 100}") RUNNING;
    BOTH(documents, "cache/storageBytes", "137438953472", "76235669504");
    CHECK(has_finding(plan_of(t, SERVICE("", QWEN ", storage: {pvcHeadroomPercent: 100}") RUNNING, DOCUMENTED),
                      "HeadroomIgnored"));
}

/* --- runtime configuration --- */

TEST(behaviour, B68_a_value_that_is_set_to_zero_overrides) {
    const char *documents = SERVICE("", QWEN ", routing: {gatewayRef: {name: gw}}")
        MODEL HEAD("AIMClusterRuntimeConfig", "default") "uid: a}\nspec: {routing: {enabled: true}}\n" HEAD(
            "AIMRuntimeConfig", "default") "namespace: team}\nspec: {routing: {enabled: false}}\n";
    CHECK(applied(plan_of(t, documents, DOCUMENTED), "HTTPRoute") == NULL);
    CHECK(applied(plan_of(t, documents, ENGINE), "HTTPRoute") != NULL);
}

TEST(behaviour, B69_a_gateway_of_the_namespace_replaces_the_one_of_the_cluster_as_a_whole) {
    const char *documents = SERVICE("", QWEN ", routing: {enabled: true}")
        MODEL HEAD("AIMClusterRuntimeConfig",
                   "default") "uid: a}\nspec: {routing: {gatewayRef: {name: gw, namespace: "
                              "infra}}}\n" HEAD("AIMRuntimeConfig", "default") "namespace: team}\nspec: {routing: "
                                                                               "{gatewayRef: {name: own}}}\n";
    CHECK_TEXT(at(t, applied(plan_of(t, documents, DOCUMENTED), "HTTPRoute"), "spec/parentRefs/0/namespace"), "");
    CHECK_TEXT(at(t, applied(plan_of(t, documents, ENGINE), "HTTPRoute"), "spec/parentRefs/0/namespace"), "infra");
}

/* --- rendering --- */

TEST(behaviour, S19_a_gpu_limit_alone_is_mirrored_into_the_request) {
    const char *documents = SERVICE_WITH_STATUS(QWEN ", resources: {limits: {amd.com/gpu: \"4\"}}", RECORDED) SERVING;
    CHECK_TEXT(predictor(t, documents, DOCUMENTED, "containers/0/resources/requests"),
               "{\"amd.com/gpu\":\"4\",\"cpu\":\"4\",\"memory\":\"32Gi\"}");
    CHECK_TEXT(predictor(t, documents, ENGINE, "containers/0/resources/requests"),
               "{\"amd.com/gpu\":\"1\",\"cpu\":\"4\",\"memory\":\"32Gi\"}");
    CHECK(has_finding(plan_of(t, documents, ENGINE), "RequestDiffersFromLimit"));
}

TEST(behaviour, S20_B46_pull_secrets_and_the_account_come_from_service_template_and_model) {
    const char *documents = SERVICE_WITH_STATUS(QWEN ", imagePullSecrets: [{name: own}]", RECORDED)
        CLUSTER_MODEL("qwen", "i", ", imagePullSecrets: [{name: model}, {name: own}], serviceAccountName: puller")
            CLUSTER_TEMPLATE("qwen", ", imagePullSecrets: [{name: template}]", STATUS(BEST))
                MI300X SHARED_CACHE("Ready");
    CHECK_TEXT(predictor(t, documents, DOCUMENTED, "imagePullSecrets"),
               "[{\"name\":\"own\"},{\"name\":\"template\"},{\"name\":\"model\"}]");
    CHECK_TEXT(predictor(t, documents, ENGINE, "imagePullSecrets"), "[{\"name\":\"own\"}]");
    CHECK_TEXT(predictor(t, documents, DOCUMENTED, "serviceAccountName"), "puller");
    CHECK_TEXT(predictor(t, documents, ENGINE, "serviceAccountName"), "");
}

TEST(behaviour, B44_each_variable_occurs_once) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) MODEL HEAD(
        "AIMClusterRuntimeConfig",
        "default") "uid: a}\nspec: {env: [{name: AIM_METRIC, value: a}]}\n" CLUSTER_TEMPLATE("qwen",
                                                                                             ", metric: latency",
                                                                                             STATUS(BEST))
        MI300X SHARED_CACHE("Ready");
    CHECK_TEXT(predictor(t, documents, DOCUMENTED, "containers/0/env/1"),
               "{\"name\":\"AIM_METRIC\",\"value\":\"latency\"}");
    CHECK_TEXT(predictor(t, documents, DOCUMENTED, "containers/0/env/2/name"), "VLLM_ENABLE_METRICS");
    CHECK_TEXT(predictor(t, documents, ENGINE, "containers/0/env/2/name"), "AIM_METRIC");
}

TEST(behaviour, B45_numbers_of_engine_arguments_keep_their_text) {
    const char *documents =
        SERVICE_WITH_STATUS(QWEN ", env: [{name: AIM_ENGINE_ARGS, value: '{\"b\": 12345678901234567890}'}]", RECORDED)
            MODEL CLUSTER_TEMPLATE("qwen", ", env: [{name: AIM_ENGINE_ARGS, value: '{\"a\": 1.0}'}]", STATUS(BEST))
                MI300X SHARED_CACHE("Ready");
    CHECK_TEXT(predictor(t, documents, DOCUMENTED, "containers/0/env/1/value"),
               "{\"a\":1.0,\"b\":12345678901234567890}");
    CHECK_TEXT(predictor(t, documents, ENGINE, "containers/0/env/1/value"), "{\"a\":1,\"b\":12345678901234567000}");
}

TEST(behaviour, B24_volumes_of_a_running_service_follow_its_cache) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) RUNNING CACHE(
        "other", "templateName: qwen, templateScope: Cluster, mode: Shared",
        "Ready, artifacts: {a: {name: a, uid: u, model: org/m, status: Ready, persistentVolumeClaim: new}}")
        ISVC("{name: old, persistentVolumeClaim: {claimName: gone}}", ISVC_READY) POD(POD_READY);
    CHECK_TEXT(predictor(t, documents, DOCUMENTED, "volumes/1/persistentVolumeClaim/claimName"), "new");
    CHECK_TEXT(predictor(t, documents, ENGINE, "volumes/1/persistentVolumeClaim/claimName"), "gone");
}

TEST(behaviour, B49_route_annotations_of_the_service_count) {
    const char *documents =
        SERVICE("", QWEN ", routing: {enabled: true, gatewayRef: {name: gw}, annotations: {a: b}}") MODEL;
    CHECK_TEXT(at(t, applied(plan_of(t, documents, DOCUMENTED), "HTTPRoute"), "metadata/annotations"), "{\"a\":\"b\"}");
    CHECK_TEXT(at(t, applied(plan_of(t, documents, ENGINE), "HTTPRoute"), "metadata/annotations"), "");
}

TEST(behaviour, B50_a_path_template_that_fails_gives_no_route_and_the_service_all_the_same) {
    const char *documents = SERVICE_WITH_STATUS(
        QWEN ", routing: {enabled: true, gatewayRef: {name: gw}, pathTemplate: \"/{.metadata.labels['x']}\"}", RECORDED)
        SERVING;
    BOTH_CONDITIONS(documents, "HTTPRouteReady", "False/PathTemplateInvalid", "False/HTTPRouteCreating");
    const aimp_node *plan = plan_of(t, documents, DOCUMENTED);
    CHECK(applied(plan, "HTTPRoute") == NULL);
    CHECK(applied(plan, "InferenceService") != NULL);
    CHECK_TEXT(at(t, applied(plan_of(t, documents, ENGINE), "HTTPRoute"), "spec/rules/0/matches/0/path/value"),
               "/team/" UID);
}

TEST(behaviour, B51_bracket_keys_work_everywhere) {
    const char *documents =
        SERVICE("", QWEN ", routing: {enabled: true, gatewayRef: {name: gw}, pathTemplate: \"/{.spec['model'].name}\"}")
            MODEL;
    CHECK_TEXT(at(t, applied(plan_of(t, documents, DOCUMENTED), "HTTPRoute"), "spec/rules/0/matches/0/path/value"),
               "/qwen");
    CHECK_TEXT(at(t, applied(plan_of(t, documents, ENGINE), "HTTPRoute"), "spec/rules/0/matches/0/path/value"),
               "/team/" UID);
}

TEST(behaviour, B52_a_timeout_is_spelled_as_the_gateway_api_wants_it) {
    const char *documents =
        SERVICE("", QWEN ", routing: {enabled: true, gatewayRef: {name: gw}, requestTimeout: 1500ms}") MODEL;
    CHECK_TEXT(at(t, applied(plan_of(t, documents, DOCUMENTED), "HTTPRoute"), "spec/rules/0/timeouts/request"),
               "1s500ms");
    CHECK_TEXT(at(t, applied(plan_of(t, documents, ENGINE), "HTTPRoute"), "spec/rules/0/timeouts/request"), "1.5s");
}

TEST(behaviour, B52_a_timeout_that_the_gateway_api_cannot_hold_keeps_the_route_away) {
    const char *documents =
        SERVICE("", QWEN ", routing: {enabled: true, gatewayRef: {name: gw}, requestTimeout: 100000h}") MODEL;
    CHECK(applied(plan_of(t, documents, DOCUMENTED), "HTTPRoute") == NULL);
    CHECK_TEXT(at(t, applied(plan_of(t, documents, ENGINE), "HTTPRoute"), "spec/rules/0/timeouts/request"),
               "100000h0m0s");
}

TEST(behaviour, B53_a_route_that_is_no_longer_wanted_is_deleted_by_uid) {
    const char *documents = SERVICE("", QWEN) MODEL
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " ISVC_NAME
        ", namespace: team, uid: r1, " OWNER "}\n";
    BOTH(documents, "delete",
         "[{\"apiVersion\":\"gateway.networking.k8s.io/v1\",\"kind\":\"HTTPRoute\",\"name\":\"" ISVC_NAME
         "\",\"namespace\":\"team\",\"uid\":\"r1\"}]",
         "[]");
}

TEST(behaviour, B54_a_running_service_keeps_its_image_while_its_model_is_gone) {
    const char *documents =
        SERVICE_WITH_STATUS(QWEN ", template: {name: qwen}", RECORDED ", resolvedModel: {name: qwen, scope: Cluster}")
            CLUSTER_TEMPLATE("qwen", "", STATUS(BEST)) MI300X ISVC("", ISVC_READY) POD(POD_READY);
    CHECK_TEXT(predictor(t, documents, DOCUMENTED, "containers/0/image"), "kept");
}

TEST(behaviour, B57_an_object_of_somebody_else_is_left_alone) {
    const char *documents = SERVICE("", QWEN ", " ROUTING) MODEL
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " ISVC_NAME
        ", namespace: team, uid: r1, ownerReferences: [{kind: AIMService, name: other, uid: other}]}\n";
    const aimp_node *plan = plan_of(t, documents, DOCUMENTED);
    CHECK(applied(plan, "HTTPRoute") == NULL);
    CHECK(has_finding(plan, "NameCollision"));
    CHECK(applied(plan_of(t, documents, ENGINE), "HTTPRoute") != NULL);
}

TEST(behaviour, B76_without_a_uid_there_is_no_owner_reference_and_no_invented_name) {
    const char *documents = HEAD("AIMService", "chat") "namespace: team}\nspec: {" QWEN
                                                       ", caching: {mode: Dedicated}, routing: {enabled: true, "
                                                       "gatewayRef: {name: gw}, pathTemplate: /x}}\n" RUNNING;
    const aimp_node *plan = plan_of(t, documents, DOCUMENTED);
    CHECK_TEXT(at(t, applied(plan, "HTTPRoute"), "metadata/ownerReferences"), "");
    CHECK(applied(plan, "AIMTemplateCache") == NULL);
    CHECK_TEXT(at(t, plan, "later/0/kind"), "AIMTemplateCache");
    CHECK_TEXT(at(t, plan, "later/0/name"), "");
    CHECK(has_finding(plan, "UIDUnknown"));
    CHECK_TEXT(at(t, applied(plan_of(t, documents, ENGINE), "HTTPRoute"), "metadata/ownerReferences/0/uid"), "");
}

TEST(behaviour, B26_a_recorded_cache_of_the_other_scope_is_not_used) {
    const char *documents =
        SERVICE_WITH_STATUS(QWEN, RECORDED ", cache: {templateCacheRef: {name: other, namespace: team}}")
            RUNNING CACHE("other", "templateName: qwen, templateScope: Namespace, mode: Shared", "Ready");
    BOTH(documents, "cache/reused", "false", "true");
    CHECK(has_finding(plan_of(t, documents, DOCUMENTED), "CacheOfOtherScope"));
}

TEST(behaviour, B72_an_option_without_effect_is_said) {
    const char *documents = SERVICE("", QWEN) RUNNING "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: "
                                                      "AIMRuntimeConfig\nmetadata: {name: default, namespace: team}\n"
                                                      "spec: {model: {autoDiscovery: false}}\n";
    CHECK(has_finding(plan_of(t, documents, DOCUMENTED), "FieldIgnored"));
}

TEST(behaviour, B25_after_a_change_of_template_the_cache_is_that_of_the_new_one) {
    const char *documents =
        SERVICE_WITH_STATUS(QWEN ", template: {name: new}", "resolvedTemplate: {name: qwen, scope: Cluster}, cache: "
                                                            "{templateCacheRef: {name: other, namespace: team}}")
            RUNNING SHARED_CACHE("Ready") CLUSTER_TEMPLATE("new", "", STATUS(BEST));
    BOTH(documents, "template/name", "new", "qwen");
    BOTH(documents, "cache/name", "new-e201fbda", "other");
}

TEST(behaviour, B27_a_cache_that_cannot_be_read_is_not_made_again) {
    static const aim_declaration fault = {.struct_size = sizeof fault,
                                          .state = AIM_STATE_FAILED,
                                          .verb = AIM_VERB_LIST,
                                          .kind = "AIMTemplateCache",
                                          .reason = "Timeout"};
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) RUNNING;
    const aimp_node *documented = plan_with(t, documents, DOCUMENTED, &fault),
                    *engine = plan_with(t, documents, ENGINE, &fault);
    CHECK(applied(documented, "AIMTemplateCache") == NULL);
    CHECK(applied(engine, "AIMTemplateCache") != NULL);
    CHECK_TEXT(condition(t, documented, "CacheReady"), "False/Timeout");
    CHECK_TEXT(condition(t, engine, "CacheReady"), "False/CacheCreating");
}

/* The object of a kind that other controllers will make. */
static const aimp_node *later(const aimp_node *plan, const char *kind) {
    const aimp_node *list = aimp_get(plan, "later");
    for (size_t i = 0; i < aimp_count(list); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(list, i), "kind"), kind)) return aimp_get(aimp_item(list, i), "object");
    }
    return NULL;
}

TEST(behaviour, S33_B30_B31_an_artifact_takes_over_what_its_cache_says) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) RUNNING CACHE(
        "other", "templateName: qwen, templateScope: Cluster, mode: Shared, imagePullSecrets: [{name: pull}]",
        "Pending");
    for (int i = 0; i < 2; i++) {
        const aimp_node *artifact = later(plan_of(t, documents, i ? ENGINE : DOCUMENTED), "AIMArtifact");
        CHECK_TEXT(at(t, artifact, "spec/imagePullSecrets"), i ? "" : "[{\"name\":\"pull\"}]");
        CHECK_TEXT(aimp_text_at(artifact, "metadata", "labels", "aim.eai.amd.com/template.name", NULL), "qwen");
        CHECK_TEXT(aimp_text_at(artifact, "metadata", "labels", "aim.eai.amd.com/template", NULL), i ? NULL : "qwen");
    }
}

#define LONG_NAME "a-template-with-a-name-that-is-longer-than-the-sixty-three-letters-of-a-label"

TEST(behaviour, B59_a_label_holds_the_raw_name_only_where_that_is_legal) {
    const char *documents = SERVICE("", QWEN ", template: {name: " LONG_NAME "}")
        MODEL CLUSTER_TEMPLATE(LONG_NAME, "", STATUS(BEST)) MI300X;
    static const char *const path[] = {"metadata", "labels", "aim.eai.amd.com/template.name"};
    const char *documented = aimp_text_at(later(plan_of(t, documents, DOCUMENTED), "AIMArtifact"), path[0], path[1],
                                          path[2], NULL),
               *engine =
                   aimp_text_at(later(plan_of(t, documents, ENGINE), "AIMArtifact"), path[0], path[1], path[2], NULL);
    CHECK_TEXT(engine, LONG_NAME);
    CHECK(documented && strlen(documented) <= 63);
}

TEST(behaviour, B53_a_dedicated_cache_goes_once_another_one_is_ready) {
    static const char *const states[] = {"Pending", "Ready"};
    for (size_t i = 0; i < 2; i++) {
        const char *documents = aimp_format(
            &t->arena,
            "%s" SHARED_CACHE("%s")
                HEAD("AIMTemplateCache", "mine") "namespace: team, uid: c1, " OWNER
                                                 "}\nspec: {templateName: qwen, templateScope: Cluster, mode: "
                                                 "Dedicated}\nstatus: {status: Ready}\n",
            SERVICE_WITH_STATUS(QWEN, RECORDED ", cache: {templateCacheRef: {name: mine, namespace: team}}") RUNNING,
            states[i]);
        BOTH(documents, "delete/0/name", i ? "mine" : "", "");
        BOTH(documents, "delete/0/uid", i ? "c1" : "", "");
    }
}
