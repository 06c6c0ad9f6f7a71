/* Asking a question: find the service, run the pass under a guard, hand out the answer or an error. */
#include "plan/answer.h"

#include <string.h>

#include "kube/timestamp.h"

aimp_answer *aimp_answer_alloc(aim_context *context, aimp_guard *guard) {
    aimp_answer *answer = aimp_alloc(&context->allocator, sizeof *answer);
    if (!answer) return NULL;
    memset(answer, 0, sizeof *answer);
    aimp_context_retain(context);
    answer->context = context;
    atomic_init(&answer->holders, 1);
    aimp_arena_init(&answer->arena, &context->allocator, guard, 16384);
    answer->resolution.answer = answer->selection.answer = answer->cache.answer = answer->whole.answer = answer;
    return answer;
}

void aimp_answer_free(aimp_answer *answer) {
    if (!answer || atomic_fetch_sub_explicit(&answer->holders, 1, memory_order_acq_rel) != 1) return;
    aim_context *context = answer->context;
    aimp_answer *base = answer->base;
    for (aimp_held *h = answer->held; h; h = h->next)
        aimp_object_release(h->object);
    aimp_policy_release(answer->policy);
    aimp_arena_free(&answer->arena);
    aimp_release(&context->allocator, answer, sizeof *answer);
    aim_context_free(context);
    aimp_answer_free(base);
}

typedef struct question {
    aimp_answer *answer;
    const aim_cluster *cluster;
    const aimp_object *object;
    const aim_policy *policy;
    const char *now;
    aimp_depth depth;
} question;

static void decide(aimp_pass *pass, aimp_depth depth) {
    aimp_pass_resolve_config(pass);
    aimp_pass_observe(pass);
    aimp_pass_resolve_model(pass);
    aimp_pass_resolve_template(pass);
    if (depth == AIMP_TO_CACHE) aimp_pass_plan_cache(pass);
}

static void run(void *arg) {
    question *q = arg;
    aimp_plan *plan = &q->answer->plan;
    aimp_arena *arena = &q->answer->arena;
    aimp_pass_begin(&plan->pass, arena, q->cluster, q->object, q->policy,
                    q->now ? aimp_copy_string(arena, q->now) : NULL);
    plan->pass.held = &q->answer->held;
    aimp_pass_hold(&plan->pass, q->object);
    if (q->depth >= AIMP_TO_MANIFESTS)
        aimp_plan_object(plan);
    else
        decide(&plan->pass, q->depth);
    const aimp_selection *selection = &plan->pass.template_;
    aimp_findings_publish(arena, &plan->pass.findings);
    for (size_t i = 0; i < selection->candidate_count; i++)
        aimp_findings_publish(arena, &selection->candidates[i].findings);
}

aim_code aimp_options_check(const aim_options *options, const aim_allocator *allocator, aim_error **err) {
    if (!options) return AIM_OK;
    int64_t seconds;
    if (!aimp_struct_ok(options, sizeof *options, 0))
        return aimp_fail(err, allocator, AIM_E_STRUCT, NULL, "aim_options has a wrong struct_size or unknown flags");
    if (options->now && !aimp_timestamp_seconds(options->now, &seconds))
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL,
                         "aim_options.now is no RFC 3339 time in UTC such as 2026-01-02T03:04:05Z");
    return AIM_OK;
}

/* Only plans are made for other kinds than services. */
static aim_code find_object(const aim_cluster *cluster, const aim_ref *ref, aimp_depth depth, const aimp_object **out,
                            aim_error **err) {
    const aim_allocator *allocator = &cluster->context->allocator;
    if (!aimp_struct_ok(ref, sizeof *ref, 0))
        return aimp_fail(err, allocator, AIM_E_STRUCT, NULL, "aim_ref has a wrong struct_size or unknown flags");
    const aimp_kind kind = ref->kind ? aimp_kind_of_ref(ref) : AIMP_SERVICE;
    if (!ref->name)
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "the %s has no name",
                         kind == AIMP_SERVICE ? "service" : "object");
    if (kind != AIMP_SERVICE && (depth != AIMP_TO_PLAN || !aimp_plan_kind_of(kind)))
        return aimp_fail(err, allocator, AIM_E_UNSUPPORTED, NULL, "%s, not for %.100s",
                         depth == AIMP_TO_PLAN ? "plans are made for AIMService, AIMTemplateCache and AIMArtifact"
                                               : "this is answered for AIMService",
                         ref->kind);
    const char *ns = aimp_is_empty(ref->ns) ? "default" : ref->ns;
    *out = aimp_cluster_object(cluster, kind, ns, ref->name);
    if (*out) return AIM_OK;
    aim_ref like = {.struct_size = sizeof like, .kind = aimp_kind_of(kind)->kind, .ns = ns, .name = ref->name};
    const char *near = aim_cluster_nearest(cluster, &like);
    return aimp_fail(err, allocator, AIM_E_NOT_FOUND, NULL, "%s %.100s/%.253s is not in the input%s%.253s%s", like.kind,
                     ns, ref->name, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

aim_code aimp_answer_new(const aim_cluster *cluster, const aim_ref *object, const aim_options *options,
                         aimp_depth depth, aimp_answer **out, aim_error **err) {
    if (err) *err = NULL;
    *out = NULL;
    if (!cluster || !object)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "cluster or object is NULL");
    const aim_allocator *allocator = &cluster->context->allocator;
    question q = {.cluster = cluster,
                  .depth = depth,
                  .policy = options ? options->policy : NULL,
                  .now = options ? options->now : NULL};
    aim_code code = aimp_options_check(options, allocator, err);
    if (!code) code = find_object(cluster, object, depth, &q.object, err);
    if (code) return code;
    aimp_guard guard = {.cancel = options ? options->cancel : NULL};
    q.answer = aimp_answer_alloc(cluster->context, &guard);
    if (!q.answer) return aimp_fail(err, allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    q.policy = q.answer->policy = aimp_policy_retain(q.policy);
    code = guard.cancel && aim_cancel_is_set(guard.cancel) ? AIM_E_CANCELLED : AIM_OK;
    if (code) {
        guard.code = code;
        strcpy(guard.message, "the call was cancelled");
    } else {
        code = aimp_guard_run(&guard, run, &q);
    }
    q.answer->arena.guard = NULL;
    q.answer->plan.pass.cluster = NULL; /* the answer outlives the cluster: nothing may look into it any more */
    if (code) {
        aimp_answer_free(q.answer);
        return aimp_fail_guard(err, allocator, &guard);
    }
    *out = q.answer;
    return AIM_OK;
}
