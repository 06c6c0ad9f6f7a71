/* Playing a record back: each request gets what the same one got, in the order of the record. */
#include <string.h>

#include "cluster/source_text.h"
#include "doc/reader.h"
#include "fetch/recorder.h"
#include "kube/kind.h"

/* --- reading --- */

typedef struct reading {
    aim_recorder *recorder;
    const aim_source *source;
    aimp_source_text text;
    aimp_guard *guard;
    size_t documents;
    aim_code code; /* of the first problem */
    uint64_t line;
    const char *message;
} reading;

static aimp_arena *arena_of(void *user) {
    return &((reading *)user)->recorder->arena;
}

static void problem(void *user, aim_code code, uint64_t line, uint64_t column, const char *pointer,
                    const char *message) {
    reading *r = user;
    (void)column, (void)pointer;
    if (r->code) return;
    r->code = code;
    r->line = line;
    r->message = aimp_copy_string(&r->recorder->arena, message);
}

static void refuse(reading *r, const aimp_node *node, const char *message) {
    problem(r, AIM_E_DOCUMENT, node->line, node->column, "", message);
}

static aimp_played *played_as(const aim_recorder *recorder, int64_t id) {
    for (aimp_played *x = recorder->played; x; x = x->next) {
        if (x->recorded_id == id) return x;
    }
    return NULL;
}

/* Whose services a request lists; NULL for every other request. */
static const char *listed_namespace(aimp_arena *arena, const char *target) {
    static const char before[] = "/apis/" AIMP_AIM_API_VERSION "/namespaces/";
    if (!aimp_starts_with(target, before)) return NULL;
    const char *ns = target + sizeof before - 1, *end = strchr(ns, '/');
    if (!end || !aimp_starts_with(end, "/aimservices?")) return NULL;
    return aimp_copy(arena, ns, (size_t)(end - ns));
}

static void take_request(reading *r, const aimp_node *root, const aimp_node *request, int64_t id) {
    aim_recorder *recorder = r->recorder;
    const char *method = aimp_get_text(request, "method"), *target = aimp_get_text(request, "target");
    if (!method || !target) {
        refuse(r, root, "a request needs a method and a target");
        return;
    }
    aimp_played *x = aimp_take_zeroed(&recorder->arena, sizeof *x);
    x->recorded_id = id;
    x->number = r->documents;
    x->method = method;
    x->target = target;
    x->body = aimp_get_text(request, "body");
    x->ns = listed_namespace(&recorder->arena, target);
    if (recorder->last_played)
        recorder->last_played->next = x;
    else
        recorder->played = x;
    recorder->last_played = x;
}

static void take_line(reading *r, const aimp_node *root, const char *what, const aimp_node *value, int64_t id) {
    aimp_played *x = played_as(r->recorder, id);
    if (!x) {
        refuse(r, root, "an answer to a request that is not in the record");
        return;
    }
    aimp_line *l = aimp_take_zeroed(&r->recorder->arena, sizeof *l);
    l->number = r->documents;
    l->what = what;
    l->value = value;
    if (x->last_line)
        x->last_line->next = l;
    else
        x->lines = l;
    x->last_line = l;
}

static void document(void *user, const aimp_document *d) {
    static const char *const parts[] = {"response", "body", "end"};
    reading *r = user;
    int64_t id;
    if (!r->documents++) {
        if (!aimp_equal(aimp_get_text(d->root, "kind"), AIMP_EXCHANGE_KIND) ||
            !aimp_equal(aimp_get_text(d->root, "apiVersion"), "libaim/v1"))
            refuse(r, d->root, "no record: its first line must say apiVersion libaim/v1, kind " AIMP_EXCHANGE_KIND);
        return;
    }
    const aimp_node *request = aimp_get(d->root, "request");
    if (request && aimp_integer_of(aimp_get(request, "id"), &id)) {
        take_request(r, d->root, request, id);
        return;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const aimp_node *value = aimp_get(d->root, parts[i]);
        if (!value || !aimp_integer_of(aimp_get(value, "id"), &id)) continue;
        take_line(r, d->root, parts[i], value, id);
        return;
    }
    refuse(r, d->root, "a line of a record must be a request, a response, a body or an end, with a number as id");
}

static void read(void *arg) {
    reading *r = arg;
    const aimp_document_sink sink = {arena_of, document, problem, r};
    aimp_source_read(&r->text, r->source, &r->recorder->context->allocator, r->guard);
    aimp_read_documents(r->text.text, r->text.size, &r->recorder->context->limits, &r->recorder->arena, &sink);
    if (!r->documents && !r->code) {
        r->code = AIM_E_DOCUMENT;
        r->message = "no record: the text is empty";
    }
}

aim_code aimp_replay_read(aim_recorder *recorder, const aim_source *source, aim_error **err) {
    const aim_allocator *allocator = &recorder->context->allocator;
    aim_code code = aimp_source_check(source, 0, allocator, err);
    if (code) return code;
    aimp_guard guard = {.cancel = source->cancel};
    reading r = {.recorder = recorder, .source = source, .guard = &guard};
    r.text.name = source->name ? source->name : "(record)";
    recorder->arena.guard = &guard;
    code = aimp_guard_run(&guard, read, &r);
    recorder->arena.guard = NULL;
    aimp_place place = {.source = r.text.name, .pointer = r.code ? "" : NULL, .line = r.line};
    if (code)
        aimp_fail(err, allocator, code, &place, "%s", guard.message);
    else if (r.code)
        code = aimp_fail(err, allocator, r.code, &place, "%s", r.message);
    aimp_source_release(&r.text, allocator);
    return code;
}

const char *aim_recorder_namespace(const aim_recorder *recorder) {
    for (const aimp_played *x = recorder ? recorder->played : NULL; x; x = x->next) {
        if (x->ns) return x->ns;
    }
    return NULL;
}

/* --- playing --- */

/* How long a watch is to last is drawn by lot: the rest of the target has to be the same. */
static bool same_target(const char *a, const char *b) {
    static const char lot[] = "timeoutSeconds=";
    const char *cut_a = strstr(a, lot), *cut_b = strstr(b, lot);
    if (!cut_a || !cut_b) return strcmp(a, b) == 0;
    return cut_a - a == cut_b - b && strncmp(a, b, (size_t)(cut_a - a)) == 0;
}

static bool same_body(const aim_request *request, const char *body) {
    if (!request->body || !body) return !request->body && !body;
    return strlen(body) == request->body_size && memcmp(body, request->body, request->body_size) == 0;
}

static aim_code start(const aim_request *request, const aim_receiver *receiver, void *user) {
    aim_recorder *recorder = user;
    const char *method = aimp_method_names[request->method <= AIM_METHOD_DELETE ? request->method : 0];
    for (aimp_played *x = recorder->played; x; x = x->next) {
        if (x->taken || strcmp(x->method, method) != 0 || !same_target(x->target, request->target) ||
            !same_body(request, x->body))
            continue;
        x->taken = true;
        x->id = request->id;
        x->receiver = *receiver;
        x->at = x->lines;
        return AIM_OK;
    }
    const aim_end end = {.struct_size = sizeof end,
                         .phase = AIM_END_UNSENT,
                         .code = AIM_E_NOT_FOUND,
                         .message = "the record does not hold this request"};
    receiver->end(request->id, &end, receiver->user);
    return AIM_OK;
}

static void cancel(uint64_t id, void *user) {
    for (aimp_played *x = ((aim_recorder *)user)->played; x; x = x->next) {
        if (x->id == id) x->id = 0;
    }
}

static void end(aimp_played *x, int32_t phase, aim_code code, const char *message) {
    const aim_end what = {.struct_size = sizeof what, .phase = phase, .code = code, .message = message};
    const uint64_t id = x->id;
    x->id = 0;
    x->receiver.end(id, &what, x->receiver.user);
}

static aim_code play_response(const aimp_played *x, const aimp_node *value) {
    enum { MOST = 100 };
    const char *warnings[MOST];
    const aimp_node *list = aimp_get(value, "warnings");
    int64_t status = 0;
    aim_response response = {.struct_size = sizeof response,
                             .content_type = aimp_get_text(value, "contentType"),
                             .retry_after = aimp_get_text(value, "retryAfter"),
                             .date = aimp_get_text(value, "date"),
                             .warnings = warnings};
    aimp_integer_of(aimp_get(value, "status"), &status);
    response.http_status = status > 0 ? (uint64_t)status : 0;
    for (size_t i = 0; i < aimp_count(list) && response.warning_count < MOST; i++)
        warnings[response.warning_count++] = aimp_or_empty(aimp_text_of(aimp_item(list, i)));
    return x->receiver.response(x->id, &response, x->receiver.user);
}

static int digit(char c) {
    return aimp_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

static aim_code play_data(const aimp_played *x, const aimp_node *value) {
    const char *text = aimp_get_text(value, "text"), *hex = aimp_or_empty(aimp_get_text(value, "hex"));
    if (text) return x->receiver.data(x->id, text, strlen(text), x->receiver.user);
    aim_code code = AIM_OK;
    char piece[256];
    while (hex[0] && hex[1] && !code) {
        size_t size = 0;
        for (; size < sizeof piece && hex[0] && hex[1]; hex += 2)
            piece[size++] = (char)(digit(hex[0]) << 4 | digit(hex[1]));
        code = x->receiver.data(x->id, piece, size, x->receiver.user);
    }
    return code;
}

static void play(aimp_played *x) {
    const aimp_line *l = x->at;
    x->at = l->next;
    if (strcmp(l->what, "end") == 0) {
        const char *phase = aimp_or_empty(aimp_get_text(l->value, "phase"));
        int32_t number = strcmp(phase, aimp_phase_names[AIM_END_COMPLETE]) == 0 ? AIM_END_COMPLETE
                         : strcmp(phase, aimp_phase_names[AIM_END_UNSENT]) == 0 ? AIM_END_UNSENT
                                                                                : AIM_END_LOST;
        int64_t code = 0;
        aimp_integer_of(aimp_get(l->value, "code"), &code);
        if (number != AIM_END_COMPLETE && !code) code = AIM_E_CUT;
        end(x, number, (aim_code)code, aimp_get_text(l->value, "message"));
        return;
    }
    aim_code code = strcmp(l->what, "response") == 0 ? play_response(x, l->value) : play_data(x, l->value);
    if (code && x->id)
        end(x, AIM_END_LOST, code, "the receiver stopped it");
    else if (x->id && !x->at)
        end(x, AIM_END_LOST, AIM_E_CUT, "the record ends in the middle of this answer");
}

static aim_code poll(uint64_t wait_ms, void *user) {
    aim_recorder *recorder = user;
    aimp_played *first = NULL;
    for (aimp_played *x = recorder->played; x; x = x->next) {
        if (x->id && x->at && (!first || x->at->number < first->at->number)) first = x;
    }
    for (aimp_played *x = recorder->played; x && !first; x = x->next) {
        if (x->id && !x->at) {
            end(x, AIM_END_LOST, AIM_E_CUT, "the record has no answer to this request");
            return AIM_OK;
        }
    }
    if (first)
        play(first);
    else if (recorder->woken)
        recorder->woken = false;
    else if (wait_ms == UINT64_MAX)
        return AIM_E_CUT; /* nothing will ever come */
    else
        recorder->now_ms += wait_ms;
    return AIM_OK;
}

static void wake(void *user) {
    ((aim_recorder *)user)->woken = true;
}

static uint64_t now_ms(void *user) {
    return ((const aim_recorder *)user)->now_ms;
}

void aimp_replay_transport(aim_recorder *recorder, aim_transport *out) {
    *out = (aim_transport){
        .start = start, .cancel = cancel, .poll = poll, .wake = wake, .now_ms = now_ms, .user = recorder};
}
