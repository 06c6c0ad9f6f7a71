/* Every question that a cluster answers, as scenarios for memory that runs out. */
#include "memory_scenario.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static aim_ref service_named(const char *name) {
    return (aim_ref){.struct_size = sizeof(aim_ref), .kind = "AIMService", .ns = "team", .name = name};
}

/* What a finding says, without where it stands in memory. */
static void note_finding(stage *s, const aim_finding *f) {
    NOTE("%d %s %s %s %s %s %s\n", f->reason, f->reason_name, aimp_or_empty(f->object), aimp_or_empty(f->pointer),
         aimp_or_empty(f->message), aimp_or_empty(f->remedy), aimp_or_empty(f->remedy_patch));
}

/* --- parts of an answer --- */

static void note_resolution(stage *s, const aim_resolution *resolution) {
    aim_model_answer answer = {.struct_size = sizeof answer};
    if (aim_resolution_answer(resolution, &answer)) return;
    NOTE("%d %s %s %s\n", answer.outcome, aimp_or_empty(answer.kind), aimp_or_empty(answer.name), answer.message);
}

static void note_selection(stage *s, const aim_selection *selection) {
    aim_candidate candidate = {.struct_size = sizeof candidate};
    aim_finding finding = {.struct_size = sizeof finding};
    NOTE("%d %s %s\n", aim_selection_outcome(selection), aim_selection_reason(selection),
         aim_selection_message(selection));
    if (!aim_selection_chosen(selection, &candidate)) NOTE("chosen %s\n", candidate.name);
    for (size_t i = 0; i < aim_selection_count(selection); i++) {
        if (aim_selection_at(selection, i, &candidate)) continue;
        NOTE("%s %s %s %" PRIu64 "\n", candidate.name, candidate.stage, candidate.reason_name, candidate.score);
        for (size_t k = 0; k < candidate.finding_count; k++) {
            if (!aim_selection_finding(selection, i, k, &finding)) note_finding(s, &finding);
        }
    }
}

static void note_cache(stage *s, const aim_cache_plan *cache) {
    aim_cache_answer answer = {.struct_size = sizeof answer};
    aim_cache_artifact artifact = {.struct_size = sizeof artifact};
    if (aim_cache_plan_answer(cache, &answer)) return;
    NOTE("%d %s %" PRIu64 "\n", answer.outcome, aimp_or_empty(answer.name), answer.download_bytes);
    for (size_t i = 0; i < answer.artifact_count; i++) {
        if (!aim_cache_plan_at(cache, i, &artifact)) NOTE("%s %s\n", artifact.name, artifact.source_uri);
    }
}

static aim_code resolve_model(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_ref service = service_named(scenario->text);
    aim_resolution *resolution;
    aim_code code = aim_resolution_new(s->cluster, &service, NULL, &resolution, err);
    memory_check_out(s, code, resolution);
    note_resolution(s, resolution);
    aim_resolution_free(resolution);
    return code;
}

static aim_code select_template(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_ref service = service_named(scenario->text);
    aim_selection *selection;
    aim_code code = aim_selection_new(s->cluster, &service, NULL, &selection, err);
    memory_check_out(s, code, selection);
    note_selection(s, selection);
    aim_selection_free(selection);
    return code;
}

static aim_code plan_cache(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_ref service = service_named(scenario->text);
    aim_cache_plan *cache;
    aim_code code = aim_cache_plan_new(s->cluster, &service, NULL, &cache, err);
    memory_check_out(s, code, cache);
    note_cache(s, cache);
    aim_cache_plan_free(cache);
    return code;
}

/* Each kind of manifest in both formats, of a service that leads to it. */
static aim_code render_manifests(stage *s, const memory_scenario *scenario, aim_error **err) {
    static const struct {
        const char *service, *kind;
    } manifests[] = {
        {"fresh", "AIMModel"},
        {"tuned", "AIMServiceTemplate"},
        {"chat", "AIMTemplateCache"},
        {"chat", "InferenceService"},
        {"chat", "HTTPRoute"},
        {"chat", "AIMArtifact"},
        {"chat", "PersistentVolumeClaim"},
        {"chat", "Job"},
    };
    for (size_t i = 0; i < COUNT(manifests); i++) {
        aim_ref service = service_named(manifests[i].service);
        aim_buffer *buffer;
        aim_code code = aim_manifest_render(s->cluster, &service, manifests[i].kind, NULL, (int32_t)scenario->flags, 0,
                                            &buffer, err);
        memory_note_buffer(s, code, buffer);
        if (code) return code;
    }
    return AIM_OK;
}

static aim_code render_nothing(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_ref service = service_named(scenario->text);
    aim_buffer *buffer;
    aim_code code = aim_manifest_render(s->cluster, &service, "Job", NULL, AIM_FORMAT_JSON, 0, &buffer, err);
    memory_note_buffer(s, code, buffer);
    return code;
}

/* --- plans --- */

static aim_code make_plan(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_ref service = service_named(scenario->text);
    aim_options options = {.struct_size = sizeof options, .now = "2026-01-01T00:00:00Z"};
    options.policy = aim_policy_builtin((int32_t)scenario->flags);
    aim_plan *plan;
    aim_code code = aim_plan_new(s->cluster, &service, &options, &plan, err);
    memory_check_out(s, code, plan);
    note_resolution(s, aim_plan_resolution(plan));
    note_selection(s, aim_plan_selection(plan));
    note_cache(s, aim_plan_cache(plan));
    aim_ref node = {.struct_size = sizeof node, .kind = "Node", .name = "node-1"};
    NOTE("%s %d\n", aim_plan_status(plan), aim_plan_depends_on(plan, s->cluster, &node));
    aim_interest *interest = NULL;
    if (!code) {
        code = aim_plan_interest(plan, &interest, err);
        memory_check_out(s, code, interest);
    }
    NOTE("%d\n", aim_interest_covers(interest, s->cluster, &node));
    aim_interest_free(interest);
    for (size_t i = 0; i < aim_plan_need_count(plan); i++) {
        aim_need need = {.struct_size = sizeof need};
        if (!aim_plan_need_at(plan, i, &need)) NOTE("%d %s\n", need.what, need.name);
    }
    for (size_t i = 0; i < aim_plan_action_count(plan); i++) {
        aim_action action = {.struct_size = sizeof action};
        if (!aim_plan_action_at(plan, i, &action)) NOTE("%s %s\n", action.kind, action.name);
    }
    for (size_t i = 0; i < aim_plan_finding_count(plan); i++) {
        aim_finding finding = {.struct_size = sizeof finding};
        if (!aim_plan_finding_at(plan, i, &finding)) note_finding(s, &finding);
    }
    for (size_t i = 0; i < aim_health_count(plan); i++) {
        aim_component part = {.struct_size = sizeof part};
        if (!aim_health_at(plan, i, &part)) NOTE("%s %s %s %s\n", part.name, part.state, part.reason, part.message);
    }
    aim_plan_free(plan);
    return code;
}

static const int32_t plan_formats[] = {AIM_FORMAT_TEXT, AIM_FORMAT_JSON, AIM_FORMAT_YAML, AIM_FORMAT_WIDE,
                                       AIM_FORMAT_MARKDOWN};

static aim_code render_plan(stage *s, const memory_scenario *scenario, aim_error **err) {
    for (int32_t part = AIM_PART_EXPLANATION; part <= AIM_PART_STATUS; part++) {
        for (size_t i = 0; i < COUNT(plan_formats); i++) {
            aim_buffer *buffer;
            aim_code code = aim_plan_render(s->plan, part, plan_formats[i], scenario->flags, &buffer, err);
            memory_note_buffer(s, code, buffer);
            if (code) return code;
        }
    }
    return AIM_OK;
}

static aim_code write_plan(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_sink sink = memory_sink(s);
    for (int32_t part = AIM_PART_EXPLANATION; part <= AIM_PART_STATUS; part++) {
        for (size_t i = 0; i < COUNT(plan_formats); i++) {
            aim_code code = aim_plan_write(s->plan, part, plan_formats[i], scenario->flags, &sink, err);
            if (code) return code;
        }
    }
    return AIM_OK;
}

static aim_code render_actions(stage *s, const memory_scenario *scenario, aim_error **err) {
    (void)scenario;
    for (size_t i = 0; i < aim_plan_action_count(s->plan); i++) {
        for (int32_t format = AIM_FORMAT_JSON; format <= AIM_FORMAT_YAML; format++) {
            aim_buffer *buffer;
            aim_code code = aim_plan_action_render(s->plan, i, format, 0, &buffer, err);
            memory_note_buffer(s, code, buffer);
            if (code) return code;
        }
    }
    return AIM_OK;
}

static aim_code finish_plan(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_outcome outcome = {.struct_size = sizeof outcome, .action = 0, .reason = scenario->text};
    aim_plan *finished;
    aim_code code = aim_plan_finish(s->plan, &outcome, 1, NULL, &finished, err);
    memory_check_out(s, code, finished);
    NOTE("%s %zu", aim_plan_status(finished), aim_plan_action_count(finished));
    aim_plan_free(finished);
    return code;
}

/* --- template caches and artifacts, in a cluster of the scenario's own --- */

#define TEAM ", namespace: team, "
#define OBJECT(kind, name, more)                                                                                       \
    "---\napiVersion: aim.eai.amd.com/v1alpha1\nkind: " kind "\nmetadata: {name: " name TEAM more "}\n"
#define WEIGHTS_CACHE(more)                                                                                            \
    OBJECT("AIMTemplateCache", "weights", "uid: c1, finalizers: [aim.eai.amd.com/artifactcleanup]" more)               \
    "spec: {templateName: two, templateScope: Namespace}\n"
#define TWO_SOURCES                                                                                                    \
    OBJECT("AIMServiceTemplate", "two", "uid: t2")                                                                     \
    "spec: {modelName: m}\nstatus: {status: Ready, modelSources: [{modelId: org/a, sourceUri: \"hf://org/a\", size: "  \
    "1Gi}, {modelId: org/b, sourceUri: \"hf://org/b\"}]}\n"
#define HALF                                                                                                           \
    OBJECT("AIMArtifact", "half", "uid: a2, labels: {aim.eai.amd.com/template-cache.name: weights}")                   \
    "spec: {sourceUri: \"hf://org/a\"}\nstatus: {status: Failed, conditions: [{type: Ready, status: \"False\", "       \
    "reason: JobFailed, message: gone}]}\n"
#define LEAVES ", deletionTimestamp: \"2026-01-01T00:00:00Z\""
#define SPACE "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n"
#define SIZE_RUN                                                                                                       \
    OBJECT("AIMArtifact", "weights", "uid: a-weights")                                                                 \
    "spec: {sourceUri: \"hf://org/m\"}\n---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: "                       \
    "weights-check-size-39c81d4d, namespace: team}\nstatus: {conditions: [{type: Complete, status: \"True\"}]}\n"      \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: size, namespace: team, labels: {job-name: "                      \
    "weights-check-size-39c81d4d}}\nstatus: {phase: Succeeded}\n"

static aim_code note_object_plan(stage *s, const aim_plan *plan, const aim_cluster *cluster, aim_error **err) {
    static const int32_t formats[] = {AIM_FORMAT_WIDE, AIM_FORMAT_JSON, AIM_FORMAT_MARKDOWN};
    aim_outcome outcome = {.struct_size = sizeof outcome, .reason = "Timeout"};
    aim_plan *finished;
    aim_diff *diff;
    aim_buffer *buffer;
    const size_t count = aim_plan_action_count(plan) ? 1 : 0;
    for (int32_t part = AIM_PART_EXPLANATION; part <= AIM_PART_STATUS; part++) {
        for (size_t i = 0; i < COUNT(formats); i++) {
            aim_code code = aim_plan_render(plan, part, formats[i], 0, &buffer, err);
            memory_note_buffer(s, code, buffer);
            if (code) return code;
        }
    }
    aim_code code = aim_plan_finish(plan, &outcome, count, NULL, &finished, err);
    memory_check_out(s, code, finished);
    NOTE("%s %d %d %s\n", aim_plan_status(finished), (int)aim_plan_requeue_after(finished),
         aim_plan_is_retried(finished), aimp_or_empty(aim_plan_finalizer(finished, AIM_ACTION_REMOVE_FINALIZER)));
    aim_plan_free(finished);
    if (code) return code;
    code = aim_diff_new(plan, cluster, NULL, &diff, err);
    memory_check_out(s, code, diff);
    NOTE("%zu\n", aim_diff_count(diff));
    aim_diff_free(diff);
    return code;
}

/* text: the documents; flags: an artifact instead of a cache */
static aim_code plan_object(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_cluster *cluster;
    aim_plan *plan = NULL;
    aim_source source = {.struct_size = sizeof source, .name = "object", .data = scenario->text};
    source.size = strlen(scenario->text);
    aim_ref object = {.struct_size = sizeof object, .ns = "team", .name = "weights"};
    object.kind = scenario->flags ? "AIMArtifact" : "AIMTemplateCache";
    aim_code code = aim_cluster_clone(s->cluster, &cluster, err);
    if (code) return code;
    code = aim_cluster_add(cluster, &source, NULL, err);
    if (!code) code = aim_plan_new(cluster, &object, NULL, &plan, err);
    memory_check_out(s, code, plan);
    if (!code) code = note_object_plan(s, plan, cluster, err);
    aim_plan_free(plan);
    aim_cluster_free(cluster);
    return code;
}

/* --- lint and diff --- */

static aim_code make_lint(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_lint *lint;
    aim_finding finding = {.struct_size = sizeof finding};
    (void)scenario;
    aim_code code = aim_lint_new(s->cluster, NULL, &lint, err);
    memory_check_out(s, code, lint);
    for (size_t i = 0; i < aim_lint_count(lint); i++) {
        if (!aim_lint_at(lint, i, &finding)) note_finding(s, &finding);
    }
    aim_lint_free(lint);
    return code;
}

static const int32_t lint_formats[] = {AIM_FORMAT_TEXT, AIM_FORMAT_JSON, AIM_FORMAT_MARKDOWN, AIM_FORMAT_SARIF,
                                       AIM_FORMAT_GITHUB};

static aim_code render_lint(stage *s, const memory_scenario *scenario, aim_error **err) {
    for (size_t i = 0; i < COUNT(lint_formats); i++) {
        aim_buffer *buffer;
        aim_code code = aim_lint_render(s->lint, lint_formats[i], scenario->flags, &buffer, err);
        memory_note_buffer(s, code, buffer);
        if (code) return code;
    }
    return AIM_OK;
}

static aim_code write_lint(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_sink sink = memory_sink(s);
    for (size_t i = 0; i < COUNT(lint_formats); i++) {
        aim_code code = aim_lint_write(s->lint, lint_formats[i], scenario->flags, &sink, err);
        if (code) return code;
    }
    return AIM_OK;
}

static aim_code add_report_to_lint(stage *s, const memory_scenario *scenario, aim_error **err) {
    (void)scenario;
    return aim_lint_add_report(s->lint, s->refused, err);
}

static aim_code make_diff(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_diff *diff;
    aim_change change = {.struct_size = sizeof change};
    (void)scenario;
    aim_code code = aim_diff_new(s->plan, s->cluster, NULL, &diff, err);
    memory_check_out(s, code, diff);
    for (size_t i = 0; i < aim_diff_count(diff); i++) {
        if (aim_diff_at(diff, i, &change)) continue;
        NOTE("%d %s %s %s %s %s\n", change.operation, change.object, change.pointer, aimp_or_empty(change.before),
             aimp_or_empty(change.after), aimp_or_empty(change.effect));
    }
    aim_diff_free(diff);
    return code;
}

static const int32_t diff_formats[] = {AIM_FORMAT_TEXT, AIM_FORMAT_JSON, AIM_FORMAT_MARKDOWN};

static aim_code render_diff(stage *s, const memory_scenario *scenario, aim_error **err) {
    for (size_t i = 0; i < COUNT(diff_formats); i++) {
        aim_buffer *buffer;
        aim_code code = aim_diff_render(s->diff, diff_formats[i], scenario->flags, &buffer, err);
        memory_note_buffer(s, code, buffer);
        if (code) return code;
    }
    return AIM_OK;
}

static aim_code write_diff(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_sink sink = memory_sink(s);
    for (size_t i = 0; i < COUNT(diff_formats); i++) {
        aim_code code = aim_diff_write(s->diff, diff_formats[i], scenario->flags, &sink, err);
        if (code) return code;
    }
    return AIM_OK;
}

/* --- words --- */

#define POLICY                                                                                                         \
    "apiVersion: libaim/v1\nkind: Policy\nmetadata: {name: lab}\nspec:\n  behaviour: engine-0.2\n"                     \
    "  tieBreaks: [fewest-gpus, name]\n  gpus: [{model: MI999X, vram: 512Gi, devices: [\"79a0\"]}]\n"                  \
    "  ranking: [{dimension: gpu, order: [[MI999X, MI300X], MI210]}]\n"

/* Reads a policy and decides by it. */
static aim_code make_policy(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_source source = {.struct_size = sizeof source, .name = "policy", .data = scenario->text};
    source.size = strlen(scenario->text);
    aim_policy *policy;
    aim_report *report;
    aim_selection *selection = NULL;
    aim_buffer *buffer = NULL;
    aim_ref service = service_named("chat");
    aim_code code = aim_policy_new(s->t->context, &source, &report, &policy, err);
    memory_check_out(s, code, policy);
    aim_report_free(report);
    if (code) return code;
    aim_options options = {.struct_size = sizeof options, .policy = policy};
    code = aim_selection_new(s->cluster, &service, &options, &selection, err);
    if (!code) code = aim_policy_render(s->t->context, policy, AIM_FORMAT_YAML, 0, &buffer, err);
    aim_policy_free(policy); /* answers that were made with it stay whole */
    note_selection(s, selection);
    aim_selection_free(selection);
    memory_note_buffer(s, code, buffer);
    return code;
}

static aim_code ask_policy(stage *s, const memory_scenario *scenario, aim_error **err) {
    const aim_policy *policy = aim_policy_builtin(aim_behaviour_named(scenario->text));
    aim_profile profile = {.struct_size = sizeof profile, .type = "optimized", .gpu = "MI300X", .metric = "latency"};
    uint64_t key = 0;
    aim_code code = aim_rank_key(policy, &profile, &key, err);
    NOTE("%d %s %s %" PRIu64 "\n", aim_policy_behaviour(policy), aim_policy_behaviour_name(policy),
         aim_policy_identity(policy), key);
    return code;
}

/* A refusal carries a message of its own as long as there is memory for it, and the code in any case. */
static aim_code ask_about_nobody(stage *s, const memory_scenario *scenario, aim_error **err) {
    aim_ref service = service_named(scenario->text);
    aim_plan *plan;
    aim_code code = aim_plan_new(s->cluster, &service, NULL, &plan, err);
    memory_check_out(s, code, plan);
    if (*err && aim_error_code(*err) == code)
        NOTE("%s %s%s %" PRIu64 ":%" PRIu64 " %d", aim_error_message(*err), aimp_or_empty(aim_error_source(*err)),
             aimp_or_empty(aim_error_pointer(*err)), aim_error_line(*err), aim_error_column(*err),
             aim_error_retryable(*err));
    return code;
}

static aim_code ask_for_names(stage *s, const memory_scenario *scenario, aim_error **err) {
    (void)err;
    NOTE("%s %s %s %s", aim_reason_name(aim_reason_number(scenario->text)), aim_code_name(AIM_E_LIMIT), aim_version(),
         aim_build_info());
    return AIM_OK;
}

/* text: the service; flags: the behaviour, the format, or flags of the rendering */
const memory_scenario memory_answer_scenarios[] = {
    {"a model is resolved", resolve_model, "chat"},
    {"a model has to be made", resolve_model, "fresh"},
    {"a template is selected", select_template, "chat"},
    {"a template is derived", select_template, "tuned"},
    {"a cache is planned", plan_cache, "chat"},
    {"every manifest is rendered as JSON", render_manifests, NULL, AIM_FORMAT_JSON},
    {"every manifest is rendered as YAML", render_manifests, NULL, AIM_FORMAT_YAML},
    {"a manifest that there is not is not rendered", render_nothing, "fresh", 0, AIM_E_NOT_FOUND},
    {"a running service is planned", make_plan, "chat", AIM_BEHAVIOUR_DOCUMENTED},
    {"a running service is planned as the engine does", make_plan, "chat", AIM_BEHAVIOUR_ENGINE_0_2},
    {"a new service is planned", make_plan, "fresh", AIM_BEHAVIOUR_DOCUMENTED},
    {"a service with overrides is planned", make_plan, "tuned", AIM_BEHAVIOUR_DOCUMENTED},
    {"nobody is planned", ask_about_nobody, "chta", 0, AIM_E_NOT_FOUND},
    {"every part of a plan is rendered", render_plan, NULL, 0},
    {"every part of a plan is rendered in colour", render_plan, NULL, AIM_RENDER_COLOR},
    {"every part of a plan is written", write_plan, NULL, 0},
    {"every action is rendered", render_actions},
    {"a plan is finished after a conflict", finish_plan, "Conflict"},
    {"a plan is finished", finish_plan, NULL},
    {"a template cache is planned", plan_object, WEIGHTS_CACHE("") TWO_SOURCES HALF},
    {"a template cache goes", plan_object, WEIGHTS_CACHE(LEAVES) TWO_SOURCES HALF SPACE},
    {"an artifact waits for its size", plan_object, SIZE_RUN, 1},
    {"a sized artifact is planned", plan_object,
     OBJECT("AIMArtifact", "weights", "uid: a-weights") "spec: {sourceUri: \"hf://org/m\", size: 3Gi}\n", 1},
    {"a cluster is linted", make_lint},
    {"a lint is rendered", render_lint, NULL, 0},
    {"a lint is rendered in colour", render_lint, NULL, AIM_RENDER_COLOR},
    {"a lint is written", write_lint, NULL, 0},
    {"a report joins a lint", add_report_to_lint},
    {"a plan is compared", make_diff},
    {"a diff is rendered", render_diff, NULL, 0},
    {"a diff is rendered in colour", render_diff, NULL, AIM_RENDER_COLOR},
    {"a diff is written", write_diff, NULL, 0},
    {"a policy is read and rendered", make_policy, POLICY},
    {"a wrong policy is refused", make_policy, "kind: Policy\n", 0, AIM_E_DOCUMENT},
    {"a documented policy is asked", ask_policy, "documented"},
    {"a policy of the engine is asked", ask_policy, "engine-0.2"},
    {"names are asked for", ask_for_names, "BestMatch"},
};
const size_t memory_answer_scenario_count = COUNT(memory_answer_scenarios);
