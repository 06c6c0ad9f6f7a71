/* Shortest round-trip digits by trial, in the C locale whatever the host has set: the digits of printf and strtod are
 * used, their decimal point is not. */
#include "doc/go_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* strtod expects the locale's point; a number without one means the same in every locale. */
static double read_double(aimp_arena *arena, const char *json_number) {
    aimp_text digits = aimp_text_new(arena);
    long exponent = 0;
    const char *p = json_number;
    bool fraction = false;
    for (; *p && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.') {
            fraction = true;
            continue;
        }
        aimp_text_add_char(&digits, *p);
        if (fraction) exponent--;
    }
    if (*p) {
        long written = strtol(p + 1, NULL, 10); /* saturates */
        if (written > 1000000) written = 1000000;
        if (written < -1000000) written = -1000000;
        exponent += written;
    }
    aimp_text_add_format(&digits, "e%ld", exponent);
    return strtod(aimp_text_string(&digits), NULL);
}

bool aimp_go_number_fits(aimp_arena *arena, const char *json_number) {
    return isfinite(read_double(arena, json_number)) != 0;
}

const char *aimp_go_number(aimp_arena *arena, const char *json_number) {
    double value = read_double(arena, json_number);
    if (!isfinite(value)) return json_number; /* aimp_go_number_fits() says so beforehand */
    if (value == 0) return signbit(value) ? "-0" : "0";
    char text[40];
    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, value);
        for (char *c = text; *c; c++) {
            if (!strchr("+-0123456789e", *c)) *c = '.'; /* the locale's point */
        }
        if (read_double(arena, text) == value) break;
    }
    char digits[24];
    size_t count = 0;
    const char *p = text + (text[0] == '-');
    for (; *p != 'e'; p++) {
        if (aimp_is_digit(*p)) digits[count++] = *p;
    }
    long exponent = strtol(p + 1, NULL, 10);
    aimp_text out = aimp_text_new(arena);
    if (value < 0) aimp_text_add_char(&out, '-');
    if (exponent < -6 || exponent >= 21) { /* the digits decide, not a comparison that some machines make wider */
        aimp_text_add_char(&out, digits[0]);
        if (count > 1) aimp_text_add_char(&out, '.');
        aimp_text_add(&out, digits + 1, count - 1);
        aimp_text_add_format(&out, "e%c%ld", exponent < 0 ? '-' : '+', labs(exponent));
        return aimp_text_string(&out);
    }
    if (exponent < 0) {
        aimp_text_add_string(&out, "0.");
        aimp_text_add_repeated(&out, '0', (size_t)(-exponent - 1));
        aimp_text_add(&out, digits, count);
        return aimp_text_string(&out);
    }
    for (size_t i = 0; i < count || i <= (size_t)exponent; i++) {
        if (i == (size_t)exponent + 1) aimp_text_add_char(&out, '.');
        aimp_text_add_char(&out, i < count ? digits[i] : '0');
    }
    return aimp_text_string(&out);
}
