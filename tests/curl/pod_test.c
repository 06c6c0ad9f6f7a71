/* The credentials of a pod, and what becomes of credentials that change. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "help.h"

#define NO_OPTIONS ((aim_curl_options){0})
#define IN_CLUSTER ((aim_curl_options){.flags = AIM_CURL_IN_CLUSTER})

/* The folder that a kubelet mounts: files are links into "..data", which is a link itself. */
typedef struct mount {
    const char *folder;
    unsigned versions;
} mount;

static void fill(test_context *t, mount *m, const char *token, const char *ca, const char *ns) {
    const char *version = aimp_format(&t->arena, "%s/..v%u", m->folder, ++m->versions);
    const char *link = aimp_format(&t->arena, "%s/..data", m->folder), *fresh = aimp_format(&t->arena, "%s_new", link);
    mkdir(version, 0700);
    if (token) help_rewrite(t, aimp_format(&t->arena, "%s/token", version), token);
    if (ca) help_rewrite(t, aimp_format(&t->arena, "%s/ca.crt", version), ca);
    if (ns) help_rewrite(t, aimp_format(&t->arena, "%s/namespace", version), ns);
    CHECK_INTEGER(symlink(version, fresh), 0);
    CHECK_INTEGER(rename(fresh, link), 0);
}

static mount new_mount(test_context *t, const char *token, const char *ca, const char *ns) {
    static const char *const names[] = {"token", "ca.crt", "namespace"};
    const char *file = help_write(t, "x", "");
    mount m = {aimp_copy(&t->arena, file, strlen(file) - 2), 0};
    for (size_t i = 0; i < 3; i++)
        CHECK_INTEGER(
            symlink(aimp_format(&t->arena, "..data/%s", names[i]), aimp_format(&t->arena, "%s/%s", m.folder, names[i])),
            0);
    fill(t, &m, token, ca, ns);
    return m;
}

static aimp_environment pod(test_context *t, const mount *m) {
    return (aimp_environment){.service_host = "127.0.0.1",
                              .service_port = aimp_format(&t->arena, "%u", help_port(t, "good")),
                              .service_account = m->folder};
}

static aim_curl *open_pod(test_context *t, const aimp_environment *e) {
    aim_curl *curl = NULL;
    aim_error *error = NULL;
    aim_curl_options o = {.struct_size = sizeof o, .flags = AIM_CURL_IN_CLUSTER};
    if (aimp_curl_new_in(t->context, &o, e, &curl, NULL, &error)) FAIL("%s", aim_error_message(error));
    aim_error_free(error);
    return curl;
}

TEST(pod, its_credentials_are_used) {
    if (!help_folder(t)) return;
    mount m = new_mount(t, "canary-1\n", help_text(t, "ca.crt"), " ml-team\n");
    const aimp_environment e = pod(t, &m);
    aim_curl *curl = open_pod(t, &e);
    help_answer a = {0};
    if (!curl) return;
    help_ask(t, curl, help_get("/echo"), &a);
    CHECK_CONTAINS(a.body, "[\"authorization\", \"Bearer canary-1\"]");
    CHECK_TEXT(aim_curl_namespace(curl), "ml-team");
    CHECK_TEXT(aim_curl_context(curl), "");
    aim_curl_free(curl);
}

TEST(pod, an_empty_kubeconfig_in_a_pod_means_the_pod) {
    if (!help_folder(t)) return;
    mount m = new_mount(t, "canary-1", help_text(t, "ca.crt"), "ml-team");
    aimp_environment e = pod(t, &m);
    help_refusal r = help_try(t, NO_OPTIONS, &e);
    CHECK_INTEGER(r.code, AIM_OK);
    CHECK_TEXT(r.ns, "ml-team");
    e.kubeconfig = help_write(t, "config", "");
    CHECK_INTEGER(help_try(t, NO_OPTIONS, &e).code, AIM_OK);
    e.pod_namespace = "from-the-variable";
    CHECK_TEXT(help_try(t, NO_OPTIONS, &e).ns, "from-the-variable");
    e.service_host = "fd00::1";
    CHECK_TEXT(help_try(t, NO_OPTIONS, &e).server, aimp_format(&t->arena, "https://[fd00::1]:%s", e.service_port));
    /* a file that is named is meant */
    CHECK_INTEGER(help_try(t, (aim_curl_options){.kubeconfig = e.kubeconfig}, &e).code, AIM_E_NOT_FOUND);
}

TEST(pod, without_its_parts_it_is_none) {
    if (!help_folder(t)) return;
    mount m = new_mount(t, "canary-1", help_text(t, "ca.crt"), NULL);
    aimp_environment e = pod(t, &m);
    CHECK_TEXT(help_try(t, IN_CLUSTER, &e).ns, "default");
    e.service_host = NULL;
    help_refusal r = help_try(t, IN_CLUSTER, &e);
    CHECK_INTEGER(r.code, AIM_E_NOT_FOUND);
    CHECK_CONTAINS(r.entries, "this is no pod");
    e = pod(t, &m);
    e.service_port = "x";
    CHECK_INTEGER(help_try(t, IN_CLUSTER, &e).code, AIM_E_DOCUMENT);
    static const struct {
        const char *token, *ca, *says;
    } bad[] = {{NULL, "ca", "/token is missing"},      {"", "ca", "/token is empty"},
               {" \n", "ca", "/token is empty"},       {"canary\r\nX: y", "ca", "/token holds a control character"},
               {"canary", NULL, "/ca.crt is missing"}, {"canary", "", "/ca.crt is empty"},
               {"canary", "x", "/ca.crt holds no PEM"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *ca = bad[i].ca && strcmp(bad[i].ca, "ca") == 0 ? help_text(t, "ca.crt") : bad[i].ca;
        m = new_mount(t, bad[i].token, ca, NULL);
        e = pod(t, &m);
        r = help_try(t, IN_CLUSTER, &e);
        CHECK_INTEGER(r.code, AIM_E_CREDENTIALS);
        CHECK_CONTAINS(r.entries, bad[i].says);
        CHECK_LACKS(r.entries, "canary");
    }
    char *large = aimp_take(&t->arena, 70001);
    memset(large, 'x', 70000);
    large[70000] = '\0';
    m = new_mount(t, large, help_text(t, "ca.crt"), NULL);
    e = pod(t, &m);
    CHECK_INTEGER(help_try(t, IN_CLUSTER, &e).code, AIM_E_LIMIT);
}

TEST(pod, a_proxy_of_the_environment_is_not_for_the_service) {
    if (!help_folder(t)) return;
    mount m = new_mount(t, "canary-1", help_text(t, "ca.crt"), NULL);
    const aimp_environment e = pod(t, &m);
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("no_proxy", "elsewhere.example", 1);
    aim_curl *curl = open_pod(t, &e);
    help_answer a = {0}, b = {0};
    help_ask(t, curl, help_get("/echo"), &a);
    CHECK_INTEGER(a.status, 200);
    aim_curl_free(curl);
    help_once(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS, help_get("/echo"), &b);
    CHECK_INTEGER(b.code, AIM_E_CONNECT); /* while it is for everybody else */
    unsetenv("https_proxy");
    unsetenv("no_proxy");
}

/* --- rotation --- */

static void let_in(test_context *t, const char *header) {
    help_rewrite(t, help_path(t, "accepted"), header);
}

TEST(pod, a_token_is_read_again_when_the_server_refuses_it) {
    if (!help_folder(t)) return;
    mount m = new_mount(t, "canary-1", help_text(t, "ca.crt"), NULL);
    const aimp_environment e = pod(t, &m);
    aim_curl *curl = open_pod(t, &e);
    help_answer a = {0};
    if (!curl) return;
    let_in(t, "Bearer canary-1");
    help_ask(t, curl, help_get("/guarded"), &a);
    CHECK_INTEGER(a.status, 200);
    fill(t, &m, "canary-2", help_text(t, "ca.crt"), NULL);
    help_ask(t, curl, help_get("/guarded"), &a);
    CHECK_INTEGER(a.status, 200); /* nobody asked for the new one yet */
    let_in(t, "Bearer canary-2");
    help_ask(t, curl, help_get("/guarded"), &a);
    CHECK_INTEGER(a.status, 401);
    CHECK_INTEGER(a.code, AIM_OK);
    help_ask(t, curl, help_get("/guarded"), &a);
    CHECK_INTEGER(a.status, 200);
    aim_curl_free(curl);
}

static const char *token_at(test_context *t, aim_curl *curl, uint64_t now_ms, aim_code expected) {
    char message[200] = "";
    CHECK_INTEGER(aimp_credentials_refresh(&curl->credentials, now_ms, message, sizeof message), expected);
    CHECK_LACKS(message, "canary");
    const char *token = aimp_credentials_token(&curl->credentials);
    return token ? aimp_copy_string(&t->arena, token) : NULL;
}

TEST(pod, files_are_read_again_in_time_and_keep_their_last_good_value) {
    if (!help_folder(t)) return;
    mount m = new_mount(t, "canary-1", help_text(t, "ca.crt"), NULL);
    const aimp_environment e = pod(t, &m);
    aim_curl *curl = open_pod(t, &e);
    size_t size;
    if (!curl) return;
    const uint64_t start = aimp_monotonic_ms();
    fill(t, &m, "canary-2", help_text(t, "other.crt"), NULL);
    CHECK_TEXT(token_at(t, curl, start + 40000, AIM_OK), "canary-1");
    CHECK_TEXT(token_at(t, curl, start + 50001, AIM_OK), "canary-2");
    CHECK_TEXT(aimp_credentials_ca(&curl->credentials, &size), help_text(t, "ca.crt"));
    token_at(t, curl, start + 300001, AIM_OK);
    CHECK_TEXT(aimp_credentials_ca(&curl->credentials, &size), help_text(t, "other.crt"));
    fill(t, &m, "", "", NULL);
    CHECK_TEXT(token_at(t, curl, start + 1000000, AIM_OK), "canary-2");
    CHECK_TEXT(aimp_credentials_ca(&curl->credentials, &size), help_text(t, "other.crt"));
    fill(t, &m, "canary\nX: y", NULL, NULL);
    CHECK_TEXT(token_at(t, curl, start + 2000000, AIM_OK), "canary-2");
    aim_curl_free(curl);
}

TEST(pod, a_token_file_wins_over_the_token_beside_it) {
    if (!help_folder(t)) return;
    const char *file = help_write(t, "token", "canary-file");
    const char *user = aimp_format(&t->arena, "token: canary-first, tokenFile: \"%s\"", file);
    help_answer a = {0};
    help_once(t, help_kubeconfig(t, "good", NULL, user), NO_OPTIONS, help_get("/echo"), &a);
    CHECK_CONTAINS(a.body, "Bearer canary-file");
    help_rewrite(t, file, "");
    help_once(t, help_kubeconfig(t, "good", NULL, user), NO_OPTIONS, help_get("/echo"), &a);
    CHECK_CONTAINS(a.body, "Bearer canary-first");
}

typedef struct listener {
    unsigned lines;
    char last[300];
} listener;

static void note_line(int32_t level, const char *text, void *user) {
    listener *l = user;
    l->lines += level == AIM_LOG_WARNING;
    snprintf(l->last, sizeof l->last, "%s", text);
}

TEST(pod, a_failed_reading_is_a_line_in_the_log) {
    if (!help_folder(t)) return;
    mount m = new_mount(t, "canary-1", help_text(t, "ca.crt"), NULL);
    const aimp_environment e = pod(t, &m);
    listener l = {0};
    aim_context *context;
    aim_context_options options = {.struct_size = sizeof options, .log = note_line, .log_user = &l};
    aim_curl_options o = {.struct_size = sizeof o, .flags = AIM_CURL_IN_CLUSTER};
    aim_curl *curl = NULL;
    CHECK_INTEGER(aim_context_new(&options, &context, NULL), AIM_OK);
    CHECK_INTEGER(aimp_curl_new_in(context, &o, &e, &curl, NULL, NULL), AIM_OK);
    if (curl) {
        fill(t, &m, "canary\x01", help_text(t, "ca.crt"), NULL);
        token_at(t, curl, aimp_monotonic_ms() + 60000, AIM_OK);
    }
    CHECK_INTEGER(l.lines, 1);
    CHECK_CONTAINS(l.last, "/token holds a control character");
    CHECK_LACKS(l.last, "canary");
    aim_curl_free(curl);
    aim_context_free(context);
}
