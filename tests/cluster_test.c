/* The cluster: all or nothing, layers, lists, removing and cloning. */
#include "cluster_help.h"

/* --- all or nothing --- */

TEST(cluster, failing_text_changes_nothing) {
    static const char *const tails[] = {
        "---\n- a list\n",
        "---\na: [\n",
        "---\napiVersion: v1\n",
        "---\napiVersion: v1\nkind: Node\nmetadata: {}\n",
        "---\napiVersion: v1\nkind: Node\nmetadata: {name: 5}\n",
        "---\n" NODE("old", "x"),
        "---\n" NODE("new", "b") "---\n" NODE("new", "c"),
        ("---\napiVersion: libaim/v1\nkind: Case\ndeclarations: [{kind: Pod, state: known}, {kind: Nothing}]\npodLogs: "
         "{a/b/c: text}\nitems: []\n"),
        "---\napiVersion: libaim/v1\nkind: Case\npodLogs: {a/b/c: text, wrong: text}\nitems: []\n",
    };
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, NODE("old", "a"));
    CHECK_INTEGER(add_container_log(cluster, "ns", "pod", "main", "log", 3, NULL), AIM_OK);
    const char *before = case_of(t, cluster);
    for (size_t i = 0; i < COUNT(tails); i++) {
        const char *text = aimp_format(&t->arena, "%s---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n%s",
                                       NODE("added", "a"), tails[i]);
        if (add(cluster, text) == AIM_OK) FAIL("%s is accepted", tails[i]);
        test_check_text(t, __FILE__, __LINE__, tails[i], case_of(t, cluster), before);
    }
    aim_cluster_free(cluster);
}

TEST(cluster, conflict_behind_replaced_objects_puts_them_back) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             VERSIONED_NODE("a", "1", "old") VERSIONED_NODE("b", "1", "old") VERSIONED_NODE("z", "5", "old"));
    const char *before = case_of(t, cluster);
    CHECK_INTEGER(add(cluster, VERSIONED_NODE("a", "2", "new") VERSIONED_NODE("a", "3", "newer")
                                   VERSIONED_NODE("c", "1", "new") "{\"type\":\"DELETED\",\"object\":" JSON_NODE(
                                       "b") "}\n" VERSIONED_NODE("z", "5", "other")),
                  AIM_E_DUPLICATE);
    CHECK_TEXT(case_of(t, cluster), before);
    aim_cluster_free(cluster);
}

TEST(cluster, every_problem_of_a_text_is_reported_in_its_order) {
    CHECK_TEXT(
        report_of(t, "a: 1\n---\napiVersion: v1\nkind: Node\nmetadata: {name: a, uid: 5}\n---\n- x\n---\nb: [\n"),
        "error AIM_E_DOCUMENT 1:1 /kind -: not a Kubernetes object: \"kind\" is missing or no text\n"
        "error AIM_E_TYPE 5:26 /metadata/uid Node a: /metadata/uid must be a string, not a number: put it in quotes "
        "(\"5\")\n"
        "error AIM_E_DOCUMENT 7:1  -: a document must be a map (an object), this one is a list\n"
        "error AIM_E_SYNTAX 10:1 /b/0 -: did not find expected node content (while parsing a flow node)\n");
}

TEST(cluster, name_that_is_no_string_is_one_error) {
    CHECK_TEXT(
        report_of(t, "apiVersion: v1\nkind: Node\nmetadata: {name: 5}\n"),
        "error AIM_E_TYPE 3:18 /metadata/name Node : /metadata/name must be a string, not a number: put it in quotes "
        "(\"5\")\n");
}

TEST(cluster, error_tells_how_many_more_there_are) {
    aim_cluster *cluster = new_cluster(t);
    aim_error *error;
    CHECK_INTEGER(add_layer(cluster, "x.yaml", "- a\n---\n- b\n---\n- c\n", 0, NULL, &error), AIM_E_DOCUMENT);
    CHECK_TEXT(aim_error_message(error),
               "a document must be a map (an object), this one is a list (and 2 more errors)");
    CHECK_TEXT(aim_error_source(error), "x.yaml");
    CHECK_INTEGER(aim_error_line(error), 1);
    aim_error_free(error);
    aim_cluster_free(cluster);
}

TEST(cluster, report_keeps_as_many_entries_as_the_limit_says) {
    aim_limits limits = {.struct_size = sizeof limits, .report_entries = 2};
    aim_context_options options = {.struct_size = sizeof options, .allocator = &t->allocator, .limits = &limits};
    aim_context *context;
    aim_cluster *cluster;
    aim_report *report;
    CHECK_INTEGER(aim_context_new(&options, &context, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_new(context, &cluster, NULL), AIM_OK);
    CHECK_INTEGER(add_layer(cluster, NULL, "- a\n---\n- b\n---\n- c\n---\n- d\n", 0, &report, NULL), AIM_E_DOCUMENT);
    CHECK_INTEGER(aim_report_count(report), 2);
    CHECK_INTEGER(aim_report_dropped(report), 2);
    aim_report_free(report);
    aim_cluster_free(cluster);
    aim_context_free(context);
}

/* --- the same object twice --- */

TEST(cluster, equal_documents_count_once) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, NODE("n", "x") "---\nkind: Node\nmetadata: {labels: {a: x}, name: \"n\"}\napiVersion: v1\n");
    must_add(t, cluster, NODE("n", "x"));
    CHECK_INTEGER(count_of(cluster, "Node"), 1);
    aim_cluster_free(cluster);
}

TEST(cluster, higher_resource_version_wins_in_any_order) {
    static const char *const orders[] = {
        VERSIONED_NODE("n", "9", "old") VERSIONED_NODE("n", "10", "new"),
        VERSIONED_NODE("n", "10", "new") VERSIONED_NODE("n", "9", "old"),
        VERSIONED_NODE("n", "2", "older") VERSIONED_NODE("n", "10", "new") VERSIONED_NODE("n", "9", "old"),
    };
    for (size_t i = 0; i < COUNT(orders); i++) {
        aim_cluster *cluster = new_cluster(t);
        must_add(t, cluster, orders[i]);
        CHECK_TEXT(field(t, cluster, "Node", NULL, "n", "metadata/labels/a"), "\"new\"");
        aim_cluster_free(cluster);
    }
}

TEST(cluster, older_resource_version_of_a_later_text_is_ignored) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, VERSIONED_NODE("n", "10", "new"));
    must_add(t, cluster, VERSIONED_NODE("n", "9", "old"));
    CHECK_TEXT(field(t, cluster, "Node", NULL, "n", "metadata/labels/a"), "\"new\"");
    aim_cluster_free(cluster);
}

TEST(cluster, conflict_names_both_places) {
    aim_cluster *cluster = new_cluster(t);
    aim_error *error;
    CHECK_INTEGER(add_layer(cluster, "one.yaml", "\n\n" NODE("n", "x"), 0, NULL, NULL), AIM_OK);
    CHECK_INTEGER(add_layer(cluster, "two.yaml", "---\n" NODE("n", "y"), 0, NULL, &error), AIM_E_DUPLICATE);
    CHECK_TEXT(aim_error_message(error), "Node n is defined twice with different content, first at one.yaml:3");
    CHECK_TEXT(aim_error_source(error), "two.yaml");
    CHECK_INTEGER(aim_error_line(error), 2);
    aim_error_free(error);
    aim_cluster_free(cluster);
}

TEST(cluster, absent_namespace_is_the_default_one) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, "---\n{apiVersion: v1, kind: Pod, metadata: {name: p}}\n");
    aim_ref filter = ref_of("Pod", "default", "p");
    CHECK_INTEGER(aim_cluster_count(cluster, &filter), 1);
    aim_cluster_free(cluster);
}

/* --- overlays --- */

static void check_overlaid(test_context *t, const aim_cluster *cluster) {
    static const struct {
        const char *path, *expected;
    } fields[] = {
        {"spec", "{\"model\":{\"image\":\"ghcr.io/a/b:2\"},\"replicas\":1}"},
        {"metadata/labels", "{\"a\":\"top\"}"},
        {"metadata/annotations", NULL},
        {"metadata/uid", "\"u-1\""},
        {"metadata/resourceVersion", "\"7\""},
        {"metadata/finalizers", "[\"f\"]"},
        {"status/status", "\"Running\""},
    };
    for (size_t i = 0; i < COUNT(fields); i++)
        test_check_text(t, __FILE__, __LINE__, fields[i].path,
                        field(t, cluster, "AIMService", "ml-team", "qwen", fields[i].path), fields[i].expected);
    CHECK_INTEGER(count_of(cluster, "AIMService"), 1);
}

TEST(cluster, overlay_replaces_what_users_write_and_keeps_the_rest) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, BASE_SERVICE);
    must_add_layer(t, cluster, OVERLAY_SERVICE, AIM_SOURCE_OVERLAY);
    check_overlaid(t, cluster);
    aim_cluster_free(cluster);
}

TEST(cluster, overlay_may_come_before_its_base) {
    aim_cluster *cluster = new_cluster(t);
    must_add_layer(t, cluster, OVERLAY_SERVICE, AIM_SOURCE_OVERLAY);
    must_add(t, cluster, BASE_SERVICE);
    check_overlaid(t, cluster);
    aim_cluster_free(cluster);
}

TEST(cluster, overlay_without_a_base_stands_for_itself) {
    aim_cluster *cluster = new_cluster(t);
    must_add_layer(t, cluster, OVERLAY_SERVICE, AIM_SOURCE_OVERLAY);
    CHECK_TEXT(field(t, cluster, "AIMService", "ml-team", "qwen", "metadata/labels/a"), "\"top\"");
    aim_cluster_free(cluster);
}

TEST(cluster, overlay_stays_when_its_base_is_replaced) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\",\"uid\":\"u\",\"resourceVersion\":"
             "\"1\"}}");
    must_add_layer(t, cluster, NODE("n", "top"), AIM_SOURCE_OVERLAY);
    must_add(t, cluster, VERSIONED_NODE("n", "2", "base"));
    CHECK_TEXT(field(t, cluster, "Node", NULL, "n", "metadata"),
               "{\"labels\":{\"a\":\"top\"},\"name\":\"n\",\"resourceVersion\":\"2\"}");
    aim_cluster_free(cluster);
}

TEST(cluster, conflicts_are_looked_for_inside_a_layer_only) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, NODE("n", "base"));
    must_add_layer(t, cluster, NODE("n", "top"), AIM_SOURCE_OVERLAY);
    CHECK_INTEGER(add_layer(cluster, NULL, NODE("n", "other"), AIM_SOURCE_OVERLAY, NULL, NULL), AIM_E_DUPLICATE);
    CHECK_TEXT(field(t, cluster, "Node", NULL, "n", "metadata/labels/a"), "\"top\"");
    aim_cluster_free(cluster);
}

TEST(cluster, failing_overlay_leaves_the_object_as_it_was) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, BASE_SERVICE);
    const char *before = case_of(t, cluster);
    CHECK_INTEGER(add_layer(cluster, NULL, OVERLAY_SERVICE "---\n" NODE("n", "a") "---\n" NODE("n", "b"),
                            AIM_SOURCE_OVERLAY, NULL, NULL),
                  AIM_E_DUPLICATE);
    CHECK_TEXT(case_of(t, cluster), before);
    aim_cluster_free(cluster);
}

/* --- lists --- */

TEST(cluster, items_of_every_kind_of_list_are_taken) {
    static const char *const lists[] = {
        "---\n{apiVersion: v1, kind: List, items: [" NODE("a", "x") "," NODE("b", "x") "]}",
        "{\"apiVersion\":\"v1\",\"kind\":\"NodeList\",\"items\":[{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{"
        "\"name\":\"b\"}}]}",
        "{\"items\":[{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{\"name\":\"b\"}}],\"kind\":\"NodeList\","
        "\"apiVersion\":\"v1\"}",
        "items:\n- metadata: {name: a}\n- metadata: {name: b}\nkind: NodeList\napiVersion: v1\nmetadata: "
        "{resourceVersion: \"1\"}\n",
        "---\n{apiVersion: v1, kind: NodeList, items: [" NODE("a", "x") ", {metadata: {name: b}}]}",
    };
    for (size_t i = 0; i < COUNT(lists); i++) {
        aim_cluster *cluster = new_cluster(t);
        must_add(t, cluster, lists[i]);
        if (count_of(cluster, "Node") != 2) FAIL("%s: %zu nodes", lists[i], count_of(cluster, "Node"));
        CHECK_TEXT(field(t, cluster, "Node", NULL, "b", "kind"), "\"Node\"");
        CHECK_TEXT(field(t, cluster, "Node", NULL, "b", "apiVersion"), "\"v1\"");
        aim_cluster_free(cluster);
    }
}

TEST(cluster, empty_list_makes_its_kind_known) {
    static const char *const lists[] = {"{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"items\":[]}",
                                        "---\n{apiVersion: v1, kind: PodList, items: []}",
                                        "{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"metadata\":{},\"items\":null}"};
    for (size_t i = 0; i < COUNT(lists); i++) {
        aim_cluster *cluster = new_cluster(t);
        must_add(t, cluster, lists[i]);
        CHECK(strstr(case_of(t, cluster), "{\"kind\":\"Pod\",\"state\":\"known\"}") != NULL);
        aim_cluster_free(cluster);
    }
}

TEST(cluster, object_makes_its_kind_known) {
    aim_cluster *cluster = new_cluster(t);
    CHECK_TEXT(case_of(t, cluster),
               "{\"apiVersion\":\"libaim/v1\",\"declarations\":[],\"items\":[],\"kind\":\"Case\",\"podLogs\":{}}\n");
    must_add(t, cluster, JSON_NODE("n"));
    CHECK_TEXT(case_of(t, cluster),
               "{\"apiVersion\":\"libaim/"
               "v1\",\"declarations\":[{\"kind\":\"Node\",\"state\":\"known\"}],\"items\":[" JSON_NODE(
                   "n") "],\"kind\":\"Case\",\"podLogs\":{}}\n");
    aim_cluster_free(cluster);
}

TEST(cluster, items_that_are_no_maps_are_errors) {
    CHECK_TEXT(report_of(t, "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[5, [], null]}"),
               "error AIM_E_DOCUMENT 1:43 /items/0 -: an item of a list must be a map (an object), not a number\n"
               "error AIM_E_DOCUMENT 1:46 /items/1 -: an item of a list must be a map (an object), not a list\n"
               "error AIM_E_DOCUMENT 1:50 /items/2 -: an item of a list must be a map (an object), not null\n");
}

TEST(cluster, items_that_are_no_list_are_an_error) {
    static const char *const texts[] = {"{apiVersion: v1, kind: NodeList, items: {a: 1}}",
                                        "{apiVersion: v1, kind: NodeList, items: text}",
                                        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":5}",
                                        "apiVersion: v1\nkind: List\nx: &x [" NODE("n", "x") "]\nitems: *x\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        aim_cluster *cluster = new_cluster(t);
        if (add(cluster, aimp_format(&t->arena, "---\n%s", texts[i])) == AIM_OK && !count_of(cluster, "Node"))
            FAIL("%s is accepted and nothing was read", texts[i]);
        aim_cluster_free(cluster);
    }
}

/* --- removing and cloning --- */

TEST(cluster, removed_object_is_gone_from_both_layers) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, BASE_SERVICE);
    must_add_layer(t, cluster, OVERLAY_SERVICE, AIM_SOURCE_OVERLAY);
    aim_ref ref = ref_of("AIMService", "ml-team", "qwen");
    CHECK_INTEGER(aim_cluster_remove(cluster, &ref, NULL), AIM_OK);
    CHECK_INTEGER(count_of(cluster, "AIMService"), 0);
    CHECK_INTEGER(aim_cluster_remove(cluster, &ref, NULL), AIM_E_NOT_FOUND);
    must_add(t, cluster, BASE_SERVICE);
    CHECK_TEXT(field(t, cluster, "AIMService", "ml-team", "qwen", "metadata/labels/a"), "\"base\"");
    aim_cluster_free(cluster);
}

TEST(cluster, removing_what_is_not_there_is_not_found) {
    static const struct {
        const char *kind, *ns, *name;
        aim_code code;
    } refs[] = {{"Node", NULL, "b", AIM_E_NOT_FOUND},    {"Pod", NULL, "a", AIM_E_NOT_FOUND},
                {"Pod", "other", "p", AIM_E_NOT_FOUND},  {"Nothing", NULL, "a", AIM_E_UNSUPPORTED},
                {"nodes", NULL, "a", AIM_E_UNSUPPORTED}, {NULL, NULL, "a", AIM_E_ARGUMENT}};
    aim_cluster *cluster = new_cluster(t);
    must_add(
        t, cluster,
        JSON_NODE("a") "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"ns\"}}");
    for (size_t i = 0; i < COUNT(refs); i++) {
        aim_ref ref = ref_of(refs[i].kind, refs[i].ns, refs[i].name);
        CHECK_INTEGER(aim_cluster_remove(cluster, &ref, NULL), refs[i].code);
    }
    aim_cluster_free(cluster);
}

TEST(cluster, many_objects_can_come_and_go) {
    aim_cluster *cluster = new_cluster(t);
    const char *empty = NULL;
    for (int round = 0; round < 3; round++) {
        aimp_text text = aimp_text_new(&t->arena);
        for (int i = 0; i < 300; i++)
            aimp_text_add_format(&text,
                                 "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p%d\"},\"spec\":{"
                                 "\"nodeName\":\"n%d-%d\"}}\n",
                                 i, i, round);
        must_add(t, cluster, aimp_text_string(&text));
        for (int i = 0; i < 300; i++) {
            aim_ref ref = ref_of("Pod", "default", aimp_format(&t->arena, "p%d", i));
            CHECK_INTEGER(aim_cluster_remove(cluster, &ref, NULL), AIM_OK);
        }
        if (!empty) empty = case_of(t, cluster);
        CHECK_TEXT(case_of(t, cluster), empty);
    }
    aim_cluster_free(cluster);
}

TEST(cluster, clone_and_original_do_not_see_each_other_change) {
    aim_cluster *cluster = new_cluster(t), *clone;
    must_add(t, cluster, JSON_NODE("a") JSON_NODE("b"));
    CHECK_INTEGER(add_container_log(cluster, "ns", "pod", "main", "log", 3, NULL), AIM_OK);
    const char *before = case_of(t, cluster);
    CHECK_INTEGER(aim_cluster_clone(cluster, &clone, NULL), AIM_OK);
    CHECK_TEXT(case_of(t, clone), before);
    aim_ref ref = ref_of("Node", NULL, "a");
    CHECK_INTEGER(aim_cluster_remove(clone, &ref, NULL), AIM_OK);
    must_add(t, clone, JSON_NODE("c"));
    CHECK_INTEGER(add_container_log(clone, "ns", "pod", "main", "other", 5, NULL), AIM_OK);
    CHECK_TEXT(case_of(t, cluster), before);
    const char *changed = case_of(t, clone);
    aim_cluster_free(cluster);
    CHECK_TEXT(case_of(t, clone), changed);
    aim_cluster_free(clone);
}

TEST(cluster, clone_keeps_both_layers) {
    aim_cluster *cluster = new_cluster(t), *clone;
    must_add(t, cluster, VERSIONED_NODE("a", "1", "base"));
    must_add_layer(t, cluster, NODE("a", "top"), AIM_SOURCE_OVERLAY);
    CHECK_INTEGER(aim_cluster_clone(cluster, &clone, NULL), AIM_OK);
    aim_cluster_free(cluster);
    must_add(t, clone, VERSIONED_NODE("a", "2", "base"));
    CHECK_TEXT(field(t, clone, "Node", NULL, "a", "metadata"),
               "{\"labels\":{\"a\":\"top\"},\"name\":\"a\",\"resourceVersion\":\"2\"}");
    aim_cluster_free(clone);
}

TEST(cluster, cluster_outlives_its_context) {
    aim_context_options options = {.struct_size = sizeof options, .allocator = &t->allocator};
    aim_context *context;
    aim_cluster *cluster;
    CHECK_INTEGER(aim_context_new(&options, &context, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_new(context, &cluster, NULL), AIM_OK);
    aim_context_free(context);
    must_add(t, cluster, JSON_NODE("a"));
    aim_cluster_free(cluster);
}
