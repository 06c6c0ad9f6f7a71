/* Puts issues in the order of the text, each at the place that a reader would look at. */
#include "cluster/issue_report.h"

#include <string.h>

#include "base/sort.h"
#include "cluster/key_place.h"

static int by_place(const void *left, const void *right) {
    const aimp_issue *a = *(const aimp_issue *const *)left, *b = *(const aimp_issue *const *)right;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    if (a->column != b->column) return a->column < b->column ? -1 : 1;
    return strcmp(a->pointer, b->pointer);
}

/* An unknown field is found at its value and shown at its name. */
static void place_at_key(aimp_text_place *place, aimp_issue *issue) {
    enum { MOST = 80 };
    const char *name = issue->kind == AIMP_ISSUE_UNKNOWN ? issue->actual : NULL; /* in quotes */
    size_t size = name ? strlen(name) : 0;
    char key[MOST];
    if (size < 3 || size - 2 >= sizeof key || !issue->line) return;
    if (!aimp_text_place_seek(place, issue->line, issue->column)) return;
    memcpy(key, name + 1, size - 2);
    key[size - 2] = '\0';
    aimp_key_place(place, key, &issue->line, &issue->column);
}

void aimp_report_issues(aim_report *report, aimp_arena *scratch, const aimp_report_place *about, aimp_issue *issues,
                        aim_code other, aimp_text_place *place) {
    size_t count = 0, at;
    for (const aimp_issue *i = issues; i; i = i->next)
        count++;
    aimp_issue **in_order = aimp_take_array(scratch, count, sizeof *in_order);
    at = count;
    for (aimp_issue *i = issues; i; i = i->next)
        in_order[--at] = i;
    aimp_sort(scratch, in_order, count, sizeof *in_order, by_place);
    /* In the order of the text, so that one walk finds all; what no report can hold need not be found. */
    const uint64_t kept = aim_report_count(report), limit = report->context->limits.report_entries;
    const uint64_t most = kept < limit ? limit - kept : 0;
    for (at = 0; about->text && at < count && at < most; at++)
        place_at_key(place, in_order[at]);
    aimp_sort(scratch, in_order, count, sizeof *in_order, by_place);
    for (at = 0; at < count; at++) {
        const aimp_issue *i = in_order[at];
        const aim_code code = i->kind == AIMP_ISSUE_TYPE ? AIM_E_TYPE : other;
        aimp_report_place where = *about;
        where.line = i->line;
        where.column = i->column;
        where.pointer = i->pointer;
        where.wanted = i->wanted;
        aimp_report_add(report, code, code ? AIM_SEVERITY_ERROR : AIM_SEVERITY_WARNING, &where,
                        aimp_format(scratch, "%s %s", *i->pointer ? i->pointer : "/", i->message));
    }
}
