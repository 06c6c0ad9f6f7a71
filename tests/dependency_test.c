/* What a plan depends on: held against what really changes it. Each object of the sample clusters is taken away and put
 * back; every plan that is another one afterwards has to depend on it, before and after. */
#include "cluster_help.h"
#include "harness.h"

static const char *const kinds[] = {"AIMModel",
                                    "AIMClusterModel",
                                    "AIMServiceTemplate",
                                    "AIMClusterServiceTemplate",
                                    "AIMTemplateCache",
                                    "AIMArtifact",
                                    "AIMRuntimeConfig",
                                    "AIMClusterRuntimeConfig",
                                    "Node",
                                    "Pod",
                                    "Event",
                                    "PersistentVolumeClaim",
                                    "StorageClass",
                                    "Job",
                                    "HorizontalPodAutoscaler",
                                    "InferenceService",
                                    "HTTPRoute",
                                    "Gateway",
                                    "Secret"};

static aim_cluster *sample(test_context *t, const char *const *files) {
    aim_cluster *cluster = new_cluster(t);
    for (; *files; files++) {
        size_t size;
        must_add(t, cluster,
                 test_read_file(t, aimp_format(&t->arena, "%s/examples/%s.yaml", test_source_folder(), *files), &size));
    }
    return cluster;
}

typedef struct answers {
    aim_plan **plans;
    uint64_t *hashes; /* of everything that a plan says */
    size_t count;
} answers;

static answers plan_all(test_context *t, const aim_cluster *cluster, int32_t behaviour) {
    aim_ref services = ref_of("AIMService", NULL, NULL);
    aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(behaviour)};
    answers a = {.count = aim_cluster_count(cluster, &services)};
    a.plans = aimp_take_zeroed(&t->arena, a.count * sizeof *a.plans);
    a.hashes = aimp_take_zeroed(&t->arena, a.count * sizeof *a.hashes);
    for (size_t i = 0; i < a.count; i++) {
        aim_ref service = {.struct_size = sizeof service};
        aim_buffer *buffer;
        aim_cluster_at(cluster, &services, i, &service, NULL);
        aim_plan_new(cluster, &service, &options, &a.plans[i], NULL);
        if (aim_plan_render(a.plans[i], AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, NULL)) FAIL("no plan");
        a.hashes[i] = aimp_hash(aim_buffer_data(buffer), aim_buffer_size(buffer), 0);
        aim_buffer_free(buffer);
    }
    return a;
}

static void free_all(answers *a) {
    for (size_t i = 0; i < a->count; i++)
        aim_plan_free(a->plans[i]);
}

typedef struct tally {
    size_t changed, woken, asked;
} tally;

static void take_away(test_context *t, const aim_cluster *cluster, const answers *with, const aim_ref *object,
                      int32_t behaviour, tally *sum) {
    aim_cluster *less;
    aimp_mark mark = aimp_arena_mark(&t->arena);
    if (aim_cluster_clone(cluster, &less, NULL) || aim_cluster_remove(less, object, NULL)) FAIL("cannot be removed");
    answers without = plan_all(t, less, behaviour);
    for (size_t i = 0; i < with->count; i++) {
        int32_t before = test_depends(t, with->plans[i], less, object);
        int32_t after = test_depends(t, without.plans[i], cluster, object);
        bool changed = with->hashes[i] != without.hashes[i];
        sum->changed += changed;
        sum->woken += before != 0;
        sum->asked++;
        if (changed && (!before || !after))
            FAIL("plan %zu changes without %s %s/%s and says %d before, %d after", i, object->kind,
                 aimp_or_empty(object->ns), object->name, (int)before, (int)after);
        if (changed && !test_depends(t, with->plans[i], NULL, object)) FAIL("nor without a cluster");
    }
    free_all(&without);
    aim_cluster_free(less);
    aimp_arena_rewind(&t->arena, mark);
}

/* most: of a hundred plans, how many may be woken by an object of the sample. */
static void check_sample(test_context *t, const char *const *files, size_t most) {
    aim_cluster *cluster = sample(t, files);
    for (int32_t behaviour = AIM_BEHAVIOUR_DOCUMENTED; behaviour <= AIM_BEHAVIOUR_ENGINE_0_2; behaviour++) {
        answers with = plan_all(t, cluster, behaviour);
        tally sum = {0};
        for (size_t k = 0; k < COUNT(kinds); k++) {
            aim_ref filter = ref_of(kinds[k], NULL, NULL);
            for (size_t i = 0; i < aim_cluster_count(cluster, &filter); i++) {
                aim_ref object = {.struct_size = sizeof object};
                aim_cluster_at(cluster, &filter, i, &object, NULL);
                take_away(t, cluster, &with, &object, behaviour, &sum);
            }
        }
        CHECK(sum.changed > 20);
        if (sum.woken * 100 > sum.asked * most) FAIL("%zu of %zu plans are woken", sum.woken, sum.asked);
        free_all(&with);
    }
    aim_cluster_free(cluster);
}

TEST(dependency, every_plan_that_an_object_of_a_mixed_cluster_changes_depends_on_it) {
    static const char *const files[] = {"mixed-gpu-cluster/assistant",    "mixed-gpu-cluster/catalogue",
                                        "mixed-gpu-cluster/custom-model", "mixed-gpu-cluster/live-services",
                                        "mixed-gpu-cluster/nodes",        "mixed-gpu-cluster/none-of-these",
                                        "mixed-gpu-cluster/platform",     "mixed-gpu-cluster/services",
                                        "mixed-gpu-cluster/summarizer",   NULL};
    check_sample(t, files, 50);
}

TEST(dependency, every_plan_that_an_object_of_a_busy_cluster_changes_depends_on_it) {
    static const char *const files[] = {"mi300x-cluster/cluster-templates",
                                        "mi300x-cluster/ml-team-templates",
                                        "mi300x-cluster/models",
                                        "mi300x-cluster/nodes",
                                        "mi300x-cluster/none-of-these",
                                        "mi300x-cluster/platform",
                                        "mi300x-cluster/pods",
                                        "mi300x-cluster/services",
                                        NULL};
    check_sample(t, files, 100); /* one team, one model: nearly everything concerns everybody */
}

TEST(dependency, a_template_wakes_the_services_of_its_model_only) {
    static const char *const files[] = {"mixed-gpu-cluster/catalogue", "mixed-gpu-cluster/nodes",
                                        "mixed-gpu-cluster/services", NULL};
    aim_cluster *cluster = sample(t, files);
    aim_ref service = ref_of(NULL, "lab", "best-tier");
    aim_ref own = ref_of("AIMClusterServiceTemplate", NULL, "llama-8b-mi300x-fp8-latency"),
            other = ref_of("AIMClusterServiceTemplate", NULL, "gpt-oss-20b-mi325x-fp4-tp1-latency"),
            fresh = ref_of("AIMClusterServiceTemplate", NULL, "fresh"),
            running = ref_of("InferenceService", "lab", "x"), unknown = ref_of("ConfigMap", "lab", "x");
    aim_plan *plan;
    CHECK_INTEGER(aim_plan_new(cluster, &service, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(test_depends(t, plan, cluster, &own), 1);
    CHECK_INTEGER(test_depends(t, plan, cluster, &other), 0);
    CHECK_INTEGER(test_depends(t, plan, NULL, &other), 1); /* what it has now is not known */
    CHECK_INTEGER(test_depends(t, plan, cluster, &fresh), 0);
    must_add(t, cluster,
             AIM_DOCUMENT
             "kind: AIMClusterServiceTemplate\nmetadata: {name: fresh}\nspec: {modelName: llama-3-1-8b-instruct}\n");
    CHECK_INTEGER(test_depends(t, plan, cluster, &fresh), 1);
    CHECK_INTEGER(test_depends(t, plan, cluster, &running), 1); /* of a kind that nobody has supplied */
    CHECK_INTEGER(test_depends(t, plan, cluster, &unknown), 0);
    CHECK_INTEGER(test_depends(t, NULL, cluster, &own), 0);
    CHECK_INTEGER(test_depends(t, plan, cluster, NULL), 0);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
}

TEST(dependency, a_finished_plan_depends_on_what_its_plan_looked_at) {
    static const char *const files[] = {"mixed-gpu-cluster/catalogue", "mixed-gpu-cluster/nodes",
                                        "mixed-gpu-cluster/services", NULL};
    aim_cluster *cluster = sample(t, files);
    aim_ref service = ref_of(NULL, "lab", "best-tier"),
            own = ref_of("AIMClusterServiceTemplate", NULL, "llama-8b-mi300x-fp8-latency");
    aim_plan *plan, *finished;
    CHECK_INTEGER(aim_plan_new(cluster, &service, NULL, &plan, NULL), AIM_OK);
    CHECK_INTEGER(aim_plan_finish(plan, NULL, 0, NULL, &finished, NULL), AIM_OK);
    aim_plan_free(plan);
    CHECK_INTEGER(aim_cluster_remove(cluster, &own, NULL), AIM_OK);
    CHECK_INTEGER(test_depends(t, finished, cluster, &own), 1);
    aim_plan_free(finished);
    aim_cluster_free(cluster);
}
