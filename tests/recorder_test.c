/* Records: what is written, and that playing one back is as good as the server was. */
#include "scripted_server.h"

#define NODES "GET /api/v1/nodes?limit=500"
#define LIST(items)                                                                                                    \
    "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" items "]}"
#define EXCHANGE "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Exchange\"}\n"

static const char *const nodes[] = {"Node", NULL};

static aim_code keep_text(const char *data, size_t size, void *user) {
    aimp_text_add(user, data, size);
    return AIM_OK;
}

/* The record of a run against a script, which begins with its first line. */
static const char *record_of(test_context *t, const scripted *script, size_t chunk, const char **cluster_text) {
    aimp_text text = aimp_text_new(&t->arena);
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    server.chunk = chunk;
    aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, 0);
    aim_transport inner = scripted_transport(&server), transport = {.struct_size = sizeof transport};
    aim_sink sink = {.struct_size = sizeof sink, .write = keep_text, .user = &text};
    aim_recorder *recorder;
    CHECK_INTEGER(aim_recorder_new(t->context, &inner, &sink, &recorder, NULL), AIM_OK);
    CHECK_INTEGER(aim_recorder_transport(recorder, &transport), AIM_OK);
    aim_fetch_run(fetch, &transport, NULL, NULL);
    *cluster_text = aimp_format(&t->arena, "%s%s", sync_text(t, fetch), case_of(t, cluster));
    aim_fetch_free(fetch);
    aim_recorder_free(recorder);
    aim_cluster_free(cluster);
    return aimp_text_string(&text);
}

static aim_code replay(test_context *t, const char *record, size_t size, const char **cluster_text, aim_error **err) {
    aim_source source = {.struct_size = sizeof source, .name = "record", .data = record, .size = size};
    aim_recorder *recorder;
    aim_code code = aim_recorder_replay(t->context, &source, &recorder, err);
    if (code) return code;
    aim_cluster *cluster = new_cluster(t);
    scripted_server unused;
    scripted_server_init(&unused, t, NULL);
    aim_fetch *fetch = scripted_fetch(&unused, cluster, nodes, 0);
    aim_transport transport = {.struct_size = sizeof transport};
    CHECK_INTEGER(aim_recorder_transport(recorder, &transport), AIM_OK);
    code = aim_fetch_run(fetch, &transport, NULL, err);
    *cluster_text = aimp_format(&t->arena, "%s%s", sync_text(t, fetch), case_of(t, cluster));
    aim_fetch_free(fetch);
    aim_recorder_free(recorder);
    aim_cluster_free(cluster);
    return code;
}

TEST(recorder, lines_say_what_was_asked_and_answered) {
    const scripted script[] = {
        {NODES, 429, "busy\n", .retry_after = "1"}, {NODES, 200, LIST(""), .warning = "299 - \"old\""}, {0}};
    const char *cluster;
    const char *text = record_of(t, script, 0, &cluster), *second = strchr(text, '\n') + 1;
    CHECK(strncmp(text, "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Exchange\",\"note\":\"", 50) == 0);
    CHECK_TEXT(
        second,
        "{\"request\":{\"id\":1,\"method\":\"GET\",\"target\":\"/api/v1/nodes?limit=500\"}}\n"
        "{\"response\":{\"contentType\":\"application/json\",\"id\":1,\"retryAfter\":\"1\",\"status\":429}}\n"
        "{\"body\":{\"id\":1,\"text\":\"busy\\n\"}}\n"
        "{\"end\":{\"id\":1,\"phase\":\"complete\"}}\n"
        "{\"request\":{\"id\":2,\"method\":\"GET\",\"target\":\"/api/v1/nodes?limit=500\"}}\n"
        "{\"response\":{\"contentType\":\"application/json\",\"id\":2,\"status\":200,\"warnings\":[\"299 - "
        "\\\"old\\\"\"]}}\n"
        "{\"body\":{\"id\":2,\"text\":\"{\\\"kind\\\":\\\"NodeList\\\",\\\"apiVersion\\\":\\\"v1\\\",\\\"metadata\\\":{"
        "\\\"resourceVersion\\\":\\\"7\\\"},\\\"items\\\":[]}\"}}\n"
        "{\"end\":{\"id\":2,\"phase\":\"complete\"}}\n");
}

TEST(recorder, record_plays_back_as_the_server_answered) {
    const char *wide =
        LIST("{\"metadata\":{\"name\":\"a\",\"labels\":{\"k\":\"h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}}}");
    const scripted scripts[][3] = {
        {{NODES, 200, LIST(JSON_NODE("a"))}, {0}},
        {{NODES, 503, "\xff\xfe\x80 no text", .retry_after = "2"}, {NODES, 200, wide}, {0}},
        {{NODES, 0, NULL, AIM_END_LOST, AIM_E_TIMEOUT, 0}, {NODES, 200, wide, .cut = 0}, {0}},
        {{NODES, 403, "no"}, {0}},
        {{NODES, 422, "no"}, {0}},
    };
    for (size_t i = 0; i < COUNT(scripts); i++) {
        for (size_t chunk = 0; chunk < 5; chunk++) {
            const char *recorded, *played;
            const char *record = record_of(t, scripts[i], chunk, &recorded);
            aim_error *error;
            CHECK_INTEGER(replay(t, record, strlen(record), &played, &error), AIM_OK);
            if (error) FAIL("%s at line %d of\n%s", aim_error_message(error), (int)aim_error_line(error), record);
            aim_error_free(error);
            CHECK_TEXT(played, recorded);
        }
    }
}

TEST(recorder, record_cut_anywhere_ends_and_never_shows_half_a_list) {
    const scripted script[] = {{NODES, 200, LIST(JSON_NODE("a") "," JSON_NODE("b"))}, {0}};
    const char *recorded, *played;
    const char *record = record_of(t, script, 40, &recorded);
    const size_t size = strlen(record);
    size_t whole = 0;
    for (size_t cut = 0; cut <= size; cut++) {
        aim_error *error;
        aim_code code = replay(t, record, cut, &played, &error);
        if (code) {
            CHECK(code == AIM_E_DOCUMENT || code == AIM_E_SYNTAX || code == AIM_E_NOT_FOUND || code == AIM_E_CUT);
            aim_error_free(error);
            continue;
        }
        if (strstr(played, "Node synced")) {
            CHECK_TEXT(played, recorded);
            whole++;
        } else {
            CHECK(!strstr(played, "\"name\":\"a\""));
        }
    }
    CHECK(whole >= 1 && whole <= 3); /* at the end alone, with or without its newline */
}

TEST(recorder, what_is_no_record_is_refused_with_its_line) {
    static const struct {
        const char *text;
        aim_code code;
        uint64_t line;
    } cases[] = {
        {"", AIM_E_DOCUMENT, 0},
        {"{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", AIM_E_DOCUMENT, 1},
        {EXCHANGE "{\"request\":{\"id\":1,\"method\":\"GET\"}}", AIM_E_DOCUMENT, 2},
        {EXCHANGE "{\"request\":{\"method\":\"GET\",\"target\":\"/\"}}", AIM_E_DOCUMENT, 2},
        {EXCHANGE "{\"end\":{\"id\":1}}", AIM_E_DOCUMENT, 2},
        {EXCHANGE "{\"reques", AIM_E_SYNTAX, 2},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        aim_error *error;
        const char *played;
        CHECK_INTEGER(replay(t, cases[i].text, strlen(cases[i].text), &played, &error), cases[i].code);
        CHECK_INTEGER(aim_error_line(error), cases[i].line);
        aim_error_free(error);
    }
}

static aim_code refuse(const char *data, size_t size, void *user) {
    (void)data, (void)size;
    size_t *left = user;
    return (*left)-- ? AIM_OK : (AIM_CLASS_HOST << 24 | 3);
}

TEST(recorder, sink_that_refuses_ends_the_run_with_its_code) {
    const scripted script[] = {{NODES, 200, LIST("")}, {0}};
    for (size_t i = 0; i < 4; i++) {
        size_t left = i;
        aim_cluster *cluster = new_cluster(t);
        scripted_server server;
        scripted_server_init(&server, t, script);
        aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, 0);
        aim_transport inner = scripted_transport(&server), transport = {.struct_size = sizeof transport};
        aim_sink sink = {.struct_size = sizeof sink, .write = refuse, .user = &left};
        aim_recorder *recorder;
        aim_code code = aim_recorder_new(t->context, &inner, &sink, &recorder, NULL);
        if (!code) {
            CHECK_INTEGER(aim_recorder_transport(recorder, &transport), AIM_OK);
            code = aim_fetch_run(fetch, &transport, NULL, NULL);
        }
        CHECK_INTEGER(code, AIM_CLASS_HOST << 24 | 3);
        aim_fetch_free(fetch);
        aim_recorder_free(recorder);
        aim_cluster_free(cluster);
    }
}

TEST(recorder, record_says_which_namespace_it_is_about) {
    static const struct {
        const char *target, *ns;
    } cases[] = {
        {"/apis/aim.eai.amd.com/v1alpha1/namespaces/ml-team/aimservices?limit=500", "ml-team"},
        {"/apis/aim.eai.amd.com/v1alpha1/aimservices?limit=500", NULL},
        {"/apis/aim.eai.amd.com/v1alpha1/namespaces/ml-team/aimmodels?limit=500", NULL},
        {"/api/v1/namespaces/ml-team/pods?limit=500", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *record = aimp_format(
            &t->arena, EXCHANGE "{\"request\":{\"id\":1,\"method\":\"GET\",\"target\":\"%s\"}}\n", cases[i].target);
        aim_source source = {.struct_size = sizeof source, .data = record, .size = strlen(record)};
        aim_recorder *recorder;
        CHECK_INTEGER(aim_recorder_replay(t->context, &source, &recorder, NULL), AIM_OK);
        CHECK(aimp_equal(aim_recorder_namespace(recorder), cases[i].ns));
        aim_recorder_free(recorder);
    }
    CHECK(!aim_recorder_namespace(NULL));
}
