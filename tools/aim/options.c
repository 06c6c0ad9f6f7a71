/* The options, the same for every subcommand, read with getopt_long. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { OPT_CLUSTER = 1000, OPT_POD_LOG, OPT_NOW, OPT_COMPLETE, OPT_BEHAVIOUR, OPT_POLICY, OPT_COLOR, OPT_OBJECT };

static const struct option long_options[] = {
    {"cluster", required_argument, NULL, OPT_CLUSTER},
    {"filename", required_argument, NULL, 'f'},
    {"namespace", required_argument, NULL, 'n'},
    {"all-namespaces", no_argument, NULL, 'A'},
    {"service", required_argument, NULL, 's'},
    {"object", required_argument, NULL, OPT_OBJECT},
    {"pod-log", required_argument, NULL, OPT_POD_LOG},
    {"now", required_argument, NULL, OPT_NOW},
    {"complete", no_argument, NULL, OPT_COMPLETE},
    {"behaviour", required_argument, NULL, OPT_BEHAVIOUR},
    {"behavior", required_argument, NULL, OPT_BEHAVIOUR},
    {"policy", required_argument, NULL, OPT_POLICY},
    {"output", required_argument, NULL, 'o'},
    {"color", required_argument, NULL, OPT_COLOR},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool push(text_list *list, const char *text) {
    const char **items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (!items) return false;
    list->items = items;
    list->items[list->count++] = text;
    return true;
}

static int usage(const char *what, const char *value) {
    complain(what, value);
    return EXIT_USAGE;
}

static int read_color(const char *text, tool_options *out) {
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (strcmp(text, "auto") == 0)
        out->color = isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
    else if (strcmp(text, "always") == 0)
        out->color = true;
    else if (strcmp(text, "never") == 0)
        out->color = false;
    else
        return usage("--color %s: must be auto, always or never", text);
    return EXIT_DONE;
}

/* --object KIND/[NAMESPACE/]NAME; plans of other kinds than AIMService are not made. */
static int read_object(const char *text, tool_options *out) {
    const char *slash = strchr(text, '/');
    size_t size = slash ? (size_t)(slash - text) : 0;
    static const char *const names[] = {"AIMService", "aimservice", "aimservices", "aimsvc"};
    for (size_t i = 0; slash && i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) == size && strncmp(names[i], text, size) == 0)
            return push(&out->services, slash + 1) ? EXIT_DONE : EXIT_TROUBLE;
    }
    return usage("--object %s: must be AIMService/NAMESPACE/NAME (plans are made for services)", text);
}

static int read_one(int option, const char *value, tool_options *out, bool *wants_help) {
    bool room = true;
    switch (option) {
    case OPT_CLUSTER: room = push(&out->cluster_files, value); break;
    case 'f': room = push(&out->files, value); break;
    case 's': room = push(&out->services, value); break;
    case OPT_POD_LOG: room = push(&out->pod_logs, value); break;
    case OPT_OBJECT: return read_object(value, out);
    case 'n': out->ns = value; break;
    case 'A': out->ns = NULL; break;
    case OPT_NOW: out->now = value; break;
    case OPT_COMPLETE: out->complete = true; break;
    case OPT_BEHAVIOUR:
        out->behaviour = aim_behaviour_named(value);
        if (out->behaviour < 0) return usage("--behaviour %s: must be documented or engine-0.2", value);
        break;
    case OPT_POLICY: out->policy_file = value; break;
    case 'o': out->format_text = value; break; /* main knows which the command has */
    case OPT_COLOR: return read_color(value, out);
    case 'q': out->quiet = true; break;
    case 'v': out->verbose = true; break;
    case 'h': *wants_help = true; break;
    default: return EXIT_USAGE; /* getopt_long has said why */
    }
    if (!room) complain("out of memory");
    return room ? EXIT_DONE : EXIT_TROUBLE;
}

int options_read(int argc, char **argv, tool_options *out, bool *wants_help) {
    *out = (tool_options){.behaviour = -1};
    int code = read_color("auto", out);
    optind = 1;
    for (int option; code == EXIT_DONE && (option = getopt_long(argc, argv, "f:n:As:o:qvh", long_options, NULL)) != -1;)
        code = read_one(option, optarg, out, wants_help);
    for (int i = optind; code == EXIT_DONE && i < argc; i++) {
        if (!push(&out->files, argv[i])) code = EXIT_TROUBLE;
    }
    return code;
}

void options_free(tool_options *options) {
    free(options->cluster_files.items);
    free(options->files.items);
    free(options->services.items);
    free(options->pod_logs.items);
}

const char *options_namespace(const tool_options *options) {
    return options->ns ? options->ns : "default";
}
