/* The one door to the cluster during a pass: it answers reads as an API server would, with the failures that were
 * declared, and writes down what was read and which kinds nobody had supplied. */
#include "decide/pass.h"

#include <string.h>

void aimp_pass_begin(aimp_pass *pass, aimp_arena *arena, const aim_cluster *cluster, const aimp_object *object,
                     const aim_policy *policy, const char *now) {
    *pass = (aimp_pass){.arena = arena,
                        .cluster = cluster,
                        .policy = policy,
                        .rules = aimp_policy_switches(policy),
                        .now = now,
                        .object = object,
                        .ns = object->ns,
                        .name = object->name,
                        .uid = object->uid,
                        .spec = object->spec,
                        .status = object->status};
    pass->recorded_conditions = aimp_get(object->status, "conditions");
    aimp_pass_note_read(pass, object->kind, object->ns, object->name);
}

void aimp_hold(aimp_arena *arena, aimp_held **list, const aimp_object *object) {
    aimp_held *held = aimp_take(arena, sizeof *held);
    *held = (aimp_held){*list, (aimp_object *)(uintptr_t)object};
    aimp_object_retain(held->object);
    *list = held;
}

void aimp_pass_hold(aimp_pass *pass, const aimp_object *object) {
    aimp_hold(pass->arena, pass->held, object);
}

static bool is_same_read(const aimp_read *a, const aimp_read *b) {
    return a->kind == b->kind && a->verb == b->verb && aimp_equal(a->ns, b->ns) && aimp_equal(a->name, b->name) &&
           a->index == b->index && aimp_equal(a->label, b->label) && aimp_equal(a->key, b->key);
}

static void write_down(aimp_pass *pass, aimp_read look) {
    for (const aimp_read *r = pass->reads; r; r = r->next) {
        if (is_same_read(r, &look)) return;
    }
    aimp_read *read = aimp_take(pass->arena, sizeof *read);
    *read = look;
    if (pass->last_read)
        pass->last_read->next = read;
    else
        pass->reads = read;
    pass->last_read = read;
}

static const char get[] = "get", list[] = "list";

void aimp_pass_note_read(aimp_pass *pass, aimp_kind kind, const char *ns, const char *name) {
    if (!aimp_kind_of(kind)->namespaced) ns = NULL;
    write_down(pass, (aimp_read){.kind = kind, .verb = name ? get : list, .ns = ns, .name = name});
}

bool aimp_pass_knows(aimp_pass *pass, aimp_kind kind) {
    if (!pass->rules->absent_kinds_are_unknown || pass->cluster->kinds[kind].known) return true;
    pass->unknown_kinds |= (uint64_t)1 << kind;
    return false;
}

aimp_lookup aimp_pass_get(aimp_pass *pass, aimp_kind kind, const char *ns, const char *name) {
    aimp_check_cancel(pass->arena->guard);
    aimp_pass_note_read(pass, kind, ns, name);
    aimp_read_error error = pass->cluster->kinds[kind].get;
    if (error) return (aimp_lookup){NULL, error};
    const aimp_object *object = aimp_cluster_object(pass->cluster, kind, ns, name);
    if (object)
        aimp_pass_hold(pass, object);
    else
        aimp_pass_knows(pass, kind);
    return (aimp_lookup){object, object ? AIMP_READ_OK : AIMP_READ_NOT_FOUND};
}

aimp_listing aimp_pass_list(aimp_pass *pass, aimp_kind kind, aimp_index index, const char *ns, const char *key) {
    aimp_check_cancel(pass->arena->guard);
    if (!aimp_kind_of(kind)->namespaced) ns = NULL;
    write_down(pass, (aimp_read){.kind = kind, .verb = list, .ns = ns, .index = index, .key = key});
    aimp_listing listing = {.error = pass->cluster->kinds[kind].list};
    if (listing.error) return listing;
    const aimp_slots *slots =
        key ? aimp_tables_lookup(&pass->cluster->tables, index, ns, key) : &pass->cluster->tables.by_kind[kind];
    if (!slots || !slots->count) aimp_pass_knows(pass, kind);
    listing.items = aimp_take_array(pass->arena, slots ? slots->count : 0, sizeof *listing.items);
    for (size_t i = 0; slots && i < slots->count; i++) {
        const aimp_slot *slot = slots->items[i];
        if (slot->kind != kind || (!key && ns && !aimp_equal(slot->ns, ns))) continue;
        aimp_pass_hold(pass, slot->effective);
        listing.items[listing.count++] = slot->effective;
    }
    return listing;
}

/* Objects of a kind lie in the order of their namespaces. */
static size_t first_of_namespace(const aimp_slots *slots, const char *ns) {
    size_t low = 0, high = slots->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(aimp_or_empty(slots->items[middle]->ns), ns) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

aimp_listing aimp_pass_list_labelled(aimp_pass *pass, aimp_kind kind, const char *ns, const char *label,
                                     const char *value) {
    aimp_check_cancel(pass->arena->guard);
    write_down(pass, (aimp_read){.kind = kind, .verb = list, .ns = ns, .label = label, .key = value});
    aimp_listing listing = {.error = pass->cluster->kinds[kind].list};
    if (listing.error) return listing;
    const aimp_slots *slots = &pass->cluster->tables.by_kind[kind];
    size_t capacity = 0;
    for (size_t i = first_of_namespace(slots, ns); i < slots->count && aimp_equal(slots->items[i]->ns, ns); i++) {
        const aimp_object *object = slots->items[i]->effective;
        if (!aimp_equal(aimp_object_label(object, label), value)) continue;
        if (listing.count == capacity) {
            const size_t grown = capacity ? capacity * 2 : 8;
            listing.items = aimp_take_more(pass->arena, listing.items, capacity * sizeof *listing.items,
                                           grown * sizeof *listing.items);
            capacity = grown;
        }
        aimp_pass_hold(pass, object);
        listing.items[listing.count++] = object;
    }
    if (!listing.count) aimp_pass_knows(pass, kind);
    return listing;
}

static void add_need(aimp_pass *pass, const char *ns, const char *name, const char *container) {
    for (const aimp_need *n = pass->needs; n; n = n->next) {
        if (strcmp(n->ns, ns) == 0 && strcmp(n->name, name) == 0 && aimp_equal(n->container, container)) return;
    }
    aimp_need *need = aimp_take(pass->arena, sizeof *need);
    *need = (aimp_need){NULL, ns, name, container};
    if (pass->last_need)
        pass->last_need->next = need;
    else
        pass->needs = need;
    pass->last_need = need;
}

const char *aimp_pass_log(aimp_pass *pass, const char *ns, const char *pod, const char *container) {
    const char *log = aimp_cluster_log(pass->cluster, ns, pod, container);
    if (!log) add_need(pass, ns, pod, container);
    return log;
}

void aimp_pass_need_events(aimp_pass *pass, const char *ns, const char *name) {
    if (pass->cluster->kinds[AIMP_EVENT].by_object) add_need(pass, ns, name, NULL);
}

const aimp_object *aimp_pass_owner(aimp_pass *pass, const aimp_object *object, aimp_kind kind) {
    const aimp_node *owners = object ? aimp_get(object->metadata, "ownerReferences") : NULL;
    for (size_t i = 0; i < aimp_count(owners); i++) {
        const aimp_node *owner = aimp_item(owners, i);
        const char *name = aimp_get_text(owner, "name"), *uid = aimp_or_empty(aimp_get_text(owner, "uid"));
        if (!name || !aimp_equal(aimp_get_text(owner, "kind"), aimp_kind_of(kind)->kind)) continue;
        const aimp_object *found = aimp_pass_get(pass, kind, object->ns, name).object;
        if (found && *uid && strcmp(found->uid, uid) == 0) return found;
    }
    return NULL;
}

aimp_failure aimp_failure_make(aimp_category category, const char *reason, const char *message) {
    return (aimp_failure){category, reason, message};
}

bool aimp_failed(const aimp_failure *failure) {
    return failure->category != AIMP_C_NONE;
}

/* spec/status.md section 2 */
aimp_failure aimp_failure_of(aimp_read_error error) {
    static const aimp_failure failures[] = {
        [AIMP_READ_OK] = {AIMP_C_NONE, NULL, NULL},
        [AIMP_READ_TIMEOUT] = {AIMP_C_INFRASTRUCTURE, "Timeout", "The API server did not answer in time"},
        [AIMP_READ_FORBIDDEN] = {AIMP_C_AUTH, "Forbidden", "No permission to read the resource"},
        [AIMP_READ_UNAUTHORIZED] = {AIMP_C_AUTH, "Unauthorized", "The API server does not accept the credentials"},
        [AIMP_READ_UNAVAILABLE] = {AIMP_C_INFRASTRUCTURE, "ServiceUnavailable", "The API server is not available"},
        [AIMP_READ_INTERNAL] = {AIMP_C_INFRASTRUCTURE, "ServiceUnavailable",
                                "The API server reports an internal error"},
        [AIMP_READ_TOO_MANY] = {AIMP_C_INFRASTRUCTURE, "RateLimited", "The API server limits the rate of requests"},
        [AIMP_READ_CONFLICT] = {AIMP_C_INFRASTRUCTURE, "Conflict", "The resource was changed by somebody else"},
        [AIMP_READ_INVALID] = {AIMP_C_INVALID_SPEC, "InvalidSpec", "The API server refuses the resource as invalid"},
        [AIMP_READ_PLAIN] = {AIMP_C_UNKNOWN, "UnknownError", "The read failed"},
        [AIMP_READ_NOT_FOUND] = {AIMP_C_MISSING_DOWNSTREAM, "NotFound", "The resource does not exist"},
    };
    return failures[error];
}

aimp_failure aimp_upstream_failure(aimp_read_error error) {
    if (error != AIMP_READ_NOT_FOUND) return aimp_failure_of(error);
    return (aimp_failure){AIMP_C_MISSING_UPSTREAM, "ReferenceNotFound",
                          "A resource that is referred to does not exist"};
}

const char *aimp_pass_text(aimp_pass *pass, const aimp_node *map, const char *key) {
    const char *text = aimp_get_text(map, key);
    return text ? aimp_trim(pass->arena, text) : "";
}

bool aimp_pass_is_autoscaled(const aimp_pass *pass) {
    return aimp_get(pass->spec, "autoScaling") || aimp_get(pass->spec, "minReplicas") ||
           aimp_get(pass->spec, "maxReplicas");
}

aimp_finding *aimp_pass_note(aimp_pass *pass, aimp_reason reason, int32_t severity, const aimp_object *about) {
    return aimp_findings_add(pass->arena, &pass->findings, reason, severity, about);
}

bool aimp_is_ready(const aimp_object *object) {
    return object && strcmp(object->state, "Ready") == 0;
}

bool aimp_pass_may_resolve(const aimp_pass *pass) {
    const aimp_observation *seen = &pass->seen;
    if (pass->rules->runtime_errors_stay_theirs || seen->inference_service.object) return true;
    return seen->inference_service.error == AIMP_READ_NOT_FOUND && seen->inference_service_name;
}

bool aimp_pass_lacks_uid(const aimp_pass *pass) {
    return pass->rules->owners_need_a_uid && !*pass->uid;
}

const char *aimp_pass_nearest(aimp_pass *pass, aimp_kind kind, const char *name) {
    aim_ref ref = {.struct_size = sizeof ref, .kind = aimp_kind_of(kind)->kind, .ns = pass->ns, .name = name};
    aimp_pass_note_read(pass, kind, pass->ns, NULL);
    const char *near = aim_cluster_nearest(pass->cluster, &ref);
    return near ? aimp_copy_string(pass->arena, near) : NULL; /* the answer outlives the cluster */
}

bool aimp_pass_collides(const aimp_pass *pass, const aimp_object *object) {
    return object && *pass->uid && aimp_object_has_owner(object) && !aimp_object_is_owned_by(object, pass->uid);
}
