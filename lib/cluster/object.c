/* Objects and the facts that are read from their trees once, when they arrive. */
#include "cluster/object.h"

#include <string.h>

#include "cluster/cluster.h"
#include "kube/quantity.h"

#define FIRST_BLOCK 1024

aimp_object *aimp_object_new(aim_context *context, aimp_guard *guard) {
    aimp_object *object = aimp_alloc(&context->allocator, sizeof *object);
    if (!object) return NULL;
    memset(object, 0, sizeof *object);
    atomic_init(&object->holders, 1);
    aimp_context_retain(context);
    object->context = context;
    aimp_arena_init(&object->arena, &context->allocator, guard, FIRST_BLOCK);
    return object;
}

void aimp_object_retain(aimp_object *object) {
    atomic_fetch_add_explicit(&object->holders, 1, memory_order_relaxed);
}

void aimp_object_release(aimp_object *object) {
    if (!object || atomic_fetch_sub_explicit(&object->holders, 1, memory_order_acq_rel) != 1) return;
    aim_context *context = object->context;
    aimp_arena_free(&object->arena);
    aimp_release(&context->allocator, object, sizeof *object);
    aim_context_free(context);
}

const aimp_node *aimp_condition_of(const aimp_node *conditions, const char *type) {
    for (size_t i = 0; i < aimp_count(conditions); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(conditions, i), "type"), type)) return aimp_item(conditions, i);
    }
    return NULL;
}

static const char *first_text(const char *a, const char *b) {
    return !aimp_is_empty(a) ? a : aimp_or_empty(b);
}

static void describe_template(aimp_object *object) {
    aimp_template_facts *f = &object->facts.template_facts;
    aimp_arena *arena = &object->arena;
    const aimp_node *profile = aimp_get(object->status, "profile"), *metadata = aimp_get(profile, "metadata");
    const aimp_node *gpu = aimp_at(object->spec, "hardware", "gpu", NULL);
    const char *profile_gpu = aimp_trim(arena, aimp_or_empty(aimp_get_text(metadata, "gpu")));
    const char *spec_gpu = aimp_or_empty(aimp_get_text(gpu, "model"));
    int64_t count = 0, profile_count = 0;
    aimp_quantity vram;
    f->model = aimp_or_empty(aimp_get_text(object->spec, "modelName"));
    f->status = object->state;
    f->has_profile = profile != NULL;
    f->profile_type = aimp_or_empty(aimp_get_text(metadata, "type"));
    f->spec_type = aimp_or_empty(aimp_get_text(object->spec, "type"));
    f->metric = first_text(aimp_get_text(metadata, "metric"), aimp_get_text(object->spec, "metric"));
    f->precision = first_text(aimp_get_text(metadata, "precision"), aimp_get_text(object->spec, "precision"));
    f->gpu_filter = first_text(spec_gpu, profile_gpu);
    f->gpu_model = aimp_gpu_model(arena, f->gpu_filter);
    f->gpu_key = aimp_gpu_key(arena, f->gpu_filter);
    f->gpu = first_text(aimp_trim(arena, spec_gpu), profile_gpu);
    aimp_integer_of(aimp_get(gpu, "requests"), &count);
    aimp_integer_of(aimp_get(metadata, "gpuCount"), &profile_count);
    f->gpu_count = count > 0 ? count : profile_count > 0 ? profile_count : 0;
    f->min_vram_bytes = aimp_quantity_of(aimp_get(gpu, "minVram"), &vram) ? aimp_quantity_value(&vram) : 0;
    f->derived = aimp_equal(aimp_object_label(object, AIMP_AIM_GROUP "/origin"), "derived");
}

static void describe_node(aimp_object *object) {
    aimp_node_facts *f = &object->facts.node;
    f->gpu = aimp_gpu_labels_of(&object->arena, object->labels);
    if (f->gpu.evidence != AIMP_GPU_NONE)
        f->gpu_index = aimp_format(&object->arena, "%s %s %s", f->gpu.device ? "device" : "family",
                                   f->gpu.device ? f->gpu.device : f->gpu.family, f->gpu.vram);
    const aimp_node *ready = aimp_condition_of(aimp_get(object->status, "conditions"), "Ready");
    f->ready = aimp_equal(aimp_get_text(ready, "status"), "True");
    f->schedulable = !aimp_is_true(aimp_get(object->spec, "unschedulable"));
}

void aimp_object_describe(aimp_object *object, aimp_kind kind, const aimp_node *root) {
    const aimp_kind_info *info = aimp_kind_of(kind);
    object->kind = kind;
    object->root = root;
    object->metadata = aimp_get(root, "metadata");
    object->spec = aimp_get(root, "spec");
    object->status = aimp_get(root, "status");
    object->labels = aimp_get(object->metadata, "labels");
    object->annotations = aimp_get(object->metadata, "annotations");
    object->name = aimp_or_empty(aimp_get_text(object->metadata, "name"));
    object->uid = aimp_or_empty(aimp_get_text(object->metadata, "uid"));
    const char *ns = aimp_get_text(object->metadata, "namespace");
    object->ns = !info->namespaced ? NULL : aimp_is_empty(ns) ? "default" : ns;
    object->state = aimp_kind_is_aim(kind) ? aimp_or_empty(aimp_get_text(object->status, "status")) : "";
    if (kind == AIMP_TEMPLATE || kind == AIMP_CLUSTER_TEMPLATE) describe_template(object);
    if (kind == AIMP_NODE) describe_node(object);
}

static const aimp_issue *copied_issues(aimp_arena *arena, const aimp_issue *issues) {
    const aimp_issue *first = NULL, **last = &first;
    for (; issues; issues = issues->next) {
        aimp_issue *copy = aimp_take(arena, sizeof *copy);
        *copy = *issues;
        copy->node = NULL; /* of a tree that may go away */
        copy->next = NULL;
        copy->pointer = aimp_copy_string(arena, issues->pointer);
        copy->message = aimp_copy_string(arena, issues->message);
        copy->actual = issues->actual ? aimp_copy_string(arena, issues->actual) : NULL;
        copy->wanted = issues->wanted ? aimp_copy_string(arena, issues->wanted) : NULL;
        *last = copy;
        last = (const aimp_issue **)&copy->next;
    }
    return first;
}

void aimp_object_overlay(aimp_object *object, const aimp_object *base, const aimp_object *overlay) {
    aimp_arena *arena = &object->arena;
    const aimp_node *root = aimp_node_copy(arena, overlay->root);
    const aimp_node *metadata = aimp_node_copy(arena, base->metadata);
    metadata = aimp_map_with(arena, metadata, "labels", aimp_at(root, "metadata", "labels", NULL));
    metadata = aimp_map_with(arena, metadata, "annotations", aimp_at(root, "metadata", "annotations", NULL));
    root = aimp_map_with(arena, root, "metadata", metadata);
    root = aimp_map_with(arena, root, "status", base->status ? aimp_node_copy(arena, base->status) : NULL);
    object->source = aimp_copy_string(arena, aimp_or_empty(overlay->source));
    object->line = overlay->line;
    object->column = overlay->column;
    object->issues = copied_issues(arena, overlay->issues);
    aimp_object_describe(object, overlay->kind, root);
}

const char *aimp_object_label(const aimp_object *object, const char *key) {
    return aimp_get_text(object->labels, key);
}

bool aimp_object_is_owned_by(const aimp_object *object, const char *uid) {
    const aimp_node *owners = aimp_get(object->metadata, "ownerReferences");
    for (size_t i = 0; i < aimp_count(owners); i++) {
        if (aimp_equal(aimp_or_empty(aimp_get_text(aimp_item(owners, i), "uid")), uid)) return true;
    }
    return false;
}

bool aimp_object_has_owner(const aimp_object *object) {
    return aimp_count(aimp_get(object->metadata, "ownerReferences")) > 0;
}

const char *aimp_object_title(aimp_arena *arena, aimp_kind kind, const char *ns, const char *name) {
    const char *title = aimp_kind_of(kind)->kind;
    return ns ? aimp_format(arena, "%s %s/%s", title, ns, name) : aimp_format(arena, "%s %s", title, name);
}

/* --- what changed --- */

/* What an API server changes without anybody deciding anything by it. */
static bool is_noise(const char *key) {
    return strcmp(key, "resourceVersion") == 0 || strcmp(key, "lastHeartbeatTime") == 0;
}

static size_t next_member(const aimp_node *map, size_t i) {
    while (i < aimp_count(map) && is_noise(aimp_key(map, i)))
        i++;
    return i;
}

static bool is_same(const aimp_node *a, const aimp_node *b) {
    if (a->kind != b->kind || (a->kind != AIMP_MAP && a->kind != AIMP_LIST)) return aimp_node_equal(a, b);
    if (a->kind == AIMP_LIST) {
        bool same = a->count == b->count;
        for (size_t i = 0; same && i < a->count; i++)
            same = is_same(aimp_item(a, i), aimp_item(b, i));
        return same;
    }
    size_t i = next_member(a, 0), j = next_member(b, 0);
    while (i < a->count && j < b->count) {
        if (strcmp(aimp_key(a, i), aimp_key(b, j)) != 0 || !is_same(aimp_value(a, i), aimp_value(b, j))) return false;
        i = next_member(a, i + 1);
        j = next_member(b, j + 1);
    }
    return i == a->count && j == b->count;
}

int32_t aimp_object_change(const aimp_object *before, const aimp_object *after) {
    if (before == after) return 0;
    if (!before) return AIM_EVENT_ADDED;
    if (!after) return AIM_EVENT_DELETED;
    return is_same(before->root, after->root) ? 0 : AIM_EVENT_MODIFIED;
}
