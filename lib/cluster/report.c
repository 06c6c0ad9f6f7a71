/* Reports: every problem of a text with its place, and the kinds it held. */
#include "cluster/report.h"

#include <string.h>

#include "base/error.h"
#include "base/struct.h"
#include "base/text.h"

#define EXCERPT_BYTES 160

static const char other_kinds[] = "(other kinds)"; /* those beyond limits.report_entries */

typedef struct entry {
    struct entry *next;
    aim_report_entry shown;
} entry;

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

/* Whether a place may lie in what a Secret holds: then its line is not shown. */
static bool is_payload(const char *pointer) {
    static const char *const parts[] = {"/data", "/stringData", "/binaryData"};
    for (size_t i = 0; pointer && i < 3; i++) {
        if (strstr(pointer, parts[i])) return true;
    }
    return false;
}

/* Where an excerpt begins: the line, or what is half an excerpt before the column of a long one. */
static const char *excerpt_start(aimp_text_place *place, uint64_t column) {
    const char *line = place->line_start;
    const size_t rest = (size_t)(place->end - line), look = rest > EXCERPT_BYTES ? EXCERPT_BYTES + 1 : rest;
    if (rest <= EXCERPT_BYTES || memchr(line, '\n', look)) return line;
    if (column > EXCERPT_BYTES / 2) aimp_text_place_seek(place, place->line, column - EXCERPT_BYTES / 2);
    return column > EXCERPT_BYTES / 2 ? place->at : line;
}

/* The line of the text, at most EXCERPT_BYTES of it around the column, without control characters. */
static const char *excerpt(aim_report *report, const aimp_report_place *place) {
    aimp_text_place *cursor = &report->place;
    if (!place->text || !place->line || is_payload(place->pointer)) return NULL;
    if (cursor->end != place->text + place->size) *cursor = aimp_text_place_new(place->text, place->size);
    if (!aimp_text_place_seek(cursor, place->line, cursor->line == place->line ? cursor->column : 1)) return NULL;
    const char *p = excerpt_start(cursor, place->column);
    size_t size = (size_t)(cursor->end - p);
    if (size > EXCERPT_BYTES) size = EXCERPT_BYTES;
    const char *newline = memchr(p, '\n', size), *line_end = newline ? newline : p + size;
    const char *text_end = newline ? newline : cursor->end; /* a character may be longer than what is shown of it */
    aimp_text text = aimp_text_new(&report->arena);
    uint32_t code_point;
    for (size_t bytes; p < line_end; p += bytes) {
        bytes = aimp_utf8_decode(p, text_end, &code_point);
        if (bytes > (size_t)(line_end - p)) break; /* cut inside a character */
        if (bytes == 0)
            aimp_text_add_char(&text, '?'), bytes = 1;
        else if (code_point < 0x20 || code_point == 0x7f)
            aimp_text_add_char(&text, ' ');
        else
            aimp_text_add(&text, p, bytes);
    }
    return aimp_text_string(&text);
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
    e->shown.wanted = copied(arena, place->wanted);
    e->shown.excerpt = excerpt(report, place);
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

/* Where a name is, or has to go, among the kinds, which are in the order of their names. */
static size_t kind_position(const aim_report *report, const char *name) {
    size_t low = 0, high = report->kind_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(report->kinds[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_kind(const aim_report *report, const char *name) {
    size_t at = kind_position(report, name);
    return at < report->kind_count && strcmp(report->kinds[at].name, name) == 0;
}

void aimp_report_count_kind(aim_report *report, const char *group, const char *kind, bool used) {
    aimp_arena *arena = &report->arena;
    aimp_mark mark = aimp_arena_mark(arena);
    const char *name = *group ? aimp_format(arena, "%s.%s", kind, group) : aimp_copy_string(arena, kind);
    if (report->kind_count >= report->context->limits.report_entries && !has_kind(report, name)) name = other_kinds;
    size_t at = kind_position(report, name);
    if (at < report->kind_count && strcmp(report->kinds[at].name, name) == 0) {
        report->kinds[at].objects++;
        aimp_arena_rewind(arena, mark);
        return;
    }
    if (report->kind_count == report->kind_capacity) {
        size_t capacity = report->kind_capacity ? report->kind_capacity * 2 : 16;
        report->kinds = aimp_take_more(arena, report->kinds, report->kind_capacity * sizeof *report->kinds,
                                       capacity * sizeof *report->kinds);
        report->kind_capacity = capacity;
    }
    memmove(&report->kinds[at + 1], &report->kinds[at], (report->kind_count - at) * sizeof *report->kinds);
    bool other = name == other_kinds;
    report->kinds[at] = (aimp_kind_count){name, other ? name : aimp_copy_string(arena, kind),
                                          other ? "" : aimp_copy_string(arena, group), 1, used};
    report->kind_count++;
}

size_t aim_report_count(const aim_report *report) {
    return report ? report->error_count + report->warning_count : 0;
}

aim_code aim_report_at(const aim_report *report, size_t index, aim_report_entry *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !report) return code ? code : AIM_E_ARGUMENT;
    const entry *e = index < report->error_count ? report->errors : report->warnings;
    if (index >= report->error_count) index -= report->error_count;
    for (; e && index > 0; e = e->next)
        index--;
    if (!e) return AIM_E_NOT_FOUND;
    aimp_struct_fill(out, &e->shown, sizeof *out);
    return AIM_OK;
}

uint64_t aim_report_dropped(const aim_report *report) {
    return report ? report->dropped : 0;
}
size_t aim_report_kind_count(const aim_report *report) {
    return report ? report->kind_count : 0;
}

aim_code aim_report_kind_at(const aim_report *report, size_t index, aim_kind_count *out) {
    aim_code code = aimp_struct_check_out(out, sizeof *out);
    if (code || !report) return code ? code : AIM_E_ARGUMENT;
    if (index >= report->kind_count) return AIM_E_NOT_FOUND;
    const aimp_kind_count *k = &report->kinds[index];
    aim_kind_count shown = {.objects = k->objects, .used = k->used, .kind = k->kind, .group = k->group};
    aimp_struct_fill(out, &shown, sizeof shown);
    return AIM_OK;
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
