/* AMD GPU facts as tables, and reading them off a node's labels. Decides nothing: which GPU is wanted, and which node
 * is enough, is asked elsewhere. */
#include "kube/gpu.h"

#include <string.h>

#include "base/text.h"
#include "kube/quantity.h"

#define MEBIBYTE ((int64_t)1 << 20)
#define LONGEST_VRAM_TEXT 40

#define DEVICES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Two overlapping tables: the first two rows are unknown to the reference (B-74), the last is its row of the first. */
static const aimp_gpu_facts models[] = {
    {"MI308X", 128 * AIMP_GIBIBYTE, DEVICES("74a2", "74a8", "74b6", "74bc")},
    {"R9700", 32 * AIMP_GIBIBYTE, DEVICES("7551")},
    {"MI100", 32 * AIMP_GIBIBYTE, DEVICES("738c", "738e")},
    {"MI210", 64 * AIMP_GIBIBYTE, DEVICES("740f", "7410")},
    {"MI250X", 128 * AIMP_GIBIBYTE, DEVICES("7408", "740c")},
    {"MI300A", 128 * AIMP_GIBIBYTE, DEVICES("74a0")},
    {"MI300X", 192 * AIMP_GIBIBYTE, DEVICES("74a1", "74a9", "74b5", "74bd")},
    {"MI325X", 256 * AIMP_GIBIBYTE, DEVICES("74a5", "74b9")},
    {"MI350X", 288 * AIMP_GIBIBYTE, DEVICES("75a0", "75b0")},
    {"MI355X", 288 * AIMP_GIBIBYTE, DEVICES("75a3", "75b3")},
    {"RX6800", 16 * AIMP_GIBIBYTE, DEVICES("73bf")},
    {"RX6900", 16 * AIMP_GIBIBYTE, DEVICES("73af")},
    {"RX7900", 24 * AIMP_GIBIBYTE, DEVICES("744c")},
    {"RX9070", 16 * AIMP_GIBIBYTE, DEVICES("7550")},
    {"V620", 32 * AIMP_GIBIBYTE, DEVICES("73a1", "73ae")},
    {"V710", 32 * AIMP_GIBIBYTE, DEVICES("7460", "7461")},
    {"W6800", 32 * AIMP_GIBIBYTE, DEVICES("73a3")},
    {"W6800X", 32 * AIMP_GIBIBYTE, DEVICES("73ab")},
    {"W6900X", 32 * AIMP_GIBIBYTE, DEVICES("73a2")},
    {"W7800", 32 * AIMP_GIBIBYTE, DEVICES("7449", "745e")},
    {"W7900", 48 * AIMP_GIBIBYTE, DEVICES("7448", "744a")},
    {"MI308X", 128 * AIMP_GIBIBYTE, DEVICES("74a2", "74a8", "74b6")},
};
#define MODEL_COUNT (sizeof models / sizeof *models)

const aimp_gpu_table aimp_gpus_known = {models, MODEL_COUNT - 1};
const aimp_gpu_table aimp_gpus_of_reference = {models + 2, MODEL_COUNT - 2};

/* A model name has at least one digit and nothing but upper-case letters and digits. */
static bool is_model_name(const char *token) {
    bool any_digit = false;
    for (const char *c = token; *c; c++) {
        if (aimp_is_digit(*c))
            any_digit = true;
        else if (*c < 'A' || *c > 'Z')
            return false;
    }
    return any_digit && strcmp(token, "AMD") != 0 && strcmp(token, "INSTINCT") != 0;
}

const char *aimp_gpu_model(aimp_arena *arena, const char *text) {
    static const char separators[] = "- /:", maker[] = "INSTINCT";
    char *upper = aimp_copy_string(arena, aimp_upper(arena, aimp_trim(arena, text)));
    for (char *c = upper; *c; c++) {
        if (*c == '_') *c = '-';
    }
    const char *first = NULL;
    for (const char *p = upper + strspn(upper, separators); *p; p += strspn(p, separators)) {
        size_t size = strcspn(p, separators);
        const char *token = aimp_copy(arena, p, size);
        const char *name = aimp_trim(arena, token);
        if (is_model_name(name)) return aimp_starts_with(name, maker) ? name + strlen(maker) : name;
        if (!first) first = token;
        p += size;
    }
    return first ? first : upper;
}

const char *aimp_gpu_key(aimp_arena *arena, const char *text) {
    const char *upper = aimp_upper(arena, aimp_trim(arena, text));
    size_t digits = 0;
    if (aimp_starts_with(upper, "AMD-")) {
        while (aimp_is_digit(upper[4 + digits]) || (upper[4 + digits] >= 'A' && upper[4 + digits] <= 'F'))
            digits++;
    }
    return digits == 4 && !upper[8] ? upper : aimp_gpu_model(arena, text);
}

/* The id in lower case without 0x. */
static const char *bare_id(aimp_arena *arena, const char *device_id) {
    const char *id = aimp_lower(arena, aimp_trim(arena, device_id));
    return aimp_starts_with(id, "0x") ? id + 2 : id;
}

static const aimp_gpu_facts *facts_of_device(const aimp_gpu_table *table, const char *bare) {
    for (size_t i = 0; i < table->count; i++) {
        for (const char *const *id = table->models[i].devices; *id; id++) {
            if (aimp_equal_ignoring_case(bare, *id)) return &table->models[i];
        }
    }
    return NULL;
}

static const char *model_of_bare(const aimp_gpu_table *table, aimp_arena *arena, const char *bare) {
    const aimp_gpu_facts *known = facts_of_device(table, bare);
    return known ? known->model : aimp_format(arena, "AMD-%s", aimp_upper(arena, bare));
}

const char *aimp_gpu_model_of_device(const aimp_gpu_table *table, aimp_arena *arena, const char *device_id) {
    return model_of_bare(table, arena, bare_id(arena, device_id));
}

bool aimp_gpu_device_is_known(const aimp_gpu_table *table, const char *device_id) {
    bool prefixed = device_id[0] == '0' && (device_id[1] == 'x' || device_id[1] == 'X');
    return facts_of_device(table, prefixed ? device_id + 2 : device_id) != NULL;
}

const aimp_gpu_facts *aimp_gpu_facts_of(const aimp_gpu_table *table, const char *model) {
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->models[i].model, model) == 0) return &table->models[i];
    }
    return NULL;
}

const aimp_node *aimp_gpu_devices_of_model(const aimp_gpu_table *table, aimp_arena *arena, const char *model) {
    const aimp_gpu_facts *facts = aimp_gpu_facts_of(table, aimp_gpu_model(arena, model));
    aimp_items ids = aimp_items_new(arena);
    for (const char *const *id = facts ? facts->devices : NULL; id && *id; id++)
        aimp_items_add(&ids, aimp_string(arena, *id));
    return ids.count ? aimp_items_list(&ids) : NULL;
}

/* Digits only, times a factor; 0 when it is something else or does not fit. */
static int64_t counted(const char *digits, size_t size, int64_t factor) {
    int64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        if (!aimp_is_digit(digits[i])) return 0;
        if (value > (INT64_MAX - 9) / 10) return 0;
        value = value * 10 + (digits[i] - '0');
    }
    return value > INT64_MAX / factor ? 0 : value * factor;
}

/* The node labeller means powers of 1024 by G and M, so every suffix is read as Ki, Mi, …, with or without the i. */
static int64_t bytes_of_quantity(const char *text, size_t size) {
    char spelled[LONGEST_VRAM_TEXT + 2];
    if (size == 0 || size > LONGEST_VRAM_TEXT) return 0;
    memcpy(spelled, text, size);
    if (aimp_to_lower(spelled[size - 1]) == 'i') size--;
    if (size == 0) return 0;
    char *unit = &spelled[size - 1];
    if (!aimp_is_digit(*unit) && *unit != '.') {
        *unit = aimp_to_upper(*unit);
        spelled[size++] = 'i';
    }
    spelled[size] = '\0';
    aimp_quantity amount;
    if (!aimp_quantity_parse(spelled, &amount)) return 0;
    int64_t bytes = aimp_quantity_value(&amount);
    return bytes > 0 ? bytes : 0;
}

int64_t aimp_vram_bytes(const char *text, bool lenient) {
    while (aimp_is_space(*text))
        text++;
    size_t size = strlen(text);
    while (size && aimp_is_space(text[size - 1]))
        size--;
    if (size == 0) return 0;
    char unit = aimp_to_upper(text[size - 1]);
    if (lenient && !aimp_is_digit(unit)) return bytes_of_quantity(text, size);
    if (unit == 'G') return counted(text, size - 1, AIMP_GIBIBYTE);
    if (unit == 'T') return counted(text, size - 1, 1024 * AIMP_GIBIBYTE);
    int64_t bytes = counted(text, size, 1);
    return lenient && bytes < AIMP_GIBIBYTE ? bytes * MEBIBYTE : bytes;
}

/* A label whose key is the whole of `key`, or begins with it and counts something. */
static bool find_label(const aimp_node *labels, const char *key, bool counter, aimp_gpu_labels *out) {
    for (size_t i = 0; i < aimp_count(labels); i++) {
        const char *found = aimp_key(labels, i), *value = aimp_text_of(aimp_value(labels, i));
        bool fits = counter ? aimp_starts_with(found, key) && found[strlen(key)] : strcmp(found, key) == 0;
        if (!fits || !value) continue;
        while (aimp_is_space(*value))
            value++;
        size_t size = strlen(value);
        while (size && aimp_is_space(value[size - 1]))
            size--;
        if (size == 0 || (counter && size == 1 && *value == '0')) continue;
        out->key = found;
        out->value = value;
        return true;
    }
    return false;
}

/* Where a model may be read from, in the order of section 4.3. */
static const struct source {
    const char *key;
    aimp_gpu_evidence evidence;
} sources[] = {
    {"amd.com/gpu.device-id", AIMP_GPU_DEVICE_LABEL},    {"beta.amd.com/gpu.device-id", AIMP_GPU_DEVICE_LABEL},
    {"amd.com/gpu.device-id.", AIMP_GPU_DEVICE_COUNTER}, {"beta.amd.com/gpu.device-id.", AIMP_GPU_DEVICE_COUNTER},
    {"amd.com/gpu.family", AIMP_GPU_FAMILY_LABEL},       {"beta.amd.com/gpu.family", AIMP_GPU_FAMILY_LABEL},
    {"amd.com/gpu.family.", AIMP_GPU_FAMILY_COUNTER},    {"beta.amd.com/gpu.family.", AIMP_GPU_FAMILY_COUNTER},
};
#define SOURCE_COUNT (sizeof sources / sizeof *sources)

aimp_gpu_labels aimp_gpu_labels_of(aimp_arena *arena, const aimp_node *labels) {
    aimp_gpu_labels out = {.vram = ""};
    for (size_t i = 0; i < SOURCE_COUNT; i++) {
        const struct source *from = &sources[i];
        bool counter = from->evidence == AIMP_GPU_DEVICE_COUNTER || from->evidence == AIMP_GPU_FAMILY_COUNTER;
        if (!find_label(labels, from->key, counter, &out)) continue;
        const char *text = counter ? out.key + strlen(from->key) : out.value;
        bool device = from->evidence == AIMP_GPU_DEVICE_LABEL || from->evidence == AIMP_GPU_DEVICE_COUNTER;
        out.evidence = from->evidence;
        out.device = device ? bare_id(arena, text) : NULL;
        out.family = device ? NULL : aimp_gpu_model(arena, text);
        const char *vram = aimp_get_text(labels, "amd.com/gpu.vram");
        if (aimp_is_empty(vram)) vram = aimp_get_text(labels, "beta.amd.com/gpu.vram");
        out.vram = aimp_or_empty(vram);
        break;
    }
    return out;
}

const char *aimp_gpu_model_of_labels(const aimp_gpu_table *table, aimp_arena *arena, const aimp_gpu_labels *labels) {
    return labels->device ? model_of_bare(table, arena, labels->device) : labels->family;
}

int64_t aimp_gpu_vram_of_labels(const aimp_gpu_table *table, aimp_arena *arena, const aimp_gpu_labels *labels,
                                const char *model) {
    if (*labels->vram) return aimp_vram_bytes(labels->vram, true);
    const aimp_gpu_facts *facts = aimp_gpu_facts_of(table, aimp_gpu_model(arena, model));
    return facts ? facts->vram_bytes : 0;
}
