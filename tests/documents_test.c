/* What the documents list and what the code has are the same. */
#include "harness.h"

TEST(reasons, the_document_lists_every_reason_with_its_number) {
    size_t size;
    char *text = test_read_file(t, aimp_format(&t->arena, "%s/docs/reasons.md", test_source_folder()), &size);
    if (!text) {
        FAIL("docs/reasons.md cannot be read");
        return;
    }
    size_t named = 0, listed = 0;
    for (int32_t number = 100; number < 2000; number++) {
        const char *name = aim_reason_name(number);
        if (!name) continue;
        named++;
        CHECK_INTEGER(aim_reason_number(name), number);
        if (!strstr(text, aimp_format(&t->arena, "\n| %d | %s |", (int)number, name)))
            FAIL("%d %s is not listed", (int)number, name);
    }
    for (const char *row = text; (row = strstr(row, "\n| ")) != NULL; row++)
        listed += aimp_is_digit(row[3]);
    CHECK_INTEGER(listed, named);
    CHECK(named > 40);
}

static char *read_source(test_context *t, const char *path) {
    size_t size;
    char *text = test_read_file(t, aimp_format(&t->arena, "%s/%s", test_source_folder(), path), &size);
    if (!text) FAIL("%s cannot be read", path);
    return text;
}

TEST(behaviours, the_document_names_every_switch_and_only_those) {
    char *document = read_source(t, "docs/behaviours.md"), *header = read_source(t, "lib/cluster/policy.h");
    size_t switches = 0;
    for (const char *p = header; document && header && (p = strstr(p, "\n    bool ")) != NULL; p++) {
        const char *name = p + strlen("\n    bool ");
        name = aimp_copy(&t->arena, name, strcspn(name, ";"));
        switches++;
        if (!strstr(document, aimp_format(&t->arena, "`%s`", name))) FAIL("%s is not in docs/behaviours.md", name);
    }
    CHECK(switches > 30);
}

TEST(behaviours, the_tests_that_the_documents_name_exist) {
    static const char *const documents[] = {"docs/behaviours.md", "docs/seed-map.md"};
    static const char *const sources[] = {"tests/selection_behaviour_test.c", "tests/rendering_behaviour_test.c",
                                          "tests/status_behaviour_test.c", "tests/cache_behaviour_test.c",
                                          "tests/seed_test.c"};
    char *tests[5];
    size_t named = 0;
    for (size_t i = 0; i < 5; i++)
        tests[i] = read_source(t, sources[i]);
    for (size_t d = 0; d < 2; d++) {
        for (const char *p = read_source(t, documents[d]); p && (p = strstr(p, "behaviour.")) != NULL; p++) {
            const char *name = p + strlen("behaviour.");
            size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
            const char *test = aimp_format(&t->arena, "TEST(behaviour, %s)", aimp_copy(&t->arena, name, size));
            bool found = false;
            for (size_t i = 0; i < 5; i++)
                found = found || (tests[i] && strstr(tests[i], test));
            named++;
            if (!found) FAIL("%s names a test that does not exist: %s", documents[d], test);
        }
    }
    CHECK(named > 60);
}
