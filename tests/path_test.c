/* Label key patterns and route paths. The answers to the expressions are those of the reference, or of client-go. */
#include "harness.h"

#include "kube/key_pattern.h"
#include "kube/path_template.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

TEST(key_pattern, matches_as_go_does) {
    static const struct {
        const char *pattern, *key;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "a", true},
        {"*", "team", true},
        {"*", "a.b/c", false},
        {"*/*", "a.b/c", true},
        {"a.b/*", "a.b/c", true},
        {"a.b/*", "a.b/c/d", false},
        {"*.b/c", "a.b/c", true},
        {"?", "a", true},
        {"?", "/", false},
        {"?", "", false},
        {"?", "\xc3\xa9", true},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[^a]", "b", true},
        {"[^a]", "/", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"a*b*c", "axxbyyc", true},
        {"a*b*c", "axxbyy", false},
        {"*a", "aaab", false},
        {"*ab", "aaab", true},
        {"a**b", "ab", true},
        {"[\\]]", "]", true},
        {"[*]", "*", true},
        {"team-*", "team-a", true},
        {"team-*", "my-team-a", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool malformed = true;
        if (aimp_key_pattern_matches(cases[i].pattern, cases[i].key, &malformed) != cases[i].matches)
            FAIL("%s against %s is wrong", cases[i].pattern, cases[i].key);
        CHECK(!malformed);
    }
}

TEST(key_pattern, malformed_patterns_match_nothing) {
    static const char *const patterns[] = {"[", "[a", "[]", "[]a]", "[a-]", "[-a]", "a\\", "[^]", "[\xff]", "[a\\"};
    for (size_t i = 0; i < COUNT(patterns); i++) {
        bool malformed = false;
        CHECK(!aimp_key_pattern_matches(patterns[i], "a", &malformed));
        if (!malformed) FAIL("%s is not malformed", patterns[i]);
        CHECK(!aimp_key_pattern_matches(patterns[i], "a", NULL));
    }
}

TEST(key_pattern, many_stars_take_no_time) {
    char pattern[4001], key[4001];
    for (size_t i = 0; i < 4000; i++)
        pattern[i] = i % 2 ? 'a' : '*', key[i] = 'a';
    pattern[4000] = key[4000] = '\0';
    pattern[3999] = 'b';
    CHECK(!aimp_key_pattern_matches(pattern, key, NULL));
}

static const aimp_node *text(test_context *t, const char *value) {
    return aimp_string(&t->arena, value);
}

static const aimp_node *variable(test_context *t, const char *name, const char *value) {
    return aimp_map_of(&t->arena, "name", text(t, name), "value", value ? text(t, value) : NULL, NULL);
}

static const aimp_node *secret(test_context *t, const char *name) {
    return aimp_map_of(&t->arena, "name", text(t, name), NULL);
}

static const aimp_node *service(test_context *t) {
    aimp_arena *a = &t->arena;
    const aimp_node *labels = aimp_map_of(a, "workload", text(t, "Workload-42"), "app.kubernetes.io/name",
                                          text(t, "Chat.App"), "empty", text(t, ""), NULL);
    const aimp_node *annotations = aimp_map_of(a, "path", text(t, "Team-A/B"), "example.com/p", text(t, "x y/z"), NULL);
    const aimp_node *metadata =
        aimp_map_of(a, "name", text(t, "My_Svc"), "namespace", text(t, "testing"), "uid", text(t, "12345678-90ab"),
                    "labels", labels, "annotations", annotations, "creationTimestamp", text(t, "2025-01-01T00:00:00Z"),
                    "generation", aimp_integer(a, 7), "deletionGracePeriodSeconds", aimp_null(), NULL);
    const aimp_node *spec =
        aimp_map_of(a, "model", aimp_map_of(a, "name", text(t, "qwen"), NULL), "env",
                    aimp_list_of(a, variable(t, "A", "hit"), variable(t, "B", "x"), variable(t, "C", NULL), NULL),
                    "imagePullSecrets", aimp_list_of(a, secret(t, "First"), secret(t, "Last"), NULL), "replicas",
                    aimp_integer(a, 3), "runtimeConfigName", text(t, "small"), "cacheModel", aimp_bool(true), NULL);
    const aimp_node *resolved = aimp_map_of(a, "name", text(t, "Meta/Llama-3-8B"), NULL);
    const aimp_node *status = aimp_map_of(a, "resolvedModel", resolved, NULL);
    return aimp_map_of(a, "metadata", metadata, "spec", spec, "status", status, NULL);
}

static const char *render(test_context *t, const char *path_template, bool reference_quirks) {
    aimp_path_options options = {.reference_quirks = reference_quirks};
    const char *problem = NULL;
    const char *path = aimp_path_render(&t->arena, path_template, service(t), &options, &problem);
    if (!path && aimp_is_empty(problem)) FAIL("%s fails without a problem", path_template);
    return path;
}

typedef struct path_case {
    const char *path_template, *path; /* NULL: an error */
} path_case;

static void check_both(test_context *t, const path_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        CHECK_TEXT(render(t, cases[i].path_template, true), cases[i].path);
        CHECK_TEXT(render(t, cases[i].path_template, false), cases[i].path);
    }
}

TEST(path_template, expressions_have_values_in_both_modes) {
    static const path_case cases[] = {
        {"/{.metadata.namespace}/{.metadata.labels['workload']}", "/testing/workload-42"},
        {"/{.metadata.labels[\"app.kubernetes.io/name\"]}", "/chat-app"},
        {"/{.metadata.labels.app\\.kubernetes\\.io/name}", "/chat-app"},
        {"/{.metadata.labels.workload}", "/workload-42"},
        {"/{ .metadata.name }", "/my-svc"},
        {"/{$.metadata.name}", "/my-svc"},
        {"/{@.metadata.name}", "/my-svc"},
        {"/{.status.resolvedModel.name}", "/meta-llama-3-8b"},
        {"/{.metadata.annotations['path']}", "/team-a/b"},
        {"/{.metadata.annotations['example.com/p']}", "/x-y/z"},
        {"/{.metadata.annotations.path}", "/team-a-b"},
        {"models//{.metadata.name}/", "/models/my-svc"},
        {"/a/{.metadata.labels['empty']}/b", "/a/b"},
        {"/{.spec.replicas}", "/3"},
        {"/{.spec.cacheModel}", "/true"},
        {"/{.spec.imagePullSecrets[-1].name}", "/last"},
        {"/{.spec.imagePullSecrets[0].name}", "/first"},
        {"/{.spec.imagePullSecrets[0:1].name}", "/first"},
        {"/{.spec.env[2:].name}", "/c"},
        {"/{.spec.env[::3].name}", "/a"},
        {"/{.spec.env[?(@.name==\"A\")].value}", "/hit"},
        {"/{.spec.env[?(@.name=='B')].value}", "/x"},
        {"/{.spec.env[?(@.value!=\"hit\")].name}", "/b"},
        {"/{.spec.env[?(@.name>\"B\")].name}", "/c"},
        {"/{.spec.env[?(@.name<=\"A\")].name}", "/a"},
        {"/{..uid}", "/12345678-90ab"},
        {"/{.spec.model.*}", "/qwen"},
        {"/{\"Hello\"}", "/hello"},
        {"/{'It\\'s'}", "/it-s"},
        {"/{42}", "/42"},
        {"/{-1.50}", "/1-5"},
        {"/{true}", "/true"},
    };
    check_both(t, cases, COUNT(cases));
}

TEST(path_template, text_around_expressions_stays) {
    static const path_case cases[] = {
        {"models//pre-{.metadata.name}-post/", "/models/pre-my-svc-post"},
        {"/{{.metadata.name}}", "/my-svc"},
        {"/a/{}/b", "/a/b"},
        {"/a/{.metadata.name", "/a/metadata-name"},
        {"/a}/b", "/a/b"},
        {"/{a{.metadata.name}", "/amy-svc"},
        {"/a?b#c", "/a-b-c"},
    };
    check_both(t, cases, COUNT(cases));
}

TEST(path_template, errors_have_no_path) {
    static const path_case cases[] = {
        {"", NULL},
        {"   ", NULL},
        {"/a/{ }", NULL},
        {"/{metadata.name}", NULL},
        {"/{.metadata.labels['missing']}/x", NULL},
        {"/{.metadata.annotations[\"missing\"]}", NULL},
        {"/{.metadata.labels.missing}", NULL},
        {"/{.status.resolvedTemplate.name}", NULL},
        {"/{.spec.imagePullSecrets[*].name}", NULL},
        {"/{.spec.imagePullSecrets[0,1].name}", NULL},
        {"/{.spec.imagePullSecrets[2].name}", NULL},
        {"/{.spec.imagePullSecrets[1:1].name}", NULL},
        {"/{.spec.imagePullSecrets[::0].name}", NULL},
        {"/{.spec.imagePullSecrets[1:0].name}", NULL},
        {"/{.spec.model[0]}", NULL},
        {"/{.spec.model}", NULL},
        {"/{.spec.env}", NULL},
        {"/{.metadata.deletionGracePeriodSeconds}", NULL},
        {"/{.metadata.creationTimestamp}", NULL},
        {"/{range .spec.env[*]}{.name}{end}", NULL},
        {"/{end}", NULL},
        {"/{..name}", NULL},
        {"/{....name}", NULL},
        {"/{.spec.env[?(@.name==\"Z\")].value}", NULL},
        {"/{.spec.env[?(@.name==1)].value}", NULL},
        {"/{.spec.env[?(@.name=\"A\")].value}", NULL},
        {"/{.spec.env[?(@.name==\"A\"].value}", NULL},
        {"/{.spec.env[?(@.name==)].value}", NULL},
        {"/{.spec.env[0}", NULL},
        {"/{.spec.env[x]}", NULL},
        {"/{.spec.env[-]}", NULL},
        {"/{.spec.env[99999999999999999999]}", NULL},
        {"/{\"open}", NULL},
        {"/{\"bad \\q\"}", NULL},
        {"/{1.2.3}", NULL},
        {"/{-}", NULL},
        {"/{.metadata.name\\}", NULL},
        {"/{.}", NULL},
        {"/{(}", NULL},
    };
    check_both(t, cases, COUNT(cases));
}

TEST(path_template, the_reference_knows_brackets_only_after_labels_and_annotations) {
    static const path_case cases[] = {
        {"/{.spec['model'].name}", "/qwen"},
        {"/{.spec[\"model\"]['name']}", "/qwen"},
        {"/{$['metadata']['labels']['app.kubernetes.io/name']}", "/chat-app"},
        {"/{.metadata['labels']['app\\.kubernetes\\.io/name']}", "/chat-app"},
        {"/{.spec['nothing','model'].name}", NULL},
        {"/{.spec['model', 'model'].name}", NULL},
        {"/{.spec.runtimeConfigName}", "/small"},
        {"/{$.metadata.labels['workload']}", "/workload-42"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CHECK_TEXT(render(t, cases[i].path_template, true), NULL);
        CHECK_TEXT(render(t, cases[i].path_template, false), cases[i].path);
    }
}

TEST(path_template, a_problem_names_the_expression) {
    aimp_path_options options = {.reference_quirks = false};
    const char *problem = NULL;
    CHECK(!aimp_path_render(&t->arena, "/{.spec.nothing}", service(t), &options, &problem));
    CHECK_TEXT(problem, "the expression {.spec.nothing} has no value for a path: there is no \"nothing\".");
}

TEST(path_template, a_hostile_template_is_an_error_and_cheap) {
    static const char *const parts[] = {"{.metadata.annotations['path']}", "{.spec.env[?(@.name==\"A\")].value}",
                                        "{[?(", "{{"};
    for (size_t i = 0; i < COUNT(parts); i++) {
        aimp_text hostile = aimp_text_new(&t->arena);
        while (hostile.size < 300000)
            aimp_text_add_string(&hostile, parts[i]);
        CHECK_TEXT(render(t, aimp_text_string(&hostile), false), NULL);
    }
    aimp_text deep = aimp_text_new(&t->arena);
    aimp_text_add_string(&deep, "/{");
    for (size_t i = 0; i < 20000; i++)
        aimp_text_add_string(&deep, "[?(..*");
    aimp_text_add_string(&deep, "}");
    CHECK_TEXT(render(t, aimp_text_string(&deep), false), NULL);
}

TEST(path_template, paths_are_normalised) {
    static const path_case cases[] = {
        {"/", "/"},          {"///", "/"},      {"a", "/a"},
        {" /a/b/ ", "/a/b"}, {"/a//b", "/a/b"}, {"/ A B /c", "/a-b/c"},
        {"/---/x", "/x"},    {"---", "/"},      {"/\xc3\xa9t\xc3\xa9", "/t"},
        {"", NULL},          {" \t\n", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *problem;
        CHECK_TEXT(aimp_path_normalise(&t->arena, cases[i].path_template, &problem), cases[i].path);
    }
}

/* count segments of 63 characters. */
static const char *long_path(test_context *t, size_t count) {
    aimp_text path = aimp_text_new(&t->arena);
    for (size_t i = 0; i < count; i++) {
        aimp_text_add_char(&path, '/');
        aimp_text_add_repeated(&path, 'a', 63);
    }
    return aimp_text_string(&path);
}

TEST(path_template, two_hundred_bytes_are_the_limit) {
    const char *problem;
    CHECK_TEXT(aimp_path_normalise(&t->arena, long_path(t, 3), &problem), long_path(t, 3));
    CHECK(!aimp_path_normalise(&t->arena, long_path(t, 4), &problem));
    CHECK_TEXT(problem, "The path is longer than 200 bytes.");

    char path[203];
    memset(path, 'a', sizeof path);
    path[200] = '\0';
    CHECK(!aimp_path_normalise(&t->arena, path, &problem)); /* 200 and the slash that it lacks */
    path[199] = '/';
    CHECK_TEXT(aimp_path_normalise(&t->arena, path, &problem), long_path(t, 1));
    path[0] = '/';
    path[199] = 'a';
    CHECK_TEXT(aimp_path_normalise(&t->arena, path, &problem), long_path(t, 1));
}

TEST(path_template, the_default_path_is_namespace_and_uid) {
    CHECK_TEXT(aimp_path_default(&t->arena, "testing", "12345678-90ab"), "/testing/12345678-90ab");
    CHECK_TEXT(aimp_path_default(&t->arena, "team-a", ""), "/team-a");
    CHECK_TEXT(aimp_path_default(&t->arena, "", ""), "/");
    CHECK_TEXT(aimp_path_default(&t->arena, long_path(t, 4), "x"), "/");
}
