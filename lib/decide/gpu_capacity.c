/* Whether the chosen template could be scheduled now: a warning beside the choice, never a filter (differences.md
 * B-09). Free GPUs: decisions on free GPUs as in kube-scheduler: allocatable minus what the node's live pods request.
 */
#include <string.h>

#include "decide/pass.h"
#include "kube/quantity.h"

static int64_t amount(const aimp_node *list, const char *resource) {
    aimp_quantity quantity;
    const int64_t most = (int64_t)1 << 40; /* sums of what anybody may have written stay far from overflowing */
    int64_t value = aimp_quantity_of(aimp_get(list, resource), &quantity) ? aimp_quantity_value(&quantity) : 0;
    return value < 0 ? 0 : value > most ? most : value;
}

static int64_t requested(const aimp_node *container, const char *resource) {
    const aimp_node *resources = aimp_get(container, "resources");
    const aimp_node *requests = aimp_get(resources, "requests");
    return aimp_get(requests, resource) ? amount(requests, resource) : amount(aimp_get(resources, "limits"), resource);
}

/* The larger of what the containers need together and what any init container needs; sidecars count with the
 * containers. */
static int64_t requested_by_pod(const aimp_object *pod, const char *resource) {
    const aimp_node *containers = aimp_get(pod->spec, "containers"), *init = aimp_get(pod->spec, "initContainers");
    int64_t sum = 0, sidecars = 0, most = 0;
    for (size_t i = 0; i < aimp_count(containers); i++)
        sum += requested(aimp_item(containers, i), resource);
    for (size_t i = 0; i < aimp_count(init); i++) {
        int64_t one = requested(aimp_item(init, i), resource);
        bool sidecar = aimp_equal(aimp_get_text(aimp_item(init, i), "restartPolicy"), "Always");
        if (sidecar)
            sidecars += one;
        else if (sidecars + one > most)
            most = sidecars + one;
    }
    sum += sidecars;
    return (sum > most ? sum : most) + amount(aimp_get(pod->spec, "overhead"), resource);
}

static int64_t used_on_node(aimp_pass *pass, const char *node, const char *resource) {
    const aimp_slots *pods = aimp_tables_lookup(&pass->cluster->tables, AIMP_BY_NODE, NULL, node);
    int64_t used = 0;
    for (size_t i = 0; pods && i < pods->count; i++) {
        const aimp_object *pod = pods->items[i]->effective;
        const char *phase = aimp_or_empty(aimp_get_text(pod->status, "phase"));
        if (strcmp(phase, "Succeeded") != 0 && strcmp(phase, "Failed") != 0) used += requested_by_pod(pod, resource);
    }
    return used;
}

/* What the container will ask for: the template's GPUs, unless resources of template or service say otherwise. */
static int64_t gpus_needed(const aimp_pass *pass, const aimp_node *gpu, const char *resource) {
    int64_t needed = 0;
    aimp_integer_of(aimp_get(gpu, "requests"), &needed);
    const aimp_node *overlays[] = {aimp_get(pass->template_.object->spec, "resources"),
                                   aimp_get(pass->spec, "resources")};
    for (size_t i = 0; i < 2; i++) {
        const aimp_node *limits = aimp_get(overlays[i], "limits"), *requests = aimp_get(overlays[i], "requests");
        if (aimp_get(limits, resource))
            needed = amount(limits, resource);
        else if (aimp_get(requests, resource))
            needed = amount(requests, resource);
    }
    return needed;
}

typedef struct gpu_count {
    const char *resource;
    int64_t total, free, most_free; /* of all nodes, and on one node */
    bool counted;                   /* some node says how many it has */
} gpu_count;

/* Stops at the first node that has enough. */
static void count_nodes(aimp_pass *pass, const aimp_slots *nodes, int64_t needed, gpu_count *out) {
    for (size_t i = 0; i < nodes->count && out->most_free < needed; i++) {
        const aimp_object *node = nodes->items[i]->effective;
        if (!node->facts.node.ready || !node->facts.node.schedulable) continue;
        int64_t allocatable = amount(aimp_get(node->status, "allocatable"), out->resource);
        int64_t left = allocatable - used_on_node(pass, node->name, out->resource);
        out->counted = out->counted || aimp_at(node->status, "allocatable", out->resource, NULL);
        if (left < 0) left = 0;
        out->total += allocatable;
        out->free += left;
        if (left > out->most_free) out->most_free = left;
    }
}

void aimp_pass_check_capacity(aimp_pass *pass) {
    const aimp_object *template_object = pass->template_.object;
    if (!template_object || !*template_object->facts.template_facts.gpu_key || pass->seen.inference_service.object)
        return;
    const aimp_node *hardware = aimp_at(template_object->status, "resolvedHardware", "gpu", NULL);
    const char *resource = aimp_or_empty(aimp_get_text(hardware, "resourceName"));
    if (!*resource) resource = "amd.com/gpu";
    int64_t needed = gpus_needed(pass, hardware, resource);
    if (needed <= 0) return;
    const aimp_kind_state *pods = &pass->cluster->kinds[AIMP_POD];
    if (!pods->known || pods->partial || !pass->cluster->kinds[AIMP_NODE].known) return;
    const aimp_cluster_gpus *gpus = aimp_pass_gpus(pass);
    aimp_pass_note_read(pass, AIMP_POD, NULL, NULL);
    const char *key = aimp_template_gpu_key(pass, &template_object->facts.template_facts);
    gpu_count gpu = {.resource = resource};
    for (size_t i = 0; i < gpus->count && gpu.most_free < needed; i++) {
        if (strcmp(gpus->items[i].key, key) == 0) count_nodes(pass, gpus->items[i].nodes, needed, &gpu);
    }
    if (gpu.most_free >= needed) return;
    if (!gpu.counted) return;
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_NO_FREE_GPU, AIM_SEVERITY_WARNING, template_object);
    f->pointer = "/status/resolvedHardware/gpu/requests";
    f->actual = aimp_format(pass->arena, "%lld free on one node", (long long)gpu.most_free);
    f->wanted = aimp_format(pass->arena, "%lld", (long long)needed);
    f->message =
        aimp_format(pass->arena, "needs %lld GPU%s on one node; %lld %s free now (%lld of %lld in use)",
                    (long long)needed, needed == 1 ? "" : "s", (long long)gpu.most_free,
                    gpu.most_free == 1 ? "is" : "are", (long long)(gpu.total - gpu.free), (long long)gpu.total);
}
