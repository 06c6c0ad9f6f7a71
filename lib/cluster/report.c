/* Reports: every problem of a text with its place, and the kinds it held. */
#include "cluster/report.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define EXCERPT_BYTES 160

typedef struct entry {
    struct entry *next;
    aim_report_entry shown;
} entry;

typedef struct kind_count {
    const char *name;
    uint64_t objects;
    bool used;
    struct kind_count *next;
} kind_count;

aim_report *aimp_report_new(aim_context *context, aimp_guard *guard) {
    aim_report *report = aimp_alloc(&context->allocator, sizeof *report);
    if (!report) return NULL;
    memset(report, 0, sizeof *report);
    report->context = context;
    aimp_context_retain(context);
    aimp_arena_init(&report->arena, &context->allocator, guard, 1024);
    return report;
}

void aim_report_free(aim_report *report) {
    if (!report) return;
    aim_context *context = report->context;
    aimp_arena_free(&report->arena);
    aimp_release(&context->allocator, report, sizeof *report);
    aim_context_free(context);
}

/* The line of the text, at most EXCERPT_BYTES of it around the column, without control characters. */
static const char *excerpt(aimp_arena *arena, const aimp_report_place *place) {
    if (!place->text || !place->line) return NULL;
    const char *p = place->text, *end = place->text + place->size;
    for (uint64_t line = 1; line < place->line; line++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (!p) return NULL;
        p++;
    }
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    size_t size = (size_t)((newline ? newline : end) - p);
    if (place->column > EXCERPT_BYTES) return NULL; /* a caret under a cut line would point nowhere */
    if (size > EXCERPT_BYTES) {
        size = EXCERPT_BYTES;
        while (size && ((unsigned char)p[size] & 0xc0) == 0x80)
            size--;
    }
    char *copy = aimp_copy(arena, p, size);
    for (char *c = copy; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = ' ';
    }
    return copy;
}

static const char *copied(aimp_arena *arena, const char *text) {
    return text ? aimp_copy_string(arena, text) : NULL;
}

void aimp_report_add(aim_report *report, aim_code code, int32_t severity, const aimp_report_place *place,
                     const char *message) {
    bool error = severity == AIM_SEVERITY_ERROR;
    if (report->error_count + report->warning_count >= report->context->limits.report_entries &&
        (!error || report->error_count)) {
        report->dropped++;
        return;
    }
    aimp_arena *arena = &report->arena;
    entry *e = aimp_take_zeroed(arena, sizeof *e);
    e->shown = (aim_report_entry){.struct_size = sizeof e->shown,
                                  .code = code,
                                  .severity = severity,
                                  .line = place->line,
                                  .column = place->column};
    e->shown.source = copied(arena, place->source);
    e->shown.pointer = copied(arena, aimp_or_empty(place->pointer));
    e->shown.object = copied(arena, place->object);
    e->shown.message = aimp_copy_string(arena, message);
    e->shown.excerpt = excerpt(arena, place);
    entry **last = error ? &report->last_error : &report->last_warning;
    if (*last)
        (*last)->next = e;
    else if (error)
        report->errors = e;
    else
        report->warnings = e;
    *last = e;
    if (error)
        report->error_count++;
    else
        report->warning_count++;
}

void aimp_report_count_kind(aim_report *report, const char *group, const char *kind, bool used) {
    const char *name = *group ? aimp_format(&report->arena, "%s.%s", kind, group) : kind;
    kind_count **at = &report->kinds;
    while (*at && strcmp((*at)->name, name) < 0)
        at = &(*at)->next;
    if (!*at || strcmp((*at)->name, name) != 0) {
        kind_count *added = aimp_take_zeroed(&report->arena, sizeof *added);
        *added = (kind_count){aimp_copy_string(&report->arena, name), 0, used, *at};
        *at = added;
        report->kind_count++;
    }
    (*at)->objects++;
}

size_t aim_report_count(const aim_report *report) {
    return report ? report->error_count + report->warning_count : 0;
}

aim_code aim_report_at(const aim_report *report, size_t index, aim_report_entry *out) {
    if (!report || !out) return AIM_E_ARGUMENT;
    if (out->struct_size < sizeof *out) return AIM_E_STRUCT;
    const entry *e = index < report->error_count ? report->errors : report->warnings;
    if (index >= report->error_count) index -= report->error_count;
    for (; e && index > 0; e = e->next)
        index--;
    if (!e) return AIM_E_NOT_FOUND;
    *out = e->shown;
    return AIM_OK;
}

uint64_t aim_report_dropped(const aim_report *report) {
    return report ? report->dropped : 0;
}
size_t aim_report_kind_count(const aim_report *report) {
    return report ? report->kind_count : 0;
}

const char *aim_report_kind_at(const aim_report *report, size_t index, uint64_t *objects, int32_t *used) {
    const kind_count *k = report ? report->kinds : NULL;
    for (; k && index > 0; k = k->next)
        index--;
    if (!k) return NULL;
    if (objects) *objects = k->objects;
    if (used) *used = k->used;
    return k->name;
}

aim_code aimp_report_fail(const aim_report *report, aim_error **err) {
    if (!report->errors) return AIM_OK;
    const aim_report_entry *first = &report->errors->shown;
    aimp_place place = {first->source, first->pointer, first->line, first->column};
    if (report->error_count == 1)
        return aimp_fail(err, &report->context->allocator, first->code, &place, "%s", first->message);
    return aimp_fail(err, &report->context->allocator, first->code, &place, "%s (and %zu more error%s)", first->message,
                     report->error_count - 1, report->error_count == 2 ? "" : "s");
}
