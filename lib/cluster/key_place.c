/* Where the key of a value stands: trees remember where values begin, which in block style can be lines further down.
 */
#include "cluster/key_place.h"

#include <string.h>

#include "base/text.h"

enum { LOOK_BACK = 4096 }; /* bytes between a key and its value: comments and blank lines */

static const char *line_at(const char *text, const char *end, uint32_t line) {
    for (; text && line > 1; line--) {
        text = memchr(text, '\n', (size_t)(end - text));
        if (text) text++;
    }
    return text;
}

static const char *column_at(const char *line, const char *end, uint32_t column) {
    uint32_t code_point;
    for (; column > 1 && line < end && *line != '\n'; column--) {
        size_t size = aimp_utf8_decode(line, end, &code_point);
        line += size ? size : 1;
    }
    return line;
}

static bool is_in_comment(const char *start, const char *p) {
    for (; p > start && p[-1] != '\n'; p--) {
        bool begins = p[-1] == '#' && (p - 1 == start || strchr(" \t\n", p[-2]));
        if (begins) return true;
    }
    return false;
}

/* A key at p: nothing that belongs to it before, and a colon behind. */
static bool is_key(const char *start, const char *p, size_t size, const char *end) {
    bool quoted = p > start && (p[-1] == '"' || p[-1] == '\'');
    if (!quoted && p > start && !strchr(" \t\n{,-?", p[-1])) return false;
    const char *key = p;
    p += size;
    if (quoted && p < end) p++;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p < end && *p == ':' && !is_in_comment(start, key);
}

bool aimp_key_place(const char *text, size_t size, const char *key, uint32_t *line, uint32_t *column) {
    const char *end = text + size, *value_line = line_at(text, end, *line), *found = NULL;
    const size_t key_size = strlen(key);
    if (!value_line || !key_size) return false;
    const char *value = column_at(value_line, end, *column);
    const char *p = value - text > LOOK_BACK ? value - LOOK_BACK : text;
    for (; p + key_size <= value; p++) {
        if (memcmp(p, key, key_size) == 0 && is_key(text, p, key_size, end)) found = p;
    }
    if (!found) return false;
    if (found > text && (found[-1] == '"' || found[-1] == '\'')) found--;
    const char *start = found;
    while (start > text && start[-1] != '\n')
        start--;
    for (p = start; p < value_line; p++)
        *line -= *p == '\n';
    *column = 1;
    uint32_t code_point;
    for (p = start; p < found; ++*column) {
        size_t bytes = aimp_utf8_decode(p, end, &code_point);
        p += bytes ? bytes : 1;
    }
    return true;
}
