/* The KServe InferenceService of a service. Rules: spec/rendering.md section 2. */
#include <string.h>

#include "kube/name.h"
#include "kube/object_name.h"
#include "kube/quantity.h"
#include "render/manifest.h"

/* clang-format off: a manifest in code is indented like the manifest */

#define CACHE_PATH "/workspace/cache"

static const aimp_node *env_entry(aimp_arena *a, const char *name, const char *value) {
    return aimp_map_of(a, "name", aimp_string(a, name), "value", aimp_string_or_none(a, value), NULL);
}

/* What the template's spec says in variables of its own. */
static const aimp_node *spec_variables(aimp_arena *a, const aimp_node *spec) {
    static const struct {
        const char *field, *name;
    } variables[] = {{"profileId", "AIM_PROFILE_ID"}, {"metric", "AIM_METRIC"}, {"precision", "AIM_PRECISION"}};
    aimp_items items = aimp_items_new(a);
    for (size_t i = 0; i < 3; i++) {
        const char *value = aimp_get_text(spec, variables[i].field);
        if (!aimp_is_empty(value)) aimp_items_add(&items, env_entry(a, variables[i].name, value));
    }
    return aimp_items_list(&items);
}

static const aimp_node *model_id_variable(aimp_arena *a, const aimp_node *spec) {
    const aimp_node *first = aimp_item(aimp_get(spec, "modelSources"), 0);
    return first ? aimp_list_of(a, env_entry(a, "AIM_MODEL_ID", aimp_get_text(first, "modelId")), NULL) : NULL;
}

static const aimp_node *appended(aimp_arena *a, const aimp_node *list, const aimp_node *more) {
    aimp_items items = aimp_items_new(a);
    for (size_t i = 0; i < aimp_count(list); i++)
        aimp_items_add(&items, aimp_item(list, i));
    for (size_t i = 0; i < aimp_count(more); i++)
        aimp_items_add(&items, aimp_item(more, i));
    return aimp_items_list(&items);
}

/* Stable, by name in byte order. */
static const aimp_node *sorted_by_name(aimp_arena *a, const aimp_node *list) {
    size_t count = aimp_count(list);
    const aimp_node **items = aimp_take_array(a, count, sizeof *items);
    for (size_t i = 0; i < count; i++) {
        const char *name = aimp_or_empty(aimp_get_text(aimp_item(list, i), "name"));
        size_t at = i;
        for (; at > 0 && strcmp(aimp_or_empty(aimp_get_text(items[at - 1], "name")), name) > 0; at--)
            items[at] = items[at - 1];
        items[at] = aimp_item(list, i);
    }
    return aimp_list_from(a, items, count);
}

static const aimp_node *environment(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const aimp_node *spec = pass->template_.object->spec;
    const bool keep = pass->rules->json_numbers_keep_their_text;
    const aimp_node *(*place)(aimp_arena *, const aimp_node *, const aimp_node *) =
        pass->rules->env_names_are_unique ? aimp_env_merge : appended;
    const aimp_node *env =
        aimp_list_of(a, env_entry(a, "AIM_CACHE_PATH", CACHE_PATH), env_entry(a, "VLLM_ENABLE_METRICS", "true"), NULL);
    env = aimp_env_merge_engine_args(a, env, aimp_get(pass->config.merged, "env"), keep);
    env = place(a, env, spec_variables(a, spec));
    env = aimp_env_merge_engine_args(a, env, aimp_get(spec, "env"), keep);
    env = place(a, env, model_id_variable(a, spec));
    env = aimp_env_merge_engine_args(a, env, aimp_get(pass->spec, "env"), keep);
    return aimp_schema_emit_list(a, &aimp_env_var_schema, sorted_by_name(a, env));
}

/* --- volumes --- */

static const char *without_dots(aimp_arena *a, const char *text) {
    aimp_text out = aimp_text_new(a);
    while (*text) {
        if (text[0] == '.' && text[1] == '.')
            text += 2;
        else
            aimp_text_add_char(&out, *text++);
    }
    return aimp_text_string(&out);
}

/* Go's path.Clean of an absolute path without "..". */
static const char *clean_path(aimp_arena *a, const char *path) {
    aimp_text out = aimp_text_new(a);
    for (const char *p = path; *p;) {
        while (*p == '/')
            p++;
        size_t size = strcspn(p, "/");
        bool current = size == 1 && *p == '.';
        if (size && !current) {
            aimp_text_add_char(&out, '/');
            aimp_text_add(&out, p, size);
        }
        p += size;
    }
    return out.size ? aimp_text_string(&out) : "/";
}

static const char *mount_path(aimp_arena *a, const aimp_node *artifact, const char *volume) {
    const char *given = aimp_get_text(artifact, "mountPoint");
    if (!aimp_is_empty(given)) return given;
    const char *model = without_dots(a, aimp_or_empty(aimp_get_text(artifact, "model")));
    if (!*model || strcmp(model, ".") == 0) model = volume;
    return clean_path(a, aimp_format(a, CACHE_PATH "/%s", model));
}

typedef struct mounts {
    aimp_items volumes, mounts;
} mounts;

static void mount_cache(aimp_pass *pass, mounts *m) {
    aimp_arena *a = pass->arena;
    const aimp_node *artifacts =
        aimp_get(pass->cache.found.object ? pass->cache.found.object->status : NULL, "artifacts");
    for (size_t i = 0; i < aimp_count(artifacts); i++) {
        const aimp_node *artifact = aimp_value(artifacts, i);
        const char *claim = aimp_get_text(artifact, "persistentVolumeClaim");
        if (!aimp_equal(aimp_get_text(artifact, "status"), "Ready") || aimp_is_empty(claim)) continue;
        const char *volume = aimp_cache_volume_name(a, aimp_or_empty(aimp_get_text(artifact, "name")));
        aimp_items_add(&m->volumes, aimp_map_of(a, "name", aimp_string(a, volume), "persistentVolumeClaim",
                                                aimp_map_of(a, "claimName", aimp_string(a, claim), NULL), NULL));
        aimp_items_add(&m->mounts, aimp_map_of(a, "name", aimp_string(a, volume), "mountPath",
                                               aimp_string(a, mount_path(a, artifact, volume)), NULL));
    }
}

static bool is_listed(const aimp_items *items, const char *name) {
    for (size_t i = 0; i < items->count; i++) {
        if (aimp_equal(aimp_get_text(items->items[i], "name"), name)) return true;
    }
    return false;
}

/* Section 2.8: what the existing object mounts stays mounted. */
static void keep_mounts(aimp_pass *pass, mounts *m) {
    const aimp_node *predictor = aimp_get(pass->seen.inference_service.object->spec, "predictor");
    const aimp_node *container = aimp_item(aimp_get(predictor, "containers"), 0);
    const aimp_node *volumes = aimp_get(predictor, "volumes"), *mounted = aimp_get(container, "volumeMounts");
    if (!container) return;
    for (size_t i = 0; i < aimp_count(volumes); i++) {
        const aimp_node *volume = aimp_item(volumes, i);
        bool foreign = pass->rules->volumes_follow_the_cache && !aimp_get(volume, "persistentVolumeClaim");
        if (!foreign && !is_listed(&m->volumes, aimp_get_text(volume, "name"))) aimp_items_add(&m->volumes, volume);
    }
    for (size_t i = 0; i < aimp_count(mounted); i++) {
        const aimp_node *mount = aimp_item(mounted, i);
        const char *name = aimp_get_text(mount, "name");
        bool foreign = pass->rules->volumes_follow_the_cache && !is_listed(&m->volumes, name);
        if (!foreign && !is_listed(&m->mounts, name)) aimp_items_add(&m->mounts, mount);
    }
}

static mounts volumes_and_mounts(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    mounts m = {aimp_items_new(a), aimp_items_new(a)};
    aimp_items_add(&m.volumes, aimp_map_of(a, "name", aimp_string(a, "dshm"), "emptyDir",
                                           aimp_map_of(a, "medium", aimp_string(a, "Memory"), "sizeLimit",
                                                       aimp_string(a, "8Gi"), NULL),
                                           NULL));
    aimp_items_add(&m.mounts,
                   aimp_map_of(a, "name", aimp_string(a, "dshm"), "mountPath", aimp_string(a, "/dev/shm"), NULL));
    bool exists = pass->seen.inference_service.object != NULL;
    bool from_cache = !exists || (pass->rules->volumes_follow_the_cache && aimp_is_ready(pass->cache.found.object));
    if (from_cache)
        mount_cache(pass, &m);
    else
        keep_mounts(pass, &m);
    return m;
}

/* --- replicas and scaling: section 2.6 --- */

static const aimp_node *quantity_text(aimp_arena *a, const aimp_node *target, const char *key) {
    const char *text = aimp_get_text(target, key);
    aimp_quantity quantity;
    return text && aimp_quantity_parse(text, &quantity) ? aimp_string(a, text) : NULL;
}

static const aimp_node *scaling_metric(aimp_arena *a, const aimp_node *metric) {
    const aimp_node *pod = aimp_get(metric, "podmetric"), *source = aimp_get(pod, "metric"),
                    *target = aimp_get(pod, "target");
    bool converted = pod && aimp_equal(aimp_get_text(metric, "type"), "PodMetric");
    return aimp_map_of(
        a, "type", aimp_get(metric, "type"), "podmetric",
        !converted
            ? NULL
            : aimp_map_of(a, "metric",
                          aimp_map_of(a, "backend", aimp_string(a, aimp_or_empty(aimp_get_text(source, "backend"))),
                                      "serverAddress", aimp_string_or_none(a, aimp_get_text(source, "serverAddress")),
                                      "metricNames", aimp_none_if_empty(aimp_get(source, "metricNames")), "query",
                                      aimp_string_or_none(a, aimp_get_text(source, "query")), "operationOverTime",
                                      aimp_string_or_none(a, aimp_get_text(source, "operationOverTime")), NULL),
                          "target",
                          aimp_map_of(a, "type", aimp_string(a, aimp_or_empty(aimp_get_text(target, "type"))), "value",
                                      quantity_text(a, target, "value"), "averageValue",
                                      quantity_text(a, target, "averageValue"), "averageUtilization",
                                      aimp_get(target, "averageUtilization"), NULL),
                          NULL),
        NULL);
}

static const aimp_node *scaling(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const aimp_node *own = aimp_get(pass->spec, "autoScaling"), *metrics = aimp_get(own, "metrics");
    if (!own) return NULL;
    aimp_items items = aimp_items_new(a);
    for (size_t i = 0; i < aimp_count(metrics); i++)
        aimp_items_add(&items, scaling_metric(a, aimp_item(metrics, i)));
    return aimp_map_of(a, "metrics", items.count ? aimp_items_list(&items) : NULL, NULL);
}

static const aimp_node *replicas(aimp_pass *pass, bool least) {
    const aimp_node *min = aimp_get(pass->spec, "minReplicas"), *max = aimp_get(pass->spec, "maxReplicas");
    const aimp_node *fixed = aimp_get(pass->spec, "replicas"), *one = aimp_integer(pass->arena, 1);
    if (aimp_pass_is_autoscaled(pass)) return least ? (min ? min : one) : max ? max : min ? min : one;
    int64_t count;
    if (!fixed) return one;
    return !least && aimp_integer_of(fixed, &count) && count == 0 ? NULL : fixed; /* Go drops a zero maximum */
}

static const aimp_node *annotations(aimp_pass *pass, const char *name) {
    aimp_arena *a = pass->arena;
    bool scaled = aimp_pass_is_autoscaled(pass);
    return aimp_map_of(a, "serving.kserve.io/autoscalerClass", aimp_string(a, scaled ? "keda" : "none"),
                       "sidecar.opentelemetry.io/inject", scaled ? aimp_string(a, aimp_predictor_name(a, name)) : NULL,
                       "prometheus.kserve.io/port", scaled ? aimp_string(a, "8000") : NULL, NULL);
}

/* --- the rest --- */

static const char *image(const aimp_pass *pass) {
    const aimp_object *model = pass->model.object, *existing = pass->seen.inference_service.object;
    if (model) return aimp_get_text(model->spec, "image");
    if (!pass->rules->image_is_kept || !existing) return NULL;
    return aimp_get_text(aimp_item(aimp_at(existing->spec, "predictor", "containers", NULL), 0), "image");
}

static void add_secrets(aimp_items *out, const aimp_node *secrets) {
    for (size_t i = 0; i < aimp_count(secrets); i++) {
        if (!is_listed(out, aimp_get_text(aimp_item(secrets, i), "name"))) aimp_items_add(out, aimp_item(secrets, i));
    }
}

static const aimp_node *pull_secrets(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const aimp_node *own = aimp_get(pass->spec, "imagePullSecrets");
    if (!pass->rules->secrets_are_merged) return aimp_schema_emit_list(a, &aimp_local_reference_schema, own);
    aimp_items all = aimp_items_new(a);
    add_secrets(&all, own);
    add_secrets(&all, aimp_get(pass->template_.object->spec, "imagePullSecrets"));
    add_secrets(&all, pass->model.object ? aimp_get(pass->model.object->spec, "imagePullSecrets") : NULL);
    return all.count ? aimp_schema_emit_list(a, &aimp_local_reference_schema, aimp_items_list(&all)) : NULL;
}

static const char *service_account(const aimp_pass *pass) {
    const char *own = aimp_get_text(pass->spec, "serviceAccountName");
    if (!aimp_is_empty(own) || !pass->rules->secrets_are_merged) return own;
    const char *of_template = aimp_get_text(pass->template_.object->spec, "serviceAccountName");
    if (!aimp_is_empty(of_template)) return of_template;
    return pass->model.object ? aimp_get_text(pass->model.object->spec, "serviceAccountName") : NULL;
}

static const aimp_node *label_or_none(aimp_pass *pass, const char *text) {
    return text ? aimp_string_or_none(pass->arena, aimp_label_value(pass->arena, text)) : NULL;
}

static const aimp_node *labels(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const aimp_object *t = pass->template_.object;
    const aimp_node *profile = aimp_at(t->status, "profile", "metadata", NULL);
    return aimp_map_of(a, "app.kubernetes.io/component", aimp_string(a, "inference"), "app.kubernetes.io/managed-by",
                       aimp_string(a, "aim-engine"), AIMP_AIM_GROUP "/template",
                       aimp_string(a, aimp_label_of(pass, t->name)), AIMP_AIM_GROUP "/service",
                       aimp_string(a, aimp_label_of(pass, pass->name)), AIMP_AIM_GROUP "/model",
                       label_or_none(pass, aimp_get_text(t->spec, "modelName")), AIMP_AIM_GROUP "/metric",
                       label_or_none(pass, aimp_get_text(profile, "metric")), AIMP_AIM_GROUP "/precision",
                       label_or_none(pass, aimp_get_text(profile, "precision")), NULL);
}

const aimp_node *aimp_render_inference_service(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const char *name = pass->seen.inference_service_name;
    const aimp_node *affinity = aimp_get(pass->template_.object->status, "resolvedNodeAffinity");
    mounts m = volumes_and_mounts(pass);
    return aimp_map_of(
        a, "apiVersion", aimp_string(a, "serving.kserve.io/v1beta1"), "kind", aimp_string(a, "InferenceService"),
        "metadata",
        aimp_map_of(a, "name", aimp_string(a, name), "namespace", aimp_string(a, pass->ns), "labels", labels(pass),
                    "annotations", annotations(pass, name), NULL),
        "spec",
        aimp_map_of(
            a, "predictor",
            aimp_map_of(a, "minReplicas", replicas(pass, true), "maxReplicas", replicas(pass, false), "autoScaling",
                        aimp_pass_is_autoscaled(pass) ? scaling(pass) : NULL, "imagePullSecrets", pull_secrets(pass),
                        "serviceAccountName", aimp_string_or_none(a, service_account(pass)), "affinity",
                        affinity ? aimp_map_of(a, "nodeAffinity",
                                               aimp_schema_emit(a, &aimp_node_affinity_schema, affinity), NULL)
                                 : NULL,
                        "containers",
                        aimp_list_of(a,
                                     aimp_map_of(a, "name", aimp_string(a, "kserve-container"), "image",
                                                 aimp_string_or_none(a, image(pass)), "env", environment(pass),
                                                 "resources", aimp_render_resources(pass), "ports",
                                                 aimp_list_of(a,
                                                              aimp_map_of(a, "containerPort", aimp_integer(a, 8000),
                                                                          "name", aimp_string(a, "http"), "protocol",
                                                                          aimp_string(a, "TCP"), NULL),
                                                              NULL),
                                                 "volumeMounts", aimp_items_list(&m.mounts), NULL),
                                     NULL),
                        "volumes", aimp_items_list(&m.volumes), NULL),
            NULL),
        NULL);
}
