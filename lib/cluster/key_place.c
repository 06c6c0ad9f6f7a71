/* Where the key of a value stands: trees remember where values begin, which in block style can be lines further down.
 */
#include "cluster/key_place.h"

#include <string.h>

#include "base/text.h"

enum { LOOK_BACK = 4096 }; /* bytes between a key and its value: comments and blank lines */

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

bool aimp_key_place(const aimp_text_place *value, const char *key, uint32_t *line, uint32_t *column) {
    const size_t key_size = strlen(key);
    const char *start = value->at - value->begin > LOOK_BACK ? value->at - LOOK_BACK : value->begin, *found = NULL;
    if (!key_size) return false;
    for (const char *p = start; p + key_size <= value->at; p++) {
        if (memcmp(p, key, key_size) == 0 && is_key(start, p, key_size, value->end)) found = p;
    }
    if (!found) return false;
    if (found > value->begin && (found[-1] == '"' || found[-1] == '\'')) found--;
    uint32_t lines = 0, characters = 0, code_point;
    for (const char *p = found; p < value->at; characters++) {
        size_t bytes = aimp_utf8_decode(p, value->end, &code_point);
        if (*p == '\n') lines++;
        p += bytes ? bytes : 1;
    }
    *line = (uint32_t)value->line - lines;
    *column = (uint32_t)value->column - characters;
    if (!lines) return true;
    const char *line_start = found;
    while (line_start > value->begin && line_start[-1] != '\n')
        line_start--;
    *column = 1;
    for (const char *p = line_start; p < found; ++*column) {
        size_t bytes = aimp_utf8_decode(p, value->end, &code_point);
        p += bytes ? bytes : 1;
    }
    return true;
}
