/* Whether AIM Engine, or another copy of us that knows nothing of our lease, keeps the same objects: before anything is
 * written. What gives it away are its writes: the server remembers who wrote what and when. */
#include <stdio.h>
#include <string.h>

#include "../live.h"
#include "../server/answer.h"
#include "controller.h"
#include "structured_log.h"

enum { LOOKED_AT = 50, RECENT_S = 300, LEASE_S = 15, READ_MS = 30000, LIST_MS = 300000 };

/* The lease of AIM Engine's manager, in the namespace where it and we are installed by default. */
static const char engine_lease[] = "3be10d2f.eai.amd.com", engine_ns[] = "aim-system";

static const struct {
    const char *kind, *manager;
} writers[] = {
    {"AIMService", "aim-service-controller"},
    {"AIMTemplateCache", "aim-template-cache-controller"},
    {"AIMArtifact", "aim-artifact-controller"},
};

static const char *manager_of(const char *kind) {
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        if (strcmp(writers[i].kind, kind) == 0) return writers[i].manager;
    }
    return "";
}

/* Reads one object by itself: 0 when there is no answer. The result must be dropped. */
static uint64_t read_object(controller *c, const aim_transport *transport, const aim_ref *object, aim_result *result) {
    uint64_t id = 0;
    const aim_call call = {.struct_size = sizeof call,
                           .verb = AIM_CALL_GET,
                           .object = object,
                           .plural = strcmp(object->kind, "Lease") == 0 ? "leases" : NULL};
    if (aim_fetch_call(c->fetch, &call, &id, NULL)) return 0;
    const aim_run_options options = {
        .struct_size = sizeof options, .limit_ms = READ_MS, .call = id, .cancel = c->cancel};
    if (aim_fetch_run(c->fetch, transport, &options, NULL) || aim_fetch_result(c->fetch, id, result)) {
        aim_fetch_drop(c->fetch, id);
        return 0;
    }
    return id;
}

/* When a manager last wrote an object, NULL: anybody. Times compare as texts: all are UTC with the same digits in
 * front.
 */
static void latest_write(const char *body, const char *manager, char latest[32]) {
    json_object *object = answer_parse(body), *metadata = answer_member(object, "metadata");
    *latest = '\0';
    for (size_t i = 0; i < answer_count(metadata, "managedFields"); i++) {
        json_object *entry = answer_item(metadata, "managedFields", i);
        const char *when = answer_text(entry, "time");
        const bool counts = !manager || strcmp(answer_text(entry, "manager"), manager) == 0;
        if (counts && strncmp(when, latest, 19) > 0) snprintf(latest, 32, "%.19sZ", when);
    }
    json_object_put(object);
}

static aim_ref lease_ref(const char *ns, const char *name) {
    return (aim_ref){.struct_size = sizeof(aim_ref),
                     .group = "coordination.k8s.io",
                     .version = "v1",
                     .kind = "Lease",
                     .ns = ns,
                     .name = name};
}

/* When a lease was last written, by the server's clock; "" when there is none. *now: by the same clock, "" when the
 * server does not say. Answers false when there is no answer. */
static bool look_at_lease(controller *c, const aim_transport *transport, const char *ns, const char *name,
                          char written[32], char now[32], char *holder, size_t size) {
    const aim_ref lease = lease_ref(ns, name);
    aim_result result = {.struct_size = sizeof result};
    const uint64_t id = read_object(c, transport, &lease, &result);
    *written = *now = *holder = '\0';
    if (!id) return false;
    json_object *object = result.code ? NULL : answer_parse(result.body);
    snprintf(holder, size, "%s", answer_text(answer_member(object, "spec"), "holderIdentity"));
    json_object_put(object);
    latest_write(result.code ? "" : result.body, NULL, written);
    if (result.server_time > 0) log_time_of(result.server_time, now, 32);
    aim_fetch_drop(c->fetch, id);
    return true;
}

static void refuse(const char *what) {
    char text[1024];
    snprintf(text, sizeof text,
             "%s: AIM Engine seems to run here. Stop it, or start with --takeover, which keeps the same field managers "
             "and writes what it writes",
             what);
    log_line(LOG_ERROR, text, NULL);
}

/* No answer is no answer: then nothing is begun. Answers false when we are being stopped, and nothing will be. */
static bool cannot_tell(const controller *c) {
    if (aim_cancel_is_set(c->cancel)) return false;
    log_line(LOG_ERROR, "whether AIM Engine runs here cannot be told: the server does not answer", NULL);
    return true;
}

/* A lease that somebody holds and has written within its time. Only the server's clock counts: ours may be another. */
static bool engine_leads(controller *c, const aim_transport *transport, const char *ns) {
    char written[32], now[32], until[32], holder[256], what[512];
    if (!look_at_lease(c, transport, ns, engine_lease, written, now, holder, sizeof holder)) return cannot_tell(c);
    log_time_after(written, 2 * LEASE_S, until, sizeof until);
    if (!*holder || (*now && strncmp(until, now, 19) < 0)) return false;
    snprintf(what, sizeof what, "the lease %s/%s is held by %s", ns, engine_lease, holder);
    refuse(what);
    return true;
}

/* Whether an object was written lately by somebody who is not us. */
static bool was_written(controller *c, const aim_transport *transport, const aim_ref *object, const char *ours) {
    char ns[64], name[256], recent[32], latest[32], what[768];
    aim_result result = {.struct_size = sizeof result};
    snprintf(ns, sizeof ns, "%s", object->ns ? object->ns : ""); /* the cluster may change while we ask */
    snprintf(name, sizeof name, "%s", object->name);
    const aim_ref asked = {.struct_size = sizeof asked, .kind = object->kind, .ns = ns, .name = name};
    const char *manager = manager_of(object->kind);
    const uint64_t id = read_object(c, transport, &asked, &result);
    if (!id) return cannot_tell(c);
    latest_write(result.code ? "" : result.body, manager, latest);
    const int64_t server_time = result.server_time;
    aim_fetch_drop(c->fetch, id);
    *recent = '\0'; /* a server that does not say the time: any write is taken for a recent one */
    if (server_time > 0) log_time_of(server_time - RECENT_S, recent, sizeof recent);
    if (strncmp(latest, recent, 19) <= 0 || strncmp(latest, ours, 19) <= 0) return false;
    snprintf(what, sizeof what, "%s %s/%s was written by %s at %s", asked.kind, ns, name, manager, latest);
    refuse(what);
    return true;
}

bool rival_is_here(controller *c, const aim_transport *transport) {
    char ours[32], now[32], written[32], holder[256];
    const char *lease_ns = c->options->lease_ns ? c->options->lease_ns : c->options->context_ns;
    if (engine_leads(c, transport, engine_ns)) return true;
    if (strcmp(lease_ns, engine_ns) != 0 && engine_leads(c, transport, lease_ns)) return true;
    /* until then writes are our own: a little longer than our lease was written */
    if (!look_at_lease(c, transport, lease_ns, "aim-controller", written, now, holder, sizeof holder))
        return cannot_tell(c);
    log_time_after(written, LEASE_S, ours, sizeof ours);
    /* the lists have to be here before there is anything to look at */
    const aim_run_options options = {.struct_size = sizeof options, .limit_ms = LIST_MS, .cancel = c->cancel};
    if (aim_fetch_run(c->fetch, transport, &options, NULL)) return cannot_tell(c);
    for (size_t k = 0; k < 3 && c->kinds[k]; k++) {
        const aim_ref filter = {.struct_size = sizeof filter, .kind = c->kinds[k]};
        aim_ref object = {.struct_size = sizeof object};
        for (size_t i = 0; i < LOOKED_AT && !aim_cluster_at(c->cluster, &filter, i, &object, NULL); i++) {
            if (was_written(c, transport, &object, ours)) return true;
        }
    }
    return false;
}
