/* Writes what no command of the tool writes, for the tests of the schemas: the case file of documents, or the plans of
 * their services, a line each, where Events are read only for a plan that asks for them.
 *
 *   aim_case_writer [--sparing] FILE...
 *
 * Exit code: 0 it was written, 1 it was not, 2 wrong usage. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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

static aim_code write_case(const aim_cluster *cluster, aim_error **error) {
    aim_buffer *buffer = NULL;
    const aim_code code = aim_cluster_render_case(cluster, 0, &buffer, error);
    if (!code) fwrite(aim_buffer_data(buffer), 1, aim_buffer_size(buffer), stdout);
    aim_buffer_free(buffer);
    return code;
}

static aim_code write_plan(const aim_cluster *cluster, const aim_ref *service, aim_error **error) {
    aim_plan *plan = NULL;
    aim_buffer *buffer = NULL;
    aim_code code = aim_plan_new(cluster, service, NULL, &plan, error);
    if (!code) code = aim_plan_render(plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, error);
    if (!code) fwrite(aim_buffer_data(buffer), 1, aim_buffer_size(buffer), stdout);
    aim_buffer_free(buffer);
    aim_plan_free(plan);
    return code;
}

static aim_code write_plans(aim_cluster *cluster, aim_error **error) {
    static const char *const kinds[] = {"Event"};
    const aim_fetch_options sparing = {
        .struct_size = sizeof sparing, .flags = AIM_FETCH_SPARING, .kinds = kinds, .kind_count = 1};
    const aim_ref services = {.struct_size = sizeof services, .kind = "AIMService"};
    aim_fetch *fetch = NULL;
    aim_code code = aim_fetch_new(cluster, &sparing, &fetch, error);
    for (size_t i = 0; !code && i < aim_cluster_count(cluster, &services); i++) {
        aim_ref service = {.struct_size = sizeof service};
        code = aim_cluster_at(cluster, &services, i, &service, error);
        if (!code) code = write_plan(cluster, &service, error);
    }
    aim_fetch_free(fetch);
    return code;
}

int main(int argc, char **argv) {
    const bool sparing = argc > 1 && strcmp(argv[1], "--sparing") == 0;
    if (argc < 2) {
        fprintf(stderr, "usage: aim_case_writer [--sparing] FILE...\n");
        return 2;
    }
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_error *error = NULL;
    aim_code code = aim_context_new(NULL, &context, &error);
    if (!code) code = aim_cluster_new(context, &cluster, &error);
    for (int i = 1 + sparing; !code && i < argc; i++)
        code = add_file(cluster, argv[i], &error);
    if (!code) code = sparing ? write_plans(cluster, &error) : write_case(cluster, &error);
    if (code) fprintf(stderr, "%s: %s\n", aim_code_name(code), error ? aim_error_message(error) : "cannot be read");
    aim_error_free(error);
    aim_cluster_free(cluster);
    aim_context_free(context);
    return code ? 1 : 0;
}
