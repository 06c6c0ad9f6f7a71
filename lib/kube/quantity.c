/* Quantities: reading and canonical text exactly as Kubernetes' resource.Quantity, and the sizes that AIM Engine
 * derives from byte counts. Amounts are whole units and billionths, so nothing here ever rounds twice or touches
 * floating point, except the headroom of a claim, whose definition is a floating-point product. */
#include "kube/quantity.h"

#include "base/text.h"

#include <string.h>

#define NANO 1000000000
#define GIBIBYTE ((int64_t)1 << 30)

/* What follows the digits: the factor 10^power, or 2^power in the binary family. */
typedef struct unit {
    const char *suffix;
    int power;
    bool binary;
} unit;

static const unit units[] = {
    {"", 0, false},   {"n", -9, false}, {"u", -6, false}, {"m", -3, false}, {"k", 3, false},  {"M", 6, false},
    {"G", 9, false},  {"T", 12, false}, {"P", 15, false}, {"E", 18, false}, {"Ki", 10, true}, {"Mi", 20, true},
    {"Gi", 30, true}, {"Ti", 40, true}, {"Pi", 50, true}, {"Ei", 60, true},
};
#define UNIT_COUNT (sizeof units / sizeof *units)

/* Suffixes of the canonical text; index 0 belongs to 10^-9, then every third power. */
static const char *const decimal_suffixes[] = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
static const char *const binary_suffixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
#define SMALLEST_POWER (-9)
#define LARGEST_POWER 18

/* A number as it stands in the text. digits may have one '.' after whole_count digits. */
typedef struct numeral {
    bool negative;
    const char *digits;
    size_t whole_count, count; /* digits before the point, and all of them */
    bool binary, exponent;
    int64_t power;
} numeral;

static char digit_at(const numeral *n, size_t index) {
    return n->digits[index < n->whole_count ? index : index + 1];
}

/* [+-]digits after 'e'. Far exponents are cut: they overflow, or round to one billionth, all the same. */
static bool parse_exponent(const char *p, int64_t *out) {
    const int64_t far = INT64_C(1000000000000000);
    bool negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    if (!*p) return false;
    int64_t value = 0;
    for (; *p; p++) {
        if (!aimp_is_digit(*p)) return false;
        if (value < far) value = value * 10 + (*p - '0');
    }
    *out = negative ? -value : value;
    return true;
}

static bool parse_suffix(const char *suffix, numeral *out) {
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strcmp(suffix, units[i].suffix) != 0) continue;
        out->power = units[i].power;
        out->binary = units[i].binary;
        return true;
    }
    out->exponent = true;
    return (suffix[0] == 'e' || suffix[0] == 'E') && parse_exponent(suffix + 1, &out->power);
}

/* Kubernetes also reads a text without digits ("-", ".", "Gi") as zero; no schema lets one through, so it is refused.
 */
static bool parse_numeral(const char *text, numeral *out) {
    *out = (numeral){.negative = *text == '-'};
    const char *p = text;
    if (*p == '-' || *p == '+') p++;
    const char *start = p;
    while (*p == '0')
        p++;
    out->digits = p;
    bool any_digit = p > start;
    while (aimp_is_digit(*p))
        p++;
    out->whole_count = out->count = (size_t)(p - out->digits);
    if (*p == '.') {
        const char *fraction = ++p;
        while (aimp_is_digit(*p))
            p++;
        out->count += (size_t)(p - fraction);
    }
    return (any_digit || out->count > 0) && parse_suffix(p, out);
}

/* The digits before `end` as an integer; digits past the last one are zeros. False when it exceeds 64 bits with a sign.
 */
static bool integer_part(const numeral *n, int64_t end, int64_t *out) {
    int64_t value = 0;
    for (int64_t i = 0; i < end; i++) {
        if ((size_t)i >= n->count && value == 0) break;
        int digit = (size_t)i < n->count ? digit_at(n, (size_t)i) - '0' : 0;
        if (value > (INT64_MAX - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

/* A fraction times a factor: whole + nano x 10^-9 + something smaller if inexact. */
typedef struct fraction {
    uint64_t whole;
    uint64_t nano;
    bool inexact;
} fraction;

/* One step of Horner's rule from the last digit to the first: (digit x factor + rest) / 10. Cutting to billionths in
 * every step is exact, because digit x factor is whole. factor is at most 2^60, so that ten of it fit. */
static fraction fraction_before(fraction rest, unsigned digit, uint64_t factor) {
    uint64_t sum = digit * factor + rest.whole;
    uint64_t nano = sum % 10 * NANO + rest.nano;
    return (fraction){sum / 10, nano / 10, rest.inexact || nano % 10 != 0};
}

/* The digits from `begin` on (negative: that many zeros first), read as 0.ddd, times factor. */
static fraction fraction_part(const numeral *n, int64_t begin, uint64_t factor) {
    fraction value = {0, 0, false};
    size_t first = begin > 0 ? (size_t)begin : 0;
    for (size_t i = n->count; i > first; i--)
        value = fraction_before(value, (unsigned)(digit_at(n, i - 1) - '0'), factor);
    /* After twenty zeros nothing but the rounding is left. */
    for (int64_t i = begin < -20 ? -20 : begin; i < 0; i++)
        value = fraction_before(value, 0, factor);
    return value;
}

/* whole + fraction, rounded away from zero to billionths; false when it does not fit. */
static bool add_up(int64_t whole, fraction part, int64_t *whole_out, int32_t *nano_out) {
    uint64_t nano = part.nano + (part.inexact ? 1 : 0);
    uint64_t sum = (uint64_t)whole + part.whole + nano / NANO;
    if (sum > (uint64_t)INT64_MAX) return false;
    *whole_out = (int64_t)sum;
    *nano_out = (int32_t)(nano % NANO);
    return true;
}

static bool magnitude(const numeral *n, int64_t *whole, int32_t *nano) {
    int64_t integer;
    if (!n->binary) { /* a power of ten only moves the point */
        int64_t point = (int64_t)n->whole_count + n->power;
        return integer_part(n, point, &integer) && add_up(integer, fraction_part(n, point, 1), whole, nano);
    }
    uint64_t factor = (uint64_t)1 << n->power;
    if (!integer_part(n, (int64_t)n->whole_count, &integer) || integer > INT64_MAX >> n->power) return false;
    return add_up(integer << n->power, fraction_part(n, (int64_t)n->whole_count, factor), whole, nano);
}

static bool ends_with_three_zeros(const numeral *n) {
    if (n->count < 3) return false;
    for (size_t i = n->count - 3; i < n->count; i++) {
        if (digit_at(n, i) != '0') return false;
    }
    return true;
}

/* Kubernetes keeps some texts as they were written although it has a shorter spelling for them (1.500, +5, 1E3): every
 * short numeral whose last digit stands at a multiple of three, except one that visibly ends in zeros. */
static bool keeps_its_text(const numeral *n) {
    int64_t fraction_count = (int64_t)(n->count - n->whole_count);
    int64_t digits = (n->whole_count ? (int64_t)n->whole_count : 1) + fraction_count;
    if (n->binary) {
        if (fraction_count > 0 || n->whole_count == 0 || 14 - digits - n->power * 3 / 10 < 0) return false;
        int64_t value;
        return integer_part(n, (int64_t)n->whole_count, &value) && value % 8 != 0;
    }
    int64_t scale = n->power - fraction_count;
    return digits <= 18 && scale >= SMALLEST_POWER && scale % 3 == 0 && n->whole_count > 0 && !ends_with_three_zeros(n);
}

bool aimp_quantity_parse(const char *text, aimp_quantity *out) {
    numeral n;
    *out = (aimp_quantity){0};
    if (!parse_numeral(text, &n)) return false;
    int64_t whole = 0;
    int32_t nano = 0;
    if (!magnitude(&n, &whole, &nano)) {
        if (!n.binary) return false;
        whole = INT64_MAX; /* Kubernetes caps the binary family, and only that one */
        nano = 0;
    } else if (keeps_its_text(&n)) {
        out->kept = text;
    }
    out->whole = n.negative ? -whole : whole;
    out->nano = n.negative ? -nano : nano;
    out->binary = n.binary;
    out->exponent = n.exponent;
    return true;
}

static uint64_t absolute(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static const char *decimal_text(aimp_arena *arena, const aimp_quantity *q) {
    uint64_t whole = absolute(q->whole), nano = absolute(q->nano);
    const char *sign = q->whole < 0 || q->nano < 0 ? "-" : "";
    int power = nano ? SMALLEST_POWER : 0;
    uint64_t *moving = nano ? &nano : &whole;
    while (*moving % 1000 == 0 && power < LARGEST_POWER)
        *moving /= 1000, power += 3;

    const char *suffix = decimal_suffixes[(power - SMALLEST_POWER) / 3];
    if (q->exponent) suffix = power ? aimp_format(arena, "e%d", power) : "";
    if (nano && whole)
        return aimp_format(arena, "%s%llu%0*llu%s", sign, (unsigned long long)whole, -power, (unsigned long long)nano,
                           suffix);
    return aimp_format(arena, "%s%llu%s", sign, (unsigned long long)*moving, suffix);
}

static const char *binary_text(aimp_arena *arena, int64_t value) {
    size_t power = 0;
    while (value % 1024 == 0)
        value /= 1024, power++;
    return aimp_format(arena, "%lld%s", (long long)value, binary_suffixes[power]);
}

const char *aimp_quantity_text(aimp_arena *arena, const aimp_quantity *quantity) {
    if (quantity->kept) return aimp_copy_string(arena, quantity->kept);
    if (aimp_quantity_is_zero(quantity)) return "0";
    bool small = quantity->whole > -1024 && quantity->whole < 1024;
    if (quantity->binary && !small && quantity->nano == 0) return binary_text(arena, quantity->whole);
    return decimal_text(arena, quantity);
}

int aimp_quantity_compare(const aimp_quantity *a, const aimp_quantity *b) {
    if (a->whole != b->whole) return a->whole < b->whole ? -1 : 1;
    return (a->nano > b->nano) - (a->nano < b->nano);
}

bool aimp_quantity_is_zero(const aimp_quantity *quantity) {
    return quantity->whole == 0 && quantity->nano == 0;
}

int64_t aimp_quantity_value(const aimp_quantity *quantity) {
    if (quantity->nano > 0 && quantity->whole < INT64_MAX) return quantity->whole + 1;
    if (quantity->nano < 0 && quantity->whole > INT64_MIN) return quantity->whole - 1;
    return quantity->whole;
}

bool aimp_quantity_of(const aimp_node *node, aimp_quantity *out) {
    bool readable = node && (node->kind == AIMP_STRING || node->kind == AIMP_NUMBER);
    return readable && aimp_quantity_parse(node->as.text, out);
}

const aimp_node *aimp_quantity_canonical(aimp_arena *arena, const aimp_node *node) {
    aimp_quantity quantity;
    return aimp_quantity_of(node, &quantity) ? aimp_string(arena, aimp_quantity_text(arena, &quantity)) : NULL;
}

const char *aimp_gibibytes(aimp_arena *arena, int64_t n) {
    const int64_t most = INT64_MAX / GIBIBYTE;
    int64_t bounded = n > most ? most : n < -most ? -most : n;
    aimp_quantity quantity = {.whole = bounded * GIBIBYTE, .binary = 1};
    return aimp_quantity_text(arena, &quantity);
}

bool aimp_display_size(aimp_arena *arena, int64_t bytes, const char **out) {
    static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 0 || bytes > INT64_C(7) << 60) return false;
    size_t unit_index = 0;
    while (unit_index < 6 && bytes >> (10 * (unit_index + 1)) > 0)
        unit_index++;

    uint64_t one = (uint64_t)1 << (10 * unit_index);
    uint64_t whole = (uint64_t)bytes / one, rest = (uint64_t)bytes % one;
    if (whole >= 100) {
        whole += 2 * rest >= one;
        *out = aimp_format(arena, "%llu %s", (unsigned long long)whole, names[unit_index]);
        return true;
    }
    uint64_t tenths = whole * 10 + rest * 10 / one;
    tenths += rest * 10 % one * 2 >= one;
    if (tenths % 10 == 0)
        *out = aimp_format(arena, "%llu %s", (unsigned long long)(tenths / 10), names[unit_index]);
    else
        *out = aimp_format(arena, "%llu.%llu %s", (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10),
                           names[unit_index]);
    return true;
}

int64_t aimp_claim_gibibytes(int64_t bytes, int64_t headroom_percent) {
    double wanted = (double)bytes * (1.0 + (double)headroom_percent / 100.0);
    if (!(wanted >= 1.0)) return 0;
    int64_t whole = wanted < 9223372036854775808.0 ? (int64_t)wanted : INT64_MAX;
    return whole / GIBIBYTE + (whole % GIBIBYTE != 0);
}

bool aimp_resource_is_extended(const char *name) {
    const char *slash = strchr(name, '/');
    if (!slash || aimp_starts_with(name, "hugepages-")) return false;
    const char kubernetes[] = "kubernetes.io";
    size_t domain = (size_t)(slash - name), tail = sizeof kubernetes - 1;
    bool native = domain >= tail && memcmp(slash - tail, kubernetes, tail) == 0 &&
                  (domain == tail || slash[-(ptrdiff_t)tail - 1] == '.');
    return !native;
}
