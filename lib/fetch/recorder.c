/* Writing down what a transport carries, a line of JSON for each thing that happens. */
#include "fetch/recorder.h"

#include <string.h>

#include "base/struct.h"
#include "doc/writer.h"

const char *const aimp_method_names[] = {"", "GET", "POST", "PUT", "PATCH", "DELETE"};
const char *const aimp_phase_names[] = {"complete", "unsent", "lost"};

#define NOTE                                                                                                           \
    "What an API server was asked and answered. It holds the objects as they are, literal values of environment "      \
    "variables included; it holds no credentials and no Secrets."

/* --- lines --- */

typedef struct line {
    aim_recorder *recorder;
    const aim_request *request;
    const aim_response *response;
    const aim_end *end;
    uint64_t id;
    const char *bytes;
    size_t size;
    bool is_text;
    aimp_arena arena;
} line;

static const aimp_node *text_or_none(aimp_arena *arena, const char *text) {
    return text ? aimp_string(arena, text) : NULL;
}

static const aimp_node *request_line(aimp_arena *arena, uint64_t id, const aim_request *r) {
    const aimp_node *body = r->body ? aimp_string(arena, aimp_copy(arena, r->body, r->body_size)) : NULL;
    const aimp_node *what = aimp_map_of(
        arena, "id", aimp_integer(arena, (int64_t)id), "method",
        aimp_string(arena, aimp_method_names[r->method <= AIM_METHOD_DELETE ? r->method : 0]), "target",
        aimp_string(arena, r->target), "contentType", text_or_none(arena, r->content_type), "body", body, NULL);
    return aimp_map_of(arena, "request", what, NULL);
}

static const aimp_node *response_line(aimp_arena *arena, uint64_t id, const aim_response *r) {
    aimp_items warnings = aimp_items_new(arena);
    for (size_t i = 0; i < r->warning_count; i++)
        aimp_items_add(&warnings, aimp_string(arena, r->warnings[i]));
    const aimp_node *what = aimp_map_of(
        arena, "id", aimp_integer(arena, (int64_t)id), "status", aimp_integer(arena, (int64_t)r->http_status),
        "contentType", text_or_none(arena, r->content_type), "retryAfter", text_or_none(arena, r->retry_after), "date",
        text_or_none(arena, r->date), "warnings", aimp_none_if_empty(aimp_items_list(&warnings)), NULL);
    return aimp_map_of(arena, "response", what, NULL);
}

static const char *hex_of(aimp_arena *arena, const char *bytes, size_t size) {
    static const char digits[] = "0123456789abcdef";
    char *hex = aimp_take(arena, size * 2 + 1);
    for (size_t i = 0; i < size; i++) {
        hex[2 * i] = digits[(unsigned char)bytes[i] >> 4];
        hex[2 * i + 1] = digits[(unsigned char)bytes[i] & 15];
    }
    hex[2 * size] = '\0';
    return hex;
}

static const aimp_node *data_line(aimp_arena *arena, const line *l) {
    const aimp_node *text = l->is_text ? aimp_string(arena, aimp_copy(arena, l->bytes, l->size)) : NULL;
    const aimp_node *hex = l->is_text ? NULL : aimp_string(arena, hex_of(arena, l->bytes, l->size));
    const aimp_node *what =
        aimp_map_of(arena, "id", aimp_integer(arena, (int64_t)l->id), "text", text, "hex", hex, NULL);
    return aimp_map_of(arena, "body", what, NULL);
}

static const aimp_node *end_line(aimp_arena *arena, uint64_t id, const aim_end *e) {
    const char *phase = aimp_phase_names[e->phase >= 0 && e->phase <= AIM_END_LOST ? e->phase : AIM_END_LOST];
    const aimp_node *what =
        aimp_map_of(arena, "id", aimp_integer(arena, (int64_t)id), "phase", aimp_string(arena, phase), "code",
                    e->code ? aimp_integer(arena, e->code) : NULL, "message", text_or_none(arena, e->message), NULL);
    return aimp_map_of(arena, "end", what, NULL);
}

static void write_line(void *arg) {
    line *l = arg;
    aimp_arena *arena = &l->arena;
    const aimp_node *node;
    if (l->request)
        node = request_line(arena, l->id, l->request);
    else if (l->response)
        node = response_line(arena, l->id, l->response);
    else if (l->end)
        node = end_line(arena, l->id, l->end);
    else if (l->bytes)
        node = data_line(arena, l);
    else
        node = aimp_map_of(arena, "apiVersion", aimp_string(arena, "libaim/v1"), "kind",
                           aimp_string(arena, AIMP_EXCHANGE_KIND), "note", aimp_string(arena, NOTE), NULL);
    aimp_text text = aimp_text_for_sink(arena, &l->recorder->sink);
    aimp_write_json_line(&text, node);
    aimp_text_flush(&text);
}

/* Whatever is wrong with the sink ends the next poll. */
static void put(aim_recorder *recorder, line *l) {
    if (recorder->failed) return;
    aimp_guard guard = {0};
    l->recorder = recorder;
    aimp_arena_init(&l->arena, &recorder->context->allocator, &guard, 1024);
    recorder->failed = aimp_guard_run(&guard, write_line, l);
    aimp_arena_free(&l->arena);
}

/* --- pieces of a body: text where they are --- */

/* How many bytes of the end are a character that has only begun. */
static size_t begun(const char *bytes, size_t size) {
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        const unsigned char c = (unsigned char)bytes[size - back];
        const size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        if (c >= 0xc0) return length > back ? back : 0;
        if (c < 0x80) return 0;
    }
    return 0;
}

static bool is_utf8(const char *bytes, size_t size) {
    const char *end = bytes + size;
    uint32_t code_point;
    while (bytes < end) {
        const size_t length = *bytes ? aimp_utf8_decode(bytes, end, &code_point) : 0;
        if (!length) return false;
        bytes += length;
    }
    return true;
}

static void put_piece(aim_recorder *recorder, const aimp_recorded *x, const char *bytes, size_t size) {
    line l = {.id = x->number, .bytes = bytes, .size = size, .is_text = is_utf8(bytes, size)};
    if (size) put(recorder, &l);
}

static void put_data(aim_recorder *recorder, aimp_recorded *x, const char *bytes, size_t size) {
    /* the rest of a character that the piece before began */
    while (x->carry_size && size && x->carry_size < sizeof x->carry && ((unsigned char)*bytes & 0xc0) == 0x80) {
        x->carry[x->carry_size++] = *bytes++;
        size--;
        if (is_utf8(x->carry, x->carry_size)) break;
    }
    if (x->carry_size && (size || is_utf8(x->carry, x->carry_size))) {
        put_piece(recorder, x, x->carry, x->carry_size);
        x->carry_size = 0;
    }
    if (x->carry_size) return;
    const size_t kept = begun(bytes, size);
    put_piece(recorder, x, bytes, size - kept);
    memcpy(x->carry, bytes + size - kept, kept);
    x->carry_size = kept;
}

/* --- the transport --- */

static aimp_recorded *find(const aim_recorder *recorder, uint64_t id) {
    for (aimp_recorded *x = recorder->recorded; x; x = x->next) {
        if (x->id == id) return x;
    }
    return NULL;
}

static void forget(aim_recorder *recorder, aimp_recorded *x) {
    aimp_recorded **link = &recorder->recorded;
    while (*link != x)
        link = &(*link)->next;
    *link = x->next;
    aimp_release(&recorder->context->allocator, x, sizeof *x);
}

static aim_code on_response(uint64_t id, const aim_response *response, void *user) {
    aim_recorder *recorder = user;
    const aimp_recorded *x = find(recorder, id);
    if (!x) return AIM_OK;
    line l = {.id = x->number, .response = response};
    put(recorder, &l);
    return x->receiver.response(id, response, x->receiver.user);
}

static aim_code on_data(uint64_t id, const char *bytes, size_t size, void *user) {
    aim_recorder *recorder = user;
    aimp_recorded *x = find(recorder, id);
    if (!x) return AIM_OK;
    put_data(recorder, x, bytes, size);
    return x->receiver.data(id, bytes, size, x->receiver.user);
}

static void on_end(uint64_t id, const aim_end *end, void *user) {
    aim_recorder *recorder = user;
    aimp_recorded *x = find(recorder, id);
    if (!x) return;
    line l = {.id = x->number, .end = end};
    put_piece(recorder, x, x->carry, x->carry_size);
    put(recorder, &l);
    const aim_receiver receiver = x->receiver;
    forget(recorder, x);
    receiver.end(id, end, receiver.user);
}

static aim_code start(const aim_request *request, const aim_receiver *receiver, void *user) {
    aim_recorder *recorder = user;
    aimp_recorded *x = aimp_alloc(&recorder->context->allocator, sizeof *x);
    if (!x) return AIM_E_NO_MEMORY;
    *x = (aimp_recorded){
        .next = recorder->recorded, .id = request->id, .number = ++recorder->last_number, .receiver = *receiver};
    recorder->recorded = x;
    line l = {.id = x->number, .request = request};
    put(recorder, &l);
    const aim_receiver own = {
        .struct_size = sizeof own, .response = on_response, .data = on_data, .end = on_end, .user = recorder};
    aim_code code = recorder->inner.start(request, &own, recorder->inner.user);
    if (code && find(recorder, request->id)) forget(recorder, x);
    return code;
}

static void cancel(uint64_t id, void *user) {
    aim_recorder *recorder = user;
    aimp_recorded *x = find(recorder, id);
    recorder->inner.cancel(id, recorder->inner.user);
    if (x) forget(recorder, x);
}

static aim_code poll(uint64_t wait_ms, void *user) {
    aim_recorder *recorder = user;
    aim_code code = recorder->failed ? recorder->failed : recorder->inner.poll(wait_ms, recorder->inner.user);
    return code ? code : recorder->failed;
}

static void wake(void *user) {
    aim_recorder *recorder = user;
    if (recorder->inner.wake) recorder->inner.wake(recorder->inner.user);
}

static uint64_t now_ms(void *user) {
    const aim_recorder *recorder = user;
    return recorder->inner.now_ms(recorder->inner.user);
}

/* --- the public functions --- */

static aim_code make(aim_context *context, aim_recorder **out, aim_error **err) {
    aim_recorder *recorder = aimp_alloc(&context->allocator, sizeof *recorder);
    if (!recorder) return aimp_fail(err, &context->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    *recorder = (aim_recorder){.context = context};
    aimp_context_retain(context);
    aimp_arena_init(&recorder->arena, &context->allocator, NULL, 8192);
    *out = recorder;
    return AIM_OK;
}

aim_code aim_recorder_new(aim_context *context, const aim_transport *transport, const aim_sink *sink,
                          aim_recorder **out, aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!context || !transport || !sink || !out)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    const aim_allocator *a = &context->allocator;
    if (!aimp_struct_ok(transport, sizeof *transport, 0) || !aimp_struct_ok(sink, sizeof *sink, 0))
        return aimp_fail(err, a, AIM_E_STRUCT, NULL,
                         "aim_transport or aim_sink has a wrong struct_size or unknown flags");
    if (!transport->start || !transport->cancel || !transport->poll || !transport->now_ms || !sink->write)
        return aimp_fail(err, a, AIM_E_ARGUMENT, NULL, "the transport or the sink lacks a callback");
    aim_recorder *recorder = NULL;
    aim_code code = make(context, &recorder, err);
    if (code) return code;
    recorder->inner = *transport;
    recorder->sink = *sink;
    recorder->sink.cancel = NULL;
    line head = {0};
    put(recorder, &head);
    code = recorder->failed;
    if (code) {
        aim_recorder_free(recorder);
        return aimp_fail(err, a, code, NULL, "the record cannot be written");
    }
    *out = recorder;
    return AIM_OK;
}

aim_code aim_recorder_replay(aim_context *context, const aim_source *source, aim_recorder **out, aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!context || !source || !out)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    aim_recorder *recorder = NULL;
    aim_code code = make(context, &recorder, err);
    if (code) return code;
    recorder->plays = true;
    code = aimp_replay_read(recorder, source, err);
    if (code)
        aim_recorder_free(recorder);
    else
        *out = recorder;
    return code;
}

aim_code aim_recorder_transport(aim_recorder *recorder, aim_transport *out) {
    if (!recorder || !out) return AIM_E_ARGUMENT;
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code) return code;
    aim_transport transport = {
        .start = start, .cancel = cancel, .poll = poll, .wake = wake, .now_ms = now_ms, .user = recorder};
    if (recorder->plays) aimp_replay_transport(recorder, &transport);
    aimp_struct_fill(out, &transport, sizeof transport);
    return AIM_OK;
}

void aim_recorder_free(aim_recorder *recorder) {
    if (!recorder) return;
    aim_context *context = recorder->context;
    while (recorder->recorded)
        cancel(recorder->recorded->id, recorder);
    aimp_arena_free(&recorder->arena);
    aimp_release(&context->allocator, recorder, sizeof *recorder);
    aim_context_free(context);
}
