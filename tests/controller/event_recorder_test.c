/* Events: what is written, what becomes a series, and what is given up. */
#include <stdio.h>

#include "event_recorder.h"
#include "help.h"

#define EVENTS "/apis/events.k8s.io/v1/namespaces/ml-team/events"
#define TIME "2026-01-02T03:04:05.000000Z"
#define LATER "2026-01-02T03:05:05.000000Z"

typedef struct scene {
    test_context *t;
    held_server server;
    event_recorder *recorder;
} scene;

static const aim_ref service = {.struct_size = sizeof service,
                                .group = "aim.eai.amd.com",
                                .version = "v1alpha1",
                                .kind = "AIMService",
                                .ns = "ml-team",
                                .name = "qwen",
                                .uid = "u-1"};

static void begin(scene *s, test_context *t) {
    s->t = t;
    held_server_init(&s->server, t);
    s->recorder = event_recorder_new("aim-controller", "pod-1");
    CHECK(s->recorder != NULL);
}

static void end(scene *s) {
    event_recorder_free(s->recorder);
    held_server_free(&s->server);
}

static void say(scene *s, const aim_ref *object, const char *note, const char *time) {
    event_recorder_say(s->recorder, s->server.fetch, object, "7", true, "RuntimeFailed", "RuntimeReady", note,
                       s->server.now_ms, time);
    held_server_run(&s->server);
}

static void step(scene *s) {
    held_server_run(&s->server);
    event_recorder_step(s->recorder, s->server.fetch, s->server.now_ms);
    held_server_run(&s->server);
}

static void reply(scene *s, uint64_t status, const char *body) {
    held_reply(&s->server, status, body);
    step(s);
}

static void pass(scene *s, uint64_t ms) {
    s->server.now_ms += ms;
    step(s);
}

TEST(event_recorder, an_event_is_written_whole) {
    scene s;
    begin(&s, t);
    say(&s, &service, "the \"pod\" \\ failed\n", TIME);
    CHECK_TEXT(held_line(&s.server), "POST " EVENTS "?fieldValidation=Strict");
    const char *body = aimp_format(&t->arena, "%s", held_body(&s.server));
    const char *const expected[][2] = {
        {"apiVersion", "events.k8s.io/v1"},
        {"kind", "Event"},
        {"metadata.namespace", "ml-team"},
        {"regarding.apiVersion", "aim.eai.amd.com/v1alpha1"},
        {"regarding.kind", "AIMService"},
        {"regarding.namespace", "ml-team"},
        {"regarding.name", "qwen"},
        {"regarding.uid", "u-1"},
        {"regarding.resourceVersion", "7"},
        {"eventTime", TIME},
        {"type", "Warning"},
        {"reason", "RuntimeFailed"},
        {"action", "RuntimeReady"},
        {"note", "the \"pod\" \\ failed\n"},
        {"reportingController", "aim-controller"},
        {"reportingInstance", "pod-1"},
        {"series", "missing"},
    };
    for (size_t i = 0; i < COUNT(expected); i++)
        CHECK_TEXT(member_text(t, body, expected[i][0]), expected[i][1]);
    const char *name = member_text(t, body, "metadata.name");
    CHECK(strncmp(name, "qwen.", 5) == 0 && strlen(name) == 5 + 16 && strspn(name + 5, "0123456789abcdef") == 16);
    CHECK(!strstr(body, "\\/")); /* an API server may not take it */
    reply(&s, 201, "{}");
    CHECK_INTEGER(s.server.count, 0);
    CHECK_INTEGER(event_recorder_dropped(s.recorder), 0);
    end(&s);
}

TEST(event_recorder, what_has_no_namespace_is_told_in_default) {
    scene s;
    begin(&s, t);
    const aim_ref node = {.struct_size = sizeof node, .group = "", .version = "v1", .kind = "Node", .name = "n1"};
    event_recorder_say(s.recorder, s.server.fetch, &node, NULL, false, "Seen", NULL, NULL, s.server.now_ms, TIME);
    held_server_run(&s.server);
    CHECK_TEXT(held_line(&s.server), "POST /apis/events.k8s.io/v1/namespaces/default/events?fieldValidation=Strict");
    CHECK_TEXT(member_text(t, held_body(&s.server), "metadata.namespace"), "default");
    CHECK_TEXT(member_text(t, held_body(&s.server), "regarding.namespace"), "missing");
    CHECK_TEXT(member_text(t, held_body(&s.server), "regarding.uid"), "missing");
    CHECK_TEXT(member_text(t, held_body(&s.server), "regarding.apiVersion"), "v1");
    CHECK_TEXT(member_text(t, held_body(&s.server), "regarding.resourceVersion"), "missing");
    CHECK_TEXT(member_text(t, held_body(&s.server), "type"), "Normal");
    CHECK_TEXT(member_text(t, held_body(&s.server), "action"), "Seen"); /* a server wants one */
    CHECK_TEXT(member_text(t, held_body(&s.server), "note"), "");
    end(&s);
}

TEST(event_recorder, without_a_time_it_is_now) {
    scene s;
    begin(&s, t);
    clock_fix(1767323045, 123456789);
    say(&s, &service, "a", NULL);
    CHECK_TEXT(member_text(t, held_body(&s.server), "eventTime"), "2026-01-02T03:04:05.123456Z");
    clock_reset();
    end(&s);
}

static const char *note_of(scene *s, const char *note) {
    test_context *t = s->t;
    say(s, &service, note, TIME);
    const char *text = member_text(t, held_body(&s->server), "note");
    reply(s, 201, "{}");
    return text;
}

TEST(event_recorder, long_texts_end_where_a_character_does) {
    scene s;
    begin(&s, t);
    char *exact = repeated(t, "a", 1024), *longer = repeated(t, "a", 1025);
    CHECK_TEXT(note_of(&s, exact), exact);
    exact[1023] = '\0';
    CHECK_TEXT(note_of(&s, aimp_format(&t->arena, "%s\xc3\xa9", exact)), exact);
    CHECK_TEXT(note_of(&s, aimp_format(&t->arena, "%s\xf0\x9f\x98\x80", exact + 2)), exact + 2);
    CHECK_TEXT(note_of(&s, aimp_format(&t->arena, "%s\xf0\x9f\x98\x80", exact + 3)),
               aimp_format(&t->arena, "%s\xf0\x9f\x98\x80", exact + 3));
    CHECK_TEXT(note_of(&s, "cut \xf0\x9f"), "cut \xef\xbf\xbd\xef\xbf\xbd");
    CHECK_TEXT(note_of(&s, "\xc0\xaf \xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    event_recorder_say(s.recorder, s.server.fetch, &service, NULL, false, longer, longer, longer, s.server.now_ms,
                       TIME);
    held_server_run(&s.server);
    CHECK_INTEGER(strlen(member_text(t, held_body(&s.server), "note")), 1024);
    CHECK_INTEGER(strlen(member_text(t, held_body(&s.server), "reason")), 128);
    CHECK_INTEGER(strlen(member_text(t, held_body(&s.server), "action")), 128);
    end(&s);
}

TEST(event_recorder, who_reports_is_cut) {
    scene s;
    begin(&s, t);
    event_recorder_free(s.recorder);
    s.recorder = event_recorder_new("aim-controller", repeated(t, "\xc3\xa9", 100));
    say(&s, &service, "a", TIME);
    CHECK_TEXT(member_text(t, held_body(&s.server), "reportingInstance"), repeated(t, "\xc3\xa9", 64));
    end(&s);
    CHECK(!event_recorder_new(NULL, "a") && !event_recorder_new("a", NULL) && !event_recorder_new("", "a"));
}

static const char *name_of(scene *s, const char *object) {
    test_context *t = s->t;
    aim_ref other = service;
    other.name = object;
    say(s, &other, "a", TIME);
    const char *name = member_text(t, held_body(&s->server), "metadata.name");
    reply(s, 201, "{}");
    return name;
}

TEST(event_recorder, names_are_legal_and_differ) {
    scene s;
    begin(&s, t);
    char *longest = repeated(t, "a", 253);
    CHECK_INTEGER(strlen(name_of(&s, longest)), 253);
    longest[235] = '.';
    CHECK(strncmp(name_of(&s, longest), longest, 235) == 0);
    CHECK(strncmp(name_of(&s, "system:node"), "object.", 7) == 0);
    CHECK(strncmp(name_of(&s, "a..b"), "object.", 7) == 0);
    CHECK(strncmp(name_of(&s, "a.b-c"), "a.b-c.", 6) == 0);
    say(&s, &service, "one", TIME);
    say(&s, &service, "two", TIME);
    CHECK_INTEGER(s.server.count, 2);
    CHECK(strcmp(member_text(t, s.server.held[0].body, "metadata.name"),
                 member_text(t, s.server.held[1].body, "metadata.name")) != 0);
    end(&s);
}

TEST(event_recorder, the_same_again_is_a_series) {
    scene s;
    begin(&s, t);
    say(&s, &service, "a", TIME);
    const char *name = member_text(t, held_body(&s.server), "metadata.name");
    say(&s, &service, "a", LATER); /* while the first one is under way */
    CHECK_INTEGER(s.server.asked, 1);
    reply(&s, 201, "{}");
    CHECK_TEXT(held_line(&s.server), aimp_format(&t->arena, "PATCH " EVENTS "/%s?fieldValidation=Strict", name));
    CHECK_TEXT(held_body(&s.server), "{\"series\":{\"count\":2,\"lastObservedTime\":\"" LATER "\"}}");
    reply(&s, 200, "{}");
    /* then once a minute */
    say(&s, &service, "a", LATER);
    say(&s, &service, "a", LATER);
    pass(&s, 50000);
    CHECK_INTEGER(s.server.count, 0);
    pass(&s, 10000);
    CHECK_TEXT(member_text(t, held_body(&s.server), "series.count"), "4");
    reply(&s, 200, "{}");
    pass(&s, 70000);
    CHECK_INTEGER(s.server.asked, 3); /* nothing new, nothing written */
    end(&s);
}

TEST(event_recorder, what_differs_is_no_series) {
    scene s;
    begin(&s, t);
    aim_ref reborn = service;
    reborn.uid = "u-2";
    say(&s, &service, "a", TIME);
    say(&s, &service, "b", TIME);
    say(&s, &reborn, "a", TIME);
    event_recorder_say(s.recorder, s.server.fetch, &service, "7", false, "RuntimeFailed", "RuntimeReady", "a",
                       s.server.now_ms, TIME);
    event_recorder_say(s.recorder, s.server.fetch, &service, "7", true, "Other", "RuntimeReady", "a", s.server.now_ms,
                       TIME);
    event_recorder_say(s.recorder, s.server.fetch, &service, "7", true, "RuntimeFailed", "Ready", "a", s.server.now_ms,
                       TIME);
    /* where one text ends and the next begins counts */
    event_recorder_say(s.recorder, s.server.fetch, &service, "7", true, "Runtime", "FailedRuntimeReady", "a",
                       s.server.now_ms, TIME);
    held_server_run(&s.server);
    CHECK_INTEGER(s.server.count, 7);
    /* but another version of the same object is the same */
    event_recorder_say(s.recorder, s.server.fetch, &service, "8", true, "RuntimeFailed", "RuntimeReady", "a",
                       s.server.now_ms, LATER);
    held_server_run(&s.server);
    CHECK_INTEGER(s.server.count, 7);
    end(&s);
}

TEST(event_recorder, a_series_ends_after_six_minutes_of_silence) {
    scene s;
    begin(&s, t);
    say(&s, &service, "a", TIME);
    const char *first = member_text(t, held_body(&s.server), "metadata.name");
    reply(&s, 201, "{}");
    pass(&s, 359000);
    say(&s, &service, "a", LATER);
    CHECK(strncmp(held_line(&s.server), "PATCH ", 6) == 0);
    reply(&s, 200, "{}");
    pass(&s, 361000);
    say(&s, &service, "a", LATER);
    CHECK(strncmp(held_line(&s.server), "POST ", 5) == 0);
    CHECK(strcmp(member_text(t, held_body(&s.server), "metadata.name"), first) != 0);
    end(&s);
}

TEST(event_recorder, silence_counts_without_a_step_between) {
    scene s;
    begin(&s, t);
    say(&s, &service, "a", TIME);
    reply(&s, 201, "{}");
    s.server.now_ms += 360000;
    say(&s, &service, "a", LATER);
    CHECK(strncmp(held_line(&s.server), "POST ", 5) == 0);
    end(&s);
}

TEST(event_recorder, what_was_refused_is_not_tried_again_by_itself) {
    static const struct {
        uint64_t status;
        const char *body;
    } refusals[] = {
        {403, STATUS("Forbidden")}, {404, STATUS("NotFound")}, {422, STATUS("Invalid")}, {409, STATUS("Conflict")}};
    for (size_t i = 0; i < COUNT(refusals); i++) {
        scene s;
        begin(&s, t);
        say(&s, &service, "a", TIME);
        reply(&s, refusals[i].status, refusals[i].body);
        CHECK_INTEGER(event_recorder_dropped(s.recorder), 1);
        pass(&s, 61000);
        CHECK_INTEGER(s.server.asked, 1);
        say(&s, &service, "a", LATER); /* a minute later it may be tried */
        CHECK(strncmp(held_line(&s.server), "POST ", 5) == 0);
        CHECK_TEXT(member_text(t, held_body(&s.server), "series.count"), "2");
        reply(&s, refusals[i].status, refusals[i].body);
        for (int again = 0; again < 10; again++)
            say(&s, &service, "a", LATER);
        step(&s);
        CHECK_INTEGER(s.server.asked, 2);
        CHECK_INTEGER(event_recorder_dropped(s.recorder), 2);
        end(&s);
    }
}

TEST(event_recorder, what_is_there_already_is_written) {
    scene s;
    begin(&s, t);
    say(&s, &service, "a", TIME);
    reply(&s, 409, STATUS("AlreadyExists"));
    CHECK_INTEGER(event_recorder_dropped(s.recorder), 0);
    say(&s, &service, "a", LATER);
    CHECK(strncmp(held_line(&s.server), "PATCH ", 6) == 0);
    end(&s);
}

TEST(event_recorder, an_event_that_has_expired_is_made_anew) {
    scene s;
    begin(&s, t);
    say(&s, &service, "a", TIME);
    reply(&s, 201, "{}");
    say(&s, &service, "a", LATER);
    reply(&s, 404, STATUS("NotFound"));
    CHECK_INTEGER(event_recorder_dropped(s.recorder), 1);
    CHECK_INTEGER(s.server.count, 0);
    say(&s, &service, "a", LATER);
    CHECK(strncmp(held_line(&s.server), "POST ", 5) == 0);
    CHECK_TEXT(member_text(t, held_body(&s.server), "series"), "missing");
    end(&s);
}

TEST(event_recorder, little_is_under_way_and_not_much_waits) {
    scene s;
    begin(&s, t);
    for (int i = 0; i < 150; i++) {
        event_recorder_say(s.recorder, s.server.fetch, &service, NULL, false, "Many", "Many",
                           aimp_format(&t->arena, "%d", i), s.server.now_ms, TIME);
    }
    held_server_run(&s.server);
    CHECK_INTEGER(s.server.count, 16);
    CHECK_INTEGER(event_recorder_dropped(s.recorder), 50);
    for (int i = 0; i < 100; i++)
        reply(&s, 201, "{}");
    CHECK_INTEGER(s.server.asked, 100);
    CHECK_INTEGER(s.server.count, 0);
    CHECK_INTEGER(event_recorder_dropped(s.recorder), 50);
    say(&s, &service, "150", TIME); /* there is room again */
    CHECK_INTEGER(s.server.count, 1);
    end(&s);
}

TEST(event_recorder, the_oldest_is_forgotten_when_a_thousand_are_known) {
    scene s;
    begin(&s, t);
    for (int i = 0; i < 1000; i++)
        note_of(&s, aimp_format(&t->arena, "%d", i));
    note_of(&s, "0"); /* said again: the oldest is now "1" */
    CHECK_INTEGER(s.server.asked, 1001);
    s.server.now_ms++;
    note_of(&s, "1000");
    say(&s, &service, "0", LATER);
    CHECK_INTEGER(s.server.count, 0); /* still known: its next write has time */
    say(&s, &service, "1", LATER);
    CHECK(strncmp(held_line(&s.server), "POST ", 5) == 0);
    CHECK_INTEGER(event_recorder_dropped(s.recorder), 0);
    end(&s);
}

TEST(event_recorder, what_no_server_takes_is_counted) {
    scene s;
    begin(&s, t);
    aim_ref nameless = service, elsewhere = service;
    nameless.name = NULL;
    elsewhere.ns = "../kube-system";
    say(&s, NULL, "a", TIME);
    say(&s, &nameless, "a", TIME);
    event_recorder_say(s.recorder, s.server.fetch, &service, NULL, false, "", "a", "a", s.server.now_ms, TIME);
    say(&s, &elsewhere, "a", TIME);
    CHECK_INTEGER(event_recorder_dropped(s.recorder), 4);
    CHECK_INTEGER(s.server.asked, 0);
    end(&s);
}

TEST(event_recorder, without_a_recorder_nothing_happens) {
    held_server server;
    held_server_init(&server, t);
    event_recorder_say(NULL, server.fetch, &service, NULL, false, "a", "a", "a", 1, TIME);
    event_recorder_step(NULL, server.fetch, 1);
    CHECK_INTEGER(event_recorder_dropped(NULL), 0);
    event_recorder_free(NULL);
    held_server_run(&server);
    CHECK_INTEGER(server.asked, 0);
    held_server_free(&server);
}
