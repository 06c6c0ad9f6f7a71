/* aim plan: what. */
#include <stdio.h>

#include "command.h"

static void print_names(const aim_plan *plan) {
    for (size_t i = 0; i < aim_plan_action_count(plan); i++) {
        aim_action action = {.struct_size = sizeof action};
        if (aim_plan_action_at(plan, i, &action)) break;
        if (action.verb == AIM_ACTION_APPLY) output_name(action.kind, action.name);
    }
}

static int show(const visited *v) {
    int code = plan_verdict(v->plan);
    if (v->options->format == OUTPUT_NAME) {
        print_names(v->plan);
        return code;
    }
    return output_part(v, AIM_PART_PLAN) ? code : EXIT_TROUBLE;
}

int command_plan(const tool_options *options) {
    return services_visit(options, show);
}
