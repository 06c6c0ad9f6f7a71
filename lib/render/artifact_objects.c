/* What the artifact controller makes: the claim, the job that finds out the size, the job that downloads, the binding
 * that lets them report. Rules: spec/rendering.md sections 6 to 8. */
#include <string.h>

#include "kube/name.h"
#include "kube/object_name.h"
#include "kube/quantity.h"
#include "render/manifest.h"

/* clang-format off: a manifest in code is indented like the manifest */

#define DEFAULT_DOWNLOAD_IMAGE "ghcr.io/silogen/aim-artifact-downloader:0.2.0"
#define RUN_AS 1000

static const char *source_label(aimp_pass *pass, const char *uri) {
    const char *scheme = strstr(uri, "://");
    return aimp_label_value(pass->arena, scheme ? scheme + 3 : uri);
}

/* Section 7.3 of caching.md */
static const char *class_of(aimp_pass *pass, const aimp_cache_source *s) {
    const char *own = s->artifact ? aimp_get_text(s->artifact->spec, "storageClassName") : pass->cache.storage_class;
    if (!aimp_is_empty(own)) return own;
    const aimp_node *merged = pass->config.merged,
                    *nested = aimp_at(merged, "storage", "defaultStorageClassName", NULL);
    return nested ? aimp_text_of(nested) : aimp_get_text(merged, "defaultStorageClassName");
}

static bool is_of_template(const aimp_cache_source *s) {
    return !s->artifact || aimp_equal(aimp_object_label(s->artifact, "template-created"), "true");
}

/* NULL: the artifact has no final name yet. */
static const aimp_node *artifact_label(aimp_pass *pass, const aimp_cache_source *s) {
    if (!s->artifact_name) return NULL;
    return aimp_string(pass->arena,
                       pass->rules->legal_label_values_stay ? aimp_label_of(pass, s->artifact_name) : s->artifact_name);
}

const aimp_node *aimp_render_claim(aimp_pass *pass, const aimp_cache_source *s, const char *uid) {
    aimp_arena *a = pass->arena;
    return aimp_map_of(
        a, "apiVersion", aimp_string(a, "v1"), "kind", aimp_string(a, "PersistentVolumeClaim"), "metadata",
        aimp_map_of(a, "name", uid ? aimp_string(a, aimp_artifact_claim_name(a, s->artifact_name, uid)) : NULL,
                    "namespace", aimp_string(a, pass->ns), "labels",
                    aimp_map_of(a, AIMP_AIM_GROUP "/cache.name", artifact_label(pass, s), AIMP_AIM_GROUP "/cache.type",
                                is_of_template(s) ? aimp_string(a, "template-cache") : NULL,
                                AIMP_AIM_GROUP "/source-model", aimp_string(a, source_label(pass, s->uri)), NULL),
                    NULL),
        "spec",
        aimp_map_of(a, "accessModes", aimp_list_of(a, aimp_string(a, "ReadWriteMany"), NULL), "resources",
                    aimp_map_of(a, "requests",
                                aimp_map_of(a, "storage", aimp_string(a, aimp_gibibytes(a, s->claim_gibibytes)), NULL),
                                NULL),
                    "storageClassName", aimp_string_or_none(a, class_of(pass, s)), NULL),
        NULL);
}

static const aimp_node *variable(aimp_arena *a, const char *name, const char *value) {
    return aimp_map_of(a, "name", aimp_string(a, name), "value", aimp_string(a, value), NULL);
}

static const aimp_node *with_own_env(aimp_pass *pass, const aimp_cache_source *s, const aimp_node *env) {
    const aimp_node *own = s->artifact ? aimp_get(s->artifact->spec, "env") : s->env;
    env = aimp_env_merge(pass->arena, env, aimp_get(pass->config.merged, "env"));
    return aimp_schema_emit_list(pass->arena, &aimp_env_var_schema, aimp_env_merge(pass->arena, env, own));
}

static const aimp_node *download_env(aimp_pass *pass, const aimp_cache_source *s) {
    aimp_arena *a = pass->arena;
    const aimp_node *env =
        aimp_list_of(a, variable(a, "AIM_DOWNLOADER_PROTOCOL", "XET,HF_TRANSFER"), variable(a, "TMPDIR", "/tmp/"),
                     variable(a, "HF_HOME", "/tmp/.hf"),
                     variable(a, "EXPECTED_SIZE_BYTES", aimp_format(a, "%lld", (long long)s->size_bytes)),
                     variable(a, "MOUNT_PATH", "/cache"), variable(a, "ARTIFACT_NAME", aimp_or_empty(s->artifact_name)),
                     variable(a, "ARTIFACT_NAMESPACE", pass->ns), variable(a, "STALL_TIMEOUT", "120"),
                     variable(a, "TARGET_DIR", "/cache"), NULL);
    return with_own_env(pass, s, env);
}

static const aimp_node *job_labels(aimp_pass *pass, const aimp_cache_source *s, const char *component) {
    aimp_arena *a = pass->arena;
    return aimp_map_of(a, AIMP_AIM_GROUP "/cache.name", artifact_label(pass, s), AIMP_AIM_GROUP "/cache.type",
                       aimp_string(a, "artifact"), AIMP_AIM_GROUP "/component", aimp_string(a, component), NULL);
}

static const char *image_of(const aimp_cache_source *s) {
    const char *own = s->artifact ? aimp_get_text(s->artifact->spec, "modelDownloadImage") : NULL;
    return aimp_is_empty(own) ? DEFAULT_DOWNLOAD_IMAGE : own;
}

static const aimp_node *secrets_of(aimp_pass *pass, const aimp_cache_source *s) {
    return s->artifact ? aimp_schema_emit_list(pass->arena, &aimp_local_reference_schema,
                                               aimp_get(s->artifact->spec, "imagePullSecrets"))
                       : NULL;
}

/* volume: the claim is mounted; NULL: no volume. */
static const aimp_node *job(aimp_pass *pass, const aimp_cache_source *s, const char *name, const char *component,
                            int64_t ttl_seconds, const aimp_node *container, const aimp_node *volumes) {
    aimp_arena *a = pass->arena;
    const aimp_node *user = aimp_integer(a, RUN_AS);
    return aimp_map_of(
        a, "apiVersion", aimp_string(a, "batch/v1"), "kind", aimp_string(a, "Job"), "metadata",
        aimp_map_of(a, "name", name ? aimp_string(a, name) : NULL, "namespace", aimp_string(a, pass->ns), "labels",
                    job_labels(pass, s, component), NULL),
        "spec",
        aimp_map_of(a, "backoffLimit", aimp_integer(a, 2), "ttlSecondsAfterFinished", aimp_integer(a, ttl_seconds),
                    "template",
                    aimp_map_of(a, "metadata", aimp_map_of(a, "labels", job_labels(pass, s, component), NULL), "spec",
                                aimp_map_of(a, "restartPolicy", aimp_string(a, "Never"), "securityContext",
                                            aimp_map_of(a, "runAsUser", user, "runAsGroup", user, "fsGroup",
                                                        volumes ? user : NULL, "runAsNonRoot", aimp_bool(true), NULL),
                                            "imagePullSecrets", secrets_of(pass, s), "containers",
                                            aimp_list_of(a, container, NULL), "volumes", volumes, NULL),
                                NULL),
                    NULL),
        NULL);
}

const aimp_node *aimp_render_download_job(aimp_pass *pass, const aimp_cache_source *s, const char *uid) {
    aimp_arena *a = pass->arena;
    const aimp_node *user = aimp_integer(a, RUN_AS);
    const char *claim = s->artifact ? aimp_get_text(s->artifact->status, "persistentVolumeClaim") : NULL;
    if (aimp_is_empty(claim)) claim = uid ? aimp_artifact_claim_name(a, s->artifact_name, uid) : NULL;
    const aimp_node *container = aimp_map_of(
        a, "name", aimp_string(a, "model-download"), "image", aimp_string(a, image_of(s)), "imagePullPolicy",
        aimp_string(a, "IfNotPresent"), "securityContext", aimp_map_of(a, "runAsUser", user, "runAsGroup", user, NULL),
        "args", aimp_list_of(a, aimp_string(a, s->uri), NULL), "env", download_env(pass, s), "volumeMounts",
        aimp_list_of(a, aimp_map_of(a, "name", aimp_string(a, "cache"), "mountPath", aimp_string(a, "/cache"), NULL),
                     NULL),
        NULL);
    const aimp_node *volumes =
        aimp_list_of(a,
                     aimp_map_of(a, "name", aimp_string(a, "cache"), "persistentVolumeClaim",
                                 aimp_map_of(a, "claimName", claim ? aimp_string(a, claim) : NULL, NULL), NULL),
                     NULL);
    return job(pass, s, uid ? aimp_download_job_name(a, s->artifact_name, uid) : NULL, "download", 600, container,
               volumes);
}

const aimp_node *aimp_render_size_job(aimp_pass *pass, const aimp_cache_source *s, const char *uid) {
    aimp_arena *a = pass->arena;
    const aimp_node *container =
        aimp_map_of(a, "name", aimp_string(a, "check-size"), "image", aimp_string(a, image_of(s)), "imagePullPolicy",
                    aimp_string(a, "IfNotPresent"), "command", aimp_list_of(a, aimp_string(a, "/check-size.sh"), NULL),
                    "args", aimp_list_of(a, aimp_string(a, s->uri), NULL), "env", with_own_env(pass, s, NULL), NULL);
    return job(pass, s, uid ? aimp_size_job_name(a, s->artifact_name, uid) : NULL, "check-size", 300, container, NULL);
}

const aimp_node *aimp_render_status_updater(aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    return aimp_map_of(
        a, "apiVersion", aimp_string(a, "rbac.authorization.k8s.io/v1"), "kind", aimp_string(a, "RoleBinding"),
        "metadata",
        aimp_map_of(a, "name", aimp_string(a, AIMP_STATUS_UPDATER), "namespace", aimp_string(a, pass->ns), NULL),
        "subjects",
        aimp_list_of(a,
                     aimp_map_of(a, "kind", aimp_string(a, "ServiceAccount"), "name", aimp_string(a, "default"),
                                 "namespace", aimp_string(a, pass->ns), NULL),
                     NULL),
        "roleRef",
        aimp_map_of(a, "apiGroup", aimp_string(a, "rbac.authorization.k8s.io"), "kind", aimp_string(a, "ClusterRole"),
                    "name", aimp_string(a, AIMP_STATUS_UPDATER), NULL),
        NULL);
}
