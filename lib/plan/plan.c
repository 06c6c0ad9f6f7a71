/* The public face of plans, and of the health that is part of them. */
#include <aim/health.h>
#include <aim/manifest.h>

#include <string.h>

#include "base/buffer.h"
#include "doc/writer.h"
#include "plan/answer.h"

aim_code aim_plan_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options, aim_plan **out,
                      aim_error **err) {
    aimp_answer *answer;
    if (!out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "out is NULL");
    *out = NULL;
    aim_code code = aimp_answer_new(cluster, service, options, AIMP_TO_PLAN, &answer, err);
    if (!code) *out = &answer->whole;
    return code;
}

void aim_plan_free(aim_plan *plan) {
    if (plan) aimp_answer_free(plan->answer);
}

/* Other kinds have no such parts. */
static bool is_of_service(const aim_plan *plan) {
    return plan && plan->answer->plan.kind->kind == AIMP_SERVICE;
}

const aim_resolution *aim_plan_resolution(const aim_plan *plan) {
    return is_of_service(plan) ? &plan->answer->resolution : NULL;
}
const aim_selection *aim_plan_selection(const aim_plan *plan) {
    return is_of_service(plan) ? &plan->answer->selection : NULL;
}
const aim_cache_plan *aim_plan_cache(const aim_plan *plan) {
    return is_of_service(plan) ? &plan->answer->cache : NULL;
}
const char *aim_plan_status(const aim_plan *plan) {
    return plan ? aimp_or_empty(plan->answer->plan.health.root) : "";
}

const char *aim_plan_finalizer(const aim_plan *plan, int32_t verb) {
    if (!plan) return NULL;
    const aimp_plan *p = &plan->answer->plan;
    return verb == AIM_ACTION_ADD_FINALIZER      ? p->add_finalizer
           : verb == AIM_ACTION_REMOVE_FINALIZER ? p->remove_finalizer
                                                 : NULL;
}

int64_t aim_plan_requeue_after(const aim_plan *plan) {
    return plan ? aimp_plan_requeue(&plan->answer->plan) : -1;
}

int32_t aim_plan_is_retried(const aim_plan *plan) {
    return plan && plan->answer->plan.health.retry;
}

/* Deletions come first, as the reference runs them. */
static const aimp_action *action_at(const aim_plan *plan, size_t index, bool *deletes) {
    if (!plan) return NULL;
    const aimp_plan *p = &plan->answer->plan;
    *deletes = index < p->remove.count;
    if (*deletes) return &p->remove.items[index];
    index -= p->remove.count;
    return index < p->apply.count ? &p->apply.items[index] : NULL;
}

size_t aim_plan_action_count(const aim_plan *plan) {
    return plan ? plan->answer->plan.remove.count + plan->answer->plan.apply.count : 0;
}

aim_code aim_plan_action_at(const aim_plan *plan, size_t index, aim_action *out) {
    bool deletes;
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !plan) return code ? code : AIM_E_ARGUMENT;
    const aimp_action *action = action_at(plan, index, &deletes);
    if (!action) return AIM_E_NOT_FOUND;
    aim_action shown = {.verb = deletes ? AIM_ACTION_DELETE : AIM_ACTION_APPLY,
                        .owned = action->owned,
                        .api_version = aimp_get_text(action->object, "apiVersion"),
                        .kind = aimp_get_text(action->object, "kind"),
                        .ns = action->ns,
                        .name = action->name,
                        .uid = deletes ? action->uid : NULL,
                        .field_manager = deletes ? NULL : plan->answer->plan.manager};
    aimp_struct_fill(out, &shown, sizeof shown);
    return AIM_OK;
}

/* --- rendering --- */

typedef struct rendering {
    const aimp_plan *plan;
    const aimp_node *node; /* one object; NULL: a part of the plan */
    int32_t part, format;
    bool color;
} rendering;

static const aimp_node *node_of(const rendering *r, aimp_arena *arena) {
    if (r->node) return r->node;
    if (r->part == AIM_PART_STATUS) return aimp_plan_status_node(r->plan, arena);
    return aimp_plan_node(r->plan, arena);
}

static void write_text(const rendering *r, aimp_text *out) {
    bool wide = r->format == AIM_FORMAT_WIDE;
    if (r->format == AIM_FORMAT_MARKDOWN)
        aimp_write_markdown(r->plan, r->part, out);
    else if (r->part == AIM_PART_EXPLANATION)
        aimp_write_explanation(r->plan, out, wide, r->color);
    else if (r->part == AIM_PART_STATUS)
        aimp_write_status_text(r->plan, out, wide, r->color);
    else
        aimp_write_plan_text(r->plan, out, r->color);
}

static void write_rendering(aimp_text *out, void *arg) {
    const rendering *r = arg;
    if (r->format == AIM_FORMAT_JSON)
        aimp_write_json_line(out, node_of(r, out->arena));
    else if (r->format != AIM_FORMAT_YAML)
        write_text(r, out);
    else if (!r->node && r->part == AIM_PART_PLAN)
        aimp_write_manifests(r->plan, out);
    else
        aimp_write_yaml(out, node_of(r, out->arena));
}

static aim_code write_part(const aim_plan *plan, int32_t part, int32_t format, uint32_t flags, const aim_sink *sink,
                           aim_buffer **out, aim_error **err) {
    aim_code code = aimp_check_output(plan ? plan->answer->context : NULL, sink, out, err);
    if (code) return code;
    bool known = part >= AIM_PART_EXPLANATION && part <= AIM_PART_STATUS && format >= AIM_FORMAT_TEXT &&
                 format <= AIM_FORMAT_MARKDOWN;
    if (!known || (flags & ~AIM_RENDER_COLOR))
        return aimp_fail(err, &plan->answer->context->allocator, AIM_E_ARGUMENT, NULL, "unknown part, format or flags");
    rendering r = {&plan->answer->plan, NULL, part, format, (flags & AIM_RENDER_COLOR) != 0};
    return aimp_write_out(plan->answer->context, write_rendering, &r, sink, out, err);
}

aim_code aim_plan_render(const aim_plan *plan, int32_t part, int32_t format, uint32_t flags, aim_buffer **out,
                         aim_error **err) {
    return write_part(plan, part, format, flags, NULL, out, err);
}

aim_code aim_plan_write(const aim_plan *plan, int32_t part, int32_t format, uint32_t flags, const aim_sink *sink,
                        aim_error **err) {
    return write_part(plan, part, format, flags, sink, NULL, err);
}

aim_code aim_plan_action_render(const aim_plan *plan, size_t index, int32_t format, uint32_t flags, aim_buffer **out,
                                aim_error **err) {
    bool deletes;
    aim_code code = aimp_check_output(plan ? plan->answer->context : NULL, NULL, out, err);
    if (code) return code;
    const aim_allocator *allocator = &plan->answer->context->allocator;
    if ((format != AIM_FORMAT_JSON && format != AIM_FORMAT_YAML) || flags)
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "an object is JSON or YAML, without flags");
    const aimp_action *action = action_at(plan, index, &deletes);
    if (!action || deletes) return aimp_fail(err, allocator, AIM_E_NOT_FOUND, NULL, "there is no such apply action");
    rendering r = {.node = action->object, .format = format};
    return aimp_write_out(plan->answer->context, write_rendering, &r, NULL, out, err);
}

/* --- findings and health --- */

size_t aim_plan_finding_count(const aim_plan *plan) {
    return plan ? plan->answer->plan.pass.findings.count : 0;
}

aim_code aim_plan_finding_at(const aim_plan *plan, size_t index, aim_finding *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !plan) return code ? code : AIM_E_ARGUMENT;
    const aimp_finding *f = plan->answer->plan.pass.findings.first;
    for (; f && index > 0; f = f->next)
        index--;
    if (!f) return AIM_E_NOT_FOUND;
    aimp_struct_fill(out, &f->shown, sizeof *out);
    return AIM_OK;
}

size_t aim_health_count(const aim_plan *plan) {
    size_t count = 0;
    for (size_t i = 0; plan && i < plan->answer->plan.health.count; i++)
        count += plan->answer->plan.health.components[i].name != NULL;
    return count;
}

aim_code aim_health_at(const aim_plan *plan, size_t index, aim_component *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !plan) return code ? code : AIM_E_ARGUMENT;
    for (size_t i = 0; i < plan->answer->plan.health.count; i++) {
        const aimp_component *c = &plan->answer->plan.health.components[i];
        if (!c->name || index-- > 0) continue;
        aim_component shown = {.name = c->name,
                               .state = aimp_component_state(c),
                               .reason = aimp_component_reason(c),
                               .message = aimp_component_message(c)};
        aimp_struct_fill(out, &shown, sizeof shown);
        return AIM_OK;
    }
    return AIM_E_NOT_FOUND;
}
