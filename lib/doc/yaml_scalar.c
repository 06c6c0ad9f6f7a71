/* YAML 1.1 scalar typing, for reading as kubectl does and for writing so that nobody retypes a string. */
#include "doc/yaml_scalar.h"

#include <string.h>

#include "base/text.h"

#define TAG "tag:yaml.org,2002:"

static bool is_word(const char *text, size_t size, const char *const *words) {
    for (; *words; words++) {
        if (strlen(*words) == size && memcmp(*words, text, size) == 0) return true;
    }
    return false;
}

static const char *const true_words[] = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL};
static const char *const false_words[] = {"n",     "N",     "no",  "No",  "NO",  "false",
                                          "False", "FALSE", "off", "Off", "OFF", NULL};
static const char *const null_words[] = {"~", "null", "Null", "NULL", NULL};
static const char *const special_words[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF", "+.inf",
                                            "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", NULL};

/* A JSON number already: kept as written. */
static bool is_json_number(const char *p, const char *end) {
    if (p < end && *p == '-') p++;
    const char *first = p;
    while (p < end && aimp_is_digit(*p))
        p++;
    if (p == first || (*first == '0' && p - first > 1)) return false;
    if (p < end && *p == '.') {
        const char *fraction = ++p;
        while (p < end && aimp_is_digit(*p))
            p++;
        if (p == fraction) return false;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        const char *exponent = p;
        while (p < end && aimp_is_digit(*p))
            p++;
        if (p == exponent) return false;
    }
    return p == end;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_float(const char *p, const char *end) {
    if (p < end && (*p == '-' || *p == '+')) p++;
    size_t digits = 0;
    for (; p < end && aimp_is_digit(*p); p++)
        digits++;
    if (p < end && *p == '.') {
        p++;
        for (; p < end && aimp_is_digit(*p); p++)
            digits++;
    }
    if (!digits) return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        const char *exponent = p;
        while (p < end && aimp_is_digit(*p))
            p++;
        if (p == exponent) return false;
    }
    return p == end;
}

static int digit_value(char c) {
    if (aimp_is_digit(c)) return c - '0';
    c = aimp_to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* 0x, 0o, 0b and 0777, with a sign; answers false when it is none or does not fit 64 bits. */
static bool based_integer(const char *p, const char *end, bool *negative, uint64_t *out) {
    *negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (end - p < 2 || *p != '0') return false;
    char mark = aimp_to_lower(p[1]);
    int base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    p += aimp_is_digit(mark) ? 1 : mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 0;
    if (p == end || *p == 'x') return false;
    *out = 0;
    for (; p < end; p++) {
        int digit = digit_value(*p);
        if (digit >= base || *out > (UINT64_MAX - (uint64_t)digit) / (uint64_t)base) return false;
        *out = *out * (uint64_t)base + (uint64_t)digit;
    }
    return true;
}

/* A float in YAML's looser spelling as JSON: +.5 is 0.5, 5. is 5, 007.5 is 7.5. */
static const char *json_float(aimp_arena *arena, const char *p, const char *end) {
    aimp_text text = aimp_text_new(arena);
    if (*p == '-') aimp_text_add_char(&text, '-');
    if (*p == '-' || *p == '+') p++;
    while (end - p > 1 && *p == '0' && aimp_is_digit(p[1]))
        p++;
    if (*p == '.') aimp_text_add_char(&text, '0');
    for (; p < end; p++) {
        bool empty_fraction = *p == '.' && (p + 1 == end || !aimp_is_digit(p[1]));
        if (!empty_fraction) aimp_text_add_char(&text, *p);
    }
    return aimp_text_string(&text);
}

static bool plain_number(aimp_arena *arena, const char *text, size_t size, aimp_yaml_value *value) {
    const char *end = text + size;
    if (!aimp_is_digit(*text) && *text != '-' && *text != '+' && *text != '.') return false;
    value->kind = AIMP_NUMBER;
    if (is_json_number(text, end)) return true;
    aimp_text bare = aimp_text_new(arena);
    for (const char *p = text; p < end; p++) {
        if (*p != '_') aimp_text_add_char(&bare, *p);
    }
    const char *first = aimp_text_string(&bare), *last = first + bare.size;
    bool negative;
    uint64_t integer;
    if (based_integer(first, last, &negative, &integer))
        value->text = aimp_format(arena, "%s%llu", negative && integer ? "-" : "", (unsigned long long)integer);
    else if (bare.size && is_json_number(first, last))
        value->text = first;
    else if (bare.size && is_float(first, last))
        value->text = json_float(arena, first, last);
    else
        return false;
    value->size = strlen(value->text);
    return true;
}

static bool resolve_plain(aimp_arena *arena, const char *text, size_t size, aimp_yaml_value *value) {
    if (size == 0 || is_word(text, size, null_words)) {
        value->kind = AIMP_NULL;
        return true;
    }
    bool truth = is_word(text, size, true_words);
    if (truth || is_word(text, size, false_words)) {
        *value = (aimp_yaml_value){AIMP_BOOL, truth ? "true" : "false", truth ? 4 : 5, NULL};
        return true;
    }
    if (is_word(text, size, special_words)) {
        value->problem = "JSON has no NaN and no infinity";
        return false;
    }
    if (plain_number(arena, text, size, value)) return true;
    value->kind = AIMP_STRING;
    return true;
}

bool aimp_yaml_scalar_type(aimp_arena *arena, const char *text, size_t size, bool plain, const char *tag,
                           aimp_yaml_value *value) {
    *value = (aimp_yaml_value){AIMP_STRING, text, size, NULL};
    if (!tag || strcmp(tag, "!") == 0) return tag || !plain ? true : resolve_plain(arena, text, size, value);
    if (strcmp(tag, TAG "str") == 0 || strcmp(tag, TAG "timestamp") == 0) return true;
    static const struct {
        const char *tag;
        aimp_node_kind kind;
    } tags[] = {{TAG "null", AIMP_NULL}, {TAG "bool", AIMP_BOOL}, {TAG "int", AIMP_NUMBER}, {TAG "float", AIMP_NUMBER}};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (strcmp(tag, tags[i].tag) != 0) continue;
        if (!resolve_plain(arena, text, size, value)) return false;
        if (value->kind == tags[i].kind) return true;
        value->problem = "the value does not fit its tag";
        return false;
    }
    value->problem = aimp_format(arena, "the tag %.60s is not supported", tag);
    return false;
}

static bool looks_like_timestamp(const char *text, size_t size) {
    return size >= 8 && aimp_is_digit(text[0]) && aimp_is_digit(text[1]) && aimp_is_digit(text[2]) &&
           aimp_is_digit(text[3]) && text[4] == '-';
}

/* 1:30 is a number in base 60 to YAML 1.1 */
static bool looks_sexagesimal(const char *text, size_t size) {
    bool colon = false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == ':')
            colon = true;
        else if (!aimp_is_digit(text[i]) && text[i] != '.' && text[i] != '_' &&
                 !(i == 0 && (text[i] == '-' || text[i] == '+')))
            return false;
    }
    return colon;
}

bool aimp_yaml_needs_quotes(const char *text, size_t size) {
    if (size == 0 || is_word(text, size, null_words) || is_word(text, size, true_words) ||
        is_word(text, size, false_words) || is_word(text, size, special_words))
        return true;
    if (aimp_is_space(text[0]) || aimp_is_space(text[size - 1])) return true;
    if (size >= 3 && memcmp(text, "...", 3) == 0) return true; /* would end the document */
    if (strchr("-?:,[]{}#&*!|>'\"%@`=<~", text[0])) return true;
    if (aimp_is_digit(text[0]) || text[0] == '+' || text[0] == '.') {
        if (looks_like_timestamp(text, size) || looks_sexagesimal(text, size)) return true;
        bool number_like = true; /* anything made only of what numbers are made of, in any base */
        for (size_t i = 0; i < size && number_like; i++)
            number_like = digit_value(text[i]) < 16 || strchr("+-._xXoO", text[i]) != NULL;
        if (number_like) return true;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c >= 0x7f) return true;
        if (c == ':' && (i + 1 == size || text[i + 1] == ' ')) return true;
        if (c == '#' && text[i - 1] == ' ') return true;
    }
    return false;
}
