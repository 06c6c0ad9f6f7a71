/* A whole cluster as one text that can be read back: objects, declarations and logs. A bug report that can be replayed.
 */
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "cluster/cluster.h"
#include "doc/writer.h"

bool aimp_is_case(const aimp_node *root) {
    return aimp_equal(aimp_get_text(root, "apiVersion"), AIMP_CASE_API_VERSION) &&
           aimp_equal(aimp_get_text(root, "kind"), AIMP_CASE_KIND);
}

bool aimp_declaration_read(const aimp_node *d, aimp_kind_state kinds[AIMP_KIND_COUNT]) {
    aimp_kind kind = aimp_kind_named(aimp_or_empty(aimp_get_text(d, "kind")));
    const char *state = aimp_or_empty(aimp_get_text(d, "state")), *verb = aimp_or_empty(aimp_get_text(d, "verb"));
    aimp_read_error error = aimp_read_error_named(aimp_get_text(d, "reason"));
    bool failed = strcmp(state, "failed") == 0 && error != AIMP_READ_OK, known = strcmp(state, "known") == 0;
    if (kind == AIMP_KIND_NONE || (!failed && !known && strcmp(state, "unknown") != 0)) return false;
    if (!failed) {
        kinds[kind] = (aimp_kind_state){.known = known, .declared = known};
        return true;
    }
    if (strcmp(verb, "list") != 0) kinds[kind].get = error;
    if (strcmp(verb, "get") != 0) kinds[kind].list = error;
    return true;
}

static const aimp_node *declaration(aimp_arena *arena, const char *kind, const char *state, const char *verb,
                                    aimp_read_error error) {
    return aimp_map_of(arena, "kind", aimp_string(arena, kind), "state", aimp_string(arena, state), "verb",
                       aimp_string_or_none(arena, verb), "reason",
                       error ? aimp_string(arena, aimp_read_error_name(error)) : NULL, NULL);
}

static const aimp_node *declarations(aimp_arena *arena, const aim_cluster *cluster) {
    aimp_items items = aimp_items_new(arena);
    for (int i = AIMP_KIND_NONE + 1; i < AIMP_KIND_COUNT; i++) {
        const aimp_kind_state *state = &cluster->kinds[i];
        const char *kind = aimp_kind_of((aimp_kind)i)->kind;
        if (state->known) aimp_items_add(&items, declaration(arena, kind, "known", NULL, AIMP_READ_OK));
        if (state->get) aimp_items_add(&items, declaration(arena, kind, "failed", "get", state->get));
        if (state->list) aimp_items_add(&items, declaration(arena, kind, "failed", "list", state->list));
    }
    return aimp_items_list(&items);
}

static const aimp_node *logs_node(aimp_arena *arena, const aim_cluster *cluster) {
    size_t count = 0, at = 0;
    for (size_t i = 0; i < AIMP_LOG_BUCKETS; i++) {
        for (const aimp_log *log = cluster->logs[i]; log; log = log->next)
            count++;
    }
    aimp_member *members = aimp_take_array(arena, count, sizeof *members);
    for (size_t i = 0; i < AIMP_LOG_BUCKETS; i++) {
        for (const aimp_log *log = cluster->logs[i]; log; log = log->next)
            members[at++] = (aimp_member){log->where, aimp_string(arena, log->text)};
    }
    return aimp_map_from(arena, members, count);
}

/* Object by object, so that a sink needs no memory for all of them. */
static void write_case(aimp_text *out, void *arg) {
    const aim_cluster *cluster = arg;
    aimp_arena *arena = out->arena;
    bool first = true;
    aimp_text_add_string(out, "{\"apiVersion\":\"" AIMP_CASE_API_VERSION "\",\"declarations\":");
    aimp_write_json(out, declarations(arena, cluster));
    aimp_text_add_string(out, ",\"items\":[");
    for (int kind = AIMP_KIND_NONE + 1; kind < AIMP_KIND_COUNT; kind++) {
        const aimp_slots *slots = &cluster->tables.by_kind[kind];
        for (size_t i = 0; i < slots->count; i++, first = false) {
            if (!first) aimp_text_add_char(out, ',');
            aimp_write_json(out, slots->items[i]->effective->root);
        }
    }
    aimp_text_add_string(out, "],\"kind\":\"" AIMP_CASE_KIND "\",\"podLogs\":");
    aimp_write_json(out, logs_node(arena, cluster));
    aimp_text_add_string(out, "}\n");
}

static aim_code write_to(const aim_cluster *cluster, uint32_t flags, const aim_sink *sink, aim_buffer **out,
                         aim_error **err) {
    aim_code code = aimp_check_output(cluster ? cluster->context : NULL, sink, out, err);
    if (code) return code;
    if (flags) return aimp_fail(err, &cluster->context->allocator, AIM_E_ARGUMENT, NULL, "unknown flags");
    return aimp_write_out(cluster->context, write_case, (void *)(uintptr_t)cluster, sink, out, err);
}

aim_code aim_cluster_render_case(const aim_cluster *cluster, uint32_t flags, aim_buffer **out, aim_error **err) {
    return write_to(cluster, flags, NULL, out, err);
}

aim_code aim_cluster_write_case(const aim_cluster *cluster, uint32_t flags, const aim_sink *sink, aim_error **err) {
    return write_to(cluster, flags, sink, NULL, err);
}
