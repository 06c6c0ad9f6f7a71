/* One manifest of a service on its own, whether its turn has come or not. */
#include <aim/manifest.h>

#include <string.h>

#include "base/buffer.h"
#include "doc/writer.h"
#include "plan/answer.h"

typedef struct job {
    aim_buffer *buffer;
    aimp_answer *answer;
    aimp_kind kind;
    int32_t format;
    bool found;
} job;

static const aimp_node *find(const aimp_actions *actions, aimp_kind kind) {
    for (size_t i = 0; i < actions->count; i++) {
        if (actions->items[i].kind == kind) return actions->items[i].object;
    }
    return NULL;
}

static void render(void *arg) {
    job *j = arg;
    const aimp_service_plan *plan = &j->answer->plan;
    const aimp_node *object = find(&plan->apply, j->kind);
    if (!object) object = find(&plan->later, j->kind);
    j->found = object != NULL;
    if (!object) return;
    aimp_text out = aimp_text_new(aimp_buffer_arena(j->buffer));
    if (j->format == AIM_FORMAT_YAML)
        aimp_write_yaml(&out, object);
    else
        aimp_write_json(&out, object);
    if (j->format == AIM_FORMAT_JSON) aimp_text_add_char(&out, '\n');
    aimp_buffer_set(j->buffer, aimp_text_string(&out), out.size);
}

aim_code aim_manifest_render(const aim_cluster *cluster, const aim_ref *service, const char *kind,
                             const aim_options *options, int32_t format, aim_buffer **out, aim_error **err) {
    static const aimp_kind rendered[] = {AIMP_MODEL,      AIMP_TEMPLATE, AIMP_TEMPLATE_CACHE, AIMP_INFERENCE_SERVICE,
                                         AIMP_HTTP_ROUTE, AIMP_ARTIFACT, AIMP_CLAIM,          AIMP_JOB};
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!cluster || !kind || !out || (format != AIM_FORMAT_JSON && format != AIM_FORMAT_YAML))
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL,
                         "an argument is NULL, or the format is neither JSON nor YAML");
    const aim_allocator *allocator = &cluster->context->allocator;
    job j = {.kind = aimp_kind_named(kind), .format = format};
    bool known = false;
    for (size_t i = 0; i < sizeof rendered / sizeof *rendered; i++)
        known = known || rendered[i] == j.kind;
    if (!known)
        return aimp_fail(err, allocator, AIM_E_UNSUPPORTED, NULL,
                         "no object of kind \"%.100s\" is ever rendered for a service", kind);
    aim_code code = aimp_answer_new(cluster, service, options, AIMP_TO_PLAN, &j.answer, err);
    if (code) return code;
    code = aimp_buffer_make(cluster->context, NULL, render, &j, &j.buffer, out, err);
    aimp_answer_free(j.answer);
    if (code || j.found) return code;
    aim_buffer_free(*out);
    *out = NULL;
    return aimp_fail(err, allocator, AIM_E_NOT_FOUND, NULL, "the service does not lead to an object of kind %s",
                     aimp_kind_of(j.kind)->kind);
}
