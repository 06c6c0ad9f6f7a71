/* The filter stages over the candidates of a model. A stage is a row of a table: it judges one candidate, says what it
 * looked at, and how to lift its rejection. Rules: spec/template-selection.md section 3; seed "Auto-Selection". */
#include <string.h>

#include "decide/pass.h"
#include "kube/quantity.h"

typedef struct filter {
    aimp_stage id;
    /* True keeps the candidate. Fills the judgement, and for a rejection the finding. */
    bool (*judge)(aimp_pass *pass, aimp_candidate *candidate, aimp_judgement *judgement, aimp_finding *finding);
} filter;

static aimp_reason state_reason(const char *state) {
    static const struct {
        const char *state;
        aimp_reason reason;
    } reasons[] = {{"Pending", AIMP_R_TEMPLATE_PENDING},
                   {"Progressing", AIMP_R_TEMPLATE_PROGRESSING},
                   {"NotAvailable", AIMP_R_TEMPLATE_NOT_AVAILABLE},
                   {"Degraded", AIMP_R_TEMPLATE_DEGRADED},
                   {"Failed", AIMP_R_TEMPLATE_FAILED}};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(reasons[i].state, state) == 0) return reasons[i].reason;
    }
    return AIMP_R_TEMPLATE_NOT_READY;
}

static bool is_available(aimp_pass *pass, aimp_candidate *c, aimp_judgement *j, aimp_finding *f) {
    const char *state = c->object->state;
    *j = (aimp_judgement){true, strcmp(state, "Ready") == 0, "/status/status", *state ? state : "no status yet",
                          "Ready"};
    if (j->kept) return true;
    f->reason = state_reason(state);
    f->message = aimp_format(pass->arena, "template status is %s", j->actual);
    bool gone = f->reason == AIMP_R_TEMPLATE_NOT_AVAILABLE;
    f->remedy.text = gone ? "add a node with the GPU that the template needs"
                          : "see the conditions in the template's status; it is used once it is Ready";
    return false;
}

const char *aimp_candidate_type(const aimp_pass *pass, const aimp_object *object) {
    const aimp_template_facts *facts = &object->facts.template_facts;
    if (*facts->profile_type) return facts->profile_type;
    if (pass->rules->spec_type_fills_in) return *facts->spec_type ? facts->spec_type : "unoptimized";
    return facts->has_profile ? "" : "unoptimized";
}

static bool is_optimized(aimp_pass *pass, aimp_candidate *c, aimp_judgement *j, aimp_finding *f) {
    const char *type = aimp_candidate_type(pass, c->object);
    bool allowed = aimp_is_true(aimp_at(pass->spec, "template", "allowUnoptimized", NULL));
    *j = (aimp_judgement){true, allowed || strcmp(type, "optimized") == 0, "/status/profile/metadata/type",
                          *type ? type : "no type", allowed ? "any profile type" : "optimized"};
    if (j->kept) return true;
    f->reason = AIMP_R_UNOPTIMIZED;
    f->message = *type ? aimp_format(pass->arena, "profile type %s", type) : "the profile has no type";
    f->remedy = aimp_remedy_set(pass->arena, pass->object, "/spec/template/allowUnoptimized", aimp_bool(true),
                                "set spec.template.allowUnoptimized: true");
    f->remedy.recreate = aimp_get(pass->spec, "template") != NULL; /* immutable once present */
    return false;
}

static bool reject_override(aimp_judgement *j, const char *pointer, const char *actual, const char *wanted) {
    *j = (aimp_judgement){true, false, pointer, *actual ? actual : "none", wanted};
    return false;
}

bool aimp_overrides_allow(aimp_pass *pass, const aimp_object *object, aimp_judgement *j) {
    const aimp_node *overrides = aimp_get(pass->spec, "overrides"), *gpu = aimp_at(overrides, "hardware", "gpu", NULL);
    const aimp_template_facts *facts = &object->facts.template_facts;
    const char *metric = aimp_or_empty(aimp_get_text(overrides, "metric"));
    const char *precision = aimp_or_empty(aimp_get_text(overrides, "precision"));
    const char *model = aimp_or_empty(aimp_get_text(gpu, "model"));
    int64_t count = 0;
    aimp_integer_of(aimp_get(gpu, "requests"), &count);
    *j = (aimp_judgement){true, true, NULL, NULL, NULL};
    if (*metric && !aimp_equal_ignoring_case(metric, facts->metric))
        return reject_override(j, "/status/profile/metadata/metric", facts->metric, metric);
    if (*precision && !aimp_equal_ignoring_case(precision, facts->precision))
        return reject_override(j, "/status/profile/metadata/precision", facts->precision, precision);
    if (*model && *facts->gpu_filter && strcmp(aimp_pass_gpu_key(pass, model), aimp_template_gpu_key(pass, facts)) != 0)
        return reject_override(j, "/spec/hardware/gpu/model", facts->gpu_filter, model);
    if (count > 0 && facts->gpu_count > 0 && count != facts->gpu_count)
        return reject_override(j, "/spec/hardware/gpu/requests",
                               aimp_format(pass->arena, "%lld", (long long)facts->gpu_count),
                               aimp_format(pass->arena, "%lld", (long long)count));
    return true;
}

static bool fits_overrides(aimp_pass *pass, aimp_candidate *c, aimp_judgement *j, aimp_finding *f) {
    if (pass->rules->derived_templates_are_private && c->object->facts.template_facts.derived) {
        *j = (aimp_judgement){true, false, "/metadata/labels/aim.eai.amd.com~1origin", "derived",
                              "a template that was not derived for a service"};
        f->reason = AIMP_R_DERIVED_FOR_ANOTHER;
        f->message = "it was derived for the overrides of a service";
        return false;
    }
    if (!aimp_get(pass->spec, "overrides")) return true;
    if (aimp_overrides_allow(pass, c->object, j)) return true;
    const char *field = strrchr(j->pointer, '/') + 1;
    const char *what = strcmp(field, "requests") == 0 ? "GPU count" : strcmp(field, "model") == 0 ? "GPU" : field;
    f->reason = AIMP_R_OVERRIDES_NOT_MATCHED;
    f->message = aimp_format(pass->arena, "%s is %s, the service asks for %s", what, j->actual, j->wanted);
    f->remedy.text = aimp_format(pass->arena, "ask for %s %s in spec.overrides, or leave it out", what, j->actual);
    f->remedy.recreate = true;
    return false;
}

static bool has_vram(aimp_pass *pass, aimp_candidate *c, aimp_judgement *j, aimp_finding *f) {
    const int64_t gibibyte = AIMP_GIBIBYTE;
    const aimp_template_facts *facts = &c->object->facts.template_facts;
    const int64_t wanted = facts->min_vram_bytes;
    if (!pass->rules->min_vram_filters || wanted <= 0) return true;
    bool unknown;
    const int64_t best = aimp_pass_largest_vram(pass, facts, &unknown);
    if (best >= wanted) return true;
    const char *needs = aimp_format(pass->arena, "%lldGi", (long long)((wanted + gibibyte - 1) / gibibyte));
    *j = (aimp_judgement){true, unknown, "/spec/hardware/gpu/minVram",
                          aimp_format(pass->arena, "%lldGi", (long long)(best / gibibyte)), needs};
    f->message =
        aimp_format(pass->arena, "needs a GPU with %s of memory; the largest known one has %s", needs, j->actual);
    f->reason = unknown ? AIMP_R_VRAM_UNKNOWN : AIMP_R_VRAM_NOT_AVAILABLE;
    if (unknown) f->severity = AIM_SEVERITY_WARNING;
    f->remedy.text = unknown ? "label the nodes with amd.com/gpu.vram" : "add a node with larger GPUs";
    return unknown;
}

static bool has_gpu(aimp_pass *pass, aimp_candidate *c, aimp_judgement *j, aimp_finding *f) {
    const aimp_template_facts *facts = &c->object->facts.template_facts;
    if (!*facts->gpu_model && facts->min_vram_bytes <= 0) {
        *j = (aimp_judgement){true, true, "/spec/hardware/gpu/model", "no GPU model", "a GPU that a node has"};
        return true;
    }
    if (!aimp_pass_knows(pass, AIMP_NODE)) {
        *j = (aimp_judgement){true, true, "/spec/hardware/gpu/model", facts->gpu_filter,
                              "not known: the input holds no nodes"};
        f->reason = AIMP_R_GPU_UNKNOWN;
        f->severity = AIM_SEVERITY_INFO;
        f->message = "no nodes were supplied: whether the GPU is in the cluster is not known";
        return true;
    }
    if (!*facts->gpu_model) return has_vram(pass, c, j, f);
    const char *pointer = aimp_text_at(c->object->spec, "hardware", "gpu", "model", NULL)
                              ? "/spec/hardware/gpu/model"
                              : "/status/profile/metadata/gpu";
    *j = (aimp_judgement){true, aimp_pass_has_gpu(pass, facts), pointer, facts->gpu_filter, aimp_gpus_of_cluster(pass)};
    if (j->kept) return has_vram(pass, c, j, f);
    f->reason = AIMP_R_GPU_NOT_IN_CLUSTER;
    f->message = aimp_format(pass->arena, "GPU %s is not in the cluster (it has %s)", facts->gpu_filter, j->wanted);
    f->remedy.text =
        aimp_format(pass->arena, "add a node with %s; its label amd.com/gpu.device-id must say so", facts->gpu_filter);
    return false;
}

/* --- the run --- */

static void reject(aimp_candidate *c, aimp_stage id, aimp_reason reason) {
    c->alive = false;
    c->verdict = AIM_VERDICT_REJECTED;
    c->stage = id;
    c->reason = reason;
}

static void run_stage(aimp_pass *pass, const filter *stage) {
    aimp_selection *s = &pass->template_;
    for (size_t i = 0; i < s->candidate_count; i++) {
        aimp_candidate *c = &s->candidates[i];
        if (!c->alive) continue;
        aimp_finding finding = {.severity = AIM_SEVERITY_ERROR};
        aimp_judgement *j = &c->judgements[stage->id];
        bool kept = stage->judge(pass, c, j, &finding);
        if (finding.reason != AIMP_R_NONE) {
            aimp_finding *kept_finding =
                aimp_findings_add(pass->arena, &c->findings, finding.reason, finding.severity, c->object);
            kept_finding->pointer = j->pointer;
            kept_finding->actual = j->actual;
            kept_finding->wanted = j->wanted;
            kept_finding->message = finding.message;
            kept_finding->remedy = finding.remedy;
        }
        if (!kept)
            reject(c, stage->id, finding.reason);
        else
            s->remaining[stage->id]++;
    }
}

/* Stage 4 of the seed: if any candidate is namespaced, only those go on. */
static void prefer_namespaced(aimp_pass *pass) {
    aimp_selection *s = &pass->template_;
    bool namespaced = false;
    for (size_t i = 0; i < s->candidate_count; i++)
        namespaced = namespaced || (s->candidates[i].alive && s->candidates[i].object->ns);
    for (size_t i = 0; i < s->candidate_count; i++) {
        aimp_candidate *c = &s->candidates[i];
        if (!c->alive) continue;
        bool kept = c->object->ns || !namespaced;
        c->judgements[AIMP_STAGE_SCOPE] =
            (aimp_judgement){true, kept, "/metadata/namespace", c->object->ns ? "namespaced" : "cluster-wide",
                             namespaced ? "namespaced" : "any scope"};
        if (kept) {
            s->remaining[AIMP_STAGE_SCOPE]++;
            continue;
        }
        reject(c, AIMP_STAGE_SCOPE, AIMP_R_NAMESPACED_PREFERRED);
        aimp_finding *f =
            aimp_findings_add(pass->arena, &c->findings, AIMP_R_NAMESPACED_PREFERRED, AIM_SEVERITY_ERROR, c->object);
        f->pointer = "/metadata/namespace";
        f->actual = "cluster-wide";
        f->wanted = "namespaced";
        f->message = "a namespaced template takes precedence";
        f->remedy =
            aimp_remedy_set(pass->arena, pass->object, "/spec/template/name", aimp_string(pass->arena, c->object->name),
                            aimp_format(pass->arena, "set spec.template.name: %s", c->object->name));
        f->remedy.recreate = aimp_get(pass->spec, "template") != NULL;
    }
}

static const filter stages[] = {
    {AIMP_STAGE_AVAILABILITY, is_available},
    {AIMP_STAGE_OPTIMIZATION, is_optimized},
    {AIMP_STAGE_OVERRIDES, fits_overrides},
    {AIMP_STAGE_GPU, has_gpu},
};

static bool collect(aimp_pass *pass, const char *model_name) {
    aimp_selection *s = &pass->template_;
    aimp_listing own = aimp_pass_list(pass, AIMP_TEMPLATE, AIMP_BY_MODEL_NAME, pass->ns, model_name);
    aimp_listing shared =
        own.error ? own : aimp_pass_list(pass, AIMP_CLUSTER_TEMPLATE, AIMP_BY_MODEL_NAME, NULL, model_name);
    aimp_read_error error = own.error ? own.error : shared.error;
    if (error) {
        s->selection_failure = aimp_failure_of(error);
        return false;
    }
    s->candidates = aimp_take_array(pass->arena, own.count + shared.count, sizeof *s->candidates);
    for (size_t i = 0; i < own.count + shared.count; i++) {
        const aimp_object *object = i < own.count ? own.items[i] : shared.items[i - own.count];
        s->candidates[s->candidate_count++] = (aimp_candidate){.object = object, .alive = true};
    }
    return true;
}

static void none_left(aimp_pass *pass, const char *model_name, aimp_stage emptied) {
    aimp_selection *s = &pass->template_;
    aimp_text text = aimp_text_new(pass->arena);
    s->outcome = AIM_TEMPLATE_NONE;
    s->reason = AIMP_R_TEMPLATE_NOT_FOUND;
    if (emptied == AIMP_STAGE_AVAILABILITY) {
        s->outcome = AIM_TEMPLATE_NOT_READY;
        s->not_ready = true;
        s->reason = AIMP_R_TEMPLATE_NOT_READY;
        aimp_text_add_format(&text,
                             s->candidate_count == 1 ? "the only template of model %s is not Ready"
                                                     : "none of the templates of model %s is Ready",
                             model_name);
    } else if (emptied == AIMP_STAGE_OPTIMIZATION) {
        size_t filtered = 0, preview = 0;
        for (size_t i = 0; i < s->candidate_count; i++) {
            if (s->candidates[i].stage != AIMP_STAGE_OPTIMIZATION) continue;
            filtered++;
            preview += strcmp(aimp_candidate_type(pass, s->candidates[i].object), "preview") == 0;
        }
        aimp_text_add_format(&text,
                             "no optimized template for model %s: %zu Ready one%s filtered (%zu preview, %zu "
                             "unoptimized); set spec.template.allowUnoptimized: true",
                             model_name, filtered, filtered == 1 ? " was" : "s were", preview, filtered - preview);
    } else {
        if (emptied == AIMP_STAGE_OVERRIDES)
            aimp_text_add_format(&text, "no template of model %s matches spec.overrides", model_name);
        else
            aimp_text_add_format(&text,
                                 "every template of model %s that passed the other filters needs a GPU that the "
                                 "cluster does not have (it has %s)",
                                 model_name, aimp_gpus_of_cluster(pass));
    }
    s->message = aimp_text_string(&text);
}

static void run_stages(aimp_pass *pass, const char *model_name) {
    aimp_selection *s = &pass->template_;
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        run_stage(pass, &stages[i]);
        if (s->remaining[stages[i].id]) continue;
        none_left(pass, model_name, stages[i].id);
        return;
    }
    prefer_namespaced(pass);
    aimp_pass_rank_candidates(pass);
}

void aimp_pass_select_template(aimp_pass *pass, const char *model_name) {
    aimp_selection *s = &pass->template_;
    s->source = AIMP_BY_SELECTION;
    s->outcome = AIM_TEMPLATE_NONE;
    s->ran = true;
    aimp_read_error nodes = pass->cluster->kinds[AIMP_NODE].list;
    if (!collect(pass, model_name)) {
        s->outcome = AIM_TEMPLATE_ERROR;
    } else if (!s->candidate_count) {
        s->reason = AIMP_R_TEMPLATE_NOT_FOUND;
        s->message = aimp_format(pass->arena, "no templates found for model %s", model_name);
    } else if (nodes) { /* nodes are listed as soon as there are candidates; without them none can be judged */
        s->candidate_count = 0;
        s->selection_failure = aimp_failure_of(nodes);
        s->outcome = AIM_TEMPLATE_ERROR;
    } else {
        run_stages(pass, model_name);
        aimp_sort_candidates(pass);
    }
}
