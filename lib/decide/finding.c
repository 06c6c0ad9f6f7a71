/* The table of reasons, and findings as data. */
#include "doc/pointer.h"
#include "decide/finding.h"

#include <string.h>

#include "doc/writer.h"

static const struct {
    int32_t number;
    const char *name;
} reasons[AIMP_R_COUNT] = {
    [AIMP_R_NONE] = {0, ""},
    [AIMP_R_MODEL_NOT_FOUND] = {101, "ModelNotFound"},
    [AIMP_R_MULTIPLE_MODELS] = {102, "MultipleModelsFound"},
    [AIMP_R_INVALID_IMAGE] = {103, "InvalidImageReference"},
    [AIMP_R_MODEL_CREATED] = {104, "CreatingModel"},
    [AIMP_R_MODEL_NOT_READY] = {105, "ModelNotReady"},
    [AIMP_R_MODEL_READ_FAILED] = {106, "ModelReadFailed"},
    [AIMP_R_CUSTOM_MODEL_CONFLICT] = {107, "CustomModelConflict"},
    [AIMP_R_MODEL_DEGRADED] = {108, "ModelDegraded"},
    [AIMP_R_TEMPLATE_PENDING] = {201, "TemplatePending"},
    [AIMP_R_TEMPLATE_PROGRESSING] = {202, "TemplateProgressing"},
    [AIMP_R_TEMPLATE_NOT_AVAILABLE] = {203, "TemplateNotAvailable"},
    [AIMP_R_TEMPLATE_DEGRADED] = {204, "TemplateDegraded"},
    [AIMP_R_TEMPLATE_FAILED] = {205, "TemplateFailed"},
    [AIMP_R_TEMPLATE_NOT_READY] = {206, "TemplateNotReady"},
    [AIMP_R_UNOPTIMIZED] = {301, "UnoptimizedTemplateFiltered"},
    [AIMP_R_OVERRIDES_NOT_MATCHED] = {401, "ServiceOverridesNotMatched"},
    [AIMP_R_DERIVED_FOR_ANOTHER] = {402, "DerivedForAnotherService"},
    [AIMP_R_OVERRIDES_NOT_APPLIED] = {403, "OverridesNotApplied"},
    [AIMP_R_GPU_NOT_IN_CLUSTER] = {501, "RequiredGPUNotInCluster"},
    [AIMP_R_VRAM_NOT_AVAILABLE] = {502, "VRAMNotAvailable"},
    [AIMP_R_VRAM_UNKNOWN] = {503, "VRAMUnknown"},
    [AIMP_R_GPU_UNKNOWN] = {504, "GPUAvailabilityUnknown"},
    [AIMP_R_NAMESPACED_PREFERRED] = {601, "NamespacedTemplatePreferred"},
    [AIMP_R_OTHER_SCOPE] = {602, "ModelOfOtherScope"},
    [AIMP_R_OTHER_MODEL] = {603, "TemplateOfOtherModel"},
    [AIMP_R_LOWER_RANK] = {701, "LowerPreferenceRank"},
    [AIMP_R_AMBIGUOUS] = {702, "TemplateSelectionAmbiguous"},
    [AIMP_R_BEST_MATCH] = {703, "BestMatch"},
    [AIMP_R_UNRANKED] = {704, "UnrankedValue"},
    [AIMP_R_LOST_TIE_BREAK] = {705, "LostTieBreak"},
    [AIMP_R_TEMPLATE_NOT_FOUND] = {801, "TemplateNotFound"},
    [AIMP_R_TEMPLATE_READ_FAILED] = {802, "TemplateReadFailed"},
    [AIMP_R_RECORDED_TEMPLATE_KEPT] = {803, "RecordedTemplateKept"},
    [AIMP_R_RECORDED_TEMPLATE_UNFIT] = {804, "RecordedTemplateUnfit"},
    [AIMP_R_DEFAULT_TEMPLATE_MISSING] = {805, "DefaultTemplateMissing"},
    [AIMP_R_DERIVED_PLANNED] = {806, "DerivedTemplatePlanned"},
    [AIMP_R_STORAGE_SIZE] = {901, "StorageSizeError"},
    [AIMP_R_CACHE_FAILED] = {902, "CacheFailed"},
    [AIMP_R_CACHE_SCOPE] = {903, "CacheOfOtherScope"},
    [AIMP_R_NO_SOURCES] = {904, "NoModelSources"},
    [AIMP_R_HEADROOM_IGNORED] = {905, "HeadroomIgnored"},
    [AIMP_R_STORAGE_CLASS_MISSING] = {906, "StorageClassNotFound"},
    [AIMP_R_NAME_TOO_LONG] = {1001, "NameTooLong"},
    [AIMP_R_PATH_TEMPLATE_INVALID] = {1002, "PathTemplateInvalid"},
    [AIMP_R_GATEWAY_MISSING] = {1003, "GatewayNotConfigured"},
    [AIMP_R_NAME_COLLISION] = {1004, "NameCollision"},
    [AIMP_R_RESOURCES_DIFFER] = {1005, "RequestDiffersFromLimit"},
    [AIMP_R_DURATION_INVALID] = {1006, "DurationNotAccepted"},
    [AIMP_R_RUNTIME_CONFIG_MISSING] = {1007, "RuntimeConfigNotFound"},
    [AIMP_R_UID_UNKNOWN] = {1008, "UIDUnknown"},
    [AIMP_R_IGNORED_FIELD] = {1009, "FieldIgnored"},
    [AIMP_R_PAUSED] = {1010, "ReconciliationPaused"},
    [AIMP_R_VALUE_NOT_ALLOWED] = {1102, "ValueNotAllowed"},
    [AIMP_R_NO_FREE_GPU] = {1201, "NoFreeGPU"},
    [AIMP_R_IMAGE_PULL] = {1301, "ImagePullFailed"},
    [AIMP_R_POD_BLOCKED] = {1302, "PodBlocked"},
    [AIMP_R_POD_FAILED] = {1303, "PodFailed"},
    [AIMP_R_RUNTIME_FAILED] = {1304, "InferenceServiceFailed"},
    [AIMP_R_ROUTE_REFUSED] = {1305, "RouteRefused"},
    [AIMP_R_SCALING_FAILED] = {1306, "ScalingFailed"},
    [AIMP_R_UNKNOWN_FIELD] = {1401, "UnknownField"},
    [AIMP_R_IMMUTABLE_CHANGED] = {1402, "ImmutableFieldChanged"},
    [AIMP_R_LABEL_NOT_ALLOWED] = {1403, "LabelNotAllowed"},
    [AIMP_R_NAME_NOT_ALLOWED] = {1404, "NameNotAllowed"},
    [AIMP_R_NAME_SHORTENED] = {1405, "NameShortened"},
    [AIMP_R_SECRET_MISSING] = {1406, "SecretNotFound"},
    [AIMP_R_GATEWAY_NOT_FOUND] = {1407, "GatewayNotFound"},
    [AIMP_R_OTHER_VERSION] = {1408, "OtherAPIVersion"},
    [AIMP_R_CACHE_REWRITTEN] = {1409, "SharedCacheRewritten"},
    [AIMP_R_UNREADABLE] = {1410, "DocumentUnreadable"},
    [AIMP_R_NODE_NOT_SCHEDULABLE] = {1501, "GPULabelNotSchedulable"},
    [AIMP_R_DEVICE_UNKNOWN] = {1502, "DeviceIDUnknown"},
    [AIMP_R_FAMILY_ONLY] = {1503, "GPUFamilyOnly"},
    [AIMP_R_LABELS_CONTRADICT] = {1504, "GPULabelsContradict"},
    [AIMP_R_VRAM_UNIT] = {1505, "VRAMUnitUnclear"},
    [AIMP_R_PARTITIONED] = {1506, "GPUPartitioned"},
    [AIMP_R_NODE_WITHOUT_LABELS] = {1507, "GPUNodeWithoutLabels"},
};

const char *aimp_reason_text(aimp_reason reason) {
    return reasons[reason < AIMP_R_COUNT ? reason : AIMP_R_NONE].name;
}

aimp_reason aimp_reason_of(const char *name) {
    for (int i = 1; i < AIMP_R_COUNT; i++) {
        if (aimp_equal(reasons[i].name, name)) return (aimp_reason)i;
    }
    return AIMP_R_NONE;
}

int32_t aim_reason_number(const char *name) {
    return reasons[aimp_reason_of(name)].number;
}

const char *aim_reason_name(int32_t number) {
    for (int i = 1; i < AIMP_R_COUNT; i++) {
        if (reasons[i].number == number) return reasons[i].name;
    }
    return NULL;
}

aimp_finding *aimp_findings_add(aimp_arena *arena, aimp_findings *findings, aimp_reason reason, int32_t severity,
                                const aimp_object *about) {
    aimp_finding *finding = aimp_take_zeroed(arena, sizeof *finding);
    finding->reason = reason;
    finding->severity = severity;
    if (about) {
        finding->kind = about->kind;
        finding->ns = about->ns;
        finding->name = about->name;
    }
    if (findings->last)
        findings->last->next = finding;
    else
        findings->first = finding;
    findings->last = finding;
    findings->count++;
    return finding;
}

/* RFC 6902 "add" needs its parent: the missing ones are added first. */
static void add_parents(aimp_arena *arena, aimp_items *steps, const aimp_node *root, const char *pointer) {
    const aimp_node *at = root;
    for (const char *rest = pointer; *rest;) {
        at = aimp_pointer_child(at, aimp_pointer_step(arena, &rest));
        if (at || !*rest) continue;
        const char *parent = aimp_copy(arena, pointer, (size_t)(rest - pointer));
        aimp_items_add(steps, aimp_map_of(arena, "op", aimp_string(arena, "add"), "path", aimp_string(arena, parent),
                                          "value", aimp_map_from(arena, NULL, 0), NULL));
    }
}

const aimp_node *aimp_reference_node(aimp_arena *arena, aimp_kind kind, const char *ns, const char *name) {
    return aimp_map_of(arena, "kind", aimp_string(arena, aimp_kind_of(kind)->kind), "namespace",
                       aimp_string_or_none(arena, ns), "name", aimp_string_or_none(arena, name), NULL);
}

void aimp_finding_place(aimp_arena *arena, aimp_finding *f, const aimp_object *object, const char *pointer) {
    const aimp_node *at = object->root;
    f->pointer = pointer;
    f->source = object->source;
    f->line = (uint32_t)object->line;
    f->column = (uint32_t)object->column;
    for (const char *rest = pointer; at && *rest;) {
        at = aimp_pointer_child(at, aimp_pointer_step(arena, &rest));
        if (at && at->line) f->line = at->line, f->column = at->column;
    }
}

aimp_remedy aimp_remedy_remove(aimp_arena *arena, const aimp_object *object, const char *pointer, const char *text) {
    const aimp_node *step =
        aimp_map_of(arena, "op", aimp_string(arena, "remove"), "path", aimp_string(arena, pointer), NULL);
    const aimp_node *patch =
        aimp_map_of(arena, "object", aimp_reference_node(arena, object->kind, object->ns, object->name), "patch",
                    aimp_list_of(arena, step, NULL), NULL);
    return (aimp_remedy){text, aimp_list_of(arena, patch, NULL), false};
}

aimp_remedy aimp_remedy_set(aimp_arena *arena, const aimp_object *object, const char *pointer, const aimp_node *value,
                            const char *text) {
    aimp_items steps = aimp_items_new(arena);
    add_parents(arena, &steps, object->root, pointer);
    aimp_items_add(&steps, aimp_map_of(arena, "op", aimp_string(arena, "add"), "path", aimp_string(arena, pointer),
                                       "value", value, NULL));
    const aimp_node *patch =
        aimp_map_of(arena, "object", aimp_reference_node(arena, object->kind, object->ns, object->name), "patch",
                    aimp_items_list(&steps), NULL);
    return (aimp_remedy){text, aimp_list_of(arena, patch, NULL), false};
}

static const char *severity_text(int32_t severity) {
    return severity == AIM_SEVERITY_ERROR ? "error" : severity == AIM_SEVERITY_WARNING ? "warning" : "info";
}

static const aimp_node *remedy_node(aimp_arena *arena, const aimp_remedy *remedy) {
    if (!remedy->text) return NULL;
    return aimp_map_of(arena, "text", aimp_string(arena, remedy->text), "patch", remedy->patch, "recreate",
                       aimp_bool(remedy->recreate), NULL);
}

const aimp_node *aimp_finding_node(aimp_arena *arena, const aimp_finding *f) {
    return aimp_map_of(
        arena, "reason", aimp_string(arena, reasons[f->reason].name), "number",
        aimp_integer(arena, reasons[f->reason].number), "severity", aimp_string(arena, severity_text(f->severity)),
        "object", f->kind ? aimp_reference_node(arena, f->kind, f->ns, f->name) : NULL, "source",
        aimp_string_or_none(arena, f->source), "line", f->line ? aimp_integer(arena, f->line) : NULL, "column",
        f->column ? aimp_integer(arena, f->column) : NULL, "pointer", aimp_string_or_none(arena, f->pointer), "actual",
        f->actual ? aimp_string(arena, f->actual) : NULL, "wanted", f->wanted ? aimp_string(arena, f->wanted) : NULL,
        "remedy", remedy_node(arena, &f->remedy), "message", aimp_string(arena, aimp_or_empty(f->message)), NULL);
}

const aimp_node *aimp_findings_node(aimp_arena *arena, const aimp_findings *findings) {
    aimp_items items = aimp_items_new(arena);
    for (const aimp_finding *f = findings->first; f; f = f->next)
        aimp_items_add(&items, aimp_finding_node(arena, f));
    return aimp_items_list(&items);
}

static void publish(aimp_arena *arena, aimp_finding *f) {
    aim_finding *out = &f->shown;
    *out = (aim_finding){.struct_size = sizeof *out,
                         .line = f->line,
                         .column = f->column,
                         .source = f->source,
                         .reason = reasons[f->reason].number,
                         .severity = f->severity,
                         .recreate = f->remedy.recreate,
                         .reason_name = reasons[f->reason].name,
                         .pointer = f->pointer,
                         .actual = f->actual,
                         .wanted = f->wanted,
                         .message = aimp_or_empty(f->message),
                         .remedy = f->remedy.text};
    if (f->kind) {
        out->object = aimp_object_title(arena, f->kind, f->ns, f->name);
        out->kind = aimp_kind_of(f->kind)->kind;
        out->ns = f->ns;
        out->name = f->name;
    }
    if (f->remedy.patch) out->remedy_patch = aimp_json_text(arena, f->remedy.patch);
}

void aimp_findings_publish(aimp_arena *arena, const aimp_findings *findings) {
    for (aimp_finding *f = findings->first; f; f = f->next)
        publish(arena, f);
}
