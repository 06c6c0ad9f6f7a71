/* Scores what the filters left, finds ties, and puts all candidates in the order of the answer.
 * Rules: spec/template-selection.md section 3.6; seed "Stage 5: Preference Scoring" and "Ambiguous Selection". */
#include <string.h>

#include "decide/pass.h"

#include "base/sort.h"

const char *aimp_candidate_gpu(const aimp_pass *pass, const aimp_object *object) {
    const aimp_template_facts *facts = &object->facts.template_facts;
    return pass->rules->scoring_normalises_gpu ? facts->gpu_key : facts->gpu;
}

static const char *or_none(const char *text) {
    return *text ? text : "none";
}

/* What a dimension is called in a sentence, and where its value stands. */
static const struct {
    const char *name, *pointer;
} dimensions[AIMP_DIMENSION_COUNT] = {
    [AIMP_D_TYPE] = {"profile type", "/status/profile/metadata/type"},
    [AIMP_D_GPU] = {"GPU", "/spec/hardware/gpu/model"},
    [AIMP_D_METRIC] = {"metric", "/status/profile/metadata/metric"},
    [AIMP_D_PRECISION] = {"precision", "/status/profile/metadata/precision"},
};

static const char *value_of(const aimp_pass *pass, const aimp_candidate *c, aimp_dimension dimension) {
    const aimp_template_facts *facts = &c->object->facts.template_facts;
    switch (dimension) {
    case AIMP_D_TYPE: return aimp_candidate_type(pass, c->object);
    case AIMP_D_GPU: return aimp_candidate_gpu(pass, c->object);
    case AIMP_D_METRIC: return facts->metric;
    default: return facts->precision;
    }
}

static aimp_rank score_of(const aimp_pass *pass, const aimp_candidate *c) {
    const char *values[AIMP_DIMENSION_COUNT];
    for (int d = 0; d < AIMP_DIMENSION_COUNT; d++)
        values[d] = value_of(pass, c, (aimp_dimension)d);
    return aimp_policy_rank(pass->policy, values);
}

/* The first dimension in which a candidate is worse than the winner. */
static aimp_dimension deciding(const aimp_pass *pass, const aimp_candidate *c, const aimp_candidate *winner) {
    const aimp_ranking *ranking = pass->policy->ranking;
    size_t i = 0;
    while (i + 1 < pass->policy->ranking_count &&
           c->score.of[ranking[i].dimension] == winner->score.of[ranking[i].dimension])
        i++;
    return ranking[i].dimension;
}

static aimp_remedy name_it(aimp_pass *pass, const aimp_object *object) {
    aimp_remedy remedy =
        aimp_remedy_set(pass->arena, pass->object, "/spec/template/name", aimp_string(pass->arena, object->name),
                        aimp_format(pass->arena, "set spec.template.name: %s", object->name));
    remedy.recreate = aimp_get(pass->spec, "template") != NULL;
    return remedy;
}

static void explain_outranked(aimp_pass *pass, aimp_candidate *c, const aimp_candidate *winner) {
    const aimp_dimension d = deciding(pass, c, winner);
    const char *pointer = dimensions[d].pointer, *value = or_none(value_of(pass, c, d)),
               *best = or_none(value_of(pass, winner, d));
    c->verdict = AIM_VERDICT_OUTRANKED;
    c->stage = AIMP_STAGE_RANK;
    c->reason = AIMP_R_LOWER_RANK;
    c->judgements[AIMP_STAGE_RANK] = (aimp_judgement){true, false, pointer, value, best};
    aimp_finding *f = aimp_findings_add(pass->arena, &c->findings, AIMP_R_LOWER_RANK, AIM_SEVERITY_INFO, c->object);
    f->pointer = pointer;
    f->actual = value;
    f->wanted = best;
    f->message = aimp_format(pass->arena, "%s %s ranks after %s", dimensions[d].name, value, best);
    f->remedy = name_it(pass, c->object);
}

static void explain_tied(aimp_pass *pass, aimp_candidate *c) {
    aimp_selection *s = &pass->template_;
    const aimp_template_facts *facts = &c->object->facts.template_facts;
    c->verdict = AIM_VERDICT_REJECTED;
    c->stage = AIMP_STAGE_RANK;
    c->reason = AIMP_R_AMBIGUOUS;
    c->judgements[AIMP_STAGE_RANK] =
        (aimp_judgement){true, false, "/status/profile/metadata", "the best score, shared", "the best score alone"};
    aimp_finding *f = aimp_findings_add(pass->arena, &c->findings, AIMP_R_AMBIGUOUS, AIM_SEVERITY_ERROR, c->object);
    f->pointer = "/status/profile/metadata";
    f->actual = aimp_format(pass->arena, "%s, %s, %s, %s, %lld GPU%s", or_none(aimp_candidate_type(pass, c->object)),
                            or_none(facts->gpu), or_none(facts->metric), or_none(facts->precision),
                            (long long)facts->gpu_count, facts->gpu_count == 1 ? "" : "s");
    f->wanted = "a score that no other candidate has";
    f->message = aimp_format(pass->arena, "has the same score as %zu other candidate%s", s->best_count - 1,
                             s->best_count == 2 ? "" : "s");
    f->remedy = name_it(pass, c->object);
}

static void explain_chosen(aimp_pass *pass, aimp_candidate *c, size_t tied) {
    c->verdict = AIM_VERDICT_CHOSEN;
    c->stage = AIMP_STAGE_RANK;
    c->reason = AIMP_R_BEST_MATCH;
    const char *how = "the best score";
    if (tied > 1)
        how =
            aimp_format(pass->arena, "the best score, and of %zu with that score the one that the tie-break %s prefers",
                        tied, aimp_tie_break_name(pass->policy->tie_breaks[c->ties_survived - 1]));
    c->judgements[AIMP_STAGE_RANK] =
        (aimp_judgement){true, true, "/status/profile/metadata", how, "the best score alone"};
    aimp_finding *f = aimp_findings_add(pass->arena, &c->findings, AIMP_R_BEST_MATCH, AIM_SEVERITY_INFO, c->object);
    f->pointer = "/status/profile/metadata";
    f->message = pass->template_.remaining[AIMP_STAGE_SCOPE] == 1 ? "the only candidate that passed every filter" : how;
}

/* A value that the policy does not know ranks behind all that it knows. */
static void note_unranked(aimp_pass *pass, aimp_candidate *c) {
    for (size_t i = 0; i < pass->policy->ranking_count; i++) {
        const aimp_dimension d = pass->policy->ranking[i].dimension;
        const char *value = value_of(pass, c, d);
        if (!*value || aimp_rank_is_known(c->score.of[d])) continue;
        aimp_finding *finding =
            aimp_findings_add(pass->arena, &c->findings, AIMP_R_UNRANKED, AIM_SEVERITY_INFO, c->object);
        finding->actual = value;
        finding->message =
            aimp_format(pass->arena, "%s %s has no rank and counts as the last", dimensions[d].name, value);
    }
}

/* --- ties --- */

/* What a tie-break compares, and how it says so. */
static int compare_tied(aimp_tie_break tie_break, const aimp_candidate *a, const aimp_candidate *b) {
    int64_t left = a->object->facts.template_facts.gpu_count, right = b->object->facts.template_facts.gpu_count;
    if (tie_break == AIMP_TIE_NAME) return strcmp(a->object->name, b->object->name);
    if (!left || !right) return !left - !right; /* a number that nobody states is no small one */
    return (left > right) - (left < right);
}

static const char *tied_value(aimp_pass *pass, aimp_tie_break tie_break, const aimp_candidate *c) {
    int64_t gpus = c->object->facts.template_facts.gpu_count;
    if (tie_break == AIMP_TIE_NAME) return c->object->name;
    return gpus ? aimp_format(pass->arena, "%lld GPU%s", (long long)gpus, gpus == 1 ? "" : "s") : "no number of GPUs";
}

static void explain_lost_tie(aimp_pass *pass, aimp_candidate *c, const aimp_candidate *best, aimp_tie_break tie_break) {
    const char *pointer = tie_break == AIMP_TIE_NAME ? "/metadata/name" : "/spec/hardware/gpu/requests";
    const char *value = tied_value(pass, tie_break, c), *wanted = tied_value(pass, tie_break, best);
    c->verdict = AIM_VERDICT_OUTRANKED;
    c->stage = AIMP_STAGE_RANK;
    c->reason = AIMP_R_LOST_TIE_BREAK;
    c->judgements[AIMP_STAGE_RANK] = (aimp_judgement){true, false, pointer, value, wanted};
    aimp_finding *f = aimp_findings_add(pass->arena, &c->findings, AIMP_R_LOST_TIE_BREAK, AIM_SEVERITY_INFO, c->object);
    f->pointer = pointer;
    f->actual = value;
    f->wanted = wanted;
    f->message = aimp_format(pass->arena, "has the same score, and the tie-break %s prefers %s to %s",
                             aimp_tie_break_name(tie_break), wanted, value);
    f->remedy = name_it(pass, c->object);
}

static bool is_tied(const aimp_candidate *c, uint64_t key, size_t survived) {
    return c->alive && c->score.key == key && c->ties_survived == survived;
}

/* One tie-break over those that survived all before it; answers how many survive this one. */
static size_t break_tie(aimp_pass *pass, uint64_t key, size_t round) {
    aimp_selection *s = &pass->template_;
    const aimp_tie_break tie_break = pass->policy->tie_breaks[round];
    const aimp_candidate *best = NULL;
    size_t left = 0;
    for (size_t i = 0; i < s->candidate_count; i++) {
        const aimp_candidate *c = &s->candidates[i];
        if (is_tied(c, key, round) && (!best || compare_tied(tie_break, c, best) < 0)) best = c;
    }
    for (size_t i = 0; i < s->candidate_count; i++) {
        aimp_candidate *c = &s->candidates[i];
        if (!is_tied(c, key, round)) continue;
        if (compare_tied(tie_break, c, best) == 0)
            c->ties_survived++, left++;
        else
            explain_lost_tie(pass, c, best, tie_break);
    }
    return left;
}

/* As many tie-breaks as it takes; answers how many were asked. */
static size_t break_ties(aimp_pass *pass, uint64_t key) {
    size_t round = 0;
    while (pass->template_.best_count > 1 && round < pass->policy->tie_break_count)
        pass->template_.best_count = break_tie(pass, key, round++);
    return round;
}

static bool counts_differ(const aimp_selection *s, uint64_t key, size_t survived) {
    int64_t first = -1;
    for (size_t i = 0; i < s->candidate_count; i++) {
        const aimp_candidate *c = &s->candidates[i];
        if (!is_tied(c, key, survived)) continue;
        int64_t count = c->object->facts.template_facts.gpu_count;
        if (first >= 0 && count != first) return true;
        first = count;
    }
    return false;
}

static void ambiguous(aimp_pass *pass, uint64_t key, size_t survived) {
    aimp_selection *s = &pass->template_;
    aimp_text names = aimp_text_new(pass->arena);
    bool counts = counts_differ(s, key, survived);
    for (size_t i = 0; i < s->candidate_count; i++) {
        aimp_candidate *c = &s->candidates[i];
        if (!is_tied(c, key, survived)) continue;
        aimp_text_add_format(&names, "%s%s", names.size ? ", " : "", c->object->name);
        if (counts)
            aimp_text_add_format(&names, " (%lld GPU%s)", (long long)c->object->facts.template_facts.gpu_count,
                                 c->object->facts.template_facts.gpu_count == 1 ? "" : "s");
        explain_tied(pass, c);
    }
    s->outcome = AIM_TEMPLATE_AMBIGUOUS;
    s->reason = AIMP_R_AMBIGUOUS;
    s->message = aimp_format(
        pass->arena,
        "%zu templates have the same score: %s; set spec.template.name to one of them, or remove the duplicates",
        s->best_count, aimp_text_string(&names));
}

static int by_score(const aimp_candidate *a, const aimp_candidate *b) {
    if (a->score.key != b->score.key) return a->score.key < b->score.key ? -1 : 1;
    return (a->ties_survived < b->ties_survived) - (a->ties_survived > b->ties_survived);
}

static int by_name(const aimp_candidate *a, const aimp_candidate *b) {
    if (!a->object->ns != !b->object->ns) return a->object->ns ? -1 : 1;
    return strcmp(a->object->name, b->object->name);
}

static int by_answer(const void *left, const void *right) {
    const aimp_candidate *a = left, *b = right;
    if (a->verdict != b->verdict) return a->verdict < b->verdict ? -1 : 1;
    if (a->verdict == AIM_VERDICT_OUTRANKED && by_score(a, b)) return by_score(a, b);
    if (a->verdict == AIM_VERDICT_REJECTED && a->stage != b->stage) return a->stage < b->stage ? -1 : 1;
    return by_name(a, b);
}

void aimp_sort_candidates(aimp_pass *pass) {
    aimp_selection *s = &pass->template_;
    aimp_sort(pass->arena, s->candidates, s->candidate_count, sizeof *s->candidates, by_answer);
}

static int by_pointed_score(const void *left, const void *right) {
    return by_score(*(aimp_candidate *const *)left, *(aimp_candidate *const *)right);
}

/* From 1; equals have the same rank, and the next one is as far behind as there are of them. */
static void set_ranks(aimp_pass *pass) {
    aimp_selection *s = &pass->template_;
    aimp_candidate **order = aimp_take_array(pass->arena, s->candidate_count, sizeof *order);
    size_t count = 0;
    for (size_t i = 0; i < s->candidate_count; i++) {
        if (s->candidates[i].alive) order[count++] = &s->candidates[i];
    }
    aimp_sort(pass->arena, order, count, sizeof *order, by_pointed_score);
    for (size_t i = 0; i < count; i++)
        order[i]->rank = i && by_score(order[i - 1], order[i]) == 0 ? order[i - 1]->rank : i + 1;
}

/* The reference fetches its choice once more by name. */
static void read_again(aimp_pass *pass, const aimp_object *object) {
    aimp_selection *s = &pass->template_;
    aimp_lookup again = aimp_pass_get(pass, object->kind, object->ns, object->name);
    if (!again.object) {
        s->selection_failure = aimp_failure_of(again.error);
        s->outcome = AIM_TEMPLATE_ERROR;
        return;
    }
    s->outcome = AIM_TEMPLATE_FOUND;
    (object->ns ? &s->ns : &s->cluster)->object = again.object;
}

void aimp_pass_rank_candidates(aimp_pass *pass) {
    aimp_selection *s = &pass->template_;
    aimp_candidate *winner = NULL;
    for (size_t i = 0; i < s->candidate_count; i++) {
        aimp_candidate *c = &s->candidates[i];
        if (!c->alive) continue;
        c->score = score_of(pass, c);
        note_unranked(pass, c);
        if (!winner || c->score.key < winner->score.key) winner = c;
    }
    const uint64_t best = winner->score.key;
    for (size_t i = 0; i < s->candidate_count; i++) {
        aimp_candidate *c = &s->candidates[i];
        if (c->alive && c->score.key != best) explain_outranked(pass, c, winner);
        s->best_count += c->alive && c->score.key == best;
    }
    const size_t tied = s->best_count, survived = break_ties(pass, best);
    s->remaining[AIMP_STAGE_RANK] = s->best_count;
    set_ranks(pass);
    if (s->best_count > 1) {
        ambiguous(pass, best, survived);
        return;
    }
    for (size_t i = 0; i < s->candidate_count; i++) {
        if (is_tied(&s->candidates[i], best, survived)) winner = &s->candidates[i];
    }
    const aimp_object *chosen = winner->object;
    explain_chosen(pass, winner, tied);
    s->reason = AIMP_R_BEST_MATCH;
    s->message = aimp_format(pass->arena, "template %s is the best of %zu", chosen->name, s->candidate_count);
    read_again(pass, chosen);
}
