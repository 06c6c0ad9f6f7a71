/* What a policy document may hold. The table says the fields; the functions below say what no table can: names that
 * must be known, and nothing twice. */
#include <stdlib.h>
#include <string.h>

#include "cluster/policy_document.h"
#include "doc/pointer.h"
#include "kube/name.h"
#include "kube/quantity.h"
#include "kube/schema_tables.h"

enum { MOST_TIERS = 1000, MOST_GPUS = 1000, MOST_DEVICES = 64, MOST_VRAM_BITS = 50 };

static bool is_device_id(const char *text) {
    size_t size = strspn(text, "0123456789abcdef");
    return size == 4 && !text[size];
}

static bool is_policy_name(const char *text) {
    return *text && aimp_label_value_is_legal(text);
}

static const char *const behaviours[] = {"documented", "engine-0.2", NULL};
static const char *const dimensions[] = {"type", "gpu", "metric", "precision", NULL};
static const char *const tie_breaks[] = {"fewest-gpus", "name", NULL};

static const aimp_field metadata_fields[] = {
    {"name", AIMP_T_STRING, AIMP_F_REQUIRED, .legal = is_policy_name,
     .legal_text = "1 to 63 letters, digits, -, _ or ., with a letter or digit at both ends"}};
static const aimp_schema metadata_schema = AIMP_SCHEMA("metadata", metadata_fields);
static const aimp_field ranking_fields[] = {
    {"dimension", AIMP_T_STRING, AIMP_F_REQUIRED, .values = dimensions},
    {"order", AIMP_T_ANY, AIMP_F_REQUIRED | AIMP_F_LIST, .min = 1, .max = MOST_TIERS}};
static const aimp_schema ranking_schema = AIMP_SCHEMA("ranking", ranking_fields);
static const aimp_field gpu_fields[] = {
    {"model", AIMP_T_STRING, AIMP_F_REQUIRED},
    {"vram", AIMP_T_QUANTITY},
    {"devices", AIMP_T_STRING, AIMP_F_LIST, .legal = is_device_id,
     .legal_text = "a PCI device id of four lower-case hexadecimal digits, such as \"74a1\"", .max = MOST_DEVICES}};
static const aimp_schema gpu_schema = AIMP_SCHEMA("gpu", gpu_fields);
static const aimp_field spec_fields[] = {
    {"behaviour", AIMP_T_STRING, .values = behaviours, .default_text = "documented"},
    {"ranking", AIMP_T_OBJECT, AIMP_F_LIST, .object = &ranking_schema, .min = 1},
    {"tieBreaks", AIMP_T_STRING, AIMP_F_LIST, .values = tie_breaks},
    {"gpus", AIMP_T_OBJECT, AIMP_F_LIST, .object = &gpu_schema, .max = MOST_GPUS}};
static const aimp_schema spec_schema = AIMP_SCHEMA("spec", spec_fields);
static const aimp_field policy_fields[] = {{"apiVersion", AIMP_T_STRING, AIMP_F_REQUIRED},
                                           {"kind", AIMP_T_STRING, AIMP_F_REQUIRED},
                                           {"metadata", AIMP_T_OBJECT, AIMP_F_REQUIRED, .object = &metadata_schema},
                                           {"spec", AIMP_T_OBJECT, AIMP_F_REQUIRED, .object = &spec_schema}};
static const aimp_schema policy_schema = AIMP_SCHEMA("Policy", policy_fields);

static const char *quoted(aimp_admission *a, const char *text) {
    return aimp_format(a->arena, "\"%.80s\"", text);
}

static void refuse(aimp_admission *a, const aimp_node *node, const char *pointer, const char *message) {
    const char *text = aimp_text_of(node);
    aimp_admission_refuse(a, node, pointer, text ? quoted(a, text) : NULL, message);
}

/* --- names that stand once --- */

/* The texts of a list as far as they were seen; a linear look is enough for what fits into the limits above. */
typedef struct seen {
    const char **names;
    size_t count;
} seen;

static seen seen_new(aimp_admission *a, size_t most) {
    return (seen){aimp_take_array(a->arena, most, sizeof(char *)), 0};
}

static void once(aimp_admission *a, seen *names, const aimp_node *node, const char *pointer, const char *where) {
    const char *name = aimp_text_of(node);
    if (!name) return;
    for (size_t i = 0; i < names->count; i++) {
        if (!aimp_equal_ignoring_case(names->names[i], name)) continue;
        refuse(a, node, pointer, aimp_format(a->arena, "%s stands twice %s", quoted(a, name), where));
        return;
    }
    names->names[names->count++] = name;
}

/* --- GPUs --- */

static bool is_listed(const aimp_node *gpus, const char *model) {
    for (size_t i = 0; i < aimp_count(gpus); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(gpus, i), "model"), model)) return true;
    }
    return false;
}

static void check_model(aimp_admission *a, const aimp_node *node, const char *pointer) {
    const char *model = aimp_text_of(node);
    if (!model) return;
    const char *normal = aimp_gpu_model(a->arena, model);
    if (!*normal || strcmp(normal, model) != 0)
        refuse(a, node, pointer,
               *normal ? aimp_format(a->arena, "%s must be written as \"%.80s\", which is how GPU names are compared",
                                     quoted(a, model), normal)
                       : "a GPU needs a name such as MI300X");
}

static void check_vram(aimp_admission *a, const aimp_node *node, const char *pointer) {
    aimp_quantity quantity;
    if (!node || !aimp_quantity_of(node, &quantity)) return; /* the table has said so */
    const int64_t bytes = aimp_quantity_value(&quantity);
    if (bytes <= 0 || bytes >> MOST_VRAM_BITS)
        refuse(a, node, pointer, "the memory of a GPU must be more than 0 and less than 1Pi, such as 192Gi");
}

/* Every device of every model: one bit for each of the 65,536 ids. */
static void check_device(aimp_admission *a, unsigned char *seen_ids, const aimp_node *node, const char *pointer) {
    const char *id = aimp_text_of(node);
    if (!id || !is_device_id(id)) return; /* the table has said so */
    const unsigned long number = strtoul(id, NULL, 16);
    if (seen_ids[number / 8] >> number % 8 & 1)
        refuse(a, node, pointer, aimp_format(a->arena, "%s stands twice in spec.gpus", quoted(a, id)));
    seen_ids[number / 8] |= (unsigned char)(1u << number % 8);
}

static void check_gpus(aimp_admission *a, const aimp_node *gpus) {
    seen models = seen_new(a, aimp_count(gpus));
    unsigned char *seen_ids = aimp_take_zeroed(a->arena, 65536 / 8);
    if (aimp_count(gpus) > MOST_GPUS) return; /* the table has said so */
    for (size_t i = 0; i < aimp_count(gpus); i++) {
        const aimp_node *gpu = aimp_item(gpus, i), *ids = aimp_get(gpu, "devices");
        const char *at = aimp_format(a->arena, "/spec/gpus/%zu", i);
        const char *model_at = aimp_pointer_below(a->arena, at, "model");
        check_model(a, aimp_get(gpu, "model"), model_at);
        once(a, &models, aimp_get(gpu, "model"), model_at, "in spec.gpus");
        check_vram(a, aimp_get(gpu, "vram"), aimp_pointer_below(a->arena, at, "vram"));
        for (size_t k = 0; k < aimp_count(ids); k++)
            check_device(a, seen_ids, aimp_item(ids, k), aimp_format(a->arena, "%s/devices/%zu", at, k));
    }
}

/* --- ranking --- */

/* The values that the schema of a template allows. */
static const char *const types[] = {"optimized", "preview", "unoptimized", NULL};
static const char *const metrics[] = {"latency", "throughput", NULL};
static const char *const precisions[] = {"auto", "fp4", "fp8", "fp16", "fp32", "bf16", "int4", "int8", NULL};

typedef struct order_check {
    aimp_admission *admission;
    const char *dimension;
    const char *const *values; /* NULL: GPU models */
    const aimp_node *gpus;     /* of the document */
    const aimp_gpu_table *known;
    seen names;
} order_check;

static const char *values_text(aimp_arena *arena, const char *const *values) {
    aimp_text text = aimp_text_new(arena);
    for (const char *const *v = values; *v; v++)
        aimp_text_add_format(&text, "%s%s", v == values ? "" : v[1] ? ", " : " or ", *v);
    return aimp_text_string(&text);
}

static bool is_value(const char *const *values, const char *name) {
    for (; *values; values++) {
        if (aimp_equal_ignoring_case(*values, name)) return true;
    }
    return false;
}

static bool is_gpu(const order_check *o, const char *name) {
    return is_listed(o->gpus, name) || aimp_gpu_facts_of(o->known, name);
}

static void check_name(order_check *o, const aimp_node *node, const char *pointer) {
    aimp_admission *a = o->admission;
    const char *name = aimp_text_of(node);
    if (!name) {
        aimp_admission_refuse(a, node, pointer, aimp_node_kind_name(node),
                              "a tier is a name, or a list of names that are worth the same");
        return;
    }
    if (o->values && !is_value(o->values, name))
        refuse(a, node, pointer,
               aimp_format(a->arena, "%s is no %s: must be %s", quoted(a, name), o->dimension,
                           values_text(a->arena, o->values)));
    else if (!o->values && !is_gpu(o, name)) {
        const char *normal = aimp_gpu_model(a->arena, name);
        refuse(a, node, pointer,
               is_gpu(o, normal)
                   ? aimp_format(a->arena, "%s must be written as \"%s\", which is how GPU names are compared",
                                 quoted(a, name), normal)
                   : aimp_format(a->arena, "the GPU %s is not known: correct the name, or add it to spec.gpus",
                                 quoted(a, name)));
    }
    once(a, &o->names, node, pointer, "in this order");
}

static size_t count_names(const aimp_node *order) {
    size_t count = 0;
    for (size_t i = 0; i < aimp_count(order); i++) {
        const aimp_node *tier = aimp_item(order, i);
        count += tier->kind == AIMP_LIST ? tier->count : 1;
    }
    return count;
}

static void check_order(aimp_admission *a, const aimp_node *ranking, const char *at, const aimp_node *gpus,
                        const aimp_gpu_table *known) {
    const char *dimension = aimp_or_empty(aimp_get_text(ranking, "dimension"));
    const aimp_node *order = aimp_get(ranking, "order");
    const size_t names = count_names(order);
    if (names > MOST_TIERS) {
        aimp_admission_refuse(a, order, aimp_pointer_below(a->arena, at, "order"), NULL,
                              aimp_format(a->arena, "an order holds at most %d names", MOST_TIERS));
        return;
    }
    order_check o = {a, dimension, NULL, gpus, known, seen_new(a, names)};
    if (strcmp(dimension, "type") == 0) o.values = types;
    if (strcmp(dimension, "metric") == 0) o.values = metrics;
    if (strcmp(dimension, "precision") == 0) o.values = precisions;
    for (size_t i = 0; i < aimp_count(order); i++) {
        const aimp_node *tier = aimp_item(order, i);
        const char *pointer = aimp_format(a->arena, "%s/order/%zu", at, i);
        if (tier->kind != AIMP_LIST) {
            check_name(&o, tier, pointer);
            continue;
        }
        if (!tier->count) refuse(a, tier, pointer, "a tier needs at least one name");
        for (size_t k = 0; k < tier->count; k++)
            check_name(&o, aimp_item(tier, k), aimp_format(a->arena, "%s/%zu", pointer, k));
    }
}

static void check_ranking(aimp_admission *a, const aimp_node *spec) {
    const aimp_node *ranking = aimp_get(spec, "ranking"), *gpus = aimp_get(spec, "gpus");
    const aim_policy *base = aim_policy_builtin(aim_behaviour_named(aimp_get_text(spec, "behaviour")));
    if (!base) base = aim_policy_builtin(AIM_BEHAVIOUR_DOCUMENTED); /* the behaviour has been refused */
    seen names = seen_new(a, aimp_count(ranking));
    for (size_t i = 0; i < aimp_count(ranking); i++) {
        const char *at = aimp_format(a->arena, "/spec/ranking/%zu", i);
        once(a, &names, aimp_get(aimp_item(ranking, i), "dimension"), aimp_pointer_below(a->arena, at, "dimension"),
             "in spec.ranking");
        check_order(a, aimp_item(ranking, i), at, gpus, base->gpus);
    }
}

const aimp_node *aimp_policy_admit(aimp_admission *a, const aimp_node *root) {
    a->strict = true;
    const aimp_node *document = aimp_schema_admit(a, &policy_schema, root, "");
    const aimp_node *spec = aimp_get(document, "spec"), *tie_break_list = aimp_get(spec, "tieBreaks");
    if (!spec) return document;
    check_gpus(a, aimp_get(spec, "gpus"));
    check_ranking(a, spec);
    seen names = seen_new(a, aimp_count(tie_break_list));
    for (size_t i = 0; i < aimp_count(tie_break_list); i++)
        once(a, &names, aimp_item(tie_break_list, i), aimp_format(a->arena, "/spec/tieBreaks/%zu", i),
             "in spec.tieBreaks");
    return document;
}
