/* What comes over the wire, good and bad. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "help.h"

#define NO_OPTIONS ((aim_curl_options){0})

TEST(wire, a_request_carries_what_it_was_given_and_what_belongs_to_the_connection) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    aim_request q = help_get("/echo?x=1%20y");
    q.method = AIM_METHOD_PATCH;
    q.content_type = "application/apply-patch+yaml";
    q.body = "{\"a\":1}";
    q.body_size = 7;
    const char *config = help_kubeconfig(t, "good", NULL, "token: canary-token");
    help_once(t, config, (aim_curl_options){.user_agent = "probe/1"}, q, &a);
    CHECK_INTEGER(a.code, AIM_OK);
    CHECK_INTEGER(a.phase, AIM_END_COMPLETE);
    CHECK_INTEGER(a.status, 200);
    CHECK_INTEGER(a.responses, 1);
    CHECK_CONTAINS(a.body, "\"method\": \"PATCH\"");
    CHECK_CONTAINS(a.body, "\"target\": \"/echo?x=1%20y\"");
    CHECK_CONTAINS(a.body, "[\"content-type\", \"application/apply-patch+yaml\"]");
    CHECK_CONTAINS(a.body, "[\"accept\", \"application/json\"]");
    CHECK_CONTAINS(a.body, "[\"authorization\", \"Bearer canary-token\"]");
    CHECK_CONTAINS(a.body, "[\"user-agent\", \"probe/1 libaim/" AIM_VERSION "\"]");
    CHECK_CONTAINS(a.body, "\"body\": \"{\\\"a\\\":1}\"");
    CHECK_LACKS(a.body, "accept-encoding");
    CHECK_LACKS(a.body, "\"expect\"");
    CHECK_TEXT(a.content_type, "application/json");
}

TEST(wire, all_methods_arrive) {
    if (!help_folder(t)) return;
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    for (uint64_t method = AIM_METHOD_GET; method <= AIM_METHOD_DELETE; method++) {
        for (int with_body = 0; with_body < 2 && curl; with_body++) {
            help_answer a = {0};
            aim_request q = help_get("/echo");
            if (method == AIM_METHOD_GET && with_body) continue;
            q.method = method;
            if (with_body) q.body = "{}", q.body_size = 2, q.content_type = "application/json";
            help_ask(t, curl, q, &a);
            CHECK_CONTAINS(a.body, aimp_format(&t->arena, "\"method\": \"%s\"", names[method - 1]));
            CHECK_CONTAINS(a.body, with_body ? "\"body\": \"{}\"" : "\"body\": \"\"");
            if (!with_body) CHECK_LACKS(a.body, "content-type");
        }
    }
    aim_curl_free(curl);
}

/* One GET of a listener; options may be all zero. */
static help_answer get(test_context *t, const char *target, aim_curl_options options) {
    help_answer a = {0};
    help_once(t, help_kubeconfig(t, "good", NULL, NULL), options, help_get(target), &a);
    return a;
}

static help_answer get_with(test_context *t, aim_request q) {
    help_answer a = {0};
    help_once(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS, q, &a);
    return a;
}

TEST(wire, one_connection_serves_many_requests) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    const char *first = NULL;
    for (int i = 0; i < 5 && curl; i++) {
        help_answer a = {0};
        help_ask(t, curl, help_get("/peer"), &a);
        const char *number = a.body ? strstr(a.body, "\"connection\"") : "";
        if (first) CHECK_TEXT(number, first);
        first = number;
    }
    aim_curl_free(curl);
}

TEST(wire, chunks_of_one_byte_are_one_body) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/tiny-chunks", NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_OK);
    CHECK_TEXT(a.body, "{\"kind\":\"PodList\",\"items\":[1,2,3]}");
}

TEST(wire, a_cut_body_with_a_length_is_cut) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/cut-length", NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_E_CUT);
    CHECK_INTEGER(a.phase, AIM_END_LOST);
    CHECK_INTEGER(a.status, 200);
    CHECK_TEXT(a.body, "{\"half\":");
}

TEST(wire, a_cut_chunked_body_is_cut) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/cut-chunked", NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_E_CUT);
    CHECK_INTEGER(a.phase, AIM_END_LOST);
}

/* Nobody can tell on the wire: that is why a fetch wants whole JSON. */
TEST(wire, a_body_without_a_length_ends_where_the_connection_does) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/cut-close", NO_OPTIONS);
    CHECK_TEXT(a.body, "{\"half\":");
    CHECK_INTEGER(a.responses, 1);
    CHECK_INTEGER(a.ends, 1);
}

TEST(wire, an_answer_that_is_cut_at_any_byte_is_lost) {
    if (!help_folder(t)) return;
    const char *config = help_kubeconfig(t, "good", NULL, NULL);
    enum { WHOLE = 72 };
    for (unsigned at = 0; at <= WHOLE; at++) {
        help_answer a = {0};
        help_once(t, config, NO_OPTIONS, help_get(aimp_format(&t->arena, "/cut-at/%u", at)), &a);
        const bool whole = at == WHOLE;
        if ((a.code == AIM_OK) != whole) FAIL("cut at %u: %s", at, aim_code_name(a.code));
        if (a.phase != (whole ? AIM_END_COMPLETE : AIM_END_LOST)) FAIL("cut at %u: phase %d", at, (int)a.phase);
        if (!whole && a.code != AIM_E_CUT && a.code != AIM_E_PROTOCOL) FAIL("cut at %u: %s", at, aim_code_name(a.code));
    }
}

TEST(wire, silence_ends_after_idle_ms) {
    if (!help_folder(t)) return;
    static const char *const targets[] = {"/silence", "/half-silence"};
    for (int i = 0; i < 2; i++) {
        aim_request q = help_get(targets[i]);
        q.idle_ms = 300;
        const uint64_t before = aimp_monotonic_ms();
        help_answer a = get_with(t, q);
        const uint64_t took = aimp_monotonic_ms() - before;
        CHECK_INTEGER(a.code, AIM_E_TIMEOUT);
        CHECK_INTEGER(a.phase, AIM_END_LOST);
        CHECK_CONTAINS(a.message, "silence for 300 ms");
        if (took < 290 || took > 1500) FAIL("it took %llu ms", (unsigned long long)took);
    }
}

TEST(wire, a_stream_that_talks_is_not_silent) {
    if (!help_folder(t)) return;
    aim_request q = help_get("/stream");
    q.flags = AIM_REQUEST_STREAM;
    q.idle_ms = 250; /* something comes every 30 ms */
    q.timeout_ms = 1000;
    help_answer a = get_with(t, q);
    CHECK_INTEGER(a.code, AIM_E_TIMEOUT);
    CHECK_CONTAINS(a.message, "no end for 1000 ms");
    CHECK(a.pieces > 5);
    CHECK_CONTAINS(a.body, "\"n\":5}");
}

TEST(wire, a_slow_answer_has_a_deadline) {
    if (!help_folder(t)) return;
    aim_request q = help_get("/loris");
    q.timeout_ms = 300;
    q.idle_ms = 5000;
    help_answer a = get_with(t, q);
    CHECK_INTEGER(a.code, AIM_E_TIMEOUT);
    CHECK_INTEGER(a.phase, AIM_END_LOST);
    q.timeout_ms = 10000;
    a = get_with(t, q);
    CHECK_INTEGER(a.code, AIM_OK);
    CHECK_TEXT(a.body, "{}");
}

TEST(wire, headers_are_bounded) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/header-bomb", NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_E_LIMIT);
    CHECK_INTEGER(a.responses, 0);
    a = get(t, "/long-header", NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_E_LIMIT);
    a = get(t, "/long-header", (aim_curl_options){.header_bytes = 100000});
    CHECK_INTEGER(a.code, AIM_OK);
    a = get(t, "/status/200", (aim_curl_options){.header_bytes = 10});
    CHECK_INTEGER(a.code, AIM_E_LIMIT);
}

TEST(wire, bodies_are_bounded) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/endless", (aim_curl_options){.body_bytes = 100000});
    CHECK_INTEGER(a.code, AIM_E_LIMIT);
    CHECK_INTEGER(a.phase, AIM_END_LOST);
    CHECK(a.size <= 100000);
    a = get(t, "/bytes/1000", (aim_curl_options){.body_bytes = 1000});
    CHECK_INTEGER(a.code, AIM_OK);
    CHECK_INTEGER(a.size, 1000);
    a = get(t, "/bytes/1001", (aim_curl_options){.body_bytes = 1000});
    CHECK_INTEGER(a.code, AIM_E_LIMIT);
}

TEST(wire, a_stream_has_no_body_limit) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    aim_request q = help_get("/stream");
    q.flags = AIM_REQUEST_STREAM;
    q.timeout_ms = 500;
    help_once(t, help_kubeconfig(t, "good", NULL, NULL), (aim_curl_options){.body_bytes = 40}, q, &a);
    CHECK_INTEGER(a.code, AIM_E_TIMEOUT);
    CHECK(a.size > 40);
}

/* --- gzip --- */

static help_answer get_packed(test_context *t, const char *target, uint32_t flags, aim_curl_options options) {
    help_answer a = {0};
    aim_request q = help_get(target);
    q.flags = flags;
    help_once(t, help_kubeconfig(t, "good", NULL, NULL), options, q, &a);
    return a;
}

TEST(wire, gzip_is_asked_for_only_with_the_flag) {
    if (!help_folder(t)) return;
    help_answer a = get_packed(t, "/echo", AIM_REQUEST_GZIP, NO_OPTIONS);
    CHECK_CONTAINS(a.body, "[\"accept-encoding\", \"gzip\"]");
    a = get_packed(t, "/gzip", AIM_REQUEST_GZIP, NO_OPTIONS);
    CHECK_TEXT(a.body, "{\"packed\":true}");
    a = get_packed(t, "/echo", AIM_REQUEST_GZIP | AIM_REQUEST_STREAM, NO_OPTIONS);
    CHECK_LACKS(a.body, "accept-encoding");
    CHECK_INTEGER(a.status, 200);
    help_answer off = {0};
    aim_request q = help_get("/echo");
    q.flags = AIM_REQUEST_GZIP;
    help_once(t, help_kubeconfig(t, "good", "disable-compression: true", NULL), NO_OPTIONS, q, &off);
    CHECK_LACKS(off.body, "accept-encoding");
    CHECK_INTEGER(off.status, 200);
}

TEST(wire, gzip_that_nobody_asked_for_is_refused) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/gzip-unasked", NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_E_PROTOCOL);
    CHECK_INTEGER(a.pieces, 0);
}

TEST(wire, what_gzip_unpacks_is_bounded) {
    if (!help_folder(t)) return;
    help_answer a = get_packed(t, "/gzip-bomb", AIM_REQUEST_GZIP, (aim_curl_options){.body_bytes = 1 << 20});
    CHECK_INTEGER(a.code, AIM_E_LIMIT);
    CHECK(a.size <= 1 << 20);
}

TEST(wire, broken_gzip_is_a_broken_answer) {
    if (!help_folder(t)) return;
    static const char *const targets[] = {"/gzip-broken", "/gzip-members"};
    for (int i = 0; i < 2; i++) {
        help_answer a = get_packed(t, targets[i], AIM_REQUEST_GZIP, NO_OPTIONS);
        CHECK_INTEGER(a.code, AIM_E_PROTOCOL);
        CHECK_INTEGER(a.phase, AIM_END_LOST);
    }
}

/* --- heads --- */

TEST(wire, redirects_are_answers_and_are_not_followed) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/redirect", NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_OK);
    CHECK_INTEGER(a.status, 302);
    a = get(t, "/counts", NO_OPTIONS);
    CHECK_LACKS(a.body, "elsewhere");
    CHECK_CONTAINS(a.body, "connections");
}

TEST(wire, informational_answers_are_not_handed_over) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/informational", NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_OK);
    CHECK_INTEGER(a.responses, 1);
    CHECK_INTEGER(a.status, 200);
    CHECK_INTEGER(a.warning_count, 0);
}

TEST(wire, the_head_has_what_a_fetch_needs) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/warnings", NO_OPTIONS);
    CHECK_INTEGER(a.status, 429);
    CHECK_INTEGER(a.warning_count, 2);
    CHECK_TEXT(a.warnings[0], "299 - \"first\"");
    CHECK_TEXT(a.warnings[1], "299 - \"second\"");
    CHECK_TEXT(a.retry_after, "7");
    CHECK_TEXT(a.date, "Thu, 01 Jan 2026 00:00:00 GMT");
}

TEST(wire, what_is_no_http_is_refused) {
    if (!help_folder(t)) return;
    help_answer a = get(t, "/old-http", NO_OPTIONS);
    CHECK_INTEGER(a.code, AIM_E_PROTOCOL);
    CHECK_INTEGER(a.responses, 0);
}

TEST(wire, a_path_in_front_of_the_server_stays) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *text = help_text(t, "port.good");
    const char *config = help_write(
        t, "config",
        aimp_format(&t->arena,
                    "current-context: it\n"
                    "clusters: [{name: c, cluster: {server: \"https://localhost:%s/k8s/clusters/c-1/?x=1#y\", "
                    "certificate-authority: ../ca.crt}}]\n"
                    "contexts: [{name: it, context: {cluster: c, user: u}}]\nusers: [{name: u}]\n",
                    text));
    help_once(t, config, NO_OPTIONS, help_get("/echo?a=1"), &a);
    CHECK_CONTAINS(a.body, "\"target\": \"/k8s/clusters/c-1/echo?a=1\"");
}

TEST(wire, plain_http_carries_no_credentials) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *config = help_kubeconfig(t, "plain", NULL, "token: canary-token, as: somebody");
    help_once(t, config, NO_OPTIONS, help_get("/echo"), &a);
    CHECK_INTEGER(a.status, 200);
    CHECK_LACKS(a.body, "canary");
    CHECK_LACKS(a.body, "authorization");
    CHECK_LACKS(a.body, "impersonate");
}

TEST(wire, impersonation_and_basic_credentials_are_headers) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *user = "username: me, password: \"p:w\", as: bob, as-uid: \"7\", as-groups: [a, b], "
                       "as-user-extra: {\"ex/am ple\": [one, two], none: [\"\"]}";
    help_once(t, help_kubeconfig(t, "good", NULL, user), NO_OPTIONS, help_get("/echo"), &a);
    CHECK_CONTAINS(a.body, "[\"authorization\", \"Basic bWU6cDp3\"]");
    CHECK_CONTAINS(a.body, "[\"impersonate-user\", \"bob\"]");
    CHECK_CONTAINS(a.body, "[\"impersonate-uid\", \"7\"]");
    CHECK_CONTAINS(a.body, "[\"impersonate-group\", \"a\"], [\"impersonate-group\", \"b\"]");
    CHECK_CONTAINS(a.body, "[\"impersonate-extra-ex%2fam%20ple\", \"one\"]");
    CHECK_CONTAINS(a.body, "[\"impersonate-extra-ex%2fam%20ple\", \"two\"]");
    CHECK_CONTAINS(a.body, "[\"impersonate-extra-none\", \"\"]");
    static const char *const groups[] = {"x"};
    help_answer b = {0};
    help_once(t, help_kubeconfig(t, "good", NULL, user),
              (aim_curl_options){.as_user = "eve", .as_groups = groups, .as_group_count = 1}, help_get("/echo"), &b);
    CHECK_CONTAINS(b.body, "[\"impersonate-user\", \"eve\"]");
    CHECK_CONTAINS(b.body, "[\"impersonate-group\", \"x\"]");
    CHECK_LACKS(b.body, "bob");
    CHECK_LACKS(b.body, "impersonate-uid");
    CHECK_LACKS(b.body, "impersonate-extra");
}

/* --- targets --- */

TEST(wire, a_target_that_means_something_else_is_not_sent) {
    if (!help_folder(t)) return;
    static const char *const bad[] = {"",       "echo", "/a b",  "/a\r\nX: y", "/a/../b", "/..",      "/.",
                                      "/a/./b", "/a#b", "/\x7f", "/\xc3\xa4",  "/a\\b",   "/a/..?x=1"};
    static const char *const good[] = {"/a..b", "/a?x=..&y=/../", "/...", "/a%2Fb"};
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    help_answer a = {0};
    aim_receiver receiver;
    help_receiver(t, &a, &receiver);
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        aim_request q = help_get(bad[i]);
        if (transport.start(&q, &receiver, transport.user) != AIM_E_ARGUMENT) FAIL("%s was taken", bad[i]);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        aim_request q = help_get(good[i]);
        q.id = i + 1;
        if (transport.start(&q, &receiver, transport.user) != AIM_OK) FAIL("%s was not taken", good[i]);
        transport.cancel(q.id, transport.user);
    }
    aim_curl_free(curl);
}

TEST(wire, requests_that_break_a_rule_are_not_begun) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    help_answer a = {0};
    aim_receiver receiver, deaf;
    help_receiver(t, &a, &receiver);
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    aim_request q = help_get("/echo");
    deaf = receiver;
    deaf.data = NULL;
    CHECK_INTEGER(transport.start(NULL, &receiver, transport.user), AIM_E_ARGUMENT);
    CHECK_INTEGER(transport.start(&q, &deaf, transport.user), AIM_E_ARGUMENT);
    q.id = 0;
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_E_ARGUMENT);
    q = help_get("/echo");
    q.method = 6;
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_E_ARGUMENT);
    q = help_get("/echo");
    q.accept = "a\r\nX-Evil: 1";
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_E_ARGUMENT);
    q = help_get("/echo");
    q.flags = 0x80;
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_E_STRUCT);
    q = help_get("/echo");
    q.struct_size = 8;
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_E_STRUCT);
    q = help_get("/echo");
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_OK);
    CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_E_ARGUMENT); /* the id is taken */
    aim_curl_free(curl);
    CHECK_INTEGER(a.ends, 0);
}

/* --- proxies --- */

TEST(wire, a_proxy_of_the_kubeconfig_carries_and_sees_no_credentials) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *proxy =
        aimp_format(&t->arena, "proxy-url: \"http://me:canary-proxy@localhost:%u\"", help_port(t, "proxy"));
    setenv("no_proxy", "localhost", 1); /* counts for a proxy of the environment only */
    help_once(t, help_kubeconfig(t, "good", proxy, "token: canary-token"), NO_OPTIONS, help_get("/counts"), &a);
    unsetenv("no_proxy");
    CHECK_INTEGER(a.status, 200);
    CHECK_CONTAINS(a.body, "\"tunnels\": 1");
    CHECK_CONTAINS(a.body, "\"secrets at the proxy\": 0");
}

TEST(wire, a_proxy_that_refuses_means_that_nothing_was_sent) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *config = help_write(
        t, "config",
        aimp_format(&t->arena,
                    "current-context: it\n"
                    "clusters: [{name: c, cluster: {server: \"https://refused.example:6443\", certificate-authority: "
                    "../ca.crt, proxy-url: \"http://me:canary-proxy@localhost:%u\"}}]\n"
                    "contexts: [{name: it, context: {cluster: c, user: u}}]\nusers: [{name: u}]\n",
                    help_port(t, "proxy")));
    help_once(t, config, NO_OPTIONS, help_get("/echo"), &a);
    CHECK_INTEGER(a.phase, AIM_END_UNSENT);
    CHECK_INTEGER(a.code, AIM_E_CONNECT);
    CHECK_LACKS(a.message, "canary");
}

/* --- who cannot be reached --- */

TEST(wire, a_refused_connection_is_unsent) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *config =
        help_write(t, "config",
                   "current-context: it\nclusters: [{name: c, cluster: {server: \"https://127.0.0.1:1\", "
                   "certificate-authority: ../ca.crt}}]\ncontexts: [{name: it, context: {cluster: c, user: u}}]\n"
                   "users: [{name: u, user: {token: canary-token}}]\n");
    help_once(t, config, NO_OPTIONS, help_get("/echo"), &a);
    CHECK_INTEGER(a.code, AIM_E_CONNECT);
    CHECK_INTEGER(a.phase, AIM_END_UNSENT);
    CHECK_CONTAINS(a.message, "https://127.0.0.1:1: ");
    CHECK_LACKS(a.message, "canary");
}

TEST(wire, a_name_that_nobody_knows_is_unsent) {
    if (!help_folder(t)) return;
    help_answer a = {0};
    const char *config =
        help_write(t, "config",
                   "current-context: it\nclusters: [{name: c, cluster: {server: \"https://nobody.invalid\", "
                   "certificate-authority: ../ca.crt}}]\ncontexts: [{name: it, context: {cluster: c, user: u}}]\n"
                   "users: [{name: u}]\n");
    help_once(t, config, NO_OPTIONS, help_get("/echo"), &a);
    CHECK(a.code == AIM_E_CONNECT || a.code == AIM_E_TIMEOUT);
    CHECK_INTEGER(a.phase, AIM_END_UNSENT);
}

TEST(wire, a_server_that_hangs_up_or_keeps_quiet_is_unsent) {
    if (!help_folder(t)) return;
    help_answer a = {0}, b = {0};
    help_once(t, help_kubeconfig(t, "closing", NULL, NULL), NO_OPTIONS, help_get("/echo"), &a);
    CHECK_INTEGER(a.code, AIM_E_CONNECT);
    CHECK_INTEGER(a.phase, AIM_END_UNSENT);
    help_once(t, help_kubeconfig(t, "mute", NULL, NULL), (aim_curl_options){.connect_timeout_ms = 300},
              help_get("/echo"), &b);
    CHECK_INTEGER(b.code, AIM_E_TIMEOUT);
    CHECK_INTEGER(b.phase, AIM_END_UNSENT);
}

/* --- what must not be sent twice --- */

static unsigned count_of(test_context *t, const char *what) {
    help_answer a = get(t, "/counts", NO_OPTIONS);
    const char *found = a.body ? strstr(a.body, aimp_format(&t->arena, "\"%s\": ", what)) : NULL;
    return found ? (unsigned)atoi(strchr(found, ':') + 1) : 0;
}

TEST(wire, a_post_is_not_sent_again_on_a_dead_connection) {
    if (!help_folder(t)) return;
    aim_curl *curl = help_open(t, help_kubeconfig(t, "good", NULL, NULL), NO_OPTIONS);
    help_answer first = {0}, second = {0};
    aim_request q = help_get("/echo");
    if (!curl) return;
    help_ask(t, curl, help_get("/die-next"), &first);
    q.method = AIM_METHOD_POST;
    help_ask(t, curl, q, &second);
    CHECK_INTEGER(second.status, 200);
    CHECK_INTEGER(count_of(t, "died POST"), 0); /* it took a new connection at once */
    q.target = "/cut-head";
    help_ask(t, curl, q, &second);
    CHECK_INTEGER(second.code, AIM_E_CUT);
    CHECK_INTEGER(second.phase, AIM_END_LOST);
    CHECK_INTEGER(count_of(t, "cut-head POST"), 1);
    aim_curl_free(curl);
}
