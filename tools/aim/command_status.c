/* aim status: what a service would report. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static int show(const tool_options *options, const aim_plan *plan, const aim_ref *service, bool first) {
    output_format format = options->format;
    bool running = strcmp(aim_plan_status(plan), "Running") == 0;
    bool ambiguous = aim_selection_outcome(aim_plan_selection(plan)) == AIM_TEMPLATE_AMBIGUOUS;
    int code = running ? EXIT_DONE : ambiguous ? EXIT_AMBIGUOUS : EXIT_BLOCKED;
    if (format == OUTPUT_NAME) {
        output_name("AIMService", service->name);
        return code;
    }
    if (!first && format != OUTPUT_JSON) fputs(format == OUTPUT_YAML ? "---\n" : "\n", stdout);
    int32_t wanted = format == OUTPUT_JSON   ? AIM_FORMAT_JSON
                     : format == OUTPUT_YAML ? AIM_FORMAT_YAML
                     : format == OUTPUT_WIDE ? AIM_FORMAT_WIDE
                                             : AIM_FORMAT_TEXT;
    return output_part(options, plan, AIM_PART_STATUS, wanted) ? code : EXIT_TROUBLE;
}

int command_status(const tool_options *options) {
    return services_visit(options, show);
}
