/* What an API server, or a record of one, has to say: read into a cluster, with progress, and with a word about
 * everything that could not be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live.h"

enum { MOST_KINDS = 64, DELAY_CALLS = 7 };

typedef struct conversation {
    const tool_options *options;
    aim_cluster *cluster;
    const aim_transport *transport;
    bool shows_progress, progress_shown;
    unsigned calls; /* of the progress callback, about ten a second */
    int code;
} conversation;

static aim_code show_progress(const aim_fetch *fetch, void *user) {
    conversation *c = user;
    if (!c->shows_progress || c->calls++ < DELAY_CALLS) return AIM_OK;
    uint64_t objects = 0;
    size_t done = 0, count = aim_fetch_sync_count(fetch);
    const char *reading = "";
    for (size_t i = 0; i < count; i++) {
        aim_sync sync = {.struct_size = sizeof sync};
        if (aim_fetch_sync_at(fetch, i, &sync)) continue;
        objects += sync.objects;
        done += sync.state > AIM_SYNC_LISTING;
        if (sync.state == AIM_SYNC_LISTING) reading = sync.kind;
    }
    fprintf(stderr, "\r\033[Kreading %s: %zu of %zu kinds, %llu objects", reading, done, count,
            (unsigned long long)objects);
    fflush(stderr);
    c->progress_shown = true;
    return AIM_OK;
}

/* Objects that could not be read, and warnings of the server. */
static void show_report(conversation *c, const aim_fetch *fetch) {
    const aim_report *report = aim_fetch_report(fetch);
    bool errors = false;
    for (size_t i = 0; i < aim_report_count(report); i++) {
        aim_report_entry entry = {.struct_size = sizeof entry};
        if (!aim_report_at(report, i, &entry)) errors |= entry.severity == AIM_SEVERITY_ERROR;
    }
    report_show(report, c->options->quiet);
    if (errors) c->code = worse(c->code, EXIT_INPUT);
}

static void show_syncs(conversation *c, const aim_fetch *fetch) {
    for (size_t i = 0; i < aim_fetch_sync_count(fetch); i++) {
        aim_sync sync = {.struct_size = sizeof sync};
        if (aim_fetch_sync_at(fetch, i, &sync)) continue;
        const bool service = strcmp(sync.kind, "AIMService") == 0, aim = strncmp(sync.kind, "AIM", 3) == 0;
        const bool needed = aim || strcmp(sync.kind, "InferenceService") == 0;
        if (sync.state == AIM_SYNC_NOT_SERVED ? needed : sync.state != AIM_SYNC_SYNCED || sync.code)
            live_note_unknown(c->options);
        if (sync.state == AIM_SYNC_NOT_SERVED && service) {
            complain("the server has no AIMServices: the CRDs of AIM Engine are not installed");
            c->code = worse(c->code, EXIT_TROUBLE);
        } else if (sync.state == AIM_SYNC_FORBIDDEN || sync.state == AIM_SYNC_FAILED) {
            if (!c->options->quiet || service)
                complain("cannot read %s%s%s, which is unknown therefore: %s", sync.kind, sync.ns ? " in " : "",
                         sync.ns ? sync.ns : "", sync.message);
            if (service) c->code = worse(c->code, EXIT_TROUBLE);
        } else if (c->options->verbose) {
            complain("%llu %s%s", (unsigned long long)sync.objects, sync.kind,
                     sync.state == AIM_SYNC_NOT_SERVED ? " (not served)" : "");
        }
    }
}

/* Lists kinds; *forbidden: whether the first of them is. say: what could not be read is told. */
static void list(conversation *c, const char *const *kinds, size_t count, const char *ns, bool say, bool *forbidden) {
    aim_fetch_options options = {.struct_size = sizeof options, .kinds = kinds, .kind_count = count, .ns = ns};
    aim_run_options run = {
        .struct_size = sizeof run, .limit_ms = c->options->timeout_ms, .progress = show_progress, .user = c};
    aim_fetch *fetch = NULL;
    aim_error *error = NULL;
    aim_sync first = {.struct_size = sizeof first};
    aim_code code = aim_fetch_new(c->cluster, &options, &fetch, &error);
    if (!code) code = aim_fetch_run(fetch, c->transport, &run, &error);
    if (c->progress_shown) fputs("\r\033[K", stderr);
    c->progress_shown = false;
    *forbidden = !code && !aim_fetch_sync_at(fetch, 0, &first) && first.state == AIM_SYNC_FORBIDDEN;
    if (code) {
        complain_error(error);
        c->code = worse(c->code, EXIT_TROUBLE);
    } else {
        show_report(c, fetch);
        if (say || !*forbidden) show_syncs(c, fetch);
    }
    aim_error_free(error);
    aim_fetch_free(fetch);
}

/* All kinds that plans read, but pods. */
static size_t other_kinds(const conversation *c, const char *kinds[MOST_KINDS]) {
    aim_fetch *fetch;
    size_t count = 0;
    if (aim_fetch_new(c->cluster, NULL, &fetch, NULL)) return 0;
    for (size_t i = 0; i < aim_fetch_sync_count(fetch) && count < MOST_KINDS; i++) {
        aim_sync sync = {.struct_size = sizeof sync};
        /* the names of kinds outlive the fetch */
        if (!aim_fetch_sync_at(fetch, i, &sync) && strcmp(sync.kind, "Pod") != 0) kinds[count++] = sync.kind;
    }
    aim_fetch_free(fetch);
    return count;
}

int conversation_read(const tool_options *options, aim_cluster *cluster, const aim_transport *transport,
                      const char *ns) {
    static const char *const pods[] = {"Pod"};
    const char *kinds[MOST_KINDS], *term = getenv("TERM");
    conversation c = {.options = options, .cluster = cluster, .transport = transport};
    bool forbidden;
    c.shows_progress = !options->quiet && isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
    if (!ns) {
        list(&c, NULL, 0, NULL, true, &forbidden);
        return c.code;
    }
    const size_t count = other_kinds(&c, kinds);
    list(&c, kinds, count, ns, true, &forbidden);
    if (c.code == EXIT_TROUBLE) return c.code;
    /* which GPUs are free is a matter of all pods; who may not see them still sees those of the namespace */
    list(&c, pods, 1, NULL, false, &forbidden);
    if (forbidden) list(&c, pods, 1, ns, true, &forbidden);
    return c.code;
}

bool conversation_is_record(const char *text, size_t size) {
    static const char begin[] = "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Exchange\"";
    return size >= sizeof begin - 1 && memcmp(text, begin, sizeof begin - 1) == 0;
}

int conversation_replay(const tool_options *options, aim_cluster *cluster, const aim_source *source) {
    aim_context *context = NULL;
    aim_recorder *recorder = NULL;
    aim_error *error = NULL;
    aim_transport transport = {.struct_size = sizeof transport};
    int exit_code = EXIT_TROUBLE;
    aim_code code = aim_context_new(NULL, &context, &error);
    if (!code) code = aim_recorder_replay(context, source, &recorder, &error);
    if (!code) code = aim_recorder_transport(recorder, &transport);
    if (code) {
        complain_error(error);
        if (AIM_CODE_CLASS(code) == AIM_CLASS_INPUT) exit_code = EXIT_INPUT;
    } else {
        exit_code = conversation_read(options, cluster, &transport, aim_recorder_namespace(recorder));
    }
    aim_error_free(error);
    aim_recorder_free(recorder);
    aim_context_free(context);
    return exit_code;
}
