/* aim diff: what applying the plan would change. */
#include <stdio.h>

#include "command.h"

static int show(const visited *v) {
    aim_diff *diff;
    aim_buffer *buffer = NULL;
    aim_error *error = NULL;
    aim_code code = aim_diff_new(v->plan, v->cluster, NULL, &diff, &error);
    if (!code)
        code = aim_diff_render(diff, output_wanted(v->options->format), output_flags(v->options), &buffer, &error);
    if (!v->first && v->options->format != OUTPUT_JSON) putchar('\n');
    int verdict = worse(plan_verdict(v->plan), aim_diff_count(diff) ? EXIT_CHANGED : EXIT_DONE);
    if (!output_buffer(code, buffer, error)) verdict = EXIT_TROUBLE;
    aim_diff_free(diff);
    return verdict;
}

int command_diff(const tool_options *options) {
    return services_visit(options, show);
}
