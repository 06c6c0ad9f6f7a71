/* The path of a route: a template's expressions over the service, and the normal form of the result. What an expression
 * means is json_path.c's; that a failure means the default path is the caller's. */
#include "kube/path_template.h"

#include <string.h>

#include "base/text.h"
#include "kube/json_path.h"
#include "kube/name.h"

#define MAX_PATH 200
/* What a rendered template may hold before it is trimmed; a hostile one repeats a long annotation. */
#define MAX_RENDERED 65536

/* The key of exactly <prefix>'key'] or <prefix>"key"]; NULL when the expression has another form. */
static const char *bracket_key(aimp_arena *arena, const char *expression, const char *prefix) {
    size_t size = strlen(expression), start = strlen(prefix) + 1;
    if (!aimp_starts_with(expression, prefix) || size < start + 3) return NULL;
    char quote = expression[start - 1];
    if ((quote != '\'' && quote != '"') || expression[size - 2] != quote || expression[size - 1] != ']') return NULL;
    size_t length = size - 2 - start;
    if (strcspn(expression + start, "'\"") != length) return NULL;
    return aimp_copy(arena, expression + start, length);
}

typedef struct rendering {
    aimp_arena *arena;
    const aimp_node *object;
    bool bracket_keys;
    size_t budget;
    const char *problem; /* a phrase: why the last expression has no value */
} rendering;

/* Go prints a timestamp in a form of its own, which no re-implementation should imitate. */
static bool is_timestamp(const aimp_node *object, const aimp_node *value) {
    const aimp_node *metadata = aimp_get(object, "metadata");
    return value == aimp_get(metadata, "creationTimestamp") || value == aimp_get(metadata, "deletionTimestamp");
}

/* The text of a value; NULL when it has none that is worth being in a path. */
static const char *value_text(rendering *r, const aimp_node *value) {
    switch ((aimp_node_kind)value->kind) {
    case AIMP_STRING:
        if (!is_timestamp(r->object, value)) return value->as.text;
        r->problem = "it is a timestamp";
        return NULL;
    case AIMP_NUMBER: return value->as.text;
    case AIMP_BOOL: return value->truth ? "true" : "false";
    case AIMP_NULL:
    case AIMP_LIST:
    case AIMP_MAP: break;
    }
    r->problem = aimp_format(r->arena, "it is %s", aimp_node_kind_name(value));
    return NULL;
}

static const char *evaluate(rendering *r, const char *expression) {
    aimp_json_steps steps;
    if (!*expression) {
        r->problem = "it is blank";
        return NULL;
    }
    if (!aimp_json_path_parse(r->arena, expression, r->bracket_keys, &steps, &r->problem)) return NULL;
    const aimp_node *value = aimp_json_path_value(r->arena, &steps, r->object, &r->budget, &r->problem);
    return value ? value_text(r, value) : NULL;
}

/* What takes the place of {expression}. Only an annotation in brackets may bring slashes, and so segments, along. */
static const char *expand(rendering *r, const char *expression) {
    static const struct {
        const char *prefix, *member;
        bool raw;
    } forms[] = {{".metadata.labels[", "labels", false}, {".metadata.annotations[", "annotations", true}};

    bool raw = false;
    const char *key = NULL, *text = NULL;
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !key; i++) {
        key = bracket_key(r->arena, expression, forms[i].prefix);
        if (!key) continue;
        text = aimp_text_at(r->object, "metadata", forms[i].member, key, (const char *)NULL);
        r->problem = aimp_format(r->arena, "there is no \"%s\"", aimp_json_path_shown(r->arena, key));
        raw = forms[i].raw;
    }
    if (!key) text = evaluate(r, expression);
    if (!text) return NULL;
    const char *trimmed = aimp_trim(r->arena, text);
    return raw ? trimmed : aimp_name_part(r->arena, trimmed);
}

/* The reference reads Go structs, in which this one member cannot be found. */
static const aimp_node *as_the_reference_sees_it(aimp_arena *arena, const aimp_node *object) {
    const aimp_node *spec = aimp_get(object, "spec");
    if (!aimp_get(spec, "runtimeConfigName")) return object;
    return aimp_map_with(arena, object, "spec", aimp_map_with(arena, spec, "runtimeConfigName", NULL));
}

static const char *too_long(const char **problem) {
    *problem = "The path is longer than 200 bytes.";
    return NULL;
}

const char *aimp_path_render(aimp_arena *arena, const char *path_template, const aimp_node *object,
                             const aimp_path_options *options, const char **problem) {
    rendering r = {.arena = arena, .object = object, .bracket_keys = true, .budget = AIMP_JSON_PATH_BUDGET};
    if (options->reference_quirks) {
        r.object = as_the_reference_sees_it(arena, object);
        r.bracket_keys = false;
    }
    aimp_text out = aimp_text_new(arena);
    for (const char *p = path_template; *p;) {
        size_t inside = *p == '{' ? strcspn(p + 1, "{}") : 0;
        if (out.size > MAX_RENDERED) return too_long(problem);
        if (inside == 0 || p[1 + inside] != '}') {
            aimp_text_add_char(&out, *p++);
            continue;
        }
        const char *expression = aimp_trim(arena, aimp_copy(arena, p + 1, inside));
        const char *value = expand(&r, expression);
        if (!value) {
            *problem = aimp_format(arena, "the expression {%s} has no value for a path: %s.",
                                   aimp_json_path_shown(arena, expression), r.problem);
            return NULL;
        }
        aimp_text_add_string(&out, value);
        p += inside + 2;
    }
    return aimp_path_normalise(arena, aimp_text_string(&out), problem);
}

const char *aimp_path_normalise(aimp_arena *arena, const char *path, const char **problem) {
    const char *trimmed = aimp_trim(arena, path);
    size_t size = strlen(trimmed);
    *problem = NULL;
    if (size == 0) {
        *problem = "The path is empty.";
        return NULL;
    }
    while (size && trimmed[size - 1] == '/')
        size--;
    if (size + (trimmed[0] != '/') > MAX_PATH) return too_long(problem);

    aimp_text out = aimp_text_new(arena);
    const char *rest = aimp_copy(arena, trimmed, size);
    while (*rest) {
        size_t length = strcspn(rest, "/");
        const char *segment = aimp_name_part(arena, aimp_trim(arena, aimp_copy(arena, rest, length)));
        if (*segment) aimp_text_add_format(&out, "/%s", segment);
        rest += length + (rest[length] == '/');
    }
    if (out.size > MAX_PATH) return too_long(problem);
    return out.size ? aimp_text_string(&out) : "/";
}

const char *aimp_path_default(aimp_arena *arena, const char *ns, const char *uid) {
    const char *problem;
    const char *path = aimp_path_normalise(arena, aimp_format(arena, "/%s/%s", ns, uid), &problem);
    return path ? path : "/";
}
