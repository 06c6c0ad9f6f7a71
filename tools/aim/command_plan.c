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

static int show(const tool_options *options, const aim_plan *plan, const aim_ref *service, bool first) {
    (void)service;
    int code = plan_verdict(plan);
    output_format format = options->format == OUTPUT_DEFAULT ? OUTPUT_YAML : options->format;
    if (format == OUTPUT_NAME) {
        print_names(plan);
        return code;
    }
    if (!first && (format == OUTPUT_TEXT || format == OUTPUT_WIDE)) putchar('\n');
    int32_t wanted = format == OUTPUT_JSON   ? AIM_FORMAT_JSON
                     : format == OUTPUT_YAML ? AIM_FORMAT_YAML
                                             : AIM_FORMAT_TEXT;
    return output_part(options, plan, AIM_PART_PLAN, wanted) ? code : EXIT_TROUBLE;
}

int command_plan(const tool_options *options) {
    return services_visit(options, show);
}
