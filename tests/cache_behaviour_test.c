/* Rows of spec/differences.md about template caches and artifacts, in both behaviours. */
#include "object_plans.h"

static void both_caches(test_context *t, int line, const char *documents, const char *path, const char *documented,
                        const char *engine) {
    test_check_text(t, __FILE__, line, path, at(t, cache_tree(t, documents, DOCUMENTED), path), documented);
    test_check_text(t, __FILE__, line, path, at(t, cache_tree(t, documents, ENGINE), path), engine);
}
#define BOTH_CACHES(documents, path, documented, engine) both_caches(t, __LINE__, documents, path, documented, engine)

#define TWICE                                                                                                          \
    "{modelId: org/m, sourceUri: \"hf://org/m\", size: 1Gi}, {modelId: org/m, sourceUri: \"s3://mirror/m\", size: "    \
    "1Gi}"

TEST(behaviour, S18_each_source_of_a_cache_counts_by_itself) {
    const char *documents =
        KEPT("") WITH_SOURCES(TWICE, "") ARTIFACT("first", "", "sourceUri: \"hf://org/m\"", STATE("Failed"))
            ARTIFACT("second", "", "sourceUri: \"s3://mirror/m\"", STATE("Ready"));
    BOTH_CACHES(documents, "status/status", "Failed", "Ready");
    BOTH_CACHES(documents, "status/artifacts/first/status", "Failed", "");
    BOTH_CACHES(documents, "status/artifacts/second/status", "Ready", "Ready");
}

#define LABELLED ", labels: {aim.eai.amd.com/template-cache.name: weights}"
#define DELETED WEIGHTS(", " CACHE_FINALIZER LEAVING, "", "") NAMESPACE("")
#define OTHER_CACHE(more, spec, status)                                                                                \
    HEAD("AIMTemplateCache", "other")                                                                                  \
    "namespace: team, uid: c-other" more "}\nspec: {templateName: twin, templateScope: Cluster" spec "}\n" status
#define TWIN CLUSTER_TEMPLATE("twin", "", "status: {status: Ready, " SOURCES "}\n")
#define UNFINISHED ARTIFACT("half", LABELLED, OF_SOURCE("m"), STATE("Progressing"))

static void check_deleted(test_context *t, int line, const char *documents, const char *documented,
                          const char *engine) {
    test_check_text(t, __FILE__, line, "delete", names_in(t, cache_tree(t, documents, DOCUMENTED), "delete"),
                    documented);
    test_check_text(t, __FILE__, line, "delete", names_in(t, cache_tree(t, documents, ENGINE), "delete"), engine);
}
#define DELETES(documents, documented, engine) check_deleted(t, __LINE__, documents, documented, engine)

TEST(behaviour, B29_an_artifact_that_another_cache_uses_outlives_its_cache) {
    DELETES(DELETED UNFINISHED, "half", "half");
    DELETES(DELETED UNFINISHED TWIN OTHER_CACHE("", "", ""), "", "half"); /* its template has the source */
    DELETES(DELETED UNFINISHED OTHER_CACHE("", "",
                                           "status: {artifacts: {half: {uid: a-half, name: half, model: org/m, status: "
                                           "Progressing}}}\n"),
            "", "half");                                                           /* its status names it */
    DELETES(DELETED UNFINISHED OTHER_CACHE("", "", ""), "half", "half");           /* its template is gone */
    DELETES(DELETED UNFINISHED TWIN OTHER_CACHE(LEAVING, "", ""), "half", "half"); /* it goes, too */
    DELETES(DELETED UNFINISHED TWIN OTHER_CACHE("", ", mode: Dedicated", ""), "half", "half");
    DELETES(DELETED UNFINISHED TWIN OTHER_CACHE("", ", storageClassName: fast", ""), "half", "half");
    DELETES(DELETED ARTIFACT("half", LABELLED OWNED_BY_CACHE, OF_SOURCE("m"), "") TWIN OTHER_CACHE("", "", ""), "half",
            "half"); /* its own */
}

#define LEAVING_SERVICE SERVICE(", finalizers: [aim.eai.amd.com/template-cache-cleanup]" LEAVING, QWEN) NAMESPACE("")
#define LABELLED_CACHE(more)                                                                                           \
    HEAD("AIMTemplateCache", "shared")                                                                                 \
    "namespace: team, uid: c-shared, labels: {aim.eai.amd.com/service: chat}" more                                     \
    "}\nspec: {templateName: qwen, templateScope: Cluster}\nstatus: {status: Progressing}\n"
#define NEIGHBOUR(more, spec, status)                                                                                  \
    HEAD("AIMService", "neighbour") "namespace: team, uid: s2" more "}\nspec: {" spec "}\n" status

TEST(behaviour, B29_a_cache_that_another_service_uses_outlives_its_service) {
    static const struct {
        const char *documents, *documented;
    } cases[] = {
        {LEAVING_SERVICE LABELLED_CACHE(""), "shared"},
        {LEAVING_SERVICE LABELLED_CACHE("") NEIGHBOUR("", QWEN, ""), "shared"},
        {LEAVING_SERVICE LABELLED_CACHE("") NEIGHBOUR("", QWEN, "status: {" RECORDED "}\n"), ""},
        {LEAVING_SERVICE LABELLED_CACHE("") NEIGHBOUR(LEAVING, QWEN, "status: {" RECORDED "}\n"), "shared"},
        {LEAVING_SERVICE LABELLED_CACHE("") NEIGHBOUR("", QWEN ", template: {name: qwen}", ""), ""},
        {LEAVING_SERVICE LABELLED_CACHE("")
             NEIGHBOUR("", QWEN, "status: {cache: {templateCacheRef: {name: shared, namespace: team}}}\n"),
         ""},
        {LEAVING_SERVICE LABELLED_CACHE(", " OWNER) NEIGHBOUR("", QWEN, "status: {" RECORDED "}\n"), "shared"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_TEXT(names_in(t, plan_of(t, cases[i].documents, DOCUMENTED), "delete"), cases[i].documented);
        CHECK_TEXT(names_in(t, plan_of(t, cases[i].documents, ENGINE), "delete"), "shared");
    }
}

#define ONE_SOURCE WITH_SOURCES(SOURCE("m"), "")

TEST(behaviour, B27_artifacts_that_cannot_be_listed_are_not_called_missing) {
    static const aim_declaration fault = {.struct_size = sizeof fault,
                                          .state = AIM_STATE_FAILED,
                                          .verb = AIM_VERB_LIST,
                                          .kind = "AIMArtifact",
                                          .reason = "Timeout"};
    static const asking how = {.kind = "AIMTemplateCache", .name = "weights", .fault = &fault};
    const aimp_node *documented = object_tree(t, KEPT("") ONE_SOURCE, DOCUMENTED, &how),
                    *engine = object_tree(t, KEPT("") ONE_SOURCE, ENGINE, &how);
    CHECK_TEXT(condition(t, documented, "ArtifactsReady"), "False/Timeout");
    CHECK_TEXT(condition(t, engine, "ArtifactsReady"), "False/CreatingCaches");
    CHECK_TEXT(at(t, documented, "apply"), "[]");
    CHECK_TEXT(at(t, documented, "retry"), "true");
}

TEST(behaviour, B78_a_cache_says_why_it_is_not_ready_also_when_its_artifact_does_not) {
    const char *documents = KEPT("") ONE_SOURCE ARTIFACT("mine", "", OF_SOURCE("m"), STATE("Progressing"));
    CHECK_TEXT(condition(t, cache_tree(t, documents, DOCUMENTED), "ArtifactsReady"), "False/CachesNotReady");
    CHECK_TEXT(condition(t, cache_tree(t, documents, ENGINE), "ArtifactsReady"), "False/Ready");
}

TEST(behaviour, B78_a_cache_without_anything_to_hold_is_ready) {
    const char *empty = KEPT("") WITH_SOURCES("", ""), *lost = KEPT("");
    BOTH_CACHES(empty, "status/status", "Ready", "Progressing");
    CHECK_TEXT(condition(t, cache_tree(t, empty, DOCUMENTED), "ArtifactsReady"), "True/NoCaches");
    BOTH_CACHES(lost, "status/status", "Failed", "Failed"); /* its template is missing */
    CHECK_TEXT(condition(t, cache_tree(t, lost, DOCUMENTED), "ArtifactsReady"), "False/NoCaches");
}

#define UNSIZED ARTIFACT("weights", "", SIZELESS, STATE("Progressing"))
#define CHECKED(phase) UNSIZED BINDING JOB(SIZE_JOB_NAME, COMPLETE) JOB_POD(SIZE_JOB_NAME, "phase: " phase)

static const aimp_node *with_log(test_context *t, const char *documents, int32_t behaviour, const char *log) {
    asking how = {.kind = "AIMArtifact", .name = "weights", .pod = SIZE_JOB_NAME "-x1", .container = "check-size"};
    how.log = log;
    return object_tree(t, documents, behaviour, &how);
}

TEST(behaviour, B78_bad_output_of_the_size_job_fails_the_artifact) {
    const aimp_node *documented = with_log(t, CHECKED("Succeeded"), DOCUMENTED, "oops\n"),
                    *engine = with_log(t, CHECKED("Succeeded"), ENGINE, "oops\n");
    CHECK_TEXT(at(t, documented, "status/status"), "Failed");
    CHECK_TEXT(at(t, documented, "retry"), "");
    CHECK_TEXT(condition(t, documented, "Ready"), "False/InvalidSizeOutput");
    CHECK(has_finding(documented, "StorageSizeError"));
    CHECK_TEXT(at(t, engine, "status/status"), "Degraded");
    CHECK_TEXT(at(t, engine, "retry"), "true");
    /* a job that still runs may still print it */
    CHECK_TEXT(condition(t, with_log(t, CHECKED("Running"), DOCUMENTED, "looking\n"), "CheckSizeOutputReady"),
               "False/StorageSizeError");
    CHECK_TEXT(condition(t, with_log(t, CHECKED("Running"), ENGINE, "looking\n"), "CheckSizeOutputReady"),
               "False/InvalidSizeOutput");
}

TEST(behaviour, B78_an_artifact_of_unknown_size_is_not_ready) {
    const aimp_node *documented = artifact_tree(t, CHECKED("Succeeded"), DOCUMENTED),
                    *engine = artifact_tree(t, CHECKED("Succeeded"), ENGINE);
    CHECK_TEXT(at(t, documented, "status/status"), "Progressing");
    CHECK_TEXT(condition(t, documented, "CheckSizeOutputReady"), "False/StorageSizeError");
    CHECK_TEXT(at(t, engine, "status/status"), "Ready");
}

#define CACHE_OF_CHAT                                                                                                  \
    WEIGHTS(", ownerReferences: [{apiVersion: aim.eai.amd.com/v1alpha1, kind: AIMService, name: chat, uid: " UID       \
            ", controller: true}]",                                                                                    \
            ", mode: Dedicated", "")

TEST(behaviour, B21_the_headroom_of_the_service_reaches_the_claim_of_its_dedicated_artifact) {
    const char *documents = SERVICE("", QWEN ", storage: {pvcHeadroomPercent: 50}")
        CACHE_OF_CHAT ARTIFACT("weights", OWNED_BY_CACHE, OF_SOURCE("m"), "");
    const char *path = "apply/0/object/spec/resources/requests/storage";
    CHECK_TEXT(at(t, artifact_tree(t, documents, DOCUMENTED), path), "96Gi");
    CHECK_TEXT(at(t, artifact_tree(t, documents, ENGINE), path), "71Gi");
    const char *shared =
        SERVICE("", QWEN ", storage: {pvcHeadroomPercent: 50}") ARTIFACT("weights", "", OF_SOURCE("m"), "");
    CHECK_TEXT(at(t, artifact_tree(t, shared, DOCUMENTED), path), "71Gi");
}

#define SIZED ARTIFACT("weights", "", OF_SOURCE("m"), "")
#define BOUND BINDING CLAIM("phase: Bound")
#define PULLING                                                                                                        \
    "phase: Pending, containerStatuses: [{name: model-download, state: {waiting: {reason: ImagePullBackOff, message: " \
    "manifest unknown}}}]"

TEST(behaviour, S28_B35_an_image_that_cannot_be_pulled_keeps_an_artifact_progressing) {
    const char *documents = SIZED BOUND JOB(DOWNLOAD_JOB_NAME, "active: 1") JOB_POD(DOWNLOAD_JOB_NAME, PULLING);
    const aimp_node *documented = artifact_tree(t, documents, DOCUMENTED),
                    *engine = artifact_tree(t, documents, ENGINE);
    CHECK_TEXT(at(t, documented, "status/status"), "Progressing");
    CHECK_TEXT(condition(t, documented, "DownloadJobPodsReady"), "False/ImageNotFound");
    CHECK_TEXT(condition(t, documented, "ConfigValid"), "");
    CHECK(has_finding(documented, "ImagePullFailed"));
    CHECK_TEXT(at(t, engine, "status/status"), "Failed");
    CHECK_TEXT(condition(t, engine, "ConfigValid"), "False/ReferenceNotFound");
}

TEST(behaviour, B35_a_claim_without_a_volume_does_not_stop_what_would_help) {
    const char *documents = SIZED BINDING CLAIM("phase: Lost");
    CHECK_TEXT(names_in(t, artifact_tree(t, documents, DOCUMENTED), "apply"), DOWNLOAD_JOB_NAME);
    CHECK_TEXT(names_in(t, artifact_tree(t, documents, ENGINE), "apply"), "");
}

TEST(behaviour, B34_a_condition_of_a_part_that_an_artifact_no_longer_has_is_removed) {
    const char *documents = ARTIFACT("weights", "", OF_SOURCE("m"),
                                     "status: {status: Progressing, conditions: [{type: CheckSizeJobReady, status: "
                                     "\"False\", reason: JobRunning}, {type: SomebodyReady, status: \"False\", reason: "
                                     "Theirs}]}\n") BOUND JOB(DOWNLOAD_JOB_NAME, COMPLETE);
    const aimp_node *documented = artifact_tree(t, documents, DOCUMENTED),
                    *engine = artifact_tree(t, documents, ENGINE);
    CHECK_TEXT(condition(t, documented, "CheckSizeJobReady"), "");
    CHECK_TEXT(condition(t, documented, "SomebodyReady"), "False/Theirs");
    CHECK_TEXT(at(t, documented, "status/status"), "Ready");
    CHECK_TEXT(condition(t, engine, "CheckSizeJobReady"), "False/JobRunning");
    CHECK_TEXT(at(t, engine, "status/status"), "Progressing");
}

TEST(behaviour, B42_caches_and_artifacts_say_what_they_were_made_from) {
    const char *config = HEAD("AIMClusterRuntimeConfig", "default") "uid: rc}\nspec: {}\n";
    const char *documents =
        aimp_format(&t->arena, "%s%s%s", WEIGHTS(", generation: 4, " CACHE_FINALIZER, "", ""), ONE_SOURCE, config);
    BOTH_CACHES(documents, "status/observedGeneration", "4", "");
    BOTH_CACHES(documents, "status/resolvedRuntimeConfig/name", "default", "");
}

TEST(behaviour, S33_B30_an_artifact_of_a_cache_has_both_labels_and_the_position_of_its_source) {
    const char *documents =
        KEPT("") WITH_SOURCES(SOURCE("m") ", " SOURCE("n"), "") ARTIFACT("mine", "", OF_SOURCE("m"), STATE("Ready"));
    const aimp_node *labels =
        aimp_at(applied(cache_tree(t, documents, DOCUMENTED), "AIMArtifact"), "metadata", "labels", NULL);
    CHECK_TEXT(aimp_get_text(labels, "aim.eai.amd.com/template"), "qwen");
    CHECK_TEXT(aimp_get_text(labels, "aim.eai.amd.com/template.index"), "1");
    labels = aimp_at(applied(cache_tree(t, documents, ENGINE), "AIMArtifact"), "metadata", "labels", NULL);
    CHECK(!aimp_get(labels, "aim.eai.amd.com/template"));
    CHECK_TEXT(aimp_get_text(labels, "aim.eai.amd.com/template.index"), "0");
}
