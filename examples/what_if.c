/* What if? The template of a service as things are, with one more node, without one, and without any.
 *
 *   what_if NAMESPACE NAME GPU FILE...        GPU: the model of the node to add, such as MI325X
 *
 * Each question is asked of a clone. A clone shares its objects with the original, and neither sees a change of the
 * other, so the cluster that was read stays as it is.
 *
 * Exit code: 0 every question was answered, 1 one was not, 2 wrong usage. */
#include <stdio.h>

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

/* A node as the GPU operator labels it. */
static aim_code add_node(aim_cluster *cluster, const char *gpu, aim_error **error) {
    char text[512];
    int size = snprintf(text, sizeof text,
                        "apiVersion: v1\n"
                        "kind: Node\n"
                        "metadata:\n"
                        "  name: what-if\n"
                        "  labels:\n"
                        "    amd.com/gpu.product-name: AMD_Instinct_%.32s_OAM\n"
                        "status:\n"
                        "  allocatable:\n"
                        "    amd.com/gpu: \"8\"\n"
                        "  conditions:\n"
                        "  - type: Ready\n"
                        "    status: \"True\"\n",
                        gpu);
    aim_source source = {.struct_size = sizeof source, .name = "(one more node)", .data = text, .size = (size_t)size};
    return aim_cluster_add(cluster, &source, NULL, error);
}

static aim_code print_template(const char *when, const aim_cluster *cluster, const aim_ref *service,
                               aim_error **error) {
    aim_selection *selection = NULL;
    aim_candidate chosen = {.struct_size = sizeof chosen};
    aim_code code = aim_selection_new(cluster, service, NULL, &selection, error);
    if (code) return code;
    if (aim_selection_chosen(selection, &chosen) == AIM_OK)
        printf("%-24s %s\n", when, chosen.name);
    else
        printf("%-24s none: %s\n", when, aim_selection_message(selection));
    aim_selection_free(selection);
    return AIM_OK;
}

static aim_code with_one_more(const aim_cluster *cluster, const aim_ref *service, const char *gpu, aim_error **error) {
    aim_cluster *clone = NULL;
    char when[64];
    snprintf(when, sizeof when, "with a node of %.32s", gpu);
    aim_code code = aim_cluster_clone(cluster, &clone, error);
    if (!code) code = add_node(clone, gpu, error);
    if (!code) code = print_template(when, clone, service, error);
    aim_cluster_free(clone);
    return code;
}

/* Takes the nodes away one by one, and asks after the first and after the last. */
static aim_code without_nodes(const aim_cluster *cluster, const aim_ref *service, aim_error **error) {
    const aim_ref nodes = {.struct_size = sizeof nodes, .kind = "Node"};
    const size_t count = aim_cluster_count(cluster, &nodes);
    aim_cluster *clone = NULL;
    aim_code code = aim_cluster_clone(cluster, &clone, error);
    for (size_t left = count; left > 0 && !code; left--) {
        aim_ref node = {.struct_size = sizeof node};
        char when[300];
        code = aim_cluster_at(clone, &nodes, 0, &node, error);
        if (code) break;
        snprintf(when, sizeof when, "without node %.253s", node.name); /* the name goes away with the node */
        code = aim_cluster_remove(clone, &node, error);
        if (!code && left == count) code = print_template(when, clone, service, error);
        if (!code && left == 1) code = print_template("without any node", clone, service, error);
    }
    aim_cluster_free(clone);
    return code;
}

int main(int argc, char **argv) {
    if (argc < 5) {
        fprintf(stderr, "usage: what_if NAMESPACE NAME GPU FILE...\n");
        return 2;
    }
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_error *error = NULL;
    aim_ref service = {.struct_size = sizeof service, .ns = argv[1], .name = argv[2]};

    aim_code code = aim_context_new(NULL, &context, &error);
    if (!code) code = aim_cluster_new(context, &cluster, &error);
    for (int i = 4; i < argc && !code; i++)
        code = add_file(cluster, argv[i], &error);
    if (!code) code = print_template("as it is", cluster, &service, &error);
    if (!code) code = with_one_more(cluster, &service, argv[3], &error);
    if (!code) code = without_nodes(cluster, &service, &error);
    if (code) fprintf(stderr, "what_if: %s\n", aim_error_message(error));

    aim_error_free(error);
    aim_cluster_free(cluster);
    aim_context_free(context);
    return code ? 1 : 0;
}
