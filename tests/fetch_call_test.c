/* Calls on single objects: what is sent, what is sent again, and what an answer means. */
#include "scripted_server.h"

#define SERVICES "/apis/aim.eai.amd.com/v1alpha1/namespaces/ml-team/aimservices"
#define APPLY_QUERY "?fieldManager=libaim&fieldValidation=Strict&force=false"
#define STATUS(code, reason, more)                                                                                     \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"as "                              \
    "scripted\",\"reason\":\"" reason "\",\"code\":" #code more "}"

static aim_fetch *new_fetch(test_context *t, aim_cluster *cluster) {
    aim_fetch_options options = {.struct_size = sizeof options, .flags = AIM_FETCH_CALLS_ONLY};
    aim_fetch *fetch = NULL;
    CHECK_INTEGER(aim_fetch_new(cluster, &options, &fetch, NULL), AIM_OK);
    return fetch;
}

static aim_call call_of(uint64_t verb, const aim_ref *object, const char *body) {
    return (aim_call){.struct_size = sizeof(aim_call),
                      .verb = verb,
                      .object = object,
                      .body = body,
                      .body_size = body ? strlen(body) : 0,
                      .field_manager = verb == AIM_CALL_APPLY || verb == AIM_CALL_APPLY_STATUS ? "libaim" : NULL};
}

/* What was asked, and what became of it. */
static const char *outcome(test_context *t, const scripted *script, const aim_call *call) {
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = new_fetch(t, cluster);
    uint64_t id;
    aim_error *error;
    aim_code code = aim_fetch_call(fetch, call, &id, &error);
    const char *text;
    if (code) {
        text = aimp_format(&t->arena, "%s: %s", aim_code_name(code), aim_error_message(error));
        aim_error_free(error);
    } else {
        code = scripted_run(&server, fetch, 0, NULL);
        aim_result r = {.struct_size = sizeof r};
        aim_code known = aim_fetch_result(fetch, id, &r);
        if (known)
            text = aimp_format(&t->arena, "%s, %s", aim_code_name(code), aim_code_name(known));
        else
            text = aimp_format(&t->arena, "%s%s %d %s %s%s, %zu conflicts", aimp_text_string(&server.asked),
                               aim_code_name(r.code), r.http_status, aimp_or_empty(r.reason), aimp_or_empty(r.message),
                               r.body, r.conflicts);
    }
    CHECK(!server.extra);
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
    return text;
}

TEST(fetch_call, every_verb_has_its_request) {
    aim_ref service = ref_of("AIMService", "ml-team", "qwen"), node = ref_of("Node", NULL, "n1");
    aim_ref pod = ref_of("Pod", "ml-team", "p"), lease = ref_of("Lease", "aim-system", "l");
    struct {
        aim_call call;
        const char *request, *asked;
    } cases[] = {
        {call_of(AIM_CALL_GET, &service, NULL), "GET " SERVICES "/qwen", ""},
        {call_of(AIM_CALL_GET, &node, NULL), "GET /api/v1/nodes/n1", ""},
        {call_of(AIM_CALL_APPLY, &service, "{}"), "PATCH " SERVICES "/qwen" APPLY_QUERY, " {}"},
        {call_of(AIM_CALL_APPLY_STATUS, &service, "{}"), "PATCH " SERVICES "/qwen/status" APPLY_QUERY, " {}"},
        {call_of(AIM_CALL_CREATE, &service, "{}"), "POST " SERVICES "?fieldValidation=Strict", " {}"},
        {call_of(AIM_CALL_UPDATE, &lease, "{}"),
         "PUT /apis/coordination.k8s.io/v1/namespaces/aim-system/leases/l?fieldValidation=Strict", " {}"},
        {call_of(AIM_CALL_PATCH, &service, "{}"), "PATCH " SERVICES "/qwen?fieldValidation=Strict", " {}"},
        {call_of(AIM_CALL_DELETE, &service, NULL), "DELETE " SERVICES "/qwen",
         " {\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"propagationPolicy\":\"Background\"}"},
        {call_of(AIM_CALL_LOG, &pod, NULL),
         "GET /api/v1/namespaces/ml-team/pods/p/log?container=main&tailLines=100&limitBytes=1048576", ""},
    };
    cases[8].call.container = "main";
    for (size_t i = 0; i < COUNT(cases); i++) {
        const scripted script[] = {{cases[i].request, 200, "{\"a\":1}"}, {0}};
        CHECK_TEXT(
            outcome(t, script, &cases[i].call),
            aimp_format(&t->arena, "%s%s\nAIM_OK 200  {\"a\":1}, 0 conflicts", cases[i].request, cases[i].asked));
    }
}

TEST(fetch_call, flags_and_guards_are_sent) {
    aim_ref service = ref_of("AIMService", "ml-team", "qwen");
    aim_call call = call_of(AIM_CALL_APPLY, &service, "{}");
    call.flags = AIM_CALL_FORCE | AIM_CALL_DRY_RUN;
    const scripted apply[] = {
        {"PATCH " SERVICES "/qwen?fieldManager=libaim&fieldValidation=Strict&force=true&dryRun=All", 201, "{}"}, {0}};
    CHECK(strstr(outcome(t, apply, &call), "AIM_OK 201"));
    call = call_of(AIM_CALL_DELETE, &service, NULL);
    call.uid = "u-1";
    call.resource_version = "7";
    const scripted delete[] = {{"DELETE " SERVICES "/qwen", 200, "{}"}, {0}};
    CHECK(strstr(outcome(t, delete, &call), "\"preconditions\":{\"uid\":\"u-1\",\"resourceVersion\":\"7\"}}\n"));
}

TEST(fetch_call, what_cannot_be_asked_is_refused_before_it_is) {
    aim_ref service = ref_of("AIMService", "ml-team", "qwen"), path = ref_of("AIMService", "ml-team", "../x"),
            dots = ref_of("AIMService", "..", "x"), escaped = ref_of("AIMService", "ml-team", "a%2fb"),
            bare = ref_of("AIMService", NULL, "x"), nameless = ref_of("AIMService", "ml-team", NULL),
            other = ref_of("Widget", "ml-team", "x"), selector = ref_of("Event", "ml-team", "x,type!=Normal");
    aim_call manager = call_of(AIM_CALL_APPLY, &service, "{}"), force = call_of(AIM_CALL_PATCH, &service, "{}"),
             uid = call_of(AIM_CALL_DELETE, &service, NULL), huge = call_of(AIM_CALL_APPLY, &service, "{}");
    manager.field_manager = "a\nb";
    force.flags = AIM_CALL_FORCE;
    uid.uid = "\"}";
    huge.body_size = (3u << 20) + 1;
    const struct {
        aim_call call;
        const char *answer;
    } cases[] = {
        {call_of(0, &service, NULL), "AIM_E_ARGUMENT: aim_call has an unknown verb or no object"},
        {call_of(99, &service, NULL), "AIM_E_ARGUMENT: aim_call has an unknown verb or no object"},
        {call_of(AIM_CALL_GET, NULL, NULL), "AIM_E_ARGUMENT: aim_call has an unknown verb or no object"},
        {call_of(AIM_CALL_GET, &path, NULL), "AIM_E_ARGUMENT: AIMService ../x: the name cannot stand in a path"},
        {call_of(AIM_CALL_GET, &dots, NULL), "AIM_E_ARGUMENT: AIMService x: the namespace is no DNS label"},
        {call_of(AIM_CALL_GET, &escaped, NULL), "AIM_E_ARGUMENT: AIMService a%2fb: the name cannot stand in a path"},
        {call_of(AIM_CALL_GET, &bare, NULL),
         "AIM_E_UNSUPPORTED: where AIMService without a namespace lives is not known"},
        {call_of(AIM_CALL_GET, &nameless, NULL), "AIM_E_ARGUMENT: the object has no name"},
        {call_of(AIM_CALL_GET, &other, NULL), "AIM_E_UNSUPPORTED: where Widget lives is not known"},
        {call_of(AIM_CALL_GET, &service, "{}"), "AIM_E_ARGUMENT: the verb takes no body"},
        {call_of(AIM_CALL_APPLY, &service, NULL), "AIM_E_ARGUMENT: the verb needs a body"},
        {call_of(AIM_CALL_LOG, &service, NULL), "AIM_E_ARGUMENT: a log needs a container"},
        {call_of(AIM_CALL_EVENTS, &service, NULL), "AIM_E_ARGUMENT: only Events are about objects"},
        {call_of(AIM_CALL_EVENTS, &selector, NULL), "AIM_E_ARGUMENT: the name cannot stand in a field selector"},
        {manager, "AIM_E_ARGUMENT: a field manager is 1 to 128 printable characters"},
        {force, "AIM_E_ARGUMENT: only apply can force"},
        {uid, "AIM_E_ARGUMENT: the UID or the resourceVersion is none"},
        {huge, "AIM_E_ARGUMENT: the body is larger than 3 MiB, which no API server takes"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_TEXT(outcome(t, NULL, &cases[i].call), cases[i].answer);
}

TEST(fetch_call, conflict_names_manager_and_field) {
    aim_ref service = ref_of("AIMService", "ml-team", "qwen");
    aim_call call = call_of(AIM_CALL_APPLY, &service, "{}");
    const scripted script[] = {
        {"PATCH " SERVICES "/qwen" APPLY_QUERY, 409,
         STATUS(
             409, "Conflict",
             ",\"details\":{\"causes\":["
             "{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"kubectl\\u001b-edit\\\" using v1\","
             "\"field\":\".spec.replicas\"},{\"reason\":\"Other\",\"field\":\"x\"},"
             "{\"reason\":\"FieldManagerConflict\",\"message\":\"?\",\"field\":\".spec.model\"}]}")},
        {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = new_fetch(t, cluster);
    uint64_t id;
    aim_result r = {.struct_size = sizeof r};
    aim_conflict c = {.struct_size = sizeof c};
    CHECK_INTEGER(aim_fetch_call(fetch, &call, &id, NULL), AIM_OK);
    CHECK_INTEGER(aim_fetch_result(fetch, id, &r), AIM_E_UNSUPPORTED);
    CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
    CHECK_INTEGER(aim_fetch_result(fetch, id, &r), AIM_OK);
    CHECK_INTEGER(r.code, AIM_E_REFUSED);
    CHECK_TEXT(r.reason, "Conflict");
    CHECK_INTEGER(r.conflicts, 2);
    CHECK_INTEGER(aim_fetch_conflict_at(fetch, id, 0, &c), AIM_OK);
    CHECK_TEXT(c.manager, "kubectl?-edit");
    CHECK_TEXT(c.field, ".spec.replicas");
    CHECK_INTEGER(aim_fetch_conflict_at(fetch, id, 1, &c), AIM_OK);
    CHECK_TEXT(c.manager, "");
    CHECK_INTEGER(aim_fetch_conflict_at(fetch, id, 2, &c), AIM_E_NOT_FOUND);
    aim_fetch_drop(fetch, id);
    CHECK_INTEGER(aim_fetch_result(fetch, id, &r), AIM_E_NOT_FOUND);
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

/* How often a call is sent when its first try ends so. */
static size_t tries(test_context *t, const aim_call *call, const scripted *first) {
    const char *request = first->request;
    const scripted script[] = {*first, {request, 200, "{}"}, {0}};
    const char *text = outcome(t, script, call);
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, request)) != NULL; at++)
        count++;
    return count;
}

TEST(fetch_call, what_is_sent_again_depends_on_verb_and_failure) {
    aim_ref service = ref_of("AIMService", "ml-team", "qwen");
    aim_call guarded = call_of(AIM_CALL_DELETE, &service, NULL);
    guarded.uid = "u-1";
    const struct {
        const char *name, *request;
        aim_call call;
        /* unsent, lost, 429, 503 with a time, 503 without, 504, 500 with a reason, 500 without, 409 */
        const char *tries;
    } rows[] = {
        {"get", "GET " SERVICES "/qwen", call_of(AIM_CALL_GET, &service, NULL), "222222221"},
        {"apply", "PATCH " SERVICES "/qwen" APPLY_QUERY, call_of(AIM_CALL_APPLY, &service, "{}"), "222222211"},
        {"create", "POST " SERVICES "?fieldValidation=Strict", call_of(AIM_CALL_CREATE, &service, "{}"), "212211111"},
        {"update", "PUT " SERVICES "/qwen?fieldValidation=Strict", call_of(AIM_CALL_UPDATE, &service, "{}"),
         "212211111"},
        {"delete by name", "DELETE " SERVICES "/qwen", call_of(AIM_CALL_DELETE, &service, NULL), "212211111"},
        {"delete by uid", "DELETE " SERVICES "/qwen", guarded, "222222211"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *q = rows[i].request;
        const scripted failures[] = {
            {q, 0, NULL, AIM_END_UNSENT, AIM_E_CONNECT, 0},
            {q, 0, NULL, AIM_END_LOST, AIM_E_CUT, 0},
            {q, 429, "busy"},
            {q, 503, "busy", .retry_after = "1"},
            {q, 503, "busy"},
            {q, 504, STATUS(504, "Timeout", "")},
            {q, 500, STATUS(500, "InternalError", "")},
            {q, 500, STATUS(500, "", "")},
            {q, 409, STATUS(409, "Conflict", "")},
        };
        for (size_t f = 0; f < COUNT(failures); f++) {
            size_t wanted = (size_t)(rows[i].tries[f] - '0'), got = tries(t, &rows[i].call, &failures[f]);
            if (got != wanted) FAIL("%s, failure %zu: sent %zu times, not %zu", rows[i].name, f, got, wanted);
        }
    }
}

TEST(fetch_call, delete_whose_answer_was_lost_may_find_nothing) {
    aim_ref service = ref_of("AIMService", "ml-team", "qwen");
    aim_call call = call_of(AIM_CALL_DELETE, &service, NULL);
    call.uid = "u-1";
    const char *request = "DELETE " SERVICES "/qwen";
    const scripted twice[] = {
        {request, 0, NULL, AIM_END_LOST, AIM_E_CUT, 0}, {request, 404, STATUS(404, "NotFound", "")}, {0}};
    const scripted once[] = {{request, 404, STATUS(404, "NotFound", "")}, {0}};
    CHECK(strstr(outcome(t, twice, &call), "AIM_OK 404"));
    CHECK(strstr(outcome(t, once, &call), "AIM_E_REFUSED 404 NotFound as scripted"));
}

TEST(fetch_call, tries_end_when_the_time_for_them_is_over) {
    aim_ref service = ref_of("AIMService", "ml-team", "qwen");
    aim_call call = call_of(AIM_CALL_GET, &service, NULL);
    const scripted lost = {"GET " SERVICES "/qwen", 0, NULL, AIM_END_LOST, AIM_E_TIMEOUT, 31000};
    const scripted script[] = {lost, lost, {0}};
    CHECK(strstr(outcome(t, script, &call), "AIM_E_TIMEOUT 0 Timeout scripted"));
}

TEST(fetch_call, object_that_is_read_can_be_kept) {
    const char *node = "GET /api/v1/nodes/n1";
    const scripted script[] = {{node, 200, JSON_NODE("n1")}, {node, 404, STATUS(404, "NotFound", "")}, {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = new_fetch(t, cluster);
    aim_ref object = ref_of("Node", NULL, "n1");
    aim_call call = call_of(AIM_CALL_GET, &object, NULL);
    call.flags = AIM_CALL_KEEP;
    for (size_t left = 2; left-- > 0;) {
        uint64_t id;
        CHECK_INTEGER(aim_fetch_call(fetch, &call, &id, NULL), AIM_OK);
        CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
        CHECK_INTEGER(count_of(cluster, "Node"), left);
    }
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch_call, result_tells_the_time_of_the_server) {
    static const struct {
        const char *date;
        int64_t seconds;
    } cases[] = {{"Tue, 24 Nov 2026 16:40:00 GMT", 1795538400},
                 {"Thu, 01 Jan 1970 00:00:01 GMT", 1},
                 {NULL, 0},
                 {"yesterday", 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const scripted script[] = {{"GET /api/v1/nodes/n1", 200, JSON_NODE("n1"), .date = cases[i].date}, {0}};
        aim_cluster *cluster = new_cluster(t);
        scripted_server server;
        scripted_server_init(&server, t, script);
        aim_fetch *fetch = new_fetch(t, cluster);
        aim_ref object = ref_of("Node", NULL, "n1");
        const aim_call call = call_of(AIM_CALL_GET, &object, NULL);
        aim_result result = {.struct_size = sizeof result};
        uint64_t id;
        CHECK_INTEGER(aim_fetch_call(fetch, &call, &id, NULL), AIM_OK);
        CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
        CHECK_INTEGER(aim_fetch_result(fetch, id, &result), AIM_OK);
        CHECK_INTEGER(result.server_time, cases[i].seconds);
        aim_fetch_free(fetch);
        aim_cluster_free(cluster);
    }
}

TEST(fetch_call, log_goes_into_the_cluster) {
    const scripted script[] = {
        {"GET /api/v1/namespaces/ml-team/pods/p/log?container=main&tailLines=5&limitBytes=1048576", 200,
         "line\nlast\n"},
        {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = new_fetch(t, cluster);
    aim_ref pod = ref_of("Pod", "ml-team", "p");
    aim_call call = call_of(AIM_CALL_LOG, &pod, NULL);
    uint64_t id;
    call.container = "main";
    call.lines = 5;
    CHECK_INTEGER(aim_fetch_call(fetch, &call, &id, NULL), AIM_OK);
    CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
    CHECK(strstr(case_of(t, cluster), "\"ml-team/p/main\":\"line\\nlast\\n\""));
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch_call, logs_of_pods_that_are_gone_are_forgotten) {
#define LOG_OF(name) "GET /api/v1/namespaces/ml-team/pods/" name "/log?container=c&tailLines=100&limitBytes=1048576"
    const scripted script[] = {{LOG_OF("p"), 200, "one\n"}, {LOG_OF("q"), 200, "two\n"}, {0}};
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, POD("ml-team", "p") POD("ml-team", "q"));
    aim_ref p = ref_of("Pod", "ml-team", "p"), q = ref_of("Pod", "ml-team", "q");
    const aim_declaration known = {.struct_size = sizeof known, .state = AIM_STATE_KNOWN, .kind = "Pod"};
    CHECK_INTEGER(aim_cluster_declare(cluster, &known, NULL), AIM_OK);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = new_fetch(t, cluster);
    const aim_ref *const pods[] = {&p, &q};
    for (size_t i = 0; i < 2; i++) {
        aim_call call = call_of(AIM_CALL_LOG, pods[i], NULL);
        uint64_t id;
        call.container = "c";
        CHECK_INTEGER(aim_fetch_call(fetch, &call, &id, NULL), AIM_OK);
        CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
        CHECK(strstr(case_of(t, cluster), i ? "\"ml-team/q/c\":\"two\\n\"" : "\"ml-team/p/c\":\"one\\n\""));
        if (!i) CHECK_INTEGER(aim_cluster_remove(cluster, &p, NULL), AIM_OK);
    }
    if (strstr(case_of(t, cluster), "ml-team/p/c")) FAIL("%s", case_of(t, cluster));
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch_call, requests_a_second_are_bounded) {
    enum { CALLS = 10 };
    scripted script[CALLS + 1] = {{0}};
    for (size_t i = 0; i < CALLS; i++)
        script[i] = (scripted){"GET /api/v1/nodes/n1", 200, "{}"};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch_options options = {
        .struct_size = sizeof options, .flags = AIM_FETCH_CALLS_ONLY, .requests = 2, .burst = 4};
    aim_fetch *fetch;
    CHECK_INTEGER(aim_fetch_new(cluster, &options, &fetch, NULL), AIM_OK);
    aim_ref node = ref_of("Node", NULL, "n1");
    aim_call call = call_of(AIM_CALL_GET, &node, NULL);
    const uint64_t began = server.now_ms;
    for (size_t i = 0; i < CALLS; i++) {
        uint64_t id;
        CHECK_INTEGER(aim_fetch_call(fetch, &call, &id, NULL), AIM_OK);
    }
    CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
    const uint64_t took = server.now_ms - began; /* four at once, six at two a second */
    CHECK(took >= 2900 && took <= 3200);
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch_call, free_cancels_what_is_under_way) {
    const scripted script[] = {{"GET /api/v1/nodes/n1", 200, "{}"}, {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = new_fetch(t, cluster);
    aim_ref node = ref_of("Node", NULL, "n1");
    aim_call call = call_of(AIM_CALL_GET, &node, NULL);
    aim_transport transport = scripted_transport(&server);
    aim_cancel *cancel;
    uint64_t id;
    CHECK_INTEGER(aim_cancel_new(t->context, &cancel, NULL), AIM_OK);
    aim_run_options options = {.struct_size = sizeof options, .cancel = cancel};
    CHECK_INTEGER(aim_fetch_call(fetch, &call, &id, NULL), AIM_OK);
    aim_cancel_set(cancel);
    CHECK_INTEGER(aim_fetch_run(fetch, &transport, &options, NULL), AIM_E_CANCELLED);
    CHECK_INTEGER(server.open_count, 1);
    aim_fetch_free(fetch);
    CHECK_INTEGER(server.open_count, 0);
    CHECK_INTEGER(server.cancelled, 1);
    aim_cancel_free(cancel);
    aim_cluster_free(cluster);
}
