/* What becomes of a text on its way into a Kubernetes name or label value, and how a derived name is shortened and gets
 * its hash. The JSON here is the spelling of Go's encoding/json, because the hashes have to be those of AIM Engine;
 * which object has which parts and hash inputs is for object_name.c. */
#include "kube/name.h"

#include "base/sha256.h"
#include "kube/quantity.h"

#include <string.h>

/* Takes one character of the text, lower-cased; NUL when the result is not ASCII. Of all other characters only KELVIN
 * SIGN and capital I with a dot become ASCII. A byte of invalid UTF-8 is a character of its own. */
static char next_lower(const char **p, const char *end) {
    uint32_t c;
    size_t size = aimp_utf8_decode(*p, end, &c);
    if (size == 0) {
        ++*p;
        return '\0';
    }
    *p += size;
    if (c == 0x212A) return 'k';
    if (c == 0x0130) return 'i';
    return c < 0x80 ? aimp_to_lower((char)c) : '\0';
}

/* size without the characters of the set at the end of the text. */
static size_t size_without_tail(const char *text, size_t size, const char *set) {
    while (size && strchr(set, text[size - 1])) {
        size--;
    }
    return size;
}

const char *aimp_name_part(aimp_arena *arena, const char *text) {
    const char *end = text + strlen(text);
    char *part = aimp_take(arena, (size_t)(end - text) + 1);
    size_t size = 0;
    while (text < end) {
        char c = next_lower(&text, end);
        if (!aimp_is_lower_alnum(c)) c = '-';
        if (c != '-' || size) part[size++] = c;
    }
    size = size_without_tail(part, size, "-");
    if (size > AIMP_NAME_MAX) size = size_without_tail(part, AIMP_NAME_MAX, "-");
    part[size] = '\0';
    return part;
}

const char *aimp_image_component(aimp_arena *arena, const char *text) {
    const char *end = text + strlen(text);
    char *component = aimp_take(arena, (size_t)(end - text) + 1);
    size_t size = 0;
    while (text < end) {
        char c = next_lower(&text, end);
        if (aimp_is_lower_alnum(c))
            component[size++] = c;
        else if (size && component[size - 1] != '-')
            component[size++] = '-';
    }
    component[size_without_tail(component, size, "-")] = '\0';
    return component;
}

const char *aimp_label_value(aimp_arena *arena, const char *text) {
    const char *end = text + strlen(text);
    char *value = aimp_take(arena, (size_t)(end - text) + 1);
    size_t size = 0;
    bool in_run = false;
    while (text < end) {
        char c = next_lower(&text, end);
        bool allowed = aimp_is_lower_alnum(c) || c == '.' || c == '_' || c == '-';
        if (!allowed) c = '_';
        bool stripped = size == 0 && !aimp_is_lower_alnum(c);
        if (!stripped && (allowed || !in_run)) value[size++] = c;
        in_run = !allowed;
    }
    size = size_without_tail(value, size, "_.-");
    if (size > AIMP_NAME_MAX) size = size_without_tail(value, AIMP_NAME_MAX, "_.-");
    value[size] = '\0';
    return value;
}

bool aimp_label_value_is_legal(const char *text) {
    size_t size = strlen(text);
    if (size == 0) return true;
    if (size > AIMP_NAME_MAX) return false;
    for (size_t i = 0; i < size; i++) {
        if (aimp_is_lower_alnum(aimp_to_lower(text[i]))) continue;
        bool at_an_end = i == 0 || i == size - 1;
        if (at_an_end || !strchr("._-", text[i])) return false;
    }
    return true;
}

/* Letters, digits and inner hyphens. */
static bool is_label(const char *text, size_t size) {
    if (size == 0 || text[0] == '-' || text[size - 1] == '-') return false;
    for (size_t i = 0; i < size; i++) {
        if (!aimp_is_lower_alnum(text[i]) && text[i] != '-') return false;
    }
    return true;
}

bool aimp_is_dns_label(const char *text) {
    size_t size = strlen(text);
    return size <= AIMP_NAME_MAX && is_label(text, size);
}

bool aimp_is_dns_subdomain(const char *text) {
    if (strlen(text) > 253) return false;
    for (;;) {
        size_t size = strcspn(text, ".");
        if (!is_label(text, size)) return false;
        if (text[size] == '\0') return true;
        text += size + 1;
    }
}

/* The two-character escape of a JSON string; NUL when there is none. */
static char short_escape(uint32_t c) {
    switch (c) {
    case '"':
    case '\\': return (char)c;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return '\0';
    }
}

void aimp_add_go_string(aimp_text *out, const char *text, size_t size) {
    const char *end = text + size, *plain = text;
    aimp_text_add_char(out, '"');
    while (text < end) {
        uint32_t c = 0;
        size_t length = aimp_utf8_decode(text, end, &c);
        char escape = length ? short_escape(c) : '\0';
        bool by_number = c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029;
        if (length && !escape && !by_number) {
            text += length;
            continue;
        }
        aimp_text_add(out, plain, (size_t)(text - plain));
        if (escape)
            aimp_text_add_format(out, "\\%c", escape);
        else
            aimp_text_add_format(out, "\\u%04x", (unsigned)(length ? c : 0xfffd));
        text += length ? length : 1;
        plain = text;
    }
    aimp_text_add(out, plain, (size_t)(text - plain));
    aimp_text_add_char(out, '"');
}

aimp_hash_input aimp_hash_input_new(aimp_arena *arena) {
    return (aimp_hash_input){.text = aimp_text_new(arena)};
}

static aimp_text *next_input(aimp_hash_input *input) {
    if (input->count++) aimp_text_add_char(&input->text, '|');
    return &input->text;
}

void aimp_hash_add_string(aimp_hash_input *input, const char *text) {
    text = aimp_or_empty(text);
    aimp_add_go_string(next_input(input), text, strlen(text));
}

void aimp_hash_add_integer(aimp_hash_input *input, int64_t value) {
    aimp_text_add_format(next_input(input), "%lld", (long long)value);
}

/* When and how a member of an EnvVar is written: Go's omitempty, and types that are not strings. */
typedef enum member_rule { ALWAYS, UNLESS_EMPTY, OPTIONAL_BOOL, QUANTITY } member_rule;

typedef struct member_spelling {
    const char *key;
    member_rule rule;
} member_spelling;

typedef struct source_spelling {
    const char *key;
    member_spelling members[4];
} source_spelling;

static const source_spelling value_sources[] = {
    {"fieldRef", {{"apiVersion", UNLESS_EMPTY}, {"fieldPath", ALWAYS}}},
    {"resourceFieldRef", {{"containerName", UNLESS_EMPTY}, {"resource", ALWAYS}, {"divisor", QUANTITY}}},
    {"configMapKeyRef", {{"name", UNLESS_EMPTY}, {"key", ALWAYS}, {"optional", OPTIONAL_BOOL}}},
    {"secretKeyRef", {{"name", UNLESS_EMPTY}, {"key", ALWAYS}, {"optional", OPTIONAL_BOOL}}},
    {"fileKeyRef", {{"volumeName", ALWAYS}, {"path", ALWAYS}, {"key", ALWAYS}, {"optional", OPTIONAL_BOOL}}},
};

static void add_key(aimp_text *out, const char *key) {
    bool first = out->data[out->size - 1] == '{';
    aimp_text_add_format(out, "%s\"%s\":", first ? "" : ",", key);
}

static void add_member(aimp_text *out, const aimp_node *map, const member_spelling *member) {
    const aimp_node *value = aimp_get(map, member->key);
    if (member->rule == OPTIONAL_BOOL) {
        if (aimp_is_null(value)) return;
        add_key(out, member->key);
        aimp_text_add_string(out, aimp_is_true(value) ? "true" : "false");
        return;
    }
    if (member->rule == QUANTITY) value = aimp_is_null(value) ? NULL : aimp_quantity_canonical(out->arena, value);
    const char *text = aimp_text_of(value);
    if (member->rule == UNLESS_EMPTY && aimp_is_empty(text)) return;
    add_key(out, member->key);
    if (text)
        aimp_add_go_string(out, text, value->count);
    else
        aimp_text_add_string(out, member->rule == QUANTITY ? "\"0\"" : "\"\"");
}

static void add_value_source(aimp_text *out, const aimp_node *value_from, const source_spelling *source) {
    const aimp_node *map = aimp_get(value_from, source->key);
    if (aimp_is_null(map)) return;
    add_key(out, source->key);
    aimp_text_add_char(out, '{');
    for (size_t i = 0; i < sizeof source->members / sizeof *source->members && source->members[i].key; i++) {
        add_member(out, map, &source->members[i]);
    }
    aimp_text_add_char(out, '}');
}

static void add_variable(aimp_text *out, const aimp_node *variable) {
    aimp_text_add_char(out, '{');
    add_member(out, variable, &(member_spelling){"name", ALWAYS});
    add_member(out, variable, &(member_spelling){"value", UNLESS_EMPTY});
    const aimp_node *value_from = aimp_get(variable, "valueFrom");
    if (!aimp_is_null(value_from)) {
        add_key(out, "valueFrom");
        aimp_text_add_char(out, '{');
        for (size_t i = 0; i < sizeof value_sources / sizeof *value_sources; i++) {
            add_value_source(out, value_from, &value_sources[i]);
        }
        aimp_text_add_char(out, '}');
    }
    aimp_text_add_char(out, '}');
}

void aimp_hash_add_env(aimp_hash_input *input, const aimp_node *env) {
    aimp_text *out = next_input(input);
    size_t count = aimp_count(env);
    if (count == 0) {
        aimp_text_add_string(out, "null");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        aimp_text_add_char(out, i ? ',' : '[');
        add_variable(out, aimp_item(env, i));
    }
    aimp_text_add_char(out, ']');
}

typedef struct name_part {
    const char *text;
    size_t size;
} name_part;

/* Takes characters from the longest part, of equals the first, until the total fits or every part has one character. */
static void shorten(name_part *parts, size_t count, size_t total, size_t max_length) {
    while (total > max_length) {
        name_part *longest = parts;
        for (size_t i = 1; i < count; i++) {
            if (parts[i].size > longest->size) longest = &parts[i];
        }
        if (longest->size <= 1) return;
        size_t shorter = size_without_tail(longest->text, longest->size - 1, "-");
        total -= longest->size - shorter;
        longest->size = shorter;
    }
}

const char *aimp_derived_name(aimp_arena *arena, const char *const *parts, size_t part_count,
                              const aimp_hash_input *hash, size_t hash_length, size_t max_length) {
    if (part_count == 0 || max_length == 0 || max_length > AIMP_NAME_MAX) return NULL;
    char suffix[65] = "";
    if (hash && hash->count && hash_length) {
        aimp_sha256_hex(aimp_text_string(&hash->text), hash->text.size, suffix);
        if (hash_length < sizeof suffix) suffix[hash_length] = '\0';
    }

    name_part *names = aimp_take_array(arena, part_count, sizeof *names);
    size_t total = *suffix ? 1 + strlen(suffix) : 0;
    for (size_t i = 0; i < part_count; i++) {
        names[i].text = aimp_name_part(arena, aimp_or_empty(parts[i]));
        if (!*names[i].text) names[i].text = "part";
        names[i].size = strlen(names[i].text);
        total += names[i].size + (i > 0);
    }
    shorten(names, part_count, total, max_length);

    aimp_text name = aimp_text_new(arena);
    for (size_t i = 0; i < part_count; i++) {
        if (i) aimp_text_add_char(&name, '-');
        aimp_text_add(&name, names[i].text, names[i].size);
    }
    if (*suffix) aimp_text_add_format(&name, "-%s", suffix);
    return aimp_text_string(&name);
}
