/* The table of fields of the AIM kinds as JSON, and what it makes of documents; for tests/deploy_test.py.
 *
 *   aim_schema_dump          writes the table
 *   aim_schema_dump admit    reads documents, one a line, and writes for each what is stored of it and what is wrong
 *
 * Exit code: 0 it was written, 1 it was not, 2 wrong usage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/reader.h"
#include "doc/writer.h"
#include "kube/kind.h"

enum { MOST = 1 << 26 };

typedef struct job {
    aimp_arena arena;
    char *input;
    size_t size;
} job;

static void print(aimp_arena *arena, const aimp_node *node) {
    aimp_text text = aimp_text_new(arena);
    aimp_write_json_line(&text, node);
    fwrite(aimp_text_string(&text), 1, text.size, stdout);
}

static const char *type_of(aimp_type type) {
    static const char *const names[] = {"any",      "string",   "boolean",     "int32", "int64",
                                        "quantity", "duration", "intOrString", "object"};
    return names[type];
}

/* NULL when the field has no such flag, so that the member is left out. */
static const aimp_node *flag(const aimp_field *field, unsigned which) {
    return field->flags & which ? aimp_bool(true) : NULL;
}

static const aimp_node *number_or_none(aimp_arena *arena, int64_t value) {
    return value ? aimp_integer(arena, value) : NULL;
}

static const aimp_node *values_of(aimp_arena *arena, const char *const *values) {
    if (!values) return NULL;
    aimp_items items = aimp_items_new(arena);
    for (; *values; values++)
        aimp_items_add(&items, aimp_string(arena, *values));
    return aimp_items_list(&items);
}

static const aimp_node *schema_node(aimp_arena *arena, const aimp_schema *schema);

/* clang-format off */
static const aimp_node *field_node(aimp_arena *arena, const aimp_field *field) {
    return aimp_map_of(arena,
        "type", aimp_string(arena, type_of(field->type)),
        "required", flag(field, AIMP_F_REQUIRED),
        "list", flag(field, AIMP_F_LIST),
        "map", flag(field, AIMP_F_MAP),
        "immutable", flag(field, AIMP_F_IMMUTABLE),
        "keyed", flag(field, AIMP_F_KEYED),
        "values", values_of(arena, field->values),
        "default", field->default_text ? aimp_string(arena, field->default_text) : NULL,
        "min", field->ranged ? aimp_integer(arena, field->min) : number_or_none(arena, field->min),
        "max", number_or_none(arena, field->max),
        "pattern", field->legal ? aimp_string(arena, field->legal_text) : NULL,
        "object", field->object ? schema_node(arena, field->object) : NULL,
        NULL);
}
/* clang-format on */

static const aimp_node *schema_node(aimp_arena *arena, const aimp_schema *schema) {
    aimp_member *members = aimp_take_array(arena, schema->count, sizeof *members);
    for (size_t i = 0; i < schema->count; i++)
        members[i] = (aimp_member){schema->fields[i].name, field_node(arena, &schema->fields[i])};
    return aimp_map_of(arena, "name", aimp_string(arena, schema->name), "open", schema->open ? aimp_bool(true) : NULL,
                       "rule", schema->rule ? aimp_bool(true) : NULL, "fields",
                       aimp_map_from(arena, members, schema->count), NULL);
}

static void write_table(void *arg) {
    aimp_arena *arena = &((job *)arg)->arena;
    aimp_items kinds = aimp_items_new(arena);
    for (int id = AIMP_KIND_NONE + 1; id < AIMP_KIND_COUNT; id++) {
        const aimp_kind_info *info = aimp_kind_of((aimp_kind)id);
        bool aim = aimp_kind_is_aim(info->id); /* of the others only what they are called matters */
        /* clang-format off */
        aimp_items_add(&kinds, aimp_map_of(arena,
            "kind", aimp_string(arena, info->kind),
            "group", aimp_string(arena, info->group),
            "version", aimp_string(arena, info->version),
            "plural", aimp_string(arena, info->plural),
            "namespaced", aimp_bool(info->namespaced),
            "schema", aim ? schema_node(arena, info->schema) : NULL,
            NULL));
        /* clang-format on */
    }
    print(arena, aimp_map_of(arena, "kinds", aimp_items_list(&kinds), NULL));
}

static const aimp_node *issue_node(aimp_arena *arena, const aimp_issue *issue) {
    static const char *const names[] = {"type", "value", "unknown"};
    return aimp_map_of(arena, "kind", aimp_string(arena, names[issue->kind]), "pointer",
                       aimp_string(arena, issue->pointer), "message", aimp_string(arena, issue->message), NULL);
}

static void admit_document(aimp_arena *arena, const char *text, size_t size) {
    const aimp_node *document = aimp_read_small_json(arena, text, size);
    if (!document) aimp_raise(arena->guard, AIM_E_SYNTAX, "a line of standard input is no JSON");
    aimp_kind kind = aimp_kind_named(aimp_or_empty(aimp_get_text(document, "kind")));
    if (!aimp_kind_is_aim(kind)) aimp_raise(arena->guard, AIM_E_SYNTAX, "a document is of no AIM kind");
    aimp_admission admission = {.strict = true, .arena = arena};
    const aimp_node *object = aimp_schema_admit(&admission, aimp_kind_of(kind)->schema, document, "");
    aimp_items issues = aimp_items_new(arena);
    for (const aimp_issue *issue = admission.issues; issue; issue = issue->next)
        aimp_items_add(&issues, issue_node(arena, issue));
    print(arena, aimp_map_of(arena, "object", object, "issues", aimp_items_list(&issues), NULL));
}

static void admit_documents(void *arg) {
    job *j = arg;
    const char *end = j->input + j->size, *line = j->input;
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop) stop = end;
        aimp_mark mark = aimp_arena_mark(&j->arena);
        if (stop > line) admit_document(&j->arena, line, (size_t)(stop - line));
        aimp_arena_rewind(&j->arena, mark);
        line = stop + 1;
    }
}

int main(int argc, char **argv) {
    bool admits = argc == 2 && strcmp(argv[1], "admit") == 0;
    if (argc != 1 && !admits) {
        fprintf(stderr, "usage: aim_schema_dump [admit]\n");
        return 2;
    }
    aimp_guard guard = {0};
    job j = {.input = admits ? malloc(MOST) : NULL};
    if (admits && !j.input) return 1;
    if (admits) j.size = fread(j.input, 1, MOST, stdin);
    aimp_arena_init(&j.arena, &aimp_libc_allocator, &guard, 65536);
    aim_code code = j.size == MOST ? AIM_E_LIMIT : aimp_guard_run(&guard, admits ? admit_documents : write_table, &j);
    if (code) fprintf(stderr, "aim_schema_dump: %s\n", *guard.message ? guard.message : aim_code_name(code));
    aimp_arena_free(&j.arena);
    free(j.input);
    return code || ferror(stdout) || fclose(stdout) ? 1 : 0;
}
