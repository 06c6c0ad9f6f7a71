/* The public functions: options are checked here, and a connection is made or not made as a whole. */
#include "curl/connection.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <aim/version.h>

#include "base/error.h"
#include "base/struct.h"
#include "base/text.h"
#include "curl/poll.h"

#define DEFAULT_CONNECT_MS 10000u
#define DEFAULT_BODY_BYTES ((uint64_t)1 << 30)
#define DEFAULT_HEADER_BYTES ((uint64_t)64 << 10)

#define ALL_FLAGS                                                                                                      \
    (AIM_CURL_ALLOW_INSECURE | AIM_CURL_HTTP1 | AIM_CURL_IS_INITIALISED | AIM_CURL_IN_CLUSTER | AIM_CURL_INTERACTIVE)

static aim_code fail(aim_error **err, const aim_context *context, aim_code code, const char *message) {
    return aimp_fail(err, context ? &context->allocator : &aimp_libc_allocator, code, NULL, "%s", message);
}

/* NULL, or which option cannot be. */
static const char *option_flaw(const aim_curl_options *o) {
    const bool lists = (o->as_groups || !o->as_group_count) && (o->plugins || !o->plugin_count);
    if (!lists) return "a count without its list";
    if (o->as_group_count && !o->as_user) return "as_groups without as_user";
    if (o->flags & AIM_CURL_IN_CLUSTER && (o->kubeconfig || o->context))
        return "AIM_CURL_IN_CLUSTER together with a kubeconfig or a context";
    if (o->ns && !aimp_is_namespace(o->ns)) return "ns is no DNS label";
    if (o->as_user && (!*o->as_user || !aimp_header_value_ok(o->as_user)))
        return "as_user is empty or holds a control character";
    if (o->user_agent && !aimp_header_value_ok(o->user_agent)) return "user_agent holds a control character";
    for (size_t i = 0; i < o->as_group_count; i++) {
        if (!o->as_groups[i] || !*o->as_groups[i] || !aimp_header_value_ok(o->as_groups[i]))
            return "one of as_groups is NULL, empty or holds a control character";
    }
    for (size_t i = 0; i < o->plugin_count; i++) {
        if (!o->plugins[i] || !*o->plugins[i]) return "one of plugins is NULL or empty";
    }
    return NULL;
}

/* --- making one --- */

typedef struct opening {
    aim_context *context;
    const aim_curl_options *options;
    const aimp_environment *environment;
    aim_curl *curl;
    aim_report *report;
    aimp_guard guard;
    aimp_arena trees, scratch;
} opening;

static const char *user_agent(aimp_arena *arena, const char *in_front) {
    return in_front ? aimp_format(arena, "%s libaim/" AIM_VERSION, in_front) : "libaim/" AIM_VERSION;
}

static void check_against_options(opening *o, aimp_kubeconfig_reading *reading) {
    const aimp_kubeconfig *config = reading->out;
    if (config->plugin && config->plugin->command &&
        !aimp_plugin_allowed(&o->scratch, o->options, config->plugin->command))
        aimp_kubeconfig_problem(
            reading, AIM_E_DOCUMENT, NULL, NULL, NULL,
            "the context \"%s\" needs the credential plugin \"%s\", which the program does not allow",
            aimp_shown(&o->scratch, aimp_or_empty(config->context)), aimp_shown(&o->scratch, config->plugin->command));
    if (config->server.url && !config->server.tls && o->options->as_user)
        aimp_kubeconfig_problem(reading, AIM_E_DOCUMENT, NULL, NULL, NULL,
                                "the server is not https: nobody can be impersonated there");
}

static void open_it(void *arg) {
    opening *o = arg;
    aim_curl *curl = o->curl;
    aimp_kubeconfig_reading reading = {.context = o->context,
                                       .report = o->report,
                                       .arena = &curl->arena,
                                       .trees = &o->trees,
                                       .scratch = &o->scratch,
                                       .options = o->options,
                                       .environment = o->environment,
                                       .out = &curl->config};
    aimp_kubeconfig_read(&reading);
    check_against_options(o, &reading);
    if (curl->config.server.url)
        aimp_credentials_open(&curl->credentials, &curl->wiping, &reading, aimp_monotonic_ms());
    aimp_kubeconfig_report(&reading);
    if (reading.error_count) return;
    const char *ns = o->options->ns ? o->options->ns : curl->config.ns;
    curl->ns = ns ? aimp_copy_string(&curl->arena, ns) : "default";
    curl->user_agent = user_agent(&curl->arena, o->options->user_agent);
    aimp_connection_address(curl);
}

/* NULL when memory is out. */
static aim_curl *new_handle(aim_context *context, const aim_curl_options *options, aimp_guard *guard) {
    const aim_allocator wiping = aimp_wiping_allocator(&context->allocator);
    aim_curl *curl = aimp_alloc(&wiping, sizeof *curl);
    if (!curl) return NULL;
    memset(curl, 0, sizeof *curl);
    aimp_context_retain(context);
    curl->context = context;
    curl->wiping = wiping;
    aimp_arena_init(&curl->arena, &curl->wiping, guard, 4096);
    curl->flags = options->flags;
    curl->connect_timeout_ms = options->connect_timeout_ms ? options->connect_timeout_ms : DEFAULT_CONNECT_MS;
    curl->body_bytes = options->body_bytes ? options->body_bytes : DEFAULT_BODY_BYTES;
    curl->header_bytes = options->header_bytes ? options->header_bytes : DEFAULT_HEADER_BYTES;
    curl->owner = getpid();
    atomic_init(&curl->woken, 0);
    return curl;
}

/* Everything that can go wrong once there is something to free. */
static aim_code open_all(opening *o, aim_error **err) {
    const char *problem;
    aim_curl *curl = o->curl;
    aimp_arena_init(&o->trees, &curl->wiping, &o->guard, 4096);
    aimp_arena_init(&o->scratch, &curl->wiping, &o->guard, 4096);
    aim_code code = aimp_guard_run(&o->guard, open_it, o);
    aimp_arena_free(&o->trees);
    aimp_arena_free(&o->scratch);
    curl->arena.guard = NULL;
    if (code) return aimp_fail_guard(err, &o->context->allocator, &o->guard);
    code = aimp_report_fail(o->report, err);
    if (code) return code;
    code = aimp_connection_open(curl, &problem);
    return code ? fail(err, o->context, code, problem) : AIM_OK;
}

aim_code aimp_curl_new_in(aim_context *context, const aim_curl_options *options, const aimp_environment *environment,
                          aim_curl **out, aim_report **report, aim_error **err) {
    opening o = {.context = context, .options = options, .environment = environment};
    o.curl = new_handle(context, options, &o.guard);
    o.report = o.curl ? aimp_report_new(context, &o.guard) : NULL;
    if (!o.report) {
        aim_curl_free(o.curl);
        return fail(err, context, AIM_E_NO_MEMORY, "out of memory");
    }
    const aim_code code = open_all(&o, err);
    o.report->arena.guard = NULL;
    if (code)
        aim_curl_free(o.curl);
    else
        *out = o.curl;
    if (report)
        *report = o.report;
    else
        aim_report_free(o.report);
    return code;
}

aim_code aim_curl_new(aim_context *context, const aim_curl_options *options, aim_curl **out, aim_report **report,
                      aim_error **err) {
    aim_curl_options defaults = {.struct_size = sizeof defaults};
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (report) *report = NULL;
    if (!context || !out) return fail(err, context, AIM_E_ARGUMENT, "context or out is NULL");
    /* Both libraries share private structures. */
    if (!aimp_equal(aim_version(), AIM_VERSION))
        return fail(err, NULL, AIM_E_UNSUPPORTED, "libaim-curl " AIM_VERSION " needs libaim of the same version");
    if (!options) options = &defaults;
    if (!aimp_struct_ok(options, sizeof *options, ALL_FLAGS))
        return fail(err, context, AIM_E_STRUCT, "aim_curl_options has a wrong struct_size or unknown flags");
    const char *flaw = option_flaw(options);
    if (flaw) return fail(err, context, AIM_E_ARGUMENT, flaw);
    const aimp_environment environment = aimp_environment_of_process();
    return aimp_curl_new_in(context, options, &environment, out, report, err);
}

/* --- using it --- */

aim_code aim_curl_transport(aim_curl *curl, aim_transport *out) {
    if (!curl) return AIM_E_ARGUMENT;
    const aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code) return code;
    if (curl->owner != getpid()) return AIM_E_ARGUMENT;
    const aim_transport transport = {.start = aimp_transport_start,
                                     .cancel = aimp_transport_cancel,
                                     .poll = aimp_transport_poll,
                                     .wake = aimp_transport_wake,
                                     .now_ms = aimp_transport_now,
                                     .user = curl};
    aimp_struct_fill(out, &transport, sizeof transport);
    return AIM_OK;
}

const char *aim_curl_namespace(const aim_curl *curl) {
    return curl ? curl->ns : "default";
}
const char *aim_curl_server(const aim_curl *curl) {
    return curl ? curl->config.server.url : "";
}
const char *aim_curl_context(const aim_curl *curl) {
    return curl ? curl->config.context : "";
}

/* Written once: curl_version() writes its text anew each time. */
const char *aim_curl_build_info(void) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char text[256];
    const curl_version_info_data *about = curl_version_info(CURLVERSION_NOW);
    pthread_mutex_lock(&lock);
    if (!*text)
        snprintf(text, sizeof text, "libcurl %s, %s, nghttp2/%s", about->version,
                 about->ssl_version ? about->ssl_version : "no TLS",
                 about->age >= CURLVERSION_SIXTH && about->nghttp2_version ? about->nghttp2_version : "none");
    pthread_mutex_unlock(&lock);
    return text;
}

void aim_curl_free(aim_curl *curl) {
    if (!curl) return;
    /* What libcurl holds belongs to the parent: to close it would say goodbye in its name. The memory is left, too. */
    if (curl->owner != getpid()) return;
    aim_context *context = curl->context;
    const aim_allocator wiping = aimp_wiping_allocator(&context->allocator);
    aimp_transport_drop_all(curl);
    aimp_connection_close(curl);
    aimp_credentials_close(&curl->credentials);
    aimp_arena_free(&curl->arena);
    aimp_release(&wiping, curl, sizeof *curl);
    aim_context_free(context);
}
