/* aim apply: makes plans true on the live cluster, one object after the other, in the plan's order. */
#include "live.h"

static int apply(const visited *v) {
    const int verdict = plan_verdict(v->plan);
    const aim_ref filter = {.struct_size = sizeof filter,
                            .kind = v->object->kind ? v->object->kind : "AIMService",
                            .ns = v->object->ns,
                            .name = v->object->name};
    aim_ref object = {.struct_size = sizeof object};
    const char *uid = aim_cluster_at(v->cluster, &filter, 0, &object, NULL) || !object.uid ? "" : object.uid;
    for (size_t i = 0; i < aim_plan_action_count(v->plan); i++) {
        if (!live_act(v->options, v->plan, i, uid)) return worse(verdict, EXIT_TROUBLE);
    }
    if (!aim_plan_action_count(v->plan) && !v->options->quiet)
        complain("%s %s/%s: there is nothing to apply", v->object->kind ? v->object->kind : "AIMService",
                 v->object->ns ? v->object->ns : "", v->object->name);
    return verdict;
}

int command_apply(const tool_options *options) {
    if (!options->live) {
        complain("aim apply changes the live cluster and takes no documents: apply them with kubectl first");
        return EXIT_USAGE;
    }
    return services_visit(options, apply);
}
