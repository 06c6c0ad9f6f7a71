/* A conversation with every allocation failing, once and for good: it says so, nothing is lost, and nothing is half
 * done. */
#include "scripted_server.h"

#define NODES "GET /api/v1/nodes?limit=500"
#define LIST(items, more)                                                                                              \
    "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{" more "\"resourceVersion\":\"7\"},\"items\":[" items  \
    "]}"
#define STATUS                                                                                                         \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Conflict\",\"code\":409,"          \
    "\"details\":{"                                                                                                    \
    "\"causes\":[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"m\\\"\",\"field\":\".spec\"}]}}"

static const scripted script[] = {
    {"PATCH /api/v1/nodes/n1?fieldManager=libaim&fieldValidation=Strict&force=false", 409, STATUS},
    {NODES, 200, LIST("{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{\"name\":7}}", "\"continue\":\"x\","),
     .warning = "299 - \"old\""},
    {"GET /api/v1/nodes?limit=500&continue=x", 503, "busy"},
    {"GET /api/v1/nodes?limit=500&continue=x", 200, LIST("{\"metadata\":{\"name\":\"b\"}}", "")},
    {"GET /api/v1/nodes?watch=1&resourceVersion=7&allowWatchBookmarks=true", 200,
     "{\"type\":\"DELETED\",\"object\":" JSON_NODE("a") "}"},
    {0}};

static aim_code discard(const char *data, size_t size, void *user) {
    (void)data, (void)size, (void)user;
    return AIM_OK;
}

/* Two nodes at the end of the list, one after the watch; answers AIM_OK when all of it worked. */
static aim_code converse(test_context *t, aim_cluster *cluster, scripted_server *server) {
    static const char *const kinds[] = {"Node"};
    aim_fetch_options options = {.struct_size = sizeof options,
                                 .flags = AIM_FETCH_WATCH,
                                 .kinds = kinds,
                                 .kind_count = 1,
                                 .requests = 1000000,
                                 .ns = "x"};
    aim_sink sink = {.struct_size = sizeof sink, .write = discard};
    aim_transport inner = scripted_transport(server), transport = {.struct_size = sizeof transport};
    aim_ref node = ref_of("Node", NULL, "n1");
    aim_call call = {.struct_size = sizeof call,
                     .verb = AIM_CALL_APPLY,
                     .object = &node,
                     .body = "{}",
                     .body_size = 2,
                     .field_manager = "libaim"};
    aim_fetch *fetch = NULL;
    aim_recorder *recorder = NULL;
    uint64_t id;
    aim_result result = {.struct_size = sizeof result};
    aim_code code = aim_recorder_new(t->context, &inner, &sink, &recorder, NULL);
    if (!code) code = aim_recorder_transport(recorder, &transport);
    if (!code) code = aim_fetch_new(cluster, &options, &fetch, NULL);
    if (!code) code = aim_fetch_call(fetch, &call, &id, NULL);
    if (!code) code = aim_fetch_run(fetch, &transport, NULL, NULL);
    if (!code) {
        CHECK_INTEGER(aim_fetch_result(fetch, id, &result), AIM_OK);
        CHECK_INTEGER(result.conflicts, 1);
        aim_conflict conflict = {.struct_size = sizeof conflict};
        CHECK_INTEGER(aim_fetch_conflict_at(fetch, id, 0, &conflict), AIM_OK);
        CHECK_INTEGER(aim_report_count(aim_fetch_report(fetch)), 2);
        CHECK_INTEGER(count_of(cluster, "Node"), 2);
        aim_run_options step = {.struct_size = sizeof step, .flags = AIM_RUN_STEP};
        code = aim_fetch_run(fetch, &transport, &step, NULL);
    }
    aim_fetch_free(fetch);
    aim_recorder_free(recorder);
    return code;
}

/* The same by hand, as a host with an HTTP client of its own does it: the next request, its answer, and so on. */
static aim_code converse_by_hand(test_context *t, aim_cluster *cluster, scripted_server *server) {
    static const char *const kinds[] = {"Node"};
    aim_fetch_options options = {
        .struct_size = sizeof options, .kinds = kinds, .kind_count = 1, .requests = 1000000, .tries = 2};
    aim_fetch *fetch;
    aim_receiver receiver = {.struct_size = sizeof receiver};
    aim_code code = aim_fetch_new(cluster, &options, &fetch, NULL);
    if (!code) code = aim_fetch_receiver(fetch, &receiver);
    aim_transport transport = scripted_transport(server);
    server->next = 1;
    while (!code && !aim_fetch_is_done(fetch)) {
        aim_request request = {.struct_size = sizeof request};
        uint64_t wait_ms;
        code = aim_fetch_next(fetch, server->now_ms, &request, &wait_ms, NULL);
        if (!code && request.id) code = transport.start(&request, &receiver, server);
        if (!code && !request.id && !aim_fetch_is_done(fetch)) code = transport.poll(wait_ms, server);
    }
    aim_sync sync = {.struct_size = sizeof sync};
    if (!code) {
        CHECK_INTEGER(aim_fetch_sync_count(fetch), 1);
        CHECK_INTEGER(aim_fetch_sync_at(fetch, 0, &sync), AIM_OK);
        CHECK_INTEGER(sync.state, AIM_SYNC_SYNCED);
    }
    aim_fetch_free(fetch);
    return code;
}

/* An action of a plan, sent by nobody, and a record played back. */
static aim_code act_and_replay(test_context *t, aim_cluster *cluster, const aim_plan *plan) {
    static const char record[] = "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Exchange\"}\n"
                                 "{\"request\":{\"id\":1,\"method\":\"GET\",\"target\":\"/api/v1/nodes?limit=500\"}}\n"
                                 "{\"response\":{\"id\":1,\"status\":200,\"warnings\":[\"299 - \\\"old\\\"\"]}}\n"
                                 "{\"body\":{\"id\":1,\"hex\":\"7b\"}}\n"
                                 "{\"body\":{\"id\":1,\"text\":\"\\\"kind\\\":\\\"NodeList\\\",\\\"items\\\":[]}\"}}\n"
                                 "{\"end\":{\"id\":1,\"phase\":\"complete\"}}\n";
    static const char *const kinds[] = {"Node"};
    aim_source source = {.struct_size = sizeof source, .data = record, .size = sizeof record - 1};
    aim_fetch_options options = {.struct_size = sizeof options, .kinds = kinds, .kind_count = 1};
    aim_transport transport = {.struct_size = sizeof transport};
    aim_recorder *recorder;
    aim_fetch *fetch = NULL;
    uint64_t id;
    aim_code code = aim_recorder_replay(t->context, &source, &recorder, NULL);
    if (!code) code = aim_recorder_transport(recorder, &transport);
    if (!code) code = aim_fetch_new(cluster, &options, &fetch, NULL);
    if (!code) code = aim_fetch_action(fetch, plan, 0, AIM_CALL_DRY_RUN, &id, NULL);
    if (!code) {
        aim_fetch_drop(fetch, id);
        code = aim_fetch_run(fetch, &transport, NULL, NULL);
    }
    aim_fetch_free(fetch);
    aim_recorder_free(recorder);
    return code;
}

typedef aim_code conversation(test_context *t, aim_cluster *cluster, scripted_server *server);

static void fail_everywhere(test_context *t, bool for_good, conversation *talk, size_t last) {
    bool done = false;
    size_t runs = 0;
    for (size_t i = 1; !done && i < 3000; i++, runs++) {
        aim_cluster *cluster = new_cluster(t);
        must_add(t, cluster, JSON_NODE("old"));
        scripted_server server;
        scripted_server_init(&server, t, script);
        server.quiet = true;
        t->failed_allocations = 0;
        t->fail_at = t->allocations + i;
        t->fail_for_good = for_good;
        aim_code code = talk(t, cluster, &server);
        t->fail_at = 0;
        t->fail_for_good = false;
        done = t->failed_allocations == 0;
        if (done)
            CHECK_INTEGER(code, AIM_OK);
        else if (code)
            CHECK_INTEGER(code, AIM_E_NO_MEMORY);
        /* the old list, the new one, or the new one and the event: never a part */
        const size_t count = count_of(cluster, "Node");
        aim_ref old = ref_of("Node", NULL, "old"), a = ref_of("Node", NULL, "a"), b = ref_of("Node", NULL, "b");
        const size_t has = aim_cluster_count(cluster, &old) * 100 + aim_cluster_count(cluster, &a) * 10 +
                           aim_cluster_count(cluster, &b);
        CHECK((count == 1 && (has == 100 || has == 1)) || (count == 2 && has == 11));
        if (done) CHECK_INTEGER(has, last);
        aim_cluster_free(cluster);
    }
    CHECK(done);
    CHECK(runs > 50);
}

TEST(fetch_memory, every_allocation_may_fail_once) {
    fail_everywhere(t, false, converse, 1);
    fail_everywhere(t, false, converse_by_hand, 11);
}

TEST(fetch_memory, every_allocation_may_fail_for_good) {
    fail_everywhere(t, true, converse, 1);
    fail_everywhere(t, true, converse_by_hand, 11);
}

TEST(fetch_memory, actions_and_records_survive_any_failing_allocation) {
    const char *path = aimp_format(&t->arena, "%s/tests/robustness/sample.yaml", test_source_folder());
    aim_cluster *sample = test_cluster(t, test_read_file(t, path, NULL));
    aim_ref service = ref_of("AIMService", "team", "chat");
    aim_plan *plan;
    CHECK_INTEGER(aim_plan_new(sample, &service, NULL, &plan, NULL), AIM_OK);
    bool done = false;
    for (size_t i = 1; !done && i < 3000; i++) {
        for (int for_good = 0; for_good < 2; for_good++) {
            aim_cluster *cluster = new_cluster(t);
            must_add(t, cluster, JSON_NODE("old"));
            t->failed_allocations = 0;
            t->fail_at = t->allocations + i;
            t->fail_for_good = for_good != 0;
            aim_code code = act_and_replay(t, cluster, plan);
            t->fail_at = 0;
            t->fail_for_good = false;
            done = t->failed_allocations == 0;
            CHECK(code == AIM_OK || (!done && code == AIM_E_NO_MEMORY));
            CHECK(count_of(cluster, "Node") == 0 || (code && count_of(cluster, "Node") == 1));
            aim_cluster_free(cluster);
        }
    }
    CHECK(done);
    aim_plan_free(plan);
    aim_cluster_free(sample);
}
