/* GPU tables in both directions, and what a node's labels say. */
#include "harness.h"

#include "kube/gpu.h"

#define GIB (INT64_C(1) << 30)
#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct {
    const char *id, *model;
} devices[] = {
    {"738c", "MI100"},  {"738e", "MI100"},  {"7408", "MI250X"}, {"740c", "MI250X"}, {"740f", "MI210"},
    {"7410", "MI210"},  {"74a0", "MI300A"}, {"74a1", "MI300X"}, {"74a2", "MI308X"}, {"74a5", "MI325X"},
    {"74a8", "MI308X"}, {"74a9", "MI300X"}, {"74b5", "MI300X"}, {"74b6", "MI308X"}, {"74b9", "MI325X"},
    {"74bd", "MI300X"}, {"75a0", "MI350X"}, {"75a3", "MI355X"}, {"75b0", "MI350X"}, {"75b3", "MI355X"},
    {"7460", "V710"},   {"7461", "V710"},   {"7448", "W7900"},  {"744a", "W7900"},  {"7449", "W7800"},
    {"745e", "W7800"},  {"73a2", "W6900X"}, {"73a3", "W6800"},  {"73ab", "W6800X"}, {"73a1", "V620"},
    {"73ae", "V620"},   {"7550", "RX9070"}, {"744c", "RX7900"}, {"73af", "RX6900"}, {"73bf", "RX6800"},
};

static const struct {
    const char *model, *ids;
    int64_t vram_gibibytes;
} models[] = {
    {"MI100", "738c 738e", 32},
    {"MI250X", "7408 740c", 128},
    {"MI210", "740f 7410", 64},
    {"MI300A", "74a0", 128},
    {"MI300X", "74a1 74a9 74b5 74bd", 192},
    {"MI308X", "74a2 74a8 74b6", 128},
    {"MI325X", "74a5 74b9", 256},
    {"MI350X", "75a0 75b0", 288},
    {"MI355X", "75a3 75b3", 288},
    {"V710", "7460 7461", 32},
    {"W7900", "7448 744a", 48},
    {"W7800", "7449 745e", 32},
    {"W6900X", "73a2", 32},
    {"W6800", "73a3", 32},
    {"W6800X", "73ab", 32},
    {"V620", "73a1 73ae", 32},
    {"RX9070", "7550", 16},
    {"RX7900", "744c", 24},
    {"RX6900", "73af", 16},
    {"RX6800", "73bf", 16},
};

static const aimp_gpu_table *const all = &aimp_gpus_known, *const reference = &aimp_gpus_of_reference;

static int64_t gibibytes_of(const aimp_gpu_table *table, const char *model) {
    const aimp_gpu_facts *facts = aimp_gpu_facts_of(table, model);
    return facts ? facts->vram_bytes / GIB : 0;
}

static const char *ids_of(test_context *t, const char *model, const aimp_gpu_table *table) {
    const aimp_node *ids = aimp_gpu_devices_of_model(table, &t->arena, model);
    aimp_text out = aimp_text_new(&t->arena);
    for (size_t i = 0; i < aimp_count(ids); i++)
        aimp_text_add_format(&out, "%s%s", i ? " " : "", aimp_text_of(aimp_item(ids, i)));
    return ids ? aimp_text_string(&out) : NULL;
}

TEST(gpu, models_are_normalised) {
    static const struct {
        const char *text, *model;
    } cases[] = {
        {"MI300X (rev 2)", "MI300X"},
        {"Instinct MI325X", "MI325X"},
        {"RX7900-XTX", "RX7900"},
        {"Radeon RX 7900 XTX", "7900"},
        {"mi300x", "MI300X"},
        {"UNKNOWN-GPU", "UNKNOWN"},
        {"AMD-1234", "1234"},
        {"AMD-ABCD", "AMD"},
        {"AI", "AI"},
        {"AMD_Instinct_MI300X_OAM", "MI300X"},
        {"InstinctMI210", "MI210"},
        {"  amd/mi308x:vf ", "MI308X"},
        {"", ""},
        {"   ", ""},
        {"---", "---"},
        {"AMD", "AMD"},
        {"MI300X\xc2\xae OAM", "MI300X\xc2\xae"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_TEXT(aimp_gpu_model(&t->arena, cases[i].text), cases[i].model);
}

TEST(gpu, every_device_id_has_its_model) {
    for (size_t i = 0; i < COUNT(devices); i++) {
        CHECK_TEXT(aimp_gpu_model_of_device(reference, &t->arena, devices[i].id), devices[i].model);
        CHECK_TEXT(aimp_gpu_model_of_device(all, &t->arena, devices[i].id), devices[i].model);
        CHECK(aimp_gpu_device_is_known(reference, devices[i].id));
    }
}

TEST(gpu, device_ids_may_be_upper_case_and_prefixed) {
    CHECK_TEXT(aimp_gpu_model_of_device(reference, &t->arena, "0x74A1"), "MI300X");
    CHECK_TEXT(aimp_gpu_model_of_device(reference, &t->arena, "0X74a1"), "MI300X");
    CHECK_TEXT(aimp_gpu_model_of_device(reference, &t->arena, " 74A5 "), "MI325X");
    CHECK(aimp_gpu_device_is_known(reference, "0X74A1"));
}

TEST(gpu, unknown_devices_are_named_by_their_id) {
    CHECK_TEXT(aimp_gpu_model_of_device(all, &t->arena, "0xbeef"), "AMD-BEEF");
    CHECK(!aimp_gpu_device_is_known(all, "0xbeef"));
    CHECK(!aimp_gpu_device_is_known(all, ""));
}

TEST(gpu, two_devices_are_known_only_when_asked_for) {
    CHECK_TEXT(aimp_gpu_model_of_device(reference, &t->arena, "74bc"), "AMD-74BC");
    CHECK_TEXT(aimp_gpu_model_of_device(reference, &t->arena, "7551"), "AMD-7551");
    CHECK_TEXT(aimp_gpu_model_of_device(all, &t->arena, "74bc"), "MI308X");
    CHECK_TEXT(aimp_gpu_model_of_device(all, &t->arena, "7551"), "R9700");
    CHECK_TEXT(ids_of(t, "MI308X", all), "74a2 74a8 74b6 74bc");
    CHECK_TEXT(ids_of(t, "Radeon AI PRO R9700", all), "7551");
    CHECK_TEXT(ids_of(t, "R9700", reference), NULL);
    CHECK_INTEGER(gibibytes_of(all, "R9700"), 32);
    CHECK_INTEGER(gibibytes_of(reference, "R9700"), 0);
}

TEST(gpu, every_model_has_its_devices_and_its_memory) {
    for (size_t i = 0; i < COUNT(models); i++) {
        CHECK_TEXT(ids_of(t, models[i].model, reference), models[i].ids);
        CHECK_INTEGER(gibibytes_of(reference, models[i].model), models[i].vram_gibibytes);
    }
    CHECK_TEXT(ids_of(t, "instinct mi300x", reference), "74a1 74a9 74b5 74bd");
    CHECK_TEXT(ids_of(t, "H100", reference), NULL);
    CHECK_INTEGER(gibibytes_of(reference, "H100"), 0);
}

TEST(gpu, vram_labels_are_read_strictly_or_leniently) {
    static const struct {
        const char *text;
        int64_t strict, lenient;
    } cases[] = {
        {"192G", 192 * GIB, 192 * GIB},
        {"192g", 192 * GIB, 192 * GIB},
        {" 64G ", 64 * GIB, 64 * GIB},
        {"1T", 1024 * GIB, 1024 * GIB},
        {"206158430208", 192 * GIB, 192 * GIB},
        {"196608", 196608, 192 * GIB},
        {"1073741824", GIB, GIB},
        {"G", 0, 0},
        {"192Gi", 0, 192 * GIB},
        {"192GI", 0, 192 * GIB},
        {"196608M", 0, 192 * GIB},
        {"196608Mi", 0, 192 * GIB},
        {"1.5G", 0, GIB * 3 / 2},
        {"", 0, 0},
        {"lots", 0, 0},
        {"-1G", 0, 0},
        {"1.5", 0, 0},
        {"99999999999999999999", 0, 0},
        {"99999999999T", 0, INT64_MAX},
        {"i", 0, 0},
        {"192 G", 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CHECK_INTEGER(aimp_vram_bytes(cases[i].text, false), cases[i].strict);
        CHECK_INTEGER(aimp_vram_bytes(cases[i].text, true), cases[i].lenient);
    }
}

static const aimp_node *labels(test_context *t, const char *const *pairs) {
    const aimp_node *map = NULL;
    for (; *pairs; pairs += 2)
        map = aimp_map_with(&t->arena, map, pairs[0], aimp_string(&t->arena, pairs[1]));
    return map;
}
#define LABELS(...) labels(t, (const char *const[]){__VA_ARGS__, NULL})

TEST(gpu, the_first_kind_of_label_wins) {
    static const char *const forms[] = {"amd.com/gpu.device-id",
                                        "74a1",
                                        "beta.amd.com/gpu.device-id",
                                        "74a5",
                                        "amd.com/gpu.device-id.74b6",
                                        "8",
                                        "beta.amd.com/gpu.device-id.75a0",
                                        "8",
                                        "amd.com/gpu.family",
                                        "MI210",
                                        "beta.amd.com/gpu.family",
                                        "V620",
                                        "amd.com/gpu.family.w7900",
                                        "1",
                                        "beta.amd.com/gpu.family.W7800",
                                        "1",
                                        NULL};
    static const struct {
        const char *model;
        aimp_gpu_evidence evidence;
    } expected[] = {
        {"MI300X", AIMP_GPU_DEVICE_LABEL},   {"MI325X", AIMP_GPU_DEVICE_LABEL},  {"MI308X", AIMP_GPU_DEVICE_COUNTER},
        {"MI350X", AIMP_GPU_DEVICE_COUNTER}, {"MI210", AIMP_GPU_FAMILY_LABEL},   {"V620", AIMP_GPU_FAMILY_LABEL},
        {"W7900", AIMP_GPU_FAMILY_COUNTER},  {"W7800", AIMP_GPU_FAMILY_COUNTER},
    };
    for (size_t i = 0; i < COUNT(expected); i++) {
        aimp_gpu_labels gpu = aimp_gpu_labels_of(&t->arena, labels(t, forms + 2 * i));
        CHECK_TEXT(aimp_gpu_model_of_labels(reference, &t->arena, &gpu), expected[i].model);
        CHECK_TEXT(gpu.key, forms[2 * i]);
        CHECK_TEXT(gpu.value, forms[2 * i + 1]);
        CHECK_INTEGER(gpu.evidence, expected[i].evidence);
    }
}

TEST(gpu, blank_labels_and_counters_of_zero_say_nothing) {
    aimp_gpu_labels gpu =
        aimp_gpu_labels_of(&t->arena, LABELS("amd.com/gpu.device-id", " ", "amd.com/gpu.device-id.74a1", "0",
                                             "amd.com/gpu.device-id.74a5", "", "amd.com/gpu.family", "AI"));
    CHECK_TEXT(gpu.family, "AI");
    CHECK_INTEGER(gpu.evidence, AIMP_GPU_FAMILY_LABEL);
}

TEST(gpu, the_first_counter_in_byte_order_counts) {
    aimp_gpu_labels gpu =
        aimp_gpu_labels_of(&t->arena, LABELS("amd.com/gpu.device-id.75a0", "1", "amd.com/gpu.device-id.74a1", "7"));
    CHECK_TEXT(gpu.device, "74a1");
    CHECK_TEXT(gpu.value, "7");
}

TEST(gpu, a_node_without_gpu_labels_has_no_gpu) {
    aimp_gpu_labels gpu = aimp_gpu_labels_of(&t->arena, LABELS("amd.com/gpu.vram", "192G", "amd.com/gpu.product", "x"));
    CHECK_INTEGER(gpu.evidence, AIMP_GPU_NONE);
    CHECK(aimp_gpu_model_of_labels(all, &t->arena, &gpu) == NULL);
    CHECK_INTEGER(aimp_gpu_labels_of(&t->arena, NULL).evidence, AIMP_GPU_NONE);
}

static int64_t vram_of(test_context *t, const aimp_node *node_labels) {
    aimp_gpu_labels gpu = aimp_gpu_labels_of(&t->arena, node_labels);
    return aimp_gpu_vram_of_labels(all, &t->arena, &gpu, aimp_gpu_model_of_labels(all, &t->arena, &gpu));
}

TEST(gpu, vram_comes_from_the_label_before_the_table) {
    CHECK_INTEGER(vram_of(t, LABELS("amd.com/gpu.device-id", "74a1")), 192 * GIB);
    CHECK_INTEGER(vram_of(t, LABELS("amd.com/gpu.device-id", "74a1", "beta.amd.com/gpu.vram", "96G")), 96 * GIB);
    CHECK_INTEGER(vram_of(t, LABELS("amd.com/gpu.device-id", "74a1", "amd.com/gpu.vram", "196608")), 192 * GIB);
    CHECK_INTEGER(vram_of(t, LABELS("amd.com/gpu.device-id", "beef")), 0);
}

TEST(gpu, labels_are_read_by_the_table_that_is_asked) {
    aimp_gpu_labels gpu = aimp_gpu_labels_of(&t->arena, LABELS("amd.com/gpu.device-id", "0x74BC"));
    CHECK_TEXT(gpu.device, "74bc");
    CHECK_TEXT(aimp_gpu_model_of_labels(all, &t->arena, &gpu), "MI308X");
    CHECK_TEXT(aimp_gpu_model_of_labels(reference, &t->arena, &gpu), "AMD-74BC");
}
