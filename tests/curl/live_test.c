/* Against a real kube-apiserver: run_live.sh starts one. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "curl/exchange.h"
#include "help.h"

#define NO_OPTIONS ((aim_curl_options){0})

static const char *live_config(test_context *t, const char *who) {
    const char *folder = getenv("AIM_CURL_LIVE_FOLDER");
    if (!folder) test_skip(t, "tests/curl/run_live.sh runs this one");
    return folder ? aimp_format(&t->arena, "%s/%s.kubeconfig", folder, who) : NULL;
}

static aim_request write_of(uint64_t method, const char *target, const char *kind, const char *body) {
    aim_request q = help_get(target);
    q.method = method;
    q.content_type = kind;
    q.body = body;
    q.body_size = strlen(body);
    return q;
}

TEST(live, objects_are_listed_over_both_versions_of_http) {
    const char *config = live_config(t, "admin");
    if (!config) return;
    for (int old = 0; old < 2; old++) {
        help_answer a = {0};
        aim_request q = help_get("/api/v1/namespaces?limit=500");
        q.flags = AIM_REQUEST_GZIP;
        help_once(t, config, (aim_curl_options){.flags = old ? AIM_CURL_HTTP1 : 0}, q, &a);
        CHECK_INTEGER(a.status, 200);
        CHECK_INTEGER(a.code, AIM_OK);
        CHECK_CONTAINS(a.body, "\"kind\":\"NamespaceList\"");
        CHECK_CONTAINS(a.body, "\"kube-system\"");
        help_once(t, config, (aim_curl_options){.flags = old ? AIM_CURL_HTTP1 : 0}, help_get("/api/v1/pods"), &a);
        CHECK_CONTAINS(a.body, "\"kind\":\"PodList\"");
    }
}

/* Two watches and writes beside each other, and which HTTP they used. */
static void watch_beside_writes(test_context *t, const char *config, uint32_t flags, long version) {
    aim_curl *curl = help_open(t, config, (aim_curl_options){.flags = flags});
    help_answer watches[2] = {{0}}, a = {0};
    if (!curl) return;
    aim_transport transport = help_transport(t, curl);
    for (unsigned i = 0; i < 2; i++) {
        aim_receiver receiver;
        aim_request q =
            help_get("/api/v1/namespaces/default/configmaps?watch=1&allowWatchBookmarks=true&timeoutSeconds="
                     "60&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
        q.id = 100 + i;
        q.flags = AIM_REQUEST_STREAM;
        q.idle_ms = 90000;
        help_receiver(t, &watches[i], &receiver);
        CHECK_INTEGER(transport.start(&q, &receiver, transport.user), AIM_OK);
    }
    const char *body = aimp_format(&t->arena,
                                   "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"wire-%ld\","
                                   "\"namespace\":\"default\"},\"data\":{\"a\":\"b\"}}",
                                   version);
    const char *target = aimp_format(
        &t->arena, "/api/v1/namespaces/default/configmaps/wire-%ld?fieldManager=probe&fieldValidation=Strict", version);
    help_ask(t, curl, write_of(AIM_METHOD_PATCH, target, "application/apply-patch+yaml", body), &a);
    CHECK_INTEGER(a.status, 201);
    help_ask(t, curl, write_of(AIM_METHOD_PATCH, target, "application/apply-patch+yaml", body), &a);
    CHECK_INTEGER(a.status, 200);
    const uint64_t until = aimp_monotonic_ms() + 10000;
    for (unsigned i = 0; i < 2; i++) {
        while (aimp_monotonic_ms() < until && !(watches[i].body && strstr(watches[i].body, "\"ADDED\"") &&
                                                strstr(watches[i].body, "initial-events-end")))
            transport.poll(500, transport.user);
        CHECK_CONTAINS(watches[i].body, "\"BOOKMARK\"");
        CHECK_CONTAINS(watches[i].body, aimp_format(&t->arena, "\"wire-%ld\"", version));
    }
    long used = 0;
    for (const aimp_exchange *x = curl->exchanges; x; x = x->next) {
        curl_easy_getinfo(x->easy, CURLINFO_HTTP_VERSION, &used);
        CHECK_INTEGER(used, version);
    }
    CHECK(used != 0);
    transport.cancel(100, transport.user); /* the other stream goes on */
    aim_request q = help_get("/api/v1/namespaces/default/configmaps?limit=1");
    help_ask(t, curl, q, &a);
    CHECK_INTEGER(a.status, 200);
    CHECK_INTEGER(watches[0].ends + watches[1].ends, 0);
    q = help_get(aimp_format(&t->arena, "/api/v1/namespaces/default/configmaps/wire-%ld", version));
    q.method = AIM_METHOD_DELETE;
    help_ask(t, curl, q, &a);
    CHECK_INTEGER(a.status, 200);
    while (aimp_monotonic_ms() < until && !strstr(watches[1].body, "\"DELETED\""))
        transport.poll(500, transport.user);
    CHECK_CONTAINS(watches[1].body, "\"DELETED\"");
    CHECK_LACKS(watches[0].body, "\"DELETED\"");
    aim_curl_free(curl);
}

TEST(live, watches_and_applies_share_a_connection) {
    const char *config = live_config(t, "admin");
    if (!config) return;
    watch_beside_writes(t, config, 0, CURL_HTTP_VERSION_2_0);
}

TEST(live, http_1_1_does_the_same) {
    const char *config = live_config(t, "token");
    if (!config) return;
    watch_beside_writes(t, config, AIM_CURL_HTTP1, CURL_HTTP_VERSION_1_1);
}

TEST(live, refusals_are_answers) {
    const char *config = live_config(t, "limited");
    if (!config) return;
    help_answer a = {0};
    help_once(t, config, NO_OPTIONS, help_get("/api/v1/pods"), &a);
    CHECK_INTEGER(a.code, AIM_OK);
    CHECK_INTEGER(a.status, 403);
    CHECK_CONTAINS(a.body, "\"reason\":\"Forbidden\"");
    help_once(t, config, NO_OPTIONS, help_get("/apis/nobody.example/v1/things"), &a);
    CHECK(a.status == 403 || a.status == 404);
}

TEST(live, impersonation_is_obeyed) {
    const char *config = live_config(t, "admin");
    if (!config) return;
    help_answer a = {0};
    const char *review = "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\"}";
    static const char *const groups[] = {"system:masters", "testers"};
    help_once(
        t, config, (aim_curl_options){.as_user = "somebody", .as_groups = groups, .as_group_count = 2},
        write_of(AIM_METHOD_POST, "/apis/authentication.k8s.io/v1/selfsubjectreviews", "application/json", review), &a);
    CHECK_INTEGER(a.status, 201);
    CHECK_CONTAINS(a.body, "\"username\":\"somebody\"");
    CHECK_CONTAINS(a.body, "\"testers\"");
}
