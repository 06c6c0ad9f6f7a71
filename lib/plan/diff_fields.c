/* Two trees field by field. What the wanted tree does not set is a default of the server or somebody else's, and stays
 * out, as in server-side apply, except fields that only the engine writes; of a list, entries that are no longer wanted
 * go away. */
#include <string.h>

#include "doc/pointer.h"
#include "kube/duration.h"
#include "kube/quantity.h"
#include "plan/diff.h"

typedef struct side_by_side {
    aimp_arena *arena;
    aimp_changes *changes;
    const aimp_changed *object;
} side_by_side;

static void compare(side_by_side *s, const aimp_node *found, const aimp_node *wanted, const char *pointer);

static void note(side_by_side *s, int32_t operation, const char *pointer, const aimp_node *before,
                 const aimp_node *after) {
    aimp_changes_add(s->arena, s->changes,
                     (aimp_change){.operation = operation,
                                   .object = *s->object,
                                   .pointer = pointer,
                                   .before = before ? aimp_node_copy(s->arena, before) : NULL,
                                   .after = after ? aimp_node_copy(s->arena, after) : NULL,
                                   .effect = aimp_effect_of(s->object->kind, operation, pointer)});
}

/* What tells the entries of a list apart (the list-map keys of the Kubernetes API); NULL: the list is one value. */
static const char *key_of(const char *pointer) {
    static const struct {
        const char *list, *key;
    } lists[] = {
        {"/env", "name"},
        {"/containers", "name"},
        {"/initContainers", "name"},
        {"/volumes", "name"},
        {"/imagePullSecrets", "name"},
        {"/volumeMounts", "mountPath"},
        {"/ports", "containerPort"},
        {"/ownerReferences", "uid"},
        {"/modelSources", "modelId"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (aimp_ends_with(pointer, lists[i].list)) return lists[i].key;
    }
    return NULL;
}

static const aimp_node *entry_like(const aimp_node *list, const aimp_node *entry, const char *key, size_t *index) {
    const aimp_node *id = aimp_get(entry, key);
    for (size_t i = 0; id && i < aimp_count(list); i++) {
        if (!aimp_node_equal(aimp_get(aimp_item(list, i), key), id)) continue;
        if (index) *index = i;
        return aimp_item(list, i);
    }
    return NULL;
}

/* Whether the engine may have written an entry that the plan does not have. It renders one container, volumes of
 * claims, and mounts below the cache; sidecars and their volumes are somebody else's. */
static bool is_our_entry(const char *pointer, const aimp_node *entry) {
    static const char *const others[] = {"/ownerReferences", "/containers", "/initContainers", "/ports"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (aimp_ends_with(pointer, others[i])) return false;
    }
    if (aimp_ends_with(pointer, "/volumes")) return aimp_get(entry, "persistentVolumeClaim") != NULL;
    if (aimp_ends_with(pointer, "/volumeMounts"))
        return aimp_starts_with(aimp_or_empty(aimp_get_text(entry, "mountPath")), "/workspace/cache");
    return true;
}

static void compare_keyed(side_by_side *s, const aimp_node *found, const aimp_node *wanted, const char *pointer,
                          const char *key) {
    for (size_t i = 0; i < aimp_count(wanted); i++) {
        const aimp_node *entry = aimp_item(wanted, i), *old = entry_like(found, entry, key, NULL);
        const char *place = aimp_format(s->arena, "%s/%zu", pointer, i);
        if (old)
            compare(s, old, entry, place);
        else
            note(s, AIM_CHANGE_ADD, place, NULL, entry);
    }
    for (size_t i = 0; i < aimp_count(found); i++) {
        const aimp_node *entry = aimp_item(found, i);
        if (!entry_like(wanted, entry, key, NULL) && is_our_entry(pointer, entry))
            note(s, AIM_CHANGE_REMOVE, aimp_format(s->arena, "%s/%zu", pointer, i), entry, NULL);
    }
}

/* Entries without keys are told apart by their position, as long as there are as many. */
static void compare_list(side_by_side *s, const aimp_node *found, const aimp_node *wanted, const char *pointer) {
    const char *key = key_of(pointer);
    bool maps = aimp_count(wanted) == aimp_count(found);
    for (size_t i = 0; maps && i < aimp_count(wanted); i++)
        maps = aimp_item(wanted, i)->kind == AIMP_MAP && aimp_item(found, i)->kind == AIMP_MAP;
    if (key)
        compare_keyed(s, found, wanted, pointer, key);
    else if (!maps)
        note(s, AIM_CHANGE_REPLACE, pointer, found, wanted);
    for (size_t i = 0; !key && maps && i < aimp_count(wanted); i++)
        compare(s, aimp_item(found, i), aimp_item(wanted, i), aimp_format(s->arena, "%s/%zu", pointer, i));
}

/* A server keeps the amount of a quantity and not always its spelling. */
static bool is_same_quantity(const char *pointer, const aimp_node *found, const aimp_node *wanted) {
    static const char *const amounts[] = {"/requests/", "/limits/"};
    aimp_quantity a, b;
    bool amount = aimp_ends_with(pointer, "/size") || aimp_ends_with(pointer, "/sizeLimit");
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        amount = amount || strstr(pointer, amounts[i]) != NULL;
    return amount && aimp_quantity_of(found, &a) && aimp_quantity_of(wanted, &b) && !aimp_quantity_compare(&a, &b);
}

/* A * stands for one step. */
static bool matches(const char *pattern, const char *pointer) {
    while (*pattern && *pointer) {
        if (*pattern == '*') {
            pointer += strcspn(pointer, "/");
            pattern++;
        } else if (*pattern++ != *pointer++) {
            return false;
        }
    }
    return !*pattern && !*pointer;
}

/* Fields that nobody but the engine writes: when the plan no longer sets them, server-side apply removes them. */
static bool is_ours(aimp_kind kind, const char *pointer) {
    static const struct {
        aimp_kind kind;
        const char *pattern;
    } ours[] = {
        {AIMP_INFERENCE_SERVICE, "/spec/predictor/autoScaling"},
        {AIMP_INFERENCE_SERVICE, "/spec/predictor/serviceAccountName"},
        {AIMP_INFERENCE_SERVICE, "/spec/predictor/imagePullSecrets"},
        {AIMP_INFERENCE_SERVICE, "/spec/predictor/affinity"},
        {AIMP_INFERENCE_SERVICE, "/spec/predictor/containers/*/env/*/value"},
        {AIMP_INFERENCE_SERVICE, "/spec/predictor/containers/*/env/*/valueFrom"},
        {AIMP_INFERENCE_SERVICE, "/spec/predictor/containers/*/resources/limits/*"},
        {AIMP_INFERENCE_SERVICE, "/spec/predictor/containers/*/resources/requests/*"},
        {AIMP_INFERENCE_SERVICE, "/metadata/annotations/serving.kserve.io~1autoscalerClass"},
        {AIMP_INFERENCE_SERVICE, "/metadata/annotations/sidecar.opentelemetry.io~1inject"},
        {AIMP_INFERENCE_SERVICE, "/metadata/annotations/prometheus.kserve.io~1port"},
        {AIMP_HTTP_ROUTE, "/spec/rules/*/timeouts"},
        {AIMP_HTTP_ROUTE, "/spec/rules/*/timeouts/request"},
        {AIMP_TEMPLATE_CACHE, "/spec/env"},
        {AIMP_TEMPLATE_CACHE, "/spec/storageClassName"},
        {AIMP_TEMPLATE_CACHE, "/spec/runtimeConfigName"},
        {AIMP_TEMPLATE_CACHE, "/spec/imagePullSecrets"},
        {AIMP_TEMPLATE_CACHE, "/spec/serviceAccountName"},
    };
    if (aimp_starts_with(pointer, "/metadata/labels/" AIMP_AIM_GROUP "~1")) return true;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (ours[i].kind == kind && matches(ours[i].pattern, pointer)) return true;
    }
    return false;
}

/* 120s and 2m0s are one time. */
static bool is_same_duration(const char *pointer, const aimp_node *found, const aimp_node *wanted) {
    int64_t a, b;
    const char *x = aimp_text_of(found), *y = aimp_text_of(wanted);
    return aimp_ends_with(pointer, "/timeouts/request") && x && y && aimp_duration_parse(x, &a) &&
           aimp_duration_parse(y, &b) && a == b;
}

static void compare(side_by_side *s, const aimp_node *found, const aimp_node *wanted, const char *pointer) {
    if (aimp_node_equal(found, wanted)) return;
    if (found->kind == AIMP_LIST && wanted->kind == AIMP_LIST) {
        compare_list(s, found, wanted, pointer);
        return;
    }
    if (found->kind != AIMP_MAP || wanted->kind != AIMP_MAP) {
        bool same = is_same_quantity(pointer, found, wanted) || is_same_duration(pointer, found, wanted);
        if (!same) note(s, AIM_CHANGE_REPLACE, pointer, found, wanted);
        return;
    }
    for (size_t i = 0; i < aimp_count(wanted); i++) {
        const char *place = aimp_pointer_below(s->arena, pointer, aimp_key(wanted, i));
        const aimp_node *old = aimp_get(found, aimp_key(wanted, i)), *new = aimp_value(wanted, i);
        bool nothing = aimp_is_null(new) || ((new->kind == AIMP_MAP || new->kind == AIMP_LIST) && !aimp_count(new));
        if (!aimp_is_null(old))
            compare(s, old, new, place);
        else if (!nothing)
            note(s, AIM_CHANGE_ADD, place, NULL, new);
    }
    for (size_t i = 0; i < aimp_count(found); i++) {
        const char *place = aimp_pointer_below(s->arena, pointer, aimp_key(found, i));
        if (!aimp_get(wanted, aimp_key(found, i)) && is_ours(s->object->kind, place))
            note(s, AIM_CHANGE_REMOVE, place, aimp_value(found, i), NULL);
    }
}

void aimp_diff_objects(aimp_arena *arena, aimp_changes *changes, const aimp_changed *object, const aimp_node *found,
                       const aimp_node *wanted) {
    side_by_side s = {arena, changes, object};
    compare(&s, found, wanted, "");
}
