/* aim explain: why. */
#include <stdio.h>

#include "command.h"

static void print_name(const aim_plan *plan) {
    aim_candidate chosen = {.struct_size = sizeof chosen};
    if (aim_selection_chosen(aim_plan_selection(plan), &chosen) == AIM_OK) output_name(chosen.kind, chosen.name);
}

static int show(const tool_options *options, const aim_plan *plan, const aim_ref *service, bool first) {
    (void)service;
    output_format format = options->format;
    int code = plan_verdict(plan);
    if (format == OUTPUT_NAME) {
        print_name(plan);
        return code;
    }
    if (!first && format != OUTPUT_JSON) fputs(format == OUTPUT_YAML ? "---\n" : "\n", stdout);
    int32_t wanted = format == OUTPUT_JSON   ? AIM_FORMAT_JSON
                     : format == OUTPUT_YAML ? AIM_FORMAT_YAML
                     : format == OUTPUT_WIDE ? AIM_FORMAT_WIDE
                                             : AIM_FORMAT_TEXT;
    return output_part(options, plan, AIM_PART_EXPLANATION, wanted) ? code : EXIT_TROUBLE;
}

int command_explain(const tool_options *options) {
    return services_visit(options, show);
}
