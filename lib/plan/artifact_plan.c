/* The plan of an artifact: the binding that lets its jobs report, then the job that finds out its size, then its claim,
 * then its download. Rules: spec/caching.md section 6. */
#include <string.h>

#include "plan/object_plan.h"

static bool is_missing(const aimp_lookup *lookup) {
    return !lookup->object && lookup->error == AIMP_READ_NOT_FOUND;
}

/* Without a UID the objects have no names: they follow later (differences.md B-76). */
static void apply(aimp_plan *plan, aimp_kind kind, const aimp_node *object) {
    if (!aimp_pass_lacks_uid(&plan->pass)) aimp_plan_apply(plan, kind, object, true);
}

static void list_objects(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    const aimp_artifact_seen *seen = &pass->artifact;
    aimp_pass_resolve_config(pass);
    aimp_pass_observe_artifact(pass);
    const aimp_cache_source *source = &pass->cache.sources[0];
    if (is_missing(&seen->role_binding))
        aimp_plan_apply(plan, AIMP_ROLE_BINDING, aimp_render_status_updater(pass), false);
    if (!seen->size_bytes) {
        if (is_missing(&seen->size_job.job)) apply(plan, AIMP_JOB, aimp_render_size_job(pass, source, pass->uid));
    } else if (is_missing(&seen->claim)) {
        apply(plan, AIMP_CLAIM, aimp_render_claim(pass, source, pass->uid));
    } else if (seen->claim.object && !seen->is_ready && is_missing(&seen->download_job.job) &&
               seen->role_binding.object) {
        apply(plan, AIMP_JOB, aimp_render_download_job(pass, source, pass->uid));
    }
}

/* --- findings --- */

static void note(aimp_pass *pass, const aimp_component *c, aimp_reason reason, int32_t severity,
                 const aimp_object *about, const char *remedy) {
    aimp_finding *f = aimp_pass_note(pass, reason, severity, about ? about : pass->object);
    f->pointer = "/status";
    f->actual = aimp_component_reason(c);
    f->message = aimp_component_message(c);
    f->remedy.text = remedy;
}

static bool is_harmless(const char *reason) {
    static const char *const reasons[] = {"NoPods",  "PodsStarting", "PodsProgressing",  "PodsPending",
                                          "Pulling", "JobRunning",   "ResourceNotReady", "PvcPending"};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(reasons[i], reason) == 0) return true;
    }
    return false;
}

static void note_component(aimp_pass *pass, const aimp_component *c) {
    const aimp_artifact_seen *seen = &pass->artifact;
    const char *reason = aimp_component_reason(c);
    const bool download = aimp_starts_with(c->name, "Download");
    const aimp_object *job = download ? seen->download_job.job.object : seen->size_job.job.object;
    const bool failed = strcmp(aimp_component_state(c), "Failed") == 0 || aimp_failed(&c->error);
    const int32_t severity = failed ? AIM_SEVERITY_ERROR : AIM_SEVERITY_WARNING;
    if (strcmp(c->name, "RuntimeConfig") == 0 || is_harmless(reason)) return; /* said where it is resolved */
    if (strcmp(c->name, "CachePvc") == 0)
        note(pass, c, AIMP_R_CACHE_FAILED, severity, seen->claim.object, "see the events of the claim");
    else if (strcmp(c->name, "CheckSizeOutput") == 0)
        note(pass, c, AIMP_R_STORAGE_SIZE, severity, job,
             "set spec.size of the artifact, or see the log of the size job");
    else if (aimp_starts_with(reason, "Image"))
        note(pass, c, AIMP_R_IMAGE_PULL, AIM_SEVERITY_WARNING, job,
             "check modelDownloadImage and imagePullSecrets of the artifact");
    else if (aimp_ends_with(c->name, "Pods"))
        note(pass, c, failed ? AIMP_R_POD_FAILED : AIMP_R_POD_BLOCKED, severity, job, NULL);
    else
        note(pass, c, download ? AIMP_R_CACHE_FAILED : AIMP_R_STORAGE_SIZE, severity, job,
             "the failed job goes by itself, and a new one follows");
}

static void follow(aimp_plan *plan) {
    aimp_pass *pass = &plan->pass;
    aimp_plan_artifact_later(plan);
    for (size_t i = 0; i < plan->health.count; i++) {
        const aimp_component *c = &plan->health.components[i];
        if (strcmp(aimp_component_state(c), "Ready") != 0) note_component(pass, c);
    }
    if (aimp_pass_lacks_uid(pass)) {
        aimp_finding *f = aimp_pass_note(pass, AIMP_R_UID_UNKNOWN, AIM_SEVERITY_INFO, pass->object);
        f->pointer = "/metadata/uid";
        f->message = "the artifact has no UID yet: its claim and jobs follow once they can be named";
    }
    aimp_note_issues(pass, pass->object);
}

const aimp_plan_kind aimp_artifact_plans = {.kind = AIMP_ARTIFACT,
                                            .noun = "artifact",
                                            .list = list_objects,
                                            .follow = follow,
                                            .health = &aimp_artifact_health,
                                            .poll_seconds = 10};
