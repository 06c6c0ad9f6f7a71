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

static int lint(const tool_options *options, const aim_policy *policy) {
    tool_options reading = *options;
    reading.quiet = true; /* what reading warns about, the lint says itself */
    report_list refused = {0};
    int code;
    aim_cluster *cluster = input_read_all(&reading, &refused, &code);
    if (!cluster) {
        reports_free(&refused);
        return code;
    }
    aim_lint *found;
    aim_buffer *buffer = NULL;
    aim_error *error = NULL;
    aim_options ask = {.struct_size = sizeof ask, .policy = policy};
    aim_code failed = aim_lint_new(cluster, &ask, &found, &error);
    for (size_t i = 0; !failed && i < refused.count; i++)
        failed = aim_lint_add_report(found, refused.items[i], &error);
    code = worse(code, verdict(found));
    if (!failed)
        failed = aim_lint_render(found, output_wanted(options->format), output_flags(options), &buffer, &error);
    if (!output_buffer(failed, buffer, error)) code = EXIT_TROUBLE;
    aim_lint_free(found);
    aim_cluster_free(cluster);
    reports_free(&refused);
    return code;
}

int command_lint(const tool_options *options) {
    int code;
    aim_policy *owned;
    const aim_policy *policy = policy_read(options, &owned, &code);
    if (policy) code = lint(options, policy);
    aim_policy_free(owned);
    return code;
}
