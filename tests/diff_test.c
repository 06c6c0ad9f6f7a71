/* Diff: what counts as a change, what it refuses, and that it outlives what it was made of. */
#include "harness.h"

static const char documents[] =
    "apiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\n"
    "metadata: {name: chat, namespace: team, uid: u}\nspec: {model: {name: llama}, colour: blue}\n"
    "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMModel\n"
    "metadata: {name: llama, namespace: team}\nspec: {image: 'ghcr.io/example/llama:1'}\n"
    "status: {status: Ready}\n";

static const aim_ref chat = {.struct_size = sizeof chat, .ns = "team", .name = "chat"};

TEST(diff, a_change_outlives_plan_and_cluster) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_plan *plan;
    aim_diff *diff;
    CHECK_INTEGER(aim_plan_new(cluster, &chat, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_diff_new(plan, cluster, NULL, &diff, NULL), AIM_OK);
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
    CHECK_INTEGER(aim_diff_new(NULL, cluster, NULL, &diff, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_diff_new(plan, NULL, NULL, &diff, NULL), AIM_E_ARGUMENT);
    CHECK(diff == NULL);
    CHECK_INTEGER(aim_diff_new(plan, cluster, NULL, &diff, NULL), AIM_OK);
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
    CHECK_INTEGER(aim_diff_new(plan, cluster, NULL, &diff, NULL), AIM_OK);
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
    CHECK_INTEGER(aim_diff_new(plan, cluster, NULL, &diff, NULL), AIM_OK);
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

TEST(diff, an_entry_that_the_plan_no_longer_has_goes_away_unless_somebody_else_owns_it) {
    aim_cluster *cluster = test_cluster(
        t,
        "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: chat, namespace: team, uid: u}\n"
        "spec: {model: {name: llama}, template: {name: t}}\n"
        "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMModel\nmetadata: {name: llama, namespace: team}\n"
        "spec: {image: 'ghcr.io/example/llama:1'}\nstatus: {status: Ready}\n"
        "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMServiceTemplate\nmetadata: {name: t, namespace: team}\n"
        "spec: {modelName: llama}\nstatus: {status: Ready, profile: {metadata: {type: optimized}}}\n"
        "---\napiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\n"
        "metadata: {name: chat-e201fbda, namespace: team, ownerReferences: [{kind: AIMService, name: chat, uid: u}]}\n"
        "spec: {predictor: {containers: [{name: kserve-container, env: [{name: OLD, value: x}], volumeMounts: "
        "[{name: ca, mountPath: /etc/ca}]}, {name: istio-proxy}], volumes: [{name: ca, configMap: {name: ca}}]}}\n");
    aim_plan *plan;
    aim_diff *diff;
    CHECK_INTEGER(aim_plan_new(cluster, &chat, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_diff_new(plan, cluster, NULL, &diff, NULL), AIM_OK);
    size_t removed = 0;
    for (size_t i = 0; i < aim_diff_count(diff); i++) {
        aim_change change = {.struct_size = sizeof change};
        CHECK_INTEGER(aim_diff_at(diff, i, &change), AIM_OK);
        if (change.operation != AIM_CHANGE_REMOVE) continue;
        removed++;
        CHECK_TEXT(change.pointer, "/spec/predictor/containers/0/env/0");
        CHECK_TEXT(change.before, "{\"name\":\"OLD\",\"value\":\"x\"}");
        CHECK_TEXT(change.effect, "restarts the pods; an entry that another field manager owns stays");
    }
    CHECK_INTEGER(removed, 1);
    aim_diff_free(diff);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

static const char *diff_json(test_context *t, const char *text) {
    aim_cluster *cluster = test_cluster(t, text);
    aim_plan *plan;
    aim_diff *diff;
    aim_buffer *buffer;
    CHECK_INTEGER(aim_plan_new(cluster, &chat, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_diff_new(plan, cluster, NULL, &diff, NULL), AIM_OK);
    CHECK_INTEGER(aim_diff_render(diff, AIM_FORMAT_JSON, 0, &buffer, NULL), AIM_OK);
    const char *json = aimp_copy(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    aim_diff_free(diff);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
    return json;
}

TEST(diff, a_service_that_is_left_alone_says_why) {
    CHECK_TEXT(diff_json(t, "apiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: chat, namespace: "
                            "team, deletionTimestamp: \"2026-01-01T00:00:00Z\"}\nspec: {model: {name: llama}}\n"),
               "{\"blocked\":\"the service is being deleted\",\"changes\":[],"
               "\"service\":{\"name\":\"chat\",\"namespace\":\"team\"}}\n");
}
