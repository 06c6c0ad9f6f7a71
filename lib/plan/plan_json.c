/* The plan as the documented JSON. It only grows: members may be added, none changes its meaning. */
#include <string.h>

#include "plan/object_plan.h"

/* clang-format off: the answer in code is indented like the answer */

static const aimp_node *text(aimp_arena *a, const char *string) {
    return string ? aimp_string(a, string) : NULL;
}

const char *aimp_stage_name(aimp_stage stage) {
    static const char *const names[] = {"availability", "optimization", "overrides", "gpu", "scope", "rank"};
    return stage < AIMP_STAGE_COUNT ? names[stage] : "";
}

const char *aimp_verdict_name(int32_t verdict) {
    static const char *const names[] = {"", "chosen", "outranked", "rejected"};
    return names[verdict >= 0 && verdict <= AIM_VERDICT_REJECTED ? verdict : 0];
}

static const char *model_outcome(int32_t outcome) {
    static const char *const names[] = {"", "found", "create", "none", "error"};
    return names[outcome];
}

static const char *template_outcome(int32_t outcome) {
    static const char *const names[] = {"", "found", "none", "not-ready", "ambiguous", "error"};
    return names[outcome];
}

static const aimp_node *model_node(const aimp_pass *pass, aimp_arena *a) {
    const aimp_resolution *r = &pass->model;
    const aimp_object *o = r->object;
    const char *name = r->create ? r->create_name : o ? o->name : NULL;
    return aimp_map_of(a, "outcome", text(a, model_outcome(r->outcome)), "kind",
                       r->create ? text(a, "AIMModel")
                       : o       ? text(a, aimp_kind_of(o->kind)->kind)
                                 : NULL,
                       "namespace",
                       r->create ? text(a, pass->ns)
                       : o       ? text(a, o->ns)
                                 : NULL,
                       "name", text(a, name), "status", o ? aimp_string_or_none(a, o->state) : NULL, "recorded",
                       r->recorded ? aimp_bool(true) : NULL, "reason",
                       aimp_string_or_none(a, aimp_reason_text(r->reason)), "message",
                       aimp_string_or_none(a, r->message), "create", aimp_bool(r->create), NULL);
}

static const aimp_node *judgements_node(const aimp_candidate *c, aimp_arena *a) {
    aimp_items items = aimp_items_new(a);
    for (size_t i = 0; i < AIMP_STAGE_COUNT; i++) {
        const aimp_judgement *j = &c->judgements[i];
        if (!j->judged) continue;
        aimp_items_add(&items, aimp_map_of(a, "stage", text(a, aimp_stage_name((aimp_stage)i)), "kept",
                                           aimp_bool(j->kept), "pointer", text(a, j->pointer), "actual",
                                           text(a, j->actual), "wanted", text(a, j->wanted), NULL));
    }
    return aimp_items_list(&items);
}

static const aimp_node *candidate_node(const aimp_pass *pass, const aimp_candidate *c, aimp_arena *a) {
    const aimp_template_facts *f = &c->object->facts.template_facts;
    const aimp_node *profile = aimp_map_of(
        a, "type", aimp_string_or_none(a, aimp_candidate_type(pass, c->object)), "gpu", aimp_string_or_none(a, f->gpu),
        "gpuCount", f->gpu_count ? aimp_integer(a, f->gpu_count) : NULL, "metric", aimp_string_or_none(a, f->metric),
        "precision", aimp_string_or_none(a, f->precision), NULL);
    bool ranked = c->rank > 0;
    return aimp_map_of(a, "kind", text(a, aimp_kind_of(c->object->kind)->kind), "namespace", text(a, c->object->ns),
                       "name", text(a, c->object->name), "verdict", text(a, aimp_verdict_name(c->verdict)), "stage",
                       text(a, aimp_stage_name(c->stage)), "reason", text(a, aimp_reason_text(c->reason)), "rank",
                       ranked ? aimp_integer(a, (int64_t)c->rank) : NULL, "score",
                       ranked ? aimp_integer(a, (int64_t)c->score.key) : NULL, "profile", profile, "judged",
                       judgements_node(c, a), "findings", aimp_findings_node(a, &c->findings), NULL);
}

static const aimp_node *template_node(const aimp_pass *pass, aimp_arena *a) {
    static const char *const sources[] = {NULL, "recorded", "named", "default", "selected"};
    const aimp_selection *s = &pass->template_;
    const aimp_object *o = s->object;
    aimp_items candidates = aimp_items_new(a);
    for (size_t i = 0; i < s->candidate_count; i++)
        aimp_items_add(&candidates, candidate_node(pass, &s->candidates[i], a));
    return aimp_map_of(a, "outcome", text(a, template_outcome(s->outcome)), "kind",
                       o ? text(a, aimp_kind_of(o->kind)->kind) : NULL, "namespace", o ? text(a, o->ns) : NULL, "name",
                       o ? text(a, o->name) : NULL, "status", o ? aimp_string_or_none(a, o->state) : NULL, "source",
                       text(a, sources[s->source]), "derivedFrom",
                       s->derive_from ? text(a, s->derive_from->name) : NULL, "reason",
                       aimp_string_or_none(a, aimp_reason_text(s->reason)), "message",
                       aimp_string_or_none(a, s->message), "candidates", aimp_items_list(&candidates), NULL);
}

static const char *cache_outcome(const aimp_cache *cache) {
    if (cache->found.object) return "reused";
    return cache->create ? "create" : aimp_failed(&cache->found.failure) ? "error" : "none";
}

static int64_t storage_of(const aimp_cache_source *s) {
    const int64_t gibibyte = (int64_t)1 << 30;
    return s->claim_gibibytes < INT64_MAX / gibibyte ? s->claim_gibibytes * gibibyte : INT64_MAX;
}

static const aimp_node *artifacts_node(const aimp_cache *cache, aimp_arena *a) {
    aimp_items artifacts = aimp_items_new(a);
    for (size_t i = 0; i < cache->source_count; i++) {
        const aimp_cache_source *s = &cache->sources[i];
        aimp_items_add(&artifacts,
                       aimp_map_of(a, "name", text(a, s->artifact_name), "modelId", text(a, s->model_id), "sourceUri",
                                   text(a, s->uri), "exists", aimp_bool(s->artifact != NULL), "status",
                                   s->artifact ? aimp_string_or_none(a, s->artifact->state) : NULL, "sizeBytes",
                                   s->size_bytes ? aimp_integer(a, s->size_bytes) : NULL, "storageBytes",
                                   s->claim_gibibytes ? aimp_integer(a, storage_of(s)) : NULL, NULL));
    }
    return aimp_items_list(&artifacts);
}

static const aimp_node *cache_node(const aimp_pass *pass, aimp_arena *a) {
    const aimp_cache *cache = &pass->cache;
    const bool failed = !cache->found.object && aimp_failed(&cache->found.failure);
    int64_t download = 0, storage = 0;
    for (size_t i = 0; i < cache->source_count; i++) {
        if (!aimp_is_ready(cache->sources[i].artifact)) download += cache->sources[i].size_bytes;
        storage += storage_of(&cache->sources[i]);
    }
    return aimp_map_of(a, "outcome", text(a, cache_outcome(cache)), "mode",
                       text(a, cache->dedicated ? "Dedicated" : "Shared"), "name", text(a, cache->name), "status",
                       cache->found.object ? aimp_string_or_none(a, cache->found.object->state) : NULL, "reason",
                       failed ? text(a, cache->found.failure.reason) : NULL, "message",
                       failed ? text(a, cache->found.failure.message) : NULL, "reused",
                       aimp_bool(cache->found.object != NULL), "artifacts", artifacts_node(cache, a), "downloadBytes",
                       aimp_integer(a, download), "storageBytes", aimp_integer(a, storage), NULL);
}

static const aimp_node *actions_node(const aimp_plan *plan, const aimp_actions *actions, aimp_arena *a) {
    const bool later = actions == &plan->later;
    aimp_items items = aimp_items_new(a);
    for (size_t i = 0; i < actions->count; i++) {
        const aimp_action *action = &actions->items[i];
        aimp_items_add(&items, aimp_map_of(a, "owner", aimp_bool(action->owned), "fieldManager",
                                           later ? NULL : text(a, plan->manager), "kind",
                                           later ? aimp_get(action->object, "kind") : NULL, "namespace",
                                           later ? text(a, action->ns) : NULL, "name",
                                           later ? text(a, action->name) : NULL, "object", action->object, NULL));
    }
    return aimp_items_list(&items);
}

static const aimp_node *deletions_node(const aimp_actions *actions, aimp_arena *a) {
    aimp_items items = aimp_items_new(a);
    for (size_t i = 0; i < actions->count; i++) {
        const aimp_action *action = &actions->items[i];
        aimp_items_add(&items, aimp_map_of(a, "apiVersion", aimp_get(action->object, "apiVersion"), "kind",
                                           text(a, aimp_kind_of(action->kind)->kind), "namespace", text(a, action->ns),
                                           "name", text(a, action->name), "uid", text(a, action->uid), NULL));
    }
    return aimp_items_list(&items);
}

static const aimp_node *unknown_node(const aimp_pass *pass, aimp_arena *a) {
    aimp_items items = aimp_items_new(a);
    for (int i = 1; i < AIMP_KIND_COUNT; i++) {
        if (pass->unknown_kinds >> i & 1) aimp_items_add(&items, text(a, aimp_kind_of((aimp_kind)i)->kind));
    }
    return aimp_items_list(&items);
}

/* By another key. */
static bool is_said(const aimp_read *reads, const aimp_read *read) {
    for (const aimp_read *r = reads; r != read; r = r->next) {
        if (r->kind == read->kind && r->verb == read->verb && aimp_equal(r->ns, read->ns) &&
            aimp_equal(r->name, read->name))
            return true;
    }
    return false;
}

static const aimp_node *reads_node(const aimp_pass *pass, aimp_arena *a) {
    aimp_items items = aimp_items_new(a);
    for (const aimp_read *r = pass->reads; r; r = r->next) {
        if (is_said(pass->reads, r)) continue;
        aimp_items_add(&items, aimp_map_of(a, "verb", text(a, r->verb), "kind", text(a, aimp_kind_of(r->kind)->kind),
                                           "namespace", aimp_string_or_none(a, r->ns), "name", text(a, r->name), NULL));
    }
    return aimp_items_list(&items);
}

static const aimp_node *finalizer_step(aimp_arena *a, const char *operation, const char *name) {
    return aimp_map_of(a, "operation", text(a, operation), "name", text(a, name), NULL);
}

static const aimp_node *finalizers_node(const aimp_plan *plan, aimp_arena *a) {
    if (!plan->add_finalizer && !plan->remove_finalizer) return NULL;
    return aimp_list_of(a,
                        plan->add_finalizer ? finalizer_step(a, "add", plan->add_finalizer)
                                            : finalizer_step(a, "remove", plan->remove_finalizer),
                        NULL);
}

static const aimp_node *needs_node(const aimp_pass *pass, aimp_arena *a) {
    aimp_items items = aimp_items_new(a);
    for (const aimp_need *n = pass->needs; n; n = n->next) {
        const aimp_node *what =
            aimp_map_of(a, "namespace", text(a, n->ns), n->container ? "pod" : "name", text(a, n->name), "container",
                        n->container ? text(a, n->container) : NULL, NULL);
        aimp_items_add(&items, aimp_map_of(a, n->container ? "log" : "events", what, NULL));
    }
    return items.count ? aimp_items_list(&items) : NULL;
}

const aimp_node *aimp_plan_status_node(const aimp_plan *plan, aimp_arena *a) {
    const aimp_object *object = plan->pass.object;
    return aimp_map_of(a, "apiVersion", text(a, AIMP_AIM_API_VERSION), "kind",
                       text(a, aimp_kind_of(object->kind)->kind), "metadata",
                       aimp_map_of(a, "name", text(a, object->name), "namespace", text(a, object->ns), NULL), "status",
                       plan->health.status ? plan->health.status : aimp_map_from(a, NULL, 0), NULL);
}

const aimp_node *aimp_plan_subject(const aimp_plan *plan, aimp_arena *a) {
    const aimp_pass *pass = &plan->pass;
    if (plan->kind->kind == AIMP_SERVICE)
        return aimp_map_of(a, "namespace", text(a, pass->ns), "name", text(a, pass->name), NULL);
    return aimp_reference_node(a, plan->kind->kind, pass->ns, pass->name);
}

const aimp_node *aimp_plan_node(const aimp_plan *plan, aimp_arena *a) {
    const aimp_pass *pass = &plan->pass;
    const bool service = plan->kind->kind == AIMP_SERVICE;
    const int64_t requeue = aimp_plan_requeue(plan);
    return aimp_map_of(
        a, service ? "service" : "object", aimp_plan_subject(plan, a), "behaviour",
        text(a, aim_policy_behaviour_name(pass->policy)), "policy", text(a, aim_policy_identity(pass->policy)),
        "paused", plan->paused ? aimp_bool(true) : NULL, "deleting", plan->deleting ? aimp_bool(true) : NULL, "model",
        service ? model_node(pass, a) : NULL, "template", service ? template_node(pass, a) : NULL, "cache",
        service ? cache_node(pass, a) : NULL, "artifacts", service ? NULL : artifacts_node(&pass->cache, a),
        "finalizers", finalizers_node(plan, a), "apply", actions_node(plan, &plan->apply, a), "later",
        actions_node(plan, &plan->later, a), "delete", deletions_node(&plan->remove, a), "status",
        plan->health.status ? plan->health.status : aimp_map_from(a, NULL, 0), "retry",
        plan->health.retry ? aimp_bool(true) : NULL, "requeueAfterSeconds",
        requeue >= 0 ? aimp_integer(a, requeue) : NULL, "findings", aimp_findings_node(a, &pass->findings), "needs",
        needs_node(pass, a), "unknown", unknown_node(pass, a), "reads", reads_node(pass, a), NULL);
}
