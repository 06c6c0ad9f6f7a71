/* The public interface of a cluster: what goes in, in which layer, under which defaults, what comes out again, and that
 * a text that cannot be taken changes nothing. */
#include "harness.h"

#include "cluster/cluster.h"
#include "doc/writer.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define AIM_DOCUMENT "apiVersion: aim.eai.amd.com/v1alpha1\n"
#define SERVICE(spec)                                                                                                  \
    AIM_DOCUMENT "kind: AIMService\nmetadata: {name: qwen, namespace: ml-team}\nspec:\n"                               \
                 "  model: {image: \"ghcr.io/a/b:1\"}\n" spec
#define NODE(name, label)                                                                                              \
    "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" name "\",\"labels\":{\"a\":\"" label "\"}}}"  \
    "\n"
#define JSON_NODE(name) "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" name "\"}}"
#define VERSIONED_NODE(name, version, label)                                                                           \
    "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version      \
    "\",\"labels\":{\"a\":\"" label "\"}}}\n"

static aim_cluster *new_cluster(test_context *t) {
    aim_cluster *cluster = NULL;
    CHECK_INTEGER(aim_cluster_new(t->context, &cluster, NULL), AIM_OK);
    return cluster;
}

static aim_code add_layer(aim_cluster *cluster, const char *name, const char *text, uint32_t flags, aim_report **report,
                          aim_error **err) {
    aim_source source = {
        .struct_size = sizeof source, .flags = flags, .name = name, .data = text, .size = strlen(text)};
    return aim_cluster_add(cluster, &source, report, err);
}

static aim_code add(aim_cluster *cluster, const char *text) {
    return add_layer(cluster, NULL, text, 0, NULL, NULL);
}

/* Adds a text that must be taken, as a base or on top of it. */
static void must_add_layer(test_context *t, aim_cluster *cluster, const char *text, uint32_t flags) {
    aim_error *error;
    if (add_layer(cluster, NULL, text, flags, NULL, &error) == AIM_OK) return;
    FAIL("%" PRIu64 ":%" PRIu64 " %s", aim_error_line(error), aim_error_column(error), aim_error_message(error));
    aim_error_free(error);
}

static void must_add(test_context *t, aim_cluster *cluster, const char *text) {
    must_add_layer(t, cluster, text, 0);
}

static const char *case_of(test_context *t, const aim_cluster *cluster) {
    aim_buffer *buffer;
    aim_code code = aim_cluster_write_case(cluster, &buffer, NULL);
    if (code) {
        FAIL("writing the case fails with %s", aim_code_name(code));
        return "";
    }
    const char *text = aimp_copy(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    return text;
}

/* What the cluster holds at a path of keys joined by '/', as JSON; NULL when nothing is there. */
static const char *field(test_context *t, const aim_cluster *cluster, const char *kind, const char *ns,
                         const char *name, const char *path) {
    const aimp_object *object = aimp_cluster_object(cluster, aimp_kind_named(kind), ns, name);
    const aimp_node *node = object ? object->root : NULL;
    char *key = aimp_copy_string(&t->arena, path);
    for (char *next; node && key; key = next) {
        next = strchr(key, '/');
        if (next) *next++ = '\0';
        node = node->kind == AIMP_LIST ? aimp_item(node, (size_t)(*key - '0')) : aimp_get(node, key);
    }
    if (!node) return NULL;
    aimp_text text = aimp_text_new(&t->arena);
    aimp_write_json(&text, node);
    return aimp_text_string(&text);
}

static aim_ref ref_of(const char *kind, const char *ns, const char *name) {
    return (aim_ref){.struct_size = sizeof(aim_ref), .kind = kind, .ns = ns, .name = name};
}

static size_t count_of(const aim_cluster *cluster, const char *kind) {
    aim_ref filter = ref_of(kind, NULL, NULL);
    return aim_cluster_count(cluster, &filter);
}

/* A report as lines "error|warning CODE line:column pointer object: message". */
static const char *report_text(test_context *t, const aim_report *report) {
    aimp_text text = aimp_text_new(&t->arena);
    for (size_t i = 0; i < aim_report_count(report); i++) {
        aim_report_entry e = {.struct_size = sizeof e};
        CHECK_INTEGER(aim_report_at(report, i, &e), AIM_OK);
        aimp_text_add_format(&text, "%s %s %" PRIu64 ":%" PRIu64 " %s %s: %s\n",
                             e.severity == AIM_SEVERITY_ERROR ? "error" : "warning", aim_code_name(e.code), e.line,
                             e.column, e.pointer, e.object ? e.object : "-", e.message);
    }
    return aimp_text_string(&text);
}

/* The report of a text in an empty cluster. */
static const char *report_of(test_context *t, const char *text) {
    aim_cluster *cluster = new_cluster(t);
    aim_report *report;
    add_layer(cluster, NULL, text, 0, &report, NULL);
    const char *lines = report_text(t, report);
    aim_report_free(report);
    aim_cluster_free(cluster);
    return lines;
}

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
    CHECK_INTEGER(aim_cluster_add_log(cluster, "ns", "pod", "main", "log", 3, NULL), AIM_OK);
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

#define BASE_SERVICE                                                                                                   \
    AIM_DOCUMENT                                                                                                       \
    "kind: AIMService\n"                                                                                               \
    "metadata: {name: qwen, namespace: ml-team, uid: u-1, resourceVersion: \"7\", labels: {a: base, b: base}, "        \
    "annotations: {c: base}, finalizers: [f]}\n"                                                                       \
    "spec: {model: {image: \"ghcr.io/a/b:1\"}, replicas: 2, serviceAccountName: base}\n"                               \
    "status: {status: Running}\n"
#define OVERLAY_SERVICE                                                                                                \
    AIM_DOCUMENT "kind: AIMService\n"                                                                                  \
                 "metadata: {name: qwen, namespace: ml-team, uid: u-2, labels: {a: top}}\n"                            \
                 "spec: {model: {image: \"ghcr.io/a/b:2\"}}\n"                                                         \
                 "status: {status: Failed}\n"

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

/* --- watch events --- */

#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"

TEST(cluster, event_lines_are_applied_in_order) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             EVENT("ADDED", JSON_NODE("a")) EVENT("ADDED", JSON_NODE("b")) EVENT(
                 "MODIFIED", "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{"
                             "\"name\":\"a\",\"labels\":{\"x\":\"y\"}}}") EVENT("DELETED", JSON_NODE("b"))
                 EVENT("BOOKMARK", "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"resourceVersion\":\"9\"}}")
                     EVENT("DELETED", JSON_NODE("never-seen")));
    CHECK_INTEGER(count_of(cluster, "Node"), 1);
    CHECK_TEXT(field(t, cluster, "Node", NULL, "a", "metadata/labels/x"), "\"y\"");
    aim_cluster_free(cluster);
}

TEST(cluster, error_event_is_an_error_with_its_message) {
    CHECK_TEXT(
        report_of(
            t,
            EVENT("ERROR",
                  "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":410,\"message\":\"too old resource version\"}")),
        "error AIM_E_DOCUMENT 1:1 /type -: a watch event of type \"ERROR\": too old resource version\n");
}

TEST(cluster, unknown_event_type_is_an_error) {
    CHECK_TEXT(report_of(t, JSON_NODE("a") "\n" EVENT("added", JSON_NODE("b"))),
               "error AIM_E_DOCUMENT 2:1 /type -: a watch event of type \"added\"\n");
}

TEST(cluster, applied_event_changes_one_object) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, VERSIONED_NODE("a", "5", "old") VERSIONED_NODE("b", "5", "old"));
    const char *modified = EVENT("MODIFIED", VERSIONED_NODE("a", "4", "new")),
               *deleted = EVENT("DELETED", JSON_NODE("b"));
    CHECK_INTEGER(aim_cluster_apply_event(cluster, modified, strlen(modified), NULL, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_apply_event(cluster, deleted, strlen(deleted), NULL, NULL), AIM_OK);
    CHECK_TEXT(field(t, cluster, "Node", NULL, "a", "metadata/labels/a"),
               "\"new\""); /* an event is always the newest word */
    CHECK_INTEGER(count_of(cluster, "Node"), 1);
    aim_cluster_free(cluster);
}

TEST(cluster, applied_event_keeps_an_overlay) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, VERSIONED_NODE("a", "1", "base"));
    must_add_layer(t, cluster, NODE("a", "top"), AIM_SOURCE_OVERLAY);
    const char *modified = EVENT("MODIFIED", VERSIONED_NODE("a", "2", "base")),
               *deleted = EVENT("DELETED", JSON_NODE("a"));
    CHECK_INTEGER(aim_cluster_apply_event(cluster, modified, strlen(modified), NULL, NULL), AIM_OK);
    CHECK_TEXT(field(t, cluster, "Node", NULL, "a", "metadata"),
               "{\"labels\":{\"a\":\"top\"},\"name\":\"a\",\"resourceVersion\":\"2\"}");
    CHECK_INTEGER(aim_cluster_apply_event(cluster, deleted, strlen(deleted), NULL, NULL), AIM_OK);
    CHECK_TEXT(field(t, cluster, "Node", NULL, "a", "metadata"), "{\"labels\":{\"a\":\"top\"},\"name\":\"a\"}");
    aim_cluster_free(cluster);
}

TEST(cluster, broken_event_changes_nothing) {
    aim_cluster *cluster = new_cluster(t);
    aim_report *report;
    aim_error *error;
    must_add(t, cluster, JSON_NODE("a"));
    const char *before = case_of(t, cluster),
               *event = "{\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{}}}";
    CHECK_INTEGER(aim_cluster_apply_event(cluster, event, strlen(event), &report, &error), AIM_E_DOCUMENT);
    CHECK_INTEGER(aim_report_count(report), 1);
    CHECK_TEXT(aim_error_source(error), "(event)");
    CHECK_TEXT(case_of(t, cluster), before);
    aim_error_free(error);
    aim_report_free(report);
    aim_cluster_free(cluster);
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
    } refs[] = {
        {"Node", NULL, "b"}, {"Pod", NULL, "a"}, {"Nothing", NULL, "a"}, {NULL, NULL, "a"}, {"Pod", "other", "p"}};
    aim_cluster *cluster = new_cluster(t);
    must_add(
        t, cluster,
        JSON_NODE("a") "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"ns\"}}");
    for (size_t i = 0; i < COUNT(refs); i++) {
        aim_ref ref = ref_of(refs[i].kind, refs[i].ns, refs[i].name);
        CHECK_INTEGER(aim_cluster_remove(cluster, &ref, NULL), AIM_E_NOT_FOUND);
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
    CHECK_INTEGER(aim_cluster_add_log(cluster, "ns", "pod", "main", "log", 3, NULL), AIM_OK);
    const char *before = case_of(t, cluster);
    CHECK_INTEGER(aim_cluster_clone(cluster, &clone, NULL), AIM_OK);
    CHECK_TEXT(case_of(t, clone), before);
    aim_ref ref = ref_of("Node", NULL, "a");
    CHECK_INTEGER(aim_cluster_remove(clone, &ref, NULL), AIM_OK);
    must_add(t, clone, JSON_NODE("c"));
    CHECK_INTEGER(aim_cluster_add_log(clone, "ns", "pod", "main", "other", 5, NULL), AIM_OK);
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

/* --- declarations and logs --- */

static aim_code declare(aim_cluster *cluster, int32_t state, int32_t verb, const char *kind, const char *reason) {
    aim_declaration d = {.struct_size = sizeof d, .state = state, .verb = verb, .kind = kind, .reason = reason};
    return aim_cluster_declare(cluster, &d, NULL);
}

TEST(cluster, declarations_are_part_of_the_case) {
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

TEST(cluster, declaring_a_kind_again_replaces_what_was_said) {
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

TEST(cluster, declaration_that_says_nothing_is_refused) {
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

TEST(cluster, latest_log_of_a_container_is_part_of_the_case) {
    aim_cluster *cluster = new_cluster(t);
    CHECK_INTEGER(aim_cluster_add_log(cluster, "ns", "pod", "main", "first", 5, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_add_log(cluster, "ns", "pod", "main", "line\n\xff\x01\0end", 11, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_add_log(cluster, "ns", "pod", "init", NULL, 0, NULL), AIM_OK);
    CHECK(strstr(case_of(t, cluster),
                 "\"podLogs\":{\"ns/pod/init\":\"\",\"ns/pod/main\":\"line\\n\xef\xbf\xbd\\u0001\"}") != NULL);
    aim_cluster_free(cluster);
}

TEST(cluster, error_of_a_log_with_a_long_name_has_a_message) {
    aim_cluster *cluster = new_cluster(t);
    aim_error *error;
    aimp_text name = aimp_text_new(&t->arena);
    aimp_text_add_repeated(&name, 'x', 2000);
    const char *text = aimp_format(
        &t->arena, "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Case\",\"podLogs\":{\"a/b/%s\":\"\"},\"items\":[]}",
        aimp_text_string(&name));
    CHECK_INTEGER(aim_cluster_add_log(cluster, "a", "b", aimp_text_string(&name), "", 0, NULL), AIM_E_LIMIT);
    CHECK_INTEGER(add_layer(cluster, NULL, text, 0, NULL, &error), AIM_E_DOCUMENT);
    CHECK(*aim_error_message(error));
    aim_error_free(error);
    aim_cluster_free(cluster);
}

/* --- asking --- */

#define POD(ns, name)                                                                                                  \
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"namespace\":\"" ns "\",\"name\":\"" name                  \
    "\",\"uid\":\"u-" ns name "\"}}\n"

TEST(cluster, objects_are_listed_by_namespace_and_name) {
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

TEST(cluster, listed_object_is_named_in_full) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, BASE_SERVICE);
    aim_ref filter = ref_of("aimsvc", NULL, NULL), out = {.struct_size = sizeof out};
    CHECK_INTEGER(aim_cluster_at(cluster, &filter, 0, &out, NULL), AIM_OK);
    CHECK_TEXT(aimp_format(&t->arena, "%s %s %s %s %s %s", out.group, out.version, out.kind, out.ns, out.name, out.uid),
               "aim.eai.amd.com v1alpha1 AIMService ml-team qwen u-1");
    aim_cluster_free(cluster);
}

TEST(cluster, filter_of_a_cluster_scoped_kind_ignores_namespaces) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, "---\n{apiVersion: v1, kind: Node, metadata: {name: a, namespace: x}}\n");
    aim_ref filter = ref_of("Node", "y", "a"), out = {.struct_size = sizeof out};
    CHECK_INTEGER(aim_cluster_at(cluster, &filter, 0, &out, NULL), AIM_OK);
    CHECK_TEXT(out.ns, NULL);
    aim_cluster_free(cluster);
}

TEST(cluster, filter_of_an_unknown_kind_matches_nothing) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, JSON_NODE("n"));
    aim_ref other_group = ref_of("Node", NULL, NULL);
    other_group.group = "example.com";
    CHECK_INTEGER(count_of(cluster, "Nothing"), 0);
    CHECK_INTEGER(count_of(cluster, NULL), 0);
    CHECK_INTEGER(aim_cluster_count(cluster, &other_group), 0);
    aim_cluster_free(cluster);
}

TEST(cluster, nearest_name_is_what_was_meant) {
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

/* --- reports --- */

TEST(cluster, report_counts_the_kinds_of_a_text) {
    aim_cluster *cluster = new_cluster(t);
    aim_report *report;
    const char *text = JSON_NODE("a") "\n---\n" NODE("b", "x") "---\n" SERVICE(
        "") "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}\n"
            "---\n{apiVersion: v1, kind: ConfigMap}\n";
    CHECK_INTEGER(add_layer(cluster, NULL, text, 0, &report, NULL), AIM_OK);
    aimp_text shown = aimp_text_new(&t->arena);
    for (size_t i = 0; i < aim_report_kind_count(report); i++) {
        uint64_t objects = 0;
        int32_t used = -1;
        const char *kind = aim_report_kind_at(report, i, &objects, &used);
        aimp_text_add_format(&shown, "%s %d %d\n", kind, (int)objects, (int)used);
    }
    CHECK_TEXT(aimp_text_string(&shown),
               "AIMService.aim.eai.amd.com 1 1\nConfigMap 1 0\nDeployment.apps 1 0\nNode 2 1\n");
    CHECK_TEXT(aim_report_kind_at(report, 4, NULL, NULL), NULL);
    aim_report_free(report);
    aim_cluster_free(cluster);
}

TEST(cluster, other_versions_of_aim_are_warned_about) {
    CHECK_TEXT(
        report_of(t, "---\n{apiVersion: aim.eai.amd.com/v1, kind: AIMService, metadata: {name: a}}\n---\n"
                     "{apiVersion: aim.silogen.ai/v1alpha1, kind: AIMModel, metadata: {name: a}}\n---\n"
                     "{apiVersion: aim.eai.amd.com/v1alpha1, kind: AIMThing, metadata: {name: a}}\n"),
        "warning AIM_OK 2:1 /apiVersion -: aim.eai.amd.com/v1 AIMService a is not read: libaim knows "
        "aim.eai.amd.com/v1alpha1\n"
        "warning AIM_OK 4:1 /apiVersion -: aim.silogen.ai/v1alpha1 AIMModel a is not read: libaim knows "
        "aim.eai.amd.com/v1alpha1\n"
        "warning AIM_OK 6:1 /apiVersion -: aim.eai.amd.com/v1alpha1 AIMThing a is not read: there is no such kind\n");
}

TEST(cluster, unknown_kinds_are_not_kept) {
    aim_cluster *cluster = new_cluster(t);
    const char *empty = case_of(t, cluster);
    must_add(t, cluster, "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}\n");
    CHECK_TEXT(case_of(t, cluster), empty);
    aim_cluster_free(cluster);
}

TEST(cluster, documents_that_are_no_objects_are_errors) {
    static const struct {
        const char *text, *missing;
    } cases[] = {
        {"{a: 1}", "kind"},
        {"{kind: Node, metadata: {name: n}}", "apiVersion"},
        {"{apiVersion: v1, metadata: {name: n}}", "kind"},
        {"{apiVersion: v1, kind: 5}", "kind"},
        {"{apiVersion: \"\", kind: Node}", "apiVersion"},
        {"{apiVersion: v1, kind: List, items: [{kind: Node}]}", "apiVersion"},
        {"{}", "kind"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *report = report_of(t, aimp_format(&t->arena, "---\n%s\n", cases[i].text));
        const char *wanted =
            aimp_format(&t->arena, "not a Kubernetes object: \"%s\" is missing or no text\n", cases[i].missing);
        if (!strstr(report, wanted)) FAIL("%s\n%s", cases[i].text, report);
    }
}

/* --- what a schema does --- */

TEST(cluster, schema_defaults_are_applied) {
    static const char objects[] = SERVICE(
        "  caching: {}\n"
        "  routing: {gatewayRef: {name: gw}}\n"
        "  storage: {}\n"
        "  overrides: {hardware: {gpu: {requests: 1}}}\n"
        "  imagePullSecrets: [{}]\n"
        "  autoScaling: {metrics: [{type: PodMetric, podmetric: {metric: {}, target: {type: Value}}}]}\n"
        "  env: [{name: A, valueFrom: {secretKeyRef: {key: k}}}]\n"
        "status: {}\n") "---\n" AIM_DOCUMENT "kind: AIMModel\nmetadata: {name: m, namespace: ml-team}\n"
                        "spec: {image: i, discovery: {}, customTemplates: [{}]}\nstatus: {}\n"
                        "---\n" AIM_DOCUMENT "kind: AIMServiceTemplate\nmetadata: {name: tp, namespace: "
                        "ml-team}\nspec: {modelName: m, caching: {}}\nstatus: {}\n"
                        "---\n" AIM_DOCUMENT "kind: AIMTemplateCache\nmetadata: {name: c, namespace: ml-team}\nspec: "
                        "{templateName: tp, templateScope: Namespace}\n"
                        "---\n" AIM_DOCUMENT
                        "kind: AIMArtifact\nmetadata: {name: a, namespace: ml-team}\nspec: {sourceUri: \"hf://a/b\"}\n"
                        "---\n" AIM_DOCUMENT "kind: AIMRuntimeConfig\nmetadata: {name: r, namespace: ml-team}\nspec: "
                        "{labelPropagation: {}, storage: {}}\n";
    static const struct {
        const char *kind, *name, *path, *expected;
    } fields[] = {
        {"AIMService", "qwen", "spec/replicas", "1"},
        {"AIMService", "qwen", "spec/caching/mode", "\"Shared\""},
        {"AIMService", "qwen", "spec/routing/gatewayRef",
         "{\"group\":\"gateway.networking.k8s.io\",\"kind\":\"Gateway\",\"name\":\"gw\"}"},
        {"AIMService", "qwen", "spec/storage/pvcHeadroomPercent", "10"},
        {"AIMService", "qwen", "spec/overrides/hardware/gpu/resourceName", "\"amd.com/gpu\""},
        {"AIMService", "qwen", "spec/imagePullSecrets/0/name", "\"\""},
        {"AIMService", "qwen", "spec/autoScaling/metrics/0/podmetric/metric/backend", "\"opentelemetry\""},
        {"AIMService", "qwen", "spec/env/0/valueFrom/secretKeyRef/name", "\"\""},
        {"AIMService", "qwen", "status/status", "\"Pending\""},
        {"AIMModel", "m", "spec/discovery", "{\"createServiceTemplates\":true,\"extractMetadata\":true}"},
        {"AIMModel", "m", "spec/customTemplates/0/type", "\"unoptimized\""},
        {"AIMModel", "m", "status/status", "\"Pending\""},
        {"AIMServiceTemplate", "tp", "spec/caching/enabled", "false"},
        {"AIMServiceTemplate", "tp", "status/status", "\"Pending\""},
        {"AIMTemplateCache", "c", "spec/mode", "\"Shared\""},
        {"AIMArtifact", "a", "spec/modelDownloadImage", "\"ghcr.io/silogen/aim-artifact-downloader:0.2.0\""},
        {"AIMRuntimeConfig", "r", "spec/labelPropagation/enabled", "false"},
        {"AIMRuntimeConfig", "r", "spec/storage/pvcHeadroomPercent", "10"},
    };
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, objects);
    for (size_t i = 0; i < COUNT(fields); i++)
        test_check_text(t, __FILE__, __LINE__, fields[i].path,
                        field(t, cluster, fields[i].kind, "ml-team", fields[i].name, fields[i].path),
                        fields[i].expected);
    aim_cluster_free(cluster);
}

TEST(cluster, defaults_make_no_parents) {
    static const char *const paths[] = {"spec/caching", "spec/routing", "spec/storage", "spec/overrides", "status"};
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, SERVICE(""));
    for (size_t i = 0; i < COUNT(paths); i++)
        test_check_text(t, __FILE__, __LINE__, paths[i], field(t, cluster, "AIMService", "ml-team", "qwen", paths[i]),
                        NULL);
    aim_cluster_free(cluster);
}

TEST(cluster, null_is_an_absent_field) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, SERVICE("  replicas: null\n  env: null\n  caching: {mode: ~}\n"));
    CHECK_TEXT(field(t, cluster, "AIMService", "ml-team", "qwen", "spec"),
               "{\"caching\":{\"mode\":\"Shared\"},\"model\":{\"image\":\"ghcr.io/a/b:1\"},\"replicas\":1}");
    aim_cluster_free(cluster);
}

TEST(cluster, an_unknown_field_is_shown_at_its_name_wherever_its_value_begins) {
    CHECK_TEXT(
        report_of(t,
                  SERVICE("  cachng: # cachng: of old\n\n    # a comment\n    mode: Shared\n  \"zebra\" :\n  - 1\n")),
        "warning AIM_OK 6:3 /spec/cachng AIMService ml-team/qwen: /spec/cachng unknown field \"cachng\" is "
        "ignored (did you mean \"caching\"?)\n"
        "warning AIM_OK 10:3 /spec/zebra AIMService ml-team/qwen: /spec/zebra unknown field \"zebra\" is "
        "ignored\n");
    CHECK_TEXT(
        report_of(t, "{\"apiVersion\": \"aim.eai.amd.com/v1alpha1\", \"kind\": \"AIMService\",\n"
                     "\"metadata\": {\"name\": \"q\"}, \"spec\": {\"model\": {\"name\": \"q\"}, \"zebra\":\n{}}}\n"),
        "warning AIM_OK 2:61 /spec/zebra AIMService default/q: /spec/zebra unknown field \"zebra\" is ignored\n");
}

TEST(cluster, unknown_fields_are_dropped_with_a_warning) {
    const char *text =
        SERVICE("  replica: 2\n  zebra: 1\n  caching: {mod: Shared}\n  env: [{name: A, valu: x}]\n") "extra: 1\n";
    CHECK_TEXT(
        report_of(t, text),
        "warning AIM_OK 6:3 /spec/replica AIMService ml-team/qwen: /spec/replica unknown field \"replica\" is "
        "ignored (did you mean \"replicas\"?)\n"
        "warning AIM_OK 7:3 /spec/zebra AIMService ml-team/qwen: /spec/zebra unknown field \"zebra\" is ignored\n"
        "warning AIM_OK 8:13 /spec/caching/mod AIMService ml-team/qwen: /spec/caching/mod unknown field \"mod\" is "
        "ignored (did you mean \"mode\"?)\n"
        "warning AIM_OK 9:19 /spec/env/0/valu AIMService ml-team/qwen: /spec/env/0/valu unknown field \"valu\" is "
        "ignored (did you mean \"value\"?)\n"
        "warning AIM_OK 10:1 /extra AIMService ml-team/qwen: /extra unknown field \"extra\" is ignored\n");
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, text);
    CHECK(strstr(case_of(t, cluster), "zebra") == NULL);
    aim_cluster_free(cluster);
}

TEST(cluster, unknown_fields_of_other_schemas_are_kept) {
    aim_cluster *cluster = new_cluster(t);
    must_add(
        t, cluster,
        "---\n{apiVersion: v1, kind: Node, metadata: {name: node, other: [1]}, spec: {podCIDR: x}, more: {a: 1.50}}\n");
    CHECK(strstr(case_of(t, cluster),
                 "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node\",\"other\":[1]},"
                 "\"more\":{\"a\":1.50},\"spec\":{\"podCIDR\":\"x\"}}") != NULL);
    aim_cluster_free(cluster);
}

TEST(cluster, wrong_types_are_errors) {
    static const struct {
        const char *spec, *expected;
    } cases[] = {
        {"  serviceAccountName: 5\n", "6:23 /spec/serviceAccountName AIMService ml-team/qwen: /spec/serviceAccountName "
                                      "must be a string, not a number: put it in quotes (\"5\")\n"},
        {"  serviceAccountName: yes\n",
         "6:23 /spec/serviceAccountName AIMService ml-team/qwen: /spec/serviceAccountName must be a string, not a "
         "boolean: put it in quotes (\"true\")\n"},
        {"  serviceAccountName: {}\n", "6:23 /spec/serviceAccountName AIMService ml-team/qwen: "
                                       "/spec/serviceAccountName must be a string, not a map\n"},
        {"  replicas: \"2\"\n",
         "6:13 /spec/replicas AIMService ml-team/qwen: /spec/replicas must be an integer, not a string\n"},
        {"  replicas: 1.5\n",
         "6:13 /spec/replicas AIMService ml-team/qwen: /spec/replicas must be an integer, not a number\n"},
        {"  replicas: 2147483648\n",
         "6:13 /spec/replicas AIMService ml-team/qwen: /spec/replicas must be an integer, not a number\n"},
        {"  cacheModel: \"true\"\n",
         "6:15 /spec/cacheModel AIMService ml-team/qwen: /spec/cacheModel must be a boolean, not a string\n"},
        {"  env: {A: x}\n", "6:8 /spec/env AIMService ml-team/qwen: /spec/env must be a list, not a map\n"},
        {"  env: [{name: A, value: 5}]\n", "6:26 /spec/env/0/value AIMService ml-team/qwen: /spec/env/0/value must be "
                                           "a string, not a number: put it in quotes (\"5\")\n"},
        {"  env: [A]\n", "6:9 /spec/env/0 AIMService ml-team/qwen: /spec/env/0 must be a map, not a string\n"},
        {"  caching: Shared\n",
         "6:12 /spec/caching AIMService ml-team/qwen: /spec/caching must be a map, not a string\n"},
        {"  resources: {limits: {cpu: [1]}}\n",
         "6:29 /spec/resources/limits/cpu AIMService ml-team/qwen: /spec/resources/limits/cpu must be a quantity (a "
         "string or a number), not a list\n"},
        {"  routing: {requestTimeout: 30}\n",
         "6:29 /spec/routing/requestTimeout AIMService ml-team/qwen: /spec/routing/requestTimeout must be a duration "
         "in a string, not a number: put it in quotes (\"30\")\n"},
        {"  routing: {annotations: {a/b: 1}}\n",
         "6:32 /spec/routing/annotations/a~1b AIMService ml-team/qwen: /spec/routing/annotations/a~1b must be a "
         "string, not a number: put it in quotes (\"1\")\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = aimp_format(&t->arena, "%s%s", SERVICE(""), cases[i].spec);
        CHECK_TEXT(report_of(t, text), aimp_format(&t->arena, "error AIM_E_TYPE %s", cases[i].expected));
    }
}

TEST(cluster, forbidden_values_are_warnings) {
    static const struct {
        const char *spec, *expected;
    } cases[] = {
        {"  caching: {mode: Sometimes}\n",
         "/spec/caching/mode \"Sometimes\" is not allowed here: must be Dedicated, Shared, Auto, Always or Never"},
        {"  overrides: {precision: fp7}\n", "/spec/overrides/precision \"fp7\" is not allowed here: must be auto, fp4, "
                                            "fp8, fp16, fp32, bf16, int4 or int8"},
        {"  minReplicas: 0\n", "/spec/minReplicas \"0\" is not allowed here: must be at least 1"},
        {"  routing: {requestTimeout: soon}\n",
         "/spec/routing/requestTimeout \"soon\" is not allowed here: must be a duration such as 30s, 5m or 1h30m"},
        {"  resources: {limits: {cpu: much}}\n",
         "/spec/resources/limits/cpu \"much\" is not allowed here: must be a quantity such as 2, 500m or 64Gi"},
        {"  env: [{name: A}, {name: A}]\n", "/spec/env/1/name the name \"A\" occurs twice in this list"},
        {"  routing: {gatewayRef: {}}\n", "the required field \"name\" is missing"},
        {"  overrides: {hardware: {}}\n", "at least one of gpu and cpu must be given"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *report = report_of(t, aimp_format(&t->arena, "%s%s", SERVICE(""), cases[i].spec));
        if (!aimp_starts_with(report, "warning AIM_OK 6:") || !strstr(report, cases[i].expected))
            FAIL("%s\n%s", cases[i].spec, report);
    }
}

TEST(cluster, forbidden_values_are_kept) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, SERVICE("  caching: {mode: Sometimes}\n  minReplicas: 0\n"));
    CHECK_TEXT(field(t, cluster, "AIMService", "ml-team", "qwen", "spec/caching/mode"), "\"Sometimes\"");
    CHECK_TEXT(field(t, cluster, "AIMService", "ml-team", "qwen", "spec/minReplicas"), "0");
    aim_cluster_free(cluster);
}

TEST(cluster, managed_fields_and_images_of_nodes_are_not_kept) {
    static const char *const texts[] = {
        "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"managedFields\":[{\"x\":\"dropped\"}],\"name\":\"n\"}"
        ",\"status\":{\"images\":[{\"names\":[\"dropped\"]}],\"a\":1}}",
        "{\"status\":{\"a\":1,\"images\":[\"dropped\"]},\"metadata\":{\"name\":\"n\",\"managedFields\":[\"dropped\"]},"
        "\"kind\":\"Node\",\"apiVersion\":\"v1\"}",
        "{\"apiVersion\":\"v1\",\"kind\":\"NodeList\",\"items\":[{\"metadata\":{\"name\":\"n\",\"managedFields\":["
        "\"dropped\"]},\"status\":{\"images\":[\"dropped\"],\"a\":1}}]}",
        "apiVersion: v1\nkind: Node\nmetadata:\n  name: \"n\"\n  managedFields:\n  - x: dropped\nstatus:\n  images:\n  "
        "- names: [dropped]\n  a: 1\n",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        aim_cluster *cluster = new_cluster(t);
        must_add(t, cluster, texts[i]);
        CHECK(strstr(case_of(t, cluster), "dropped") == NULL);
        CHECK_TEXT(field(t, cluster, "Node", NULL, "n", "status"), "{\"a\":1}");
        aim_cluster_free(cluster);
    }
}

TEST(cluster, what_is_not_kept_must_still_be_valid) {
    CHECK_TEXT(report_of(t, "apiVersion: v1\nkind: Node\nmetadata:\n  name: n\n  managedFields:\n  - x: 1\n    x: 2\n"),
               "error AIM_E_DUPLICATE 7:5 /metadata/managedFields/0 -: the key \"x\" occurs twice (first on line 6)\n");
}

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
    CHECK_INTEGER(aim_cluster_add_log(cluster, "ml-team", "p", "main", "line\n\x01", 6, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_add_log(cluster, "ml-team", "p", "init", "", 0, NULL), AIM_OK);
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
    CHECK_INTEGER(aim_cluster_add(cluster, &no_data, NULL, NULL), AIM_OK);
    CHECK_INTEGER(add(cluster, ""), AIM_OK);
    aim_cluster_free(cluster);
}

TEST(cluster, code_of_a_failing_callback_comes_back) {
    aim_cluster *cluster = new_cluster(t);
    const char *before = case_of(t, cluster);
    static const aim_code codes[] = {AIM_E_READ, AIM_E_CANCELLED, AIM_E_NO_MEMORY, 0x05001234};
    for (size_t i = 0; i < COUNT(codes); i++) {
        aim_error *error;
        chunks c = {JSON_NODE("n"), strlen(JSON_NODE("n")), 10, 0, codes[i]};
        CHECK_INTEGER(add_chunks(cluster, &c, &error), codes[i]);
        CHECK_INTEGER(aim_error_code(error), codes[i]);
        CHECK_TEXT(case_of(t, cluster), before);
        aim_error_free(error);
    }
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
        aim_cluster_apply_event(NULL, "", 0, NULL, NULL),
        aim_cluster_apply_event(cluster, NULL, 0, NULL, NULL),
        aim_cluster_remove(NULL, &ref, NULL),
        aim_cluster_remove(cluster, NULL, NULL),
        aim_cluster_remove(cluster, &unsized, NULL),
        aim_cluster_declare(NULL, &declaration, NULL),
        aim_cluster_declare(cluster, NULL, NULL),
        aim_cluster_add_log(NULL, "a", "b", "c", "", 0, NULL),
        aim_cluster_add_log(cluster, NULL, "b", "c", "", 0, NULL),
        aim_cluster_add_log(cluster, "a", NULL, "c", "", 0, NULL),
        aim_cluster_add_log(cluster, "a", "b", NULL, "", 0, NULL),
        aim_cluster_add_log(cluster, "a", "b", "c", NULL, 1, NULL),
        aim_cluster_at(NULL, &ref, 0, &ref, NULL),
        aim_cluster_at(cluster, NULL, 0, &ref, NULL),
        aim_cluster_at(cluster, &ref, 0, NULL, NULL),
        aim_cluster_write_case(NULL, &buffer, NULL),
        aim_cluster_write_case(cluster, NULL, NULL),
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
    CHECK_TEXT(aim_report_kind_at(NULL, 0, NULL, NULL), NULL);
    aim_cluster_free(NULL);
    aim_report_free(NULL);
}

/* --- without memory --- */

typedef aim_code change_step(aim_cluster *cluster, aim_error **err, void *argument);

typedef struct addition {
    const char *text;
    uint32_t flags;
} addition;

static aim_code add_step(aim_cluster *cluster, aim_error **err, void *argument) {
    const addition *a = argument;
    aim_report *report;
    aim_code code = add_layer(cluster, NULL, a->text, a->flags, &report, err);
    aim_report_free(report);
    return code;
}

static aim_cluster *cluster_before(test_context *t) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, VERSIONED_NODE("n1", "1", "old") VERSIONED_NODE("gone", "1", "old") "---\n" BASE_SERVICE);
    CHECK_INTEGER(aim_cluster_add_log(cluster, "ns", "pod", "main", "log", 3, NULL), AIM_OK);
    return cluster;
}

/* Lets every allocation of a step fail, one after the other, and looks at the cluster each time. */
static void fail_everywhere(test_context *t, change_step *step, void *argument, bool for_good) {
    aim_cluster *done = cluster_before(t);
    const char *before = case_of(t, done);
    if (step(done, NULL, argument)) FAIL("the step fails with memory to spare");
    const char *after = case_of(t, done);
    aim_cluster_free(done);
    bool reached = true;
    for (size_t n = 1; reached && t->failures < 5; n++) {
        aim_cluster *cluster = cluster_before(t);
        aim_error *error = NULL;
        t->allocations = 0;
        t->fail_at = n;
        t->fail_for_good = for_good;
        aim_code code = step(cluster, &error, argument);
        reached = t->allocations >= n;
        t->fail_at = 0;
        if (code != AIM_OK && code != AIM_E_NO_MEMORY) FAIL("allocation %zu: the code is %s", n, aim_code_name(code));
        if (code && aim_error_code(error) != code)
            FAIL("allocation %zu: the error is %s", n, aim_code_name(aim_error_code(error)));
        if (strcmp(case_of(t, cluster), code ? before : after) != 0)
            FAIL("allocation %zu: the cluster changed to\n%s", n, case_of(t, cluster));
        aim_error_free(error);
        if (code && step(cluster, NULL, argument)) FAIL("allocation %zu: the cluster is not usable any more", n);
        if (strcmp(case_of(t, cluster), after) != 0)
            FAIL("allocation %zu: a second try leads to\n%s", n, case_of(t, cluster));
        aim_cluster_free(cluster);
    }
}

static const char json_change[] = VERSIONED_NODE("n1", "2", "new") VERSIONED_NODE("n3", "1", "x")
    EVENT("DELETED", JSON_NODE("gone")) POD("ml-team", "p") POD(
        "ml-team", "q") "{\"apiVersion\":\"v1\",\"kind\":\"NodeList\",\"items\":[{\"metadata\":{\"name\":\"n4\","
                        "\"labels\":{\"amd.com/gpu.device-id\":\"74a1\"}}},"
                        "{\"metadata\":{\"name\":\"n5\",\"managedFields\":[{\"a\":\"b\"}]}}]}\n"
                        "{\"apiVersion\":\"libaim/"
                        "v1\",\"kind\":\"Case\",\"declarations\":[{\"kind\":\"Job\",\"state\":\"known\"}],"
                        "\"podLogs\":{\"ns/pod/main\":\"new\",\"ns/pod/init\":\"\"},\"items\":[" JSON_NODE("n6") "]}\n";

TEST(cluster, json_add_survives_any_failing_allocation) {
    addition a = {json_change, 0};
    fail_everywhere(t, add_step, &a, false);
}

TEST(cluster, json_add_survives_memory_running_out_for_good) {
    addition a = {json_change, 0};
    fail_everywhere(t, add_step, &a, true);
}

static const char *yaml_change(test_context *t) {
    aimp_text text = aimp_text_new(&t->arena);
    for (size_t i = 1; i < COUNT(documents); i++) {
        if (!strstr(documents[i], "n1\"")) aimp_text_add_format(&text, "---\n%s", documents[i]);
    }
    aimp_text_add_string(&text, "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1, resourceVersion: \"2\", labels: "
                                "&l {a: &v b, c: *v}, annotations: {<<: *l}}\n");
    return aimp_text_string(&text);
}

TEST(cluster, yaml_add_survives_any_failing_allocation) {
    addition a = {yaml_change(t), 0};
    fail_everywhere(t, add_step, &a, false);
}

TEST(cluster, yaml_add_survives_memory_running_out_for_good) {
    addition a = {yaml_change(t), 0};
    fail_everywhere(t, add_step, &a, true);
}

static const char overlay_change[] = OVERLAY_SERVICE "---\n" NODE("n1", "top") "---\n" NODE("n9", "top");

TEST(cluster, overlay_survives_any_failing_allocation) {
    addition a = {overlay_change, AIM_SOURCE_OVERLAY};
    fail_everywhere(t, add_step, &a, false);
}

TEST(cluster, overlay_survives_memory_running_out_for_good) {
    addition a = {overlay_change, AIM_SOURCE_OVERLAY};
    fail_everywhere(t, add_step, &a, true);
}

static aim_code callback_step(aim_cluster *cluster, aim_error **err, void *argument) {
    (void)argument;
    chunks c = {json_change, sizeof json_change - 1, 100, 0, AIM_OK};
    return add_chunks(cluster, &c, err);
}

TEST(cluster, add_through_a_callback_survives_any_failing_allocation) {
    fail_everywhere(t, callback_step, NULL, false);
}

static aim_code log_step(aim_cluster *cluster, aim_error **err, void *argument) {
    (void)argument;
    return aim_cluster_add_log(cluster, "ns", "pod", "other", "text", 4, err);
}

TEST(cluster, log_survives_any_failing_allocation) {
    fail_everywhere(t, log_step, NULL, false);
}

TEST(cluster, broken_text_is_an_error_without_memory_too) {
    for (size_t n = 1;; n++) {
        aim_cluster *cluster = new_cluster(t);
        aim_error *error;
        aim_report *report;
        t->allocations = 0;
        t->fail_at = n;
        aim_code code = add_layer(cluster, NULL, "a: [\n---\nb: 1\n---\n" SERVICE("  replicas: x\n  zebra: 1\n"), 0,
                                  &report, &error);
        bool reached = t->allocations >= n;
        t->fail_at = 0;
        CHECK(code == AIM_E_SYNTAX || code == AIM_E_NO_MEMORY);
        aim_error_free(error);
        aim_report_free(report);
        aim_cluster_free(cluster);
        if (!reached) break;
    }
}

static void question_without_memory(test_context *t, bool clone) {
    aim_cluster *cluster = cluster_before(t);
    const char *before = case_of(t, cluster);
    for (size_t n = 1;; n++) {
        aim_buffer *buffer = NULL;
        aim_cluster *copy = NULL;
        aim_error *error = NULL;
        t->allocations = 0;
        t->fail_at = n;
        aim_code code =
            clone ? aim_cluster_clone(cluster, &copy, &error) : aim_cluster_write_case(cluster, &buffer, &error);
        bool reached = t->allocations >= n;
        t->fail_at = 0;
        CHECK_INTEGER(code, reached ? AIM_E_NO_MEMORY : AIM_OK);
        CHECK_TEXT(case_of(t, cluster), before);
        if (copy) CHECK_TEXT(case_of(t, copy), before);
        aim_error_free(error);
        aim_buffer_free(buffer);
        aim_cluster_free(copy);
        if (!reached) break;
    }
    aim_cluster_free(cluster);
}

TEST(cluster, clone_survives_any_failing_allocation) {
    question_without_memory(t, true);
}

TEST(cluster, case_file_survives_any_failing_allocation) {
    question_without_memory(t, false);
}

TEST(cluster, making_a_cluster_survives_a_failing_allocation) {
    aim_cluster *cluster;
    aim_error *error;
    t->allocations = 0;
    t->fail_at = 1;
    CHECK_INTEGER(aim_cluster_new(t->context, &cluster, &error), AIM_E_NO_MEMORY);
    t->fail_at = 0;
    CHECK_INTEGER(aim_error_retryable(error), 1);
    CHECK(!cluster);
    aim_error_free(error);
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
        aim_cluster_add_log(cluster, "a", "p", "k", "old", 3, NULL);
    size_t blocks = t->live_blocks;
    aim_cluster_add_log(cluster, "a", "p", "k", "new", 3, NULL);
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
