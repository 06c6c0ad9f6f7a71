/* Which template: the recorded one, the named one, the model's default, or the selected one; and whether a derived
 * template has to stand in for it. Rules: spec/template-selection.md sections 1, 2 and 5; seed "Template Resolution".
 */
#include <string.h>

#include "decide/pass.h"
#include "kube/object_name.h"

static void use(aimp_selection *s, const aimp_object *object) {
    *(object->ns ? &s->ns : &s->cluster) = (aimp_found){object, {AIMP_C_NONE, NULL, NULL}};
}

static const char *overrides_name(aimp_pass *pass, const char *base) {
    return aimp_derived_template_name(pass->arena, base, aimp_get(pass->spec, "overrides"));
}

static void note_unfit(aimp_pass *pass, const aimp_object *object, const char *why) {
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_RECORDED_TEMPLATE_UNFIT, AIM_SEVERITY_INFO, object);
    f->message = aimp_format(pass->arena, "the recorded template %s no longer fits: %s", object->name, why);
}

/* differences.md B-08: the name is the one that this service's overrides give to a template of its model. */
static bool is_derived_for(aimp_pass *pass, const aimp_object *object) {
    const char *model = pass->model.object ? pass->model.object->name : "";
    if (!aimp_count(aimp_get(pass->spec, "overrides"))) return false;
    aimp_listing bases = aimp_pass_list(pass, AIMP_TEMPLATE, AIMP_BY_MODEL_NAME, pass->ns, model);
    for (size_t i = 0; i < bases.count; i++) {
        if (strcmp(overrides_name(pass, bases.items[i]->name), object->name) == 0) return true;
    }
    return false;
}

/* differences.md B-04: a recorded choice holds while model, name, overrides and the optimisation gate still agree. */
static bool still_fits(aimp_pass *pass, const aimp_object *object) {
    const char *explicit_name = aimp_pass_text(pass, aimp_get(pass->spec, "template"), "name");
    const aimp_template_facts *facts = &object->facts.template_facts;
    if (!pass->rules->recorded_template_must_fit) return true;
    const char *why = NULL;
    aimp_judgement judgement;
    const char *default_name =
        pass->model.object ? aimp_pass_text(pass, pass->model.object->spec, "defaultServiceTemplate") : "";
    if (!*explicit_name && pass->rules->default_template_counts && *default_name &&
        strcmp(default_name, object->name) == 0)
        return true;
    if (*explicit_name) {
        bool named =
            strcmp(object->name, explicit_name) == 0 || strcmp(object->name, overrides_name(pass, explicit_name)) == 0;
        if (!named) why = "the service names another";
    } else if (pass->model.object && strcmp(facts->model, pass->model.object->name) != 0) {
        why = "it belongs to another model";
    } else if (facts->derived && !is_derived_for(pass, object)) {
        why = "it was derived for other overrides";
    } else if (aimp_get(pass->spec, "overrides") && !facts->derived &&
               !aimp_overrides_allow(pass, object, &judgement)) {
        why = "spec.overrides exclude it";
    } else if (!aimp_is_true(aimp_at(pass->spec, "template", "allowUnoptimized", NULL)) &&
               strcmp(aimp_candidate_type(pass, object), "optimized") != 0) {
        why = "its profile is not optimized and spec.template.allowUnoptimized is not set";
    }
    if (why) note_unfit(pass, object, why);
    return !why;
}

/* Section 1. True when the recorded template decides. */
static bool resolve_recorded(aimp_pass *pass) {
    aimp_selection *s = &pass->template_;
    const aimp_node *record = aimp_get(pass->status, "resolvedTemplate");
    const char *scope = aimp_or_empty(aimp_get_text(record, "scope"));
    bool namespaced = strcmp(scope, "Namespace") == 0;
    if (!record || (!namespaced && strcmp(scope, "Cluster") != 0)) return false;
    aimp_lookup found =
        aimp_pass_get(pass, namespaced ? AIMP_TEMPLATE : AIMP_CLUSTER_TEMPLATE,
                      aimp_or_empty(aimp_get_text(record, "namespace")), aimp_or_empty(aimp_get_text(record, "name")));
    if (found.object ? !aimp_is_ready(found.object) || !still_fits(pass, found.object)
                     : found.error == AIMP_READ_NOT_FOUND)
        return false;
    s->source = AIMP_BY_RECORD;
    if (found.object) {
        use(s, found.object);
        return true;
    }
    /* The reference forgets the error of a recorded cluster template: both places stay empty. */
    if (namespaced)
        s->ns.failure = aimp_failure_of(found.error);
    else if (pass->rules->explicit_lookup_errors_count)
        s->cluster.failure = aimp_failure_of(found.error);
    s->outcome = AIM_TEMPLATE_ERROR;
    return true;
}

static void note_missing(aimp_pass *pass, const char *name) {
    aimp_arena *a = pass->arena;
    const char *near = aimp_pass_nearest(pass, AIMP_TEMPLATE, name);
    if (!near) near = aimp_pass_nearest(pass, AIMP_CLUSTER_TEMPLATE, name);
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_TEMPLATE_NOT_FOUND, AIM_SEVERITY_ERROR, pass->object);
    f->pointer = "/spec/template/name";
    f->actual = name;
    f->wanted = near ? near : "the name of an AIMServiceTemplate or AIMClusterServiceTemplate";
    f->message = aimp_format(
        a,
        "template \"%s\" exists neither as AIMServiceTemplate in namespace %s nor as AIMClusterServiceTemplate%s%s%s",
        name, pass->ns, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
    pass->template_.message = f->message;
    pass->template_.reason = AIMP_R_TEMPLATE_NOT_FOUND;
    if (!near) {
        f->remedy.text = "leave spec.template.name out to let one be selected";
    } else {
        f->remedy = aimp_remedy_set(a, pass->object, "/spec/template/name", aimp_string(a, near),
                                    aimp_format(a, "set spec.template.name: %s", near));
        f->remedy.recreate = true;
    }
}

/* Nothing is derived, and the base runs without the overrides: said, never silent (S-05). */
static void note_not_applied(aimp_pass *pass, const char *why) {
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_OVERRIDES_NOT_APPLIED, AIM_SEVERITY_WARNING, pass->object);
    f->pointer = "/spec/overrides";
    f->message = aimp_format(pass->arena, "spec.overrides have no effect: %s", why);
}

static const char nothing_to_derive[] =
    "a template is derived only for another metric, precision, GPU model or GPU count";

/* The base exists in the namespace; what the overrides make of it has to be derived first. */
static void derive(aimp_pass *pass, const aimp_object *base, const char *name) {
    aimp_selection *s = &pass->template_;
    s->outcome = AIM_TEMPLATE_NOT_READY;
    s->not_ready = true;
    s->derive_from = base;
    s->derived_name = name;
    s->reason = AIMP_R_DERIVED_PLANNED;
    s->message =
        aimp_format(pass->arena, "template %s is derived from %s for spec.overrides and waited for", name, base->name);
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_DERIVED_PLANNED, AIM_SEVERITY_INFO, base);
    f->message = s->message;
}

/* Section 2, and differences.md B-05 where the base is found too. */
static void resolve_named(aimp_pass *pass, const char *base, aimp_template_source source) {
    aimp_selection *s = &pass->template_;
    const char *wanted = overrides_name(pass, base);
    bool derived = strcmp(wanted, base) != 0;
    s->source = source;
    aimp_lookup own = aimp_pass_get(pass, AIMP_TEMPLATE, pass->ns, wanted);
    if (own.object) {
        use(s, own.object);
        bool overridden = aimp_count(aimp_get(pass->spec, "overrides")) > 0;
        if (overridden && !derived && pass->rules->explicit_base_is_found) note_not_applied(pass, nothing_to_derive);
        return;
    }
    s->ns.failure = aimp_failure_of(own.error);
    if (own.error != AIMP_READ_NOT_FOUND) return;
    if (derived && pass->rules->explicit_base_is_found) {
        aimp_lookup own_base = aimp_pass_get(pass, AIMP_TEMPLATE, pass->ns, base);
        if (own_base.object) {
            s->ns.failure = (aimp_failure){0};
            derive(pass, own_base.object, wanted);
            return;
        }
    }
    aimp_lookup shared = aimp_pass_get(pass, AIMP_CLUSTER_TEMPLATE, NULL, base);
    if (shared.object) {
        s->ns.failure = (aimp_failure){0};
        use(s, shared.object);
        if (derived)
            note_not_applied(
                pass,
                aimp_format(pass->arena, "%s is a cluster template, and only namespaced ones are derived from", base));
        return;
    }
    if (shared.error != AIMP_READ_NOT_FOUND && pass->rules->explicit_lookup_errors_count) {
        s->ns.failure = (aimp_failure){0};
        s->cluster.failure = aimp_failure_of(shared.error);
        return;
    }
    if (shared.error != AIMP_READ_NOT_FOUND) return;
    note_missing(pass, wanted);
    s->ns.failure = aimp_failure_make(AIMP_C_MISSING_UPSTREAM, "TemplateNotFound", s->message);
}

/* differences.md B-02 */
static bool resolve_default(aimp_pass *pass, const aimp_object *model) {
    const char *name = aimp_pass_text(pass, model->spec, "defaultServiceTemplate");
    if (!pass->rules->default_template_counts || !*name) return false;
    aimp_lookup own = aimp_pass_get(pass, AIMP_TEMPLATE, pass->ns, name),
                shared = aimp_pass_get(pass, AIMP_CLUSTER_TEMPLATE, NULL, name);
    bool missing = own.error == AIMP_READ_NOT_FOUND && shared.error == AIMP_READ_NOT_FOUND;
    if (!missing) {
        resolve_named(pass, name, AIMP_BY_DEFAULT);
        return true;
    }
    aimp_finding *f = aimp_pass_note(pass, AIMP_R_DEFAULT_TEMPLATE_MISSING, AIM_SEVERITY_WARNING, model);
    f->pointer = "/spec/defaultServiceTemplate";
    f->actual = name;
    f->message = aimp_format(pass->arena, "the model's default template %s does not exist; one is selected", name);
    return false;
}

/* True when every nameable override is what the template already is. */
static bool overrides_change_nothing(aimp_pass *pass, const aimp_object *object) {
    const aimp_node *gpu = aimp_at(pass->spec, "overrides", "hardware", "gpu", NULL);
    const aimp_template_facts *facts = &object->facts.template_facts;
    int64_t count = 0;
    aimp_integer_of(aimp_get(gpu, "requests"), &count);
    bool model_known = !aimp_get_text(gpu, "model") || *facts->gpu_filter;
    bool count_known = count <= 0 || facts->gpu_count == count;
    return model_known && count_known; /* metric, precision and GPU agree: the overrides stage saw to it */
}

/* A namespaced choice under overrides that it does not fulfil by itself is derived from (S-05). */
static void derive_from_choice(aimp_pass *pass) {
    aimp_selection *s = &pass->template_;
    const aimp_object *base = s->ns.object;
    if (!pass->rules->explicit_base_is_found || !base || !aimp_get(pass->spec, "overrides") ||
        s->source != AIMP_BY_SELECTION)
        return;
    const char *name = overrides_name(pass, base->name);
    if (strcmp(name, base->name) == 0 && aimp_count(aimp_get(pass->spec, "overrides")))
        note_not_applied(pass, nothing_to_derive);
    if (strcmp(name, base->name) == 0 || overrides_change_nothing(pass, base)) return;
    aimp_lookup existing = aimp_pass_get(pass, AIMP_TEMPLATE, pass->ns, name);
    s->ns = (aimp_found){0};
    if (existing.object)
        use(s, existing.object);
    else
        derive(pass, base, name);
}

static void conclude(aimp_pass *pass) {
    aimp_selection *s = &pass->template_;
    s->object = s->ns.object ? s->ns.object : s->cluster.object;
    if (s->object) {
        s->outcome = AIM_TEMPLATE_FOUND;
    } else if (aimp_failed(&s->ns.failure) || aimp_failed(&s->cluster.failure) || aimp_failed(&s->selection_failure)) {
        s->outcome = AIM_TEMPLATE_ERROR;
        const aimp_failure *f = aimp_failed(&s->ns.failure)        ? &s->ns.failure
                                : aimp_failed(&s->cluster.failure) ? &s->cluster.failure
                                                                   : &s->selection_failure;
        if (!s->message) {
            s->reason = AIMP_R_TEMPLATE_READ_FAILED;
            s->message = aimp_format(pass->arena, "the templates cannot be read: %s (%s)", f->message, f->reason);
        }
    }
    if (s->object && s->source == AIMP_BY_RECORD) {
        s->reason = AIMP_R_RECORDED_TEMPLATE_KEPT;
        s->message =
            aimp_format(pass->arena, "template %s is recorded in the service's status and Ready", s->object->name);
    }
    if (s->object && !aimp_is_ready(s->object)) {
        s->reason = AIMP_R_TEMPLATE_NOT_READY;
        s->message = aimp_format(pass->arena, "template %s is %s", s->object->name,
                                 *s->object->state ? s->object->state : "without a status yet");
    }
    const aimp_object *model = pass->model.object;
    if (s->object && model && s->source == AIMP_BY_NAME_GIVEN &&
        strcmp(s->object->facts.template_facts.model, model->name) != 0) {
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_OTHER_MODEL, AIM_SEVERITY_WARNING, s->object);
        f->pointer = "/spec/modelName";
        f->actual = s->object->facts.template_facts.model;
        f->wanted = model->name;
        f->message = aimp_format(pass->arena, "template %s was made for model %s, the service runs %s", s->object->name,
                                 f->actual, f->wanted);
    }
    if (s->object && model && s->source == AIMP_BY_SELECTION && !s->object->ns != !model->ns) {
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_OTHER_SCOPE, AIM_SEVERITY_INFO, s->object);
        f->message =
            aimp_format(pass->arena, "the template is %s, its model %s: they are matched by name",
                        s->object->ns ? "namespaced" : "cluster-wide", model->ns ? "namespaced" : "cluster-wide");
    }
}

void aimp_pass_resolve_template(aimp_pass *pass) {
    aimp_selection *s = &pass->template_;
    *s = (aimp_selection){.outcome = AIM_TEMPLATE_NONE};
    if (!aimp_pass_may_resolve(pass)) return;
    const char *name = aimp_pass_text(pass, aimp_get(pass->spec, "template"), "name");
    const aimp_object *model = pass->model.object;
    if (!resolve_recorded(pass)) {
        if (*name)
            resolve_named(pass, name, AIMP_BY_NAME_GIVEN);
        else if (model && *model->name && !resolve_default(pass, model))
            aimp_pass_select_template(pass, model->name);
        derive_from_choice(pass);
    }
    conclude(pass);
}
