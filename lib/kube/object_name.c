/* Which parts and which hash inputs make the name of each object that AIM Engine creates. Nothing here looks anything
 * up: whether the object exists, and who owns it, is for others. */
#include "kube/object_name.h"

#include <string.h>

#define HASH_DIGITS 8
#define ARTIFACT_HASH_DIGITS 10
#define SOURCE_MODEL_HASH_DIGITS 6
#define TEMPLATE_HASH_DIGITS 4
#define SHORTEST_INFERENCE_SERVICE 10

/* <first>-<second>-<hash of one string>, second may be NULL: the shape of most names. */
static const char *name_with_hash_of(aimp_arena *arena, const char *first, const char *second, const char *hashed) {
    const char *parts[] = {first, second};
    aimp_hash_input hash = aimp_hash_input_new(arena);
    aimp_hash_add_string(&hash, hashed);
    return aimp_derived_name(arena, parts, second ? 2 : 1, &hash, HASH_DIGITS, AIMP_NAME_MAX);
}

/* 0 when it is absent */
static int64_t integer_at(const aimp_node *map, const char *key) {
    int64_t value;
    return aimp_integer_of(aimp_get(map, key), &value) ? value : 0;
}

const char *aimp_inference_service_name(aimp_arena *arena, const char *service, const char *ns) {
    /* KServe builds host names from <name>-predictor-<namespace>, which must be DNS labels. */
    size_t taken = strlen("-predictor-") + strlen(ns);
    if (taken + SHORTEST_INFERENCE_SERVICE > AIMP_NAME_MAX) return NULL;
    aimp_hash_input hash = aimp_hash_input_new(arena);
    aimp_hash_add_string(&hash, ns);
    return aimp_derived_name(arena, &service, 1, &hash, HASH_DIGITS, AIMP_NAME_MAX - taken);
}

const char *aimp_http_route_name(aimp_arena *arena, const char *service, const char *ns) {
    return name_with_hash_of(arena, service, NULL, ns);
}

const char *aimp_predictor_name(aimp_arena *arena, const char *inference_service) {
    return aimp_format(arena, "%s-predictor", inference_service);
}

const char *aimp_predictor_hpa_name(aimp_arena *arena, const char *inference_service) {
    return aimp_format(arena, "keda-hpa-%s-predictor", inference_service);
}

const char *aimp_image_model_name(aimp_arena *arena, const char *uri, const char **problem) {
    uri = aimp_trim(arena, uri);
    aimp_image_reference image;
    if (!aimp_image_reference_parse(arena, uri, &image, problem)) return NULL;
    return name_with_hash_of(arena, image.name, image.tag, uri);
}

/* The literal value of AWS_ENDPOINT_URL; NULL when there is none. */
static const char *literal_endpoint(const aimp_node *env) {
    for (size_t i = 0; i < aimp_count(env); i++) {
        const aimp_node *variable = aimp_item(env, i);
        if (aimp_equal(aimp_get_text(variable, "name"), "AWS_ENDPOINT_URL")) return aimp_get_text(variable, "value");
    }
    return NULL;
}

const char *aimp_custom_model_name(aimp_arena *arena, const aimp_node *custom) {
    const aimp_node *sources = aimp_get(custom, "modelSources");
    aimp_hash_input hash = aimp_hash_input_new(arena);
    aimp_hash_add_string(&hash, aimp_get_text(custom, "baseImage"));
    for (size_t i = 0; i < aimp_count(sources); i++) {
        const aimp_node *source = aimp_item(sources, i);
        const char *endpoint = literal_endpoint(aimp_get(source, "env"));
        aimp_hash_add_string(&hash, aimp_get_text(source, "modelId"));
        aimp_hash_add_string(&hash, aimp_get_text(source, "sourceUri"));
        if (!aimp_is_empty(endpoint)) aimp_hash_add_string(&hash, endpoint);
    }
    const char *part = aimp_count(sources) ? aimp_get_text(aimp_item(sources, 0), "modelId") : "custom-model";
    return aimp_derived_name(arena, &part, 1, &hash, HASH_DIGITS, AIMP_NAME_MAX);
}

const char *aimp_derived_template_name(aimp_arena *arena, const char *base, const aimp_node *overrides) {
    const aimp_node *gpu = aimp_at(overrides, "hardware", "gpu", NULL);
    const char *model = aimp_get_text(gpu, "model");
    int64_t requests = integer_at(gpu, "requests");
    const char *parts[6] = {base, "ovr"};
    size_t count = 2;
    aimp_hash_input hash = aimp_hash_input_new(arena);
    if (!aimp_is_empty(model)) {
        parts[count++] = model;
        aimp_hash_add_string(&hash, "gpu");
        aimp_hash_add_string(&hash, model);
    }
    if (requests > 0) {
        parts[count++] = aimp_format(arena, "%lldgpu", (long long)requests);
        aimp_hash_add_string(&hash, "count");
        aimp_hash_add_integer(&hash, requests);
    }
    static const char *const choices[] = {"precision", "metric"};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const char *choice = aimp_get_text(overrides, choices[i]);
        if (aimp_is_empty(choice)) continue;
        parts[count++] = choice;
        aimp_hash_add_string(&hash, choices[i]);
        aimp_hash_add_string(&hash, choice);
    }
    if (count == 2) return base;
    return aimp_derived_name(arena, parts, count, &hash, TEMPLATE_HASH_DIGITS, AIMP_NAME_MAX);
}

const char *aimp_shared_cache_name(aimp_arena *arena, const char *template_name, const char *ns) {
    return name_with_hash_of(arena, template_name, NULL, ns);
}

const char *aimp_dedicated_cache_name(aimp_arena *arena, const char *template_name, const char *service,
                                      const char *service_uid) {
    return name_with_hash_of(arena, template_name, service, service_uid);
}

const char *aimp_artifact_name(aimp_arena *arena, const char *source_uri, const aimp_node *env,
                               const char *storage_class, const char *cache_name) {
    aimp_hash_input hash = aimp_hash_input_new(arena);
    aimp_hash_add_string(&hash, source_uri);
    aimp_hash_add_env(&hash, env);
    aimp_hash_add_string(&hash, storage_class);
    if (cache_name) {
        aimp_hash_add_string(&hash, "dedicated");
        aimp_hash_add_string(&hash, cache_name);
    }
    return aimp_derived_name(arena, &source_uri, 1, &hash, ARTIFACT_HASH_DIGITS, AIMP_NAME_MAX);
}

const char *aimp_artifact_claim_name(aimp_arena *arena, const char *artifact, const char *uid) {
    return name_with_hash_of(arena, artifact, "cache", uid);
}

const char *aimp_download_job_name(aimp_arena *arena, const char *artifact, const char *uid) {
    return name_with_hash_of(arena, artifact, "download", uid);
}

const char *aimp_size_job_name(aimp_arena *arena, const char *artifact, const char *uid) {
    return name_with_hash_of(arena, artifact, "check-size", uid);
}

static const char *metric_shorthand(const char *metric) {
    if (aimp_equal(metric, "latency")) return "lat";
    if (aimp_equal(metric, "throughput")) return "thr";
    return metric;
}

static void add_piece(aimp_text *text, const char *piece) {
    if (aimp_is_empty(piece)) return;
    if (text->size) aimp_text_add_char(text, '-');
    aimp_text_add_string(text, piece);
}

const char *aimp_recommended_template_name(aimp_arena *arena, const char *model, const char *image,
                                           const aimp_node *deployment) {
    const char *gpu_model = aimp_get_text(deployment, "gpuModel");
    const char *metric = aimp_get_text(deployment, "metric");
    const char *precision = aimp_get_text(deployment, "precision");
    int64_t gpu_count = integer_at(deployment, "gpuCount");
    const char *times_count = gpu_count > 0 ? aimp_format(arena, "x%lld", (long long)gpu_count) : NULL;

    aimp_text visible = aimp_text_new(arena);
    if (gpu_count > 0 && !aimp_is_empty(gpu_model)) {
        aimp_text_add_format(&visible, "%lldx-%s", (long long)gpu_count, gpu_model);
    } else {
        add_piece(&visible, gpu_model);
        add_piece(&visible, times_count);
    }
    add_piece(&visible, metric_shorthand(metric));
    add_piece(&visible, precision);

    aimp_text hashed = aimp_text_new(arena);
    aimp_text_add_format(&hashed, "%s-%s", model, image);
    add_piece(&hashed, gpu_model);
    add_piece(&hashed, times_count);
    add_piece(&hashed, metric);
    add_piece(&hashed, precision);

    const char *parts[] = {image, aimp_text_string(&visible)};
    aimp_hash_input hash = aimp_hash_input_new(arena);
    aimp_hash_add_string(&hash, aimp_text_string(&hashed));
    return aimp_derived_name(arena, parts, 2, &hash, TEMPLATE_HASH_DIGITS, AIMP_NAME_MAX);
}

const char *aimp_custom_template_name(aimp_arena *arena, const char *model, int64_t index,
                                      const aimp_node *custom_template) {
    const aimp_node *profile = aimp_get(custom_template, "profile");
    const aimp_node *gpu = aimp_at(custom_template, "hardware", "gpu", NULL);
    const char *name = aimp_get_text(custom_template, "name");
    const char *precision = aimp_get_text(profile, "precision");
    const char *gpu_model = aimp_get_text(gpu, "model");

    const char *parts[5] = {model, "custom"};
    size_t count = 2;
    const char *const optional[] = {name, precision, gpu_model};
    for (size_t i = 0; i < 3; i++) {
        if (!aimp_is_empty(optional[i])) parts[count++] = optional[i];
    }

    aimp_hash_input hash = aimp_hash_input_new(arena);
    aimp_hash_add_string(&hash, model);
    aimp_hash_add_integer(&hash, index);
    if (custom_template) aimp_hash_add_string(&hash, name);
    if (!aimp_is_null(profile)) {
        aimp_hash_add_string(&hash, precision);
        aimp_hash_add_string(&hash, aimp_get_text(profile, "metric"));
    }
    if (!aimp_is_null(gpu)) {
        aimp_hash_add_integer(&hash, integer_at(gpu, "requests"));
        aimp_hash_add_string(&hash, gpu_model);
    }
    return aimp_derived_name(arena, parts, count, &hash, HASH_DIGITS, AIMP_NAME_MAX);
}

const char *aimp_source_model_name(aimp_arena *arena, const char *registry, const char *repository, const char *tag) {
    const char *parts[] = {repository, tag};
    aimp_hash_input hash = aimp_hash_input_new(arena);
    aimp_hash_add_string(&hash, registry);
    aimp_hash_add_string(&hash, repository);
    aimp_hash_add_string(&hash, tag);
    return aimp_derived_name(arena, parts, 2, &hash, SOURCE_MODEL_HASH_DIGITS, AIMP_NAME_MAX);
}

const char *aimp_cache_volume_name(aimp_arena *arena, const char *artifact) {
    return aimp_name_part(arena, artifact);
}
