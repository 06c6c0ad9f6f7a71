/* One walk over the bytes: UTF-8 as libyaml decodes it, the characters of YAML 1.1, runs of directives. */
#include "doc/yaml_text.h"

#include <string.h>

/* libyaml compares each %TAG with all before it; nobody writes more than a few. */
#define MOST_DIRECTIVES 64u

typedef struct walk {
    const char *at, *end;
    uint64_t line, column;
    unsigned directives;       /* lines in a row that begin with % */
    const char *directives_at; /* the first of them */
} walk;

/* How long the sequence of a first octet is; 0: no sequence begins so. */
static size_t width_of(unsigned char octet) {
    if (octet < 0x80) return 1;
    if ((octet & 0xe0) == 0xc0) return 2;
    if ((octet & 0xf0) == 0xe0) return 3;
    return (octet & 0xf8) == 0xf0 ? 4 : 0;
}

static bool is_allowed(uint32_t c) {
    return c == 0x09 || c == 0x0a || c == 0x0d || (c >= 0x20 && c <= 0x7e) || c == 0x85 || (c >= 0xa0 && c <= 0xd7ff) ||
           (c >= 0xe000 && c <= 0xfffd && c != 0xfeff) || c >= 0x10000;
}

/* The character at w->at; NULL, or why there is none. */
static const char *decode(const walk *w, uint32_t *c, size_t *size) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)w->at;
    *size = width_of(*p);
    if (!*size) return "invalid leading UTF-8 octet";
    *c = *size == 1 ? *p : *p & (0xffu >> (*size + 1));
    for (size_t i = 1; i < *size; i++) {
        if (w->at + i == w->end) return "incomplete UTF-8 octet sequence";
        if ((p[i] & 0xc0) != 0x80) return "invalid trailing UTF-8 octet";
        *c = *c << 6 | (p[i] & 0x3fu);
    }
    if (*c < least[*size]) return "invalid length of a UTF-8 sequence";
    if ((*c >= 0xd800 && *c <= 0xdfff) || *c > 0x10ffff) return "invalid Unicode character";
    return is_allowed(*c) ? NULL : "control characters are not allowed";
}

static bool is_break(const walk *w, uint32_t c) {
    const bool pair = c == '\r' && w->at + 1 < w->end && w->at[1] == '\n'; /* its second half breaks the line */
    return c == '\n' || (c == '\r' && !pair) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* Lines between directives that are empty or comments do not end their run. */
static bool has_too_many_directives(walk *w) {
    if (w->column || w->at == w->end) return false;
    if (*w->at == '%' && !w->directives++)
        w->directives_at = w->at;
    else if (!strchr("%#\n\r", *w->at))
        w->directives = 0;
    return w->directives > MOST_DIRECTIVES;
}

static void step(walk *w, uint32_t c, size_t size) {
    const bool breaks = is_break(w, c);
    w->at += size;
    w->column = breaks ? 0 : w->column + 1;
    w->line += breaks;
}

/* Most of every text; not more at once than takes no time. */
static void skip_ascii(walk *w) {
    const ptrdiff_t most = 1 << 20;
    const char *p = w->at, *end = w->end - p > most ? p + most : w->end;
    while (p < end && *p >= 0x20 && *p <= 0x7e)
        p++;
    w->column += (uint64_t)(p - w->at);
    w->at = p;
}

static aimp_yaml_flaw flaw(const walk *w, aim_code code, const char *message) {
    return (aimp_yaml_flaw){code, w->at, code == AIM_E_LIMIT ? w->directives_at : NULL, message, w->line, w->column};
}

aimp_yaml_flaw aimp_yaml_find_flaw(const char *text, const char *end, bool first, aimp_guard *guard) {
    walk w = {.at = text, .end = end};
    if (first && end - text >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) w.at += 3;
    while (w.at < end) {
        uint32_t c = 0;
        size_t size = 0;
        aimp_check_cancel(guard);
        if (has_too_many_directives(&w)) return flaw(&w, AIM_E_LIMIT, "more than 64 directives in front of a document");
        skip_ascii(&w);
        if (w.at == end) break;
        if (*w.at >= 0x20 && *w.at <= 0x7e) continue;
        const char *message = decode(&w, &c, &size);
        if (message) return flaw(&w, AIM_E_SYNTAX, message);
        step(&w, c, size);
    }
    return (aimp_yaml_flaw){.code = AIM_OK};
}

const char *aimp_yaml_next_line(const char *at, const char *end) {
    for (; at < end; at++) {
        const size_t left = (size_t)(end - at);
        if (*at == '\n') return at + 1;
        if (*at == '\r') return left > 1 && at[1] == '\n' ? at + 2 : at + 1;
        if (left > 1 && memcmp(at, "\xc2\x85", 2) == 0) return at + 2;
        if (left > 2 && (memcmp(at, "\xe2\x80\xa8", 3) == 0 || memcmp(at, "\xe2\x80\xa9", 3) == 0)) return at + 3;
    }
    return end;
}
