/* From spec.model to a model: by record, by name, by image, by custom description. Rules: spec/model-resolution.md. */
#include <string.h>

#include "decide/pass.h"
#include "kube/object_name.h"

static void use(aimp_resolution *r, const aimp_object *object) {
    *(object->kind == AIMP_MODEL ? &r->ns : &r->cluster) = (aimp_found){object, {AIMP_C_NONE, NULL, NULL}};
}

static bool same_sources(const aimp_node *a, const aimp_node *b);

/* differences.md B-04: a recorded model holds while it is the one that the spec means. */
static bool still_meant(aimp_pass *pass, const aimp_object *model) {
    const aimp_node *wanted = aimp_get(pass->spec, "model"), *custom = aimp_get(wanted, "custom");
    const char *name = aimp_pass_text(pass, wanted, "name"), *image = aimp_pass_text(pass, wanted, "image");
    if (!pass->rules->recorded_template_must_fit) return true;
    if (*name) return strcmp(name, model->name) == 0;
    if (*image) return aimp_equal(image, aimp_get_text(model->spec, "image"));
    return same_sources(aimp_get(model->spec, "modelSources"), aimp_get(custom, "modelSources"));
}

/* Section 2. True when the recorded model decides. */
static bool resolve_recorded(aimp_pass *pass) {
    const aimp_node *record = aimp_get(pass->status, "resolvedModel");
    const char *scope = aimp_or_empty(aimp_get_text(record, "scope")),
               *name = aimp_or_empty(aimp_get_text(record, "name"));
    bool namespaced = strcmp(scope, "Namespace") == 0;
    if (!record || (!namespaced && strcmp(scope, "Cluster") != 0)) return false;
    const char *ns = aimp_or_empty(aimp_get_text(record, "namespace"));
    if (!*ns && pass->rules->resolved_model_has_namespace) ns = pass->ns;
    aimp_lookup found = aimp_pass_get(pass, namespaced ? AIMP_MODEL : AIMP_CLUSTER_MODEL, ns, name);
    if (found.object && (!aimp_is_ready(found.object) || !still_meant(pass, found.object))) return false;
    if (!found.object && found.error == AIMP_READ_NOT_FOUND) return false;
    pass->model.recorded = true;
    if (found.object)
        use(&pass->model, found.object);
    else
        (namespaced ? &pass->model.ns : &pass->model.cluster)->failure = aimp_failure_of(found.error);
    return true;
}

static void note_missing(aimp_pass *pass, const char *name) {
    const char *near = aimp_pass_nearest(pass, AIMP_MODEL, name);
    if (!near) near = aimp_pass_nearest(pass, AIMP_CLUSTER_MODEL, name);
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_MODEL_NOT_FOUND, AIM_SEVERITY_ERROR, pass->object);
    f->pointer = "/spec/model/name";
    f->actual = name;
    f->wanted = near ? near : "the name of an AIMModel or AIMClusterModel";
    f->message =
        aimp_format(pass->arena, "model \"%s\" exists neither as AIMModel in namespace %s nor as AIMClusterModel%s%s%s",
                    name, pass->ns, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
    pass->model.message = f->message;
    if (!near) {
        f->remedy.text =
            aimp_format(pass->arena, "create AIMModel %s in namespace %s or AIMClusterModel %s", name, pass->ns, name);
        return;
    }
    f->remedy = aimp_remedy_set(pass->arena, pass->object, "/spec/model/name", aimp_string(pass->arena, near),
                                aimp_format(pass->arena, "set spec.model.name: %s", near));
    f->remedy.recreate = true;
}

/* Section 3 */
static void resolve_by_name(aimp_pass *pass, const char *name) {
    aimp_resolution *r = &pass->model;
    aimp_lookup own = aimp_pass_get(pass, AIMP_MODEL, pass->ns, name);
    if (own.object) {
        use(r, own.object);
        return;
    }
    r->ns.failure = aimp_failure_of(own.error);
    if (own.error != AIMP_READ_NOT_FOUND) return;
    aimp_lookup shared = aimp_pass_get(pass, AIMP_CLUSTER_MODEL, NULL, name);
    if (shared.object) {
        r->ns.failure = (aimp_failure){0};
        use(r, shared.object);
        return;
    }
    if (shared.error != AIMP_READ_NOT_FOUND) {
        r->cluster.failure = aimp_failure_of(shared.error);
        if (pass->rules->explicit_lookup_errors_count) r->ns.failure = (aimp_failure){0};
        return;
    }
    note_missing(pass, name);
    r->reason = AIMP_R_MODEL_NOT_FOUND;
    r->ns.failure = aimp_failure_make(AIMP_C_MISSING_UPSTREAM, "ModelNotFound", r->message);
}

static bool is_custom(const aimp_object *model) {
    return aimp_count(aimp_get(model->spec, "modelSources")) > 0;
}

static void add_match(aimp_pass *pass, aimp_listing *matches, const aimp_object *object) {
    size_t size = sizeof *matches->items;
    matches->items =
        aimp_take_more(pass->arena, (void *)matches->items, matches->count * size, (matches->count + 1) * size);
    matches->items[matches->count++] = object;
}

static const char *matches_text(aimp_pass *pass, const aimp_listing *matches) {
    aimp_text text = aimp_text_new(pass->arena);
    for (size_t i = 0; i < matches->count; i++) {
        const aimp_object *m = matches->items[i];
        aimp_text_add_string(&text, i ? ", " : "");
        if (m->ns)
            aimp_text_add_format(&text, "%s/%s (namespace)", m->ns, m->name);
        else
            aimp_text_add_format(&text, "%s (cluster)", m->name);
    }
    return aimp_text_string(&text);
}

static void several_models(aimp_pass *pass) {
    aimp_resolution *r = &pass->model;
    const aimp_switches *rules = pass->rules;
    r->reason = AIMP_R_MULTIPLE_MODELS;
    r->message = aimp_format(pass->arena, "%zu models share the image \"%s\": %s", r->matches.count, r->image_uri,
                             matches_text(pass, &r->matches));
    r->ns.failure =
        aimp_failure_make(rules->several_models_are_invalid_spec ? AIMP_C_INVALID_SPEC : AIMP_C_UNKNOWN,
                          rules->several_models_are_invalid_spec ? "MultipleModelsFound" : "UnknownError", r->message);
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_MULTIPLE_MODELS, AIM_SEVERITY_ERROR, pass->object);
    f->pointer = "/spec/model/image";
    f->actual = r->image_uri;
    f->wanted = "an image that one model has";
    f->message = r->message;
    aimp_arena *a = pass->arena;
    const aimp_node *by_name = aimp_map_of(a, "name", aimp_string(a, r->matches.items[0]->name), NULL);
    f->remedy = aimp_remedy_set(a, pass->object, "/spec/model", by_name,
                                aimp_format(a, "name the model: spec.model: {name: %s}", r->matches.items[0]->name));
    f->remedy.recreate = true;
}

/* Section 4 */
static void resolve_by_image(aimp_pass *pass, const char *uri) {
    aimp_resolution *r = &pass->model;
    static const aimp_kind kinds[] = {AIMP_MODEL, AIMP_CLUSTER_MODEL};
    r->image_uri = uri;
    for (size_t k = 0; k < 2; k++) {
        aimp_listing models = aimp_pass_list(pass, kinds[k], AIMP_BY_IMAGE, pass->ns, uri);
        if (models.error) {
            r->ns.failure = aimp_failure_of(models.error);
            return;
        }
        for (size_t i = 0; i < models.count; i++) {
            bool skipped = pass->rules->image_search_skips_custom_models && is_custom(models.items[i]);
            if (!skipped) add_match(pass, &r->matches, models.items[i]);
        }
    }
    if (r->matches.count > 1) several_models(pass);
    if (r->matches.count != 1) return;
    const aimp_object *only = r->matches.items[0];
    aimp_lookup again = aimp_pass_get(pass, only->kind, only->ns, only->name);
    if (again.object)
        use(r, again.object);
    else
        (only->kind == AIMP_MODEL ? &r->ns : &r->cluster)->failure = aimp_failure_of(again.error);
}

static const char *endpoint_of(const aimp_node *source) {
    const aimp_node *env = aimp_get(source, "env");
    for (size_t i = 0; i < aimp_count(env); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(env, i), "name"), "AWS_ENDPOINT_URL"))
            return aimp_or_empty(aimp_get_text(aimp_item(env, i), "value"));
    }
    return "";
}

static bool same_sources(const aimp_node *a, const aimp_node *b) {
    if (aimp_count(a) != aimp_count(b)) return false;
    for (size_t i = 0; i < aimp_count(a); i++) {
        const aimp_node *x = aimp_item(a, i), *y = aimp_item(b, i);
        if (!aimp_equal(aimp_get_text(x, "modelId"), aimp_get_text(y, "modelId"))) return false;
        if (!aimp_equal(aimp_get_text(x, "sourceUri"), aimp_get_text(y, "sourceUri"))) return false;
        if (strcmp(endpoint_of(x), endpoint_of(y)) != 0) return false;
    }
    return true;
}

static bool same_hardware(aimp_pass *pass, const aimp_object *model, const aimp_node *custom) {
    const aimp_node *a =
        aimp_schema_emit(pass->arena, &aimp_hardware_schema, aimp_at(model->spec, "custom", "hardware", NULL));
    const aimp_node *b = aimp_schema_emit(pass->arena, &aimp_hardware_schema, aimp_get(custom, "hardware"));
    return aimp_node_equal(a, b);
}

/* Section 5 */
static void resolve_custom(aimp_pass *pass, const aimp_node *custom) {
    aimp_resolution *r = &pass->model;
    const char *image = aimp_or_empty(aimp_get_text(custom, "baseImage"));
    r->custom = custom;
    aimp_listing models = aimp_pass_list(pass, AIMP_MODEL, AIMP_BY_IMAGE, pass->ns, image);
    if (models.error) {
        r->ns.failure = aimp_failure_of(models.error);
        return;
    }
    for (size_t i = 0; i < models.count; i++) {
        if (!same_sources(aimp_get(models.items[i]->spec, "modelSources"), aimp_get(custom, "modelSources"))) continue;
        if (pass->rules->custom_match_compares_hardware && !same_hardware(pass, models.items[i], custom)) continue;
        use(r, models.items[i]);
        return;
    }
}

/* Section 7 */
static void decide_creation(aimp_pass *pass) {
    aimp_resolution *r = &pass->model;
    if (r->ns.object || r->cluster.object || aimp_failed(&r->ns.failure) || aimp_failed(&r->cluster.failure)) return;
    if (r->custom) {
        r->create_name = aimp_custom_model_name(pass->arena, r->custom);
    } else if (r->image_uri) {
        const char *problem = NULL;
        r->create_name = aimp_image_model_name(pass->arena, r->image_uri, &problem);
        if (!r->create_name) {
            r->reason = AIMP_R_INVALID_IMAGE;
            r->message = aimp_format(pass->arena, "invalid image URI \"%s\": %s", r->image_uri, problem);
            r->create_failure = aimp_failure_make(AIMP_C_INVALID_SPEC, "InvalidImageReference", r->message);
            aimp_finding *f = aimp_pass_note(pass, AIMP_R_INVALID_IMAGE, AIM_SEVERITY_ERROR, pass->object);
            f->pointer = "/spec/model/image";
            f->actual = r->image_uri;
            f->wanted = "registry/repository:tag or registry/repository@algorithm:digest";
            f->message = r->message;
        }
    }
    r->create = r->create_name != NULL;
    if (!r->create) return;
    r->reason = AIMP_R_MODEL_CREATED;
    r->message = r->custom
                     ? aimp_format(pass->arena, "no AIMModel of namespace %s matches the custom model; %s is created",
                                   pass->ns, r->create_name)
                     : aimp_format(pass->arena, "no model has the image \"%s\"; AIMModel %s is created", r->image_uri,
                                   r->create_name);
    if (pass->rules->custom_match_compares_hardware && r->custom &&
        aimp_pass_get(pass, AIMP_MODEL, pass->ns, r->create_name).object) {
        r->create = false;
        r->reason = AIMP_R_CUSTOM_MODEL_CONFLICT;
        r->message =
            aimp_format(pass->arena, "AIMModel %s was made from the same sources with other hardware", r->create_name);
        r->ns.failure = aimp_failure_make(AIMP_C_INVALID_SPEC, "CustomModelConflict", r->message);
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_CUSTOM_MODEL_CONFLICT, AIM_SEVERITY_ERROR, pass->object);
        f->pointer = "/spec/model/custom/hardware";
        f->message = r->message;
    }
}

static void conclude(aimp_pass *pass) {
    aimp_resolution *r = &pass->model;
    r->object = r->ns.object ? r->ns.object : r->cluster.object;
    bool failed = aimp_failed(&r->ns.failure) || aimp_failed(&r->cluster.failure) || aimp_failed(&r->create_failure);
    r->outcome = r->create ? AIM_MODEL_CREATE : r->object ? AIM_MODEL_FOUND : failed ? AIM_MODEL_ERROR : AIM_MODEL_NONE;
    if (failed && !r->message) {
        const aimp_failure *f = aimp_failed(&r->ns.failure) ? &r->ns.failure : &r->cluster.failure;
        r->reason = AIMP_R_MODEL_READ_FAILED;
        r->message = aimp_format(pass->arena, "the model cannot be read: %s (%s)", f->message, f->reason);
    }
    if (r->object && !aimp_is_ready(r->object)) {
        r->reason = AIMP_R_MODEL_NOT_READY;
        r->message = aimp_format(pass->arena, "%s %s is %s", aimp_kind_of(r->object->kind)->kind, r->object->name,
                                 *r->object->state ? r->object->state : "without a status yet");
    }
}

void aimp_pass_resolve_model(aimp_pass *pass) {
    const aimp_node *model = aimp_get(pass->spec, "model"), *custom = aimp_get(model, "custom");
    const char *name = aimp_pass_text(pass, model, "name"), *image = aimp_pass_text(pass, model, "image");
    pass->model = (aimp_resolution){.outcome = AIM_MODEL_NONE};
    if (!aimp_pass_may_resolve(pass)) return;
    bool recorded = resolve_recorded(pass);
    if (recorded && !*name) pass->model.image_uri = *image ? image : NULL;
    if (recorded) conclude(pass);
    if (recorded) return;
    if (*name)
        resolve_by_name(pass, name);
    else if (*image)
        resolve_by_image(pass, image);
    else if (custom)
        resolve_custom(pass, custom);
    else {
        pass->model.message = "spec.model names no model: one of name, image and custom is needed";
        pass->model.reason = AIMP_R_MODEL_NOT_FOUND;
        pass->model.ns.failure = aimp_failure_make(AIMP_C_INVALID_SPEC, "ModelNotFound", pass->model.message);
    }
    decide_creation(pass);
    conclude(pass);
}
