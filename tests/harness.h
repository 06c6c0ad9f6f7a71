/* A test body is written once and runs under Criterion and under the plain runner (which also works under sanitizers
 * and valgrind). Each body gets an allocator that counts: a body that leaks fails. A test's name is a sentence.
 *
 *   TEST(quantity, one_thousand_milli_is_one) {
 *       CHECK_TEXT(canonical(t, "1000m"), "1");
 *   }
 */
#ifndef AIM_TESTS_HARNESS_H
#define AIM_TESTS_HARNESS_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <aim/aim.h>

#include "base/memory.h"
#include "base/text.h"

typedef struct test_context {
    const char *suite, *name;
    unsigned failures;
    bool skipped;
    /* the counting allocator */
    aim_allocator allocator;
    size_t live_blocks, live_bytes, allocations;
    size_t fail_at;     /* the allocation with this number fails, 0: none */
    bool fail_for_good; /* and every one after it */
    size_t failed_allocations;
    /* for bodies that test internals; freed and checked by the harness */
    aimp_guard guard;
    aimp_arena arena;
    /* for bodies that test the public interface */
    aim_context *context;
} test_context;

typedef void test_body(test_context *t);

void test_run(const char *suite, const char *name, test_body *body, test_context *t);
void test_failed(test_context *t, const char *file, int line, const char *format, ...) AIMP_PRINTF(4, 5);
/* Ends the body as skipped; the reason is printed and counted. */
void test_skip(test_context *t, const char *reason);
void test_check_text(test_context *t, const char *file, int line, const char *expression, const char *actual,
                     const char *expected);
void test_check_integer(test_context *t, const char *file, int line, const char *expression, int64_t actual,
                        int64_t expected);
/* The seed of property tests: AIM_TEST_SEED or a fixed one; printed when a body that asked for it fails. */
uint64_t test_seed(test_context *t);
uint64_t test_random(uint64_t *state);
/* The folder of the source tree, and a file of it as arena text. */
const char *test_source_folder(void);
char *test_read_file(test_context *t, const char *path, size_t *size);
/* A cluster made of one text; fails the test and answers NULL when it cannot be read. aim_cluster_free(). */
aim_cluster *test_cluster(test_context *t, const char *text);
/* aim_plan_depends_on(), and a failure when the plan's interest says otherwise. */
int32_t test_depends(test_context *t, const aim_plan *plan, const aim_cluster *cluster, const aim_ref *object);

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) test_failed(t, __FILE__, __LINE__, "%s is false", #condition);                               \
    } while (0)
#define CHECK_TEXT(actual, expected) test_check_text(t, __FILE__, __LINE__, #actual, (actual), (expected))
#define CHECK_INTEGER(actual, expected)                                                                                \
    test_check_integer(t, __FILE__, __LINE__, #actual, (int64_t)(actual), (int64_t)(expected))
#define FAIL(...) test_failed(t, __FILE__, __LINE__, __VA_ARGS__)

#ifdef AIM_TESTS_CRITERION
#include <criterion/criterion.h>
#define TEST(suite_, name_)                                                                                            \
    static void suite_##_##name_##_body(test_context *t);                                                              \
    Test(suite_, name_) {                                                                                              \
        test_context context;                                                                                          \
        test_run(#suite_, #name_, suite_##_##name_##_body, &context);                                                  \
        cr_assert(context.failures == 0, "%u checks failed", context.failures);                                        \
    }                                                                                                                  \
    static void suite_##_##name_##_body(test_context *t)
#else
void test_register(const char *suite, const char *name, test_body *body);
#define TEST(suite_, name_)                                                                                            \
    static void suite_##_##name_##_body(test_context *t);                                                              \
    __attribute__((constructor)) static void suite_##_##name_##_register(void) {                                       \
        test_register(#suite_, #name_, suite_##_##name_##_body);                                                       \
    }                                                                                                                  \
    static void suite_##_##name_##_body(test_context *t)
#endif

#endif
