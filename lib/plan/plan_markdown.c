/* A plan as Markdown, for a comment on a pull request: the same facts as the text, in tables. */
#include <aim/plan.h>

#include <string.h>

#include "plan/object_plan.h"

static void heading(const aimp_plan *plan, aimp_text *out) {
    const aimp_resolution *r = &plan->pass.model;
    aimp_text_add_string(out, "### ");
    aimp_text_add_markdown(out, aimp_plan_title(plan, out->arena));
    aimp_text_add_string(out, ": ");
    aimp_text_add_markdown(out, *aimp_or_empty(plan->health.root) ? plan->health.root : "no status");
    const char *model = r->create ? r->create_name : r->object ? r->object->name : NULL;
    if (model) {
        aimp_text_add_string(out, r->create ? ", new model " : ", model ");
        aimp_text_add_markdown(out, model);
    }
    aimp_text_add_string(out, "\n\n");
}

static void cell(aimp_text *out, const char *text) {
    aimp_text_add_string(out, "| ");
    aimp_text_add_markdown(out, aimp_or_empty(text));
    aimp_text_add_char(out, ' ');
}

static void end_row(aimp_text *out) {
    aimp_text_add_string(out, "|\n");
}

static void remedy(aimp_text *out, const aimp_remedy *r) {
    if (!r->text) return;
    aimp_text_add_string(out, " → ");
    aimp_text_add_markdown(out, r->text);
}

static const char *scope_of(const aimp_object *object) {
    return object->ns ? "namespace" : "cluster";
}

static void candidate_row(const aimp_pass *pass, aimp_text *out, const aimp_candidate *c) {
    const aimp_template_facts *f = &c->object->facts.template_facts;
    const aimp_finding *last = c->findings.last;
    cell(out, aimp_verdict_name(c->verdict));
    cell(out, c->object->name);
    cell(out, scope_of(c->object));
    cell(out, aimp_candidate_type(pass, c->object));
    cell(out, f->gpu);
    cell(out, f->metric);
    cell(out, f->precision);
    bool chosen = c->verdict == AIM_VERDICT_CHOSEN;
    bool helps = !chosen && last && last->remedy.patch && c->stage != AIMP_STAGE_SCOPE && c->stage != AIMP_STAGE_RANK;
    aimp_text_add_string(out, "| ");
    if (!chosen) aimp_text_add_markdown(out, last ? aimp_or_empty(last->message) : aimp_reason_text(c->reason));
    if (helps) remedy(out, &last->remedy);
    aimp_text_add_string(out, " |\n");
}

static void templates(const aimp_pass *pass, aimp_text *out) {
    const aimp_selection *s = &pass->template_;
    if (!s->candidate_count) {
        if (s->object) aimp_text_add_string(out, "Template ");
        if (s->object) aimp_text_add_markdown(out, s->object->name);
        if (s->object) aimp_text_add_format(out, " (%s)\n\n", scope_of(s->object));
        return;
    }
    aimp_text_add_string(out, "| Verdict | Template | Scope | Type | GPU | Metric | Precision | Why |\n"
                              "|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < s->candidate_count; i++)
        candidate_row(pass, out, &s->candidates[i]);
    aimp_text_add_char(out, '\n');
}

static void item(aimp_text *out, const char *label, const char *message) {
    aimp_text_add_format(out, "- **%s**: ", label);
    aimp_text_add_markdown(out, message);
}

static void findings(const aimp_pass *pass, aimp_text *out) {
    static const char *const labels[] = {"", "error", "warning", "note"};
    for (const aimp_finding *f = pass->findings.first; f; f = f->next) {
        if (f->severity == AIM_SEVERITY_INFO) continue;
        item(out, labels[f->severity], aimp_or_empty(f->message));
        remedy(out, &f->remedy);
        aimp_text_add_char(out, '\n');
    }
}

static void explanation(const aimp_plan *plan, aimp_text *out) {
    const aimp_pass *pass = &plan->pass;
    templates(pass, out);
    const aimp_selection *s = &pass->template_;
    if (pass->model.outcome != AIM_MODEL_FOUND && !aimp_is_empty(pass->model.message)) {
        item(out, "model", pass->model.message);
        aimp_text_add_char(out, '\n');
    } else if (s->outcome != AIM_TEMPLATE_FOUND && !aimp_is_empty(s->message)) {
        item(out, "template", s->message);
        aimp_text_add_char(out, '\n');
    }
    findings(pass, out);
}

/* Of another kind than a service: the artifact of each source, and what is not Ready. */
static void object_explanation(const aimp_plan *plan, aimp_text *out) {
    const aimp_cache *cache = &plan->pass.cache;
    if (cache->source_count) aimp_text_add_string(out, "| Artifact | State | Source | Size |\n|---|---|---|---|\n");
    for (size_t i = 0; i < cache->source_count; i++) {
        const aimp_cache_source *s = &cache->sources[i];
        cell(out, s->artifact_name ? s->artifact_name : "(named once the cache has a UID)");
        cell(out, s->artifact ? s->artifact->state : "missing");
        cell(out, s->uri);
        cell(out, aimp_size_text(out->arena, s->size_bytes));
        end_row(out);
    }
    if (cache->source_count) aimp_text_add_char(out, '\n');
    for (size_t i = 0; i < plan->health.count; i++) {
        const aimp_component *c = &plan->health.components[i];
        if (strcmp(aimp_component_state(c), "Ready") == 0) continue;
        item(out, c->name, aimp_component_message(c));
        aimp_text_add_char(out, '\n');
    }
    findings(&plan->pass, out);
}

static void action_rows(aimp_text *out, const char *verb, const aimp_actions *actions) {
    for (size_t i = 0; i < actions->count; i++) {
        const aimp_action *a = &actions->items[i];
        cell(out, verb);
        cell(out, a->kind ? aimp_kind_of(a->kind)->kind : aimp_get_text(a->object, "kind"));
        cell(out, a->name ? a->name : "(named once its owner exists)");
        end_row(out);
    }
}

static void actions(const aimp_plan *plan, aimp_text *out) {
    if (!plan->remove.count && !plan->apply.count && !plan->later.count) {
        aimp_text_add_string(out, "Nothing to apply.\n");
        return;
    }
    aimp_text_add_string(out, "| Action | Kind | Name |\n|---|---|---|\n");
    action_rows(out, "delete", &plan->remove);
    action_rows(out, "apply", &plan->apply);
    action_rows(out, "later", &plan->later);
    if (!plan->apply.count) return;
    /* A fence that is longer than any run of back-ticks in a document cannot be ended by one. */
    aimp_text manifests = aimp_text_new(out->arena);
    aimp_write_manifests(plan, &manifests);
    size_t fence = 3, run = 0;
    for (const char *p = aimp_text_string(&manifests); *p; p++) {
        run = *p == '`' ? run + 1 : 0;
        if (run >= fence) fence = run + 1;
    }
    aimp_text_add_string(out, "\n<details><summary>Manifests</summary>\n\n");
    aimp_text_add_repeated(out, '`', fence);
    aimp_text_add_string(out, "yaml\n");
    aimp_text_add(out, manifests.data, manifests.size);
    aimp_text_add_repeated(out, '`', fence);
    aimp_text_add_string(out, "\n\n</details>\n");
}

static void components(const aimp_plan *plan, aimp_text *out) {
    aimp_text_add_string(out, "| Component | State | Reason | Message |\n|---|---|---|---|\n");
    for (size_t i = 0; i < plan->health.count; i++) {
        const aimp_component *c = &plan->health.components[i];
        if (!c->name) continue;
        cell(out, c->name);
        cell(out, aimp_component_state(c));
        cell(out, aimp_component_reason(c));
        cell(out, aimp_component_message(c));
        end_row(out);
    }
}

void aimp_write_markdown(const aimp_plan *plan, int32_t part, aimp_text *out) {
    heading(plan, out);
    const bool cleans_up = plan->remove.count > 0 && part == AIM_PART_PLAN;
    if ((plan->paused || plan->deleting) && !cleans_up)
        aimp_text_add_string(out, plan->paused ? "Paused: nothing is decided.\n" : "Being deleted.\n");
    else if (part == AIM_PART_EXPLANATION && plan->kind->kind != AIMP_SERVICE)
        object_explanation(plan, out);
    else if (part == AIM_PART_EXPLANATION)
        explanation(plan, out);
    else if (part == AIM_PART_STATUS)
        components(plan, out);
    else
        actions(plan, out);
}
