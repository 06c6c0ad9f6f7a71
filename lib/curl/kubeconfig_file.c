/* Which kubeconfig files there are, and their text as trees. Nothing of a file's text ever gets into a message. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "curl/file.h"
#include "curl/kubeconfig.h"
#include "doc/reader.h"

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

aimp_environment aimp_environment_of_process(void) {
    return (aimp_environment){.kubeconfig = getenv("KUBECONFIG"),
                              .home = getenv("HOME"),
                              .service_host = getenv("KUBERNETES_SERVICE_HOST"),
                              .service_port = getenv("KUBERNETES_SERVICE_PORT"),
                              .pod_namespace = getenv("POD_NAMESPACE"),
                              .service_account = SERVICE_ACCOUNT};
}

static void add_file(aimp_kubeconfig_reading *r, const char *path) {
    for (size_t i = 0; i < r->file_count; i++) {
        if (aimp_equal(r->files[i].path, path)) return;
    }
    const size_t size = r->file_count * sizeof *r->files;
    r->files = aimp_take_more(r->scratch, r->files, size, size + sizeof *r->files);
    const char *slash = strrchr(path, '/');
    const char *folder = !slash ? "" : slash == path ? "/" : aimp_copy(r->arena, path, (size_t)(slash - path));
    r->files[r->file_count++] = (aimp_kubeconfig_file){aimp_copy_string(r->arena, path), folder, NULL};
}

static void list_files(aimp_kubeconfig_reading *r) {
    if (r->options->kubeconfig) {
        add_file(r, r->options->kubeconfig);
        return;
    }
    const char *list = r->environment->kubeconfig;
    if (aimp_is_empty(list)) {
        if (!aimp_is_empty(r->environment->home))
            add_file(r, aimp_format(r->scratch, "%s/.kube/config", r->environment->home));
        return;
    }
    for (const char *end; *list; list = *end ? end + 1 : end) {
        end = list + strcspn(list, ":");
        if (end > list) add_file(r, aimp_copy(r->scratch, list, (size_t)(end - list)));
    }
}

/* --- one file --- */

typedef struct parse {
    aimp_kubeconfig_reading *reading;
    aimp_kubeconfig_file *file;
    size_t documents;
} parse;

static aimp_arena *on_arena(void *user) {
    return ((parse *)user)->reading->trees;
}

static void on_document(void *user, const aimp_document *document) {
    parse *p = user;
    if (p->documents++ == 0)
        p->file->root = document->root;
    else
        aimp_kubeconfig_problem(p->reading, AIM_E_DOCUMENT, p->file, document->root, "",
                                "a kubeconfig is one document, and here begins another");
}

/* The reader's sentences may quote a piece of the text. A password that begins with * or ! would be one. */
static const char *without_quotes(aim_code code, const char *message) {
    if (code == AIM_E_DUPLICATE) return "a key occurs twice";
    if (strstr(message, "alias *")) return "a value that begins with * is no alias here; quote it";
    if (strstr(message, "tag ")) return "a value that begins with ! has no tag that is supported; quote it";
    return strpbrk(message, "\"*") ? "it is neither YAML nor JSON" : message;
}

static void on_problem(void *user, aim_code code, uint64_t line, uint64_t column, const char *pointer,
                       const char *message) {
    parse *p = user;
    const aimp_origin origin = {p->file->path, pointer, line, column};
    aimp_kubeconfig_note(p->reading, code, &origin, without_quotes(code, message));
}

typedef struct loading {
    const aim_allocator *allocator;
    aimp_secret text;
} loading;

static void drop_text(void *arg) {
    loading *l = arg;
    aimp_secret_release(l->allocator, &l->text);
}

static void parse_file(aimp_kubeconfig_reading *r, aimp_kubeconfig_file *file, const aimp_secret *text) {
    aim_limits limits = r->context->limits;
    limits.object_bytes = AIMP_KUBECONFIG_BYTES;
    parse p = {r, file, 0};
    aimp_document_sink sink = {on_arena, on_document, on_problem, &p};
    /* The text moves into the arena: the reader owns libyaml's memory through the guard's one clean-up hook. */
    const char *copy = aimp_copy(r->scratch, text->bytes ? text->bytes : "", text->size);
    const size_t size = text->size;
    drop_text(r->scratch->guard->cleanup_arg);
    r->scratch->guard->cleanup = NULL;
    aimp_read_documents(copy, size, &limits, r->scratch, &sink);
}

/* False: there is no such file. */
static bool read_file(aimp_kubeconfig_reading *r, aimp_kubeconfig_file *file) {
    bool shared = false;
    loading l = {r->scratch->allocator, {0}};
    const aimp_file_result result = aimp_file_read(l.allocator, file->path, AIMP_KUBECONFIG_BYTES, &l.text, &shared);
    if (result == AIMP_FILE_NO_MEMORY) aimp_raise(r->scratch->guard, AIM_E_NO_MEMORY, "%s", "");
    if (result == AIMP_FILE_MISSING) return false;
    if (result != AIMP_FILE_OK) {
        const aim_code code = result == AIMP_FILE_TOO_LARGE ? AIM_E_LIMIT : AIM_E_READ;
        aimp_kubeconfig_problem(r, code, file, NULL, NULL, "the kubeconfig %s", aimp_file_trouble(result));
        return true;
    }
    r->scratch->guard->cleanup_arg = &l;
    r->scratch->guard->cleanup = drop_text;
    parse_file(r, file, &l.text);
    if (file->root) aimp_kubeconfig_check(r, file);
    if (shared) aimp_kubeconfig_warn(r, file, NULL, NULL, "others than its owner can read the kubeconfig");
    return true;
}

bool aimp_kubeconfig_load(aimp_kubeconfig_reading *r) {
    size_t found = 0;
    list_files(r);
    for (size_t i = 0; i < r->file_count; i++)
        found += read_file(r, &r->files[i]);
    if (r->options->kubeconfig && !found) {
        aimp_kubeconfig_problem(r, AIM_E_NOT_FOUND, &r->files[0], NULL, NULL, "there is no such kubeconfig");
        return false;
    }
    if (!r->options->kubeconfig && !aimp_is_empty(r->environment->kubeconfig) && !found)
        aimp_kubeconfig_warn(r, NULL, NULL, NULL, "none of the files in $KUBECONFIG exists");
    return r->error_count == 0;
}
