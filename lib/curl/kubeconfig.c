/* From the files to one configuration: which context, which cluster, which user. Reports everything that is wrong with
 * them at once. */
#include "curl/kubeconfig.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sort.h"
#include "base/text.h"
#include "curl/base64.h"

const char *aimp_shown(aimp_arena *arena, const char *text) {
    aimp_text safe = aimp_text_new(arena);
    aimp_text_add_safe(&safe, aimp_format(arena, "%.100s", text));
    return aimp_text_string(&safe);
}

bool aimp_is_namespace(const char *text) {
    const size_t size = strlen(text);
    if (size < 1 || size > 63 || text[0] == '-' || text[size - 1] == '-') return false;
    for (size_t i = 0; i < size; i++) {
        if (!aimp_is_lower_alnum(text[i]) && text[i] != '-') return false;
    }
    return true;
}

void aimp_kubeconfig_note(aimp_kubeconfig_reading *r, aim_code code, const aimp_origin *origin, const char *message) {
    const bool first_error = code && !r->error_count;
    r->error_count += code != AIM_OK;
    if (r->trouble_count >= r->context->limits.report_entries && !first_error) {
        r->report->dropped++;
        return;
    }
    aimp_kubeconfig_trouble *trouble = aimp_take_zeroed(r->scratch, sizeof *trouble);
    *trouble = (aimp_kubeconfig_trouble){code, *origin, aimp_copy_string(r->scratch, message), r->troubles};
    trouble->origin.pointer = aimp_copy_string(r->scratch, aimp_or_empty(origin->pointer));
    r->troubles = trouble;
    r->trouble_count++;
}

static void note_at(aimp_kubeconfig_reading *r, aim_code code, const aimp_kubeconfig_file *file, const aimp_node *node,
                    const char *pointer, const char *message) {
    const aimp_origin origin = {file ? file->path : NULL, pointer, node ? node->line : 0, node ? node->column : 0};
    aimp_kubeconfig_note(r, code, &origin, message);
}

/* By file in the order that they were read in, then by place; what is in no file comes first. */
static int by_place(const void *left, const void *right) {
    const aimp_kubeconfig_trouble *a = *(aimp_kubeconfig_trouble *const *)left;
    const aimp_kubeconfig_trouble *b = *(aimp_kubeconfig_trouble *const *)right;
    if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
    if (a->origin.line != b->origin.line) return a->origin.line < b->origin.line ? -1 : 1;
    return a->origin.column < b->origin.column ? -1 : a->origin.column > b->origin.column;
}

void aimp_kubeconfig_report(aimp_kubeconfig_reading *r) {
    const size_t count = r->trouble_count;
    aimp_kubeconfig_trouble **in_order = aimp_take_array(r->scratch, count + 1, sizeof *in_order);
    size_t at = count;
    for (aimp_kubeconfig_trouble *trouble = r->troubles; trouble; trouble = trouble->next) {
        in_order[--at] = trouble;
        for (size_t f = 0; f < r->file_count; f++) {
            if (aimp_equal(r->files[f].path, trouble->origin.source)) trouble->rank = f + 1;
        }
    }
    aimp_sort(r->scratch, in_order, count, sizeof *in_order, by_place);
    for (; at < count; at++) {
        const aimp_origin *o = &in_order[at]->origin;
        const aimp_report_place place = {
            .source = o->source, .line = o->line, .column = o->column, .pointer = o->pointer};
        const aim_code code = in_order[at]->code;
        aimp_report_add(r->report, code, code ? AIM_SEVERITY_ERROR : AIM_SEVERITY_WARNING, &place,
                        in_order[at]->message);
    }
}

void aimp_kubeconfig_problem(aimp_kubeconfig_reading *r, aim_code code, const aimp_kubeconfig_file *file,
                             const aimp_node *node, const char *pointer, const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    aimp_utf8_drop_broken(message);
    note_at(r, code, file, node, pointer, message);
}

void aimp_kubeconfig_warn(aimp_kubeconfig_reading *r, const aimp_kubeconfig_file *file, const aimp_node *node,
                          const char *pointer, const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    aimp_utf8_drop_broken(message);
    note_at(r, AIM_OK, file, node, pointer, message);
}

const char *aimp_kubeconfig_text(aimp_kubeconfig_reading *r, const aimp_node *map, const char *key) {
    const char *text = aimp_get_text(map, key);
    return aimp_is_empty(text) ? NULL : aimp_copy_string(r->arena, text);
}

const char *aimp_kubeconfig_path(aimp_kubeconfig_reading *r, const aimp_kubeconfig_file *file, const char *path) {
    char here[4096];
    if (path[0] == '/') return aimp_copy_string(r->arena, path);
    const char *relative = *file->folder ? aimp_format(r->scratch, "%s/%s", file->folder, path) : path;
    /* The host may change its working directory while the connection lives. */
    if (relative[0] == '/' || !getcwd(here, sizeof here)) return aimp_copy_string(r->arena, relative);
    return aimp_format(r->arena, "%s/%s", strcmp(here, "/") == 0 ? "" : here, relative);
}

static bool holds_pem(const char *bytes, size_t size) {
    static const char begin[] = "-----BEGIN ";
    for (const char *p = bytes, *end = bytes + size; end - p > (ptrdiff_t)sizeof begin; p++) {
        p = memchr(p, '-', (size_t)(end - p));
        if (!p || end - p < (ptrdiff_t)sizeof begin) return false;
        if (memcmp(p, begin, sizeof begin - 1) == 0) return true;
    }
    return false;
}

aimp_pem aimp_kubeconfig_pem(aimp_kubeconfig_reading *r, const aimp_kubeconfig_file *file, const aimp_node *map,
                             const char *pointer, const char *key) {
    const char *data_key = aimp_format(r->scratch, "%s-data", key);
    const aimp_node *data = aimp_get(map, data_key), *path = aimp_get(map, key);
    if (aimp_is_empty(aimp_text_of(data))) data = NULL;
    if (aimp_is_empty(aimp_text_of(path))) path = NULL;
    const aimp_node *used = data ? data : path;
    aimp_pem pem = {0};
    if (!used) return pem;
    const char *at = aimp_format(r->arena, "%s/%s", pointer, data ? data_key : key);
    pem.origin = (aimp_origin){file->path, at, used->line, used->column};
    if (data && path)
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, file, path, aimp_format(r->scratch, "%s/%s", pointer, key),
                                "%s and %s are both set", key, data_key);
    if (!data) {
        pem.path = aimp_kubeconfig_path(r, file, path->as.text);
        return pem;
    }
    pem.bytes = aimp_base64_decode(r->arena, data->as.text, data->count, &pem.size);
    if (!pem.bytes)
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, file, data, at, "%s is not base 64", data_key);
    else if (!holds_pem(pem.bytes, pem.size))
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, file, data, at, "%s holds no PEM: it has no line -----BEGIN",
                                data_key);
    return pem;
}

/* --- choosing --- */

typedef struct found {
    const aimp_kubeconfig_file *file;
    const aimp_node *value; /* NULL: the entry is empty */
    const char *pointer;    /* NULL: there is no such entry */
} found;

/* The first file that defines a name wins, whole. */
static found find_entry(aimp_kubeconfig_reading *r, const char *list, const char *member, const char *name) {
    for (size_t f = 0; f < r->file_count; f++) {
        const aimp_node *entries = aimp_get(r->files[f].root, list);
        for (size_t i = 0; i < aimp_count(entries); i++) {
            if (!aimp_equal(aimp_get_text(aimp_item(entries, i), "name"), name)) continue;
            return (found){&r->files[f], aimp_get(aimp_item(entries, i), member),
                           aimp_format(r->arena, "/%s/%zu/%s", list, i, member)};
        }
    }
    return (found){0};
}

static bool is_empty(const aimp_kubeconfig_reading *r) {
    static const char *const lists[] = {"clusters", "users", "contexts"};
    for (size_t f = 0; f < r->file_count; f++) {
        for (size_t i = 0; i < 3; i++) {
            if (aimp_count(aimp_get(r->files[f].root, lists[i]))) return false;
        }
        if (!aimp_is_empty(aimp_get_text(r->files[f].root, "current-context"))) return false;
    }
    return true;
}

/* The name of the context, and the place that says it. */
static const char *chosen_context(aimp_kubeconfig_reading *r, found *says) {
    *says = (found){0};
    if (r->options->context) return r->options->context;
    for (size_t f = 0; f < r->file_count; f++) {
        const aimp_node *current = aimp_get(r->files[f].root, "current-context");
        if (aimp_is_empty(aimp_text_of(current))) continue;
        *says = (found){&r->files[f], current, "/current-context"};
        return current->as.text;
    }
    return NULL;
}

static void read_trust(aimp_kubeconfig_reading *r, const found *cluster) {
    aimp_kubeconfig *out = r->out;
    const aimp_node *insecure = aimp_get(cluster->value, "insecure-skip-tls-verify");
    out->ca = aimp_kubeconfig_pem(r, cluster->file, cluster->value, cluster->pointer, "certificate-authority");
    out->insecure = aimp_is_true(insecure);
    if (!out->insecure) return;
    const char *at = aimp_format(r->scratch, "%s/insecure-skip-tls-verify", cluster->pointer);
    if (!aimp_is_empty(aimp_get_text(cluster->value, "certificate-authority")) ||
        !aimp_is_empty(aimp_get_text(cluster->value, "certificate-authority-data")))
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, cluster->file, insecure, at,
                                "a certificate authority and insecure-skip-tls-verify contradict each other");
    if (!(r->options->flags & AIM_CURL_ALLOW_INSECURE))
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, cluster->file, insecure, at,
                                "insecure-skip-tls-verify is refused unless the program allows it");
    else
        aimp_kubeconfig_warn(r, cluster->file, insecure, at,
                             "the server's certificate is not verified (insecure-skip-tls-verify)");
}

static void read_names(aimp_kubeconfig_reading *r, const found *cluster) {
    aimp_kubeconfig *out = r->out;
    const aimp_node *name = aimp_get(cluster->value, "tls-server-name"), *proxy = aimp_get(cluster->value, "proxy-url");
    const char *problem;
    if (!aimp_is_empty(aimp_text_of(name))) {
        out->tls_server_name = aimp_host_name(r->arena, name->as.text);
        if (!out->tls_server_name)
            aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, cluster->file, name,
                                    aimp_format(r->scratch, "%s/tls-server-name", cluster->pointer),
                                    "tls-server-name is neither a host's name nor an address");
    }
    if (aimp_is_empty(aimp_text_of(proxy))) return;
    out->proxy = aimp_proxy_url(r->arena, proxy->as.text, &problem);
    if (!out->proxy)
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, cluster->file, proxy,
                                aimp_format(r->scratch, "%s/proxy-url", cluster->pointer), "%s", problem);
}

static void read_cluster(aimp_kubeconfig_reading *r, const found *cluster) {
    const aimp_node *server = aimp_get(cluster->value, "server");
    const char *at = aimp_format(r->scratch, "%s/server", cluster->pointer);
    if (aimp_is_empty(aimp_text_of(server))) {
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, cluster->file, cluster->value, cluster->pointer,
                                "the cluster has no server");
    } else {
        const char *problem = aimp_server_url_parse(r->arena, server->as.text, &r->out->server);
        if (problem) aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, cluster->file, server, at, "%s", problem);
    }
    read_trust(r, cluster);
    read_names(r, cluster);
    r->out->no_compression = aimp_is_true(aimp_get(cluster->value, "disable-compression"));
}

/* The entry that a context names. */
static found named_by(aimp_kubeconfig_reading *r, const found *context, const char *key, const char *list) {
    const aimp_node *name = aimp_get(context->value, key);
    const char *at = aimp_format(r->scratch, "%s/%s", context->pointer, key);
    if (aimp_is_empty(aimp_text_of(name))) {
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, context->file, context->value, context->pointer,
                                "the context names no %s", key);
        return (found){0};
    }
    const found entry = find_entry(r, list, key, name->as.text);
    if (!entry.pointer)
        aimp_kubeconfig_problem(r, AIM_E_NOT_FOUND, context->file, name, at, "there is no %s named \"%s\"", key,
                                aimp_shown(r->scratch, name->as.text));
    return entry;
}

static void read_context(aimp_kubeconfig_reading *r, const found *context) {
    const aimp_node *ns = aimp_get(context->value, "namespace");
    const found cluster = named_by(r, context, "cluster", "clusters"), user = named_by(r, context, "user", "users");
    if (!aimp_is_empty(aimp_text_of(ns)) && !aimp_is_namespace(ns->as.text))
        aimp_kubeconfig_problem(r, AIM_E_DOCUMENT, context->file, ns,
                                aimp_format(r->scratch, "%s/namespace", context->pointer),
                                "the namespace \"%s\" is no DNS label", aimp_shown(r->scratch, ns->as.text));
    r->out->ns = aimp_kubeconfig_text(r, context->value, "namespace");
    if (cluster.pointer) read_cluster(r, &cluster);
    if (user.pointer) aimp_kubeconfig_user(r, user.file, user.value, user.pointer, cluster.value);
}

void aimp_kubeconfig_read(aimp_kubeconfig_reading *r) {
    found says;
    if (r->options->flags & AIM_CURL_IN_CLUSTER) {
        aimp_in_cluster_read(r);
        return;
    }
    if (!aimp_kubeconfig_load(r)) return;
    if (is_empty(r) && !r->options->context) {
        if (!r->options->kubeconfig && aimp_in_cluster_possible(r))
            aimp_in_cluster_read(r);
        else
            aimp_kubeconfig_problem(r, AIM_E_NOT_FOUND, r->file_count == 1 ? &r->files[0] : NULL, NULL, NULL,
                                    "there is no configuration: no kubeconfig that says anything, and this is no pod");
        return;
    }
    const char *name = chosen_context(r, &says);
    if (!name) {
        aimp_kubeconfig_problem(r, AIM_E_NOT_FOUND, r->file_count == 1 ? &r->files[0] : NULL, NULL, NULL,
                                "no context is chosen: current-context is not set");
        return;
    }
    const found context = find_entry(r, "contexts", "context", name);
    if (!context.pointer) {
        aimp_kubeconfig_problem(r, AIM_E_NOT_FOUND, says.file, says.value, says.pointer,
                                "there is no context named \"%s\"", aimp_shown(r->scratch, name));
        return;
    }
    r->out->context = aimp_copy_string(r->arena, name);
    read_context(r, &context);
}
