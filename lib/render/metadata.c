/* What every applied object gets from its parent: propagated labels, controller labels, an owner reference.
 * Rules: spec/names-and-labels.md section 8, spec/rendering.md section 1.4. */
#include <string.h>

#include "kube/key_pattern.h"
#include "kube/name.h"
#include "render/manifest.h"

const char *aimp_label_of(const aimp_pass *pass, const char *name) {
    bool keep = pass->rules->legal_label_values_stay && aimp_label_value_is_legal(name);
    return keep ? name : aimp_label_value(pass->arena, name);
}

aimp_parent aimp_pass_parent(const aimp_pass *pass) {
    return (aimp_parent){pass->object->kind, pass->name, pass->uid, pass->object->labels, pass->config.merged};
}

static bool is_propagated(const aimp_parent *parent, const char *key) {
    const aimp_node *propagation = aimp_get(parent->config, "labelPropagation"),
                    *patterns = aimp_get(propagation, "match");
    if (aimp_starts_with(key, AIMP_AIM_GROUP "/")) return true;
    if (!aimp_is_true(aimp_get(propagation, "enabled"))) return false;
    for (size_t i = 0; i < aimp_count(patterns); i++) {
        const char *pattern = aimp_text_of(aimp_item(patterns, i));
        if (pattern && aimp_key_pattern_matches(pattern, key, NULL)) return true;
    }
    return false;
}

static const aimp_node *with_propagated(aimp_pass *pass, const aimp_node *labels, const aimp_parent *parent) {
    for (size_t i = 0; i < aimp_count(parent->labels); i++) {
        const char *key = aimp_key(parent->labels, i);
        if (!aimp_get(labels, key) && is_propagated(parent, key))
            labels = aimp_map_with(pass->arena, labels, key, aimp_value(parent->labels, i));
    }
    return labels;
}

static const aimp_node *with_label(aimp_pass *pass, const aimp_node *labels, const char *key, const char *value) {
    return aimp_get(labels, key) ? labels : aimp_map_with(pass->arena, labels, key, aimp_string(pass->arena, value));
}

/* A Job's pods carry the propagated labels and the controller's name label too. */
static const aimp_node *with_pod_labels(aimp_pass *pass, const aimp_node *job, const aimp_parent *parent,
                                        const char *key, const char *value) {
    aimp_arena *a = pass->arena;
    const aimp_node *spec = aimp_get(job, "spec"), *template_node = aimp_get(spec, "template"),
                    *metadata = aimp_get(template_node, "metadata");
    const aimp_node *labels = with_label(pass, with_propagated(pass, aimp_get(metadata, "labels"), parent), key, value);
    metadata = aimp_map_with(a, metadata, "labels", labels);
    template_node = aimp_map_with(a, template_node, "metadata", metadata);
    return aimp_map_with(a, job, "spec", aimp_map_with(a, spec, "template", template_node));
}

static const aimp_node *owner_of(aimp_pass *pass, const aimp_parent *parent) {
    aimp_arena *a = pass->arena;
    if (pass->rules->owners_need_a_uid && !*parent->uid) return NULL; /* B-76: it is not known yet */
    return aimp_list_of(a,
                        aimp_map_of(a, "apiVersion", aimp_string(a, aimp_kind_api_version(a, parent->kind)), "kind",
                                    aimp_string(a, aimp_kind_of(parent->kind)->kind), "name",
                                    aimp_string(a, parent->name), "uid", aimp_string(a, parent->uid), "controller",
                                    aimp_bool(true), NULL),
                        NULL);
}

const aimp_node *aimp_with_parent(aimp_pass *pass, const aimp_node *object, const aimp_parent *parent, bool owned) {
    aimp_arena *a = pass->arena;
    const char *controller = aimp_kind_of(parent->kind)->controller;
    const char *name_key = aimp_format(a, AIMP_AIM_GROUP "/%s.name", controller);
    const char *name_value = pass->rules->legal_label_values_stay ? aimp_label_of(pass, parent->name) : parent->name;
    if (aimp_equal(aimp_get_text(object, "kind"), "Job"))
        object = with_pod_labels(pass, object, parent, name_key, name_value);
    const aimp_node *metadata = aimp_get(object, "metadata");
    const aimp_node *labels = with_propagated(pass, aimp_get(metadata, "labels"), parent);
    labels = with_label(pass, labels, "app.kubernetes.io/managed-by", aimp_format(a, "aim-%s-controller", controller));
    labels = with_label(pass, labels, name_key, name_value);
    metadata = aimp_map_with(a, metadata, "labels", labels);
    if (owned) metadata = aimp_map_with(a, metadata, "ownerReferences", owner_of(pass, parent));
    return aimp_map_with(a, object, "metadata", metadata);
}
