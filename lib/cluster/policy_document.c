/* From a text to a policy: read, check, and put together with what the built-in policy of the behaviour says. */
#include "cluster/policy_document.h"

#include <string.h>

#include "base/error.h"
#include "base/sort.h"
#include "cluster/issue_report.h"
#include "cluster/source_text.h"
#include "doc/reader.h"
#include "kube/quantity.h"

typedef struct reading {
    aim_policy *policy;
    const aim_source *asked;
    aimp_source_text source;
    aimp_guard *guard;
    aim_report *report;
    const aimp_node *root, *second; /* of the first two documents */
} reading;

/* --- the document --- */

static void problem(reading *r, aim_code code, uint64_t line, uint64_t column, const char *pointer,
                    const char *message) {
    aimp_report_place place = {r->source.name, r->source.text, r->source.size, line, column, pointer, NULL, NULL};
    aimp_report_add(r->report, code, AIM_SEVERITY_ERROR, &place, message);
}

static aimp_arena *on_arena(void *user) {
    return &((reading *)user)->policy->arena;
}

static void on_problem(void *user, aim_code code, uint64_t line, uint64_t column, const char *pointer,
                       const char *message) {
    problem(user, code, line, column, pointer, message);
}

static bool is_policy(const aimp_node *root) {
    return aimp_equal(aimp_get_text(root, "apiVersion"), AIMP_POLICY_API_VERSION) &&
           aimp_equal(aimp_get_text(root, "kind"), AIMP_POLICY_KIND);
}

static void on_document(void *user, const aimp_document *document) {
    reading *r = user;
    const aimp_node *root = document->root;
    aimp_check_cancel(r->guard);
    if (r->root) {
        if (!r->second) r->second = root;
        return;
    }
    r->root = root;
    if (is_policy(root) && document->has_items)
        problem(r, AIM_E_POLICY, root->line, root->column, "/items", "/items unknown field \"items\"");
}

/* The admitted document; NULL when something is wrong with it, and then the report says what. */
static const aimp_node *read_document(reading *r) {
    static const char wanted[] =
        "no policy: apiVersion must be " AIMP_POLICY_API_VERSION ", and kind " AIMP_POLICY_KIND;
    aim_policy *policy = r->policy;
    aimp_source_read(&r->source, r->asked, &policy->context->allocator, r->guard);
    aimp_document_sink sink = {on_arena, on_document, on_problem, r};
    aimp_read_documents(r->source.text, r->source.size, &policy->context->limits, &policy->arena, &sink);
    if (!r->root) {
        if (!r->report->error_count) problem(r, AIM_E_DOCUMENT, 0, 0, "", "the text holds no document");
        return NULL;
    }
    if (!is_policy(r->root)) {
        problem(r, AIM_E_DOCUMENT, r->root->line, r->root->column, "", wanted);
        return NULL;
    }
    if (r->second)
        problem(r, AIM_E_DOCUMENT, r->second->line, r->second->column, "",
                "a policy is one document: this is one too many");
    aimp_admission admission = {.arena = &policy->arena};
    const aimp_node *document = aimp_policy_admit(&admission, r->root);
    aimp_report_place about = {.source = r->source.name, .text = r->source.text, .size = r->source.size};
    aimp_text_place place = aimp_text_place_new(about.text, about.size);
    aimp_report_issues(r->report, &policy->arena, &about, admission.issues, AIM_E_POLICY, &place);
    return r->report->error_count ? NULL : document;
}

/* --- from the document to the policy --- */

static const char *const *names_of(aimp_arena *arena, const aimp_node *names) {
    const bool alone = names->kind != AIMP_LIST;
    const size_t count = alone ? 1 : names->count;
    const char **out = aimp_take_array(arena, count + 1, sizeof *out);
    for (size_t i = 0; i < count; i++)
        out[i] = aimp_text_of(alone ? names : aimp_item(names, i));
    out[count] = NULL;
    return out;
}

static aimp_dimension dimension_named(const char *name) {
    int d = 0;
    while (!aimp_equal(aimp_dimension_name((aimp_dimension)d), name))
        d++;
    return (aimp_dimension)d;
}

static void take_ranking(aim_policy *policy, const aimp_node *ranking) {
    aimp_arena *arena = &policy->arena;
    if (!ranking) return;
    policy->ranking_count = ranking->count;
    for (size_t i = 0; i < ranking->count; i++) {
        const aimp_node *item = aimp_item(ranking, i), *order = aimp_get(item, "order");
        const char *const **tiers = aimp_take_array(arena, order->count + 1, sizeof *tiers);
        for (size_t k = 0; k < order->count; k++)
            tiers[k] = names_of(arena, aimp_item(order, k));
        tiers[order->count] = NULL;
        policy->ranking[i] = (aimp_ranking){dimension_named(aimp_get_text(item, "dimension")), tiers};
    }
}

static void take_tie_breaks(aim_policy *policy, const aimp_node *names) {
    for (size_t i = 0; i < aimp_count(names); i++) {
        int t = 0;
        while (!aimp_equal(aimp_tie_break_name((aimp_tie_break)t), aimp_text_of(aimp_item(names, i))))
            t++;
        policy->tie_breaks[policy->tie_break_count++] = (aimp_tie_break)t;
    }
}

static int by_text(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char *const *sorted_devices(aimp_arena *arena, const aimp_node *ids) {
    const char **out = (const char **)(uintptr_t)names_of(arena, ids);
    aimp_sort(arena, out, ids->count, sizeof *out, by_text);
    return out;
}

static bool holds(const char *const *ids, const char *id) {
    for (; *ids; ids++) {
        if (strcmp(*ids, id) == 0) return true;
    }
    return false;
}

/* A device belongs to one model: what the document gives to one is taken from every other. */
static const char *const *without(aimp_arena *arena, const char *const *ids, const char *const *taken) {
    size_t count = 0, left = 0;
    while (ids[count])
        count++;
    const char **out = aimp_take_array(arena, count + 1, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        if (!holds(taken, ids[i])) out[left++] = ids[i];
    }
    out[left] = NULL;
    return out;
}

static aimp_gpu_facts *find_or_add(aimp_gpu_facts *models, size_t *count, const char *model) {
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(models[i].model, model) == 0) return &models[i];
    }
    static const char *const none[] = {NULL};
    models[*count] = (aimp_gpu_facts){model, 0, none};
    return &models[(*count)++];
}

static void take_gpus(aim_policy *policy, const aimp_node *gpus) {
    aimp_arena *arena = &policy->arena;
    const aimp_gpu_table *base = policy->gpus;
    if (!aimp_count(gpus)) return;
    aimp_gpu_facts *models = aimp_take_array(arena, base->count + gpus->count, sizeof *models);
    size_t count = base->count;
    memcpy(models, base->models, base->count * sizeof *models);
    for (size_t i = 0; i < gpus->count; i++) {
        const aimp_node *gpu = aimp_item(gpus, i), *devices = aimp_get(gpu, "devices"), *vram = aimp_get(gpu, "vram");
        aimp_gpu_facts *facts = find_or_add(models, &count, aimp_get_text(gpu, "model"));
        aimp_quantity quantity;
        if (vram && aimp_quantity_of(vram, &quantity)) facts->vram_bytes = aimp_quantity_value(&quantity);
        if (!devices) continue;
        const char *const *ids = sorted_devices(arena, devices);
        for (size_t k = 0; k < count; k++)
            models[k].devices = without(arena, models[k].devices, ids);
        facts->devices = ids;
    }
    aimp_gpu_table *table = aimp_take(arena, sizeof *table);
    *table = (aimp_gpu_table){models, count};
    policy->gpus = table;
}

static void make(void *arg) {
    reading *r = arg;
    aim_policy *policy = r->policy;
    const aimp_node *document = read_document(r);
    if (!document) return;
    const aimp_node *spec = aimp_get(document, "spec");
    const aim_policy *base = aim_policy_builtin(aim_behaviour_named(aimp_get_text(spec, "behaviour")));
    policy->behaviour = base->behaviour;
    policy->switches = base->switches;
    policy->gpus = base->gpus;
    memcpy(policy->ranking, base->ranking, sizeof policy->ranking);
    policy->ranking_count = base->ranking_count;
    policy->name = aimp_text_at(document, "metadata", "name", NULL);
    take_ranking(policy, aimp_get(spec, "ranking"));
    take_tie_breaks(policy, aimp_get(spec, "tieBreaks"));
    take_gpus(policy, aimp_get(spec, "gpus"));
    policy->identity = aimp_policy_identity_of(policy, &policy->arena);
}

static aim_policy *allocate(aim_context *context, aimp_guard *guard) {
    aim_policy *policy = aimp_alloc(&context->allocator, sizeof *policy);
    if (!policy) return NULL;
    memset(policy, 0, sizeof *policy);
    atomic_init(&policy->holders, 1);
    aimp_context_retain(context);
    policy->context = context;
    aimp_arena_init(&policy->arena, &context->allocator, guard, 4096);
    return policy;
}

aim_code aim_policy_new(aim_context *context, const aim_source *source, aim_report **report, aim_policy **out,
                        aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (report) *report = NULL;
    if (!context || !source || !out)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    const aim_allocator *allocator = &context->allocator;
    aim_code code = aimp_source_check(source, 0, allocator, err);
    if (code) return code;
    aimp_guard guard = {.cancel = source->cancel};
    reading r = {.policy = allocate(context, &guard),
                 .asked = source,
                 .source = {.name = source->name ? source->name : "(text)"},
                 .guard = &guard,
                 .report = aimp_report_new(context, &guard)};
    if (!r.policy || !r.report) {
        aim_policy_free(r.policy);
        aim_report_free(r.report);
        return aimp_fail(err, allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    }
    code = aimp_guard_run(&guard, make, &r);
    r.policy->arena.guard = NULL;
    r.report->arena.guard = NULL;
    aimp_source_release(&r.source, allocator);
    aimp_place place = {.source = r.source.name};
    if (code)
        aimp_fail(err, allocator, code, &place, "%s", guard.message);
    else
        code = aimp_report_fail(r.report, err);
    if (code)
        aim_policy_free(r.policy);
    else
        *out = r.policy;
    if (report)
        *report = r.report;
    else
        aim_report_free(r.report);
    return code;
}
