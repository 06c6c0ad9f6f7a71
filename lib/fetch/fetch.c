/* A fetch as a whole: making it, the next request, and where answers go. */
#include "fetch/fetch.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/struct.h"
#include "base/text.h"
#include "kube/name.h"

enum {
    PAGE_SIZE = 500,
    LISTS = 4,
    TRIES = 5,
    BUDGET_MS = 60000,
    REQUESTS = 20,
    BURST = 40,
    MOST_REFUSAL = 256 * 1024, /* of a body that is no success */
    MOST_OBJECT = 16u << 20,
    MOST_WARNINGS = 100,
    UNTRUSTED_MS = 30000
};

/* What plans read, in the order in which it is asked for. */
static const aimp_kind plan_kinds[] = {
    AIMP_SERVICE,
    AIMP_MODEL,
    AIMP_CLUSTER_MODEL,
    AIMP_TEMPLATE,
    AIMP_CLUSTER_TEMPLATE,
    AIMP_RUNTIME_CONFIG,
    AIMP_CLUSTER_RUNTIME_CONFIG,
    AIMP_TEMPLATE_CACHE,
    AIMP_ARTIFACT,
    AIMP_INFERENCE_SERVICE,
    AIMP_HTTP_ROUTE,
    AIMP_HPA,
    AIMP_CLAIM,
    AIMP_JOB,
    AIMP_STORAGE_CLASS,
    AIMP_NODE,
    AIMP_POD,
    AIMP_EVENT,
};
enum { PLAN_KINDS = sizeof plan_kinds / sizeof *plan_kinds };

/* --- making one --- */

static aim_code check_options(const aim_cluster *cluster, const aim_fetch_options *o, aim_error **err) {
    const aim_allocator *a = &cluster->context->allocator;
    if (!aimp_struct_ok(o, sizeof *o, AIM_FETCH_WATCH | AIM_FETCH_CALLS_ONLY | AIM_FETCH_SPARING) ||
        (o->listener && !aimp_struct_ok(o->listener, sizeof *o->listener, 0)))
        return aimp_fail(err, a, AIM_E_STRUCT, NULL,
                         "aim_fetch_options or aim_listener has a wrong struct_size or unknown flags");
    if (o->ns && !aimp_is_dns_label(o->ns))
        return aimp_fail(err, a, AIM_E_ARGUMENT, NULL, "the namespace \"%.100s\" is no DNS label", o->ns);
    if (o->listener && !o->listener->changed)
        return aimp_fail(err, a, AIM_E_ARGUMENT, NULL, "aim_listener has no callback");
    if (o->kind_count && !o->kinds) return aimp_fail(err, a, AIM_E_ARGUMENT, NULL, "kinds is NULL");
    for (size_t i = 0; i < o->kind_count; i++) {
        if (!o->kinds[i] || aimp_kind_named(o->kinds[i]) == AIMP_KIND_NONE)
            return aimp_fail(err, a, AIM_E_UNSUPPORTED, NULL, "libaim does not use the kind \"%.100s\"",
                             aimp_or_empty(o->kinds[i]));
    }
    return AIM_OK;
}

static void fill_defaults(aim_fetch *f, const aim_fetch_options *o) {
    f->options = *o;
    aim_fetch_options *own = &f->options;
    if (!own->page_size) own->page_size = PAGE_SIZE;
    if (!own->lists) own->lists = LISTS;
    if (!own->tries) own->tries = TRIES;
    if (!own->budget_ms) own->budget_ms = BUDGET_MS;
    if (!own->requests) own->requests = REQUESTS;
    if (!own->burst) own->burst = BURST;
    f->random = own->seed;
    f->tokens_ms = own->burst * 1000;
    if (o->listener) {
        f->has_listener = true;
        f->listener = *o->listener;
    }
}

/* Pods that plans look at, but for the GPUs of nodes. */
static const char *const pod_labels[] = {"serving.kserve.io/inferenceservice", "job-name"};
enum { POD_LABELS = sizeof pod_labels / sizeof *pod_labels };

static void add_reflector(aim_fetch *f, aimp_kind kind, const char *label) {
    const aimp_kind_info *info = aimp_kind_of(kind);
    aimp_reflector *r = &f->reflectors[f->reflector_count++];
    r->kind = kind;
    r->label = label;
    r->ns = info->namespaced ? f->ns : NULL;
    snprintf(r->source, sizeof r->source, "%s%s%s", info->plural, *info->group ? "." : "", info->group);
}

static bool make_reflectors(aim_fetch *f, const aim_fetch_options *o) {
    const bool sparing = f->options.flags & AIM_FETCH_SPARING;
    size_t count = o->kinds ? o->kind_count : (size_t)PLAN_KINDS, most, size;
    if (f->options.flags & AIM_FETCH_CALLS_ONLY) count = 0;
    if (!count) return true;
    if (!aimp_size_multiply(count, POD_LABELS, &most) || !aimp_size_multiply(most, sizeof *f->reflectors, &size))
        return false;
    f->reflectors = aimp_alloc(f->allocator, size);
    if (!f->reflectors) return false;
    f->reflector_capacity = most;
    memset(f->reflectors, 0, size);
    for (size_t i = 0; i < count; i++) {
        const aimp_kind kind = o->kinds ? aimp_kind_named(o->kinds[i]) : plan_kinds[i];
        if (sparing && kind == AIMP_EVENT) {
            f->cluster->kinds[kind] = (aimp_kind_state){.known = true, .by_object = true};
        } else if (sparing && kind == AIMP_POD) {
            for (size_t k = 0; k < POD_LABELS; k++)
                add_reflector(f, kind, pod_labels[k]);
        } else {
            add_reflector(f, kind, NULL);
        }
    }
    return true;
}

aim_code aim_fetch_new(aim_cluster *cluster, const aim_fetch_options *options, aim_fetch **out, aim_error **err) {
    static const aim_fetch_options defaults = {.struct_size = sizeof defaults};
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!cluster || !out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "cluster or out is NULL");
    if (!options) options = &defaults;
    aim_code code = check_options(cluster, options, err);
    if (code) return code;
    const aim_allocator *a = &cluster->context->allocator;
    aim_fetch *f = aimp_alloc(a, sizeof *f);
    if (!f) return aimp_fail(err, a, AIM_E_NO_MEMORY, NULL, "out of memory");
    *f = (aim_fetch){.context = cluster->context, .allocator = a, .cluster = cluster};
    aimp_context_retain(f->context);
    fill_defaults(f, options);
    f->report = aimp_report_new(f->context, &f->report_guard);
    bool ok = f->report != NULL;
    if (ok && options->ns) {
        size_t size = strlen(options->ns) + 1;
        f->ns = aimp_alloc(a, size);
        ok = f->ns != NULL;
        if (ok) memcpy(f->ns, options->ns, size);
    }
    if (!ok || !make_reflectors(f, options)) {
        aim_fetch_free(f);
        return aimp_fail(err, a, AIM_E_NO_MEMORY, NULL, "out of memory");
    }
    *out = f;
    return AIM_OK;
}

void aimp_fetch_exchange_free(aim_fetch *f, aimp_exchange *exchange) {
    if (exchange->framed) aimp_frame_free(&exchange->frame);
    aimp_bytes_free(&exchange->body, f->allocator);
    aimp_bytes_free(&exchange->message, f->allocator);
    aimp_release(f->allocator, exchange, sizeof *exchange);
}

void aim_fetch_free(aim_fetch *f) {
    if (!f) return;
    aim_context *context = f->context;
    aimp_fetch_detach(f);
    while (f->exchanges) {
        aimp_exchange *exchange = f->exchanges;
        f->exchanges = exchange->next;
        aimp_fetch_exchange_free(f, exchange);
    }
    while (f->calls) {
        aimp_call *call = f->calls;
        f->calls = call->next;
        aimp_call_free(f, call);
    }
    for (size_t i = 0; i < f->reflector_count; i++)
        aimp_reflector_free(f, &f->reflectors[i]);
    if (f->reflectors) aimp_release(f->allocator, f->reflectors, f->reflector_capacity * sizeof *f->reflectors);
    if (f->ns) aimp_release(f->allocator, f->ns, strlen(f->ns) + 1);
    aimp_bytes_free(&f->fatal_message, f->allocator);
    aimp_bytes_free(&f->out_target, f->allocator);
    aimp_bytes_free(&f->out_body, f->allocator);
    aim_report_free(f->report);
    aimp_release(f->allocator, f, sizeof *f);
    aim_context_free(context);
}

/* --- trouble --- */

void aimp_fetch_give_up(aim_fetch *f, aim_code code, const char *message) {
    if (f->fatal) return;
    f->fatal = code;
    if (!aimp_bytes_add_string(&f->fatal_message, f->allocator, message)) f->fatal = AIM_E_NO_MEMORY;
}

typedef struct entry {
    aim_report *report;
    aim_code code;
    int32_t severity;
    aimp_report_place place;
    const char *message;
} entry;

static void add_entry(void *arg) {
    const entry *e = arg;
    aimp_report_add(e->report, e->code, e->severity, &e->place, e->message);
}

static void report(aim_fetch *f, const entry *e) {
    f->report->arena.guard = &f->report_guard;
    if (aimp_guard_run(&f->report_guard, add_entry, (void *)(uintptr_t)e))
        aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
}

void aimp_fetch_report(aim_fetch *f, aim_code code, int32_t severity, const char *source, const char *object,
                       const char *message) {
    const entry e = {f->report, code, severity, {.source = source, .pointer = "", .object = object}, message};
    report(f, &e);
}

void aimp_fetch_merge_report(aim_fetch *f, const aim_report *from, const char *source) {
    for (size_t i = 0; i < aim_report_count(from); i++) {
        aim_report_entry found = {.struct_size = sizeof found};
        if (aim_report_at(from, i, &found)) continue;
        if (found.severity != AIM_SEVERITY_ERROR) continue;
        const entry e = {f->report,
                         found.code,
                         found.severity,
                         {.source = source, .pointer = found.pointer, .object = found.object, .wanted = found.wanted},
                         found.message};
        report(f, &e);
    }
}

void aimp_fetch_note_identity(aim_fetch *f, const aimp_exchange *exchange, const char *message) {
    /* who watches for days outlives a webhook that fails for a moment, and a token that comes a little late */
    const uint64_t patience_ms = f->options.flags & AIM_FETCH_WATCH ? UNTRUSTED_MS : 0;
    if (exchange->http_status != 401)
        f->untrusted_id = 0;
    else if (!f->untrusted_id) {
        f->untrusted_id = f->last_id;
        f->untrusted_ms = f->now_ms;
    } else if (exchange->id > f->untrusted_id && f->now_ms - f->untrusted_ms >= patience_ms)
        aimp_fetch_give_up(f, AIM_E_CREDENTIALS, message);
}

/* --- answers --- */

static aimp_exchange *find(const aim_fetch *f, uint64_t id) {
    for (aimp_exchange *exchange = f->exchanges; exchange; exchange = exchange->next) {
        if (exchange->id == id && !exchange->ended) return exchange;
    }
    return NULL;
}

typedef struct warning {
    aimp_arena scratch; /* servers warn for ever, and always of the same */
    const char *text;
} warning;

static void read_warning(void *arg) {
    warning *w = arg;
    w->text = aimp_warning_text(&w->scratch, w->text);
}

/* A server says the same of every request: once is enough. */
static bool is_reported(const aim_report *all, const char *message) {
    for (size_t i = 0; i < aim_report_count(all); i++) {
        aim_report_entry found = {.struct_size = sizeof found};
        if (!aim_report_at(all, i, &found) && strcmp(found.message, message) == 0) return true;
    }
    return false;
}

static void take_warnings(aim_fetch *f, const aimp_exchange *exchange, const aim_response *response) {
    const size_t count = response->warning_count < MOST_WARNINGS ? response->warning_count : MOST_WARNINGS;
    for (size_t i = 0; i < count; i++) {
        aimp_guard guard = {0};
        warning w = {.text = response->warnings[i]};
        aimp_arena_init(&w.scratch, f->allocator, &guard, 512);
        if (aimp_guard_run(&guard, read_warning, &w)) {
            aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
        } else if (w.text && !is_reported(f->report, w.text)) {
            const char *source =
                exchange->reflector ? exchange->reflector->source : aimp_bytes_text(&exchange->call->target);
            aimp_fetch_report(f, AIM_OK, AIM_SEVERITY_WARNING, source, NULL, w.text);
        }
        aimp_arena_free(&w.scratch);
    }
}

static aim_code on_response(uint64_t id, const aim_response *response, void *user) {
    aim_fetch *f = user;
    aimp_exchange *exchange = find(f, id);
    if (!exchange) return AIM_OK;
    if (!aimp_struct_ok(response, sizeof *response, 0)) return exchange->code = AIM_E_STRUCT;
    f->reached = true;
    exchange->http_status = response->http_status;
    exchange->server_time = aimp_date_seconds(response->date);
    exchange->retry_after_ms = aimp_retry_after_ms(response->retry_after, response->date);
    if (response->http_status < 400) f->untrusted_id = 0;
    take_warnings(f, exchange, response);
    if (exchange->reflector) aimp_reflector_begin_answer(f, exchange);
    return f->fatal;
}

static aim_code on_data(uint64_t id, const char *bytes, size_t size, void *user) {
    aim_fetch *f = user;
    aimp_exchange *exchange = find(f, id);
    if (!exchange || exchange->code) return exchange ? exchange->code : AIM_OK;
    if (exchange->framed) {
        exchange->code = aimp_frame_add(&exchange->frame, bytes, size);
    } else {
        const bool success = exchange->http_status >= 200 && exchange->http_status < 300;
        const size_t most = exchange->call && success ? (size_t)MOST_OBJECT : (size_t)MOST_REFUSAL;
        const size_t room = most - exchange->body.size;
        exchange->cut |= size > room && success;
        if (!aimp_bytes_add(&exchange->body, f->allocator, bytes, size < room ? size : room))
            exchange->code = AIM_E_NO_MEMORY;
        else if (exchange->cut)
            exchange->code = AIM_E_LIMIT;
    }
    if (exchange->code == AIM_E_NO_MEMORY) aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
    return exchange->code;
}

static void on_end(uint64_t id, const aim_end *end, void *user) {
    aim_fetch *f = user;
    aimp_exchange *exchange = find(f, id);
    if (!exchange) return;
    exchange->ended = true;
    exchange->end = aimp_struct_ok(end, sizeof *end, 0) ? *end : (aim_end){.phase = AIM_END_LOST, .code = AIM_E_STRUCT};
    if (exchange->code) { /* we stopped it ourselves, and know better why */
        const char *why =
            exchange->code == AIM_E_LIMIT ? "the answer is larger than it may be" : "the answer cannot be read";
        exchange->end = (aim_end){.phase = AIM_END_LOST, .code = exchange->code, .message = why};
    }
    if (!aimp_bytes_add_string(&exchange->message, f->allocator, aimp_or_empty(exchange->end.message)))
        aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
    exchange->end.message = NULL;
}

/* What follows from the exchanges that have ended, now that the time is known. */
static void settle(aim_fetch *f) {
    aimp_exchange **link = &f->exchanges;
    while (*link) {
        aimp_exchange *exchange = *link;
        if (!exchange->ended) {
            link = &exchange->next;
            continue;
        }
        *link = exchange->next;
        exchange->end.message = aimp_bytes_text(&exchange->message);
        if (exchange->reflector) {
            aimp_reflector_end(f, exchange, &exchange->end);
        } else {
            aimp_call *call = exchange->call;
            aimp_call_end(f, exchange, &exchange->end);
            if (call->dropped && call->ended) aim_fetch_drop(f, call->id);
        }
        aimp_fetch_exchange_free(f, exchange);
    }
}

aim_code aim_fetch_receiver(aim_fetch *f, aim_receiver *out) {
    if (!f || !out) return AIM_E_ARGUMENT;
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    const aim_receiver receiver = {.response = on_response, .data = on_data, .end = on_end, .user = f};
    if (!code) aimp_struct_fill(out, &receiver, sizeof receiver);
    return code;
}

/* --- requests --- */

/* A token bucket in milliseconds: a request costs 1,000 / requests of them. */
static bool take_token(aim_fetch *f, uint64_t *due_ms) {
    const uint64_t most = f->options.burst * 1000, gained = (f->now_ms - f->tokens_at_ms) * f->options.requests;
    f->tokens_ms = gained > most || f->tokens_ms + gained > most ? most : f->tokens_ms + gained;
    f->tokens_at_ms = f->now_ms;
    if (f->tokens_ms >= 1000) return true;
    *due_ms = f->now_ms + (1000 - f->tokens_ms) / f->options.requests + 1;
    return false;
}

static void pay(aim_fetch *f) {
    f->tokens_ms -= 1000;
}

/* The first thing that is due, calls before lists; answers whether there is one. */
static bool choose(aim_fetch *f, aimp_exchange *exchange, aim_request *request, uint64_t *next_ms) {
    uint64_t due_ms, free_ms = 0;
    const bool allowed = take_token(f, &free_ms);
    for (aimp_call *c = f->calls; c; c = c->next) {
        if (!allowed && !c->ended && !c->under_way) {
            if (free_ms < *next_ms) *next_ms = free_ms;
            continue;
        }
        if (aimp_call_request(f, c, request, &due_ms)) {
            exchange->call = c;
            pay(f);
            return true;
        }
        if (due_ms < *next_ms) *next_ms = due_ms;
    }
    for (size_t i = 0; i < f->reflector_count; i++) {
        aimp_reflector *r = &f->reflectors[i];
        const bool watch = r->phase == AIMP_TO_WATCH;
        if (!watch && !allowed && r->phase == AIMP_TO_LIST) {
            if (free_ms < *next_ms) *next_ms = free_ms;
            continue;
        }
        if (aimp_reflector_request(f, r, exchange, request, &due_ms)) {
            if (!watch) pay(f);
            return true;
        }
        if (due_ms < *next_ms) *next_ms = due_ms;
    }
    return false;
}

aim_code aim_fetch_next(aim_fetch *f, uint64_t now_ms, aim_request *out, uint64_t *wait_ms, aim_error **err) {
    if (err) *err = NULL;
    if (wait_ms) *wait_ms = UINT64_MAX;
    if (!f || !out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "fetch or out is NULL");
    if (aimp_struct_check_out(out, sizeof *out))
        return aimp_fail(err, f->allocator, AIM_E_STRUCT, NULL, "aim_request has a wrong struct_size");
    if (now_ms > f->now_ms) f->now_ms = now_ms;
    if (!f->tokens_at_ms) f->tokens_at_ms = f->now_ms;
    settle(f);
    aim_request request = {0};
    uint64_t next_ms = UINT64_MAX;
    aimp_exchange *exchange = aimp_alloc(f->allocator, sizeof *exchange);
    if (!exchange) return aimp_fail(err, f->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    *exchange = (aimp_exchange){.fetch = f};
    if (!f->fatal && choose(f, exchange, &request, &next_ms)) {
        exchange->id = request.id = ++f->last_id;
        exchange->started_ms = f->now_ms;
        exchange->next = f->exchanges;
        f->exchanges = exchange;
        request.target = aimp_bytes_text(&f->out_target);
        if (exchange->call && f->out_body.size) {
            request.body = f->out_body.data;
            request.body_size = f->out_body.size;
        }
        next_ms = f->now_ms;
    } else {
        aimp_fetch_exchange_free(f, exchange);
    }
    if (f->fatal) return aimp_fail(err, f->allocator, f->fatal, NULL, "%s", aimp_bytes_text(&f->fatal_message));
    aimp_struct_fill(out, &request, sizeof request);
    if (wait_ms) *wait_ms = next_ms == UINT64_MAX ? next_ms : next_ms - f->now_ms;
    return AIM_OK;
}

/* --- looking at it --- */

size_t aim_fetch_sync_count(const aim_fetch *f) {
    return f ? f->reflector_count : 0;
}

aim_code aim_fetch_sync_at(const aim_fetch *f, size_t index, aim_sync *out) {
    if (!f || !out) return AIM_E_ARGUMENT;
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code) return code;
    if (index >= f->reflector_count) return AIM_E_NOT_FOUND;
    const aimp_reflector *r = &f->reflectors[index];
    const aim_ref filter = {.struct_size = sizeof filter, .kind = aimp_kind_of(r->kind)->kind, .ns = r->ns};
    const aim_sync sync = {.state = r->state,
                           .code = r->code,
                           .objects = r->staged ? r->staged_count : aim_cluster_count(f->cluster, &filter),
                           .lists = r->lists,
                           .events = r->events,
                           .kind = filter.kind,
                           .ns = r->ns,
                           .resource_version = aimp_bytes_text(&r->version),
                           .message = aimp_bytes_text(&r->message)};
    aimp_struct_fill(out, &sync, sizeof sync);
    return AIM_OK;
}

const aim_report *aim_fetch_report(const aim_fetch *f) {
    return f ? f->report : NULL;
}

int32_t aim_fetch_is_done(const aim_fetch *f) {
    if (!f) return 1;
    for (size_t i = 0; i < f->reflector_count; i++) {
        if (!aimp_reflector_is_done(&f->reflectors[i])) return 0;
    }
    for (const aimp_call *c = f->calls; c; c = c->next) {
        if (!c->ended && !c->dropped) return 0;
    }
    return 1;
}
