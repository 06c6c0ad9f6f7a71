/* Moving the exchanges on. Everything that libcurl does happens inside poll; start and cancel only note what is wanted,
 * so a receiver may call both. */
#include "curl/poll.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/struct.h"
#include "base/text.h"
#include "curl/exchange.h"

#define PLUGIN_LOOK_MS 50u /* how often is asked whether it has ended */

static bool is_ours(const aim_curl *curl) {
    return curl && curl->owner == getpid();
}

/* --- start, cancel, wake --- */

/* A target is put behind the server's address as it is: nothing in it may mean something to the line it stands in. */
static bool is_target(const char *target) {
    if (!target || *target != '/') return false;
    for (const char *p = target; *p; p++) {
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f || strchr("\\\"<>^`{|}#", *p)) return false;
    }
    /* A part . or .. would be squeezed out by one and not by another. */
    const size_t path = strcspn(target, "?");
    for (size_t at = 0; at < path;) {
        const size_t size = strcspn(target + at + 1, "/?");
        const char *part = target + at + 1;
        if ((size == 1 && part[0] == '.') || (size == 2 && part[0] == '.' && part[1] == '.')) return false;
        at += size + 1;
    }
    return true;
}

static bool is_request(const aim_request *q) {
    return q->id && q->method >= AIM_METHOD_GET && q->method <= AIM_METHOD_DELETE && is_target(q->target) &&
           (q->body || !q->body_size) && (!q->body || q->content_type) &&
           aimp_header_value_ok(aimp_or_empty(q->accept)) && aimp_header_value_ok(aimp_or_empty(q->content_type)) &&
           (!q->body || q->method != AIM_METHOD_GET);
}

static aimp_exchange *find(const aim_curl *curl, uint64_t id) {
    for (aimp_exchange *x = curl->exchanges; x; x = x->next) {
        if (x->id == id && x->state != AIMP_EXCHANGE_ENDED) return x;
    }
    return NULL;
}

aim_code aimp_transport_start(const aim_request *request, const aim_receiver *receiver, void *user) {
    aim_curl *curl = user;
    if (!is_ours(curl) || !request || !receiver) return AIM_E_ARGUMENT;
    if (!aimp_struct_ok(request, sizeof *request, AIM_REQUEST_STREAM | AIM_REQUEST_GZIP) ||
        !aimp_struct_ok(receiver, sizeof *receiver, 0))
        return AIM_E_STRUCT;
    if (!receiver->response || !receiver->data || !receiver->end || !is_request(request) || find(curl, request->id))
        return AIM_E_ARGUMENT;
    aimp_exchange *x = aimp_exchange_new(curl, request, receiver), **last = &curl->exchanges;
    if (!x) return AIM_E_NO_MEMORY;
    while (*last)
        last = &(*last)->next;
    *last = x;
    return AIM_OK;
}

/* Frees what is over. Never while a callback is on the stack. */
static void sweep(aim_curl *curl) {
    aimp_exchange **link = &curl->exchanges;
    while (*link) {
        aimp_exchange *x = *link;
        if (x->state != AIMP_EXCHANGE_ENDED) {
            link = &x->next;
            continue;
        }
        *link = x->next;
        aimp_exchange_free(x);
    }
}

void aimp_transport_cancel(uint64_t id, void *user) {
    aim_curl *curl = user;
    aimp_exchange *x = is_ours(curl) ? find(curl, id) : NULL;
    if (!x) return;
    x->state = AIMP_EXCHANGE_ENDED;
    if (!curl->inside) sweep(curl);
}

void aimp_transport_wake(void *user) {
    aim_curl *curl = user;
    if (!is_ours(curl)) return;
    atomic_store_explicit(&curl->woken, 1, memory_order_release);
    curl_multi_wakeup(curl->multi);
}

uint64_t aimp_transport_now(void *user) {
    (void)user;
    return aimp_monotonic_ms();
}

void aimp_transport_drop_all(aim_curl *curl) {
    for (aimp_exchange *x = curl->exchanges; x; x = x->next)
        x->state = AIMP_EXCHANGE_ENDED;
    sweep(curl);
}

/* --- poll --- */

typedef struct round {
    aim_curl *curl;
    uint64_t now_ms;
    uint64_t ended; /* exchanges that this call ended */
} round;

static void finish(round *r, aimp_exchange *x, CURLcode result) {
    if (x->state == AIMP_EXCHANGE_ENDED) return;
    aimp_exchange_finish(x, result);
    r->ended++;
}

static bool anybody_waits(const aim_curl *curl) {
    for (const aimp_exchange *x = curl->exchanges; x; x = x->next) {
        if (x->state == AIMP_EXCHANGE_WAITS) return true;
    }
    return false;
}

static void fail_all_waiting(round *r, aim_code code, const char *message) {
    for (aimp_exchange *x = r->curl->exchanges; x; x = x->next) {
        /* What a receiver starts while it hears of a failure gets a try of its own. */
        if (x->state != AIMP_EXCHANGE_WAITS || x->started_ms > r->now_ms) continue;
        aimp_exchange_stop(x, code, "%s", message);
        finish(r, x, CURLE_OK);
    }
}

static void begin_all_waiting(round *r) {
    char message[AIMP_MESSAGE_BYTES] = "out of memory";
    const aim_code code = aimp_credentials_refresh(&r->curl->credentials, r->now_ms, message, sizeof message);
    if (code) {
        fail_all_waiting(r, code, code == AIM_E_NO_MEMORY ? "out of memory" : message);
        return;
    }
    for (aimp_exchange *x = r->curl->exchanges; x; x = x->next) {
        if (x->state == AIMP_EXCHANGE_WAITS && !aimp_exchange_begin(x)) finish(r, x, CURLE_OK);
    }
}

/* Exchanges go as soon as there are credentials to go with. */
static void serve_waiting(round *r) {
    aim_curl *curl = r->curl;
    aimp_plugin *plugin = &curl->credentials.plugin;
    char message[AIMP_MESSAGE_BYTES] = "";
    aim_code code = AIM_OK;
    if (!anybody_waits(curl)) {
        aimp_plugin_stop(plugin);
        return;
    }
    aimp_plugin_state state = AIMP_PLUGIN_READY;
    if (plugin->process) {
        state = aimp_plugin_step(plugin, r->now_ms, &code, message, sizeof message);
        if (state == AIMP_PLUGIN_READY) curl->credentials.generation++;
    } else if (!aimp_plugin_is_fresh(plugin, r->now_ms)) {
        size_t size;
        const char *ca = aimp_credentials_ca(&curl->credentials, &size);
        code = aimp_plugin_start(plugin, &curl->config, (curl->flags & AIM_CURL_INTERACTIVE) != 0, ca, size, r->now_ms,
                                 message, sizeof message);
        state = code ? AIMP_PLUGIN_FAILED : AIMP_PLUGIN_RUNS;
    }
    if (state == AIMP_PLUGIN_FAILED) fail_all_waiting(r, code, message);
    if (state == AIMP_PLUGIN_READY) begin_all_waiting(r);
}

/* When an exchange has failed if nothing happens; UINT64_MAX: never. */
static uint64_t deadline_of(const aimp_exchange *x, bool *idle) {
    const uint64_t whole = x->timeout_ms ? x->started_ms + x->timeout_ms : UINT64_MAX;
    /* A plugin's time is not the server's silence. */
    const bool counts = x->idle_ms && x->state == AIMP_EXCHANGE_RUNS;
    const uint64_t silence = counts ? x->alive_ms + x->idle_ms : UINT64_MAX;
    *idle = silence < whole;
    return *idle ? silence : whole;
}

static void end_late(round *r) {
    for (aimp_exchange *x = r->curl->exchanges; x; x = x->next) {
        bool idle;
        if (x->state == AIMP_EXCHANGE_ENDED || deadline_of(x, &idle) > r->now_ms) continue;
        aimp_exchange_stop(x, AIM_E_TIMEOUT, "%s: %s for %llu ms", r->curl->config.server.url,
                           idle ? "silence" : "no end", (unsigned long long)(idle ? x->idle_ms : x->timeout_ms));
        finish(r, x, CURLE_OK);
    }
}

static void end_complete(round *r) {
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(r->curl->multi, &left)) != NULL;) {
        aimp_exchange *x = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode result = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &x);
        if (x) finish(r, x, result);
    }
}

static aim_code code_of(CURLMcode result) {
    if (result == CURLM_OK) return AIM_OK;
    return result == CURLM_OUT_OF_MEMORY ? AIM_E_NO_MEMORY : AIM_E_INTERNAL;
}

static uint64_t received(const aim_curl *curl) {
    uint64_t sum = 0;
    for (const aimp_exchange *x = curl->exchanges; x; x = x->next)
        sum += x->body_bytes + x->head_given;
    return sum;
}

/* One step without waiting; *called: a receiver was called. */
static aim_code step(round *r, bool *called) {
    aim_curl *curl = r->curl;
    int running;
    curl->inside = true;
    serve_waiting(r);
    const uint64_t before = received(curl);
    const aimp_quiet quiet = aimp_quiet_begin();
    const aim_code code = code_of(curl_multi_perform(curl->multi, &running));
    aimp_quiet_end(quiet);
    end_complete(r);
    r->now_ms = aimp_monotonic_ms();
    end_late(r);
    *called = r->ended || received(curl) != before;
    curl->inside = false;
    sweep(curl);
    return code;
}

/* How long nothing needs to be done. */
static uint64_t pause_ms(const round *r, uint64_t until_ms) {
    const aim_curl *curl = r->curl;
    uint64_t next = until_ms;
    for (const aimp_exchange *x = curl->exchanges; x; x = x->next) {
        bool idle;
        const uint64_t deadline = deadline_of(x, &idle);
        if (deadline < next) next = deadline;
        if (x->is_new && !curl->credentials.plugin.process) return 0;
    }
    uint64_t pause = next > r->now_ms ? next - r->now_ms : 0;
    if (curl->credentials.plugin.process && pause > PLUGIN_LOOK_MS) pause = PLUGIN_LOOK_MS;
    return pause < INT_MAX ? pause : INT_MAX;
}

static aim_code wait(round *r, uint64_t until_ms) {
    const aimp_plugin *plugin = &r->curl->credentials.plugin;
    struct curl_waitfd output = {.fd = plugin->output, .events = CURL_WAIT_POLLIN};
    const bool watched = plugin->process && !plugin->at_end;
    const uint64_t pause = pause_ms(r, until_ms);
    const aim_code code =
        code_of(curl_multi_poll(r->curl->multi, watched ? &output : NULL, watched ? 1 : 0, (int)pause, NULL));
    r->now_ms = aimp_monotonic_ms();
    return code;
}

aim_code aimp_transport_poll(uint64_t wait_ms, void *user) {
    aim_curl *curl = user;
    if (!is_ours(curl) || curl->inside) return AIM_E_ARGUMENT;
    round r = {.curl = curl, .now_ms = aimp_monotonic_ms()};
    const uint64_t until_ms = wait_ms < UINT64_MAX - r.now_ms ? r.now_ms + wait_ms : UINT64_MAX;
    for (;;) {
        bool called;
        aim_code code = step(&r, &called);
        if (code || called || atomic_exchange_explicit(&curl->woken, 0, memory_order_acq_rel)) return code;
        if (r.now_ms >= until_ms) return AIM_OK;
        code = wait(&r, until_ms);
        if (code) return code;
    }
}
