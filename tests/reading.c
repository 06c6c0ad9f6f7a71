#include "reading.h"

#include "base/context.h"
#include "doc/writer.h"

static aimp_arena *on_arena(void *user) {
    reading *r = user;
    held_arena *held = aimp_take(&r->t->arena, sizeof *held);
    aimp_arena_init(&held->arena, &r->t->allocator, &r->t->guard, 1024);
    held->next = r->held;
    r->held = held;
    return &held->arena;
}

/* Numbers that json-c keeps as they are. */
static bool has_only_integers(const aimp_node *node) {
    int64_t integer;
    if (node->kind == AIMP_NUMBER) return aimp_integer_of(node, &integer) && strcmp(node->as.text, "-0") != 0;
    for (size_t i = 0; i < aimp_count(node); i++) {
        const aimp_node *below = node->kind == AIMP_LIST ? aimp_item(node, i) : aimp_value(node, i);
        if (!has_only_integers(below)) return false;
    }
    return true;
}

static void on_document(void *user, const aimp_document *document) {
    reading *r = user;
    const aimp_node *root = document->root;
    if (document->has_items) {
        const aimp_node *items = aimp_list_from(document->arena, document->items, document->item_count);
        root = aimp_map_with(document->arena, root, "items", items);
    }
    aimp_write_json(&r->documents, root);
    aimp_text_add_char(&r->documents, '\n');
    r->document_count++;
    r->only_integers = r->only_integers && has_only_integers(root);
}

static void on_problem(void *user, aim_code code, uint64_t line, uint64_t column, const char *pointer,
                       const char *message) {
    reading *r = user;
    aimp_arena *arena = &r->t->arena;
    problem p = {code, line, column, aimp_copy_string(arena, pointer), aimp_copy_string(arena, message)};
    if (r->problem_count < MAX_PROBLEMS) r->problems[r->problem_count] = p;
    r->problem_count++;
}

reading new_reading(test_context *t) {
    return (reading){
        .t = t, .limits = t->context->limits, .documents = aimp_text_new(&t->arena), .only_integers = true};
}

void read_into(reading *r, const char *text, size_t size) {
    aimp_arena scratch;
    aimp_document_sink sink = {on_arena, on_document, on_problem, r};
    aimp_arena_init(&scratch, &r->t->allocator, &r->t->guard, 4096);
    /* a copy of its own size, so that a sanitizer sees a read behind the end */
    char *exact = aimp_alloc(&r->t->allocator, size);
    memcpy(exact, text, size);
    aimp_read_documents(exact, size, &r->limits, &scratch, &sink);
    aimp_release(&r->t->allocator, exact, size);
    aimp_arena_free(&scratch);
    for (held_arena *held = r->held; held; held = held->next)
        aimp_arena_free(&held->arena);
    r->held = NULL;
}

reading read_bytes(test_context *t, const char *text, size_t size) {
    reading r = new_reading(t);
    read_into(&r, text, size);
    return r;
}

reading read_text(test_context *t, const char *text) {
    return read_bytes(t, text, strlen(text));
}

/* The documents of a text that must not have a problem. */
const char *documents_of(test_context *t, const char *text) {
    reading r = read_text(t, text);
    if (r.problem_count) FAIL("%s is refused: %s", text, aimp_or_empty(r.problems[0].message));
    return aimp_text_string(&r.documents);
}
