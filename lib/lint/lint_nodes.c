/* GPU labels of nodes: what detection reads, what a template's node affinity asks for, and where the two part.
 * A template asks for amd.com/gpu.device-id with a lower-case id; every other form is detected but never scheduled to.
 */
#include <string.h>

#include "doc/pointer.h"
#include "kube/gpu.h"
#include "kube/name.h"
#include "kube/quantity.h"
#include "lint/lint.h"

#define DEVICE "amd.com/gpu.device-id"
#define FAMILY "amd.com/gpu.family"
#define BETA "beta."

static const char *label(const aimp_object *node, const char *key) {
    const char *value = aimp_object_label(node, key);
    return value ? value : "";
}

static const char *pointer_of(aimp_linting *l, const char *key) {
    return aimp_pointer_below(l->arena, "/metadata/labels", key);
}

static aimp_remedy set_label(aimp_linting *l, const aimp_object *node, const char *key, const char *value) {
    return aimp_remedy_set(l->arena, node, pointer_of(l, key), aimp_string(l->arena, value),
                           aimp_format(l->arena, "kubectl label node %s %s=%s --overwrite", node->name, key, value));
}

/* What a node's labels say by the policy's table. */
typedef struct node_gpu {
    const char *model, *label_key;
} node_gpu;

static const aimp_gpu_table *gpus(const aimp_linting *l) {
    return l->policy->gpus;
}

static aimp_finding *note(aimp_linting *l, aimp_reason reason, int32_t severity, const aimp_object *node,
                          const char *key, const char *message) {
    aimp_finding *f =
        aimp_lint_note(l, reason, severity, node, *key ? pointer_of(l, key) : "/metadata/labels", message);
    f->actual = *key && *label(node, key) ? label(node, key) : NULL;
    return f;
}

/* The id as a template's node affinity spells it: lower case, without 0x. */
static const char *plain_id(aimp_linting *l, const char *id) {
    const char *lower = aimp_lower(l->arena, aimp_trim(l->arena, id));
    return aimp_starts_with(lower, "0x") ? lower + 2 : lower;
}

/* The first id of a counter label amd.com/gpu.device-id.<id>=<n>, NULL when there is none. */
static const char *counted_id(const aimp_object *node, const char *prefix) {
    for (size_t i = 0; i < aimp_count(node->labels); i++) {
        const char *key = aimp_key(node->labels, i), *value = aimp_or_empty(aimp_text_of(aimp_value(node->labels, i)));
        if (aimp_starts_with(key, prefix) && *value && strcmp(value, "0") != 0) return key + strlen(prefix);
    }
    return NULL;
}

static const char *found_id(const aimp_object *node) {
    if (*label(node, DEVICE)) return label(node, DEVICE);
    if (*label(node, BETA DEVICE)) return label(node, BETA DEVICE);
    const char *id = counted_id(node, DEVICE ".");
    return id ? id : counted_id(node, BETA DEVICE ".");
}

/* "74a1, 74a9": the ids of a model, one of which the node has. */
static const char *ids_text(aimp_linting *l, const char *model) {
    const aimp_node *ids = aimp_gpu_devices_of_model(gpus(l), l->arena, model);
    aimp_text text = aimp_text_new(l->arena);
    for (size_t i = 0; i < aimp_count(ids); i++)
        aimp_text_add_format(&text, "%s%s", i ? ", " : "", aimp_text_of(aimp_item(ids, i)));
    return text.size ? aimp_format(l->arena, "<one of %s>", aimp_text_string(&text)) : "<PCI device id>";
}

/* Counter labels of several models: the node is mixed, and one label cannot name them all. */
static bool is_mixed(aimp_linting *l, const aimp_object *node) {
    const char *first = NULL;
    for (size_t i = 0; i < aimp_count(node->labels); i++) {
        const char *key = aimp_key(node->labels, i);
        if (!aimp_starts_with(key, DEVICE ".")) continue;
        const char *model = aimp_gpu_model_of_device(gpus(l), l->arena, plain_id(l, key + strlen(DEVICE ".")));
        if (aimp_is_empty(model)) continue;
        if (first && strcmp(first, model) != 0) {
            note(l, AIMP_R_LABELS_CONTRADICT, AIM_SEVERITY_WARNING, node, key,
                 aimp_format(l->arena, "the node has GPUs of several models (%s, %s); it counts as one of them only",
                             first, model));
            return true;
        }
        first = model;
    }
    return false;
}

static void lint_scheduling(aimp_linting *l, const aimp_object *node, const node_gpu *gpu) {
    const char *id = found_id(node);
    if (!id) {
        aimp_finding *f =
            note(l, AIMP_R_FAMILY_ONLY, AIM_SEVERITY_WARNING, node, gpu->label_key,
                 aimp_format(l->arena, "only a family label names the GPU (%s): no template's node affinity matches it",
                             gpu->model));
        const aimp_node *ids = aimp_gpu_devices_of_model(gpus(l), l->arena, gpu->model);
        bool certain = aimp_count(ids) == 1;
        if (certain)
            f->remedy = set_label(l, node, DEVICE, aimp_text_of(aimp_item(ids, 0)));
        else
            f->remedy.text =
                aimp_format(l->arena, "kubectl label node %s " DEVICE "=%s", node->name, ids_text(l, gpu->model));
        return;
    }
    const char *plain = plain_id(l, id);
    if (!aimp_label_value_is_legal(plain)) return; /* no API server has such a label */
    if (!aimp_gpu_device_is_known(gpus(l), plain))
        note(l, AIMP_R_DEVICE_UNKNOWN, AIM_SEVERITY_WARNING, node, gpu->label_key,
             aimp_format(l->arena, "device id %s is not known: the node counts as GPU %s", plain, gpu->model))
            ->remedy.text = aimp_format(
            l->arena, "check the id (lspci -nn); kubectl label node %s " DEVICE "=<PCI device id> --overwrite",
            node->name);
    if (strcmp(label(node, DEVICE), plain) == 0) return;
    aimp_finding *f = note(l, AIMP_R_NODE_NOT_SCHEDULABLE, AIM_SEVERITY_WARNING, node, gpu->label_key,
                           aimp_format(l->arena,
                                       "the GPU %s is detected, but a template's node affinity asks for " DEVICE
                                       "=%s, which the node does not have",
                                       gpu->model, plain));
    f->wanted = aimp_format(l->arena, DEVICE "=%s", plain);
    f->remedy = set_label(l, node, DEVICE, plain);
}

/* The model that another form of label names, when it is another model. */
static void lint_other_form(aimp_linting *l, const aimp_object *node, const node_gpu *gpu, const char *key,
                            const char *model) {
    if (aimp_is_empty(model) || strcmp(key, gpu->label_key) == 0 ||
        strcmp(aimp_gpu_key(l->arena, model), aimp_gpu_key(l->arena, gpu->model)) == 0)
        return;
    aimp_finding *f =
        note(l, AIMP_R_LABELS_CONTRADICT, AIM_SEVERITY_WARNING, node, key,
             aimp_format(l->arena, "%s says %s, but %s says %s and counts", key, model, gpu->label_key, gpu->model));
    f->remedy = aimp_remedy_remove(l->arena, node, pointer_of(l, key),
                                   aimp_format(l->arena, "kubectl label node %s %s-", node->name, key));
}

static void lint_contradictions(aimp_linting *l, const aimp_object *node, const node_gpu *gpu) {
    static const char *const devices[] = {DEVICE, BETA DEVICE}, *const families[] = {FAMILY, BETA FAMILY};
    for (size_t i = 0; i < 2; i++) {
        const char *id = label(node, devices[i]);
        if (*id)
            lint_other_form(l, node, gpu, devices[i], aimp_gpu_model_of_device(gpus(l), l->arena, plain_id(l, id)));
        const char *family = aimp_gpu_model(l->arena, label(node, families[i]));
        bool names_a_model =
            aimp_gpu_devices_of_model(gpus(l), l->arena, family) != NULL; /* "AI" is a family and no model */
        if (names_a_model) lint_other_form(l, node, gpu, families[i], family);
        const char *prefix = aimp_format(l->arena, "%s.", devices[i]), *counted = counted_id(node, prefix);
        if (counted)
            lint_other_form(l, node, gpu, aimp_format(l->arena, "%s%s", prefix, counted),
                            aimp_gpu_model_of_device(gpus(l), l->arena, plain_id(l, counted)));
    }
}

static int64_t vram_of_model(const aimp_linting *l, const char *model) {
    const aimp_gpu_facts *facts = aimp_gpu_facts_of(gpus(l), aimp_gpu_model(l->arena, model));
    return facts ? facts->vram_bytes : 0;
}

static void lint_vram(aimp_linting *l, const aimp_object *node, const node_gpu *gpu) {
    static const char *const keys[] = {"amd.com/gpu.vram", BETA "amd.com/gpu.vram"};
    for (size_t i = 0; i < 2; i++) {
        const char *value = label(node, keys[i]);
        if (!*value) continue;
        int64_t strict = aimp_vram_bytes(value, false), lenient = aimp_vram_bytes(value, true);
        if (strict == lenient && lenient > 0) continue;
        int64_t gibibytes = (lenient >> 30 > 0 ? lenient : vram_of_model(l, gpu->model)) / AIMP_GIBIBYTE;
        const char *message =
            lenient >> 30 > 0 ? aimp_format(l->arena, "%s=%s is read as %lldG here and as %lld bytes by AIM Engine 0.2",
                                            keys[i], value, (long long)gibibytes, (long long)strict)
                              : aimp_format(l->arena, "%s=%s cannot be read", keys[i], value);
        aimp_finding *f = note(l, AIMP_R_VRAM_UNIT, AIM_SEVERITY_WARNING, node, keys[i], message);
        if (gibibytes > 0)
            f->remedy = set_label(l, node, keys[i], aimp_format(l->arena, "%lldG", (long long)gibibytes));
    }
}

/* "spx", "nps1" or both, as in spx_nps1: one GPU is one device. */
static bool is_whole(aimp_linting *l, const char *value) {
    const char *lower = aimp_lower(l->arena, value);
    return !*value || strcmp(lower, "spx") == 0 || strcmp(lower, "nps1") == 0 || strcmp(lower, "spx_nps1") == 0;
}

/* AMD's labeller says how a GPU is cut: each part has a part of the memory. */
static void lint_partitions(aimp_linting *l, const aimp_object *node) {
    static const char *const keys[] = {"amd.com/gpu.compute-partition", "amd.com/gpu.compute-memory-partition",
                                       "amd.com/compute-partition", "amd.com/compute-memory-partition",
                                       "amd.com/gpu.memory-partition"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = label(node, keys[i]);
        bool whole = is_whole(l, value);
        if (!whole)
            note(l, AIMP_R_PARTITIONED, AIM_SEVERITY_INFO, node, keys[i],
                 aimp_format(l->arena, "the GPUs are partitioned (%s): each part has less memory than its model",
                             value));
    }
}

static void lint_unlabelled(aimp_linting *l, const aimp_object *node) {
    aimp_quantity gpus;
    bool has_gpus = aimp_quantity_of(aimp_at(node->status, "allocatable", "amd.com/gpu", NULL), &gpus) &&
                    !aimp_quantity_is_zero(&gpus);
    if (!has_gpus) return;
    aimp_finding *f =
        note(l, AIMP_R_NODE_WITHOUT_LABELS, AIM_SEVERITY_WARNING, node, "",
             aimp_format(l->arena, "the node offers %s amd.com/gpu but no label says which GPU: no template finds it",
                         aimp_quantity_text(l->arena, &gpus)));
    f->remedy.text = aimp_format(l->arena, "kubectl label node %s " DEVICE "=<PCI device id>", node->name);
}

void aimp_lint_nodes(aimp_linting *l) {
    const aimp_slots *slots = &l->cluster->tables.by_kind[AIMP_NODE];
    for (size_t i = 0; i < slots->count; i++) {
        const aimp_object *node = aimp_linted(l, slots->items[i]);
        aimp_check_cancel(l->arena->guard);
        if (!node) continue;
        const aimp_gpu_labels *labels = &node->facts.node.gpu;
        if (labels->evidence == AIMP_GPU_NONE) {
            lint_unlabelled(l, node);
            continue;
        }
        const node_gpu found = {aimp_gpu_model_of_labels(gpus(l), l->arena, labels), labels->key}, *gpu = &found;
        if (!is_mixed(l, node)) {
            lint_scheduling(l, node, gpu);
            lint_contradictions(l, node, gpu);
        }
        lint_vram(l, node, gpu);
        lint_partitions(l, node);
    }
}
