/* From a text to the tables: documents become objects one by one, and all of them get in or none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cluster/cluster.h"
#include "cluster/issue_report.h"
#include "cluster/source_text.h"
#include "doc/reader.h"

typedef enum change_kind { PUT_DOCUMENT, PUT_EVENT, REMOVE_EVENT } change_kind;

/* What a text wants changed; applied only when the whole text could be read. */
typedef struct change {
    struct change *next;
    change_kind kind;
    aimp_object *object;
    /* after it was applied, for taking it back */
    aimp_slot *slot;
    aimp_object *old_base, *old_overlay, *old_effective;
} change;

/* Memory that a document is built in, until it turns out to be an object. */
typedef struct nursery {
    struct nursery *next;
    aimp_object *object;
} nursery;

typedef struct loader {
    aim_cluster *cluster;
    aim_context *context;
    aimp_guard *guard;
    aimp_arena scratch;
    aimp_source_text source;
    aimp_text_place place; /* of the last issue in it */
    const aim_source *asked;
    bool overlay;
    bool one_event;        /* the text has to be one watch event in JSON */
    aimp_event_note *note; /* what that event was about; NULL: nobody asks */
    size_t documents;      /* that were read */
    aim_report *report;
    nursery *nursed;
    change *first, *last;
    aimp_log *foreign; /* documents of AIM that are not read */
    aimp_log *logs;    /* of a case file, until the whole text is accepted */
    aimp_kind_state kinds[AIMP_KIND_COUNT];
} loader;

static void problem_at(loader *l, aim_code code, int32_t severity, uint64_t line, uint64_t column, const char *pointer,
                       const char *object, const char *message) {
    aimp_report_place place = {l->source.name, l->source.text, l->source.size, line, column, pointer, object, NULL};
    aimp_report_add(l->report, code, severity, &place, message);
}

static aimp_arena *on_arena(void *user) {
    loader *l = user;
    nursery *n = aimp_take_zeroed(&l->scratch, sizeof *n);
    aimp_object *object = aimp_object_new(l->context, l->guard);
    if (!object) aimp_raise(l->guard, AIM_E_NO_MEMORY, "%s", "");
    n->object = object;
    n->next = l->nursed;
    l->nursed = n;
    return &object->arena;
}

static aimp_object *object_of(const aimp_arena *arena) {
    return (aimp_object *)(uintptr_t)((const char *)arena - offsetof(aimp_object, arena));
}

/* The object whose arena this is, with a reference of its own. */
static aimp_object *take_object(const aimp_arena *arena) {
    aimp_object *object = object_of(arena);
    aimp_object_retain(object);
    return object;
}

static void drop_nursery(loader *l) {
    for (nursery *n = l->nursed; n; n = n->next)
        aimp_object_release(n->object);
    l->nursed = NULL;
}

static void on_problem(void *user, aim_code code, uint64_t line, uint64_t column, const char *pointer,
                       const char *message) {
    problem_at(user, code, AIM_SEVERITY_ERROR, line, column, pointer, NULL, message);
    drop_nursery(user); /* the reader gives the document up */
}

static void split_api_version(aimp_arena *arena, const char *api_version, const char **group, const char **version) {
    const char *slash = strchr(api_version, '/');
    *group = slash ? aimp_copy(arena, api_version, (size_t)(slash - api_version)) : "";
    *version = slash ? slash + 1 : api_version;
}

/* The admitted object is held by a change from here on, whatever is wrong with it. */
static void admit(loader *l, aimp_kind kind, const aimp_node *root, const aimp_arena *arena, change_kind what) {
    change *c = aimp_take_zeroed(&l->scratch, sizeof *c);
    aimp_object *object = take_object(arena);
    c->kind = what;
    c->object = object;
    if (l->last)
        l->last->next = c;
    else
        l->first = c;
    l->last = c;
    aimp_admission admission = {.arena = &object->arena};
    const aimp_node *admitted = aimp_schema_admit(&admission, aimp_kind_of(kind)->schema, root, "");
    object->source = aimp_copy_string(&object->arena, l->source.name);
    object->line = root->line;
    object->column = root->column;
    object->issues = admission.issues;
    aimp_object_describe(object, kind, admitted ? admitted : root);
    const aimp_node *given_name = aimp_at(root, "metadata", "name", NULL);
    bool wrong_type = !aimp_is_null(given_name) && given_name->kind != AIMP_STRING; /* that is said already */
    if (!*object->name && !wrong_type)
        problem_at(l, AIM_E_DOCUMENT, AIM_SEVERITY_ERROR, root->line, root->column, "/metadata/name", NULL,
                   aimp_format(&l->scratch, "an object of kind %s without metadata.name", aimp_kind_of(kind)->kind));
    aimp_report_place about = {.source = l->source.name, .text = l->source.text, .size = l->source.size};
    about.object = aimp_object_title(&l->scratch, object->kind, object->ns, object->name);
    aimp_report_issues(l->report, &l->scratch, &about, admission.issues, AIM_OK, &l->place);
    l->kinds[kind].known = true;
}

static const char *nearest_kind(const char *kind) {
    const char *best = NULL;
    size_t best_distance = 4;
    for (int id = AIMP_SERVICE; id <= AIMP_CLUSTER_MODEL_SOURCE; id++) {
        const char *name = aimp_kind_of((aimp_kind)id)->kind;
        size_t distance = aimp_edit_distance(kind, name, best_distance);
        if (distance < best_distance) best = name, best_distance = distance;
    }
    return best;
}

static void other_kind(loader *l, const char *group, const char *version, const char *kind, const aimp_node *root) {
    aimp_report_count_kind(l->report, group, kind, false);
    aimp_kind like = aimp_kind_named(kind); /* AIMService of a group or version that is none of ours */
    bool ours = strcmp(group, AIMP_AIM_GROUP) == 0, same_version = ours && strcmp(version, "v1alpha1") == 0;
    if (!ours && strcmp(group, "aim.silogen.ai") != 0 && !(like && aimp_kind_is_aim(like))) return;
    const char *name = aimp_or_empty(aimp_text_at(root, "metadata", "name", NULL));
    const char *known = same_version ? nearest_kind(kind) : AIMP_AIM_API_VERSION;
    const char *message =
        aimp_format(&l->scratch, "%s%s%s %s %s is not read: %s%s", group, *group ? "/" : "", version, kind, name,
                    same_version ? "there is no such kind" : "libaim knows ", same_version ? "" : known);
    if (same_version && known) message = aimp_format(&l->scratch, "%s (did you mean %s?)", message, known);
    problem_at(l, AIM_OK, AIM_SEVERITY_WARNING, root->line, root->column, "/apiVersion", NULL, message);
    aimp_log *note = aimp_log_new(&l->context->allocator, l->source.name, message, strlen(message));
    if (!note) aimp_raise(l->guard, AIM_E_NO_MEMORY, "%s", "");
    note->line = root->line;
    note->column = root->column;
    note->overlay = l->overlay;
    note->next = l->foreign;
    l->foreign = note;
}

static void take_document(loader *l, const aimp_node *root, const aimp_arena *arena, const char *list_api_version,
                          const char *list_kind, change_kind what) {
    const char *api_version = aimp_get_text(root, "apiVersion"), *kind = aimp_get_text(root, "kind");
    if (!api_version) api_version = list_api_version;
    if (!kind) kind = list_kind;
    if (aimp_is_empty(api_version) || aimp_is_empty(kind)) {
        const char *missing = aimp_is_empty(kind) ? "kind" : "apiVersion";
        problem_at(l, AIM_E_DOCUMENT, AIM_SEVERITY_ERROR, root->line, root->column,
                   aimp_format(&l->scratch, "/%s", missing), NULL,
                   aimp_format(&l->scratch, "not a Kubernetes object: \"%s\" is missing or no text", missing));
        return;
    }
    const char *group, *version;
    split_api_version(&l->scratch, api_version, &group, &version);
    aimp_kind id = aimp_kind_find(group, version, kind);
    if (id == AIMP_KIND_NONE) {
        other_kind(l, group, version, kind, root);
        return;
    }
    if (list_kind) { /* items of a typed list carry neither */
        aimp_arena *own = (aimp_arena *)(uintptr_t)arena;
        uint32_t line = root->line, column = root->column;
        aimp_node *full = aimp_take(own, sizeof *full);
        *full = *aimp_map_with(own, aimp_map_with(own, root, "apiVersion", aimp_string(own, api_version)), "kind",
                               aimp_string(own, kind));
        full->line = line;
        full->column = column;
        root = full;
    }
    aimp_report_count_kind(l->report, group, kind, true);
    admit(l, id, root, arena, what);
}

static bool is_event(const aimp_node *root) {
    const aimp_node *type = aimp_get(root, "type"), *object = aimp_get(root, "object");
    return !aimp_get(root, "apiVersion") && type && object && type->kind == AIMP_STRING && object->kind == AIMP_MAP;
}

static void put_text(char *out, size_t size, const char *text) {
    snprintf(out, size, "%s", aimp_or_empty(text));
    aimp_utf8_drop_broken(out);
}

static void take_note(aimp_event_note *note, const char *type, const aimp_node *object) {
    const char *version = aimp_text_at(object, "metadata", "resourceVersion", NULL);
    const char *over = aimp_text_at(object, "metadata", "annotations", "k8s.io/initial-events-end", NULL);
    put_text(note->type, sizeof note->type, type);
    put_text(note->ns, sizeof note->ns, aimp_text_at(object, "metadata", "namespace", NULL));
    put_text(note->name, sizeof note->name, aimp_text_at(object, "metadata", "name", NULL));
    /* a version that does not fit is none: it would be another one when cut */
    if (version && strlen(version) < sizeof note->version) put_text(note->version, sizeof note->version, version);
    note->initial_is_over = aimp_equal(over, "true");
    if (strcmp(type, "ERROR") != 0) return;
    aimp_integer_of(aimp_get(object, "code"), &note->code);
    put_text(note->reason, sizeof note->reason, aimp_get_text(object, "reason"));
    put_text(note->message, sizeof note->message, aimp_get_text(object, "message"));
}

static void take_event(loader *l, const aimp_node *root, const aimp_arena *arena) {
    const char *type = aimp_get_text(root, "type");
    const aimp_node *object = aimp_get(root, "object");
    if (l->note) take_note(l->note, type, object);
    bool put = strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0;
    if (put)
        take_document(l, object, arena, NULL, NULL, PUT_EVENT);
    else if (strcmp(type, "DELETED") == 0)
        take_document(l, object, arena, NULL, NULL, REMOVE_EVENT);
    else if (strcmp(type, "BOOKMARK") != 0) {
        const char *message = aimp_get_text(object, "message");
        problem_at(l, AIM_E_DOCUMENT, AIM_SEVERITY_ERROR, root->line, root->column, "/type", NULL,
                   aimp_format(&l->scratch, "a watch event of type \"%.40s\"%s%.200s", type, message ? ": " : "",
                               aimp_or_empty(message)));
    }
}

static void take_log(loader *l, const char *where, const aimp_node *value, const aimp_node *logs) {
    enum { MAX_WHERE = 1023 };
    const char *pod = strchr(where, '/'), *container = pod ? strchr(pod + 1, '/') : NULL, *text = aimp_text_of(value);
    if (!container || !text || strlen(where) > MAX_WHERE) {
        problem_at(l, AIM_E_DOCUMENT, AIM_SEVERITY_ERROR, logs->line, logs->column, "/podLogs", NULL,
                   "a log needs a key <namespace>/<pod>/<container> of at most 1,023 bytes, and a text");
        return;
    }
    aimp_log *log = aimp_log_new(&l->context->allocator, where, text, strlen(text));
    if (!log) aimp_raise(l->guard, AIM_E_NO_MEMORY, "%s", "");
    log->next = l->logs;
    l->logs = log;
}

static void take_case(loader *l, const aimp_node *root) {
    const aimp_node *declared = aimp_get(root, "declarations"), *logs = aimp_get(root, "podLogs");
    if (declared && declared->kind != AIMP_LIST)
        problem_at(l, AIM_E_TYPE, AIM_SEVERITY_ERROR, declared->line, declared->column, "/declarations", NULL,
                   "\"declarations\" must be a list");
    if (logs && logs->kind != AIMP_MAP)
        problem_at(l, AIM_E_TYPE, AIM_SEVERITY_ERROR, logs->line, logs->column, "/podLogs", NULL,
                   "\"podLogs\" must be a map");
    if (l->report->error_count) return;
    for (size_t i = 0; i < aimp_count(declared); i++) {
        const aimp_node *d = aimp_item(declared, i);
        if (aimp_declaration_read(d, l->kinds)) continue;
        problem_at(l, AIM_E_DOCUMENT, AIM_SEVERITY_ERROR, d->line, d->column,
                   aimp_format(&l->scratch, "/declarations/%zu", i), NULL,
                   "a declaration needs a kind, a state (known, unknown or failed) and, when failed, a known reason");
    }
    for (size_t i = 0; i < aimp_count(logs); i++)
        take_log(l, aimp_key(logs, i), aimp_value(logs, i), logs);
}

static void take_list_item(loader *l, const aimp_node *item, const aimp_arena *arena, const char *api_version,
                           const char *item_kind, size_t index);

/* What a list of this kind says about the kind of its items: NULL for a plain List. */
static const char *item_kind_of(loader *l, const char *api_version, const char *kind) {
    size_t prefix = strlen(kind) - strlen("List");
    const char *group, *version;
    if (!prefix) return NULL;
    const char *item_kind = aimp_copy(&l->scratch, kind, prefix);
    split_api_version(&l->scratch, aimp_or_empty(api_version), &group, &version);
    aimp_kind id = aimp_kind_find(group, version, item_kind);
    if (id != AIMP_KIND_NONE) l->kinds[id].known = true;
    return item_kind;
}

/* A list in a list was built as one tree: its items move into memory of their own. */
static void take_nested_list(loader *l, const aimp_node *root, const char *kind) {
    const char *api_version = aimp_get_text(root, "apiVersion");
    const char *item_kind = item_kind_of(l, api_version, kind);
    const aimp_node *items = aimp_get(root, "items");
    for (size_t i = 0; i < aimp_count(items); i++) {
        aimp_arena *arena = on_arena(l);
        take_list_item(l, aimp_node_copy(arena, aimp_item(items, i)), arena, api_version, item_kind, i);
    }
}

static void take_list_item(loader *l, const aimp_node *item, const aimp_arena *arena, const char *api_version,
                           const char *item_kind, size_t index) {
    const char *kind = aimp_or_empty(aimp_get_text(item, "kind"));
    const aimp_node *nested = aimp_get(item, "items");
    if (item->kind != AIMP_MAP)
        problem_at(
            l, AIM_E_DOCUMENT, AIM_SEVERITY_ERROR, item->line, item->column,
            aimp_format(&l->scratch, "/items/%zu", index), NULL,
            aimp_format(&l->scratch, "an item of a list must be a map (an object), not %s", aimp_node_kind_name(item)));
    else if (aimp_ends_with(kind, "List") && nested && nested->kind == AIMP_LIST)
        take_nested_list(l, item, kind);
    else
        take_document(l, item, arena, item_kind ? api_version : NULL, item_kind, PUT_DOCUMENT);
}

static void take_list(loader *l, const aimp_document *document, const char *kind) {
    const char *api_version = aimp_get_text(document->root, "apiVersion");
    const char *item_kind = item_kind_of(l, api_version, kind);
    const aimp_node *items = aimp_get(document->root, "items");
    if (!aimp_is_null(items)) { /* a list that was written out has been taken apart */
        const char *message = "\"items\" may not be an alias";
        if (items->kind != AIMP_LIST)
            message = aimp_format(&l->scratch, "\"items\" must be a list, not %s", aimp_node_kind_name(items));
        problem_at(l, AIM_E_TYPE, AIM_SEVERITY_ERROR, items->line, items->column, "/items", NULL, message);
    }
    for (size_t i = 0; i < document->item_count; i++)
        take_list_item(l, document->items[i], document->item_arenas[i], api_version, item_kind, i);
}

static void on_document(void *user, const aimp_document *document) {
    loader *l = user;
    aimp_check_cancel(l->guard);
    const aimp_node *root = document->root;
    l->documents++;
    if (l->one_event && !is_event(root))
        problem_at(l, AIM_E_DOCUMENT, AIM_SEVERITY_ERROR, root->line, root->column, "", NULL,
                   "not a watch event: \"type\" and \"object\" are wanted");
    if (l->one_event && l->documents > 1)
        problem_at(l, AIM_E_DOCUMENT, AIM_SEVERITY_ERROR, root->line, root->column, "", NULL,
                   "more than one watch event");
    if (l->one_event && l->report->error_count) {
        drop_nursery(l);
        return;
    }
    const char *kind = aimp_or_empty(aimp_get_text(root, "kind"));
    bool is_case = aimp_is_case(root);
    if (is_case) take_case(l, root);
    bool is_list = aimp_ends_with(kind, "List") && (document->has_items || aimp_get(root, "items"));
    if (is_case || is_list)
        take_list(l, document, is_case ? "List" : kind);
    else if (is_event(root))
        take_event(l, root, document->arena);
    else
        take_document(l, root, document->arena, NULL, NULL, PUT_DOCUMENT);
    if (!is_case && !is_list && document->has_items)
        problem_at(l, AIM_OK, AIM_SEVERITY_WARNING, root->line, root->column, "/items", NULL,
                   "unknown field \"items\" is ignored: the kind is no list");
    drop_nursery(l);
}

/* --- applying --- */

static int compare_versions(const aimp_object *a, const aimp_object *b) {
    const char *x = aimp_get_text(a->metadata, "resourceVersion"), *y = aimp_get_text(b->metadata, "resourceVersion");
    if (aimp_is_empty(x) || aimp_is_empty(y)) return 0;
    size_t size_x = strlen(x), size_y = strlen(y);
    if (size_x != size_y) return size_x < size_y ? -1 : 1;
    return strcmp(x, y);
}

/* Which of two documents of one layer counts; NULL when both do. */
static aimp_object *newer(loader *l, aimp_object *old, aimp_object *object) {
    if (aimp_node_equal(old->root, object->root)) return old;
    int order = compare_versions(old, object);
    if (order != 0) return order < 0 ? object : old;
    const char *title = aimp_object_title(&l->scratch, object->kind, object->ns, object->name);
    problem_at(l, AIM_E_DUPLICATE, AIM_SEVERITY_ERROR, object->line, object->column, "", title,
               aimp_format(&l->scratch, "%s is defined twice with different content, first at %s:%llu", title,
                           old->source, (unsigned long long)old->line));
    return NULL;
}

static void retain(aimp_object *object) {
    if (object) aimp_object_retain(object);
}

/* Sets a slot to a new base and overlay; the caller's references to them are copied, not taken over. */
static void set_slot(loader *l, change *c, aimp_slot *slot, aimp_object *base, aimp_object *overlay) {
    aimp_object *effective = NULL;
    if (base && overlay) {
        effective = object_of(on_arena(l)); /* the nursery keeps it until it is in the table */
        aimp_object_overlay(effective, base, overlay);
    } else {
        effective = overlay ? overlay : base;
    }
    if (effective && !aimp_tables_reserve(&l->cluster->tables, effective))
        aimp_raise(l->guard, AIM_E_NO_MEMORY, "%s", "");
    if (effective) effective->arena.guard = NULL;
    c->slot = slot; /* from here on nothing can fail, and undo() knows what was there */
    c->old_base = slot->base;
    c->old_overlay = slot->overlay;
    c->old_effective = slot->effective;
    retain(c->old_base);
    retain(c->old_overlay);
    retain(c->old_effective);
    retain(base);
    retain(overlay);
    retain(effective);
    aimp_tables_set(&l->cluster->tables, slot, base, overlay, effective);
}

static void apply_change(loader *l, change *c) {
    aimp_object *object = c->object;
    aimp_slot *slot = aimp_tables_slot(&l->cluster->tables, object->kind, object->ns, object->name);
    if (!slot) aimp_raise(l->guard, AIM_E_NO_MEMORY, "%s", "");
    aimp_object *base = slot->base, *overlay = slot->overlay;
    aimp_object **layer = l->overlay ? &overlay : &base;
    if (c->kind == REMOVE_EVENT)
        *layer = NULL;
    else if (*layer && c->kind == PUT_DOCUMENT)
        *layer = newer(l, *layer, object);
    else
        *layer = object;
    if (c->kind == PUT_DOCUMENT && !*layer) return; /* reported */
    if (*layer == (l->overlay ? slot->overlay : slot->base)) return;
    set_slot(l, c, slot, base, overlay);
    drop_nursery(l);
}

static void undo(loader *l, change *c) {
    if (!c->slot) return;
    aimp_tables_set(&l->cluster->tables, c->slot, c->old_base, c->old_overlay, c->old_effective);
    c->old_base = c->old_overlay = c->old_effective = NULL;
}

/* The changes in reverse without recursion: there may be as many as documents. */
static change *reversed(change *c) {
    change *last = NULL;
    while (c) {
        change *next = c->next;
        c->next = last;
        last = c;
        c = next;
    }
    return last;
}

static void finish(loader *l, bool keep) {
    if (!keep) {
        l->first = reversed(l->first);
        for (change *c = l->first; c; c = c->next)
            undo(l, c);
    }
    for (change *c = l->first; c; c = c->next) {
        if (c->object) c->object->arena.guard = NULL;
        aimp_object_release(c->object);
        aimp_object_release(c->old_base);
        aimp_object_release(c->old_overlay);
        aimp_object_release(c->old_effective);
    }
    drop_nursery(l);
    aimp_tables_sweep(&l->cluster->tables);
}

/* An event is JSON, as a watch sends it; YAML would be read, too. */
static bool is_json(loader *l) {
    size_t blank = 0;
    while (blank < l->source.size && aimp_is_space(l->source.text[blank]))
        blank++;
    if (blank == l->source.size)
        problem_at(l, AIM_E_DOCUMENT, AIM_SEVERITY_ERROR, 0, 0, "", NULL, "the text holds no watch event");
    else if (l->source.text[blank] != '{')
        problem_at(l, AIM_E_SYNTAX, AIM_SEVERITY_ERROR, 1, 1, "", NULL, "a watch event is a JSON object");
    return l->report->error_count == 0;
}

static void load(void *arg) {
    loader *l = arg;
    aimp_source_read(&l->source, l->asked, &l->context->allocator, l->guard);
    l->place = aimp_text_place_new(l->source.text, l->source.size);
    if (l->one_event && !is_json(l)) return;
    aimp_document_sink sink = {on_arena, on_document, on_problem, l};
    aimp_read_documents(l->source.text, l->source.size, &l->context->limits, &l->scratch, &sink);
    drop_nursery(l);
    if (l->report->error_count) return;
    for (change *c = l->first; c; c = c->next) {
        aimp_check_cancel(l->guard);
        apply_change(l, c);
    }
    if (!l->note || !l->first) return;
    l->note->kind = l->first->object->kind;
    if (l->first->slot) l->note->change = aimp_object_change(l->first->old_effective, l->first->slot->effective);
}

/* One line without control characters, whatever the source is called. */
static void log_result(loader *l, aim_code code) {
    char line[256];
    if (!l->context->log) return;
    if (code)
        snprintf(line, sizeof line, "%.160s was refused: %s", l->source.name, aim_code_name(code));
    else
        snprintf(line, sizeof line, "%.160s was read: %zu kinds, %zu warnings", l->source.name, l->report->kind_count,
                 l->report->warning_count);
    for (char *c = line; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
    }
    aimp_utf8_drop_broken(line);
    l->context->log(code ? AIM_LOG_WARNING : AIM_LOG_INFO, line, l->context->log_user);
}

static aim_code run(aim_cluster *cluster, const aim_source *source, bool one_event, aimp_event_note *note,
                    aim_report **report, aim_error **err) {
    aimp_guard guard = {.cancel = source->cancel};
    const aim_allocator *allocator = &cluster->context->allocator;
    loader l = {.cluster = cluster,
                .context = cluster->context,
                .guard = &guard,
                .source = {.name = source->name ? source->name
                                   : one_event  ? "(event)"
                                                : "(text)"},
                .asked = source,
                .one_event = one_event,
                .note = note,
                .overlay = (source->flags & AIM_SOURCE_OVERLAY) != 0};
    l.report = aimp_report_new(cluster->context, &guard);
    if (!l.report) return aimp_fail(err, allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    aimp_arena_init(&l.scratch, allocator, &guard, 8192);
    memcpy(l.kinds, cluster->kinds, sizeof l.kinds);
    aim_code code = aimp_guard_run(&guard, load, &l);
    bool ok = code == AIM_OK && l.report->error_count == 0;
    if (ok) memcpy(cluster->kinds, l.kinds, sizeof l.kinds);
    if (ok && l.overlay) cluster->has_overlay = true;
    while (ok && l.logs) {
        aimp_log *log = l.logs;
        l.logs = log->next;
        aimp_log_link(cluster, log);
    }
    while (ok && l.foreign) {
        aimp_log *foreign = l.foreign;
        l.foreign = foreign->next;
        foreign->next = cluster->foreign;
        cluster->foreign = foreign;
    }
    aimp_logs_free(allocator, l.foreign);
    aimp_logs_free(allocator, l.logs);
    finish(&l, ok);
    aimp_place place = {.source = l.source.name};
    if (code)
        aimp_fail(err, allocator, code, &place, "%s", guard.message);
    else
        code = aimp_report_fail(l.report, err);
    log_result(&l, code);
    l.report->arena.guard = NULL;
    aimp_arena_free(&l.scratch);
    aimp_source_release(&l.source, allocator);
    if (report)
        *report = l.report;
    else
        aim_report_free(l.report);
    return code;
}

static aim_code check_and_run(aim_cluster *cluster, const aim_source *source, bool one_event, aimp_event_note *note,
                              aim_report **report, aim_error **err) {
    if (err) *err = NULL;
    if (report) *report = NULL;
    if (!cluster || !source)
        return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "cluster or source is NULL");
    const uint32_t flags = one_event ? 0 : AIM_SOURCE_OVERLAY;
    aim_code code = aimp_source_check(source, flags, &cluster->context->allocator, err);
    return code ? code : run(cluster, source, one_event, note, report, err);
}

aim_code aim_cluster_add(aim_cluster *cluster, const aim_source *source, aim_report **report, aim_error **err) {
    return check_and_run(cluster, source, false, NULL, report, err);
}

aim_code aim_cluster_apply_event(aim_cluster *cluster, const aim_source *source, aim_report **report, aim_error **err) {
    return check_and_run(cluster, source, true, NULL, report, err);
}

aim_code aimp_cluster_apply_event(aim_cluster *cluster, const aim_source *source, aimp_event_note *note,
                                  aim_report **report, aim_error **err) {
    *note = (aimp_event_note){.kind = AIMP_KIND_NONE};
    return check_and_run(cluster, source, true, note, report, err);
}
