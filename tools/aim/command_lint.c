/* aim lint: what is wrong with documents and node labels before anybody applies or schedules anything. */
#include "command.h"

static int verdict(const aim_lint *lint) {
    for (size_t i = 0; i < aim_lint_count(lint); i++) {
        aim_finding finding = {.struct_size = sizeof finding};
        if (aim_lint_at(lint, i, &finding)) break;
        if (finding.severity == AIM_SEVERITY_ERROR) return EXIT_BLOCKED;
    }
    return EXIT_DONE;
}

int command_lint(const tool_options *options) {
    tool_options reading = *options;
    reading.quiet = true; /* what reading warns about, the lint says itself */
    report_list refused = {0};
    int code;
    aim_cluster *cluster = input_read_all(&reading, &refused, &code);
    if (!cluster) {
        reports_free(&refused);
        return code;
    }
    aim_lint *lint;
    aim_buffer *buffer = NULL;
    aim_error *error = NULL;
    aim_options ask = {.struct_size = sizeof ask, .policy = aim_policy_builtin(options->behaviour)};
    aim_code failed = aim_lint_new(cluster, &ask, &lint, &error);
    for (size_t i = 0; !failed && i < refused.count; i++)
        failed = aim_lint_add_report(lint, refused.items[i], &error);
    code = worse(code, verdict(lint));
    if (!failed) failed = aim_lint_render(lint, output_wanted(options->format), output_flags(options), &buffer, &error);
    if (!output_buffer(failed, buffer, error)) code = EXIT_TROUBLE;
    aim_lint_free(lint);
    aim_cluster_free(cluster);
    reports_free(&refused);
    return code;
}
