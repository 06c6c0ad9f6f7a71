/* Whether a change of an object may change a plan: what the plan looked at, against what the object is now and was
 * then. */
#include <string.h>

#include "plan/answer.h"

typedef struct changed {
    aimp_kind kind;
    const char *ns, *name;
    const aimp_object *now; /* NULL: it is gone, or nobody says what it is */
} changed;

static bool has_key(const aimp_object *object, const aimp_read *read) {
    return read->label ? aimp_equal(aimp_object_label(object, read->label), read->key)
                       : aimp_tables_has_key(object, read->index, read->ns, read->key);
}

/* The plan listed the object, as it was. */
static bool was_listed(const aimp_answer *answer, const changed *c, const aimp_read *read) {
    for (; answer; answer = answer->base) {
        for (const aimp_held *h = answer->held; h; h = h->next) {
            const aimp_object *o = h->object;
            if (o->kind == c->kind && aimp_equal(o->ns, c->ns) && strcmp(o->name, c->name) == 0 && has_key(o, read))
                return true;
        }
    }
    return false;
}

static bool is_read(const aimp_answer *answer, const aimp_read *read, const changed *c, bool known) {
    if (read->kind != c->kind || (read->ns && !aimp_equal(read->ns, c->ns))) return false;
    if (read->name) return strcmp(read->name, c->name) == 0;
    if (!read->key || !known) return true;
    return was_listed(answer, c, read) || (c->now && has_key(c->now, read));
}

int32_t aim_plan_depends_on(const aim_plan *plan, const aim_cluster *cluster, const aim_ref *object) {
    if (!plan || !object || !aimp_struct_ok(object, sizeof *object, 0) || !object->name) return 0;
    const aimp_pass *pass = &plan->answer->plan.pass;
    changed c = {.kind = aimp_kind_of_ref(object), .name = object->name};
    if (c.kind == AIMP_KIND_NONE) return 0;
    if (pass->unknown_kinds >> c.kind & 1) return 1; /* the first object of a kind makes it known */
    if (aimp_kind_of(c.kind)->namespaced) c.ns = aimp_is_empty(object->ns) ? "default" : object->ns;
    if (cluster) c.now = aimp_cluster_object(cluster, c.kind, c.ns, c.name);
    for (const aimp_read *r = pass->reads; r; r = r->next) {
        if (is_read(plan->answer, r, &c, cluster != NULL)) return 1;
    }
    return 0;
}
