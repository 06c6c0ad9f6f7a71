/* The guards of deletions. */
#include "deletion.h"

#include <stdio.h>
#include <string.h>

#include "answer.h"

static bool is_one_of(const char *text, const char *const *words) {
    for (; *words; words++) {
        if (strcmp(*words, text) == 0) return true;
    }
    return false;
}

static bool has_our_label(json_object *metadata) {
    const char *label = answer_text(answer_member(metadata, "labels"), "app.kubernetes.io/managed-by");
    const size_t size = strlen(label), end = strlen("-controller");
    if (strcmp(label, "aim-engine") == 0) return true;
    return strncmp(label, "aim-", 4) == 0 && size > 4 + end && strcmp(label + size - end, "-controller") == 0;
}

/* The UID of the controlling owner; "" without one. */
static const char *controller_of(json_object *metadata) {
    for (size_t i = 0; i < answer_count(metadata, "ownerReferences"); i++) {
        json_object *owner = answer_item(metadata, "ownerReferences", i), *is = answer_member(owner, "controller");
        if (json_object_is_type(is, json_type_boolean) && json_object_get_boolean(is)) return answer_text(owner, "uid");
    }
    return "";
}

static bool was_applied_by_others(json_object *metadata) {
    static const char *const ours[] = {"aim-service-controller",
                                       "aim-template-cache-controller",
                                       "aim-artifact-controller",
                                       "aim-model-controller",
                                       "aim-service-template-controller",
                                       "aim-cluster-model-controller",
                                       "aim-cluster-service-template-controller",
                                       NULL};
    for (size_t i = 0; i < answer_count(metadata, "managedFields"); i++) {
        json_object *entry = answer_item(metadata, "managedFields", i);
        /* whoever applies a status, such as a gateway, owns nothing of the rest */
        if (strcmp(answer_text(entry, "operation"), "Apply") == 0 && !*answer_text(entry, "subresource") &&
            !is_one_of(answer_text(entry, "manager"), ours))
            return true;
    }
    return false;
}

static const char *problem_of(json_object *object, const aim_action *action, const char *owner_uid) {
    static const char *const owned[] = {"HTTPRoute", "AIMServiceTemplate", "AIMTemplateCache", NULL},
                             *const left_behind[] = {"AIMTemplateCache", "AIMArtifact", NULL};
    json_object *metadata = answer_member(object, "metadata");
    if (!action->uid || strcmp(answer_text(metadata, "uid"), action->uid) != 0 ||
        strcmp(answer_text(object, "kind"), action->kind) != 0)
        return "it is another object by now";
    if (!*answer_text(metadata, "resourceVersion")) return "the server says no version";
    if (answer_member(metadata, "deletionTimestamp")) return "it is being deleted";
    if (was_applied_by_others(metadata)) return "somebody else has applied it";
    if (action->owned && is_one_of(action->kind, owned)) {
        if (!*owner_uid || strcmp(controller_of(metadata), owner_uid) != 0) return "it is controlled by another object";
        return has_our_label(metadata) ? NULL : "it does not carry AIM Engine's label";
    }
    if (!is_one_of(action->kind, left_behind)) return "this kind is never deleted";
    if (*controller_of(metadata) && strcmp(controller_of(metadata), owner_uid) != 0)
        return "it is controlled by another object";
    return strcmp(answer_text(answer_member(object, "status"), "status"), "Ready") == 0 ? "it is Ready by now" : NULL;
}

const char *deletion_problem(const char *body, const aim_action *action, const char *owner_uid, char *version,
                             size_t size) {
    json_object *object = answer_parse(body);
    const char *problem = problem_of(object, action, owner_uid);
    const int written =
        snprintf(version, size, "%s", answer_text(answer_member(object, "metadata"), "resourceVersion"));
    if (!problem && (written < 0 || (size_t)written >= size)) problem = "the server says no version";
    json_object_put(object);
    return problem;
}
