/* Lists and watches: what is asked, and what becomes of the answers. */
#include "scripted_server.h"

#define NODES "GET /api/v1/nodes?limit=500"
#define WATCH(version) "GET /api/v1/nodes?watch=1&resourceVersion=" version "&allowWatchBookmarks=true"
#define ITEM(name, version)                                                                                            \
    "{\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version                                              \
    "\"},\"spec\":{\"taints\":[{\"key\":\"}]\\\"\"}]}}"
#define LIST(items, more)                                                                                              \
    "{\"items\":[" items "],\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{" more                           \
    "\"resourceVersion\":\"7\"}}\n"
#define STATUS(code, reason, more)                                                                                     \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"as "                              \
    "scripted\",\"reason\":\"" reason "\",\"code\":" #code more "}"
#define EVENT_OF(type, name, version)                                                                                  \
    "{\"type\":\"" type "\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" name        \
    "\",\"resourceVersion\":\"" version "\"}}}\n"

static const char *const nodes[] = {"Node", NULL};

/* Runs a script to its end and says what is known afterwards, what was asked, and how the run ended. */
static const char *outcome(test_context *t, const scripted *script, uint32_t flags, uint64_t limit_ms, size_t chunk) {
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    server.chunk = chunk;
    aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, flags);
    aim_code code = scripted_run(&server, fetch, limit_ms, NULL);
    const char *text = aimp_format(&t->arena, "%s%s%s%zu nodes\n", code ? aim_code_name(code) : "", code ? "\n" : "",
                                   sync_text(t, fetch), count_of(cluster, "Node"));
    CHECK(!server.extra);
    CHECK(!script[server.next].request);
    if (server.extra) FAIL("asked:\n%s", aimp_text_string(&server.asked));
    aim_fetch_free(fetch);
    CHECK_INTEGER(server.open_count, 0);
    aim_cluster_free(cluster);
    return text;
}

TEST(fetch, list_is_read_page_by_page) {
    const scripted script[] = {{NODES, 200, LIST(ITEM("a", "1") "," ITEM("b", "2"), "\"continue\":\"x+/=\",")},
                               {"GET /api/v1/nodes?limit=500&continue=x%2B%2F%3D", 200,
                                LIST("", "\"continue\":\"y\",")}, /* pages may be empty */
                               {"GET /api/v1/nodes?limit=500&continue=y", 200, LIST(ITEM("c", "3"), "")},
                               {0}};
    for (size_t chunk = 0; chunk < 5; chunk++)
        CHECK_TEXT(outcome(t, script, 0, 0, chunk), "Node synced, 3 objects at \"7\"\n3 nodes\n");
}

TEST(fetch, list_without_items_is_empty) {
    const scripted script[] = {
        {NODES, 200,
         "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":null}"},
        {0}};
    CHECK_TEXT(outcome(t, script, 0, 0, 1), "Node synced, 0 objects at \"7\"\n0 nodes\n");
}

TEST(fetch, list_replaces_what_was_there_only_when_it_is_whole) {
    const scripted script[] = {{NODES, 200, LIST(ITEM("new", "1"), "\"continue\":\"x\",")},
                               {"GET /api/v1/nodes?limit=500&continue=x", 403, STATUS(403, "Forbidden", "")},
                               {0}};
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, JSON_NODE("old"));
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, 0);
    CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
    CHECK_TEXT(sync_text(t, fetch), "Node forbidden, 1 objects at \"\": as scripted\n");
    aim_ref old = ref_of("Node", NULL, "old");
    CHECK_INTEGER(aim_cluster_count(cluster, &old), 1);
    CHECK(!strstr(case_of(t, cluster), "known")); /* and not failed either */
    CHECK(!strstr(case_of(t, cluster), "failed"));
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch, page_that_is_cut_anywhere_is_read_again) {
    const char *page = LIST(ITEM("a", "1") "," ITEM("b\\u00e9", "2"), "");
    for (size_t cut = 1; cut < strlen(page) - 1; cut++) {
        const scripted script[] = {{NODES, 200, page, .cut = cut},
                                   {NODES, 200, page, .cut = cut, .phase = AIM_END_LOST, .code = AIM_E_CUT},
                                   {NODES, 200, LIST(ITEM("a", "1"), "")},
                                   {0}};
        CHECK_TEXT(outcome(t, script, 0, 0, 7), "Node synced, 1 objects at \"7\"\n1 nodes\n");
    }
}

TEST(fetch, answer_that_is_no_list_of_the_kind_counts_for_nothing) {
    static const char *const answers[] = {
        "",
        "{}",
        "[]",
        "null",
        "7",
        "\"x\"",
        "<html>busy</html>",
        LIST("", "") LIST("", ""),                                 /* two values */
        LIST(ITEM("a", "1"), "") STATUS(500, "InternalError", ""), /* what a server adds when it fails in the middle */
        "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[]}",
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\"}",
        "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[],\"items\":[]}",
        "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[],\"a\":]}",
        "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{},\"it\\u0065ms\":[{}]}",
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        const scripted script[] = {{NODES, 200, answers[i]}, {NODES, 200, LIST(ITEM("b", "1"), "")}, {0}};
        CHECK_TEXT(outcome(t, script, 0, 0, 0), "Node synced, 1 objects at \"7\"\n1 nodes\n");
    }
}

TEST(fetch, object_that_cannot_be_read_is_told_and_holds_up_nobody) {
    const scripted script[] = {{NODES, 200, LIST("{\"metadata\":{\"name\":7}}," ITEM("a", "1") ",3", "")}, {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, 0);
    CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
    CHECK_INTEGER(count_of(cluster, "Node"), 1);
    CHECK_INTEGER(aim_report_count(aim_fetch_report(fetch)), 2);
    CHECK(strstr(report_text(t, aim_fetch_report(fetch)), "/metadata/name"));
    aim_sync sync = {.struct_size = sizeof sync};
    CHECK_INTEGER(aim_fetch_sync_at(fetch, 0, &sync), AIM_OK);
    CHECK_INTEGER(sync.state, AIM_SYNC_SYNCED);
    CHECK_INTEGER(sync.code, AIM_E_DOCUMENT);
    CHECK_TEXT(sync.message, "an object could not be read");
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch, kind_with_an_object_that_could_not_be_read_is_listed_again) {
    const char
        *from = NODES "&resourceVersion=9&resourceVersionMatch=NotOlderThan",
        *bad = "{\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":7}}}\n";
    const scripted script[] = {
        {NODES, 200, LIST("", "")},
        {WATCH("7"), 200, aimp_format(&t->arena, "%s%s", bad, EVENT_OF("ADDED", "a", "9")), .after_ms = 240000},
        {from, 200, LIST(ITEM("a", "9"), "")},
        {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, AIM_FETCH_WATCH);
    int32_t seen[2] = {0};
    aim_sync sync = {.struct_size = sizeof sync};
    for (int i = 0; i < 40 && sync.lists < 2; i++) {
        aim_transport transport = scripted_transport(&server);
        const aim_run_options step = {.struct_size = sizeof step, .flags = AIM_RUN_STEP, .limit_ms = 500};
        aim_fetch_run(fetch, &transport, &step, NULL);
        CHECK_INTEGER(aim_fetch_sync_at(fetch, 0, &sync), AIM_OK);
        seen[sync.code == AIM_E_DOCUMENT]++;
    }
    CHECK(!script[server.next].request);
    CHECK(seen[0] && seen[1]);
    CHECK_TEXT(sync_text(t, fetch), "Node synced, 1 objects at \"7\"\n");
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch, expired_page_begins_the_list_anew_and_then_without_pages) {
    const char *first = LIST(ITEM("a", "1"), "\"continue\":\"x\","), *second = "GET /api/v1/nodes?limit=500&continue=x";
    const char *gone = STATUS(410, "Expired", ",\"metadata\":{\"continue\":\"z\"}");
    const scripted script[] = {{NODES, 200, first},
                               {second, 410, gone},
                               {NODES, 200, first},
                               {second, 410, gone},
                               {"GET /api/v1/nodes", 200, LIST(ITEM("b", "1"), "")},
                               {0}};
    CHECK_TEXT(outcome(t, script, 0, 0, 0), "Node synced, 1 objects at \"7\"\n1 nodes\n");
}

TEST(fetch, page_that_names_itself_as_the_next_is_not_followed) {
    const char *page = LIST(ITEM("a", "1"), "\"continue\":\"x\","), *next = "GET /api/v1/nodes?limit=500&continue=x";
    const scripted script[] = {{NODES, 200, page}, {next, 200, page}, {NODES, 200, LIST("", "")}, {0}};
    CHECK_TEXT(outcome(t, script, 0, 0, 0), "Node synced, 0 objects at \"7\"\n0 nodes\n");
}

TEST(fetch, kind_that_is_not_served_is_known_to_be_empty) {
    const scripted script[] = {{NODES, 404, "404 page not found\n"}, {0}};
    CHECK_TEXT(outcome(t, script, 0, 0, 0),
               "Node not served, 0 objects at \"\": the server does not have this kind\n0 nodes\n");
}

TEST(fetch, busy_server_is_asked_again_when_it_says_so) {
    const scripted script[] = {
        {NODES, 429, "Too many requests, please try again later.\n", .retry_after = "3"},
        {NODES, 503, STATUS(503, "ServiceUnavailable", ",\"details\":{\"retryAfterSeconds\":5}")},
        {NODES, 500, "oops"},
        {NODES, 200, LIST("", "")},
        {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, 0);
    const uint64_t began = server.now_ms;
    CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
    CHECK_TEXT(sync_text(t, fetch), "Node synced, 0 objects at \"7\"\n");
    CHECK(server.now_ms - began >= 8000);
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch, list_that_fails_for_good_is_declared) {
    const scripted script[] = {{NODES, 500, "a"}, {NODES, 500, "b"},         {NODES, 500, "c"},
                               {NODES, 500, "d"}, {NODES, 500, "e\033[31m"}, {0}};
    CHECK_TEXT(outcome(t, script, 0, 0, 0), "Node failed, 0 objects at \"\": e?[31m\n0 nodes\n");
}

TEST(fetch, server_that_cannot_be_reached_ends_the_run) {
    const scripted lost = {NODES, 0, NULL, AIM_END_UNSENT, AIM_E_CONNECT, 0};
    const scripted script[] = {lost, lost, lost, lost, lost, {0}};
    CHECK_TEXT(outcome(t, script, 0, 0, 0), "AIM_E_CONNECT\nNode listing, 0 objects at \"\"\n0 nodes\n");
    const scripted strange[] = {{NODES, 0, NULL, AIM_END_UNSENT, AIM_E_TRUST, 0}, {0}};
    CHECK_TEXT(outcome(t, strange, 0, 0, 0), "AIM_E_TRUST\nNode listing, 0 objects at \"\"\n0 nodes\n");
}

TEST(fetch, refused_credentials_are_tried_twice_and_end_the_run) {
    const char *nobody = STATUS(401, "Unauthorized", "");
    const scripted script[] = {{NODES, 401, nobody}, {NODES, 401, nobody}, {0}};
    CHECK(strncmp(outcome(t, script, 0, 0, 0), "AIM_E_CREDENTIALS\n", 18) == 0);
    const scripted rotated[] = {{NODES, 401, nobody}, {NODES, 200, LIST("", "")}, {0}};
    CHECK_TEXT(outcome(t, rotated, 0, 0, 0), "Node synced, 0 objects at \"7\"\n0 nodes\n");
}

TEST(fetch, requests_that_share_refused_credentials_are_refused_once) {
    static const char *const kinds[] = {"Node", "StorageClass", NULL};
#define CLASSES "GET /apis/storage.k8s.io/v1/storageclasses?limit=500"
    const char *nobody = STATUS(401, "Unauthorized", "");
    const char *classes = "{\"items\":[],\"kind\":\"StorageClassList\",\"apiVersion\":\"storage.k8s.io/v1\","
                          "\"metadata\":{\"resourceVersion\":\"7\"}}";
    const scripted script[] = {
        {NODES, 401, nobody}, {CLASSES, 401, nobody}, {NODES, 200, LIST("", "")}, {CLASSES, 200, classes}, {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = scripted_fetch(&server, cluster, kinds, 0);
    CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
    if (server.extra || script[server.next].request) FAIL("asked:\n%s", aimp_text_string(&server.asked));
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch, watch_goes_on_where_the_list_ended) {
    const char *events = EVENT_OF("ADDED", "b", "8") EVENT_OF("MODIFIED", "a", "9") EVENT_OF("DELETED", "b", "10")
        EVENT_OF("BOOKMARK", "", "20");
    const scripted script[] = {{NODES, 200, LIST(ITEM("a", "1"), "")},
                               {WATCH("7"), 200, events, .after_ms = 240000},
                               {WATCH("20"), 200, EVENT_OF("ADDED", "c", "21"), .after_ms = 500000},
                               {WATCH("21"), 200, EVENT_OF("BOOKMARK", "", "22"), .after_ms = 500000},
                               {WATCH("22"), 200, EVENT_OF("BOOKMARK", "", "23"), .after_ms = 500000},
                               {0}};
    for (size_t chunk = 0; chunk < 4; chunk++) {
        aim_cluster *cluster = new_cluster(t);
        scripted_server server;
        scripted_server_init(&server, t, script);
        server.chunk = chunk;
        aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, AIM_FETCH_WATCH);
        CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK); /* the list is there: the watch is only begun */
        while (script[server.next].request || server.open_count) {
            aim_transport transport = scripted_transport(&server);
            aim_run_options step = {.struct_size = sizeof step, .flags = AIM_RUN_STEP, .limit_ms = 1};
            aim_code code = aim_fetch_run(fetch, &transport, &step, NULL);
            CHECK(code == AIM_OK || code == AIM_E_TIMEOUT);
            if (code && code != AIM_E_TIMEOUT) break;
            if (!script[server.next].request) break;
        }
        CHECK_INTEGER(count_of(cluster, "Node"), 2);
        CHECK(!server.extra);
        aim_fetch_free(fetch);
        aim_cluster_free(cluster);
    }
}

/* What is asked after a watch ended in some way; the last request of the script is left unanswered. */
static const char *after_watch(test_context *t, const scripted *watch, const char *next) {
    const scripted script[] = {{NODES, 200, LIST(ITEM("a", "1"), "")}, *watch, {next, 200, LIST("", "")}, {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, AIM_FETCH_WATCH);
    for (int i = 0; i < 200 && !server.extra && server.next < 3; i++) {
        aim_transport transport = scripted_transport(&server);
        aim_run_options step = {.struct_size = sizeof step, .flags = AIM_RUN_STEP, .limit_ms = 1000};
        aim_fetch_run(fetch, &transport, &step, NULL);
    }
    const char *asked = aimp_text_string(&server.asked), *last = asked;
    for (const char *c = asked; *c; c++) {
        if (*c == '\n' && c[1]) last = c + 1;
    }
    const char *answer = server.next == 3 ? "as expected" : last; /* what comes after it does not count */
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
    return answer;
}

TEST(fetch, watch_that_ends_is_followed_by_what_its_end_means) {
    static const char newest[] = NODES, from[] = NODES "&resourceVersion=7&resourceVersionMatch=NotOlderThan",
                      again[] = WATCH("7");
    const char *gone = "{\"type\":\"ERROR\",\"object\":" STATUS(410, "Expired", "") "}";
    const char *busy = "{\"type\":\"ERROR\",\"object\":" STATUS(429, "TooManyRequests", "") "}";
    const char *other = "{\"type\":\"ERROR\",\"object\":" STATUS(400, "BadRequest", "") "}";
    const struct {
        scripted watch;
        const char *next;
    } cases[] = {
        {{WATCH("7"), 200, gone}, from},
        {{WATCH("7"), 410, STATUS(410, "Gone", "")}, from},
        {{WATCH("7"), 200, busy}, again},
        {{WATCH("7"), 200, other}, newest},
        {{WATCH("7"), 429, "busy", .retry_after = "1"}, again},
        {{WATCH("7"), 403, STATUS(403, "Forbidden", "")}, newest},
        {{WATCH("7"), 404, "404 page not found"}, newest},
        {{WATCH("7"), 0, NULL, AIM_END_UNSENT, AIM_E_CONNECT, 0}, again},
        {{WATCH("7"), 200, NULL, AIM_END_LOST, AIM_E_CUT, 10}, again},       /* cut at once */
        {{WATCH("7"), 200, NULL, AIM_END_COMPLETE, AIM_OK, 10}, again},      /* ended at once */
        {{WATCH("7"), 200, NULL, AIM_END_COMPLETE, AIM_OK, 240000}, newest}, /* deaf: a version from the future */
        {{WATCH("7"), 200, NULL, AIM_END_LOST, AIM_E_TIMEOUT, 90000}, newest},
        {{WATCH("7"), 200, EVENT_OF("BOOKMARK", "", "9"), AIM_END_COMPLETE, AIM_OK, 240000}, WATCH("9")},
        {{WATCH("7"), 200, EVENT_OF("ADDED", "b", "9") "{\"type\":\"ADD", AIM_END_LOST, AIM_E_CUT, 5000}, WATCH("9")},
        {{WATCH("7"), 200, EVENT_OF("ADDED", "b", "9") "{\"type\":\"ADD", AIM_END_COMPLETE, AIM_OK, 5000}, WATCH("9")},
        {{WATCH("7"), 200, "<html>", AIM_END_COMPLETE, AIM_OK, 10}, again}, /* nothing whole */
        {{WATCH("7"), 200, "{\"type\":\"CHANGED\",\"object\":{}}", AIM_END_COMPLETE, AIM_OK, 10}, newest},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *seen = after_watch(t, &cases[i].watch, cases[i].next);
        if (strcmp(seen, "as expected") != 0) FAIL("case %zu: asked %s", i, seen);
    }
}

/* A server that was begun anew: it forbids everything, and does not know its kinds, before it has read its own. */
static aim_fetch *after_doubt(test_context *t, scripted_server *server, aim_cluster *cluster, const scripted *script,
                              uint64_t limit_ms) {
    scripted_server_init(server, t, script);
    aim_fetch *fetch = scripted_fetch(server, cluster, nodes, AIM_FETCH_WATCH);
    const uint64_t began = server->now_ms;
    while (script[server->next].request && server->now_ms - began < limit_ms) {
        aim_transport transport = scripted_transport(server);
        aim_run_options step = {.struct_size = sizeof step, .flags = AIM_RUN_STEP, .limit_ms = 500};
        const aim_code code = aim_fetch_run(fetch, &transport, &step, NULL);
        if (code && code != AIM_E_TIMEOUT) break;
        CHECK_INTEGER(count_of(cluster, "Node"), server->now_ms > began + 31000 ? count_of(cluster, "Node") : 1);
    }
    return fetch;
}

TEST(fetch, what_was_read_outlives_a_server_that_begins_anew) {
    const char *no = STATUS(403, "Forbidden", "");
    const scripted lost = {NODES, 0, NULL, AIM_END_UNSENT, AIM_E_CONNECT, 0},
                   from = {NODES "&resourceVersion=7&resourceVersionMatch=NotOlderThan",
                           0,
                           NULL,
                           AIM_END_UNSENT,
                           AIM_E_CONNECT,
                           0};
    const scripted forbidden[] = {{NODES, 200, LIST(ITEM("a", "1"), "")},
                                  {WATCH("7"), 403, no, .after_ms = 1000},
                                  {NODES, 403, no},
                                  {NODES, 404, "404 page not found"},
                                  {NODES, 503, "starting"},
                                  {NODES, 403, no},
                                  {NODES, 200, LIST(ITEM("b", "1"), "")},
                                  {WATCH("7"), 200, NULL, .after_ms = 1000},
                                  {0}},
                   gone[] = {{NODES, 200, LIST(ITEM("a", "1"), "")},
                             {WATCH("7"), 410, STATUS(410, "Gone", ""), .after_ms = 1000},
                             from,
                             from,
                             from,
                             from,
                             lost,
                             lost,
                             lost,
                             {NODES, 200, LIST(ITEM("b", "1"), "")},
                             {WATCH("7"), 200, NULL, .after_ms = 1000},
                             {0}};
    const scripted *const scripts[] = {forbidden, gone};
    for (size_t i = 0; i < 2; i++) {
        aim_cluster *cluster = new_cluster(t);
        scripted_server server;
        aim_fetch *fetch = after_doubt(t, &server, cluster, scripts[i], 300000);
        if (server.extra || scripts[i][server.next].request) FAIL("asked:\n%s", aimp_text_string(&server.asked));
        CHECK_TEXT(sync_text(t, fetch), "Node synced, 1 objects at \"7\"\n");
        aim_fetch_free(fetch);
        aim_cluster_free(cluster);
    }
}

TEST(fetch, server_that_goes_on_refusing_is_believed) {
    static const struct {
        unsigned status;
        const char *answer, *expected;
    } cases[] = {
        {403, STATUS(403, "Forbidden", ""), "Node forbidden, 1 objects at \"7\": as scripted\n"},
        {404, "404 page not found", "Node not served, 0 objects at \"7\": the server does not have this kind\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        scripted script[24] = {{NODES, 200, LIST(ITEM("a", "1"), "")},
                               {WATCH("7"), cases[i].status, cases[i].answer, .after_ms = 1000}};
        for (size_t k = 2; k < 23; k++)
            script[k] = (scripted){NODES, cases[i].status, cases[i].answer};
        aim_cluster *cluster = new_cluster(t);
        scripted_server server;
        aim_fetch *fetch = after_doubt(t, &server, cluster, script, 90000);
        CHECK_TEXT(sync_text(t, fetch), cases[i].expected);
        aim_fetch_free(fetch);
        aim_cluster_free(cluster);
    }
}

static void count_changes(const aim_ref *object, int32_t change, void *user) {
    aimp_text *text = user;
    static const char signs[] = "?+~-";
    aimp_text_add_format(text, "%c%s ", signs[change], object->name);
}

TEST(fetch, listener_is_told_what_changed_and_nothing_else) {
    const scripted script[] = {
        {NODES, 200, LIST(ITEM("a", "1") "," ITEM("b", "2"), "")},
        {WATCH("7"), 200,
         "{\"type\":\"MODIFIED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"a\","
         "\"resourceVersion\":"
         "\"8\"},\"spec\":{\"taints\":[{\"key\":\"}]\\\"\"}]}}}" /* a new version of the same */
         EVENT_OF("MODIFIED", "b", "9")
             EVENT_OF("DELETED", "x", "10") "{\"type\":\"ERROR\",\"object\":" STATUS(410, "Expired", "") "}"},
        {NODES "&resourceVersion=10&resourceVersionMatch=NotOlderThan", 200,
         LIST(ITEM("a", "1") "," ITEM("c", "2"), "")},
        {0}};
    aimp_text seen = aimp_text_new(&t->arena);
    aim_listener listener = {.struct_size = sizeof listener, .changed = count_changes, .user = &seen};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch_options options = {.struct_size = sizeof options,
                                 .flags = AIM_FETCH_WATCH,
                                 .kinds = nodes,
                                 .kind_count = 1,
                                 .listener = &listener};
    aim_fetch *fetch;
    CHECK_INTEGER(aim_fetch_new(cluster, &options, &fetch, NULL), AIM_OK);
    for (int i = 0; i < 50 && server.next < 3; i++) {
        aim_transport transport = scripted_transport(&server);
        aim_run_options step = {.struct_size = sizeof step, .flags = AIM_RUN_STEP, .limit_ms = 1000};
        aim_fetch_run(fetch, &transport, &step, NULL);
    }
    aim_run_options step = {.struct_size = sizeof step, .flags = AIM_RUN_STEP, .limit_ms = 1};
    aim_transport transport = scripted_transport(&server);
    aim_fetch_run(fetch, &transport, &step, NULL);
    CHECK_TEXT(aimp_text_string(&seen), "+a +b ~b +c -b ");
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}

TEST(fetch, namespace_bounds_what_is_listed) {
    const char *const kinds[] = {"Pod", "AIMService", "StorageClass", NULL};
    scripted_server server;
    scripted_server_init(&server, t, NULL);
    aim_cluster *cluster = new_cluster(t);
    aim_fetch_options options = {
        .struct_size = sizeof options, .ns = "ml-team", .kinds = kinds, .kind_count = 3, .tries = 1};
    aim_fetch *fetch;
    CHECK_INTEGER(aim_fetch_new(cluster, &options, &fetch, NULL), AIM_OK);
    scripted_run(&server, fetch, 0, NULL);
    CHECK_TEXT(aimp_text_string(&server.asked),
               "GET /api/v1/namespaces/ml-team/pods?limit=500\n"
               "GET /apis/aim.eai.amd.com/v1alpha1/namespaces/ml-team/aimservices?limit=500\n"
               "GET /apis/storage.k8s.io/v1/storageclasses?limit=500\n");
    aim_fetch_free(fetch);
    options.ns = "a/../b";
    CHECK_INTEGER(aim_fetch_new(cluster, &options, &fetch, NULL), AIM_E_ARGUMENT);
    options.ns = NULL;
    options.kinds = (const char *const[]){"Nod"};
    options.kind_count = 1;
    CHECK_INTEGER(aim_fetch_new(cluster, &options, &fetch, NULL), AIM_E_UNSUPPORTED);
    aim_cluster_free(cluster);
}

TEST(fetch, warnings_of_the_server_are_told_once) {
    const char *warning = "299 - \"v1beta1 is \\\"old\\\"\033\"";
    const scripted script[] = {{NODES, 200, LIST("", "\"continue\":\"x\","), .warning = warning},
                               {"GET /api/v1/nodes?limit=500&continue=x", 200, LIST("", ""), .warning = warning},
                               {0}};
    aim_cluster *cluster = new_cluster(t);
    scripted_server server;
    scripted_server_init(&server, t, script);
    aim_fetch *fetch = scripted_fetch(&server, cluster, nodes, 0);
    CHECK_INTEGER(scripted_run(&server, fetch, 0, NULL), AIM_OK);
    CHECK_TEXT(report_text(t, aim_fetch_report(fetch)), "warning AIM_OK 0:0  -: v1beta1 is \"old\"?\n");
    aim_fetch_free(fetch);
    aim_cluster_free(cluster);
}
