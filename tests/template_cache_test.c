/* Plans of template caches: what is planned, the work on their finalizers, and what the rest of the interface answers
 * about them. */
#include "object_plans.h"

aim_plan *object_plan(test_context *t, const char *documents, int32_t behaviour, const asking *how) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_plan *plan = NULL;
    aim_error *error = NULL;
    aim_ref ref = {.struct_size = sizeof ref, .kind = how->kind, .ns = "team", .name = how->name};
    aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(behaviour)};
    aim_declaration complete = {.struct_size = sizeof complete, .state = AIM_STATE_KNOWN};
    if (!cluster) return NULL;
    if (!how->incomplete) aim_cluster_declare(cluster, &complete, NULL);
    if (how->fault && aim_cluster_declare(cluster, how->fault, NULL)) FAIL("the fault cannot be declared");
    aim_log log = {.struct_size = sizeof log, .ns = "team", .pod = how->pod, .container = how->container};
    log.text = how->log;
    log.size = how->log ? strlen(how->log) : 0;
    if (how->log && aim_cluster_add_log(cluster, &log, NULL)) FAIL("the log cannot be added");
    if (aim_plan_new(cluster, &ref, &options, &plan, &error)) FAIL("no plan: %s", aim_error_message(error));
    aim_error_free(error);
    aim_cluster_free(cluster);
    return plan;
}

const aimp_node *tree_of(test_context *t, const aim_plan *plan) {
    aim_buffer *buffer;
    if (aim_plan_render(plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, NULL)) return NULL;
    const aimp_node *node = aimp_read_small_json(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    return node;
}

const aimp_node *object_tree(test_context *t, const char *documents, int32_t behaviour, const asking *how) {
    aim_plan *plan = object_plan(t, documents, behaviour, how);
    const aimp_node *tree = tree_of(t, plan);
    aim_plan_free(plan);
    return tree;
}

static const asking about_cache = {.kind = "AIMTemplateCache", .name = "weights"};

const aimp_node *cache_tree(test_context *t, const char *documents, int32_t behaviour) {
    return object_tree(t, documents, behaviour, &about_cache);
}

const aimp_node *artifact_tree(test_context *t, const char *documents, int32_t behaviour) {
    static const asking about = {.kind = "AIMArtifact", .name = "weights"};
    return object_tree(t, documents, behaviour, &about);
}

const char *names_in(test_context *t, const aimp_node *plan, const char *list) {
    const aimp_node *entries = aimp_get(plan, list);
    aimp_text names = aimp_text_new(&t->arena);
    for (size_t i = 0; i < aimp_count(entries); i++) {
        const char *name = aimp_text_at(aimp_item(entries, i), "object", "metadata", "name", NULL);
        if (!name) name = aimp_or_empty(aimp_get_text(aimp_item(entries, i), "name"));
        aimp_text_add_format(&names, "%s%s", i ? "," : "", name);
    }
    return aimp_text_string(&names);
}

#define ONE_SOURCE WITH_SOURCES(SOURCE("m"), "")
#define ARTIFACT_NAME "hf---org-m-4228de11d1"

TEST(template_cache, a_source_without_an_artifact_gets_one_and_the_claim_follows_later) {
    const aimp_node *plan = cache_tree(t, KEPT("") ONE_SOURCE, DOCUMENTED);
    CHECK_TEXT(names_in(t, plan, "apply"), ARTIFACT_NAME);
    CHECK_TEXT(at(t, plan, "apply/0/fieldManager"), "aim-template-cache-controller");
    CHECK_TEXT(at(t, plan, "apply/0/owner"), "false");
    CHECK_TEXT(at(t, plan, "later/0/kind"), "PersistentVolumeClaim");
    CHECK_TEXT(at(t, plan, "later/1/kind"), "Job");
    CHECK_TEXT(at(t, plan, "status/status"), "Progressing");
    CHECK_TEXT(condition(t, plan, "ArtifactsReady"), "False/CreatingCaches");
    CHECK_TEXT(at(t, plan, "object"), "{\"kind\":\"AIMTemplateCache\",\"name\":\"weights\",\"namespace\":\"team\"}");
    CHECK_TEXT(at(t, plan, "service"), "");
    CHECK_TEXT(at(t, plan, "finalizers"), "");
    CHECK_TEXT(at(t, plan, "requeueAfterSeconds"), "");
}

TEST(template_cache, a_dedicated_cache_owns_what_it_makes) {
    const aimp_node *plan = cache_tree(t, KEPT(", mode: Dedicated") ONE_SOURCE, DOCUMENTED);
    CHECK_TEXT(at(t, plan, "apply/0/owner"), "true");
    CHECK_TEXT(at(t, plan, "apply/0/object/metadata/ownerReferences/0/uid"), CACHE_UID);
}

TEST(template_cache, the_finalizer_comes_alone_and_the_rest_is_announced) {
    const char *documents = WEIGHTS("", "", "") ONE_SOURCE;
    aim_plan *plan = object_plan(t, documents, DOCUMENTED, &about_cache);
    const aimp_node *tree = tree_of(t, plan);
    CHECK_TEXT(aim_plan_finalizer(plan, AIM_ACTION_ADD_FINALIZER), "aim.eai.amd.com/artifactcleanup");
    CHECK(!aim_plan_finalizer(plan, AIM_ACTION_REMOVE_FINALIZER));
    CHECK(!aim_plan_finalizer(plan, AIM_ACTION_APPLY));
    CHECK_INTEGER(aim_plan_requeue_after(plan), 0);
    CHECK_INTEGER(aim_plan_action_count(plan), 0);
    CHECK_TEXT(at(t, tree, "finalizers"), "[{\"name\":\"aim.eai.amd.com/artifactcleanup\",\"operation\":\"add\"}]");
    CHECK_TEXT(names_in(t, tree, "later"), ARTIFACT_NAME ",,");
    CHECK_TEXT(at(t, tree, "status"), "{}");
    aim_plan_free(plan);
    CHECK(!aim_plan_finalizer(NULL, AIM_ACTION_ADD_FINALIZER));
    CHECK_INTEGER(aim_plan_requeue_after(NULL), -1);
    CHECK_INTEGER(aim_plan_is_retried(NULL), 0);
}

TEST(template_cache, a_service_gets_its_finalizer_beside_everything_else) {
    const aimp_node *without = plan_of(t, SERVICE("", QWEN) RUNNING, DOCUMENTED),
                    *with = plan_of(t, SERVICE(", finalizers: [aim.eai.amd.com/template-cache-cleanup]", QWEN) RUNNING,
                                    DOCUMENTED);
    CHECK_TEXT(at(t, without, "finalizers"),
               "[{\"name\":\"aim.eai.amd.com/template-cache-cleanup\",\"operation\":\"add\"}]");
    CHECK_TEXT(at(t, with, "finalizers"), "");
    CHECK(applied(without, "AIMTemplateCache") != NULL);
    CHECK_TEXT(at(t, without, "apply"), at(t, with, "apply"));
}

#define LABELLED ", labels: {aim.eai.amd.com/template-cache.name: weights}"
#define DELETED WEIGHTS(", " CACHE_FINALIZER LEAVING, "", "")
#define LEFTOVERS                                                                                                      \
    ARTIFACT("done", LABELLED, OF_SOURCE("m"), STATE("Ready"))                                                         \
    ARTIFACT("failed", LABELLED, OF_SOURCE("m"), STATE("Failed"))                                                      \
    ARTIFACT("new", LABELLED, OF_SOURCE("n"), "")                                                                      \
    ARTIFACT("stranger", "", OF_SOURCE("m"), STATE("Failed"))

TEST(template_cache, a_deletion_takes_along_what_is_not_ready_and_then_the_finalizer) {
    for (int32_t behaviour = DOCUMENTED; behaviour <= ENGINE; behaviour++) {
        const aimp_node *plan = cache_tree(t, DELETED NAMESPACE("") LEFTOVERS, behaviour);
        CHECK_TEXT(names_in(t, plan, "delete"), "failed,new");
        CHECK_TEXT(at(t, plan, "delete/0/uid"), "a-failed");
        CHECK_TEXT(at(t, plan, "finalizers/0/operation"), "remove");
        CHECK_TEXT(at(t, plan, "deleting"), "true");
        CHECK_TEXT(at(t, plan, "apply"), "[]");
        CHECK_TEXT(at(t, plan, "retry"), "");
    }
}

TEST(template_cache, in_a_namespace_that_goes_only_the_finalizer_goes) {
    const aimp_node *plan = cache_tree(t, DELETED NAMESPACE(LEAVING) LEFTOVERS, DOCUMENTED);
    CHECK_TEXT(at(t, plan, "delete"), "[]");
    CHECK_TEXT(at(t, plan, "finalizers/0/operation"), "remove");
    CHECK_TEXT(at(t, cache_tree(t, DELETED LEFTOVERS, DOCUMENTED), "delete"), "[]");
}

TEST(template_cache, a_namespace_that_nobody_supplied_is_not_taken_for_gone) {
    static const asking incomplete = {.kind = "AIMTemplateCache", .name = "weights", .incomplete = true};
    const aimp_node *documented = object_tree(t, DELETED LEFTOVERS, DOCUMENTED, &incomplete),
                    *engine = object_tree(t, DELETED LEFTOVERS, ENGINE, &incomplete);
    CHECK_TEXT(names_in(t, documented, "delete"), "failed,new");
    CHECK_TEXT(at(t, documented, "unknown"), "[\"Namespace\"]");
    CHECK_TEXT(names_in(t, engine, "delete"), "");
}

TEST(template_cache, a_cleanup_that_cannot_be_decided_keeps_the_finalizer) {
    static const struct {
        aim_declaration fault;
        bool goes; /* the finalizer */
    } cases[] = {
        {{.struct_size = sizeof(aim_declaration),
          .state = AIM_STATE_FAILED,
          .verb = AIM_VERB_GET,
          .kind = "Namespace",
          .reason = "Timeout"},
         false},
        {{.struct_size = sizeof(aim_declaration),
          .state = AIM_STATE_FAILED,
          .verb = AIM_VERB_GET,
          .kind = "Namespace",
          .reason = "Forbidden"},
         true},
        {{.struct_size = sizeof(aim_declaration),
          .state = AIM_STATE_FAILED,
          .verb = AIM_VERB_LIST,
          .kind = "AIMArtifact",
          .reason = "Timeout"},
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asking how = {.kind = "AIMTemplateCache", .name = "weights", .fault = &cases[i].fault};
        aim_plan *plan = object_plan(t, DELETED NAMESPACE("") LEFTOVERS, DOCUMENTED, &how);
        CHECK(!!aim_plan_finalizer(plan, AIM_ACTION_REMOVE_FINALIZER) == cases[i].goes);
        CHECK_INTEGER(aim_plan_is_retried(plan), !cases[i].goes);
        CHECK_INTEGER(aim_plan_action_count(plan), 0);
        aim_plan_free(plan);
    }
}

TEST(template_cache, the_finished_plan_says_whether_the_finalizer_may_go) {
    static const struct {
        const char *first, *second; /* reasons; "" for success, NULL for no outcome */
        bool goes;
    } cases[] = {
        {NULL, NULL, true},     {"", "", true},          {"NotFound", "", true},    {"Forbidden", "Forbidden", true},
        {"Timeout", "", false}, {"", "Conflict", false}, {"Forbidden", NULL, false}}; /* the second was not tried */
    aim_plan *plan = object_plan(t, DELETED NAMESPACE("") LEFTOVERS, DOCUMENTED, &about_cache);
    CHECK_INTEGER(aim_plan_action_count(plan), 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const reasons[] = {cases[i].first, cases[i].second};
        aim_outcome outcomes[2];
        size_t count = 0;
        for (size_t k = 0; k < 2; k++) {
            if (!reasons[k]) continue;
            outcomes[count++] =
                (aim_outcome){.struct_size = sizeof *outcomes, .action = k, .reason = *reasons[k] ? reasons[k] : NULL};
        }
        aim_plan *finished;
        if (aim_plan_finish(plan, outcomes, count, NULL, &finished, NULL)) FAIL("not finished");
        if (!!aim_plan_finalizer(finished, AIM_ACTION_REMOVE_FINALIZER) != cases[i].goes) FAIL("case %zu", i);
        CHECK_INTEGER(aim_plan_is_retried(finished), !cases[i].goes);
        aim_plan_free(finished);
    }
    aim_plan_free(plan);
}

TEST(template_cache, a_service_that_goes_takes_its_unfinished_caches_along) {
    const char *documents = SERVICE(", finalizers: [aim.eai.amd.com/template-cache-cleanup]" LEAVING, QWEN)
        NAMESPACE("") HEAD("AIMTemplateCache",
                           "half") "namespace: team, uid: c1, labels: {aim.eai.amd.com/service: "
                                   "chat}}\nspec: {templateName: qwen, templateScope: Cluster}\n" HEAD(
                                       "AIMTemplateCache",
                                       "whole") "namespace: team, uid: c2, labels: {aim.eai.amd.com/service: chat}}\n"
                                                "spec: {templateName: qwen, templateScope: Cluster}\n" STATE("Ready");
    for (int32_t behaviour = DOCUMENTED; behaviour <= ENGINE; behaviour++) {
        const aimp_node *plan = plan_of(t, documents, behaviour);
        CHECK_TEXT(names_in(t, plan, "delete"), "half");
        CHECK_TEXT(at(t, plan, "finalizers"),
                   "[{\"name\":\"aim.eai.amd.com/template-cache-cleanup\",\"operation\":\"remove\"}]");
    }
}

/* --- the rest of the interface --- */

TEST(template_cache, parts_that_only_a_service_has_are_not_there) {
    aim_plan *plan = object_plan(t, KEPT("") ONE_SOURCE, DOCUMENTED, &about_cache);
    CHECK(!aim_plan_resolution(plan));
    CHECK(!aim_plan_selection(plan));
    CHECK(!aim_plan_cache(plan));
    CHECK_TEXT(aim_plan_status(plan), "Progressing");
    CHECK_INTEGER(aim_health_count(plan), 3);
    aim_plan_free(plan);
}

TEST(template_cache, narrower_questions_are_answered_for_services_only) {
    aim_cluster *cluster = test_cluster(t, KEPT("") ONE_SOURCE);
    aim_ref cache = {.struct_size = sizeof cache, .kind = "AIMTemplateCache", .ns = "team", .name = "weights"};
    aim_ref model = {.struct_size = sizeof model, .kind = "AIMModel", .ns = "team", .name = "weights"};
    aim_ref near = {.struct_size = sizeof near, .kind = "AIMTemplateCache", .ns = "team", .name = "weihgts"};
    aim_selection *selection;
    aim_plan *plan;
    aim_error *error;
    CHECK_INTEGER(aim_selection_new(cluster, &cache, NULL, &selection, &error), AIM_E_UNSUPPORTED);
    aim_error_free(error);
    aim_buffer *buffer;
    CHECK_INTEGER(aim_manifest_render(cluster, &cache, "AIMArtifact", NULL, AIM_FORMAT_JSON, 0, &buffer, &error),
                  AIM_E_UNSUPPORTED);
    aim_error_free(error);
    CHECK_INTEGER(aim_plan_new(cluster, &model, NULL, &plan, &error), AIM_E_UNSUPPORTED);
    CHECK_TEXT(aim_error_message(error),
               "plans are made for AIMService, AIMTemplateCache and AIMArtifact, not for AIMModel");
    aim_error_free(error);
    CHECK_INTEGER(aim_plan_new(cluster, &near, NULL, &plan, &error), AIM_E_NOT_FOUND);
    CHECK_TEXT(aim_error_message(error), "AIMTemplateCache team/weihgts is not in the input (did you mean weights?)");
    aim_error_free(error);
    aim_cluster_free(cluster);
}

TEST(template_cache, the_plan_depends_on_its_template_and_on_artifacts_of_its_sources) {
    static const struct {
        const char *kind, *ns, *name;
        int32_t depends;
    } cases[] = {{"AIMTemplateCache", "team", "weights", 1},
                 {"AIMClusterServiceTemplate", NULL, "qwen", 1},
                 {"AIMClusterServiceTemplate", NULL, "other", 0},
                 {"AIMArtifact", "team", "mine", 1},
                 {"AIMArtifact", "team", "foreign", 0},
                 {"AIMService", "team", "chat", 0},
                 {"Pod", "team", "p", 0}};
    aim_cluster *cluster = test_cluster(t, KEPT("") ONE_SOURCE ARTIFACT("mine", "", OF_SOURCE("m"), STATE("Ready"))
                                               ARTIFACT("foreign", "", OF_SOURCE("n"), STATE("Ready")));
    aim_declaration complete = {.struct_size = sizeof complete, .state = AIM_STATE_KNOWN};
    aim_cluster_declare(cluster, &complete, NULL);
    aim_ref ref = {.struct_size = sizeof ref, .kind = "AIMTemplateCache", .ns = "team", .name = "weights"};
    aim_plan *plan;
    if (aim_plan_new(cluster, &ref, NULL, &plan, NULL)) FAIL("no plan");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        aim_ref object = {
            .struct_size = sizeof object, .kind = cases[i].kind, .ns = cases[i].ns, .name = cases[i].name};
        if (test_depends(t, plan, cluster, &object) != cases[i].depends) FAIL("%s %s", cases[i].kind, cases[i].name);
    }
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

TEST(template_cache, a_refused_artifact_reaches_the_status) {
    aim_plan *plan = object_plan(t, KEPT("") ONE_SOURCE, DOCUMENTED, &about_cache), *finished;
    aim_outcome refused = {.struct_size = sizeof refused, .action = 0, .reason = "Forbidden", .message = "no"};
    if (aim_plan_finish(plan, &refused, 1, NULL, &finished, NULL)) FAIL("not finished");
    CHECK_TEXT(aim_plan_status(finished), "Failed");
    CHECK_TEXT(condition(t, tree_of(t, finished), "AuthValid"), "False/AuthError");
    CHECK_INTEGER(aim_plan_is_retried(finished), 1);
    aim_plan_free(finished);
    aim_plan_free(plan);
}

TEST(template_cache, paused_it_is_left_alone_with_what_it_has_recorded) {
    const aimp_node *plan =
        cache_tree(t,
                   WEIGHTS(", " CACHE_FINALIZER ", annotations: {aim.eai.amd.com/reconciliation-paused: \"true\"}", "",
                           STATE("Degraded")) ONE_SOURCE,
                   DOCUMENTED);
    CHECK_TEXT(at(t, plan, "paused"), "true");
    CHECK_TEXT(at(t, plan, "apply"), "[]");
    CHECK_TEXT(at(t, plan, "status/status"), "Degraded");
}

/* --- wake-ups, held against what really changes a plan --- */

static const char *plan_text(test_context *t, const aim_cluster *cluster, const aim_ref *object, aim_plan **plan) {
    aim_buffer *buffer;
    if (aim_plan_new(cluster, object, NULL, plan, NULL)) return NULL; /* the object itself was taken away */
    if (aim_plan_render(*plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, NULL)) FAIL("not rendered");
    const char *text = aimp_copy_string(&t->arena, aim_buffer_data(buffer));
    aim_buffer_free(buffer);
    return text;
}

/* How many of the two plans with and without an object differ; each that does has to depend on it. */
static size_t take_away(test_context *t, const aim_cluster *cluster, const aim_ref *planned, const aim_ref *object) {
    aim_cluster *less;
    aim_plan *before = NULL, *after = NULL;
    if (aim_cluster_clone(cluster, &less, NULL) || aim_cluster_remove(less, object, NULL)) FAIL("cannot be removed");
    const char *with = plan_text(t, cluster, planned, &before), *without = plan_text(t, less, planned, &after);
    bool changed = without && strcmp(with, without) != 0;
    if (changed && (!test_depends(t, before, less, object) || !test_depends(t, after, cluster, object)))
        FAIL("the plan of %s changes without %s %s", planned->name, object->kind, object->name);
    aim_plan_free(after);
    aim_plan_free(before);
    aim_cluster_free(less);
    return changed;
}

TEST(template_cache, every_plan_that_an_object_changes_depends_on_it) {
    static const char *const cases[] = {"caches", "artifacts"}, *const planned_kinds[] = {"AIMTemplateCache",
                                                                                          "AIMArtifact"};
    static const char *const kinds[] = {"AIMTemplateCache",
                                        "AIMArtifact",
                                        "AIMServiceTemplate",
                                        "AIMClusterServiceTemplate",
                                        "AIMClusterRuntimeConfig",
                                        "Namespace",
                                        "RoleBinding",
                                        "PersistentVolumeClaim",
                                        "Job",
                                        "Pod"};
    size_t changed = 0;
    for (size_t c = 0; c < 2; c++) {
        const char *path = aimp_format(&t->arena, "%s/tests/golden/%s/input.yaml", test_source_folder(), cases[c]);
        aim_cluster *cluster = test_cluster(t, test_read_file(t, path, NULL));
        aim_ref filter = {.struct_size = sizeof filter, .kind = planned_kinds[c]};
        aim_declaration complete = {.struct_size = sizeof complete, .state = AIM_STATE_KNOWN};
        aim_cluster_declare(cluster, &complete, NULL);
        for (size_t i = 0; i < aim_cluster_count(cluster, &filter); i++) {
            aim_ref planned = {.struct_size = sizeof planned};
            aim_cluster_at(cluster, &filter, i, &planned, NULL);
            for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
                aim_ref every = {.struct_size = sizeof every, .kind = kinds[k]};
                for (size_t n = 0; n < aim_cluster_count(cluster, &every); n++) {
                    aim_ref object = {.struct_size = sizeof object};
                    aim_cluster_at(cluster, &every, n, &object, NULL);
                    changed += take_away(t, cluster, &planned, &object);
                }
            }
        }
        aim_cluster_free(cluster);
    }
    CHECK(changed > 20);
}
