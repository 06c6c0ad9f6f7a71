/* What works for an artifact: its claim, the job that finds out its size, the job that downloads it, and the binding
 * that lets them report. Rules: spec/caching.md section 6. */
#include <string.h>

#include "decide/pass.h"
#include "doc/reader.h"
#include "kube/object_name.h"
#include "kube/quantity.h"

#define SIZE_CONTAINER "check-size"

/* --- how large it is --- */

static int64_t recorded_size(const aimp_pass *pass) {
    aimp_quantity quantity;
    int64_t discovered;
    if (aimp_quantity_of(aimp_get(pass->spec, "size"), &quantity) && aimp_quantity_value(&quantity) > 0)
        return aimp_quantity_value(&quantity);
    bool found = aimp_integer_of(aimp_get(pass->status, "discoveredSizeBytes"), &discovered);
    return found && discovered > 0 ? discovered : 0;
}

static const char *last_line(aimp_arena *arena, const char *log) {
    size_t end = strlen(log);
    while (end && (log[end - 1] == '\n' || log[end - 1] == '\r'))
        end--;
    size_t start = end;
    while (start && log[start - 1] != '\n')
        start--;
    return aimp_copy(arena, log + start, end - start);
}

/* The size that a log ends with; 0, and *problem says why, when it names none. */
static int64_t read_size(aimp_arena *arena, const char *log, const char **problem) {
    const int64_t largest = (int64_t)1 << 50;
    const char *line = last_line(arena, log);
    const aimp_node *output = aimp_read_small_json(arena, line, strlen(line)), *bytes = aimp_get(output, "sizeBytes");
    int64_t size = 0;
    if (!output || output->kind != AIMP_MAP || (bytes && !aimp_integer_of(bytes, &size))) {
        *problem = "the last line that the size job printed is no JSON with a size";
        return 0;
    }
    if (size > 0 && size <= largest) return size;
    *problem = aimp_format(arena, "the size job found %lld bytes, which is no size", (long long)size);
    return 0;
}

static bool is_in_phase(const aimp_object *pod, const char *phase) {
    return aimp_equal(aimp_get_text(pod->status, "phase"), phase);
}

static void read_output(aimp_pass *pass) {
    aimp_artifact_seen *seen = &pass->artifact;
    for (size_t i = 0; i < seen->size_job.pods.count; i++) {
        const aimp_object *pod = seen->size_job.pods.items[i];
        const bool over = is_in_phase(pod, "Succeeded");
        if (!over && !is_in_phase(pod, "Running")) continue;
        const char *log = aimp_pass_log(pass, pod->ns, pod->name, SIZE_CONTAINER), *problem = NULL;
        if (!log || !*log) continue;
        seen->discovered_bytes = read_size(pass->arena, log, &problem);
        if (problem && !over && pass->rules->bad_size_output_fails) continue; /* it may still print it */
        seen->size_problem = problem;
        return;
    }
}

/* --- jobs --- */

static bool is_true(const aimp_object *job, const char *type) {
    const aimp_node *condition = aimp_condition_of(aimp_get(job->status, "conditions"), type);
    return aimp_equal(aimp_get_text(condition, "status"), "True");
}

bool aimp_job_is_complete(const aimp_object *job) {
    return job && is_true(job, "Complete");
}

const aimp_node *aimp_job_failure(const aimp_object *job) {
    return job && is_true(job, "Failed") ? aimp_condition_of(aimp_get(job->status, "conditions"), "Failed") : NULL;
}

static void look_at_job(aimp_pass *pass, aimp_job_seen *seen) {
    seen->looked_at = true;
    seen->job = (aimp_lookup){NULL, AIMP_READ_NOT_FOUND};
    if (seen->name) seen->job = aimp_pass_get(pass, AIMP_JOB, pass->ns, seen->name);
}

static void look_at_pods(aimp_pass *pass, aimp_job_seen *seen) {
    seen->looked_at_pods = true;
    seen->pods = aimp_pass_list_labelled(pass, AIMP_POD, pass->ns, "job-name", seen->name);
}

/* --- all --- */

static void name_objects(aimp_pass *pass) {
    aimp_artifact_seen *seen = &pass->artifact;
    if (aimp_pass_lacks_uid(pass)) return;
    seen->claim_name = aimp_artifact_claim_name(pass->arena, pass->name, pass->uid);
    seen->size_job.name = aimp_size_job_name(pass->arena, pass->name, pass->uid);
    seen->download_job.name = aimp_download_job_name(pass->arena, pass->name, pass->uid);
}

/* The artifact as the source that manifests are made from. */
static void describe(aimp_pass *pass) {
    aimp_artifact_seen *seen = &pass->artifact;
    aimp_cache_source *s = aimp_take_zeroed(pass->arena, sizeof *s);
    s->artifact = pass->object;
    s->artifact_name = pass->name;
    s->source = pass->spec;
    s->uri = aimp_or_empty(aimp_get_text(pass->spec, "sourceUri"));
    s->model_id = aimp_or_empty(aimp_get_text(pass->spec, "modelId"));
    s->env = aimp_get(pass->spec, "env");
    s->size_bytes = seen->size_bytes;
    if (s->size_bytes) s->claim_gibibytes = aimp_claim_gibibytes(s->size_bytes, seen->headroom_percent);
    pass->cache.sources = s;
    pass->cache.source_count = 1;
    if (!s->size_bytes) pass->cache.sizeless = *s->model_id ? s->model_id : s->uri;
}

void aimp_pass_observe_artifact(aimp_pass *pass) {
    aimp_artifact_seen *seen = &pass->artifact;
    pass->cache = (aimp_cache){.dedicated = aimp_object_has_owner(pass->object)};
    seen->is_ready = aimp_is_ready(pass->object);
    seen->size_bytes = recorded_size(pass);
    name_objects(pass);
    seen->role_binding = aimp_pass_get(pass, AIMP_ROLE_BINDING, pass->ns, AIMP_STATUS_UPDATER);
    if (!seen->size_bytes) {
        look_at_job(pass, &seen->size_job);
        if (seen->size_job.job.object) look_at_pods(pass, &seen->size_job);
        read_output(pass);
        seen->size_bytes = seen->discovered_bytes;
    }
    if (seen->size_bytes) {
        seen->looked_at_claim = true;
        seen->claim = (aimp_lookup){NULL, AIMP_READ_NOT_FOUND};
        if (seen->claim_name) seen->claim = aimp_pass_get(pass, AIMP_CLAIM, pass->ns, seen->claim_name);
        if (!seen->is_ready) look_at_job(pass, &seen->download_job);
        const aimp_object *download = seen->download_job.job.object;
        if (download && !aimp_job_is_complete(download)) look_at_pods(pass, &seen->download_job);
    }
    seen->headroom_percent = aimp_pass_headroom(pass);
    describe(pass);
}
