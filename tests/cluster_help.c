#include "cluster_help.h"

#include "cluster/cluster.h"
#include "doc/writer.h"

aim_cluster *new_cluster(test_context *t) {
    aim_cluster *cluster = NULL;
    CHECK_INTEGER(aim_cluster_new(t->context, &cluster, NULL), AIM_OK);
    return cluster;
}

aim_code add_layer(aim_cluster *cluster, const char *name, const char *text, uint32_t flags, aim_report **report,
                   aim_error **err) {
    aim_source source = {
        .struct_size = sizeof source, .flags = flags, .name = name, .data = text, .size = strlen(text)};
    return aim_cluster_add(cluster, &source, report, err);
}

aim_code add(aim_cluster *cluster, const char *text) {
    return add_layer(cluster, NULL, text, 0, NULL, NULL);
}

/* Adds a text that must be taken, as a base or on top of it. */
void must_add_layer(test_context *t, aim_cluster *cluster, const char *text, uint32_t flags) {
    aim_error *error;
    if (add_layer(cluster, NULL, text, flags, NULL, &error) == AIM_OK) return;
    FAIL("%" PRIu64 ":%" PRIu64 " %s", aim_error_line(error), aim_error_column(error), aim_error_message(error));
    aim_error_free(error);
}

void must_add(test_context *t, aim_cluster *cluster, const char *text) {
    must_add_layer(t, cluster, text, 0);
}

const char *case_of(test_context *t, const aim_cluster *cluster) {
    aim_buffer *buffer;
    aim_code code = aim_cluster_render_case(cluster, 0, &buffer, NULL);
    if (code) {
        FAIL("writing the case fails with %s", aim_code_name(code));
        return "";
    }
    const char *text = aimp_copy(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    return text;
}

/* What the cluster holds at a path of keys joined by '/', as JSON; NULL when nothing is there. */
const char *field(test_context *t, const aim_cluster *cluster, const char *kind, const char *ns, const char *name,
                  const char *path) {
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

aim_ref ref_of(const char *kind, const char *ns, const char *name) {
    return (aim_ref){.struct_size = sizeof(aim_ref), .kind = kind, .ns = ns, .name = name};
}

size_t count_of(const aim_cluster *cluster, const char *kind) {
    aim_ref filter = ref_of(kind, NULL, NULL);
    return aim_cluster_count(cluster, &filter);
}

/* A report as lines "error|warning CODE line:column pointer object: message". */
const char *report_text(test_context *t, const aim_report *report) {
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
const char *report_of(test_context *t, const char *text) {
    aim_cluster *cluster = new_cluster(t);
    aim_report *report;
    add_layer(cluster, NULL, text, 0, &report, NULL);
    const char *lines = report_text(t, report);
    aim_report_free(report);
    aim_cluster_free(cluster);
    return lines;
}

aim_code apply_watch_event(aim_cluster *cluster, const char *text, aim_report **report, aim_error **err) {
    aim_source source = {.struct_size = sizeof source, .data = text, .size = strlen(text)};
    return aim_cluster_apply_event(cluster, &source, report, err);
}

aim_code add_container_log(aim_cluster *cluster, const char *ns, const char *pod, const char *container,
                           const char *text, size_t size, aim_error **err) {
    aim_log log = {sizeof log, 0, ns, pod, container, text, size};
    return aim_cluster_add_log(cluster, &log, err);
}

const char *kind_of_report(test_context *t, const aim_report *report, size_t index, uint64_t *objects, int32_t *used) {
    aim_kind_count kind = {.struct_size = sizeof kind};
    if (aim_report_kind_at(report, index, &kind)) return NULL;
    *objects = kind.objects;
    *used = kind.used;
    return aimp_format(&t->arena, "%s%s%s", kind.kind, *kind.group ? "." : "", kind.group);
}

aim_code declare(aim_cluster *cluster, int32_t state, int32_t verb, const char *kind, const char *reason) {
    aim_declaration d = {.struct_size = sizeof d, .state = state, .verb = verb, .kind = kind, .reason = reason};
    return aim_cluster_declare(cluster, &d, NULL);
}
