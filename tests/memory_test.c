/* Memory that runs out gives an error, never half an answer. */
#include "harness.h"

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
    if (!code) code = aim_plan_finish(plan, &outcome, 1, &finished, &error);
    if (!code) code = aim_diff_new(plan, cluster, &diff, &error);
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
