/* Walking a document along the steps of a JSONPath expression. The work is bounded whatever the expression: a template
 * comes from a user, and every step may multiply the values of the one before. */
#include "kube/json_path.h"

#include <string.h>

#include "base/text.h"
#include "kube/quantity.h"

#define MAX_VALUES 1000
#define MAX_DEPTH 256
#define MAX_SHOWN 80

typedef struct walk {
    aimp_arena *arena;
    size_t *budget;
    const char *problem; /* NULL: none yet */
    bool missing;        /* the problem is a field that is not there */
} walk;

static bool fail(walk *w, const char *problem) {
    if (!w->problem) w->problem = problem;
    return false;
}

static bool visit(walk *w, size_t count) {
    *w->budget -= count < *w->budget ? count : *w->budget;
    return *w->budget > 0 || fail(w, "it visits too many values");
}

static bool add(walk *w, aimp_items *out, const aimp_node *value) {
    if (out->count == MAX_VALUES) return fail(w, "it yields too many values");
    aimp_items_add(out, value);
    return true;
}

static bool walk_steps(walk *w, const aimp_json_steps *steps, const aimp_items *in, aimp_items *out);

static bool walk_field(walk *w, const aimp_json_step *step, const aimp_items *in, aimp_items *out) {
    for (size_t i = 0; i < in->count; i++) {
        const aimp_node *found = aimp_get(in->items[i], step->key);
        if (found && !add(w, out, found)) return false;
    }
    if (out->count > 0 || in->count == 0) return true;
    w->missing = true;
    return fail(w, aimp_format(w->arena, "there is no \"%s\"", aimp_json_path_shown(w->arena, step->key)));
}

/* The bounds for a list of so many items, as client-go computes them; false when they lie outside of it. */
static bool bounds(const aimp_slice *slice, int64_t count, int64_t *from, int64_t *to) {
    *from = slice->has_from ? slice->from : 0;
    *to = slice->has_to ? slice->to : count;
    if (*from < 0) *from += count;
    if (*to < 0 || (*to == 0 && slice->derived)) *to += count;
    return *from == *to || (*from >= 0 && *from < count && *to >= *from && *to <= count);
}

static bool walk_slice(walk *w, const aimp_json_step *step, const aimp_items *in, aimp_items *out) {
    const aimp_slice *slice = &step->slice;
    for (size_t i = 0; i < in->count; i++) {
        const aimp_node *list = in->items[i];
        if (list->kind == AIMP_NULL) continue;
        if (list->kind != AIMP_LIST) return fail(w, aimp_format(w->arena, "it indexes %s", aimp_node_kind_name(list)));
        int64_t from, to;
        if (!bounds(slice, (int64_t)list->count, &from, &to)) return fail(w, "an index is outside of its list");
        if (from == to) return true; /* client-go drops the other lists, too */
        if (slice->has_stride && slice->stride <= 0) return fail(w, "the step of a slice is not positive");
        for (int64_t at = from; at < to; at += slice->has_stride ? slice->stride : 1) {
            if (!add(w, out, list->as.items[at])) return false;
        }
    }
    return true;
}

static const aimp_node *child(const aimp_node *node, size_t index) {
    return node->kind == AIMP_MAP ? aimp_value(node, index) : aimp_item(node, index);
}

static bool walk_wildcard(walk *w, const aimp_json_step *step, const aimp_items *in, aimp_items *out) {
    (void)step;
    for (size_t i = 0; i < in->count; i++) {
        for (size_t k = 0; k < aimp_count(in->items[i]); k++) {
            if (!add(w, out, child(in->items[i], k))) return false;
        }
    }
    return true;
}

/* The node and everything below it that is not empty. Texts count: Go takes them for lists of bytes. */
static bool descend(walk *w, const aimp_node *node, unsigned depth, aimp_items *out) {
    size_t count = aimp_count(node);
    if (!visit(w, 1 + count)) return false;
    if (depth > MAX_DEPTH) return fail(w, "the document is too deep for '..'");
    bool has_text = node->kind == AIMP_STRING && node->count > 0;
    if ((count > 0 || has_text) && !add(w, out, node)) return false;
    for (size_t i = 0; i < count; i++) {
        if (!descend(w, child(node, i), depth + 1, out)) return false;
    }
    return true;
}

static bool walk_descent(walk *w, const aimp_json_step *step, const aimp_items *in, aimp_items *out) {
    (void)step;
    for (size_t i = 0; i < in->count; i++) {
        if (!descend(w, in->items[i], 0, out)) return false;
    }
    return true;
}

static bool walk_union(walk *w, const aimp_json_step *step, const aimp_items *in, aimp_items *out) {
    for (size_t i = 0; i < step->part_count; i++) {
        aimp_items found;
        if (!walk_steps(w, &step->parts[i], in, &found)) return false;
        for (size_t k = 0; k < found.count; k++) {
            if (!add(w, out, found.items[k])) return false;
        }
    }
    return true;
}

/* <0, 0, >0 in *order; false when the two cannot be compared. */
static bool compare(const aimp_node *a, const aimp_node *b, int *order) {
    aimp_quantity x, y;
    if (a->kind != b->kind) return false;
    switch ((aimp_node_kind)a->kind) {
    case AIMP_BOOL: *order = a->truth - b->truth; return true;
    case AIMP_STRING: *order = strcmp(a->as.text, b->as.text); return true;
    case AIMP_NUMBER:
        if (!aimp_quantity_of(a, &x) || !aimp_quantity_of(b, &y)) return false;
        *order = aimp_quantity_compare(&x, &y);
        return true;
    case AIMP_NULL:
    case AIMP_LIST:
    case AIMP_MAP: break;
    }
    return false;
}

static bool holds(aimp_comparison comparison, int order) {
    switch (comparison) {
    case AIMP_EXISTS: return true;
    case AIMP_EQUAL: return order == 0;
    case AIMP_NOT_EQUAL: return order != 0;
    case AIMP_LESS: return order < 0;
    case AIMP_GREATER: return order > 0;
    case AIMP_AT_MOST: return order <= 0;
    case AIMP_AT_LEAST: return order >= 0;
    }
    return false;
}

/* One side of a filter for one item; *out is NULL when the item has no such value. False on a real error. */
static bool operand(walk *w, const aimp_json_steps *steps, const aimp_node *item, const aimp_node **out) {
    aimp_items self = aimp_items_new(w->arena), found;
    aimp_items_add(&self, item);
    *out = NULL;
    if (!walk_steps(w, steps, &self, &found)) {
        if (!w->missing) return false;
        w->missing = false; /* an item without the field is passed over: in Go's structs it would be empty */
        w->problem = NULL;
        return true;
    }
    if (found.count > 1) return fail(w, "a filter compares several values at once");
    if (found.count == 1) *out = found.items[0];
    return true;
}

static bool passes(walk *w, const aimp_json_step *filter, const aimp_node *item, bool *out) {
    const aimp_node *left, *right;
    *out = false;
    if (filter->comparison == AIMP_EXISTS) {
        aimp_items self = aimp_items_new(w->arena), found;
        aimp_items_add(&self, item);
        *out = walk_steps(w, &filter->parts[0], &self, &found) && found.count > 0;
        if (*w->budget == 0) return false;
        w->missing = false;
        w->problem = NULL;
        return true;
    }
    if (!operand(w, &filter->parts[0], item, &left) || (left && !operand(w, &filter->parts[1], item, &right)))
        return false;
    if (!left || !right) return true;
    int order;
    bool ordered = filter->comparison != AIMP_EQUAL && filter->comparison != AIMP_NOT_EQUAL;
    if (!compare(left, right, &order) || (ordered && left->kind == AIMP_BOOL))
        return fail(w, aimp_format(w->arena, "a filter cannot compare %s with %s", aimp_node_kind_name(left),
                                   aimp_node_kind_name(right)));
    *out = holds(filter->comparison, order);
    return true;
}

static bool walk_filter(walk *w, const aimp_json_step *step, const aimp_items *in, aimp_items *out) {
    for (size_t i = 0; i < in->count; i++) {
        const aimp_node *list = in->items[i];
        if (list->kind != AIMP_LIST) return fail(w, aimp_format(w->arena, "it filters %s", aimp_node_kind_name(list)));
        for (size_t k = 0; k < list->count; k++) {
            bool pass;
            if (!visit(w, 1) || !passes(w, step, list->as.items[k], &pass)) return false;
            if (pass && !add(w, out, list->as.items[k])) return false;
        }
    }
    return true;
}

static bool walk_text(walk *w, const aimp_json_step *step, const aimp_items *in, aimp_items *out) {
    (void)in;
    return add(w, out, step->constant);
}

static bool walk_constant(walk *w, const aimp_json_step *step, const aimp_items *in, aimp_items *out) {
    for (size_t i = 0; i < in->count; i++) {
        if (!add(w, out, step->constant)) return false;
    }
    return true;
}

typedef bool walk_step(walk *w, const aimp_json_step *step, const aimp_items *in, aimp_items *out);

static walk_step *const walks[] = {
    [AIMP_STEP_FIELD] = walk_field,     [AIMP_STEP_SLICE] = walk_slice,       [AIMP_STEP_WILDCARD] = walk_wildcard,
    [AIMP_STEP_DESCENT] = walk_descent, [AIMP_STEP_UNION] = walk_union,       [AIMP_STEP_FILTER] = walk_filter,
    [AIMP_STEP_TEXT] = walk_text,       [AIMP_STEP_CONSTANT] = walk_constant,
};

static bool walk_steps(walk *w, const aimp_json_steps *steps, const aimp_items *in, aimp_items *out) {
    *out = *in;
    for (size_t i = 0; i < steps->count; i++) {
        aimp_items now = *out;
        *out = aimp_items_new(w->arena);
        if (!visit(w, 1 + now.count) || !walks[steps->items[i].kind](w, &steps->items[i], &now, out)) return false;
    }
    return true;
}

const char *aimp_json_path_shown(aimp_arena *arena, const char *text) {
    size_t size = strlen(text);
    if (size <= MAX_SHOWN) return text;
    for (size = MAX_SHOWN; size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80;)
        size--;
    return aimp_format(arena, "%.*s...", (int)size, text);
}

const aimp_node *aimp_json_path_value(aimp_arena *arena, const aimp_json_steps *steps, const aimp_node *object,
                                      size_t *budget, const char **problem) {
    walk w = {.arena = arena, .budget = budget};
    aimp_items self = aimp_items_new(arena), found;
    aimp_items_add(&self, object);
    bool good = walk_steps(&w, steps, &self, &found);
    *problem = w.problem;
    if (!good) return NULL;
    if (found.count == 1) return found.items[0];
    *problem =
        found.count ? aimp_format(arena, "it yields %zu values instead of one", found.count) : "it yields no value";
    return NULL;
}
