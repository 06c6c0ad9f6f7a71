/* A plan and a status as text: manifests for kubectl, a summary, a table of components. */
#include <string.h>

#include "doc/writer.h"
#include "plan/object_plan.h"
#include "plan/text_style.h"

void aimp_style(aimp_text *out, bool color, aimp_text_style style) {
    static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[33m"};
    if (color) aimp_text_add_string(out, codes[style]);
}

/* A stream for kubectl apply -f -: nothing in it that an API server would refuse. */
void aimp_write_manifests(const aimp_plan *plan, aimp_text *out) {
    for (size_t i = 0; i < plan->apply.count; i++) {
        aimp_text_add_string(out, "---\n");
        aimp_write_yaml(out, plan->apply.items[i].object);
    }
}

static void action_line(aimp_text *out, const char *verb, const aimp_action *action, const char *remark) {
    aimp_text_add_format(out, "  %-7s %-20s ", verb, aimp_or_empty(aimp_get_text(action->object, "kind")));
    if (action->ns) aimp_text_add_safe(out, action->ns);
    aimp_text_add_char(out, '/');
    aimp_text_add_safe(out, action->name ? action->name : "(named once its owner exists)");
    aimp_text_add_format(out, "%s\n", remark);
}

static void size_text(aimp_text *out, int64_t bytes) {
    const double gibibyte = 1073741824.0;
    aimp_text_add_format(out, "%lld GiB", (long long)((double)bytes / gibibyte + 0.5));
}

static void cache_line(const aimp_pass *pass, aimp_text *out) {
    const aimp_cache *cache = &pass->cache;
    int64_t download = 0, storage = 0;
    for (size_t i = 0; i < cache->source_count; i++) {
        if (!aimp_is_ready(cache->sources[i].artifact)) download += cache->sources[i].size_bytes;
        storage += cache->sources[i].claim_gibibytes;
    }
    if (!cache->source_count) return;
    aimp_text_add_format(out, "\n  cache   %s, %s, %zu artifact%s, ", cache->dedicated ? "Dedicated" : "Shared",
                         cache->found.object ? "reused" : "new", cache->source_count,
                         cache->source_count == 1 ? "" : "s");
    if (cache->sizeless && !download) {
        aimp_text_add_string(out, "sizes not known yet\n");
        return;
    }
    size_text(out, download);
    aimp_text_add_format(out, " to download, %lld GiB of storage%s\n", (long long)storage,
                         cache->sizeless ? " (not all sizes are known)" : "");
}

void aimp_write_plan_text(const aimp_plan *plan, aimp_text *out, bool color) {
    const aimp_pass *pass = &plan->pass;
    aimp_style(out, color, AIMP_BOLD);
    aimp_text_add_safe(out, aimp_plan_title(plan, out->arena));
    aimp_style(out, color, AIMP_PLAIN);
    aimp_text_add_format(out, " · %s\n\n", *aimp_or_empty(plan->health.root) ? plan->health.root : "no status");
    for (size_t i = 0; i < plan->remove.count; i++)
        action_line(out, "delete", &plan->remove.items[i], "");
    for (size_t i = 0; i < plan->apply.count; i++)
        action_line(out, "apply", &plan->apply.items[i],
                    plan->apply.items[i].owned ? aimp_format(out->arena, " (owned by the %s)", plan->kind->noun) : "");
    for (size_t i = 0; i < plan->later.count; i++)
        action_line(out, "later", &plan->later.items[i], "");
    if (!plan->remove.count && !plan->apply.count && !plan->later.count)
        aimp_text_add_string(out, "  nothing to apply\n");
    if (plan->kind->kind == AIMP_SERVICE)
        cache_line(pass, out);
    else
        aimp_write_object_summary(plan, out);
}

static aimp_text_style style_of(const char *state) {
    if (strcmp(state, "Ready") == 0 || strcmp(state, "Running") == 0) return AIMP_GREEN;
    return strcmp(state, "Failed") == 0 || strcmp(state, "Degraded") == 0 ? AIMP_RED : AIMP_YELLOW;
}

void aimp_write_status_text(const aimp_plan *plan, aimp_text *out, bool wide, bool color) {
    const aimp_pass *pass = &plan->pass;
    const aimp_health *health = &plan->health;
    const char *root = *aimp_or_empty(health->root) ? health->root : "no status";
    aimp_style(out, color, AIMP_BOLD);
    aimp_text_add_safe(out, aimp_plan_title(plan, out->arena));
    aimp_style(out, color, AIMP_PLAIN);
    aimp_text_add_string(out, " · ");
    aimp_style(out, color, style_of(root));
    aimp_text_add_safe(out, root);
    aimp_style(out, color, AIMP_PLAIN);
    if (plan->paused) aimp_text_add_string(out, " (paused)");
    if (plan->deleting) aimp_text_add_string(out, " (being deleted)");
    aimp_text_add_string(out, "\n\n");
    for (size_t i = 0; i < health->count; i++) {
        const aimp_component *c = &health->components[i];
        if (!c->name) continue;
        const char *state = aimp_component_state(c), *message = aimp_component_message(c);
        aimp_text_add_format(out, "  %-21s", c->name);
        aimp_style(out, color, style_of(state));
        aimp_text_add_format(out, "%-13s", state);
        aimp_style(out, color, AIMP_PLAIN);
        aimp_text_add_format(out, "%-27s ", aimp_component_reason(c));
        aimp_text_add_safe(out, message);
        if (wide && c->details) {
            aimp_text_add_string(out, ". ");
            aimp_text_add_safe(out, c->details);
        }
        aimp_text_add_char(out, '\n');
    }
    bool first = true;
    for (const aimp_finding *f = pass->findings.first; f; f = f->next) {
        if (f->severity != AIM_SEVERITY_ERROR || !f->remedy.text) continue;
        aimp_text_add_string(out, first ? "\n" : "");
        first = false;
        aimp_text_add_string(out, "  → ");
        aimp_text_add_safe(out, f->remedy.text);
        aimp_text_add_char(out, '\n');
    }
    aimp_text unknown = aimp_text_new(out->arena);
    aimp_write_unknown(plan, &unknown, color);
    if (unknown.size) aimp_text_add_char(out, '\n');
    aimp_text_add(out, aimp_text_string(&unknown), unknown.size);
}
