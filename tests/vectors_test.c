/* The reference operator's own answers, about services, template caches and artifacts. The cases lie beside the
 * project; what they need of an unreliable API server (reads that fail, applies and deletes that fail) is declared. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "cluster_help.h"
#include "doc/reader.h"
#include "doc/writer.h"
#include "harness.h"

static const char *const areas[] = {"cache", "fleet",          "model",  "render",
                                    "route", "runtime-config", "status", "template"};
static const char *const object_areas[] = {"artifact", "template-cache"};

static const aimp_node *json_file(test_context *t, const char *folder, const char *name) {
    size_t size;
    char *text = test_read_file(t, aimp_format(&t->arena, "%s/%s", folder, name), &size);
    const aimp_node *node = text ? aimp_read_small_json(&t->arena, text, size) : NULL;
    if (!node) FAIL("%s/%s cannot be read", folder, name);
    return node;
}

/* --- what the specification calls not contractual is taken out of both sides --- */

static bool is_empty_map(const aimp_node *node) {
    return node->kind == AIMP_MAP && node->count == 0;
}

static const aimp_node *normal_object(test_context *t, const aimp_node *node) {
    if (node->kind == AIMP_LIST) {
        aimp_items items = aimp_items_new(&t->arena);
        for (size_t i = 0; i < node->count; i++)
            aimp_items_add(&items, normal_object(t, node->as.items[i]));
        return aimp_items_list(&items);
    }
    if (node->kind != AIMP_MAP) return node;
    aimp_member *members = aimp_take_array(&t->arena, node->count, sizeof *members);
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++) {
        const char *key = node->as.members[i].key;
        const aimp_node *value = node->as.members[i].value;
        bool dropped = is_empty_map(value) && (strcmp(key, "resources") == 0 || strcmp(key, "status") == 0);
        if (!dropped) members[count++] = (aimp_member){key, normal_object(t, value)};
    }
    return aimp_map_from(&t->arena, members, count);
}

static const aimp_node *normal_status(test_context *t, const aimp_node *status) {
    static const char *const noise[] = {"message", "lastTransitionTime", "observedGeneration"};
    const aimp_node *conditions = aimp_get(status, "conditions");
    aimp_items items = aimp_items_new(&t->arena);
    for (size_t i = 0; i < aimp_count(conditions); i++) {
        const aimp_node *condition = aimp_item(conditions, i);
        for (size_t k = 0; k < 3; k++)
            condition = aimp_map_with(&t->arena, condition, noise[k], NULL);
        aimp_items_add(&items, condition);
    }
    status = aimp_map_with(&t->arena, status, "conditions", items.count ? aimp_items_list(&items) : NULL);
    const aimp_node *download = aimp_get(status, "download");
    if (download)
        status = aimp_map_with(&t->arena, status, "download", aimp_map_with(&t->arena, download, "message", NULL));
    return aimp_map_with(&t->arena, status, "observedGeneration", NULL);
}

static const aimp_node *normal_actions(test_context *t, const aimp_node *list, const char *owner_key) {
    aimp_items items = aimp_items_new(&t->arena);
    for (size_t i = 0; i < aimp_count(list); i++) {
        const aimp_node *entry = aimp_item(list, i);
        aimp_items_add(&items, aimp_map_of(&t->arena, "owner", aimp_bool(aimp_is_true(aimp_get(entry, owner_key))),
                                           "object", normal_object(t, aimp_get(entry, "object")), NULL));
    }
    return aimp_items_list(&items);
}

/* --- comparing --- */

static const char *json(test_context *t, const aimp_node *node) {
    aimp_text text = aimp_text_new(&t->arena);
    if (node) aimp_write_json(&text, node);
    return aimp_text_string(&text);
}

/* NULL when both agree, else what differs. */
static const char *difference(test_context *t, const char *what, const aimp_node *reference, const aimp_node *ours) {
    if (reference && ours ? aimp_node_equal(reference, ours) : reference == ours) return NULL;
    return aimp_format(&t->arena, "%s\n  reference %s\n  libaim    %s", what, json(t, reference), json(t, ours));
}

static const char *scope_of(const char *kind) {
    return kind && strstr(kind, "Cluster") ? "Cluster" : "Namespace";
}

static const char *rejections(test_context *t, const aimp_node *selection, const aimp_node *candidates) {
    const aimp_node *evaluations = aimp_get(selection, "evaluations");
    int64_t wanted;
    if (aimp_integer_of(aimp_get(selection, "candidates"), &wanted) && (size_t)wanted != aimp_count(candidates))
        return aimp_format(&t->arena, "%zu candidates, the reference has %lld", aimp_count(candidates),
                           (long long)wanted);
    for (size_t i = 0; i < aimp_count(evaluations); i++) {
        const aimp_node *e = aimp_item(evaluations, i), *found = NULL;
        const char *reason = aimp_get_text(e, "reason");
        if (!aimp_equal(aimp_get_text(e, "status"), "rejected") || aimp_equal(reason, "LowerPreferenceRank")) continue;
        for (size_t k = 0; k < aimp_count(candidates); k++) {
            const aimp_node *c = aimp_item(candidates, k);
            if (aimp_equal(aimp_get_text(c, "name"), aimp_get_text(e, "name")) &&
                aimp_equal(scope_of(aimp_get_text(c, "kind")), aimp_get_text(e, "scope")))
                found = c;
        }
        if (!aimp_equal(aimp_get_text(found, "reason"), reason))
            return aimp_format(&t->arena, "candidate %s: reference %s, libaim %s", aimp_get_text(e, "name"), reason,
                               aimp_or_empty(aimp_get_text(found, "reason")));
    }
    return NULL;
}

static const char *compare_model(test_context *t, const aimp_node *reference, const aimp_node *ours) {
    const char *outcome = aimp_or_empty(aimp_get_text(reference, "outcome")),
               *mine = aimp_or_empty(aimp_get_text(ours, "outcome"));
    bool resolved = strcmp(outcome, "found") == 0 || strcmp(outcome, "create") == 0;
    bool my_resolved = strcmp(mine, "found") == 0 || strcmp(mine, "create") == 0;
    if (resolved != my_resolved || (resolved && strcmp(outcome, mine) != 0))
        return aimp_format(&t->arena, "model %s, the reference says %s", mine, outcome);
    return resolved ? difference(t, "model", aimp_get(reference, "name"), aimp_get(ours, "name")) : NULL;
}

static const char *compare(test_context *t, const aimp_node *reference, const aimp_node *ours) {
    if (aimp_is_true(aimp_get(reference, "panic"))) return NULL;
    const char *problem = compare_model(t, aimp_get(reference, "model"), aimp_get(ours, "model"));
    const aimp_node *template_ = aimp_get(reference, "template"), *mine = aimp_get(ours, "template"),
                    *cache = aimp_get(reference, "cache");
    bool chosen = aimp_equal(aimp_get_text(template_, "outcome"), "found"),
         my_chosen = aimp_equal(aimp_get_text(mine, "outcome"), "found");
    if (!problem && chosen != my_chosen)
        problem = aimp_format(&t->arena, "template %s", json(t, aimp_get(mine, "outcome")));
    if (!problem && chosen) problem = difference(t, "template", aimp_get(template_, "name"), aimp_get(mine, "name"));
    if (!problem)
        problem = difference(t, "apply", normal_actions(t, aimp_get(reference, "applied"), "owned"),
                             normal_actions(t, aimp_get(ours, "apply"), "owner"));
    bool status = !aimp_is_true(aimp_get(reference, "paused")) &&
                  !aimp_equal(aimp_get_text(reference, "statusUpdate"), "rejected");
    if (!problem && status && aimp_get(reference, "status"))
        problem = difference(t, "status", normal_status(t, aimp_get(reference, "status")),
                             normal_status(t, aimp_get(ours, "status")));
    bool used = aimp_equal(aimp_get_text(cache, "outcome"), "found"),
         reused = aimp_is_true(aimp_at(ours, "cache", "reused", NULL));
    if (!problem && used != reused) problem = "cache found by one side only";
    if (!problem && used)
        problem = difference(t, "cache", aimp_get(cache, "name"), aimp_at(ours, "cache", "name", NULL));
    const aimp_node *selection = aimp_get(template_, "selection");
    bool ambiguous = aimp_equal(aimp_get_text(selection, "reason"), "TemplateSelectionAmbiguous");
    if (!problem && ambiguous != aimp_equal(aimp_get_text(mine, "outcome"), "ambiguous"))
        problem = "one side calls it ambiguous";
    if (!problem && selection) problem = rejections(t, selection, aimp_get(mine, "candidates"));
    return problem;
}

/* The names of what was deleted, and of the finalizers that are left, as the reference lists them. */
static const aimp_node *deleted(test_context *t, const aimp_node *ours) {
    const aimp_node *list = aimp_get(ours, "delete");
    aimp_items items = aimp_items_new(&t->arena);
    for (size_t i = 0; i < aimp_count(list); i++)
        aimp_items_add(&items, aimp_map_of(&t->arena, "kind", aimp_get(aimp_item(list, i), "kind"), "name",
                                           aimp_get(aimp_item(list, i), "name"), NULL));
    return items.count ? aimp_items_list(&items) : NULL;
}

static const aimp_node *finalizers(test_context *t, const aimp_node *ours) {
    static const char name[] = "aim.eai.amd.com/artifactcleanup";
    const aimp_node *step = aimp_item(aimp_get(ours, "finalizers"), 0);
    bool stays = !step || aimp_equal(aimp_get_text(step, "operation"), "add");
    if (step && !aimp_equal(aimp_get_text(step, "name"), name)) FAIL("a finalizer is called %s", json(t, step));
    return aimp_list_of(&t->arena, stays ? aimp_string(&t->arena, name) : NULL, NULL);
}

static const char *compare_managers(test_context *t, const aimp_node *ours) {
    bool cache = aimp_equal(aimp_at(ours, "object", "kind", NULL)->as.text, "AIMTemplateCache");
    const aimp_node *apply = aimp_get(ours, "apply");
    for (size_t i = 0; i < aimp_count(apply); i++) {
        const char *manager = aimp_get_text(aimp_item(apply, i), "fieldManager");
        if (!aimp_equal(manager, cache ? "aim-template-cache-controller" : "aim-artifact-controller"))
            return aimp_format(&t->arena, "field manager %s", manager);
    }
    return NULL;
}

/* An answer about another kind than AIMService. */
static const char *compare_object(test_context *t, const aimp_node *reference, const aimp_node *ours) {
    const char *problem = difference(t, "apply", normal_actions(t, aimp_get(reference, "applied"), "owned"),
                                     normal_actions(t, aimp_get(ours, "apply"), "owner"));
    if (!problem)
        problem = difference(t, "status", normal_status(t, aimp_get(reference, "status")),
                             normal_status(t, aimp_get(ours, "status")));
    if (!problem) problem = difference(t, "deleted", aimp_get(reference, "deleted"), deleted(t, ours));
    if (!problem && aimp_get(reference, "finalizers"))
        problem = difference(t, "finalizers", aimp_get(reference, "finalizers"), finalizers(t, ours));
    int64_t seconds = -1;
    aimp_integer_of(aimp_get(ours, "requeueAfterSeconds"), &seconds);
    bool polls = aimp_equal(aimp_at(ours, "object", "kind", NULL)->as.text, "AIMArtifact") &&
                 !aimp_get(ours, "retry") && aimp_equal(aimp_text_at(ours, "status", "status", NULL), "Progressing");
    const int64_t wanted = aimp_is_true(aimp_get(reference, "requeue")) ? 0 : polls ? 10 : -1;
    if (!problem && seconds != wanted)
        problem = aimp_format(&t->arena, "requeue after %lld s, not %lld", (long long)seconds, (long long)wanted);
    if (!problem && aimp_is_true(aimp_get(ours, "retry")) != (aimp_get(reference, "error") != NULL))
        problem = "one side only tries again";
    if (!problem && aimp_is_true(aimp_get(ours, "paused")) != aimp_is_true(aimp_get(reference, "paused")))
        problem = "paused on one side only";
    return problem ? problem : compare_managers(t, ours);
}

/* --- asking --- */

static void declare_fault(test_context *t, aim_cluster *cluster, const aimp_node *faults) {
    for (size_t i = 0; i < aimp_count(faults); i++) {
        const aimp_node *fault = aimp_item(faults, i);
        const char *verb = aimp_get_text(fault, "verb");
        if (strcmp(verb, "get") != 0 && strcmp(verb, "list") != 0) continue;
        aim_declaration d = {.struct_size = sizeof d,
                             .state = AIM_STATE_FAILED,
                             .verb = strcmp(verb, "get") == 0 ? AIM_VERB_GET : AIM_VERB_LIST,
                             .kind = aimp_get_text(fault, "kind"),
                             .reason = aimp_get_text(fault, "error")};
        if (aim_cluster_declare(cluster, &d, NULL)) FAIL("a fault cannot be declared: %s", json(t, fault));
    }
}

static void add_logs(test_context *t, aim_cluster *cluster, const aimp_node *logs) {
    for (size_t i = 0; i < aimp_count(logs); i++) {
        char *ns = aimp_copy_string(&t->arena, aimp_key(logs, i)), *pod = strchr(ns, '/'),
             *container = strchr(pod + 1, '/');
        const char *text = aimp_text_of(aimp_value(logs, i));
        *pod = *container = '\0';
        add_container_log(cluster, ns, pod + 1, container + 1, text, strlen(text), NULL);
    }
}

/* The plan after the applies and deletes that the case wants to fail have failed. */
static aim_plan *tried(test_context *t, aim_plan *plan, const aimp_node *faults) {
    aim_plan *finished;
    aim_outcome outcomes[8];
    size_t count = 0;
    for (size_t i = 0; i < aim_plan_action_count(plan); i++) {
        aim_action action = {.struct_size = sizeof action};
        aim_plan_action_at(plan, i, &action);
        for (size_t k = 0; k < aimp_count(faults); k++) {
            const aimp_node *fault = aimp_item(faults, k);
            if (!aimp_equal(aimp_get_text(fault, "verb"), action.verb == AIM_ACTION_DELETE ? "delete" : "apply") ||
                !aimp_equal(aimp_get_text(fault, "kind"), action.kind))
                continue;
            outcomes[count++] =
                (aim_outcome){.struct_size = sizeof *outcomes, .action = i, .reason = aimp_get_text(fault, "error")};
        }
    }
    if (!count) return plan;
    if (aim_plan_finish(plan, outcomes, count, NULL, &finished, NULL)) FAIL("the plan cannot be finished");
    aim_plan_free(plan);
    return finished;
}

static const aimp_node *plan_node(test_context *t, const aim_plan *plan) {
    aim_buffer *buffer;
    if (aim_plan_render(plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, NULL)) return NULL;
    const aimp_node *node = aimp_read_small_json(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    return node;
}

static const aimp_node *ask(test_context *t, const char *folder, const aimp_node *question) {
    size_t size;
    char *text = test_read_file(t, aimp_format(&t->arena, "%s/input.yaml", folder), &size);
    const aimp_node *object = aimp_get(question, "object"), *faults = aimp_get(question, "faults");
    if (!object) object = aimp_get(question, "service");
    aim_cluster *cluster = test_cluster(t, text);
    if (!cluster) return NULL;
    declare_fault(t, cluster, faults);
    add_logs(t, cluster, aimp_get(question, "podLogs"));
    aim_ref ref = {.struct_size = sizeof ref,
                   .kind = aimp_get_text(object, "kind"),
                   .ns = aimp_get_text(object, "namespace"),
                   .name = aimp_get_text(object, "name")};
    aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(AIM_BEHAVIOUR_ENGINE_0_2)};
    aim_plan *plan;
    const aimp_node *node = NULL;
    aim_error *error;
    if (aim_plan_new(cluster, &ref, &options, &plan, &error) == AIM_OK) {
        plan = tried(t, plan, faults);
        node = plan_node(t, plan);
        aim_plan_free(plan);
    } else {
        FAIL("%s: %s", folder, aim_error_message(error));
        aim_error_free(error);
    }
    aim_cluster_free(cluster);
    return node;
}

static void check_case(test_context *t, const char *folder, size_t *with_faults) {
    const aimp_node *question = json_file(t, folder, "question.json"),
                    *reference = json_file(t, folder, "reference.json");
    if (!question || !reference) return;
    const char *(*agree)(test_context *, const aimp_node *, const aimp_node *) =
        aimp_get(question, "object") ? compare_object : compare;
    const aimp_node *ours = ask(t, folder, question), *variants = aimp_get(reference, "variants");
    *with_faults += aimp_get(question, "faults") != NULL;
    const char *problem = ours ? agree(t, variants ? aimp_item(variants, 0) : reference, ours) : "no plan";
    for (size_t i = 1; problem && ours && i < aimp_count(variants); i++)
        problem = agree(t, aimp_item(variants, i), ours);
    if (problem) FAIL("%s: %s", folder, problem);
}

static void check_area(test_context *t, const char *path, size_t *cases, size_t *with_faults) {
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        aimp_mark mark = aimp_arena_mark(&t->arena);
        if (entries[i]->d_name[0] != '.') {
            check_case(t, aimp_format(&t->arena, "%s/%s", path, entries[i]->d_name), with_faults);
            ++*cases;
        }
        aimp_arena_rewind(&t->arena, mark);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

/* NULL when the cases are not there. */
static const char *cases_folder(test_context *t) {
    const char *root = aimp_format(&t->arena, "%s/../shared/vectors", test_source_folder());
    DIR *folder = opendir(root);
    if (folder)
        closedir(folder);
    else
        test_skip(t, "the reference's answers are not beside the project (../shared/vectors)");
    return folder ? root : NULL;
}

TEST(vectors, engine_0_2_agrees_with_the_reference_operator_about_caches_and_artifacts) {
    const char *root = cases_folder(t);
    if (!root) return;
    size_t cases = 0, with_faults = 0;
    for (size_t i = 0; i < sizeof object_areas / sizeof *object_areas; i++)
        check_area(t, aimp_format(&t->arena, "%s/%s", root, object_areas[i]), &cases, &with_faults);
    printf("vectors: %zu cases of caches and artifacts, %zu of them with faults\n", cases, with_faults);
    CHECK(cases >= 59);
    CHECK(with_faults >= 6);
}

TEST(vectors, engine_0_2_agrees_with_the_reference_operator_also_when_the_api_fails) {
    const char *root = cases_folder(t);
    if (!root) return;
    size_t cases = 0, with_faults = 0;
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++)
        check_area(t, aimp_format(&t->arena, "%s/%s", root, areas[i]), &cases, &with_faults);
    printf("vectors: %zu cases, %zu of them with faults\n", cases, with_faults);
    CHECK(cases > 300);
    CHECK(with_faults > 10);
}
