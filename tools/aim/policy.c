/* Which policy counts: a built-in one, or the document of --policy. */
#include "command.h"

static aim_policy *read_document(const tool_options *options, aim_context *context, int *code) {
    aim_policy *policy = NULL;
    aim_report *report = NULL;
    aim_error *error = NULL;
    FILE *file = input_open(options->policy_file);
    if (!file) {
        *code = EXIT_TROUBLE;
        return NULL;
    }
    aim_source source = {.struct_size = sizeof source,
                         .name = input_name(options->policy_file),
                         .read = input_read_stream,
                         .user = file};
    aim_code failed = aim_policy_new(context, &source, &report, &policy, &error);
    if (aim_report_count(report))
        report_show(report, options->quiet);
    else if (failed)
        complain_error(error);
    if (failed) *code = aim_report_count(report) ? EXIT_INPUT : EXIT_TROUBLE;
    aim_report_free(report);
    aim_error_free(error);
    input_close(file);
    return policy;
}

const aim_policy *policy_read(const tool_options *options, aim_policy **owned, int *code) {
    *owned = NULL;
    *code = EXIT_DONE;
    if (!options->policy_file)
        return aim_policy_builtin(options->behaviour < 0 ? AIM_BEHAVIOUR_DOCUMENTED : options->behaviour);
    aim_context *context = NULL;
    aim_error *error = NULL;
    if (aim_context_new(NULL, &context, &error)) {
        complain_error(error);
        aim_error_free(error);
        *code = EXIT_TROUBLE;
        return NULL;
    }
    *owned = read_document(options, context, code);
    aim_context_free(context); /* the policy keeps it */
    const int32_t behaviour = aim_policy_behaviour(*owned);
    if (*owned && options->behaviour >= 0 && options->behaviour != behaviour) {
        complain("--behaviour contradicts --policy %s, whose behaviour is %s", options->policy_file,
                 aim_policy_behaviour_name(*owned));
        aim_policy_free(*owned);
        *owned = NULL;
        *code = EXIT_USAGE;
    }
    return *owned;
}
