/* Rules over services of one namespace beside each other: names that fall together, shared caches that they would write
 * in turn with different content. */
#include <string.h>

#include "doc/writer.h"
#include "kube/object_name.h"
#include "lint/lint.h"

/* What a service would write into the shared cache of its template; NULL when it would not. */
typedef struct wish {
    const aimp_object *service;
    bool linted;
    const char *isvc_name, *template_name, *cache_name, *spec;
} wish;

static const char *cache_spec(aimp_linting *l, const aimp_object *service, const char **template_name) {
    aimp_pass pass;
    aimp_pass_begin(&pass, l->arena, l->cluster, service, l->policy, NULL);
    pass.held = l->held;
    aimp_decide_service(&pass);
    bool leaves = aimp_get(service->metadata, "deletionTimestamp") != NULL;
    if (leaves || !aimp_is_ready(pass.template_.object) || pass.cache.dedicated) return NULL;
    *template_name = pass.template_.object->name;
    pass.cache.name = "any";
    return aimp_json_text(l->arena, aimp_get(aimp_render_template_cache(&pass), "spec"));
}

/* A finding about two is one about the later of those that are looked at. */
static const aimp_object *about(const wish *a, const wish *b) {
    return b->linted ? b->service : a->service;
}

static void lint_collision(aimp_linting *l, const wish *a, const wish *b) {
    if (!a->isvc_name || !b->isvc_name || strcmp(a->isvc_name, b->isvc_name) != 0) return;
    aimp_finding *f = aimp_lint_note(l, AIMP_R_NAME_COLLISION, AIM_SEVERITY_ERROR, about(a, b), "/metadata/name",
                                     aimp_format(l->arena, "services %s and %s lead to one InferenceService, %s",
                                                 a->service->name, b->service->name, a->isvc_name));
    f->actual = f->name;
    f->remedy.text = "rename one of them: names that differ only in dots, or behind what is cut, fall together";
}

static void lint_rewriting(aimp_linting *l, const wish *a, const wish *b) {
    if (!a->spec || !b->spec || strcmp(a->cache_name, b->cache_name) != 0 || strcmp(a->spec, b->spec) == 0) return;
    bool same_template = strcmp(a->template_name, b->template_name) == 0;
    const char *message =
        same_template
            ? aimp_format(l->arena,
                          "services %s and %s share the cache of template %s but want different env, storage class or "
                          "runtime config in it",
                          a->service->name, b->service->name, b->template_name)
            : aimp_format(l->arena, "services %s and %s use templates %s and %s, whose caches have one name, %s",
                          a->service->name, b->service->name, a->template_name, b->template_name, b->cache_name);
    aimp_finding *f = aimp_lint_note(l, AIMP_R_CACHE_REWRITTEN, AIM_SEVERITY_WARNING, about(a, b), "/spec", message);
    f->remedy.text = "give both the same, or set spec.caching.mode: Dedicated on one";
}

void aimp_lint_services(aimp_linting *l) {
    const aimp_slots *slots = &l->cluster->tables.by_kind[AIMP_SERVICE];
    wish *wishes = aimp_take_array(l->arena, slots->count, sizeof *wishes);
    for (size_t i = 0; i < slots->count; i++) {
        const aimp_object *service = slots->items[i]->effective;
        aimp_check_cancel(l->arena->guard);
        wishes[i] = (wish){.service = service,
                           .linted = aimp_linted(l, slots->items[i]) != NULL,
                           .isvc_name = aimp_inference_service_name(l->arena, service->name, service->ns)};
        wishes[i].spec = cache_spec(l, service, &wishes[i].template_name);
        if (wishes[i].spec)
            wishes[i].cache_name = aimp_shared_cache_name(l->arena, wishes[i].template_name, service->ns);
    }
    for (size_t i = 0; i < slots->count; i++) {
        bool collision = false, rewriting = false; /* with the first one is enough */
        for (size_t k = i; k-- > 0 && strcmp(wishes[k].service->ns, wishes[i].service->ns) == 0;) {
            size_t before = l->findings.count;
            if (!wishes[i].linted && !wishes[k].linted) continue;
            aimp_check_cancel(l->arena->guard);
            if (!collision) lint_collision(l, &wishes[k], &wishes[i]);
            collision = collision || l->findings.count > before;
            before = l->findings.count;
            if (!rewriting) lint_rewriting(l, &wishes[k], &wishes[i]);
            rewriting = rewriting || l->findings.count > before;
        }
    }
}
