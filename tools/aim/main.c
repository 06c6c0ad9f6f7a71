/* Finds the subcommand. */
#include <stdio.h>
#include <string.h>

#include "live.h"

static const command commands[] = {
    {"explain", "why: every candidate, every stage, the winner, the warnings", command_explain, help_explain, true,
     "text|wide|name|json|yaml|markdown"},
    {"plan", "what: the manifests, ready for kubectl apply --server-side -f -", command_plan, help_plan, true,
     "yaml|text|name|json|markdown"},
    {"status", "what a service would report, component by component", command_status, help_status, true,
     "text|wide|name|json|yaml|markdown"},
    {"lint", "what is wrong with documents and node labels", command_lint, help_lint, true,
     "text|json|sarif|github|markdown"},
    {"diff", "what applying the plan would change, and what the change does", command_diff, help_diff, true,
     "text|json|markdown"},
    {"apply", "makes the plan true on the live cluster, by server-side apply", command_apply, help_apply, true,
     "text|name"},
    {"controller", "keeps plans true: watches, plans, applies, reports", command_controller, help_controller, true,
     NULL},
    {"policy", "by which rules the other commands decide, as a document", command_policy, help_policy, false,
     "yaml|json|name"},
    {"completion", "what a shell needs to complete commands, options and services", command_completion, help_completion,
     false, NULL},
    {"version", "which libaim this is", command_version, help_version, false, NULL},
};

/* What the completion scripts ask; nobody types it. */
static const command completing = {"__complete", "", command_complete, help_completion, false, NULL};

const command *command_find(const char *name) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    }
    return NULL;
}

static int help(int argc, char **argv) {
    const command *about = argc > 2 ? command_find(argv[2]) : NULL;
    if (argc > 2 && !about) {
        complain("there is no command \"%s\"; aim help lists them", argv[2]);
        return EXIT_USAGE;
    }
    if (about)
        about->help();
    else
        help_all();
    return output_finish(EXIT_DONE);
}

/* The format that was asked for, or the command's first one. */
static int settle_format(const command *chosen, tool_options *options) {
    static const char *const names[] = {
        [OUTPUT_TEXT] = "text", [OUTPUT_WIDE] = "wide",         [OUTPUT_NAME] = "name",   [OUTPUT_JSON] = "json",
        [OUTPUT_YAML] = "yaml", [OUTPUT_MARKDOWN] = "markdown", [OUTPUT_SARIF] = "sarif", [OUTPUT_GITHUB] = "github",
    };
    const char *wanted = options->format_text;
    for (const char *p = chosen->formats; p && *p;) {
        size_t size = strcspn(p, "|");
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            bool named = strlen(names[i]) == size && strncmp(names[i], p, size) == 0;
            if (!named || (wanted && strcmp(wanted, names[i]) != 0)) continue;
            options->format = (output_format)i;
            return EXIT_DONE;
        }
        p += size + (p[size] == '|');
    }
    if (!wanted) return EXIT_DONE;
    complain("-o %s: aim %s writes %s", wanted, chosen->name, chosen->formats ? chosen->formats : "only text");
    return EXIT_USAGE;
}

static int run(const command *chosen, tool_options *options) {
    int code = EXIT_DONE;
    if (chosen->run == command_controller) options->agent = "aim-controller";
    if (chosen->live && !options->files.count && !options->cluster_files.count) code = live_open(options);
    if (code == EXIT_DONE) code = chosen->run(options);
    live_close(options);
    return code;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        help_all();
        output_finish(EXIT_DONE);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help(argc, argv);
    if (strcmp(name, "--version") == 0) name = "version";
    const command *chosen = strcmp(name, completing.name) == 0 ? &completing : command_find(name);
    if (!chosen) {
        complain("there is no command \"%s\"; aim help lists them", name);
        return EXIT_USAGE;
    }
    tool_options options;
    bool wants_help = false;
    static char own_name[] = "aim";
    argv[1] = own_name; /* getopt names us in its messages */
    int code = options_read(argc - 1, argv + 1, &options, &wants_help);
    if (code == EXIT_DONE && !wants_help) code = settle_format(chosen, &options);
    if (code == EXIT_DONE && wants_help)
        chosen->help();
    else if (code == EXIT_DONE)
        code = run(chosen, &options);
    options_free(&options);
    return output_finish(code);
}
