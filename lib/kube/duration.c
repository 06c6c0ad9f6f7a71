/* Durations: Go's grammar, Go's spelling, and the narrower spelling of the Gateway API. Amounts are nanoseconds in 64
 * bits; reading keeps Go's arithmetic for fractions (a floating-point product), so that both read the same amount. */
#include "kube/duration.h"

#include "base/text.h"

#include <string.h>

#define MICROSECOND UINT64_C(1000)
#define MILLISECOND UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define LIMIT ((uint64_t)1 << 63)
#define MAX_GATEWAY_HOURS 99999

typedef struct time_unit {
    const char *name;
    uint64_t nanoseconds;
} time_unit;

static const time_unit units[] = {
    {"ns", 1},
    {"us", MICROSECOND},
    {"\xc2\xb5s", MICROSECOND}, /* U+00B5, micro sign */
    {"\xce\xbcs", MICROSECOND}, /* U+03BC, Greek mu */
    {"ms", MILLISECOND},
    {"s", SECOND},
    {"m", MINUTE},
    {"h", HOUR},
};
#define UNIT_COUNT (sizeof units / sizeof *units)

/* The unit at *p, which goes on to the next digit or point; 0 for none. */
static uint64_t parse_unit(const char **p) {
    const char *start = *p;
    while (**p && **p != '.' && !aimp_is_digit(**p))
        ++*p;
    size_t size = (size_t)(*p - start);
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strlen(units[i].name) == size && memcmp(units[i].name, start, size) == 0) return units[i].nanoseconds;
    }
    return 0;
}

/* The digits at *p; false when they exceed 2^63. */
static bool parse_whole(const char **p, uint64_t *out) {
    uint64_t value = 0;
    for (; aimp_is_digit(**p); ++*p) {
        if (value > LIMIT / 10) return false;
        value = value * 10 + (uint64_t)(**p - '0');
        if (value > LIMIT) return false;
    }
    *out = value;
    return true;
}

/* The digits at *p as value / scale; digits that no longer fit are read and ignored. */
static uint64_t parse_fraction(const char **p, double *scale) {
    uint64_t value = 0;
    bool full = false;
    *scale = 1;
    for (; aimp_is_digit(**p); ++*p) {
        if (full) continue;
        uint64_t next = value > (LIMIT - 1) / 10 ? UINT64_MAX : value * 10 + (uint64_t)(**p - '0');
        full = next > LIMIT;
        if (full) continue;
        value = next;
        *scale *= 10;
    }
    return value;
}

/* One number with its unit at *p, in nanoseconds. */
static bool parse_group(const char **p, uint64_t *out) {
    const char *start = *p;
    uint64_t whole, fraction = 0;
    double scale = 1;
    if (!parse_whole(p, &whole)) return false;
    bool any_digit = *p > start;
    if (**p == '.') {
        start = ++*p;
        fraction = parse_fraction(p, &scale);
        any_digit = any_digit || *p > start;
    }
    uint64_t unit = any_digit ? parse_unit(p) : 0;
    if (unit == 0 || whole > LIMIT / unit) return false;
    *out = whole * unit + (uint64_t)((double)fraction * ((double)unit / scale));
    return *out <= LIMIT;
}

bool aimp_duration_parse(const char *text, int64_t *nanoseconds) {
    const char *p = text;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    *nanoseconds = 0;
    if (strcmp(p, "0") == 0) return true;
    if (!*p) return false;

    uint64_t sum = 0;
    while (*p) {
        uint64_t group;
        if (!parse_group(&p, &group)) return false;
        sum += group;
        if (sum > LIMIT || sum < group) return false;
    }
    if (sum == LIMIT && !negative) return false;
    *nanoseconds = sum == LIMIT ? INT64_MIN : negative ? -(int64_t)sum : (int64_t)sum;
    return true;
}

/* amount / one, with as many decimals as it needs, and the unit's name. */
static void add_amount(aimp_text *out, uint64_t amount, uint64_t one, const char *name) {
    aimp_text_add_format(out, "%llu", (unsigned long long)(amount / one));
    uint64_t rest = amount % one;
    if (rest) aimp_text_add_char(out, '.');
    for (; rest; rest %= one) {
        one /= 10;
        aimp_text_add_char(out, (char)('0' + rest / one));
    }
    aimp_text_add_string(out, name);
}

/* Hours and minutes, where there are any; answers what is left of them. */
static uint64_t add_hours_and_minutes(aimp_text *out, uint64_t amount) {
    if (amount >= HOUR) aimp_text_add_format(out, "%lluh", (unsigned long long)(amount / HOUR));
    if (amount >= MINUTE) aimp_text_add_format(out, "%llum", (unsigned long long)(amount % HOUR / MINUTE));
    return amount % MINUTE;
}

const char *aimp_duration_text(aimp_arena *arena, int64_t nanoseconds) {
    if (nanoseconds == 0) return "0s";
    aimp_text out = aimp_text_new(arena);
    uint64_t amount = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
    if (nanoseconds < 0) aimp_text_add_char(&out, '-');
    if (amount < MICROSECOND)
        add_amount(&out, amount, 1, "ns");
    else if (amount < MILLISECOND)
        add_amount(&out, amount, MICROSECOND, "\xc2\xb5s");
    else if (amount < SECOND)
        add_amount(&out, amount, MILLISECOND, "ms");
    else
        add_amount(&out, add_hours_and_minutes(&out, amount), SECOND, "s");
    return aimp_text_string(&out);
}

const char *aimp_gateway_duration_text(aimp_arena *arena, int64_t nanoseconds) {
    if (nanoseconds < 0) return NULL;
    uint64_t amount = (uint64_t)nanoseconds;
    if (amount % MILLISECOND || amount / HOUR > MAX_GATEWAY_HOURS) return NULL;
    /* Go's own spelling stays wherever the API accepts it: the reference writes it. */
    if (amount % SECOND == 0 || amount < SECOND) return aimp_duration_text(arena, nanoseconds);
    aimp_text out = aimp_text_new(arena);
    uint64_t rest = add_hours_and_minutes(&out, amount);
    aimp_text_add_format(&out, "%llus%llums", (unsigned long long)(rest / SECOND),
                         (unsigned long long)(rest % SECOND / MILLISECOND));
    return aimp_text_string(&out);
}
