/* Memory that runs out gives an error, never half an answer. Every scenario of the two tables is repeated with its
 * first, second, third … allocation failing, once and for good, until it comes through. */
#include "memory_scenario.h"

#include <ctype.h>

#include "cluster_help.h"

/* --- the stage --- */

void memory_note_buffer(stage *s, aim_code code, aim_buffer *buffer) {
    memory_check_out(s, code, buffer);
    aimp_text_add(&s->answer, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
}

static aim_code note_piece(const char *data, size_t size, void *user) {
    aimp_text_add(&((stage *)user)->answer, data, size);
    return AIM_OK;
}

aim_sink memory_sink(stage *s) {
    return (aim_sink){.struct_size = sizeof(aim_sink), .write = note_piece, .user = s};
}

void memory_check_out(stage *s, aim_code code, const void *out) {
    test_context *t = s->t;
    if (!code != (out != NULL)) FAIL("%s, and the out-parameter is %s", aim_code_name(code), out ? "set" : "NULL");
}

/* What every run begins with: made once. */
static bool set_up(test_context *t, stage *s) {
    aim_ref service = ref_of("AIMService", "team", "chat");
    s->t = t;
    s->sample =
        test_read_file(t, aimp_format(&t->arena, "%s/tests/robustness/sample.yaml", test_source_folder()), NULL);
    s->cluster = s->sample ? test_cluster(t, s->sample) : NULL;
    if (!s->cluster || declare(s->cluster, AIM_STATE_KNOWN, AIM_VERB_ANY, NULL, NULL) ||
        add_container_log(s->cluster, "team", "p1", "kserve-container", "Traceback\n", 10, NULL) ||
        aim_plan_new(s->cluster, &service, NULL, &s->plan, NULL) ||
        aim_diff_new(s->plan, s->cluster, NULL, &s->diff, NULL)) {
        FAIL("the sample cannot be used");
        return false;
    }
    add_layer(s->cluster, "broken", "a: [\n---\nb: 1\n", 0, &s->refused, NULL);
    return true;
}

static void tear_down(stage *s) {
    aim_report_free(s->refused);
    aim_diff_free(s->diff);
    aim_plan_free(s->plan);
    aim_cluster_free(s->cluster);
}

/* What a scenario could have changed, as text. */
static const char *state_of(stage *s, aimp_arena *kept) {
    aim_buffer *cluster = NULL, *lint = NULL;
    test_context *t = s->t;
    if (aim_cluster_render_case(s->cluster, 0, &cluster, NULL) ||
        aim_lint_render(s->lint, AIM_FORMAT_JSON, 0, &lint, NULL))
        FAIL("the state cannot be written");
    const char *state = aimp_format(kept, "%s%s", aim_buffer_data(cluster), aim_buffer_data(lint));
    aim_buffer_free(cluster);
    aim_buffer_free(lint);
    return state;
}

/* --- one run --- */

typedef struct result {
    aim_code code;
    const char *answer, *state;
} result;

static aim_code call(stage *s, const memory_scenario *scenario, aimp_arena *kept, result *out) {
    test_context *t = s->t;
    aim_error *error = NULL;
    s->answer = aimp_text_new(kept);
    out->code = scenario->run(s, scenario, &error);
    t->fail_at = 0;
    out->answer = aimp_text_string(&s->answer);
    out->state = state_of(s, kept);
    aim_code said = aim_error_code(error);
    /* without memory for an error of its own a refusal carries the one for memory */
    bool own_code = strcmp(aim_code_name(out->code), "AIM_E_UNKNOWN") == 0; /* of the host: no static error has it */
    bool agrees = said == out->code || (own_code && said == AIM_E_NO_MEMORY && t->allocations);
    if (!agrees) FAIL("%s: %s, and the error is %s", scenario->name, aim_code_name(out->code), aim_code_name(said));
    if (said == AIM_E_NO_MEMORY && (!*aim_error_message(error) || !aim_error_retryable(error)))
        FAIL("%s: the error says nothing", scenario->name);
    aim_error_free(error);
    return out->code;
}

static void compare(test_context *t, const memory_scenario *scenario, size_t n, const result *actual,
                    const result *expected) {
    if (actual->code != expected->code)
        FAIL("%s, allocation %zu: a second try gives %s", scenario->name, n, aim_code_name(actual->code));
    if (strcmp(actual->answer, expected->answer) != 0)
        FAIL("%s, allocation %zu: the answer is\n%s\nexpected\n%s", scenario->name, n, actual->answer,
             expected->answer);
    if (strcmp(actual->state, expected->state) != 0)
        FAIL("%s, allocation %zu: the state is\n%s\nexpected\n%s", scenario->name, n, actual->state, expected->state);
}

/* Runs a scenario with its n-th allocation failing (0: none); false when it asked for fewer. */
static bool run_without(const stage *base, const memory_scenario *scenario, size_t n, bool for_good, const char *before,
                        aimp_arena *kept, result *undisturbed) {
    test_context *t = base->t;
    stage s = *base;
    result out, again;
    size_t live = t->live_blocks;
    if (aim_cluster_clone(base->cluster, &s.cluster, NULL) || aim_lint_new(base->cluster, NULL, &s.lint, NULL)) {
        FAIL("no stage");
        return false;
    }
    t->allocations = 0;
    t->fail_at = n;
    t->fail_for_good = for_good;
    aim_code code = call(&s, scenario, kept, &out);
    bool reached = n && t->failed_allocations > 0;
    t->failed_allocations = 0;
    if (!n) {
        *undisturbed = out;
        if (code != scenario->expected) FAIL("%s: %s", scenario->name, aim_code_name(code));
    } else if (!reached) {
        compare(t, scenario, n, &out, undisturbed);
    } else if (code == AIM_E_NO_MEMORY) {
        if (strcmp(out.state, before) != 0) FAIL("%s, allocation %zu: something changed", scenario->name, n);
        call(&s, scenario, kept, &again);
        compare(t, scenario, n, &again, undisturbed);
    } else if (code == AIM_OK || code != scenario->expected) {
        FAIL("%s, allocation %zu failed: %s", scenario->name, n, aim_code_name(code));
    } else if (strcmp(out.state, undisturbed->state) != 0) {
        FAIL("%s, allocation %zu: the refusal changed something", scenario->name, n);
    }
    aim_lint_free(s.lint);
    aim_cluster_free(s.cluster);
    if (t->live_blocks != live) FAIL("%s, allocation %zu: %zu blocks leaked", scenario->name, n, t->live_blocks - live);
    return reached;
}

static void run_scenario(const stage *base, const memory_scenario *scenario, bool for_good) {
    test_context *t = base->t;
    enum { TOO_MANY = 20000 };
    const unsigned failures = t->failures;
    aimp_arena kept; /* the test's own memory does not run out */
    result undisturbed;
    aimp_arena_init(&kept, &aimp_libc_allocator, &t->guard, 65536);
    stage s = *base;
    aim_lint_new(s.cluster, NULL, &s.lint, NULL);
    const char *before = state_of(&s, &kept);
    aim_lint_free(s.lint);
    run_without(base, scenario, 0, false, before, &kept, &undisturbed);
    const aimp_mark mark = aimp_arena_mark(&kept);
    size_t n = 1;
    while (run_without(base, scenario, n, for_good, before, &kept, &undisturbed) && t->failures == failures &&
           n < TOO_MANY) {
        aimp_arena_rewind(&kept, mark);
        n++;
    }
    if (n == TOO_MANY) FAIL("%s never came through", scenario->name);
    aimp_arena_free(&kept);
}

static void run_table(test_context *t, const memory_scenario *scenarios, size_t count, bool for_good) {
    stage base = {0};
    if (set_up(t, &base)) {
        for (size_t i = 0; i < count; i++)
            run_scenario(&base, &scenarios[i], for_good);
    }
    tear_down(&base);
}

TEST(memory, filling_a_cluster_survives_any_failing_allocation) {
    run_table(t, memory_cluster_scenarios, memory_cluster_scenario_count, false);
}
TEST(memory, filling_a_cluster_survives_memory_that_is_gone_for_good) {
    run_table(t, memory_cluster_scenarios, memory_cluster_scenario_count, true);
}
TEST(memory, answering_survives_any_failing_allocation) {
    run_table(t, memory_answer_scenarios, memory_answer_scenario_count, false);
}
TEST(memory, answering_survives_memory_that_is_gone_for_good) {
    run_table(t, memory_answer_scenarios, memory_answer_scenario_count, true);
}

/* --- that none is forgotten --- */

static bool is_called(const char *source, const char *name, size_t size) {
    for (const char *p = source; (p = strstr(p, name)) != NULL; p += size) {
        bool whole = p == source || !(isalnum((unsigned char)p[-1]) || p[-1] == '_');
        if (whole && p[size] == '(') return true;
    }
    return false;
}

TEST(memory, every_public_function_is_part_of_a_scenario) {
    static const char *const files[] = {"tests/memory_test.c",
                                        "tests/memory_cluster_scenarios.c",
                                        "tests/memory_answer_scenarios.c",
                                        "tests/cluster_help.c",
                                        "tests/fetch_memory_test.c",
                                        "tests/replacement_test.c",
                                        "tests/object_writes_test.c",
                                        "tests/recorder_test.c"};
    const char *map = test_read_file(t, aimp_format(&t->arena, "%s/lib/aim.map", test_source_folder()), NULL);
    aimp_text sources = aimp_text_new(&t->arena);
    size_t functions = 0;
    for (size_t i = 0; i < COUNT(files); i++) {
        const char *text = test_read_file(t, aimp_format(&t->arena, "%s/%s", test_source_folder(), files[i]), NULL);
        aimp_text_add_string(&sources, aimp_or_empty(text));
    }
    for (const char *p = map; p && (p = strstr(p, "aim_")) != NULL; functions++) {
        size_t size = strcspn(p, ";");
        const char *name = aimp_copy(&t->arena, p, size);
        if (!is_called(aimp_text_string(&sources), name, size)) FAIL("no scenario calls %s", name);
        p += size;
    }
    CHECK(functions > 50);
}

/* --- the main job from its beginning to its end --- */

/* Everything that the main job does; false when something failed, which must be because memory ran out. */
static bool main_job(test_context *t, const char *text, size_t size) {
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_plan *plan = NULL, *finished = NULL;
    aim_diff *diff = NULL;
    aim_lint *lint = NULL;
    aim_buffer *buffer = NULL;
    aim_error *error = NULL;
    aim_context_options options = {.struct_size = sizeof options, .allocator = &t->allocator};
    aim_source source = {.struct_size = sizeof source, .name = "input", .data = text, .size = size};
    aim_ref service = {.struct_size = sizeof service, .ns = "team", .name = "chat"};
    aim_code code = aim_context_new(&options, &context, &error);
    if (!code) code = aim_cluster_new(context, &cluster, &error);
    if (!code) code = aim_cluster_add(cluster, &source, NULL, &error);
    bool filled = !code;
    if (!code) code = aim_plan_new(cluster, &service, NULL, &plan, &error);
    if (!code) code = aim_plan_render(plan, AIM_PART_EXPLANATION, AIM_FORMAT_WIDE, 0, &buffer, &error);
    aim_buffer_free(buffer);
    buffer = NULL;
    if (!code) code = aim_plan_render(plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, &error);
    aim_outcome outcome = {.struct_size = sizeof outcome, .action = 0, .reason = "Conflict"};
    if (!code) code = aim_plan_finish(plan, &outcome, 1, NULL, &finished, &error);
    if (!code) code = aim_diff_new(plan, cluster, NULL, &diff, &error);
    if (!code) code = aim_lint_new(cluster, NULL, &lint, &error);
    aim_source broken = {.struct_size = sizeof broken, .name = "broken", .data = "a: [", .size = 4};
    aim_report *refused = NULL;
    if (!code) code = aim_cluster_add(cluster, &broken, &refused, &error);
    if (code == AIM_E_SYNTAX) { /* as it should be */
        aim_error_free(error);
        code = aim_lint_add_report(lint, refused, &error);
    }
    aim_report_free(refused);
    aim_buffer_free(buffer);
    buffer = NULL;
    if (!code) code = aim_diff_render(diff, AIM_FORMAT_MARKDOWN, 0, &buffer, &error);
    aim_buffer_free(buffer);
    buffer = NULL;
    if (!code) code = aim_lint_render(lint, AIM_FORMAT_SARIF, 0, &buffer, &error);
    if (code && code != AIM_E_NO_MEMORY)
        FAIL("%s instead of AIM_E_NO_MEMORY: %s", aim_code_name(code), aim_error_message(error));
    if (code && aim_error_code(error) != code) FAIL("the error says %s", aim_code_name(aim_error_code(error)));
    aim_ref nodes = {.struct_size = sizeof nodes, .kind = "AIMClusterServiceTemplate"};
    if (cluster && aim_cluster_count(cluster, &nodes) != (filled ? 2u : 0u)) FAIL("a failed add changed the cluster");
    aim_buffer_free(buffer);
    aim_diff_free(diff);
    aim_lint_free(lint);
    aim_plan_free(finished);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
    aim_context_free(context);
    aim_error_free(error);
    return code == AIM_OK;
}

static void fail_every_allocation(test_context *t, const char *file, bool for_good) {
    size_t size;
    char *text =
        test_read_file(t, aimp_format(&t->arena, "%s/tests/golden/layers/%s", test_source_folder(), file), &size);
    if (!text) {
        FAIL("no input");
        return;
    }
    size_t before = t->live_blocks;
    for (size_t n = 1; n < 100000; n++) {
        t->allocations = 0;
        t->fail_at = n;
        t->fail_for_good = for_good;
        bool ok = main_job(t, text, size);
        bool reached = t->allocations >= n;
        t->fail_at = 0;
        if (t->live_blocks != before) {
            FAIL("allocation %zu: %zu blocks leaked", n, t->live_blocks - before);
            return;
        }
        if (!reached) {
            CHECK(ok);
            CHECK(n > 50);
            return;
        }
    }
    FAIL("the job never came through");
}

TEST(memory, one_failed_allocation_is_an_error_and_nothing_leaks) {
    fail_every_allocation(t, "cluster.yaml", false);
}
TEST(memory, memory_that_is_gone_for_good_is_an_error_and_nothing_leaks) {
    fail_every_allocation(t, "cluster.yaml", true);
}
