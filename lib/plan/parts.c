/* The public faces of the parts of an answer: resolution, selection, cache plan. */
#include <string.h>

#include "plan/answer.h"

/* --- model --- */

aim_code aim_resolution_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                            aim_resolution **out, aim_error **err) {
    aimp_answer *answer;
    if (!out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "out is NULL");
    *out = NULL;
    aim_code code = aimp_answer_new(cluster, service, options, AIMP_TO_TEMPLATE, &answer, err);
    if (!code) *out = &answer->resolution;
    return code;
}

void aim_resolution_free(aim_resolution *resolution) {
    if (resolution) aimp_answer_free(resolution->answer);
}

aim_code aim_resolution_answer(const aim_resolution *resolution, aim_model_answer *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !resolution) return code ? code : AIM_E_ARGUMENT;
    const aimp_resolution *r = &resolution->answer->plan.pass.model;
    const aimp_object *o = r->object;
    aim_model_answer answer = {
        .outcome = r->outcome, .reason_name = aimp_reason_text(r->reason), .message = aimp_or_empty(r->message)};
    if (r->create) {
        answer.scope = AIM_SCOPE_NAMESPACE;
        answer.kind = "AIMModel";
        answer.ns = resolution->answer->plan.pass.ns;
        answer.name = r->create_name;
    } else if (o) {
        answer.scope = o->ns ? AIM_SCOPE_NAMESPACE : AIM_SCOPE_CLUSTER;
        answer.kind = aimp_kind_of(o->kind)->kind;
        answer.ns = o->ns;
        answer.name = o->name;
        answer.status = *o->state ? o->state : NULL;
    }
    aimp_struct_fill(out, &answer, sizeof answer);
    return AIM_OK;
}

/* --- template --- */

aim_code aim_selection_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                           aim_selection **out, aim_error **err) {
    aimp_answer *answer;
    if (!out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "out is NULL");
    *out = NULL;
    aim_code code = aimp_answer_new(cluster, service, options, AIMP_TO_TEMPLATE, &answer, err);
    if (!code) *out = &answer->selection;
    return code;
}

void aim_selection_free(aim_selection *selection) {
    if (selection) aimp_answer_free(selection->answer);
}

static const aimp_selection *selection_of(const aim_selection *selection) {
    return &selection->answer->plan.pass.template_;
}

int32_t aim_selection_outcome(const aim_selection *selection) {
    return selection ? selection_of(selection)->outcome : 0;
}
const char *aim_selection_reason(const aim_selection *selection) {
    return selection ? aimp_reason_text(selection_of(selection)->reason) : "";
}
const char *aim_selection_message(const aim_selection *selection) {
    return selection ? aimp_or_empty(selection_of(selection)->message) : "";
}
size_t aim_selection_count(const aim_selection *selection) {
    return selection ? selection_of(selection)->candidate_count : 0;
}

static void show(const aimp_candidate *c, aim_candidate *out) {
    aim_candidate shown = {.score = c->rank ? c->score.key : 0,
                           .verdict = c->verdict,
                           .rank = (int32_t)c->rank,
                           .kind = aimp_kind_of(c->object->kind)->kind,
                           .ns = c->object->ns,
                           .name = c->object->name,
                           .stage = aimp_stage_name(c->stage),
                           .reason_name = aimp_reason_text(c->reason),
                           .finding_count = c->findings.count};
    aimp_struct_fill(out, &shown, sizeof shown);
}

aim_code aim_selection_chosen(const aim_selection *selection, aim_candidate *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !selection) return code ? code : AIM_E_ARGUMENT;
    const aimp_selection *s = selection_of(selection);
    if (!s->object) return AIM_E_NOT_FOUND;
    if (s->candidate_count && s->candidates[0].object == s->object) {
        show(&s->candidates[0], out);
        return AIM_OK;
    }
    aim_candidate named = {.verdict = AIM_VERDICT_CHOSEN,
                           .kind = aimp_kind_of(s->object->kind)->kind,
                           .ns = s->object->ns,
                           .name = s->object->name,
                           .stage = "",
                           .reason_name = aimp_reason_text(s->reason)};
    aimp_struct_fill(out, &named, sizeof named);
    return AIM_OK;
}

aim_code aim_selection_at(const aim_selection *selection, size_t index, aim_candidate *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !selection) return code ? code : AIM_E_ARGUMENT;
    if (index >= selection_of(selection)->candidate_count) return AIM_E_NOT_FOUND;
    show(&selection_of(selection)->candidates[index], out);
    return AIM_OK;
}

aim_code aim_selection_finding(const aim_selection *selection, size_t candidate, size_t index, aim_finding *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !selection) return code ? code : AIM_E_ARGUMENT;
    if (candidate >= selection_of(selection)->candidate_count) return AIM_E_NOT_FOUND;
    const aimp_finding *f = selection_of(selection)->candidates[candidate].findings.first;
    for (; f && index > 0; f = f->next)
        index--;
    if (!f) return AIM_E_NOT_FOUND;
    aimp_struct_fill(out, &f->shown, sizeof *out);
    return AIM_OK;
}

/* --- cache --- */

aim_code aim_cache_plan_new(const aim_cluster *cluster, const aim_ref *service, const aim_options *options,
                            aim_cache_plan **out, aim_error **err) {
    aimp_answer *answer;
    if (!out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "out is NULL");
    *out = NULL;
    aim_code code = aimp_answer_new(cluster, service, options, AIMP_TO_CACHE, &answer, err);
    if (!code) *out = &answer->cache;
    return code;
}

void aim_cache_plan_free(aim_cache_plan *plan) {
    if (plan) aimp_answer_free(plan->answer);
}

static uint64_t storage_bytes(const aimp_cache_source *s) {
    return (uint64_t)s->claim_gibibytes << 30;
}

aim_code aim_cache_plan_answer(const aim_cache_plan *plan, aim_cache_answer *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !plan) return code ? code : AIM_E_ARGUMENT;
    const aimp_cache *cache = &plan->answer->plan.pass.cache;
    int32_t outcome = cache->found.object                  ? AIM_CACHE_REUSED
                      : cache->create                      ? AIM_CACHE_CREATE
                      : aimp_failed(&cache->found.failure) ? AIM_CACHE_ERROR
                                                           : AIM_CACHE_NONE;
    aim_cache_answer answer = {
        .outcome = outcome, .dedicated = cache->dedicated, .name = cache->name, .artifact_count = cache->source_count};
    for (size_t i = 0; i < cache->source_count; i++) {
        if (!aimp_is_ready(cache->sources[i].artifact)) answer.download_bytes += (uint64_t)cache->sources[i].size_bytes;
        answer.storage_bytes += storage_bytes(&cache->sources[i]);
    }
    aimp_struct_fill(out, &answer, sizeof answer);
    return AIM_OK;
}

aim_code aim_cache_plan_at(const aim_cache_plan *plan, size_t index, aim_cache_artifact *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !plan) return code ? code : AIM_E_ARGUMENT;
    const aimp_cache *cache = &plan->answer->plan.pass.cache;
    if (index >= cache->source_count) return AIM_E_NOT_FOUND;
    const aimp_cache_source *s = &cache->sources[index];
    aim_cache_artifact artifact = {.size_bytes = (uint64_t)s->size_bytes,
                                   .storage_bytes = storage_bytes(s),
                                   .exists = s->artifact != NULL,
                                   .name = s->artifact_name,
                                   .model_id = s->model_id,
                                   .source_uri = s->uri,
                                   .status = s->artifact && *s->artifact->state ? s->artifact->state : NULL};
    aimp_struct_fill(out, &artifact, sizeof artifact);
    return AIM_OK;
}
