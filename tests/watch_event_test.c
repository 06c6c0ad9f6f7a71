/* Watch events, many in a text or one in a call. */
#include "cluster_help.h"

TEST(watch_event, event_lines_are_applied_in_order) {
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

TEST(watch_event, error_event_is_an_error_with_its_message) {
    CHECK_TEXT(
        report_of(
            t,
            EVENT("ERROR",
                  "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":410,\"message\":\"too old resource version\"}")),
        "error AIM_E_DOCUMENT 1:1 /type -: a watch event of type \"ERROR\": too old resource version\n");
}

TEST(watch_event, unknown_event_type_is_an_error) {
    CHECK_TEXT(report_of(t, JSON_NODE("a") "\n" EVENT("added", JSON_NODE("b"))),
               "error AIM_E_DOCUMENT 2:1 /type -: a watch event of type \"added\"\n");
}

TEST(watch_event, applied_event_changes_one_object) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, VERSIONED_NODE("a", "5", "old") VERSIONED_NODE("b", "5", "old"));
    const char *modified = EVENT("MODIFIED", VERSIONED_NODE("a", "4", "new")),
               *deleted = EVENT("DELETED", JSON_NODE("b"));
    CHECK_INTEGER(apply_watch_event(cluster, modified, NULL, NULL), AIM_OK);
    CHECK_INTEGER(apply_watch_event(cluster, deleted, NULL, NULL), AIM_OK);
    CHECK_TEXT(field(t, cluster, "Node", NULL, "a", "metadata/labels/a"),
               "\"new\""); /* an event is always the newest word */
    CHECK_INTEGER(count_of(cluster, "Node"), 1);
    aim_cluster_free(cluster);
}

TEST(watch_event, applied_event_keeps_an_overlay) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, VERSIONED_NODE("a", "1", "base"));
    must_add_layer(t, cluster, NODE("a", "top"), AIM_SOURCE_OVERLAY);
    const char *modified = EVENT("MODIFIED", VERSIONED_NODE("a", "2", "base")),
               *deleted = EVENT("DELETED", JSON_NODE("a"));
    CHECK_INTEGER(apply_watch_event(cluster, modified, NULL, NULL), AIM_OK);
    CHECK_TEXT(field(t, cluster, "Node", NULL, "a", "metadata"),
               "{\"labels\":{\"a\":\"top\"},\"name\":\"a\",\"resourceVersion\":\"2\"}");
    CHECK_INTEGER(apply_watch_event(cluster, deleted, NULL, NULL), AIM_OK);
    CHECK_TEXT(field(t, cluster, "Node", NULL, "a", "metadata"), "{\"labels\":{\"a\":\"top\"},\"name\":\"a\"}");
    aim_cluster_free(cluster);
}

TEST(watch_event, broken_event_changes_nothing) {
    aim_cluster *cluster = new_cluster(t);
    aim_report *report;
    aim_error *error;
    must_add(t, cluster, JSON_NODE("a"));
    const char *before = case_of(t, cluster),
               *event = "{\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{}}}";
    CHECK_INTEGER(apply_watch_event(cluster, event, &report, &error), AIM_E_DOCUMENT);
    CHECK_INTEGER(aim_report_count(report), 1);
    CHECK_TEXT(aim_error_source(error), "(event)");
    CHECK_TEXT(case_of(t, cluster), before);
    aim_error_free(error);
    aim_report_free(report);
    aim_cluster_free(cluster);
}

TEST(watch_event, a_call_for_one_event_takes_nothing_else) {
    static const struct {
        const char *text;
        aim_code code;
    } cases[] = {
        {"", AIM_E_DOCUMENT},
        {" \n", AIM_E_DOCUMENT},
        {JSON_NODE("b"), AIM_E_DOCUMENT},
        {"apiVersion: v1\nkind: Node\nmetadata: {name: b}\n", AIM_E_SYNTAX},
        {"type: ADDED\nobject: {apiVersion: v1, kind: Node, metadata: {name: b}}\n", AIM_E_SYNTAX},
        {EVENT("ADDED", JSON_NODE("b")) EVENT("ADDED", JSON_NODE("c")), AIM_E_DOCUMENT},
        {EVENT("ADDED", JSON_NODE("b")) "---\n" EVENT("ADDED", JSON_NODE("c")), AIM_E_DOCUMENT},
        {"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[" JSON_NODE("b") "]}", AIM_E_DOCUMENT},
        {EVENT("ADDED", JSON_NODE("b")) "x", AIM_E_SYNTAX},
    };
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, JSON_NODE("a"));
    for (size_t i = 0; i < COUNT(cases); i++) {
        aim_code code = apply_watch_event(cluster, cases[i].text, NULL, NULL);
        if (code != cases[i].code) FAIL("case %zu: %s", i, aim_code_name(code));
        CHECK_INTEGER(count_of(cluster, "Node"), 1);
    }
    CHECK_INTEGER(apply_watch_event(cluster, EVENT("ADDED", JSON_NODE("b")), NULL, NULL), AIM_OK);
    CHECK_INTEGER(count_of(cluster, "Node"), 2);
    aim_cluster_free(cluster);
}
