/* Lint: what it finds where, what it refuses, and that it outlives what it was made of. */
#include "harness.h"

static const char documents[] =
    "apiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\n"
    "metadata: {name: chat, namespace: team, uid: u}\nspec: {model: {name: llama}, colour: blue}\n"
    "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMModel\n"
    "metadata: {name: llama, namespace: team}\nspec: {image: 'ghcr.io/example/llama:1'}\n"
    "status: {status: Ready}\n";

TEST(lint, a_finding_has_its_place_and_outlives_the_cluster) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_lint *lint;
    CHECK_INTEGER(aim_lint_new(cluster, NULL, &lint, NULL), AIM_OK);
    aim_cluster_free(cluster);
    CHECK_INTEGER(aim_lint_count(lint), 1);
    aim_finding f = {.struct_size = sizeof f};
    CHECK_INTEGER(aim_lint_at(lint, 0, &f), AIM_OK);
    CHECK_TEXT(f.reason_name, "UnknownField");
    CHECK_TEXT(f.object, "AIMService team/chat");
    CHECK_TEXT(f.pointer, "/spec/colour");
    CHECK_INTEGER(f.line, 4);
    CHECK_INTEGER(f.column, 30);
    CHECK_INTEGER(f.severity, AIM_SEVERITY_WARNING);
    aim_lint_free(lint);
}

TEST(lint, wrong_arguments_are_errors) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_lint *lint;
    aim_buffer *buffer;
    aim_error *error;
    aim_options options = {.struct_size = 3};
    CHECK_INTEGER(aim_lint_new(NULL, NULL, &lint, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_lint_new(cluster, &options, &lint, &error), AIM_E_STRUCT);
    CHECK(lint == NULL && error != NULL);
    aim_error_free(error);
    CHECK_INTEGER(aim_lint_new(cluster, NULL, &lint, NULL), AIM_OK);
    aim_finding small = {.struct_size = 4}, f = {.struct_size = sizeof f};
    CHECK_INTEGER(aim_lint_at(lint, 0, &small), AIM_E_STRUCT);
    CHECK_INTEGER(aim_lint_at(lint, 1, &f), AIM_E_NOT_FOUND);
    CHECK_INTEGER(aim_lint_at(lint, 0, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_lint_render(lint, AIM_FORMAT_YAML, 0, &buffer, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_lint_render(lint, AIM_FORMAT_TEXT, 8, &buffer, NULL), AIM_E_ARGUMENT);
    CHECK(buffer == NULL);
    CHECK_INTEGER(aim_lint_count(NULL), 0);
    aim_lint_free(lint);
    aim_lint_free(NULL);
    aim_cluster_free(cluster);
}

TEST(lint, a_cancelled_lint_is_no_lint) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_cancel *cancel;
    aim_lint *lint;
    CHECK_INTEGER(aim_cancel_new(t->context, &cancel, NULL), AIM_OK);
    aim_cancel_set(cancel);
    aim_options options = {.struct_size = sizeof options, .cancel = cancel};
    CHECK_INTEGER(aim_lint_new(cluster, &options, &lint, NULL), AIM_E_CANCELLED);
    CHECK(lint == NULL);
    aim_cancel_free(cancel);
    aim_cluster_free(cluster);
}

static const char nodes_and_secret[] =
    "---\napiVersion: v1\nkind: Secret\nmetadata: {name: pull, namespace: other}\n"
    "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: old, namespace: team}\n"
    "spec: {model: {name: llama}, colour: blue, imagePullSecrets: [{name: pul}]}\n";

/* The reasons of all findings, one behind the other. */
static const char *reasons_of(test_context *t, const aim_cluster *cluster) {
    aimp_text text = aimp_text_new(&t->arena);
    aim_lint *lint;
    if (aim_lint_new(cluster, NULL, &lint, NULL)) return "no lint";
    for (size_t i = 0; i < aim_lint_count(lint); i++) {
        aim_finding f = {.struct_size = sizeof f};
        aim_lint_at(lint, i, &f);
        aimp_text_add_format(&text, "%s%s", i ? " " : "", f.reason_name);
    }
    aim_lint_free(lint);
    return aimp_text_string(&text);
}

static void add_overlay(test_context *t, aim_cluster *cluster, const char *text) {
    aim_source source = {.struct_size = sizeof source,
                         .flags = AIM_SOURCE_OVERLAY,
                         .name = "overlay",
                         .data = text,
                         .size = strlen(text)};
    CHECK_INTEGER(aim_cluster_add(cluster, &source, NULL, NULL), AIM_OK);
}

TEST(lint, a_secret_is_absent_only_in_a_namespace_that_is_known) {
    aim_cluster *cluster = test_cluster(t, nodes_and_secret);
    CHECK_TEXT(reasons_of(t, cluster), "UnknownField");
    aim_declaration complete = {.struct_size = sizeof complete, .state = AIM_STATE_KNOWN, .kind = "Secret"};
    CHECK_INTEGER(aim_cluster_declare(cluster, &complete, NULL), AIM_OK);
    CHECK_TEXT(reasons_of(t, cluster), "UnknownField SecretNotFound");
    aim_cluster_free(cluster);
}

TEST(lint, what_is_laid_over_a_cluster_is_looked_at_alone_even_when_it_holds_nothing) {
    aim_cluster *cluster = test_cluster(t, nodes_and_secret), *clone;
    add_overlay(t, cluster, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n");
    CHECK_TEXT(reasons_of(t, cluster), "");
    CHECK_INTEGER(aim_cluster_clone(cluster, &clone, NULL), AIM_OK);
    CHECK_TEXT(reasons_of(t, clone), "");
    add_overlay(t, cluster, "---\napiVersion: v1alpha1\nkind: AIMService\nmetadata: {name: c}\n");
    CHECK_TEXT(reasons_of(t, cluster), "OtherAPIVersion");
    aim_cluster_free(clone);
    aim_cluster_free(cluster);
}

TEST(lint, a_misspelt_kind_is_named_with_the_nearest) {
    aim_cluster *cluster =
        test_cluster(t, "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMServce\nmetadata: {name: c}\n");
    aim_lint *lint;
    aim_finding f = {.struct_size = sizeof f};
    CHECK_INTEGER(aim_lint_new(cluster, NULL, &lint, NULL), AIM_OK);
    CHECK_INTEGER(aim_lint_at(lint, 0, &f), AIM_OK);
    CHECK_TEXT(f.message,
               "aim.eai.amd.com/v1alpha1 AIMServce c is not read: there is no such kind (did you mean AIMService?)");
    aim_lint_free(lint);
    aim_cluster_free(cluster);
}

TEST(lint, the_errors_of_a_report_join_the_findings_in_the_order_of_the_documents) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_lint *lint;
    aim_report *report;
    static const char broken[] = "---\napiVersion: v1\nkind: Node\nmetadata: {name: 5}\n";
    aim_source source = {.struct_size = sizeof source, .name = "(broken)", .data = broken, .size = strlen(broken)};
    CHECK_INTEGER(aim_cluster_add(cluster, &source, &report, NULL), AIM_E_TYPE);
    CHECK_INTEGER(aim_lint_new(cluster, NULL, &lint, NULL), AIM_OK);
    CHECK_INTEGER(aim_lint_add_report(lint, report, NULL), AIM_OK);
    CHECK_INTEGER(aim_lint_add_report(lint, NULL, NULL), AIM_OK);
    CHECK_INTEGER(aim_lint_add_report(NULL, report, NULL), AIM_E_ARGUMENT);
    aim_report_free(report);
    CHECK_INTEGER(aim_lint_count(lint), 2);
    aim_finding f = {.struct_size = sizeof f};
    CHECK_INTEGER(aim_lint_at(lint, 0, &f), AIM_OK);
    CHECK_TEXT(f.source, "(broken)");
    CHECK_TEXT(f.reason_name, "DocumentUnreadable");
    CHECK_TEXT(f.pointer, "/metadata/name");
    CHECK_INTEGER(f.line, 4);
    CHECK_INTEGER(aim_lint_at(lint, 1, &f), AIM_OK);
    CHECK_TEXT(f.reason_name, "UnknownField");
    aim_lint_free(lint);
    aim_cluster_free(cluster);
}

#define NODE_WITH(name, labels) "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {" labels "}}\n"

TEST(lint, a_node_with_gpus_of_several_models_is_not_told_to_name_one) {
    aim_cluster *cluster = test_cluster(
        t, NODE_WITH("mixed", "amd.com/gpu.device-id.74a1: \"8\", amd.com/gpu.device-id.74a5: \"8\"")
               NODE_WITH("whole", "amd.com/gpu.device-id: 74a1, amd.com/compute-memory-partition: spx_nps1"));
    CHECK_TEXT(reasons_of(t, cluster), "GPULabelsContradict");
    aim_cluster_free(cluster);
}

TEST(lint, a_misspelt_field_of_the_metadata_is_found) {
    aim_cluster *cluster = test_cluster(
        t, "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: c, lables: {a: b}, "
           "generateName: c-}\nspec: {model: {name: x}}\n");
    CHECK_TEXT(reasons_of(t, cluster), "UnknownField");
    aim_cluster_free(cluster);
}

TEST(lint, secrets_are_looked_for_wherever_the_schema_has_them) {
    aim_cluster *cluster = test_cluster(
        t,
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: there, namespace: team}\n"
        "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: chat, namespace: team}\n"
        "spec:\n  model:\n    custom:\n      baseImage: ghcr.io/example/base:1\n      modelSources:\n"
        "      - modelId: a/b\n        sourceUri: hf://a/b\n        env: [{name: T, valueFrom: {secretKeyRef: {name: "
        "gone, key: k}}}]\n      hardware: {gpu: {requests: 1}}\n"
        "  env: [{name: V, value: x, valueFrom: {secretKeyRef: {name: there, key: k}}}]\n");
    CHECK_TEXT(reasons_of(t, cluster), "SecretNotFound ValueNotAllowed");
    aim_cluster_free(cluster);
}

TEST(lint, amounts_that_no_pod_can_have_are_errors) {
    aim_cluster *cluster = test_cluster(
        t, "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: a, namespace: team}\n"
           "spec:\n  model: {name: x}\n  resources:\n    requests: {memory: 10Gi, cpu: -1, amd.com/gpu: 500m}\n"
           "    limits: {memory: 5Gi, amd.com/gpu: 500m}\n"
           "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: a, namespace: Bad NS}\n"
           "spec: {model: {name: x}}\n");
    CHECK_TEXT(reasons_of(t, cluster),
               "ValueNotAllowed ValueNotAllowed ValueNotAllowed ValueNotAllowed NameNotAllowed");
    aim_cluster_free(cluster);
}
