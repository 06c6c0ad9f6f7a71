/* Finds the subcommand. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static const command commands[] = {
    {"explain", "why: every candidate, every stage, the winner, the warnings", command_explain, help_explain},
    {"plan", "what: the manifests, ready for kubectl apply -f -", command_plan, help_plan},
    {"status", "what a service would report, component by component", command_status, help_status},
    {"version", "which libaim this is", command_version, help_version},
};

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

int main(int argc, char **argv) {
    if (argc < 2) {
        help_all();
        output_finish(EXIT_DONE);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help(argc, argv);
    if (strcmp(name, "--version") == 0) name = "version";
    const command *chosen = command_find(name);
    if (!chosen) {
        complain("there is no command \"%s\"; aim help lists them", name);
        return EXIT_USAGE;
    }
    tool_options options;
    bool wants_help = false;
    static char own_name[] = "aim";
    argv[1] = own_name; /* getopt names us in its messages */
    int code = options_read(argc - 1, argv + 1, &options, &wants_help);
    if (code == EXIT_DONE && wants_help)
        chosen->help();
    else if (code == EXIT_DONE)
        code = chosen->run(&options);
    options_free(&options);
    return output_finish(code);
}
