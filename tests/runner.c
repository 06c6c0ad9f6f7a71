/* The plain runner: every body in this process, so that sanitizers and valgrind see it.
 *
 *   aim_tests_plain [SUITE[.NAME]]...
 */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

typedef struct registered {
    const char *suite, *name;
    test_body *body;
} registered;

static registered *tests;
static size_t count, capacity;

void test_register(const char *suite, const char *name, test_body *body) {
    if (count == capacity) {
        capacity = capacity ? capacity * 2 : 256;
        tests = realloc(tests, capacity * sizeof *tests);
        if (!tests) abort();
    }
    tests[count++] = (registered){suite, name, body};
}

static int by_name(const void *left, const void *right) {
    const registered *a = left, *b = right;
    int order = strcmp(a->suite, b->suite);
    return order ? order : strcmp(a->name, b->name);
}

static bool is_wanted(const registered *test, int argc, char **argv) {
    char full[512];
    snprintf(full, sizeof full, "%s.%s", test->suite, test->name);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], test->suite) == 0 || strcmp(argv[i], full) == 0) return true;
    }
    return argc == 1;
}

int main(int argc, char **argv) {
    size_t passed = 0, failed = 0, skipped = 0;
    if (count) qsort(tests, count, sizeof *tests, by_name);
    for (size_t i = 0; i < count; i++) {
        if (!is_wanted(&tests[i], argc, argv)) continue;
        test_context t;
        test_run(tests[i].suite, tests[i].name, tests[i].body, &t);
        if (t.failures)
            failed++;
        else if (t.skipped)
            skipped++;
        else
            passed++;
    }
    free(tests);
    printf("%zu passed, %zu failed, %zu skipped\n", passed, failed, skipped);
    return failed || !passed;
}
