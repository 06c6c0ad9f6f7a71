/* The components and the status of an artifact. Rules: spec/caching.md section 6; where the documented behaviour
 * differs, spec/differences.md B-22 and B-78. */
#include <string.h>

#include "decide/component.h"
#include "kube/quantity.h"

/* --- components --- */

/* Something that works for the artifact and is not there (yet), or cannot be read. */
static aimp_component absent(const char *name, const aimp_lookup *lookup, const char *what) {
    aimp_failure failure = aimp_failure_of(lookup->error);
    if (lookup->error == AIMP_READ_NOT_FOUND) failure.reason = "ResourceNotReady", failure.message = what;
    return aimp_error_component(name, failure, AIMP_DOWNSTREAM);
}

static aimp_component job_health(aimp_pass *pass, const char *name, const aimp_job_seen *seen) {
    static const struct {
        const char *reason, *shown;
        aimp_category category;
    } failures[] = {{"BackoffLimitExceeded", "JobBackoffLimitExceeded", AIMP_C_INVALID_SPEC},
                    {"DeadlineExceeded", "JobDeadlineExceeded", AIMP_C_INVALID_SPEC},
                    {"Evicted", "JobEvicted", AIMP_C_INFRASTRUCTURE}};
    const aimp_object *job = seen->job.object;
    if (!job) return absent(name, &seen->job, "the job does not exist yet");
    aimp_component c = {.name = name, .dependency = AIMP_DOWNSTREAM};
    const aimp_node *failed = aimp_job_failure(job);
    if (aimp_job_is_complete(job)) {
        c.state = "Ready";
        c.message = aimp_format(pass->arena, "job %s is complete", job->name);
    } else if (failed) {
        const char *reason = aimp_or_empty(aimp_get_text(failed, "reason")),
                   *message = aimp_get_text(failed, "message");
        c.error = aimp_failure_make(AIMP_C_INVALID_SPEC, "JobFailed",
                                    aimp_format(pass->arena, "job %s has failed%s%s", job->name,
                                                aimp_is_empty(message) ? "" : ": ", aimp_or_empty(message)));
        for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
            if (strcmp(failures[i].reason, reason) != 0) continue;
            c.error.reason = failures[i].shown;
            c.error.category = failures[i].category;
        }
    } else {
        c.state = "Progressing";
        c.reason = "JobRunning";
        c.message = aimp_format(pass->arena, "job %s runs", job->name);
    }
    return c;
}

static aimp_component claim_health(aimp_pass *pass) {
    static const char name[] = "CachePvc";
    const aimp_lookup *claim = &pass->artifact.claim;
    if (!claim->object) return absent(name, claim, "the claim does not exist yet");
    const char *phase = aimp_or_empty(aimp_get_text(claim->object->status, "phase"));
    const aimp_node *resizing = aimp_condition_of(aimp_get(claim->object->status, "conditions"), "Resizing");
    if (strcmp(phase, "Bound") == 0)
        return (aimp_component){.name = name,
                                .state = "Ready",
                                .message = aimp_format(pass->arena, "claim %s is bound", claim->object->name),
                                .dependency = AIMP_DOWNSTREAM};
    if (strcmp(phase, "Lost") == 0)
        return aimp_error_component(
            name,
            aimp_failure_make(AIMP_C_INFRASTRUCTURE, "PvcLost",
                              aimp_format(pass->arena, "claim %s has lost its volume", claim->object->name)),
            AIMP_DOWNSTREAM);
    if (aimp_equal(aimp_get_text(resizing, "status"), "False") &&
        aimp_equal(aimp_get_text(resizing, "reason"), "ProvisioningFailed"))
        return aimp_error_component(
            name,
            aimp_failure_make(AIMP_C_INFRASTRUCTURE, "PvcProvisioningFailed",
                              aimp_format(pass->arena, "claim %s gets no volume: %s", claim->object->name,
                                          aimp_or_empty(aimp_get_text(resizing, "message")))),
            AIMP_DOWNSTREAM);
    return (aimp_component){.name = name,
                            .state = "Progressing",
                            .reason = "PvcPending",
                            .message = aimp_format(pass->arena, "claim %s waits for its volume", claim->object->name),
                            .dependency = AIMP_DOWNSTREAM};
}

static void add_pods(aimp_pass *pass, aimp_health *health, const char *name, const aimp_job_seen *seen) {
    bool unknown = pass->rules->absent_kinds_are_unknown && !seen->pods.error && !pass->cluster->kinds[AIMP_POD].known;
    if (seen->looked_at_pods && !unknown) aimp_add_component(health, aimp_pods_health(pass, name, &seen->pods));
}

/* What the size job printed, as far as that is a problem. */
static void add_output(aimp_pass *pass, aimp_health *health) {
    const aimp_artifact_seen *seen = &pass->artifact;
    aimp_component c = {.name = "CheckSizeOutput", .dependency = AIMP_DOWNSTREAM};
    if (seen->size_problem) {
        c.state = "Failed";
        c.reason = "InvalidSizeOutput";
        c.message = seen->size_problem;
        if (!pass->rules->bad_size_output_fails) c.error = (aimp_failure){AIMP_C_UNKNOWN, c.reason, c.message};
        aimp_add_component(health, c);
    } else if (pass->rules->unread_sizes_are_waited_for && !seen->size_bytes &&
               aimp_job_is_complete(seen->size_job.job.object)) {
        c.state = "Progressing";
        c.reason = "StorageSizeError";
        c.message = "the size job is complete, but nobody has read its log";
        aimp_add_component(health, c);
    }
}

static void assess(aimp_pass *pass, aimp_health *health) {
    const aimp_artifact_seen *seen = &pass->artifact;
    health->count = 0;
    aimp_add_component(health, aimp_config_health(pass));
    if (seen->size_job.looked_at) {
        aimp_add_component(health, job_health(pass, "CheckSizeJob", &seen->size_job));
        add_pods(pass, health, "CheckSizeJobPods", &seen->size_job);
        add_output(pass, health);
    }
    if (seen->looked_at_claim) aimp_add_component(health, claim_health(pass));
    if (seen->download_job.looked_at) {
        aimp_add_component(health, job_health(pass, "DownloadJob", &seen->download_job));
        add_pods(pass, health, "DownloadJobPods", &seen->download_job);
    }
}

/* --- DownloadComplete and the status --- */

static int64_t percentage(const aimp_pass *pass) {
    int64_t percent = 0;
    aimp_integer_of(aimp_at(pass->status, "progress", "percentage", NULL), &percent);
    return percent;
}

static bool download_failed(const aimp_artifact_seen *seen) {
    return aimp_job_failure(seen->download_job.job.object) || aimp_any_pod_is(&seen->download_job.pods, "Failed");
}

static void decorate(aimp_pass *pass, aimp_health *health) {
    static const char type[] = "DownloadComplete";
    const aimp_artifact_seen *seen = &pass->artifact;
    const aimp_object *job = seen->download_job.job.object;
    if (!job) return;
    const bool whole = percentage(pass) >= 100;
    if (aimp_job_is_complete(job))
        aimp_set_condition(health, type, "True", "Verified", "the download is complete and verified");
    else if (download_failed(seen))
        aimp_set_condition(health, type, "False", whole ? "VerificationFailed" : "Downloading",
                           whole ? "the download does not verify" : "the download has failed");
    else if (whole)
        aimp_set_condition(health, type, "True", "Verifying", "everything is downloaded and being verified");
    else
        aimp_set_condition(health, type, "False", "Downloading", "the download is not complete");
}

static const aimp_node *progress(const aimp_pass *pass) {
    aimp_arena *a = pass->arena;
    const aimp_artifact_seen *seen = &pass->artifact;
    const aimp_node *recorded = aimp_get(pass->status, "progress");
    if (aimp_job_is_complete(seen->download_job.job.object))
        return aimp_map_of(a, "totalBytes", aimp_integer(a, seen->size_bytes), "downloadedBytes",
                           aimp_integer(a, seen->size_bytes), "percentage", aimp_integer(a, 100), "displayPercentage",
                           aimp_string(a, "100 %"), NULL);
    if (!seen->download_job.job.object || !download_failed(seen)) return recorded;
    return aimp_map_with(a, recorded ? recorded : aimp_map_from(a, NULL, 0), "displayPercentage",
                         aimp_string(a, "N/A"));
}

/* Section 6: 1536 MiB is "1.5 GiB"; what cannot be said so is said as the spec says it. */
static const aimp_node *display_size(const aimp_pass *pass) {
    const char *text;
    if (!pass->artifact.size_bytes) return aimp_get(pass->status, "displaySize");
    if (aimp_display_size(pass->arena, pass->artifact.size_bytes, &text)) return aimp_string(pass->arena, text);
    return aimp_quantity_canonical(pass->arena, aimp_get(pass->spec, "size"));
}

/* What the claim has, written down once. */
static const aimp_node *with_claim(const aimp_pass *pass, const aimp_node *status) {
    aimp_arena *a = pass->arena;
    const aimp_object *claim = pass->artifact.claim.object;
    aimp_quantity allocated;
    bool recorded =
        aimp_quantity_of(aimp_get(status, "allocatedSize"), &allocated) && !aimp_quantity_is_zero(&allocated);
    const aimp_node *request =
        claim ? aimp_quantity_canonical(a, aimp_at(claim->spec, "resources", "requests", "storage", NULL)) : NULL;
    if (!recorded) status = aimp_map_with(a, status, "allocatedSize", request ? request : aimp_string(a, "0"));
    if (!recorded && claim)
        status = aimp_map_with(a, status, "headroomPercent", aimp_integer(a, pass->artifact.headroom_percent));
    if (claim && aimp_is_empty(aimp_get_text(status, "persistentVolumeClaim")))
        status = aimp_map_with(a, status, "persistentVolumeClaim", aimp_string(a, claim->name));
    return status;
}

static void compose(aimp_pass *pass, aimp_health *health) {
    aimp_arena *a = pass->arena;
    const aimp_artifact_seen *seen = &pass->artifact;
    const aimp_node *status = aimp_status_base(pass, health), *download = aimp_get(pass->status, "download");
    status = aimp_map_with(a, status, "mode", aimp_string(a, pass->cache.dedicated ? "Dedicated" : "Shared"));
    if (seen->discovered_bytes)
        status = aimp_map_with(a, status, "discoveredSizeBytes", aimp_integer(a, seen->discovered_bytes));
    status = aimp_map_with(a, status, "displaySize", display_size(pass));
    status = with_claim(pass, status);
    status = aimp_map_with(a, status, "progress", progress(pass));
    if (aimp_job_is_complete(seen->download_job.job.object))
        download =
            aimp_map_with(a, download ? download : aimp_map_from(a, NULL, 0), "message", aimp_string(a, "Complete"));
    health->status = aimp_map_with(a, status, "download", download);
}

static const char *const components[] = {"RuntimeConfig", "CheckSizeJob", "CheckSizeJobPods", "CheckSizeOutput",
                                         "CachePvc",      "DownloadJob",  "DownloadJobPods",  NULL};
static const char *const gates[] = {"RuntimeConfig", NULL};

const aimp_health_rules aimp_artifact_health = {components, gates, false, assess, decorate, compose};
