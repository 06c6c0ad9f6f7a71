/* aim policy: by which rules the other commands would decide, as a document that --policy reads. */
#include "command.h"

static bool print_document(const aim_policy *policy, output_format format) {
    aim_context *context = NULL;
    aim_buffer *buffer = NULL;
    aim_error *error = NULL;
    aim_code code = aim_context_new(NULL, &context, &error);
    if (!code) code = aim_policy_render(context, policy, output_wanted(format), 0, &buffer, &error);
    aim_context_free(context);
    return output_buffer(code, buffer, error);
}

/* What asks about a cluster says nothing here, and would be ignored. */
static const char *stray_option(const tool_options *options) {
    if (options->files.count) return "documents";
    if (options->cluster_files.count) return "--cluster";
    if (options->services.count) return "-s";
    if (options->objects.count) return "--object";
    if (options->pod_logs.count) return "--pod-log";
    if (options->now) return "--now";
    return options->complete ? "--complete" : NULL;
}

int command_policy(const tool_options *options) {
    int code;
    aim_policy *owned;
    const char *stray = stray_option(options);
    if (stray) {
        complain("aim policy asks no cluster and takes no %s: it prints the rules, those of --policy if there are any",
                 stray);
        return EXIT_USAGE;
    }
    const aim_policy *policy = policy_read(options, &owned, &code);
    if (policy && options->format == OUTPUT_NAME)
        printf("%s\n", aim_policy_identity(policy));
    else if (policy && !print_document(policy, options->format))
        code = EXIT_TROUBLE;
    aim_policy_free(owned);
    return code;
}
