#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *job_read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *text = malloc((size_t)1 << 22);
    if (!file || !text) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    *size = fread(text, 1, (size_t)1 << 22, file);
    fclose(file);
    return text;
}

aim_code job_fill(aim_context *context, const char *text, size_t size, aim_cluster **out) {
    aim_source source = {.struct_size = sizeof source, .name = "text", .data = text, .size = size};
    aim_code code = aim_cluster_new(context, out, NULL);
    if (code) return code;
    code = aim_cluster_add(*out, &source, NULL, NULL);
    if (code) {
        aim_cluster_free(*out);
        *out = NULL;
    }
    return code;
}

/* FNV-1a; gives the buffer back. */
static void take(uint64_t *hash, aim_buffer *buffer) {
    const char *bytes = aim_buffer_data(buffer);
    for (size_t i = 0; i < aim_buffer_size(buffer); i++)
        *hash = (*hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    aim_buffer_free(buffer);
}

static aim_code answer_service(const aim_cluster *cluster, const aim_ref *service, uint64_t *hash) {
    static const struct {
        int32_t part, format;
    } forms[] = {{AIM_PART_EXPLANATION, AIM_FORMAT_WIDE},
                 {AIM_PART_PLAN, AIM_FORMAT_JSON},
                 {AIM_PART_PLAN, AIM_FORMAT_YAML},
                 {AIM_PART_PLAN, AIM_FORMAT_MARKDOWN},
                 {AIM_PART_STATUS, AIM_FORMAT_TEXT}};
    aim_plan *plan = NULL;
    aim_diff *diff = NULL;
    aim_buffer *buffer = NULL;
    aim_code code = aim_plan_new(cluster, service, NULL, &plan, NULL);
    for (size_t i = 0; !code && i < sizeof forms / sizeof *forms; i++) {
        code = aim_plan_render(plan, forms[i].part, forms[i].format, 0, &buffer, NULL);
        if (!code) take(hash, buffer);
    }
    if (!code) code = aim_diff_new(plan, cluster, NULL, &diff, NULL);
    if (!code) code = aim_diff_render(diff, AIM_FORMAT_JSON, 0, &buffer, NULL);
    if (!code) take(hash, buffer);
    aim_diff_free(diff);
    aim_plan_free(plan);
    return code;
}

aim_code job_answer(const aim_cluster *cluster, size_t first, uint64_t *hash) {
    aim_ref services = {.struct_size = sizeof services, .kind = "AIMService"};
    const size_t count = aim_cluster_count(cluster, &services);
    uint64_t sum = 0;
    aim_lint *lint = NULL;
    aim_buffer *buffer = NULL;
    for (size_t i = 0; i < count; i++) {
        aim_ref service = {.struct_size = sizeof service};
        uint64_t own = 0xcbf29ce484222325u;
        aim_code code = aim_cluster_at(cluster, &services, (first + i) % count, &service, NULL);
        if (!code) code = answer_service(cluster, &service, &own);
        if (code) return code;
        sum += own; /* the same in any order */
    }
    aim_code code = aim_lint_new(cluster, NULL, &lint, NULL);
    if (!code) code = aim_lint_render(lint, AIM_FORMAT_SARIF, 0, &buffer, NULL);
    aim_lint_free(lint);
    if (code) return code;
    take(&sum, buffer);
    code = aim_cluster_render_case(cluster, 0, &buffer, NULL);
    if (code) return code;
    take(&sum, buffer);
    *hash = sum;
    return AIM_OK;
}

aim_code job_run(const aim_allocator *allocator, const char *text, size_t size, uint64_t *hash) {
    aim_context_options options = {.struct_size = sizeof options, .allocator = allocator};
    aim_context *context = NULL;
    aim_cluster *cluster = NULL;
    aim_code code = aim_context_new(&options, &context, NULL);
    if (!code) code = job_fill(context, text, size, &cluster);
    if (!code) code = job_answer(cluster, 0, hash);
    aim_cluster_free(cluster);
    aim_context_free(context);
    return code;
}
