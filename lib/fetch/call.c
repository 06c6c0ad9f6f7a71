/* Calls on single objects: what is sent for each verb, and what the answer means. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/struct.h"
#include "base/text.h"
#include "doc/writer.h"
#include "fetch/fetch.h"
#include "fetch/target.h"

enum {
    MOST_BODY = 3u << 20,
    MOST_MANAGER = 128,
    CALL_TIMEOUT_MS = 65000,
    CALL_IDLE_MS = 45000,
    LOG_LINES = 100,
    MOST_EVENTS = 500
};

/* --- what a verb sends --- */

typedef struct verb_facts {
    uint64_t method;
    const char *content_type; /* NULL: it sends nothing, or a fixed type */
    const char *subresource;
    aimp_effect effect;
    bool needs_body, needs_name, needs_manager, takes_force, takes_dry_run;
} verb_facts;

static const verb_facts verbs[] = {
    [AIM_CALL_GET] = {AIM_METHOD_GET, NULL, NULL, AIMP_EFFECT_READ, .needs_name = true},
    /* the server reads JSON as YAML here, which JSON is */
    [AIM_CALL_APPLY] = {AIM_METHOD_PATCH, "application/apply-patch+yaml", NULL, AIMP_EFFECT_SAME, true, true, true,
                        true, true},
    [AIM_CALL_APPLY_STATUS] = {AIM_METHOD_PATCH, "application/apply-patch+yaml", "status", AIMP_EFFECT_SAME, true, true,
                               true, true, true},
    [AIM_CALL_CREATE] = {AIM_METHOD_POST, "application/json", NULL, AIMP_EFFECT_ONCE, true, false, false, false, true},
    [AIM_CALL_UPDATE] = {AIM_METHOD_PUT, "application/json", NULL, AIMP_EFFECT_ONCE, true, true, false, false, true},
    [AIM_CALL_PATCH] = {AIM_METHOD_PATCH, "application/merge-patch+json", NULL, AIMP_EFFECT_SAME, true, true, false,
                        false, true},
    [AIM_CALL_DELETE] = {AIM_METHOD_DELETE, "application/json", NULL, AIMP_EFFECT_SAME, false, true, false, false,
                         true},
    [AIM_CALL_LOG] = {AIM_METHOD_GET, NULL, "log", AIMP_EFFECT_READ, .needs_name = true},
    [AIM_CALL_EVENTS] = {AIM_METHOD_GET, NULL, NULL, AIMP_EFFECT_READ, .needs_name = true},
};
enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

static const verb_facts *facts_of(uint64_t verb) {
    return verb > 0 && verb < VERB_COUNT ? &verbs[verb] : NULL;
}

/* Kinds that calls are made on and no cluster keeps. */
static const struct {
    const char *kind, *group, *version, *plural;
    bool namespaced;
} others[] = {
    {"Namespace", "", "v1", "namespaces", false},
    {"Lease", "coordination.k8s.io", "v1", "leases", true},
    {"RoleBinding", "rbac.authorization.k8s.io", "v1", "rolebindings", true},
    {"CustomResourceDefinition", "apiextensions.k8s.io", "v1", "customresourcedefinitions", false},
};

/* Where a kind lives. False when nobody knows. */
static bool locate(const aim_call *call, aimp_target *target, aimp_kind *kind) {
    const aim_ref *object = call->object;
    *kind = call->plural ? AIMP_KIND_NONE : aimp_kind_of_ref(object);
    if (call->plural) {
        *target = (aimp_target){object->group, object->version, call->plural, object->ns, object->name, NULL};
        return true;
    }
    const aimp_kind_info *info = aimp_kind_of(*kind);
    if (*kind != AIMP_KIND_NONE) {
        const bool event = *kind == AIMP_EVENT && aimp_equal(object->group, "events.k8s.io");
        *target = (aimp_target){event ? "events.k8s.io" : info->group, info->version, info->plural,
                                info->namespaced ? object->ns : NULL,  object->name,  NULL};
        return !info->namespaced || object->ns;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!aimp_equal(others[i].kind, object->kind)) continue;
        *target = (aimp_target){others[i].group,  others[i].version,
                                others[i].plural, others[i].namespaced ? object->ns : NULL,
                                object->name,     NULL};
        return !others[i].namespaced || object->ns;
    }
    return false;
}

static bool is_manager(const char *text) {
    size_t size = strlen(text);
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f) return false;
    }
    return size >= 1 && size <= MOST_MANAGER;
}

/* What is wrong with a call, in words; NULL when nothing is. */
static const char *problem_of(const aim_call *call, const verb_facts *facts) {
    if (facts->needs_body && !call->body) return "the verb needs a body";
    if (call->body && !facts->content_type) return "the verb takes no body";
    if (call->body_size > MOST_BODY) return "the body is larger than 3 MiB, which no API server takes";
    if (facts->needs_name && aimp_is_empty(call->object->name)) return "the object has no name";
    if (facts->needs_manager && !call->field_manager) return "apply needs a field manager";
    if (call->field_manager && !is_manager(call->field_manager))
        return "a field manager is 1 to 128 printable characters";
    if (call->verb == AIM_CALL_LOG && !call->container) return "a log needs a container";
    if (call->verb == AIM_CALL_LOG && !aimp_equal(call->object->kind, "Pod")) return "only pods have logs";
    if (call->verb == AIM_CALL_EVENTS && !aimp_equal(call->object->kind, "Event"))
        return "only Events are about objects";
    if (call->verb == AIM_CALL_EVENTS && strpbrk(call->object->name, ",=!\\"))
        return "the name cannot stand in a field selector";
    if ((call->flags & AIM_CALL_FORCE) && !facts->takes_force) return "only apply can force";
    if ((call->flags & AIM_CALL_DRY_RUN) && !facts->takes_dry_run) return "the verb changes nothing anyway";
    if ((call->flags & AIM_CALL_KEEP) && call->verb != AIM_CALL_GET) return "only what is read can be kept";
    return NULL;
}

static bool query(aimp_bytes *out, const aim_allocator *a, const aim_call *call) {
    const bool apply = call->verb == AIM_CALL_APPLY || call->verb == AIM_CALL_APPLY_STATUS;
    const bool writes = call->verb != AIM_CALL_GET && call->verb != AIM_CALL_LOG && call->verb != AIM_CALL_EVENTS;
    bool ok = true;
    if (writes && call->verb != AIM_CALL_DELETE)
        ok = aimp_target_query(out, a, "fieldManager", call->field_manager) &&
             aimp_target_query(out, a, "fieldValidation", "Strict");
    if (apply) ok = ok && aimp_target_query(out, a, "force", call->flags & AIM_CALL_FORCE ? "true" : "false");
    if (call->flags & AIM_CALL_DRY_RUN) ok = ok && aimp_target_query(out, a, "dryRun", "All");
    if (call->verb == AIM_CALL_EVENTS) {
        char selector[300]; /* a name that was checked */
        snprintf(selector, sizeof selector, "involvedObject.name=%s", call->object->name);
        return aimp_target_query(out, a, "fieldSelector", selector) &&
               aimp_target_query_number(out, a, "limit", MOST_EVENTS);
    }
    if (call->verb != AIM_CALL_LOG) return ok;
    return aimp_target_query(out, a, "container", call->container) &&
           aimp_target_query_number(out, a, "tailLines", call->lines ? call->lines : LOG_LINES) &&
           aimp_target_query(out, a, "limitBytes", "1048576");
}

/* DeleteOptions under the guards that were asked for. */
static bool delete_body(aimp_bytes *out, const aim_allocator *a, const aim_call *call) {
    bool ok = aimp_bytes_add_string(
        out, a, "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"propagationPolicy\":\"Background\"");
    const char *uid = call->uid, *version = call->resource_version;
    if (uid || version) ok = ok && aimp_bytes_add_string(out, a, ",\"preconditions\":{");
    if (uid)
        ok = ok && aimp_bytes_add_string(out, a, "\"uid\":\"") && aimp_bytes_add_string(out, a, uid) &&
             aimp_bytes_add_string(out, a, "\"");
    if (version)
        ok = ok && aimp_bytes_add_string(out, a, uid ? ",\"resourceVersion\":\"" : "\"resourceVersion\":\"") &&
             aimp_bytes_add_string(out, a, version) && aimp_bytes_add_string(out, a, "\"");
    return ok && aimp_bytes_add_string(out, a, uid || version ? "}}" : "}");
}

/* UIDs and versions stand in JSON as they are. */
static bool is_plain(const char *text) {
    for (const char *c = aimp_or_empty(text); *c; c++) {
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f || *c == '"' || *c == '\\') return false;
    }
    return true;
}

static char *copy_text(const aim_allocator *a, const char *text, bool *ok) {
    if (!text) return NULL;
    size_t size = strlen(text) + 1;
    char *copy = aimp_alloc(a, size);
    if (copy) memcpy(copy, text, size);
    *ok = *ok && copy;
    return copy;
}

static void free_text(const aim_allocator *a, char *text) {
    if (text) aimp_release(a, text, strlen(text) + 1);
}

void aimp_call_free(aim_fetch *f, aimp_call *call) {
    if (!call) return;
    free_text(f->allocator, call->ns);
    free_text(f->allocator, call->name);
    free_text(f->allocator, call->container);
    aimp_bytes_free(&call->target, f->allocator);
    aimp_bytes_free(&call->body, f->allocator);
    aimp_bytes_free(&call->received, f->allocator);
    aimp_arena_free(&call->answer);
    aimp_release(f->allocator, call, sizeof *call);
}

static bool fill(const aim_fetch *f, aimp_call *c, const aim_call *call, const aimp_target *target) {
    const aim_allocator *a = f->allocator;
    bool ok = true;
    c->verb = call->verb;
    c->flags = call->flags;
    c->effect = verbs[call->verb].effect;
    /* a delete of whatever has the name, or a patch that names no version, may hit somebody else the second time */
    if (call->verb == AIM_CALL_DELETE && !call->uid) c->effect = AIMP_EFFECT_ONCE;
    c->ns = copy_text(a, target->ns, &ok);
    c->name = copy_text(a, call->object->name, &ok);
    c->container = copy_text(a, call->container, &ok);
    ok = ok && aimp_target_path(&c->target, a, target) && query(&c->target, a, call);
    if (call->verb == AIM_CALL_DELETE) return ok && delete_body(&c->body, a, call);
    return ok && (!call->body || aimp_bytes_add(&c->body, a, call->body, call->body_size));
}

static aim_code check(const aim_fetch *f, const aim_call *call, aimp_target *target, aimp_kind *kind, aim_error **err) {
    const uint32_t flags = AIM_CALL_FORCE | AIM_CALL_DRY_RUN | AIM_CALL_KEEP;
    if (!aimp_struct_ok(call, sizeof *call, flags) ||
        (call->object && !aimp_struct_ok(call->object, sizeof *call->object, 0)))
        return aimp_fail(err, f->allocator, AIM_E_STRUCT, NULL,
                         "aim_call or its aim_ref has a wrong struct_size or unknown flags");
    const verb_facts *facts = facts_of(call->verb);
    if (!facts || !call->object || !call->object->kind)
        return aimp_fail(err, f->allocator, AIM_E_ARGUMENT, NULL, "aim_call has an unknown verb or no object");
    const char *problem = problem_of(call, facts);
    if (!problem && !(is_plain(call->uid) && is_plain(call->resource_version)))
        problem = "the UID or the resourceVersion is none";
    if (problem) return aimp_fail(err, f->allocator, AIM_E_ARGUMENT, NULL, "%s", problem);
    if (!locate(call, target, kind))
        return aimp_fail(err, f->allocator, AIM_E_UNSUPPORTED, NULL, "where %.100s%s lives is not known",
                         call->object->kind, call->object->ns ? "" : " without a namespace");
    target->subresource = facts->subresource ? facts->subresource : call->subresource;
    problem = aimp_target_problem(target);
    if (problem)
        return aimp_fail(err, f->allocator, AIM_E_ARGUMENT, NULL, "%s %.253s: %s", call->object->kind,
                         aimp_or_empty(call->object->name), problem);
    return AIM_OK;
}

aim_code aim_fetch_call(aim_fetch *f, const aim_call *call, uint64_t *id, aim_error **err) {
    if (err) *err = NULL;
    if (id) *id = 0;
    if (!f || !call || !id) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    aimp_target target = {0};
    aimp_kind kind = AIMP_KIND_NONE;
    aim_code code = check(f, call, &target, &kind, err);
    if (code) return code;
    aimp_call *c = aimp_alloc(f->allocator, sizeof *c);
    if (!c) return aimp_fail(err, f->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    *c = (aimp_call){.kind = kind};
    aimp_arena_init(&c->answer, f->allocator, &f->report_guard, 512);
    if (call->verb == AIM_CALL_CREATE || call->verb == AIM_CALL_EVENTS) target.name = NULL;
    if (!fill(f, c, call, &target)) {
        aimp_call_free(f, c);
        return aimp_fail(err, f->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    }
    c->id = *id = ++f->last_call_id;
    if (f->last_call)
        f->last_call->next = c;
    else
        f->calls = c;
    f->last_call = c;
    return AIM_OK;
}

aim_code aim_fetch_action(aim_fetch *f, const aim_plan *plan, size_t index, uint32_t flags, uint64_t *id,
                          aim_error **err) {
    if (err) *err = NULL;
    if (id) *id = 0;
    if (!f || !plan || !id || (flags & ~(AIM_CALL_FORCE | AIM_CALL_DRY_RUN)))
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL, or flags are unknown");
    aim_action action = {.struct_size = sizeof action};
    aim_buffer *body = NULL;
    if (aim_plan_action_at(plan, index, &action))
        return aimp_fail(err, f->allocator, AIM_E_NOT_FOUND, NULL, "the plan has no such action");
    const bool apply = action.verb == AIM_ACTION_APPLY;
    aim_code code = apply ? aim_plan_action_render(plan, index, AIM_FORMAT_JSON, 0, &body, err) : AIM_OK;
    if (code) return code;
    const aim_ref object = {.struct_size = sizeof object, .kind = action.kind, .ns = action.ns, .name = action.name};
    const aim_call call = {.struct_size = sizeof call,
                           .flags = apply ? flags : flags & AIM_CALL_DRY_RUN,
                           .verb = apply ? AIM_CALL_APPLY : AIM_CALL_DELETE,
                           .object = &object,
                           .body = apply ? aim_buffer_data(body) : NULL,
                           .body_size = aim_buffer_size(body),
                           .field_manager = apply ? action.field_manager : NULL,
                           .uid = apply ? NULL : action.uid};
    code = aim_fetch_call(f, &call, id, err);
    aim_buffer_free(body);
    return code;
}

/* --- asking --- */

bool aimp_call_request(aim_fetch *f, aimp_call *c, aim_request *out, uint64_t *due_ms) {
    *due_ms = UINT64_MAX;
    if (c->ended || c->under_way) return false;
    if (c->due_ms > f->now_ms) {
        *due_ms = c->due_ms;
        return false;
    }
    if (!c->tries) c->first_try_ms = f->now_ms;
    c->tries++;
    c->under_way = true;
    aimp_bytes_clear(&f->out_target, f->allocator);
    aimp_bytes_clear(&f->out_body, f->allocator);
    if (!aimp_bytes_add(&f->out_target, f->allocator, aimp_bytes_text(&c->target), c->target.size) ||
        !aimp_bytes_add(&f->out_body, f->allocator, aimp_bytes_text(&c->body), c->body.size)) {
        aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
        return false;
    }
    const verb_facts *facts = facts_of(c->verb);
    out->method = facts->method;
    out->timeout_ms = CALL_TIMEOUT_MS;
    out->idle_ms = f->options.idle_ms ? f->options.idle_ms : CALL_IDLE_MS;
    out->accept = c->verb == AIM_CALL_LOG ? "*/*" : "application/json";
    out->content_type = c->body.size ? facts->content_type : NULL;
    return true;
}

/* --- what came back --- */

/* The object that was read becomes the cluster's, or leaves it. */
static aim_code keep(aim_fetch *f, aimp_call *c, const aimp_bytes *body) {
    const aimp_kind_info *info = aimp_kind_of(c->kind);
    if (c->kind == AIMP_KIND_NONE) return AIM_OK;
    aimp_bytes event = {0};
    char head[256];
    const char *type = c->http_status == 404 ? "DELETED" : "MODIFIED";
    snprintf(head, sizeof head, "{\"type\":\"%s\",\"object\":", type);
    bool ok = aimp_bytes_add_string(&event, f->allocator, head);
    if (c->http_status != 404) {
        ok = ok && aimp_bytes_add(&event, f->allocator, aimp_bytes_text(body), body->size);
    } else { /* names are checked: nothing in them needs an escape */
        snprintf(head, sizeof head, "{\"apiVersion\":\"%s%s%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"", info->group,
                 *info->group ? "/" : "", info->version, info->kind);
        ok = ok && aimp_bytes_add_string(&event, f->allocator, head) &&
             aimp_bytes_add_string(&event, f->allocator, c->name) &&
             aimp_bytes_add_string(&event, f->allocator, c->ns ? "\",\"namespace\":\"" : "") &&
             aimp_bytes_add_string(&event, f->allocator, aimp_or_empty(c->ns)) &&
             aimp_bytes_add_string(&event, f->allocator, "\"}}");
    }
    ok = ok && aimp_bytes_add_string(&event, f->allocator, "}");
    aim_report *report = NULL;
    const aim_source source = {.struct_size = sizeof source,
                               .name = aimp_bytes_text(&c->target),
                               .data = aimp_bytes_text(&event),
                               .size = event.size};
    aim_code code = ok ? aim_cluster_apply_event(f->cluster, &source, &report, NULL) : AIM_E_NO_MEMORY;
    if (code && code != AIM_E_NO_MEMORY) aimp_fetch_merge_report(f, report, aimp_bytes_text(&c->target));
    aim_report_free(report);
    aimp_bytes_free(&event, f->allocator);
    return code;
}

static aim_code keep_log(aim_fetch *f, const aimp_call *c, const aimp_bytes *body) {
    const aim_log log = {.struct_size = sizeof log,
                         .ns = c->ns,
                         .pod = c->name,
                         .container = c->container,
                         .text = aimp_bytes_text(body),
                         .size = body->size};
    aimp_logs_sweep(f->cluster); /* or they would pile up for as long as it is watched */
    return aim_cluster_add_log(f->cluster, &log, NULL);
}

static bool is_about(const aimp_object *event, const void *name) {
    const char *about = aimp_text_at(event->root, "involvedObject", "name", NULL);
    return aimp_equal(about, name);
}

/* The events take the place of those that the cluster has about the object. */
static aim_code keep_events(aim_fetch *f, const aimp_call *c, const aimp_bytes *body) {
    aim_cluster *staged = NULL;
    aim_report *report = NULL;
    const aim_ref scope = {.struct_size = sizeof scope, .kind = "Event", .ns = c->ns};
    const aim_source source = {.struct_size = sizeof source,
                               .name = aimp_bytes_text(&c->target),
                               .data = aimp_bytes_text(body),
                               .size = body->size};
    aim_code code = aim_cluster_new(f->context, &staged, NULL);
    if (!code) code = aim_cluster_add(staged, &source, &report, NULL);
    if (code && code != AIM_E_NO_MEMORY) aimp_fetch_merge_report(f, report, aimp_bytes_text(&c->target));
    if (!code) code = aimp_cluster_replace_part(f->cluster, staged, &scope, is_about, c->name, NULL);
    aim_report_free(report);
    aim_cluster_free(staged);
    return code;
}

static void end_with(aim_fetch *f, aimp_call *c, aim_code code, const char *reason, const char *message) {
    c->ended = true;
    c->code = code;
    c->refused = code != AIM_OK;
    if (c->refused && !c->refusal.reason) {
        c->refusal.reason = reason;
        c->received.size = 0;
        /* an error's text lives until its exchange ends */
        if (!aimp_bytes_add_string(&c->received, f->allocator, message))
            aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
        c->refusal.message = NULL;
    }
}

static void take_success(aim_fetch *f, aimp_exchange *exchange) {
    aimp_call *c = exchange->call;
    aim_code code = AIM_OK;
    if (c->flags & AIM_CALL_KEEP) code = keep(f, c, &exchange->body);
    if (c->verb == AIM_CALL_LOG) code = keep_log(f, c, &exchange->body);
    if (c->verb == AIM_CALL_EVENTS) code = keep_events(f, c, &exchange->body);
    aimp_bytes_free(&c->received, f->allocator);
    c->received = exchange->body;
    exchange->body = (aimp_bytes){0};
    if (code == AIM_E_NO_MEMORY) aimp_fetch_give_up(f, code, "out of memory");
    end_with(f, c, code, "Plain", "what came back cannot be read");
}

void aimp_call_end(aim_fetch *f, aimp_exchange *exchange, const aim_end *end) {
    aimp_call *c = exchange->call;
    const bool complete = end->phase == AIM_END_COMPLETE && exchange->http_status && !exchange->cut;
    aim_end lost = *end;
    if (end->phase == AIM_END_COMPLETE && !complete)
        lost = (aim_end){.phase = AIM_END_LOST, .code = AIM_E_PROTOCOL, .message = "the answer is too long or none"};
    c->under_way = false;
    c->http_status = complete ? exchange->http_status : 0;
    c->server_time = complete ? exchange->server_time : 0;
    if (complete && c->http_status >= 200 && c->http_status < 300) {
        take_success(f, exchange);
        return;
    }
    aimp_arena_free(&c->answer);
    aimp_arena_init(&c->answer, f->allocator, &f->report_guard, 512);
    c->refusal = (aimp_refusal){0};
    if (complete && aimp_refusal_take(&c->answer, c->http_status, &exchange->body, &c->refusal))
        aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
    aimp_attempt attempt = {.effect = c->effect,
                            .phase = lost.phase,
                            .http_status = c->http_status,
                            .refusal = complete ? &c->refusal : NULL,
                            .retry_after_ms = exchange->retry_after_ms,
                            .tries = c->tries};
    uint64_t wait_ms = 0;
    const bool passing = complete || AIM_CODE_CLASS(lost.code) == AIM_CLASS_TRANSPORT;
    const bool hopeless = lost.code == AIM_E_TRUST || lost.code == AIM_E_CREDENTIALS;
    if (complete) aimp_fetch_note_identity(f, exchange, c->refusal.message);
    if (passing && !hopeless && aimp_retry(&attempt, &f->random, &wait_ms) && c->tries < f->options.tries &&
        f->now_ms - c->first_try_ms + wait_ms <= f->options.budget_ms) {
        c->due_ms = f->now_ms + wait_ms;
        return;
    }
    if ((c->flags & AIM_CALL_KEEP) && c->http_status == 404 && keep(f, c, &exchange->body) == AIM_E_NO_MEMORY)
        aimp_fetch_give_up(f, AIM_E_NO_MEMORY, "out of memory");
    /* the first try of a delete may have been carried out before its answer was lost */
    if (c->verb == AIM_CALL_DELETE && c->http_status == 404 && c->tries > 1)
        end_with(f, c, AIM_OK, NULL, NULL);
    else if (complete)
        end_with(f, c, AIM_E_REFUSED, NULL, NULL);
    else
        end_with(f, c, lost.code, lost.code == AIM_E_TIMEOUT ? "Timeout" : "Plain", aimp_or_empty(lost.message));
}

/* --- results --- */

static aimp_call *find(const aim_fetch *f, uint64_t id) {
    for (aimp_call *c = f->calls; c; c = c->next) {
        if (c->id == id && !c->dropped) return c;
    }
    return NULL;
}

aim_code aim_fetch_result(const aim_fetch *f, uint64_t id, aim_result *out) {
    if (!f || !out) return AIM_E_ARGUMENT;
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code) return code;
    const aimp_call *c = find(f, id);
    if (!c) return AIM_E_NOT_FOUND;
    if (!c->ended) return AIM_E_UNSUPPORTED;
    aim_result result = {
        .server_time = c->server_time, .code = c->code, .http_status = (int32_t)c->http_status, .body = ""};
    if (c->refused) {
        result.reason = c->refusal.reason;
        result.message = c->refusal.message ? c->refusal.message : aimp_bytes_text(&c->received);
        result.conflicts = c->refusal.conflict_count;
    } else {
        result.body = aimp_bytes_text(&c->received);
        result.body_size = c->received.size;
    }
    aimp_struct_fill(out, &result, sizeof result);
    return AIM_OK;
}

aim_code aim_fetch_conflict_at(const aim_fetch *f, uint64_t id, size_t index, aim_conflict *out) {
    if (!f || !out) return AIM_E_ARGUMENT;
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code) return code;
    const aimp_call *c = find(f, id);
    if (!c || !c->ended || index >= c->refusal.conflict_count) return AIM_E_NOT_FOUND;
    const aim_conflict conflict = {.manager = c->refusal.conflicts[index].manager,
                                   .field = c->refusal.conflicts[index].field};
    aimp_struct_fill(out, &conflict, sizeof conflict);
    return AIM_OK;
}

void aim_fetch_drop(aim_fetch *f, uint64_t id) {
    aimp_call *before = NULL;
    for (aimp_call *c = f ? f->calls : NULL; c; before = c, c = c->next) {
        if (c->id != id) continue;
        c->dropped = true;
        if (c->tries && !c->ended) return; /* it goes on; aimp_call_end's caller asks again */
        if (before)
            before->next = c->next;
        else
            f->calls = c->next;
        if (f->last_call == c) f->last_call = before;
        aimp_call_free(f, c);
        return;
    }
}
