/* The explanation as text: who won, why everybody else lost, what to beware of. */
#include <string.h>

#include "plan/object_plan.h"
#include "plan/text_style.h"

#define VERDICT_WIDTH 10
#define SCOPE_WIDTH 9

static void header(const aimp_plan *plan, aimp_text *out, bool color) {
    const aimp_pass *pass = &plan->pass;
    const aimp_resolution *r = &pass->model;
    const aimp_selection *s = &pass->template_;
    aimp_style(out, color, AIMP_BOLD);
    aimp_text_add_safe(out, pass->ns);
    aimp_text_add_char(out, '/');
    aimp_text_add_safe(out, pass->name);
    aimp_style(out, color, AIMP_PLAIN);
    aimp_text_add_string(out, " · ");
    if (plan->paused || plan->deleting) {
        aimp_text_add_string(out, plan->paused ? "paused\n\n" : "being deleted\n\n");
        return;
    }
    const char *name = r->create ? r->create_name : r->object ? r->object->name : NULL;
    const char *kind = r->create ? "to be created" : r->object ? aimp_kind_of(r->object->kind)->kind : NULL;
    aimp_text_add_string(out, name ? "model " : "no model");
    if (name) aimp_text_add_safe(out, name);
    if (name) aimp_text_add_format(out, " (%s)", kind);
    if (s->source == AIMP_BY_RECORD)
        aimp_text_add_string(out, " · template recorded in the status");
    else if (s->source == AIMP_BY_NAME_GIVEN)
        aimp_text_add_string(out, " · template named by the service");
    else if (s->source == AIMP_BY_DEFAULT)
        aimp_text_add_string(out, " · default template of the model");
    else if (s->ran)
        aimp_text_add_format(out, " · %zu candidate%s", s->candidate_count, s->candidate_count == 1 ? "" : "s");
    aimp_text_add_string(out, "\n\n");
}

static void add_column(aimp_text *out, const char *text, size_t width) {
    size_t length = aimp_utf8_length(text);
    aimp_text_add_safe(out, text);
    aimp_text_add_repeated(out, ' ', length < width ? width - length : 1);
}

static size_t name_width(const aimp_selection *s) {
    size_t width = s->object ? aimp_utf8_length(s->object->name) : 0;
    for (size_t i = 0; i < s->candidate_count; i++) {
        size_t length = aimp_utf8_length(s->candidates[i].object->name);
        if (length > width) width = length;
    }
    return width + 2;
}

static void begin_line(aimp_text *out, bool color, int32_t verdict, const aimp_object *object, size_t width) {
    static const aimp_text_style styles[] = {AIMP_PLAIN, AIMP_GREEN, AIMP_DIM, AIMP_RED};
    aimp_text_add_string(out, "  ");
    aimp_style(out, color, styles[verdict]);
    add_column(out, aimp_verdict_name(verdict), VERDICT_WIDTH);
    aimp_style(out, color, AIMP_PLAIN);
    add_column(out, object->name, width);
    add_column(out, object->ns ? "ns" : "cluster", SCOPE_WIDTH);
}

static void profile_line(const aimp_pass *pass, aimp_text *out, const aimp_object *object) {
    const aimp_template_facts *f = &object->facts.template_facts;
    const char *const parts[] = {aimp_candidate_type(pass, object), f->gpu, f->metric, f->precision};
    const char *gap = "";
    for (size_t i = 0; i < 4; i++) {
        if (!*parts[i]) continue;
        aimp_text_add_string(out, gap);
        aimp_text_add_safe(out, parts[i]);
        gap = "  ";
    }
    if (f->gpu_count)
        aimp_text_add_format(out, "%s%lld GPU%s", gap, (long long)f->gpu_count, f->gpu_count == 1 ? "" : "s");
    aimp_text_add_char(out, '\n');
}

static bool is_said_before(const aimp_selection *s, const aimp_candidate *c, const char *remedy) {
    for (const aimp_candidate *earlier = s->candidates; earlier < c; earlier++) {
        for (const aimp_finding *f = earlier->findings.first; f; f = f->next) {
            if (aimp_equal(f->remedy.text, remedy)) return true;
        }
    }
    return false;
}

/* What can be done about a rejection, said once; naming a template by hand is not suggested line by line. */
static bool shows_remedy(const aimp_selection *s, const aimp_candidate *c, const aimp_finding *f, bool wide) {
    if (!f->remedy.text || c->verdict == AIM_VERDICT_CHOSEN) return false;
    if (wide) return true;
    return f->remedy.patch && c->stage != AIMP_STAGE_SCOPE && c->stage != AIMP_STAGE_RANK &&
           !is_said_before(s, c, f->remedy.text);
}

static void remedy_line(aimp_text *out, const aimp_finding *f, size_t indent) {
    aimp_text_add_repeated(out, ' ', indent);
    aimp_text_add_string(out, "→ ");
    aimp_text_add_safe(out, f->remedy.text);
    aimp_text_add_string(out, f->remedy.recreate ? " (in a new service: the field is immutable)\n" : "\n");
}

static void candidate_lines(const aimp_plan *plan, aimp_text *out, const aimp_candidate *c, size_t width, bool wide,
                            bool color) {
    const size_t indent = 2 + VERDICT_WIDTH + width + SCOPE_WIDTH;
    begin_line(out, color, c->verdict, c->object, width);
    if (c->verdict == AIM_VERDICT_CHOSEN) {
        profile_line(&plan->pass, out, c->object);
    } else {
        aimp_text_add_safe(out,
                           c->findings.last ? aimp_or_empty(c->findings.last->message) : aimp_reason_text(c->reason));
        aimp_text_add_char(out, '\n');
    }
    for (const aimp_finding *f = c->findings.first; f; f = f->next) {
        if (wide && f != c->findings.last) {
            aimp_text_add_repeated(out, ' ', indent);
            aimp_text_add_safe(out, aimp_or_empty(f->message));
            aimp_text_add_char(out, '\n');
        }
        if (shows_remedy(&plan->pass.template_, c, f, wide)) remedy_line(out, f, indent);
    }
    for (size_t i = 0; wide && i < AIMP_STAGE_COUNT; i++) {
        const aimp_judgement *j = &c->judgements[i];
        if (!j->judged || !j->pointer) continue;
        aimp_text_add_repeated(out, ' ', indent);
        aimp_text_add_format(out, "%s %s: ", j->kept ? "passed" : "failed", aimp_stage_name((aimp_stage)i));
        aimp_text_add_safe(out, j->pointer);
        aimp_text_add_string(out, " is ");
        aimp_text_add_safe(out, aimp_or_empty(j->actual));
        aimp_text_add_char(out, '\n');
    }
}

static void template_lines(const aimp_plan *plan, aimp_text *out, bool wide, bool color) {
    const aimp_selection *s = &plan->pass.template_;
    const size_t width = name_width(s);
    for (size_t i = 0; i < s->candidate_count; i++)
        candidate_lines(plan, out, &s->candidates[i], width, wide, color);
    if (!s->candidate_count && s->object) {
        begin_line(out, color, AIM_VERDICT_CHOSEN, s->object, width);
        profile_line(&plan->pass, out, s->object);
    }
}

static void outcome_line(aimp_text *out, bool color, const char *label, const char *message) {
    if (aimp_is_empty(message)) return;
    aimp_text_add_string(out, "  ");
    aimp_style(out, color, AIMP_YELLOW);
    add_column(out, label, VERDICT_WIDTH);
    aimp_style(out, color, AIMP_PLAIN);
    aimp_text_add_safe(out, message);
    aimp_text_add_char(out, '\n');
}

static bool is_said(const aimp_findings *findings, const char *message) {
    for (const aimp_finding *f = findings->first; f; f = f->next) {
        if (f->severity != AIM_SEVERITY_INFO && message && aimp_equal(f->message, message)) return true;
    }
    return false;
}

/* A state that does not end by waiting. */
static bool is_lost(const char *state) {
    return strcmp(state, "Failed") == 0 || strcmp(state, "Degraded") == 0;
}

static void outcome_lines(const aimp_plan *plan, aimp_text *out, bool color) {
    static const char *const labels[] = {"", "", "none", "waiting", "ambiguous", "error"};
    const aimp_pass *pass = &plan->pass;
    const aimp_resolution *r = &pass->model;
    const aimp_selection *s = &pass->template_;
    if (r->outcome != AIM_MODEL_FOUND && !is_said(&pass->findings, r->message))
        outcome_line(out, color, r->outcome == AIM_MODEL_CREATE ? "create" : "error", r->message);
    else if (r->outcome == AIM_MODEL_FOUND && !aimp_is_ready(r->object))
        outcome_line(out, color, is_lost(r->object->state) ? "error" : "waiting", r->message);
    if (!r->object) return;
    if (s->outcome != AIM_TEMPLATE_FOUND && !is_said(&pass->findings, s->message))
        outcome_line(out, color, labels[s->outcome], s->message);
    else if (s->object && !aimp_is_ready(s->object))
        outcome_line(out, color, is_lost(s->object->state) ? "error" : "waiting", s->message);
}

static void finding_lines(const aimp_plan *plan, aimp_text *out, bool wide, bool color) {
    static const char *const labels[] = {"", "error", "warning", "note"};
    static const aimp_text_style styles[] = {AIMP_PLAIN, AIMP_RED, AIMP_YELLOW, AIMP_DIM};
    for (const aimp_finding *f = plan->pass.findings.first; f; f = f->next) {
        if (f->severity == AIM_SEVERITY_INFO && !wide) continue;
        aimp_text_add_string(out, "  ");
        aimp_style(out, color, styles[f->severity]);
        add_column(out, labels[f->severity], VERDICT_WIDTH);
        aimp_style(out, color, AIMP_PLAIN);
        aimp_text_add_safe(out, aimp_or_empty(f->message));
        aimp_text_add_char(out, '\n');
        if (f->remedy.text) remedy_line(out, f, 2 + VERDICT_WIDTH);
    }
}

const char *aimp_unknown_kinds(const aimp_plan *plan, aimp_arena *arena) {
    aimp_text kinds = aimp_text_new(arena);
    for (int i = 1; i < AIMP_KIND_COUNT; i++) {
        if (plan->pass.unknown_kinds >> i & 1)
            aimp_text_add_format(&kinds, "%s%s", kinds.size ? ", " : "", aimp_kind_of((aimp_kind)i)->kind);
    }
    if (kinds.size)
        aimp_text_add_string(&kinds, ": not in the input, so not known (--complete: what is missing does not exist)");
    return aimp_text_string(&kinds);
}

void aimp_write_unknown(const aimp_plan *plan, aimp_text *out, bool color) {
    outcome_line(out, color, "unknown", aimp_unknown_kinds(plan, out->arena));
}

/* A blank line between blocks, but not after nothing. */
static void block(aimp_text *out, const aimp_text *lines, bool *any) {
    if (!lines->size) return;
    if (*any) aimp_text_add_char(out, '\n');
    aimp_text_add(out, lines->data, lines->size);
    *any = true;
}

void aimp_write_explanation(const aimp_plan *plan, aimp_text *out, bool wide, bool color) {
    if (plan->kind->kind != AIMP_SERVICE) {
        aimp_write_object_explanation(plan, out, wide, color);
        return;
    }
    aimp_text candidates = aimp_text_new(out->arena), outcome = candidates, findings = candidates;
    bool any = false;
    header(plan, out, color);
    template_lines(plan, &candidates, wide, color);
    block(out, &candidates, &any);
    if (!plan->paused && !plan->deleting) outcome_lines(plan, &outcome, color);
    finding_lines(plan, &outcome, wide, color);
    block(out, &outcome, &any);
    aimp_write_unknown(plan, &findings, color);
    block(out, &findings, &any);
}
