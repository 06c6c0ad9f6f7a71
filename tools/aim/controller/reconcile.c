/* One pass over one object, as a row of calls: the logs that the plan needs, the finalizer, the actions in order, the
 * status, the finalizer again. Each step begins where the last one's answer came. Nothing is decided here: what is
 * applied, deleted, reported and tried again is the plan's to say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../live.h"
#include "../server/answer.h"
#include "controller.h"
#include "../server/deletion.h"
#include "event_recorder.h"
#include "structured_log.h"

enum {
    ECHO_MS = 2000, /* waited for at most */
    ECHO_POLL_MS = 10,
    SHORTLY_MS = 50, /* for a watch to bring what was written */
    MOST_OVERTAKEN = 8,
    SOON_MS = 400,
    AFTER_CHANGE_MS = 2000,
    MOST_STATUSES = 20,
    STATUSES_WITHIN_MS = 10000,
    SLOWLY_MS = 1000,
    FIRST_BACKOFF_MS = 1000,
    LONGEST_BACKOFF_MS = 300000,
    FIRST_LOOK_MS = 2000,
    LONGEST_LOOK_MS = 60000,
    MOST_NEEDS = 16,
    MOST_CONFLICTS = 64
};
#define NEVER UINT64_MAX

bool controlled_is_busy(const controlled *o) {
    return o->step != WORK_IDLE;
}

bool controlled_is_pending(const controlled *o) {
    return o->dirty || o->touched;
}

uint64_t controlled_due(const controlled *o) {
    return controlled_is_pending(o) && o->due_ms < o->again_ms ? o->due_ms : o->again_ms;
}

static aim_ref ref_of(const controlled *o) {
    return (aim_ref){.struct_size = sizeof(aim_ref), .kind = o->kind, .ns = o->ns, .name = o->name};
}

/* "" when it is gone. */
static const char *own_uid(const controller *c, const controlled *o) {
    const aim_ref filter = ref_of(o);
    aim_ref object = {.struct_size = sizeof object};
    return !aim_cluster_at(c->cluster, &filter, 0, &object, NULL) && object.uid ? object.uid : "";
}

bool controlled_is_echo(const controller *c, const controlled *o) {
    const aim_ref ref = ref_of(o);
    return o->echo_is_silent && *o->own_version &&
           strcmp(aim_cluster_resource_version(c->cluster, &ref), o->own_version) == 0;
}

/* Versions are numbers wherever anybody has looked; where they are not, only the same one is known to be there. */
static bool is_older(const char *version, const char *than) {
    char *end, *other_end;
    const unsigned long long a = strtoull(version, &end, 10), b = strtoull(than, &other_end, 10);
    return *end || *other_end ? strcmp(version, than) != 0 : a < b;
}

/* Whether what we wrote ourselves has not come back yet: a plan of what was before it would be refused. */
static bool is_behind(const controller *c, const controlled *o) {
    const aim_ref ref = ref_of(o);
    return *o->own_version && c->now_ms - o->own_since_ms < ECHO_MS &&
           is_older(aim_cluster_resource_version(c->cluster, &ref), o->own_version);
}

static uint64_t jitter(controller *c, uint64_t most) {
    c->random = c->random * 6364136223846793005u + 1442695040888963407u;
    return (c->random >> 33) % (most + 1);
}

/* Failures of one object never hold up others, and come ever more rarely. */
static void back_off(controller *c, controlled *o) {
    uint64_t wait_ms = FIRST_BACKOFF_MS;
    for (uint64_t i = 0; i < o->failures && wait_ms < LONGEST_BACKOFF_MS; i++)
        wait_ms *= 2;
    if (wait_ms > LONGEST_BACKOFF_MS) wait_ms = LONGEST_BACKOFF_MS;
    o->failures++;
    /* what changed meanwhile, itself above all, may have mended it */
    if (o->dirty && wait_ms > AFTER_CHANGE_MS) wait_ms = AFTER_CHANGE_MS;
    if (o->touched) wait_ms = SOON_MS;
    o->dirty = true;
    o->due_ms = c->now_ms + wait_ms / 2 + jitter(c, wait_ms / 2);
}

static void end_work(controlled *o) {
    o->step = WORK_IDLE;
    o->call = 0;
    o->has_looked = false;
    o->next_need = 0;
    free(o->refused);
    o->refused = NULL;
}

/* Something came in between, or there was no memory: it is done over. */
static uint64_t give_up(controller *c, controlled *o, const char *why) {
    const bool usual = why && strcmp(why, "Conflict") == 0;
    log_line(usual ? LOG_DEBUG : LOG_WARNING, "tried again later", "kind", o->kind, "namespace", o->ns, "name", o->name,
             "why", why, NULL);
    aim_plan_free(o->working);
    o->working = NULL;
    end_work(o);
    back_off(c, o);
    return o->due_ms;
}

/* It changed while its pass was under way, which is usual: the change is here already, or about to come. */
static uint64_t plan_anew(controller *c, controlled *o) {
    if (o->overtaken >= MOST_OVERTAKEN) return give_up(c, o, "Conflict");
    o->overtaken++;
    aim_plan_free(o->working);
    o->working = NULL;
    end_work(o);
    o->due_ms = o->touched ? c->now_ms : c->now_ms + SHORTLY_MS + jitter(c, SHORTLY_MS);
    o->dirty = true;
    return o->due_ms;
}

/* Asks for what the plan needs next. Answers false when there is nothing (more) to ask for. */
static bool ask_for_needs(controller *c, controlled *o) {
    aim_need need = {.struct_size = sizeof need};
    while (!o->has_looked && o->next_need < MOST_NEEDS && !aim_plan_need_at(o->working, o->next_need, &need)) {
        const bool log = need.what == AIM_NEED_LOG;
        const aim_ref object = {
            .struct_size = sizeof object, .kind = log ? "Pod" : "Event", .ns = need.ns, .name = need.name};
        const aim_call call = {.struct_size = sizeof call,
                               .verb = log ? AIM_CALL_LOG : AIM_CALL_EVENTS,
                               .object = &object,
                               .container = need.container};
        o->next_need++;
        if (aim_fetch_call(c->fetch, &call, &o->call, NULL)) continue;
        o->needs_events |= !log;
        c->counts.logs += log;
        c->counts.event_reads += !log;
        o->step = WORK_NEED;
        return true;
    }
    return false;
}

/* Events are read for one plan; when nobody waits for theirs they only take room. */
static void forget_events(controller *c, const controlled *o) {
    const aim_ref events = {.struct_size = sizeof events, .kind = "Event"};
    for (size_t i = 0; i < c->objects.count; i++) {
        if (c->objects.items[i] != o && c->objects.items[i]->step == WORK_NEED) return;
    }
    aim_cluster *none;
    if (!aim_cluster_count(c->cluster, &events) || aim_cluster_new(live_context(c->options), &none, NULL)) return;
    aim_cluster_replace(c->cluster, none, &events, NULL, NULL);
    aim_cluster_free(none);
}

/* --- deletions --- */

static bool ask_to_look(controller *c, controlled *o, const aim_action *action) {
    const aim_ref object = {.struct_size = sizeof object, .kind = action->kind, .ns = action->ns, .name = action->name};
    const aim_call call = {.struct_size = sizeof call, .verb = AIM_CALL_GET, .object = &object};
    return aim_fetch_call(c->fetch, &call, &o->call, NULL) == AIM_OK;
}

static bool ask_to_delete(controller *c, controlled *o, const aim_action *action, const char *version) {
    const aim_ref object = {.struct_size = sizeof object, .kind = action->kind, .ns = action->ns, .name = action->name};
    const aim_call call = {.struct_size = sizeof call,
                           .verb = AIM_CALL_DELETE,
                           .object = &object,
                           .uid = action->uid,
                           .resource_version = version};
    return aim_fetch_call(c->fetch, &call, &o->call, NULL) == AIM_OK;
}

/* --- the end of a pass --- */

/* What wakes the object from now on. The plan itself, with all its candidates, would take a hundred times as much. */
void controlled_keep_interest(const controller *c, controlled *o) {
    aim_interest_free(o->interest);
    if (aim_plan_interest(o->working, &o->interest, NULL)) { /* no memory: nothing would wake it */
        o->dirty = true;
        o->due_ms = c->now_ms + FIRST_BACKOFF_MS;
    }
    snprintf(o->status, sizeof o->status, "%s", aim_plan_status(o->working));
    aim_plan_free(o->working);
    o->working = NULL;
}

static void say_events(controller *c, const controlled *o, const aim_plan *plan) {
    char now[LOG_TIME_SIZE];
    aim_ref object = {.struct_size = sizeof object}, filter = ref_of(o);
    if (aim_cluster_at(c->cluster, &filter, 0, &object, NULL)) return;
    log_time(now, sizeof now);
    log_line(LOG_DEBUG, "the status is written", "kind", o->kind, "namespace", o->ns, "name", o->name, "status",
             aim_plan_status(plan), NULL);
    for (size_t i = 0; i < aim_plan_event_count(plan); i++) {
        aim_plan_event event = {.struct_size = sizeof event};
        if (aim_plan_event_at(plan, i, &event)) continue;
        event_recorder_say(c->events, c->fetch, &object, aim_cluster_resource_version(c->cluster, &filter),
                           event.warning != 0, event.reason, event.condition,
                           *event.message ? event.message : event.reason, c->now_ms, now);
        log_line(event.warning ? LOG_WARNING : LOG_INFO, *event.message ? event.message : event.reason, "kind", o->kind,
                 "namespace", o->ns, "name", o->name, "condition", event.condition, "reason", event.reason, NULL);
    }
}

/* Nobody tells of events: while they count they are looked at, ever more rarely. */
static void look_again(controller *c, controlled *o) {
    if (!o->needs_events) {
        o->event_looks = 0;
        return;
    }
    uint64_t wait_ms = (uint64_t)FIRST_LOOK_MS << (o->event_looks < 8 ? o->event_looks : 8);
    if (wait_ms > LONGEST_LOOK_MS) wait_ms = LONGEST_LOOK_MS;
    o->event_looks++;
    wait_ms += c->now_ms + jitter(c, wait_ms / 4);
    if (wait_ms < o->again_ms) o->again_ms = wait_ms;
}

static uint64_t finish(controller *c, controlled *o) {
    const int64_t again_s = aim_plan_requeue_after(o->working);
    const bool retried = o->refused || aim_plan_is_retried(o->working);
    controlled_keep_interest(c, o);
    end_work(o);
    o->is_settled = !controlled_is_pending(o) && !retried;
    if (retried) {
        back_off(c, o);
        return o->due_ms;
    }
    o->failures = 0;
    o->due_ms = c->now_ms;
    if (again_s >= 0) o->again_ms = c->now_ms + (uint64_t)again_s * 1000;
    look_again(c, o);
    return controlled_due(o);
}

static uint64_t after_status(controller *c, controlled *o) {
    aim_error *error = NULL;
    o->step = WORK_REMOVE_FINALIZER;
    o->call = 0;
    /* After a write of the status the version of the plan is an old one: the echo leads to a pass of its own. What was
     * not deleted for want of knowledge keeps its owner. */
    const bool later = o->status_written || o->held_back;
    if (!later && aim_fetch_finalizer(c->fetch, o->working, AIM_ACTION_REMOVE_FINALIZER, 0, &o->call, &error)) {
        aim_error_free(error);
        return give_up(c, o, "no memory");
    }
    if (o->call) {
        c->counts.finalizers++;
        return NEVER;
    }
    return finish(c, o);
}

/* Statuses carry whole seconds. */
static void tell_seconds(char out[LOG_TIME_SIZE]) {
    log_time(out, LOG_TIME_SIZE);
    out[19] = 'Z';
    out[20] = '\0';
}

/* Two who write one status in turn would do so for ever, as fast as they can. */
static uint64_t slow_down(const controller *c, controlled *o) {
    log_line(LOG_WARNING,
             "the status changes all the time; if nobody changes the object so often, somebody else writes it", "kind",
             o->kind, "namespace", o->ns, "name", o->name, NULL);
    aim_plan_free(o->working);
    o->working = NULL;
    end_work(o);
    o->dirty = true;
    o->due_ms = c->now_ms + SLOWLY_MS;
    return o->due_ms;
}

static bool is_fought_over(const controller *c, controlled *o) {
    if (c->now_ms - o->statuses_since_ms >= STATUSES_WITHIN_MS) {
        o->statuses_since_ms = c->now_ms;
        o->statuses = 0;
    }
    return o->statuses++ >= MOST_STATUSES;
}

/* The actions are done, or some of them failed: what became of them goes into the status. */
static uint64_t report(controller *c, controlled *o) {
    char now[LOG_TIME_SIZE];
    aim_plan *finished;
    tell_seconds(now);
    const aim_options options = {.struct_size = sizeof options, .policy = c->policy, .now = now};
    const refusals *refused = o->refused;
    if (aim_plan_finish(o->working, refused ? refused->outcomes : NULL, refused ? refused->count : 0, &options,
                        &finished, NULL))
        return give_up(c, o, "the plan could not be finished");
    aim_plan_free(o->working);
    o->working = finished;
    o->step = WORK_STATUS;
    o->call = 0;
    if (aim_fetch_status(c->fetch, finished, 0, &o->call, NULL)) return give_up(c, o, "no memory");
    if (!o->call) return after_status(c, o);
    if (is_fought_over(c, o)) {
        aim_fetch_drop(c->fetch, o->call);
        return slow_down(c, o);
    }
    c->counts.statuses++;
    return NEVER;
}

/* --- actions --- */

static void log_action(const controlled *o, const aim_action *action, const char *what) {
    log_line(LOG_INFO, what, "kind", action->kind, "namespace", action->ns ? action->ns : "", "name", action->name,
             "for", o->kind, "of", o->name, NULL);
}

static void leave_alone(const controlled *o, const aim_action *action, const char *why) {
    log_line(LOG_WARNING, "not deleted", "kind", action->kind, "namespace", action->ns ? action->ns : "", "name",
             action->name, "for", o->kind, "of", o->name, "why", why, NULL);
}

static void add_outcome(refusals *all, size_t action, const struct refusal_text *told) {
    all->outcomes[all->count++] = (aim_outcome){.struct_size = sizeof(aim_outcome),
                                                .action = action,
                                                .reason = told ? told->reason : NULL,
                                                .message = told && *told->message ? told->message : NULL};
}

/* The next action that has something left to do. */
static uint64_t act(controller *c, controlled *o) {
    for (; o->action < aim_plan_action_count(o->working); o->action++) {
        aim_action action = {.struct_size = sizeof action};
        if (aim_plan_action_at(o->working, o->action, &action)) break;
        if (aim_fetch_action_is_done(c->fetch, o->working, o->action)) {
            if (o->refused && o->refused->count < MOST_OUTCOMES) add_outcome(o->refused, o->action, NULL);
            continue;
        }
        if (action.verb == AIM_ACTION_DELETE) {
            if (!c->may_delete) { /* a kind that is not known might say that it is still needed */
                c->counts.dropped_deletes++;
                leave_alone(o, &action, "kinds that may need it are unknown");
                /* what is only unknown for now keeps its owner; else the owner could never go */
                o->held_back = !c->never_knows;
                continue;
            }
            o->step = WORK_LOOK;
            if (!ask_to_look(c, o, &action)) return give_up(c, o, "no memory");
            return NEVER;
        }
        if (o->refused) break; /* a deletion was refused: nothing is applied */
        o->step = WORK_ACTION;
        if (aim_fetch_action(c->fetch, o->working, o->action, 0, &o->call, NULL)) return give_up(c, o, "no memory");
        c->counts.applies++;
        log_action(o, &action, "applying");
        return NEVER;
    }
    return report(c, o);
}

static uint64_t after_finalizer(controller *c, controlled *o) {
    o->action = 0;
    o->held_back = o->status_written = false;
    return act(c, o);
}

static uint64_t after_plan(controller *c, controlled *o) {
    const char *state = aim_plan_status(o->working);
    const bool well = strcmp(state, "Running") == 0 || strcmp(state, "Ready") == 0;
    if (!well && ask_for_needs(c, o)) return NEVER;
    forget_events(c, o);
    o->step = WORK_ADD_FINALIZER;
    o->call = 0;
    if (aim_fetch_finalizer(c->fetch, o->working, AIM_ACTION_ADD_FINALIZER, 0, &o->call, NULL))
        return give_up(c, o, "no memory");
    if (!o->call) return after_finalizer(c, o);
    c->counts.finalizers++;
    return NEVER;
}

static uint64_t plan_again(controller *c, controlled *o) {
    char now[LOG_TIME_SIZE];
    const aim_ref ref = ref_of(o);
    aim_error *error = NULL;
    aim_plan_free(o->working);
    o->working = NULL;
    if (o->touched) o->failures = 0; /* somebody may have mended it */
    o->dirty = o->touched = o->is_settled = false;
    o->again_ms = NEVER;
    if (!o->has_looked) o->needs_events = false;
    *o->own_version = '\0';
    tell_seconds(now);
    const aim_options options = {.struct_size = sizeof options, .policy = c->policy, .now = now};
    const aim_code code = aim_plan_new(c->cluster, &ref, &options, &o->working, &error);
    if (code == AIM_E_NOT_FOUND) {
        end_work(o);
        o->is_gone = o->is_settled = true;
        aim_error_free(error);
        return NEVER;
    }
    o->is_gone = false;
    if (code) {
        const uint64_t due_ms = give_up(c, o, aim_error_message(error));
        aim_error_free(error);
        return due_ms;
    }
    c->counts.plans++;
    return after_plan(c, o);
}

/* --- answers --- */

/* Names the fields and who owns them, where the server's message does not. */
static void add_conflicts(const controller *c, const controlled *o, const aim_result *result, char *text, size_t size) {
    size_t used = strlen(text);
    for (size_t i = 0; i < result->conflicts && i < MOST_CONFLICTS; i++) {
        aim_conflict conflict = {.struct_size = sizeof conflict};
        if (aim_fetch_conflict_at(c->fetch, o->call, i, &conflict)) continue;
        if (strstr(text, conflict.field) && strstr(text, conflict.manager)) continue;
        const int added = snprintf(text + used, size - used, "%s%s belongs to %s", used ? "; " : "", conflict.field,
                                   conflict.manager);
        if (added < 0 || (size_t)added >= size - used) break;
        used += (size_t)added;
    }
}

/* The action is done. Behind one that was refused that has to be said. */
static uint64_t done(controller *c, controlled *o) {
    if (o->refused) add_outcome(o->refused, o->action, NULL);
    o->action++;
    return o->refused && o->refused->count == MOST_OUTCOMES ? report(c, o) : act(c, o);
}

/* What is refused ends the pass, but for deletions: the others are tried, and then nothing is applied. */
static uint64_t refused(controller *c, controlled *o, const aim_result *result) {
    aim_action action = {.struct_size = sizeof action};
    c->counts.failures++;
    if (result->conflicts || (result->reason && strcmp(result->reason, "Conflict") == 0)) c->counts.conflicts++;
    if (!o->refused) o->refused = calloc(1, sizeof *o->refused);
    if (!o->refused || aim_plan_action_at(o->working, o->action, &action)) return give_up(c, o, "no memory");
    struct refusal_text *told = &o->refused->told[o->refused->count];
    snprintf(told->reason, sizeof told->reason, "%s", result->reason ? result->reason : "Plain");
    snprintf(told->message, sizeof told->message, "%s", result->message ? result->message : "");
    add_conflicts(c, o, result, told->message, sizeof told->message);
    add_outcome(o->refused, o->action, told);
    log_line(LOG_WARNING, "refused", "kind", action.kind, "namespace", action.ns ? action.ns : "", "name", action.name,
             "for", o->kind, "of", o->name, "reason", told->reason, "why", told->message, NULL);
    if (action.verb != AIM_ACTION_DELETE || o->refused->count == MOST_OUTCOMES) return report(c, o);
    o->action++;
    return act(c, o);
}

/* Whether a plan with the status that was just written would be the same one: not when the object is another one by it,
 * such as an artifact that has become Ready, or waits to be let go. */
static bool is_last_word(const controlled *o) {
    return strcmp(o->status, aim_plan_status(o->working)) == 0 &&
           !aim_plan_finalizer(o->working, AIM_ACTION_REMOVE_FINALIZER);
}

/* The version that our write of the object led to. What we have seen of it up to then was our own doing: the write
 * held only for the version that the plan was made with. */
static void note_own_version(const controller *c, controlled *o, const char *body, bool is_silent) {
    json_object *object = answer_parse(body);
    const char *version = answer_text(answer_member(object, "metadata"), "resourceVersion");
    snprintf(o->own_version, sizeof o->own_version, "%s", strlen(version) < sizeof o->own_version ? version : "");
    o->own_since_ms = c->now_ms;
    o->echo_is_silent = is_silent;
    json_object_put(object);
    if (controlled_is_echo(c, o)) o->touched = false;
}

static uint64_t answered(controller *c, controlled *o, const aim_result *result) {
    aim_action action = {.struct_size = sizeof action};
    char version[64] = "";
    const char *problem;
    const bool gone = result->http_status == 404;
    switch (o->step) {
    case WORK_NEED: /* whether there is one or not */
        if (c->stopping) return give_up(c, o, "Conflict");
        if (ask_for_needs(c, o)) return NEVER;
        o->has_looked = true;
        return plan_again(c, o);
    case WORK_ADD_FINALIZER:
        if (result->code) return give_up(c, o, result->reason);
        /* its version is another one now: the rest waits for the server to say so */
        note_own_version(c, o, result->body, false);
        controlled_keep_interest(c, o);
        end_work(o);
        o->due_ms = c->now_ms;
        return o->due_ms;
    case WORK_LOOK:
        if (aim_plan_action_at(o->working, o->action, &action)) return give_up(c, o, "the action is gone");
        if (result->code && !gone) return refused(c, o, result);
        problem = gone ? NULL : deletion_problem(result->body, &action, own_uid(c, o), version, sizeof version);
        if (gone || problem) {
            if (problem) leave_alone(o, &action, problem);
            return done(c, o);
        }
        o->step = WORK_ACTION;
        if (!ask_to_delete(c, o, &action, version)) return give_up(c, o, "no memory");
        c->counts.deletes++;
        log_action(o, &action, "deleting");
        return NEVER;
    case WORK_ACTION:
        if (aim_plan_action_at(o->working, o->action, &action)) return give_up(c, o, "the action is gone");
        if (result->code && !(gone && action.verb == AIM_ACTION_DELETE)) return refused(c, o, result);
        return done(c, o);
    case WORK_STATUS:
        if (result->code && result->reason && strcmp(result->reason, "Conflict") == 0) return plan_anew(c, o);
        if (result->code && !gone) return give_up(c, o, result->reason);
        o->status_written = true;
        o->overtaken = 0;
        if (!result->code) {
            say_events(c, o, o->working);
            note_own_version(c, o, result->body, is_last_word(o));
        }
        return after_status(c, o);
    case WORK_REMOVE_FINALIZER:
        if (result->code && !gone) return give_up(c, o, result->reason);
        return finish(c, o);
    default: return NEVER;
    }
}

uint64_t reconcile(controller *c, controlled *o) {
    if (!controlled_is_busy(o)) {
        const uint64_t due_ms = c->stopping ? NEVER : controlled_due(o);
        if (due_ms > c->now_ms) return due_ms;
        return is_behind(c, o) ? c->now_ms + ECHO_POLL_MS : plan_again(c, o);
    }
    aim_result result = {.struct_size = sizeof result};
    const uint64_t call = o->call;
    if (aim_fetch_result(c->fetch, call, &result)) return NEVER; /* under way */
    const uint64_t next = answered(c, o, &result);
    aim_fetch_drop(c->fetch, call);
    return next;
}
