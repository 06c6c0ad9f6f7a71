/* One manifest of a service on its own, whether its turn has come or not. */
#include <aim/manifest.h>

#include <string.h>

#include "base/buffer.h"
#include "doc/writer.h"
#include "plan/answer.h"

typedef struct job {
    const aimp_node *object;
    int32_t format;
} job;

static const aimp_node *find(const aimp_actions *actions, aimp_kind kind) {
    for (size_t i = 0; i < actions->count; i++) {
        if (actions->items[i].kind == kind) return actions->items[i].object;
    }
    return NULL;
}

static void write_object(aimp_text *out, void *arg) {
    const job *j = arg;
    if (j->format == AIM_FORMAT_YAML)
        aimp_write_yaml(out, j->object);
    else
        aimp_write_json_line(out, j->object);
}

aim_code aim_manifest_render(const aim_cluster *cluster, const aim_ref *service, const char *kind,
                             const aim_options *options, int32_t format, uint32_t flags, aim_buffer **out,
                             aim_error **err) {
    static const aimp_kind rendered[] = {AIMP_MODEL,      AIMP_TEMPLATE, AIMP_TEMPLATE_CACHE, AIMP_INFERENCE_SERVICE,
                                         AIMP_HTTP_ROUTE, AIMP_ARTIFACT, AIMP_CLAIM,          AIMP_JOB};
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!cluster || !kind || !out)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    const aim_allocator *allocator = &cluster->context->allocator;
    if ((format != AIM_FORMAT_JSON && format != AIM_FORMAT_YAML) || flags)
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "a manifest is JSON or YAML, without flags");
    const aimp_kind wanted = aimp_kind_named(kind);
    bool known = false;
    for (size_t i = 0; i < sizeof rendered / sizeof *rendered; i++)
        known = known || rendered[i] == wanted;
    if (!known)
        return aimp_fail(err, allocator, AIM_E_UNSUPPORTED, NULL,
                         "no object of kind \"%.100s\" is ever rendered for a service", kind);
    aimp_answer *answer;
    aim_code code = aimp_answer_new(cluster, service, options, AIMP_TO_MANIFESTS, &answer, err);
    if (code) return code;
    job j = {find(&answer->plan.apply, wanted), format};
    if (!j.object) j.object = find(&answer->plan.later, wanted);
    if (j.object)
        code = aimp_write_out(cluster->context, write_object, &j, NULL, out, err);
    else
        code = aimp_fail(err, allocator, AIM_E_NOT_FOUND, NULL, "the service does not lead to an object of kind %s",
                         aimp_kind_of(wanted)->kind);
    aimp_answer_free(answer);
    return code;
}
