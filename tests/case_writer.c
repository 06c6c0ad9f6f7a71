/* Writes the case file of documents: the form that no command of the tool writes, for the tests of its schema.
 *
 *   aim_case_writer FILE...
 *
 * Exit code: 0 it was written, 1 it was not, 2 wrong usage. */
#include <stdio.h>

#include <aim/aim.h>

static aim_code read_file(char *buffer, size_t size, size_t *got, void *user) {
    *got = fread(buffer, 1, size, user);
    return ferror((FILE *)user) ? AIM_E_READ : AIM_OK;
}

static aim_code add_file(aim_cluster *cluster, const char *path, aim_error **error) {
    FILE *file = fopen(path, "rb");
    if (!file) return AIM_E_READ;
    aim_source source = {.struct_size = sizeof source, .name = path, .read = read_file, .user = file};
    aim_code code = aim_cluster_add(cluster, &source, NULL, error);
    fclose(file);
    return code;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: aim_case_writer FILE...\n");
        return 2;
    }
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_buffer *buffer = NULL;
    aim_error *error = NULL;
    aim_code code = aim_context_new(NULL, &context, &error);
    if (!code) code = aim_cluster_new(context, &cluster, &error);
    for (int i = 1; !code && i < argc; i++)
        code = add_file(cluster, argv[i], &error);
    if (!code) code = aim_cluster_render_case(cluster, 0, &buffer, &error);
    if (code)
        fprintf(stderr, "%s: %s\n", aim_code_name(code), error ? aim_error_message(error) : "cannot be read");
    else
        fwrite(aim_buffer_data(buffer), 1, aim_buffer_size(buffer), stdout);
    aim_buffer_free(buffer);
    aim_error_free(error);
    aim_cluster_free(cluster);
    aim_context_free(context);
    return code ? 1 : 0;
}
