/* A fetch that leaves out what grows with the cluster: pods of others, and Events. */
#include "scripted_server.h"

/* the documents of behaviour.h have the same names */
#undef EVENT
#undef NODE
#undef POD
#undef SERVICE

#include "behaviour.h"

#define PODS(label) "GET /api/v1/pods?labelSelector=" label "&limit=500"
#define SERVED PODS("serving.kserve.io%2Finferenceservice")
#define OF_JOBS PODS("job-name")
#define LABELLED(name, label)                                                                                          \
    "{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"team\",\"labels\":{\"" label "\":\"x\"}}}"
#define LIST(kind, items)                                                                                              \
    "{\"kind\":\"" kind "List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" items "]}"
#define EVENTS_ABOUT(name) "GET /api/v1/namespaces/team/events?fieldSelector=involvedObject.name%3D" name "&limit=500"
#define EVENT(name, about, reason)                                                                                     \
    "{\"metadata\":{\"name\":\"" name                                                                                  \
    "\",\"namespace\":\"team\"},\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"" about "\",\"uid\":\"" about          \
    "\"},\"reason\":\"" reason                                                                                         \
    "\",\"message\":\"no GPU\",\"type\":\"Warning\",\"lastTimestamp\":\"2026-01-01T00:00:00Z\"}"

static size_t count(const aim_cluster *cluster, const char *kind) {
    const aim_ref filter = {.struct_size = sizeof filter, .kind = kind};
    return aim_cluster_count(cluster, &filter);
}

TEST(sparing, pods_are_read_by_label_and_each_list_replaces_its_own) {
    static const char *const kinds[] = {"Pod", "Event", NULL};
    const scripted full[] = {{SERVED, 200, LIST("Pod", LABELLED("s1", "serving.kserve.io/inferenceservice"))},
                             {OF_JOBS, 200, LIST("Pod", LABELLED("j1", "job-name") "," LABELLED("j2", "job-name"))},
                             {0}},
                   less[] = {
                       {SERVED, 200, LIST("Pod", "")}, {OF_JOBS, 200, LIST("Pod", LABELLED("j1", "job-name"))}, {0}};
    const scripted *const scripts[] = {full, less};
    static const size_t left[] = {3, 1};
    aim_cluster *cluster = test_cluster(t, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"}}");
    for (size_t i = 0; i < 2; i++) {
        scripted_server server;
        scripted_server_init(&server, t, scripts[i]);
        aim_fetch *fetch = scripted_fetch(&server, cluster, kinds, AIM_FETCH_SPARING);
        CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
        CHECK(!server.extra && !scripts[i][server.next].request);
        CHECK_INTEGER(aim_fetch_sync_count(fetch), 2);
        CHECK_INTEGER(count(cluster, "Pod"), left[i]);
        aim_fetch_free(fetch);
    }
    CHECK_INTEGER(count(cluster, "Node"), 1);
    aim_cluster_free(cluster);
}

static const char *part_of_plan(test_context *t, aim_cluster *cluster, int32_t part) {
    const aim_ref ref = {.struct_size = sizeof ref, .kind = "AIMService", .ns = "team", .name = "chat"};
    aim_plan *plan = NULL;
    aim_buffer *text = NULL;
    CHECK_INTEGER(aim_plan_new(cluster, &ref, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_plan_render(plan, part, AIM_FORMAT_JSON, 0, &text, NULL), AIM_OK);
    const char *copy = aimp_format(&t->arena, "%s", aim_buffer_data(text));
    aim_buffer_free(text);
    aim_plan_free(plan);
    return copy;
}

static void check_needs(test_context *t, aim_cluster *cluster, const char *expected) {
    const aim_ref ref = {.struct_size = sizeof ref, .kind = "AIMService", .ns = "team", .name = "chat"};
    aimp_text seen = aimp_text_new(&t->arena);
    aim_plan *plan = NULL;
    aim_need need = {.struct_size = sizeof need}, unsized = {0};
    CHECK_INTEGER(aim_plan_new(cluster, &ref, NULL, &plan, NULL), AIM_OK);
    for (size_t i = 0; !aim_plan_need_at(plan, i, &need); i++)
        aimp_text_add_format(&seen, "%d %s %s", need.what, need.name, need.container ? need.container : " ");
    CHECK_TEXT(aimp_text_string(&seen), expected);
    CHECK_INTEGER(aim_plan_need_at(plan, aim_plan_need_count(plan), &need), AIM_E_NOT_FOUND);
    CHECK_INTEGER(aim_plan_need_at(plan, 0, &unsized), AIM_E_STRUCT);
    CHECK_INTEGER(aim_plan_need_at(NULL, 0, &need), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_plan_need_count(NULL), 0);
    aim_plan_free(plan);
}

static void read_events(test_context *t, scripted_server *server, aim_fetch *fetch, const char *name) {
    const aim_ref events = {.struct_size = sizeof events, .kind = "Event", .ns = "team", .name = name};
    const aim_call call = {.struct_size = sizeof call, .verb = AIM_CALL_EVENTS, .object = &events};
    uint64_t id;
    CHECK_INTEGER(aim_fetch_call(fetch, &call, &id, NULL), AIM_OK);
    CHECK_INTEGER(scripted_run(server, fetch, 0, NULL), AIM_OK);
    aim_result result = {.struct_size = sizeof result};
    CHECK_INTEGER(aim_fetch_result(fetch, id, &result), AIM_OK);
    CHECK_INTEGER(result.code, AIM_OK);
    aim_fetch_drop(fetch, id);
}

TEST(sparing, plan_names_the_objects_whose_events_count) {
    static const char *const kinds[] = {"Event", NULL};
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "") POD("phase: Pending");
    const char *needed = "{\"events\":{\"name\":\"p1\",\"namespace\":\"team\"}}";
    const scripted script[] = {
        {EVENTS_ABOUT("p1"), 200, LIST("Event", EVENT("e1", "p1", "FailedScheduling") "," EVENT("e2", "p1", "Other"))},
        {EVENTS_ABOUT("other"), 200, LIST("Event", EVENT("e3", "other", "FailedMount"))},
        {EVENTS_ABOUT("p1"), 200, LIST("Event", "")},
        {0}};
    aim_cluster *cluster = test_cluster(t, documents);
    CHECK(!strstr(part_of_plan(t, cluster, AIM_PART_PLAN), "\"events\":{"));
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = scripted_fetch(&server, cluster, kinds, AIM_FETCH_SPARING);
    const char *plan = part_of_plan(t, cluster, AIM_PART_PLAN);
    if (!strstr(plan, needed)) FAIL("no need in %s", plan);
    check_needs(t, cluster, "2 chat-e201fbda  2 p1  ");
    CHECK(!strstr(part_of_plan(t, cluster, AIM_PART_STATUS), "FailedScheduling"));
    read_events(t, &server, fetch, "p1");
    CHECK(strstr(part_of_plan(t, cluster, AIM_PART_STATUS), "FailedScheduling"));
    read_events(t, &server, fetch, "other");
    CHECK_INTEGER(count(cluster, "Event"), 3);
    read_events(t, &server, fetch, "p1"); /* those that the server has forgotten are gone, and no others */
    CHECK_INTEGER(count(cluster, "Event"), 1);
    CHECK(!strstr(part_of_plan(t, cluster, AIM_PART_STATUS), "FailedScheduling"));
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}
