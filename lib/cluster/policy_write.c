/* A policy as a document, and the identity that is made from it. */
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/sort.h"
#include "cluster/policy_document.h"
#include "doc/writer.h"

static const aimp_node *names_node(aimp_arena *arena, const char *const *names) {
    aimp_items items = aimp_items_new(arena);
    for (; *names; names++)
        aimp_items_add(&items, aimp_string(arena, *names));
    return aimp_items_list(&items);
}

static const aimp_node *ranking_node(const aim_policy *policy, aimp_arena *arena) {
    aimp_items items = aimp_items_new(arena);
    for (size_t i = 0; i < policy->ranking_count; i++) {
        const aimp_ranking *r = &policy->ranking[i];
        aimp_items order = aimp_items_new(arena);
        for (const char *const *const *tier = r->tiers; *tier; tier++) {
            const bool alone = !(*tier)[1];
            aimp_items_add(&order, alone ? aimp_string(arena, (*tier)[0]) : names_node(arena, *tier));
        }
        aimp_items_add(&items, aimp_map_of(arena, "dimension", aimp_string(arena, aimp_dimension_name(r->dimension)),
                                           "order", aimp_items_list(&order), NULL));
    }
    return aimp_items_list(&items);
}

static const aimp_node *tie_breaks_node(const aim_policy *policy, aimp_arena *arena) {
    aimp_items items = aimp_items_new(arena);
    for (size_t i = 0; i < policy->tie_break_count; i++)
        aimp_items_add(&items, aimp_string(arena, aimp_tie_break_name(policy->tie_breaks[i])));
    return aimp_items_list(&items);
}

static int by_model(const void *left, const void *right) {
    const aimp_gpu_facts *const *a = left, *const *b = right;
    return strcmp((*a)->model, (*b)->model);
}

static const aimp_node *vram_node(aimp_arena *arena, int64_t bytes) {
    if (!bytes) return NULL;
    const bool whole = bytes % AIMP_GIBIBYTE == 0;
    return aimp_string(
        arena, aimp_format(arena, whole ? "%lldGi" : "%lld", (long long)(whole ? bytes / AIMP_GIBIBYTE : bytes)));
}

static const aimp_node *gpus_node(const aimp_gpu_table *table, aimp_arena *arena) {
    const aimp_gpu_facts **sorted = aimp_take_array(arena, table->count, sizeof *sorted);
    aimp_items items = aimp_items_new(arena);
    for (size_t i = 0; i < table->count; i++)
        sorted[i] = &table->models[i];
    aimp_sort(arena, sorted, table->count, sizeof *sorted, by_model);
    for (size_t i = 0; i < table->count; i++)
        aimp_items_add(&items, aimp_map_of(arena, "model", aimp_string(arena, sorted[i]->model), "vram",
                                           vram_node(arena, sorted[i]->vram_bytes), "devices",
                                           names_node(arena, sorted[i]->devices), NULL));
    return aimp_items_list(&items);
}

static const aimp_node *spec_node(const aim_policy *policy, aimp_arena *arena) {
    return aimp_map_of(arena, "behaviour", aimp_string(arena, aimp_behaviour_name(policy->behaviour)), "ranking",
                       ranking_node(policy, arena), "tieBreaks", tie_breaks_node(policy, arena), "gpus",
                       gpus_node(policy->gpus, arena), NULL);
}

const aimp_node *aimp_policy_node(const aim_policy *policy, aimp_arena *arena) {
    return aimp_map_of(arena, "apiVersion", aimp_string(arena, AIMP_POLICY_API_VERSION), "kind",
                       aimp_string(arena, AIMP_POLICY_KIND), "metadata",
                       aimp_map_of(arena, "name", aimp_string(arena, policy->name), NULL), "spec",
                       spec_node(policy, arena), NULL);
}

const char *aimp_policy_identity_of(const aim_policy *policy, aimp_arena *arena) {
    char hash[65];
    aimp_text text = aimp_text_new(arena);
    aimp_write_json(&text, spec_node(policy, arena));
    aimp_sha256_hex(text.data, text.size, hash);
    return aimp_format(arena, "%s@%.12s", policy->name, hash);
}

typedef struct job {
    const aim_policy *policy;
    int32_t format;
} job;

static void write_policy(aimp_text *out, void *arg) {
    const job *j = arg;
    const aimp_node *document = aimp_policy_node(j->policy, out->arena);
    if (j->format == AIM_FORMAT_YAML)
        aimp_write_yaml(out, document);
    else
        aimp_write_json_line(out, document);
}

aim_code aim_policy_render(aim_context *context, const aim_policy *policy, int32_t format, uint32_t flags,
                           aim_buffer **out, aim_error **err) {
    aim_code code = aimp_check_output(context, NULL, out, err);
    if (code) return code;
    if ((format != AIM_FORMAT_JSON && format != AIM_FORMAT_YAML) || flags)
        return aimp_fail(err, &context->allocator, AIM_E_ARGUMENT, NULL, "a policy is JSON or YAML, without flags");
    job j = {policy ? policy : aim_policy_builtin(AIM_BEHAVIOUR_DOCUMENTED), format};
    return aimp_write_out(context, write_policy, &j, NULL, out, err);
}
