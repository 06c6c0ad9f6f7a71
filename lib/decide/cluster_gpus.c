/* Which GPUs the cluster has: what the labels of its nodes say, read by the table of the question's policy. Costs the
 * different labels, not the nodes. */
#include <string.h>

#include "decide/pass.h"

const char *aimp_pass_gpu_key(const aimp_pass *pass, const char *text) {
    return pass->rules->unknown_devices_compare_whole ? aimp_gpu_key(pass->arena, text)
                                                      : aimp_gpu_model(pass->arena, text);
}

static void insert(aimp_cluster_gpus *gpus, aimp_cluster_gpu gpu) {
    size_t at = gpus->count++;
    for (; at > 0 && strcmp(gpus->items[at - 1].model, gpu.model) > 0; at--)
        gpus->items[at] = gpus->items[at - 1];
    gpus->items[at] = gpu;
}

const aimp_cluster_gpus *aimp_pass_gpus(aimp_pass *pass) {
    const aimp_tables *tables = &pass->cluster->tables;
    const aimp_gpu_table *table = pass->policy->gpus;
    aimp_cluster_gpus *gpus = &pass->gpus;
    if (gpus->items) return gpus;
    aimp_pass_note_read(pass, AIMP_NODE, NULL, NULL);
    gpus->items = aimp_take_array(pass->arena, tables->gpu_count, sizeof *gpus->items);
    for (size_t i = 0; i < tables->gpu_count; i++) {
        const aimp_slots *nodes = &tables->gpus[i]->slots;
        if (!nodes->count) continue;
        const aimp_gpu_labels *labels = &nodes->items[0]->effective->facts.node.gpu; /* alike in all of them */
        const char *model = aimp_gpu_model_of_labels(table, pass->arena, labels);
        insert(gpus, (aimp_cluster_gpu){.model = model,
                                        .key = aimp_pass_gpu_key(pass, model),
                                        .vram_bytes = aimp_gpu_vram_of_labels(table, pass->arena, labels, model),
                                        .nodes = nodes});
    }
    return gpus;
}

bool aimp_pass_has_gpu(aimp_pass *pass, const aimp_template_facts *facts) {
    const aimp_cluster_gpus *gpus = aimp_pass_gpus(pass);
    const char *key = aimp_template_gpu_key(pass, facts);
    for (size_t i = 0; i < gpus->count; i++) {
        if (strcmp(gpus->items[i].key, key) == 0) return true;
    }
    return false;
}

const char *aimp_template_gpu_key(const aimp_pass *pass, const aimp_template_facts *facts) {
    return pass->rules->unknown_devices_compare_whole ? facts->gpu_key : facts->gpu_model;
}

int64_t aimp_pass_largest_vram(aimp_pass *pass, const aimp_template_facts *facts, bool *unknown) {
    const aimp_cluster_gpus *gpus = aimp_pass_gpus(pass);
    const char *key = aimp_template_gpu_key(pass, facts);
    int64_t largest = 0;
    *unknown = false;
    for (size_t i = 0; i < gpus->count; i++) {
        const aimp_cluster_gpu *gpu = &gpus->items[i];
        if (*key && strcmp(gpu->key, key) != 0) continue;
        if (!gpu->vram_bytes) *unknown = true;
        if (gpu->vram_bytes > largest) largest = gpu->vram_bytes;
    }
    return largest;
}

const char *aimp_gpus_of_cluster(aimp_pass *pass) {
    enum { MOST = 20 };
    const aimp_cluster_gpus *gpus = aimp_pass_gpus(pass);
    aimp_text text = aimp_text_new(pass->arena);
    size_t named = 0, more = 0;
    if (pass->gpus_text) return pass->gpus_text;
    for (size_t i = 0, next; i < gpus->count; i = next) {
        const char *model = gpus->items[i].model;
        size_t nodes = 0;
        for (next = i; next < gpus->count && strcmp(gpus->items[next].model, model) == 0; next++)
            nodes += gpus->items[next].nodes->count;
        if (named == MOST)
            more++;
        else
            aimp_text_add_format(&text, "%s%s on %zu node%s", named++ ? ", " : "", model, nodes, nodes == 1 ? "" : "s");
    }
    if (more) aimp_text_add_format(&text, " and %zu more", more);
    pass->gpus_text = text.size ? aimp_text_string(&text) : "no AMD GPU";
    return pass->gpus_text;
}
