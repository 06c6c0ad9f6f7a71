/* Lists and watches that end after any byte: a record of what a server would answer is played back with such an end put
 * in, and what is known afterwards, and what the listener heard, is what it is without. */
#include <stdlib.h>

#include "scripted_server.h"

#define EXCHANGE "{\"apiVersion\":\"libaim/v1\",\"kind\":\"Exchange\"}\n"
#define PATH "/apis/aim.eai.amd.com/v1alpha1/aimservices?"
#define FROM(version) PATH "limit=2&resourceVersion=" version "&resourceVersionMatch=NotOlderThan"

/* What a reader of JSON can trip over when it stops there: escapes, characters of several bytes, braces in strings. */
#define OBJECT(name, version, note)                                                                                    \
    "{\"apiVersion\":\"aim.eai.amd.com/v1alpha1\",\"kind\":\"AIMService\",\"metadata\":{\"name\":\"" name              \
    "\",\"namespace\":\"ml-team\",\"uid\":\"u-" name "\",\"resourceVersion\":\"" version                               \
    "\",\"annotations\":{\"note\":\"" note                                                                             \
    "\"}},\"spec\":{\"model\":{\"name\":\"m\"},\"replicas\":2},\"status\":{\"status\":\"Running\"}}"
#define EVENT_OF(type, name, version, note) "{\"type\":\"" type "\",\"object\":" OBJECT(name, version, note) "}\n"
#define MARK_OF(version)                                                                                               \
    "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"AIMService\",\"apiVersion\":\"aim.eai.amd.com/v1alpha1\","          \
    "\"metadata\":{\"resourceVersion\":\"" version "\"}}}\n"
#define GONE                                                                                                           \
    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":"    \
    "\"too old\",\"reason\":\"Expired\",\"code\":410}}\n"
#define PAGE(items, more, version)                                                                                     \
    "{\"items\":[" items "],\"kind\":\"AIMServiceList\",\"apiVersion\":\"aim.eai.amd.com/v1alpha1\",\"metadata\":{"    \
    "\"continue\":\"" more "\",\"resourceVersion\":\"" version "\"}}\n"

#define RELISTED PAGE(OBJECT("a", "12", "}]\\\"\\\\{[") "," OBJECT("c", "20", "new"), "q", "30")

static const char *const kinds[] = {"AIMService"};

/* The history: two pages at version 10; from there five events, a bookmark and a 410; two pages at version 30, and two
 * more events. A watch gets what is newer than the version that it asks for, so each is here with every version to ask
 * from. */
static const struct {
    const char *version, *event;
} first_watch[] =
    {
        {"10", NULL},
        {"11", EVENT_OF("ADDED", "d", "11", "plain")},
        {"12", EVENT_OF("MODIFIED", "a", "12", "}]\\\"\\\\{[")},
        {"13", EVENT_OF("DELETED", "b", "13", "h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \\u00e9\\ud83d\\ude00")},
        {"14", EVENT_OF("ADDED", "b", "14", "again")},
        {"18", MARK_OF("18")},
        {"19", EVENT_OF("MODIFIED", "d", "19", "")},
        {NULL, GONE},
},
  second_watch[] = {
      {"30", NULL},
      {"31", EVENT_OF("DELETED", "c", "31", "")},
      {"32", EVENT_OF("ADDED", "f", "32", "last")},
};

enum { PAGES = 4, MOST_EXCHANGES = PAGES + COUNT(first_watch) + COUNT(second_watch) };

typedef struct exchange {
    const char *target, *body;
} exchange;

/* --- the record --- */

static size_t add_watches(test_context *t, exchange *all, size_t count, const char *const *versions,
                          const char *const *events, size_t size) {
    for (size_t from = 0; from < size && versions[from]; from++) {
        aimp_text body = aimp_text_new(&t->arena);
        for (size_t i = from + 1; i < size; i++)
            aimp_text_add_string(&body, events[i]);
        /* nothing is newer than the last version: no answer, and what is played ends there */
        if (from + 1 == size) break;
        all[count++] = (exchange){aimp_format(&t->arena,
                                              PATH "watch=1&resourceVersion=%s&allowWatchBookmarks=true&"
                                                   "timeoutSeconds=240",
                                              versions[from]),
                                  aimp_text_string(&body)};
    }
    return count;
}

static size_t history(test_context *t, exchange all[MOST_EXCHANGES]) {
    const char *versions[COUNT(first_watch)], *events[COUNT(first_watch)];
    size_t count = 0;
    all[count++] = (exchange){PATH "limit=2", PAGE(OBJECT("a", "1", "") "," OBJECT("b", "2", "\\n"), "p+/=", "10")};
    all[count++] = (exchange){PATH "limit=2&continue=p%2B%2F%3D", PAGE(OBJECT("c", "3", "\xc2\xb5"), "", "10")};
    for (size_t i = 0; i < COUNT(first_watch); i++)
        versions[i] = first_watch[i].version, events[i] = first_watch[i].event;
    count = add_watches(t, all, count, versions, events, COUNT(first_watch));
    all[count++] = (exchange){FROM("19"), RELISTED};
    all[count++] = (exchange){PATH "limit=2&continue=q", PAGE(OBJECT("e", "21", ""), "", "30")};
    for (size_t i = 0; i < COUNT(second_watch); i++)
        versions[i] = second_watch[i].version, events[i] = second_watch[i].event;
    return add_watches(t, all, count, versions, events, COUNT(second_watch));
}

static const char *hex_of(test_context *t, const char *bytes, size_t size) {
    static const char digits[] = "0123456789abcdef";
    char *out = aimp_take(&t->arena, 2 * size + 1);
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[(unsigned char)bytes[i] >> 4];
        out[2 * i + 1] = digits[(unsigned char)bytes[i] & 15];
    }
    out[2 * size] = '\0';
    return out;
}

/* How an answer ends early. */
typedef struct cut {
    size_t bytes;   /* of its body; SIZE_MAX: not even its head came */
    bool is_silent; /* as if it were complete */
} cut;

typedef struct record {
    test_context *t;
    aimp_text text;
    int id;
} record;

static void add_answer(record *r, const exchange *x, const cut *early) {
    const size_t size = strlen(x->body), given = early && early->bytes < size ? early->bytes : size;
    const int id = ++r->id;
    aimp_text_add_format(&r->text, "{\"request\":{\"id\":%d,\"method\":\"GET\",\"target\":\"%s\"}}\n", id, x->target);
    if (!early || early->bytes != SIZE_MAX) {
        aimp_text_add_format(&r->text, "{\"response\":{\"id\":%d,\"status\":200}}\n", id);
        aimp_text_add_format(&r->text, "{\"body\":{\"id\":%d,\"hex\":\"%s\"}}\n", id, hex_of(r->t, x->body, given));
    }
    aimp_text_add_format(&r->text, "{\"end\":{\"id\":%d,\"phase\":\"%s\"}}\n", id,
                         !early || early->is_silent ? "complete" : "lost");
}

/* --- playing --- */

static void note_change(const aim_ref *object, int32_t change, void *user) {
    static const char signs[] = "?+~-";
    aimp_text_add_format(user, "%c%s/%s ", signs[change], object->ns, object->name);
}

/* What is known at the end, and what was heard on the way. */
static const char *play(test_context *t, const char *text, uint64_t seed) {
    aim_source source = {.struct_size = sizeof source, .name = "record", .data = text, .size = strlen(text)};
    aim_recorder *recorder = NULL;
    aim_fetch *fetch = NULL;
    aim_transport transport = {.struct_size = sizeof transport};
    aim_cluster *cluster = new_cluster(t);
    aimp_text heard = aimp_text_new(&t->arena);
    const aim_listener listener = {.struct_size = sizeof listener, .changed = note_change, .user = &heard};
    const aim_fetch_options options = {.struct_size = sizeof options,
                                       .flags = AIM_FETCH_WATCH,
                                       .page_size = 2,
                                       .requests = 1000000,
                                       .seed = seed,
                                       .kinds = kinds,
                                       .kind_count = 1,
                                       .listener = &listener};
    aim_sync sync = {.struct_size = sizeof sync};
    CHECK_INTEGER(aim_recorder_replay(t->context, &source, &recorder, NULL), AIM_OK);
    CHECK_INTEGER(aim_recorder_transport(recorder, &transport), AIM_OK);
    CHECK_INTEGER(aim_fetch_new(cluster, &options, &fetch, NULL), AIM_OK);
    const aim_run_options step = {.struct_size = sizeof step, .flags = AIM_RUN_STEP, .limit_ms = 60000};
    int after = 0;
    for (int i = 0; i < 200 && after < 3; i++) {
        const aim_code code = aim_fetch_run(fetch, &transport, &step, NULL);
        if (code && code != AIM_E_TIMEOUT) FAIL("the run ends with %s", aim_code_name(code));
        if (code && code != AIM_E_TIMEOUT) break;
        CHECK_INTEGER(aim_fetch_sync_at(fetch, 0, &sync), AIM_OK);
        after += strcmp(sync.resource_version, "32") == 0; /* and a little longer: nothing else may come */
    }
    const char *outcome =
        aimp_format(&t->arena, "%s, %" PRIu64 " objects, %zu problems\n%s\n%s", sync.resource_version, sync.objects,
                    aim_report_count(aim_fetch_report(fetch)), aimp_text_string(&heard), case_of(t, cluster));
    aim_fetch_free(fetch);
    aim_recorder_free(recorder);
    aim_cluster_free(cluster);
    return outcome;
}

/* The history with answer `which` ending early, and asked for again. */
static const char *record_with(test_context *t, const exchange *all, size_t count, size_t which, const cut *early) {
    record r = {.t = t, .text = aimp_text_new(&t->arena)};
    aimp_text_add_string(&r.text, EXCHANGE);
    for (size_t i = 0; i < count; i++) {
        if (i == which) add_answer(&r, &all[i], early);
        add_answer(&r, &all[i], NULL);
    }
    return aimp_text_string(&r.text);
}

/* Memory of one try is given back before the next: there are thousands. */
static bool is_same(test_context *t, const char *expected, const exchange *all, size_t count, size_t which, cut early) {
    aimp_arena kept = t->arena;
    aimp_arena_init(&t->arena, &t->allocator, &t->guard, 1 << 14);
    const char *text = record_with(t, all, count, which, &early), *outcome = play(t, text, early.bytes + 1);
    const bool same = strcmp(outcome, expected) == 0;
    if (!same)
        FAIL("answer %zu (%s), cut after %" PRId64 " of %zu bytes, %s:\n%s\ninstead of\n%s", which, all[which].target,
             (int64_t)early.bytes, strlen(all[which].body), early.is_silent ? "without a word" : "as lost", outcome,
             expected);
    aimp_arena_free(&t->arena);
    t->arena = kept;
    return same;
}

TEST(replay_cut, history_without_a_cut_is_what_it_says) {
    exchange all[MOST_EXCHANGES];
    const size_t count = history(t, all);
    const char *outcome = play(t, record_with(t, all, count, SIZE_MAX, NULL), 1);
    const char *heard = "32, 3 objects, 0 problems\n"
                        "+ml-team/a +ml-team/b +ml-team/c +ml-team/d ~ml-team/a -ml-team/b +ml-team/b ~ml-team/d ";
    if (strncmp(outcome, heard, strlen(heard)) != 0) FAIL("%s", outcome);
    const char *line = strchr(strchr(outcome, '\n') + 1, '\n');
    /* of a list no order is promised */
    static const char *const listed[] = {"-ml-team/b ", "~ml-team/c ", "-ml-team/d ", "+ml-team/e "};
    for (size_t i = 0; i < COUNT(listed); i++) {
        const char *found = strstr(outcome + strlen(heard), listed[i]);
        if (!found || found > line) FAIL("%s was not heard: %s", listed[i], outcome);
    }
    const char *last = "-ml-team/c +ml-team/f \n";
    CHECK(line && strncmp(line + 1 - strlen(last), last, strlen(last)) == 0);
}

static bool is_emulated(void) {
    const char *says = getenv("AIM_TEST_EMULATED");
    return says && *says;
}

TEST(replay_cut, answer_that_ends_after_any_byte_leaves_no_trace) {
    exchange all[MOST_EXCHANGES];
    const size_t count = history(t, all);
    const char *expected = play(t, record_with(t, all, count, SIZE_MAX, NULL), 1);
    const size_t step = is_emulated() ? 11 : 1; /* an emulator takes minutes for every byte */
    size_t tries = 0;
    for (size_t which = 0; which < count; which++) {
        /* of the watches those that are asked for without any cut: the first of each */
        const bool is_asked =
            which < 3 || all[which - 1].target[strlen(PATH)] == 'l' || !strstr(all[which].target, "watch");
        const size_t size = is_asked ? strlen(all[which].body) : 0;
        for (size_t bytes = 0; bytes < size; bytes += step) {
            for (int silent = 0; silent < 2; silent++, tries++) {
                if (!is_same(t, expected, all, count, which, (cut){bytes, silent})) return;
            }
        }
        if (is_asked && !is_same(t, expected, all, count, which, (cut){SIZE_MAX, false})) return;
    }
    CHECK(tries * step > 3000);
}

/* Each answer is cut several times at places drawn by lot, also those that only a cut leads to. */
TEST(replay_cut, answers_that_end_early_again_and_again_leave_no_trace) {
    exchange all[MOST_EXCHANGES];
    const size_t count = history(t, all);
    const char *expected = play(t, record_with(t, all, count, SIZE_MAX, NULL), 1);
    /* a list from a version that failed again and again is asked for without one */
    const exchange newest = {PATH "limit=2", RELISTED};
    uint64_t random = test_seed(t);
    for (int round = 0; round < 300; round++) {
        aimp_arena kept = t->arena;
        aimp_arena_init(&t->arena, &t->allocator, &t->guard, 1 << 14);
        record r = {.t = t, .text = aimp_text_new(&t->arena)};
        aimp_text_add_string(&r.text, EXCHANGE);
        for (size_t i = 0; i < count; i++) {
            for (uint64_t cuts = test_random(&random) % 4; cuts; cuts--) {
                const size_t size = strlen(all[i].body);
                const bool headless = test_random(&random) % 16 == 0;
                const cut early = {headless ? SIZE_MAX : (size_t)(test_random(&random) % size),
                                   !headless && test_random(&random) % 2};
                add_answer(&r, &all[i], &early);
            }
            add_answer(&r, &all[i], NULL);
        }
        add_answer(&r, &newest, NULL);
        const char *outcome = play(t, aimp_text_string(&r.text), random | 1);
        const bool same = strcmp(outcome, expected) == 0;
        if (!same)
            FAIL("round %d:\n%s\ninstead of\n%s\nafter\n%s", round, outcome, expected, aimp_text_string(&r.text));
        aimp_arena_free(&t->arena);
        t->arena = kept;
        if (!same) return;
    }
}
