/* What the AIM documentation says beside the rows of the list of differences. */
#include "behaviour.h"

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
