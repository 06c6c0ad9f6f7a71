/* The cluster of the current kubeconfig context. */
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef AIM_TOOL_LIVE
#include <aim/curl.h>

#include "server/deletion.h"

struct live {
    aim_context *context;
    aim_curl *curl;
    aim_recorder *recorder; /* NULL: nothing is recorded */
    FILE *record;
    aim_transport transport;
    bool some_unknown; /* a kind that was asked for is not known */
};

void live_note_unknown(const tool_options *options) {
    if (options->live) options->live->some_unknown = true;
}

const char *live_build_info(void) {
    return aim_curl_build_info();
}

static aim_code write_record(const char *data, size_t size, void *user) {
    return fwrite(data, 1, size, user) == size ? AIM_OK : AIM_E_READ;
}

/* For its owner only: it holds what the cluster's objects hold. */
static bool begin_record(live *l, const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    l->record = file < 0 ? NULL : fdopen(file, "wb");
    if (!l->record) {
        complain("cannot write %s: %s", path, strerror(errno));
        if (file >= 0) close(file);
        return false;
    }
    aim_sink sink = {.struct_size = sizeof sink, .write = write_record, .user = l->record};
    aim_error *error = NULL;
    aim_code code = aim_recorder_new(l->context, &l->transport, &sink, &l->recorder, &error);
    if (!code) code = aim_recorder_transport(l->recorder, &l->transport);
    if (code) complain_error(error);
    aim_error_free(error);
    return code == AIM_OK;
}

static bool connect_to(live *l, const tool_options *options) {
    aim_report *report = NULL;
    aim_error *error = NULL;
    aim_curl_options ask = {.struct_size = sizeof ask,
                            .kubeconfig = options->kubeconfig,
                            .context = options->context,
                            .user_agent = options->agent,
                            .plugins = options->plugins.items,
                            .plugin_count = options->plugins.count};
    if (options->insecure) ask.flags |= AIM_CURL_ALLOW_INSECURE;
    if (isatty(STDIN_FILENO)) ask.flags |= AIM_CURL_INTERACTIVE;
    aim_code code = aim_context_new(NULL, &l->context, &error);
    if (!code) code = aim_curl_new(l->context, &ask, &l->curl, &report, &error);
    report_show(report, options->quiet);
    if (code && !aim_report_count(report)) complain_error(error);
    if (code == AIM_E_NOT_FOUND && !options->kubeconfig && !options->context)
        complain("without a cluster, name documents with -f (- is standard input)");
    aim_report_free(report);
    aim_error_free(error);
    l->transport.struct_size = sizeof l->transport;
    return !code && !aim_curl_transport(l->curl, &l->transport);
}

aim_context *live_context(const tool_options *options) {
    return options->live->context;
}

const aim_transport *live_transport(const tool_options *options) {
    return &options->live->transport;
}

int live_open(tool_options *options) {
    live *l = calloc(1, sizeof *l);
    if (!l) return EXIT_TROUBLE;
    options->live = l;
    if (!connect_to(l, options)) return EXIT_TROUBLE;
    if (options->record && !begin_record(l, options->record)) return EXIT_TROUBLE;
    options->context_ns = aim_curl_namespace(l->curl);
    if (options->verbose)
        complain("server %s, context %s, namespace %s", aim_curl_server(l->curl), aim_curl_context(l->curl),
                 options->context_ns);
    return EXIT_DONE;
}

void live_close(tool_options *options) {
    live *l = options->live;
    if (!l) return;
    aim_recorder_free(l->recorder);
    aim_curl_free(l->curl);
    aim_context_free(l->context);
    if (l->record && fclose(l->record) != 0) complain("cannot write %s: %s", options->record, strerror(errno));
    free(l);
    options->live = NULL;
}

/* The namespace that everything asked about is in; NULL: all of them have to be read. */
static const char *scope(const tool_options *options) {
    static char ns[256];
    if (options->all_namespaces) return NULL;
    snprintf(ns, sizeof ns, "%s", options_namespace(options));
    const text_list *lists[] = {&options->services, &options->objects};
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < lists[i]->count; k++) {
            const char *name = i ? strchr(lists[i]->items[k], '/') + 1 : lists[i]->items[k];
            const char *slash = strchr(name, '/');
            const size_t size = slash ? (size_t)(slash - name) : strlen(ns);
            const char *own = slash ? name : ns;
            const bool first = !i && !k;
            if (size >= sizeof ns) return NULL;
            if (first && slash) {
                memmove(ns, own, size);
                ns[size] = '\0';
            } else if (strlen(ns) != size || strncmp(ns, own, size) != 0) {
                return NULL;
            }
        }
    }
    return ns;
}

int live_read(const tool_options *options, aim_cluster *cluster) {
    return conversation_read(options, cluster, &options->live->transport, scope(options));
}

/* --- changing it --- */

static void name_action(const aim_action *action, const char *what) {
    char kind[128];
    size_t i = 0;
    const char *slash = strchr(action->api_version, '/');
    for (; action->kind[i] && i < sizeof kind - 1; i++)
        kind[i] = (char)(action->kind[i] >= 'A' && action->kind[i] <= 'Z' ? action->kind[i] + 32 : action->kind[i]);
    kind[i] = '\0';
    printf("%s", kind);
    if (slash) printf(".%.*s", (int)(slash - action->api_version), action->api_version);
    printf("/%s %s\n", action->name, what);
}

static void refuse(const aim_fetch *fetch, uint64_t id, const aim_action *action, const aim_result *result) {
    complain("%s %s%s%s was not %s: %s: %s", action->kind, action->ns ? action->ns : "", action->ns ? "/" : "",
             action->name, action->verb == AIM_ACTION_DELETE ? "deleted" : "applied", result->reason,
             result->conflicts ? "fields belong to others" : result->message);
    for (size_t i = 0; i < result->conflicts; i++) {
        aim_conflict conflict = {.struct_size = sizeof conflict};
        if (!aim_fetch_conflict_at(fetch, id, i, &conflict))
            complain("  %s belongs to %s", conflict.field, *conflict.manager ? conflict.manager : "another manager");
    }
    if (result->conflicts) complain("  aim apply --force takes these fields over");
}

static aim_code wait_for(const tool_options *options, aim_fetch *fetch, uint64_t id, aim_result *result,
                         aim_error **error) {
    const aim_code code = aim_fetch_run(fetch, &options->live->transport, NULL, error);
    return code ? code : aim_fetch_result(fetch, id, result);
}

/* Looks at the object as it is now, and deletes it as long as it stays so. *left: why it was not; "" when it was gone
 * already. */
static aim_code delete_object(const tool_options *options, aim_fetch *fetch, const aim_action *action,
                              const char *owner_uid, aim_result *result, uint64_t *id, const char **left,
                              aim_error **error) {
    char version[64];
    const aim_ref object = {.struct_size = sizeof object, .kind = action->kind, .ns = action->ns, .name = action->name};
    aim_call call = {.struct_size = sizeof call, .verb = AIM_CALL_GET, .object = &object};
    aim_code code = aim_fetch_call(fetch, &call, id, error);
    if (!code) code = wait_for(options, fetch, *id, result, error);
    if (code || result->code) {
        if (!code && result->http_status == 404) *left = "";
        return code;
    }
    *left = deletion_problem(result->body, action, owner_uid, version, sizeof version);
    if (*left) return AIM_OK;
    call = (aim_call){.struct_size = sizeof call,
                      .flags = options->dry_run ? AIM_CALL_DRY_RUN : 0,
                      .verb = AIM_CALL_DELETE,
                      .object = &object,
                      .uid = action->uid,
                      .resource_version = version};
    code = aim_fetch_call(fetch, &call, id, error);
    return code ? code : wait_for(options, fetch, *id, result, error);
}

bool live_act(const tool_options *options, const aim_plan *plan, size_t index, const char *owner_uid) {
    aim_cluster *unused = NULL;
    aim_fetch *fetch = NULL;
    aim_error *error = NULL;
    uint64_t id = 0;
    const char *left = NULL;
    aim_action action = {.struct_size = sizeof action};
    aim_result result = {.struct_size = sizeof result};
    const aim_fetch_options ask = {.struct_size = sizeof ask, .flags = AIM_FETCH_CALLS_ONLY};
    const uint32_t flags = (options->force ? AIM_CALL_FORCE : 0) | (options->dry_run ? AIM_CALL_DRY_RUN : 0);
    if (aim_plan_action_at(plan, index, &action)) return false;
    const bool deletes = action.verb == AIM_ACTION_DELETE;
    if (deletes && options->live->some_unknown) {
        complain("%s %s%s%s is not deleted: kinds that may need it could not be read", action.kind,
                 action.ns ? action.ns : "", action.ns ? "/" : "", action.name);
        return true; /* what follows does not build on it */
    }
    aim_code code = aim_cluster_new(options->live->context, &unused, &error);
    if (!code) code = aim_fetch_new(unused, &ask, &fetch, &error);
    if (!code && deletes) {
        code = delete_object(options, fetch, &action, owner_uid, &result, &id, &left, &error);
    } else if (!code) {
        code = aim_fetch_action(fetch, plan, index, flags, &id, &error);
        if (!code) code = wait_for(options, fetch, id, &result, &error);
    }
    if (!code && left) {
        if (*left)
            complain("%s %s%s%s is not deleted: %s", action.kind, action.ns ? action.ns : "", action.ns ? "/" : "",
                     action.name, left);
        aim_fetch_free(fetch);
        aim_cluster_free(unused);
        return true;
    }
    if (error) complain_error(error);
    const bool done = !code && !result.code;
    if (!code && !done) refuse(fetch, id, &action, &result);
    if (done) report_show(aim_fetch_report(fetch), options->quiet);
    if (done && options->format == OUTPUT_NAME)
        name_action(&action, "");
    else if (done)
        name_action(&action, action.verb == AIM_ACTION_DELETE
                                 ? options->dry_run ? "deleted (server dry run)" : "deleted"
                             : options->dry_run ? "serverside-applied (server dry run)"
                                                : "serverside-applied");
    aim_error_free(error);
    aim_fetch_free(fetch);
    aim_cluster_free(unused);
    return done;
}

#else

const char *live_build_info(void) {
    return NULL;
}

int live_open(tool_options *options) {
    (void)options;
    complain("no input: name files with -f or --cluster (- is standard input); this aim was built without libcurl and "
             "cannot ask a cluster");
    return EXIT_USAGE;
}

void live_close(tool_options *options) {
    (void)options;
}

int live_read(const tool_options *options, aim_cluster *cluster) {
    (void)options, (void)cluster;
    return EXIT_USAGE;
}

bool live_act(const tool_options *options, const aim_plan *plan, size_t index, const char *owner_uid) {
    (void)options, (void)plan, (void)index, (void)owner_uid;
    return false;
}

void live_note_unknown(const tool_options *options) {
    (void)options;
}

#endif
