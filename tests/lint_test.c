/* Lint and diff as handles: what they refuse, what they answer, and that they outlive what they were made of. */
#include "harness.h"

static const char documents[] =
    "apiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\n"
    "metadata: {name: chat, namespace: team, uid: u}\nspec: {model: {name: llama}, colour: blue}\n"
    "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMModel\n"
    "metadata: {name: llama, namespace: team}\nspec: {image: 'ghcr.io/example/llama:1'}\n"
    "status: {status: Ready}\n";

static const aim_ref chat = {.struct_size = sizeof chat, .ns = "team", .name = "chat"};

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
    CHECK_INTEGER(f.column, 38);
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

TEST(diff, a_change_outlives_plan_and_cluster) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_plan *plan;
    aim_diff *diff;
    CHECK_INTEGER(aim_plan_new(cluster, &chat, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_diff_new(plan, cluster, &diff, NULL), AIM_OK);
    size_t actions = aim_plan_action_count(plan);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
    CHECK_INTEGER(aim_diff_count(diff), actions);
    for (size_t i = 0; i < actions; i++) {
        aim_change change = {.struct_size = sizeof change};
        CHECK_INTEGER(aim_diff_at(diff, i, &change), AIM_OK);
        CHECK_INTEGER(change.operation, AIM_CHANGE_CREATE);
        CHECK(change.before == NULL && change.after && change.after[0] == '{');
    }
    aim_diff_free(diff);
}

TEST(diff, wrong_arguments_are_errors) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_plan *plan;
    aim_diff *diff;
    aim_buffer *buffer;
    CHECK_INTEGER(aim_plan_new(cluster, &chat, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_diff_new(NULL, cluster, &diff, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_diff_new(plan, NULL, &diff, NULL), AIM_E_ARGUMENT);
    CHECK(diff == NULL);
    CHECK_INTEGER(aim_diff_new(plan, cluster, &diff, NULL), AIM_OK);
    aim_change small = {.struct_size = 4}, change = {.struct_size = sizeof change};
    CHECK_INTEGER(aim_diff_at(diff, 0, &small), AIM_E_STRUCT);
    CHECK_INTEGER(aim_diff_at(diff, 1000, &change), AIM_E_NOT_FOUND);
    CHECK_INTEGER(aim_diff_render(diff, AIM_FORMAT_SARIF, 0, &buffer, NULL), AIM_E_ARGUMENT);
    CHECK(buffer == NULL);
    CHECK_INTEGER(aim_diff_count(NULL), 0);
    aim_diff_free(diff);
    aim_diff_free(NULL);
    aim_plan_free(plan);
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

#define LONG_START                                                                                                     \
    "a-value-that-is-so-long-that-nobody-would-see-its-end-in-a-line-of-a-hundred-characters-because-it-goes-on-"

TEST(diff, a_long_value_is_cut_around_the_place_where_it_changes) {
    aim_cluster *cluster = test_cluster(
        t,
        "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: chat, namespace: team, uid: u}\n"
        "spec: {model: {name: llama}, routing: {enabled: true, gatewayRef: {name: gw}, annotations: {note: " LONG_START
        "new}}}\n---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMModel\nmetadata: {name: llama, namespace: team}\n"
        "spec: {image: 'ghcr.io/example/llama:1'}\nstatus: {status: Ready}\n"
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
        "metadata: {name: chat-e201fbda, namespace: team, ownerReferences: [{kind: AIMService, name: chat, uid: u}], "
        "annotations: {note: " LONG_START "old}}\nspec: {rules: []}\n");
    aim_plan *plan;
    aim_diff *diff;
    aim_buffer *buffer;
    CHECK_INTEGER(aim_plan_new(cluster, &chat, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_diff_new(plan, cluster, &diff, NULL), AIM_OK);
    CHECK_INTEGER(aim_diff_render(diff, AIM_FORMAT_TEXT, 0, &buffer, NULL), AIM_OK);
    CHECK(strstr(aim_buffer_data(buffer), "because-it-goes-on-old\" → …") != NULL);
    CHECK(strstr(aim_buffer_data(buffer), "because-it-goes-on-new\"\n") != NULL);
    aim_buffer_free(buffer);
    aim_diff_free(diff);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

TEST(diff, one_time_in_two_spellings_is_no_change) {
    aim_cluster *cluster = test_cluster(
        t,
        "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: chat, namespace: team, uid: u}\n"
        "spec: {model: {name: llama}, routing: {enabled: true, gatewayRef: {name: gw}, requestTimeout: 2m}}\n"
        "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMModel\nmetadata: {name: llama, namespace: team}\n"
        "spec: {image: 'ghcr.io/example/llama:1'}\nstatus: {status: Ready}\n"
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
        "metadata: {name: chat-e201fbda, namespace: team, ownerReferences: [{kind: AIMService, name: chat, uid: u}]}\n"
        "spec: {rules: [{timeouts: {request: 120s}}]}\n");
    aim_plan *plan;
    aim_diff *diff;
    CHECK_INTEGER(aim_plan_new(cluster, &chat, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_diff_new(plan, cluster, &diff, NULL), AIM_OK);
    CHECK(aim_diff_count(diff) > 0);
    for (size_t i = 0; i < aim_diff_count(diff); i++) {
        aim_change change = {.struct_size = sizeof change};
        CHECK_INTEGER(aim_diff_at(diff, i, &change), AIM_OK);
        CHECK(!strstr(change.pointer, "timeouts"));
    }
    aim_diff_free(diff);
    aim_plan_free(plan);
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
