/* Whether AIM Engine, or another copy of us that knows nothing of our lease, keeps the same objects: before anything is
 * written. What gives it away are its writes: the server remembers who wrote what and when. */
#include <stdio.h>
#include <string.h>

#include "../live.h"
#include "answer.h"
#include "controller.h"
#include "structured_log.h"

enum { LOOKED_AT = 50, RECENT_S = 300, LEASE_S = 15, READ_MS = 30000 };

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

/* Times compare as texts: both are UTC with the same digits in front. */
static void latest_write(const char *body, const char *manager, char latest[32]) {
    json_object *object = json_tokener_parse(body), *metadata = answer_member(object, "metadata");
    *latest = '\0';
    for (size_t i = 0; i < answer_count(metadata, "managedFields"); i++) {
        json_object *entry = answer_item(metadata, "managedFields", i);
        const char *when = answer_text(entry, "time");
        if (strcmp(answer_text(entry, "manager"), manager) == 0 && strncmp(when, latest, 19) > 0)
            snprintf(latest, 32, "%.19s", when);
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

/* Until when writes are our own: a little longer than our lease was renewed. "" without a lease. */
static void our_last_time(controller *c, const aim_transport *transport, char until[32]) {
    const char *ns = c->options->lease_ns ? c->options->lease_ns : c->options->context_ns;
    const aim_ref lease = lease_ref(ns, "aim-controller");
    aim_result result = {.struct_size = sizeof result};
    const uint64_t id = read_object(c, transport, &lease, &result);
    *until = '\0';
    if (!id) return;
    json_object *object = result.code ? NULL : json_tokener_parse(result.body);
    log_time_after(answer_text(answer_member(object, "spec"), "renewTime"), LEASE_S, until, 32);
    json_object_put(object);
    aim_fetch_drop(c->fetch, id);
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

/* A lease that is held says so until its time is over, by the wall clock: nothing else is known of its holder. */
static bool engine_leads(controller *c, const aim_transport *transport, const char *ns) {
    const aim_ref lease = lease_ref(ns, engine_lease);
    aim_result result = {.struct_size = sizeof result};
    char until[32] = "", now[32], holder[256] = "";
    const uint64_t id = read_object(c, transport, &lease, &result);
    if (!id) return cannot_tell(c);
    json_object *object = result.code ? NULL : json_tokener_parse(result.body), *spec = answer_member(object, "spec");
    snprintf(holder, sizeof holder, "%s", answer_text(spec, "holderIdentity"));
    log_time_after(answer_text(spec, "renewTime"), 2 * LEASE_S, until, sizeof until);
    json_object_put(object);
    aim_fetch_drop(c->fetch, id);
    log_time(now, sizeof now);
    if (!*holder || strncmp(until, now, 19) < 0) return false;
    char what[512];
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
    aim_fetch_drop(c->fetch, id);
    log_time_after(NULL, -RECENT_S, recent, sizeof recent);
    if (strncmp(latest, recent, 19) <= 0 || strncmp(latest, ours, 19) <= 0) return false;
    snprintf(what, sizeof what, "%s %s/%s was written by %s at %sZ", asked.kind, ns, name, manager, latest);
    refuse(what);
    return true;
}

bool rival_is_here(controller *c, const aim_transport *transport) {
    char ours[32];
    const char *lease_ns = c->options->lease_ns ? c->options->lease_ns : c->options->context_ns;
    if (engine_leads(c, transport, engine_ns)) return true;
    if (strcmp(lease_ns, engine_ns) != 0 && engine_leads(c, transport, lease_ns)) return true;
    our_last_time(c, transport, ours);
    /* the lists have to be here before there is anything to look at */
    const aim_run_options options = {.struct_size = sizeof options, .limit_ms = READ_MS, .cancel = c->cancel};
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
