/* Scores what the filters left, finds ties, and puts all candidates in the order of the answer.
 * Rules: spec/template-selection.md section 3.6; seed "Stage 5: Preference Scoring" and "Ambiguous Selection". */
#include <stdlib.h>
#include <string.h>

#include "decide/pass.h"

const char *aimp_candidate_gpu(const aimp_pass *pass, const aimp_object *object) {
    const aimp_template_facts *facts = &object->facts.template_facts;
    return pass->rules->scoring_normalises_gpu ? facts->gpu_key : facts->gpu;
}

static const char *or_none(const char *text) {
    return *text ? text : "none";
}

typedef struct dimension {
    const char *name, *pointer, *value, *best_value;
    uint16_t rank, best_rank;
} dimension;

/* The first dimension in which a candidate is worse than the winner. */
static dimension deciding(const aimp_pass *pass, const aimp_candidate *c, const aimp_candidate *winner) {
    const aimp_template_facts *f = &c->object->facts.template_facts, *w = &winner->object->facts.template_facts;
    const dimension all[] = {
        {"profile type", "/status/profile/metadata/type", aimp_candidate_type(pass, c->object),
         aimp_candidate_type(pass, winner->object), c->score.type, winner->score.type},
        {"GPU", "/spec/hardware/gpu/model", aimp_candidate_gpu(pass, c->object),
         aimp_candidate_gpu(pass, winner->object), c->score.gpu, winner->score.gpu},
        {"metric", "/status/profile/metadata/metric", f->metric, w->metric, c->score.metric, winner->score.metric},
        {"precision", "/status/profile/metadata/precision", f->precision, w->precision, c->score.precision,
         winner->score.precision},
    };
    for (size_t i = 0; i < 3; i++) {
        if (all[i].rank != all[i].best_rank) return all[i];
    }
    return all[3];
}

static aimp_remedy name_it(aimp_pass *pass, const aimp_object *object) {
    aimp_remedy remedy =
        aimp_remedy_set(pass->arena, pass->service, "/spec/template/name", aimp_string(pass->arena, object->name),
                        aimp_format(pass->arena, "set spec.template.name: %s", object->name));
    remedy.recreate = aimp_get(pass->spec, "template") != NULL;
    return remedy;
}

static void explain_outranked(aimp_pass *pass, aimp_candidate *c, const aimp_candidate *winner) {
    dimension d = deciding(pass, c, winner);
    c->verdict = AIM_VERDICT_OUTRANKED;
    c->stage = AIMP_STAGE_RANK;
    c->reason = AIMP_R_LOWER_RANK;
    c->judgements[AIMP_STAGE_RANK] = (aimp_judgement){true, false, d.pointer, or_none(d.value), or_none(d.best_value)};
    aimp_finding *f = aimp_findings_add(pass->arena, &c->findings, AIMP_R_LOWER_RANK, AIM_SEVERITY_INFO, c->object);
    f->pointer = d.pointer;
    f->actual = or_none(d.value);
    f->wanted = or_none(d.best_value);
    f->message = aimp_format(pass->arena, "%s %s ranks after %s", d.name, f->actual, f->wanted);
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

static void explain_chosen(aimp_pass *pass, aimp_candidate *c) {
    c->verdict = AIM_VERDICT_CHOSEN;
    c->stage = AIMP_STAGE_RANK;
    c->reason = AIMP_R_BEST_MATCH;
    c->judgements[AIMP_STAGE_RANK] =
        (aimp_judgement){true, true, "/status/profile/metadata", "the best score", "the best score alone"};
    aimp_finding *f = aimp_findings_add(pass->arena, &c->findings, AIMP_R_BEST_MATCH, AIM_SEVERITY_INFO, c->object);
    f->pointer = "/status/profile/metadata";
    f->message = pass->template_.remaining[AIMP_STAGE_SCOPE] == 1 ? "the only candidate that passed every filter"
                                                                  : "the best score";
}

/* A value that the policy does not know ranks behind all that it knows. */
static void note_unranked(aimp_pass *pass, aimp_candidate *c) {
    const aimp_template_facts *f = &c->object->facts.template_facts;
    const struct {
        const char *name, *value;
        uint16_t rank;
    } all[] = {{"profile type", aimp_candidate_type(pass, c->object), c->score.type},
               {"GPU", aimp_candidate_gpu(pass, c->object), c->score.gpu},
               {"metric", f->metric, c->score.metric},
               {"precision", f->precision, c->score.precision}};
    for (size_t i = 0; i < 4; i++) {
        if (!*all[i].value || aimp_rank_is_known(all[i].rank)) continue;
        aimp_finding *finding =
            aimp_findings_add(pass->arena, &c->findings, AIMP_R_UNRANKED, AIM_SEVERITY_INFO, c->object);
        finding->actual = all[i].value;
        finding->message =
            aimp_format(pass->arena, "%s %s has no rank and counts as the last", all[i].name, all[i].value);
    }
}

static bool counts_differ(const aimp_selection *s, uint64_t key) {
    int64_t first = -1;
    for (size_t i = 0; i < s->candidate_count; i++) {
        const aimp_candidate *c = &s->candidates[i];
        if (!c->alive || c->score.key != key) continue;
        int64_t count = c->object->facts.template_facts.gpu_count;
        if (first >= 0 && count != first) return true;
        first = count;
    }
    return false;
}

static void ambiguous(aimp_pass *pass, uint64_t key) {
    aimp_selection *s = &pass->template_;
    aimp_text names = aimp_text_new(pass->arena);
    bool counts = counts_differ(s, key);
    for (size_t i = 0; i < s->candidate_count; i++) {
        aimp_candidate *c = &s->candidates[i];
        if (!c->alive || c->score.key != key) continue;
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
    return 0;
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

void aimp_sort_candidates(aimp_selection *s) {
    if (s->candidate_count > 1) qsort(s->candidates, s->candidate_count, sizeof *s->candidates, by_answer);
}

static void set_ranks(aimp_selection *s) {
    for (size_t i = 0; i < s->candidate_count; i++) {
        aimp_candidate *c = &s->candidates[i];
        if (!c->alive) continue;
        c->rank = 1;
        for (size_t k = 0; k < s->candidate_count; k++)
            c->rank += s->candidates[k].alive && s->candidates[k].score.key < c->score.key;
    }
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
        const aimp_template_facts *facts = &c->object->facts.template_facts;
        c->score = aimp_policy_rank(pass->policy, aimp_candidate_type(pass, c->object),
                                    aimp_candidate_gpu(pass, c->object), facts->metric, facts->precision);
        note_unranked(pass, c);
        if (!winner || c->score.key < winner->score.key) winner = c;
    }
    uint64_t best = winner->score.key;
    for (size_t i = 0; i < s->candidate_count; i++)
        s->best_count += s->candidates[i].alive && s->candidates[i].score.key == best;
    s->remaining[AIMP_STAGE_RANK] = s->best_count;
    set_ranks(s);
    const aimp_object *chosen = winner->object;
    for (size_t i = 0; i < s->candidate_count; i++) {
        aimp_candidate *c = &s->candidates[i];
        if (c->alive && c->score.key != best) explain_outranked(pass, c, winner);
    }
    if (s->best_count > 1) {
        ambiguous(pass, best);
    } else {
        explain_chosen(pass, winner);
        s->reason = AIMP_R_BEST_MATCH;
        s->message = aimp_format(pass->arena, "template %s is the best of %zu", chosen->name, s->candidate_count);
        read_again(pass, chosen);
    }
}
