/* Environment lists, engine arguments and runtime configurations: the worked examples of the specification. */
#include "decide/pass.h"
#include "doc/go_number.h"
#include "doc/reader.h"
#include "doc/writer.h"
#include "harness.h"

static const aimp_node *tree(test_context *t, const char *json) {
    const aimp_node *node = aimp_read_small_json(&t->arena, json, strlen(json));
    if (!node) FAIL("%s is no JSON", json);
    return node;
}

static const char *text_of(test_context *t, const aimp_node *node) {
    if (!node) return "absent";
    aimp_text text = aimp_text_new(&t->arena);
    aimp_write_json(&text, node);
    return aimp_text_string(&text);
}

typedef struct merge_case {
    const char *lower, *higher, *merged;
} merge_case;

static void check_merges(test_context *t, const merge_case *cases, size_t count, bool keep_numbers) {
    for (size_t i = 0; i < count; i++)
        CHECK_TEXT(aimp_engine_args_merge(&t->arena, cases[i].lower, cases[i].higher, keep_numbers), cases[i].merged);
}

TEST(engine_args, merge_as_the_reference_does) {
    static const merge_case cases[] = {
        {"{\"b\": 1.0, \"a\": {\"x\": [1,2], \"y\": 1}}", "{\"a\":{\"x\":[3],\"z\":\"<\"}, \"c\":null}",
         "{\"a\":{\"x\":[3],\"y\":1,\"z\":\"\\u003c\"},\"b\":1,\"c\":null}"},
        {"", "{\"a\": 1}", "{\"a\": 1}"},
        {"{\"a\": 1}", "", "{\"a\": 1}"},
        {"no object", "{\"a\":1}", "{\"a\":1}"},
        {"{\"a\":1}", "[1]", "[1]"},
        {"{\"a\":1}", "{\"a\":1} x", "{\"a\":1} x"},
        {"{\"a\":1e400}", "{\"b\":1}", "{\"b\":1}"},
        {"{\"b\": 2, \"a\" :1}", "null", "{\"a\":1,\"b\":2}"},
        {"null", "{}", "null"},
        {"null", "{\"a\":1}", "{\"a\":1}"},
        {"{\"a\":1,\"a\":2}", "{\"b\":3,\"b\":4}", "{\"a\":2,\"b\":4}"},
        {" {\"a\": true} ", "{}", "{\"a\":true}"},
        {"{\"k\":\"&>\\u2028\\t\"}", "{}", "{\"k\":\"\\u0026\\u003e\\u2028\\t\"}"},
        {"{\"k\":\"\\ud800\"}", "{}", "{\"k\":\"\xef\xbf\xbd\"}"},
        {"{\"a\":{\"b\":1}}", "{\"a\":2}", "{\"a\":2}"},
    };
    check_merges(t, cases, sizeof cases / sizeof *cases, false);
}

TEST(engine_args, numbers_keep_their_text_by_the_documented_rule) {
    static const merge_case cases[] = {{"{\"a\": 1.0, \"b\": 123456789012345678901234567890}", "{\"c\": 1E+2}",
                                        "{\"a\":1.0,\"b\":123456789012345678901234567890,\"c\":1E+2}"}};
    check_merges(t, cases, 1, true);
}

TEST(go_number, spells_a_double_as_go_does) {
    static const char *const cases[][2] = {
        {"1.0", "1"},
        {"8192", "8192"},
        {"0.90", "0.9"},
        {"-0", "-0"},
        {"0", "0"},
        {"1e-6", "0.000001"},
        {"1e-7", "1e-7"},
        {"1.5e-7", "1.5e-7"},
        {"1e20", "100000000000000000000"},
        {"1e21", "1e+21"},
        {"123456789012345678", "123456789012345680"},
        {"0.1", "0.1"},
        {"1e23", "1e+23"},
        {"5e-324", "5e-324"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
        {"100", "100"},
        {"1234.5678", "1234.5678"},
        {"-2.50", "-2.5"},
        {"9007199254740993", "9007199254740992"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_TEXT(aimp_go_number(&t->arena, cases[i][0]), cases[i][1]);
}

TEST(environment, an_override_replaces_in_place_and_new_names_are_appended) {
    const aimp_node *defaults = tree(t, "[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\",\"value\":\"2\"}]");
    const aimp_node *overrides = tree(
        t,
        "[{\"name\":\"C\",\"value\":\"3\"},{\"name\":\"A\",\"valueFrom\":{\"x\":1}},{\"name\":\"C\",\"value\":\"4\"}]");
    CHECK_TEXT(text_of(t, aimp_env_merge(&t->arena, defaults, overrides)),
               "[{\"name\":\"A\",\"valueFrom\":{\"x\":1}},{\"name\":\"B\",\"value\":\"2\"},{\"name\":\"C\",\"value\":"
               "\"3\"},{\"name\":\"C\",\"value\":\"4\"}]");
}

TEST(environment, only_the_first_of_equal_defaults_is_replaced_by_the_last_override) {
    const aimp_node *defaults = tree(t, "[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"A\",\"value\":\"2\"}]");
    const aimp_node *overrides = tree(t, "[{\"name\":\"A\",\"value\":\"3\"},{\"name\":\"A\",\"value\":\"4\"}]");
    CHECK_TEXT(text_of(t, aimp_env_merge(&t->arena, defaults, overrides)),
               "[{\"name\":\"A\",\"value\":\"4\"},{\"name\":\"A\",\"value\":\"2\"}]");
}

TEST(environment, two_empty_lists_are_absent) {
    CHECK(aimp_env_merge(&t->arena, NULL, NULL) == NULL);
    CHECK(aimp_env_merge(&t->arena, tree(t, "[]"), tree(t, "[]")) == NULL);
}

/* spec/runtime-config.md section 8, after the schema's defaults */
static const char cluster_config[] =
    "{\"routing\":{\"enabled\":true,\"gatewayRef\":{\"group\":\"g\",\"kind\":\"Gateway\",\"name\":\"gw\",\"namespace\":"
    "\"infra\"},\"requestTimeout\":\"60s\","
    "\"annotations\":{\"a\":\"1\",\"b\":\"2\"}},\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"AIM_ENGINE_"
    "ARGS\",\"value\":\"{\\\"x\\\":1,\\\"n\\\":{\\\"p\\\":1}}\"}],"
    "\"storage\":{\"defaultStorageClassName\":\"slow\",\"pvcHeadroomPercent\":25}}";
static const char namespace_config[] =
    "{\"routing\":{\"enabled\":false,\"gatewayRef\":{\"group\":\"g\",\"kind\":\"Gateway\",\"name\":\"team-gw\"},"
    "\"annotations\":{\"b\":\"\"}},"
    "\"env\":[{\"name\":\"B\",\"value\":\"2\"},{\"name\":\"AIM_ENGINE_ARGS\",\"value\":\"{\\\"n\\\":{\\\"q\\\":2}}\"}],"
    "\"storage\":{\"defaultStorageClassName\":\"fast\",\"pvcHeadroomPercent\":10}}";

static const char *merged_config(test_context *t, int32_t behaviour) {
    const aimp_switches *rules = aimp_policy_switches(aim_policy_builtin(behaviour));
    return text_of(t, aimp_merge_runtime_configs(&t->arena, tree(t, cluster_config), tree(t, namespace_config), rules));
}

TEST(runtime_config, the_worked_example_merges_as_in_the_reference) {
    CHECK_TEXT(
        merged_config(t, AIM_BEHAVIOUR_ENGINE_0_2),
        "{\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"AIM_ENGINE_ARGS\",\"value\":\"{\\\"n\\\":{\\\"p\\\":1,"
        "\\\"q\\\":2},\\\"x\\\":1}\"},{\"name\":\"B\",\"value\":\"2\"}],"
        "\"routing\":{\"annotations\":{\"a\":\"1\",\"b\":\"\"},\"enabled\":true,\"gatewayRef\":{\"group\":\"g\","
        "\"kind\":\"Gateway\",\"name\":\"team-gw\",\"namespace\":\"infra\"},"
        "\"requestTimeout\":\"60s\"},\"storage\":{\"defaultStorageClassName\":\"fast\",\"pvcHeadroomPercent\":10}}");
}

TEST(runtime_config, what_is_set_in_the_namespace_wins_by_the_documented_rule) {
    const aimp_node *merged = tree(t, merged_config(t, AIM_BEHAVIOUR_DOCUMENTED));
    CHECK_TEXT(text_of(t, aimp_at(merged, "routing", "enabled", NULL)), "false");
    CHECK_TEXT(text_of(t, aimp_at(merged, "routing", "gatewayRef", "namespace", NULL)), "absent");
    CHECK_TEXT(text_of(t, aimp_at(merged, "routing", "requestTimeout", NULL)), "\"60s\"");
}

TEST(runtime_config, deprecated_fields_move_unless_the_nested_one_is_set) {
    static const char *const cases[][2] = {
        {"{\"defaultStorageClassName\":\"a\"}", "{\"defaultStorageClassName\":\"a\"}"},
        {"{\"pvcHeadroomPercent\":25}", "{\"pvcHeadroomPercent\":25}"},
        {"{\"defaultStorageClassName\":\"a\",\"pvcHeadroomPercent\":25}",
         "{\"defaultStorageClassName\":\"a\",\"pvcHeadroomPercent\":25}"},
        {"{\"defaultStorageClassName\":\"a\",\"storage\":{\"defaultStorageClassName\":\"b\"}}",
         "{\"defaultStorageClassName\":\"b\"}"},
        {"{\"defaultStorageClassName\":\"\"}", "absent"},
        {"{\"pvcHeadroomPercent\":25,\"storage\":{\"pvcHeadroomPercent\":10}}", "{\"pvcHeadroomPercent\":10}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_TEXT(text_of(t, aimp_get(aimp_migrate_runtime_config(&t->arena, tree(t, cases[i][0])), "storage")),
                   cases[i][1]);
}
