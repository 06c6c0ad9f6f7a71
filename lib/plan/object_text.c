/* What is said of a plan about another kind than a service: its title, why it is where it is, what it costs. */
#include <string.h>

#include "kube/quantity.h"
#include "plan/object_plan.h"
#include "plan/text_style.h"

#define LABEL_WIDTH 14

const char *aimp_plan_title(const aimp_plan *plan, aimp_arena *arena) {
    const aimp_pass *pass = &plan->pass;
    return plan->kind->kind == AIMP_SERVICE ? aimp_format(arena, "%s/%s", pass->ns, pass->name)
                                            : aimp_object_title(arena, plan->kind->kind, pass->ns, pass->name);
}

static void add_column(aimp_text *out, const char *text, size_t width) {
    size_t length = aimp_utf8_length(text);
    aimp_text_add_safe(out, text);
    aimp_text_add_repeated(out, ' ', length < width ? width - length : 1);
}

static void line(aimp_text *out, bool color, aimp_text_style style, const char *label, const char *message) {
    aimp_text_add_string(out, "  ");
    aimp_style(out, color, style);
    add_column(out, label, LABEL_WIDTH);
    aimp_style(out, color, AIMP_PLAIN);
    aimp_text_add_safe(out, message);
    aimp_text_add_char(out, '\n');
}

const char *aimp_size_text(aimp_arena *arena, int64_t bytes) {
    const char *text = "of unknown size";
    if (bytes) aimp_display_size(arena, bytes, &text);
    return text;
}

static aimp_text_style style_of(const char *state) {
    if (strcmp(state, "Ready") == 0) return AIMP_GREEN;
    return strcmp(state, "Failed") == 0 || strcmp(state, "Degraded") == 0 ? AIMP_RED : AIMP_YELLOW;
}

static void header(const aimp_plan *plan, aimp_text *out, bool color) {
    const aimp_pass *pass = &plan->pass;
    const aimp_object *t = pass->template_.object;
    aimp_style(out, color, AIMP_BOLD);
    aimp_text_add_safe(out, aimp_plan_title(plan, out->arena));
    aimp_style(out, color, AIMP_PLAIN);
    aimp_text_add_string(out, " · ");
    if (plan->deleting || plan->paused) {
        aimp_text_add_string(out, plan->deleting ? "being deleted\n\n" : "paused\n\n");
        return;
    }
    aimp_text_add_safe(out, *aimp_or_empty(plan->health.root) ? plan->health.root : "no status");
    if (t) {
        aimp_text_add_string(out, " · template ");
        aimp_text_add_safe(out, t->name);
        aimp_text_add_format(out, " (%s)", aimp_kind_of(t->kind)->kind);
    } else if (plan->kind->kind == AIMP_ARTIFACT) {
        aimp_text_add_string(out, " · ");
        aimp_text_add_safe(out, pass->cache.sources[0].uri);
        aimp_text_add_format(out, ", %s", aimp_size_text(out->arena, pass->artifact.size_bytes));
    }
    aimp_text_add_string(out, "\n\n");
}

/* Of a template cache: the artifact of each source. */
static void source_lines(const aimp_plan *plan, aimp_text *out, bool color) {
    const aimp_cache *cache = &plan->pass.cache;
    for (size_t i = 0; plan->kind->kind == AIMP_TEMPLATE_CACHE && i < cache->source_count; i++) {
        const aimp_cache_source *s = &cache->sources[i];
        const char *state = s->artifact ? s->artifact->state : "missing";
        line(out, color, style_of(state), state,
             aimp_format(out->arena, "%s  %s, %s",
                         s->artifact_name ? s->artifact_name : "(named once the cache has a UID)", s->uri,
                         aimp_size_text(out->arena, s->size_bytes)));
    }
}

static bool is_said(const aimp_plan *plan, const aimp_component *c) {
    for (const aimp_finding *f = plan->pass.findings.first; f; f = f->next) {
        if (f->severity != AIM_SEVERITY_INFO && aimp_equal(f->message, aimp_component_message(c))) return true;
    }
    return false;
}

static void component_lines(const aimp_plan *plan, aimp_text *out, bool wide, bool color) {
    for (size_t i = 0; i < plan->health.count; i++) {
        const aimp_component *c = &plan->health.components[i];
        const char *state = aimp_component_state(c);
        if (!wide && (strcmp(state, "Ready") == 0 || is_said(plan, c))) continue;
        line(out, color, style_of(state), state,
             aimp_format(out->arena, "%s (%s): %s", c->name, aimp_component_reason(c), aimp_component_message(c)));
    }
}

static void finalizer_line(const aimp_plan *plan, aimp_text *out, bool color) {
    const char *name = plan->add_finalizer ? plan->add_finalizer : plan->remove_finalizer;
    if (name)
        line(out, color, AIMP_PLAIN, "finalizer",
             aimp_format(out->arena, "%s is %s", name,
                         plan->add_finalizer ? "added first; the rest follows" : "removed at the end"));
    else if (plan->deleting && plan->health.retry)
        line(out, color, AIMP_RED, "finalizer", "stays: what goes along cannot be read");
}

/* What goes along with an object that goes. */
static void deletion_lines(const aimp_plan *plan, aimp_text *out, bool color) {
    for (size_t i = 0; i < plan->remove.count; i++) {
        const aimp_action *action = &plan->remove.items[i];
        line(out, color, AIMP_RED, "delete", aimp_object_title(out->arena, action->kind, action->ns, action->name));
    }
}

static void need_lines(const aimp_plan *plan, aimp_text *out, bool color) {
    for (const aimp_need *n = plan->pass.needs; n; n = n->next)
        line(out, color, AIMP_YELLOW, "needs",
             n->container ? aimp_format(out->arena, "the log of container %s of pod %s/%s (--pod-log)", n->container,
                                        n->ns, n->name)
                          : aimp_format(out->arena, "the events about %s/%s", n->ns, n->name));
}

static void finding_lines(const aimp_plan *plan, aimp_text *out, bool wide, bool color) {
    static const char *const labels[] = {"", "error", "warning", "note"};
    static const aimp_text_style styles[] = {AIMP_PLAIN, AIMP_RED, AIMP_YELLOW, AIMP_DIM};
    for (const aimp_finding *f = plan->pass.findings.first; f; f = f->next) {
        if (f->severity == AIM_SEVERITY_INFO && !wide) continue;
        line(out, color, styles[f->severity], labels[f->severity], aimp_or_empty(f->message));
        if (!f->remedy.text) continue;
        aimp_text_add_repeated(out, ' ', 2 + LABEL_WIDTH);
        aimp_text_add_string(out, "→ ");
        aimp_text_add_safe(out, f->remedy.text);
        aimp_text_add_char(out, '\n');
    }
}

void aimp_write_object_explanation(const aimp_plan *plan, aimp_text *out, bool wide, bool color) {
    header(plan, out, color);
    source_lines(plan, out, color);
    if (!plan->paused && !plan->deleting) component_lines(plan, out, wide, color);
    deletion_lines(plan, out, color);
    finalizer_line(plan, out, color);
    finding_lines(plan, out, wide, color);
    need_lines(plan, out, color);
    const char *unknown = aimp_unknown_kinds(plan, out->arena);
    if (*unknown) line(out, color, AIMP_YELLOW, "unknown", unknown);
}

/* What fills the object, and what the plan does about its finalizer. */
void aimp_write_object_summary(const aimp_plan *plan, aimp_text *out) {
    const aimp_cache *cache = &plan->pass.cache;
    finalizer_line(plan, out, false);
    if (plan->paused || plan->deleting || !cache->source_count) return;
    int64_t storage = 0;
    for (size_t i = 0; i < cache->source_count; i++)
        storage += cache->sources[i].claim_gibibytes;
    aimp_text_add_char(out, '\n');
    if (plan->kind->kind == AIMP_ARTIFACT)
        aimp_text_add_format(out, "  %s", aimp_size_text(out->arena, cache->sources[0].size_bytes));
    else
        aimp_text_add_format(out, "  %s, %zu artifact%s", cache->dedicated ? "Dedicated" : "Shared",
                             cache->source_count, cache->source_count == 1 ? "" : "s");
    if (storage) aimp_text_add_format(out, ", %lld GiB of storage", (long long)storage);
    if (cache->sizeless && plan->kind->kind != AIMP_ARTIFACT) aimp_text_add_string(out, " (not all sizes are known)");
    aimp_text_add_char(out, '\n');
}
