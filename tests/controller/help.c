/* A server that waits for the test, a clock, and JSON. */
#include "help.h"

#include <json-c/json.h>
#include <stdatomic.h>
#include <time.h>

static const char *const methods[] = {"", "GET", "POST", "PUT", "PATCH", "DELETE"};

/* --- the clock: linked with --wrap=clock_gettime --- */

static atomic_llong fixed_seconds, moved_seconds;
static atomic_long fixed_nanoseconds;
static atomic_bool is_fixed;

int __real_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_clock_gettime(clockid_t clock, struct timespec *out);

int __wrap_clock_gettime(clockid_t clock, struct timespec *out) {
    const int result = __real_clock_gettime(clock, out);
    if (clock == CLOCK_REALTIME && is_fixed) {
        out->tv_sec = (time_t)fixed_seconds;
        out->tv_nsec = fixed_nanoseconds;
    } else if (clock == CLOCK_MONOTONIC) {
        out->tv_sec += (time_t)moved_seconds;
    }
    return result;
}

void clock_fix(int64_t seconds, long nanoseconds) {
    fixed_seconds = seconds;
    fixed_nanoseconds = nanoseconds;
    is_fixed = true;
}

void clock_move(int64_t seconds) {
    moved_seconds += seconds;
}

void clock_reset(void) {
    is_fixed = false;
    moved_seconds = 0;
}

/* --- the server --- */

static aim_code start(const aim_request *r, const aim_receiver *receiver, void *user) {
    held_server *s = user;
    aimp_arena *arena = &s->t->arena;
    s->asked++;
    if (s->count == MAX_HELD) return AIM_E_INTERNAL;
    s->held[s->count++] =
        (struct held_request){.id = r->id,
                              .line = aimp_format(arena, "%s %s", methods[r->method], r->target),
                              .body = aimp_format(arena, "%.*s", (int)r->body_size, r->body ? r->body : ""),
                              .receiver = *receiver};
    return AIM_OK;
}

static void take_out(held_server *s, size_t index) {
    s->count--;
    memmove(&s->held[index], &s->held[index + 1], (s->count - index) * sizeof *s->held);
}

static void cancel(uint64_t id, void *user) {
    held_server *s = user;
    for (size_t i = 0; i < s->count; i++) {
        if (s->held[i].id == id) take_out(s, i--);
    }
}

static void hand_over(const struct held_request *r) {
    const aim_end end = {.struct_size = sizeof end, .phase = AIM_END_COMPLETE};
    const aim_response response = {
        .struct_size = sizeof response, .http_status = r->status, .content_type = "application/json"};
    if (!r->receiver.response(r->id, &response, r->receiver.user) && *r->answer)
        r->receiver.data(r->id, r->answer, strlen(r->answer), r->receiver.user);
    r->receiver.end(r->id, &end, r->receiver.user);
}

static aim_code poll(uint64_t wait_ms, void *user) {
    held_server *s = user;
    bool any = false;
    for (size_t i = 0; i < s->count; i++) {
        if (!s->held[i].status) continue;
        const struct held_request r = s->held[i];
        take_out(s, i--);
        hand_over(&r);
        any = true;
    }
    if (!any) s->now_ms += wait_ms == UINT64_MAX ? 1 : wait_ms;
    return AIM_OK;
}

static void wake(void *user) {
    (void)user;
}

static uint64_t now_ms(void *user) {
    return ((const held_server *)user)->now_ms;
}

void held_server_init(held_server *s, test_context *t) {
    const aim_fetch_options options = {
        .struct_size = sizeof options, .flags = AIM_FETCH_CALLS_ONLY, .requests = 1000000};
    *s = (held_server){.t = t, .now_ms = 1000000};
    CHECK_INTEGER(aim_cluster_new(t->context, &s->cluster, NULL), AIM_OK);
    CHECK_INTEGER(aim_fetch_new(s->cluster, &options, &s->fetch, NULL), AIM_OK);
}

void held_server_free(held_server *s) {
    aim_fetch_free(s->fetch);
    aim_cluster_free(s->cluster);
}

void held_server_run(held_server *s) {
    test_context *t = s->t;
    const aim_transport transport = {.struct_size = sizeof transport,
                                     .start = start,
                                     .cancel = cancel,
                                     .poll = poll,
                                     .wake = wake,
                                     .now_ms = now_ms,
                                     .user = s};
    const aim_run_options options = {.struct_size = sizeof options, .flags = AIM_RUN_STEP, .limit_ms = 1};
    const aim_code code = aim_fetch_run(s->fetch, &transport, &options, NULL);
    CHECK(code == AIM_OK || code == AIM_E_TIMEOUT);
}

const char *held_line(const held_server *s) {
    return s->count ? s->held[0].line : "";
}

const char *held_body(const held_server *s) {
    return s->count ? s->held[0].body : "";
}

void held_reply(held_server *s, uint64_t status, const char *body) {
    test_context *t = s->t;
    for (size_t i = 0; i < s->count; i++) {
        if (s->held[i].status) continue;
        s->held[i].status = status;
        s->held[i].answer = body;
        return;
    }
    FAIL("nothing is to be answered");
}

/* --- text --- */

const char *member_text(test_context *t, const char *json, const char *path) {
    json_object *root = json_tokener_parse(json), *at = root;
    const char *text = root ? "missing" : "no JSON";
    while (at && *path) {
        const size_t size = strcspn(path, ".");
        json_object *next = NULL;
        if (!json_object_is_type(at, json_type_object) ||
            !json_object_object_get_ex(at, aimp_format(&t->arena, "%.*s", (int)size, path), &next))
            next = NULL;
        at = next;
        path += size + (path[size] == '.');
    }
    if (at) text = aimp_copy(&t->arena, json_object_get_string(at), strlen(json_object_get_string(at)));
    json_object_put(root);
    return text;
}

char *repeated(test_context *t, const char *piece, size_t times) {
    aimp_text text = aimp_text_new(&t->arena);
    for (size_t i = 0; i < times; i++)
        aimp_text_add_format(&text, "%s", piece);
    return aimp_copy(&t->arena, aimp_text_string(&text), strlen(aimp_text_string(&text)));
}

void held_lose(held_server *s) {
    if (!s->count) return;
    memmove(s->held, s->held + 1, (s->count - 1) * sizeof *s->held);
    s->count--;
}
