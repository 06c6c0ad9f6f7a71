/* Policies as documents: what they change, how they are written, and what is refused where. */
#include "cluster_help.h"
#include "harness.h"

#define POLICY(spec) "apiVersion: libaim/v1\nkind: Policy\nmetadata: {name: lab}\nspec:\n" spec

static aim_code policy_from(test_context *t, const char *text, aim_policy **out, aim_report **report) {
    aim_source source = {.struct_size = sizeof source, .name = "policy.yaml", .data = text, .size = strlen(text)};
    return aim_policy_new(t->context, &source, report, out, NULL);
}

static aim_policy *policy_of(test_context *t, const char *text) {
    aim_policy *policy;
    aim_report *report;
    if (policy_from(t, text, &policy, &report)) FAIL("%s", report_text(t, report));
    aim_report_free(report);
    return policy;
}

static const char *written(test_context *t, const aim_policy *policy, int32_t format) {
    aim_buffer *buffer;
    if (aim_policy_render(t->context, policy, format, 0, &buffer, NULL)) return "";
    const char *text = aimp_copy(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    return text;
}

static uint64_t key_of(const aim_policy *policy, const char *type, const char *gpu, const char *metric,
                       const char *precision) {
    aim_profile profile = {sizeof profile, 0, type, gpu, metric, precision};
    uint64_t key = 0;
    aim_rank_key(policy, &profile, &key, NULL);
    return key;
}

/* --- what stays and what changes --- */

TEST(policy, a_document_without_rules_ranks_as_the_built_in_one) {
    aim_policy *policy = policy_of(t, POLICY("  behaviour: engine-0.2\n"));
    const aim_policy *builtin = aim_policy_builtin(AIM_BEHAVIOUR_ENGINE_0_2);
    CHECK_INTEGER(aim_policy_behaviour(policy), AIM_BEHAVIOUR_ENGINE_0_2);
    CHECK_TEXT(aim_policy_behaviour_name(policy), "engine-0.2");
    CHECK(key_of(policy, "optimized", "MI300X", "latency", "fp8") ==
          key_of(builtin, "optimized", "MI300X", "latency", "fp8"));
    CHECK(key_of(policy, "optimized", "MI355X", "latency", "fp8") ==
          key_of(builtin, "optimized", "MI355X", "latency", "fp8"));
    aim_policy_free(policy);
}

TEST(policy, names_of_one_tier_are_worth_the_same) {
    aim_policy *policy = policy_of(t, POLICY("  ranking:\n"
                                             "  - {dimension: gpu, order: [MI210, [MI325X, MI300X], MI355X]}\n"));
    uint64_t mi210 = key_of(policy, NULL, "MI210", NULL, NULL), mi325x = key_of(policy, NULL, "MI325X", NULL, NULL);
    CHECK(mi210 < mi325x);
    CHECK(mi325x == key_of(policy, NULL, "mi300x", NULL, NULL));
    CHECK(mi325x < key_of(policy, NULL, "MI355X", NULL, NULL));
    CHECK(key_of(policy, NULL, "MI355X", NULL, NULL) < key_of(policy, NULL, "MI250X", NULL, NULL));
    aim_policy_free(policy);
}

TEST(policy, a_dimension_that_is_left_out_does_not_count) {
    aim_policy *policy = policy_of(t, POLICY("  ranking:\n"
                                             "  - {dimension: precision, order: [fp16, fp8]}\n"
                                             "  - {dimension: metric, order: [throughput, latency]}\n"));
    CHECK(key_of(policy, "optimized", "MI300X", "latency", "fp16") <
          key_of(policy, "unoptimized", "MI210", "throughput", "fp8"));
    CHECK(key_of(policy, "optimized", "MI300X", "latency", "fp8") ==
          key_of(policy, "unoptimized", "MI210", "latency", "FP8"));
    aim_policy_free(policy);
}

TEST(policy, what_is_written_is_read_back_as_the_same_policy) {
    static const char *const texts[] = {
        POLICY("  behaviour: documented\n"),
        POLICY("  behaviour: engine-0.2\n  tieBreaks: [fewest-gpus, name]\n"),
        POLICY("  gpus:\n  - {model: MI400X, vram: 432Gi, devices: [\"75c0\"]}\n  - {model: MI300X, vram: \"1\"}\n"
               "  ranking:\n  - {dimension: gpu, order: [[MI400X, MI300X], MI210]}\n"),
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        for (int32_t format = AIM_FORMAT_JSON; format <= AIM_FORMAT_YAML; format++) {
            aim_policy *policy = policy_of(t, texts[i]);
            const char *text = written(t, policy, format);
            aim_policy *again = policy_of(t, text);
            CHECK_TEXT(aim_policy_identity(again), aim_policy_identity(policy));
            CHECK_TEXT(written(t, again, format), text);
            aim_policy_free(again);
            aim_policy_free(policy);
        }
    }
}

TEST(policy, the_identity_depends_on_the_content_and_not_on_how_it_is_written) {
    aim_policy *a = policy_of(t, POLICY("  gpus:\n  - {model: MI400X, vram: 1Gi}\n  - {model: MI500X}\n"));
    aim_policy *b = policy_of(t, "{\"kind\":\"Policy\",\"apiVersion\":\"libaim/v1\",\"metadata\":{\"name\":\"lab\"},"
                                 "\"spec\":{\"gpus\":[{\"model\":\"MI500X\"},{\"model\":\"MI400X\",\"vram\":"
                                 "1073741824}]}}");
    aim_policy *c = policy_of(t, POLICY("  gpus:\n  - {model: MI400X, vram: 2Gi}\n  - {model: MI500X}\n"));
    CHECK_TEXT(aim_policy_identity(a), aim_policy_identity(b));
    CHECK(strcmp(aim_policy_identity(a), aim_policy_identity(c)) != 0);
    CHECK_INTEGER(strlen(aim_policy_identity(a)), strlen("lab@") + 12);
    aim_policy_free(a);
    aim_policy_free(b);
    aim_policy_free(c);
}

/* Whoever changes a built-in policy gives it a new number. */
TEST(policy, the_content_of_a_built_in_policy_belongs_to_its_identity) {
    static const char *const identities[][2] = {{"builtin/documented-1", "documented@d265c81286db"},
                                                {"builtin/engine-0.2-1", "engine-0.2@e600a7ec5eea"}};
    for (int32_t behaviour = AIM_BEHAVIOUR_DOCUMENTED; behaviour <= AIM_BEHAVIOUR_ENGINE_0_2; behaviour++) {
        const aim_policy *builtin = aim_policy_builtin(behaviour);
        aim_policy *copy = policy_of(t, written(t, builtin, AIM_FORMAT_YAML));
        CHECK_TEXT(aim_policy_identity(builtin), identities[behaviour][0]);
        CHECK_TEXT(aim_policy_identity(copy), identities[behaviour][1]);
        aim_policy_free(copy);
    }
}

/* --- in a question --- */

#define TEMPLATE(name, gpu, count)                                                                                     \
    AIM_DOCUMENT "kind: AIMClusterServiceTemplate\nmetadata: {name: " name "}\n"                                       \
                 "spec: {modelName: m, hardware: {gpu: {model: " gpu ", requests: " count "}}}\n"                      \
                 "status: {status: Ready, profile: {metadata: {type: optimized, metric: latency, precision: fp8}}}\n"  \
                 "---\n"
#define LAB_NODE(name, labels) "apiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {" labels "}}\n---\n"
#define LAB                                                                                                            \
    AIM_DOCUMENT "kind: AIMClusterModel\nmetadata: {name: m}\nspec: {image: \"a/b:1\"}\nstatus: {status: "             \
                 "Ready}\n---\n" AIM_DOCUMENT                                                                          \
                 "kind: AIMService\nmetadata: {name: s, namespace: lab, uid: u}\nspec: {model: {name: m}}\n---\n"

static const char *choice(test_context *t, const aim_cluster *cluster, const aim_policy *policy) {
    aim_ref service = ref_of(NULL, "lab", "s");
    aim_options options = {.struct_size = sizeof options, .policy = policy};
    aim_candidate chosen = {.struct_size = sizeof chosen};
    aim_selection *selection;
    if (aim_selection_new(cluster, &service, &options, &selection, NULL)) return "error";
    const char *name = aim_selection_reason(selection);
    if (aim_selection_chosen(selection, &chosen) == AIM_OK) name = chosen.name;
    name = aimp_copy_string(&t->arena, name);
    aim_selection_free(selection);
    return name;
}

TEST(policy, a_new_gpu_is_a_few_lines_of_data) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             LAB TEMPLATE("old", "MI300X", "1") TEMPLATE("new", "MI400X", "1")
                 LAB_NODE("a", "amd.com/gpu.device-id: 74a1") LAB_NODE("b", "amd.com/gpu.device-id: 75c0"));
    aim_policy *policy = policy_of(t, POLICY("  gpus:\n  - {model: MI400X, vram: 432Gi, devices: [75c0]}\n"
                                             "  ranking:\n  - {dimension: gpu, order: [MI400X, MI300X]}\n"));
    CHECK_TEXT(choice(t, cluster, NULL), "old");
    CHECK_TEXT(choice(t, cluster, policy), "new");
    aim_policy_free(policy);
    aim_cluster_free(cluster);
}

TEST(policy, a_device_that_moves_to_another_model_leaves_its_old_one) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             LAB TEMPLATE("old", "MI300X", "1") TEMPLATE("new", "MI300Z", "1")
                 LAB_NODE("a", "amd.com/gpu.device-id: 74a1"));
    aim_policy *policy = policy_of(t, POLICY("  gpus:\n  - {model: MI300Z, devices: [74a1]}\n"));
    CHECK_TEXT(choice(t, cluster, NULL), "old");
    CHECK_TEXT(choice(t, cluster, policy), "new");
    aim_policy_free(policy);
    aim_cluster_free(cluster);
}

TEST(policy, the_vram_of_a_policy_counts_where_no_label_says_it) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster,
             LAB AIM_DOCUMENT "kind: AIMClusterServiceTemplate\nmetadata: {name: big}\n"
                              "spec: {modelName: m, hardware: {gpu: {model: MI300X, requests: 1, minVram: 200Gi}}}\n"
                              "status: {status: Ready, profile: {metadata: {type: optimized}}}\n---\n" LAB_NODE(
                                  "a", "amd.com/gpu.device-id: 74a1"));
    aim_policy *policy = policy_of(t, POLICY("  gpus:\n  - {model: MI300X, vram: 200Gi}\n"));
    CHECK_TEXT(choice(t, cluster, NULL), "TemplateNotFound");
    CHECK_TEXT(choice(t, cluster, policy), "big");
    must_add(t, cluster, LAB_NODE("b", "amd.com/gpu.device-id: 74a1, amd.com/gpu.vram: 256G"));
    CHECK_TEXT(choice(t, cluster, NULL), "big");
    aim_policy_free(policy);
    aim_cluster_free(cluster);
}

TEST(policy, an_answer_outlives_its_policy) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, LAB TEMPLATE("old", "MI300X", "1") LAB_NODE("a", "amd.com/gpu.device-id: 74a1"));
    aim_policy *policy = policy_of(t, POLICY("  gpus:\n  - {model: MI300X, devices: [74a1]}\n"));
    char identity[32];
    aimp_text expected = aimp_text_new(&t->arena);
    memcpy(identity, aim_policy_identity(policy), strlen(aim_policy_identity(policy)) + 1);
    aimp_text_add_format(&expected, "\"policy\":\"%s\"", identity);
    aim_options options = {.struct_size = sizeof options, .policy = policy};
    aim_ref service = ref_of(NULL, "lab", "s");
    aim_plan *plan, *finished;
    aim_buffer *buffer;
    CHECK_INTEGER(aim_plan_new(cluster, &service, &options, &plan, NULL), AIM_OK);
    aim_policy_free(policy);
    CHECK_INTEGER(aim_plan_finish(plan, NULL, 0, NULL, &finished, NULL), AIM_OK);
    aim_plan_free(plan);
    CHECK_INTEGER(aim_plan_render(finished, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, NULL), AIM_OK);
    CHECK(strstr(aim_buffer_data(buffer), aimp_text_string(&expected)) != NULL);
    aim_buffer_free(buffer);
    aim_plan_free(finished);
    aim_cluster_free(cluster);
}

/* --- ties --- */

#define TIED                                                                                                           \
    LAB TEMPLATE("four", "MI300X", "4") TEMPLATE("two-b", "MI300X", "2") TEMPLATE("two-a", "MI300X", "2")              \
        LAB_NODE("a", "amd.com/gpu.device-id: 74a1")

static const char *story(test_context *t, const aim_cluster *cluster, const aim_policy *policy) {
    aim_ref service = ref_of(NULL, "lab", "s");
    aim_options options = {.struct_size = sizeof options, .policy = policy};
    aimp_text out = aimp_text_new(&t->arena);
    aim_selection *selection;
    aim_selection_new(cluster, &service, &options, &selection, NULL);
    for (size_t i = 0; i < aim_selection_count(selection); i++) {
        aim_candidate c = {.struct_size = sizeof c};
        aim_finding f = {.struct_size = sizeof f};
        aim_selection_at(selection, i, &c);
        aim_selection_finding(selection, i, 0, &f);
        aimp_text_add_format(&out, "%d %d %s %s: %s\n", c.verdict, c.rank, c.name, c.reason_name, f.message);
    }
    aim_selection_free(selection);
    return aimp_text_string(&out);
}

TEST(policy, ties_stay_ambiguous_when_no_tie_break_is_asked_for) {
    aim_cluster *cluster = new_cluster(t);
    must_add(t, cluster, TIED);
    CHECK_TEXT(choice(t, cluster, NULL), "TemplateSelectionAmbiguous");
    aim_cluster_free(cluster);
}

TEST(policy, a_tie_break_that_leaves_several_leaves_them_ambiguous) {
    aim_cluster *cluster = new_cluster(t);
    aim_policy *policy = policy_of(t, POLICY("  tieBreaks: [fewest-gpus]\n"));
    must_add(t, cluster, TIED);
    CHECK_TEXT(story(t, cluster, policy),
               "2 3 four LostTieBreak: has the same score, and the tie-break fewest-gpus prefers 2 GPUs to 4 GPUs\n"
               "3 1 two-a TemplateSelectionAmbiguous: has the same score as 1 other candidate\n"
               "3 1 two-b TemplateSelectionAmbiguous: has the same score as 1 other candidate\n");
    aim_policy_free(policy);
    aim_cluster_free(cluster);
}

TEST(policy, tie_breaks_are_asked_one_after_the_other_and_say_so) {
    aim_cluster *cluster = new_cluster(t);
    aim_policy *policy = policy_of(t, POLICY("  tieBreaks: [fewest-gpus, name]\n"));
    must_add(t, cluster, TIED);
    CHECK_TEXT(story(t, cluster, policy),
               "1 1 two-a BestMatch: the best score, and of 3 with that score the one that the tie-break name prefers\n"
               "2 2 two-b LostTieBreak: has the same score, and the tie-break name prefers two-a to two-b\n"
               "2 3 four LostTieBreak: has the same score, and the tie-break fewest-gpus prefers 2 GPUs to 4 GPUs\n");
    aim_policy_free(policy);
    aim_cluster_free(cluster);
}

TEST(policy, a_tie_break_never_overrules_the_score) {
    aim_cluster *cluster = new_cluster(t);
    aim_policy *policy = policy_of(t, POLICY("  tieBreaks: [fewest-gpus]\n"));
    must_add(t, cluster,
             LAB TEMPLATE("better", "MI325X", "8") TEMPLATE("smaller", "MI300X", "1")
                 LAB_NODE("a", "amd.com/gpu.device-id: 74a1") LAB_NODE("b", "amd.com/gpu.device-id: 74a5"));
    CHECK_TEXT(choice(t, cluster, policy), "better");
    aim_policy_free(policy);
    aim_cluster_free(cluster);
}

TEST(policy, a_number_of_gpus_that_nobody_states_is_no_small_one) {
    aim_cluster *cluster = new_cluster(t);
    aim_policy *policy = policy_of(t, POLICY("  tieBreaks: [fewest-gpus]\n"));
    must_add(t, cluster,
             LAB TEMPLATE("eight", "MI300X", "8") TEMPLATE("unknown", "MI300X", "0")
                 LAB_NODE("a", "amd.com/gpu.device-id: 74a1"));
    CHECK_TEXT(choice(t, cluster, policy), "eight");
    aim_policy_free(policy);
    aim_cluster_free(cluster);
}

TEST(policy, a_gpu_counts_as_it_counts_in_a_selection) {
    CHECK(key_of(NULL, NULL, "AMD Instinct MI300X", NULL, NULL) == key_of(NULL, NULL, "MI300X", NULL, NULL));
    const aim_policy *engine = aim_policy_builtin(AIM_BEHAVIOUR_ENGINE_0_2);
    CHECK(key_of(engine, NULL, "AMD Instinct MI300X", NULL, NULL) > key_of(engine, NULL, " mi300x ", NULL, NULL));
}

/* --- what is refused --- */

static const struct {
    const char *text;
    aim_code code;
    const char *report;
} refused[] = {
    {"", AIM_E_DOCUMENT, "E 0:0  the text holds no document\n"},
    {"a: [", AIM_E_SYNTAX, NULL},
    {"apiVersion: v1\nkind: Node\n", AIM_E_DOCUMENT,
     "E 1:1  no policy: apiVersion must be libaim/v1, and kind Policy\n"},
    {POLICY("  {}\n") "---\n" POLICY("  {}\n"), AIM_E_DOCUMENT,
     "E 7:1  a policy is one document: this is one too many\n"},
    {"apiVersion: libaim/v1\nkind: Policy\nspec: {}\n", AIM_E_POLICY,
     "E 1:1 /metadata /metadata the required field \"metadata\" is missing\n"},
    {"apiVersion: libaim/v1\nkind: Policy\nmetadata: {name: a b}\nspec: {}\n", AIM_E_POLICY,
     "E 3:18 /metadata/name /metadata/name \"a b\" is not allowed here: must be 1 to 63 letters, digits, -, _ or ., "
     "with a letter or digit at both ends\n"},
    {POLICY("  rankings: []\n"), AIM_E_POLICY,
     "E 5:3 /spec/rankings /spec/rankings unknown field \"rankings\" (did you mean \"ranking\"?)\n"},
    {POLICY("  ranking: []\n"), AIM_E_POLICY,
     "E 5:12 /spec/ranking /spec/ranking a list is not allowed here: must be a list that is not empty\n"},
    {POLICY("  behaviour: documentd\n"), AIM_E_POLICY,
     "E 5:14 /spec/behaviour /spec/behaviour \"documentd\" is not allowed here: must be documented or engine-0.2\n"},
    {POLICY("  tieBreaks: [fewest-gpus, oldest]\n"), AIM_E_POLICY,
     "E 5:28 /spec/tieBreaks/1 /spec/tieBreaks/1 \"oldest\" is not allowed here: must be fewest-gpus or name\n"},
    {POLICY("  tieBreaks: [name, name]\n"), AIM_E_POLICY,
     "E 5:21 /spec/tieBreaks/1 /spec/tieBreaks/1 \"name\" stands twice in spec.tieBreaks\n"},
    {POLICY("  ranking: [{dimension: gpu, order: [MI300X, MI30X]}]\n"), AIM_E_POLICY,
     "E 5:46 /spec/ranking/0/order/1 /spec/ranking/0/order/1 the GPU \"MI30X\" is not known: correct the name, or add "
     "it to spec.gpus\n"},
    {POLICY("  ranking: [{dimension: gpu, order: [Instinct MI300X]}]\n"), AIM_E_POLICY,
     "E 5:38 /spec/ranking/0/order/0 /spec/ranking/0/order/0 \"Instinct MI300X\" must be written as \"MI300X\", which "
     "is "
     "how GPU names are compared\n"},
    {POLICY("  ranking: [{dimension: metric, order: [latency, througput]}]\n"), AIM_E_POLICY,
     "E 5:50 /spec/ranking/0/order/1 /spec/ranking/0/order/1 \"througput\" is no metric: must be latency or "
     "throughput\n"},
    {POLICY("  ranking: [{dimension: type, order: [optimized, [preview, OPTIMIZED], []]}]\n"), AIM_E_POLICY,
     "E 5:60 /spec/ranking/0/order/1/1 /spec/ranking/0/order/1/1 \"OPTIMIZED\" stands twice in this order\n"
     "E 5:72 /spec/ranking/0/order/2 /spec/ranking/0/order/2 a tier needs at least one name\n"},
    {POLICY("  ranking: [{dimension: type, order: [preview, 7]}]\n"), AIM_E_POLICY,
     "E 5:48 /spec/ranking/0/order/1 /spec/ranking/0/order/1 a tier is a name, or a list of names that are worth the "
     "same\n"},
    {POLICY("  ranking: [{dimension: type, order: [preview]}, {dimension: type, order: [preview]}]\n"), AIM_E_POLICY,
     "E 5:62 /spec/ranking/1/dimension /spec/ranking/1/dimension \"type\" stands twice in spec.ranking\n"},
    {POLICY("  ranking: [{dimension: color, order: [red]}]\n"), AIM_E_POLICY, NULL},
    {POLICY("  gpus: [{model: Instinct MI400X}]\n"), AIM_E_POLICY,
     "E 5:18 /spec/gpus/0/model /spec/gpus/0/model \"Instinct MI400X\" must be written as \"MI400X\", which is how GPU "
     "names are compared\n"},
    {POLICY("  gpus: [{model: MI400X, vram: lots}]\n"), AIM_E_POLICY,
     "E 5:32 /spec/gpus/0/vram /spec/gpus/0/vram \"lots\" is not allowed here: must be a quantity such as 2, 500m or "
     "64Gi\n"},
    {POLICY("  gpus: [{model: MI400X, vram: -1Gi}]\n"), AIM_E_POLICY,
     "E 5:32 /spec/gpus/0/vram /spec/gpus/0/vram the memory of a GPU must be more than 0 and less than 1Pi, such as "
     "192Gi\n"},
    {POLICY("  gpus: [{model: MI400X, devices: [0x74A1]}]\n"), AIM_E_TYPE, NULL},
    {POLICY("  gpus: [{model: MI400X, devices: [\"0x74A1\"]}]\n"), AIM_E_POLICY,
     "E 5:36 /spec/gpus/0/devices/0 /spec/gpus/0/devices/0 \"0x74A1\" is not allowed here: must be a PCI device id of "
     "four lower-case hexadecimal digits, such as \"74a1\"\n"},
    {POLICY("  gpus: [{model: MI400X, devices: [7408]}]\n"), AIM_E_TYPE,
     "E 5:36 /spec/gpus/0/devices/0 /spec/gpus/0/devices/0 must be a string, not a number: put it in quotes "
     "(\"7408\")\n"},
    {POLICY("  gpus: [{model: MI400X, devices: [75c0]}, {model: MI500X, devices: [75c0]}]\n"), AIM_E_POLICY,
     "E 5:70 /spec/gpus/1/devices/0 /spec/gpus/1/devices/0 \"75c0\" stands twice in spec.gpus\n"},
    {POLICY("  gpus: [{model: MI400X}, {model: MI400X}]\n"), AIM_E_POLICY, NULL},
    {"apiVersion: libaim/v1\nkind: Policy\nmetadata: {name: x}\nspec: {}\nitems: []\n", AIM_E_POLICY, NULL},
};

static const char *errors_text(test_context *t, const aim_report *report) {
    aimp_text out = aimp_text_new(&t->arena);
    for (size_t i = 0; i < aim_report_count(report); i++) {
        aim_report_entry e = {.struct_size = sizeof e};
        aim_report_at(report, i, &e);
        aimp_text_add_format(&out, "%s %d:%d %s %s\n", e.severity == AIM_SEVERITY_ERROR ? "E" : "W", (int)e.line,
                             (int)e.column, e.pointer, e.message);
    }
    return aimp_text_string(&out);
}

TEST(policy, a_wrong_document_is_refused_with_its_place) {
    for (size_t i = 0; i < COUNT(refused); i++) {
        aim_policy *policy;
        aim_report *report;
        aim_code code = policy_from(t, refused[i].text, &policy, &report);
        const char *text = errors_text(t, report);
        if (code != refused[i].code) FAIL("case %zu answers %s: %s", i, aim_code_name(code), text);
        if (refused[i].report) CHECK_TEXT(text, refused[i].report);
        CHECK(aim_report_count(report) >= 1);
        CHECK(policy == NULL);
        aim_report_free(report);
    }
}

TEST(policy, long_lists_are_refused_and_not_compared) {
    aimp_text gpus = aimp_text_new(&t->arena), order = aimp_text_new(&t->arena);
    aim_policy *policy;
    aimp_text_add_string(&gpus, POLICY("  gpus:\n"));
    aimp_text_add_string(&order, POLICY("  ranking:\n  - dimension: gpu\n    order:\n    - [MI300X"));
    for (int i = 0; i < 100000; i++) {
        aimp_text_add_format(&gpus, "  - {model: X%d}\n", i);
        aimp_text_add_format(&order, ", X%d", i);
    }
    aimp_text_add_string(&order, "]\n");
    CHECK_INTEGER(policy_from(t, aimp_text_string(&gpus), &policy, NULL), AIM_E_POLICY);
    CHECK_INTEGER(policy_from(t, aimp_text_string(&order), &policy, NULL), AIM_E_POLICY);
}

TEST(policy, arguments_that_are_missing_are_refused) {
    aim_policy *policy;
    aim_buffer *buffer;
    aim_source source = {.struct_size = sizeof source, .flags = AIM_SOURCE_OVERLAY, .data = "", .size = 0};
    CHECK_INTEGER(aim_policy_new(t->context, &source, NULL, &policy, NULL), AIM_E_STRUCT);
    CHECK_INTEGER(aim_policy_new(t->context, NULL, NULL, &policy, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_policy_new(NULL, &source, NULL, &policy, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_policy_new(t->context, &source, NULL, NULL, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_policy_render(NULL, NULL, AIM_FORMAT_JSON, 0, &buffer, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_policy_render(t->context, NULL, AIM_FORMAT_TEXT, 0, &buffer, NULL), AIM_E_ARGUMENT);
    CHECK_INTEGER(aim_policy_render(t->context, NULL, AIM_FORMAT_JSON, 0, NULL, NULL), AIM_E_ARGUMENT);
    aim_policy_free(NULL);
}
