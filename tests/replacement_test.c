/* A kind that is replaced as a whole. */
#include "cluster_help.h"

static void note(const aim_ref *object, int32_t change, void *user) {
    static const char signs[] = "?+~-";
    aimp_text_add_format(user, "%c%s/%s ", signs[change], aimp_or_empty(object->ns), object->name);
}

/* What a replacement changes, and what is there afterwards. */
static const char *replaced(test_context *t, const char *before, const char *after, const char *kind, const char *ns) {
    aimp_text seen = aimp_text_new(&t->arena);
    aim_cluster *cluster = new_cluster(t), *from = new_cluster(t);
    must_add(t, cluster, before);
    must_add(t, from, after);
    aim_ref scope = {.struct_size = sizeof scope, .kind = kind, .ns = ns};
    aim_listener listener = {.struct_size = sizeof listener, .changed = note, .user = &seen};
    CHECK_INTEGER(aim_cluster_replace(cluster, from, &scope, &listener, NULL), AIM_OK);
    aimp_text_add_format(&seen, "| %zu %s, %zu nodes", count_of(cluster, kind), kind, count_of(cluster, "Node"));
    aim_cluster_free(from);
    aim_cluster_free(cluster);
    return aimp_text_string(&seen);
}

TEST(replacement, takes_over_what_is_new_changed_and_gone) {
    CHECK_TEXT(replaced(t, POD("x", "a") POD("x", "b") POD("y", "c") JSON_NODE("n"),
                        POD("x", "b") POD("x", "d") JSON_NODE("other"), "Pod", NULL),
               "+x/d -x/a -y/c | 2 Pod, 1 nodes");
}

TEST(replacement, of_one_namespace_leaves_the_others) {
    CHECK_TEXT(replaced(t, POD("x", "a") POD("y", "c"), POD("x", "b") POD("y", "d"), "Pod", "x"),
               "+x/b -x/a | 2 Pod, 0 nodes");
}

TEST(replacement, new_version_alone_is_no_change) {
    CHECK_TEXT(replaced(t, VERSIONED_NODE("n", "1", "old") VERSIONED_NODE("m", "1", "old"),
                        VERSIONED_NODE("n", "2", "old") VERSIONED_NODE("m", "2", "new"), "Node", NULL),
               "~/m | 2 Node, 2 nodes");
}

TEST(replacement, kind_is_known_to_be_empty_afterwards) {
    aim_cluster *cluster = new_cluster(t), *from = new_cluster(t);
    aim_ref scope = {.struct_size = sizeof scope, .kind = "Node"};
    CHECK_INTEGER(declare(cluster, AIM_STATE_FAILED, AIM_VERB_ANY, "Node", "Forbidden"), AIM_OK);
    CHECK_INTEGER(aim_cluster_replace(cluster, from, &scope, NULL, NULL), AIM_OK);
    CHECK(strstr(case_of(t, cluster), "{\"kind\":\"Node\",\"state\":\"known\"}"));
    aim_cluster_free(from);
    aim_cluster_free(cluster);
}

TEST(replacement, overlay_stays_on_top) {
    aim_cluster *cluster = new_cluster(t), *from = new_cluster(t);
    aim_ref scope = {.struct_size = sizeof scope, .kind = "Node"};
    must_add(t, cluster, VERSIONED_NODE("a", "1", "base") VERSIONED_NODE("b", "1", "base"));
    must_add_layer(t, cluster, NODE("a", "top") NODE("b", "top"), AIM_SOURCE_OVERLAY);
    must_add(t, from, VERSIONED_NODE("a", "2", "base"));
    CHECK_INTEGER(aim_cluster_replace(cluster, from, &scope, NULL, NULL), AIM_OK);
    CHECK_TEXT(field(t, cluster, "Node", NULL, "a", "metadata"),
               "{\"labels\":{\"a\":\"top\"},\"name\":\"a\",\"resourceVersion\":\"2\"}");
    CHECK_TEXT(field(t, cluster, "Node", NULL, "b", "metadata"), "{\"labels\":{\"a\":\"top\"},\"name\":\"b\"}");
    aim_cluster_free(from);
    aim_cluster_free(cluster);
}

TEST(replacement, needs_two_clusters_of_one_context) {
    aim_cluster *cluster = new_cluster(t), *other, *from = new_cluster(t);
    aim_context *context;
    aim_context_options options = {.struct_size = sizeof options, .allocator = &t->allocator};
    CHECK_INTEGER(aim_context_new(&options, &context, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_new(context, &other, NULL), AIM_OK);
    aim_ref node = {.struct_size = sizeof node, .kind = "Node"},
            widget = {.struct_size = sizeof widget, .kind = "Widget"}, none = {.struct_size = sizeof none};
    aim_listener deaf = {.struct_size = sizeof deaf};
    CHECK_INTEGER(aim_cluster_replace(cluster, cluster, &node, NULL, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_cluster_replace(cluster, other, &node, NULL, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_cluster_replace(cluster, from, &none, NULL, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_cluster_replace(cluster, from, &node, &deaf, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_cluster_replace(cluster, from, &widget, NULL, NULL), AIM_E_UNSUPPORTED);
    node.struct_size = 4;
    CHECK_INTEGER(aim_cluster_replace(cluster, from, &node, NULL, NULL), AIM_E_STRUCT);
    CHECK_INTEGER(aim_cluster_replace(NULL, from, &node, NULL, NULL), AIM_E_ARGUMENT);
    aim_cluster_free(from);
    aim_cluster_free(other);
    aim_cluster_free(cluster);
    aim_context_free(context);
}

TEST(replacement, happens_as_a_whole_or_not_at_all_when_memory_runs_out) {
    aim_cluster *from = new_cluster(t), *model = new_cluster(t);
    must_add(t, from, POD("x", "a") POD("x", "new") POD("z", "new"));
    must_add(t, model, POD("x", "a") POD("x", "b") POD("y", "c"));
    const char *before = case_of(t, model);
    aim_ref scope = {.struct_size = sizeof scope, .kind = "Pod"};
    bool done = false;
    for (size_t i = 1; !done && i < 200; i++) {
        aim_cluster *cluster;
        CHECK_INTEGER(aim_cluster_clone(model, &cluster, NULL), AIM_OK);
        t->fail_at = t->allocations + i;
        aim_code code = aim_cluster_replace(cluster, from, &scope, NULL, NULL);
        t->fail_at = 0;
        done = code == AIM_OK;
        if (!done) CHECK_INTEGER(code, AIM_E_NO_MEMORY);
        if (!done) CHECK_TEXT(case_of(t, cluster), before);
        if (done) CHECK_INTEGER(count_of(cluster, "Pod"), 3);
        aim_cluster_free(cluster);
    }
    CHECK(done);
    aim_cluster_free(model);
    aim_cluster_free(from);
}

/* Of an example whose GPUs are all in use. */
static aim_cluster *full_cluster(test_context *t) {
    static const char *const files[] = {"cluster-templates", "ml-team-templates", "models", "nodes", "platform", "pods",
                                        "services"};
    aimp_text all = aimp_text_new(&t->arena);
    for (size_t i = 0; i < COUNT(files); i++) {
        const char *path = aimp_format(&t->arena, "%s/examples/mi300x-cluster/%s.yaml", test_source_folder(), files[i]);
        aimp_text_add_format(&all, "---\n%s\n", aimp_or_empty(test_read_file(t, path, NULL)));
    }
    return test_cluster(t, aimp_text_string(&all));
}

TEST(replacement, pods_of_one_namespace_do_not_say_what_is_free) {
    for (int whole = 0; whole < 2; whole++) {
        aim_cluster *cluster = full_cluster(t), *same = full_cluster(t);
        aim_ref scope = {.struct_size = sizeof scope, .kind = "Pod", .ns = whole ? NULL : "ml-team"};
        aim_ref service = ref_of("AIMService", "ml-team", "qwen-service");
        aim_plan *plan;
        aim_buffer *text;
        CHECK_INTEGER(aim_cluster_replace(cluster, same, &scope, NULL, NULL), AIM_OK);
        CHECK_INTEGER(aim_plan_new(cluster, &service, NULL, &plan, NULL), AIM_OK);
        CHECK_INTEGER(aim_plan_render(plan, AIM_PART_EXPLANATION, AIM_FORMAT_TEXT, 0, &text, NULL), AIM_OK);
        CHECK_INTEGER(strstr(aim_buffer_data(text), "free now") != NULL, whole);
        aim_buffer_free(text);
        aim_plan_free(plan);
        aim_cluster_free(same);
        aim_cluster_free(cluster);
    }
}
