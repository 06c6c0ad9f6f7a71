/* A plan after its actions were tried. Rules: spec/rendering.md section 1.2, spec/status.md section 1 steps 7 and 8. */
#include <string.h>

#include "plan/answer.h"

typedef struct finishing {
    aimp_answer *answer;
    const aimp_plan *from;
    const aim_outcome *outcomes;
    size_t count;
    const char *now; /* NULL: that of the plan */
} finishing;

static const aim_outcome *outcome_of(const finishing *f, size_t action) {
    for (size_t i = 0; i < f->count; i++) {
        const aim_outcome *outcome = aimp_struct_at(f->outcomes, i);
        if (outcome->action == action) return outcome;
    }
    return NULL;
}

/* Actions that were done: all up to the first failure but those that are said to have failed, and behind it those that
 * are said to have been done. */
static aimp_actions keep_done(const finishing *f, const aimp_actions *tried, size_t first_index,
                              const aim_outcome **failure) {
    aimp_actions done = {.items = aimp_take_array(&f->answer->arena, tried->count, sizeof *tried->items),
                         .capacity = tried->count};
    for (size_t i = 0; i < tried->count; i++) {
        const aim_outcome *outcome = outcome_of(f, first_index + i);
        if (outcome && outcome->reason && !*failure) *failure = outcome;
        bool is_done = outcome ? !outcome->reason : !*failure;
        if (is_done) done.items[done.count++] = tried->items[i];
    }
    return done;
}

/* The finalizer goes when everything that goes along is gone, or may not be deleted by us. */
static bool is_cleaned_up(const finishing *f, const aimp_actions *tried, const aimp_actions *done) {
    size_t excused = 0;
    for (size_t i = 0; i < tried->count; i++) {
        const aim_outcome *outcome = outcome_of(f, i);
        excused += outcome && (aimp_equal(outcome->reason, "NotFound") || aimp_equal(outcome->reason, "Forbidden"));
    }
    return done->count + excused == tried->count;
}

static void finish(void *arg) {
    finishing *f = arg;
    aimp_check_cancel(f->answer->arena.guard);
    aimp_plan *plan = &f->answer->plan;
    aimp_arena *arena = &f->answer->arena;
    const aim_outcome *failure = NULL;
    *plan = *f->from;
    plan->pass.arena = arena;
    if (f->now) plan->pass.now = aimp_copy_string(arena, f->now);
    const size_t deletions = plan->remove.count;
    plan->remove = keep_done(f, &f->from->remove, 0, &failure);
    plan->apply = keep_done(f, &f->from->apply, deletions, &failure);
    if (plan->deleting && !is_cleaned_up(f, &f->from->remove, &plan->remove)) {
        plan->remove_finalizer = NULL;
        plan->health.retry = true;
    }
    if (!failure || !plan->health.condition_count) return;
    size_t room = plan->health.condition_count + 3; /* AuthValid, ConfigValid, DependenciesReachable */
    aimp_condition *own = aimp_take_array(arena, room, sizeof *own);
    memcpy(own, plan->health.conditions, plan->health.condition_count * sizeof *own);
    plan->health.conditions = own;
    const char *message = aimp_is_empty(failure->message)
                              ? failure->reason
                              : aimp_format(arena, "%s (%s)", failure->message, failure->reason);
    aimp_record_apply_failure(&plan->pass, &plan->health, failure->reason, message);
    plan->health.rules->compose(&plan->pass, &plan->health);
}

/* What is wrong with an outcome; NULL when nothing is. */
static const char *flaw_of(const aim_plan *plan, const aim_outcome *outcomes, size_t index) {
    const aim_outcome *outcome = aimp_struct_at(outcomes, index);
    if (outcome->action >= aim_plan_action_count(plan)) return "names an action that the plan does not have";
    if (outcome->reason && !*outcome->reason) return "has an empty reason";
    if (outcome->message && !outcome->reason) return "has a message and no reason";
    for (size_t i = 0; i < index; i++) {
        const aim_outcome *other = aimp_struct_at(outcomes, i);
        if (other->action == outcome->action) return "names an action that another one names, too";
    }
    return NULL;
}

static aim_code check(const aim_plan *plan, const aim_outcome *outcomes, size_t count, const aim_options *options,
                      aim_error **err) {
    const aim_allocator *allocator = &plan->answer->context->allocator;
    aim_code code = aimp_options_check(options, allocator, err);
    if (code) return code;
    if (options && options->policy && options->policy != plan->answer->plan.pass.policy)
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "aim_options.policy is not the policy of the plan");
    for (size_t i = 0; i < count; i++) {
        const aim_outcome *outcome = aimp_struct_at(outcomes, i);
        if (!aimp_struct_ok(outcome, sizeof *outcome, 0) || outcome->struct_size != outcomes->struct_size)
            return aimp_fail(err, allocator, AIM_E_STRUCT, NULL,
                             "aim_outcome %zu has a wrong struct_size or unknown flags", i);
        const char *flaw = i <= aim_plan_action_count(plan) ? flaw_of(plan, outcomes, i) : "is one too many";
        if (flaw) return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "aim_outcome %zu %s", i, flaw);
    }
    return AIM_OK;
}

aim_code aim_plan_finish(const aim_plan *plan, const aim_outcome *outcomes, size_t count, const aim_options *options,
                         aim_plan **out, aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!plan || !out || (count && !outcomes))
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    aim_code code = check(plan, outcomes, count, options, err);
    if (code) return code;
    aim_context *context = plan->answer->context;
    aimp_guard guard = {.cancel = options ? options->cancel : NULL};
    finishing f = {aimp_answer_alloc(context, &guard), &plan->answer->plan, outcomes, count,
                   options ? options->now : NULL};
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
