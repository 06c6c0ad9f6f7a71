/* What was wrong with a text, for people: each problem with its place and a caret under the column. */
#include <stdlib.h>

#include "command.h"

static void show_caret(const aim_report_entry *entry) {
    if (!entry->excerpt || !entry->column) return;
    fputs("  | ", stderr); /* no line of the document stands at the beginning of ours: runners of CI obey some */
    put_safe(stderr, entry->excerpt);
    fputs("\n  | ", stderr);
    for (uint64_t i = 1; i < entry->column; i++)
        fputc(' ', stderr);
    fputs("^\n", stderr);
}

static void show_entry(const aim_report_entry *entry) {
    bool error = entry->severity == AIM_SEVERITY_ERROR;
    put_safe(stderr, entry->source && *entry->source ? entry->source : "aim");
    if (entry->line) fprintf(stderr, ":%llu:%llu", (unsigned long long)entry->line, (unsigned long long)entry->column);
    fputs(error ? ": error: " : ": warning: ", stderr);
    if (entry->object) {
        put_safe(stderr, entry->object);
        fputs(": ", stderr);
    }
    put_safe(stderr, entry->message);
    fputc('\n', stderr);
    if (error) show_caret(entry);
}

void report_show(const aim_report *report, bool quiet) {
    for (size_t i = 0; i < aim_report_count(report); i++) {
        aim_report_entry entry = {.struct_size = sizeof entry};
        if (aim_report_at(report, i, &entry)) break;
        if (entry.severity == AIM_SEVERITY_ERROR || !quiet) show_entry(&entry);
    }
    if (aim_report_dropped(report))
        complain("%llu more problems are not shown", (unsigned long long)aim_report_dropped(report));
}

void report_show_kinds(const aim_report *report, const char *name) {
    for (size_t i = 0; i < aim_report_kind_count(report); i++) {
        aim_kind_count kind = {.struct_size = sizeof kind};
        if (aim_report_kind_at(report, i, &kind)) break;
        put_safe(stderr, name);
        fprintf(stderr, ": %llu ", (unsigned long long)kind.objects);
        put_safe(stderr, kind.kind);
        if (*kind.group) fputc('.', stderr);
        put_safe(stderr, kind.group);
        fputs(kind.used ? "\n" : " (not used)\n", stderr);
    }
}

bool report_keep(report_list *list, aim_report *report) {
    if (!aim_report_count(report)) return false;
    aim_report **items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (!items) return false;
    list->items = items;
    list->items[list->count++] = report;
    return true;
}

void reports_free(report_list *reports) {
    for (size_t i = 0; i < reports->count; i++)
        aim_report_free(reports->items[i]);
    free(reports->items);
}
