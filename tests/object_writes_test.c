/* What a plan says of its own object, as requests: status, finalizers, actions that have nothing left to do, events. */
#include "scripted_server.h"

#define SERVICE_PATH "/apis/aim.eai.amd.com/v1alpha1/namespaces/team/aimservices/chat"
#define QUERY "?fieldManager=aim-service-controller&fieldValidation=Strict"

typedef struct scene {
    aim_cluster *cluster;
    aim_plan *plan;
    aim_fetch *fetch;
    scripted_server server;
} scene;

static void set_up(test_context *t, scene *s, const char *more) {
    const char *path = aimp_format(&t->arena, "%s/tests/robustness/sample.yaml", test_source_folder());
    aim_ref service = ref_of("AIMService", "team", "chat");
    aim_options options = {.struct_size = sizeof options, .now = "2026-01-02T03:04:05Z"};
    aim_fetch_options calls = {.struct_size = sizeof calls, .flags = AIM_FETCH_CALLS_ONLY};
    s->cluster = test_cluster(t, test_read_file(t, path, NULL));
    for (const char *event = more; event && *event; event = strchr(event, '\n') + 1)
        CHECK_INTEGER(apply_watch_event(s->cluster, aimp_copy(&t->arena, event, strcspn(event, "\n")), NULL, NULL), 0);
    CHECK_INTEGER(aim_plan_new(s->cluster, &service, &options, &s->plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_fetch_new(s->cluster, &calls, &s->fetch, NULL), AIM_OK);
    scripted_server_init(&s->server, t, NULL);
}

static void tear_down(scene *s) {
    aim_fetch_free(s->fetch);
    aim_plan_free(s->plan);
    aim_cluster_free(s->cluster);
}

/* What is asked for, though nobody answers. */
static const char *asked(scene *s) {
    scripted_run(&s->server, s->fetch, 1, NULL);
    return aimp_text_string(&s->server.asked);
}

static const char *status_of(test_context *t, const aim_plan *plan) {
    aim_buffer *json;
    CHECK_INTEGER(aim_plan_render(plan, AIM_PART_STATUS, AIM_FORMAT_JSON, 0, &json, NULL), AIM_OK);
    const char *copy = aimp_copy_string(&t->arena, aim_buffer_data(json));
    aim_buffer_free(json);
    return copy;
}

TEST(object_writes, status_is_patched_under_the_version_of_the_plan) {
    scene s;
    uint64_t id;
    set_up(t, &s, NULL);
    CHECK_INTEGER(aim_fetch_status(s.fetch, s.plan, 0, &id, NULL), AIM_OK);
    CHECK(id != 0);
    const char *text = asked(&s);
    const char *begin = "PATCH " SERVICE_PATH "/status" QUERY " {\"metadata\":{\"resourceVersion\":\"7\"},\"status\":{";
    CHECK(strncmp(text, begin, strlen(begin)) == 0);
    CHECK(strstr(text, "\"lastTransitionTime\":\"2026-01-02T03:04:05Z\""));
    tear_down(&s);
}

TEST(object_writes, status_that_is_recorded_is_not_written_again) {
    scene first, second;
    uint64_t id;
    set_up(t, &first, NULL);
    const char *status = status_of(t, first.plan), *object = strstr(status, "\"status\":{");
    CHECK(object != NULL);
    const char *event = aimp_format(&t->arena,
                                    "{\"type\":\"MODIFIED\",\"object\":{\"apiVersion\":\"aim.eai.amd.com/"
                                    "v1alpha1\",\"kind\":\"AIMService\",\"metadata\":{"
                                    "\"name\":\"chat\",\"namespace\":\"team\",\"uid\":\"u-chat\",\"resourceVersion\":"
                                    "\"8\",\"labels\":{\"a\":\"one\",\"b\":\"one\"},"
                                    "\"annotations\":{\"a\":\"one\",\"b\":\"one\"}},\"spec\":{\"model\":{\"name\":"
                                    "\"qwen\"},\"routing\":{\"enabled\":true,"
                                    "\"gatewayRef\":{\"name\":\"gw\"}}},%.*s}\n",
                                    (int)(strcspn(object, "\n")), object);
    set_up(t, &second, event);
    CHECK_INTEGER(aim_fetch_status(second.fetch, second.plan, 0, &id, NULL), AIM_OK);
    CHECK_INTEGER(id, 0);
    CHECK_TEXT(asked(&second), "");
    CHECK(aim_plan_event_count(first.plan) > 3);
    CHECK_INTEGER(aim_plan_event_count(second.plan), 0);
    tear_down(&second);
    tear_down(&first);
}

TEST(object_writes, finalizer_is_added_to_those_that_are_there) {
    scene s;
    uint64_t id;
    set_up(t, &s, NULL);
    CHECK_TEXT(aim_plan_finalizer(s.plan, AIM_ACTION_ADD_FINALIZER), "aim.eai.amd.com/template-cache-cleanup");
    CHECK_INTEGER(aim_fetch_finalizer(s.fetch, s.plan, AIM_ACTION_REMOVE_FINALIZER, 0, &id, NULL), AIM_OK);
    CHECK_INTEGER(id, 0);
    CHECK_INTEGER(aim_fetch_finalizer(s.fetch, s.plan, AIM_ACTION_ADD_FINALIZER, AIM_CALL_DRY_RUN, &id, NULL), AIM_OK);
    CHECK_TEXT(asked(&s), "PATCH " SERVICE_PATH QUERY
                          "&dryRun=All {\"metadata\":{\"finalizers\":[\"aim.eai.amd.com/template-cache-cleanup\"],"
                          "\"resourceVersion\":\"7\"}}\n");
    CHECK_INTEGER(aim_fetch_finalizer(s.fetch, s.plan, AIM_ACTION_APPLY, 0, &id, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_fetch_status(s.fetch, s.plan, AIM_CALL_FORCE, &id, NULL), AIM_E_ARGUMENT);
    tear_down(&s);
}

TEST(object_writes, action_is_done_when_the_cluster_holds_what_it_makes) {
    scene s;
    set_up(t, &s, NULL);
    const size_t count = aim_plan_action_count(s.plan);
    CHECK(count > 0);
    for (size_t i = 0; i < count; i++) {
        aim_action action = {.struct_size = sizeof action};
        aim_buffer *object;
        CHECK_INTEGER(aim_plan_action_at(s.plan, i, &action), AIM_OK);
        if (action.verb != AIM_ACTION_APPLY) continue;
        CHECK_INTEGER(aim_plan_action_render(s.plan, i, AIM_FORMAT_JSON, 0, &object, NULL), AIM_OK);
        CHECK_INTEGER(aim_fetch_action_is_done(s.fetch, s.plan, i), 0);
        const char *event = aimp_format(&t->arena, "{\"type\":\"MODIFIED\",\"object\":%s}", aim_buffer_data(object));
        CHECK_INTEGER(apply_watch_event(s.cluster, event, NULL, NULL), AIM_OK);
        CHECK_INTEGER(aim_fetch_action_is_done(s.fetch, s.plan, i), 1);
        CHECK_INTEGER(declare(s.cluster, AIM_STATE_UNKNOWN, AIM_VERB_ANY, action.kind, NULL), AIM_OK);
        CHECK_INTEGER(aim_fetch_action_is_done(s.fetch, s.plan, i), 0);
        aim_buffer_free(object);
    }
    CHECK_INTEGER(aim_fetch_action_is_done(s.fetch, s.plan, count), 0);
    CHECK_INTEGER(aim_fetch_action_is_done(NULL, s.plan, 0), 0);
    tear_down(&s);
}

/* "ModelReady=CreatingModel! " for each event; ! is a warning. */
static const char *events_of(test_context *t, const aim_plan *plan) {
    aimp_text text = aimp_text_new(&t->arena);
    for (size_t i = 0; i < aim_plan_event_count(plan); i++) {
        aim_plan_event event = {.struct_size = sizeof event};
        CHECK_INTEGER(aim_plan_event_at(plan, i, &event), AIM_OK);
        aimp_text_add_format(&text, "%s=%s%s ", event.condition, event.reason, event.warning ? "!" : "");
    }
    return aimp_text_string(&text);
}

TEST(object_writes, events_tell_trouble_from_progress) {
    scene fine, broken;
    set_up(t, &fine, NULL);
    set_up(
        t, &broken,
        "{\"type\":\"MODIFIED\",\"object\":{\"apiVersion\":\"aim.eai.amd.com/v1alpha1\",\"kind\":\"AIMClusterModel\","
        "\"metadata\":{\"name\":\"qwen\",\"uid\":\"m1\"},\"spec\":{\"image\":\"registry.example.com/aim-qwen:1.0\"},"
        "\"status\":{\"status\":\"Failed\"}}}\n");
    CHECK_TEXT(events_of(t, fine.plan),
               "ModelReady=ModelResolved TemplateReady=Resolved InferenceServiceReady=RuntimeReady "
               "InferenceServicePodsReady=CrashLoopBackOff CacheReady=CacheCreating HTTPRouteReady=HTTPRouteCreating "
               "Ready=Progressing ");
    CHECK(strncmp(events_of(t, broken.plan), "ModelReady=ModelNotReady! ", 26) == 0);
    CHECK(strstr(events_of(t, broken.plan), "Ready=ModelNotReady! "));
    aim_plan_event event = {.struct_size = sizeof event};
    CHECK_INTEGER(aim_plan_event_at(fine.plan, 99, &event), AIM_E_NOT_FOUND);
    tear_down(&broken);
    tear_down(&fine);
}

TEST(object_writes, any_allocation_may_fail) {
    scene s;
    bool done = false;
    set_up(t, &s, NULL);
    for (size_t i = 1; !done && i < 500; i++) {
        uint64_t id = 0, finalizer = 0;
        t->failed_allocations = 0;
        t->fail_at = t->allocations + i;
        aim_code code = aim_fetch_status(s.fetch, s.plan, 0, &id, NULL);
        if (!code) code = aim_fetch_finalizer(s.fetch, s.plan, AIM_ACTION_ADD_FINALIZER, 0, &finalizer, NULL);
        aim_fetch_action_is_done(s.fetch, s.plan, 0);
        t->fail_at = 0;
        done = t->failed_allocations == 0;
        CHECK(code == AIM_OK || (!done && code == AIM_E_NO_MEMORY));
        aim_fetch_drop(s.fetch, id);
        aim_fetch_drop(s.fetch, finalizer);
    }
    CHECK(done);
    tear_down(&s);
}
