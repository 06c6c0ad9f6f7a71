/* Credential plugins: shell scripts that answer well, badly, or not at all. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "help.h"

#define ALL ((const char *const[]){"*"})
#define V1 "client.authentication.k8s.io/v1"
#define V1BETA1 "client.authentication.k8s.io/v1beta1"

/* An executable script; its folder is answered in *folder when that is not NULL. */
static const char *script(test_context *t, const char *text) {
    const char *path = help_write(t, "plugin", aimp_format(&t->arena, "#!/bin/sh\n%s\n", text));
    chmod(path, 0700);
    return path;
}

static const char *answer_with(test_context *t, const char *status) {
    return aimp_format(&t->arena, "echo '{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":%s}'",
                       status);
}

static const char *config_with(test_context *t, const char *command, const char *more) {
    return help_kubeconfig(t, "good", NULL,
                           aimp_format(&t->arena,
                                       "exec: {apiVersion: " V1 ", interactiveMode: Never, command: \"%s\"%s%s}",
                                       command, *more ? ", " : "", more));
}

static help_answer run(test_context *t, const char *text, const char *more, const char *target) {
    help_answer a = {0};
    help_once(t, config_with(t, script(t, text), more), (aim_curl_options){.plugins = ALL, .plugin_count = 1},
              help_get(target), &a);
    return a;
}

static void check_failed(test_context *t, const help_answer *a, const char *says) {
    CHECK_INTEGER(a->code, AIM_E_CREDENTIALS);
    CHECK_INTEGER(a->phase, AIM_END_UNSENT);
    CHECK_CONTAINS(a->message, says);
    CHECK_LACKS(a->message, "canary");
}

/* --- who may --- */

TEST(plugin, none_is_run_unless_the_program_says_so) {
    if (!help_folder(t)) return;
    const char *marker = help_path(t, "was-run");
    const char *path = script(t, aimp_format(&t->arena, "touch '%s'", marker));
    const char *config = config_with(t, path, "");
    const help_refusal r = help_try(t, (aim_curl_options){.kubeconfig = config}, NULL);
    CHECK_INTEGER(r.code, AIM_E_DOCUMENT);
    CHECK_CONTAINS(r.entries, "which the program does not allow");
    CHECK(access(marker, F_OK) != 0);
}

TEST(plugin, names_and_paths_are_told_apart) {
    if (!help_folder(t)) return;
    const char *path = script(t, "exit 1");
    const char *folder = aimp_copy(&t->arena, path, strlen(path) - strlen("/plugin"));
    const char *old_path = aimp_copy_string(&t->arena, getenv("PATH"));
    const char *with = aimp_format(&t->arena, "%s:%s", folder, old_path);
    const char *relative = aimp_format(&t->arena, "plugin:.:%s", old_path);
    const struct {
        const char *allowed, *command, *search;
        bool is_allowed;
    } rows[] = {{"plugin", "plugin", with, true},
                {path, path, with, true},
                {"plugin", path, with, true},
                {path, "plugin", with, true},
                {"plugin", path, old_path, false},
                {path, "plugin", old_path, false},
                {"other", "plugin", with, false},
                {"plugin", "/elsewhere/plugin", with, false},
                {"/elsewhere/plugin", path, with, false},
                {"*", "/elsewhere/plugin", with, true},
                {"plug*", "plugin", with, false},
                {"plugin", path, relative, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const aim_curl_options o = {.plugins = &rows[i].allowed, .plugin_count = 1};
        setenv("PATH", rows[i].search, 1);
        if (aimp_plugin_allowed(&t->arena, &o, rows[i].command) != rows[i].is_allowed)
            FAIL("%s against %s", rows[i].command, rows[i].allowed);
        setenv("PATH", old_path, 1);
    }
    static const char *const star_and_more[] = {"*", "x"};
    const aim_curl_options o = {.plugins = star_and_more, .plugin_count = 2};
    CHECK(!aimp_plugin_allowed(&t->arena, &o, "plugin"));
}

/* --- what it gets and gives --- */

TEST(plugin, its_token_is_used_and_kept) {
    if (!help_folder(t)) return;
    const char *count = help_write(t, "count", "");
    const char *text = aimp_format(&t->arena, "echo x >>'%s'; %s", count, answer_with(t, "{\"token\":\"canary-p\"}"));
    aim_curl *curl =
        help_open(t, config_with(t, script(t, text), ""), (aim_curl_options){.plugins = ALL, .plugin_count = 1});
    help_answer a = {0};
    for (int i = 0; i < 3; i++) {
        help_ask(t, curl, help_get("/echo"), &a);
        CHECK_CONTAINS(a.body, "[\"authorization\", \"Bearer canary-p\"]");
    }
    CHECK_TEXT(test_read_file(t, count, NULL), "x\n");
    aim_curl_free(curl);
}

TEST(plugin, its_certificate_is_shown) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *text =
        aimp_format(&t->arena,
                    "c=$(sed 's/$/\\\\n/' '%s' | tr -d '\\n'); k=$(sed 's/$/\\\\n/' '%s' | tr -d '\\n')\n"
                    "printf '%%s' '{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{"
                    "\"clientCertificateData\":\"'\"$c\"'\",\"clientKeyData\":\"'\"$k\"'\"}}'",
                    help_path(t, "client.crt"), help_path(t, "client.key"));
    const char *user =
        aimp_format(&t->arena, "exec: {apiVersion: " V1 ", interactiveMode: Never, command: \"%s\"}", script(t, text));
    help_once(t, help_kubeconfig(t, "client", NULL, user), (aim_curl_options){.plugins = ALL, .plugin_count = 1},
              help_get("/peer"), &a);
    CHECK_CONTAINS(a.body, "\"user\": \"tester\"");
}

TEST(plugin, it_is_asked_as_kubectl_asks) {
    if (!help_folder(t)) return;
    const char *said = help_path(t, "said");
    const char *text = aimp_format(&t->arena,
                                   "{ echo \"$0|$1|$2|$3\"; echo \"$A|$HOME\"; echo \"$KUBERNETES_EXEC_INFO\"; "
                                   "cat; ls /proc/self/fd | wc -l; ps -o pgid= -p $$; echo $$; } >'%s'; %s",
                                   said, answer_with(t, "{\"token\":\"x\"}"));
    help_answer a = {0};
    setenv("A", "not this", 1);
    const char *user =
        aimp_format(&t->arena,
                    "exec: {apiVersion: " V1 ", interactiveMode: IfAvailable, command: \"%s\", args: [one, "
                    "\"two; three\", \"$HOME\"], env: [{name: A, value: \"b c\"}], provideClusterInfo: true}",
                    script(t, text));
    const char *cluster = aimp_format(&t->arena,
                                      "tls-server-name: localhost, certificate-authority-data: %s, extensions: [{name: "
                                      "client.authentication.k8s.io/exec, extension: {audience: \"x\"}}]",
                                      help_base64(t, "ca.crt"));
    help_once(t, help_kubeconfig(t, "good", cluster, user), (aim_curl_options){.plugins = ALL, .plugin_count = 1},
              help_get("/echo"), &a);
    unsetenv("A");
    CHECK_INTEGER(a.status, 200);
    const char *got = help_text(t, "said");
    CHECK_CONTAINS(got, "|one|two; three|$HOME\n");
    CHECK_CONTAINS(got, "b c|");
    CHECK_CONTAINS(got, "{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"spec\":{\"cluster\":{");
    CHECK_CONTAINS(got, aimp_format(&t->arena, "\"certificate-authority-data\":\"%s\"", help_base64(t, "ca.crt")));
    CHECK_CONTAINS(got, "\"config\":{\"audience\":\"x\"}");
    CHECK_CONTAINS(got, aimp_format(&t->arena, "\"server\":\"https://localhost:%u\"", help_port(t, "good")));
    CHECK_CONTAINS(got, "\"tls-server-name\":\"localhost\"");
    CHECK_CONTAINS(got, "\"interactive\":false");
    const char *tail = strstr(got, "\"interactive\"");
    int files = 0, group = 0, own = 0;
    CHECK_INTEGER(sscanf(strchr(tail, '\n'), "%d %d %d", &files, &group, &own), 3);
    CHECK(files <= 5); /* 0, 1, 2 and what the shell needs for ls */
    CHECK_INTEGER(group, own);
}

TEST(plugin, the_cluster_is_told_only_on_request) {
    if (!help_folder(t)) return;
    const char *text = aimp_format(&t->arena, "echo \"$KUBERNETES_EXEC_INFO\" >'%s'; %s", help_path(t, "asked"),
                                   answer_with(t, "{\"token\":\"x\"}"));
    help_answer a = run(t, text, "", "/echo");
    CHECK_INTEGER(a.status, 200);
    CHECK_TEXT(help_text(t, "asked"),
               "{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"spec\":{\"interactive\":false}}\n");
}

/* --- what goes wrong --- */

TEST(plugin, one_that_is_missing_says_how_to_install_it) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *config = config_with(t, "no-such-plugin", "installHint: \"get it\\nfrom \\e[31mhere\"");
    help_once(t, config, (aim_curl_options){.plugins = ALL, .plugin_count = 1}, help_get("/echo"), &a);
    check_failed(t, &a, "the credential plugin no-such-plugin is not installed: get it from  [31mhere");
    const char *file = help_write(t, "plain", "x");
    help_once(t, config_with(t, file, ""), (aim_curl_options){.plugins = ALL, .plugin_count = 1}, help_get("/echo"),
              &a);
    check_failed(t, &a, "is not installed");
}

TEST(plugin, one_that_fails_is_named_with_its_status) {
    if (!help_folder(t)) return;
    help_answer a = run(t, aimp_format(&t->arena, "%s; exit 3", answer_with(t, "{\"token\":\"canary\"}")), "", "/echo");
    check_failed(t, &a, "ended with exit status 3");
    a = run(t, "kill -9 $$", "", "/echo");
    check_failed(t, &a, "was killed");
}

TEST(plugin, answers_that_cannot_be_used_are_refused) {
    if (!help_folder(t)) return;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "it is no JSON object"},
        {"canary", "it is no JSON object"},
        {"[]", "it is no JSON object"},
        {"{\"apiVersion\":\"" V1 "\",\"kind\":\"Pod\",\"status\":{\"token\":\"canary\"}}", "it is no ExecCredential"},
        {"{\"apiVersion\":\"" V1BETA1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"canary\"}}",
         "its apiVersion is not that of the kubeconfig"},
        {"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\"}", "it has no status"},
        {"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{}}", "it has neither a token nor"},
        {"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"\"}}",
         "it has neither a token nor"},
        {"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":7}}", "no string"},
        {"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"canary\\r\\nX: y\"}}",
         "its token holds a control character"},
        {"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"clientKeyData\":\"canary\"}}",
         "one half"},
        {"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t\",\"clientCertificateData\":"
         "\"canary\"}}",
         "one half"},
        {"{\"apiVersion\":\"" V1
         "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"canary\",\"expirationTimestamp\":\"soon\"}}",
         "its expirationTimestamp is no time"},
        {"{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"canary\"}} more",
         "it is no JSON object"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *file = help_write(t, "answer", rows[i].text);
        help_answer a = run(t, aimp_format(&t->arena, "cat '%s'", file), "", "/echo");
        check_failed(t, &a, rows[i].says);
    }
}

TEST(plugin, a_flood_is_cut_off) {
    if (!help_folder(t)) return;
    const uint64_t before = aimp_monotonic_ms();
    help_answer a = run(t, "yes canary | head -c 100000000", "", "/echo");
    check_failed(t, &a, "wrote more than 1 MiB");
    CHECK(aimp_monotonic_ms() - before < 5000);
}

/* Whoever adopts a process may not have buried it yet. */
static bool is_running(pid_t process) {
    char path[64], text[256] = "", state = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "r");
    if (!file) return false;
    const size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    const char *end = size ? strrchr(text, ')') : NULL;
    return end && sscanf(end + 1, " %c", &state) == 1 && state != 'Z';
}

TEST(plugin, one_that_hangs_is_killed_with_its_children) {
    if (!help_folder(t)) return;
    const char *pids = help_path(t, "pids");
    const char *text = aimp_format(&t->arena, "sleep 50 & echo $! >'%s'; wait", pids);
    aim_curl *curl =
        help_open(t, config_with(t, script(t, text), ""), (aim_curl_options){.plugins = ALL, .plugin_count = 1});
    help_answer a = {0};
    if (!curl) return;
    curl->credentials.plugin.timeout_ms = 500;
    const uint64_t before = aimp_monotonic_ms();
    help_ask(t, curl, help_get("/echo"), &a);
    check_failed(t, &a, "did not answer in time");
    const uint64_t took = aimp_monotonic_ms() - before;
    if (took < 490 || took > 1500) FAIL("it took %llu ms", (unsigned long long)took);
    const pid_t child = (pid_t)atoi(help_text(t, "pids"));
    CHECK(child > 1);
    unsigned looks = 0;
    while (looks < 50 && is_running(child)) {
        help_sleep_ms(20);
        looks++;
    }
    if (looks == 50) FAIL("its child goes on");
    aim_curl_free(curl);
}

TEST(plugin, cancelling_does_not_wait_for_it) {
    if (!help_folder(t)) return;
    aim_curl *curl =
        help_open(t, config_with(t, script(t, "sleep 50"), ""), (aim_curl_options){.plugins = ALL, .plugin_count = 1});
    help_answer a = {0};
    aim_receiver receiver;
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    aim_request q = help_get("/echo");
    help_receiver(t, &a, &receiver);
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_OK);
    CHECK_INTEGER(transport.poll(100, transport.user), AIM_OK);
    const pid_t process = curl->credentials.plugin.process;
    CHECK(process > 0);
    const uint64_t before = aimp_monotonic_ms();
    transport.cancel(1, transport.user);
    CHECK_INTEGER(transport.poll(0, transport.user), AIM_OK);
    CHECK_INTEGER(curl->credentials.plugin.process, 0);
    CHECK(process > 0 && kill(process, 0) != 0);
    aim_curl_free(curl);
    CHECK(aimp_monotonic_ms() - before < 100 + help_slack_ms());
    CHECK_INTEGER(a.ends, 0);
}

TEST(plugin, a_deadline_of_the_request_counts_while_it_runs) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    aim_request q = help_get("/echo");
    q.timeout_ms = 300;
    help_once(t, config_with(t, script(t, "sleep 50"), ""), (aim_curl_options){.plugins = ALL, .plugin_count = 1}, q,
              &a);
    CHECK_INTEGER(a.code, AIM_E_TIMEOUT);
    CHECK_INTEGER(a.phase, AIM_END_UNSENT);
}

TEST(plugin, one_that_must_ask_needs_a_terminal) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *user = aimp_format(&t->arena, "exec: {apiVersion: " V1 ", interactiveMode: Always, command: \"%s\"}",
                                   script(t, answer_with(t, "{\"token\":\"x\"}")));
    help_once(t, help_kubeconfig(t, "good", NULL, user), (aim_curl_options){.plugins = ALL, .plugin_count = 1},
              help_get("/echo"), &a);
    check_failed(t, &a, "has to ask at a terminal");
}

TEST(plugin, one_that_may_ask_gets_the_terminal) {
    if (!help_folder(t)) return;
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), kept = dup(STDIN_FILENO);
    CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    const int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    const char *said = help_path(t, "terminal-said");
    const char *text = aimp_format(&t->arena,
                                   "read line; echo \"$KUBERNETES_EXEC_INFO\" >'%s'; echo '{\"apiVersion\":\"" V1
                                   "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"'\"$line\"'\"}}'",
                                   said);
    const char *user =
        aimp_format(&t->arena, "exec: {apiVersion: " V1 ", interactiveMode: Always, command: \"%s\"}", script(t, text));
    help_answer a = {0};
    CHECK(dup2(slave, STDIN_FILENO) == STDIN_FILENO);
    CHECK(write(master, "typed-in\n", 9) == 9);
    aim_curl_options o = {.plugins = ALL, .plugin_count = 1, .flags = AIM_CURL_INTERACTIVE};
    help_once(t, help_kubeconfig(t, "good", NULL, user), o, help_get("/echo"), &a);
    dup2(kept, STDIN_FILENO);
    close(kept), close(slave), close(master);
    CHECK_CONTAINS(a.body, "Bearer typed-in");
    CHECK_CONTAINS(help_text(t, "terminal-said"), "\"interactive\":true");
}

TEST(plugin, rules_of_the_kubeconfig_are_checked) {
    if (!help_folder(t)) return;
    static const struct {
        const char *exec, *says;
    } rows[] = {
        {"apiVersion: " V1 ", command: x", "a plugin of " V1 " needs interactiveMode"},
        {"apiVersion: " V1BETA1 ", command: x", ""},
        {"apiVersion: client.authentication.k8s.io/v1alpha1, command: x", "apiVersion of the plugin is neither"},
        {"command: x", "apiVersion of the plugin is neither"},
        {"apiVersion: " V1 ", interactiveMode: Never", "the plugin has no command"},
        {"apiVersion: " V1 ", interactiveMode: never, command: x", "is none of Never"},
        {"apiVersion: " V1 ", interactiveMode: Never, command: x, env: [{name: \"a=b\", value: canary}]",
         "a variable of the plugin has no name, or one with ="}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *config = help_kubeconfig(t, "good", NULL, aimp_format(&t->arena, "exec: {%s}", rows[i].exec));
        aim_curl_options o = {.kubeconfig = config, .plugins = ALL, .plugin_count = 1};
        const help_refusal r = help_try(t, o, NULL);
        CHECK_INTEGER(r.code, *rows[i].says ? AIM_E_DOCUMENT : AIM_OK);
        CHECK_CONTAINS(r.entries, rows[i].says);
        CHECK_LACKS(r.entries, "canary");
    }
    const char *both = help_kubeconfig(t, "good", NULL, "token: canary, exec: {apiVersion: " V1BETA1 ", command: x}");
    const help_refusal r = help_try(t, (aim_curl_options){.kubeconfig = both}, NULL);
    CHECK_INTEGER(r.code, AIM_OK); /* nobody has to allow what is not run */
    CHECK_CONTAINS(r.entries, "the plugin is not run");
}

/* --- time --- */

static const char *stamp(test_context *t, int offset_s) {
    const time_t when = time(NULL) + offset_s;
    struct tm parts;
    char text[40];
    gmtime_r(&when, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return aimp_copy_string(&t->arena, text);
}

/* How often a plugin ran for three requests with a pause between them. */
static size_t runs_for(test_context *t, int lifetime_s, unsigned pause_ms) {
    const char *count = help_write(t, "count", "");
    const char *status =
        aimp_format(&t->arena, "{\"token\":\"x\",\"expirationTimestamp\":\"%s\"}", stamp(t, lifetime_s));
    const char *text = aimp_format(&t->arena, "echo x >>'%s'; %s", count, answer_with(t, status));
    aim_curl *curl =
        help_open(t, config_with(t, script(t, text), ""), (aim_curl_options){.plugins = ALL, .plugin_count = 1});
    size_t size = 0;
    for (int i = 0; i < 3 && curl; i++) {
        help_answer a = {0};
        if (i) help_sleep_ms(pause_ms);
        help_ask(t, curl, help_get("/echo"), &a);
        CHECK_INTEGER(a.status, 200);
    }
    test_read_file(t, count, &size);
    aim_curl_free(curl);
    return size / 2;
}

TEST(plugin, an_answer_is_renewed_when_it_expires_and_not_before) {
    if (!help_folder(t)) return;
    CHECK_INTEGER(runs_for(t, 3600, 1100), 1);
    CHECK_INTEGER(runs_for(t, 1, 2100), 3);
    CHECK_INTEGER(runs_for(t, -3600, 0), 1); /* expired at once: no more than one a second */
    CHECK_INTEGER(runs_for(t, -3600, 1100), 3);
}

TEST(plugin, a_refusal_of_the_server_asks_it_again) {
    if (!help_folder(t)) return;
    const char *token = help_write(t, "token", "canary-1");
    const char *text =
        aimp_format(&t->arena,
                    "echo '{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"'"
                    "\"$(cat '%s')\"'\"}}'",
                    token);
    aim_curl *curl =
        help_open(t, config_with(t, script(t, text), ""), (aim_curl_options){.plugins = ALL, .plugin_count = 1});
    help_answer a = {0};
    help_rewrite(t, help_path(t, "accepted"), "Bearer canary-1");
    help_ask(t, curl, help_get("/guarded"), &a);
    CHECK_INTEGER(a.status, 200);
    help_rewrite(t, token, "canary-2");
    help_rewrite(t, help_path(t, "accepted"), "Bearer canary-2");
    help_ask(t, curl, help_get("/guarded"), &a);
    CHECK_INTEGER(a.status, 401);
    help_ask(t, curl, help_get("/guarded"), &a);
    CHECK_INTEGER(a.status, 200);
    aim_curl_free(curl);
}

TEST(plugin, several_requests_wait_for_one_run) {
    if (!help_folder(t)) return;
    const char *count = help_write(t, "count", "");
    const char *text =
        aimp_format(&t->arena, "echo x >>'%s'; sleep 0.2; %s", count, answer_with(t, "{\"token\":\"x\"}"));
    aim_curl *curl =
        help_open(t, config_with(t, script(t, text), ""), (aim_curl_options){.plugins = ALL, .plugin_count = 1});
    help_answer a[4] = {{0}};
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    for (unsigned i = 0; i < 4; i++) {
        aim_receiver receiver;
        aim_request q = help_get("/echo");
        q.id = i + 1;
        help_receiver(t, &a[i], &receiver);
        CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_OK);
    }
    for (unsigned round = 0; round < 100 && a[0].ends + a[1].ends + a[2].ends + a[3].ends < 4; round++)
        transport.poll(500, transport.user);
    for (unsigned i = 0; i < 4; i++)
        CHECK_INTEGER(a[i].status, 200);
    CHECK_TEXT(test_read_file(t, count, NULL), "x\n");
    aim_curl_free(curl);
}

TEST(plugin, a_host_that_ignores_its_children_is_served) {
    if (!help_folder(t)) return;
    struct sigaction before, ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGCHLD, &ignore, &before);
    help_answer a = run(t, answer_with(t, "{\"token\":\"canary-p\"}"), "", "/echo");
    sigaction(SIGCHLD, &before, NULL);
    CHECK_CONTAINS(a.body, "Bearer canary-p");
}

TEST(plugin, no_file_descriptor_and_no_process_is_left) {
    if (!help_folder(t)) return;
    help_answer a = run(t, answer_with(t, "{\"token\":\"x\"}"), "", "/echo");
    CHECK_INTEGER(a.status, 200);
    const size_t before = help_open_files();
    for (int i = 0; i < 3; i++) {
        run(t, answer_with(t, "{\"token\":\"x\"}"), "", "/echo");
        run(t, "exit 1", "", "/echo");
        run(t, "yes | head -c 3000000", "", "/echo");
    }
    CHECK_INTEGER(help_open_files(), before);
}

/* --- its memory --- */

TEST(plugin, every_allocation_may_fail_while_it_runs) {
    if (!help_folder(t)) return;
    const char *config = config_with(t, script(t, answer_with(t, "{\"token\":\"canary\"}")), "");
    size_t at = 1;
    for (bool met = true; met && at < 200; at++) {
        aim_curl *curl = help_open(t, config, (aim_curl_options){.plugins = ALL, .plugin_count = 1});
        help_answer a = {0};
        aim_receiver receiver;
        if (!curl) return;
        aim_transport transport = help_transport(t, curl);
        aim_request q = help_get("/status/204");
        help_receiver(t, &a, &receiver);
        /* What the receiver keeps comes from the test's arena: there has to be room. */
        aimp_mark mark = aimp_arena_mark(&t->arena);
        aimp_take(&t->arena, 1 << 16);
        aimp_arena_rewind(&t->arena, mark);
        t->allocations = t->failed_allocations = 0;
        t->fail_at = at;
        aim_code code = transport.start(&q, &receiver, transport.user);
        for (int i = 0; i < 100 && code == AIM_OK && !a.ends; i++) {
            const size_t fail_at = t->fail_at;
            code = transport.poll(100, transport.user);
            t->fail_at = fail_at;
        }
        met = t->failed_allocations > 0;
        t->fail_at = 0;
        if (code == AIM_OK) code = a.code;
        if (code != (met ? AIM_E_NO_MEMORY : AIM_OK)) FAIL("allocation %zu: %s", at, aim_code_name(code));
        aim_curl_free(curl);
    }
    CHECK(at > 8 && at < 200);
}
