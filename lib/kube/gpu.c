/* AMD GPU facts as tables, and reading them off a node's labels. Decides nothing: which GPU is wanted, and which node
 * is enough, is asked elsewhere. */
#include "kube/gpu.h"

#include <string.h>

#include "base/text.h"
#include "kube/quantity.h"

#define GIBIBYTE ((int64_t)1 << 30)
#define MEBIBYTE ((int64_t)1 << 20)
#define LONGEST_VRAM_TEXT 40

typedef struct device {
    const char *id;
    const char *model;
    bool extended; /* unknown to the reference: differences.md B-74 */
} device;

/* In ascending order of ids, so that the ids of a model come out sorted. */
static const device devices[] = {
    {"738c", "MI100", false},  {"738e", "MI100", false},  {"73a1", "V620", false},   {"73a2", "W6900X", false},
    {"73a3", "W6800", false},  {"73ab", "W6800X", false}, {"73ae", "V620", false},   {"73af", "RX6900", false},
    {"73bf", "RX6800", false}, {"7408", "MI250X", false}, {"740c", "MI250X", false}, {"740f", "MI210", false},
    {"7410", "MI210", false},  {"7448", "W7900", false},  {"7449", "W7800", false},  {"744a", "W7900", false},
    {"744c", "RX7900", false}, {"745e", "W7800", false},  {"7460", "V710", false},   {"7461", "V710", false},
    {"74a0", "MI300A", false}, {"74a1", "MI300X", false}, {"74a2", "MI308X", false}, {"74a5", "MI325X", false},
    {"74a8", "MI308X", false}, {"74a9", "MI300X", false}, {"74b5", "MI300X", false}, {"74b6", "MI308X", false},
    {"74b9", "MI325X", false}, {"74bc", "MI308X", true},  {"74bd", "MI300X", false}, {"7550", "RX9070", false},
    {"7551", "R9700", true},   {"75a0", "MI350X", false}, {"75a3", "MI355X", false}, {"75b0", "MI350X", false},
    {"75b3", "MI355X", false},
};
#define DEVICE_COUNT (sizeof devices / sizeof *devices)

typedef struct model_memory {
    const char *model;
    int64_t gibibytes;
    bool extended;
} model_memory;

static const model_memory memories[] = {
    {"MI355X", 288, false}, {"MI350X", 288, false}, {"MI325X", 256, false}, {"MI308X", 128, false},
    {"MI300X", 192, false}, {"MI300A", 128, false}, {"MI250X", 128, false}, {"MI210", 64, false},
    {"MI100", 32, false},   {"V710", 32, false},    {"W7900", 48, false},   {"W7800", 32, false},
    {"W6900X", 32, false},  {"W6800", 32, false},   {"W6800X", 32, false},  {"V620", 32, false},
    {"RX9070", 16, false},  {"RX7900", 24, false},  {"RX6900", 16, false},  {"RX6800", 16, false},
    {"R9700", 32, true},
};
#define MEMORY_COUNT (sizeof memories / sizeof *memories)

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

/* The id in lower case without 0x. */
static const char *bare_id(aimp_arena *arena, const char *device_id) {
    const char *id = aimp_lower(arena, aimp_trim(arena, device_id));
    return aimp_starts_with(id, "0x") ? id + 2 : id;
}

static const device *find_device(const char *bare, bool extended) {
    for (size_t i = 0; i < DEVICE_COUNT; i++) {
        if (aimp_equal_ignoring_case(bare, devices[i].id) && (extended || !devices[i].extended)) return &devices[i];
    }
    return NULL;
}

const char *aimp_gpu_model_of_device(aimp_arena *arena, const char *device_id, bool extended) {
    const char *id = bare_id(arena, device_id);
    const device *known = find_device(id, extended);
    return known ? known->model : aimp_format(arena, "AMD-%s", aimp_upper(arena, id));
}

bool aimp_gpu_device_is_known(const char *device_id, bool extended) {
    bool prefixed = device_id[0] == '0' && (device_id[1] == 'x' || device_id[1] == 'X');
    return find_device(prefixed ? device_id + 2 : device_id, extended) != NULL;
}

const aimp_node *aimp_gpu_devices_of_model(aimp_arena *arena, const char *model, bool extended) {
    const char *name = aimp_gpu_model(arena, model);
    aimp_items ids = aimp_items_new(arena);
    for (size_t i = 0; i < DEVICE_COUNT; i++) {
        if (strcmp(devices[i].model, name) != 0 || (devices[i].extended && !extended)) continue;
        aimp_items_add(&ids, aimp_string(arena, devices[i].id));
    }
    return ids.count ? aimp_items_list(&ids) : NULL;
}

int64_t aimp_gpu_vram_gibibytes(const char *model, bool extended) {
    for (size_t i = 0; i < MEMORY_COUNT; i++) {
        if (strcmp(memories[i].model, model) == 0 && (extended || !memories[i].extended)) return memories[i].gibibytes;
    }
    return 0;
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
    if (unit == 'G') return counted(text, size - 1, GIBIBYTE);
    if (unit == 'T') return counted(text, size - 1, 1024 * GIBIBYTE);
    int64_t bytes = counted(text, size, 1);
    return lenient && bytes < GIBIBYTE ? bytes * MEBIBYTE : bytes;
}

/* A label whose key is the whole of `key`, or begins with it and counts something. */
static bool find_label(const aimp_node *labels, const char *key, bool counter, aimp_node_gpu *out) {
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
        out->label_key = found;
        out->label_value = value;
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

static void read_model(aimp_arena *arena, const aimp_node *labels, bool extended, aimp_node_gpu *out) {
    for (size_t i = 0; i < SOURCE_COUNT; i++) {
        const struct source *from = &sources[i];
        bool counter = from->evidence == AIMP_GPU_DEVICE_COUNTER || from->evidence == AIMP_GPU_FAMILY_COUNTER;
        if (!find_label(labels, from->key, counter, out)) continue;
        const char *text = counter ? out->label_key + strlen(from->key) : out->label_value;
        bool device_id = from->evidence == AIMP_GPU_DEVICE_LABEL || from->evidence == AIMP_GPU_DEVICE_COUNTER;
        out->model = device_id ? aimp_gpu_model_of_device(arena, text, extended) : aimp_gpu_model(arena, text);
        out->evidence = from->evidence;
        return;
    }
}

static void read_vram(aimp_arena *arena, const aimp_node *labels, bool lenient, bool extended, aimp_node_gpu *out) {
    const char *text = aimp_get_text(labels, "amd.com/gpu.vram");
    if (aimp_is_empty(text)) text = aimp_get_text(labels, "beta.amd.com/gpu.vram");
    out->vram_from_label = !aimp_is_empty(text);
    if (out->vram_from_label)
        out->vram_bytes = aimp_vram_bytes(text, lenient);
    else
        out->vram_bytes = aimp_gpu_vram_gibibytes(aimp_gpu_model(arena, out->model), extended) * GIBIBYTE;
}

aimp_node_gpu aimp_gpu_of_node(aimp_arena *arena, const aimp_node *labels, bool lenient, bool extended) {
    aimp_node_gpu gpu = {0};
    read_model(arena, labels, extended, &gpu);
    if (gpu.model) read_vram(arena, labels, lenient, extended, &gpu);
    return gpu;
}
