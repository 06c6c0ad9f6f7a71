/* What fills a cluster, changes it and is asked of it, as scenarios for memory that runs out. */
#include "cluster_help.h"
#include "memory_scenario.h"

/* --- contexts and clusters --- */

static aim_code make_context(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_context *context;
    aim_context_options options = {.struct_size = sizeof options, .allocator = &s->t->allocator};
    (void)scenario;
    aim_code code = aim_context_new(&options, &context, err);
    memory_check_out(s, code, context);
    aim_context_free(context);
    return code;
}

static aim_code make_cancel(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_cancel *cancel;
    (void)scenario;
    aim_code code = aim_cancel_new(s->t->context, &cancel, err);
    memory_check_out(s, code, cancel);
    NOTE("%d", aim_cancel_is_set(cancel));
    aim_cancel_set(cancel);
    NOTE("%d", aim_cancel_is_set(cancel));
    aim_cancel_free(cancel);
    return code;
}

static aim_code make_cluster(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_cluster *cluster;
    (void)scenario;
    aim_code code = aim_cluster_new(s->t->context, &cluster, err);
    memory_check_out(s, code, cluster);
    aim_cluster_free(cluster);
    return code;
}

static aim_code clone_cluster(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_cluster *clone;
    (void)scenario;
    aim_code code = aim_cluster_clone(s->cluster, &clone, err);
    memory_check_out(s, code, clone);
    NOTE("%zu pods", count_of(clone, "Pod"));
    aim_cluster_free(clone);
    return code;
}

/* --- documents --- */

static void note_report(stage *s, const aim_report *report) {
    for (size_t i = 0; i < aim_report_count(report); i++) {
        aim_report_entry e = {.struct_size = sizeof e};
        if (aim_report_at(report, i, &e)) continue;
        NOTE("%d %" PRIu64 ":%" PRIu64 " %s %s %s %s\n", (int)e.code, e.line, e.column, e.pointer,
             aimp_or_empty(e.object), e.message, aimp_or_empty(e.excerpt));
    }
    NOTE("%" PRIu64 " dropped\n", aim_report_dropped(report));
    for (size_t i = 0; i < aim_report_kind_count(report); i++) {
        aim_kind_count kind = {.struct_size = sizeof kind};
        aim_report_kind_at(report, i, &kind);
        NOTE("%s %s %" PRIu64 " %d\n", kind.kind, kind.group, kind.objects, kind.used);
    }
}

/* Without memory a report may be incomplete, but never wrong about whether it is there. */
static void note_and_free_report(stage *s, aim_code code, aim_report *report) {
    if (!code && !report) NOTE("no report");
    note_report(s, report);
    aim_report_free(report);
}

static aim_code add_text(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_report *report;
    aim_code code = add_layer(s->cluster, "text", scenario->text, scenario->flags, &report, err);
    note_and_free_report(s, code, report);
    return code;
}

static aim_code add_sample(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_cluster *cluster;
    (void)scenario;
    aim_code code = aim_cluster_new(s->t->context, &cluster, err);
    if (code) return code;
    code = add_layer(cluster, "sample", s->sample, 0, NULL, err);
    NOTE("%zu services", count_of(cluster, "AIMService"));
    aim_cluster_free(cluster);
    return code;
}

static aim_code read_piece(char *buffer, size_t size, size_t *got, void *user) {
    const char **rest = user;
    size_t left = strlen(*rest);
    *got = left < 100 ? left : 100;
    if (*got > size) *got = size;
    memcpy(buffer, *rest, *got);
    *rest += *got;
    return AIM_OK;
}

static aim_code add_through_callback(stage *s, const memory_scenario *scenario, aim_error **err) {
    const char *rest = scenario->text;
    aim_source source = {.struct_size = sizeof source, .name = "pipe", .read = read_piece, .user = &rest};
    aim_report *report;
    aim_code code = aim_cluster_add(s->cluster, &source, &report, err);
    note_and_free_report(s, code, report);
    return code;
}

static aim_code apply_event(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_report *report;
    aim_code code = apply_watch_event(s->cluster, scenario->text, &report, err);
    note_and_free_report(s, code, report);
    return code;
}

static aim_code remove_node(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_ref node = ref_of("Node", NULL, scenario->text);
    return aim_cluster_remove(s->cluster, &node, err);
}

static aim_code declare_kind(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_declaration d = {.struct_size = sizeof d, .state = (int32_t)scenario->flags, .kind = scenario->text};
    d.reason = d.state == AIM_STATE_FAILED ? "Forbidden" : NULL;
    return aim_cluster_declare(s->cluster, &d, err);
}

static aim_code add_log(stage *s, const memory_scenario *scenario, aim_error **err) {
    return add_container_log(s->cluster, "team", "p1", scenario->text, "line 1\nline 2\n", 14, err);
}

/* --- questions --- */

static aim_code list_services(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_ref filter = ref_of("AIMService", NULL, NULL), like = ref_of("AIMService", "team", "chta"), found = filter;
    (void)scenario;
    size_t count = aim_cluster_count(s->cluster, &filter);
    NOTE("%s", aim_cluster_nearest(s->cluster, &like));
    NOTE("%s", aim_cluster_resource_version(s->cluster, &like));
    for (size_t i = 0; i < count; i++) {
        aim_code code = aim_cluster_at(s->cluster, &filter, i, &found, err);
        if (code) return code;
        NOTE("%s/%s %s", found.ns, found.name, found.uid);
    }
    return aim_cluster_at(s->cluster, &filter, count, &found, err);
}

static aim_code render_case(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_buffer *buffer;
    (void)scenario;
    aim_code code = aim_cluster_render_case(s->cluster, 0, &buffer, err);
    memory_note_buffer(s, code, buffer);
    return code;
}

static aim_code write_case(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_sink sink = memory_sink(s);
    (void)scenario;
    return aim_cluster_write_case(s->cluster, 0, &sink, err);
}

static aim_code read_case_back(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_buffer *buffer = NULL, *again = NULL;
    aim_cluster *copy = NULL;
    (void)scenario;
    aim_code code = aim_cluster_render_case(s->cluster, 0, &buffer, err);
    if (!code) code = aim_cluster_new(s->t->context, &copy, err);
    if (!code) code = add_layer(copy, "case", aim_buffer_data(buffer), 0, NULL, err);
    if (!code) code = aim_cluster_render_case(copy, 0, &again, err);
    aim_buffer_free(buffer);
    aim_cluster_free(copy);
    memory_note_buffer(s, code, again);
    return code;
}

static const char json_text[] = VERSIONED_NODE("node-1", "2", "new") VERSIONED_NODE("n3", "1", "x")
    EVENT("DELETED", JSON_NODE("node-2")) POD("team", "p2") POD(
        "team", "p3") "{\"apiVersion\":\"v1\",\"kind\":\"NodeList\",\"items\":[{\"metadata\":{\"name\":\"n4\","
                      "\"labels\":{\"amd.com/gpu.device-id\":\"74a1\"}}},"
                      "{\"metadata\":{\"name\":\"n5\",\"managedFields\":[{\"a\":\"b\"}]}}]}\n"
                      "{\"apiVersion\":\"aim.eai.amd.com/v1\",\"kind\":\"AIMService\",\"metadata\":{\"name\":\"x\"}}\n"
                      "{\"apiVersion\":\"libaim/"
                      "v1\",\"kind\":\"Case\",\"declarations\":[{\"kind\":\"Job\",\"state\":\"known\"}],"
                      "\"podLogs\":{\"team/p1/main\":\"new\",\"team/p1/init\":\"\"},\"items\":[" JSON_NODE("n6") "]}\n";
static const char versioned[] = "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"node-1\","
                                "\"resourceVersion\":\"1\",\"labels\":{\"z\":\"1\",\"b\":\"2\",\"a\":\"3\"}}}";
#define ANCHORS                                                                                                        \
    "apiVersion: v1\nkind: Node\nmetadata: {name: n7, labels: &l {z: &v b, c: *v}, annotations: {<<: *l, a: x}}\n"     \
    "---\n{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: team}, data: {key: dmFsdWU=}}\n"
#define OVERLAY                                                                                                        \
    AIM_DOCUMENT "kind: AIMService\nmetadata: {name: chat, namespace: team, labels: {a: top}}\n"                       \
                 "spec: {model: {name: qwen}, replicas: 2, zebra: 1}\n---\n" NODE("n9", "top")
#define BROKEN "a: [\n---\nb: 1\n---\n" SERVICE("  replicas: x\n  zebra: 1\n")
#define CONFLICT NODE("n8", "one") NODE("n8", "two")

/* text and flags: of an addition; of a declaration, the kind and the state */
const memory_scenario memory_cluster_scenarios[] = {
    {"a context is made", make_context},
    {"a cancel flag is made", make_cancel},
    {"a cluster is made", make_cluster},
    {"a cluster is cloned", clone_cluster},
    {"a whole cluster is added", add_sample},
    {"JSON of every shape is added", add_text, json_text},
    {"YAML with anchors is added", add_text, ANCHORS},
    {"YAML is laid over a cluster", add_text, OVERLAY, AIM_SOURCE_OVERLAY},
    {"a broken text is refused", add_text, BROKEN, 0, AIM_E_SYNTAX},
    {"a conflict is refused", add_text, CONFLICT, 0, AIM_E_DUPLICATE},
    {"JSON is added through a callback", add_through_callback, json_text},
    {"an object arrives", apply_event, EVENT("ADDED", JSON_NODE("n2"))},
    {"an object changes", apply_event, EVENT("MODIFIED", JSON_NODE("node-1"))},
    {"an object is deleted", apply_event, EVENT("DELETED", JSON_NODE("node-2"))},
    {"an unknown object is deleted", apply_event, EVENT("DELETED", JSON_NODE("never"))},
    {"a bookmark arrives", apply_event, EVENT("BOOKMARK", JSON_NODE("n2"))},
    {"an error arrives", apply_event, EVENT("ERROR", "{\"message\":\"gone\"}"), 0, AIM_E_DOCUMENT},
    {"a bare object is no event", apply_event, versioned, 0, AIM_E_DOCUMENT},
    {"an object is removed", remove_node, "node-1"},
    {"an unknown object is not removed", remove_node, "never", 0, AIM_E_NOT_FOUND},
    {"a kind is declared known", declare_kind, "Secret", AIM_STATE_KNOWN},
    {"a kind is declared unreadable", declare_kind, "Node", AIM_STATE_FAILED},
    {"a kind that nobody knows is not declared", declare_kind, "Zebra", AIM_STATE_KNOWN, AIM_E_UNSUPPORTED},
    {"a log is added", add_log, "other"},
    {"a log is replaced", add_log, "kserve-container"},
    {"services are listed", list_services, NULL, 0, AIM_E_NOT_FOUND},
    {"a case file is rendered", render_case},
    {"a case file is written", write_case},
    {"a case file is read back", read_case_back},
};
const size_t memory_cluster_scenario_count = COUNT(memory_cluster_scenarios);
