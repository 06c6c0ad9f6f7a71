/* Rules over one document: its fields, names and labels, and what it changes of the stored one. */
#include <string.h>

#include "doc/pointer.h"
#include "kube/name.h"
#include "kube/object_name.h"
#include "kube/quantity.h"
#include "lint/lint.h"

/* --- what reading found --- */

static void lint_issues(aimp_linting *l, const aimp_object *object) {
    for (const aimp_issue *i = object->issues; i; i = i->next) {
        if (i->kind == AIMP_ISSUE_TYPE) continue; /* such a document is not read */
        bool unknown = i->kind == AIMP_ISSUE_UNKNOWN;
        aimp_finding *f =
            aimp_lint_note(l, unknown ? AIMP_R_UNKNOWN_FIELD : AIMP_R_VALUE_NOT_ALLOWED,
                           unknown ? AIM_SEVERITY_WARNING : AIM_SEVERITY_ERROR, object, i->pointer, i->message);
        f->actual = i->actual;
        f->wanted = i->wanted;
        f->line = i->line;
        f->column = i->column;
        if (unknown && i->wanted) f->remedy.text = aimp_format(l->arena, "rename the field to %s", i->wanted);
    }
}

/* --- immutable fields --- */

static void lint_immutable(aimp_linting *l, const aimp_schema *schema, const aimp_object *object,
                           const aimp_node *before, const aimp_node *after, const char *pointer) {
    for (size_t i = 0; i < schema->count; i++) {
        const aimp_field *field = &schema->fields[i];
        const aimp_node *old = aimp_get(before, field->name), *new = aimp_get(after, field->name);
        if (aimp_is_null(old) || aimp_is_null(new)) continue; /* the rules compare a value with a value */
        const char *below = aimp_format(l->arena, "%s/%s", pointer, field->name);
        bool object_field = field->type == AIMP_T_OBJECT && !(field->flags & (AIMP_F_LIST | AIMP_F_MAP));
        if ((field->flags & AIMP_F_IMMUTABLE) && !aimp_node_equal(old, new)) {
            aimp_finding *f =
                aimp_lint_note(l, AIMP_R_IMMUTABLE_CHANGED, AIM_SEVERITY_ERROR, object, below,
                               aimp_format(l->arena, "%s is immutable: an API server refuses the change", below));
            f->remedy.text = "keep the value, or delete the object and create it again";
            f->remedy.recreate = true;
        } else if (object_field) {
            lint_immutable(l, field->object, object, old, new, below);
        }
    }
}

/* --- names and labels --- */

static void lint_names(aimp_linting *l, const aimp_object *object) {
    if (!aimp_is_dns_subdomain(object->name)) {
        aimp_lint_note(
            l, AIMP_R_NAME_NOT_ALLOWED, AIM_SEVERITY_ERROR, object, "/metadata/name",
            aimp_format(l->arena,
                        "the name \"%s\" is no DNS subdomain: lower-case letters, digits, - and ., at most 253",
                        object->name));
        return;
    }
    if (object->ns && !aimp_is_dns_label(object->ns)) {
        aimp_lint_note(l, AIMP_R_NAME_NOT_ALLOWED, AIM_SEVERITY_ERROR, object, "/metadata/namespace",
                       aimp_format(l->arena,
                                   "the namespace \"%s\" is no DNS label: lower-case letters, digits and -, at most 63",
                                   object->ns));
        return;
    }
    if (object->kind != AIMP_SERVICE) return;
    const char *derived = aimp_inference_service_name(l->arena, object->name, object->ns);
    if (!derived) {
        aimp_lint_note(
            l, AIMP_R_NAME_TOO_LONG, AIM_SEVERITY_ERROR, object, "/metadata/namespace",
            aimp_format(l->arena,
                        "the namespace is %zu characters long; with more than 42 no InferenceService name fits",
                        strlen(object->ns)));
        return;
    }
    if (aimp_is_digit(object->name[0]))
        aimp_lint_note(
            l, AIMP_R_NAME_NOT_ALLOWED, AIM_SEVERITY_ERROR, object, "/metadata/name",
            aimp_format(l->arena,
                        "KServe only accepts names that begin with a letter; the InferenceService would be %s",
                        derived));
    const char *part = aimp_name_part(l->arena, object->name);
    if (strncmp(derived, part, strlen(part)) != 0)
        aimp_lint_note(l, AIMP_R_NAME_SHORTENED, AIM_SEVERITY_INFO, object, "/metadata/name",
                       aimp_format(l->arena, "the name is cut: the InferenceService is %s", derived));
}

/* [prefix/]name */
static bool is_label_key(const char *key) {
    const char *slash = strchr(key, '/');
    const char *name = slash ? slash + 1 : key;
    if (!*name || !aimp_label_value_is_legal(name)) return false;
    if (!slash) return true;
    char prefix[254];
    size_t size = (size_t)(slash - key);
    if (size >= sizeof prefix) return false;
    memcpy(prefix, key, size);
    prefix[size] = '\0';
    return aimp_is_dns_subdomain(prefix);
}

static void lint_labels(aimp_linting *l, const aimp_object *object) {
    for (size_t i = 0; i < aimp_count(object->labels); i++) {
        const char *key = aimp_key(object->labels, i),
                   *value = aimp_or_empty(aimp_text_of(aimp_value(object->labels, i)));
        if (is_label_key(key) && aimp_label_value_is_legal(value)) continue;
        bool bad_key = !is_label_key(key);
        aimp_finding *f =
            aimp_lint_note(l, AIMP_R_LABEL_NOT_ALLOWED, AIM_SEVERITY_ERROR, object,
                           aimp_pointer_below(l->arena, "/metadata/labels", key),
                           aimp_format(l->arena, "an API server refuses the label %s=%s: its %s is not allowed", key,
                                       value, bad_key ? "key" : "value"));
        f->actual = bad_key ? key : value;
        f->wanted =
            bad_key ? "[prefix/]name" : "at most 63 of letters, digits, - _ . with a letter or digit at both ends";
    }
}

/* --- resources --- */

static void lint_env(aimp_linting *l, const aimp_object *object) {
    const aimp_node *env = aimp_get(object->spec, "env");
    for (size_t i = 0; i < aimp_count(env); i++) {
        const aimp_node *variable = aimp_item(env, i);
        if (aimp_is_empty(aimp_get_text(variable, "value")) || !aimp_get(variable, "valueFrom")) continue;
        aimp_lint_note(l, AIMP_R_VALUE_NOT_ALLOWED, AIM_SEVERITY_ERROR, object,
                       aimp_format(l->arena, "/spec/env/%zu", i),
                       aimp_format(l->arena, "variable %s has both value and valueFrom: Kubernetes refuses the pod",
                                   aimp_or_empty(aimp_get_text(variable, "name"))));
    }
}

/* An amount that no API server takes: negative, or a part of a device. */
static void lint_amounts(aimp_linting *l, const aimp_object *object, const aimp_node *amounts, const char *pointer) {
    for (size_t i = 0; i < aimp_count(amounts); i++) {
        const char *name = aimp_key(amounts, i);
        aimp_quantity amount;
        if (!aimp_quantity_of(aimp_value(amounts, i), &amount)) continue;
        const char *text = aimp_quantity_text(l->arena, &amount);
        bool negative = *text == '-', part = aimp_resource_is_extended(name) && strpbrk(text, "mun");
        if (!negative && !part) continue;
        aimp_lint_note(l, AIMP_R_VALUE_NOT_ALLOWED, AIM_SEVERITY_ERROR, object,
                       aimp_pointer_below(l->arena, pointer, name),
                       aimp_format(l->arena, "%s of %s: %s", text, name,
                                   negative ? "an amount cannot be negative" : "devices are counted in whole numbers"))
            ->actual = text;
    }
}

static void lint_resources(aimp_linting *l, const aimp_object *object) {
    const aimp_node *resources = aimp_get(object->spec, "resources");
    const aimp_node *requests = aimp_get(resources, "requests"), *limits = aimp_get(resources, "limits");
    lint_amounts(l, object, requests, "/spec/resources/requests");
    lint_amounts(l, object, limits, "/spec/resources/limits");
    for (size_t i = 0; i < aimp_count(requests); i++) {
        const char *name = aimp_key(requests, i);
        aimp_quantity request, limit;
        if (!aimp_quantity_of(aimp_value(requests, i), &request) || !aimp_quantity_of(aimp_get(limits, name), &limit))
            continue;
        int order = aimp_quantity_compare(&request, &limit);
        bool extended = aimp_resource_is_extended(name);
        if (order == 0 || (!extended && order < 0)) continue;
        const char *pointer = aimp_pointer_below(l->arena, "/spec/resources/requests", name);
        aimp_finding *f = aimp_lint_note(l, extended ? AIMP_R_RESOURCES_DIFFER : AIMP_R_VALUE_NOT_ALLOWED,
                                         AIM_SEVERITY_ERROR, object, pointer, NULL);
        f->message =
            extended
                ? aimp_format(l->arena, "request and limit of %s differ: Kubernetes refuses the pod", name)
                : aimp_format(l->arena, "the request of %s is more than its limit: Kubernetes refuses the pod", name);
        f->actual = aimp_quantity_text(l->arena, &request);
        f->wanted = aimp_quantity_text(l->arena, &limit);
        f->remedy.text = extended ? aimp_format(l->arena, "give both the same amount of %s", name)
                                  : aimp_format(l->arena, "ask for at most %s of %s", f->wanted, name);
    }
}

void aimp_lint_documents(aimp_linting *l) {
    for (int kind = AIMP_SERVICE; kind <= AIMP_CLUSTER_MODEL_SOURCE; kind++) {
        const aimp_slots *slots = &l->cluster->tables.by_kind[kind];
        for (size_t i = 0; i < slots->count; i++) {
            const aimp_slot *slot = slots->items[i];
            const aimp_object *object = aimp_linted(l, slot);
            aimp_check_cancel(l->arena->guard);
            if (!object) continue;
            lint_issues(l, object);
            if (slot->base && slot->overlay)
                lint_immutable(l, aimp_kind_of(slot->kind)->schema, object, slot->base->root, slot->overlay->root, "");
            lint_names(l, object);
            lint_labels(l, object);
            lint_env(l, object);
            lint_resources(l, object);
        }
    }
}
