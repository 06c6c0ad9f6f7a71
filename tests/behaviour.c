#include "behaviour.h"

/* The plan of team/chat as a tree. */
const aimp_node *plan_with(test_context *t, const char *documents, int32_t behaviour, const aim_declaration *fault) {
    aim_cluster *cluster = test_cluster(t, documents);
    aim_plan *plan;
    aim_buffer *buffer;
    aim_ref ref = {.struct_size = sizeof ref, .ns = "team", .name = "chat"};
    aim_options options = {.struct_size = sizeof options, .policy = aim_policy_builtin(behaviour)};
    aim_declaration complete = {.struct_size = sizeof complete, .state = AIM_STATE_KNOWN};
    if (!cluster) return NULL;
    aim_cluster_declare(cluster, &complete, NULL);
    if (fault && aim_cluster_declare(cluster, fault, NULL)) FAIL("the fault cannot be declared");
    aim_code code = aim_plan_new(cluster, &ref, &options, &plan, NULL);
    aim_cluster_free(cluster);
    if (code || aim_plan_render(plan, AIM_PART_PLAN, AIM_FORMAT_JSON, 0, &buffer, NULL)) {
        FAIL("no plan");
        return NULL;
    }
    const aimp_node *node = aimp_read_small_json(&t->arena, aim_buffer_data(buffer), aim_buffer_size(buffer));
    aim_buffer_free(buffer);
    aim_plan_free(plan);
    return node;
}

const aimp_node *plan_of(test_context *t, const char *documents, int32_t behaviour) {
    return plan_with(t, documents, behaviour, NULL);
}

/* "a/b/0/c" of a tree as text: a string as it is, anything else as JSON, "" when it is not there. */
const char *at(test_context *t, const aimp_node *node, const char *path) {
    char *copy = aimp_copy_string(&t->arena, path), *next = copy;
    while (node && next) {
        char *slash = strchr(next, '/');
        if (slash) *slash = '\0';
        size_t index = (size_t)(next[0] - '0');
        node = node->kind == AIMP_LIST ? aimp_item(node, index) : aimp_get(node, next);
        next = slash ? slash + 1 : NULL;
    }
    if (!node) return "";
    if (node->kind == AIMP_STRING) return node->as.text;
    aimp_text text = aimp_text_new(&t->arena);
    aimp_write_json(&text, node);
    return aimp_text_string(&text);
}

/* A condition as "Status/Reason". */
const char *condition(test_context *t, const aimp_node *plan, const char *type) {
    const aimp_node *conditions = aimp_at(plan, "status", "conditions", NULL);
    for (size_t i = 0; i < aimp_count(conditions); i++) {
        const aimp_node *c = aimp_item(conditions, i);
        if (aimp_equal(aimp_get_text(c, "type"), type))
            return aimp_format(&t->arena, "%s/%s", aimp_get_text(c, "status"), aimp_get_text(c, "reason"));
    }
    return "";
}

/* The applied object of a kind, NULL when there is none. */
const aimp_node *applied(const aimp_node *plan, const char *kind) {
    const aimp_node *apply = aimp_get(plan, "apply");
    for (size_t i = 0; i < aimp_count(apply); i++) {
        const aimp_node *object = aimp_get(aimp_item(apply, i), "object");
        if (aimp_equal(aimp_get_text(object, "kind"), kind)) return object;
    }
    return NULL;
}

bool has_finding(const aimp_node *plan, const char *reason) {
    const aimp_node *findings = aimp_get(plan, "findings");
    for (size_t i = 0; i < aimp_count(findings); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(findings, i), "reason"), reason)) return true;
    }
    return false;
}

const char *candidate_reason(const aimp_node *plan, const char *name) {
    const aimp_node *candidates = aimp_at(plan, "template", "candidates", NULL);
    for (size_t i = 0; i < aimp_count(candidates); i++) {
        if (aimp_equal(aimp_get_text(aimp_item(candidates, i), "name"), name))
            return aimp_get_text(aimp_item(candidates, i), "reason");
    }
    return "";
}

/* The same path in both behaviours. */
void both(test_context *t, int line, const char *documents, const char *path, const char *documented,
          const char *engine) {
    test_check_text(t, __FILE__, line, path, at(t, plan_of(t, documents, DOCUMENTED), path), documented);
    test_check_text(t, __FILE__, line, path, at(t, plan_of(t, documents, ENGINE), path), engine);
}

void both_conditions(test_context *t, int line, const char *documents, const char *type, const char *documented,
                     const char *engine) {
    test_check_text(t, __FILE__, line, type, condition(t, plan_of(t, documents, DOCUMENTED), type), documented);
    test_check_text(t, __FILE__, line, type, condition(t, plan_of(t, documents, ENGINE), type), engine);
}

const char *predictor(test_context *t, const char *documents, int32_t behaviour, const char *path) {
    return at(t, applied(plan_of(t, documents, behaviour), "InferenceService"),
              aimp_format(&t->arena, "spec/predictor/%s", path));
}
