/* The life of one request: copied, given to libcurl with fresh credentials, taken back, and its end reported once. */
#include "curl/exchange.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "curl/base64.h"

void aimp_exchange_stop(aimp_exchange *x, aim_code code, const char *format, ...) {
    if (x->stopped) return;
    va_list arguments;
    x->stopped = code;
    va_start(arguments, format);
    vsnprintf(x->why, sizeof x->why, format, arguments);
    va_end(arguments);
    for (char *p = x->why; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) *p = ' ';
    }
    aimp_utf8_drop_broken(x->why);
}

/* --- making --- */

static bool copy(const aim_allocator *wiping, aimp_secret *out, const char *text) {
    return aimp_secret_add(wiping, out, text, strlen(text));
}

aimp_exchange *aimp_exchange_new(aim_curl *curl, const aim_request *request, const aim_receiver *receiver) {
    const aim_allocator *wiping = &curl->wiping;
    aimp_exchange *x = aimp_alloc(wiping, sizeof *x);
    if (!x) return NULL;
    *x = (aimp_exchange){.curl = curl,
                         .receiver = *receiver,
                         .id = request->id,
                         .method = request->method,
                         .timeout_ms = request->timeout_ms,
                         .idle_ms = request->idle_ms,
                         .is_stream = (request->flags & AIM_REQUEST_STREAM) != 0,
                         .may_gzip = (request->flags & (AIM_REQUEST_GZIP | AIM_REQUEST_STREAM)) == AIM_REQUEST_GZIP &&
                                     !curl->config.no_compression,
                         .is_new = true,
                         .has_body = request->body != NULL,
                         .has_content_type = request->content_type != NULL};
    x->started_ms = x->alive_ms = aimp_monotonic_ms();
    const bool ok = copy(wiping, &x->url, curl->url_base) && copy(wiping, &x->url, request->target) &&
                    copy(wiping, &x->accept, aimp_or_empty(request->accept)) &&
                    copy(wiping, &x->content_type, aimp_or_empty(request->content_type)) &&
                    aimp_secret_add(wiping, &x->body, request->body, request->body ? request->body_size : 0);
    if (ok) return x;
    aimp_exchange_free(x);
    return NULL;
}

void aimp_exchange_free(aimp_exchange *x) {
    const aim_allocator *wiping = &x->curl->wiping;
    aimp_exchange_withdraw(x);
    aimp_secret *all[] = {&x->url, &x->accept, &x->content_type, &x->body, &x->head};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        aimp_secret_release(wiping, all[i]);
    aimp_release(wiping, x, sizeof *x);
}

/* --- headers --- */

static bool add_header(aimp_exchange *x, const char *line) {
    struct curl_slist *longer = curl_slist_append(x->headers, line);
    if (longer) x->headers = longer;
    return longer != NULL;
}

/* "Name: value" in memory that is wiped. */
static bool add_named(aimp_exchange *x, const char *name, const char *value) {
    const aim_allocator *wiping = &x->curl->wiping;
    aimp_secret line = {0};
    const bool ok = copy(wiping, &line, name) && copy(wiping, &line, value) && add_header(x, line.bytes);
    aimp_secret_release(wiping, &line);
    return ok;
}

typedef struct basic {
    aimp_arena arena;
    const aimp_kubeconfig *config;
    const char *line;
} basic;

static void basic_line(void *arg) {
    basic *b = arg;
    const char *both = aimp_format(&b->arena, "%s:%s", b->config->user_name, aimp_or_empty(b->config->password));
    b->line = aimp_format(&b->arena, "Authorization: Basic %s", aimp_base64_encode(&b->arena, both, strlen(both)));
}

static bool add_basic(aimp_exchange *x) {
    aimp_guard guard = {0};
    basic b = {.config = &x->curl->config};
    aimp_arena_init(&b.arena, &x->curl->wiping, &guard, 1024);
    const bool ok = aimp_guard_run(&guard, basic_line, &b) == AIM_OK && add_header(x, b.line);
    aimp_arena_free(&b.arena);
    return ok;
}

static bool add_headers(aimp_exchange *x) {
    const aim_curl *curl = x->curl;
    const char *token = aimp_credentials_token(&curl->credentials);
    bool ok = add_header(x, "Expect:");
    ok = ok && (x->accept.size ? add_named(x, "Accept: ", x->accept.bytes) : add_header(x, "Accept: application/json"));
    if (x->has_content_type)
        ok = ok && add_named(x, "Content-Type: ", x->content_type.bytes);
    else
        ok = ok && add_header(x, "Content-Type:");
    if (curl->host_header) ok = ok && add_header(x, curl->host_header);
    if (curl->config.server.tls && token)
        ok = ok && add_named(x, "Authorization: Bearer ", token);
    else if (curl->config.server.tls && curl->config.user_name)
        ok = ok && add_basic(x);
    for (size_t i = 0; i < curl->config.impersonation_count; i++)
        ok = ok && add_header(x, curl->config.impersonation[i]);
    return ok;
}

/* --- libcurl --- */

#define SET(option_, value)                                                                                            \
    do {                                                                                                               \
        *option = #option_;                                                                                            \
        if (curl_easy_setopt(x->easy, CURLOPT_##option_, value) != CURLE_OK) return false;                             \
    } while (0)

static bool set_method(aimp_exchange *x, const char **option) {
    static const char *const names[] = {[AIM_METHOD_GET] = "GET",
                                        [AIM_METHOD_POST] = "POST",
                                        [AIM_METHOD_PUT] = "PUT",
                                        [AIM_METHOD_PATCH] = "PATCH",
                                        [AIM_METHOD_DELETE] = "DELETE"};
    const bool has_body = x->has_body || x->method == AIM_METHOD_POST;
    if (has_body) {
        SET(POST, 1L);
        SET(POSTFIELDSIZE_LARGE, (curl_off_t)x->body.size);
        SET(POSTFIELDS, x->body.bytes);
    } else {
        SET(HTTPGET, 1L);
    }
    if (x->method != AIM_METHOD_GET || has_body) SET(CUSTOMREQUEST, names[x->method]);
    /* On a connection that turns out to be dead libcurl sends a request again by itself. What must not be done twice
     * gets a new one. */
    if (x->method == AIM_METHOD_POST) SET(FRESH_CONNECT, 1L);
    return true;
}

/* There is a connection to the server that it trusts, and the request is next. */
static int on_sending(void *user, char *address, char *own_address, int port, int own_port) {
    (void)address, (void)own_address, (void)port, (void)own_port;
    ((aimp_exchange *)user)->was_sent = true;
    return CURL_PREREQFUNC_OK;
}

static int on_progress(void *user, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up) {
    aimp_exchange *x = user;
    (void)down_all;
    (void)up_all;
    if (down + up != x->moved) x->alive_ms = aimp_monotonic_ms();
    x->moved = down + up;
    return x->state != AIMP_EXCHANGE_RUNS;
}

static bool set_up(aimp_exchange *x, const char **option) {
    if (!aimp_connection_set_up(x->curl, x->easy, option)) return false;
    SET(URL, x->url.bytes);
    SET(ERRORBUFFER, x->error);
    SET(PRIVATE, x);
    if (!set_method(x, option)) return false;
    SET(HTTPHEADER, x->headers);
    if (x->connect_to) SET(CONNECT_TO, x->connect_to);
    /* gzip by name: "" would offer whatever libcurl knows. Without this nothing is offered and nothing unpacked. */
    if (x->may_gzip) SET(ACCEPT_ENCODING, "gzip");
    SET(HEADERFUNCTION, aimp_answer_header);
    SET(HEADERDATA, x);
    SET(WRITEFUNCTION, aimp_answer_body);
    SET(WRITEDATA, x);
    SET(XFERINFOFUNCTION, on_progress);
    SET(XFERINFODATA, x);
    SET(NOPROGRESS, 0L);
    SET(PREREQFUNCTION, on_sending);
    SET(PREREQDATA, x);
    return true;
}

bool aimp_exchange_begin(aimp_exchange *x) {
    const char *option = "";
    x->is_new = false;
    x->generation = x->curl->credentials.generation;
    x->alive_ms = aimp_monotonic_ms();
    x->easy = curl_easy_init();
    bool ok = x->easy && add_headers(x);
    if (ok && x->curl->connect_to) {
        x->connect_to = curl_slist_append(NULL, x->curl->connect_to);
        ok = x->connect_to != NULL;
    }
    if (!ok) {
        aimp_exchange_stop(x, AIM_E_NO_MEMORY, "out of memory");
        return false;
    }
    if (!set_up(x, &option)) {
        aimp_exchange_stop(x, AIM_E_UNSUPPORTED, "libcurl refuses CURLOPT_%s", option);
        return false;
    }
    if (curl_multi_add_handle(x->curl->multi, x->easy) != CURLM_OK) {
        aimp_exchange_stop(x, AIM_E_NO_MEMORY, "out of memory");
        return false;
    }
    x->state = AIMP_EXCHANGE_RUNS;
    return true;
}

void aimp_exchange_withdraw(aimp_exchange *x) {
    if (x->easy) {
        const aimp_quiet quiet = aimp_quiet_begin();
        curl_multi_remove_handle(x->curl->multi, x->easy);
        curl_easy_cleanup(x->easy);
        aimp_quiet_end(quiet);
    }
    x->easy = NULL;
    curl_slist_free_all(x->headers);
    curl_slist_free_all(x->connect_to);
    x->headers = x->connect_to = NULL;
}

void aimp_exchange_finish(aimp_exchange *x, CURLcode result) {
    aim_end end = {.struct_size = sizeof end};
    if (x->state == AIMP_EXCHANGE_ENDED) return;
    if (result == CURLE_OK && !x->stopped && !x->head_given)
        aimp_exchange_stop(x, AIM_E_PROTOCOL, "%s: the answer has no head", x->curl->config.server.url);
    end.phase = aimp_outcome_phase(x, result);
    end.code = aimp_outcome_code(x, result);
    end.message = end.code ? x->why : NULL;
    if (x->http_status == 401) aimp_credentials_refused(&x->curl->credentials, x->generation);
    aimp_exchange_withdraw(x);
    x->state = AIMP_EXCHANGE_ENDED; /* so that the receiver may cancel it */
    x->receiver.end(x->id, &end, x->receiver.user);
}
