/* Plans of artifacts: size, claim, download, and what is reported of them. */
#include "object_plans.h"

#define SIZED ARTIFACT("weights", "", OF_SOURCE("m"), "")
#define UNSIZED ARTIFACT("weights", "", SIZELESS, STATE("Progressing"))
#define CHECKED UNSIZED BINDING JOB(SIZE_JOB_NAME, COMPLETE) JOB_POD(SIZE_JOB_NAME, "phase: Succeeded")

static const asking about = {.kind = "AIMArtifact", .name = "weights"};

static const aimp_node *with_log(test_context *t, const char *documents, const char *log) {
    asking how = about;
    how.pod = SIZE_JOB_NAME "-x1";
    how.container = "check-size";
    how.log = log;
    return object_tree(t, documents, DOCUMENTED, &how);
}

/* --- what is planned --- */

TEST(artifact, one_step_follows_the_other) {
    static const struct {
        const char *documents, *applied;
    } cases[] = {
        {UNSIZED BINDING, SIZE_JOB_NAME},
        {UNSIZED BINDING JOB(SIZE_JOB_NAME, "active: 1"), ""},
        {SIZED, CLAIM_NAME ",aim-engine-artifact-status-updater"},
        {SIZED BINDING, CLAIM_NAME},
        {SIZED BINDING CLAIM("phase: Pending"), DOWNLOAD_JOB_NAME},
        {SIZED CLAIM("phase: Bound"), "aim-engine-artifact-status-updater"}, /* the job could not report */
        {SIZED BINDING CLAIM("phase: Bound") JOB(DOWNLOAD_JOB_NAME, "active: 1"), ""},
        {ARTIFACT("weights", "", OF_SOURCE("m"), STATE("Ready")) BINDING CLAIM("phase: Bound"), ""},
    };
    for (int32_t behaviour = DOCUMENTED; behaviour <= ENGINE; behaviour++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            const aimp_node *plan = artifact_tree(t, cases[i].documents, behaviour);
            CHECK_TEXT(names_in(t, plan, "apply"), cases[i].applied);
            if (*cases[i].applied) CHECK_TEXT(at(t, plan, "apply/0/fieldManager"), "aim-artifact-controller");
        }
    }
}

TEST(artifact, what_cannot_be_read_is_not_made_again) {
    static const char *const kinds[] = {"PersistentVolumeClaim", "Job", "RoleBinding"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        aim_declaration fault = {.struct_size = sizeof fault,
                                 .state = AIM_STATE_FAILED,
                                 .verb = AIM_VERB_GET,
                                 .kind = kinds[i],
                                 .reason = "Timeout"};
        asking how = about;
        how.fault = &fault;
        const aimp_node *plan =
            object_tree(t, i ? SIZED BINDING CLAIM("phase: Bound") : SIZED BINDING, DOCUMENTED, &how);
        CHECK_TEXT(names_in(t, plan, "apply"), "");
        CHECK_TEXT(at(t, plan, "retry"), i < 2 ? "true" : ""); /* the binding is nobody's component */
    }
}

TEST(artifact, without_a_uid_claim_and_jobs_follow_later) {
    const char *documents = "apiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMArtifact\n"
                            "metadata: {name: weights, namespace: team}\nspec: {" OF_SOURCE("m") "}\n" BINDING;
    const aimp_node *plan = artifact_tree(t, documents, DOCUMENTED);
    CHECK_TEXT(at(t, plan, "apply"), "[]");
    CHECK_TEXT(at(t, plan, "later/0/kind"), "PersistentVolumeClaim");
    CHECK_TEXT(at(t, plan, "later/0/name"), "");
    CHECK_TEXT(at(t, plan, "later/1/kind"), "Job");
    CHECK(has_finding(plan, "UIDUnknown"));
}

TEST(artifact, while_it_progresses_somebody_has_to_look_again) {
    aim_plan *plan = object_plan(t, SIZED, DOCUMENTED, &about);
    CHECK_INTEGER(aim_plan_requeue_after(plan), 10);
    CHECK(!aim_plan_finalizer(plan, AIM_ACTION_ADD_FINALIZER));
    aim_plan_free(plan);
    CHECK_TEXT(at(t, artifact_tree(t, SIZED, DOCUMENTED), "requeueAfterSeconds"), "10");
    const char *ready = SIZED BINDING CLAIM("phase: Bound") JOB(DOWNLOAD_JOB_NAME, COMPLETE);
    CHECK_TEXT(at(t, artifact_tree(t, ready, DOCUMENTED), "status/status"), "Ready");
    CHECK_TEXT(at(t, artifact_tree(t, ready, DOCUMENTED), "requeueAfterSeconds"), "");
    CHECK_TEXT(at(t, artifact_tree(t, SIZED BINDING CLAIM("phase: Lost"), DOCUMENTED), "requeueAfterSeconds"), "");
    CHECK_TEXT(at(t, artifact_tree(t, SIZED BINDING CLAIM("phase: Lost"), DOCUMENTED), "retry"), "true");
}

/* --- the size --- */

TEST(artifact, the_size_is_the_last_line_of_the_log) {
    static const struct {
        const char *log, *size, *output;
    } cases[] = {
        {"looking\n{\"url\":\"hf://org/m\",\"sizeBytes\":65500000000}\n", "65500000000", ""},
        {"{\"sizeBytes\":1}", "1", ""},
        {"{\"sizeBytes\":1125899906842624}\n\n", "1125899906842624", ""},
        {"{\"sizeBytes\":1125899906842625}\n", "", "False/InvalidSizeOutput"},
        {"{\"sizeBytes\":0}\n", "", "False/InvalidSizeOutput"},
        {"{\"sizeBytes\":-5}\n", "", "False/InvalidSizeOutput"},
        {"{\"sizeBytes\":\"7\"}\n", "", "False/InvalidSizeOutput"},
        {"{\"sizeBytes\":1.5}\n", "", "False/InvalidSizeOutput"},
        {"{\"sizeBytes\":7}\nbye\n", "", "False/InvalidSizeOutput"},
        {"[7]\n", "", "False/InvalidSizeOutput"},
        {"{}\n", "", "False/InvalidSizeOutput"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const aimp_node *plan = with_log(t, CHECKED, cases[i].log);
        CHECK_TEXT(at(t, plan, "status/discoveredSizeBytes"), cases[i].size);
        CHECK_TEXT(condition(t, plan, "CheckSizeOutputReady"), cases[i].output);
        CHECK_TEXT(names_in(t, plan, "apply"), *cases[i].size ? CLAIM_NAME : "");
    }
}

TEST(artifact, a_log_that_would_decide_is_asked_for) {
    const aimp_node *plan = artifact_tree(t, CHECKED, DOCUMENTED);
    CHECK_TEXT(at(t, plan, "needs"),
               "[{\"log\":{\"container\":\"check-size\",\"namespace\":\"team\",\"pod\":\"" SIZE_JOB_NAME "-x1\"}}]");
    CHECK_TEXT(at(t, with_log(t, CHECKED, "{\"sizeBytes\":7}"), "needs"), "");
}

TEST(artifact, the_log_of_a_failed_pod_is_asked_for_also_of_a_service) {
    const char *documents = SERVICE_WITH_STATUS(QWEN, RECORDED) SERVING ISVC("", "")
        POD("phase: Failed, containerStatuses: [{name: kserve-container, state: {terminated: {exitCode: 1}}}]");
    CHECK_TEXT(at(t, plan_of(t, documents, DOCUMENTED), "needs/0/log/container"), "kserve-container");
    CHECK_TEXT(at(t, plan_of(t, SERVICE("", QWEN) RUNNING, DOCUMENTED), "needs"), "");
}

/* --- the status --- */

#define BOUND BINDING CLAIM("phase: Bound")
#define AT(percentage)                                                                                                 \
    ARTIFACT("weights", "", OF_SOURCE("m"),                                                                            \
             "status: {status: Progressing, progress: {percentage: " percentage ", displayPercentage: \"" percentage   \
             " %\"}}\n")
#define BROKEN "conditions: [{type: Failed, status: \"True\", reason: BackoffLimitExceeded}]"

TEST(artifact, the_download_is_told_from_job_pods_and_progress) {
    static const struct {
        const char *documents, *complete, *shown;
    } cases[] = {
        {SIZED BOUND, "", ""},
        {AT("40") BOUND JOB(DOWNLOAD_JOB_NAME, "active: 1"), "False/Downloading", "40 %"},
        {AT("100") BOUND JOB(DOWNLOAD_JOB_NAME, "active: 1"), "True/Verifying", "100 %"},
        {AT("40") BOUND JOB(DOWNLOAD_JOB_NAME, BROKEN), "False/Downloading", "N/A"},
        {AT("100") BOUND JOB(DOWNLOAD_JOB_NAME, BROKEN), "False/VerificationFailed", "N/A"},
        {AT("40") BOUND JOB(DOWNLOAD_JOB_NAME, "active: 1") JOB_POD(DOWNLOAD_JOB_NAME, "phase: Failed"),
         "False/Downloading", "N/A"},
        {AT("40") BOUND JOB(DOWNLOAD_JOB_NAME, COMPLETE), "True/Verified", "100 %"},
    };
    for (int32_t behaviour = DOCUMENTED; behaviour <= ENGINE; behaviour++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            const aimp_node *plan = artifact_tree(t, cases[i].documents, behaviour);
            CHECK_TEXT(condition(t, plan, "DownloadComplete"), cases[i].complete);
            CHECK_TEXT(at(t, plan, "status/progress/displayPercentage"), cases[i].shown);
        }
    }
}

TEST(artifact, claim_and_headroom_are_written_down_once) {
    const aimp_node *plan = artifact_tree(t, SIZED BOUND, DOCUMENTED);
    CHECK_TEXT(at(t, plan, "status/allocatedSize"), "71Gi");
    CHECK_TEXT(at(t, plan, "status/headroomPercent"), "10");
    CHECK_TEXT(at(t, plan, "status/persistentVolumeClaim"), CLAIM_NAME);
    CHECK_TEXT(at(t, plan, "status/displaySize"), "64 GiB");
    CHECK_TEXT(at(t, plan, "status/mode"), "Shared");
    const char *recorded = ARTIFACT("weights", OWNED_BY_CACHE, OF_SOURCE("m"),
                                    "status: {status: Progressing, allocatedSize: 5Gi, headroomPercent: 3, "
                                    "persistentVolumeClaim: earlier}\n") BOUND;
    plan = artifact_tree(t, recorded, DOCUMENTED);
    CHECK_TEXT(at(t, plan, "status/allocatedSize"), "5Gi");
    CHECK_TEXT(at(t, plan, "status/headroomPercent"), "3");
    CHECK_TEXT(at(t, plan, "status/persistentVolumeClaim"), "earlier");
    CHECK_TEXT(at(t, plan, "status/mode"), "Dedicated");
}

TEST(artifact, a_job_says_how_it_failed) {
    static const struct {
        const char *reason, *shown;
    } cases[] = {{"BackoffLimitExceeded", "False/JobBackoffLimitExceeded"},
                 {"DeadlineExceeded", "False/JobDeadlineExceeded"},
                 {"Evicted", "False/JobEvicted"},
                 {"PodFailurePolicy", "False/JobFailed"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *documents =
            aimp_format(&t->arena,
                        "%s---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: %s, namespace: team}\n"
                        "status: {conditions: [{type: Failed, status: \"True\", reason: %s}]}\n",
                        SIZED BOUND, DOWNLOAD_JOB_NAME, cases[i].reason);
        CHECK_TEXT(condition(t, artifact_tree(t, documents, DOCUMENTED), "DownloadJobReady"), cases[i].shown);
    }
}

/* --- wake-ups --- */

TEST(artifact, the_plan_depends_on_its_own_objects_and_no_other_pods) {
    static const struct {
        const char *kind, *name;
        int32_t depends;
    } cases[] = {{"AIMArtifact", "weights", 1},
                 {"PersistentVolumeClaim", CLAIM_NAME, 1},
                 {"PersistentVolumeClaim", "other", 0},
                 {"Job", DOWNLOAD_JOB_NAME, 1},
                 {"RoleBinding", "aim-engine-artifact-status-updater", 1},
                 {"Pod", DOWNLOAD_JOB_NAME "-x1", 1},
                 {"Pod", "other-x1", 0}};
    aim_cluster *cluster = test_cluster(t, SIZED BOUND JOB(DOWNLOAD_JOB_NAME, "active: 1") JOB_POD(
                                               DOWNLOAD_JOB_NAME, "phase: Running") JOB_POD("other", "phase: Running"));
    aim_declaration complete = {.struct_size = sizeof complete, .state = AIM_STATE_KNOWN};
    aim_cluster_declare(cluster, &complete, NULL);
    aim_ref ref = {.struct_size = sizeof ref, .kind = "AIMArtifact", .ns = "team", .name = "weights"};
    aim_plan *plan;
    if (aim_plan_new(cluster, &ref, NULL, &plan, NULL)) FAIL("no plan");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        aim_ref object = {.struct_size = sizeof object, .kind = cases[i].kind, .ns = "team", .name = cases[i].name};
        if (test_depends(t, plan, cluster, &object) != cases[i].depends) FAIL("%s %s", cases[i].kind, cases[i].name);
    }
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}
