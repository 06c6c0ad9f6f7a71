/* One kind of the server, mirrored: a list page by page into a cluster of its own, which replaces the kind when its
 * last page is read, then a watch from there on. What an API server may do in between is in the comments; the rules are
 * those of client-go's reflector, but for a watch that brings nothing at all: then the kind is listed again, because a
 * version from the future (of a server that was restored) is answered with silence for ever. */
#include "fetch/fetch.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "decide/pass.h"
#include "doc/reader.h"
#include "fetch/target.h"

enum {
    LIST_TIMEOUT_MS = 65000, /* the server gives up after 60 s */
    WATCH_SECONDS = 240,
    WATCH_SPREAD_SECONDS = 60,
    WATCH_GRACE_MS = 30000,
    SHORT_WATCH_MS = 1000,
    LOOK_AGAIN_MS = 60000, /* at a kind that is forbidden or not served */
    DOUBT_MS = 30000,
    MOST_RESTARTS = 3,
    MOST_SERVER_ERRORS = 3
};

static const aimp_kind_info *info_of(const aimp_reflector *r) {
    return aimp_kind_of(r->kind);
}

/* --- asking --- */

static bool set_bytes(const aim_fetch *f, aimp_bytes *bytes, const char *text) {
    aimp_bytes_clear(bytes, f->allocator);
    return aimp_bytes_add_string(bytes, f->allocator, text);
}

/* Of some kinds only one object matters, whatever else there is; a role may be bound to its name alone. */
static const char *selector_of(aimp_kind kind) {
    return kind == AIMP_ROLE_BINDING ? "metadata.name=" AIMP_STATUS_UPDATER : NULL;
}

static bool path(aim_fetch *f, const aimp_reflector *r) {
    const aimp_kind_info *info = info_of(r);
    const aimp_target target = {.group = info->group, .version = info->version, .plural = info->plural, .ns = r->ns};
    aimp_bytes_clear(&f->out_target, f->allocator);
    return aimp_target_path(&f->out_target, f->allocator, &target) &&
           aimp_target_query(&f->out_target, f->allocator, "fieldSelector", selector_of(r->kind)) &&
           aimp_target_query(&f->out_target, f->allocator, "labelSelector", r->label);
}

static bool list_target(aim_fetch *f, const aimp_reflector *r) {
    bool ok = path(f, r);
    if (!r->whole) ok = ok && aimp_target_query_number(&f->out_target, f->allocator, "limit", f->options.page_size);
    if (r->token.size) return ok && aimp_target_query(&f->out_target, f->allocator, "continue", r->token.data);
    if (!r->from_version) return ok;
    return ok && aimp_target_query(&f->out_target, f->allocator, "resourceVersion", aimp_bytes_text(&r->version)) &&
           aimp_target_query(&f->out_target, f->allocator, "resourceVersionMatch", "NotOlderThan");
}

static bool watch_target(aim_fetch *f, const aimp_reflector *r, uint64_t seconds) {
    return path(f, r) && aimp_target_query(&f->out_target, f->allocator, "watch", "1") &&
           aimp_target_query(&f->out_target, f->allocator, "resourceVersion", aimp_bytes_text(&r->version)) &&
           aimp_target_query(&f->out_target, f->allocator, "allowWatchBookmarks", "true") &&
           aimp_target_query_number(&f->out_target, f->allocator, "timeoutSeconds", seconds);
}

static size_t lists_under_way(const aim_fetch *f) {
    size_t count = 0;
    for (size_t i = 0; i < f->reflector_count; i++)
        count += f->reflectors[i].phase == AIMP_LISTING;
    return count;
}

static bool begin_stage(aim_fetch *f, aimp_reflector *r) {
    aim_cluster_free(r->staged);
    r->staged_count = 0;
    r->staged_incomplete = false;
    return aim_cluster_new(f->context, &r->staged, NULL) == AIM_OK;
}

bool aimp_reflector_request(aim_fetch *f, aimp_reflector *r, aimp_exchange *exchange, aim_request *out,
                            uint64_t *due_ms) {
    *due_ms = UINT64_MAX;
    if (r->phase == AIMP_LISTING || r->phase == AIMP_WATCHING) return false;
    if (r->phase == AIMP_AT_REST && r->due_ms == UINT64_MAX) return false;
    if (r->due_ms > f->now_ms) {
        *due_ms = r->due_ms;
        return false;
    }
    const bool watch = r->phase == AIMP_TO_WATCH;
    if (!watch && lists_under_way(f) >= f->options.lists) return false;
    if (!r->failures) r->first_try_ms = f->now_ms;
    bool ok;
    if (watch) {
        uint64_t seconds = WATCH_SECONDS + (aimp_random(&f->random) >> 11) % WATCH_SPREAD_SECONDS;
        ok = watch_target(f, r, seconds);
        out->flags = AIM_REQUEST_STREAM;
        out->timeout_ms = seconds * 1000 + WATCH_GRACE_MS;
        out->idle_ms = f->options.idle_ms ? f->options.idle_ms : 90000;
    } else {
        ok = list_target(f, r) && (r->token.size || begin_stage(f, r));
        out->flags = AIM_REQUEST_GZIP;
        out->timeout_ms = LIST_TIMEOUT_MS;
        out->idle_ms = f->options.idle_ms ? f->options.idle_ms : 20000;
    }
    if (!ok) {
        aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
        return false;
    }
    out->method = AIM_METHOD_GET;
    out->accept = "application/json";
    exchange->reflector = r;
    r->phase = watch ? AIMP_WATCHING : AIMP_LISTING;
    if (!watch && r->state == AIM_SYNC_WAITING) r->state = AIM_SYNC_LISTING;
    r->watch_events = 0;
    r->broken = r->expired = false;
    r->wait_ms = 0;
    return true;
}

/* --- what comes back --- */

/* An item as a list of one: items of built-in lists carry no kind. */
static bool item_document(const aim_fetch *f, const aimp_reflector *r, const char *text, size_t size, aimp_bytes *out) {
    const aimp_kind_info *info = info_of(r);
    char head[256];
    snprintf(head, sizeof head, "{\"apiVersion\":\"%s%s%s\",\"kind\":\"%sList\",\"items\":[", info->group,
             *info->group ? "/" : "", info->version, info->kind);
    return aimp_bytes_add_string(out, f->allocator, head) && aimp_bytes_add(out, f->allocator, text, size) &&
           aimp_bytes_add_string(out, f->allocator, "]}");
}

/* Trouble with one object is told and does not hold up the others; but the kind is not all there. */
static aim_code told(const aimp_exchange *exchange, aim_code code, const aim_report *report, bool *incomplete) {
    if (code == AIM_E_NO_MEMORY) return code;
    *incomplete = true;
    aimp_fetch_merge_report(exchange->fetch, report, exchange->reflector->source);
    return AIM_OK;
}

static aim_code stage_item(const char *text, size_t size, void *user) {
    aimp_exchange *exchange = user;
    aimp_reflector *r = exchange->reflector;
    aim_fetch *f = exchange->fetch;
    aimp_bytes document = {0};
    aim_report *report = NULL;
    aim_code code = AIM_E_NO_MEMORY;
    if (item_document(f, r, text, size, &document)) {
        aim_source source = {
            .struct_size = sizeof source, .name = r->source, .data = document.data, .size = document.size};
        code = aim_cluster_add(r->staged, &source, &report, NULL);
        if (code) code = told(exchange, code, report, &r->staged_incomplete);
        r->staged_count++;
    }
    aim_report_free(report);
    aimp_bytes_free(&document, f->allocator);
    return code;
}

/* An ERROR event: gone, or something that a pause or a new list mends. */
static aim_code end_by_event(aimp_reflector *r, const aimp_event_note *note) {
    if (note->code == 410 || strcmp(note->reason, "Expired") == 0 || strcmp(note->reason, "Gone") == 0)
        r->expired = true;
    else if (note->code == 429)
        r->wait_ms = 1000;
    else if (note->code != 500 || r->failures >= MOST_SERVER_ERRORS)
        r->broken = true;
    return AIM_E_CUT;
}

static void tell_listener(const aim_fetch *f, const aimp_event_note *note) {
    if (!note->change || !f->has_listener) return;
    const aimp_kind_info *info = aimp_kind_of(note->kind);
    aim_ref ref = {.struct_size = sizeof ref,
                   .group = info->group,
                   .version = info->version,
                   .kind = info->kind,
                   .ns = info->namespaced ? note->ns : NULL,
                   .name = note->name};
    f->listener.changed(&ref, note->change, f->listener.user);
}

/* A kind that is synced but for some objects says so. */
static bool note_incomplete(const aim_fetch *f, aimp_reflector *r) {
    r->code = r->incomplete ? AIM_E_DOCUMENT : AIM_OK;
    return set_bytes(f, &r->message, r->incomplete ? "an object could not be read" : "");
}

static aim_code take_event(const char *text, size_t size, void *user) {
    aimp_exchange *exchange = user;
    aimp_reflector *r = exchange->reflector;
    aim_fetch *f = exchange->fetch;
    aimp_event_note note;
    aim_report *report;
    aim_source source = {.struct_size = sizeof source, .name = r->source, .data = text, .size = size};
    aim_code code = aimp_cluster_apply_event(f->cluster, &source, &note, &report, NULL);
    const bool known = strcmp(note.type, "ADDED") == 0 || strcmp(note.type, "MODIFIED") == 0 ||
                       strcmp(note.type, "DELETED") == 0 || strcmp(note.type, "BOOKMARK") == 0;
    if (strcmp(note.type, "ERROR") == 0) {
        code = end_by_event(r, &note);
    } else if (!known) { /* what follows cannot be trusted either */
        code = code == AIM_E_NO_MEMORY ? code : AIM_E_PROTOCOL;
        r->broken = true;
    } else {
        if (code) {
            code = told(exchange, code, report, &r->incomplete);
            if (!code && !note_incomplete(f, r)) code = AIM_E_NO_MEMORY;
        }
        if (!code && *note.version && !set_bytes(f, &r->version, note.version)) code = AIM_E_NO_MEMORY;
        r->watch_events++;
        r->events += strcmp(note.type, "BOOKMARK") != 0;
        r->failures = 0;
        r->state = AIM_SYNC_SYNCED;
        tell_listener(f, &note);
    }
    aim_report_free(report);
    return code;
}

void aimp_reflector_begin_answer(aim_fetch *f, aimp_exchange *exchange) {
    if (exchange->http_status != 200) return;
    const bool watch = exchange->reflector->phase == AIMP_WATCHING;
    aimp_frame_begin(&exchange->frame, f->allocator, watch ? AIMP_FRAME_VALUES : AIMP_FRAME_LIST,
                     watch ? take_event : stage_item, exchange);
    exchange->framed = true;
    if (watch) exchange->reflector->state = AIM_SYNC_SYNCED;
}

/* --- the end of a page --- */

/* What is left of a list when its items were cut out. */
typedef struct page {
    aim_fetch *fetch;
    aimp_arena arena;
    const aimp_frame *frame;
    const char *kind;
    size_t documents, problems;
    bool fits; /* it is a list of the kind, with as many items as were cut out */
    const char *token, *version;
} page;

static aimp_arena *page_arena(void *user) {
    return &((page *)user)->arena;
}

static void page_document(void *user, const aimp_document *d) {
    page *p = user;
    const char *kind = aimp_or_empty(aimp_get_text(d->root, "kind"));
    const size_t size = strlen(p->kind);
    p->documents++;
    p->fits =
        strncmp(kind, p->kind, size) == 0 && strcmp(kind + size, "List") == 0 && d->item_count == p->frame->values;
    p->token = aimp_or_empty(aimp_text_at(d->root, "metadata", "continue", NULL));
    p->version = aimp_or_empty(aimp_text_at(d->root, "metadata", "resourceVersion", NULL));
}

static void page_problem(void *user, aim_code code, uint64_t line, uint64_t column, const char *pointer,
                         const char *message) {
    (void)code, (void)line, (void)column, (void)pointer, (void)message;
    ((page *)user)->problems++;
}

static void read_page(void *arg) {
    page *p = arg;
    const aimp_document_sink sink = {page_arena, page_document, page_problem, p};
    const aim_limits limits = {.object_bytes = p->frame->rest_bytes,
                               .object_values = UINT32_MAX,
                               .depth = 64,
                               .alias_expansion = 1,
                               .report_entries = 1};
    aimp_read_documents(aimp_bytes_text(&p->frame->rest), p->frame->rest.size, &limits, &p->arena, &sink);
}

static bool store(aimp_bytes *bytes, const aim_fetch *f, const char *text, bool *same) {
    *same = strcmp(aimp_bytes_text(bytes), text) == 0;
    return set_bytes(f, bytes, text);
}

static aim_code declare(aim_fetch *f, const aimp_reflector *r, int32_t state, const char *reason) {
    const aim_declaration declaration = {
        .struct_size = sizeof declaration, .state = state, .kind = info_of(r)->kind, .reason = reason};
    return aim_cluster_declare(f->cluster, &declaration, NULL);
}

static bool has_label(const aimp_object *object, const void *label) {
    return aimp_object_label(object, label) != NULL;
}

/* The staged objects become the kind's. */
static aim_code commit(aim_fetch *f, aimp_reflector *r) {
    const aimp_kind_info *info = info_of(r);
    const aim_ref scope = {.struct_size = sizeof scope, .group = info->group, .kind = info->kind, .ns = r->ns};
    const aim_code code = aimp_cluster_replace_part(f->cluster, r->staged, &scope, r->label ? has_label : NULL,
                                                    r->label, f->has_listener ? &f->listener : NULL);
    aim_cluster_free(r->staged);
    r->staged = NULL;
    f->changes++;
    return code;
}

static void rest(aimp_reflector *r, uint64_t until_ms) {
    r->phase = r->phase == AIMP_WATCHING ? AIMP_TO_WATCH : AIMP_AT_REST;
    r->due_ms = until_ms;
}

static void list_again(const aim_fetch *f, aimp_reflector *r, bool from_version, uint64_t wait_ms) {
    aimp_bytes_clear(&r->token, f->allocator);
    r->from_version = from_version && r->version.size;
    r->phase = AIMP_TO_LIST;
    r->due_ms = f->now_ms + wait_ms;
}

static aim_code finish_list(aim_fetch *f, aimp_reflector *r) {
    aim_code code = commit(f, r);
    if (code) return code;
    r->lists++;
    r->failures = r->restarts = 0;
    r->from_version = r->whole = r->in_doubt = false;
    r->state = AIM_SYNC_SYNCED;
    r->incomplete = r->staged_incomplete;
    if (!note_incomplete(f, r)) return AIM_E_NO_MEMORY;
    if (!set_bytes(f, &r->version, aimp_bytes_text(&r->list_version))) return AIM_E_NO_MEMORY;
    r->phase = f->options.flags & AIM_FETCH_WATCH ? AIMP_TO_WATCH : AIMP_AT_REST;
    r->due_ms = r->phase == AIMP_AT_REST ? UINT64_MAX : f->now_ms;
    return AIM_OK;
}

/* AIM_OK: the page counts. AIM_E_CUT, AIM_E_PROTOCOL: it does not, and the list begins anew. */
static aim_code take_page(aim_fetch *f, aimp_exchange *exchange) {
    aimp_reflector *r = exchange->reflector;
    aimp_guard guard = {0};
    page p = {.fetch = f, .frame = &exchange->frame, .kind = info_of(r)->kind};
    if (!aimp_frame_is_whole(&exchange->frame)) return AIM_E_CUT;
    aimp_arena_init(&p.arena, f->allocator, &guard, 1024);
    aim_code code = aimp_guard_run(&guard, read_page, &p);
    bool first = !r->token.size, same = false;
    if (!code && (p.problems || p.documents != 1 || !p.fits)) code = AIM_E_PROTOCOL;
    if (!code && first && !set_bytes(f, &r->list_version, p.version)) code = AIM_E_NO_MEMORY;
    if (!code && !store(&r->token, f, p.token, &same)) code = AIM_E_NO_MEMORY;
    if (!code && !first && same && r->token.size) code = AIM_E_PROTOCOL; /* it would go on for ever */
    aimp_arena_free(&p.arena);
    if (code) return code;
    if (!r->token.size) return finish_list(f, r);
    r->failures = 0;
    r->phase = AIMP_TO_LIST;
    r->due_ms = f->now_ms;
    return AIM_OK;
}

/* --- what did not work --- */

static void fail(aim_fetch *f, aimp_reflector *r, int32_t state, aim_code code, const char *message) {
    r->state = state;
    r->code = code;
    if (!set_bytes(f, &r->message, message)) aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
}

/* A server that has just begun forbids everything for a moment, and does not know its own kinds; one that is gone comes
 * back. What is watched keeps what was read meanwhile: for a while where the server says no, for as long as it takes
 * where it says nothing. Answers false when the server is to be believed. */
static bool keep(aim_fetch *f, aimp_reflector *r, bool says_no) {
    if (!(f->options.flags & AIM_FETCH_WATCH) || (r->state != AIM_SYNC_SYNCED && r->state != AIM_SYNC_STALE))
        return false;
    if (!r->in_doubt) r->doubt_ms = f->now_ms;
    r->in_doubt = true;
    if (says_no && f->now_ms - r->doubt_ms >= DOUBT_MS) return false;
    aim_cluster_free(r->staged);
    r->staged = NULL;
    r->state = AIM_SYNC_STALE;
    f->changes++;
    list_again(f, r, false, aimp_backoff_ms(&f->random, r->failures));
    return true;
}

/* It cannot be read for now: whoever only lists is done with it, whoever watches looks again later. */
static void put_off(aim_fetch *f, aimp_reflector *r, uint64_t wait_ms) {
    aim_cluster_free(r->staged);
    r->staged = NULL;
    f->changes++;
    if (f->options.flags & AIM_FETCH_WATCH)
        list_again(f, r, false, wait_ms);
    else
        rest(r, UINT64_MAX);
}

static void not_served(aim_fetch *f, aimp_reflector *r) {
    aim_code code = begin_stage(f, r) ? commit(f, r) : AIM_E_NO_MEMORY;
    if (!code) code = declare(f, r, AIM_STATE_KNOWN, NULL);
    if (code) aimp_fetch_give_up(f, code, "out of memory");
    fail(f, r, AIM_SYNC_NOT_SERVED, AIM_OK, "the server does not have this kind");
    put_off(f, r, LOOK_AGAIN_MS);
}

static void refused_for_good(aim_fetch *f, aimp_reflector *r, uint64_t http_status, const aimp_refusal *refusal) {
    /* whoever may not see something must not take it for absent, nor for broken */
    const bool forbidden = http_status == 403;
    if (declare(f, r, forbidden ? AIM_STATE_UNKNOWN : AIM_STATE_FAILED,
                forbidden ? NULL : aimp_refusal_declared(http_status)))
        aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
    fail(f, r, forbidden ? AIM_SYNC_FORBIDDEN : AIM_SYNC_FAILED, AIM_E_REFUSED, refusal->message);
    put_off(f, r, LOOK_AGAIN_MS);
}

static void lost_for_good(aim_fetch *f, aimp_reflector *r, const aim_end *end) {
    if (!f->reached) {
        aimp_fetch_give_up(f, end->code, aimp_or_empty(end->message));
        return;
    }
    if (declare(f, r, AIM_STATE_FAILED, end->code == AIM_E_TIMEOUT ? "Timeout" : "ServiceUnavailable"))
        aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
    fail(f, r, AIM_SYNC_FAILED, end->code, aimp_or_empty(end->message));
    put_off(f, r, LOOK_AGAIN_MS);
}

/* A list or watch that failed is asked for again, a list not for ever. Answers false when it was tried often enough. */
static bool try_again(aim_fetch *f, aimp_reflector *r, uint64_t wait_ms) {
    const bool watch = r->phase == AIMP_WATCHING;
    const bool enough = r->failures >= f->options.tries || f->now_ms - r->first_try_ms + wait_ms > f->options.budget_ms;
    if (!watch && enough) return false;
    if (r->state == AIM_SYNC_SYNCED) r->state = AIM_SYNC_STALE;
    r->phase = watch ? AIMP_TO_WATCH : AIMP_TO_LIST;
    r->due_ms = f->now_ms + wait_ms;
    return true;
}

/* A page that had expired, or a version that the server does not have (yet, or any more). */
static bool begin_anew(aim_fetch *f, aimp_reflector *r, uint64_t http_status, const aimp_refusal *refusal) {
    const bool gone = http_status == 410, future = http_status == 504 && refusal->version_too_large;
    if (r->phase == AIMP_WATCHING) {
        if (gone || http_status == 404 || http_status == 403) list_again(f, r, gone, 0);
        return gone || http_status == 404 || http_status == 403;
    }
    if ((!gone && !future) || r->restarts >= MOST_RESTARTS) return false;
    if (r->token.size) r->whole = r->restarts > 0;
    r->restarts++;
    list_again(f, r, false, 0);
    return true;
}

static void refused(aim_fetch *f, aimp_exchange *exchange) {
    aimp_reflector *r = exchange->reflector;
    aimp_guard guard = {0};
    aimp_arena arena;
    aimp_refusal refusal = {.reason = "", .message = ""};
    aimp_arena_init(&arena, f->allocator, &guard, 1024);
    const uint64_t http_status = exchange->http_status;
    if (aimp_refusal_take(&arena, http_status, &exchange->body, &refusal))
        aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
    aimp_attempt attempt = {.phase = AIM_END_COMPLETE,
                            .http_status = http_status,
                            .refusal = &refusal,
                            .retry_after_ms = exchange->retry_after_ms,
                            .tries = ++r->failures};
    uint64_t wait_ms;
    aimp_fetch_note_identity(f, exchange, refusal.message);
    if (begin_anew(f, r, http_status, &refusal)) {
    } else if (http_status == 404) {
        if (!keep(f, r, true)) not_served(f, r);
    } else if (!aimp_retry(&attempt, &f->random, &wait_ms) || !try_again(f, r, wait_ms)) {
        if (r->phase == AIMP_WATCHING)
            list_again(f, r, false, aimp_backoff_ms(&f->random, r->failures));
        else if (!keep(f, r, http_status < 500 && http_status != 429))
            refused_for_good(f, r, http_status, &refusal);
    }
    aimp_arena_free(&arena);
}

static void lost(aim_fetch *f, aimp_exchange *exchange, const aim_end *end) {
    aimp_reflector *r = exchange->reflector;
    const uint64_t wait_ms = aimp_backoff_ms(&f->random, ++r->failures);
    const bool passing = AIM_CODE_CLASS(end->code) == AIM_CLASS_TRANSPORT;
    if (end->code == AIM_E_TRUST || end->code == AIM_E_CREDENTIALS || end->code == AIM_E_NO_MEMORY)
        aimp_fetch_give_up(f, end->code, aimp_or_empty(end->message));
    /* a page that was staged in part is read again: what was there already is the same, or newer */
    if (end->code == AIM_E_PROTOCOL) aimp_bytes_clear(&r->token, f->allocator);
    if (passing && (try_again(f, r, wait_ms) || keep(f, r, false))) return;
    lost_for_good(f, r, end);
}

static void end_watch(aim_fetch *f, aimp_exchange *exchange, const aim_end *end) {
    aimp_reflector *r = exchange->reflector;
    const uint64_t lived_ms = f->now_ms - exchange->started_ms;
    if (r->expired || r->broken)
        list_again(f, r, r->expired, r->broken ? aimp_backoff_ms(&f->random, ++r->failures) : 0);
    else if (r->incomplete) /* whether it has been mended meanwhile, only a list tells */
        list_again(f, r, true, lived_ms < SHORT_WATCH_MS ? aimp_backoff_ms(&f->random, ++r->failures) : 0);
    else if (!r->watch_events && exchange->framed && lived_ms >= SHORT_WATCH_MS)
        list_again(f, r, false, 0); /* deaf, perhaps for ever */
    else if (end->phase == AIM_END_COMPLETE && r->watch_events && aimp_frame_is_whole(&exchange->frame))
        rest(r, f->now_ms);
    else {
        uint64_t wait_ms = aimp_backoff_ms(&f->random, ++r->failures);
        try_again(f, r, wait_ms > r->wait_ms ? wait_ms : r->wait_ms);
    }
}

static void end_list(aim_fetch *f, aimp_exchange *exchange, const aim_end *end) {
    aim_end broken = {.phase = AIM_END_LOST, .message = "the answer is not the list that was asked for"};
    if (end->phase != AIM_END_COMPLETE) {
        lost(f, exchange, end);
        return;
    }
    broken.code = take_page(f, exchange);
    if (broken.code == AIM_E_NO_MEMORY)
        aimp_fetch_give_up(f, broken.code, "out of memory");
    else if (broken.code)
        lost(f, exchange, &broken);
}

void aimp_reflector_end(aim_fetch *f, aimp_exchange *exchange, const aim_end *end) {
    aimp_reflector *r = exchange->reflector;
    if (exchange->http_status && !exchange->framed && end->phase == AIM_END_COMPLETE)
        refused(f, exchange);
    else if (r->phase == AIMP_WATCHING)
        end_watch(f, exchange, end);
    else
        end_list(f, exchange, end);
}

void aimp_reflector_rewind(aimp_reflector *r) {
    if (r->phase == AIMP_LISTING) r->phase = AIMP_TO_LIST;
    if (r->phase == AIMP_WATCHING) r->phase = AIMP_TO_WATCH;
}

bool aimp_reflector_is_done(const aimp_reflector *r) {
    return r->state != AIM_SYNC_WAITING && r->state != AIM_SYNC_LISTING;
}

void aimp_reflector_free(aim_fetch *f, aimp_reflector *r) {
    aim_cluster_free(r->staged);
    aimp_bytes_free(&r->token, f->allocator);
    aimp_bytes_free(&r->version, f->allocator);
    aimp_bytes_free(&r->list_version, f->allocator);
    aimp_bytes_free(&r->message, f->allocator);
}
