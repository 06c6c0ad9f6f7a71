/* Where texts come from (case files, callbacks), misuse, and what attackers found. */
#include "cluster_help.h"

/* --- case files --- */

static const char *const documents[] = {
    BASE_SERVICE,
    AIM_DOCUMENT
    "kind: AIMClusterModel\nmetadata: {name: m}\nspec: {image: \"ghcr.io/a/b:1\"}\nstatus: {status: Ready}\n",
    AIM_DOCUMENT
    "kind: AIMServiceTemplate\nmetadata: {name: t-1, namespace: ml-team}\nspec: {modelName: m, metric: latency, "
    "precision: fp16, hardware: {gpu: {model: MI300X, requests: 1}}}\n"
    "status: {status: Ready, profile: {engine_args: {x: 1.50, y: [true]}, metadata: {type: optimized, gpuCount: 1}}}\n",
    AIM_DOCUMENT "kind: AIMServiceTemplate\nmetadata: {name: t-2, namespace: ml-team}\nspec: {modelName: m}\n",
    AIM_DOCUMENT "kind: AIMTemplateCache\nmetadata: {name: c, namespace: ml-team}\nspec: {templateName: t-1, "
                 "templateScope: Namespace}\n",
    AIM_DOCUMENT "kind: AIMArtifact\nmetadata: {name: a, namespace: ml-team}\nspec: {sourceUri: \"hf://a/b\"}\nstatus: "
                 "{status: Ready}\n",
    "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\",\"labels\":{\"amd.com/"
    "gpu.device-id\":\"74a1\",\"amd.com/gpu.vram\":\"192G\"}},"
    "\"status\":{\"allocatable\":{\"amd.com/gpu\":\"8\"},\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}\n",
    NODE("n2", "x\\u00e9\\n"),
    "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: ml-team, labels: {serving.kserve.io/inferenceservice: "
    "i}}, spec: {nodeName: n1}}\n",
    "{apiVersion: v1, kind: Event, metadata: {name: e, namespace: ml-team}, involvedObject: {kind: Pod, name: p}, "
    "reason: Failed}\n",
    "{apiVersion: v1, kind: PersistentVolumeClaimList, items: [{metadata: {name: v}}]}\n",
};

TEST(cluster, order_of_documents_does_not_matter) {
    uint64_t state = test_seed(t);
    const char *order[COUNT(documents)], *first = NULL;
    memcpy(order, documents, sizeof order);
    for (int round = 0; round < 20; round++) {
        aim_cluster *cluster = new_cluster(t);
        aimp_text text = aimp_text_new(&t->arena);
        for (size_t i = 0; i < COUNT(order); i++)
            aimp_text_add_format(&text, "---\n%s", order[i]);
        must_add(t, cluster, aimp_text_string(&text));
        if (!first) first = case_of(t, cluster);
        CHECK_TEXT(case_of(t, cluster), first);
        aim_cluster_free(cluster);
        for (size_t i = COUNT(order) - 1; i > 0; i--) {
            size_t k = test_random(&state) % (i + 1);
            const char *swapped = order[i];
            order[i] = order[k];
            order[k] = swapped;
        }
    }
}

static const char *all_documents(test_context *t) {
    aimp_text text = aimp_text_new(&t->arena);
    for (size_t i = 0; i < COUNT(documents); i++)
        aimp_text_add_format(&text, "---\n%s", documents[i]);
    return aimp_text_string(&text);
}

TEST(cluster, case_file_reads_back_as_the_same_case_file) {
    aim_cluster *cluster = new_cluster(t), *again = new_cluster(t);
    must_add(t, cluster, all_documents(t));
    must_add_layer(t, cluster, OVERLAY_SERVICE, AIM_SOURCE_OVERLAY);
    CHECK_INTEGER(add_container_log(cluster, "ml-team", "p", "main", "line\n\x01", 6, NULL), AIM_OK);
    CHECK_INTEGER(add_container_log(cluster, "ml-team", "p", "init", "", 0, NULL), AIM_OK);
    CHECK_INTEGER(declare(cluster, AIM_STATE_FAILED, AIM_VERB_LIST, "Job", "Forbidden"), AIM_OK);
    CHECK_INTEGER(declare(cluster, AIM_STATE_KNOWN, AIM_VERB_ANY, "Gateway", NULL), AIM_OK);
    const char *written = case_of(t, cluster);
    must_add(t, again, written);
    CHECK_TEXT(case_of(t, again), written);
    must_add(t, again, written);
    CHECK_TEXT(case_of(t, again), written);
    aim_cluster_free(again);
    aim_cluster_free(cluster);
}

/* --- sources --- */

typedef struct chunks {
    const char *text;
    size_t left, step, calls;
    aim_code fails_with; /* once the text is used up */
} chunks;

static aim_code read_chunk(char *buffer, size_t size, size_t *got, void *user) {
    chunks *c = user;
    size_t step = c->step < size ? c->step : size;
    c->calls++;
    *got = step < c->left ? step : c->left;
    if (*got) memcpy(buffer, c->text, *got);
    c->text += *got;
    c->left -= *got;
    return *got ? AIM_OK : c->fails_with;
}

static aim_code add_chunks(aim_cluster *cluster, chunks *c, aim_error **err) {
    aim_source source = {.struct_size = sizeof source, .name = "pipe", .read = read_chunk, .user = c};
    return aim_cluster_add(cluster, &source, NULL, err);
}

TEST(cluster, text_may_come_through_a_callback_in_any_pieces) {
    static const size_t steps[] = {1, 7, 65535, 65536, 65537, 1000000};
    aim_cluster *whole = new_cluster(t);
    aimp_text text = aimp_text_new(&t->arena);
    aimp_text_add_string(&text, all_documents(t));
    for (int i = 0; i < 4000; i++)
        aimp_text_add_format(&text, "---\n{apiVersion: v1, kind: Node, metadata: {name: m%d}}\n", i);
    must_add(t, whole, aimp_text_string(&text));
    const char *expected = case_of(t, whole);
    for (size_t i = 0; i < COUNT(steps); i++) {
        aim_cluster *cluster = new_cluster(t);
        chunks c = {aimp_text_string(&text), text.size, steps[i], 0, AIM_OK};
        CHECK_INTEGER(add_chunks(cluster, &c, NULL), AIM_OK);
        CHECK(strcmp(case_of(t, cluster), expected) == 0);
        aim_cluster_free(cluster);
    }
    aim_cluster_free(whole);
}

TEST(cluster, empty_texts_are_taken) {
    aim_cluster *cluster = new_cluster(t);
    chunks nothing = {"", 0, 1, 0, AIM_OK};
    aim_source no_data = {.struct_size = sizeof no_data};
    CHECK_INTEGER(add_chunks(cluster, &nothing, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_add(cluster, &no_data, NULL, NULL), AIM_E_ARGUMENT); /* forgotten, not empty */
    CHECK_INTEGER(add(cluster, ""), AIM_OK);
    aim_cluster_free(cluster);
}

/* Ours, a host's own, and what no code is: from the first call, between two pieces, and behind the whole text. */
TEST(cluster, code_of_a_failing_callback_comes_back) {
    static const aim_code codes[] = {
        AIM_E_READ, AIM_E_CANCELLED, AIM_E_NO_MEMORY, AIM_E_SYNTAX, AIM_E_INTERNAL, 0x05001234, 1,
        -1,         INT32_MIN,       INT32_MAX};
    aim_cluster *cluster = new_cluster(t);
    const char *before = case_of(t, cluster), *text = JSON_NODE("n");
    for (size_t i = 0; i < COUNT(codes); i++) {
        for (size_t size = 0; size <= strlen(text); size++) {
            aim_error *error;
            aim_report *report;
            chunks c = {text, size, 10, 0, codes[i]};
            aim_source source = {.struct_size = sizeof source, .name = "pipe", .read = read_chunk, .user = &c};
            CHECK_INTEGER(aim_cluster_add(cluster, &source, &report, &error), codes[i]);
            CHECK_INTEGER(aim_error_code(error), codes[i]);
            CHECK(*aim_error_message(error));
            if (codes[i] != AIM_E_NO_MEMORY) CHECK_TEXT(aim_error_source(error), "pipe");
            CHECK_INTEGER(aim_report_count(report), 0);
            aim_report_free(report);
            aim_error_free(error);
        }
        CHECK_TEXT(case_of(t, cluster), before);
    }
    must_add(t, cluster, text); /* and it can still be filled */
    aim_cluster_free(cluster);
}

/* --- misuse --- */

TEST(cluster, wrong_structs_are_refused) {
    aim_cluster *cluster = new_cluster(t);
    struct {
        aim_source source;
        char tail[8];
    } larger = {.source = {.struct_size = sizeof larger, .data = "", .size = 0}};
    CHECK_INTEGER(aim_cluster_add(cluster, &larger.source, NULL, NULL),
                  AIM_OK); /* of a later version, its tail unused */
    larger.tail[7] = 1;
    CHECK_INTEGER(aim_cluster_add(cluster, &larger.source, NULL, NULL), AIM_E_STRUCT);
    aim_source source = {.data = "", .size = 0};
    aim_declaration declaration = {.state = AIM_STATE_KNOWN, .kind = "Node"};
    static const uint32_t sizes[] = {0, 4, sizeof(aim_declaration) - 1};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        source.struct_size = declaration.struct_size = sizes[i];
        CHECK_INTEGER(aim_cluster_add(cluster, &source, NULL, NULL), AIM_E_STRUCT);
        CHECK_INTEGER(aim_cluster_declare(cluster, &declaration, NULL), AIM_E_STRUCT);
    }
    source = (aim_source){.struct_size = sizeof source, .flags = 2, .data = ""};
    declaration =
        (aim_declaration){.struct_size = sizeof declaration, .flags = 1, .state = AIM_STATE_KNOWN, .kind = "Node"};
    CHECK_INTEGER(aim_cluster_add(cluster, &source, NULL, NULL), AIM_E_STRUCT);
    CHECK_INTEGER(aim_cluster_declare(cluster, &declaration, NULL), AIM_E_STRUCT);
    aim_cluster_free(cluster);
}

TEST(cluster, unsized_reference_is_refused) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, JSON_NODE("n"));
    aim_ref ref = ref_of("Node", NULL, "n"), unsized = {.kind = "Node", .name = "n"};
    CHECK_INTEGER(aim_cluster_at(cluster, &ref, 0, &unsized, NULL), AIM_E_STRUCT);
    CHECK_INTEGER(aim_cluster_at(cluster, &unsized, 0, &ref, NULL), AIM_E_STRUCT);
    CHECK_INTEGER(aim_cluster_remove(cluster, &unsized, NULL), AIM_E_STRUCT);
    aim_cluster_free(cluster);
}

TEST(cluster, missing_arguments_are_refused) {
    aim_cluster *cluster = new_cluster(t), *none;
    aim_buffer *buffer;
    aim_ref ref = ref_of("Node", NULL, "n"), unsized = {0};
    aim_source source = {.struct_size = sizeof source, .size = 5};
    aim_declaration declaration = {.struct_size = sizeof declaration, .state = AIM_STATE_KNOWN, .kind = "Node"};
    const aim_code codes[] = {
        aim_cluster_new(NULL, &none, NULL),
        aim_cluster_new(t->context, NULL, NULL),
        aim_cluster_clone(NULL, &none, NULL),
        aim_cluster_clone(cluster, NULL, NULL),
        aim_cluster_add(NULL, &source, NULL, NULL),
        aim_cluster_add(cluster, NULL, NULL, NULL),
        aim_cluster_add(cluster, &source, NULL, NULL),
        aim_cluster_apply_event(NULL, &source, NULL, NULL),
        aim_cluster_apply_event(cluster, NULL, NULL, NULL),
        aim_cluster_remove(NULL, &ref, NULL),
        aim_cluster_remove(cluster, NULL, NULL),
        aim_cluster_remove(cluster, &unsized, NULL),
        aim_cluster_declare(NULL, &declaration, NULL),
        aim_cluster_declare(cluster, NULL, NULL),
        add_container_log(NULL, "a", "b", "c", "", 0, NULL),
        add_container_log(cluster, NULL, "b", "c", "", 0, NULL),
        add_container_log(cluster, "a", NULL, "c", "", 0, NULL),
        add_container_log(cluster, "a", "b", NULL, "", 0, NULL),
        add_container_log(cluster, "a", "b", "c", NULL, 1, NULL),
        aim_cluster_at(NULL, &ref, 0, &ref, NULL),
        aim_cluster_at(cluster, NULL, 0, &ref, NULL),
        aim_cluster_at(cluster, &ref, 0, NULL, NULL),
        aim_cluster_render_case(NULL, 0, &buffer, NULL),
        aim_cluster_render_case(cluster, 0, NULL, NULL),
        aim_report_at(NULL, 0, NULL),
    };
    for (size_t i = 0; i < COUNT(codes); i++) {
        if (codes[i] != AIM_E_ARGUMENT) FAIL("call %zu answers %s", i, aim_code_name(codes[i]));
    }
    aim_cluster_free(cluster);
}

TEST(cluster, questions_without_arguments_have_empty_answers) {
    aim_ref ref = ref_of("Node", NULL, NULL);
    CHECK_INTEGER(aim_cluster_count(NULL, &ref), 0);
    CHECK_TEXT(aim_cluster_nearest(NULL, &ref), NULL);
    CHECK_INTEGER(aim_report_count(NULL), 0);
    CHECK_INTEGER(aim_report_dropped(NULL), 0);
    CHECK_INTEGER(aim_report_kind_count(NULL), 0);
    CHECK_INTEGER(aim_report_kind_at(NULL, 0, NULL), AIM_E_ARGUMENT);
    aim_cluster_free(NULL);
    aim_report_free(NULL);
}

/* --- found by attacking it --- */

static aim_code add_text(test_context *t, aim_cluster *cluster, const char *text) {
    aim_error *error;
    aim_code code = add_layer(cluster, NULL, text, 0, NULL, &error);
    if (code) CHECK(*aim_error_message(error));
    aim_error_free(error);
    return code;
}

TEST(cluster, a_case_file_with_parts_of_the_wrong_type_is_refused) {
    aim_cluster *cluster = new_cluster(t);
    CHECK_INTEGER(add_text(t, cluster,
                           "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Case\",\"declarations\":{\"a\":1},\"items\":[]}"),
                  AIM_E_TYPE);
    CHECK_INTEGER(
        add_text(t, cluster, "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Case\",\"podLogs\":[\"x\"],\"items\":[]}"),
        AIM_E_TYPE);
    CHECK_INTEGER(
        add_text(t, cluster, "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Case\",\"declarations\":[1],\"items\":[]}"),
        AIM_E_DOCUMENT);
    aim_cluster_free(cluster);
}

TEST(cluster, the_latest_log_of_a_container_counts_also_in_a_clone) {
    aim_cluster *cluster = new_cluster(t), *clone = NULL;
    for (int i = 0; i < 100; i++)
        add_container_log(cluster, "a", "p", "k", "old", 3, NULL);
    size_t blocks = t->live_blocks;
    add_container_log(cluster, "a", "p", "k", "new", 3, NULL);
    CHECK_INTEGER(t->live_blocks, blocks);
    CHECK_INTEGER(aim_cluster_clone(cluster, &clone, NULL), AIM_OK);
    CHECK(strstr(case_of(t, clone), "\"a/p/k\":\"new\"") != NULL);
    aim_cluster_free(clone);
    aim_cluster_free(cluster);
}

TEST(cluster, a_list_in_a_list_is_taken_apart_too) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: NodeList\n  items: [{metadata: {name: a}}, "
             "{metadata: {name: b}}]\n"
             "- {apiVersion: v1, kind: PodList, items: []}\n");
    CHECK_INTEGER(count_of(cluster, "Node"), 2);
    CHECK(strstr(case_of(t, cluster), "{\"kind\":\"Pod\",\"state\":\"known\"}") != NULL);
    aim_cluster_free(cluster);
}

TEST(cluster, a_watch_event_drops_the_bulk_as_a_document_does) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             "{\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\","
             "\"managedFields\":[{\"a\":1}]},"
             "\"status\":{\"images\":[{\"names\":[\"x\"]}]}}}\n");
    CHECK(!strstr(case_of(t, cluster), "managedFields"));
    CHECK(!strstr(case_of(t, cluster), "images"));
    aim_cluster_free(cluster);
}

TEST(cluster, what_an_overlay_gets_wrong_is_still_a_finding_of_the_plan) {
    aim_cluster *cluster = new_cluster(t);
    aim_plan *plan = NULL;
    aim_ref ref = {.struct_size = sizeof ref, .ns = "t", .name = "s"};
    must_add(t, cluster,
             "apiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: s, namespace: t}\nspec: {model: "
             "{name: m}}\n");
    CHECK_INTEGER(add_layer(cluster, NULL,
                            "apiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: s, namespace: "
                            "t}\nspec: {model: {name: m}, caching: {mode: Bogus}}\n",
                            AIM_SOURCE_OVERLAY, NULL, NULL),
                  AIM_OK);
    CHECK_INTEGER(aim_plan_new(cluster, &ref, NULL, &plan, NULL), AIM_OK);
    bool found = false;
    for (size_t i = 0; i < aim_plan_finding_count(plan); i++) {
        aim_finding f = {.struct_size = sizeof f};
        aim_plan_finding_at(plan, i, &f);
        found = found || strcmp(f.reason_name, "ValueNotAllowed") == 0;
    }
    CHECK(found);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

TEST(cluster, absurd_requests_of_pods_do_not_overflow) {
    aim_cluster *cluster = new_cluster(t);
    aim_plan *plan = NULL;
    aim_ref ref = {.struct_size = sizeof ref, .ns = "t", .name = "s"};
    must_add(t, cluster,
             "apiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: s, namespace: t}\nspec: {model: "
             "{name: m}, template: {name: x}}\n"
             "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMClusterServiceTemplate\nmetadata: {name: x}\nspec: "
             "{modelName: m, hardware: {gpu: {model: MI300X, requests: 1}}}\n"
             "status: {status: Ready, resolvedHardware: {gpu: {requests: 1}}}\n"
             "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {amd.com/gpu.device-id: 74a1}}\nstatus: "
             "{allocatable: {amd.com/gpu: 8E}, conditions: [{type: Ready, status: \"True\"}]}\n"
             "---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: t}\nspec: {nodeName: n1, containers: "
             "[{name: a, "
             "resources: {requests: {amd.com/gpu: 8E}}}, {name: b, resources: {requests: {amd.com/gpu: 8E}}}]}\n"
             "---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: t}\nspec: {nodeName: n1, containers: "
             "[{name: a, "
             "resources: {requests: {amd.com/gpu: 8E}}}]}\n");
    CHECK_INTEGER(aim_plan_new(cluster, &ref, NULL, &plan, NULL), AIM_OK);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}
