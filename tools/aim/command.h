/* The command-line tool: options, input, and one file for each subcommand. It uses only the public interface. */
#ifndef AIM_TOOL_COMMAND_H
#define AIM_TOOL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <aim/aim.h>

/* Exit codes, as help.c explains them. */
enum {
    EXIT_DONE = 0,
    EXIT_TROUBLE = 1,
    EXIT_USAGE = 2,
    EXIT_BLOCKED = 3,
    EXIT_AMBIGUOUS = 4,
    EXIT_INPUT = 5,
    EXIT_CHANGED = 10
};

typedef enum output_format {
    OUTPUT_TEXT,
    OUTPUT_WIDE,
    OUTPUT_NAME,
    OUTPUT_JSON,
    OUTPUT_YAML,
    OUTPUT_MARKDOWN,
    OUTPUT_SARIF,
    OUTPUT_GITHUB
} output_format;

typedef struct text_list {
    const char **items;
    size_t count;
} text_list;

typedef struct live live;

typedef struct tool_options {
    text_list cluster_files, files, services, objects, pod_logs; /* objects: KIND/[NAMESPACE/]NAME */
    const char *ns;
    const char *context_ns; /* of the kubeconfig's context; NULL: no cluster is asked */
    text_list plugins;      /* credential plugins that may be run */
    const char *kubeconfig, *context, *record;
    const char *controllers, *lease_ns, *identity, *metrics_address; /* of aim controller */
    bool takeover, leader_election, log_json, until_settled;
    const char *agent;   /* what requests are signed with */
    struct live *live;   /* NULL: documents are read */
    uint64_t timeout_ms; /* 0: none */
    bool all_namespaces, force, dry_run, insecure;
    const char *now, *format_text, *policy_file;
    int32_t behaviour; /* -1: not asked for */
    output_format format;
    bool color, quiet, verbose, complete;
} tool_options;

typedef struct command {
    const char *name, *summary;
    int (*run)(const tool_options *options);
    void (*help)(void);
    bool live;           /* it asks the cluster when the command line names no input */
    const char *formats; /* "text|json": what -o accepts, the default first; NULL: the command prints no format */
} command;

/* options.c: EXIT_DONE, or EXIT_USAGE after saying why. wants_help: the user asked for help instead. */
int options_read(int argc, char **argv, tool_options *out, bool *wants_help);
void options_free(tool_options *options);
/* The kind of a KIND/[NAMESPACE/]NAME, as the interface spells it; NULL: there is none that plans are made for. */
const char *options_kind(const char *object);
/* That of -n, else of the kubeconfig's context, else "default" */
const char *options_namespace(const tool_options *options);

/* input.c: the cluster of all input, to be freed; NULL after saying why, and then *code is the exit code. */
aim_cluster *input_read(const tool_options *options, int *code);
/* The same, but what cannot be read is listed instead of shown, and the rest is answered: *code then says EXIT_INPUT.
 */
typedef struct report_list {
    aim_report **items;
    size_t count;
} report_list;
aim_cluster *input_read_all(const tool_options *options, report_list *refused, int *code);
/* Opens a file for reading, "-" is standard input; NULL after saying why. input_name is for messages. */
FILE *input_open(const char *path);
void input_close(FILE *file);
const char *input_name(const char *path);
/* The callback of aim_source: user is a FILE *. */
aim_code input_read_stream(char *buffer, size_t size, size_t *got, void *user);

/* reports.c: on standard error */
void report_show(const aim_report *report, bool quiet);
void report_show_kinds(const aim_report *report, const char *name);
/* False: the report is empty, or there is no memory, and it stays the caller's. */
bool report_keep(report_list *list, aim_report *report);
void reports_free(report_list *reports);

/* policy.c: the policy that was asked for. NULL after saying why, and then *code is the exit code. *owned is to be
 * given back with aim_policy_free(). */
const aim_policy *policy_read(const tool_options *options, aim_policy **owned, int *code);

/* services.c */
typedef struct visited {
    const tool_options *options;
    const aim_cluster *cluster;
    const aim_plan *plan;
    const aim_ref *object;
    bool first;
} visited;
typedef int service_visitor(const visited *v);
/* Plans every service and object that was asked for and shows it; answers the worst exit code. */
int services_visit(const tool_options *options, service_visitor *visit);
/* 0, 3 or 4 for a plan, as explain and plan count it. */
int plan_verdict(const aim_plan *plan);

/* output.c */
int worse(int a, int b);
/* Writes a part of a plan to standard output; false (and a message) when that fails. */
bool output_part(const visited *v, int32_t part);
/* Writes a rendered buffer, or says why there is none, and gives both back. */
bool output_buffer(aim_code code, aim_buffer *buffer, aim_error *error);
uint32_t output_flags(const tool_options *options);
/* The library's name of the format that was asked for. */
int32_t output_wanted(output_format format);
/* Names and messages come from documents: no control characters reach the terminal. */
void put_safe(FILE *file, const char *text);
/* "KIND/NAME" and a newline on standard output. */
void output_name(const char *kind, const char *name);
void complain(const char *format, ...);
/* A message of unknown origin, without control characters. */
void complain_error(const aim_error *error);
int output_finish(int code);

int command_apply(const tool_options *options);
int command_explain(const tool_options *options);
int command_plan(const tool_options *options);
int command_status(const tool_options *options);
int command_lint(const tool_options *options);
int command_controller(const tool_options *options);
int command_diff(const tool_options *options);
int command_completion(const tool_options *options);
int command_complete(const tool_options *options);
int command_policy(const tool_options *options);
int command_version(const tool_options *options);
const command *command_find(const char *name);
void help_all(void);
void help_apply(void);
void help_explain(void);
void help_plan(void);
void help_status(void);
void help_lint(void);
void help_controller(void);
void help_diff(void);
void help_completion(void);
void help_policy(void);
void help_version(void);

#endif
