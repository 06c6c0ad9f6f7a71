/* Findings as text, JSON, SARIF 2.1.0, GitHub workflow commands and Markdown. */
#include <string.h>

#include "doc/writer.h"
#include "lint/lint.h"
#include "plan/text_style.h"

static const char *level_of(const aimp_finding *f) {
    return f->severity == AIM_SEVERITY_ERROR ? "error" : f->severity == AIM_SEVERITY_WARNING ? "warning" : "note";
}

static const char *source_of(const aimp_finding *f) {
    return aimp_is_empty(f->source) ? "(unknown)" : f->source;
}

/* "Node n1: …" */
static const char *titled_message(aimp_arena *a, const aimp_finding *f) {
    const char *message = aimp_or_empty(f->message);
    return f->kind ? aimp_format(a, "%s: %s", aimp_object_title(a, f->kind, f->ns, f->name), message) : message;
}

static void write_text(const aimp_findings *findings, bool color, aimp_text *out) {
    static const aimp_text_style styles[] = {AIMP_PLAIN, AIMP_RED, AIMP_YELLOW, AIMP_DIM};
    for (const aimp_finding *f = findings->first; f; f = f->next) {
        aimp_text_add_safe(out, source_of(f));
        aimp_text_add_format(out, ":%u:%u: ", (unsigned)f->line, (unsigned)f->column);
        aimp_style(out, color, styles[f->severity]);
        aimp_text_add_format(out, "%s: ", level_of(f));
        aimp_style(out, color, AIMP_PLAIN);
        if (f->kind) {
            aimp_text_add_safe(out, aimp_object_title(out->arena, f->kind, f->ns, f->name));
            aimp_text_add_string(out, ": ");
        }
        aimp_text_add_safe(out, aimp_or_empty(f->message));
        aimp_text_add_format(out, " [%s]\n", aimp_reason_text(f->reason));
        if (!f->remedy.text) continue;
        aimp_text_add_string(out, "    → ");
        aimp_text_add_safe(out, f->remedy.text);
        aimp_text_add_char(out, '\n');
    }
}

/* --- SARIF --- */

/* RFC 3986: everything but unreserved characters and / in percent. */
static const char *uri_of(aimp_arena *a, const char *path) {
    aimp_text out = aimp_text_new(a);
    if (*path == '/') aimp_text_add_string(&out, "file://");
    for (; *path; path++) {
        char lower = aimp_to_lower(*path);
        if (aimp_is_lower_alnum(lower) || strchr("-._~/", *path))
            aimp_text_add_char(&out, *path);
        else
            aimp_text_add_format(&out, "%%%02X", (unsigned)(unsigned char)*path);
    }
    return aimp_text_string(&out);
}

static const aimp_node *sarif_result(aimp_arena *a, const aimp_finding *f) {
    const char *message = titled_message(a, f);
    if (f->remedy.text) message = aimp_format(a, "%s. %s", message, f->remedy.text);
    const aimp_node *region = f->line ? aimp_map_of(a, "startLine", aimp_integer(a, f->line), "startColumn",
                                                    aimp_integer(a, f->column ? f->column : 1), NULL)
                                      : NULL;
    const aimp_node *place = aimp_map_of(
        a, "physicalLocation",
        aimp_map_of(a, "artifactLocation", aimp_map_of(a, "uri", aimp_string(a, uri_of(a, source_of(f))), NULL),
                    "region", region, NULL),
        "logicalLocations",
        f->kind ? aimp_list_of(a,
                               aimp_map_of(a, "fullyQualifiedName",
                                           aimp_string(a, aimp_object_title(a, f->kind, f->ns, f->name)), NULL),
                               NULL)
                : NULL,
        NULL);
    return aimp_map_of(a, "ruleId", aimp_string(a, aimp_reason_text(f->reason)), "level", aimp_string(a, level_of(f)),
                       "message", aimp_map_of(a, "text", aimp_string(a, message), NULL), "locations",
                       aimp_list_of(a, place, NULL), NULL);
}

static const aimp_node *sarif_rules(aimp_arena *a, const aimp_findings *findings) {
    bool seen[AIMP_R_COUNT] = {false};
    aimp_items rules = aimp_items_new(a);
    for (const aimp_finding *f = findings->first; f; f = f->next)
        seen[f->reason] = true;
    for (int i = 1; i < AIMP_R_COUNT; i++) {
        if (seen[i])
            aimp_items_add(&rules, aimp_map_of(a, "id", aimp_string(a, aimp_reason_text((aimp_reason)i)), NULL));
    }
    return aimp_items_list(&rules);
}

static void write_sarif(const aimp_findings *findings, aimp_text *out) {
    aimp_arena *a = out->arena;
    aimp_items results = aimp_items_new(a);
    for (const aimp_finding *f = findings->first; f; f = f->next)
        aimp_items_add(&results, sarif_result(a, f));
    const aimp_node *driver = aimp_map_of(a, "name", aimp_string(a, "aim"), "rules", sarif_rules(a, findings), NULL);
    const aimp_node *run = aimp_map_of(a, "tool", aimp_map_of(a, "driver", driver, NULL), "columnKind",
                                       aimp_string(a, "unicodeCodePoints"), "results", aimp_items_list(&results), NULL);
    aimp_write_json(out, aimp_map_of(a, "$schema", aimp_string(a, "https://json.schemastore.org/sarif-2.1.0.json"),
                                     "version", aimp_string(a, "2.1.0"), "runs", aimp_list_of(a, run, NULL), NULL));
    aimp_text_add_char(out, '\n');
}

/* --- GitHub --- */

static void add_escaped(aimp_text *out, const char *text, bool property) {
    for (; *text; text++) {
        bool special = *text == '%' || *text == '\r' || *text == '\n' || (property && (*text == ':' || *text == ','));
        if (special)
            aimp_text_add_format(out, "%%%02X", (unsigned)(unsigned char)*text);
        else
            aimp_text_add_char(out, *text);
    }
}

static void write_github(const aimp_findings *findings, aimp_text *out) {
    for (const aimp_finding *f = findings->first; f; f = f->next) {
        aimp_text_add_format(out, "::%s file=", f->severity == AIM_SEVERITY_INFO ? "notice" : level_of(f));
        add_escaped(out, source_of(f), true);
        if (f->line) aimp_text_add_format(out, ",line=%u,col=%u", (unsigned)f->line, (unsigned)f->column);
        aimp_text_add_format(out, ",title=%s::", aimp_reason_text(f->reason));
        add_escaped(out, titled_message(out->arena, f), false);
        if (f->remedy.text) {
            aimp_text_add_string(out, ". ");
            add_escaped(out, f->remedy.text, false);
        }
        aimp_text_add_char(out, '\n');
    }
}

/* --- Markdown --- */

static void write_markdown(const aimp_findings *findings, aimp_text *out) {
    if (!findings->first) {
        aimp_text_add_string(out, "No findings.\n");
        return;
    }
    aimp_text_add_string(out, "| | Place | Object | Finding |\n|---|---|---|---|\n");
    for (const aimp_finding *f = findings->first; f; f = f->next) {
        aimp_text_add_format(out, "| %s | ", level_of(f));
        aimp_text_add_markdown(out, source_of(f));
        aimp_text_add_format(out, ":%u | ", (unsigned)f->line);
        if (f->kind) aimp_text_add_markdown(out, aimp_object_title(out->arena, f->kind, f->ns, f->name));
        aimp_text_add_string(out, " | ");
        aimp_text_add_markdown(out, aimp_or_empty(f->message));
        if (f->remedy.text) {
            aimp_text_add_string(out, " → ");
            aimp_text_add_markdown(out, f->remedy.text);
        }
        aimp_text_add_string(out, " |\n");
    }
}

void aimp_write_lint(const aimp_findings *findings, int32_t format, bool color, aimp_text *out) {
    if (format == AIM_FORMAT_SARIF)
        write_sarif(findings, out);
    else if (format == AIM_FORMAT_GITHUB)
        write_github(findings, out);
    else if (format == AIM_FORMAT_MARKDOWN)
        write_markdown(findings, out);
    else if (format == AIM_FORMAT_TEXT)
        write_text(findings, color, out);
    else {
        aimp_write_json(out, aimp_findings_node(out->arena, findings));
        aimp_text_add_char(out, '\n');
    }
}
