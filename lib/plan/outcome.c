/* A plan after its actions were tried. Rules: spec/rendering.md section 1.2, spec/status.md section 1 steps 7 and 8. */
#include <string.h>

#include "plan/answer.h"

typedef struct finishing {
    aimp_answer *answer;
    const aimp_service_plan *from;
    const aim_outcome *outcomes;
    size_t count;
} finishing;

static const aim_outcome *failure_of(const finishing *f, size_t action) {
    for (size_t i = 0; i < f->count; i++) {
        const aim_outcome *outcome = aimp_struct_at(f->outcomes, i);
        if (outcome->action == action && outcome->reason) return outcome;
    }
    return NULL;
}

/* The first failure ends its list, and an owned failure ends everything. */
static void keep_done(finishing *f, aimp_service_plan *plan, const aim_outcome **first) {
    aimp_actions tried = plan->apply;
    const size_t deletions = plan->remove.count;
    bool stopped = false;
    plan->apply = (aimp_actions){0};
    plan->apply.items = aimp_take_array(&f->answer->arena, tried.count, sizeof *tried.items);
    plan->apply.capacity = tried.count;
    for (size_t i = 0; i < deletions && !*first; i++)
        *first = failure_of(f, i);
    if (*first) return; /* a failed deletion suppresses every apply */
    for (size_t i = 0; i < tried.count && !stopped; i++) {
        const aim_outcome *failure = failure_of(f, deletions + i);
        if (!failure)
            plan->apply.items[plan->apply.count++] = tried.items[i];
        else
            *first = failure, stopped = true;
    }
}

static void finish(void *arg) {
    finishing *f = arg;
    aimp_service_plan *plan = &f->answer->plan;
    aimp_arena *arena = &f->answer->arena;
    const aim_outcome *failure = NULL;
    *plan = *f->from;
    plan->pass.arena = arena;
    keep_done(f, plan, &failure);
    if (!failure || !plan->health.condition_count) return;
    size_t room = plan->health.condition_count + 3; /* AuthValid, ConfigValid, DependenciesReachable */
    aimp_condition *own = aimp_take_array(arena, room, sizeof *own);
    memcpy(own, plan->health.conditions, plan->health.condition_count * sizeof *own);
    plan->health.conditions = own;
    const char *message = aimp_is_empty(failure->message)
                              ? failure->reason
                              : aimp_format(arena, "%s (%s)", failure->message, failure->reason);
    aimp_record_apply_failure(&plan->pass, &plan->health, failure->reason, message);
    aimp_compose_status(&plan->pass, &plan->health);
}

static aim_code check(const aim_plan *plan, const aim_outcome *outcomes, size_t count, aim_error **err) {
    const aim_allocator *allocator = &plan->answer->context->allocator;
    for (size_t i = 0; i < count; i++) {
        const aim_outcome *outcome = aimp_struct_at(outcomes, i);
        if (!aimp_struct_ok(outcome, sizeof *outcome, 0) || outcome->struct_size != outcomes->struct_size)
            return aimp_fail(err, allocator, AIM_E_STRUCT, NULL,
                             "aim_outcome %zu has a wrong struct_size or unknown flags", i);
        if (outcome->action >= aim_plan_action_count(plan))
            return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL,
                             "aim_outcome %zu names an action that the plan does not have", i);
    }
    return AIM_OK;
}

aim_code aim_plan_finish(const aim_plan *plan, const aim_outcome *outcomes, size_t count, aim_plan **out,
                         aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!plan || !out || (count && !outcomes))
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    aim_code code = check(plan, outcomes, count, err);
    if (code) return code;
    aim_context *context = plan->answer->context;
    aimp_guard guard = {.cancel = NULL};
    finishing f = {aimp_answer_alloc(context, &guard), &plan->answer->plan, outcomes, count};
    if (!f.answer) return aimp_fail(err, &context->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    atomic_fetch_add_explicit(&plan->answer->holders, 1, memory_order_relaxed);
    f.answer->base = plan->answer;
    code = aimp_guard_run(&guard, finish, &f);
    f.answer->arena.guard = NULL;
    if (code) {
        aimp_answer_free(f.answer);
        return aimp_fail_guard(err, &context->allocator, &guard);
    }
    *out = &f.answer->whole;
    return AIM_OK;
}
