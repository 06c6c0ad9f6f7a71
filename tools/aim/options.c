/* The options, the same for every subcommand, read with getopt_long. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum {
    OPT_CLUSTER = 1000,
    OPT_POD_LOG,
    OPT_NOW,
    OPT_COMPLETE,
    OPT_BEHAVIOUR,
    OPT_POLICY,
    OPT_COLOR,
    OPT_OBJECT,
    OPT_KUBECONFIG,
    OPT_CONTEXT,
    OPT_RECORD,
    OPT_DRY_RUN,
    OPT_FORCE,
    OPT_PLUGIN,
    OPT_INSECURE,
    OPT_TIMEOUT,
    OPT_CONTROLLERS,
    OPT_TAKEOVER,
    OPT_NO_LEADER_ELECTION,
    OPT_LEASE_NAMESPACE,
    OPT_IDENTITY,
    OPT_METRICS_ADDRESS,
    OPT_LOG_FORMAT,
    OPT_UNTIL_SETTLED
};

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
    {"kubeconfig", required_argument, NULL, OPT_KUBECONFIG},
    {"context", required_argument, NULL, OPT_CONTEXT},
    {"record", required_argument, NULL, OPT_RECORD},
    {"credential-plugin", required_argument, NULL, OPT_PLUGIN},
    {"insecure-skip-tls-verify", no_argument, NULL, OPT_INSECURE},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"dry-run", optional_argument, NULL, OPT_DRY_RUN},
    {"controllers", required_argument, NULL, OPT_CONTROLLERS},
    {"takeover", no_argument, NULL, OPT_TAKEOVER},
    {"no-leader-election", no_argument, NULL, OPT_NO_LEADER_ELECTION},
    {"lease-namespace", required_argument, NULL, OPT_LEASE_NAMESPACE},
    {"identity", required_argument, NULL, OPT_IDENTITY},
    {"metrics-address", required_argument, NULL, OPT_METRICS_ADDRESS},
    {"log-format", required_argument, NULL, OPT_LOG_FORMAT},
    {"until-settled", no_argument, NULL, OPT_UNTIL_SETTLED},
    {"force", no_argument, NULL, OPT_FORCE},
    {"force-conflicts", no_argument, NULL, OPT_FORCE},
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

const char *options_kind(const char *object) {
    static const struct {
        const char *name, *kind;
    } names[] = {
        {"AIMService", "AIMService"},
        {"aimservice", "AIMService"},
        {"aimservices", "AIMService"},
        {"aimsvc", "AIMService"},
        {"AIMTemplateCache", "AIMTemplateCache"},
        {"aimtemplatecache", "AIMTemplateCache"},
        {"aimtemplatecaches", "AIMTemplateCache"},
        {"AIMArtifact", "AIMArtifact"},
        {"aimartifact", "AIMArtifact"},
        {"aimartifacts", "AIMArtifact"},
    };
    const size_t size = strcspn(object, "/");
    for (size_t i = 0; object[size] && i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i].name) == size && strncmp(names[i].name, object, size) == 0) return names[i].kind;
    }
    return NULL;
}

/* --object KIND/[NAMESPACE/]NAME */
static int read_object(const char *text, tool_options *out) {
    if (options_kind(text)) return push(&out->objects, text) ? EXIT_DONE : EXIT_TROUBLE;
    return usage("--object %s: must be KIND/[NAMESPACE/]NAME with AIMService, AIMTemplateCache or AIMArtifact", text);
}

/* Seconds, with or without an s. */
static int read_timeout(const char *text, tool_options *out) {
    char *end;
    const unsigned long seconds = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || (*end && strcmp(end, "s") != 0) || !seconds || seconds > 86400)
        return usage("--timeout %s: must be 1 to 86400 seconds", text);
    out->timeout_ms = seconds * 1000;
    return EXIT_DONE;
}

static int read_one(int option, const char *value, tool_options *out, bool *wants_help) {
    bool room = true;
    switch (option) {
    case OPT_CLUSTER: room = push(&out->cluster_files, value); break;
    case 'f': room = push(&out->files, value); break;
    case 's': room = push(&out->services, value); break;
    case OPT_POD_LOG: room = push(&out->pod_logs, value); break;
    case OPT_OBJECT: return read_object(value, out);
    case 'n':
        out->ns = value;
        out->all_namespaces = false;
        break;
    case 'A':
        out->ns = NULL;
        out->all_namespaces = true;
        break;
    case OPT_KUBECONFIG: out->kubeconfig = value; break;
    case OPT_CONTEXT: out->context = value; break;
    case OPT_RECORD: out->record = value; break;
    case OPT_PLUGIN: room = push(&out->plugins, value); break;
    case OPT_TIMEOUT: return read_timeout(value, out);
    case OPT_INSECURE: out->insecure = true; break;
    case OPT_FORCE: out->force = true; break;
    case OPT_DRY_RUN:
        out->dry_run = !value || strcmp(value, "server") == 0;
        if (!out->dry_run)
            return usage("--dry-run=%s: must be server (what would be sent without asking one is aim plan)", value);
        break;
    case OPT_CONTROLLERS: out->controllers = value; break;
    case OPT_TAKEOVER: out->takeover = true; break;
    case OPT_NO_LEADER_ELECTION: out->leader_election = false; break;
    case OPT_LEASE_NAMESPACE: out->lease_ns = value; break;
    case OPT_IDENTITY: out->identity = value; break;
    case OPT_METRICS_ADDRESS: out->metrics_address = value; break;
    case OPT_LOG_FORMAT:
        out->log_json = strcmp(value, "json") == 0;
        if (!out->log_json && strcmp(value, "text") != 0) return usage("--log-format %s: must be text or json", value);
        break;
    case OPT_UNTIL_SETTLED: out->until_settled = true; break;
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
    *out = (tool_options){.behaviour = -1, .leader_election = true, .agent = "aim"};
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
    free(options->objects.items);
    free(options->pod_logs.items);
    free(options->plugins.items);
}

const char *options_namespace(const tool_options *options) {
    if (options->ns) return options->ns;
    return options->context_ns ? options->context_ns : "default";
}
