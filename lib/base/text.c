/* Growing text, ASCII character classes and UTF-8: the C locale, whatever the host has set. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* A sink gets pieces of about this size. */
#define SINK_PIECE ((size_t)1 << 16)

aimp_text aimp_text_new(aimp_arena *arena) {
    return (aimp_text){.arena = arena};
}

aimp_text aimp_text_for_sink(aimp_arena *arena, const aim_sink *sink) {
    return (aimp_text){.arena = arena, .sink = sink};
}

void aimp_text_flush(aimp_text *text) {
    if (!text->sink || !text->size) return;
    aimp_check_cancel(text->arena->guard);
    aim_code code = text->sink->write(text->data, text->size, text->sink->user);
    if (code) aimp_raise(text->arena->guard, code, "the sink refused %zu bytes", text->size);
    text->size = 0;
}

static void reserve(aimp_text *text, size_t more) {
    size_t wanted;
    if (text->sink && text->size && text->capacity >= SINK_PIECE && more >= text->capacity - text->size)
        aimp_text_flush(text);
    if (!aimp_size_add(text->size, more, &wanted) || !aimp_size_add(wanted, 1, &wanted))
        aimp_raise(text->arena->guard, AIM_E_LIMIT, "a text grew beyond what a size can count");
    if (wanted <= text->capacity) return;
    size_t capacity = text->capacity ? text->capacity : 64;
    while (capacity < wanted) {
        if (!aimp_size_multiply(capacity, 2, &capacity)) capacity = wanted;
    }
    text->data = aimp_take_more(text->arena, text->data, text->capacity, capacity);
    text->capacity = capacity;
}

void aimp_text_add(aimp_text *text, const char *bytes, size_t size) {
    reserve(text, size);
    if (size) memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void aimp_text_add_string(aimp_text *text, const char *string) {
    aimp_text_add(text, string, strlen(string));
}

void aimp_text_add_char(aimp_text *text, char c) {
    aimp_text_add(text, &c, 1);
}

void aimp_text_add_repeated(aimp_text *text, char c, size_t count) {
    reserve(text, count);
    memset(text->data + text->size, c, count);
    text->size += count;
    text->data[text->size] = '\0';
}

void aimp_text_add_format(aimp_text *text, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size > 0) {
        reserve(text, (size_t)size);
        vsnprintf(text->data + text->size, (size_t)size + 1, format, again);
        if (strstr(format, "%.")) aimp_utf8_drop_broken(text->data + text->size);
        text->size += strlen(text->data + text->size);
    }
    va_end(again);
}

void aimp_text_add_safe(aimp_text *text, const char *string) {
    const char *end = string + strlen(string);
    while (string < end) {
        uint32_t c;
        size_t size = aimp_utf8_decode(string, end, &c);
        if (size == 0)
            aimp_text_add_string(text, "\xef\xbf\xbd");
        else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
            aimp_text_add_char(text, '?');
        else
            aimp_text_add(text, string, size);
        string += size ? size : 1;
    }
}

void aimp_text_add_markdown(aimp_text *text, const char *string) {
    aimp_text safe = aimp_text_new(text->arena);
    aimp_text_add_safe(&safe, string);
    for (const char *p = aimp_text_string(&safe); *p; p++) {
        if (*p == '<')
            aimp_text_add_string(text, "&lt;");
        else if (*p == '&')
            aimp_text_add_string(text, "&amp;");
        else if (*p == '@')
            aimp_text_add_string(text, "&#64;"); /* nobody is called by a comment */
        else {
            if (strchr("~|\\`*_[]#", *p)) aimp_text_add_char(text, '\\');
            aimp_text_add_char(text, *p);
        }
    }
}

void aimp_utf8_drop_broken(char *text) {
    const char *end = text + strlen(text);
    char *to = text;
    uint32_t c;
    for (const char *from = text; from < end;) {
        size_t size = aimp_utf8_decode(from, end, &c);
        if (size) memmove(to, from, size);
        to += size;
        from += size ? size : 1;
    }
    *to = '\0';
}

size_t aimp_utf8_length(const char *text) {
    size_t length = 0;
    for (; *text; text++)
        length += ((unsigned char)*text & 0xc0) != 0x80;
    return length;
}

const char *aimp_text_string(const aimp_text *text) {
    return text->data ? text->data : "";
}

bool aimp_is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
bool aimp_is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool aimp_is_lower_alnum(char c) {
    return (c >= 'a' && c <= 'z') || aimp_is_digit(c);
}
char aimp_to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}
char aimp_to_upper(char c) {
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

bool aimp_equal(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool aimp_equal_ignoring_case(const char *a, const char *b) {
    if (!a || !b) return a == b;
    while (*a && aimp_to_lower(*a) == aimp_to_lower(*b))
        a++, b++;
    return aimp_to_lower(*a) == aimp_to_lower(*b);
}

bool aimp_starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool aimp_ends_with(const char *text, const char *suffix) {
    size_t size = strlen(text), tail = strlen(suffix);
    return size >= tail && memcmp(text + size - tail, suffix, tail) == 0;
}

bool aimp_contains_ignoring_case(const char *text, const char *part) {
    size_t size = strlen(part);
    for (; *text; text++) {
        size_t i = 0;
        while (i < size && aimp_to_lower(text[i]) == aimp_to_lower(part[i]))
            i++;
        if (i == size) return true;
    }
    return size == 0;
}

bool aimp_is_empty(const char *text) {
    return !text || !*text;
}
const char *aimp_or_empty(const char *text) {
    return text ? text : "";
}

const char *aimp_trim(aimp_arena *arena, const char *text) {
    while (aimp_is_space(*text))
        text++;
    size_t size = strlen(text);
    if (!size || !aimp_is_space(text[size - 1])) return text;
    while (size && aimp_is_space(text[size - 1]))
        size--;
    return aimp_copy(arena, text, size);
}

const char *aimp_upper(aimp_arena *arena, const char *text) {
    char *copy = aimp_copy_string(arena, text);
    for (char *c = copy; *c; c++)
        *c = aimp_to_upper(*c);
    return copy;
}

const char *aimp_lower(aimp_arena *arena, const char *text) {
    char *copy = aimp_copy_string(arena, text);
    for (char *c = copy; *c; c++)
        *c = aimp_to_lower(*c);
    return copy;
}

size_t aimp_utf8_decode(const char *p, const char *end, uint32_t *out) {
    const unsigned char *u = (const unsigned char *)p;
    size_t left = (size_t)(end - p);
    if (left == 0) return 0;
    if (u[0] < 0x80) {
        *out = u[0];
        return 1;
    }
    size_t size = u[0] >= 0xf0 && u[0] <= 0xf4   ? 4
                  : u[0] >= 0xe0 && u[0] <= 0xef ? 3
                  : u[0] >= 0xc2 && u[0] <= 0xdf ? 2
                                                 : 0;
    if (size == 0 || left < size) return 0;
    uint32_t value = u[0] & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((u[i] & 0xc0) != 0x80) return 0;
        value = value << 6 | (u[i] & 0x3fu);
    }
    bool overlong = (size == 3 && value < 0x800) || (size == 4 && (value < 0x10000 || value > 0x10ffff));
    if (overlong || (value >= 0xd800 && value <= 0xdfff)) return 0;
    *out = value;
    return size;
}

size_t aimp_utf8_encode(uint32_t c, char out[4]) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00u >> size) | c);
    return size;
}

uint64_t aimp_hash(const char *bytes, size_t size, uint64_t seed) {
    uint64_t hash = 0xcbf29ce484222325u ^ seed;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

size_t aimp_edit_distance(const char *a, const char *b, size_t limit) {
    enum { MAX = 128 };
    size_t size_a = strlen(a), size_b = strlen(b);
    if (size_a >= MAX || size_b >= MAX) return limit;
    size_t before[MAX + 1] = {0}, row[MAX + 1] = {0};
    for (size_t j = 0; j <= size_b; j++)
        row[j] = j;
    size_t two_ago[MAX + 1];
    for (size_t i = 1; i <= size_a; i++) {
        memcpy(two_ago, before, sizeof before);
        memcpy(before, row, sizeof row);
        row[0] = i;
        for (size_t j = 1; j <= size_b; j++) {
            size_t changed = before[j - 1] + (aimp_to_lower(a[i - 1]) != aimp_to_lower(b[j - 1]));
            size_t best = before[j] + 1 < row[j - 1] + 1 ? before[j] + 1 : row[j - 1] + 1;
            row[j] = changed < best ? changed : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two_ago[j - 2] + 1 < row[j])
                row[j] = two_ago[j - 2] + 1;
        }
    }
    return row[size_b] < limit ? row[size_b] : limit;
}
