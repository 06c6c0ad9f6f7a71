/* Collecting what is wrong with a text. */
#ifndef AIMP_CLUSTER_REPORT_H
#define AIMP_CLUSTER_REPORT_H

#include <aim/report.h>

#include "base/context.h"
#include "doc/text_place.h"

typedef struct aimp_kind_count {
    const char *name; /* by which they are ordered: "Kind" or "Kind.group" */
    const char *kind, *group;
    uint64_t objects;
    bool used;
} aimp_kind_count;

struct aim_report {
    aim_context *context;
    aimp_arena arena;
    struct entry *errors, *last_error, *warnings, *last_warning;
    size_t error_count, warning_count;
    uint64_t dropped;
    aimp_kind_count *kinds; /* in order of name */
    size_t kind_count, kind_capacity;
    aimp_text_place place; /* in the text of the last excerpt */
};

/* NULL when memory is out. */
aim_report *aimp_report_new(aim_context *context, aimp_guard *guard);
/* What a problem is about; members may be NULL. text and size: the source, for the excerpt. */
typedef struct aimp_report_place {
    const char *source, *text;
    size_t size;
    uint64_t line, column;
    const char *pointer, *object, *wanted;
} aimp_report_place;
void aimp_report_add(aim_report *report, aim_code code, int32_t severity, const aimp_report_place *place,
                     const char *message);
void aimp_report_count_kind(aim_report *report, const char *group, const char *kind, bool used);
/* The first error as an aim_error; AIM_OK when there is none. */
aim_code aimp_report_fail(const aim_report *report, aim_error **err);

#endif
