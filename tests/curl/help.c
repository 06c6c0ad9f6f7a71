#include "help.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "curl/base64.h"

const char *help_folder(test_context *t) {
    const char *folder = getenv("AIM_CURL_TEST_FOLDER");
    if (!folder) test_skip(t, "tests/curl/run.sh does not run this program");
    return folder;
}

const char *help_path(test_context *t, const char *name) {
    const char *folder = getenv("AIM_CURL_TEST_FOLDER");
    return aimp_format(&t->arena, "%s/%s", folder ? folder : "", name);
}

void help_rewrite(test_context *t, const char *path, const char *text) {
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const size_t size = strlen(text);
    if (file < 0 || write(file, text, size) != (ssize_t)size) FAIL("%s cannot be written", path);
    if (file >= 0) close(file);
}

const char *help_write(test_context *t, const char *name, const char *text) {
    char *folder = aimp_format(&t->arena, "%s/files-XXXXXX", help_path(t, ""));
    if (!mkdtemp(folder)) FAIL("no folder %s", folder);
    const char *path = aimp_format(&t->arena, "%s/%s", folder, name), *slash = strchr(name, '/');
    if (slash) mkdir(aimp_format(&t->arena, "%s/%.*s", folder, (int)(slash - name), name), 0700);
    help_rewrite(t, path, text);
    return path;
}

const char *help_text(test_context *t, const char *name) {
    const char *text = test_read_file(t, help_path(t, name), NULL);
    if (!text) FAIL("there is no %s", name);
    return text ? text : "";
}

const char *help_base64(test_context *t, const char *name) {
    const char *text = help_text(t, name);
    return aimp_base64_encode(&t->arena, text, strlen(text));
}

unsigned help_port(test_context *t, const char *kind) {
    return (unsigned)atoi(help_text(t, aimp_format(&t->arena, "port.%s", kind)));
}

const char *help_kubeconfig(test_context *t, const char *kind, const char *cluster, const char *user) {
    const bool plain = strcmp(kind, "plain") == 0, own_ca = cluster && strstr(cluster, "certificate-authority");
    const bool insecure = cluster && strstr(cluster, "insecure-skip-tls-verify: true");
    const char *host = strcmp(kind, "ipv6") == 0 ? "[::1]" : "localhost";
    const char *ca = plain || own_ca || insecure
                         ? ""
                         : aimp_format(&t->arena, "certificate-authority: \"%s\", ", help_path(t, "ca.crt"));
    const char *text = aimp_format(&t->arena,
                                   "apiVersion: v1\nkind: Config\ncurrent-context: it\n"
                                   "clusters: [{name: c, cluster: {server: \"%s://%s:%u\", %s%s}}]\n"
                                   "contexts: [{name: it, context: {cluster: c, user: u, namespace: ml-team}}]\n"
                                   "users: [{name: u, user: {%s}}]\n",
                                   plain ? "http" : "https", host, help_port(t, kind), ca, aimp_or_empty(cluster),
                                   aimp_or_empty(user));
    return help_write(t, "config", text);
}

/* --- one exchange --- */

static const char *keep(test_context *t, const char *text) {
    return text ? aimp_copy_string(&t->arena, text) : NULL;
}

static aim_code on_response(uint64_t id, const aim_response *response, void *user) {
    help_answer *a = user;
    (void)id;
    a->responses++;
    a->status = response->http_status;
    a->content_type = keep(a->t, response->content_type);
    a->retry_after = keep(a->t, response->retry_after);
    a->date = keep(a->t, response->date);
    a->warning_count = response->warning_count;
    for (size_t i = 0; i < response->warning_count && i < 8; i++)
        a->warnings[i] = keep(a->t, response->warnings[i]);
    return a->refuse_response;
}

static aim_code on_data(uint64_t id, const char *bytes, size_t size, void *user) {
    help_answer *a = user;
    (void)id;
    a->pieces++;
    if (a->keeps_nothing) return a->refuse_data;
    if (a->size + size + 1 > a->capacity) {
        const size_t capacity = (a->size + size + 1) * 2;
        a->body = aimp_take_more(&a->t->arena, a->body, a->capacity, capacity);
        a->capacity = capacity;
    }
    memcpy(a->body + a->size, bytes, size);
    a->size += size;
    a->body[a->size] = '\0';
    if (a->on_data) a->on_data(a);
    return a->refuse_data;
}

static void on_end(uint64_t id, const aim_end *end, void *user) {
    help_answer *a = user;
    (void)id;
    a->ends++;
    a->code = end->code;
    a->phase = end->phase;
    a->message = keep(a->t, end->message);
    a->ended_ms = aimp_monotonic_ms();
}

void help_receiver(test_context *t, help_answer *answer, aim_receiver *out) {
    answer->t = t;
    *out = (aim_receiver){
        .struct_size = sizeof *out, .response = on_response, .data = on_data, .end = on_end, .user = answer};
}

aim_curl *help_open(test_context *t, const char *kubeconfig, aim_curl_options options) {
    aim_curl *curl;
    aim_error *error;
    options.struct_size = sizeof options;
    options.kubeconfig = kubeconfig;
    if (aim_curl_new(t->context, &options, &curl, NULL, &error) == AIM_OK) return curl;
    FAIL("%s: %s", aim_error_pointer(error) ? aim_error_pointer(error) : "", aim_error_message(error));
    aim_error_free(error);
    return NULL;
}

aim_transport help_transport(test_context *t, aim_curl *curl) {
    aim_transport transport = {.struct_size = sizeof transport};
    CHECK_INTEGER(aim_curl_transport(curl, &transport), AIM_OK);
    return transport;
}

aim_request help_get(const char *target) {
    return (aim_request){.struct_size = sizeof(aim_request),
                         .id = 1,
                         .method = AIM_METHOD_GET,
                         .target = target,
                         .accept = "application/json"};
}

void help_ask(test_context *t, aim_curl *curl, aim_request request, help_answer *answer) {
    aim_receiver receiver;
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    help_receiver(t, answer, &receiver);
    answer->transport = &transport;
    answer->ends = answer->responses = answer->pieces = 0;
    answer->size = 0;
    if (answer->body) *answer->body = '\0';
    const aim_code code = transport.start(&request, &receiver, transport.user);
    CHECK_INTEGER(code, AIM_OK);
    const uint64_t until = transport.now_ms(transport.user) + 30000;
    while (!code && !answer->ends && transport.now_ms(transport.user) < until)
        CHECK_INTEGER(transport.poll(1000, transport.user), AIM_OK);
    CHECK_INTEGER(answer->ends, 1);
    answer->transport = NULL;
}

void help_once(test_context *t, const char *kubeconfig, aim_curl_options options, aim_request request,
               help_answer *answer) {
    aim_curl *curl = help_open(t, kubeconfig, options);
    if (curl) help_ask(t, curl, request, answer);
    aim_curl_free(curl);
}

/* --- refusals --- */

static const char *entries_of(test_context *t, const aim_report *report) {
    aimp_text out = aimp_text_new(&t->arena);
    for (size_t i = 0; i < aim_report_count(report); i++) {
        aim_report_entry e = {.struct_size = sizeof e};
        aim_report_at(report, i, &e);
        const char *slash = e.source ? strrchr(e.source, '/') : NULL;
        aimp_text_add_format(&out, "%s %s:%llu:%llu %s %s\n", e.code ? aim_code_name(e.code) : "warning",
                             slash ? slash + 1 : "-", (unsigned long long)e.line, (unsigned long long)e.column,
                             *e.pointer ? e.pointer : "-", e.message);
        CHECK(!e.excerpt);
    }
    return aimp_text_string(&out);
}

help_refusal help_try(test_context *t, aim_curl_options options, const aimp_environment *environment) {
    static const aimp_environment nothing = {.service_account = "/nowhere"};
    help_refusal out = {0};
    aim_curl *curl = NULL;
    aim_report *report = NULL;
    aim_error *error = NULL;
    options.struct_size = sizeof options;
    out.code = aimp_curl_new_in(t->context, &options, environment ? environment : &nothing, &curl, &report, &error);
    CHECK(!curl == (out.code != AIM_OK));
    CHECK_INTEGER(aim_error_code(error), out.code);
    out.entries = entries_of(t, report);
    if (curl) {
        out.context = keep(t, aim_curl_context(curl));
        out.ns = keep(t, aim_curl_namespace(curl));
        out.server = keep(t, aim_curl_server(curl));
    }
    aim_error_free(error);
    aim_report_free(report);
    aim_curl_free(curl);
    return out;
}

size_t help_open_files(void) {
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder) closedir(folder);
    return count;
}

void help_sleep_ms(unsigned ms) {
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

unsigned help_slack_ms(void) {
    const char *text = getenv("AIM_CURL_TEST_SLACK_MS");
    return text ? (unsigned)atoi(text) : 0;
}

/* Stands before the C library's, so that one name has a server that keeps us waiting. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out) {
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (node && strcmp(node, "slow.invalid") == 0) {
        help_sleep_ms(3000);
        return EAI_NONAME;
    }
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    return next ? next(node, service, hints, out) : EAI_FAIL;
}
