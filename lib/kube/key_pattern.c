/* Label key patterns: a byte-for-byte twin of Go's filepath.Match on Linux, quirks included (a class may match '/', and
 * after a mismatch only the rest of its own chunk is still checked). Never allocates. */
#include "kube/key_pattern.h"

#include "base/text.h"

#include <string.h>

/* A stretch of the pattern between stars. */
typedef struct chunk {
    const char *begin, *end;
    bool after_star;
} chunk;

typedef enum outcome { MISMATCH, MATCH, MALFORMED } outcome;

/* The next chunk at *pattern. A star inside a class does not end it. */
static chunk next_chunk(const char **pattern) {
    const char *p = *pattern;
    while (*p == '*')
        p++;
    chunk found = {.begin = p, .after_star = p > *pattern};
    bool in_class = false;
    for (; *p && (*p != '*' || in_class); p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '[')
            in_class = true;
        else if (*p == ']')
            in_class = false;
    }
    found.end = *pattern = p;
    return found;
}

/* One character at *p; an invalid byte counts as U+FFFD. False at such a byte. */
static bool take_rune(const char **p, const char *end, uint32_t *out) {
    size_t size = aimp_utf8_decode(*p, end, out);
    if (size == 0) *out = 0xfffd;
    *p += size ? size : 1;
    return size > 0;
}

/* A possibly escaped character of a class, which must not be the last one of the chunk. */
static bool class_rune(const char **p, const char *end, uint32_t *out) {
    if (*p == end || **p == '-' || **p == ']') return false;
    if (**p == '\\' && ++*p == end) return false;
    return take_rune(p, end, out) && *p < end;
}

/* The class behind '[' at *p; *matches tells whether c is in it. False when the class cannot be read. */
static bool match_class(const char **p, const char *end, uint32_t c, bool *matches) {
    bool negated = *p < end && **p == '^';
    if (negated) ++*p;
    bool found = false;
    for (bool any = false; !any || *p == end || **p != ']'; any = true) {
        uint32_t low, high;
        if (!class_rune(p, end, &low)) return false;
        high = low;
        if (**p == '-') {
            ++*p;
            if (!class_rune(p, end, &high)) return false;
        }
        found = found || (low <= c && c <= high);
    }
    ++*p;
    *matches = found != negated;
    return true;
}

/* The chunk at the beginning of the key; *rest receives what follows. A mismatch still reads the chunk to its end. */
static outcome match_chunk(const chunk *part, const char *key, const char *key_end, const char **rest) {
    bool failed = false;
    for (const char *p = part->begin; p < part->end;) {
        failed = failed || key == key_end;
        char c = *p++;
        if (c == '[') {
            uint32_t rune = 0;
            bool matches = false;
            if (!failed) take_rune(&key, key_end, &rune);
            if (!match_class(&p, part->end, rune, &matches)) return MALFORMED;
            failed = failed || !matches;
            continue;
        }
        if (c == '?') {
            uint32_t rune;
            failed = failed || *key == '/';
            if (!failed) take_rune(&key, key_end, &rune);
            continue;
        }
        if (c == '\\') {
            if (p == part->end) return MALFORMED;
            c = *p++;
        }
        failed = failed || *key != c;
        if (!failed) key++;
    }
    *rest = key;
    return failed ? MISMATCH : MATCH;
}

/* The leftmost place where the chunk matches; the last chunk must end with the key. A star skips anything but '/'. */
static outcome find_chunk(const chunk *part, bool last, const char **key, const char *key_end) {
    for (const char *start = *key;; start++) {
        const char *rest;
        outcome found = match_chunk(part, start, key_end, &rest);
        if (found == MALFORMED) return MALFORMED;
        if (found == MATCH && (rest == key_end || !last)) {
            *key = rest;
            return MATCH;
        }
        if (!part->after_star || start == key_end || *start == '/') return MISMATCH;
    }
}

bool aimp_key_pattern_matches(const char *pattern, const char *key, bool *malformed) {
    bool ignored;
    if (!malformed) malformed = &ignored;
    *malformed = false;
    const char *key_end = key + strlen(key);
    while (*pattern) {
        chunk part = next_chunk(&pattern);
        if (part.after_star && part.begin == part.end) return strchr(key, '/') == NULL;
        outcome found = find_chunk(&part, *pattern == '\0', &key, key_end);
        *malformed = found == MALFORMED;
        if (found != MATCH) return false;
    }
    return key == key_end;
}
