/* JSON and YAML out. */
#include "doc/writer.h"

#include <string.h>

#include "doc/yaml_scalar.h"

/* What YAML reads as a line break, does not allow raw, or drops. */
static bool is_special_to_yaml(uint32_t c) {
    return (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe || c == 0xffff;
}

static void write_quoted(aimp_text *out, const char *text, size_t size, bool yaml) {
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *end = text + size;
    aimp_text_add_char(out, '"');
    while (text < end) {
        const char *plain = text;
        while (text < end && (unsigned char)*text >= 0x20 && (unsigned char)*text < 0x7f && *text != '"' &&
               *text != '\\')
            text++;
        aimp_text_add(out, plain, (size_t)(text - plain));
        if (text == end) break;
        const char *known = *text ? strchr(from, *text) : NULL;
        uint32_t code_point;
        size_t bytes = aimp_utf8_decode(text, end, &code_point);
        if (known) {
            aimp_text_add_char(out, '\\');
            aimp_text_add_char(out, to[known - from]);
        } else if (bytes == 0) {
            aimp_text_add_string(out, "\xef\xbf\xbd");
        } else if (code_point < 0x20 || code_point == 0x7f || (yaml && is_special_to_yaml(code_point))) {
            aimp_text_add_format(out, "\\u%04x", code_point);
        } else {
            aimp_text_add(out, text, bytes);
        }
        text += bytes ? bytes : 1;
    }
    aimp_text_add_char(out, '"');
}

void aimp_write_json_string(aimp_text *out, const char *text, size_t size) {
    write_quoted(out, text, size, false);
}

void aimp_write_json(aimp_text *out, const aimp_node *node) {
    switch ((aimp_node_kind)node->kind) {
    case AIMP_NULL: aimp_text_add_string(out, "null"); break;
    case AIMP_BOOL: aimp_text_add_string(out, node->truth ? "true" : "false"); break;
    case AIMP_NUMBER: aimp_text_add(out, node->as.text, node->count); break;
    case AIMP_STRING: aimp_write_json_string(out, node->as.text, node->count); break;
    case AIMP_LIST:
        aimp_text_add_char(out, '[');
        for (size_t i = 0; i < node->count; i++) {
            if (i) aimp_text_add_char(out, ',');
            aimp_write_json(out, node->as.items[i]);
        }
        aimp_text_add_char(out, ']');
        break;
    case AIMP_MAP:
        aimp_text_add_char(out, '{');
        for (size_t i = 0; i < node->count; i++) {
            if (i) aimp_text_add_char(out, ',');
            aimp_write_json_string(out, node->as.members[i].key, strlen(node->as.members[i].key));
            aimp_text_add_char(out, ':');
            aimp_write_json(out, node->as.members[i].value);
        }
        aimp_text_add_char(out, '}');
        break;
    }
}

void aimp_write_json_line(aimp_text *out, const aimp_node *node) {
    aimp_write_json(out, node);
    aimp_text_add_char(out, '\n');
}

static void yaml_string(aimp_text *out, const char *text, size_t size) {
    if (aimp_yaml_needs_quotes(text, size))
        write_quoted(out, text, size, true);
    else
        aimp_text_add(out, text, size);
}

static bool is_block(const aimp_node *node) {
    return (node->kind == AIMP_LIST || node->kind == AIMP_MAP) && node->count > 0;
}

static void yaml_scalar(aimp_text *out, const aimp_node *node) {
    if (node->kind == AIMP_STRING)
        yaml_string(out, node->as.text, node->count);
    else
        aimp_write_json(out, node); /* [] and {} too */
}

/* Readers look for the colon of a plain key within 1,024 characters; longer ones need the explicit form. */
static void yaml_key(aimp_text *out, const char *key, size_t indent) {
    const size_t longest_simple_key = 150; /* every character may take six bytes when it is escaped */
    size_t size = strlen(key);
    bool simple = size <= longest_simple_key;
    if (!simple) aimp_text_add_string(out, "? ");
    yaml_string(out, key, size);
    if (!simple) {
        aimp_text_add_char(out, '\n');
        aimp_text_add_repeated(out, ' ', indent);
    }
    aimp_text_add_char(out, ':');
}

/* first_indented: the caller has already written the indentation of the first line ("- " of a list). */
static void yaml_block(aimp_text *out, const aimp_node *node, size_t indent, bool first_indented) {
    for (size_t i = 0; i < node->count; i++) {
        if (i || !first_indented) aimp_text_add_repeated(out, ' ', indent);
        const aimp_node *value;
        if (node->kind == AIMP_LIST) {
            value = node->as.items[i];
            aimp_text_add_string(out, "- ");
            if (is_block(value)) {
                yaml_block(out, value, indent + 2, true);
                continue;
            }
        } else {
            value = node->as.members[i].value;
            yaml_key(out, node->as.members[i].key, indent);
            if (is_block(value)) {
                aimp_text_add_char(out, '\n');
                yaml_block(out, value, value->kind == AIMP_LIST ? indent : indent + 2, false);
                continue;
            }
            aimp_text_add_char(out, ' ');
        }
        yaml_scalar(out, value);
        aimp_text_add_char(out, '\n');
    }
}

void aimp_write_yaml(aimp_text *out, const aimp_node *node) {
    if (is_block(node)) {
        yaml_block(out, node, 0, false);
        return;
    }
    yaml_scalar(out, node);
    aimp_text_add_char(out, '\n');
}

const char *aimp_json_text(aimp_arena *arena, const aimp_node *node) {
    aimp_text text = aimp_text_new(arena);
    aimp_write_json(&text, node);
    return aimp_text_string(&text);
}
