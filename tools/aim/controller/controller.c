/* The loop: what changed, which plans looked at it, who is due, and what is under way. */
#include "controller.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../live.h"
#include "changes.h"
#include "event_recorder.h"
#include "health_server.h"
#include "lease.h"
#include "metrics.h"
#include "structured_log.h"

enum {
    LONGEST_RUN_MS = 1000,
    MOST_BUSY = 64,
    SETTLED_MS = 2000,
    STOP_MS = 3000,
    REQUESTS = 400, /* a second, for thousands of services; the server's fairness bounds whoever is too many */
    BURST = 800,
    PUBLISH_MS = 1000,
    SLICE_MS = 200 /* of planning in one turn */
};
#define NEVER UINT64_MAX

static const char *const all_controlled[] = {"AIMService", "AIMTemplateCache", "AIMArtifact"};

/* What the plans of all three read. */
static const char *const watched[] = {
    "AIMService",
    "AIMModel",
    "AIMClusterModel",
    "AIMServiceTemplate",
    "AIMClusterServiceTemplate",
    "AIMRuntimeConfig",
    "AIMClusterRuntimeConfig",
    "AIMTemplateCache",
    "AIMArtifact",
    "InferenceService",
    "HTTPRoute",
    "HorizontalPodAutoscaler",
    "PersistentVolumeClaim",
    "Job",
    "StorageClass",
    "RoleBinding",
    "Namespace",
    "Node",
    "Pod",
    "Event",
};
enum { WATCHED = sizeof watched / sizeof *watched };

/* --- stopping --- */

static struct {
    aim_cancel *cancel;
    const aim_transport *transport;
} on_signal; /* a handler has no other way to reach them */

static void handle_signal(int number) {
    (void)number;
    aim_cancel_set(on_signal.cancel);
    on_signal.transport->wake(on_signal.transport->user);
}

/* Nothing is left to be told. */
static void ignore_signals(void) {
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
}

static void catch_signals(aim_cancel *cancel, const aim_transport *transport) {
    struct sigaction action = {.sa_handler = handle_signal};
    on_signal.cancel = cancel;
    on_signal.transport = transport;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* --- what is known --- */

typedef struct knowledge {
    bool listed;    /* every kind was read, or cannot be */
    bool complete;  /* and none is unknown */
    bool forbidden; /* all that are unknown are kept from us, which will not change */
    char missing[256];
} knowledge;

static knowledge look_at_kinds(const aim_fetch *fetch) {
    knowledge k = {.listed = true, .complete = true, .forbidden = true};
    for (size_t i = 0; i < aim_fetch_sync_count(fetch); i++) {
        aim_sync sync = {.struct_size = sizeof sync};
        if (aim_fetch_sync_at(fetch, i, &sync)) continue;
        /* without the Gateway API there are no routes; without the kinds that deletions go by, nothing is certain */
        const bool needed = strncmp(sync.kind, "AIM", 3) == 0 || strcmp(sync.kind, "InferenceService") == 0;
        const bool known =
            (sync.state == AIM_SYNC_SYNCED && !sync.code) || (sync.state == AIM_SYNC_NOT_SERVED && !needed);
        if (sync.state <= AIM_SYNC_LISTING) k.listed = false;
        if (known) continue;
        k.complete = false;
        k.forbidden &= sync.state == AIM_SYNC_FORBIDDEN;
        const size_t used = strlen(k.missing);
        snprintf(k.missing + used, sizeof k.missing - used, "%s%s", used ? ", " : "", sync.kind);
    }
    return k;
}

/* --- work --- */

static void show_finalizer(const aim_plan *plan, const controlled *o, int32_t verb, const char *word) {
    const char *finalizer = aim_plan_finalizer(plan, verb);
    if (finalizer) printf("would %s the finalizer %s of %s %s/%s\n", word, finalizer, o->kind, o->ns, o->name);
}

static void show_dry(controller *c, controlled *o) {
    const aim_ref ref = {.struct_size = sizeof ref, .kind = o->kind, .ns = o->ns, .name = o->name};
    const aim_options options = {.struct_size = sizeof options, .policy = c->policy};
    aim_plan *plan;
    uint64_t id;
    o->dirty = o->touched = false;
    o->is_settled = true;
    aim_error *error = NULL;
    const aim_code code = aim_plan_new(c->cluster, &ref, &options, &plan, &error);
    o->is_gone = code == AIM_E_NOT_FOUND;
    if (code && !o->is_gone) {
        c->has_failed = true;
        log_line(LOG_ERROR, "no plan", "kind", o->kind, "namespace", o->ns, "name", o->name, "why",
                 aim_error_message(error), NULL);
    }
    aim_error_free(error);
    if (code) return;
    c->counts.plans++;
    show_finalizer(plan, o, AIM_ACTION_ADD_FINALIZER, "add");
    for (size_t i = 0; i < aim_plan_action_count(plan); i++) {
        aim_action action = {.struct_size = sizeof action};
        if (aim_plan_action_at(plan, i, &action) || aim_fetch_action_is_done(c->fetch, plan, i)) continue;
        const bool held_back = action.verb == AIM_ACTION_DELETE && !c->may_delete;
        printf("would %s %s %s%s%s for %s %s/%s%s\n", action.verb == AIM_ACTION_DELETE ? "delete" : "apply",
               action.kind, action.ns ? action.ns : "", action.ns ? "/" : "", action.name, o->kind, o->ns, o->name,
               held_back ? ", but not while kinds are unknown" : "");
    }
    if (!aim_fetch_status(c->fetch, plan, 0, &id, NULL) && id) {
        aim_fetch_drop(c->fetch, id); /* it was only asked whether there is something to write */
        printf("would write the status %s of %s %s/%s\n", aim_plan_status(plan), o->kind, o->ns, o->name);
    }
    show_finalizer(plan, o, AIM_ACTION_REMOVE_FINALIZER, "remove");
    fflush(stdout);
    o->working = plan;
    controlled_keep_interest(c, o);
}

static uint64_t clock_of(const controller *c) {
    const aim_transport *transport = live_transport(c->options);
    return transport->now_ms(transport->user);
}

/* Everybody whose time has come; answers when the next one's does. */
static uint64_t work(controller *c, bool may_begin) {
    const size_t first = c->objects.count ? c->next_first % c->objects.count : 0;
    const uint64_t began_ms = clock_of(c);
    uint64_t next_ms = NEVER;
    size_t busy = 0;
    bool waiting = false; /* somebody who could begin */
    for (size_t i = 0; i < c->objects.count; i++)
        busy += controlled_is_busy(c->objects.items[i]);
    for (size_t n = 0; n < c->objects.count; n++) {
        controlled *o = c->objects.items[(first + n) % c->objects.count];
        const bool begins = !controlled_is_busy(o);
        if (begins && (!may_begin || controlled_due(o) == NEVER)) continue;
        if (begins && busy >= MOST_BUSY) {
            if (!waiting) c->next_first = (first + n) % c->objects.count;
            waiting = true;
            next_ms = c->now_ms + 10;
            continue;
        }
        /* the lease and the watches want their turn, too: the others come in the next one */
        if (clock_of(c) - began_ms >= SLICE_MS || (!c->stopping && aim_cancel_is_set(c->cancel))) {
            c->next_first = (first + n) % c->objects.count;
            next_ms = 0;
            break;
        }
        uint64_t due_ms = NEVER;
        if (c->options->dry_run)
            show_dry(c, o);
        else
            due_ms = reconcile(c, o);
        busy += begins && controlled_is_busy(o);
        if (due_ms < next_ms) next_ms = due_ms;
    }
    /* those that are gone, once nothing of theirs is under way */
    for (size_t i = c->objects.count; i-- > 0;) {
        controlled *o = c->objects.items[i];
        if (controlled_is_busy(o)) continue;
        const aim_ref ref = {.struct_size = sizeof ref, .kind = o->kind, .ns = o->ns, .name = o->name};
        /* who only waits for the lease plans nothing, and still has to forget */
        const bool is_gone =
            may_begin ? o->is_gone && !controlled_is_pending(o) : o->touched && !aim_cluster_count(c->cluster, &ref);
        if (is_gone) controlled_drop(&c->objects, o);
    }
    return next_ms;
}

static bool is_settled(const controller *c) {
    for (size_t i = 0; i < c->objects.count; i++) {
        const controlled *o = c->objects.items[i];
        if (controlled_is_busy(o) || !o->is_settled || controlled_due(o) <= c->now_ms) return false;
    }
    return true;
}

static size_t busy_count(const controller *c) {
    size_t count = 0;
    for (size_t i = 0; i < c->objects.count; i++)
        count += controlled_is_busy(c->objects.items[i]);
    return count;
}

static void publish(const controller *c, health_server *server, bool leads, const knowledge *k) {
    char *text = server ? metrics_text(c, leads, busy_count(c)) : NULL;
    if (text) health_server_publish(server, true, k->listed, k->listed ? "" : k->missing, text);
    free(text);
}

/* --- from beginning to end --- */

typedef struct loop {
    controller c;
    changes changes;
    aim_listener listener;
    lease *lease; /* NULL: none is needed */
    health_server *server;
    bool leads, was_listed;
    bool is_dead; /* the server cannot be talked to */
    uint64_t began_ms, published_ms, settled_since_ms;
    int code;
} loop;

static void say_kinds(loop *l, const knowledge *k) {
    if (k->listed && !l->was_listed)
        log_line(LOG_INFO, k->complete ? "everything is read" : "some kinds are unknown: nothing is deleted", "unknown",
                 k->missing, NULL);
    l->was_listed = k->listed;
}

/* Whether we lead; false for good when we did and do not any more. */
static bool step_lease(loop *l, uint64_t *next_ms) {
    if (!l->lease) return l->leads = true;
    uint64_t due_ms = NEVER;
    const lease_state state = lease_step(l->lease, l->c.fetch, l->c.now_ms, &due_ms);
    if (due_ms < *next_ms) *next_ms = due_ms;
    if (state == LEASE_LOST) {
        log_line(LOG_ERROR, "the lease is lost: somebody else leads", "holder", lease_holder(l->lease), NULL);
        l->leads = false;
        l->code = EXIT_TROUBLE;
        return false;
    }
    if (state == LEASE_HELD && !l->leads) log_line(LOG_INFO, "leading", NULL);
    l->leads = state == LEASE_HELD;
    return true;
}

/* --- the gate: a process that was stopped for a while sends nothing of what it had in hand --- */

static aim_code gated_start(const aim_request *request, const aim_receiver *receiver, void *user) {
    const loop *l = user;
    const aim_transport *to = live_transport(l->c.options);
    if (l->lease && request->method != AIM_METHOD_GET && lease_is_over(l->lease, to->now_ms(to->user)))
        return AIM_E_CANCELLED;
    return to->start(request, receiver, to->user);
}

static void gated_cancel(uint64_t id, void *user) {
    const aim_transport *to = live_transport(((const loop *)user)->c.options);
    to->cancel(id, to->user);
}

static aim_code gated_poll(uint64_t wait_ms, void *user) {
    const aim_transport *to = live_transport(((const loop *)user)->c.options);
    return to->poll(wait_ms, to->user);
}

static void gated_wake(void *user) {
    const aim_transport *to = live_transport(((const loop *)user)->c.options);
    to->wake(to->user);
}

static uint64_t gated_now(void *user) {
    return clock_of(&((const loop *)user)->c);
}

static aim_transport gate(loop *l) {
    return (aim_transport){.struct_size = sizeof(aim_transport),
                           .start = gated_start,
                           .cancel = gated_cancel,
                           .poll = gated_poll,
                           .wake = gated_wake,
                           .now_ms = gated_now,
                           .user = l};
}

/* Runs the fetch until something came or it is time; false when there is no going on. */
static bool run_fetch(loop *l, uint64_t next_ms, aim_cancel *cancel) {
    const aim_transport transport = gate(l);
    uint64_t wait_ms = next_ms > l->c.now_ms ? next_ms - l->c.now_ms : 1;
    if (wait_ms > LONGEST_RUN_MS) wait_ms = LONGEST_RUN_MS;
    const aim_run_options options = {
        .struct_size = sizeof options, .flags = AIM_RUN_STEP, .limit_ms = wait_ms, .cancel = cancel};
    aim_error *error = NULL;
    const aim_code code = aim_fetch_run(l->c.fetch, &transport, &options, &error);
    l->c.now_ms = clock_of(&l->c);
    bool goes_on = !code || code == AIM_E_TIMEOUT;
    if (l->lease && lease_is_over(l->lease, l->c.now_ms)) {
        uint64_t unused = 0;
        goes_on = step_lease(l, &unused);
    } else if (!goes_on && code != AIM_E_CANCELLED) {
        log_line(LOG_ERROR, aim_error_message(error), "code", aim_code_name(code), NULL);
        l->code = EXIT_TROUBLE;
        l->is_dead = true;
    }
    aim_error_free(error);
    return goes_on;
}

static bool until_settled(loop *l, const knowledge *k) {
    if (!l->c.options->until_settled) return false;
    const uint64_t limit_ms = l->c.options->timeout_ms;
    if (limit_ms && l->c.now_ms - l->began_ms >= limit_ms) {
        log_line(LOG_ERROR, "not settled in time", NULL);
        l->code = EXIT_TROUBLE;
        return true;
    }
    const bool settled = l->leads && k->listed && is_settled(&l->c);
    if (!settled) l->settled_since_ms = 0;
    if (settled && !l->settled_since_ms) l->settled_since_ms = l->c.now_ms;
    return settled && l->c.now_ms - l->settled_since_ms >= (l->c.options->dry_run ? 0 : SETTLED_MS);
}

/* What was left undone is done when it becomes known that it may be. */
static void allow_deletions(controller *c, bool may_delete) {
    for (size_t i = 0; may_delete && !c->may_delete && i < c->objects.count; i++) {
        if (c->objects.items[i]->held_back) controlled_touch(c, c->objects.items[i], false);
    }
    c->may_delete = may_delete;
}

static void turn(loop *l) {
    uint64_t next_ms = 0;
    while (run_fetch(l, next_ms, l->c.cancel)) {
        next_ms = l->c.now_ms + LONGEST_RUN_MS;
        const knowledge k = look_at_kinds(l->c.fetch);
        l->c.never_knows = !k.complete && k.forbidden;
        allow_deletions(&l->c, k.complete);
        say_kinds(l, &k);
        changes_spread(&l->c, &l->changes);
        if (!step_lease(l, &next_ms)) return;
        const uint64_t due_ms = work(&l->c, l->leads && k.listed);
        if (due_ms < next_ms) next_ms = due_ms;
        event_recorder_step(l->c.events, l->c.fetch, l->c.now_ms);
        if (l->c.now_ms - l->published_ms >= PUBLISH_MS) {
            l->published_ms = l->c.now_ms;
            publish(&l->c, l->server, l->leads, &k);
        }
        if (until_settled(l, &k)) return;
        /* nothing is sent when the lease has run out while we were planning */
        l->c.now_ms = clock_of(&l->c);
        if (!step_lease(l, &next_ms)) return;
    }
}

/* What is under way is waited for, a little; then the lease is given back. Who has lost it sends nothing more. */
static void wind_down(loop *l) {
    const uint64_t until_ms = l->c.now_ms + STOP_MS;
    l->c.stopping = true;
    log_line(LOG_INFO, "stopping", NULL);
    if ((l->lease && !l->leads) || l->is_dead) return;
    while (busy_count(&l->c) && l->c.now_ms < until_ms && run_fetch(l, l->c.now_ms + 100, NULL)) {
        uint64_t next_ms = 0;
        work(&l->c, false);
        event_recorder_step(l->c.events, l->c.fetch, l->c.now_ms);
        l->c.now_ms = clock_of(&l->c);
        if (!step_lease(l, &next_ms)) return;
    }
    while (l->lease && l->leads && !lease_release(l->lease, l->c.fetch, l->c.now_ms) && l->c.now_ms < until_ms + 1000 &&
           run_fetch(l, l->c.now_ms + 100, NULL)) {
    }
}

static int choose_kinds(controller *c, const char *names) {
    static const char *const short_names[] = {"service", "template-cache", "artifact"};
    size_t count = 0;
    if (!names) {
        memcpy(c->kinds, all_controlled, sizeof all_controlled);
        return EXIT_DONE;
    }
    for (const char *rest = names;; rest++) {
        const size_t size = strcspn(rest, ",");
        size_t i = 0;
        while (i < 3 && (strlen(short_names[i]) != size || strncmp(short_names[i], rest, size) != 0))
            i++;
        if (i == 3 || controller_kind(c, all_controlled[i])) {
            complain("--controllers %s: must be a list of service, template-cache and artifact, each once", names);
            return EXIT_USAGE;
        }
        c->kinds[count++] = all_controlled[i];
        rest += size;
        if (!*rest) return EXIT_DONE;
    }
}

static aim_code begin(loop *l, const tool_options *options, aim_context *context, aim_error **error) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (getentropy(&l->c.random, sizeof l->c.random)) l->c.random = (uint64_t)now.tv_nsec << 16 ^ (uint64_t)getpid();
    l->listener = (aim_listener){.struct_size = sizeof l->listener, .changed = changes_note, .user = &l->changes};
    const aim_fetch_options ask = {.struct_size = sizeof ask,
                                   .flags = AIM_FETCH_WATCH | AIM_FETCH_SPARING,
                                   .requests = REQUESTS,
                                   .burst = BURST,
                                   .seed = l->c.random,
                                   .ns = options->ns,
                                   .kinds = watched,
                                   .kind_count = WATCHED,
                                   .listener = &l->listener};
    aim_code code = aim_cluster_new(context, &l->c.cluster, error);
    if (!code) code = aim_cancel_new(context, &l->c.cancel, error);
    if (!code) code = aim_fetch_new(l->c.cluster, &ask, &l->c.fetch, error);
    return code;
}

static bool make_parts(loop *l, const tool_options *options) {
    char host[128] = "aim", identity[192], message[256] = "";
    gethostname(host, sizeof host - 1);
    /* processes of one host may have one number, each in a pod of its own */
    snprintf(identity, sizeof identity, "%s_%ld_%08llx", host, (long)getpid(),
             (unsigned long long)(l->c.random >> 16 & 0xffffffff));
    const char *name = options->identity ? options->identity : identity;
    l->c.events = event_recorder_new("aim-controller", name);
    if (options->leader_election && !options->dry_run)
        l->lease = lease_new(options->lease_ns ? options->lease_ns : options->context_ns, "aim-controller", name);
    if (options->metrics_address) l->server = health_server_start(options->metrics_address, message, sizeof message);
    if (options->metrics_address && !l->server) complain("--metrics-address %s: %s", options->metrics_address, message);
    return l->c.events && (l->lease || !options->leader_election || options->dry_run) &&
           (l->server || !options->metrics_address);
}

static void end(loop *l) {
    ignore_signals();
    aim_fetch_free(l->c.fetch);
    controlled_free_all(&l->c.objects);
    if (l->c.events) event_recorder_free(l->c.events);
    if (l->lease) lease_free(l->lease);
    if (l->server) health_server_stop(l->server);
    changes_forget(&l->changes);
    free(l->changes.items);
    aim_cluster_free(l->c.cluster);
    aim_cancel_free(l->c.cancel);
}

static int run(const tool_options *options, const aim_policy *policy) {
    loop l = {.c = {.options = options, .policy = policy}, .code = EXIT_DONE};
    aim_error *error = NULL;
    int code = choose_kinds(&l.c, options->controllers);
    if (code) return code;
    if (begin(&l, options, live_context(options), &error) || !make_parts(&l, options)) {
        if (error) complain_error(error);
        aim_error_free(error);
        end(&l);
        return EXIT_TROUBLE;
    }
    const aim_transport *transport = live_transport(options);
    l.c.now_ms = l.began_ms = transport->now_ms(transport->user);
    catch_signals(l.c.cancel, transport);
    const aim_transport gated = gate(&l);
    if (options->takeover)
        log_line(LOG_INFO,
                 "taking over: fields that AIM Engine's managers own are ours from now on, because ours have the same "
                 "names; of what they applied, what no plan wants is given up",
                 NULL);
    if (!options->takeover && !options->dry_run && rival_is_here(&l.c, &gated)) {
        l.code = EXIT_TROUBLE;
    } else {
        turn(&l);
        wind_down(&l);
        if (l.c.has_failed && !l.code) l.code = EXIT_TROUBLE;
    }
    end(&l);
    return l.code;
}

int command_controller(const tool_options *options) {
    int code;
    aim_policy *owned;
    if (!options->live) {
        complain("aim controller works on the live cluster and takes no documents");
        return EXIT_USAGE;
    }
    if (options->behaviour > AIM_BEHAVIOUR_DOCUMENTED) {
        complain("aim controller follows the documented behaviour: the other one rewrites its status for ever");
        return EXIT_USAGE;
    }
    log_configure(options->log_json ? LOG_JSON : LOG_TEXT, options->verbose ? LOG_DEBUG
                                                           : options->quiet ? LOG_WARNING
                                                                            : LOG_INFO);
    const aim_policy *policy = policy_read(options, &owned, &code);
    if (policy) code = run(options, policy);
    aim_policy_free(owned);
    return code;
}
