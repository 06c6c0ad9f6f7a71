/* Runs the rules and puts the findings in the order of the documents. */
#include "lint/lint.h"

#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/struct.h"
#include "plan/answer.h"

struct aim_lint {
    aim_context *context;
    aimp_arena arena;
    aimp_held *held;          /* objects whose texts the findings use */
    const aim_policy *policy; /* the same; counted */
    aimp_findings findings;
    aimp_finding **sorted;
};

aimp_finding *aimp_lint_note(aimp_linting *l, aimp_reason reason, int32_t severity, const aimp_object *about,
                             const char *pointer, const char *message) {
    aimp_hold(l->arena, l->held, about);
    aimp_finding *f = aimp_findings_add(l->arena, &l->findings, reason, severity, about);
    aimp_finding_place(l->arena, f, about, pointer);
    f->message = message;
    return f;
}

const aimp_object *aimp_linted(const aimp_linting *l, const aimp_slot *slot) {
    if (slot->overlay) return slot->overlay;
    bool looked_at = !l->overlays_only || slot->kind == AIMP_NODE;
    return looked_at ? slot->effective : NULL;
}

static void lint_foreign(aimp_linting *l) {
    for (const aimp_log *note = l->cluster->foreign; note; note = note->next) {
        if (l->overlays_only && !note->overlay) continue;
        aimp_finding *f = aimp_findings_add(l->arena, &l->findings, AIMP_R_OTHER_VERSION, AIM_SEVERITY_WARNING, NULL);
        f->source = aimp_copy_string(l->arena, note->where);
        f->line = note->line;
        f->column = note->column;
        f->pointer = "/apiVersion";
        f->message = aimp_copy_string(l->arena, note->text);
        f->remedy.text = "write apiVersion: " AIMP_AIM_API_VERSION " and a kind of it";
    }
}

static int by_place(const void *left, const void *right) {
    const aimp_finding *a = *(aimp_finding *const *)left, *b = *(aimp_finding *const *)right;
    int order = strcmp(aimp_or_empty(a->source), aimp_or_empty(b->source));
    if (order) return order;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    if (a->column != b->column) return a->column < b->column ? -1 : 1;
    if (a->reason != b->reason) return a->reason < b->reason ? -1 : 1;
    order = strcmp(aimp_or_empty(a->name), aimp_or_empty(b->name));
    return order ? order : strcmp(aimp_or_empty(a->message), aimp_or_empty(b->message));
}

/* Findings join those of the lint, in the order of the documents; nothing is changed before memory is certain. */
static void take_in(aim_lint *lint, aimp_findings *more) {
    const size_t total = lint->findings.count + more->count;
    aimp_findings_publish(&lint->arena, more);
    aimp_finding **sorted = aimp_take_array(&lint->arena, total, sizeof *sorted);
    size_t count = 0;
    for (aimp_finding *f = lint->findings.first; f; f = f->next)
        sorted[count++] = f;
    for (aimp_finding *f = more->first; f; f = f->next)
        sorted[count++] = f;
    aimp_sort(&lint->arena, sorted, count, sizeof *sorted, by_place);
    for (size_t i = 0; i < count; i++)
        sorted[i]->next = i + 1 < count ? sorted[i + 1] : NULL;
    lint->sorted = sorted;
    lint->findings =
        (aimp_findings){.first = count ? sorted[0] : NULL, .last = count ? sorted[count - 1] : NULL, .count = count};
}

typedef struct job {
    aim_lint *lint;
    aimp_linting linting;
} job;

static void run(void *arg) {
    job *j = arg;
    aimp_linting *l = &j->linting;
    l->overlays_only = l->cluster->has_overlay;
    l->nearest_left = 200;
    lint_foreign(l);
    aimp_lint_documents(l);
    aimp_lint_references(l);
    aimp_lint_services(l);
    aimp_lint_nodes(l);
    take_in(j->lint, &l->findings);
}

aim_code aim_lint_new(const aim_cluster *cluster, const aim_options *options, aim_lint **out, aim_error **err) {
    if (err) *err = NULL;
    if (out) *out = NULL;
    if (!cluster || !out) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "cluster or out is NULL");
    aim_context *context = cluster->context;
    aim_code code = aimp_options_check(options, &context->allocator, err);
    if (code) return code;
    aim_lint *lint = aimp_alloc(&context->allocator, sizeof *lint);
    if (!lint) return aimp_fail(err, &context->allocator, AIM_E_NO_MEMORY, NULL, "out of memory");
    memset(lint, 0, sizeof *lint);
    aimp_context_retain(context);
    lint->context = context;
    aimp_guard guard = {.cancel = options ? options->cancel : NULL};
    aimp_arena_init(&lint->arena, &context->allocator, &guard, 16384);
    lint->policy = aimp_policy_retain(options ? options->policy : NULL);
    job j = {lint, {.arena = &lint->arena, .cluster = cluster, .policy = lint->policy, .held = &lint->held}};
    code = aimp_guard_run(&guard, run, &j);
    lint->arena.guard = NULL;
    if (code) {
        aim_lint_free(lint);
        return aimp_fail_guard(err, &context->allocator, &guard);
    }
    *out = lint;
    return AIM_OK;
}

typedef struct addition {
    aim_lint *lint;
    const aim_report *report;
} addition;

static void add_report(void *arg) {
    addition *a = arg;
    aimp_arena *arena = &a->lint->arena;
    aimp_findings more = {0};
    for (size_t i = 0; i < aim_report_count(a->report); i++) {
        aim_report_entry entry = {.struct_size = sizeof entry};
        if (aim_report_at(a->report, i, &entry) || entry.severity != AIM_SEVERITY_ERROR) continue;
        aimp_finding *f = aimp_findings_add(arena, &more, AIMP_R_UNREADABLE, AIM_SEVERITY_ERROR, NULL);
        const char *object = entry.object ? aimp_format(arena, "%s: ", entry.object) : "";
        f->source = aimp_copy_string(arena, entry.source);
        f->line = (uint32_t)entry.line;
        f->column = (uint32_t)entry.column;
        f->pointer = aimp_copy_string(arena, aimp_or_empty(entry.pointer));
        f->message = aimp_format(arena, "%s%s", object, entry.message);
    }
    take_in(a->lint, &more);
}

aim_code aim_lint_add_report(aim_lint *lint, const aim_report *report, aim_error **err) {
    if (err) *err = NULL;
    if (!lint) return aimp_fail(err, &aimp_libc_allocator, AIM_E_ARGUMENT, NULL, "lint is NULL");
    aimp_guard guard = {0};
    addition a = {lint, report};
    lint->arena.guard = &guard;
    aim_code code = aimp_guard_run(&guard, add_report, &a);
    lint->arena.guard = NULL;
    return code ? aimp_fail_guard(err, &lint->context->allocator, &guard) : AIM_OK;
}

void aim_lint_free(aim_lint *lint) {
    if (!lint) return;
    aim_context *context = lint->context;
    for (aimp_held *h = lint->held; h; h = h->next)
        aimp_object_release(h->object);
    aimp_policy_release(lint->policy);
    aimp_arena_free(&lint->arena);
    aimp_release(&context->allocator, lint, sizeof *lint);
    aim_context_free(context);
}

size_t aim_lint_count(const aim_lint *lint) {
    return lint ? lint->findings.count : 0;
}

aim_code aim_lint_at(const aim_lint *lint, size_t index, aim_finding *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !lint) return code ? code : AIM_E_ARGUMENT;
    if (index >= lint->findings.count) return AIM_E_NOT_FOUND;
    aimp_struct_fill(out, &lint->sorted[index]->shown, sizeof *out);
    return AIM_OK;
}

typedef struct rendering {
    const aim_lint *lint;
    int32_t format;
    bool color;
} rendering;

static void write_rendering(aimp_text *out, void *arg) {
    const rendering *r = arg;
    aimp_write_lint(&r->lint->findings, r->format, r->color, out);
}

static aim_code write_lint(const aim_lint *lint, int32_t format, uint32_t flags, const aim_sink *sink, aim_buffer **out,
                           aim_error **err) {
    aim_code code = aimp_check_output(lint ? lint->context : NULL, sink, out, err);
    if (code) return code;
    bool known = format == AIM_FORMAT_TEXT || format == AIM_FORMAT_JSON || format == AIM_FORMAT_SARIF ||
                 format == AIM_FORMAT_GITHUB || format == AIM_FORMAT_MARKDOWN;
    if (!known || (flags & ~AIM_RENDER_COLOR))
        return aimp_fail(err, &lint->context->allocator, AIM_E_ARGUMENT, NULL, "unknown format or flags");
    rendering r = {lint, format, (flags & AIM_RENDER_COLOR) != 0};
    return aimp_write_out(lint->context, write_rendering, &r, sink, out, err);
}

aim_code aim_lint_render(const aim_lint *lint, int32_t format, uint32_t flags, aim_buffer **out, aim_error **err) {
    return write_lint(lint, format, flags, NULL, out, err);
}

aim_code aim_lint_write(const aim_lint *lint, int32_t format, uint32_t flags, const aim_sink *sink, aim_error **err) {
    return write_lint(lint, format, flags, sink, NULL, err);
}
