/* Asking a cluster what it holds, and telling it what is known beyond its objects. */
#include "cluster_help.h"

/* --- listing and naming --- */

TEST(cluster_queries, objects_are_listed_by_namespace_and_name) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             POD("b", "x") POD("a", "z") POD("b", "a") POD("a", "b") POD("c", "x") POD("a-a", "x") JSON_NODE("n"));
    static const struct {
        const char *ns, *name, *expected;
    } filters[] = {
        {NULL, NULL, "a/b a/z a-a/x b/a b/x c/x "},
        {"a", NULL, "a/b a/z "},
        {"c", NULL, "c/x "},
        {"d", NULL, ""},
        {NULL, "x", "a-a/x b/x c/x "},
        {"b", "x", "b/x "},
        {"b", "z", ""},
        {"", "x", ""},
        {"", NULL, ""},
    };
    for (size_t i = 0; i < COUNT(filters); i++) {
        aim_ref filter = ref_of("Pod", filters[i].ns, filters[i].name), out = {.struct_size = sizeof out};
        aimp_text text = aimp_text_new(&t->arena);
        size_t count = aim_cluster_count(cluster, &filter);
        for (size_t k = 0; k < count; k++) {
            CHECK_INTEGER(aim_cluster_at(cluster, &filter, k, &out, NULL), AIM_OK);
            aimp_text_add_format(&text, "%s/%s ", out.ns, out.name);
        }
        CHECK_TEXT(aimp_text_string(&text), filters[i].expected);
        CHECK_INTEGER(aim_cluster_at(cluster, &filter, count, &out, NULL), AIM_E_NOT_FOUND);
    }
    aim_cluster_free(cluster);
}

TEST(cluster_queries, listed_object_is_named_in_full) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, BASE_SERVICE);
    aim_ref filter = ref_of("AIMService", NULL, NULL), out = {.struct_size = sizeof out};
    CHECK_INTEGER(aim_cluster_at(cluster, &filter, 0, &out, NULL), AIM_OK);
    CHECK_TEXT(aimp_format(&t->arena, "%s %s %s %s %s %s", out.group, out.version, out.kind, out.ns, out.name, out.uid),
               "aim.eai.amd.com v1alpha1 AIMService ml-team qwen u-1");
    aim_cluster_free(cluster);
}

TEST(cluster_queries, filter_of_a_cluster_scoped_kind_ignores_namespaces) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, "---\n{apiVersion: v1, kind: Node, metadata: {name: a, namespace: x}}\n");
    aim_ref filter = ref_of("Node", "y", "a"), out = {.struct_size = sizeof out};
    CHECK_INTEGER(aim_cluster_at(cluster, &filter, 0, &out, NULL), AIM_OK);
    CHECK_TEXT(out.ns, NULL);
    aim_cluster_free(cluster);
}

TEST(cluster_queries, filter_of_an_unknown_kind_matches_nothing) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, JSON_NODE("n"));
    aim_ref other_group = ref_of("Node", NULL, NULL);
    other_group.group = "example.com";
    CHECK_INTEGER(count_of(cluster, "Nothing"), 0);
    CHECK_INTEGER(count_of(cluster, NULL), 0);
    CHECK_INTEGER(aim_cluster_count(cluster, &other_group), 0);
    aim_cluster_free(cluster);
}

TEST(cluster_queries, nearest_name_is_what_was_meant) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, POD("a", "qwen-qwen3-32b") POD("a", "llama-8b") POD("b", "mistral") POD("a", "x"));
    static const struct {
        const char *ns, *name, *expected;
    } cases[] = {
        {"a", "lama-8b", "llama-8b"},    {"a", "LLAMA-8B", "llama-8b"},
        {"a", "llama-8b", "llama-8b"},   {"a", "qwen3-32b", "qwen-qwen3-32b"},
        {"a", "mistral", NULL},          {NULL, "mistrall", "mistral"},
        {"a", "completely-other", NULL}, {"c", "x", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        aim_ref ref = ref_of("Pod", cases[i].ns, cases[i].name);
        test_check_text(t, __FILE__, __LINE__, cases[i].name, aim_cluster_nearest(cluster, &ref), cases[i].expected);
    }
    aim_cluster_free(cluster);
}

TEST(cluster_queries, group_and_version_of_a_name_count_where_they_are_set) {
    static const struct {
        const char *group, *version, *kind;
        size_t count;
        aim_code code;
    } filters[] = {
        {"aim.eai.amd.com", "v1alpha1", "AIMService", 1, AIM_OK}, {NULL, "v1alpha1", "AIMService", 1, AIM_OK},
        {NULL, "v99", "AIMService", 0, AIM_E_UNSUPPORTED},        {"", NULL, "AIMService", 0, AIM_E_UNSUPPORTED},
        {NULL, NULL, "aimservice", 0, AIM_E_UNSUPPORTED},         {NULL, NULL, NULL, 0, AIM_E_ARGUMENT},
    };
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, BASE_SERVICE);
    for (size_t i = 0; i < COUNT(filters); i++) {
        aim_ref filter = ref_of(filters[i].kind, NULL, NULL), out = {.struct_size = sizeof out};
        filter.group = filters[i].group;
        filter.version = filters[i].version;
        CHECK_INTEGER(aim_cluster_count(cluster, &filter), filters[i].count);
        CHECK_INTEGER(aim_cluster_at(cluster, &filter, 0, &out, NULL), filters[i].code);
    }
    aim_cluster_free(cluster);
}

TEST(cluster_queries, version_of_an_object_is_that_of_its_newest_state) {
    static const char pod[] = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"x\", "
                              "\"namespace\": \"default\", \"resourceVersion\": \"%d\"}}";
    aim_cluster *cluster = new_cluster(t);
    aim_ref named = ref_of("Pod", "default", "x"), nameless = ref_of("Pod", "default", NULL), unsized = named;
    unsized.struct_size = 1;
    CHECK_TEXT(aim_cluster_resource_version(cluster, &named), "");
    must_add(t, cluster, JSON_NODE("a"));
    for (int version = 8; version < 11; version++) {
        must_add(
            t, cluster,
            aimp_format(&t->arena, "{\"type\": \"MODIFIED\", \"object\": %s}", aimp_format(&t->arena, pod, version)));
        CHECK_TEXT(aim_cluster_resource_version(cluster, &named), aimp_format(&t->arena, "%d", version));
    }
    const aim_ref versionless = ref_of("Node", NULL, "a"), unknown = ref_of("Nothing", NULL, "a"),
                  in_default = ref_of("Pod", NULL, "x");
    CHECK_TEXT(aim_cluster_resource_version(cluster, &in_default), "10");
    CHECK_TEXT(aim_cluster_resource_version(cluster, &nameless), "");
    CHECK_TEXT(aim_cluster_resource_version(cluster, &unsized), "");
    CHECK_TEXT(aim_cluster_resource_version(cluster, &versionless), "");
    CHECK_TEXT(aim_cluster_resource_version(cluster, &unknown), "");
    CHECK_TEXT(aim_cluster_resource_version(cluster, NULL), "");
    CHECK_TEXT(aim_cluster_resource_version(NULL, &named), "");
    aim_cluster_free(cluster);
}

TEST(cluster_queries, object_without_uid_has_none) {
    aim_cluster *cluster = new_cluster(t);
    aim_ref filter = ref_of("Node", NULL, NULL), out = {.struct_size = sizeof out};
    must_add(t, cluster, JSON_NODE("a"));
    CHECK_INTEGER(aim_cluster_at(cluster, &filter, 0, &out, NULL), AIM_OK);
    CHECK_TEXT(out.uid, NULL);
    aim_cluster_free(cluster);
}

/* --- declarations and logs --- */

TEST(cluster_queries, declarations_are_part_of_the_case) {
    aim_cluster *cluster = new_cluster(t);
    CHECK_INTEGER(declare(cluster, AIM_STATE_KNOWN, AIM_VERB_ANY, "Pod", NULL), AIM_OK);
    CHECK_INTEGER(declare(cluster, AIM_STATE_FAILED, AIM_VERB_LIST, "Node", "Forbidden"), AIM_OK);
    CHECK_INTEGER(declare(cluster, AIM_STATE_FAILED, AIM_VERB_GET, "AIMModel", "Timeout"), AIM_OK);
    CHECK_INTEGER(declare(cluster, AIM_STATE_FAILED, AIM_VERB_ANY, "Job", "Plain"), AIM_OK);
    CHECK(
        strstr(case_of(t, cluster),
               "\"declarations\":[{\"kind\":\"AIMModel\",\"reason\":\"Timeout\",\"state\":\"failed\",\"verb\":\"get\"},"
               "{\"kind\":\"Node\",\"reason\":\"Forbidden\",\"state\":\"failed\",\"verb\":\"list\"},"
               "{\"kind\":\"Pod\",\"state\":\"known\"},"
               "{\"kind\":\"Job\",\"reason\":\"Plain\",\"state\":\"failed\",\"verb\":\"get\"},"
               "{\"kind\":\"Job\",\"reason\":\"Plain\",\"state\":\"failed\",\"verb\":\"list\"}]") != NULL);
    aim_cluster_free(cluster);
}

TEST(cluster_queries, declaring_a_kind_again_replaces_what_was_said) {
    aim_cluster *cluster = new_cluster(t);
    const char *empty = case_of(t, cluster);
    CHECK_INTEGER(declare(cluster, AIM_STATE_FAILED, AIM_VERB_ANY, "Node", "Forbidden"), AIM_OK);
    CHECK_INTEGER(declare(cluster, AIM_STATE_UNKNOWN, AIM_VERB_ANY, "Node", NULL), AIM_OK);
    CHECK_TEXT(case_of(t, cluster), empty);
    CHECK_INTEGER(declare(cluster, AIM_STATE_KNOWN, AIM_VERB_ANY, NULL, NULL), AIM_OK);
    CHECK_INTEGER(declare(cluster, AIM_STATE_UNKNOWN, AIM_VERB_ANY, NULL, NULL), AIM_OK);
    CHECK_TEXT(case_of(t, cluster), empty);
    aim_cluster_free(cluster);
}

TEST(cluster_queries, declaration_that_says_nothing_is_refused) {
    static const struct {
        int32_t state, verb;
        const char *kind, *reason;
        aim_code code;
    } cases[] = {
        {0, AIM_VERB_ANY, "Node", NULL, AIM_E_ARGUMENT},
        {4, AIM_VERB_ANY, "Node", NULL, AIM_E_ARGUMENT},
        {-1, AIM_VERB_ANY, "Node", NULL, AIM_E_ARGUMENT},
        {AIM_STATE_FAILED, 3, "Node", "Timeout", AIM_E_ARGUMENT},
        {AIM_STATE_FAILED, -1, "Node", "Timeout", AIM_E_ARGUMENT},
        {AIM_STATE_FAILED, AIM_VERB_ANY, NULL, "Timeout", AIM_E_ARGUMENT},
        {AIM_STATE_FAILED, AIM_VERB_ANY, "Node", NULL, AIM_E_ARGUMENT},
        {AIM_STATE_FAILED, AIM_VERB_ANY, "Node", "timeout", AIM_E_ARGUMENT},
        {AIM_STATE_KNOWN, AIM_VERB_ANY, "Nothing", NULL, AIM_E_UNSUPPORTED},
    };
    aim_cluster *cluster = new_cluster(t);
    for (size_t i = 0; i < COUNT(cases); i++) {
        aim_code code = declare(cluster, cases[i].state, cases[i].verb, cases[i].kind, cases[i].reason);
        if (code != cases[i].code) FAIL("case %zu answers %s", i, aim_code_name(code));
    }
    aim_cluster_free(cluster);
}

TEST(cluster_queries, latest_log_of_a_container_is_part_of_the_case) {
    aim_cluster *cluster = new_cluster(t);
    CHECK_INTEGER(add_container_log(cluster, "ns", "pod", "main", "first", 5, NULL), AIM_OK);
    CHECK_INTEGER(add_container_log(cluster, "ns", "pod", "main", "line\n\xff\x01\0end", 11, NULL), AIM_OK);
    CHECK_INTEGER(add_container_log(cluster, "ns", "pod", "init", "", 0, NULL), AIM_OK);
    CHECK(strstr(case_of(t, cluster),
                 "\"podLogs\":{\"ns/pod/init\":\"\",\"ns/pod/main\":\"line\\n\xef\xbf\xbd\\u0001\"}") != NULL);
    aim_cluster_free(cluster);
}

TEST(cluster_queries, error_of_a_log_with_a_long_name_has_a_message) {
    aim_cluster *cluster = new_cluster(t);
    aim_error *error;
    aimp_text name = aimp_text_new(&t->arena);
    aimp_text_add_repeated(&name, 'x', 2000);
    const char *text = aimp_format(
        &t->arena, "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Case\",\"podLogs\":{\"a/b/%s\":\"\"},\"items\":[]}",
        aimp_text_string(&name));
    CHECK_INTEGER(add_container_log(cluster, "a", "b", aimp_text_string(&name), "", 0, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(add_layer(cluster, NULL, text, 0, NULL, &error), AIM_E_DOCUMENT);
    CHECK(*aim_error_message(error));
    aim_error_free(error);
    aim_cluster_free(cluster);
}

TEST(cluster_queries, names_of_a_log_are_names) {
    static const char *const names[][3] = {
        {"", "p", "c"}, {"n", "", "c"}, {"n", "p", ""}, {"n/p", "p", "c"}, {"n", "p", "c/d"}};
    aim_cluster *cluster = new_cluster(t);
    for (size_t i = 0; i < COUNT(names); i++)
        CHECK_INTEGER(add_container_log(cluster, names[i][0], names[i][1], names[i][2], "x", 1, NULL), AIM_E_ARGUMENT);
    aim_cluster_free(cluster);
}
