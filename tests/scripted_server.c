/* Answers from a script. */
#include "scripted_server.h"

#include "base/text.h"

static const char *const methods[] = {"", "GET", "POST", "PUT", "PATCH", "DELETE"};

static void note(scripted_server *s, const aim_request *r) {
    if (s->quiet) return;
    aimp_text_add_format(&s->asked, "%s %s", methods[r->method], r->target);
    if (r->body) aimp_text_add_format(&s->asked, " %.*s", (int)r->body_size, r->body);
    aimp_text_add_char(&s->asked, '\n');
}

/* How long a watch lasts is drawn by lot. */
static bool is_asked(const char *expected, const aim_request *r) {
    const size_t method = strlen(methods[r->method]);
    const char *lot = strstr(r->target, "&timeoutSeconds=");
    const size_t size = lot ? (size_t)(lot - r->target) : strlen(r->target);
    return strncmp(expected, methods[r->method], method) == 0 && expected[method] == ' ' &&
           strlen(expected) == method + 1 + size && strncmp(expected + method + 1, r->target, size) == 0;
}

static aim_code start(const aim_request *r, const aim_receiver *receiver, void *user) {
    scripted_server *s = user;
    const scripted *answer = s->script ? &s->script[s->next] : NULL;
    note(s, r);
    if (!answer || !answer->request || !is_asked(answer->request, r) || s->open_count == MAX_OPEN) {
        static const scripted nothing = {.request = "", .phase = AIM_END_UNSENT, .code = AIM_E_CONNECT};
        s->extra = true;
        answer = &nothing;
    } else {
        s->next++;
    }
    if (s->open_count == MAX_OPEN) return AIM_E_INTERNAL;
    s->open[s->open_count].id = r->id;
    s->open[s->open_count].answer = answer;
    s->open[s->open_count++].receiver = *receiver;
    return AIM_OK;
}

static void cancel(uint64_t id, void *user) {
    scripted_server *s = user;
    for (size_t i = 0; i < s->open_count; i++) {
        if (s->open[i].id != id) continue;
        s->open[i] = s->open[--s->open_count];
        s->cancelled++;
        return;
    }
}

static aim_code send_body(const scripted_server *s, uint64_t id, const scripted *a, const aim_receiver *receiver) {
    size_t size = a->body ? strlen(a->body) : 0, sent = 0;
    if (a->cut && a->cut < size) size = a->cut;
    aim_code code = AIM_OK;
    while (sent < size && !code) {
        size_t piece = s->chunk && s->chunk < size - sent ? s->chunk : size - sent;
        /* of its own size, so that a sanitizer sees a read behind the end */
        const char *copy = s->quiet ? a->body + sent : aimp_copy(&s->t->arena, a->body + sent, piece);
        code = receiver->data(id, copy, piece, receiver->user);
        sent += piece;
    }
    return code;
}

static void answer_first(scripted_server *s) {
    const uint64_t id = s->open[0].id;
    const scripted *a = s->open[0].answer;
    const aim_receiver receiver = s->open[0].receiver;
    s->open_count--;
    memmove(&s->open[0], &s->open[1], s->open_count * sizeof s->open[0]);
    aim_end end = {
        .struct_size = sizeof end, .phase = a->phase, .code = a->code, .message = a->code ? "scripted" : NULL};
    aim_code code = AIM_OK;
    if (a->status) {
        aim_response response = {.struct_size = sizeof response,
                                 .http_status = a->status,
                                 .content_type = "application/json",
                                 .retry_after = a->retry_after,
                                 .date = a->date,
                                 .warnings = &a->warning,
                                 .warning_count = a->warning != NULL};
        code = receiver.response(id, &response, receiver.user);
    }
    if (!code) code = send_body(s, id, a, &receiver);
    s->now_ms += a->after_ms;
    if (code) end = (aim_end){.struct_size = sizeof end, .phase = AIM_END_LOST, .code = code, .message = "stopped"};
    receiver.end(id, &end, receiver.user);
}

static aim_code poll(uint64_t wait_ms, void *user) {
    scripted_server *s = user;
    if (++s->polls > 100000) return AIM_E_INTERNAL;
    if (s->open_count)
        answer_first(s);
    else if (wait_ms == UINT64_MAX)
        return AIM_E_INTERNAL; /* nobody will ever come back */
    else
        s->now_ms += wait_ms;
    return AIM_OK;
}

static void wake(void *user) {
    (void)user;
}

static uint64_t now_ms(void *user) {
    return ((const scripted_server *)user)->now_ms;
}

void scripted_server_init(scripted_server *s, test_context *t, const scripted *script) {
    *s = (scripted_server){.t = t, .script = script, .now_ms = 1000000, .asked = aimp_text_new(&t->arena)};
}

aim_transport scripted_transport(scripted_server *server) {
    return (aim_transport){.struct_size = sizeof(aim_transport),
                           .start = start,
                           .cancel = cancel,
                           .poll = poll,
                           .wake = wake,
                           .now_ms = now_ms,
                           .user = server};
}

aim_code scripted_run(scripted_server *s, aim_fetch *fetch, uint64_t limit_ms, aim_error **err) {
    aim_transport transport = scripted_transport(s);
    aim_run_options options = {.struct_size = sizeof options, .limit_ms = limit_ms};
    return aim_fetch_run(fetch, &transport, &options, err);
}

aim_fetch *scripted_fetch(scripted_server *s, aim_cluster *cluster, const char *const *kinds, uint32_t flags) {
    test_context *t = s->t;
    aim_fetch_options options = {.struct_size = sizeof options, .flags = flags, .kinds = kinds, .requests = 1000000};
    while (kinds && kinds[options.kind_count])
        options.kind_count++;
    aim_fetch *fetch = NULL;
    CHECK_INTEGER(aim_fetch_new(cluster, &options, &fetch, NULL), AIM_OK);
    return fetch;
}

const char *sync_text(test_context *t, const aim_fetch *fetch) {
    static const char *const states[] = {"waiting", "listing", "synced", "stale", "forbidden", "not served", "failed"};
    aimp_text text = aimp_text_new(&t->arena);
    for (size_t i = 0; i < aim_fetch_sync_count(fetch); i++) {
        aim_sync s = {.struct_size = sizeof s};
        CHECK_INTEGER(aim_fetch_sync_at(fetch, i, &s), AIM_OK);
        aimp_text_add_format(&text, "%s %s, %" PRIu64 " objects at \"%s\"%s%s\n", s.kind, states[s.state], s.objects,
                             s.resource_version, *s.message ? ": " : "", s.message);
    }
    return aimp_text_string(&text);
}
