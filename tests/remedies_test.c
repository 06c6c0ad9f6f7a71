/* Remedies are true: every remedy with a patch, of rejected candidates, of services and of the lint, is applied to the
 * documents, and its finding is gone. The clusters are the examples, the golden cases and, where they are beside the
 * project, all cases of the reference operator. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "cluster/cluster.h"
#include "doc/pointer.h"
#include "doc/reader.h"
#include "doc/writer.h"
#include "harness.h"

typedef struct tally {
    size_t clusters, remedies, recreated;
    size_t reasons[2000];
} tally;

static const char *json(test_context *t, const aimp_node *node) {
    aimp_text text = aimp_text_new(&t->arena);
    aimp_write_json(&text, node);
    return aimp_text_string(&text);
}

/* --- RFC 6902, as far as remedies use it: add and remove --- */

static const aimp_node *patched(test_context *t, const aimp_node *node, const char *pointer, const aimp_node *value) {
    const char *key = aimp_pointer_step(&t->arena, &pointer);
    const aimp_node *child = aimp_pointer_child(node, key);
    if (*pointer && !child) FAIL("a patch walks through %s, which does not exist", key);
    const aimp_node *changed = *pointer ? patched(t, child, pointer, value) : value;
    if (!node || node->kind != AIMP_LIST) return aimp_map_with(&t->arena, node, key, changed);
    aimp_items items = aimp_items_new(&t->arena);
    for (size_t i = 0; i < aimp_count(node); i++) {
        bool here = aimp_item(node, i) == child;
        if (here) aimp_items_add(&items, changed);
        bool stays = !here || (!*pointer && value); /* adding to a list moves what stands there */
        if (stays) aimp_items_add(&items, aimp_item(node, i));
    }
    return aimp_items_list(&items);
}

static const aimp_node *apply_steps(test_context *t, const aimp_node *root, const aimp_node *steps) {
    for (size_t i = 0; i < aimp_count(steps); i++) {
        const aimp_node *step = aimp_item(steps, i);
        root = patched(t, root, aimp_get_text(step, "path"), aimp_get(step, "value"));
    }
    return root;
}

/* --- clusters with one change --- */

static void put(test_context *t, aim_cluster *cluster, const aimp_node *root) {
    const char *text = json(t, root);
    aim_error *error = NULL;
    aim_source source = {.struct_size = sizeof source, .name = "patched", .data = text, .size = strlen(text)};
    if (aim_cluster_add(cluster, &source, NULL, &error))
        FAIL("a patched object is refused: %s", aim_error_message(error));
    aim_error_free(error);
}

static aim_cluster *changed(test_context *t, const aim_cluster *cluster, const aimp_node *remedy) {
    aim_cluster *copy;
    if (aim_cluster_clone(cluster, &copy, NULL)) return NULL;
    const aimp_node *patches = aimp_get(remedy, "patch");
    for (size_t i = 0; i < aimp_count(patches); i++) {
        const aimp_node *target = aimp_get(aimp_item(patches, i), "object");
        aim_ref ref = {.struct_size = sizeof ref,
                       .kind = aimp_get_text(target, "kind"),
                       .ns = aimp_get_text(target, "namespace"),
                       .name = aimp_get_text(target, "name")};
        const aimp_object *object = aimp_cluster_object(copy, aimp_kind_named(ref.kind), ref.ns, ref.name);
        if (!object) {
            FAIL("a remedy changes %s, which does not exist", json(t, target));
            continue;
        }
        const aimp_node *root = apply_steps(t, object->root, aimp_get(aimp_item(patches, i), "patch"));
        if (aimp_is_true(aimp_get(remedy, "recreate"))) root = aimp_map_with(&t->arena, root, "status", NULL);
        root = aimp_node_copy(&t->arena, root);
        aim_cluster_remove(copy, &ref, NULL);
        put(t, copy, root);
    }
    return copy;
}

/* --- plans --- */

static const aimp_node *plan_of(test_context *t, const aim_cluster *cluster, const aim_ref *service) {
    aim_plan *plan;
    aim_buffer *buffer;
    const aimp_node *node = NULL;
    if (aim_plan_new(cluster, service, NULL, &plan, NULL)) return NULL;
    if (aim_plan_render(plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, NULL) == AIM_OK)
        node = aimp_read_small_json(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    aim_plan_free(plan);
    if (!node) FAIL("no plan");
    return node;
}

static const aimp_node *lint_of(test_context *t, const aim_cluster *cluster) {
    aim_lint *lint;
    aim_buffer *buffer;
    const aimp_node *node = NULL;
    if (aim_lint_new(cluster, NULL, &lint, NULL)) return NULL;
    if (aim_lint_render(lint, AIM_FORMAT_JSON, 0, &buffer, NULL) == AIM_OK)
        node = aimp_read_small_json(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    aim_lint_free(lint);
    if (!node) FAIL("no lint");
    return node;
}

/* The finding of the same reason about the same object and field, or the same value in another place. */
static bool has_finding(const aimp_node *findings, const aimp_node *like) {
    for (size_t i = 0; i < aimp_count(findings); i++) {
        const aimp_node *f = aimp_item(findings, i);
        const char *actual = aimp_get_text(like, "actual");
        bool same = aimp_equal(aimp_get_text(f, "pointer"), aimp_get_text(like, "pointer")) ||
                    (actual && aimp_equal(aimp_get_text(f, "actual"), actual));
        if (same && aimp_equal(aimp_get_text(f, "reason"), aimp_get_text(like, "reason")) &&
            aimp_node_equal(aimp_get(f, "object"), aimp_get(like, "object")))
            return true;
    }
    return false;
}

static const aimp_node *candidate_like(const aimp_node *plan, const aimp_node *candidate) {
    const aimp_node *candidates = aimp_at(plan, "template", "candidates", NULL);
    for (size_t i = 0; i < aimp_count(candidates); i++) {
        const aimp_node *c = aimp_item(candidates, i);
        if (aimp_equal(aimp_get_text(c, "kind"), aimp_get_text(candidate, "kind")) &&
            aimp_equal(aimp_get_text(c, "name"), aimp_get_text(candidate, "name")))
            return c;
    }
    return NULL;
}

static void count(tally *all, const aimp_node *finding) {
    int64_t number = 0;
    aimp_integer_of(aimp_get(finding, "number"), &number);
    all->remedies++;
    all->recreated += aimp_is_true(aimp_at(finding, "remedy", "recreate", NULL));
    if (number > 0 && number < 2000) all->reasons[number]++;
}

static bool has_patch(const aimp_node *finding) {
    return aimp_count(aimp_at(finding, "remedy", "patch", NULL)) > 0;
}

static void try_findings(test_context *t, tally *all, const aim_cluster *cluster, const aim_ref *service,
                         const aimp_node *candidate, const aimp_node *findings, const char *where) {
    for (size_t i = 0; i < aimp_count(findings); i++) {
        const aimp_node *finding = aimp_item(findings, i);
        if (!has_patch(finding)) continue;
        aimp_mark mark = aimp_arena_mark(&t->arena);
        count(all, finding);
        aim_cluster *better = changed(t, cluster, aimp_get(finding, "remedy"));
        const aimp_node *plan = better && service ? plan_of(t, better, service) : NULL;
        const aimp_node *left = !service    ? lint_of(t, better)
                                : candidate ? aimp_get(candidate_like(plan, candidate), "findings")
                                            : aimp_get(plan, "findings");
        if (has_finding(left, finding)) FAIL("%s: still there after its remedy: %s", where, json(t, finding));
        aim_cluster_free(better);
        aimp_arena_rewind(&t->arena, mark);
    }
}

static void try_service(test_context *t, tally *all, const aim_cluster *cluster, const aim_ref *service,
                        const char *where) {
    const aimp_node *plan = plan_of(t, cluster, service), *candidates = aimp_at(plan, "template", "candidates", NULL);
    for (size_t i = 0; i < aimp_count(candidates); i++) {
        const aimp_node *candidate = aimp_item(candidates, i);
        try_findings(t, all, cluster, service, candidate, aimp_get(candidate, "findings"), where);
    }
    try_findings(t, all, cluster, service, NULL, aimp_get(plan, "findings"), where);
}

static void try_cluster(test_context *t, tally *all, const aim_cluster *cluster, const char *where) {
    aim_ref filter = {.struct_size = sizeof filter, .kind = "AIMService"};
    all->clusters++;
    for (size_t i = 0; i < aim_cluster_count(cluster, &filter); i++) {
        aim_ref service = {.struct_size = sizeof service};
        aim_cluster_at(cluster, &filter, i, &service, NULL);
        aimp_mark mark = aimp_arena_mark(&t->arena);
        try_service(t, all, cluster, &service, where);
        aimp_arena_rewind(&t->arena, mark);
    }
    aimp_mark mark = aimp_arena_mark(&t->arena);
    try_findings(t, all, cluster, NULL, NULL, lint_of(t, cluster), where);
    aimp_arena_rewind(&t->arena, mark);
}

/* --- where clusters come from --- */

static bool add_file(test_context *t, aim_cluster *cluster, const char *path) {
    size_t size;
    char *text = test_read_file(t, path, &size);
    aim_source source = {.struct_size = sizeof source, .name = path, .data = text, .size = size};
    return text && aim_cluster_add(cluster, &source, NULL, NULL) == AIM_OK;
}

/* One cluster of all YAML files of a folder; files that are input of the tool's error cases are left out. */
static void try_folder(test_context *t, tally *all, const char *folder) {
    aimp_mark mark = aimp_arena_mark(&t->arena);
    aim_cluster *cluster;
    struct dirent **entries;
    if (aim_cluster_new(t->context, &cluster, NULL)) return;
    int found = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        const char *name = entries[i]->d_name;
        bool is_input = aimp_ends_with(name, ".yaml") && !aimp_ends_with(name, "plan.yaml");
        if (is_input) add_file(t, cluster, aimp_format(&t->arena, "%s/%s", folder, name));
        free(entries[i]);
    }
    if (found >= 0) free(entries);
    try_cluster(t, all, cluster, folder);
    aim_cluster_free(cluster);
    aimp_arena_rewind(&t->arena, mark);
}

static void try_folders(test_context *t, tally *all, const char *root) {
    struct dirent **entries;
    int found = scandir(root, &entries, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        if (entries[i]->d_name[0] != '.') try_folder(t, all, aimp_format(&t->arena, "%s/%s", root, entries[i]->d_name));
        free(entries[i]);
    }
    if (found >= 0) free(entries);
}

static void show(const tally *all) {
    printf("remedies: %zu in %zu clusters, %zu of them recreate:", all->remedies, all->clusters, all->recreated);
    for (int32_t i = 0; i < 2000; i++) {
        if (all->reasons[i]) printf(" %s %zu", aim_reason_name(i), all->reasons[i]);
    }
    putchar('\n');
}

TEST(remedies, of_examples_and_golden_cases_are_true) {
    tally all = {0};
    try_folders(t, &all, aimp_format(&t->arena, "%s/examples", test_source_folder()));
    try_folders(t, &all, aimp_format(&t->arena, "%s/tests/golden", test_source_folder()));
    show(&all);
    CHECK(all.remedies > 50);
    CHECK(all.recreated > 0);
}

TEST(remedies, inside_of_a_list_are_true) {
    tally all = {0};
    aim_cluster *cluster = test_cluster(
        t, "---\napiVersion: v1\nkind: Secret\nmetadata: {name: pull, namespace: team}\n"
           "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: AIMService\nmetadata: {name: chat, namespace: team}\n"
           "spec: {model: {name: x}, imagePullSecrets: [{name: pull}, {name: pul}]}\n");
    try_cluster(t, &all, cluster, "a secret in a list");
    aim_cluster_free(cluster);
    CHECK_INTEGER(all.remedies, 1);
}

TEST(remedies, of_the_reference_cases_are_true) {
    const char *root = aimp_format(&t->arena, "%s/../shared/vectors", test_source_folder());
    static const char *const areas[] = {"cache", "fleet",          "model",  "render",
                                        "route", "runtime-config", "status", "template"};
    DIR *folder = opendir(root);
    if (!folder) {
        test_skip(t, "the reference's answers are not beside the project (../shared/vectors)");
        return;
    }
    closedir(folder);
    tally all = {0};
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++)
        try_folders(t, &all, aimp_format(&t->arena, "%s/%s", root, areas[i]));
    show(&all);
    CHECK(all.remedies > 100);
}
