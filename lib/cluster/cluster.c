/* Making, copying and asking a cluster; loader.c fills it. */
#include "cluster/cluster.h"

#include <string.h>

#include "base/error.h"
#include "base/struct.h"

aim_code aim_cluster_new(aim_context *context, aim_cluster **out, aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!context || !out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "context or out is NULL");
    aim_cluster *cluster = aimp_alloc(&context->allocator, sizeof *cluster);
    if (!cluster) return aimp_fail(err, &context->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    memset(cluster, 0, sizeof *cluster);
    aimp_context_retain(context);
    cluster->context = context;
    aimp_tables_init(&cluster->tables, &context->allocator);
    *out = cluster;
    return AIM_OK;
}

void aim_cluster_free(aim_cluster *cluster) {
    if (!cluster) return;
    aim_context *context = cluster->context;
    for (size_t i = 0; i < AIMP_LOG_BUCKETS; i++)
        aimp_logs_free(&context->allocator, cluster->logs[i]);
    aimp_logs_free(&context->allocator, cluster->foreign);
    aimp_tables_free(&cluster->tables);
    aimp_release(&context->allocator, cluster, sizeof *cluster);
    aim_context_free(context);
}

aim_code aim_cluster_clone(const aim_cluster *cluster, aim_cluster **out, aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!cluster || !out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "cluster or out is NULL");
    const aim_allocator *allocator = &cluster->context->allocator;
    aim_cluster *clone;
    aim_code code = aim_cluster_new(cluster->context, &clone, err);
    if (code) return code;
    memcpy(clone->kinds, cluster->kinds, sizeof clone->kinds);
    clone->has_overlay = cluster->has_overlay;
    bool ok = aimp_tables_copy(&cluster->tables, &clone->tables) &&
              aimp_logs_copy(cluster->foreign, allocator, &clone->foreign);
    for (size_t i = 0; ok && i < AIMP_LOG_BUCKETS; i++)
        ok = aimp_logs_copy(cluster->logs[i], allocator, &clone->logs[i]);
    if (!ok) {
        aim_cluster_free(clone);
        return aimp_fail(err, allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    }
    *out = clone;
    return AIM_OK;
}

static const struct {
    const char *name;
    aimp_read_error error;
} read_errors[] = {
    {"Timeout", AIMP_READ_TIMEOUT},
    {"Forbidden", AIMP_READ_FORBIDDEN},
    {"Unauthorized", AIMP_READ_UNAUTHORIZED},
    {"ServiceUnavailable", AIMP_READ_UNAVAILABLE},
    {"InternalError", AIMP_READ_INTERNAL},
    {"TooManyRequests", AIMP_READ_TOO_MANY},
    {"Conflict", AIMP_READ_CONFLICT},
    {"Invalid", AIMP_READ_INVALID},
    {"Plain", AIMP_READ_PLAIN},
};

aimp_read_error aimp_read_error_named(const char *name) {
    for (size_t i = 0; i < sizeof read_errors / sizeof *read_errors; i++) {
        if (aimp_equal(read_errors[i].name, name)) return read_errors[i].error;
    }
    return AIMP_READ_OK;
}

const char *aimp_read_error_name(aimp_read_error error) {
    for (size_t i = 0; i < sizeof read_errors / sizeof *read_errors; i++) {
        if (read_errors[i].error == error) return read_errors[i].name;
    }
    return "NotFound";
}

static void declare_one(aimp_kind_state *kind, int32_t state, int32_t verb, aimp_read_error error) {
    if (state != AIM_STATE_FAILED) {
        *kind = (aimp_kind_state){.known = state == AIM_STATE_KNOWN, .declared = state == AIM_STATE_KNOWN};
        return;
    }
    if (verb != AIM_VERB_LIST) kind->get = error;
    if (verb != AIM_VERB_GET) kind->list = error;
}

aim_code aim_cluster_declare(aim_cluster *cluster, const aim_declaration *d, aim_error **err) {
    if (err) *err = NULL;
    if (!cluster || !d)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "cluster or declaration is NULL");
    const aim_allocator *allocator = &cluster->context->allocator;
    if (!aimp_struct_ok(d, sizeof *d, 0))
        return aimp_fail(err, allocator, AIM_E_STRUCT, NULL,
                         "aim_declaration has a wrong struct_size or unknown flags");
    aimp_read_error error = AIMP_READ_OK;
    if (d->state < AIM_STATE_KNOWN || d->state > AIM_STATE_FAILED || d->verb < AIM_VERB_ANY || d->verb > AIM_VERB_LIST)
        return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "aim_declaration has an unknown state or verb");
    if (d->state == AIM_STATE_FAILED) {
        error = aimp_read_error_named(d->reason);
        if (!d->kind || error == AIMP_READ_OK)
            return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "a failed read needs a kind and a known reason");
    }
    if (!d->kind) {
        for (int i = AIMP_KIND_NONE + 1; i < AIMP_KIND_COUNT; i++)
            declare_one(&cluster->kinds[i], d->state, d->verb, error);
        return AIM_OK;
    }
    aimp_kind kind = aimp_kind_named(d->kind);
    if (kind == AIMP_KIND_NONE)
        return aimp_fail(err, allocator, AIM_E_UNSUPPORTED, NULL, "libaim does not know the kind \"%.100s\"", d->kind);
    declare_one(&cluster->kinds[kind], d->state, d->verb, error);
    return AIM_OK;
}

const aimp_object *aimp_cluster_object(const aim_cluster *cluster, aimp_kind kind, const char *ns, const char *name) {
    const aimp_slot *slot = aimp_tables_find(&cluster->tables, kind, aimp_kind_of(kind)->namespaced ? ns : NULL, name);
    return slot ? slot->effective : NULL;
}

aimp_kind aimp_kind_of_ref(const aim_ref *ref) {
    if (!ref->kind) return AIMP_KIND_NONE;
    aimp_kind kind = ref->group ? aimp_kind_find(ref->group, NULL, ref->kind) : aimp_kind_named(ref->kind);
    return ref->version && strcmp(ref->version, aimp_kind_of(kind)->version) != 0 ? AIMP_KIND_NONE : kind;
}

/* Whether a filter or a name says which kind, and one that is kept. */
aim_code aimp_cluster_check_kind(const aim_cluster *cluster, const aim_ref *ref, aim_error **err) {
    const aim_allocator *allocator = &cluster->context->allocator;
    if (!ref->kind) return aimp_fail(err, allocator, AIM_E_ARGUMENT, NULL, "aim_ref.kind is NULL");
    if (aimp_kind_of_ref(ref) != AIMP_KIND_NONE) return AIM_OK;
    return aimp_fail(err, allocator, AIM_E_UNSUPPORTED, NULL, "libaim does not use the kind %.100s%s%.100s%s%.100s",
                     ref->kind, ref->group ? " of group " : "", aimp_or_empty(ref->group),
                     ref->version ? " in version " : "", aimp_or_empty(ref->version));
}

aim_code aim_cluster_remove(aim_cluster *cluster, const aim_ref *ref, aim_error **err) {
    if (err) *err = NULL;
    if (!cluster || !ref || !ref->name)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    if (!aimp_struct_ok(ref, sizeof *ref, 0))
        return aimp_fail(err, &cluster->context->allocator, AIM_E_STRUCT, NULL,
                         "aim_ref has a wrong struct_size or unknown flags");
    aim_code code = aimp_cluster_check_kind(cluster, ref, err);
    if (code) return code;
    aimp_kind kind = aimp_kind_of_ref(ref);
    const char *ns = aimp_is_empty(ref->ns) ? "default" : ref->ns;
    aimp_slot *slot = aimp_tables_find(&cluster->tables, kind, aimp_kind_of(kind)->namespaced ? ns : NULL, ref->name);
    if (!slot || !slot->effective)
        return aimp_fail(err, &cluster->context->allocator, AIM_E_NOT_FOUND, NULL, "%s %s%s%s is not in the cluster",
                         ref->kind ? ref->kind : "object", aimp_or_empty(ref->ns), ref->ns ? "/" : "", ref->name);
    aimp_tables_set(&cluster->tables, slot, NULL, NULL, NULL);
    aimp_tables_sweep(&cluster->tables);
    return AIM_OK;
}

/* How many of a kind's slots come before a namespace and name; name NULL: before all of the namespace. past: or are it.
 */
static size_t slots_before(aimp_slots all, const char *ns, const char *name, bool past) {
    size_t low = 0, high = all.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        int order = strcmp(aimp_or_empty(all.items[middle]->ns), ns);
        if (!order && name) order = strcmp(all.items[middle]->name, name);
        if (order < 0 || (!order && past))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The run of a kind's slots that a filter's namespace selects, and its name where there can be one alone. */
static aimp_slots matching(const aim_cluster *cluster, const aim_ref *filter) {
    aimp_kind kind = aimp_kind_of_ref(filter);
    aimp_slots all = cluster->tables.by_kind[kind];
    if (kind == AIMP_KIND_NONE) return all;
    const bool namespaced = aimp_kind_of(kind)->namespaced;
    if (namespaced ? !filter->ns : !filter->name) return all;
    const char *ns = namespaced ? filter->ns : "";
    const size_t first = slots_before(all, ns, filter->name, false), last = slots_before(all, ns, filter->name, true);
    return (aimp_slots){all.items ? all.items + first : NULL, last - first, 0};
}

size_t aim_cluster_count(const aim_cluster *cluster, const aim_ref *filter) {
    if (!cluster || !filter || !aimp_struct_ok(filter, sizeof *filter, 0)) return 0;
    aimp_slots slots = matching(cluster, filter);
    if (!filter->name) return slots.count;
    size_t count = 0;
    for (size_t i = 0; i < slots.count; i++)
        count += strcmp(slots.items[i]->name, filter->name) == 0;
    return count;
}

aim_code aim_cluster_at(const aim_cluster *cluster, const aim_ref *filter, size_t index, aim_ref *out,
                        aim_error **err) {
    if (err) *err = NULL;
    if (!cluster || !filter || !out)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "an argument is NULL");
    if (!aimp_struct_ok(filter, sizeof *filter, 0) || aimp_struct_check_out(out, sizeof *out))
        return aimp_fail(err, &cluster->context->allocator, AIM_E_STRUCT, NULL,
                         "aim_ref has a wrong struct_size or unknown flags");
    aim_code code = aimp_cluster_check_kind(cluster, filter, err);
    if (code) return code;
    aimp_slots slots = matching(cluster, filter);
    for (size_t i = 0; i < slots.count; i++) {
        const aimp_slot *slot = slots.items[i];
        if (filter->name && strcmp(slot->name, filter->name) != 0) continue;
        if (!filter->name) slot = index < slots.count ? slots.items[index] : NULL, index = 0;
        if (!slot) break;
        if (index-- > 0) continue;
        const aimp_kind_info *info = aimp_kind_of(slot->kind);
        aim_ref found = {.group = info->group,
                         .version = info->version,
                         .kind = info->kind,
                         .ns = slot->ns,
                         .name = slot->name,
                         .uid = *slot->effective->uid ? slot->effective->uid : NULL};
        aimp_struct_fill(out, &found, sizeof found);
        return AIM_OK;
    }
    return aimp_fail(err, &cluster->context->allocator, AIM_E_NOT_FOUND, NULL, "the index is out of range");
}

const char *aim_cluster_resource_version(const aim_cluster *cluster, const aim_ref *ref) {
    if (!cluster || !ref || !ref->name || !aimp_struct_ok(ref, sizeof *ref, 0)) return "";
    const aimp_kind kind = aimp_kind_of_ref(ref);
    if (kind == AIMP_KIND_NONE) return "";
    const char *ns = aimp_is_empty(ref->ns) ? "default" : ref->ns;
    const aimp_slot *slot =
        aimp_tables_find(&cluster->tables, kind, aimp_kind_of(kind)->namespaced ? ns : NULL, ref->name);
    if (!slot || !slot->effective) return "";
    return aimp_or_empty(aimp_get_text(slot->effective->metadata, "resourceVersion"));
}

const char *aim_cluster_nearest(const aim_cluster *cluster, const aim_ref *ref) {
    if (!cluster || !ref || !aimp_struct_ok(ref, sizeof *ref, 0) || !ref->name) return NULL;
    aim_ref others = *ref;
    others.name = NULL;
    aimp_slots slots = matching(cluster, &others);
    const char *best = NULL;
    size_t size = strlen(ref->name), best_distance = size / 3 + 2;
    for (size_t i = 0; i < slots.count; i++) {
        const char *name = slots.items[i]->name;
        size_t distance = aimp_edit_distance(ref->name, name, best_distance);
        /* part of a longer name: qwen3-32b for qwen-qwen3-32b */
        bool part = size >= 4 && (strstr(name, ref->name) || strstr(ref->name, name));
        if (part && distance > best_distance - 1 && best_distance > 1) distance = best_distance - 1;
        if (distance < best_distance) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}
