/* Runs one body: a counting allocator, a guard, an arena and a context for it, and the check that nothing leaked. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

static bool refuses(test_context *t) {
    t->allocations++;
    if (!t->fail_at) return false;
    bool refused = t->fail_for_good ? t->allocations >= t->fail_at : t->allocations == t->fail_at;
    t->failed_allocations += refused;
    return refused;
}

static void *count_alloc(size_t size, void *user) {
    test_context *t = user;
    if (refuses(t)) return NULL;
    void *block = malloc(size);
    if (block) t->live_blocks++, t->live_bytes += size;
    return block;
}

static void *count_resize(void *block, size_t old_size, size_t new_size, void *user) {
    test_context *t = user;
    if (new_size > old_size && refuses(t)) return NULL;
    void *moved = realloc(block, new_size);
    if (moved) t->live_bytes += new_size - old_size;
    return moved;
}

static void count_release(void *block, size_t size, void *user) {
    test_context *t = user;
    t->live_blocks--;
    t->live_bytes -= size;
    free(block);
}

void test_failed(test_context *t, const char *file, int line, const char *format, ...) {
    va_list arguments;
    t->failures++;
    fprintf(stderr, "%s:%d: %s.%s: ", file, line, t->suite, t->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void test_skip(test_context *t, const char *reason) {
    t->skipped = true;
    fprintf(stderr, "SKIP %s.%s: %s\n", t->suite, t->name, reason);
}

void test_check_text(test_context *t, const char *file, int line, const char *expression, const char *actual,
                     const char *expected) {
    if (actual && expected ? strcmp(actual, expected) == 0 : actual == expected) return;
    test_failed(t, file, line, "%s\n  is       %s\n  expected %s", expression, actual ? actual : "(NULL)",
                expected ? expected : "(NULL)");
}

void test_check_integer(test_context *t, const char *file, int line, const char *expression, int64_t actual,
                        int64_t expected) {
    if (actual != expected)
        test_failed(t, file, line, "%s is %" PRId64 ", expected %" PRId64, expression, actual, expected);
}

typedef struct running {
    test_context *t;
    test_body *body;
} running;

static void run_body(void *arg) {
    running *r = arg;
    r->body(r->t);
}

void test_run(const char *suite, const char *name, test_body *body, test_context *t) {
    *t = (test_context){.suite = suite, .name = name};
    t->allocator = (aim_allocator){sizeof t->allocator, 0, count_alloc, count_resize, count_release, t};
    aimp_arena_init(&t->arena, &t->allocator, &t->guard, 4096);
    aim_context_options options = {.struct_size = sizeof options, .allocator = &t->allocator};
    if (aim_context_new(&options, &t->context, NULL) != AIM_OK) test_failed(t, __FILE__, __LINE__, "no context");
    running r = {t, body};
    aim_code code = aimp_guard_run(&t->guard, run_body, &r);
    if (code) test_failed(t, __FILE__, __LINE__, "the body raised %s: %s", aim_code_name(code), t->guard.message);
    aimp_arena_free(&t->arena);
    aim_context_free(t->context);
    if (t->live_blocks || t->live_bytes)
        test_failed(t, __FILE__, __LINE__, "%zu blocks with %zu bytes were leaked", t->live_blocks, t->live_bytes);
}

uint64_t test_seed(test_context *t) {
    const char *given = getenv("AIM_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20260101;
    printf("%s.%s: AIM_TEST_SEED=%" PRIu64 "\n", t->suite, t->name, seed);
    return seed;
}

uint64_t test_random(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

const char *test_source_folder(void) {
    return AIM_SOURCE_FOLDER;
}

char *test_read_file(test_context *t, const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    long end = ftell(file);
    rewind(file);
    char *text = aimp_take(&t->arena, (size_t)end + 1);
    size_t got = fread(text, 1, (size_t)end, file);
    text[got] = '\0';
    fclose(file);
    if (size) *size = got;
    return text;
}

aim_cluster *test_cluster(test_context *t, const char *text) {
    aim_cluster *cluster;
    aim_error *error;
    if (!text) {
        FAIL("no documents");
        return NULL;
    }
    aim_source source = {.struct_size = sizeof source, .data = text, .size = strlen(text)};
    if (aim_cluster_new(t->context, &cluster, NULL)) {
        FAIL("no cluster");
        return NULL;
    }
    if (aim_cluster_add(cluster, &source, NULL, &error) == AIM_OK) return cluster;
    FAIL("%s:%" PRIu64 ":%" PRIu64 ": %s", aim_error_source(error), aim_error_line(error), aim_error_column(error),
         aim_error_message(error));
    aim_error_free(error);
    aim_cluster_free(cluster);
    return NULL;
}

int32_t test_depends(test_context *t, const aim_plan *plan, const aim_cluster *cluster, const aim_ref *object) {
    const int32_t depends = aim_plan_depends_on(plan, cluster, object);
    aim_interest *interest = NULL;
    CHECK_INTEGER(aim_plan_interest(plan, &interest, NULL), plan ? AIM_OK : AIM_E_ARGUMENT);
    const int32_t covers = aim_interest_covers(interest, cluster, object);
    if (covers != depends)
        FAIL("the plan says %d, its interest %d, of %s %s", (int)depends, (int)covers,
             object ? object->kind : "nothing", object ? object->name : "");
    aim_interest_free(interest);
    return depends;
}
