/* The first program: which template does a service get, and why does every other one lose?
 *
 *   first_answer NAMESPACE NAME FILE...
 *
 * Exit code: 0 an answer was printed, 1 there is none, 2 wrong usage. */
#include <inttypes.h>
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

static void print_error(const aim_error *error) {
    if (aim_error_line(error))
        fprintf(stderr, "%s:%" PRIu64 ":%" PRIu64 ": ", aim_error_source(error), aim_error_line(error),
                aim_error_column(error));
    fprintf(stderr, "%s\n", aim_error_message(error));
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: first_answer NAMESPACE NAME FILE...\n");
        return 2;
    }
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_plan *plan = NULL;
    aim_buffer *text = NULL;
    aim_error *error = NULL;
    aim_ref service = {.struct_size = sizeof service, .ns = argv[1], .name = argv[2]};

    aim_code code = aim_context_new(NULL, &context, &error);
    if (!code) code = aim_cluster_new(context, &cluster, &error);
    for (int i = 3; i < argc && !code; i++)
        code = add_file(cluster, argv[i], &error);
    if (!code) code = aim_plan_new(cluster, &service, NULL, &plan, &error);
    if (!code) code = aim_plan_render(plan, AIM_PART_EXPLANATION, AIM_FORMAT_TEXT, 0, &text, &error);
    if (!code)
        fputs(aim_buffer_data(text), stdout);
    else
        print_error(error);

    aim_error_free(error);
    aim_buffer_free(text);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
    aim_context_free(context);
    return code ? 1 : 0;
}
