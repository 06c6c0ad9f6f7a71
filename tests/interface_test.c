/* Rules that hold for every function: structs that are larger than this version knows, sinks that get the bytes of the
 * buffer, and sources and sinks whose own codes come through unchanged. */
#include "cluster_help.h"
#include "harness.h"

#define HOST_CODE ((aim_code)0x05001234)

static aim_cluster *example(test_context *t, const char *const *files) {
    aim_cluster *cluster = new_cluster(t);
    for (; *files; files++) {
        size_t size;
        must_add(t, cluster, test_read_file(t, aimp_format(&t->arena, "%s/%s", test_source_folder(), *files), &size));
    }
    return cluster;
}

static aim_cluster *mixed(test_context *t) {
    static const char *const files[] = {"examples/mixed-gpu-cluster/catalogue.yaml",
                                        "examples/mixed-gpu-cluster/nodes.yaml",
                                        "examples/mixed-gpu-cluster/services.yaml", NULL};
    return example(t, files);
}

static aim_plan *plan_of(test_context *t, const aim_cluster *cluster, const char *ns, const char *name) {
    aim_ref service = ref_of(NULL, ns, name);
    aim_plan *plan = NULL;
    if (aim_plan_new(cluster, &service, NULL, &plan, NULL)) FAIL("no plan for %s/%s", ns, name);
    return plan;
}

/* --- structs --- */

TEST(interface, a_larger_struct_is_accepted_when_its_tail_is_zero) {
    struct {
        aim_options options;
        uint64_t unknown;
    } larger = {{.struct_size = sizeof larger}, 0};
    aim_cluster *cluster = mixed(t);
    aim_ref service = ref_of(NULL, "lab", "best-tier");
    aim_plan *plan;
    CHECK_INTEGER(aim_plan_new(cluster, &service, &larger.options, &plan, NULL), AIM_OK);
    aim_plan_free(plan);
    larger.unknown = 1;
    CHECK_INTEGER(aim_plan_new(cluster, &service, &larger.options, &plan, NULL), AIM_E_STRUCT);
    CHECK(plan == NULL);
    aim_cluster_free(cluster);
}

TEST(interface, a_size_that_nobody_set_is_refused_before_anything_is_read_or_written) {
    aim_cluster *cluster = mixed(t);
    aim_ref service = ref_of(NULL, "lab", "best-tier"), filter = ref_of("AIMService", NULL, NULL);
    aim_options options = {.struct_size = UINT32_MAX};
    aim_ref found = {.struct_size = UINT32_MAX};
    aim_plan *plan;
    CHECK_INTEGER(aim_plan_new(cluster, &service, &options, &plan, NULL), AIM_E_STRUCT);
    CHECK_INTEGER(aim_cluster_at(cluster, &filter, 0, &found, NULL), AIM_E_STRUCT);
    filter.struct_size = UINT32_MAX;
    CHECK_INTEGER(aim_cluster_count(cluster, &filter), 0);
    aim_cluster_free(cluster);
}

TEST(interface, flags_that_nobody_knows_are_refused) {
    aim_cluster *cluster = mixed(t);
    aim_ref service = ref_of(NULL, "lab", "best-tier");
    aim_plan *plan;
    service.flags = 1;
    CHECK_INTEGER(aim_plan_new(cluster, &service, NULL, &plan, NULL), AIM_E_STRUCT);
    CHECK_INTEGER(aim_cluster_remove(cluster, &service, NULL), AIM_E_STRUCT);
    aim_cluster_free(cluster);
}

TEST(interface, the_tail_of_a_larger_struct_is_zero_when_it_is_filled) {
    struct {
        aim_candidate candidate;
        uint64_t unknown;
    } larger;
    aim_cluster *cluster = mixed(t);
    aim_plan *plan = plan_of(t, cluster, "lab", "best-tier");
    memset(&larger, 0xaa, sizeof larger);
    larger.candidate.struct_size = sizeof larger;
    CHECK_INTEGER(aim_selection_at(aim_plan_selection(plan), 0, &larger.candidate), AIM_OK);
    CHECK_INTEGER(larger.unknown, 0);
    CHECK_INTEGER(larger.candidate.flags, 0);
    CHECK_INTEGER(larger.candidate.struct_size, sizeof larger);
    CHECK_TEXT(larger.candidate.name, "llama-8b-mi325x-fp8-latency");
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

TEST(interface, larger_structs_in_an_array_are_stepped_over_by_their_own_size) {
    struct {
        aim_outcome outcome;
        uint64_t unknown;
    } tried[2] = {{{.struct_size = sizeof *tried, .action = 0}, 0},
                  {{.struct_size = sizeof *tried, .action = 1, .reason = "Forbidden"}, 0}};
    static const char *const files[] = {"examples/mi300x-cluster/nodes.yaml",
                                        "examples/mi300x-cluster/models.yaml",
                                        "examples/mi300x-cluster/cluster-templates.yaml",
                                        "examples/mi300x-cluster/ml-team-templates.yaml",
                                        "examples/mi300x-cluster/platform.yaml",
                                        "examples/mi300x-cluster/services.yaml",
                                        NULL};
    aim_cluster *cluster = example(t, files);
    aim_plan *plan = plan_of(t, cluster, "ml-team", "qwen-service"), *finished;
    CHECK(aim_plan_action_count(plan) >= 2);
    CHECK_INTEGER(aim_plan_finish(plan, &tried[0].outcome, 2, NULL, &finished, NULL), AIM_OK);
    CHECK_INTEGER(aim_plan_action_count(finished), 1);
    aim_plan_free(finished);
    tried[1].outcome.struct_size = sizeof tried[1].outcome;
    CHECK_INTEGER(aim_plan_finish(plan, &tried[0].outcome, 2, NULL, &finished, NULL), AIM_E_STRUCT);
    CHECK(finished == NULL);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

/* --- sinks --- */

typedef struct collected {
    aimp_text text;
    size_t pieces, largest;
    size_t refuse_at; /* the piece with this number is refused, 0: none */
} collected;

static aim_code collect(const char *data, size_t size, void *user) {
    collected *c = user;
    if (++c->pieces == c->refuse_at) return HOST_CODE;
    if (size > c->largest) c->largest = size;
    aimp_text_add(&c->text, data, size);
    return AIM_OK;
}

static aim_sink sink_of(test_context *t, collected *c) {
    *c = (collected){.text = aimp_text_new(&t->arena)};
    return (aim_sink){.struct_size = sizeof(aim_sink), .write = collect, .user = c};
}

static void check_same(test_context *t, aim_code code, const collected *c, aim_buffer *buffer) {
    CHECK_INTEGER(code, AIM_OK);
    CHECK_TEXT(aimp_text_string(&c->text), aim_buffer_data(buffer));
    CHECK_INTEGER(c->text.size, aim_buffer_size(buffer));
    aim_buffer_free(buffer);
}

TEST(interface, a_sink_gets_the_bytes_of_the_buffer) {
    aim_cluster *cluster = mixed(t);
    aim_plan *plan = plan_of(t, cluster, "lab", "best-tier");
    aim_diff *diff;
    aim_lint *lint;
    aim_buffer *buffer;
    collected c;
    CHECK_INTEGER(aim_diff_new(plan, cluster, NULL, &diff, NULL), AIM_OK);
    CHECK_INTEGER(aim_lint_new(cluster, NULL, &lint, NULL), AIM_OK);
    for (int32_t part = AIM_PART_EXPLANATION; part <= AIM_PART_STATUS; part++) {
        for (int32_t format = AIM_FORMAT_TEXT; format <= AIM_FORMAT_MARKDOWN; format++) {
            aim_sink sink = sink_of(t, &c);
            aim_plan_render(plan, part, format, 0, &buffer, NULL);
            check_same(t, aim_plan_write(plan, part, format, 0, &sink, NULL), &c, buffer);
        }
    }
    aim_sink sink = sink_of(t, &c);
    aim_diff_render(diff, AIM_FORMAT_JSON, 0, &buffer, NULL);
    check_same(t, aim_diff_write(diff, AIM_FORMAT_JSON, 0, &sink, NULL), &c, buffer);
    sink = sink_of(t, &c);
    aim_lint_render(lint, AIM_FORMAT_SARIF, 0, &buffer, NULL);
    check_same(t, aim_lint_write(lint, AIM_FORMAT_SARIF, 0, &sink, NULL), &c, buffer);
    sink = sink_of(t, &c);
    aim_cluster_render_case(cluster, 0, &buffer, NULL);
    check_same(t, aim_cluster_write_case(cluster, 0, &sink, NULL), &c, buffer);
    aim_lint_free(lint);
    aim_diff_free(diff);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

/* Nodes with a label of some length, so that the case file needs many pieces. */
static aim_cluster *wide(test_context *t) {
    aim_cluster *cluster = new_cluster(t);
    aimp_text text = aimp_text_new(&t->arena);
    for (int i = 0; i < 4000; i++)
        aimp_text_add_format(&text,
                             "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n%d\","
                             "\"annotations\":{\"a\":\"%060d\"}}}\n",
                             i, i);
    must_add(t, cluster, aimp_text_string(&text));
    return cluster;
}

TEST(interface, a_sink_gets_a_long_text_in_pieces) {
    aim_cluster *cluster = wide(t);
    aim_buffer *buffer;
    collected c;
    aim_sink sink = sink_of(t, &c);
    CHECK_INTEGER(aim_cluster_render_case(cluster, 0, &buffer, NULL), AIM_OK);
    check_same(t, aim_cluster_write_case(cluster, 0, &sink, NULL), &c, buffer);
    CHECK(c.pieces >= 4);
    CHECK(c.largest <= (size_t)1 << 17);
    aim_cluster_free(cluster);
}

TEST(interface, the_code_of_a_sink_ends_the_call_and_comes_through_unchanged) {
    aim_cluster *cluster = wide(t);
    aim_error *error;
    collected c;
    for (size_t piece = 1; piece <= 3; piece++) {
        aim_sink sink = sink_of(t, &c);
        c.refuse_at = piece;
        CHECK_INTEGER(aim_cluster_write_case(cluster, 0, &sink, &error), HOST_CODE);
        CHECK_INTEGER(aim_error_code(error), HOST_CODE);
        CHECK_INTEGER(c.pieces, piece);
        aim_error_free(error);
    }
    aim_cluster_free(cluster);
}

typedef struct cancelling {
    aim_cancel *cancel;
    size_t pieces;
} cancelling;

static aim_code cancel_at_the_second(const char *data, size_t size, void *user) {
    cancelling *c = user;
    (void)data;
    (void)size;
    if (++c->pieces == 2) aim_cancel_set(c->cancel);
    return AIM_OK;
}

TEST(interface, a_sink_that_is_cancelled_gets_no_further_piece) {
    aim_cluster *cluster = wide(t);
    cancelling c = {0};
    aim_error *error;
    CHECK_INTEGER(aim_cancel_new(t->context, &c.cancel, NULL), AIM_OK);
    aim_sink sink = {.struct_size = sizeof sink, .write = cancel_at_the_second, .user = &c, .cancel = c.cancel};
    CHECK_INTEGER(aim_cluster_write_case(cluster, 0, &sink, &error), AIM_E_CANCELLED);
    CHECK_INTEGER(c.pieces, 2);
    aim_error_free(error);
    aim_cancel_free(c.cancel);
    aim_cluster_free(cluster);
}

TEST(interface, a_sink_without_a_callback_is_refused) {
    aim_cluster *cluster = new_cluster(t);
    aim_sink sink = {.struct_size = sizeof sink};
    CHECK_INTEGER(aim_cluster_write_case(cluster, 0, &sink, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_cluster_write_case(cluster, 0, NULL, NULL), AIM_E_ARGUMENT);
    sink.flags = 1;
    CHECK_INTEGER(aim_cluster_write_case(cluster, 0, &sink, NULL), AIM_E_STRUCT);
    aim_cluster_free(cluster);
}

/* --- sources --- */

static aim_code read_too_much(char *buffer, size_t size, size_t *got, void *user) {
    (void)buffer;
    (void)user;
    *got = size + 1;
    return AIM_OK;
}

TEST(interface, a_callback_that_reads_more_than_it_was_asked_for_is_refused) {
    aim_cluster *cluster = new_cluster(t);
    aim_error *error;
    aim_source source = {.struct_size = sizeof source, .read = read_too_much};
    CHECK_INTEGER(aim_cluster_add(cluster, &source, NULL, &error), AIM_E_CALLBACK);
    CHECK_TEXT(aim_error_message(error), "the callback says that it read 65537 bytes into a buffer of 65536");
    aim_error_free(error);
    aim_cluster_free(cluster);
}

TEST(interface, a_source_that_is_cancelled_adds_nothing) {
    aim_cluster *cluster = new_cluster(t);
    aim_cancel *cancel;
    aim_error *error;
    CHECK_INTEGER(aim_cancel_new(t->context, &cancel, NULL), AIM_OK);
    aim_source source = {.struct_size = sizeof source, .data = NODE("n", "x"), .cancel = cancel};
    source.size = strlen(source.data);
    aim_cancel_set(cancel);
    CHECK_INTEGER(aim_cluster_add(cluster, &source, NULL, &error), AIM_E_CANCELLED);
    CHECK_INTEGER(aim_error_retryable(error), 0);
    CHECK_INTEGER(count_of(cluster, "Node"), 0);
    aim_error_free(error);
    source.cancel = NULL;
    CHECK_INTEGER(aim_cluster_add(cluster, &source, NULL, NULL), AIM_OK);
    CHECK_INTEGER(count_of(cluster, "Node"), 1);
    aim_cancel_free(cancel);
    aim_cluster_free(cluster);
}

/* --- time --- */

TEST(interface, a_time_that_is_none_is_refused_before_it_reaches_a_status) {
    static const struct {
        const char *now;
        aim_code code;
    } times[] = {
        {"2026-01-02T03:04:05Z", AIM_OK},
        {"2024-02-29T23:59:60Z", AIM_OK},
        {"2026-01-02T03:04:05.123456Z", AIM_OK},
        {"", AIM_E_ARGUMENT},
        {"now", AIM_E_ARGUMENT},
        {"2026-01-02", AIM_E_ARGUMENT},
        {"2026-01-02T03:04:05", AIM_E_ARGUMENT},
        {"2026-01-02T03:04:05+01:00", AIM_E_ARGUMENT},
        {"2026-13-02T03:04:05Z", AIM_E_ARGUMENT},
        {"2026-01-02T24:00:00Z", AIM_E_ARGUMENT},
        {"2026-01-02T03:04:05Z\n: x", AIM_E_ARGUMENT},
    };
    aim_cluster *cluster = mixed(t);
    aim_ref service = ref_of(NULL, "lab", "best-tier");
    for (size_t i = 0; i < COUNT(times); i++) {
        aim_options options = {.struct_size = sizeof options, .now = times[i].now};
        aim_plan *plan;
        aim_code code = aim_plan_new(cluster, &service, &options, &plan, NULL);
        if (code != times[i].code) FAIL("%s: %s", times[i].now, aim_code_name(code));
        aim_plan_free(plan);
    }
    aim_cluster_free(cluster);
}

/* --- outcomes --- */

static aim_cluster *with_deletion(test_context *t) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             AIM_DOCUMENT
             "kind: AIMService\nmetadata: {name: chat, namespace: team, uid: u}\n"
             "spec: {model: {name: qwen}, caching: {mode: Shared}}\n---\n" AIM_DOCUMENT
             "kind: AIMClusterModel\nmetadata: {name: qwen, uid: m}\nspec: {image: \"a/b:1\"}\n"
             "status: {status: Ready}\n---\n" AIM_DOCUMENT
             "kind: AIMClusterServiceTemplate\nmetadata: {name: qwen, uid: t}\nspec: {modelName: qwen}\n"
             "status: {status: Ready, profile: {metadata: {type: optimized}}, modelSources: [{modelId: o/m, "
             "sourceUri: \"hf://o/m\", size: 1Gi}]}\n---\n"
             "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
             "metadata: {name: chat-e201fbda, namespace: team, uid: r, ownerReferences: [{kind: AIMService, "
             "name: chat, uid: u}]}\n");
    return cluster;
}

static size_t left_after(test_context *t, const aim_plan *plan, const aim_outcome *outcomes, size_t count) {
    aim_plan *finished;
    aim_error *error;
    aim_code code = aim_plan_finish(plan, outcomes, count, NULL, &finished, &error);
    if (code) FAIL("%s", aim_error_message(error));
    size_t left = aim_plan_action_count(finished);
    aim_plan_free(finished);
    aim_error_free(error);
    return left;
}

TEST(interface, what_failed_and_what_was_not_tried_is_gone_from_a_finished_plan) {
    aim_cluster *cluster = with_deletion(t);
    aim_plan *plan = plan_of(t, cluster, "team", "chat");
    aim_action first = {.struct_size = sizeof first};
    CHECK_INTEGER(aim_plan_action_count(plan), 2);
    CHECK_INTEGER(aim_plan_action_at(plan, 0, &first), AIM_OK);
    CHECK_INTEGER(first.verb, AIM_ACTION_DELETE);
    const aim_outcome failed = {sizeof failed, 0, 0, "Forbidden", NULL},
                      both[] = {failed, {sizeof failed, 0, 1, NULL, NULL}},
                      last = {sizeof failed, 0, 1, "Conflict", "kubectl owns it"};
    CHECK_INTEGER(left_after(t, plan, NULL, 0), 2);
    CHECK_INTEGER(left_after(t, plan, &failed, 1), 0);
    CHECK_INTEGER(left_after(t, plan, both, 2), 1); /* the second is said to have been done */
    CHECK_INTEGER(left_after(t, plan, &last, 1), 1);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

TEST(interface, outcomes_that_say_nothing_clear_are_refused) {
    aim_cluster *cluster = with_deletion(t);
    aim_plan *plan = plan_of(t, cluster, "team", "chat"), *finished;
    const aim_outcome outcomes[][2] = {
        {{sizeof(aim_outcome), 0, 0, NULL, "connection refused"}},
        {{sizeof(aim_outcome), 0, 0, "", NULL}},
        {{sizeof(aim_outcome), 0, 2, NULL, NULL}},
        {{sizeof(aim_outcome), 0, 0, NULL, NULL}, {sizeof(aim_outcome), 0, 0, "Conflict", NULL}},
    };
    for (size_t i = 0; i < COUNT(outcomes); i++) {
        size_t count = outcomes[i][1].struct_size ? 2 : 1;
        CHECK_INTEGER(aim_plan_finish(plan, outcomes[i], count, NULL, &finished, NULL), AIM_E_ARGUMENT);
        CHECK(finished == NULL);
    }
    aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(AIM_BEHAVIOUR_ENGINE_0_2)};
    CHECK_INTEGER(aim_plan_finish(plan, NULL, 0, &options, &finished, NULL), AIM_E_ARGUMENT);
    options = (aim_options){.struct_size = sizeof options, .now = "later"};
    CHECK_INTEGER(aim_plan_finish(plan, NULL, 0, &options, &finished, NULL), AIM_E_ARGUMENT);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

TEST(interface, a_failed_action_turns_conditions_at_the_time_of_finishing) {
    aim_cluster *cluster = with_deletion(t);
    aim_options asked = {.struct_size = sizeof asked, .now = "2026-01-02T03:04:05Z"},
                tried = {.struct_size = sizeof tried, .now = "2026-01-02T03:05:00Z"};
    aim_ref service = ref_of(NULL, "team", "chat");
    aim_plan *plan, *finished;
    aim_buffer *buffer;
    const aim_outcome failed = {sizeof failed, 0, 1, "Timeout", NULL};
    CHECK_INTEGER(aim_plan_new(cluster, &service, &asked, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_plan_finish(plan, &failed, 1, &tried, &finished, NULL), AIM_OK);
    CHECK_INTEGER(aim_plan_render(finished, AIM_PART_STATUS, AIM_FORMAT_JSON, 0, &buffer, NULL), AIM_OK);
    CHECK(strstr(aim_buffer_data(buffer), "\"lastTransitionTime\":\"2026-01-02T03:05:00Z\"") != NULL);
    aim_buffer_free(buffer);
    aim_plan_free(finished);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

/* --- text --- */

TEST(interface, messages_are_utf_8_wherever_they_are_cut) {
    aimp_text name = aimp_text_new(&t->arena);
    uint32_t c;
    for (int i = 0; i < 400; i++)
        aimp_text_add_string(&name, "\xc3\xa9");
    aim_cluster *cluster = new_cluster(t);
    for (size_t cut = 0; cut < 2; cut++) {
        const char *text = aimp_format(
            &t->arena,
            AIM_DOCUMENT
            "kind: AIMService\nmetadata: {name: a}\nspec: {\"%s%s\": 1, model: {name: x}, caching: {mode: \"%s%s\"}}\n",
            cut ? "x" : "", aimp_text_string(&name), cut ? "x" : "", aimp_text_string(&name));
        aim_report *report;
        add_layer(cluster, NULL, text, AIM_SOURCE_OVERLAY, &report, NULL);
        CHECK(aim_report_count(report) >= 2);
        for (size_t i = 0; i < aim_report_count(report); i++) {
            aim_report_entry e = {.struct_size = sizeof e};
            aim_report_at(report, i, &e);
            for (const char *p = e.message, *end = p + strlen(p); p < end;) {
                size_t size = aimp_utf8_decode(p, end, &c);
                if (!size) {
                    FAIL("broken: %s", e.message);
                    break;
                }
                p += size;
            }
        }
        aim_report_free(report);
    }
    aim_cluster_free(cluster);
}

static void keep_line(int32_t level, const char *text, void *user) {
    (void)level;
    aimp_text_add_format(user, "%s|", text);
}

TEST(interface, a_log_line_is_one_line_whatever_the_source_is_called) {
    aimp_text lines = aimp_text_new(&t->arena);
    aim_context_options options = {.struct_size = sizeof options, .log = keep_line, .log_user = &lines};
    aim_context *context;
    aim_cluster *cluster;
    aim_source source = {.struct_size = sizeof source, .name = "a\nb\x1b", .data = "{", .size = 1};
    CHECK_INTEGER(aim_context_new(&options, &context, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_new(context, &cluster, NULL), AIM_OK);
    CHECK_INTEGER(aim_cluster_add(cluster, &source, NULL, NULL), AIM_E_SYNTAX);
    CHECK_TEXT(aimp_text_string(&lines), "a?b? was refused: AIM_E_SYNTAX|");
    aim_cluster_free(cluster);
    aim_context_free(context);
}
