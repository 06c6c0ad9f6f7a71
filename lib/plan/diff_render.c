/* Changes as text, JSON and Markdown. */
#include <string.h>

#include "doc/writer.h"
#include "plan/diff.h"
#include "plan/text_style.h"

#define MAX_SHOWN 100 /* characters of a value in text; JSON has all of it */

static const char *operation_name(int32_t operation) {
    static const char *const names[] = {"", "create", "delete", "add", "replace", "remove"};
    return names[operation];
}

/* --- text and Markdown --- */

/* At most MAX_SHOWN characters of a value, from a byte on. */
static void add_cut(aimp_text *out, const char *text, size_t from) {
    const char *p = text + from, *end = text + strlen(text);
    uint32_t c;
    if (from) aimp_text_add_string(out, "…");
    for (size_t i = 0; i < MAX_SHOWN && p < end; i++) {
        size_t size = aimp_utf8_decode(p, end, &c);
        p += size ? size : 1;
    }
    aimp_text_add_safe(out, aimp_copy(out->arena, text + from, (size_t)(p - text) - from));
    if (p < end) aimp_text_add_string(out, "…");
}

/* Where two long texts begin to differ, and a little before that. */
static size_t interesting(const char *a, const char *b) {
    enum { AROUND = 30 };
    size_t same = 0;
    while (a[same] && a[same] == b[same])
        same++;
    if (same < MAX_SHOWN - AROUND) return 0;
    size_t from = same - AROUND;
    while (from > 0 && ((unsigned char)a[from] & 0xc0) == 0x80) /* a whole character */
        from--;
    return from;
}

static void add_values(aimp_text *out, const aimp_change *c) {
    const char *before = c->before ? aimp_json_text(out->arena, c->before) : NULL,
               *after = c->after && *c->pointer ? aimp_json_text(out->arena, c->after) : NULL;
    size_t from = before && after ? interesting(before, after) : 0;
    if (before) add_cut(out, before, from);
    if (before && after) aimp_text_add_string(out, " → ");
    if (after) add_cut(out, after, from);
}

static void add_count(aimp_text *out, const aimp_changes *changes) {
    aimp_text_add_format(out, changes->count ? "%zu change%s" : "no changes", changes->count,
                         changes->count == 1 ? "" : "s");
}

static void write_text(const aimp_changes *changes, bool color, aimp_text *out) {
    static const char signs[] = " +-+~-";
    static const aimp_text_style styles[] = {AIMP_PLAIN, AIMP_GREEN, AIMP_RED, AIMP_GREEN, AIMP_YELLOW, AIMP_RED};
    aimp_style(out, color, AIMP_BOLD);
    aimp_text_add_safe(out, changes->title);
    aimp_style(out, color, AIMP_PLAIN);
    aimp_text_add_string(out, " · ");
    add_count(out, changes);
    aimp_text_add_char(out, '\n');
    if (changes->blocked) {
        aimp_text_add_string(out, "  blocked: ");
        aimp_text_add_safe(out, changes->blocked);
        aimp_text_add_char(out, '\n');
    }
    const char *object = "";
    for (const aimp_change *c = changes->first; c; c = c->next) {
        if (strcmp(object, c->object.title) != 0) {
            aimp_text_add_string(out, "\n  ");
            aimp_text_add_safe(out, c->object.title);
            aimp_text_add_char(out, '\n');
        }
        object = c->object.title;
        aimp_style(out, color, styles[c->operation]);
        aimp_text_add_format(out, "    %c ", signs[c->operation]);
        aimp_text_add_safe(out, *c->pointer ? c->pointer : operation_name(c->operation));
        aimp_style(out, color, AIMP_PLAIN);
        if (c->before || (c->after && *c->pointer)) aimp_text_add_string(out, ": ");
        add_values(out, c);
        if (c->effect) aimp_text_add_format(out, "\n        %s", c->effect);
        aimp_text_add_char(out, '\n');
    }
}

static void add_code(aimp_text *out, const char *text) {
    aimp_text_add_string(out, "<code>");
    aimp_text_add_markdown(out, text);
    aimp_text_add_string(out, "</code>");
}

static void write_markdown(const aimp_changes *changes, aimp_text *out) {
    aimp_text_add_string(out, "### ");
    aimp_text_add_markdown(out, changes->title);
    aimp_text_add_string(out, ": ");
    add_count(out, changes);
    aimp_text_add_char(out, '\n');
    if (changes->blocked) {
        aimp_text_add_string(out, "\n**Blocked**: ");
        aimp_text_add_markdown(out, changes->blocked);
        aimp_text_add_char(out, '\n');
    }
    if (!changes->first) return;
    aimp_text_add_string(out, "\n| Object | Change | Field | Value | Effect |\n|---|---|---|---|---|\n");
    for (const aimp_change *c = changes->first; c; c = c->next) {
        aimp_text values = aimp_text_new(out->arena);
        add_values(&values, c);
        aimp_text_add_string(out, "| ");
        aimp_text_add_markdown(out, c->object.title);
        aimp_text_add_format(out, " | %s | ", operation_name(c->operation));
        if (*c->pointer) add_code(out, c->pointer);
        aimp_text_add_string(out, " | ");
        if (values.size) add_code(out, aimp_text_string(&values));
        aimp_text_add_format(out, " | %s |\n", aimp_or_empty(c->effect));
    }
}

/* --- JSON --- */

static void write_json(const aimp_changes *changes, aimp_text *out) {
    aimp_arena *a = out->arena;
    aimp_items list = aimp_items_new(a);
    for (const aimp_change *c = changes->first; c; c = c->next)
        aimp_items_add(&list, aimp_map_of(a, "operation", aimp_string(a, operation_name(c->operation)), "object",
                                          aimp_reference_node(a, c->object.kind, c->object.ns, c->object.name),
                                          "pointer", aimp_string(a, c->pointer), "before", c->before, "after", c->after,
                                          "effect", aimp_string_or_none(a, c->effect), NULL));
    aimp_write_json(out,
                    aimp_map_of(a, changes->is_service ? "service" : "object", changes->subject, "blocked",
                                aimp_string_or_none(a, changes->blocked), "changes", aimp_items_list(&list), NULL));
    aimp_text_add_char(out, '\n');
}

void aimp_write_diff(const aimp_changes *changes, int32_t format, bool color, aimp_text *out) {
    if (format == AIM_FORMAT_JSON)
        write_json(changes, out);
    else if (format == AIM_FORMAT_MARKDOWN)
        write_markdown(changes, out);
    else
        write_text(changes, color, out);
}
