/* Walks a document along the table of its kind: admission (as an API server stores it) and emission (as Go writes it).
 */
#include "kube/schema.h"

#include <string.h>

#include "base/sort.h"
#include "doc/pointer.h"
#include "kube/duration.h"
#include "kube/quantity.h"

const aimp_field *aimp_schema_field(const aimp_schema *schema, const char *name) {
    for (size_t i = 0; i < schema->count; i++) {
        if (strcmp(schema->fields[i].name, name) == 0) return &schema->fields[i];
    }
    return NULL;
}

static aimp_issue *record(aimp_admission *a, aimp_issue_kind kind, const aimp_node *node, const char *pointer) {
    aimp_issue *issue = aimp_take_zeroed(a->arena, sizeof *issue);
    issue->kind = kind;
    issue->pointer = pointer;
    issue->node = node;
    issue->line = node ? node->line : 0;
    issue->column = node ? node->column : 0;
    issue->next = a->issues;
    a->issues = issue;
    if (kind == AIMP_ISSUE_TYPE) a->type_errors++;
    return issue;
}

void aimp_admission_refuse(aimp_admission *a, const aimp_node *node, const char *pointer, const char *actual,
                           const char *message) {
    aimp_issue *issue = record(a, AIMP_ISSUE_VALUE, node, pointer);
    issue->actual = actual;
    issue->message = message;
}

static const char *type_name(aimp_type type) {
    static const char *const names[] = {"anything",
                                        "a string",
                                        "a boolean",
                                        "an integer",
                                        "an integer",
                                        "a quantity (a string or a number)",
                                        "a duration in a string",
                                        "an integer or a string",
                                        "a map"};
    return names[type];
}

static bool fits(const aimp_node *node, aimp_type type) {
    int64_t integer;
    switch (type) {
    case AIMP_T_ANY: return true;
    case AIMP_T_STRING:
    case AIMP_T_DURATION: return node->kind == AIMP_STRING;
    case AIMP_T_BOOL: return node->kind == AIMP_BOOL;
    case AIMP_T_INT32: return aimp_integer_of(node, &integer) && integer >= INT32_MIN && integer <= INT32_MAX;
    case AIMP_T_INT64: return aimp_integer_of(node, &integer);
    case AIMP_T_QUANTITY:
    case AIMP_T_INT_OR_STRING: return node->kind == AIMP_STRING || node->kind == AIMP_NUMBER;
    case AIMP_T_OBJECT: return node->kind == AIMP_MAP;
    }
    return false;
}

static void wrong_type(aimp_admission *a, const aimp_node *node, const char *wanted, const char *pointer) {
    aimp_issue *issue = record(a, AIMP_ISSUE_TYPE, node, pointer);
    bool quotable = node->kind == AIMP_NUMBER || node->kind == AIMP_BOOL;
    bool wants_text = strstr(wanted, "string") != NULL;
    issue->wanted = wanted;
    issue->actual = aimp_node_kind_name(node);
    if (quotable && wants_text)
        issue->message =
            aimp_format(a->arena, "must be %s, not %s: put it in quotes (\"%.60s\")", wanted, issue->actual,
                        node->kind == AIMP_BOOL ? (node->truth ? "true" : "false") : node->as.text);
    else
        issue->message = aimp_format(a->arena, "must be %s, not %s", wanted, issue->actual);
}

static void illegal(aimp_admission *a, const aimp_node *node, const char *pointer, const char *wanted) {
    aimp_issue *issue = record(a, AIMP_ISSUE_VALUE, node, pointer);
    const char *text = node->kind == AIMP_STRING || node->kind == AIMP_NUMBER ? node->as.text : NULL;
    issue->actual = text ? aimp_format(a->arena, "\"%.80s\"", text) : aimp_node_kind_name(node);
    issue->wanted = wanted;
    issue->message = aimp_format(a->arena, "%s is not allowed here: must be %s", issue->actual, wanted);
}

static const char *joined(aimp_arena *arena, const char *const *values) {
    aimp_text text = aimp_text_new(arena);
    for (const char *const *v = values; *v; v++)
        aimp_text_add_format(&text, "%s%s", v == values ? "" : v[1] ? ", " : " or ", *v);
    return aimp_text_string(&text);
}

static bool is_one_of(const char *text, const char *const *values) {
    for (; *values; values++) {
        if (strcmp(*values, text) == 0) return true;
    }
    return false;
}

static void check_string(aimp_admission *a, const aimp_field *field, const aimp_node *node, const char *pointer) {
    const char *text = node->as.text;
    int64_t nanoseconds;
    if (field->values && !is_one_of(text, field->values))
        illegal(a, node, pointer, joined(a->arena, field->values));
    else if ((int64_t)node->count < field->min)
        illegal(a, node, pointer, aimp_format(a->arena, "at least %lld characters long", (long long)field->min));
    else if (field->max && (int64_t)node->count > field->max)
        illegal(a, node, pointer, aimp_format(a->arena, "at most %lld characters long", (long long)field->max));
    else if (field->legal && !field->legal(text))
        illegal(a, node, pointer, field->legal_text);
    else if (field->type == AIMP_T_DURATION && !aimp_duration_parse(text, &nanoseconds))
        illegal(a, node, pointer, "a duration such as 30s, 5m or 1h30m");
}

static void check_value(aimp_admission *a, const aimp_field *field, const aimp_node *node, const char *pointer) {
    int64_t integer;
    aimp_quantity quantity;
    if (field->type == AIMP_T_STRING || field->type == AIMP_T_DURATION)
        check_string(a, field, node, pointer);
    else if (field->type == AIMP_T_QUANTITY && !aimp_quantity_of(node, &quantity))
        illegal(a, node, pointer, "a quantity such as 2, 500m or 64Gi");
    else if (field->ranged && aimp_integer_of(node, &integer) && integer < field->min)
        illegal(a, node, pointer, aimp_format(a->arena, "at least %lld", (long long)field->min));
}

/* One value of the field's type; NULL when it cannot be kept. */
static const aimp_node *admit_value(aimp_admission *a, const aimp_field *field, const aimp_node *node,
                                    const char *pointer) {
    if (!fits(node, field->type)) {
        wrong_type(a, node, type_name(field->type), pointer);
        return NULL;
    }
    if (field->type == AIMP_T_OBJECT) return aimp_schema_admit(a, field->object, node, pointer);
    check_value(a, field, node, pointer);
    return node;
}

typedef struct named {
    const char *name;
    size_t index;
} named;

static int by_name(const void *left, const void *right) {
    const named *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Every name but the first of its kind is reported, in any length of list in good time. */
static void check_keys(aimp_admission *a, const aimp_node *list, const char *pointer) {
    named *names = aimp_take_array(a->arena, list->count, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *name = aimp_get_text(list->as.items[i], "name");
        if (name) names[count++] = (named){name, i};
    }
    aimp_sort(a->arena, names, count, sizeof *names, by_name);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(names[i - 1].name, names[i].name) != 0) continue;
        aimp_issue *issue = record(a, AIMP_ISSUE_VALUE, list->as.items[names[i].index],
                                   aimp_format(a->arena, "%s/%zu/name", pointer, names[i].index));
        issue->actual = aimp_format(a->arena, "\"%.80s\"", names[i].name);
        issue->wanted = "a name that occurs once";
        issue->message = aimp_format(a->arena, "the name %s occurs twice in this list", issue->actual);
    }
}

static const aimp_node *placed(const aimp_node *node, const aimp_node *like) {
    ((aimp_node *)(uintptr_t)node)->line = like->line;
    ((aimp_node *)(uintptr_t)node)->column = like->column;
    return node;
}

static const aimp_node *admit_list(aimp_admission *a, const aimp_field *field, const aimp_node *node,
                                   const char *pointer) {
    if (node->kind != AIMP_LIST) {
        wrong_type(a, node, "a list", pointer);
        return NULL;
    }
    if ((int64_t)node->count < field->min) illegal(a, node, pointer, "a list that is not empty");
    if (field->max && (int64_t)node->count > field->max)
        illegal(a, node, pointer, aimp_format(a->arena, "at most %lld items", (long long)field->max));
    aimp_items items = aimp_items_new(a->arena);
    for (size_t i = 0; i < node->count; i++) {
        const char *below = aimp_format(a->arena, "%s/%zu", pointer, i);
        aimp_items_add(&items, admit_value(a, field, node->as.items[i], below));
    }
    const aimp_node *list = placed(aimp_items_list(&items), node);
    if (field->flags & AIMP_F_KEYED) check_keys(a, list, pointer);
    return list;
}

static const aimp_node *admit_map(aimp_admission *a, const aimp_field *field, const aimp_node *node,
                                  const char *pointer) {
    if (node->kind != AIMP_MAP) {
        wrong_type(a, node, "a map", pointer);
        return NULL;
    }
    aimp_member *members = aimp_take_array(a->arena, node->count, sizeof *members);
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++) {
        aimp_member member = node->as.members[i];
        if (member.value->kind == AIMP_NULL && field->type != AIMP_T_ANY) continue;
        member.value = admit_value(a, field, member.value, aimp_pointer_below(a->arena, pointer, member.key));
        if (member.value) members[count++] = member;
    }
    return placed(aimp_map_from(a->arena, members, count), node);
}

static const aimp_node *admit_field(aimp_admission *a, const aimp_field *field, const aimp_node *node,
                                    const char *pointer) {
    if (field->flags & AIMP_F_LIST) return admit_list(a, field, node, pointer);
    if (field->flags & AIMP_F_MAP) return admit_map(a, field, node, pointer);
    return admit_value(a, field, node, pointer);
}

static const aimp_node *default_node(aimp_arena *arena, const aimp_field *field) {
    if (field->type == AIMP_T_BOOL) return aimp_bool(strcmp(field->default_text, "true") == 0);
    if (field->type == AIMP_T_INT32) return aimp_number(arena, field->default_text);
    return aimp_string(arena, field->default_text);
}

/* The field whose name is nearest, when it is near enough to be meant. */
static const char *nearest_field(const aimp_schema *schema, const char *name) {
    const char *best = NULL;
    size_t best_distance = strlen(name) <= 4 ? 2 : 3;
    for (size_t i = 0; i < schema->count; i++) {
        size_t distance = aimp_edit_distance(name, schema->fields[i].name, best_distance);
        if (distance < best_distance) {
            best = schema->fields[i].name;
            best_distance = distance;
        }
    }
    return best;
}

static void unknown_field(aimp_admission *a, const aimp_schema *schema, const aimp_member *member,
                          const char *pointer) {
    aimp_issue *issue =
        record(a, AIMP_ISSUE_UNKNOWN, member->value, aimp_pointer_below(a->arena, pointer, member->key));
    const char *near = nearest_field(schema, member->key);
    issue->actual = aimp_format(a->arena, "\"%.80s\"", member->key);
    issue->wanted = near ? aimp_format(a->arena, "\"%s\"", near) : NULL;
    const char *fate = a->strict ? "" : " is ignored";
    issue->message =
        near ? aimp_format(a->arena, "unknown field %s%s (did you mean %s?)", issue->actual, fate, issue->wanted)
             : aimp_format(a->arena, "unknown field %s%s", issue->actual, fate);
}

const aimp_node *aimp_schema_admit(aimp_admission *a, const aimp_schema *schema, const aimp_node *node,
                                   const char *pointer) {
    if (node->kind != AIMP_MAP) {
        wrong_type(a, node, "a map", pointer);
        return NULL;
    }
    aimp_member *members = aimp_take_array(a->arena, node->count + schema->count, sizeof *members);
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++) {
        aimp_member member = node->as.members[i];
        const aimp_field *field = aimp_schema_field(schema, member.key);
        if (!field && schema->open) {
            members[count++] = member;
            continue;
        }
        if (!field) {
            unknown_field(a, schema, &member, pointer);
            continue;
        }
        if (member.value->kind == AIMP_NULL && field->type != AIMP_T_ANY) continue;
        member.value = admit_field(a, field, member.value, aimp_pointer_below(a->arena, pointer, member.key));
        if (member.value) members[count++] = member;
    }
    for (size_t i = 0; i < schema->count; i++) {
        const aimp_field *field = &schema->fields[i];
        const aimp_node *given = aimp_get(node, field->name);
        if (!aimp_is_null(given)) continue;
        if (field->default_text)
            members[count++] = (aimp_member){field->name, default_node(a->arena, field)};
        else if (field->flags & AIMP_F_REQUIRED) {
            aimp_issue *issue = record(a, AIMP_ISSUE_VALUE, node, aimp_pointer_below(a->arena, pointer, field->name));
            issue->wanted = type_name(field->type);
            issue->message = aimp_format(a->arena, "the required field \"%s\" is missing", field->name);
        }
    }
    const aimp_node *map = placed(aimp_map_from(a->arena, members, count), node);
    const char *broken = schema->rule ? schema->rule(map) : NULL;
    if (broken) record(a, AIMP_ISSUE_VALUE, node, pointer)->message = broken;
    return map;
}

static bool is_zero(const aimp_field *field, const aimp_node *node) {
    int64_t integer;
    if (field->flags & AIMP_F_POINTER) return false;
    if (field->flags & (AIMP_F_LIST | AIMP_F_MAP)) return aimp_count(node) == 0;
    switch (field->type) {
    case AIMP_T_STRING: return node->count == 0;
    case AIMP_T_BOOL: return !node->truth;
    case AIMP_T_INT32:
    case AIMP_T_INT64: return aimp_integer_of(node, &integer) && integer == 0;
    default: return false;
    }
}

static const aimp_node *emit_value(aimp_arena *arena, const aimp_field *field, const aimp_node *node) {
    if (field->type == AIMP_T_OBJECT) return aimp_schema_emit(arena, field->object, node);
    if (field->type == AIMP_T_QUANTITY) {
        const aimp_node *canonical = aimp_quantity_canonical(arena, node);
        return canonical ? canonical : node;
    }
    return node;
}

static const aimp_node *emit_field(aimp_arena *arena, const aimp_field *field, const aimp_node *node) {
    if ((field->flags & AIMP_F_LIST) && node->kind == AIMP_LIST) {
        aimp_items items = aimp_items_new(arena);
        for (size_t i = 0; i < node->count; i++)
            aimp_items_add(&items, emit_value(arena, field, node->as.items[i]));
        return aimp_items_list(&items);
    }
    if ((field->flags & AIMP_F_MAP) && node->kind == AIMP_MAP) {
        aimp_member *members = aimp_take_array(arena, node->count, sizeof *members);
        for (size_t i = 0; i < node->count; i++)
            members[i] = (aimp_member){node->as.members[i].key, emit_value(arena, field, node->as.members[i].value)};
        return aimp_map_from(arena, members, node->count);
    }
    return emit_value(arena, field, node);
}

const aimp_node *aimp_schema_emit(aimp_arena *arena, const aimp_schema *schema, const aimp_node *node) {
    if (!node || node->kind != AIMP_MAP) return node;
    aimp_member *members = aimp_take_array(arena, node->count, sizeof *members);
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++) {
        aimp_member member = node->as.members[i];
        const aimp_field *field = aimp_schema_field(schema, member.key);
        if (!field && !schema->open) continue;
        if (field && is_zero(field, member.value)) continue;
        if (field) member.value = emit_field(arena, field, member.value);
        members[count++] = member;
    }
    return aimp_map_from(arena, members, count);
}

const aimp_node *aimp_schema_emit_list(aimp_arena *arena, const aimp_schema *schema, const aimp_node *list) {
    if (!aimp_count(list)) return NULL;
    aimp_items items = aimp_items_new(arena);
    for (size_t i = 0; i < list->count; i++)
        aimp_items_add(&items, aimp_schema_emit(arena, schema, list->as.items[i]));
    return aimp_items_list(&items);
}
