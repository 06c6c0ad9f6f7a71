/* Reading JSONPath expressions into steps. Follows client-go's hand-written parser, including where it is stricter or
 * laxer than one would expect; evaluates nothing. */
#include "kube/json_path.h"

#include <string.h>

#include "base/text.h"

/* Filters nest only through tricks with quotes; see parse_filter. */
#define MAX_DEPTH 4
#define MAX_NUMBER_DIGITS 15

typedef struct parser {
    aimp_arena *arena;
    const char *p, *end;
    bool bracket_keys;
    unsigned depth;
    const char *problem;
    aimp_json_steps steps;
    size_t capacity;
} parser;

static bool fail(parser *in, const char *problem) {
    if (!in->problem) in->problem = problem;
    return false;
}

static bool parse_all(parser *in);

static void add_step(parser *in, aimp_json_step step) {
    if (in->steps.count == in->capacity) {
        size_t capacity = in->capacity ? in->capacity * 2 : 4;
        in->steps.items =
            aimp_take_more(in->arena, in->steps.items, in->capacity * sizeof step, capacity * sizeof step);
        in->capacity = capacity;
    }
    in->steps.items[in->steps.count++] = step;
}

/* A part of the expression that is an expression itself. */
static bool parse_part(parser *in, const char *begin, const char *end, aimp_json_steps *out) {
    parser part = {
        .arena = in->arena, .p = begin, .end = end, .bracket_keys = in->bracket_keys, .depth = in->depth + 1};
    if (part.depth > MAX_DEPTH) return fail(in, "it is nested too deeply");
    if (!parse_all(&part)) return fail(in, part.problem);
    *out = part.steps;
    return true;
}

static bool looks_at(const parser *in, const char *prefix) {
    size_t size = strlen(prefix);
    return (size_t)(in->end - in->p) >= size && memcmp(in->p, prefix, size) == 0;
}

static bool is_word_start(char c) {
    return c == '_' || aimp_is_lower_alnum(aimp_to_lower(c)) || (unsigned char)c >= 0x80;
}

/* Where a word or a key ends. */
static bool is_terminator(char c) {
    return strchr(" \t\r\n.,[]$@{}", c) != NULL;
}

/* Every backslash goes, even an escaped one: client-go has no way to name a key that holds one. */
static bool parse_field(parser *in) {
    aimp_text key = aimp_text_new(in->arena);
    while (in->p < in->end && !is_terminator(*in->p)) {
        if (*in->p == '\\' && ++in->p == in->end) return fail(in, "it ends in a backslash");
        if (*in->p != '\\') aimp_text_add_char(&key, *in->p);
        in->p++;
    }
    const char *name = aimp_text_string(&key);
    if (strcmp(name, "*") == 0)
        add_step(in, (aimp_json_step){.kind = AIMP_STEP_WILDCARD});
    else
        add_step(in, (aimp_json_step){.kind = AIMP_STEP_FIELD, .key = name});
    return true;
}

static bool parse_descent(parser *in) {
    size_t count = in->steps.count;
    if (count && in->steps.items[count - 1].kind == AIMP_STEP_DESCENT) return fail(in, "it has '..' twice in a row");
    in->p += 2;
    add_step(in, (aimp_json_step){.kind = AIMP_STEP_DESCENT});
    return in->p == in->end || !is_word_start(*in->p) || parse_field(in);
}

static bool parse_word(parser *in) {
    const char *start = in->p;
    while (in->p < in->end && !is_terminator(*in->p))
        in->p++;
    const char *word = aimp_copy(in->arena, start, (size_t)(in->p - start));
    bool truth = strcmp(word, "true") == 0;
    if (!truth && strcmp(word, "false") != 0)
        return fail(in, aimp_format(in->arena, "\"%s\" is a bare word (a field begins with a dot)",
                                    aimp_json_path_shown(in->arena, word)));
    add_step(in, (aimp_json_step){.kind = AIMP_STEP_CONSTANT, .constant = aimp_bool(truth)});
    return true;
}

/* The number as Go prints it: no plus sign, no leading zeros, no zeros at the end of a fraction. */
static const char *plain_number(parser *in, const char *p, const char *end) {
    aimp_text out = aimp_text_new(in->arena);
    if (*p == '-') aimp_text_add_char(&out, '-');
    if (*p == '-' || *p == '+') p++;
    const char *point = memchr(p, '.', (size_t)(end - p));
    const char *whole_end = point ? point : end;
    while (point && (end[-1] == '0' || end[-1] == '.') && end > point)
        end--;
    while (p < whole_end && *p == '0')
        p++;
    if (p == whole_end) aimp_text_add_char(&out, '0');
    aimp_text_add(&out, p, (size_t)(end - p));
    return aimp_text_string(&out);
}

static bool parse_number(parser *in) {
    const char *start = in->p;
    size_t digits = 0, points = 0;
    if (*in->p == '+' || *in->p == '-') in->p++;
    for (; in->p < in->end && (*in->p == '.' || aimp_is_digit(*in->p)); in->p++) {
        if (*in->p == '.')
            points++;
        else
            digits++;
    }
    if (digits == 0 || points > 1) return fail(in, "it has a number that cannot be read");
    if (digits > MAX_NUMBER_DIGITS) return fail(in, "it has a number with too many digits");
    const aimp_node *number = aimp_number(in->arena, plain_number(in, start, in->p));
    add_step(in, (aimp_json_step){.kind = AIMP_STEP_CONSTANT, .constant = number});
    return true;
}

/* The text between quotes with its escapes resolved; NULL when one is unknown. */
static const char *unquote(parser *in, const char *p, const char *end, char quote) {
    static const char escapes[] = "abfnrtv\\", meanings[] = "\a\b\f\n\r\t\v\\";
    aimp_text out = aimp_text_new(in->arena);
    for (; p < end; p++) {
        char c = *p;
        if (c == '\\') {
            if (++p == end) return NULL;
            const char *escape = strchr(escapes, *p);
            if (!escape && *p != quote) return NULL;
            c = escape ? meanings[escape - escapes] : quote;
        }
        aimp_text_add_char(&out, c);
    }
    return aimp_text_string(&out);
}

static bool parse_quoted(parser *in) {
    char quote = *in->p++;
    const char *start = in->p;
    while (in->p < in->end && *in->p != '\n' && (*in->p != quote || in->p[-1] == '\\'))
        in->p++;
    if (in->p == in->end || *in->p == '\n') return fail(in, "a quote is not closed");
    const char *text = unquote(in, start, in->p++, quote);
    if (!text) return fail(in, "a quoted text has an escape that cannot be read");
    add_step(in, (aimp_json_step){.kind = AIMP_STEP_TEXT, .constant = aimp_string(in->arena, text)});
    return true;
}

/* A bound of a slice at *p; no digits at all: none. False when it is no number or absurdly large. */
static bool parse_bound(const char **p, const char *end, int32_t *out, bool *known) {
    bool negative = *p < end && **p == '-';
    if (negative) ++*p;
    int32_t value = 0;
    const char *start = *p;
    for (; *p < end && aimp_is_digit(**p); ++*p) {
        if (value >= 100000000) return false;
        value = value * 10 + (**p - '0');
    }
    *known = *p > start;
    *out = negative ? -value : value;
    return *known || !negative;
}

static bool parse_slice(parser *in, const char *p, const char *end) {
    static const char message[] = "it has an index that cannot be read";
    if (end - p == 1 && *p == '*') {
        add_step(in, (aimp_json_step){.kind = AIMP_STEP_SLICE});
        return true;
    }
    aimp_slice slice = {0};
    if (!parse_bound(&p, end, &slice.from, &slice.has_from)) return fail(in, message);
    if (p < end && *p == ':') {
        p++;
        if (!parse_bound(&p, end, &slice.to, &slice.has_to)) return fail(in, message);
    } else {
        slice.to = slice.from + 1;
        slice.has_to = slice.derived = true;
    }
    if (p < end && *p == ':') {
        p++;
        if (!parse_bound(&p, end, &slice.stride, &slice.has_stride)) return fail(in, message);
    }
    if (p != end) return fail(in, message);
    add_step(in, (aimp_json_step){.kind = AIMP_STEP_SLICE, .slice = slice});
    return true;
}

/* What stands between brackets, or between the commas of a union. */
static bool parse_index(parser *in, const char *p, const char *end) {
    const char *first = p, *last = end;
    while (first < last && *first == ' ')
        first++;
    while (first < last && last[-1] == ' ')
        last--;
    if (!in->bracket_keys || first == last || (*first != '\'' && *first != '"')) return parse_slice(in, p, end);
    if (last - first < 2 || last[-1] != *first) return fail(in, "a bracket key has no closing quote");
    aimp_text key = aimp_text_new(in->arena);
    for (const char *c = first + 1; c < last - 1; c++) {
        if (*c == '\\' && c + 1 < last - 1) c++; /* people carry the escapes of .a\.b over */
        aimp_text_add_char(&key, *c);
    }
    add_step(in, (aimp_json_step){.kind = AIMP_STEP_FIELD, .key = aimp_text_string(&key)});
    return true;
}

/* The next byte of `stops` from p on; text in quotes is passed over where quotes mean something. */
static const char *find_stop(const parser *in, const char *p, const char *end, const char *stops) {
    char quote = '\0';
    for (; p < end; p++) {
        if (quote && *p == '\\' && p + 1 < end)
            p++;
        else if (quote && *p == quote)
            quote = '\0';
        else if (!quote && in->bracket_keys && (*p == '\'' || *p == '"'))
            quote = *p;
        else if (!quote && strchr(stops, *p))
            return p;
    }
    return end;
}

static bool parse_union(parser *in, const char *p, const char *end) {
    size_t count = 1;
    for (const char *c = find_stop(in, p, end, ","); c < end; c = find_stop(in, c + 1, end, ","))
        count++;
    aimp_json_step step = {.kind = AIMP_STEP_UNION, .part_count = count};
    step.parts = aimp_take_array(in->arena, count, sizeof *step.parts);
    for (size_t i = 0; i < count; i++) {
        const char *stop = find_stop(in, p, end, ","), *last = stop;
        while (p < last && *p == ' ')
            p++;
        while (p < last && last[-1] == ' ')
            last--;
        parser part = {.arena = in->arena, .bracket_keys = in->bracket_keys};
        if (!parse_index(&part, p, last)) return fail(in, part.problem);
        step.parts[i] = part.steps;
        p = stop < end ? stop + 1 : end;
    }
    add_step(in, step);
    return true;
}

static bool parse_brackets(parser *in) {
    const char *start = in->p + 1;
    const char *stop = find_stop(in, start, in->end, "]\n");
    if (stop == in->end || *stop == '\n') return fail(in, "a bracket is not closed");
    in->p = stop + 1;
    bool has_comma = find_stop(in, start, stop, ",") < stop;
    return has_comma ? parse_union(in, start, stop) : parse_index(in, start, stop);
}

/* The ')' of a filter whose text begins at p: one pair of quotes hides parentheses, a second pair does not. */
static const char *filter_end(const char *p, const char *end) {
    char quote = '\0';
    bool closed = false;
    for (; p < end && *p != '\n'; p++) {
        if ((*p == '\'' || *p == '"') && !quote)
            quote = *p;
        else if (quote && *p == quote && p[-1] != '\\')
            closed = true;
        else if (*p == ')' && (!quote || closed))
            return p;
    }
    return NULL;
}

static bool parse_operator(const char *text, size_t size, aimp_comparison *out) {
    static const struct {
        const char *spelling;
        aimp_comparison comparison;
    } operators[] = {{"==", AIMP_EQUAL},  {"!=", AIMP_NOT_EQUAL}, {"<", AIMP_LESS},
                     {">", AIMP_GREATER}, {"<=", AIMP_AT_MOST},   {">=", AIMP_AT_LEAST}};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (strlen(operators[i].spelling) != size || memcmp(operators[i].spelling, text, size) != 0) continue;
        *out = operators[i].comparison;
        return true;
    }
    return false;
}

static bool parse_filter(parser *in) {
    const char *text = in->p + strlen("[?("), *close = filter_end(text, in->end);
    if (!close || close + 1 == in->end || close[1] != ']') return fail(in, "a filter is not closed");
    in->p = close + 2;
    aimp_json_step step = {.kind = AIMP_STEP_FILTER, .comparison = AIMP_EXISTS, .part_count = 2};
    step.parts = aimp_take_zeroed(in->arena, 2 * sizeof *step.parts);

    const char *left_end = text;
    while (left_end < close && !strchr("!<>=", *left_end))
        left_end++;
    const char *right = left_end;
    while (right < close && strchr("!<>=", *right))
        right++;
    if (!parse_part(in, text, left_end, &step.parts[0])) return false;
    if (left_end < close) {
        if (!parse_operator(left_end, (size_t)(right - left_end), &step.comparison) || left_end == text ||
            right == close)
            return fail(in, "a filter has a comparison that cannot be read");
        if (!parse_part(in, right, close, &step.parts[1])) return false;
    }
    add_step(in, step);
    return true;
}

static bool parse_all(parser *in) {
    while (in->p < in->end) {
        char c = *in->p;
        bool good = true;
        if (looks_at(in, "[?("))
            good = parse_filter(in);
        else if (looks_at(in, ".."))
            good = parse_descent(in);
        else if (c == ' ' || c == '@' || c == '$')
            in->p++; /* the current object: nothing to do */
        else if (c == '[')
            good = parse_brackets(in);
        else if (c == '"' || c == '\'')
            good = parse_quoted(in);
        else if (c == '.')
            in->p++, good = parse_field(in);
        else if (c == '+' || c == '-' || aimp_is_digit(c))
            good = parse_number(in);
        else if (is_word_start(c))
            good = parse_word(in);
        else
            good = fail(in, aimp_format(in->arena, "'%c' makes no sense there", c));
        if (!good) return false;
    }
    return true;
}

bool aimp_json_path_parse(aimp_arena *arena, const char *expression, bool bracket_keys, aimp_json_steps *out,
                          const char **problem) {
    parser in = {.arena = arena, .p = expression, .end = expression + strlen(expression), .bracket_keys = bracket_keys};
    bool good = parse_all(&in);
    *out = in.steps;
    *problem = in.problem;
    return good;
}
