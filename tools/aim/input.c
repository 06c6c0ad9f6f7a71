/* Files, folders, patterns and standard input into one cluster. Every problem of every file is shown, not only the
 * first. */
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "live.h"

#define MAX_FOLDER_DEPTH 32

typedef struct reading {
    const tool_options *options;
    aim_cluster *cluster;
    uint32_t layer;       /* flags of aim_source */
    report_list *refused; /* NULL: they are shown */
    int code;
    /* progress: on a terminal only, and only when reading takes long */
    bool shows_progress, progress_shown;
    int64_t next_progress; /* milliseconds */
    uint64_t bytes;
    FILE *file;
    const char *name;
    char peeked[64]; /* the beginning of a file, which says whether it is a record */
    size_t peeked_size, peeked_at;
} reading;

/* --- progress --- */

enum { PROGRESS_DELAY = 700, PROGRESS_INTERVAL = 100, LONG_INPUT = 16000000 };

static int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void start_progress(reading *r) {
    const char *term = getenv("TERM");
    r->shows_progress = !r->options->quiet && isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
    r->next_progress = milliseconds() + PROGRESS_DELAY;
}

/* at_end: the text is here, and a long one is still to be understood. */
static void show_progress(reading *r, bool at_end) {
    bool due = at_end ? r->bytes >= LONG_INPUT : milliseconds() >= r->next_progress;
    if (!r->shows_progress || !due) return;
    r->next_progress = milliseconds() + PROGRESS_INTERVAL;
    r->progress_shown = true;
    fprintf(stderr, "\r\033[Kreading ");
    put_safe(stderr, r->name);
    fprintf(stderr, ": %llu MB", (unsigned long long)(r->bytes / 1000000));
    fflush(stderr);
}

static void end_progress(reading *r) {
    if (r->progress_shown) fputs("\r\033[K", stderr);
    r->progress_shown = false;
}

aim_code input_read_stream(char *buffer, size_t size, size_t *got, void *user) {
    *got = fread(buffer, 1, size, user);
    return ferror((FILE *)user) ? AIM_E_READ : AIM_OK;
}

static aim_code read_with_progress(char *buffer, size_t size, size_t *got, void *user) {
    reading *r = user;
    if (r->peeked_at < r->peeked_size) {
        *got = r->peeked_size - r->peeked_at < size ? r->peeked_size - r->peeked_at : size;
        memcpy(buffer, r->peeked + r->peeked_at, *got);
        r->peeked_at += *got;
        return AIM_OK;
    }
    aim_code code = input_read_stream(buffer, size, got, r->file);
    r->bytes += *got;
    show_progress(r, *got == 0);
    return code;
}

/* --- reading --- */

static void read_file(reading *r, FILE *file, const char *name) {
    aim_report *report = NULL;
    aim_error *error = NULL;
    aim_source source = {
        .struct_size = sizeof source, .flags = r->layer, .name = name, .read = read_with_progress, .user = r};
    r->file = file;
    r->name = name;
    r->peeked_at = 0;
    r->peeked_size = fread(r->peeked, 1, sizeof r->peeked, file);
    if (conversation_is_record(r->peeked, r->peeked_size)) {
        source.flags = 0;
        r->code = worse(r->code, conversation_replay(r->options, r->cluster, &source));
        return;
    }
    aim_code code = aim_cluster_add(r->cluster, &source, &report, &error);
    end_progress(r);
    bool kept = code && r->refused && report_keep(r->refused, report);
    if (!kept) report_show(report, r->options->quiet);
    if (r->options->verbose) report_show_kinds(report, name);
    bool reported =
        kept || AIM_CODE_CLASS(code) == AIM_CLASS_INPUT || (code == AIM_E_LIMIT && aim_report_count(report));
    if (reported)
        r->code = worse(r->code, EXIT_INPUT);
    else if (code) {
        complain_error(error);
        r->code = worse(r->code, EXIT_TROUBLE);
    }
    if (!kept) aim_report_free(report);
    aim_error_free(error);
}

const char *input_name(const char *path) {
    return strcmp(path, "-") == 0 ? "(standard input)" : path;
}

FILE *input_open(const char *path) {
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
    if (!file) complain("cannot read %s: %s", path, strerror(errno));
    return file;
}

void input_close(FILE *file) {
    if (file && file != stdin) fclose(file);
}

static void cannot_read(reading *r, const char *path) {
    complain("cannot read %s: %s", path, strerror(errno));
    r->code = worse(r->code, EXIT_TROUBLE);
}

static void read_path(reading *r, const char *path, int depth, bool named);

static bool is_document(const char *name) {
    static const char *const endings[] = {".yaml", ".yml", ".json", ".jsonl", ".ndjson"};
    size_t size = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t tail = strlen(endings[i]);
        if (size > tail && strcmp(name + size - tail, endings[i]) == 0) return true;
    }
    return false;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Hidden entries and symbolic links to folders are passed over; the order does not depend on the file system. */
static void read_folder(reading *r, const char *path, int depth) {
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, by_name);
    if (count < 0 || depth > MAX_FOLDER_DEPTH) {
        if (count >= 0) errno = ELOOP;
        cannot_read(r, path);
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t size = strlen(path) + strlen(name) + 2;
        char *below = *name == '.' || depth > MAX_FOLDER_DEPTH ? NULL : malloc(size);
        if (below) {
            snprintf(below, size, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", name);
            read_path(r, below, depth + 1, false);
            free(below);
        }
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

static void read_path(reading *r, const char *path, int depth, bool named) {
    struct stat about;
    if ((named ? stat(path, &about) : lstat(path, &about)) != 0) {
        cannot_read(r, path);
        return;
    }
    if (S_ISDIR(about.st_mode)) {
        read_folder(r, path, depth);
        return;
    }
    if (!named && S_ISLNK(about.st_mode) && (stat(path, &about) != 0 || S_ISDIR(about.st_mode))) return;
    if (!named && (!S_ISREG(about.st_mode) || !is_document(path))) return;
    FILE *file = fopen(path, "rbe");
    if (!file) {
        cannot_read(r, path);
        return;
    }
    read_file(r, file, path);
    fclose(file);
}

static void read_argument(reading *r, const char *argument) {
    if (strcmp(argument, "-") == 0) {
        read_file(r, stdin, "(standard input)");
        return;
    }
    glob_t found;
    bool pattern = strpbrk(argument, "*?[") != NULL && access(argument, F_OK) != 0;
    if (!pattern) {
        read_path(r, argument, 0, true);
        return;
    }
    if (glob(argument, 0, NULL, &found) != 0) {
        complain("no file matches %s", argument);
        r->code = worse(r->code, EXIT_TROUBLE);
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        read_path(r, found.gl_pathv[i], 0, true);
    globfree(&found);
}

/* NAMESPACE/POD/CONTAINER=FILE */
static void read_log(reading *r, const char *argument) {
    enum { MAX_LOG = 4 << 20 };
    char where[1024];
    const char *equals = strchr(argument, '=');
    size_t size = equals ? (size_t)(equals - argument) : 0;
    char *pod = NULL, *container = NULL;
    if (size && size < sizeof where) {
        memcpy(where, argument, size);
        where[size] = '\0';
        pod = strchr(where, '/');
        container = pod ? strchr(pod + 1, '/') : NULL;
    }
    if (!container) {
        complain("--pod-log %s: must be NAMESPACE/POD/CONTAINER=FILE", argument);
        r->code = EXIT_USAGE;
        return;
    }
    *pod = *container = '\0';
    FILE *file = fopen(equals + 1, "rbe");
    char *text = file ? malloc(MAX_LOG) : NULL;
    if (!text) {
        cannot_read(r, equals + 1);
    } else {
        aim_error *error = NULL;
        size_t got = fread(text, 1, MAX_LOG, file);
        aim_log log = {.struct_size = sizeof log,
                       .ns = where,
                       .pod = pod + 1,
                       .container = container + 1,
                       .text = text,
                       .size = got};
        if (aim_cluster_add_log(r->cluster, &log, &error)) {
            complain_error(error);
            r->code = worse(r->code, EXIT_TROUBLE);
        }
        aim_error_free(error);
    }
    free(text);
    if (file) fclose(file);
}

static aim_cluster *new_cluster(void) {
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_error *error = NULL;
    if (aim_context_new(NULL, &context, &error) || aim_cluster_new(context, &cluster, &error)) {
        complain_error(error);
        aim_error_free(error);
    }
    aim_context_free(context); /* the cluster keeps it */
    return cluster;
}

aim_cluster *input_read(const tool_options *options, int *code) {
    return input_read_all(options, NULL, code);
}

aim_cluster *input_read_all(const tool_options *options, report_list *refused, int *code) {
    reading r = {.options = options, .refused = refused};
    r.cluster = new_cluster();
    start_progress(&r);
    if (!r.cluster) {
        *code = EXIT_TROUBLE;
        return NULL;
    }
    if (options->live) r.code = live_read(options, r.cluster);
    for (size_t i = 0; i < options->cluster_files.count; i++)
        read_argument(&r, options->cluster_files.items[i]);
    r.layer = options->cluster_files.count ? AIM_SOURCE_OVERLAY : 0;
    for (size_t i = 0; i < options->files.count; i++)
        read_argument(&r, options->files.items[i]);
    for (size_t i = 0; i < options->pod_logs.count; i++)
        read_log(&r, options->pod_logs.items[i]);
    aim_declaration complete = {.struct_size = sizeof complete, .state = AIM_STATE_KNOWN};
    if (options->complete) aim_cluster_declare(r.cluster, &complete, NULL);
    *code = r.code;
    /* of a live cluster, an object that cannot be read holds up no other */
    if (r.code == EXIT_DONE || (r.code == EXIT_INPUT && (refused || options->live))) return r.cluster;
    aim_cluster_free(r.cluster);
    return NULL;
}
