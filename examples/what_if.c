/* What if? The template of a service as things are, with one more node, and without each of the nodes.
 *
 *   what_if NAMESPACE NAME FILE...
 *
 * Each question is asked of a clone. A clone shares its objects with the original, and neither sees a change of the
 * other, so the cluster that was read stays as it is.
 *
 * Exit code: 0 every question was answered, 1 one was not, 2 wrong usage. */
#include <stdio.h>
#include <string.h>

#include <aim/aim.h>

static aim_code read_file(char *buffer, size_t size, size_t *got, void *user) {
    FILE *file = user;
    if (!file) return AIM_E_READ;
    *got = fread(buffer, 1, size, file);
    return ferror(file) ? AIM_E_READ : AIM_OK;
}

static aim_code add_file(aim_cluster *cluster, const char *path, aim_error **error) {
    FILE *file = fopen(path, "rb");
    aim_source source = {.struct_size = sizeof source, .name = path, .read = read_file, .user = file};
    aim_code code = aim_cluster_add(cluster, &source, NULL, error);
    if (file) fclose(file);
    return code;
}

static aim_code add_text(aim_cluster *cluster, const char *text, aim_error **error) {
    aim_source source = {.struct_size = sizeof source, .name = "(what if)", .data = text, .size = strlen(text)};
    return aim_cluster_add(cluster, &source, NULL, error);
}

/* As the GPU operator labels it: 74a5 is an MI325X. */
static const char one_more_node[] = "apiVersion: v1\n"
                                    "kind: Node\n"
                                    "metadata:\n"
                                    "  name: what-if-mi325x\n"
                                    "  labels:\n"
                                    "    amd.com/gpu.device-id: \"74a5\"\n"
                                    "status:\n"
                                    "  allocatable:\n"
                                    "    amd.com/gpu: \"8\"\n"
                                    "  conditions:\n"
                                    "  - type: Ready\n"
                                    "    status: \"True\"\n";

/* One line: the template that is chosen now, and whether that is another one than before (NULL: nothing to compare). */
static aim_code print_template(const char *when, const aim_cluster *cluster, const aim_ref *service,
                               const aim_selection *before, aim_error **error) {
    aim_selection *now = NULL;
    aim_candidate old = {.struct_size = sizeof old}, chosen = {.struct_size = sizeof chosen};
    aim_code code = aim_selection_new(cluster, service, NULL, &now, error);
    if (code) return code;
    if (before) aim_selection_chosen(before, &old); /* leaves old.name NULL when nothing is chosen */
    aim_selection_chosen(now, &chosen);
    const char *old_name = old.name ? old.name : "none", *name = chosen.name ? chosen.name : "none";
    const char *remark = !before ? "" : strcmp(old_name, name) == 0 ? " (no change)" : " (changed)";
    printf("%s: %s%s\n", when, name, remark);
    if (!chosen.name) printf("  %s\n", aim_selection_message(now));
    aim_selection_free(now);
    return AIM_OK;
}

static aim_code with_one_more(const aim_cluster *cluster, const aim_ref *service, const aim_selection *before,
                              aim_error **error) {
    aim_cluster *clone = NULL;
    aim_code code = aim_cluster_clone(cluster, &clone, error);
    if (!code) code = add_text(clone, one_more_node, error);
    if (!code) code = print_template("with a node of MI325X", clone, service, before, error);
    aim_cluster_free(clone);
    return code;
}

/* node belongs to the original cluster: its strings stay valid when the clone loses the node. */
static aim_code without_node(const aim_cluster *cluster, const aim_ref *service, const aim_ref *node,
                             const aim_selection *before, aim_error **error) {
    aim_cluster *clone = NULL;
    char when[300];
    snprintf(when, sizeof when, "without node %s", node->name);
    aim_code code = aim_cluster_clone(cluster, &clone, error);
    if (!code) code = aim_cluster_remove(clone, node, error);
    if (!code) code = print_template(when, clone, service, before, error);
    aim_cluster_free(clone);
    return code;
}

static aim_code without_each_node(const aim_cluster *cluster, const aim_ref *service, const aim_selection *before,
                                  aim_error **error) {
    const aim_ref nodes = {.struct_size = sizeof nodes, .kind = "Node"};
    const size_t count = aim_cluster_count(cluster, &nodes);
    aim_code code = AIM_OK;
    for (size_t i = 0; i < count && !code; i++) {
        aim_ref node = {.struct_size = sizeof node};
        code = aim_cluster_at(cluster, &nodes, i, &node, error);
        if (!code) code = without_node(cluster, service, &node, before, error);
    }
    return code;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: what_if NAMESPACE NAME FILE...\n");
        return 2;
    }
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_selection *before = NULL;
    aim_error *error = NULL;
    aim_ref service = {.struct_size = sizeof service, .ns = argv[1], .name = argv[2]};

    aim_code code = aim_context_new(NULL, &context, &error);
    if (!code) code = aim_cluster_new(context, &cluster, &error);
    for (int i = 3; i < argc && !code; i++)
        code = add_file(cluster, argv[i], &error);
    if (!code) code = aim_selection_new(cluster, &service, NULL, &before, &error);
    if (!code) code = print_template("as it is", cluster, &service, NULL, &error);
    if (!code) code = with_one_more(cluster, &service, before, &error);
    if (!code) code = without_each_node(cluster, &service, before, &error);
    if (code) fprintf(stderr, "what_if: %s\n", aim_error_message(error));

    aim_error_free(error);
    aim_selection_free(before);
    aim_cluster_free(cluster);
    aim_context_free(context);
    return code ? 1 : 0;
}
