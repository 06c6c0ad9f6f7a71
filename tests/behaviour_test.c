/* Where the documented rule and the reference part: one test for each row, asked in both behaviours. The name of a test
 * begins with the row of the list of differences. */
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

enum { DOCUMENTED = AIM_BEHAVIOUR_DOCUMENTED, ENGINE = AIM_BEHAVIOUR_ENGINE_0_2 };

/* The plan of team/chat as a tree. */
static const aimp_node *plan_of(test_context *t, const char *documents, int32_t behaviour) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_plan *plan;
    aim_buffer *buffer;
    aim_ref ref = {.struct_size = sizeof ref, .ns = "team", .name = "chat"};
    aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(behaviour)};
    aim_declaration complete = {.struct_size = sizeof complete, .state = AIM_STATE_KNOWN};
    if (!cluster) return NULL;
    aim_cluster_declare(cluster, &complete, NULL);
    aim_code code = aim_plan_new(cluster, &ref, &options, &plan, NULL);
    aim_cluster_free(cluster);
    if (code || aim_plan_render(plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, NULL)) {
        FAIL("no plan");
        return NULL;
    }
    const aimp_node *node = aimp_read_small_json(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    aim_plan_free(plan);
    return node;
}

/* "a/b/0/c" of a tree as text: a string as it is, anything else as JSON, "" when it is not there. */
static const char *at(test_context *t, const aimp_node *node, const char *path) {
    char *copy = aimp_copy_string(&t->arena, path), *next = copy;
    while (node && next) {
        char *slash = strchr(next, '/');
        if (slash) *slash = '\0';
        size_t index = (size_t)(next[0] - '0');
        node = node->kind == AIMP_LIST ? aimp_item(node, index) : aimp_get(node, next);
        next = slash ? slash + 1 : NULL;
    }
    if (!node) return "";
    if (node->kind == AIMP_STRING) return node->as.text;
    aimp_text text = aimp_text_new(&t->arena);
    aimp_write_json(&text, node);
    return aimp_text_string(&text);
}

/* A condition as "Status/Reason". */
static const char *condition(test_context *t, const aimp_node *plan, const char *type) {
    const aimp_node *conditions = aimp_at(plan, "status", "conditions", NULL);
    for (size_t i = 0; i < aimp_count(conditions); i++) {
        const aimp_node *c = aimp_item(conditions, i);
        if (aimp_equal(aimp_get_text(c, "type"), type))
            return aimp_format(&t->arena, "%s/%s", aimp_get_text(c, "status"), aimp_get_text(c, "reason"));
    }
    return "";
}

/* The applied object of a kind, NULL when there is none. */
static const aimp_node *applied(const aimp_node *plan, const char *kind) {
    const aimp_node *apply = aimp_get(plan, "apply");
    for (size_t i = 0; i < aimp_count(apply); i++) {
        const aimp_node *object = aimp_get(aimp_item(apply, i), "object");
        if (aimp_equal(aimp_get_text(object, "kind"), kind)) return object;
    }
    return NULL;
}

static bool has_finding(const aimp_node *plan, const char *reason) {
    const aimp_node *findings = aimp_get(plan, "findings");
    for (size_t i = 0; i < aimp_count(findings); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(findings, i), "reason"), reason)) return true;
    }
    return false;
}

static const char *candidate_reason(const aimp_node *plan, const char *name) {
    const aimp_node *candidates = aimp_at(plan, "template", "candidates", NULL);
    for (size_t i = 0; i < aimp_count(candidates); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(candidates, i), "name"), name))
            return aimp_get_text(aimp_item(candidates, i), "reason");
    }
    return "";
}

/* The same path in both behaviours. */
static void both(test_context *t, int line, const char *documents, const char *path, const char *documented,
                 const char *engine) {
    test_check_text(t, __FILE__, line, path, at(t, plan_of(t, documents, DOCUMENTED), path), documented);
    test_check_text(t, __FILE__, line, path, at(t, plan_of(t, documents, ENGINE), path), engine);
}
#define BOTH(documents, path, documented, engine) both(t, __LINE__, documents, path, documented, engine)

static void both_conditions(test_context *t, int line, const char *documents, const char *type, const char *documented,
                            const char *engine) {
    test_check_text(t, __FILE__, line, type, condition(t, plan_of(t, documents, DOCUMENTED), type), documented);
    test_check_text(t, __FILE__, line, type, condition(t, plan_of(t, documents, ENGINE), type), engine);
}
#define BOTH_CONDITIONS(documents, type, documented, engine)                                                           \
    both_conditions(t, __LINE__, documents, type, documented, engine)

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

#define SERVING RUNNING SHARED_CACHE("Ready")
#define PREDICTOR "spec/predictor/"

static const char *predictor(test_context *t, const char *documents, int32_t behaviour, const char *path) {
    return at(t, applied(plan_of(t, documents, behaviour), "InferenceService"),
              aimp_format(&t->arena, PREDICTOR "%s", path));
}

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

TEST(behaviour, B53_a_route_that_is_no_longer_wanted_is_deleted_by_uid) {
    const char *documents = SERVICE("", QWEN) MODEL
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " ISVC_NAME
        ", namespace: team, uid: r1, " OWNER "}\n";
    BOTH(documents, "delete",
         "[{\"kind\":\"HTTPRoute\",\"name\":\"" ISVC_NAME "\",\"namespace\":\"team\",\"uid\":\"r1\"}]", "[]");
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

/* --- what the seed says beside the rows --- */

TEST(seed, preview_ranks_before_unoptimized) {
    const char *documents = SERVICE("", QWEN ", template: {allowUnoptimized: true}")
        MODEL CLUSTER_TEMPLATE("a-unoptimized", "", STATUS(PROFILE("MI325X", "1", "latency", "fp4", "unoptimized")))
            CLUSTER_TEMPLATE("b-preview", "", STATUS(PROFILE("MI300X", "1", "throughput", "fp32", "preview")))
                MI300X NODE("n2", "74a5");
    BOTH(documents, "template/name", "b-preview", "b-preview");
}

TEST(seed, precisions_rank_in_the_order_of_the_seed) {
    static const char *const order[] = {"fp4", "int4", "fp8", "int8", "fp16", "bf16", "fp32"};
    for (int32_t behaviour = DOCUMENTED; behaviour <= ENGINE; behaviour++) {
        uint64_t before = 0;
        for (size_t i = 0; i < 7; i++) {
            aim_profile profile = {.struct_size = sizeof profile,
                                   .type = "optimized",
                                   .gpu = "MI300X",
                                   .metric = "latency",
                                   .precision = order[i]};
            uint64_t key = 0;
            CHECK_INTEGER(aim_rank_key(aim_policy_builtin(behaviour), &profile, &key, NULL), AIM_OK);
            CHECK(key > before);
            before = key;
        }
    }
}

TEST(seed, each_model_source_becomes_an_artifact_and_a_dedicated_cache_owns_its_own) {
    const char *documents = SERVICE("", QWEN ", caching: {mode: Dedicated}") MODEL CLUSTER_TEMPLATE(
        "qwen", "",
        "status: {status: Ready, " BEST ", modelSources: [{modelId: a/b, sourceUri: \"hf://a/b\", size: 1Gi}, "
        "{modelId: c/d, sourceUri: \"hf://c/d\", size: 2Gi}]}\n") MI300X;
    const aimp_node *plan = plan_of(t, documents, DOCUMENTED);
    CHECK_INTEGER(aimp_count(aimp_at(plan, "cache", "artifacts", NULL)), 2);
    CHECK_TEXT(at(t, plan, "later/0/kind"), "AIMArtifact");
    CHECK_TEXT(at(t, plan, "later/0/owner"), "true");
    CHECK_TEXT(at(t, plan, "cache/downloadBytes"), "3221225472");
}

TEST(seed, the_resource_example_is_rendered) {
    const char *documents = SERVICE_WITH_STATUS(
        QWEN ", resources: {requests: {memory: 64Gi, cpu: \"16\"}, limits: {memory: 128Gi, amd.com/gpu: \"4\"}}",
        RECORDED) SERVING;
    CHECK_TEXT(predictor(t, documents, DOCUMENTED, "containers/0/resources"),
               "{\"limits\":{\"amd.com/gpu\":\"4\",\"memory\":\"128Gi\"},\"requests\":{\"amd.com/"
               "gpu\":\"4\",\"cpu\":\"16\",\"memory\":\"64Gi\"}}");
}

TEST(seed, a_template_whose_sources_still_resolve_leaves_the_service_pending) {
    const char *documents =
        SERVICE("", QWEN) MODEL CLUSTER_TEMPLATE("qwen", "", "status: {status: Progressing}\n") MI300X;
    BOTH(documents, "status/status", "Pending", "Pending");
    BOTH_CONDITIONS(documents, "TemplateReady", "False/TemplateNotReady", "False/TemplateNotReady");
}

TEST(seed, a_volume_that_does_not_bind_keeps_the_service_starting) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "")
        POD("phase: Pending") "---\napiVersion: v1\nkind: Event\nmetadata: {name: e, namespace: team}\ninvolvedObject: "
                              "{kind: Pod, name: p1, namespace: team, uid: p1}\nreason: FailedMount\nmessage: "
                              "unbound\ntype: Warning\neventTime: \"2026-01-01T00:00:00Z\"\n";
    BOTH(documents, "status/status", "Starting", "Pending");
    CHECK(has_finding(plan_of(t, documents, DOCUMENTED), "PodBlocked"));
}

#define SIZELESS                                                                                                       \
    SERVICE_WITH_STATUS(QWEN, RECORDED)                                                                                \
    MODEL CLUSTER_TEMPLATE("qwen", "",                                                                                 \
                           "status: {status: Ready, " BEST                                                             \
                           ", modelSources: [{modelId: org/m, sourceUri: \"hf://org/m\"}]}\n") MI300X
#define ARTIFACT(status)                                                                                               \
    HEAD("AIMArtifact", "hf---org-m")                                                                                  \
    "namespace: team, uid: a1}\nspec: {sourceUri: \"hf://org/m\"}\nstatus: {" status "}\n"

TEST(seed, a_storage_size_error_clears_when_the_artifact_knows_the_size) {
    const char *documents =
        SIZELESS SHARED_CACHE("Progressing") ARTIFACT("status: Progressing, discoveredSizeBytes: 1073741824");
    BOTH_CONDITIONS(documents, "CacheReady", "False/CacheNotReady", "False/CacheNotReady");
}

TEST(seed, a_storage_size_error_is_a_failure_when_the_size_cannot_be_found_out) {
    const char *progressing = SIZELESS SHARED_CACHE("Progressing") ARTIFACT("status: Failed");
    const char *failed = SIZELESS SHARED_CACHE("Failed") ARTIFACT("status: Failed");
    BOTH_CONDITIONS(progressing, "CacheReady", "False/StorageSizeError", "False/CacheNotReady");
    BOTH_CONDITIONS(failed, "CacheReady", "False/StorageSizeError", "False/CacheFailed");
    BOTH(failed, "status/status", "Failed", "Failed");
}

TEST(seed, a_model_that_was_created_for_an_image_that_cannot_be_read_fails_the_service) {
    const char *documents = SERVICE("", "model: {image: \"r.example.com/none:1\"}") HEAD(
        "AIMModel", "none-1") "namespace: team}\nspec: {image: \"r.example.com/none:1\"}\nstatus: {status: Failed}\n";
    BOTH(documents, "status/status", "Failed", "Failed");
    BOTH_CONDITIONS(documents, "ModelReady", "False/ModelNotReady", "False/ModelNotReady");
}

TEST(seed, the_ready_message_names_the_ambiguity_also_when_something_further_down_is_broken) {
    const char *documents = SERVICE("", QWEN ", routing: {enabled: true}")
        MODEL CLUSTER_TEMPLATE("one", "", STATUS(BEST)) CLUSTER_TEMPLATE("two", "", STATUS(BEST)) MI300X;
    const aimp_node *conditions = aimp_at(plan_of(t, documents, DOCUMENTED), "status", "conditions", NULL);
    const char *message = "";
    for (size_t i = 0; i < aimp_count(conditions); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(conditions, i), "type"), "Ready"))
            message = aimp_get_text(aimp_item(conditions, i), "message");
    }
    CHECK(strstr(message, "same score") != NULL);
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

TEST(reasons, the_document_lists_every_reason_with_its_number) {
    size_t size;
    char *text = test_read_file(t, aimp_format(&t->arena, "%s/docs/reasons.md", test_source_folder()), &size);
    if (!text) {
        FAIL("docs/reasons.md cannot be read");
        return;
    }
    size_t named = 0, listed = 0;
    for (int32_t number = 100; number < 2000; number++) {
        const char *name = aim_reason_name(number);
        if (!name) continue;
        named++;
        CHECK_INTEGER(aim_reason_number(name), number);
        if (!strstr(text, aimp_format(&t->arena, "\n| %d | %s |", (int)number, name)))
            FAIL("%d %s is not listed", (int)number, name);
    }
    for (const char *row = text; (row = strstr(row, "\n| ")) != NULL; row++)
        listed += aimp_is_digit(row[3]);
    CHECK_INTEGER(listed, named);
    CHECK(named > 40);
}
