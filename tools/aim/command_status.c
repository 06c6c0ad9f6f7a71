/* aim status: what an object would report. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static int show(const visited *v) {
    const char *status = aim_plan_status(v->plan);
    bool good = strcmp(status, aim_plan_selection(v->plan) ? "Running" : "Ready") == 0;
    bool ambiguous = aim_selection_outcome(aim_plan_selection(v->plan)) == AIM_TEMPLATE_AMBIGUOUS;
    int code = good ? EXIT_DONE : ambiguous ? EXIT_AMBIGUOUS : EXIT_BLOCKED;
    if (v->options->format == OUTPUT_NAME) {
        output_name(v->object->kind, v->object->name);
        return code;
    }
    return output_part(v, AIM_PART_STATUS) ? code : EXIT_TROUBLE;
}

int command_status(const tool_options *options) {
    return services_visit(options, show);
}
