/* Reads JSON as Go's encoding/json does into an interface: lenient where Go is, and NULL where Go fails. Used for text
 * that users put into strings (AIM_ENGINE_ARGS), where a wrong answer would end up in a container's environment. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "doc/go_number.h"
#include "doc/reader.h"

#define MAX_DEPTH 512

typedef struct parser {
    aimp_arena *arena;
    const char *at, *end;
    unsigned depth;
} parser;

static const aimp_node *value(parser *p);

static void skip(parser *p) {
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
}

static bool take(parser *p, char c) {
    skip(p);
    if (p->at == p->end || *p->at != c) return false;
    p->at++;
    return true;
}

static bool hex4(const char *at, const char *end, uint32_t *out) {
    if (end - at < 4) return false;
    *out = 0;
    for (int i = 0; i < 4; i++) {
        char c = aimp_to_lower(at[i]);
        if (!aimp_is_digit(c) && (c < 'a' || c > 'f')) return false;
        *out = *out << 4 | (uint32_t)(aimp_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return true;
}

static bool unicode_escape(parser *p, aimp_text *out) {
    uint32_t c, low;
    if (!hex4(p->at, p->end, &c)) return false;
    p->at += 4;
    if (c >= 0xd800 && c <= 0xdbff && p->end - p->at >= 6 && p->at[0] == '\\' && p->at[1] == 'u' &&
        hex4(p->at + 2, p->end, &low) && low >= 0xdc00 && low <= 0xdfff) {
        p->at += 6;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if ((c >= 0xd800 && c <= 0xdfff) || c == 0) {
        c = 0xfffd; /* NUL cannot live in our strings; the container could not see it either */
    }
    char bytes[4];
    aimp_text_add(out, bytes, aimp_utf8_encode(c, bytes));
    return true;
}

static bool string(parser *p, aimp_text *out) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (!take(p, '"')) return false;
    while (p->at < p->end) {
        char c = *p->at;
        uint32_t code_point;
        size_t size;
        if (c == '"') {
            p->at++;
            return true;
        }
        if ((unsigned char)c < 0x20) return false;
        if (c == '\\') {
            if (++p->at == p->end) return false;
            const char *known = memchr(from, *p->at, sizeof from - 1);
            if (*p->at++ == 'u') {
                if (!unicode_escape(p, out)) return false;
            } else if (known) {
                aimp_text_add_char(out, to[known - from]);
            } else {
                return false;
            }
        } else if ((size = aimp_utf8_decode(p->at, p->end, &code_point)) != 0) {
            aimp_text_add(out, p->at, size);
            p->at += size;
        } else {
            aimp_text_add_string(out, "\xef\xbf\xbd");
            p->at++;
        }
    }
    return false;
}

static const aimp_node *number(parser *p) {
    const char *first = p->at;
    if (*p->at == '-') p->at++;
    const char *digits = p->at;
    while (p->at < p->end && aimp_is_digit(*p->at))
        p->at++;
    if (p->at == digits || (*digits == '0' && p->at - digits > 1)) return NULL;
    if (p->at < p->end && *p->at == '.') {
        digits = ++p->at;
        while (p->at < p->end && aimp_is_digit(*p->at))
            p->at++;
        if (p->at == digits) return NULL;
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        p->at++;
        if (p->at < p->end && (*p->at == '+' || *p->at == '-')) p->at++;
        digits = p->at;
        while (p->at < p->end && aimp_is_digit(*p->at))
            p->at++;
        if (p->at == digits) return NULL;
    }
    const char *text = aimp_copy(p->arena, first, (size_t)(p->at - first));
    return aimp_go_number_fits(p->arena, text) ? aimp_number(p->arena, text) : NULL;
}

static const aimp_node *list(parser *p) {
    aimp_items items = aimp_items_new(p->arena);
    p->at++;
    if (take(p, ']')) return aimp_items_list(&items);
    do {
        const aimp_node *item = value(p);
        if (!item) return NULL;
        aimp_items_add(&items, item);
    } while (take(p, ','));
    return take(p, ']') ? aimp_items_list(&items) : NULL;
}

static const aimp_node *map(parser *p) {
    aimp_member *members = NULL;
    size_t count = 0, capacity = 0;
    p->at++;
    if (take(p, '}')) return aimp_map_from(p->arena, NULL, 0);
    do {
        aimp_text key = aimp_text_new(p->arena);
        if (!string(p, &key) || !take(p, ':')) return NULL;
        const aimp_node *member = value(p);
        if (!member) return NULL;
        if (count == capacity) {
            size_t more = capacity ? capacity * 2 : 8;
            members = aimp_take_more(p->arena, members, capacity * sizeof *members, more * sizeof *members);
            capacity = more;
        }
        members[count++] = (aimp_member){aimp_text_string(&key), member};
    } while (take(p, ','));
    return take(p, '}') ? aimp_map_from(p->arena, members, count) : NULL;
}

static const aimp_node *literal(parser *p, const char *word, const aimp_node *node) {
    size_t size = strlen(word);
    if ((size_t)(p->end - p->at) < size || memcmp(p->at, word, size) != 0) return NULL;
    p->at += size;
    return node;
}

static const aimp_node *value(parser *p) {
    aimp_check_cancel(p->arena->guard);
    skip(p);
    if (p->at == p->end || p->depth == MAX_DEPTH) return NULL;
    p->depth++;
    const aimp_node *node = NULL;
    aimp_text text = aimp_text_new(p->arena);
    switch (*p->at) {
    case '{': node = map(p); break;
    case '[': node = list(p); break;
    case '"': node = string(p, &text) ? aimp_string(p->arena, aimp_text_string(&text)) : NULL; break;
    case 't': node = literal(p, "true", aimp_bool(true)); break;
    case 'f': node = literal(p, "false", aimp_bool(false)); break;
    case 'n': node = literal(p, "null", aimp_null()); break;
    default: node = *p->at == '-' || aimp_is_digit(*p->at) ? number(p) : NULL;
    }
    p->depth--;
    return node;
}

const aimp_node *aimp_read_small_json(aimp_arena *arena, const char *text, size_t size) {
    parser p = {.arena = arena, .at = text, .end = text + size};
    const aimp_node *node = value(&p);
    skip(&p);
    return p.at == p.end ? node : NULL;
}
