/* The part of a plan that says what it looked at: a few kilobytes for whoever keeps thousands of them, where the plan
 * with all its candidates takes a hundred times as much. One piece of memory: the looks, grouped by kind, then the
 * objects that a look by key has seen, as hashes in order, then the texts. */
#include "plan/interest.h"

#include <stdlib.h>
#include <string.h>

#include "plan/answer.h"

typedef struct look {
    aimp_kind kind;
    aimp_index index;
    const char *ns, *name, *label, *key; /* as in aimp_read */
    size_t first, count;                 /* of the objects that were seen under the key */
} look;

struct aim_interest {
    aim_context *context;
    size_t size;
    uint64_t kinds, unknown_kinds; /* bits by kind */
    size_t look_count;
    look *looks;
    uint64_t *seen;
};

/* Two objects with one hash: then a plan is made once too often. */
static uint64_t hash_of(const char *ns, const char *name) {
    const uint64_t seed = ns ? aimp_hash(ns, strlen(ns), 1) : 0;
    return aimp_hash(name, strlen(name), seed);
}

static size_t text_size(const char *text) {
    return text ? strlen(text) + 1 : 0;
}

static bool is_seen(const aimp_object *object, const aimp_read *read) {
    return object->kind == read->kind && aimp_object_has_key_of(object, read);
}

/* How many held objects a look by key has seen; their hashes too when there is room for them. */
static size_t collect(const aimp_answer *answer, const aimp_read *read, uint64_t *out) {
    size_t count = 0;
    for (; answer; answer = answer->base) {
        for (const aimp_held *h = answer->held; h; h = h->next) {
            if (!is_seen(h->object, read)) continue;
            if (out) out[count] = hash_of(h->object->ns, h->object->name);
            count++;
        }
    }
    return count;
}

static const char *put_text(char **at, const char *text) {
    if (!text) return NULL;
    const size_t size = strlen(text) + 1;
    char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

static int by_value(const void *left, const void *right) {
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

/* By Shell, in place: nothing here may need memory. */
static void sort(uint64_t *values, size_t count) {
    for (size_t gap = count / 2; gap; gap = gap == 2 ? 1 : gap * 5 / 11) {
        for (size_t i = gap; i < count; i++) {
            const uint64_t value = values[i];
            size_t at = i;
            for (; at >= gap && values[at - gap] > value; at -= gap)
                values[at] = values[at - gap];
            values[at] = value;
        }
    }
}

static bool needs_objects(const aimp_read *read) {
    return !read->name && read->key;
}

aim_code aim_plan_interest(const aim_plan *plan, aim_interest **out, aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!plan || !out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "plan or out is NULL");
    const aimp_answer *answer = plan->answer;
    const aimp_pass *pass = &answer->plan.pass;
    size_t looks = 0, seen = 0, texts = 0;
    for (const aimp_read *r = pass->reads; r; r = r->next) {
        looks++;
        seen += needs_objects(r) ? collect(answer, r, NULL) : 0;
        texts += text_size(r->ns) + text_size(r->name) + text_size(r->label) + text_size(r->key);
    }
    /* none of these can be larger than the plan itself */
    const size_t size = sizeof(aim_interest) + looks * sizeof(look) + seen * sizeof(uint64_t) + texts;
    aim_interest *interest = aimp_alloc(&answer->context->allocator, size);
    if (!interest) return aimp_fail(err, &answer->context->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    *interest = (aim_interest){.context = answer->context, .size = size, .unknown_kinds = pass->unknown_kinds};
    interest->seen = (uint64_t *)(interest + 1);
    interest->looks = (look *)(interest->seen + seen);
    char *text = (char *)(interest->looks + looks);
    size_t at = 0;
    for (const aimp_read *r = pass->reads; r; r = r->next) {
        const size_t count = needs_objects(r) ? collect(answer, r, interest->seen + at) : 0;
        sort(interest->seen + at, count);
        interest->looks[interest->look_count++] = (look){r->kind,
                                                         r->index,
                                                         put_text(&text, r->ns),
                                                         put_text(&text, r->name),
                                                         put_text(&text, r->label),
                                                         put_text(&text, r->key),
                                                         at,
                                                         count};
        interest->kinds |= (uint64_t)1 << r->kind;
        at += count;
    }
    aimp_context_retain(interest->context);
    *out = interest;
    return AIM_OK;
}

static bool has_seen(const aim_interest *interest, const look *l, const aimp_changed_object *c) {
    const uint64_t wanted = hash_of(c->ns, c->name);
    return l->count && bsearch(&wanted, interest->seen + l->first, l->count, sizeof wanted, by_value);
}

static bool covers(const aim_interest *interest, const look *l, const aimp_changed_object *c, bool known) {
    if (l->kind != c->kind || (l->ns && !aimp_equal(l->ns, c->ns))) return false;
    if (l->name) return strcmp(l->name, c->name) == 0;
    if (!l->key || !known || has_seen(interest, l, c)) return true;
    const aimp_read read = {.kind = l->kind, .ns = l->ns, .index = l->index, .label = l->label, .key = l->key};
    return c->now && aimp_object_has_key_of(c->now, &read);
}

int32_t aim_interest_covers(const aim_interest *interest, const aim_cluster *cluster, const aim_ref *object) {
    aimp_changed_object c;
    if (!interest || !aimp_changed_object_read(cluster, object, &c)) return 0;
    if (interest->unknown_kinds >> c.kind & 1) return 1; /* the first object of a kind makes it known */
    if (!(interest->kinds >> c.kind & 1)) return 0;
    for (size_t i = 0; i < interest->look_count; i++) {
        if (covers(interest, &interest->looks[i], &c, cluster != NULL)) return 1;
    }
    return 0;
}

void aim_interest_free(aim_interest *interest) {
    if (!interest) return;
    aim_context *context = interest->context;
    aimp_release(&context->allocator, interest, interest->size);
    aim_context_free(context);
}
