/* aim __complete: what the completion scripts ask about the input on the command line. It never prints an error: it
 * runs while somebody types. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"

typedef struct name_list {
    char **items;
    size_t count;
} name_list;

/* What is offered lands on a command line, so a document must not choose it freely: only characters that names in
 * Kubernetes have, and that no shell looks at. */
static bool is_plain(const char *text) {
    if (!text || !*text || *text == '-') return false;
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] == '\0';
}

static void add_name(name_list *list, const char *ns, const char *name) {
    if (!is_plain(ns ? ns : name) || !is_plain(name)) return;
    char **items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (!items) return;
    list->items = items;
    size_t size = (ns ? strlen(ns) + 1 : 0) + strlen(name) + 1;
    char *text = malloc(size);
    if (!text) return;
    snprintf(text, size, "%s%s%s", ns ? ns : "", ns ? "/" : "", name);
    list->items[list->count++] = text;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_and_free(name_list *list) {
    if (list->count) qsort(list->items, list->count, sizeof *list->items, by_text);
    for (size_t i = 0; i < list->count; i++) {
        if (i + 1 == list->count || strcmp(list->items[i], list->items[i + 1]) != 0) puts(list->items[i]);
        free(list->items[i]);
    }
    free(list->items);
}

/* Reading standard input, a pipe or a device would stop the shell. */
static bool is_quick(const char *path) {
    struct stat about;
    if (strcmp(path, "-") == 0) return false;
    return stat(path, &about) != 0 || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode);
}

/* Each argument is read on its own: one that is broken does not hide the others, and layers do not matter for names. */
static void add_names(name_list *list, const tool_options *options, const char **path, bool services) {
    tool_options quiet = {.files = {path, 1}, .behaviour = options->behaviour, .quiet = true};
    int code;
    if (!is_quick(*path)) return;
    aim_cluster *cluster = input_read(&quiet, &code);
    aim_ref filter = {.struct_size = sizeof filter, .kind = "AIMService", .ns = services ? options->ns : NULL};
    size_t count = cluster ? aim_cluster_count(cluster, &filter) : 0;
    for (size_t i = 0; i < count; i++) {
        aim_ref found = {.struct_size = sizeof found};
        if (aim_cluster_at(cluster, &filter, i, &found, NULL)) break;
        if (services)
            add_name(list, options->ns ? NULL : found.ns, found.name);
        else
            add_name(list, NULL, found.ns);
    }
    aim_cluster_free(cluster);
}

/* aim __complete services|namespaces FILE...: NAMESPACE/NAME (with -n only NAME) of each service, or their namespaces.
 */
int command_complete(const tool_options *options) {
    const char *what = options->files.count ? options->files.items[0] : "";
    bool services = strcmp(what, "services") == 0;
    name_list names = {0};
    if (!services && strcmp(what, "namespaces") != 0) return EXIT_DONE;
    if (!freopen("/dev/null", "w", stderr)) return EXIT_DONE; /* input_read reports to people */
    for (size_t i = 0; i < options->cluster_files.count; i++)
        add_names(&names, options, &options->cluster_files.items[i], services);
    for (size_t i = 1; i < options->files.count; i++)
        add_names(&names, options, &options->files.items[i], services);
    print_and_free(&names);
    return EXIT_DONE;
}
