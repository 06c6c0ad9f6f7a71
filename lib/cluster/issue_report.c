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

/* An unknown field is found at its value and shown at its name, as long as not many were: each takes a walk of the
 * text. */
static void place_at_key(const aim_report *report, const aimp_report_place *about, aimp_issue *issue) {
    enum { MANY = 256, MOST = 80 };
    const char *name = issue->kind == AIMP_ISSUE_UNKNOWN ? issue->actual : NULL; /* in quotes */
    size_t size = name ? strlen(name) : 0;
    char key[MOST];
    if (aim_report_count(report) > MANY || size < 3 || size - 2 >= sizeof key) return;
    memcpy(key, name + 1, size - 2);
    key[size - 2] = '\0';
    aimp_key_place(about->text, about->size, key, &issue->line, &issue->column);
}

void aimp_report_issues(aim_report *report, aimp_arena *scratch, const aimp_report_place *about, aimp_issue *issues,
                        aim_code other) {
    size_t count = 0;
    for (const aimp_issue *i = issues; i; i = i->next)
        count++;
    aimp_issue **in_order = aimp_take_array(scratch, count, sizeof *in_order);
    size_t at = count;
    for (aimp_issue *i = issues; i; i = i->next) {
        place_at_key(report, about, i);
        in_order[--at] = i;
    }
    aimp_sort(scratch, in_order, count, sizeof *in_order, by_place);
    for (at = 0; at < count; at++) {
        const aimp_issue *i = in_order[at];
        const aim_code code = i->kind == AIMP_ISSUE_TYPE ? AIM_E_TYPE : other;
        aimp_report_place place = *about;
        place.line = i->line;
        place.column = i->column;
        place.pointer = i->pointer;
        place.wanted = i->wanted;
        aimp_report_add(report, code, code ? AIM_SEVERITY_ERROR : AIM_SEVERITY_WARNING, &place,
                        aimp_format(scratch, "%s %s", *i->pointer ? i->pointer : "/", i->message));
    }
}
