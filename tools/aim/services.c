/* Which services and other objects were asked about, one plan for each, and what that means for the exit code. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static bool template_may_come(const aim_selection *selection) {
    if (strcmp(aim_selection_reason(selection), "DerivedTemplatePlanned") == 0) return true;
    for (size_t i = 0; i < aim_selection_count(selection); i++) {
        aim_candidate c = {.struct_size = sizeof c};
        if (aim_selection_at(selection, i, &c)) break;
        if (strcmp(c.reason_name, "TemplatePending") == 0 || strcmp(c.reason_name, "TemplateProgressing") == 0)
            return true;
    }
    return false;
}

static bool component_is(const aim_plan *plan, const char *name, const char *state) {
    for (size_t i = 0; i < aim_health_count(plan); i++) {
        aim_component c = {.struct_size = sizeof c};
        if (aim_health_at(plan, i, &c)) break;
        if (strcmp(c.name, name) == 0) return strcmp(c.state, state) == 0;
    }
    return false;
}

static bool is_bad(const char *status) {
    return strcmp(status, "Failed") == 0 || strcmp(status, "Degraded") == 0 || strcmp(status, "NotAvailable") == 0;
}

int plan_verdict(const aim_plan *plan) {
    const aim_selection *selection = aim_plan_selection(plan);
    const char *status = aim_plan_status(plan);
    if (!selection) return is_bad(status) ? EXIT_BLOCKED : EXIT_DONE;
    aim_model_answer model = {.struct_size = sizeof model};
    aim_resolution_answer(aim_plan_resolution(plan), &model);
    int32_t outcome = aim_selection_outcome(selection);
    if (outcome == AIM_TEMPLATE_AMBIGUOUS) return EXIT_AMBIGUOUS;
    if (model.outcome == AIM_MODEL_CREATE) return EXIT_DONE;
    if (strcmp(status, "Failed") == 0 || strcmp(status, "Degraded") == 0 || model.outcome != AIM_MODEL_FOUND)
        return EXIT_BLOCKED;
    if (outcome == AIM_TEMPLATE_NONE || outcome == AIM_TEMPLATE_ERROR) return EXIT_BLOCKED;
    if (outcome == AIM_TEMPLATE_NOT_READY) return template_may_come(selection) ? EXIT_DONE : EXIT_BLOCKED;
    return component_is(plan, "Template", "NotAvailable") ? EXIT_BLOCKED : EXIT_DONE;
}

typedef struct visit {
    const tool_options *options;
    const aim_cluster *cluster;
    const aim_policy *policy;
    service_visitor *show;
    bool any;
    int code;
} visit;

static void visit_one(visit *v, const aim_ref *object) {
    aim_plan *plan;
    aim_error *error;
    aim_options ask = {.struct_size = sizeof ask, .policy = v->policy, .now = v->options->now};
    aim_code code = aim_plan_new(v->cluster, object, &ask, &plan, &error);
    if (code) {
        complain_error(error);
        aim_error_free(error);
        v->code = worse(v->code, code == AIM_E_NOT_FOUND ? EXIT_BLOCKED : EXIT_TROUBLE);
        return;
    }
    visited one = {v->options, v->cluster, plan, object, !v->any};
    v->code = worse(v->code, v->show(&one));
    v->any = true;
    aim_plan_free(plan);
}

/* argument: [NAMESPACE/]NAME; option: what it came with, for messages */
static void visit_named(visit *v, const char *option, const char *kind, const char *argument) {
    char ns[256];
    const char *slash = strchr(argument, '/');
    size_t size = slash ? (size_t)(slash - argument) : 0;
    if (size >= sizeof ns) {
        complain("%s %s: the namespace is too long", option, argument);
        v->code = worse(v->code, EXIT_BLOCKED);
        return;
    }
    memcpy(ns, argument, size);
    ns[size] = '\0';
    aim_ref ref = {.struct_size = sizeof ref,
                   .kind = kind,
                   .ns = slash ? ns : options_namespace(v->options),
                   .name = slash ? slash + 1 : argument};
    visit_one(v, &ref);
}

static void visit_all(visit *v) {
    aim_ref filter = {.struct_size = sizeof filter, .kind = "AIMService", .ns = v->options->ns};
    size_t count = aim_cluster_count(v->cluster, &filter);
    if (!count) {
        complain("the input holds no AIMService%s%s", v->options->ns ? " in namespace " : "",
                 v->options->ns ? v->options->ns : "");
        v->code = EXIT_BLOCKED;
    }
    for (size_t i = 0; i < count; i++) {
        aim_ref service = {.struct_size = sizeof service};
        if (aim_cluster_at(v->cluster, &filter, i, &service, NULL)) break;
        visit_one(v, &service);
    }
}

int services_visit(const tool_options *options, service_visitor *show) {
    int code;
    aim_policy *owned;
    const aim_policy *policy = policy_read(options, &owned, &code);
    aim_cluster *cluster = policy ? input_read(options, &code) : NULL;
    if (!cluster) {
        aim_policy_free(owned);
        return code;
    }
    visit v = {.options = options, .cluster = cluster, .policy = policy, .show = show, .code = code};
    for (size_t i = 0; i < options->services.count; i++)
        visit_named(&v, "-s", "AIMService", options->services.items[i]);
    for (size_t i = 0; i < options->objects.count; i++) {
        const char *object = options->objects.items[i];
        visit_named(&v, "--object", options_kind(object), strchr(object, '/') + 1);
    }
    if (!options->services.count && !options->objects.count) visit_all(&v);
    aim_cluster_free(cluster);
    aim_policy_free(owned);
    return v.code;
}
