/* aim explain: why. */
#include <stdio.h>

#include "command.h"

static void print_name(const aim_plan *plan) {
    aim_candidate chosen = {.struct_size = sizeof chosen};
    if (aim_selection_chosen(aim_plan_selection(plan), &chosen) == AIM_OK) output_name(chosen.kind, chosen.name);
}

static int show(const visited *v) {
    int code = plan_verdict(v->plan);
    if (v->options->format == OUTPUT_NAME) {
        print_name(v->plan);
        return code;
    }
    return output_part(v, AIM_PART_EXPLANATION) ? code : EXIT_TROUBLE;
}

int command_explain(const tool_options *options) {
    return services_visit(options, show);
}
