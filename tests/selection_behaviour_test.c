/* Where the documented rule and the reference part: one test for each row about models and templates, asked in both
 * behaviours. The name of a test begins with the row of the list of differences. */
#include "behaviour.h"

/* --- models --- */

TEST(behaviour, S02_custom_models_are_left_out_of_the_image_search) {
    const char *documents = SERVICE("", "model: {image: \"registry.example.com/base:1\"}") CLUSTER_MODEL(
        "custom", "registry.example.com/base:1",
        ", modelSources: [{modelId: a/b, sourceUri: \"hf://a/b\"}], custom: {hardware: {cpu: {requests: 1}}}");
    BOTH(documents, "model/outcome", "create", "found");
}

#define TWO_MODELS                                                                                                     \
    SERVICE("", "model: {image: \"r.example.com/x:1\"}")                                                               \
    CLUSTER_MODEL("a", "r.example.com/x:1", "") CLUSTER_MODEL("b", "r.example.com/x:1", "")

TEST(behaviour, S04_several_models_of_one_image_fail_the_service_without_a_retry_storm) {
    BOTH(TWO_MODELS, "status/status", "Failed", "Degraded");
    BOTH_CONDITIONS(TWO_MODELS, "ModelReady", "False/MultipleModelsFound", "False/UnknownError");
    BOTH_CONDITIONS(TWO_MODELS, "DependenciesReachable", "", "False/InfrastructureError");
}

TEST(behaviour, S21_a_named_model_that_is_missing_is_waited_for) {
    const char *documents = SERVICE("", "model: {name: nobody}, " ROUTING) MODEL;
    BOTH(documents, "status/status", "Pending", "Failed");
    BOTH_CONDITIONS(documents, "ModelReady", "False/ModelNotFound", "False/ModelNotFound");
    BOTH_CONDITIONS(documents, "ConfigValid", "", "False/ReferenceNotFound");
    CHECK(applied(plan_of(t, documents, DOCUMENTED), "HTTPRoute") != NULL);
    CHECK(applied(plan_of(t, documents, ENGINE), "HTTPRoute") == NULL);
}

TEST(behaviour, S21_a_named_template_that_is_missing_is_waited_for) {
    const char *documents = SERVICE("", QWEN ", template: {name: nobody}") RUNNING;
    BOTH(documents, "status/status", "Pending", "Failed");
    BOTH_CONDITIONS(documents, "TemplateReady", "False/TemplateNotFound", "False/TemplateNotFound");
}

TEST(behaviour, S21_a_named_runtime_config_that_is_missing_still_fails) {
    const char *documents = SERVICE("", QWEN ", runtimeConfigName: nobody") RUNNING;
    BOTH(documents, "status/status", "Failed", "Failed");
    BOTH_CONDITIONS(documents, "RuntimeConfigReady", "False/ReferenceNotFound", "False/ReferenceNotFound");
    BOTH(documents, "apply", "[]", "[]");
}

TEST(behaviour, B03_the_resolved_model_has_its_namespace) {
    const char *documents = SERVICE("", QWEN)
        HEAD("AIMModel", "qwen") "namespace: team, uid: m}\nspec: {image: i}\nstatus: {status: Ready}\n";
    BOTH(documents, "status/resolvedModel",
         "{\"name\":\"qwen\",\"namespace\":\"team\",\"scope\":\"Namespace\",\"uid\":\"m\"}",
         "{\"name\":\"qwen\",\"scope\":\"Namespace\",\"uid\":\"m\"}");
}

TEST(behaviour, B61_hardware_is_part_of_what_a_custom_model_is) {
    const char *documents = SERVICE("", "model: {custom: {baseImage: b, modelSources: [{modelId: a/b, sourceUri: "
                                        "\"hf://a/b\"}], hardware: {gpu: {requests: 2}}}}")
        HEAD("AIMModel",
             "first") "namespace: team}\nspec: {image: b, modelSources: [{modelId: a/b, sourceUri: "
                      "\"hf://a/b\"}], custom: {hardware: {gpu: {requests: 1}}}}\nstatus: {status: Ready}\n";
    BOTH(documents, "model/outcome", "create", "found");
}

TEST(behaviour, B67_a_degraded_model_serves_when_the_chosen_template_is_ready) {
    const char *documents = SERVICE("", QWEN)
        HEAD("AIMClusterModel", "qwen") "uid: m}\nspec: {image: i}\nstatus: {status: Degraded}\n" CLUSTER_TEMPLATE(
            "qwen", "", STATUS(BEST)) MI300X;
    BOTH_CONDITIONS(documents, "ModelReady", "True/ModelResolved", "False/ModelNotReady");
    BOTH(documents, "status/status", "Starting", "Failed");
}

/* --- templates --- */

TEST(behaviour, S05_B05_a_template_is_derived_from_the_named_base_and_waited_for) {
    const char *documents = SERVICE("", QWEN ", template: {name: base}, overrides: {precision: fp16}")
        MODEL TEMPLATE("base", "", STATUS(BEST)) MI300X;
    const aimp_node *plan = plan_of(t, documents, DOCUMENTED);
    CHECK_TEXT(at(t, plan, "template/outcome"), "not-ready");
    CHECK_TEXT(at(t, plan, "template/derivedFrom"), "base");
    CHECK_TEXT(at(t, applied(plan, "AIMServiceTemplate"), "spec/precision"), "fp16");
    CHECK_TEXT(condition(t, plan, "TemplateReady"), "False/TemplateNotReady");
    CHECK_TEXT(at(t, plan_of(t, documents, ENGINE), "template/outcome"), "error");
}

TEST(behaviour, S05_overrides_of_a_cluster_template_are_said_to_have_no_effect) {
    const char *documents = SERVICE("", QWEN ", template: {name: qwen}, overrides: {precision: fp16}") RUNNING;
    BOTH(documents, "template/name", "qwen", "qwen");
    CHECK(has_finding(plan_of(t, documents, DOCUMENTED), "OverridesNotApplied"));
}

TEST(behaviour, B02_the_default_template_of_a_model_counts) {
    const char *documents = SERVICE("", QWEN) CLUSTER_MODEL("qwen", "i", ", defaultServiceTemplate: second")
        CLUSTER_TEMPLATE("first", "", STATUS(BEST))
            CLUSTER_TEMPLATE("second", "", STATUS(PROFILE("MI300X", "1", "throughput", "fp8", "optimized"))) MI300X;
    BOTH(documents, "template/name", "second", "first");
}

TEST(behaviour, B02_a_default_template_that_does_not_exist_is_said) {
    const char *documents = SERVICE("", QWEN) CLUSTER_MODEL("qwen", "i", ", defaultServiceTemplate: nobody")
        CLUSTER_TEMPLATE("first", "", STATUS(BEST)) MI300X;
    BOTH(documents, "template/name", "first", "first");
    CHECK(has_finding(plan_of(t, documents, DOCUMENTED), "DefaultTemplateMissing"));
}

TEST(behaviour, B04_a_recorded_template_that_later_overrides_exclude_is_given_up) {
    const char *documents = SERVICE_WITH_STATUS(QWEN ", overrides: {metric: throughput}", RECORDED)
        RUNNING CLUSTER_TEMPLATE("fast", "", STATUS(PROFILE("MI300X", "1", "throughput", "fp8", "optimized")));
    BOTH(documents, "template/name", "fast", "qwen");
}

TEST(behaviour, B04_a_better_template_does_not_unseat_a_recorded_one) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, "resolvedTemplate: {name: slow, scope: Cluster}")
        RUNNING CLUSTER_TEMPLATE("slow", "", STATUS(PROFILE("MI300X", "1", "throughput", "fp8", "optimized")));
    BOTH(documents, "template/name", "slow", "slow");
}

TEST(behaviour, B06_a_base_template_is_never_overwritten_by_a_derived_one) {
    const char *documents = SERVICE("", QWEN ", overrides: {hardware: {cpu: {requests: 4}}}")
        MODEL TEMPLATE("base", "", STATUS(BEST)) MI300X;
    CHECK(applied(plan_of(t, documents, DOCUMENTED), "AIMServiceTemplate") == NULL);
    CHECK_TEXT(at(t, applied(plan_of(t, documents, ENGINE), "AIMServiceTemplate"), "metadata/name"), "base");
}

TEST(behaviour, B07_a_derived_template_is_shared_and_has_no_owner) {
    const char *documents = SERVICE("", QWEN ", template: {name: base}, overrides: {precision: fp16}")
        MODEL TEMPLATE("base", "", STATUS(BEST)) MI300X;
    const aimp_node *derived = applied(plan_of(t, documents, DOCUMENTED), "AIMServiceTemplate");
    CHECK(derived != NULL);
    CHECK_TEXT(at(t, derived, "metadata/ownerReferences"), "");
}

TEST(behaviour, B08_a_template_derived_for_another_service_is_no_candidate) {
    const char *documents = SERVICE("", QWEN) MODEL TEMPLATE("base", "", STATUS(BEST))
        HEAD("AIMServiceTemplate",
             "base-ovr-latency-817c") "namespace: team, labels: {aim.eai.amd.com/origin: derived}}\nspec: {modelName: "
                                      "qwen, metric: latency}\n" STATUS(BEST) MI300X;
    BOTH(documents, "template/outcome", "found", "ambiguous");
    CHECK_TEXT(candidate_reason(plan_of(t, documents, DOCUMENTED), "base-ovr-latency-817c"),
               "DerivedForAnotherService");
}

TEST(behaviour, B09_a_difference_in_gpu_count_alone_is_ambiguous_and_says_so) {
    const char *documents = SERVICE("", QWEN) MODEL CLUSTER_TEMPLATE("one", "", STATUS(BEST))
        CLUSTER_TEMPLATE("two", "", STATUS(PROFILE("MI300X", "2", "latency", "fp8", "optimized"))) MI300X;
    BOTH(documents, "template/outcome", "ambiguous", "ambiguous");
    const char *message = at(t, plan_of(t, documents, DOCUMENTED), "template/message");
    CHECK(strstr(message, "one (1 GPU)") && strstr(message, "two (2 GPUs)"));
}

TEST(behaviour, S15_B01_an_ambiguous_selection_reaches_the_conditions) {
    const char *documents = SERVICE("", QWEN) MODEL CLUSTER_TEMPLATE("one", "", STATUS(BEST))
        CLUSTER_TEMPLATE("two", "", STATUS(BEST)) MI300X;
    BOTH_CONDITIONS(documents, "TemplateReady", "False/TemplateSelectionAmbiguous", "False/TemplateNotFound");
    BOTH(documents, "status/status", "Pending", "Pending");
    const aimp_node *conditions = aimp_at(plan_of(t, documents, DOCUMENTED), "status", "conditions", NULL);
    const char *ready = "";
    for (size_t i = 0; i < aimp_count(conditions); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(conditions, i), "type"), "Ready"))
            ready = aimp_get_text(aimp_item(conditions, i), "message");
    }
    CHECK(strstr(ready, "one, two") != NULL);
}

TEST(behaviour, B10_newer_gpus_have_a_tier) {
    const char *documents = SERVICE("", QWEN)
        MODEL CLUSTER_TEMPLATE("new", "", STATUS(PROFILE("MI355X", "1", "latency", "fp8", "optimized")))
            CLUSTER_TEMPLATE("old", "", STATUS(PROFILE("MI210", "1", "latency", "fp8", "optimized"))) NODE("n1", "75a3")
                NODE("n2", "740f");
    BOTH(documents, "template/name", "new", "old");
}

TEST(behaviour, B11_a_long_gpu_name_has_its_tier) {
    const char *documents = SERVICE("", QWEN)
        MODEL CLUSTER_TEMPLATE("long", "", STATUS(PROFILE("Instinct MI300X", "1", "latency", "fp8", "optimized")))
            CLUSTER_TEMPLATE("old", "", STATUS(PROFILE("MI210", "1", "latency", "fp8", "optimized")))
                MI300X NODE("n2", "740f");
    BOTH(documents, "template/name", "long", "old");
}

TEST(behaviour, B16_minimal_vram_is_a_gpu_requirement) {
    const char *documents = SERVICE("", QWEN)
        MODEL CLUSTER_TEMPLATE("large", ", hardware: {gpu: {minVram: 512Gi}}",
                               "status: {status: Ready, profile: {metadata: {type: optimized}}}\n") MI300X;
    BOTH(documents, "template/outcome", "none", "found");
    CHECK_TEXT(candidate_reason(plan_of(t, documents, DOCUMENTED), "large"), "VRAMNotAvailable");
}

TEST(behaviour, B17_unknown_devices_compare_as_a_whole) {
    const char *documents = SERVICE("", QWEN)
        MODEL CLUSTER_TEMPLATE("a", "", STATUS(PROFILE("AMD-ABCD", "1", "latency", "fp8", "optimized")))
            NODE("n1", "ffff");
    BOTH(documents, "template/outcome", "none", "found");
}

TEST(behaviour, B20_a_bare_vram_label_is_in_mebibytes) {
    const char *documents = SERVICE("", QWEN) MODEL CLUSTER_TEMPLATE(
        "large", ", hardware: {gpu: {minVram: 190Gi}}",
        "status: {status: Ready, profile: {metadata: {type: optimized}}}\n") "---\napiVersion: v1\nkind: "
                                                                             "Node\nmetadata: {name: n1, labels: "
                                                                             "{amd.com/gpu.device-id: 74a1, "
                                                                             "amd.com/gpu.vram: \"196608\"}}\n";
    CHECK_TEXT(at(t, plan_of(t, documents, DOCUMENTED), "template/outcome"), "found");
}

TEST(behaviour, B65_the_type_of_the_spec_fills_in_for_a_profile_without_one) {
    const char *documents =
        SERVICE("", QWEN) MODEL CLUSTER_TEMPLATE("typed", ", type: optimized", "status: {status: Ready}\n") MI300X;
    BOTH(documents, "template/outcome", "found", "none");
}

TEST(behaviour, B74_device_ids_that_the_reference_lacks_are_known) {
    const char *documents = SERVICE("", QWEN)
        MODEL CLUSTER_TEMPLATE("vf", "", STATUS(PROFILE("MI308X", "1", "latency", "fp8", "optimized")))
            NODE("n1", "74bc");
    BOTH(documents, "template/outcome", "found", "none");
}

TEST(behaviour, B12_on_a_tie_every_tied_candidate_is_rejected_for_it) {
    const aimp_node *plan = plan_of(t,
                                    SERVICE("", QWEN) MODEL CLUSTER_TEMPLATE("one", "", STATUS(BEST))
                                        CLUSTER_TEMPLATE("two", "", STATUS(BEST)) MI300X,
                                    DOCUMENTED);
    CHECK_TEXT(candidate_reason(plan, "one"), "TemplateSelectionAmbiguous");
    CHECK_TEXT(candidate_reason(plan, "two"), "TemplateSelectionAmbiguous");
}

TEST(behaviour, B04_a_template_derived_for_overrides_that_are_gone_is_given_up) {
    const char *documents =
        SERVICE_WITH_STATUS(QWEN, "resolvedTemplate: {name: base-ovr-x, namespace: team, scope: Namespace}")
            MODEL TEMPLATE("base", "", STATUS(BEST))
                HEAD("AIMServiceTemplate", "base-ovr-x") "namespace: team, uid: d, labels: {aim.eai.amd.com/origin: "
                                                         "derived}}\nspec: {modelName: qwen}\n" STATUS(BEST) MI300X;
    BOTH(documents, "template/name", "base", "base-ovr-x");
    CHECK(has_finding(plan_of(t, documents, DOCUMENTED), "RecordedTemplateUnfit"));
}

TEST(behaviour, S05_overrides_that_no_template_is_derived_for_are_said_to_have_no_effect) {
    static const char *const specs[] = {QWEN ", overrides: {hardware: {cpu: {requests: 8}}}",
                                        QWEN ", template: {name: base}, overrides: {hardware: {cpu: {requests: 8}}}"};
    for (size_t i = 0; i < 2; i++) {
        const char *documents =
            aimp_format(&t->arena, HEAD("AIMService", "chat") "namespace: team, uid: " UID "}\nspec: {%s}\n%s",
                        specs[i], MODEL TEMPLATE("base", "", STATUS(BEST)) MI300X);
        BOTH(documents, "template/name", "base", "base");
        CHECK(has_finding(plan_of(t, documents, DOCUMENTED), "OverridesNotApplied"));
        CHECK(!has_finding(plan_of(t, documents, ENGINE), "OverridesNotApplied"));
    }
}

TEST(behaviour, B16_minimal_vram_is_asked_of_nodes_with_the_templates_gpu) {
    const char *documents = SERVICE("", QWEN)
        MODEL CLUSTER_TEMPLATE("small", ", hardware: {gpu: {model: MI210, requests: 1, minVram: 128Gi}}",
                               STATUS(PROFILE("MI210", "1", "latency", "fp8", "optimized"))) MI300X NODE("n2", "740f");
    CHECK_TEXT(candidate_reason(plan_of(t, documents, DOCUMENTED), "small"), "VRAMNotAvailable");
    CHECK_TEXT(candidate_reason(plan_of(t, documents, ENGINE), "small"), "BestMatch");
}

TEST(behaviour, B39_a_namespace_that_is_too_long_is_an_invalid_spec_and_hides_nothing) {
    aim_cluster *cluster = test_cluster(
        t, "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: chat, namespace: "
           "a-namespace-of-more-than-forty-two-characters, uid: u}\nspec: {model: {name: qwen}}\n" RUNNING);
    aim_ref ref = {.struct_size = sizeof ref, .ns = "a-namespace-of-more-than-forty-two-characters", .name = "chat"};
    static const struct {
        int32_t behaviour;
        const char *status, *model;
    } cases[] = {{DOCUMENTED, "Failed", "qwen"}, {ENGINE, "Degraded", ""}};
    for (size_t i = 0; i < 2; i++) {
        aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(cases[i].behaviour)};
        aim_plan *plan;
        CHECK_INTEGER(aim_plan_new(cluster, &ref, &options, &plan, NULL), AIM_OK);
        aim_model_answer model = {.struct_size = sizeof model};
        aim_resolution_answer(aim_plan_resolution(plan), &model);
        CHECK_TEXT(aim_plan_status(plan), cases[i].status);
        CHECK_TEXT(model.name ? model.name : "", cases[i].model);
        aim_plan_free(plan);
    }
    aim_cluster_free(cluster);
}

TEST(behaviour, B38_an_inference_service_that_cannot_be_read_hides_neither_model_nor_template) {
    aim_cluster *cluster = test_cluster(t, SERVICE("", QWEN) RUNNING);
    aim_ref ref = {.struct_size = sizeof ref, .ns = "team", .name = "chat"};
    aim_declaration timeout = {.struct_size = sizeof timeout,
                               .state = AIM_STATE_FAILED,
                               .verb = AIM_VERB_GET,
                               .kind = "InferenceService",
                               .reason = "Timeout"};
    CHECK_INTEGER(aim_cluster_declare(cluster, &timeout, NULL), AIM_OK);
    for (int i = 0; i < 2; i++) {
        aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(i ? ENGINE : DOCUMENTED)};
        aim_plan *plan;
        CHECK_INTEGER(aim_plan_new(cluster, &ref, &options, &plan, NULL), AIM_OK);
        aim_candidate chosen = {.struct_size = sizeof chosen};
        CHECK_INTEGER(aim_selection_chosen(aim_plan_selection(plan), &chosen), i ? AIM_E_NOT_FOUND : AIM_OK);
        CHECK_TEXT(aim_plan_status(plan), "Degraded");
        CHECK_INTEGER(aim_plan_action_count(plan), 0);
        aim_plan_free(plan);
    }
    aim_cluster_free(cluster);
}

static const aim_declaration forbidden_template = {.struct_size = sizeof forbidden_template,
                                                   .state = AIM_STATE_FAILED,
                                                   .verb = AIM_VERB_GET,
                                                   .kind = "AIMClusterServiceTemplate",
                                                   .reason = "Forbidden"};

TEST(behaviour, lookup_errors_of_a_named_cluster_template_are_errors_of_their_own) {
    const char *documents = SERVICE("", QWEN ", template: {name: qwen}") RUNNING;
    const aimp_node *documented = plan_with(t, documents, DOCUMENTED, &forbidden_template),
                    *engine = plan_with(t, documents, ENGINE, &forbidden_template);
    CHECK_TEXT(at(t, documented, "template/outcome"), "error");
    CHECK_TEXT(condition(t, documented, "TemplateReady"), "False/Forbidden");
    CHECK_TEXT(condition(t, engine, "TemplateReady"), "False/NotFound");
}
