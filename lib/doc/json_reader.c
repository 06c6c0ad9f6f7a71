/* JSON (RFC 8259) without leniency: unique keys, valid UTF-8, paired surrogates, no NUL, no trailing commas. */
#include <string.h>

#include "doc/reader.h"

typedef struct scanner {
    aimp_builder *builder;
    const char *text, *at, *end;
    uint64_t line;
    /* where the column was counted last */
    const char *counted;
    uint64_t column;
    aimp_text string; /* the decoded string that was read last */
} scanner;

static bool parse_value(scanner *s);

/* Lines are counted by skip_space(); code points since the start of the line here. */
static aimp_spot spot(scanner *s) {
    for (; s->counted < s->at; s->counted++) {
        if (((unsigned char)*s->counted & 0xc0) != 0x80) s->column++;
    }
    return (aimp_spot){s->line, s->column, (uint64_t)(s->at - s->text)};
}

static bool fail(scanner *s, const char *message) {
    aimp_builder_problem(s->builder, AIM_E_SYNTAX, spot(s), "%s", message);
    return false;
}

static void skip_space(scanner *s) {
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t')) {
        if (*s->at++ == '\n') {
            s->line++;
            s->counted = s->at;
            s->column = 1;
        }
    }
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = aimp_to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex4(scanner *s, uint32_t *out) {
    if (s->end - s->at < 4) return fail(s, "the text ends inside a \\u escape");
    *out = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        int digit = hex_value(*s->at);
        if (digit < 0) return fail(s, "\\u needs four hexadecimal digits");
        *out = *out << 4 | (uint32_t)digit;
    }
    return true;
}

static bool parse_unicode_escape(scanner *s) {
    uint32_t c, low;
    if (!hex4(s, &c)) return false;
    if (c == 0) return fail(s, "a string holds a NUL character");
    if (c >= 0xdc00 && c <= 0xdfff) return fail(s, "a low surrogate without a high one");
    if (c >= 0xd800 && c <= 0xdbff) {
        if (s->end - s->at < 2 || s->at[0] != '\\' || s->at[1] != 'u')
            return fail(s, "a high surrogate without a low one");
        s->at += 2;
        if (!hex4(s, &low)) return false;
        if (low < 0xdc00 || low > 0xdfff) return fail(s, "a high surrogate without a low one");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    char bytes[4];
    aimp_text_add(&s->string, bytes, aimp_utf8_encode(c, bytes));
    return true;
}

static bool parse_escape(scanner *s) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (++s->at == s->end) return fail(s, "the text ends inside a string");
    if (*s->at == 'u') {
        s->at++;
        return parse_unicode_escape(s);
    }
    const char *known = memchr(from, *s->at, sizeof from - 1);
    if (!known) return fail(s, "an escape that JSON does not know");
    s->at++;
    aimp_text_add_char(&s->string, to[known - from]);
    return true;
}

/* The text behind the opening quote, decoded into s->string. */
static bool parse_string(scanner *s) {
    s->string.size = 0;
    for (;;) {
        const char *plain = s->at;
        while (s->at < s->end && *s->at != '"' && *s->at != '\\' && (unsigned char)*s->at >= 0x20 &&
               (unsigned char)*s->at < 0x80)
            s->at++;
        aimp_text_add(&s->string, plain, (size_t)(s->at - plain));
        if (s->at == s->end) return fail(s, "the text ends inside a string");
        unsigned char c = (unsigned char)*s->at;
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c == '\\') {
            if (!parse_escape(s)) return false;
        } else if (c < 0x20) {
            return fail(s, "a string holds a raw control character (write it as \\n, \\t or \\u00XX)");
        } else {
            uint32_t code_point;
            size_t size = aimp_utf8_decode(s->at, s->end, &code_point);
            if (size == 0) return fail(s, "the text is not valid UTF-8");
            aimp_text_add(&s->string, s->at, size);
            s->at += size;
        }
    }
}

static bool digits(scanner *s) {
    const char *first = s->at;
    while (s->at < s->end && aimp_is_digit(*s->at))
        s->at++;
    return s->at > first;
}

static bool parse_number(scanner *s, aimp_spot where) {
    const char *first = s->at;
    if (*s->at == '-') s->at++;
    bool zero = s->at < s->end && *s->at == '0';
    if (!digits(s)) return fail(s, "a number needs a digit here");
    if (zero && s->at - first > (*first == '-' ? 2 : 1)) return fail(s, "a number may not begin with 0");
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        if (!digits(s)) return fail(s, "a number needs a digit after its point");
    }
    if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        s->at++;
        if (s->at < s->end && (*s->at == '+' || *s->at == '-')) s->at++;
        if (!digits(s)) return fail(s, "a number needs a digit in its exponent");
    }
    return aimp_builder_scalar(s->builder, AIMP_NUMBER, first, (size_t)(s->at - first), where, NULL);
}

static bool parse_literal(scanner *s, aimp_spot where) {
    static const struct {
        const char *text;
        aimp_node_kind kind;
    } literals[] = {{"true", AIMP_BOOL}, {"false", AIMP_BOOL}, {"null", AIMP_NULL}};
    for (size_t i = 0; i < 3; i++) {
        size_t size = strlen(literals[i].text);
        if ((size_t)(s->end - s->at) < size || memcmp(s->at, literals[i].text, size) != 0) continue;
        s->at += size;
        return aimp_builder_scalar(s->builder, literals[i].kind, literals[i].text, size, where, NULL);
    }
    return fail(s, "a value must begin here");
}

static bool parse_member(scanner *s) {
    if (s->at == s->end || *s->at != '"') return fail(s, "a key in double quotes must begin here");
    aimp_spot where = spot(s);
    s->at++;
    if (!parse_string(s)) return false;
    if (!aimp_builder_key(s->builder, aimp_text_string(&s->string), s->string.size, where)) return false;
    skip_space(s);
    if (s->at == s->end || *s->at != ':') return fail(s, "a colon must follow the key");
    s->at++;
    skip_space(s);
    return parse_value(s);
}

/* depth is bounded by the builder's limit, and so is this recursion */
static bool parse_container(scanner *s, bool map, aimp_spot where) {
    const char close = map ? '}' : ']';
    if (!aimp_builder_begin(s->builder, map, where)) return false;
    s->at++;
    skip_space(s);
    if (s->at < s->end && *s->at == close) {
        s->at++;
        return aimp_builder_end(s->builder, spot(s), NULL);
    }
    for (;;) {
        if (!(map ? parse_member(s) : parse_value(s))) return false;
        skip_space(s);
        if (s->at == s->end) return fail(s, map ? "the text ends inside an object" : "the text ends inside an array");
        char c = *s->at;
        if (c != ',' && c != close) return fail(s, map ? "a comma or } must follow" : "a comma or ] must follow");
        s->at++;
        if (c == close) return aimp_builder_end(s->builder, spot(s), NULL);
        skip_space(s);
    }
}

static bool parse_value(scanner *s) {
    aimp_spot where = spot(s);
    if (s->at == s->end) return fail(s, "the text ends where a value should begin");
    switch (*s->at) {
    case '{': return parse_container(s, true, where);
    case '[': return parse_container(s, false, where);
    case '"':
        s->at++;
        return parse_string(s) &&
               aimp_builder_scalar(s->builder, AIMP_STRING, aimp_text_string(&s->string), s->string.size, where, NULL);
    default:
        if (*s->at == '-' || aimp_is_digit(*s->at)) return parse_number(s, where);
        return parse_literal(s, where);
    }
}

/* Moves behind the error to the next line that begins an object; false when there is none. */
static bool resume(scanner *s) {
    for (;;) {
        const char *newline = memchr(s->at, '\n', (size_t)(s->end - s->at));
        if (!newline) return false;
        s->at = s->counted = newline + 1;
        s->column = 1;
        s->line++;
        if (s->at < s->end && (*s->at == '{' || (s->end - s->at >= 3 && memcmp(s->at, "---", 3) == 0))) return true;
    }
}

size_t aimp_read_json(aimp_builder *builder, const char *text, size_t size, uint64_t line) {
    scanner s = {.builder = builder,
                 .text = text,
                 .at = text,
                 .end = text + size,
                 .line = line,
                 .counted = text,
                 .column = 1,
                 .string = aimp_text_new(aimp_builder_scratch(builder))};
    for (;;) {
        skip_space(&s);
        if (s.at == s.end) return size;
        if (s.end - s.at >= 3 && memcmp(s.at, "---", 3) == 0 && s.column == 1) return (size_t)(s.at - text);
        if (!parse_value(&s)) {
            aimp_builder_abandon(builder);
            if (!resume(&s)) return size;
        }
    }
}
