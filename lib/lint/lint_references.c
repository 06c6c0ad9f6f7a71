/* What documents name and the cluster does not hold: only for kinds that were supplied or declared. */
#include <string.h>

#include "doc/pointer.h"
#include "lint/lint.h"

/* A namespace is known when the cluster's layer holds an object of the kind in it: dumps often leave namespaces out. */
static bool is_known(const aimp_linting *l, aimp_kind kind, const char *ns) {
    const aimp_slots *slots = &l->cluster->tables.by_kind[kind];
    if (l->cluster->kinds[kind].declared) return true;
    if (!l->cluster->kinds[kind].known || !slots->count) return l->cluster->kinds[kind].known;
    for (size_t i = 0; i < slots->count; i++) {
        if (slots->items[i]->base && (!ns || aimp_equal(slots->items[i]->ns, ns))) return true;
    }
    return false;
}

static bool is_absent(const aimp_linting *l, aimp_kind kind, const char *ns, const char *name) {
    return !aimp_is_empty(name) && !aimp_cluster_object(l->cluster, kind, ns, name) && is_known(l, kind, ns);
}

/* "secret pul does not exist in namespace team", and the nearest name that does. */
static void note_absent(aimp_linting *l, aimp_reason reason, const aimp_object *object, const char *pointer,
                        const char *what, aimp_kind kind, const char *ns, const char *name) {
    aim_ref like = {.struct_size = sizeof like, .kind = aimp_kind_of(kind)->kind, .ns = ns, .name = name};
    const char *near = l->nearest_left ? aim_cluster_nearest(l->cluster, &like) : NULL;
    if (l->nearest_left) l->nearest_left--;
    aimp_finding *f = aimp_lint_note(
        l, reason, AIM_SEVERITY_WARNING, object, pointer,
        aimp_format(l->arena, "%s %s does not exist%s%s", what, name, ns ? " in namespace " : "", ns ? ns : ""));
    f->actual = name;
    if (near)
        f->remedy = aimp_remedy_set(l->arena, object, pointer, aimp_string(l->arena, near),
                                    aimp_format(l->arena, "did you mean %s?", near));
}

static void lint_secret(aimp_linting *l, const aimp_object *object, const char *ns, const char *name,
                        const char *pointer) {
    if (!is_absent(l, AIMP_SECRET, ns, name)) return;
    note_absent(l, AIMP_R_SECRET_MISSING, object, pointer, "secret", AIMP_SECRET, ns, name);
}

/* Every pull secret and every secret of a variable, wherever the schema has them: service, templates, sources, caching.
 */
static void lint_secrets(aimp_linting *l, const aimp_object *object, const aimp_node *node, const char *pointer) {
    const bool list = node && node->kind == AIMP_LIST;
    for (size_t i = 0; (list || (node && node->kind == AIMP_MAP)) && i < aimp_count(node); i++) {
        const char *key = list ? aimp_format(l->arena, "%zu", i) : aimp_key(node, i);
        const aimp_node *value = list ? aimp_item(node, i) : aimp_value(node, i);
        const char *place = aimp_pointer_below(l->arena, pointer, key);
        bool required = !aimp_is_true(aimp_get(value, "optional"));
        if (strcmp(key, "secretKeyRef") == 0 && required)
            lint_secret(l, object, object->ns, aimp_get_text(value, "name"), aimp_format(l->arena, "%s/name", place));
        for (size_t k = 0; strcmp(key, "imagePullSecrets") == 0 && k < aimp_count(value); k++)
            lint_secret(l, object, object->ns, aimp_get_text(aimp_item(value, k), "name"),
                        aimp_format(l->arena, "%s/%zu/name", place, k));
        lint_secrets(l, object, value, place);
    }
}

static void lint_class(aimp_linting *l, const aimp_object *object, const char *pointer, const char *class) {
    if (!is_absent(l, AIMP_STORAGE_CLASS, NULL, class)) return;
    note_absent(l, AIMP_R_STORAGE_CLASS_MISSING, object, pointer, "storage class", AIMP_STORAGE_CLASS, NULL, class);
}

static void lint_gateway(aimp_linting *l, const aimp_object *object) {
    const aimp_node *ref = aimp_at(object->spec, "routing", "gatewayRef", NULL);
    const char *kind = aimp_get_text(ref, "kind"), *name = aimp_get_text(ref, "name"),
               *ns = aimp_get_text(ref, "namespace");
    if (aimp_is_empty(ns)) ns = object->ns;
    if (!aimp_equal(kind, "Gateway") || !ns || !is_absent(l, AIMP_GATEWAY, ns, name)) return;
    note_absent(l, AIMP_R_GATEWAY_NOT_FOUND, object, "/spec/routing/gatewayRef/name", "gateway", AIMP_GATEWAY, ns,
                name);
}

void aimp_lint_references(aimp_linting *l) {
    for (int kind = AIMP_SERVICE; kind <= AIMP_CLUSTER_RUNTIME_CONFIG; kind++) {
        const aimp_slots *slots = &l->cluster->tables.by_kind[kind];
        for (size_t i = 0; i < slots->count; i++) {
            const aimp_object *object = aimp_linted(l, slots->items[i]);
            if (!object) continue;
            if (object->ns) lint_secrets(l, object, object->spec, "/spec");
            lint_class(l, object, "/spec/storage/defaultStorageClassName",
                       aimp_text_at(object->spec, "storage", "defaultStorageClassName", NULL));
            lint_class(l, object, "/spec/defaultStorageClassName",
                       aimp_get_text(object->spec, "defaultStorageClassName"));
            lint_class(l, object, "/spec/storageClassName", aimp_get_text(object->spec, "storageClassName"));
            lint_gateway(l, object);
        }
    }
}
