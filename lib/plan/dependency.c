/* Whether a change of an object may change a plan: what the plan looked at, against what the object is now and was
 * then. */
#include <string.h>

#include "plan/answer.h"
#include "plan/interest.h"

bool aimp_object_has_key_of(const aimp_object *object, const aimp_read *read) {
    return read->label ? aimp_equal(aimp_object_label(object, read->label), read->key)
                       : aimp_tables_has_key(object, read->index, read->ns, read->key);
}

bool aimp_changed_object_read(const aim_cluster *cluster, const aim_ref *object, aimp_changed_object *out) {
    if (!object || !aimp_struct_ok(object, sizeof *object, 0) || !object->name) return false;
    *out = (aimp_changed_object){.kind = aimp_kind_of_ref(object), .name = object->name};
    if (out->kind == AIMP_KIND_NONE) return false;
    if (aimp_kind_of(out->kind)->namespaced) out->ns = aimp_is_empty(object->ns) ? "default" : object->ns;
    if (cluster) out->now = aimp_cluster_object(cluster, out->kind, out->ns, out->name);
    return true;
}

/* The plan listed the object, as it was. */
static bool was_listed(const aimp_answer *answer, const aimp_changed_object *c, const aimp_read *read) {
    for (; answer; answer = answer->base) {
        for (const aimp_held *h = answer->held; h; h = h->next) {
            const aimp_object *o = h->object;
            if (o->kind == c->kind && aimp_equal(o->ns, c->ns) && strcmp(o->name, c->name) == 0 &&
                aimp_object_has_key_of(o, read))
                return true;
        }
    }
    return false;
}

static bool is_read(const aimp_answer *answer, const aimp_read *read, const aimp_changed_object *c, bool known) {
    if (read->kind != c->kind || (read->ns && !aimp_equal(read->ns, c->ns))) return false;
    if (read->name) return strcmp(read->name, c->name) == 0;
    if (!read->key || !known) return true;
    return was_listed(answer, c, read) || (c->now && aimp_object_has_key_of(c->now, read));
}

int32_t aim_plan_depends_on(const aim_plan *plan, const aim_cluster *cluster, const aim_ref *object) {
    aimp_changed_object c;
    if (!plan || !aimp_changed_object_read(cluster, object, &c)) return 0;
    const aimp_pass *pass = &plan->answer->plan.pass;
    if (pass->unknown_kinds >> c.kind & 1) return 1; /* the first object of a kind makes it known */
    for (const aimp_read *r = pass->reads; r; r = r->next) {
        if (is_read(plan->answer, r, &c, cluster != NULL)) return 1;
    }
    return 0;
}
